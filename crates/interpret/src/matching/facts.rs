//! What the record says of one patient, as criteria ask it and as far as the reader may know it.

use crate::follow::Failure;
use crate::tumor::{TUMOR_RESOURCE_TYPES, tumor_profiles};
use knowledge::oncology::OncologyNames;
use model::{PatientId, Problem, ResourceRef};
use record::limit::{COMPARTMENT_RESOURCES_MAX, PAGE_ROWS_MAX};
use record::{Access, CompartmentQuery, Record, Stored};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use trials::Patient;
use trials::patient::{Day, Source};
use trials::resources::{RESOURCE_TYPES, Report, Resource, TumorTypes, patient};
use tumor::Genes;
use tumor::normalise::Panels;

/// Type of what therapies refer to; it belongs to no patient.
const MEDICATION: &str = "Medication";

/// Names that facts are read with.
#[derive(Debug)]
pub struct World {
    /// Genes.
    pub genes: Genes,
    /// Types of tumours.
    pub types: TumorTypes,
    /// Panels that reports name.
    pub panels: Panels,
    /// Which version of the names it is, for the log.
    pub names: String,
}

impl World {
    /// The names inside the program, and no panels.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub fn built_in() -> Result<Self, Failure> {
        let names =
            OncologyNames::built_in().map_err(|error| Failure::Knowledge(error.to_string()))?;
        let reference = names.reference();
        Ok(Self {
            genes: Genes::new(&names),
            types: TumorTypes::new(&names),
            panels: Panels::new(),
            names: format!("{} {}", reference.pack, reference.version),
        })
    }

    /// The same with panels that reports name. Another set of panels is another version of the
    /// names: everybody is looked at again.
    #[must_use]
    pub fn with_panels(mut self, panels: Panels) -> Self {
        if panels.is_empty() {
            return self;
        }
        let mut digest = Sha256::new();
        for (name, covered) in &panels {
            digest.update(format!("{name}\n{covered:?}\n"));
        }
        let start: Vec<String> =
            digest.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        let start = start.concat();
        self.names = format!("{}, {} panels {start}", self.names, panels.len());
        self.panels = panels;
        self
    }
}

/// What is known of a patient, and what could not be read.
#[derive(Clone, Debug, PartialEq)]
pub struct PatientFacts {
    /// In the engine's terms.
    pub patient: Patient,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Of which versions of which resources they are; `None` if they rest on something that is not
    /// about the patient.
    pub seen: Option<Seen>,
}

/// Which versions of which resources somebody sees of a patient, as a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen([u8; 32]);

impl Seen {
    /// Of these, which come by type and id.
    pub fn of<'r>(versions: impl IntoIterator<Item = &'r ResourceRef>) -> Self {
        let mut digest = Sha256::new();
        for version in versions {
            digest.update(format!("{version}\n"));
        }
        Self(digest.finalize().into())
    }
}

/// The types that facts are read from, in order.
pub(super) fn types() -> BTreeSet<&'static str> {
    RESOURCE_TYPES.into_iter().chain(TUMOR_RESOURCE_TYPES).collect()
}

impl PatientFacts {
    /// Whether anything says that there is a tumour. Nobody else is put to trials.
    pub fn has_tumor(&self) -> bool {
        let sources = self.patient.sources.as_ref();
        sources.is_some_and(|all| !all.diagnoses.is_empty() || !all.reports.is_empty())
    }

    /// What the record says of a patient on a day; `None` for one who is not there, or not for
    /// who asks.
    ///
    /// # Errors
    /// When the record fails; when there is more about the patient than one question may read.
    pub fn read(
        record: &Record,
        access: &Access,
        world: &World,
        of: &PatientId,
        as_of: Day,
    ) -> Result<Option<Self>, Failure> {
        let mut resources = resources(record, access, of)?;
        let all = Seen::of(resources.iter().map(|one| &one.reference));
        let merged = merged(record, access, of)?;
        let beside = medication_ids(&resources);
        let seen = (beside.is_empty() && merged.is_empty()).then_some(all);
        resources.extend(merged);
        resources.extend(medications(record, access, beside)?);
        if !resources.iter().any(|one| one.reference.resource_type == "Patient") {
            return Ok(None);
        }
        let (patient, problems) = made(of.as_str(), &resources, world, as_of);
        Ok(Some(Self { patient, problems, seen }))
    }

