//! Conformance resources that the program publishes: the lifestyle `Questionnaire`. They stand in
//! no record; a resource that is filed under the same id goes before.

use super::answer;
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use axum::http::StatusCode;
use axum::response::Response;
use formats::fhir::build::{Link, StoredEntry, bundle_of_stored};
use formats::fhir::lifestyle::{
    QUESTIONNAIRE, QUESTIONNAIRE_ID, QUESTIONNAIRE_VERSION, questionnaire,
};

const KIND: &str = "Questionnaire";

/// What is read where nothing is filed.
pub(super) fn read(resource_type: &str, id: &str) -> Option<Response> {
    let is_ours = resource_type == KIND && id == QUESTIONNAIRE_ID;
    is_ours.then(|| answer::json(StatusCode::OK, &questionnaire()))
}

/// Whether a search is for what is published: by its canonical URL, with or without the version.
pub(super) fn is_asked(resource_type: &str, pairs: &[(String, String)]) -> bool {
    let is_ours = |value: &str| match value.split_once('|') {
        Some((url, version)) => url == QUESTIONNAIRE && version == QUESTIONNAIRE_VERSION,
        None => value == QUESTIONNAIRE,
    };
    let ways = ["url", "_format", "_pretty", "_count"];
    resource_type == KIND
        && pairs.iter().any(|(name, value)| name == "url" && is_ours(value))
        && pairs
            .iter()
            .all(|(name, value)| ways.contains(&name.as_str()) && (name != "url" || is_ours(value)))
}

/// The searchset with it.
pub(super) fn search(app: &App, caller: &Caller) -> Result<Response, Error> {
    if caller.scopes.as_ref().is_some_and(|scopes| scopes.search_filters(KIND).is_some()) {
        return Err(Error::scope());
    }
    let base = app.fhir_base();
    // What is filed under the id goes before; and who may not read is told so here.
    let filed = app.record().read(&caller.access, KIND, QUESTIONNAIRE_ID)?;
    let body = match filed {
        Some(stored) => (!stored.deleted).then_some(stored.body),
        None => Some(questionnaire().to_string().into_bytes()),
    };
    let entry = |body| StoredEntry {
        full_url: Some(format!("{base}/{KIND}/{QUESTIONNAIRE_ID}")),
        body: Some(body),
        mode: Some("match"),
        ..StoredEntry::default()
    };
    let entries: Vec<StoredEntry> = body.map(entry).into_iter().collect();
    let url = format!("{base}/{KIND}?url={QUESTIONNAIRE}");
    let link = Link { relation: "self".to_owned(), url };
    let total = Some(entries.len() as u64);
    Ok(answer::bytes(StatusCode::OK, bundle_of_stored("searchset", total, &[link], &entries)))
}
