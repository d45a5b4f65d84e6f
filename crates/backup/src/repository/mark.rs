//! Marks of who is at work: whoever writes and whoever removes keep out of each other's way.
//!
//! Each puts its own mark first and then looks for marks of the other kind, so that of two who
//! begin at the same time one at least sees the other. A mark that is older than anybody's work may
//! take is one that a crash left.

use super::Repository;
use super::snapshot::SnapshotId;
use crate::Failure;
use crate::limit::{PRUNING_MICROS_MAX, WRITING_MICROS_MAX};
use model::Timestamp;

/// What somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    Writing,
    Pruning,
}

impl Work {
    fn prefix(self) -> &'static str {
        match self {
            Self::Writing => "writing/",
            Self::Pruning => "pruning/",
        }
    }

    fn micros_max(self) -> i64 {
        match self {
            Self::Writing => WRITING_MICROS_MAX,
            Self::Pruning => PRUNING_MICROS_MAX,
        }
    }

    /// Who must not be at work meanwhile.
    fn hindered_by(self) -> &'static [Work] {
        match self {
            Self::Writing => &[Self::Pruning],
            Self::Pruning => &[Self::Writing, Self::Pruning],
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Writing => "a backup is being taken",
            Self::Pruning => "old snapshots are being removed",
        }
    }
}

/// A mark; taken away when it is dropped.
#[derive(Debug)]
pub(super) struct Mark {
    repository: Repository,
    name: String,
    begun: Timestamp,
    work: Work,
}

impl Mark {
    /// Begins. [`Failure::Busy`] if somebody is in the way.
    pub(super) fn set(
        repository: &Repository,
        work: Work,
        id: &str,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let name = format!("{}{}", work.prefix(), SnapshotId::new(now, id));
        repository.destination.put(&name, b"")?;
        repository.destination.settle()?;
        let mark = Self { repository: repository.clone(), name, begun: now, work };
        for other in work.hindered_by() {
            for object in repository.destination.list(other.prefix())? {
                let id = object.name.strip_prefix(other.prefix()).and_then(SnapshotId::parse);
                let Some(id) = id.filter(|_| object.name != mark.name) else { continue };
                if now.micros() - id.time().micros() < other.micros_max() {
                    let text = format!("{} since {}", other.words(), id.time());
                    return Err(Failure::Busy { place: repository.place(), text });
                }
                repository.destination.remove(&object.name)?;
            }
        }
        Ok(mark)
    }

    /// Refuses to go on when others may not believe the mark any more.
    pub(super) fn require(&self, now: Timestamp) -> Result<(), Failure> {
        if (now.micros() - self.begun.micros()).abs() < self.work.micros_max() {
            return Ok(());
        }
        let text = format!("begun at {}, it took too long, and nothing was kept", self.begun);
        Err(Failure::Busy { place: self.repository.place(), text })
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        // One that stays ends by its age.
        let _ = self.repository.destination.remove(&self.name);
    }
}
