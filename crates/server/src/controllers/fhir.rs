//! FHIR R4 over HTTP. Every route is in one table; the CapabilityStatement is made from it.

mod answer;
mod metadata;
mod query;
mod read;
mod search;
mod transaction;
mod write;

use crate::route::{Offer, Route};
use axum::routing::{get, post, put};
use formats::fhir::build::Interaction;

/// What the base takes; it answers with and without a slash.
const SYSTEM: Offer = Offer::System(&[Interaction::Transaction, Interaction::Batch]);

/// Every FHIR route.
pub(crate) const ROUTES: &[Route] = &[
    Route::new("GET", "/fhir/metadata", || get(metadata::show)),
    Route::new("POST", "/fhir", || post(transaction::submit)).offering(SYSTEM),
    Route::new("POST", "/fhir/", || post(transaction::submit)).offering(SYSTEM),
    Route::new("GET", "/fhir/{type}", || get(search::by_get))
        .offering(Offer::Type(&[Interaction::SearchType])),
    Route::new("POST", "/fhir/{type}/_search", || post(search::by_post))
        .offering(Offer::Type(&[Interaction::SearchType])),
    Route::new("POST", "/fhir/{type}", || post(write::create))
        .offering(Offer::Type(&[Interaction::Create])),
    Route::new("GET", "/fhir/{type}/{id}", || get(read::read))
        .offering(Offer::Type(&[Interaction::Read])),
    Route::new("PUT", "/fhir/{type}/{id}", || put(write::update))
        .offering(Offer::Type(&[Interaction::Update])),
    Route::new("GET", "/fhir/{type}/{id}/_history/{version}", || get(read::vread))
        .offering(Offer::Type(&[Interaction::Vread])),
];
