//! FHIR R4 `ResearchStudy`: identity, status, sites; who may join is text there.

use crate::criteria::{Criterion, Node};
use crate::trial::{Cohort, Finding, Site, Status, Trial};
use serde_json::{Map, Value};

/// The system of ClinicalTrials.gov numbers in FHIR.
const REGISTRY: &str = "clinicaltrials.gov";

/// Reads a study. Anything that is a JSON object gives a trial; what is wrong is a finding.
pub fn import(document: &Map<String, Value>) -> Trial {
    let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default();
    let identifiers = list(document.get("identifier"));
    let value = |one: &Value| one.get("value")?.as_str().map(str::to_owned);
    let nct = identifiers.iter().find(|one| is_registry(one)).and_then(&value);
    let id = identifiers.iter().find_map(&value).unwrap_or_else(|| text("id").to_owned());
    let mut trial = Trial::new(nct.clone().unwrap_or(id));
    trial.nct = nct;
    if trial.id.is_empty() {
        trial.findings.push(Finding::new("no-identity", "/identifier", "no identifier"));
    }
    text("title").clone_into(&mut trial.title);
    trial.phase = document.get("phase").map(concept).unwrap_or_default();
    text("status").clone_into(&mut trial.status_stated);
    // FHIR R4 `research-study-status`.
    trial.status = match text("status") {
        "active" => Status::Open,
        "approved" | "in-review" => Status::NotYet,
        "temporarily-closed-to-accrual" | "temporarily-closed-to-accrual-and-intervention" => {
            Status::Suspended
        }
        "administratively-completed"
        | "closed-to-accrual"
        | "closed-to-accrual-and-intervention"
        | "completed"
        | "disapproved"
        | "withdrawn" => Status::Closed,
        other => {
            let text = format!("status `{other}` is not known");
            trial.findings.push(Finding::new("unknown-status", "/status", text));
            Status::Unknown
        }
    };
    for site in list(document.get("site")) {
        let name = site.get("display").or_else(|| site.get("reference")).and_then(Value::as_str);
        trial.sites.push(Site {
            name: name.unwrap_or_default().to_owned(),
            place: String::new(),
            status: trial.status,
            point: None,
        });
    }
    trial.criteria = Node::All(criteria(document, &mut trial.findings));
    trial.cohorts = cohorts(document, &trial);
    trial.imported_from = "fhir".into();
    trial.document = Some(Value::Object(document.clone()));
    trial
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn is_registry(identifier: &Value) -> bool {
    let system = identifier.get("system").and_then(Value::as_str).unwrap_or_default();
    let value = identifier.get("value").and_then(Value::as_str).unwrap_or_default();
    system.to_ascii_lowercase().contains(REGISTRY) || value.starts_with("NCT")
}

/// A concept in words.
fn concept(value: &Value) -> String {
    let text = value.get("text").and_then(Value::as_str);
    let coding = list(value.get("coding")).iter().find_map(|coding| {
        coding.get("display").or_else(|| coding.get("code")).and_then(Value::as_str)
    });
    text.or(coding).unwrap_or_default().to_owned()
}

/// Conditions, the description and groups that are referred to: for a person to read.
fn criteria(document: &Map<String, Value>, findings: &mut Vec<Finding>) -> Vec<Node> {
    let mut nodes = Vec::new();
    let conditions: Vec<String> = list(document.get("condition")).iter().map(concept).collect();
    if !conditions.is_empty() {
        let text = format!("conditions: {}", conditions.join("; "));
        nodes.push(Node::leaf(Criterion::Text(text), "/condition"));
    }
    if let Some(text) = document.get("description").and_then(Value::as_str) {
        nodes.push(Node::leaf(Criterion::Text(text.to_owned()), "/description"));
    }
    for (at, group) in list(document.get("enrollment")).iter().enumerate() {
        let pointer = format!("/enrollment/{at}");
        let name = group.get("display").or_else(|| group.get("reference")).and_then(Value::as_str);
        let text = format!("belongs to the group {}", name.unwrap_or_default());
        findings.push(Finding::new("group-not-read", &pointer, "criteria of a Group: not read"));
        nodes.push(Node::leaf(Criterion::Text(text), pointer));
    }
    if nodes.is_empty() {
        findings.push(Finding::new("no-criteria", "", "the study states no eligibility"));
        nodes.push(Node::leaf(Criterion::Text("eligibility is not stated".into()), ""));
    }
    nodes
}

/// Arms, or the study as one cohort.
fn cohorts(document: &Map<String, Value>, trial: &Trial) -> Vec<Cohort> {
    let cohort = |id: String, code: String, path: String| Cohort {
        id,
        code,
        path,
        status: trial.status,
        slots: None,
        criteria: Node::All(Vec::new()),
    };
    let arms = list(document.get("arm"));
    if arms.is_empty() {
        return vec![cohort(trial.id.clone(), String::new(), "trial".into())];
    }
    let arm = |(at, arm): (usize, &Value)| {
        let name = arm.get("name").and_then(Value::as_str).unwrap_or_default();
        let path = format!("arm {}", at + 1);
        cohort(path.clone(), name.to_owned(), path)
    };
    arms.iter().enumerate().take(crate::trial::COHORTS_MAX).map(arm).collect()
}
