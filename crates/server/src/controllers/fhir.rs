//! FHIR R4 over HTTP. Every route is in one table; the CapabilityStatement is made from it.

pub(crate) mod answer;
mod audit;
mod everything;
mod export;
mod history;
mod import;
mod mcode;
mod metadata;
mod parameter;
mod published;
pub(crate) mod query;
mod read;
pub(crate) mod search;
mod subscription;
mod subset;
mod topic;
mod transaction;
mod trials;
mod validate;
mod view;
mod write;

pub(crate) use subscription::Makers;

use crate::route::{Offer, Route};
use crate::smart;
use axum::routing::{delete, get, patch, post, put};
use formats::fhir::build::Interaction;

/// What the base takes; it answers with and without a slash.
const SYSTEM: Offer = Offer::System(&[Interaction::Transaction, Interaction::Batch]);

/// Every FHIR route.
pub(crate) const ROUTES: &[Route] = &[
    Route::new("GET", "/fhir/metadata", || get(metadata::show)),
    Route::new("GET", "/fhir/.well-known/smart-configuration", || get(smart::configuration)),
    Route::new("POST", "/fhir", || post(transaction::submit)).offering(SYSTEM),
    Route::new("POST", "/fhir/", || post(transaction::submit)).offering(SYSTEM),
    Route::new("POST", "/fhir/$import", || post(import::submit)),
    Route::new("GET", "/fhir/$export", || get(export::system)),
    Route::new("POST", "/fhir/$export", || post(export::system)),
    Route::new("GET", "/fhir/Patient/$export", || get(export::patients)),
    Route::new("POST", "/fhir/Patient/$export", || post(export::patients)),
    Route::new("GET", "/fhir/Group/{id}/$export", || get(export::group)),
    Route::new("POST", "/fhir/Group/{id}/$export", || post(export::group)),
    Route::new("GET", "/fhir/$export-status/{job}", || get(export::status)),
    Route::new("DELETE", "/fhir/$export-status/{job}", || delete(export::cancel)),
    Route::new("GET", "/fhir/$export-file/{job}/{file}", || get(export::download)),
    Route::new("GET", "/fhir/_history", || get(history::system))
        .offering(Offer::System(&[Interaction::HistorySystem])),
    Route::new("GET", "/fhir/{type}", || get(search::by_get))
        .offering(Offer::Type(&[Interaction::SearchType])),
    Route::new("POST", "/fhir/{type}/_search", || post(search::by_post))
        .offering(Offer::Type(&[Interaction::SearchType])),
    Route::new("POST", "/fhir/{type}", || post(write::create))
        .offering(Offer::Type(&[Interaction::Create])),
    Route::new("PUT", "/fhir/{type}", || put(write::update_where)),
    Route::new("GET", "/fhir/{type}/_history", || get(history::of_type))
        .offering(Offer::Type(&[Interaction::HistoryType])),
    Route::new("POST", "/fhir/{type}/$validate", || post(validate::of_type)),
    Route::new("GET", "/fhir/{type}/{id}", || get(read::read))
        .offering(Offer::Type(&[Interaction::Read])),
    Route::new("PUT", "/fhir/{type}/{id}", || put(write::update))
        .offering(Offer::Type(&[Interaction::Update])),
    Route::new("PATCH", "/fhir/{type}/{id}", || patch(write::patch))
        .offering(Offer::Type(&[Interaction::Patch])),
    Route::new("DELETE", "/fhir/{type}/{id}", || delete(write::delete))
        .offering(Offer::Type(&[Interaction::Delete])),
    Route::new("GET", "/fhir/{type}/{id}/_history", || get(history::of_instance))
        .offering(Offer::Type(&[Interaction::HistoryInstance])),
    Route::new("POST", "/fhir/{type}/{id}/$validate", || post(validate::of_instance)),
    Route::new("GET", "/fhir/Patient/{id}/$everything", || get(everything::show)),
    Route::new("GET", "/fhir/Patient/{id}/$mcode-everything", || get(mcode::show)),
    Route::new("GET", "/fhir/Patient/{id}/$trial-match", || get(trials::show)),
    Route::new("POST", "/fhir/Patient/$trial-match", || post(trials::given)),
    Route::new("GET", "/fhir/{type}/{id}/_history/{version}", || get(read::vread))
        .offering(Offer::Type(&[Interaction::Vread])),
    Route::new("GET", "/fhir/Subscription/$status", || get(subscription::status_of_type)),
    Route::new("POST", "/fhir/Subscription/$status", || post(subscription::status_of_type_given)),
    Route::new("GET", "/fhir/Subscription/{id}/$status", || get(subscription::status_of_one)),
    Route::new("POST", "/fhir/Subscription/{id}/$status", || {
        post(subscription::status_of_one_given)
    }),
    Route::new("GET", "/fhir/Subscription/{id}/$events", || get(subscription::events)),
    Route::new("POST", "/fhir/Subscription/{id}/$events", || post(subscription::events_given)),
    Route::new("POST", "/fhir/ViewDefinition/$run", || post(view::given)),
    Route::new("GET", "/fhir/ViewDefinition/{id}/$run", || get(view::stored)),
    Route::new("POST", "/fhir/ViewDefinition/{id}/$run", || post(view::stored_given)),
];
