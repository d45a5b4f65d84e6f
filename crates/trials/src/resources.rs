//! A patient out of FHIR R4 resources: the clinical facts that trials ask for.
//!
//! Sources of the forms: HL7 mCODE (primary cancer condition, stage, ECOG performance, treatments)
//! and FHIR R4. A resource that was entered in error, refuted, or is not final says nothing; what
//! cannot be mapped is told and not known.

mod clinical;
mod diagnosis;
mod element;

pub use diagnosis::TumorTypes;

use crate::criteria::Sex;
use crate::date;
use crate::patient::{Born, Day, Patient, Source, Sources};
use element::{at, text};
use model::{PartialDate, Problem, ResourceRef};
use serde_json::Value;
use tumor::{TumorProfile, TumorView};

/// Months for which a laboratory value counts, as protocols ask for recent ones.
pub const LAB_MONTHS_MAX: i32 = 1;
/// Months for which a performance status counts.
pub const PERFORMANCE_MONTHS_MAX: i32 = 3;

/// The types that a patient is read from. Those of reports come with the tumour's profiles.
pub const RESOURCE_TYPES: [&str; 7] = [
    "Condition",
    "Medication",
    "MedicationAdministration",
    "MedicationStatement",
    "Observation",
    "Patient",
    "Procedure",
];

/// A resource as it stands in the record.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// Which version of what.
    pub reference: ResourceRef,
    /// Its content.
    pub value: Value,
}

/// A report on the tumour, and the resource that it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// What it says.
    pub profile: TumorProfile,
    /// Where it stands.
    pub source: Source,
}

/// The patient of these resources on a day, with where each fact comes from, and with what could
/// not be read. The order of the resources does not matter.
pub fn patient(
    id: &str,
    resources: &[Resource],
    reports: Vec<Report>,
    types: &TumorTypes,
    as_of: Day,
) -> (Patient, Vec<Problem>) {
    let mut read = Read { as_of, ..Read::default() };
    let mut sorted: Vec<&Resource> = resources.iter().collect();
    sorted.sort_by(|one, other| one.reference.cmp(&other.reference));
    for resource in &sorted {
        if text(&resource.value, "resourceType") == "Patient" {
            read.person(resource);
        }
    }
    read.conditions(&sorted, types);
    read.observations(&sorted);
    read.therapies(&sorted);
    let profiles: Vec<TumorProfile> = reports.iter().map(|one| one.profile.clone()).collect();
    read.patient.tumor = TumorView::of(&profiles);
    read.sources.reports = reports.into_iter().map(|one| (one.profile, one.source)).collect();
    id.clone_into(&mut read.patient.id);
    read.patient.sources = Some(Box::new(read.sources));
    (read.patient, read.problems)
}

/// What was read so far.
#[derive(Default)]
struct Read {
    patient: Patient,
    sources: Sources,
    problems: Vec<Problem>,
    as_of: Day,
}

impl Read {
    fn person(&mut self, resource: &Resource) {
        let value = &resource.value;
        if let Some(birth) = PartialDate::parse(text(value, "birthDate")) {
            let (earliest, latest) = (first_day(birth), last_day(birth));
            self.patient.born = Born { earliest: Some(earliest), latest: Some(latest) };
        }
        self.patient.sex = match text(value, "gender") {
            "female" => Some(Sex::Female),
            "male" => Some(Sex::Male),
            _ => None,
        };
        let died = !text(value, "deceasedDateTime").is_empty();
        self.patient.alive = match at(value, "/deceasedBoolean").and_then(Value::as_bool) {
            Some(deceased) => Some(!deceased),
            None => died.then_some(false),
        };
        self.sources.person.push(source(resource, None));
    }

    /// Notes that something is out of date from a day on.
    fn expire(&mut self, day: Day) {
        let sooner = self.sources.expires.is_none_or(|other| day < other);
        if sooner {
            self.sources.expires = Some(day);
        }
    }

    /// Whether what was found on a date counts still, and until when.
    fn counts(&self, date: PartialDate, months: i32) -> Option<Day> {
        let found = first_day(date);
        let ends = date::ends_after(found, months);
        (self.as_of < ends).then_some(ends)
    }
}

fn source(resource: &Resource, date: Option<PartialDate>) -> Source {
    let ResourceRef { resource_type, id, version } = &resource.reference;
    Source { resource: format!("{resource_type}/{id}/_history/{version}"), date }
}

fn first_day(date: PartialDate) -> Day {
    date::day(date.year, date.month.unwrap_or(1), date.day.unwrap_or(1))
}

fn last_day(date: PartialDate) -> Day {
    date::day(date.year, date.month.unwrap_or(12), date.day.unwrap_or(31))
}
