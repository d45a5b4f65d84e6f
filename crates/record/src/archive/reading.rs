//! By what filed messages were read. Whoever files a message may leave word of it with the commit,
//! and whoever reads it again and finds everything as it stands may, too. It ends with the first
//! new version of anything that came of the message, and when the message is not filed any more. So
//! a message that still has it does not have to be read again to know what stands of it.

use super::RawState;
use crate::audit::Touched;
use crate::limit::{COMMIT_CHANGES_MAX, PAGE_ROWS_MAX, READING_BYTES_MAX, within};
use crate::sql::record as sql;
use crate::store::{Executor, values};
use crate::{Access, Action, Failure, Record};
use model::{PatientId, RawId, ResourceRef};

/// By what a message was read, with everything as it left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// What was left with the commit ([`crate::Commit::reading`]).
    pub by: Vec<u8>,
    /// Whose results came of it: one person's, else there is no reading.
    pub patient: PatientId,
}

/// By what a message was read again, and what came of it was found to stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReading {
    /// The message.
    pub raw: RawId,
    /// As in [`crate::Commit::reading`].
    pub by: Vec<u8>,
    /// All that came of it, in the versions that were found.
    pub found: Vec<ResourceRef>,
}

impl Record {
    /// Keeps by what some filed messages were read again, unless something of one was found that
    /// is not the current version any more, or that came of another message: then nothing would
    /// end its reading. How many are kept.
    pub fn keep_readings(
        &self,
        access: &Access,
        readings: Vec<NewReading>,
    ) -> Result<usize, Failure> {
        self.permit(access, Action::SetRawState)?;
        within("readings", readings.len(), PAGE_ROWS_MAX as usize, "readings")?;
        for reading in &readings {
            within("reading", reading.by.len(), READING_BYTES_MAX, "bytes")?;
            within("resources", reading.found.len(), COMMIT_CHANGES_MAX, "resources")?;
        }
        if readings.is_empty() {
            return Ok(0);
        }
        let entities = readings.iter().map(|reading| format!("raw/{}", reading.raw)).collect();
        self.note(access, Action::SetRawState, &Touched { entities, ..Touched::default() })?;
        let tenant = access.tenant().as_str().to_owned();
        self.inner.record_writer.write(move |executor| {
            let mut kept = 0;
            for NewReading { raw, by, found } in &readings {
                if stands(executor, &tenant, raw, found)? {
                    let filed = RawState::Filed.word();
                    let row = values![by.clone(), &tenant, raw.as_str(), filed];
                    kept += executor.execute(sql::RAW_READING_PUT, row)?;
                }
            }
            Ok(kept)
        })
    }

    /// By what some messages were read, in their order; `None` for one that has to be read again.
    pub fn readings(
        &self,
        access: &Access,
        messages: &[RawId],
    ) -> Result<Vec<Option<Reading>>, Failure> {
        within("messages", messages.len(), PAGE_ROWS_MAX as usize, "messages")?;
        self.permit(access, Action::ReadRaw)?;
        let tenant = access.tenant().as_str();
        let mut touched = Touched::default();
        let found = self.inner.record.read(|executor| {
            let one = |id: &RawId| {
                let key = values![tenant, id.as_str(), RawState::Filed.word()];
                let Some(row) = executor.first(sql::RAW_READING_GET, key)? else { return Ok(None) };
                let Some(by) = row.optional_bytes(0)? else { return Ok(None) };
                let rows = executor.query(sql::RAW_PATIENTS, values![tenant, id.as_str()])?;
                let [patient] = rows.as_slice() else { return Ok(None) };
                touched.entities.push(format!("raw/{id}"));
                touched.patient(patient.text(0)?);
                Ok(Some(Reading { by: by.to_vec(), patient: PatientId::new(patient.text(0)?) }))
            };
            messages.iter().map(one).collect()
        });
        self.note(access, Action::ReadRaw, &touched)?;
        found
    }
}

/// Whether all of this is current, and came of this message.
fn stands(
    executor: &dyn Executor,
    tenant: &str,
    raw: &RawId,
    found: &[ResourceRef],
) -> Result<bool, Failure> {
    for ResourceRef { resource_type, id, version } in found {
        let key = values![tenant, resource_type, id];
        let Some(row) = executor.first(sql::VERSION_SOURCE, key)? else { return Ok(false) };
        if row.count(0)? != *version || row.flag(1)? || row.text(2)? != raw.as_str() {
            return Ok(false);
        }
    }
    Ok(!found.is_empty())
}
