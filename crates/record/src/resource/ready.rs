//! A commit that was checked and is on its way to the writer.

use super::Committed;
use super::commit::Filing;
use super::prepare::Prepared;
use crate::search::follow::Fresh;
use crate::store::Executor;
use crate::together::Begun;
use crate::{Access, Failure, RawState, Record};
use model::{Problem, RawId};
use std::sync::Arc;
use std::sync::mpsc::Receiver;

/// A commit that waits for its turn.
pub struct Ready {
    record: Record,
    filing: Filing,
    prepared: Vec<Prepared>,
}

impl std::fmt::Debug for Ready {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ready").finish_non_exhaustive()
    }
}

impl Ready {
    pub(super) fn new(record: Record, filing: Filing, prepared: Vec<Prepared>) -> Self {
        Self { record, filing, prepared }
    }

    /// Does all of it, or nothing; see [`Record::commit`].
    pub fn commit(self) -> Result<Committed, Failure> {
        self.hand_over(false)?.wait()
    }

    /// Does each of some commits, all or nothing of it, with one wait for the disk. None of them
    /// may rest on another one.
    pub fn commit_each(all: Vec<Self>) -> Vec<Result<Committed, Failure>> {
        let count = all.len();
        let hand_over = |(place, one): (usize, Self)| one.hand_over(place + 1 < count);
        let handed: Vec<_> = all.into_iter().enumerate().map(hand_over).collect();
        handed.into_iter().map(|handed| handed?.wait()).collect()
    }

    /// Hands it to the writer; with `is_followed` it is done with what is handed over next.
    fn hand_over(self, is_followed: bool) -> Result<Handed, Failure> {
        let Self { record, filing, prepared } = self;
        let (access, raw) = (filing.access.clone(), filing.raw.clone());
        // What the request has begun must be durable before this is.
        let begun = record.gathering.clone();
        let audit = &record.inner.audit;
        let begun = begun.map(|gathering| Begun { gathering, audit: Arc::clone(audit) });
        let work = move |executor: &dyn Executor| filing.run(executor, prepared);
        let answer = record.inner.record_writer.post_after(begun, work, is_followed)?;
        Ok(Handed { record, access, raw, answer })
    }
}

/// What the writer answers.
type Filed = (Committed, Vec<Arc<Fresh>>);

/// A commit that the writer has.
struct Handed {
    record: Record,
    access: Access,
    raw: Option<(RawId, RawState, Vec<Problem>)>,
    answer: Receiver<Result<Filed, Failure>>,
}

impl Handed {
    fn wait(self) -> Result<Committed, Failure> {
        let Self { record, access, raw, answer } = self;
        let ended = |_| Failure::Storage("the writer has ended".to_owned());
        let (committed, fresh) = answer.recv().map_err(ended)??;
        drop(fresh);
        if let Some((id, state, _)) = raw {
            record.copy_raw_state_later(&access, &id, state);
        }
        Ok(committed)
    }
}
