//! Topics of subscriptions as `Basic` resources. They are the program's and stand in no record; a
//! resource that is filed under the same id goes before one of them.

use super::{answer, parameter};
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use axum::http::StatusCode;
use axum::response::Response;
use formats::fhir::build::{Link, StoredEntry, bundle_of_stored};
use notify::{TOPIC_CODE, TOPIC_TYPE, TOPICS, Topic, topic_of_id};

/// The topic that is read where nothing is filed.
pub(super) fn read(resource_type: &str, id: &str) -> Option<Response> {
    let topic = topic_of_id(id).filter(|_| resource_type == TOPIC_TYPE)?;
    Some(answer::json(StatusCode::OK, &topic.resource()))
}

/// Whether a search is for topics: `Basic?code=http://hl7.org/fhir/fhir-types|SubscriptionTopic`.
/// Of what is filed as `Basic` nothing is indexed, so that no other search is answered.
pub(super) fn is_asked(resource_type: &str, pairs: &[(String, String)]) -> bool {
    let (system, code) = TOPIC_CODE;
    let is_code = |value: &str| match value.split_once('|') {
        Some((of, rest)) => of == system && rest == code,
        None => value == code,
    };
    let mut codes = pairs.iter().filter(|(name, _)| name == "code").peekable();
    resource_type == TOPIC_TYPE && codes.peek().is_some() && codes.all(|(_, value)| is_code(value))
}

/// The topics, all of them or those of some ids.
pub(super) fn search(
    app: &App,
    caller: &Caller,
    pairs: &[(String, String)],
) -> Result<Response, Error> {
    if caller.scopes.as_ref().is_some_and(|scopes| scopes.search_filters(TOPIC_TYPE).is_some()) {
        return Err(Error::scope());
    }
    let mut topics: Vec<&Topic> = TOPICS.iter().collect();
    for (name, value) in pairs {
        match name.as_str() {
            "_id" => topics.retain(|topic| value.split(',').any(|id| id == topic.id())),
            "code" | "_format" | "_pretty" | "_count" => {}
            _ => return Err(parameter::unknown(name)),
        }
    }
    let base = app.fhir_base();
    let mut entries = Vec::new();
    for topic in topics {
        // What is filed under the id goes before; and who may not read is told so here.
        let filed = app.record().read(&caller.access, TOPIC_TYPE, &topic.id())?;
        if filed.is_none() {
            entries.push(StoredEntry {
                full_url: Some(format!("{base}/{TOPIC_TYPE}/{}", topic.id())),
                body: Some(topic.resource().to_string().into_bytes()),
                mode: Some("match"),
                ..StoredEntry::default()
            });
        }
    }
    let (system, code) = TOPIC_CODE;
    let url = format!("{base}/{TOPIC_TYPE}?code={system}%7C{code}");
    let link = Link { relation: "self".to_owned(), url };
    let total = Some(entries.len() as u64);
    Ok(answer::bytes(StatusCode::OK, bundle_of_stored("searchset", total, &[link], &entries)))
}
