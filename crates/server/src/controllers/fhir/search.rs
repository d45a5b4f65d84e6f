//! Searching a type.

use super::{answer, audit, published, query, topic};
use crate::app::App;
use crate::caller::{Caller, Calling};
use crate::error::Error;
use crate::research::count;
use crate::smart::{Permission, Scopes};
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use formats::fhir::build::{Issue, Link, StoredEntry, bundle_of_stored, operation_outcome};
use intake::fhir::term;
use model::{Problem, Severity};
use record::{Access, Found, Record, Role, Stored, searched_types};
use serde_json::Value;

/// `GET [base]/[type]?…`
pub(crate) async fn by_get(
    State(app): State<App>,
    Path(resource_type): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
    headers: HeaderMap,
    calling: Calling,
) -> Result<Response, Error> {
    app.reading(move |app, record| {
        let caller = calling.caller(app)?;
        run(app, record, resource_type, pairs, &headers, &caller)
    })
    .await
}

/// `POST [base]/[type]/_search`: the same, with nothing of the patient in the address.
pub(crate) async fn by_post(
    State(app): State<App>,
    Path(resource_type): Path<String>,
    headers: HeaderMap,
    caller: Caller,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Error> {
    app.reading(move |app, record| run(app, record, resource_type, pairs, &headers, &caller)).await
}

fn run(
    app: &App,
    record: &Record,
    resource_type: String,
    pairs: Vec<(String, String)>,
    headers: &HeaderMap,
    caller: &Caller,
) -> Result<Response, Error> {
    if topic::is_asked(&resource_type, &pairs) {
        return topic::search(app, caller, &pairs);
    }
    if published::is_asked(&resource_type, &pairs) {
        return published::search(app, caller);
    }
    if audit::is_asked(&resource_type, caller) {
        return audit::search(app, caller, &pairs);
    }
    require_indexed(&resource_type)?;
    if caller.role == Role::Researcher {
        return count::answer(app, caller, resource_type, pairs);
    }
    let mut asked = query::read(resource_type, pairs)?;
    query::make_local(&mut asked.search.query, &app.fhir_base());
    let strict = handling(headers) == Some("strict");
    if let Some(scopes) = &caller.scopes {
        narrow(scopes, &mut asked)?;
    }
    let mut page = record.find(&caller.access, &asked.search)?;
    if let Some(scopes) = &caller.scopes {
        let reads = |name: &str| scopes.permit(Some(name), Permission::Read);
        page.included.retain(|stored| reads(&stored.reference.resource_type));
    }
    if strict && !page.unknown_parameters.is_empty() {
        let unknown = page.unknown_parameters.iter();
        let problems = unknown
            .map(|name| Problem::error("not-supported", name, "this parameter is not known"))
            .collect();
        return Err(Error::problems(StatusCode::BAD_REQUEST, problems));
    }
    Ok(answer::bytes(StatusCode::OK, bundle(app, &asked, &page)?))
}

/// Narrows a search to what the scopes grant. A chain looks into other types, so that only who may
/// search everything may ask by one.
///
/// # Errors
/// 403 where they grant no search of the type, or none of this kind.
pub(crate) fn narrow(scopes: &Scopes, asked: &mut query::Asked) -> Result<(), Error> {
    let query = &mut asked.search.query;
    let is_chain = |name: &str| name.contains('.') || name == "_has";
    let chained = query
        .terms
        .iter()
        .any(|term| is_chain(&term.parameter) || term.modifier.as_deref().is_some_and(is_chain));
    if chained && !scopes.permit(None, Permission::Search) {
        return Err(Error::scope());
    }
    match scopes.search_filters(&query.resource_type).as_deref() {
        None => Ok(()),
        Some([filter]) => {
            query.terms.extend(filter.iter().map(|(name, value)| term(name, value)));
            Ok(())
        }
        // Their union is no search of one kind.
        Some(_) => Err(Error::scope()),
    }
}

/// Of other types nothing is indexed, so an empty answer would not mean that there is nothing.
fn require_indexed(resource_type: &str) -> Result<(), Error> {
    if searched_types().any(|searched| searched == resource_type) {
        return Ok(());
    }
    let text = "this type is not searched here; the CapabilityStatement lists those that are";
    Err(Error::new(StatusCode::NOT_FOUND, "not-supported", text))
}

fn handling(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all("prefer")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split([',', ';']))
        .find_map(|part| part.trim().strip_prefix("handling="))
}

/// A search inside a Bundle: the same, as bytes.
///
/// # Errors
/// As for a search alone.
pub(crate) fn searchset(
    app: &App,
    access: &Access,
    resource_type: String,
    pairs: Vec<(String, String)>,
) -> Result<Vec<u8>, Error> {
    require_indexed(&resource_type)?;
    let mut asked = query::read(resource_type, pairs)?;
    query::make_local(&mut asked.search.query, &app.fhir_base());
    let page = app.record().find(access, &asked.search)?;
    bundle(app, &asked, &page)
}

/// A searchset: what was used is in the `self` link, what was not is in a warning.
fn bundle(app: &App, asked: &query::Asked, page: &Found) -> Result<Vec<u8>, Error> {
    let base = format!("{}/{}", app.fhir_base(), asked.search.query.resource_type);
    let unused = |name: &str| {
        let plain = name.split(':').next().unwrap_or(name);
        page.unknown_parameters.iter().any(|unknown| unknown == name || unknown == plain)
    };
    let used: Vec<(String, String)> =
        asked.written.iter().filter(|(name, _)| !unused(name)).cloned().collect();
    let link = |relation: &str, pairs: &[(String, String)], cursor: Option<&str>| Link {
        relation: relation.to_owned(),
        url: query::link(&base, pairs, cursor),
    };
    let mut links = vec![link("self", &used, asked.search.query.cursor.as_deref())];
    // The place of the next page is one in the search as it was asked, unused parameters and all.
    links.extend(page.next.as_deref().map(|next| link("next", &asked.written, Some(next))));
    let mut entries = Vec::with_capacity(page.entries.len() + page.included.len() + 1);
    for stored in &page.entries {
        entries.push(part(app, asked, stored, "match")?);
    }
    for stored in &page.included {
        entries.push(part(app, asked, stored, "include")?);
    }
    if !page.unknown_parameters.is_empty() {
        let outcome = warning(&page.unknown_parameters).to_string().into_bytes();
        entries.push(entry(None, outcome, "outcome"));
    }
    Ok(bundle_of_stored("searchset", page.total, &links, &entries))
}

/// A stored resource, or the part of it that was asked for.
fn part(
    app: &App,
    asked: &query::Asked,
    stored: &Stored,
    mode: &'static str,
) -> Result<StoredEntry, Error> {
    let body = asked.shape.of_bytes(&stored.body, mode == "match")?;
    let reference = &stored.reference;
    let url = format!("{}/{}/{}", app.fhir_base(), reference.resource_type, reference.id);
    Ok(entry(Some(url), body, mode))
}

fn entry(full_url: Option<String>, body: Vec<u8>, mode: &'static str) -> StoredEntry {
    StoredEntry { full_url, body: Some(body), mode: Some(mode), ..StoredEntry::default() }
}

fn warning(unknown: &[String]) -> Value {
    let issues: Vec<Issue> = unknown
        .iter()
        .map(|name| Issue {
            severity: Severity::Warning,
            code: "not-supported".to_owned(),
            text: format!("the parameter `{name}` is not known and was not used"),
            expression: None,
        })
        .collect();
    operation_outcome(&issues, None)
}
