//! View of where results are sent on to, and of what waits for a person there.

use super::identity::Session;
use model::time::Timestamp;

/// Where results are sent on to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DestinationsView {
    /// Who is looking.
    pub session: Session,
    /// Each destination, by name.
    pub destinations: Vec<DestinationRow>,
    /// What a person has to look at, the oldest of each destination first.
    pub parked: Vec<ParkedRow>,
    /// Whether there is more of it than is shown.
    pub has_more: bool,
    /// Why a decision was not taken.
    pub error: Option<String>,
}

/// How one destination stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DestinationRow {
    /// Its name.
    pub id: String,
    /// Whether it did not answer so often that one dispatch at a time is tried.
    pub failures: u32,
    /// Why it could not be delivered to; empty if it could.
    pub failure: String,
    /// Before when nothing is tried.
    pub retry_at: Option<Timestamp>,
    /// Dispatches whose turn comes.
    pub queued: u64,
    /// Dispatches behind a parked one of the same patient.
    pub held: u64,
    /// Dispatches that a person has to look at.
    pub parked: u64,
    /// Dispatches that were acknowledged and are still listed.
    pub delivered: u64,
    /// Dispatches that it may not be told.
    pub withheld: u64,
    /// When the oldest of those that wait was noted.
    pub oldest: Option<Timestamp>,
    /// When it last acknowledged something.
    pub acknowledged: Option<Timestamp>,
}

/// A dispatch that is not sent until somebody has looked. It names no patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParkedRow {
    /// The destination.
    pub destination: String,
    /// Its number in the queue.
    pub number: u64,
    /// By what the destination knows it.
    pub id: String,
    /// What happened, `result.final`.
    pub event: String,
    /// What it happened to, `DiagnosticReport/1`.
    pub subject: String,
    /// When it was noted.
    pub recorded: Timestamp,
    /// Attempts that failed.
    pub attempts: u32,
    /// Why it is parked.
    pub reason: String,
}
