//! Views of the console: the feeds, one of them, what reading again would change, and what a file
//! would come to.

use super::identity::Session;
use super::message::FoundRow;
use model::id::RawId;
use model::problem::Problem;
use model::time::Timestamp;

/// How a feed stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FeedState {
    /// Something of it is held.
    Held,
    /// Nothing came for a day.
    Silent,
    /// Messages come and are filed.
    Running,
}

/// One feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedRow {
    /// Its name.
    pub id: String,
    /// How it stands.
    pub state: FeedState,
    /// The version of its profile, in words; `None` without one.
    pub profile: Option<String>,
    /// Messages of each of the last 24 hours, the oldest first.
    pub hours: Vec<u64>,
    /// When the last one came.
    pub last: Option<Timestamp>,
    /// Messages that wait to be filed.
    pub waiting: u64,
    /// Messages that failed or are held.
    pub held: u64,
    /// Since when the oldest of either waits.
    pub oldest: Option<Timestamp>,
}

impl FeedRow {
    /// Messages of the hour that runs.
    pub fn last_hour(&self) -> u64 {
        self.hours.last().copied().unwrap_or_default()
    }

    /// Messages of the last 24 hours.
    pub fn last_day(&self) -> u64 {
        self.hours.iter().sum()
    }
}

/// The feeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsoleView {
    /// Who is looking.
    pub session: Session,
    /// Now, for ages.
    pub now: Timestamp,
    /// The feeds, those that need somebody first.
    pub feeds: Vec<FeedRow>,
    /// Messages on the error queue.
    pub errors: u64,
    /// Open entries of the review list, codes that nobody mapped among them.
    pub reviews: u64,
}

/// A code that was mapped in the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappedRow {
    /// The sender's code system.
    pub system: String,
    /// The sender's code.
    pub code: String,
    /// The LOINC code.
    pub loinc: String,
}

/// One feed and its profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedView {
    /// Who is looking.
    pub session: Session,
    /// Now, for ages.
    pub now: Timestamp,
    /// How it stands.
    pub row: FeedRow,
    /// Messages of the last 24 hours by what became of them.
    pub states: Vec<(String, u64)>,
    /// What its profile says, as name and words.
    pub settings: Vec<(&'static str, String)>,
    /// Codes that were mapped beside the operator's file.
    pub mapped: Vec<MappedRow>,
    /// Codes that nobody mapped.
    pub unmapped: Vec<String>,
    /// Messages of it on the error queue.
    pub errors: u64,
}

/// What reading a message again changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayRow {
    /// The message.
    pub raw: RawId,
    /// Its place in the order of arrival.
    pub sequence: u64,
    /// Facts that go, as far as the reader may see them.
    pub gone: Vec<String>,
    /// How many more go, which the reader may not see.
    pub gone_unseen: usize,
    /// Facts that come.
    pub come: Vec<String>,
    /// Why nothing is compared, if so.
    pub reason: Option<String>,
}

/// What a replay came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayedView {
    /// Whether it was done, or only told.
    pub is_done: bool,
    /// Messages that were looked at.
    pub looked_at: usize,
    /// Those of them that were read; of the others nothing changed that their reading rests on.
    pub read: usize,
    /// Messages whose facts would be, or are, others.
    pub changed: usize,
    /// From where to go on.
    pub next: Option<u64>,
    /// The messages that differ or cannot be compared.
    pub rows: Vec<ReplayRow>,
    /// Rows that are not shown.
    pub more_rows: usize,
}

/// Reading archived messages again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayView {
    /// Who is looking.
    pub session: Session,
    /// Feeds that can be chosen.
    pub feeds: Vec<String>,
    /// The feed that was chosen.
    pub feed: String,
    /// From where, as it was given.
    pub since: String,
    /// Messages that one run looks at.
    pub looked_at_max: usize,
    /// What cannot be done, and why.
    pub error: Option<String>,
    /// What it came to, once it was asked for.
    pub replayed: Option<ReplayedView>,
}

/// A message of a file that is tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TriedRow {
    /// Which message of the file, from 1.
    pub number: usize,
    /// What it comes to.
    pub found: Vec<FoundRow>,
    /// What reading it noticed.
    pub problems: Vec<Problem>,
    /// Whether nothing of it would be filed.
    pub is_unreadable: bool,
}

/// Trying a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TryView {
    /// Who is looking.
    pub session: Session,
    /// Feeds that can be chosen.
    pub feeds: Vec<String>,
    /// The feed that was chosen.
    pub feed: String,
    /// The most bytes of a file.
    pub bytes_max: usize,
    /// What cannot be tried, and why.
    pub error: Option<String>,
    /// The file's messages, once there is one.
    pub tried: Option<Vec<TriedRow>>,
    /// Messages of the file that were not tried.
    pub more: usize,
}
