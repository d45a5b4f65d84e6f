//! View of what happened when.

use model::time::PartialDate;

/// A row of the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CourseRow {
    /// What stands beside it.
    pub label: String,
    /// Whether its spans are bars; else they are marks.
    pub is_bars: bool,
    /// What is in it.
    pub spans: Vec<CourseSpan>,
}

/// Something on the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CourseSpan {
    /// In words, for the table and for who points at it.
    pub words: String,
    /// From when on.
    pub from: PartialDate,
    /// Until when; for a mark the same as `from`. None = it goes on.
    pub until: Option<PartialDate>,
}

/// Values of one thing over time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueSeries {
    /// Its name: `EGFR p.Leu858Arg`.
    pub name: String,
    /// Day and value in thousandths, in any order.
    pub values_thousandths: Vec<(PartialDate, i64)>,
}
