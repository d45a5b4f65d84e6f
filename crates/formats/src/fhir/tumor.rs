//! What the resources of one patient say of a tumour, report by report, in the resources' words.
//!
//! Shapes: the HL7 Genomics Reporting guide (variants, molecular consequences, biomarkers, genomic
//! studies) and mCODE, which uses the same codes and the older region-studied panel (53041-0).
//! `tumor::normalise` makes of the words what engines compare. Only results that are final count;
//! a report of the inherited genome alone is none of a tumour, since what it did not find says
//! nothing of one.

mod judgement;
mod measure;
mod tested;
mod variant;

pub use measure::{answer, measure_of};

use super::access::{self, text};
use super::codes::{self, loinc};
use super::genomics::{component, concept_value, local, references};
use model::tumor::ReportedTumor;
use model::{PartialDate, Problem};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Types of the resources that are read.
pub const TYPES: [&str; 4] = ["DiagnosticReport", "Observation", "Procedure", "Specimen"];

/// Levels of grouped results that are followed.
const LEVELS_MAX: usize = 6;

/// The reports of a tumour among a patient's resources, of the types of [`TYPES`]; others are
/// passed over. A result that no report holds is a report of its own, which states no coverage.
pub fn reported_tumors(resources: &[Value]) -> (Vec<ReportedTumor>, Vec<Problem>) {
    let held = Held::new(resources);
    let mut problems = Vec::new();
    let mut tumors = Vec::new();
    let mut claimed = BTreeSet::new();
    for (reference, resource) in held.of_type("DiagnosticReport") {
        let results = held.results(resource);
        claimed.extend(results.iter().cloned());
        tumors.extend(held.report(reference, resource, &results, &mut problems));
    }
    for (reference, resource) in held.of_type("Observation") {
        let is_member = claimed.contains(reference) || held.members.contains(reference);
        if !is_member && is_of_tumor(resource) {
            let results = BTreeSet::from([reference.to_owned()]);
            tumors.extend(held.report(reference, resource, &results, &mut problems));
        }
    }
    (tumors, problems)
}

/// Whether an observation is read with the report that holds it, and gives no fact by itself.
pub(super) fn is_read(observation: &Value) -> bool {
    measure::is_measure(observation) || tested::is_region_studied(observation)
}

/// Whether an observation is a measurement of a tumour that is known here.
pub(super) fn is_measured(observation: &Value) -> bool {
    measure::is_measure(observation)
}

/// Whether an observation alone is a result about a tumour that stands for itself.
fn is_of_tumor(observation: &Value) -> bool {
    measure::is_measure(observation) || variant::is_variant(observation)
}

/// The resources by reference, and which belong to which.
struct Held<'r> {
    by_reference: BTreeMap<String, &'r Value>,
    /// Observations that others hold as members, so that they do not stand for themselves.
    members: BTreeSet<String>,
    /// What was derived from an observation.
    derived: BTreeMap<String, Vec<&'r Value>>,
}

/// Whether a status means that the result counts, that it was taken back, or neither.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Final,
    Withdrawn,
    Open,
}

fn standing(resource: &Value) -> Standing {
    match text(resource, "status").unwrap_or_default() {
        "final" | "amended" | "corrected" | "appended" | "completed" => Standing::Final,
        "entered-in-error" | "cancelled" | "not-done" => Standing::Withdrawn,
        _ => Standing::Open,
    }
}

impl<'r> Held<'r> {
    fn new(resources: &'r [Value]) -> Self {
        let mut held = Self {
            by_reference: BTreeMap::new(),
            members: BTreeSet::new(),
            derived: BTreeMap::new(),
        };
        for resource in resources {
            let (Some(kind), Some(id)) = (access::resource_type(resource), access::id(resource))
            else {
                continue;
            };
            if kind == "Observation" && standing(resource) == Standing::Final {
                held.members.extend(references(resource, "hasMember"));
                for source in references(resource, "derivedFrom") {
                    held.derived.entry(source).or_default().push(resource);
                }
            }
            held.by_reference.insert(format!("{kind}/{id}"), resource);
        }
        held
    }

    fn of_type(&self, kind: &'static str) -> impl Iterator<Item = (&String, &'r Value)> {
        let all = self.by_reference.iter().map(|(reference, resource)| (reference, *resource));
        all.filter(move |(_, resource)| access::resource_type(resource) == Some(kind))
    }

