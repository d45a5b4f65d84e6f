//! Keeping the sets up: what is new of some patients, in one transaction with the place in the
//! change feed that it was made at.

use super::digest;
use super::set::{CHUNK_NUMBERS, Chunk};
use crate::access::EVERYBODY;
use crate::key::Keys;
use crate::limit::{self, CARRIER_MARKS_MAX, CARRIER_PATIENTS_MAX, within};
use crate::sql::genome as sql;
use crate::store::{Executor, values};
use crate::vault::Vault;
use crate::{Access, Action, Failure, Record};
use model::{PatientId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A mark that a patient has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMark {
    /// The mark.
    pub text: String,
    /// Its kind, if the marks of that kind are to be listed.
    pub kind: Option<&'static str>,
}

/// What is to be kept of a patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkedPatient {
    /// Who.
    pub patient: PatientId,
    /// All marks of it; `None` if they cannot tell everything, and it has to be asked each time.
    pub marks: Option<Vec<NewMark>>,
}

/// The bytes of marks.
type Mark = Vec<u8>;

/// What of a patient is written.
struct Line {
    patient: String,
    is_open: bool,
    marks: BTreeMap<Mark, Option<(&'static str, String)>>,
}

impl Record {
    /// Where the sets of these settings have come to in the change feed; 0 if there are none.
    pub fn carriers_at(&self, access: &Access, settings: &str) -> Result<u64, Failure> {
        self.permit(access, Action::KeepCarriers)?;
        let tenant = access.tenant().as_str();
        self.inner.genome.read(|executor| match state(executor, tenant)? {
            Some(state) if state.settings == settings => Ok(state.sequence),
            _ => Ok(0),
        })
    }

    /// Puts what is known of some patients, as it is from `after` to `until` of the change feed,
    /// in place of what was. Nothing is done, and `false` given, where the sets have not come to
    /// `after`: somebody else has moved them. From 0 on they are begun anew.
    pub fn keep_carriers(
        &self,
        access: &Access,
        settings: &str,
        (after, until): (u64, u64),
        patients: Vec<MarkedPatient>,
    ) -> Result<bool, Failure> {
        self.permit(access, Action::KeepCarriers)?;
        limit::text("settings", settings)?;
        within("patients", patients.len(), CARRIER_PATIENTS_MAX, "patients")?;
        let tenant = access.tenant().as_str().to_owned();
        let mut lines = Vec::with_capacity(patients.len());
        for MarkedPatient { patient, marks } in patients {
            let is_open = marks.is_none();
            let marks = marks.unwrap_or_default();
            within("marks of one patient", marks.len(), CARRIER_MARKS_MAX, "marks")?;
            let mut kept = BTreeMap::new();
            for NewMark { text, kind } in marks {
                kept.insert(digest(self, &tenant, &text)?, kind.map(|kind| (kind, text)));
            }
            lines.push(Line { patient: patient.as_str().to_owned(), is_open, marks: kept });
        }
        let (keys, now) = (Arc::clone(&self.inner.keys), self.now());
        let settings = settings.to_owned();
        self.inner.genome_writer.write(move |executor| {
            let keeping = Keeping { executor, keys: &keys, tenant: &tenant, now };
            keeping.run(&settings, after, until, lines)
        })
    }
}

struct State {
    settings: String,
    sequence: u64,
    next: u64,
}

fn state(executor: &dyn Executor, tenant: &str) -> Result<Option<State>, Failure> {
    let Some(row) = executor.first(sql::CARRIERS_AT, values![tenant])? else { return Ok(None) };
    Ok(Some(State {
        settings: row.text(0)?.to_owned(),
        sequence: row.count(1)?,
        next: row.count(2)?,
    }))
}

struct Keeping<'k> {
    executor: &'k dyn Executor,
    keys: &'k Keys,
    tenant: &'k str,
    now: Timestamp,
}

