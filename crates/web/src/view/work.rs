//! Views of what waits: held messages and entries of the review list, each with a reason, an owner
//! and an age.

use super::identity::Session;
use model::id::{PatientId, RawId};
use model::problem::Problem;
use model::time::Timestamp;

/// What somebody noted beside an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteRow {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: String,
    /// The words.
    pub text: String,
}

/// A code that the profile of its feed maps to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnmappedCode {
    /// The feed.
    pub feed: String,
    /// The sender's code system.
    pub system: String,
    /// The sender's code.
    pub code: String,
}

/// What the caller may do with an item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MayDo {
    /// Take it, give it to somebody, note something.
    pub work: bool,
    /// Have it read again.
    pub retry: bool,
    /// Put it aside.
    pub dismiss: bool,
    /// Map its code.
    pub map: bool,
}

/// How soon somebody has to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// A result may be missing from a patient's record, or be wrong in it.
    High,
    /// Something was left out.
    Medium,
    /// The sender knows, or nothing is lost.
    Low,
}

/// One item that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldRow {
    /// The message, if it is about one.
    pub raw: Option<RawId>,
    /// The patient, if it is about one for sure and about no message, and whether the caller may
    /// open the page.
    pub patient: Option<(PatientId, bool)>,
    /// The entry of the review list, if there is one.
    pub review: Option<String>,
    /// Why it waits, one stable word: `unmatched`.
    pub word: String,
    /// Why it waits, in words.
    pub reason: String,
    /// The feed it came by; empty for what came by none.
    pub feed: String,
    /// What kind of message.
    pub media_type: String,
    /// Since when.
    pub since: Timestamp,
    /// How soon somebody has to look.
    pub urgency: Urgency,
    /// Who looks after it, if somebody took it.
    pub owner: Option<String>,
    /// Whose it is until somebody takes it.
    pub team: &'static str,
    /// What was noted.
    pub notes: Vec<NoteRow>,
    /// What was noticed in it, the errors first.
    pub problems: Vec<Problem>,
    /// The code it is about, if it is about one.
    pub code: Option<UnmappedCode>,
    /// What the caller may do.
    pub may: MayDo,
}

/// Which page of items it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueuePage {
    /// What failed on its way in, for who looks after the feeds.
    Errors,
    /// Everything that waits for a person, for who answers for results.
    Inbox,
}

/// Items that wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueView {
    /// Who is looking.
    pub session: Session,
    /// Which page.
    pub page: QueuePage,
    /// Now, for ages.
    pub now: Timestamp,
    /// The items, the most urgent first and then the oldest.
    pub items: Vec<HeldRow>,
    /// Whether there are more than are shown.
    pub is_partial: bool,
    /// What was just done, or why it was not.
    pub told: Option<String>,
    /// Whether keys work on this page.
    pub has_keys: bool,
}
