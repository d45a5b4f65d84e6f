//! Facts of stored versions: what the engines read.

use crate::grant::Columns;
use crate::limit::{FACT_TYPES_MAX, within};
use crate::sql::record as sql;
use crate::store::{Row, values};
use crate::vault::{Builder, Vault};
use crate::{Access, Action, Failure, Record};
use model::fact::FiledFact;
use model::{PatientId, ResourceRef};

impl Record {
    /// Facts of the current versions of a patient's resources that are not deleted, by resource
    /// type, id and ordinal.
    pub fn facts(&self, access: &Access, patient: &PatientId) -> Result<Vec<FiledFact>, Failure> {
        let access = &self.granted(access, Action::ReadFacts)?;
        let key = values![access.tenant().as_str(), patient.as_str()];
        let mut query = Builder::new(sql::FACTS_OF_PATIENT, key);
        query.scope(access, Columns::Resource("r"));
        query.push(" ORDER BY f.resource_type, f.id, f.ordinal");
        self.filed(access, &query, Some(patient))
    }

    /// The same, of resources of these types only: what one question needs, however much else the
    /// record holds.
    pub fn facts_of_types(
        &self,
        access: &Access,
        patient: &PatientId,
        types: &[&str],
    ) -> Result<Vec<FiledFact>, Failure> {
        within("types", types.len(), FACT_TYPES_MAX, "types")?;
        let access = &self.granted(access, Action::ReadFacts)?;
        let key = values![access.tenant().as_str(), patient.as_str()];
        let mut query = Builder::new(sql::FACTS_OF_PATIENT, key);
        query.scope(access, Columns::Resource("r"));
        query.push(" AND r.resource_type IN (");
        query.bind_list(types.iter().copied());
        query.push(") ORDER BY f.resource_type, f.id, f.ordinal");
        self.filed(access, &query, Some(patient))
    }

    /// Facts of one version, current or not, by ordinal: for replay.
    pub fn facts_of_version(
        &self,
        access: &Access,
        reference: &ResourceRef,
    ) -> Result<Vec<FiledFact>, Failure> {
        let access = &self.granted(access, Action::ReadFacts)?;
        let ResourceRef { resource_type, id, version } = reference;
        let key = values![access.tenant().as_str(), resource_type, id, *version];
        let mut query = Builder::new(sql::FACTS_OF_VERSION, key);
        query.scope(access, Columns::Resource("v"));
        query.push(" ORDER BY f.ordinal");
        self.filed(access, &query, None)
    }

    fn filed(
        &self,
        access: &Access,
        query: &Builder,
        patient: Option<&PatientId>,
    ) -> Result<Vec<FiledFact>, Failure> {
        self.audited_read(access, Action::ReadFacts, |executor, touched| {
            touched.patient(patient.map_or("", PatientId::as_str));
            let vault = Vault::new(executor, &self.inner.keys, access.tenant().as_str());
            let rows = executor.query(&query.sql, &query.values)?;
            for row in &rows {
                touched.patient(row.text(5)?);
            }
            rows.iter().map(|row| filed(&vault, row)).collect()
        })
    }
}

/// Opens a fact from its row: type, id, version, sha256, ordinal, patient, body.
pub(crate) fn filed(vault: &Vault<'_>, row: &Row) -> Result<FiledFact, Failure> {
    let (resource_type, id) = (row.text(0)?, row.text(1)?);
    let (version, ordinal) = (row.count(2)?, row.count(4)?);
    let (number, place) = (version.to_string(), ordinal.to_string());
    let place = ["Fact", resource_type, id, &number, &place];
    let body = vault.open(row.text(5)?, &place, row.bytes(6)?)?;
    Ok(FiledFact {
        resource: ResourceRef {
            resource_type: resource_type.to_owned(),
            id: id.to_owned(),
            version,
        },
        sha256: row.text(3)?.to_owned(),
        ordinal: u32::try_from(ordinal).unwrap_or(u32::MAX),
        fact: serde_json::from_slice(&body)
            .map_err(|_| Failure::Sealed { place: place.join("/") })?,
    })
}
