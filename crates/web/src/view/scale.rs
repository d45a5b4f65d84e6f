//! View of figures beside the thresholds that a source names for them.

/// A figure with what a source asks of it. Numbers are thousandths of its unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScaleRow {
    /// What is measured.
    pub asked: String,
    /// What is known of it.
    pub figure: ScaleFigure,
    /// The figure in words, or why there is none.
    pub words: String,
    /// Where the scale ends.
    pub end: i64,
    /// Thresholds, with what begins or ends there.
    pub thresholds: Vec<(i64, String)>,
    /// From where to where the source asks for.
    pub asked_for: Option<(i64, i64)>,
    /// Where it says so.
    pub source: String,
}

/// What is known of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScaleFigure {
    /// The least and the most that it can be.
    Known(i64, i64),
    /// There is none, and that is known.
    None,
    /// Nobody knows it; never drawn as nothing.
    NotKnown,
}
