//! Cards as JSON, and the changes to orders that their suggestions make.

use super::read::text;
use super::request::Request;
use crate::card::{Card, Change, Link, Suggestion};
use model::code::{Coding, system};
use serde_json::{Map, Value, json};

/// Elements of a draft that speak of the drug it was for. They go when the drug changes: a dose,
/// a pack size or a narrative must not be carried over to another drug.
const DRUG_ELEMENTS: [&str; 8] = [
    "medicationCodeableConcept",
    "medicationReference",
    "dosageInstruction",
    "dispenseRequest",
    "substitution",
    "detectedIssue",
    "contained",
    "text",
];

/// LOINC's word for the whole of a genetic test; there is no code a gene that every laboratory has.
const GENETIC_ANALYSIS: (&str, &str) = ("51969-4", "Genetic analysis report");

/// The answer to a request, `{"cards": […]}`. No cards means "checked, nothing to say".
pub fn answer(cards: &[Card], request: &Request) -> Value {
    json!({ "cards": cards.iter().map(|card| card_json(card, request)).collect::<Vec<_>>() })
}

fn card_json(card: &Card, request: &Request) -> Value {
    let mut json = Map::new();
    json.insert("uuid".into(), card.uuid.as_str().into());
    json.insert("summary".into(), card.summary.as_str().into());
    if !card.detail.is_empty() {
        json.insert("detail".into(), card.detail.as_str().into());
    }
    json.insert("indicator".into(), card.indicator.code().into());
    let mut source = Map::new();
    source.insert("label".into(), card.source.label.as_str().into());
    if !card.source.url.is_empty() {
        source.insert("url".into(), card.source.url.as_str().into());
    }
    source.insert("topic".into(), coding_json(&card.source.topic));
    json.insert("source".into(), source.into());
    let suggestions: Vec<Value> = card
        .suggestions
        .iter()
        .filter_map(|suggestion| suggestion_json(suggestion, request))
        .collect();
    if !suggestions.is_empty() {
        json.insert("suggestions".into(), suggestions.into());
        json.insert("selectionBehavior".into(), "at-most-one".into());
    }
    let reasons: Vec<Value> = card.override_reasons.iter().map(coding_json).collect();
    if !reasons.is_empty() {
        json.insert("overrideReasons".into(), reasons.into());
    }
    let links: Vec<Value> = card.links.iter().map(link_json).collect();
    if !links.is_empty() {
        json.insert("links".into(), links.into());
    }
    json.into()
}

fn coding_json(coding: &Coding) -> Value {
    let mut json = Map::new();
    json.insert("system".into(), coding.system.as_str().into());
    json.insert("code".into(), coding.code.as_str().into());
    if let Some(display) = &coding.display {
        json.insert("display".into(), display.as_str().into());
    }
    json.into()
}

fn link_json(link: &Link) -> Value {
    json!({ "label": link.label, "url": link.url, "type": "absolute" })
}

/// `None` if the draft that would change has no id to be found again by.
fn suggestion_json(suggestion: &Suggestion, request: &Request) -> Option<Value> {
    let action = match &suggestion.change {
        Change::ReplaceDrug { order, rxnorm, name } => {
            let (_, draft) = request.drafts.iter().find(|(reference, _)| reference == order)?;
            text(draft, "id")?;
            json!({
                "type": "update",
                "description": format!("Change the order to {name}; dose to be set"),
                "resource": replaced(draft, rxnorm, name)?
            })
        }
        Change::OrderTest { genes, drug, rxnorm } => {
            let symbols: Vec<&str> = genes.iter().map(|(gene, _)| gene.as_str()).collect();
            json!({
                "type": "create",
                "description": format!("Order a gene test: {}", symbols.join(", ")),
                "resource": gene_test(genes, (drug, rxnorm), request)
            })
        }
    };
    let mut json = Map::new();
    json.insert("label".into(), suggestion.label.as_str().into());
    json.insert("uuid".into(), suggestion.uuid.as_str().into());
    if suggestion.recommended {
        json.insert("isRecommended".into(), true.into());
    }
    json.insert("actions".into(), vec![action].into());
    Some(json.into())
}

/// The whole draft with the same id, for the other drug.
fn replaced(draft: &Value, rxnorm: &str, name: &str) -> Option<Value> {
    let mut order = draft.as_object()?.clone();
    for element in DRUG_ELEMENTS {
        order.remove(element);
        order.remove(&format!("_{element}"));
    }
    let coding = Coding::new(system::RXNORM, rxnorm).shown_as(name);
    let concept = json!({ "coding": [coding_json(&coding)], "text": name });
    order.insert("medicationCodeableConcept".into(), concept);
    Some(order.into())
}

/// A draft order for a gene test. The site's own order code is not known; that a genetic analysis
/// is asked for, which genes, and for which drug are coded.
fn gene_test(
    genes: &[(String, Option<String>)],
    (drug, rxnorm): (&str, &str),
    request: &Request,
) -> Value {
    let symbols: Vec<&str> = genes.iter().map(|(gene, _)| gene.as_str()).collect();
    let details: Vec<Value> = genes
        .iter()
        .map(|(gene, hgnc)| match hgnc {
            Some(hgnc) => {
                let coding = Coding::new(system::HGNC, hgnc).shown_as(gene);
                json!({ "coding": [coding_json(&coding)], "text": gene })
            }
            None => json!({ "text": gene }),
        })
        .collect();
    let (report, shown) = GENETIC_ANALYSIS;
    let service = Coding::new(system::LOINC, report).shown_as(shown);
    let reason = Coding::new(system::RXNORM, rxnorm).shown_as(drug);
    let mut order = json!({
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "proposal",
        "code": {
            "coding": [coding_json(&service)],
            "text": format!("Pharmacogenomic test: {}", symbols.join(", "))
        },
        "orderDetail": details,
        "subject": { "reference": format!("Patient/{}", request.patient_id) },
        "reasonCode": [{
            "coding": [coding_json(&reason)],
            "text": format!("Before treatment with {drug}")
        }]
    });
    let context = [("encounter", request.encounter_id.as_deref(), "Encounter/")];
    let user = request.user_id.as_deref();
    let requester = [("requester", user.filter(|user| is_person(user)), "")];
    for (name, id, kind) in context.into_iter().chain(requester) {
        if let (Some(id), Some(order)) = (id, order.as_object_mut()) {
            order.insert(name.into(), json!({ "reference": format!("{kind}{id}") }));
        }
    }
    order
}

/// What a `ServiceRequest.requester` may be, of those that a user may be.
fn is_person(user: &str) -> bool {
    let kind = user.split('/').next().unwrap_or_default();
    ["Practitioner", "PractitionerRole"].contains(&kind)
}
