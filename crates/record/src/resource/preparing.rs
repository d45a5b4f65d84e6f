//! Changes of one commit that are prepared one by one, as they are read: a resource is let go of
//! before the next one is looked at, however many the commit has.

use super::prepare::{Prepared, one};
use super::ready::Ready;
use super::{Commit, ResourceChange};
use crate::limit::{COMMIT_CHANGES_MAX, within};
use crate::{Access, Action, Failure, Record};

/// Changes on their way into one commit.
pub struct Preparing<'r> {
    record: &'r Record,
    access: &'r Access,
    prepared: Vec<Prepared>,
}

impl std::fmt::Debug for Preparing<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Preparing").finish_non_exhaustive()
    }
}

impl Record {
    /// Begins a commit whose changes are prepared one by one.
    ///
    /// # Errors
    /// When the access may not commit.
    pub fn preparing<'r>(&'r self, access: &'r Access) -> Result<Preparing<'r>, Failure> {
        self.permit(access, Action::Commit)?;
        Ok(Preparing { record: self, access, prepared: Vec::new() })
    }
}

impl Preparing<'_> {
    /// Checks the next change and takes out of it what is kept and searched.
    ///
    /// # Errors
    /// [`Failure::Invalid`] or [`Failure::TooMuch`]; the changes before stay.
    pub fn add(&mut self, change: ResourceChange) -> Result<(), Failure> {
        let place = self.prepared.len();
        within("changes", place + 1, COMMIT_CHANGES_MAX, "changes")?;
        let (tenant, keys) = (self.access.tenant().as_str(), &self.record.inner.keys);
        self.prepared.push(one(change, place, tenant, keys)?);
        Ok(())
    }

    /// How many changes there are.
    pub fn count(&self) -> usize {
        self.prepared.len()
    }

    /// The commit of these changes; `rest` is what it has beside them, and its own changes, if it
    /// has any, follow. As [`Record::ready`].
    ///
    /// # Errors
    /// What [`Record::ready`] gives.
    pub fn ready(self, rest: Commit) -> Result<Ready, Failure> {
        self.record.ready_with(self.access, self.prepared, rest, None)
    }
}
