//! Which versions of what there are about some patients, without what they say: enough to know
//! that nothing has changed of what a caller sees.

use crate::grant::Columns;
use crate::limit::{COMPARTMENT_RESOURCES_MAX, COMPARTMENT_TYPES_MAX, PAGE_ROWS_MAX, within};
use crate::store::values;
use crate::vault::Builder;
use crate::{Access, Action, Failure, Record};
use model::{PatientId, ResourceRef};
use std::collections::BTreeMap;

const CURRENT: &str = "SELECT r.patient, r.resource_type, r.id, r.version FROM resource r
    WHERE r.tenant = $1 AND r.deleted = 0 AND r.patient IN (";

impl Record {
    /// The current versions of these types that the caller sees of each patient, by type and id.
    /// Two answers that are the same were the same to read. A patient of whom nothing is seen is
    /// not among them. More than [`COMPARTMENT_RESOURCES_MAX`] are [`Failure::TooMuch`].
    pub fn compartment_versions(
        &self,
        access: &Access,
        patients: &[PatientId],
        types: &[&str],
    ) -> Result<BTreeMap<PatientId, Vec<ResourceRef>>, Failure> {
        within("patients", patients.len(), PAGE_ROWS_MAX as usize, "patients")?;
        within("types", types.len(), COMPARTMENT_TYPES_MAX, "types")?;
        let access = &self.granted(access, Action::ReadClinical)?;
        let mut query = Builder::new(CURRENT, values![access.tenant().as_str()]);
        query.bind_list(patients.iter().map(PatientId::as_str));
        query.push(") AND r.resource_type IN (");
        query.bind_list(types.iter().copied());
        query.push(")");
        query.scope(access, Columns::Resource("r"));
        let most = COMPARTMENT_RESOURCES_MAX as usize;
        query.push(&format!(" ORDER BY r.patient, r.resource_type, r.id LIMIT {}", most + 1));
        self.audited_read(access, Action::ReadClinical, |executor, touched| {
            let mut found: BTreeMap<PatientId, Vec<ResourceRef>> = BTreeMap::new();
            let rows = executor.query(&query.sql, &query.values)?;
            within("resources", rows.len(), most, "resources")?;
            for row in &rows {
                let reference = ResourceRef {
                    resource_type: row.text(1)?.to_owned(),
                    id: row.text(2)?.to_owned(),
                    version: row.count(3)?,
                };
                found.entry(PatientId::new(row.text(0)?)).or_default().push(reference);
            }
            for patient in found.keys() {
                touched.patient(patient.as_str());
            }
            Ok(found)
        })
    }
}
