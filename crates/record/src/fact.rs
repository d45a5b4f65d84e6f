//! Facts of stored versions: what the engines read.

use crate::grant::Columns;
use crate::limit::{FACT_TYPES_MAX, RECORDS_OF_PERSON_MAX, within};
use crate::sql::record as sql;
use crate::store::{Row, values};
use crate::vault::{Builder, Vault};
use crate::{Access, Action, Failure, Record};
use model::fact::{FactContent, FiledFact};
use model::patient::Links;
use model::{PatientId, ResourceRef};

/// What these facts say of merges.
fn links(facts: &[FiledFact]) -> Links {
    let own = facts.iter().find_map(|filed| match &filed.fact.content {
        FactContent::Patient(patient) => Some(patient.links.clone()),
        _ => None,
    });
    own.unwrap_or_default()
}

impl Record {
    /// Facts of the current versions of a patient's resources that are not deleted, by resource
    /// type, id and ordinal.
    pub fn facts(&self, access: &Access, patient: &PatientId) -> Result<Vec<FiledFact>, Failure> {
        let access = &self.granted(access, Action::ReadFacts)?;
        let key = values![access.tenant().as_str(), patient.as_str()];
        let mut query = Builder::new(sql::FACTS_OF_PATIENT, key);
        query.scope(access, Columns::Resource("r"));
        query.push(" ORDER BY f.resource_type, f.id, f.ordinal");
        self.filed(access, Action::ReadFacts, &query, Some(patient))
    }

    /// What a record says of merges with others of the same person (FHIR R4 Patient.link). Who may
    /// read facts, or resources, may know of it.
    pub fn links_of_patient(&self, access: &Access, patient: &PatientId) -> Result<Links, Failure> {
        let by_facts = self.may(access, Action::ReadFacts)?;
        let action = if by_facts { Action::ReadFacts } else { Action::ReadClinical };
        Ok(links(&self.facts_of(access, patient, (action, &["Patient"]))?))
    }

    /// The same for the record itself. Of a record whose key is destroyed nothing is known.
    pub(crate) fn links_in(&self, tenant: &str, patient: &PatientId) -> Result<Links, Failure> {
        let mut query = Builder::new(sql::FACTS_OF_PATIENT, values![tenant, patient.as_str()]);
        query.push(" AND r.resource_type = 'Patient'");
        self.inner.record.read(|executor| {
            let vault = Vault::new(executor, &self.inner.keys, tenant);
            let rows = executor.query(&query.sql, &query.values)?;
            match rows.iter().map(|row| filed(&vault, row)).collect::<Result<Vec<_>, _>>() {
                Err(Failure::Sealed { .. }) => Ok(Links::default()),
                facts => Ok(links(&facts?)),
            }
        })
    }

    /// The records of one person: this one, and those that were merged into it, directly or by way
    /// of others. A merge counts if both records say so and this access may know of both.
    ///
    /// # Errors
    /// [`Failure::TooMuch`] for more records than `limit::RECORDS_OF_PERSON_MAX`.
    pub fn records_of_person(
        &self,
        access: &Access,
        patient: &PatientId,
    ) -> Result<Vec<PatientId>, Failure> {
        let mut records = vec![patient.clone()];
        let own = self.links_of_patient(access, patient)?.replaces.into_iter();
        let mut waiting: Vec<_> = own.map(|gone| (patient.clone(), gone)).collect();
        while let Some((stays, gone)) = waiting.pop() {
            if records.contains(&gone) {
                continue;
            }
            let its = self.links_of_patient(access, &gone)?;
            if its.replaced_by.as_ref() != Some(&stays) {
                continue;
            }
            within("records of a person", records.len() + 1, RECORDS_OF_PERSON_MAX, "records")?;
            waiting.extend(its.replaces.into_iter().map(|next| (gone.clone(), next)));
            records.push(gone);
        }
        Ok(records)
    }

    /// Facts of one person: those of the patient's own record, and of the records that were merged
    /// into it what is known there, but not who they said it was. Each fact names its resource.
    ///
    /// # Errors
    /// As [`Record::facts`] and [`Record::records_of_person`].
    pub fn facts_of_person(
        &self,
        access: &Access,
        patient: &PatientId,
    ) -> Result<Vec<FiledFact>, Failure> {
        let mut facts = self.facts(access, patient)?;
        if links(&facts).replaces.is_empty() {
            return Ok(facts);
        }
        for gone in self.records_of_person(access, patient)?.iter().skip(1) {
            let others = self.facts(access, gone)?.into_iter();
            facts.extend(others.filter(|one| !matches!(one.fact.content, FactContent::Patient(_))));
        }
        Ok(facts)
    }

    /// The same, of resources of these types only: what one question needs, however much else the
    /// record holds.
    pub fn facts_of_types(
        &self,
        access: &Access,
        patient: &PatientId,
        types: &[&str],
    ) -> Result<Vec<FiledFact>, Failure> {
        self.facts_of(access, patient, (Action::ReadFacts, types))
    }

    fn facts_of(
        &self,
        access: &Access,
        patient: &PatientId,
        (action, types): (Action, &[&str]),
    ) -> Result<Vec<FiledFact>, Failure> {
        within("types", types.len(), FACT_TYPES_MAX, "types")?;
        let access = &self.granted(access, action)?;
        let key = values![access.tenant().as_str(), patient.as_str()];
        let mut query = Builder::new(sql::FACTS_OF_PATIENT, key);
        query.scope(access, Columns::Resource("r"));
        query.push(" AND r.resource_type IN (");
        query.bind_list(types.iter().copied());
        query.push(") ORDER BY f.resource_type, f.id, f.ordinal");
        self.filed(access, action, &query, Some(patient))
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
        self.filed(access, Action::ReadFacts, &query, None)
    }

    fn filed(
        &self,
        access: &Access,
        action: Action,
        query: &Builder,
        patient: Option<&PatientId>,
    ) -> Result<Vec<FiledFact>, Failure> {
        self.audited_read(access, action, |executor, touched| {
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
