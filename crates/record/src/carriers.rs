//! Carriers: for each mark that patients may have, the set of those who have it, so that a count
//! reads sets and no patients.
//!
//! The record knows no variants: a mark is a text of whoever keeps the sets up. They are derived
//! from resources and genomes as they were at a place in the change feed, and can be made again
//! from them. Marks are kept as keyed digests, those that are listed sealed.

mod keep;
mod set;

pub(crate) use keep::forget;
pub use keep::{MarkedPatient, NewMark};

use crate::access::EVERYBODY;
use crate::audit::Touched;
use crate::grant::Columns;
use crate::limit::{CARRIER_PATIENTS_MAX, FACT_TYPES_MAX, within};
use crate::sql::genome as sql;
use crate::store::{Executor, values};
use crate::vault::{Builder, Vault, sha256};
use crate::{Access, Action, Failure, Record};
use model::PatientId;
use std::cell::RefCell;

/// Bytes of a mark's keyed digest.
const MARK_BYTES: usize = 12;

const CHANGED: &str = "SELECT DISTINCT c.patient FROM change c WHERE c.tenant = $1
    AND c.sequence > $2 AND c.sequence <= $3 AND c.patient NOT IN ('', '*')
    AND c.resource_type IN (";

/// The patients who were changed in a part of the change feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangedPatients {
    /// They, by id.
    pub patients: Vec<PatientId>,
    /// The last place of the feed that was looked at.
    pub until: u64,
    /// The end of the feed, when it was looked at.
    pub last: u64,
}

impl ChangedPatients {
    /// Whether everything was looked at.
    pub fn is_end(&self) -> bool {
        self.until == self.last
    }
}

/// The sets, in one state.
pub struct Carriers<'r> {
    executor: &'r dyn Executor,
    record: &'r Record,
    tenant: &'r str,
    sequence: u64,
    listed: RefCell<Touched>,
    asked: RefCell<String>,
}

impl std::fmt::Debug for Carriers<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Carriers").field("sequence", &self.sequence).finish_non_exhaustive()
    }
}

impl Record {
    /// The patients about whom a resource of one of the types was changed after a place in the
    /// change feed, in no more than so many changes: those that left a patient, too.
    pub fn changed_patients(
        &self,
        access: &Access,
        types: &[&str],
        after: u64,
        changes_max: u64,
    ) -> Result<ChangedPatients, Failure> {
        self.permit(access, Action::FindPatients)?;
        within("types", types.len(), FACT_TYPES_MAX, "types")?;
        let access = &self.granted(access, Action::ReadClinical)?;
        self.audited_read(access, Action::ReadClinical, |executor, touched| {
            let last = executor.one(crate::sql::record::SEQUENCE_LAST, &[])?.count(0)?;
            let until = last.min(after.saturating_add(changes_max));
            let mut query = Builder::new(CHANGED, values![access.tenant().as_str(), after, until]);
            query.bind_list(types.iter().copied());
            query.push(")");
            query.scope(access, Columns::Version("c"));
            query.push(" ORDER BY c.patient");
            let mut patients = Vec::new();
            for row in executor.query(&query.sql, &query.values)? {
                touched.patients.push(row.text(0)?.to_owned());
                patients.push(PatientId::new(row.text(0)?));
            }
            Ok(ChangedPatients { patients, until, last })
        })
    }

