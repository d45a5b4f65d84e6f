//! FHIR R4 over HTTP. Every route is in one table; the CapabilityStatement is made from it.

mod answer;
mod metadata;
mod query;
mod read;
mod search;
mod transaction;
mod write;

use crate::app::App;
use axum::Router;
use axum::routing::{MethodRouter, get, post};
use formats::fhir::build::Interaction;

/// What a route offers, for the CapabilityStatement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Offer {
    /// Interactions on a resource type.
    Type(&'static [Interaction]),
    /// Interactions on the whole server.
    System(&'static [Interaction]),
    /// Nothing that is listed.
    Nothing,
}

/// One route.
pub(crate) struct Route {
    /// Path below the FHIR base, in axum's form.
    pub(crate) path: &'static str,
    /// What it does.
    pub(crate) offer: Offer,
    handler: fn() -> MethodRouter<App>,
}

/// Every FHIR route.
pub(crate) const ROUTES: &[Route] = &[
    Route { path: "/metadata", offer: Offer::Nothing, handler: || get(metadata::show) },
    Route {
        path: "/",
        offer: Offer::System(&[Interaction::Transaction, Interaction::Batch]),
        handler: || post(transaction::submit),
    },
    Route {
        path: "/{type}",
        offer: Offer::Type(&[Interaction::SearchType]),
        handler: || get(search::by_get),
    },
    Route {
        path: "/{type}/_search",
        offer: Offer::Type(&[Interaction::SearchType]),
        handler: || post(search::by_post),
    },
    Route {
        path: "/{type}",
        offer: Offer::Type(&[Interaction::Create]),
        handler: || post(write::create),
    },
    Route {
        path: "/{type}/{id}",
        offer: Offer::Type(&[Interaction::Read]),
        handler: || get(read::read),
    },
    Route {
        path: "/{type}/{id}",
        offer: Offer::Type(&[Interaction::Update]),
        handler: || axum::routing::put(write::update),
    },
    Route {
        path: "/{type}/{id}/_history/{version}",
        offer: Offer::Type(&[Interaction::Vread]),
        handler: || get(read::vread),
    },
];

/// The FHIR routes as a router. The base answers with and without a slash.
pub(crate) fn router() -> Router<App> {
    let table = ROUTES.iter().fold(Router::new(), |router, route| {
        router.route(&format!("/fhir{}", route.path), (route.handler)())
    });
    table.route("/fhir", post(transaction::submit))
}
