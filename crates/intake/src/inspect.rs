//! An archived message as a person looks at it: what it would come to, each with its place.
//!
//! Nothing is read from the record and nothing is filed: it is the message and its feed's profile
//! that say it.

use crate::difference;
use crate::feed::Feed;
use crate::receive::HL7_V2;
use crate::vendor;
use formats::fhir::access::{self, all, resource_type};
use formats::fhir::facts::facts_of;
use model::fact::FactContent;
use model::patient::PersonName;
use model::reported::ResultStatus;
use model::{CodeableConcept, Fact, PartialDate, Problem};
use record::RawMessage;
use serde_json::Value;

/// Entries of a Bundle that are looked at.
const ENTRIES_MAX: usize = 2_000;

/// What a place of a message comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The place, in the message's own terms: `OBX[4]`, `entry[2]`.
    pub place: String,
    /// Type of the resource that it becomes.
    pub kind: String,
    /// What it says, a line for each fact.
    pub lines: Vec<String>,
    /// How final it is, where something says so.
    pub status: Option<ResultStatus>,
}

/// What a message comes to by the profile of its feed, with what reading it noticed.
///
/// # Errors
/// What is wrong with it: nothing of it would be filed.
pub fn found(feed: &Feed, raw: &RawMessage) -> Result<(Vec<Found>, Vec<Problem>), Vec<Problem>> {
    let media_type = raw.summary.media_type.as_str();
    if media_type == HL7_V2 || vendor::is_report(media_type) {
        let (resources, problems) = difference::resources(feed, raw)?;
        let of = |(resource, place): &(Value, String)| of_resource(resource, place);
        return Ok((resources.iter().filter_map(of).collect(), problems));
    }
    if media_type.contains("fhir+json") {
        return of_fhir(&raw.body);
    }
    let text = format!("what is in `{media_type}` is not shown here");
    Ok((Vec::new(), vec![Problem::note("not-shown", "message", text)]))
}

fn of_fhir(body: &[u8]) -> Result<(Vec<Found>, Vec<Problem>), Vec<Problem>> {
    let resource: Value = serde_json::from_slice(body)
        .map_err(|error| vec![Problem::error("bad-json", "message", error.to_string())])?;
    if resource_type(&resource) != Some("Bundle") {
        return Ok((of_resource(&resource, "message").into_iter().collect(), Vec::new()));
    }
    let entries = all(&resource, "entry");
    let mut problems = Vec::new();
    if entries.len() > ENTRIES_MAX {
        let text = format!("the first {ENTRIES_MAX} of {} entries are shown", entries.len());
        problems.push(Problem::note("more-entries", "entry", text));
    }
    let resources = entries.iter().take(ENTRIES_MAX).enumerate();
    let found = resources.filter_map(|(number, entry)| {
        of_resource(entry.get("resource")?, &format!("entry[{number}]"))
    });
    Ok((found.collect(), problems))
}

/// What a resource says; nothing of a `Provenance`, which says it about the others.
fn of_resource(resource: &Value, place: &str) -> Option<Found> {
    let kind = resource_type(resource).filter(|kind| *kind != "Provenance")?;
    let (facts, _) = facts_of(resource, None, place);
    let mut lines: Vec<String> = facts.iter().map(words).collect();
    if lines.is_empty() {
        let code = access::concept(resource, "code");
        lines.extend(code.and_then(|code| code.words().map(str::to_owned)));
    }
    let status = facts.first().map(|fact| fact.status);
    Some(Found { place: place.to_owned(), kind: kind.to_owned(), lines, status })
}

/// A fact in one line.
pub fn words(fact: &Fact) -> String {
    let parts = parts(&fact.content).into_iter().filter(|part| !part.is_empty());
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { "nothing in words".to_owned() } else { parts.join(" · ") }
}

/// What a fact says, part by part.
fn parts(content: &FactContent) -> Vec<String> {
    let day = |what: &str, date: Option<PartialDate>| {
        date.map(|date| format!("{what} {date}")).unwrap_or_default()
    };
    match content {
        FactContent::Patient(patient) => {
            let name = patient.names.first().map(PersonName::banner);
            let numbers = patient.identifiers.iter().map(|one| one.value.clone());
            name.into_iter().chain(numbers).chain([day("born", patient.birth_date)]).collect()
        }
        FactContent::Specimen(specimen) => {
            vec![concept(&specimen.kind), day("collected", specimen.collected)]
        }
        FactContent::Assay(assay) => {
            said([&assay.method, &assay.panel, &Some(assay.coverage.genes.join(", "))])
        }
        FactContent::Report(report) => {
            let number = report.filler.as_ref().map(|filler| filler.value.clone());
            said([&Some(concept(&report.service)), &report.laboratory, &number])
        }
        FactContent::Genotypes(set) => vec![format!("{} genotypes", set.calls.len())],
        FactContent::GeneResult(result) => {
            let score = result.activity_score.as_ref();
            let score = score.map(|score| format!("activity score {score}"));
            said([&Some(result.gene.clone()), &result.diplotype, &result.phenotype, &score])
        }
        FactContent::Variant(variant) => said([
            &variant.gene,
            &variant.transcript,
            &variant.hgvs_coding,
            &variant.hgvs_protein,
            &variant.hgvs_genomic,
            &variant.assessment,
            &variant.significance,
            &variant.allelic_state,
        ]),
        FactContent::Medication(medication) => {
            let (name, status) = (concept(&medication.concept), medication.status.clone());
            said([&Some(name), &Some(status), &medication.dosage])
        }
        FactContent::TestOrder(order) => {
            order.services.iter().map(concept).chain([order.status.clone()]).collect()
        }
    }
}

fn concept(concept: &CodeableConcept) -> String {
    concept.words().unwrap_or_default().to_owned()
}

/// Of these parts those that were said.
fn said<const N: usize>(parts: [&Option<String>; N]) -> Vec<String> {
    parts.into_iter().flatten().cloned().collect()
}
