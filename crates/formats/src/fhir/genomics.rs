//! What the resources of one patient say of the genome, for the Genomics Operations.
//!
//! Rules are the profiles of the HL7 Genomics Reporting guide (STU3, and the slices of STU4 where
//! they are components). Whatever is not beyond doubt is kept as a doubt, with a problem: a
//! position without its coordinate system may be two positions, and both are remembered.

mod given;
mod place;
mod regions;
mod tests_done;
mod variant;

pub use given::given;

use super::access::{self, text};
use super::codes::{self, loinc};
use ::genomics::allele::Reference;
use ::genomics::date::Span;
use ::genomics::finding::{Content, Dossier, Finding, Implication, SourceClass};
use ::genomics::token::Label;
use model::{CodeableConcept, Problem};
use serde_json::Value;
use tests_done::Tests;

/// LOINC code of the phase of two variants.
const PHASE: &str = "82120-7";

/// Types of the resources that are read.
pub const TYPES: [&str; 5] =
    ["DiagnosticReport", "DocumentReference", "Observation", "Procedure", "Specimen"];

/// Reads a patient's resources, of the types of [`TYPES`]; others are passed over.
pub fn dossier(resources: &[Value], reference: &dyn Reference) -> (Dossier, Vec<Problem>) {
    let tests = Tests::read(resources);
    let mut problems = Vec::new();
    let mut dossier = Dossier::default();
    for resource in resources {
        if access::resource_type(resource) == Some("Observation") {
            dossier.findings.extend(finding(resource, &tests, reference, &mut problems));
        }
    }
    dossier.findings.sort_by(|one, two| one.reference.cmp(&two.reference));
    dossier.studies = tests.studies(&dossier.findings, &mut problems);
    (dossier, problems)
}

/// Reads one observation; `None` if it is none that the operations are about.
fn finding(
    resource: &Value,
    tests: &Tests<'_>,
    reference: &dyn Reference,
    problems: &mut Vec<Problem>,
) -> Option<Finding> {
    let place = format!("Observation/{}", access::id(resource).unwrap_or_default());
    let code = access::concept(resource, "code").unwrap_or_default();
    let is = |wanted: &str| code.coding.iter().any(|c| codes::is_loinc(&c.system, &c.code, wanted));
    let is_guide = |wanted: &str| code.coding.iter().any(|c| c.is(codes::TBD, wanted));
    // An unknown modifier changes what a resource means: then it says nothing for certain.
    let is_modified =
        ["modifierExtension", "implicitRules"].iter().any(|n| resource.get(n).is_some())
            || !access::all(resource, "component.modifierExtension").is_empty();
    if is_modified {
        let text = "an unknown modifier changes what this means; it counts as no result";
        problems.push(Problem::warning("modified-meaning", place.as_str(), text));
    }
    let value = || (!is_modified).then(|| concept_value(resource)).flatten();
    let content = if is(loinc::VARIANT) {
        Content::Variant(variant::read(resource, &place, is_modified, reference, problems))
    } else if is(loinc::GENOTYPE) {
        Content::Genotype(value())
    } else if is(loinc::HAPLOTYPE) {
        Content::Haplotype(value())
    } else if is(PHASE) {
        Content::Phase(value())
    } else if is_guide("therapeutic-implication") || is(loinc::METABOLISM) {
        Content::Therapeutic(therapeutic(resource))
    } else if is_guide("diagnostic-implication") {
        Content::Diagnostic(Implication {
            treatments: Vec::new(),
            conditions: components(resource, loinc::CONTEXT),
        })
    } else if is_guide("molecular-consequence") {
        Content::Consequence(components(resource, "feature-consequence"))
    } else {
        return None;
    };
    let status = text(resource, "status").unwrap_or_default();
    let class = component(resource, loinc::SOURCE_CLASS).and_then(concept_value);
    Some(Finding {
        is_standing: !["registered", "cancelled", "entered-in-error"].contains(&status),
        source_class: class.as_ref().and_then(source_class),
        date: date(resource),
        tests: tests.of(resource),
        specimens: tests.specimens_of(resource, "specimen"),
        derived_from: references(resource, "derivedFrom"),
        genes: components(resource, loinc::GENE),
        reference: place,
        content,
    })
}