    /// Reads the sets that were made under these settings; `None` if there are none, and for an
    /// access that is narrowed to some patients: the sets are of all. It needs leave to read and
    /// to list patients. The event of the read names the patients that [`Carriers::patients`] gave.
    ///
    /// # Errors
    /// As any read has, and what `work` gives.
    pub fn read_carriers<T, E: From<Failure>>(
        &self,
        access: &Access,
        settings: &str,
        work: impl FnOnce(&Carriers<'_>) -> Result<T, E>,
    ) -> Result<Option<T>, E> {
        self.permit(access, Action::FindPatients)?;
        let access = &self.granted(access, Action::ReadClinical)?;
        // The sets know no labels and no consents: whoever may not see all of everybody is told
        // from the resources themselves.
        if !self.sees_everybody(access)? {
            return Ok(None);
        }
        let tenant = access.tenant().as_str();
        let mut touched = Touched::default();
        let read = self.inner.genome.read(|executor| {
            let state = executor.first(sql::CARRIERS_AT, values![tenant])?;
            let Some(state) = state else { return Ok(Ok(None)) };
            if state.text(0)? != settings {
                return Ok(Ok(None));
            }
            let carriers = Carriers {
                executor,
                record: self,
                tenant,
                sequence: state.count(1)?,
                listed: RefCell::default(),
                asked: RefCell::default(),
            };
            let given = work(&carriers);
            let asked = sha256(carriers.asked.borrow().as_bytes());
            touched = carriers.listed.take();
            touched.query = Some(asked);
            Ok(given.map(Some))
        });
        self.note(access, Action::ReadClinical, &touched)?;
        read?
    }
}

impl Carriers<'_> {
    /// The place in the change feed that they were made at.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Those who have at least one of the marks, a bit for each patient's number.
    pub fn holders<'m>(
        &self,
        marks: impl IntoIterator<Item = &'m str>,
    ) -> Result<Vec<u64>, Failure> {
        let mut holders = Vec::new();
        for mark in marks {
            let mark = digest(self.record, self.tenant, mark)?;
            self.asked.borrow_mut().push_str(&hex::encode(&mark));
            for row in self.executor.query(sql::SETS_OF, values![self.tenant, mark])? {
                set::add(&mut holders, row.count(0)?, row.bytes(1)?)?;
            }
        }
        Ok(holders)
    }

    /// The texts of the marks of a kind that is listed.
    pub fn listed(&self, kind: &str) -> Result<Vec<String>, Failure> {
        let vault = Vault::new(self.executor, &self.record.inner.keys, self.tenant);
        let rows = self.executor.query(sql::LISTED_OF, values![self.tenant, kind])?;
        let open = |row: &crate::store::Row| {
            let place = ["carrier-listed", kind, &hex::encode(row.bytes(0)?)];
            let body = vault.open(EVERYBODY, &place, row.bytes(1)?)?;
            String::from_utf8(body).map_err(|_| Failure::Sealed { place: place.join("/") })
        };
        rows.iter().map(open).collect()
    }

    /// The patients of whom no marks are kept: they have to be asked each time.
    pub fn open(&self) -> Result<Vec<(u64, PatientId)>, Failure> {
        let rows = self.executor.query(sql::CARRIERS_OPEN, values![self.tenant])?;
        rows.iter().map(|row| Ok((row.count(0)?, PatientId::new(row.text(1)?)))).collect()
    }

    /// The number of a patient, if marks of it are kept.
    pub fn number(&self, patient: &PatientId) -> Result<Option<u64>, Failure> {
        let key = values![self.tenant, patient.as_str()];
        let row = self.executor.first(sql::CARRIER_OF, key)?;
        row.map(|row| row.count(0)).transpose()
    }

    /// The patients with these numbers, which are in order.
    pub fn patients(&self, numbers: &[u64]) -> Result<Vec<PatientId>, Failure> {
        within("patients", numbers.len(), CARRIER_PATIENTS_MAX, "patients")?;
        let mut found = Vec::with_capacity(numbers.len());
        let (mut numbers, mut after) = (numbers.iter().peekable(), 0);
        // The list is gone through from the first one wanted on, page by page.
        while let Some(first) = numbers.peek() {
            let key = values![self.tenant, **first.max(&&after)];
            let rows = self.executor.query(sql::CARRIERS_FROM, key)?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                after = row.count(0)? + 1;
                while numbers.next_if(|wanted| **wanted + 1 < after).is_some() {}
                if numbers.next_if(|wanted| **wanted + 1 == after).is_some() {
                    found.push(PatientId::new(row.text(1)?));
                }
            }
        }
        let touched = found.iter().map(|patient| patient.as_str().to_owned());
        self.listed.borrow_mut().patients.extend(touched);
        Ok(found)
    }
}

/// A mark as it is kept.
fn digest(record: &Record, tenant: &str, mark: &str) -> Result<Vec<u8>, Failure> {
    let mut text = record.inner.keys.index_hash(tenant, mark);
    text.truncate(MARK_BYTES * 2);
    hex::decode(text).map_err(|error| Failure::Storage(error.to_string()))
}
