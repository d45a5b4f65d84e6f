//! The change feed: every change of a resource, a statement, a trial, or of what a trial says to a
//! patient, in the order of its commit.

use crate::audit::Touched;
use crate::limit::{self, rows};
use crate::resource::patient_of;
use crate::sql::record as sql;
use crate::store::{Executor, Value, values};
use crate::vault::Builder;
use crate::{Access, Action, Failure, Record};
use model::PatientId;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

/// How often the commits of other processes are looked for.
const POLL: Duration = Duration::from_millis(150);

/// Changes after a sequence number; the rest of the text is put in by the scope.
const CHANGES: &str = "SELECT c.sequence, c.kind, c.resource_type, c.id, c.version, c.patient,
    c.deleted FROM change c WHERE c.tenant = $1 AND c.sequence > $2";

/// Versions of resources with the changes that they came with. One that went to another patient has
/// a change for each; its own is the one about the patient it is of, who may be the only one left
/// after an erasure.
pub(crate) const VERSIONS_FED: &str = "FROM change c CROSS JOIN resource_version v
    WHERE c.tenant = $1 AND c.kind = 'resource' AND v.tenant = $1
    AND v.resource_type = c.resource_type AND v.id = c.id AND v.version = c.version
    AND v.patient = c.patient";

crate::access::words! {
    /// What changed.
    ChangeKind {
        /// A resource.
        Resource => "resource",
        /// A statement.
        Statement => "statement",
        /// A trial as it was curated.
        Trial => "trial",
        /// What a cohort of a trial says to a patient; the id is the place in that log.
        TrialStatus => "trial-status",
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Place in the order of all changes; without gaps over the tenants together.
    pub sequence: u64,
    /// What changed.
    pub kind: ChangeKind,
    /// FHIR type, `Statement`, `Trial` or `TrialStatus`.
    pub resource_type: String,
    /// Logical id.
    pub id: String,
    /// The new version.
    pub version: u64,
    /// Whose compartment it is in. When a new version moves a resource to another patient, there
    /// are two changes: one as deleted for the patient it left, one for the patient it went to.
    pub patient: Option<PatientId>,
    /// Whether it is gone, for this patient.
    pub deleted: bool,
}

/// A change before it has its number.
pub(crate) struct Entry<'a> {
    pub(crate) kind: ChangeKind,
    pub(crate) resource_type: &'a str,
    pub(crate) id: &'a str,
    pub(crate) version: u64,
    pub(crate) patient: &'a str,
    pub(crate) deleted: bool,
}

/// Gives the change the next number. The writer's transaction is the only one that does, so
/// numbers become visible in their order and without gaps.
pub(crate) fn append(
    executor: &dyn Executor,
    tenant: &str,
    entry: &Entry<'_>,
) -> Result<(), Failure> {
    let sequence = executor.one(sql::SEQUENCE_NEXT, &[])?.count(0)?;
    executor.execute(sql::CHANGE_PUT, &row(tenant, sequence, entry)).map(|_| ())
}

/// The row of a change under a number that the transaction has taken.
pub(crate) fn row(tenant: &str, sequence: u64, entry: &Entry<'_>) -> [Value; 8] {
    [
        tenant.into(),
        sequence.into(),
        entry.kind.word().into(),
        entry.resource_type.into(),
        entry.id.into(),
        entry.version.into(),
        entry.patient.into(),
        entry.deleted.into(),
    ]
}

/// Moves a cursor.
pub(crate) fn move_cursor(
    executor: &dyn Executor,
    tenant: &str,
    name: &str,
    sequence: u64,
) -> Result<(), Failure> {
    executor.execute(sql::CURSOR_PUT, values![tenant, name, sequence]).map(|_| ())
}

impl Record {
    /// Changes after a sequence number, in order. An empty list means that there are none yet.
    pub fn changes(&self, access: &Access, after: u64, limit: u32) -> Result<Vec<Change>, Failure> {
        let limit = rows("limit", limit)?;
        let access = &self.granted(access, Action::ReadChanges)?;
        let mut query = Builder::new(CHANGES, values![access.tenant().as_str(), after]);
        query.scope_of_patients(access, "c.patient");
        query.push(" ORDER BY c.sequence LIMIT ");
        query.bind(limit);
        let found = self.inner.record.read(|executor| {
            let rows = executor.query(&query.sql, &query.values)?;
            rows.iter().map(change).collect::<Result<Vec<_>, _>>()
        })?;
        if !found.is_empty() {
            let mut touched = Touched::default();
            for change in &found {
                touched.patient(change.patient.as_ref().map_or("", |patient| patient.as_str()));
            }
            self.note(access, Action::ReadChanges, &touched)?;
        }
        Ok(found)
    }

    /// Where a follower of the feed has come to; 0 if it never began.
    pub fn cursor(&self, access: &Access, name: &str) -> Result<u64, Failure> {
        self.permit(access, Action::UseCursor)?;
        let key = values![access.tenant().as_str(), name];
        let row = self.inner.record.read(|executor| executor.first(sql::CURSOR_GET, key))?;
        row.map_or(Ok(0), |row| row.count(0))
    }

    /// Where a follower of the feed has come to, and the last change there is: one read for what
    /// every order asks.
    pub fn cursor_and_last(&self, access: &Access, name: &str) -> Result<(u64, u64), Failure> {
        self.permit(access, Action::UseCursor)?;
        let key = values![access.tenant().as_str(), name];
        self.inner.record.read(|executor| {
            let row = executor.first(sql::CURSOR_GET, key)?;
            let cursor = row.map_or(Ok(0), |row| row.count(0))?;
            Ok((cursor, executor.one(sql::SEQUENCE_LAST, &[])?.count(0)?))
        })
    }

    /// Notes where a follower has come to, or sends it back to an earlier place.
    pub fn set_cursor(&self, access: &Access, name: &str, sequence: u64) -> Result<(), Failure> {
        self.permit(access, Action::UseCursor)?;
        limit::text("cursor", name)?;
        let (tenant, name) = (access.tenant().as_str().to_owned(), name.to_owned());
        self.inner
            .record_writer
            .write(move |executor| move_cursor(executor, &tenant, &name, sequence))
    }

    /// Waits until there is a change after a sequence number, or the time is over; the last
    /// sequence number. Commits of other processes are noticed within 200 ms. While the database
    /// cannot be read, it is `after`, once the time is over.
    pub fn wait_for_change(&self, after: u64, timeout: Duration) -> u64 {
        let end = Instant::now().checked_add(timeout);
        let changed = &self.inner.changed;
        loop {
            let seen = *changed.commits.lock().unwrap_or_else(PoisonError::into_inner);
            let last = self.last_sequence().unwrap_or(after);
            let left = end.map_or(POLL, |end| end.saturating_duration_since(Instant::now()));
            if last > after || left.is_zero() {
                return last;
            }
            let commits = changed.commits.lock().unwrap_or_else(PoisonError::into_inner);
            if *commits == seen {
                // Woken or not, the loop looks again.
                drop(changed.bell.wait_timeout(commits, left.min(POLL)));
            }
        }
    }
}

fn change(row: &crate::store::Row) -> Result<Change, Failure> {
    let sequence = row.count(0)?;
    let kind = ChangeKind::from_word(row.text(1)?)
        .ok_or_else(|| Failure::Storage(format!("change {sequence} is of an unknown kind")))?;
    Ok(Change {
        sequence,
        kind,
        resource_type: row.text(2)?.to_owned(),
        id: row.text(3)?.to_owned(),
        version: row.count(4)?,
        patient: patient_of(row.text(5)?),
        deleted: row.flag(6)?,
    })
}