/// Medicines and therapies, and for whom or what they are.
fn therapeutic(resource: &Value) -> Implication {
    let mut treatments = components(resource, loinc::MEDICATION);
    treatments.extend(components(resource, "associated-therapy"));
    Implication { treatments, conditions: components(resource, loinc::CONTEXT) }
}

/// Whose genome an answer of 48002-0 speaks of. "Likely" and fetal answers leave it open.
fn source_class(concept: &CodeableConcept) -> Option<SourceClass> {
    let words = match codes::answer_in(&concept.coding, codes::SOURCE_CLASSES) {
        Some(answer) => codes::words_of(codes::SOURCE_CLASSES, &answer.code)?.to_owned(),
        None => concept.words()?.to_owned(),
    };
    match words.to_ascii_lowercase().as_str() {
        "germline" | "de novo" => Some(SourceClass::Germline),
        "somatic" => Some(SourceClass::Somatic),
        _ => None,
    }
}

/// When a result was made: what it says of itself, else when it was released.
fn date(resource: &Value) -> Option<Span> {
    let at = |path: &str| text(resource, path);
    let plain = at("effectiveDateTime").or_else(|| at("effectiveInstant")).and_then(Span::parse);
    plain
        .or_else(|| Span::period(at("effectivePeriod.start"), at("effectivePeriod.end")))
        .or_else(|| at("issued").and_then(Span::parse))
}

/// References at a path, in the form `Type/id`; others as they are.
pub(super) fn references(resource: &Value, path: &str) -> Vec<String> {
    let all = access::all(resource, path).into_iter();
    all.filter_map(access::reference_of).map(local).collect()
}

/// `Type/id` of a reference, whatever base or version it has.
pub(super) fn local(reference: &str) -> String {
    match access::type_and_id(reference) {
        Some((kind, id)) => format!("{kind}/{id}"),
        None => reference.to_owned(),
    }
}

/// The names of a resource: its identifiers, its id and its reference.
fn labels(resource: &Value) -> Vec<Label> {
    let mut labels = Vec::new();
    for path in ["identifier", "accessionIdentifier"] {
        for identifier in access::all(resource, path) {
            labels.extend(label(identifier));
        }
    }
    if let (Some(kind), Some(id)) = (access::resource_type(resource), access::id(resource)) {
        labels.extend([Label::plain(id), Label::plain(format!("{kind}/{id}"))]);
    }
    labels
}

fn label(identifier: &Value) -> Option<Label> {
    let system = text(identifier, "system").unwrap_or_default().to_owned();
    Some(Label { system, value: text(identifier, "value")?.to_owned() })
}

/// The first component with a code of LOINC or of the guide.
pub(super) fn component<'v>(resource: &'v Value, code: &str) -> Option<&'v Value> {
    parts(resource, code).into_iter().next()
}

/// Every component with a code of LOINC or of the guide.
pub(super) fn parts<'v>(resource: &'v Value, code: &str) -> Vec<&'v Value> {
    let is_coded = |part: &&Value| {
        access::codings(part, "code.coding").iter().any(|coding| {
            codes::is_loinc(&coding.system, &coding.code, code) || coding.is(codes::TBD, code)
        })
    };
    access::all(resource, "component").into_iter().filter(is_coded).collect()
}

/// The values of all components with a code.
pub(super) fn components(resource: &Value, code: &str) -> Vec<CodeableConcept> {
    parts(resource, code).into_iter().filter_map(concept_value).collect()
}

/// The value of an observation or component as a concept, blanks around its codes left out.
pub(super) fn concept_value(part: &Value) -> Option<CodeableConcept> {
    let string = || {
        let words = text(part, "valueString")?.trim().to_owned();
        Some(CodeableConcept { coding: vec![], text: Some(words) })
    };
    let mut concept = access::concept(part, "valueCodeableConcept").or_else(string)?;
    for coding in &mut concept.coding {
        coding.code = coding.code.trim().to_owned();
        coding.system = coding.system.trim().to_owned();
    }
    Some(concept)
}

#[cfg(test)]
mod guide;
#[cfg(test)]
mod tests;
