//! Gene results as a laboratory reported them.

use super::{
    Head, Object, component, gene_component, loinc, observation, source_class_component, worded,
};
use crate::fhir::codes;
use model::code::system;
use model::reported::ReportedGeneResult;
use serde_json::{Value, json};

/// The one Observation that holds a gene result: a genotype where there is a diplotype, else a
/// phenotype. Reading it gives the result back whole.
pub fn gene_result(result: &ReportedGeneResult, head: &Head<'_>) -> Value {
    genotype(result, head).unwrap_or_else(|| phenotype(result, head))
}

/// A genotype Observation (84413-4) with the reported diplotype as text; `None` without one.
/// A phenotype and an activity score that were reported with it stand in its components.
pub fn genotype(result: &ReportedGeneResult, head: &Head<'_>) -> Option<Value> {
    let diplotype = result.diplotype.as_deref()?;
    let code = loinc(codes::loinc::GENOTYPE, "Genotype display name");
    Some(
        observation(head, "genotype", code)
            .with("valueCodeableConcept", worded(diplotype))
            .list("component", components(result, head))
            .build(),
    )
}

/// A reported phenotype in the form of a therapeutic implication: no value, the gene and the
/// phenotype in components. LOINC 53040-2 is not written; the guide has replaced it.
///
/// The profile wants something it derives from. Where the laboratory reported no genotype, this
/// says so in words.
pub fn phenotype(result: &ReportedGeneResult, head: &Head<'_>) -> Value {
    let code = implication_code();
    let object = observation(head, "therapeutic-implication", code);
    let object = if head.derived_from.is_empty() {
        object.with("derivedFrom", json!([{"display": "genotype not reported"}]))
    } else {
        object
    };
    object.list("component", components(result, head)).build()
}

fn implication_code() -> Value {
    json!({"coding": [{"system": codes::TBD, "code": "therapeutic-implication",
        "display": "Therapeutic Implication"}]})
}

fn components(result: &ReportedGeneResult, head: &Head<'_>) -> Vec<Value> {
    let mut parts = vec![gene_component(&result.gene)];
    parts.extend(source_class_component(head.origin));
    parts.extend(result.phenotype.as_deref().map(phenotype_component));
    parts.extend(result.activity_score.as_deref().map(|score| {
        let code = json!({"coding": [{"system": codes::OWN, "code": "activity-score",
            "display": "Activity score"}]});
        json!({"code": code, "valueString": score})
    }));
    parts
}

/// The phenotype in the laboratory's words, with the answer code only where one says exactly the
/// same: the nearest code would say something else.
fn phenotype_component(words: &str) -> Value {
    let answer = codes::code_of(codes::PHENOTYPES, words).map(|code| {
        let display = codes::words_of(codes::PHENOTYPES, code);
        json!({"system": system::LOINC, "code": code, "display": display})
    });
    let own = json!({"system": codes::OWN, "code": "reported-phenotype"});
    let value =
        Object::default().list("coding", vec![answer.unwrap_or(own)]).with("text", words).build();
    component(implication_code(), value)
}
