//! View of what cards came to.

use super::identity::Session;

/// Cards by rule and role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardsView {
    /// Who is looking.
    pub session: Session,
    /// Days back that are counted.
    pub days: u16,
    /// Rows, those with few acceptances first.
    pub rows: Vec<CardRow>,
    /// Whether there were more cards than are counted; the latest are.
    pub is_partial: bool,
}

/// One rule for one role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardRow {
    /// CDS Hooks service id.
    pub service: String,
    /// The rule, `actions:clopidogrel/CPIC/acs-pci/PM`.
    pub rule: String,
    /// For whom; empty where that was not noted.
    pub role: String,
    /// Cards that were shown.
    pub shown: u64,
    /// Cards that a silent rule would have shown.
    pub silent: u64,
    /// Shown, and a suggestion was taken.
    pub accepted: u64,
    /// Shown, and the advice was left.
    pub overridden: u64,
    /// Why it was left, the most frequent first.
    pub reasons: Vec<(String, u64)>,
    /// Whether the committee should look at it: few acceptances of many that could be accepted.
    pub is_low: bool,
}
