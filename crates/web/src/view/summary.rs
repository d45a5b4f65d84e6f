//! View of the patient page as a document: its statements in its words, without its controls.

/// A part of the document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SummarySection {
    /// A word for it: `medicines`.
    pub id: &'static str,
    /// Its heading.
    pub heading: String,
    /// The first sentence.
    pub lead: Option<String>,
    /// Heads of the columns.
    pub heads: Vec<&'static str>,
    /// Rows, each with as many cells as there are heads.
    pub rows: Vec<SummaryRow>,
}

/// A row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SummaryRow {
    /// What it is about; the same in the next version.
    pub key: String,
    /// Its cells, each of lines.
    pub cells: Vec<Vec<SummaryLine>>,
}

/// A line of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SummaryLine {
    /// How it is said.
    pub tone: Tone,
    /// What is said.
    pub text: String,
}

/// How a line is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it is.
    Plain,
    /// What the row is about.
    Strong,
    /// Where it comes from.
    Quiet,
    /// Nothing is known.
    Absent,
}
