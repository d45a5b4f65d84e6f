//! `Patient/[id]/$everything`: a patient's compartment in pages (FHIR R4, Patient operations).

use super::history::since;
use super::query::{CURSOR, link as link_to};
use super::{answer, parameter};
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use formats::fhir::build::{Link, StoredEntry, bundle_of_stored};
use model::PatientId;
use record::limit::PAGE_ROWS_MAX;
use record::{Access, CompartmentQuery, Stored};
use serde_json::Value;
use std::collections::BTreeSet;

/// Resources on a page, if the caller names no number.
const PAGE_RESOURCES_DEFAULT: u32 = 200;
/// Types that belong to nobody and that an entry may lead to.
const SUPPORTING: [&str; 5] =
    ["Location", "Medication", "Organization", "Practitioner", "PractitionerRole"];

/// `GET [base]/Patient/[id]/$everything`
pub(crate) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
    caller: Caller,
) -> Result<Response, Error> {
    app.blocking(move |app| {
        let body = page(app, &caller.access, &id, &pairs)?;
        Ok(answer::bytes(StatusCode::OK, body))
    })
    .await
}

fn page(
    app: &App,
    access: &Access,
    id: &str,
    pairs: &[(String, String)],
) -> Result<Vec<u8>, Error> {
    let patient = app.record().read(access, "Patient", id)?;
    if patient.is_none_or(|patient| patient.deleted) {
        return Err(Error::not_found());
    }
    let (query, written) = read(pairs)?;
    let page = app.record().compartment(access, &PatientId::new(id), &query)?;
    let path = format!("{}/Patient/{id}/$everything", app.fhir_base());
    let place = |(resource_type, id): &(String, String)| format!("{resource_type}/{id}");
    let link = |relation: &str, cursor: Option<&(String, String)>| Link {
        relation: relation.to_owned(),
        url: link_to(&path, &written, cursor.map(place).as_deref()),
    };
    let mut links = vec![link("self", query.cursor.as_ref())];
    links.extend(page.next.as_ref().map(|next| link("next", Some(next))));
    let mut entries = Vec::with_capacity(page.entries.len());
    let targets: BTreeSet<(String, String)> = if query.types.is_empty() {
        page.entries.iter().flat_map(supporting).collect()
    } else {
        BTreeSet::new()
    };
    for stored in page.entries {
        entries.push(entry(app, stored, "match"));
    }
    for (resource_type, id) in targets {
        let found = app.record().read(access, &resource_type, &id)?;
        entries.extend(found.filter(|found| !found.deleted).map(|one| entry(app, one, "include")));
    }
    Ok(bundle_of_stored("searchset", None, &links, &entries))
}

fn entry(app: &App, stored: Stored, mode: &'static str) -> StoredEntry {
    let reference = &stored.reference;
    let url = format!("{}/{}/{}", app.fhir_base(), reference.resource_type, reference.id);
    let body = Some(stored.body);
    StoredEntry { full_url: Some(url), body, mode: Some(mode), ..StoredEntry::default() }
}

/// What an entry refers to that belongs to no patient: it would be missing from every compartment.
fn supporting(stored: &Stored) -> Vec<(String, String)> {
    let mut found = Vec::new();
    if let Ok(resource) = serde_json::from_slice::<Value>(&stored.body) {
        collect(&resource, &mut found);
    }
    found
}

fn collect(value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            let text = members.get("reference").and_then(Value::as_str);
            let target = text.and_then(formats::fhir::access::type_and_id);
            if let Some((kind, id)) = target.filter(|(kind, _)| SUPPORTING.contains(kind)) {
                found.push((kind.to_owned(), id.to_owned()));
            }
            members.values().for_each(|held| collect(held, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}

fn read(pairs: &[(String, String)]) -> Result<(CompartmentQuery, Vec<(String, String)>), Error> {
    let mut query = CompartmentQuery {
        types: Vec::new(),
        since: None,
        count: PAGE_RESOURCES_DEFAULT,
        cursor: None,
    };
    let mut written = Vec::new();
    for (name, value) in pairs {
        match name.as_str() {
            CURSOR => {
                let place = value.split_once('/');
                let place = place.ok_or_else(|| parameter::unreadable(name, "is no page's"))?;
                query.cursor = Some((place.0.to_owned(), place.1.to_owned()));
                continue;
            }
            "_count" => {
                query.count = parameter::number::<u32>(name, value)?.clamp(1, PAGE_ROWS_MAX);
            }
            "_since" => query.since = Some(since(name, value)?),
            "_type" => query.types.extend(value.split(',').map(|one| one.trim().to_owned())),
            "_format" | "_pretty" => continue,
            _ => return Err(parameter::unknown(name)),
        }
        written.push((name.clone(), value.clone()));
    }
    Ok((query, written))
}