    /// The observations of a report, with the members of groups and what was derived from them.
    fn results(&self, report: &Value) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut next = references(report, "result");
        for _ in 0..LEVELS_MAX {
            let mut further = Vec::new();
            for result in next {
                if found.insert(result.clone())
                    && let Some(observation) = self.by_reference.get(&result)
                {
                    further.extend(references(observation, "hasMember"));
                }
            }
            next = further;
        }
        found
    }

    /// One report, or one result without; `None` if it says nothing of a tumour.
    fn report(
        &self,
        reference: &str,
        resource: &'r Value,
        results: &BTreeSet<String>,
        problems: &mut Vec<Problem>,
    ) -> Option<ReportedTumor> {
        let results: Vec<(&String, &Value)> = results
            .iter()
            .filter_map(|result| Some((result, *self.by_reference.get(result)?)))
            .collect();
        let specimens = self.specimens(resource, &results);
        let analyses = tested::analyses(resource, &self.by_reference);
        if !is_somatic(&results, &specimens, &analyses) {
            return None;
        }
        let mut tumor = ReportedTumor {
            report: Some(reference.to_owned()),
            place: reference.to_owned(),
            reported_on: issued(resource),
            specimen: specimens.iter().find_map(|specimen| specimen_words(specimen)),
            quality: quality(resource),
            conclusion: text(resource, "conclusion").map(str::to_owned),
            sources: vec![reference.to_owned()],
            ..ReportedTumor::default()
        };
        match standing(resource) {
            Standing::Final => {}
            Standing::Withdrawn => {
                tumor.withdrawn = true;
                return Some(tumor);
            }
            Standing::Open => {
                let note = "the report is not final; it does not count yet";
                problems.push(Problem::note("not-final", reference, note));
                return None;
            }
        }
        tumor.sample.clone_from(&specimens.iter().find_map(|one| sample(one)).unwrap_or_default());
        tumor.tested = tested::coverage(resource, &results, &analyses, reference, problems);
        for (result, observation) in results {
            self.add(&mut tumor, result, observation, problems);
        }
        Some(tumor)
    }

    /// Adds what one observation says.
    fn add(
        &self,
        tumor: &mut ReportedTumor,
        place: &str,
        observation: &Value,
        problems: &mut Vec<Problem>,
    ) {
        let is_variant = variant::is_variant(observation);
        if !is_variant && !measure::is_measure(observation) {
            return;
        }
        match standing(observation) {
            Standing::Final => {}
            Standing::Withdrawn => return,
            Standing::Open => {
                let note = "the result is not final; it does not count yet";
                problems.push(Problem::note("not-final", place, note));
                return;
            }
        }
        if is_variant {
            let derived = self.derived.get(place).map(Vec::as_slice).unwrap_or_default();
            tumor.alterations.extend(variant::read(observation, derived, place, problems));
        } else {
            tumor.biomarkers.extend(measure::read(observation, place, problems));
        }
        tumor.sources.push(place.to_owned());
    }

    /// The specimens of a report; those of its results if it names none. One of the inherited
    /// genome, taken along for comparison, comes last.
    fn specimens(&self, report: &Value, results: &[(&String, &'r Value)]) -> Vec<&'r Value> {
        let mut named = references(report, "specimen");
        if named.is_empty() {
            named = results.iter().flat_map(|(_, result)| references(result, "specimen")).collect();
        }
        let mut seen = BTreeSet::new();
        named.retain(|reference| seen.insert(reference.clone()));
        let mut specimens: Vec<&Value> = named
            .iter()
            .filter_map(|reference| self.by_reference.get(reference).copied())
            .collect();
        specimens.sort_by_key(|specimen| origin(specimen) == Some("germline"));
        specimens
    }
}

/// The word of a specimen's origin.
fn origin(specimen: &Value) -> Option<&str> {
    let stated = access::extensions(specimen, codes::SPECIMEN_ORIGIN).into_iter().next()?;
    text(stated, "valueCode")
}

/// Whether anything says that a tumour was looked at.
fn is_somatic(results: &[(&String, &Value)], specimens: &[&Value], analyses: &[&Value]) -> bool {
    let somatic = ["somatic", "circulating-dna"];
    specimens.iter().any(|specimen| origin(specimen).is_some_and(|word| somatic.contains(&word)))
        || analyses.iter().any(|analysis| tested::is_somatic(analysis))
        || results.iter().any(|(_, result)| {
            measure::is_measure(result)
                || component(result, loinc::SOURCE_CLASS)
                    .and_then(concept_value)
                    .is_some_and(|class| variant::origin(&class) == "somatic")
        })
}

/// When a report was issued: `issued`, its day in an extension of ours, else the day that it
/// speaks of.
fn issued(resource: &Value) -> Option<PartialDate> {
    let signed = access::extensions(resource, codes::REPORT_DATE).into_iter().next();
    let signed = signed.and_then(|signed| access::date(signed, "valueDate"));
    let stated = access::date(resource, "issued").or(signed);
    stated.or_else(|| of_day(resource))
}

fn of_day(resource: &Value) -> Option<PartialDate> {
    ["effectiveDateTime", "effectivePeriod.start"]
        .into_iter()
        .find_map(|path| access::date(resource, path))
}

/// What a specimen is, in words: its origin where that says more than its type.
fn specimen_words(specimen: &Value) -> Option<String> {
    if origin(specimen) == Some("circulating-dna") {
        return Some("circulating DNA".to_owned());
    }
    let kind = access::concept(specimen, "type")?;
    kind.words().map(str::to_owned)
}

fn sample(specimen: &Value) -> Option<String> {
    let named = text(specimen, "identifier.value").or_else(|| access::id(specimen));
    named.map(str::to_owned)
}

/// The laboratory's judgement of its run, in an extension of ours.
fn quality(report: &Value) -> Option<String> {
    let stated = access::extensions(report, codes::RUN_QUALITY).into_iter().next()?;
    text(stated, "valueString").map(str::to_owned)
}

/// A reference in an extension or element, in the form `Type/id` or `#part`.
fn pointed_at(element: &Value, path: &str) -> Option<String> {
    text(element, path).map(local)
}
