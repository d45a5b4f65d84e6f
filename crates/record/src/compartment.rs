//! Everything of some types about one patient, or about everybody in turn: what questions over
//! whole compartments read.

use crate::grant::Columns;
use crate::limit::{COMPARTMENT_RESOURCES_MAX, FACT_TYPES_MAX, rows, within};
use crate::resource::stored;
use crate::store::{Executor, values};
use crate::vault::{Builder, Vault};
use crate::{Access, Action, Failure, Record, Stored};
use model::PatientId;

/// Columns that `resource::stored` reads.
pub(crate) const RESOURCES: &str =
    "SELECT v.id, v.version, v.patient, v.recorded, v.deleted, v.sha256, v.body
    FROM resource r JOIN resource_version v ON v.tenant = r.tenant
    AND v.resource_type = r.resource_type AND v.id = r.id AND v.version = r.version
    WHERE r.tenant = $1 AND r.patient = $2 AND r.resource_type = $3 AND r.deleted = 0";
const PATIENTS: &str = "SELECT DISTINCT r.patient FROM resource r
    WHERE r.tenant = $1 AND r.deleted = 0 AND r.patient NOT IN ('', '*')";

impl Record {
    /// Current versions of a patient's resources of these types that are not deleted, by type in
    /// the order given and then by id. More than [`COMPARTMENT_RESOURCES_MAX`] are
    /// [`Failure::TooMuch`], never a part of them.
    pub fn patient_resources(
        &self,
        access: &Access,
        patient: &PatientId,
        types: &[&str],
    ) -> Result<Vec<Stored>, Failure> {
        within("types", types.len(), FACT_TYPES_MAX, "types")?;
        let access = &self.granted(access, Action::ReadClinical)?;
        self.audited_read(access, Action::ReadClinical, |executor, touched| {
            touched.patient(patient.as_str());
            self.compartment_of(executor, access, patient.as_str(), types)
        })
    }

    /// The same for the next patients, by id, whom the caller may see and about whom there is a
    /// resource of one of the types: at most `count` after the one named. An empty answer is the
    /// end. It needs leave to read and to list patients.
    pub fn next_patients_resources(
        &self,
        access: &Access,
        types: &[&str],
        after: Option<&PatientId>,
        count: u32,
    ) -> Result<Vec<(PatientId, Vec<Stored>)>, Failure> {
        self.permit(access, Action::FindPatients)?;
        within("types", types.len(), FACT_TYPES_MAX, "types")?;
        let access = &self.granted(access, Action::ReadClinical)?;
        let mut query = Builder::new(PATIENTS, values![access.tenant().as_str()]);
        query.scope(access, Columns::Resource("r"));
        query.push(" AND r.resource_type IN (");
        query.bind_list(types.iter().copied());
        query.push(") AND r.patient > ");
        query.bind(after.map_or("", PatientId::as_str));
        query.push(&format!(" ORDER BY r.patient LIMIT {}", rows("count", count)?));
        self.audited_read(access, Action::ReadClinical, |executor, touched| {
            let mut found = Vec::new();
            for row in executor.query(&query.sql, &query.values)? {
                let patient = row.text(0)?;
                touched.patient(patient);
                let resources = self.compartment_of(executor, access, patient, types)?;
                found.push((PatientId::new(patient), resources));
            }
            Ok(found)
        })
    }

    fn compartment_of(
        &self,
        executor: &dyn Executor,
        access: &Access,
        patient: &str,
        types: &[&str],
    ) -> Result<Vec<Stored>, Failure> {
        let vault = Vault::new(executor, &self.inner.keys, access.tenant().as_str());
        let mut found = Vec::new();
        for resource_type in types {
            let key = values![access.tenant().as_str(), patient, *resource_type];
            let mut query = Builder::new(RESOURCES, key);
            query.scope(access, Columns::Resource("r"));
            // Not bound: SQLite compiles a statement anew for each LIMIT that is.
            query.push(&format!(" ORDER BY r.id LIMIT {}", COMPARTMENT_RESOURCES_MAX + 1));
            for row in executor.query(&query.sql, &query.values)? {
                found.push(stored(&vault, resource_type, &row)?);
            }
            let most = COMPARTMENT_RESOURCES_MAX as usize;
            within("resources", found.len(), most, "resources")?;
        }
        Ok(found)
    }
}
