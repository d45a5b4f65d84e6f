//! A kept trial as a FHIR R4 `ResearchStudy`, so that it is read and searched like every other
//! resource.

use super::book::KeptTrial;
use crate::follow::Failure;
use model::TenantId;
use record::{Access, Commit, Condition, Record, ResourceChange, derived_id};
use serde_json::{Value, json};
use trials::Status;

const KIND: &str = "ResearchStudy";
/// System of the identifiers of ClinicalTrials.gov, as FHIR names it.
const REGISTRY: &str = "https://clinicaltrials.gov";
/// System of a site's own identifiers of trials.
const OWN: &str = "urn:cognate:trial";

/// The id of the resource of a trial.
pub fn study_id(tenant: &TenantId, trial: &str) -> String {
    derived_id([KIND, tenant.as_str(), trial])
}

/// The trial as a resource: identity, status, phase, arms and sites. Whom it takes is text in the
/// source; the criteria that are evaluated stay with the trial.
pub fn research_study(tenant: &TenantId, kept: &KeptTrial) -> Value {
    let trial = &kept.trial;
    let mut identifiers = vec![json!({"system": OWN, "value": trial.id})];
    if let Some(number) = &trial.nct {
        identifiers.push(json!({"system": REGISTRY, "value": number}));
    }
    let mut study = json!({
        "resourceType": KIND,
        "id": study_id(tenant, &trial.id),
        "identifier": identifiers,
    });
    let Some(fields) = study.as_object_mut() else { return study };
    if !trial.title.is_empty() {
        fields.insert("title".into(), json!(trial.title));
    }
    match status(kept) {
        Some(code) => fields.insert("status".into(), json!(code)),
        // The element is required, and what nobody knows is not stated (FHIR R4, data absent).
        None => fields.insert(
            "_status".into(),
            json!({"extension": [{
            "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
            "valueCode": "unknown"}]}),
        ),
    };
    if !trial.phase.is_empty() {
        fields.insert("phase".into(), json!({"text": trial.phase}));
    }
    let sites = trial.sites.iter().filter(|site| !site.name.is_empty());
    let sites: Vec<Value> = sites
        .map(|site| match site.place.as_str() {
            "" => json!({"display": site.name}),
            place => json!({"display": format!("{}, {place}", site.name)}),
        })
        .collect();
    if !sites.is_empty() {
        fields.insert("site".into(), json!(sites));
    }
    let arms: Vec<Value> =
        trial.cohorts.iter().map(|cohort| json!({"name": cohort.path})).collect();
    if !arms.is_empty() {
        fields.insert("arm".into(), json!(arms));
    }
    study
}

/// The code of `research-study-status`; none for a status that is not known.
fn status(kept: &KeptTrial) -> Option<&'static str> {
    if kept.is_retired {
        return Some("closed-to-accrual");
    }
    match kept.trial.status {
        Status::Open => Some("active"),
        Status::NotYet => Some("approved"),
        Status::Suspended => Some("temporarily-closed-to-accrual"),
        Status::Closed => Some("closed-to-accrual"),
        Status::Unknown => None,
    }
}

/// Files the resource of a trial, if it says something else than before; whether it did.
///
/// # Errors
/// When the record refuses or fails.
pub fn file_study(record: &Record, access: &Access, kept: &KeptTrial) -> Result<bool, Failure> {
    let study = research_study(access.tenant(), kept);
    let id = study_id(access.tenant(), &kept.trial.id);
    if let Some(stored) = record.read(access, KIND, &id)?.filter(|stored| !stored.deleted) {
        let mut before: Value = serde_json::from_slice(&stored.body)?;
        if let Some(fields) = before.as_object_mut() {
            fields.remove("meta");
        }
        if before == study {
            return Ok(false);
        }
    }
    let changes = vec![ResourceChange::put(study, Vec::new(), Condition::Any)];
    record.commit(access, Commit { changes, ..Commit::default() })?;
    Ok(true)
}