impl Keeping<'_> {
    fn run(
        &self,
        settings: &str,
        after: u64,
        until: u64,
        lines: Vec<Line>,
    ) -> Result<bool, Failure> {
        let held = state(self.executor, self.tenant)?;
        let is_there =
            |state: &State| state.settings == settings && state.sequence == after && after > 0;
        let mut next = match held {
            Some(state) if is_there(&state) => state.next,
            _ if after > 0 => return Ok(false),
            _ => {
                for clear in
                    [sql::CARRIERS_CLEAR, sql::CARRIER_SETS_CLEAR, sql::CARRIER_LISTED_CLEAR]
                {
                    self.executor.execute(clear, values![self.tenant])?;
                }
                0
            }
        };
        let vault = Vault::new(self.executor, self.keys, self.tenant);
        let mut changes: BTreeMap<(Mark, u64), Vec<(u64, bool)>> = BTreeMap::new();
        for line in lines {
            self.line(&vault, line, &mut next, &mut changes)?;
        }
        for ((mark, chunk), changes) in changes {
            self.chunk(mark, chunk, &changes)?;
        }
        let row = values![self.tenant, settings, until, next];
        self.executor.execute(sql::CARRIERS_AT_PUT, row)?;
        Ok(true)
    }

    /// Puts a patient's line, and notes what changes in the sets.
    fn line(
        &self,
        vault: &Vault<'_>,
        line: Line,
        next: &mut u64,
        changes: &mut BTreeMap<(Mark, u64), Vec<(u64, bool)>>,
    ) -> Result<(), Failure> {
        let Line { patient, is_open, marks } = line;
        let key = values![self.tenant, &patient];
        let (number, old) = match self.executor.first(sql::CARRIER_OF, key)? {
            None => {
                *next += 1;
                (*next - 1, BTreeSet::new())
            }
            Some(row) => {
                let number = row.count(0)?;
                let place = ["carrier", &number.to_string()];
                let body = vault.open(&patient, &place, row.bytes(1)?)?;
                let old = body.chunks_exact(super::MARK_BYTES).map(<[u8]>::to_vec).collect();
                (number, old)
            }
        };
        if marks.is_empty() && !is_open {
            self.executor.execute(sql::CARRIER_DROP, values![self.tenant, number])?;
        } else {
            let body: Vec<u8> = marks.keys().flatten().copied().collect();
            let place = ["carrier", &number.to_string()];
            let sealed = vault.seal(&patient, &place, &body, self.now)?;
            let row = values![self.tenant, number, &patient, is_open, sealed];
            self.executor.execute(sql::CARRIER_PUT, row)?;
        }
        let (chunk, place) = (number / CHUNK_NUMBERS, number % CHUNK_NUMBERS);
        let mut change = |mark: &Mark, is_in| {
            changes.entry((mark.clone(), chunk)).or_default().push((place, is_in));
        };
        old.iter().filter(|mark| !marks.contains_key(*mark)).for_each(|mark| change(mark, false));
        for (mark, listed) in marks.into_iter().filter(|(mark, _)| !old.contains(mark)) {
            change(&mark, true);
            let Some((kind, text)) = listed else { continue };
            if self.executor.first(sql::LISTED_GET, values![self.tenant, mark.clone()])?.is_none() {
                let place = ["carrier-listed", kind, &hex::encode(&mark)];
                let sealed = vault.seal(EVERYBODY, &place, text.as_bytes(), self.now)?;
                self.executor.execute(sql::LISTED_PUT, values![self.tenant, mark, kind, sealed])?;
            }
        }
        Ok(())
    }

    fn chunk(&self, mark: Mark, chunk: u64, changes: &[(u64, bool)]) -> Result<(), Failure> {
        let key = values![self.tenant, mark.clone(), chunk];
        let row = self.executor.first(sql::SET_GET, key)?;
        let mut held = match row {
            Some(row) => Chunk::read(row.bytes(0)?)?,
            None => Chunk::default(),
        };
        for (number, is_in) in changes {
            held.set(*number, *is_in)?;
        }
        if let Some(bytes) = held.write() {
            let row = values![self.tenant, mark, chunk, bytes];
            return self.executor.execute(sql::SET_PUT, row).map(|_| ());
        }
        self.executor.execute(sql::SET_DROP, key)?;
        // What nobody has any more is listed no more.
        if self.executor.first(sql::SETS_OF, values![self.tenant, mark.clone()])?.is_none() {
            self.executor.execute(sql::LISTED_DROP, values![self.tenant, mark])?;
        }
        Ok(())
    }
}

/// Takes a patient out of all sets; whether it was in any. What it had is in its line; a line that
/// does not open any more is taken away, and the sets are made anew.
pub(crate) fn forget(
    executor: &dyn Executor,
    keys: &Keys,
    tenant: &str,
    patient: &str,
    now: Timestamp,
) -> Result<bool, Failure> {
    let key = values![tenant, patient];
    let Some(row) = executor.first(sql::CARRIER_OF, key)? else { return Ok(false) };
    let keeping = Keeping { executor, keys, tenant, now };
    let vault = Vault::new(executor, keys, tenant);
    let (mut next, mut changes) = (0, BTreeMap::new());
    let line = Line { patient: patient.to_owned(), is_open: false, marks: BTreeMap::new() };
    match keeping.line(&vault, line, &mut next, &mut changes) {
        Ok(()) => {}
        Err(Failure::Sealed { .. }) => {
            let number = row.count(0)?;
            executor.execute(sql::CARRIER_DROP, values![tenant, number])?;
            executor.execute(sql::CARRIERS_AT_DROP, values![tenant])?;
        }
        Err(failure) => return Err(failure),
    }
    for ((mark, chunk), changes) in changes {
        keeping.chunk(mark, chunk, &changes)?;
    }
    Ok(true)
}
