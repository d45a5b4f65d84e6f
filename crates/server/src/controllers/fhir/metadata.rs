//! The CapabilityStatement, made from the table the router is built from.

use super::{ROUTES, answer};
use crate::app::App;
use crate::route::Offer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use formats::fhir::build::{
    Capability, Interaction, ResourceCapability, SearchParameter, capability_statement,
};
use record::search_parameters;

/// Types with a search index. Others are stored and read by id.
pub(crate) const INDEXED_TYPES: [&str; 16] = [
    "Condition",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "Medication",
    "MedicationRequest",
    "MedicationStatement",
    "Observation",
    "Organization",
    "Patient",
    "Practitioner",
    "Procedure",
    "Provenance",
    "ServiceRequest",
    "Specimen",
    "Task",
];

/// Operations by name, with their definitions.
const OPERATIONS: [(&str, &str); 4] = [
    ("export", "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export"),
    ("everything", "http://hl7.org/fhir/OperationDefinition/Patient-everything"),
    ("import", "https://github.com/cognate-health/cognate/blob/main/docs/FHIR.md#import"),
    ("validate", "http://hl7.org/fhir/OperationDefinition/Resource-validate"),
];

/// `GET [base]/metadata`
pub(crate) async fn show(State(app): State<App>) -> Response {
    let capability = Capability {
        base: app.fhir_base(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        date: app.pack().reference().date,
        resources: INDEXED_TYPES.iter().map(|resource_type| resource(resource_type)).collect(),
        system_interactions: interactions(|offer| match offer {
            Offer::System(interactions) => interactions,
            Offer::Type(_) | Offer::Nothing => &[],
        }),
        operations: OPERATIONS.iter().map(|(name, url)| ((*name).into(), (*url).into())).collect(),
    };
    answer::json(StatusCode::OK, &capability_statement(&capability))
}

fn interactions(pick: impl Fn(Offer) -> &'static [Interaction]) -> Vec<Interaction> {
    let mut all: Vec<Interaction> =
        ROUTES.iter().flat_map(|route| pick(route.offer).iter().copied()).collect();
    all.sort();
    all.dedup();
    all
}

fn resource(resource_type: &str) -> ResourceCapability {
    let search_parameters = search_parameters(resource_type)
        .iter()
        .map(|parameter| SearchParameter {
            name: parameter.name.to_owned(),
            kind: parameter.kind.word().to_owned(),
            definition: None,
        })
        .collect();
    ResourceCapability {
        resource_type: resource_type.to_owned(),
        interactions: interactions(|offer| match offer {
            Offer::Type(interactions) => interactions,
            Offer::System(_) | Offer::Nothing => &[],
        }),
        search_parameters,
        has_conditional_create: true,
        has_conditional_update: true,
    }
}