    /// What resources say of the patient among them on a day, without any record: those of a
    /// question that somebody asks. They are of one patient, and have ids.
    pub fn of_resources(values: Vec<Value>, world: &World, as_of: Day) -> Self {
        let text = |value: &Value, name: &str| {
            value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let resource = |value: Value| {
            let (resource_type, id) = (text(&value, "resourceType"), text(&value, "id"));
            Resource { reference: ResourceRef { resource_type, id, version: 1 }, value }
        };
        let resources: Vec<Resource> = values.into_iter().map(resource).collect();
        let mut people = resources.iter().map(|one| &one.reference);
        let of = people.find(|one| one.resource_type == "Patient").map(|one| one.id.clone());
        let (patient, problems) = made(&of.unwrap_or_default(), &resources, world, as_of);
        Self { patient, problems, seen: None }
    }
}

/// What resources say of a patient, and what could not be read.
fn made(of: &str, resources: &[Resource], world: &World, as_of: Day) -> (Patient, Vec<Problem>) {
    let values: Vec<Value> = resources.iter().map(|one| one.value.clone()).collect();
    let (profiles, mut problems) = tumor_profiles(&values, &world.genes, &world.panels);
    let reports = profiles.into_iter().map(|mut profile| {
        for judgement in profile.events.iter_mut().flat_map(|one| &mut one.judgements) {
            judgement.source = versioned(&judgement.source, resources);
        }
        let sources = profile.events.iter_mut().map(|one| &mut one.source);
        let measured = profile.biomarkers.iter_mut().map(|one| &mut one.source);
        for source in sources.chain(measured).flatten() {
            *source = versioned(source, resources);
        }
        let resource = versioned(&profile.report, resources);
        let source = Source { resource, date: profile.issued };
        Report { profile, source }
    });
    let (patient, noticed) = patient(of, resources, reports.collect(), &world.types, as_of);
    problems.extend(noticed);
    (patient, problems)
}

/// A reference with the version that stands in the record.
fn versioned(reference: &str, resources: &[Resource]) -> String {
    let is = |one: &&Resource| {
        let found = &one.reference;
        reference.split_once('/') == Some((found.resource_type.as_str(), found.id.as_str()))
    };
    resources.iter().find(is).map_or_else(|| reference.to_owned(), |one| one.reference.to_string())
}

/// The patient's resources that say something here, by type and id.
fn resources(record: &Record, access: &Access, of: &PatientId) -> Result<Vec<Resource>, Failure> {
    let mut query = CompartmentQuery {
        types: types().into_iter().map(str::to_owned).collect(),
        count: PAGE_ROWS_MAX,
        ..CompartmentQuery::default()
    };
    let mut resources = Vec::new();
    loop {
        let page = record.compartment(access, of, &query)?;
        for stored in page.entries {
            resources.push(opened(stored)?);
        }
        if resources.len() > COMPARTMENT_RESOURCES_MAX as usize {
            let limit = format!("{COMPARTMENT_RESOURCES_MAX} resources");
            return Err(record::Failure::TooMuch { place: of.to_string(), limit }.into());
        }
        let Some(next) = page.next else { return Ok(resources) };
        query.cursor = Some(next);
    }
}

/// What is known in the records that were merged into this one, but not who they said it was.
fn merged(record: &Record, access: &Access, of: &PatientId) -> Result<Vec<Resource>, Failure> {
    let mut found = Vec::new();
    for other in record.records_of_person(access, of)?.iter().skip(1) {
        let others = resources(record, access, other)?.into_iter();
        found.extend(others.filter(|one| one.reference.resource_type != "Patient"));
    }
    Ok(found)
}

/// The medications that therapies refer to.
fn medications(
    record: &Record,
    access: &Access,
    ids: BTreeSet<String>,
) -> Result<Vec<Resource>, Failure> {
    let mut found = Vec::new();
    for id in ids {
        let stored = record.read(access, MEDICATION, &id)?;
        if let Some(stored) = stored.filter(|stored| !stored.deleted) {
            found.push(opened(stored)?);
        }
    }
    Ok(found)
}

/// The ids of medications that therapies refer to.
fn medication_ids(resources: &[Resource]) -> BTreeSet<String> {
    let referred = resources.iter().filter_map(|one| {
        let reference = one.value.pointer("/medicationReference/reference")?.as_str()?;
        let (kind, id) = reference.split_once('/')?;
        (kind == MEDICATION && model::id::is_fhir_id(id)).then(|| id.to_owned())
    });
    referred.collect()
}

fn opened(stored: Stored) -> Result<Resource, Failure> {
    let value = serde_json::from_slice(&stored.body).map_err(|error| Failure::Input {
        resource: stored.reference.to_string(),
        reason: error.to_string(),
    })?;
    Ok(Resource { reference: stored.reference, value })
}
