//! What is proposed: a medication to change, a test to do first.

use super::drug::{action, conclusion, medicine};
use super::entry::Writer;
use super::value::{coding, concept};
use crate::fhir::build::{Object, loinc, reference};
use crate::fhir::codes;
use model::code::system;
use model::statement::{Action, DrugStatement, PreTest, Recommendation};
use serde_json::{Value, json};

/// The answer of LL4049-4 that fits. Its binding is required, so that what it has no answer for
/// (watch, load only, test) stands in the description alone.
fn answer(action: Action) -> Option<&'static str> {
    match action {
        Action::Avoid | Action::Alternative => Some("LA26421-0"),
        Action::Reduce { .. } => Some("LA26422-8"),
        Action::Increase { .. } => Some("LA26423-6"),
        Action::Standard
        | Action::LoadingOnly
        | Action::Monitor
        | Action::TestFirst
        | Action::NoRecommendation => None,
    }
}

/// Writes a recommendation that asks for something to be done; nothing where the usual use is
/// recommended, or where the source recommends nothing.
pub(super) fn medication(
    writer: &mut Writer<'_>,
    drug: &DrugStatement,
    recommendation: &Recommendation,
    reason: &str,
) {
    if matches!(recommendation.action, Action::Standard | Action::NoRecommendation) {
        return;
    }
    let key = format!("{} {} {}", drug.rxnorm, recommendation.source, recommendation.population);
    let id = writer.id("recommendation", &key);
    let coded = answer(recommendation.action).map(|found| {
        loinc(found, codes::words_of(codes::MEDICATION_CHANGES, found).unwrap_or_default())
    });
    let alternatives = recommendation.alternatives.iter().map(|(rxnorm, name)| {
        input("Alternative medication", &concept(coding(system::RXNORM, rxnorm, name), name))
    });
    let mut inputs = vec![input("Medication", &medicine(drug))];
    inputs.extend(alternatives);
    let (_, words) = action(recommendation.action);
    let description = format!("{words}. {}", conclusion(drug, recommendation));
    let resource = task(writer, &id, "medication-recommendation", &description, reason)
        .some("code", coded)
        .list("input", inputs)
        .build();
    writer.add(&id, resource);
}

/// Writes the test that guidance asks for while a gene is not known.
pub(super) fn test(writer: &mut Writer<'_>, drug: &DrugStatement, test: &PreTest, reason: &str) {
    let id = writer.id("test", &drug.rxnorm);
    let description =
        format!("{}: test {} first. {}", drug.drug, test.genes.join(" and "), test.text);
    let mut inputs = vec![input("Medication", &medicine(drug))];
    let genes = test.genes.iter();
    inputs.extend(genes.map(|gene| input("Gene to test", &super::value::gene(gene, ""))));
    let resource = task(writer, &id, "followup-recommendation", &description, reason)
        .list("input", inputs)
        .build();
    writer.add(&id, resource);
}

fn task(writer: &Writer<'_>, id: &str, profile: &str, description: &str, reason: &str) -> Object {
    Object::resource("Task", id)
        .with("meta", json!({"profile": [format!("{}{profile}", codes::PROFILES)]}))
        .with("status", "requested")
        .with("intent", "proposal")
        .with("description", description)
        .with("for", reference(writer.subject()))
        .some("authoredOn", writer.input.issued.map(|at| at.to_string()))
        .with("reasonReference", reference(reason))
}

/// What the task is about: the focus of the profile may only be a `MedicationStatement`.
fn input(what: &str, value: &Value) -> Value {
    json!({"type": {"text": what}, "valueCodeableConcept": value})
}
