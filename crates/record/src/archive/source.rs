//! The message that a patient's results came from, for whoever may read these results.
//!
//! A message says more than single results do. It is shown to nobody from whom the policies, a
//! label or a consent keep any of what was filed from it, and never when it is about somebody else
//! as well: then it is not there.

use super::{RawMessage, body, summary};
use crate::audit::Touched;
use crate::grant::Columns;
use crate::sql::{archive as sql, record as record_sql};
use crate::store::{Executor, values};
use crate::vault::{Builder, Vault};
use crate::{Access, Action, Failure, Record};
use model::{PatientId, RawId};

/// Versions that a message made of a patient's resources.
const VERSIONS: &str = "SELECT v.resource_type, v.id, v.version FROM resource r
    JOIN resource_version v ON v.tenant = r.tenant AND v.resource_type = r.resource_type
    AND v.id = r.id WHERE r.tenant = $1 AND r.patient = $2 AND v.raw = $3";

impl Record {
    /// An archived message that results of this patient came from, with its bytes. It is read as
    /// clinical content is, by the access to the patient; `None` if there is no such message or
    /// the caller may not see all that came from it.
    pub fn source(
        &self,
        access: &Access,
        patient: &PatientId,
        id: &RawId,
    ) -> Result<Option<RawMessage>, Failure> {
        let access = &self.granted(access, Action::ReadClinical)?;
        let tenant = access.tenant().as_str();
        let mut touched = Touched::default();
        touched.patient(patient.as_str());
        touched.entities.push(format!("raw/{id}"));
        let is_whole = self.inner.record.read(|executor| whole(executor, access, patient, id));
        let found = is_whole.and_then(|is_whole| {
            if !is_whole {
                return Ok(None);
            }
            self.inner.archive.read(|executor| {
                let vault = Vault::new(executor, &self.inner.keys, tenant);
                let key = values![tenant, id.as_str()];
                let Some(row) = executor.first(sql::RAW_GET, key)? else { return Ok(None) };
                let summary = summary(&vault, &row)?;
                let body = body(executor, &vault, access, &summary)?;
                Ok(Some(RawMessage { summary, body }))
            })
        });
        let found = found.and_then(|mut found| {
            let summaries = found.iter_mut().map(|message| &mut message.summary).collect();
            self.complete(access, summaries, &mut touched)?;
            Ok(found)
        });
        self.note(access, Action::ReadClinical, &touched)?;
        found
    }
}

/// Whether a message is about this patient alone, and the caller may see all that it made.
fn whole(
    executor: &dyn Executor,
    access: &Access,
    patient: &PatientId,
    id: &RawId,
) -> Result<bool, Failure> {
    let tenant = access.tenant().as_str();
    let patients = executor.query(record_sql::RAW_PATIENTS, values![tenant, id.as_str()])?;
    let mut alone = !patients.is_empty();
    for row in &patients {
        alone &= row.text(0)? == patient.as_str();
    }
    if !alone {
        return Ok(false);
    }
    let key = values![tenant, patient.as_str(), id.as_str()];
    let all = executor.query(VERSIONS, key)?.len();
    let mut query = Builder::new(VERSIONS, key);
    query.scope(access, Columns::Resource("v"));
    let seen = executor.query(&query.sql, &query.values)?.len();
    Ok(all > 0 && seen == all)
}
