//! View of what cards came to.

use super::identity::Session;
use model::time::Timestamp;

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
    /// Alerts per 100 orders.
    pub rates: RatesView,
}

/// How many cards the orders of a window brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RatesView {
    /// When the window began.
    pub since: Timestamp,
    /// When it was looked at.
    pub until: Timestamp,
    /// All, by role, and by rule and role.
    pub rows: Vec<RateRow>,
}

/// Cards and the orders that they were about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateRow {
    /// The rule; none = all of them.
    pub rule: Option<String>,
    /// For whom; none = for anybody.
    pub role: Option<String>,
    /// Cards shown.
    pub cards: u64,
    /// Orders checked for that role, with a card or without.
    pub orders: u64,
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
