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
use record::{Parameter, ParameterKind, search_parameters, searched_types};

/// Where the guide of subscriptions defines its operations.
macro_rules! backport {
    () => {
        "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/"
    };
}

/// Operations by name, with their definitions.
const OPERATIONS: [(&str, &str); 9] = [
    ("export", "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export"),
    ("events", concat!(backport!(), "backport-subscription-events")),
    ("everything", "http://hl7.org/fhir/OperationDefinition/Patient-everything"),
    ("import", "https://github.com/cognate-health/cognate/blob/main/docs/FHIR.md#import"),
    super::mcode::OPERATION,
    super::view::OPERATION,
    ("status", concat!(backport!(), "backport-subscription-status")),
    super::trials::OPERATION,
    ("validate", "http://hl7.org/fhir/OperationDefinition/Resource-validate"),
];

/// `GET [base]/metadata`
pub(crate) async fn show(State(app): State<App>) -> Response {
    let capability = Capability {
        base: app.fhir_base(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        date: app.pack().reference().date,
        resources: searched_types().map(resource).collect(),
        system_interactions: interactions(|offer| match offer {
            Offer::System(interactions) => interactions,
            Offer::Type(_) | Offer::Nothing => &[],
        }),
        operations: operations(),
    };
    answer::json(StatusCode::OK, &capability_statement(&capability))
}

/// Operations by name, those of genomics among them.
fn operations() -> Vec<(String, String)> {
    let own = OPERATIONS.iter().map(|(name, url)| ((*name).to_owned(), (*url).to_owned()));
    own.chain(crate::controllers::genomics::definitions()).collect()
}

fn interactions(pick: impl Fn(Offer) -> &'static [Interaction]) -> Vec<Interaction> {
    let mut all: Vec<Interaction> =
        ROUTES.iter().flat_map(|route| pick(route.offer).iter().copied()).collect();
    all.sort();
    all.dedup();
    all
}

fn resource(resource_type: &str) -> ResourceCapability {
    let search_includes = includes(resource_type, |_| true);
    let reverse = |source| includes(source, |parameter| parameter.targets(resource_type));
    let search_reverse_includes = searched_types().flat_map(reverse).collect();
    let search_parameters = search_parameters(resource_type)
        .iter()
        .map(|parameter| SearchParameter {
            name: parameter.name.to_owned(),
            kind: parameter.kind.word().to_owned(),
            definition: Some(parameter.definition()),
        })
        .collect();
    let is_subscription = resource_type == super::subscription::TYPE;
    let (profiles, topics) = if is_subscription {
        let topics = notify::TOPICS.iter().map(|topic| topic.url.to_owned()).collect();
        (vec![notify::PROFILE.to_owned()], topics)
    } else {
        let known = formats::fhir::profile::supported();
        let own = known.filter(|(_, kind)| *kind == resource_type).map(|(canonical, _)| canonical);
        (own.collect(), Vec::new())
    };
    ResourceCapability {
        resource_type: resource_type.to_owned(),
        interactions: interactions(|offer| match offer {
            Offer::Type(interactions) => interactions,
            Offer::System(_) | Offer::Nothing => &[],
        }),
        search_parameters,
        search_includes,
        search_reverse_includes,
        has_conditional_create: !is_subscription,
        has_conditional_update: !is_subscription,
        profiles,
        topics,
    }
}

/// The reference parameters of a type as they stand in `_include` and `_revinclude`.
fn includes(source: &str, wanted: impl Fn(&Parameter) -> bool) -> Vec<String> {
    search_parameters(source)
        .iter()
        .filter(|parameter| parameter.kind == ParameterKind::Reference && wanted(parameter))
        .map(|parameter| format!("{source}:{}", parameter.name))
        .collect()
}
