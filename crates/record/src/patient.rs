//! Patients, by identifier or all of them.

use crate::fact::filed;
use crate::grant::Columns;
use crate::limit::{IDENTIFIERS_MAX, rows, within};
use crate::search::{find, with_token};
use crate::sql::record as sql;
use crate::store::{Executor, values};
use crate::vault::{Builder, Vault};
use crate::{Access, Action, Failure, Parameter, Record};
use model::fact::FactContent;
use model::patient::{Identifier, Patient};

/// `Patient` resources that are not deleted.
const PATIENTS: &str = "SELECT r.id, r.version FROM resource r
    WHERE r.tenant = $1 AND r.resource_type = 'Patient' AND r.deleted = 0";

impl Record {
    /// Patients that have at least one of these identifiers, value and authority both exactly
    /// equal, by id. The identifiers are those of the resource and of its `Patient` fact.
    pub fn find_patients(
        &self,
        access: &Access,
        identifiers: &[Identifier],
    ) -> Result<Vec<Patient>, Failure> {
        let found = self.find_patient_versions(access, identifiers)?;
        Ok(found.into_iter().map(|(patient, _)| patient).collect())
    }

    /// As [`Record::find_patients`], each with the version of its resource.
    pub fn find_patient_versions(
        &self,
        access: &Access,
        identifiers: &[Identifier],
    ) -> Result<Vec<(Patient, u64)>, Failure> {
        let access = &self.granted(access, Action::FindPatients)?;
        within("identifiers", identifiers.len(), IDENTIFIERS_MAX, "identifiers")?;
        let tenant = access.tenant().as_str();
        let mut query = Builder::new(PATIENTS, values![tenant]);
        query.scope(access, Columns::Resource("r"));
        let paths = find("Patient", "identifier").map(Parameter::path_numbers);
        query.push(&format!(
            " AND r.number IN (SELECT s.number FROM search_posting s WHERE s.tenant = $1 \
             AND s.path IN ({}) AND s.concept IN (SELECT 0 WHERE 0 = 1",
            paths.unwrap_or_default()
        ));
        for identifier in identifiers {
            query.push(" UNION ");
            let hash = self.inner.keys.identifier_hash(tenant, &identifier.value);
            with_token(&mut query, Some(&identifier.authority), Some(&hash));
        }
        query.push(")) ORDER BY r.id");
        self.ready_to_search(access, "Patient")?;
        self.demographics(access, &query)
    }

    /// All patients that the caller may see, by id.
    pub fn patients(&self, access: &Access, limit: u32) -> Result<Vec<Patient>, Failure> {
        let access = &self.granted(access, Action::FindPatients)?;
        let mut query = Builder::new(PATIENTS, values![access.tenant().as_str()]);
        query.scope(access, Columns::Resource("r"));
        query.push(" ORDER BY r.id LIMIT ");
        query.bind(rows("limit", limit)?);
        let found = self.demographics(access, &query)?;
        Ok(found.into_iter().map(|(patient, _)| patient).collect())
    }

    fn demographics(
        &self,
        access: &Access,
        query: &Builder,
    ) -> Result<Vec<(Patient, u64)>, Failure> {
        self.audited_read(access, Action::FindPatients, |executor, touched| {
            let found = executor.query(&query.sql, &query.values)?;
            let vault = Vault::new(executor, &self.inner.keys, access.tenant().as_str());
            let mut patients = Vec::new();
            for row in found {
                let id = row.text(0)?;
                touched.patient(id);
                let version = row.count(1)?;
                patients.push((demographics(executor, &vault, access, id, version)?, version));
            }
            Ok(patients)
        })
    }
}

/// The `Patient` fact of a version. A `Patient` that was filed without one is an error, for it
/// would otherwise be taken for no patient at all.
fn demographics(
    executor: &dyn Executor,
    vault: &Vault<'_>,
    access: &Access,
    id: &str,
    version: u64,
) -> Result<Patient, Failure> {
    let key = values![access.tenant().as_str(), "Patient", id, version];
    for row in executor.query(sql::FACTS_OF_VERSION, key)? {
        if let FactContent::Patient(patient) = filed(vault, &row)?.fact.content {
            return Ok(patient);
        }
    }
    Err(Failure::Storage(format!("Patient/{id} was filed without its demographics")))
}
