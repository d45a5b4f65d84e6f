//! History of a resource, a type or everything, newest first.

use super::query::{CURSOR, link as link_to};
use super::{answer, parameter};
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use formats::fhir::build::{Link, StoredEntry, TransactionAnswer, bundle_of_stored};
use model::Timestamp;
use record::limit::PAGE_ROWS_MAX;
use record::{Access, HistoryQuery, Stored};

/// Versions on a page, if the caller names no number.
const PAGE_VERSIONS_DEFAULT: u32 = 50;

type Pairs = Vec<(String, String)>;

/// `GET [base]/_history`
pub(crate) async fn system(
    State(app): State<App>,
    Query(pairs): Query<Pairs>,
    caller: Caller,
) -> Result<Response, Error> {
    show(app, caller, None, None, pairs).await
}

/// `GET [base]/[type]/_history`
pub(crate) async fn of_type(
    State(app): State<App>,
    Path(resource_type): Path<String>,
    Query(pairs): Query<Pairs>,
    caller: Caller,
) -> Result<Response, Error> {
    show(app, caller, Some(resource_type), None, pairs).await
}

/// `GET [base]/[type]/[id]/_history`
pub(crate) async fn of_instance(
    State(app): State<App>,
    Path((resource_type, id)): Path<(String, String)>,
    Query(pairs): Query<Pairs>,
    caller: Caller,
) -> Result<Response, Error> {
    show(app, caller, Some(resource_type), Some(id), pairs).await
}

async fn show(
    app: App,
    caller: Caller,
    resource_type: Option<String>,
    id: Option<String>,
    pairs: Pairs,
) -> Result<Response, Error> {
    app.blocking(move |app| {
        let body = page(app, &caller.access, resource_type, id, &pairs)?;
        Ok(answer::bytes(StatusCode::OK, body))
    })
    .await
}

/// One page as a Bundle.
///
/// # Errors
/// 400 on a parameter that cannot be read, 404 where a resource has no history.
pub(crate) fn page(
    app: &App,
    access: &Access,
    resource_type: Option<String>,
    id: Option<String>,
    pairs: &[(String, String)],
) -> Result<Vec<u8>, Error> {
    let of_one = id.is_some();
    let mut path = app.fhir_base();
    for part in resource_type.iter().chain(&id) {
        path.push('/');
        path.push_str(part);
    }
    path.push_str("/_history");
    let (query, written) = read(resource_type, id, pairs)?;
    let page = app.record().history(access, &query)?;
    if of_one && page.total == 0 && query.since.is_none() {
        return Err(Error::not_found());
    }
    let link = |relation: &str, cursor: Option<u64>| Link {
        relation: relation.to_owned(),
        url: link_to(&path, &written, cursor.map(|at| at.to_string()).as_deref()),
    };
    let mut links = vec![link("self", query.cursor)];
    links.extend(page.next.map(|next| link("next", Some(next))));
    let base = app.fhir_base();
    let entries: Vec<StoredEntry> =
        page.entries.into_iter().map(|stored| entry(&base, stored)).collect();
    Ok(bundle_of_stored("history", Some(page.total), &links, &entries))
}

fn read(
    resource_type: Option<String>,
    id: Option<String>,
    pairs: &[(String, String)],
) -> Result<(HistoryQuery, Pairs), Error> {
    let mut query =
        HistoryQuery { resource_type, id, since: None, count: PAGE_VERSIONS_DEFAULT, cursor: None };
    let mut written = Vec::new();
    for (name, value) in pairs {
        match name.as_str() {
            CURSOR => query.cursor = Some(parameter::number(name, value)?),
            "_count" => {
                query.count = parameter::number::<u32>(name, value)?.clamp(1, PAGE_ROWS_MAX);
            }
            "_since" => query.since = Some(since(name, value)?),
            "_format" | "_pretty" => continue,
            _ => return Err(parameter::unknown(name)),
        }
        if name != CURSOR {
            written.push((name.clone(), value.clone()));
        }
    }
    Ok((query, written))
}

/// An instant, or the beginning of a day.
pub(crate) fn since(name: &str, value: &str) -> Result<Timestamp, Error> {
    let day = || Timestamp::parse(&format!("{value}T00:00:00Z"));
    Timestamp::parse(value)
        .or_else(day)
        .ok_or_else(|| parameter::unreadable(name, "is neither an instant nor a day"))
}

/// A version with the request that made it: a first version was created, an empty one is a
/// deletion (FHIR R4, RESTful API, "history").
fn entry(base: &str, stored: Stored) -> StoredEntry {
    let reference = &stored.reference;
    let path = format!("{}/{}", reference.resource_type, reference.id);
    let (method, status) = match (stored.deleted, reference.version) {
        (true, _) => ("DELETE", "204 No Content"),
        (false, 1) => ("POST", "201 Created"),
        (false, _) => ("PUT", "200 OK"),
    };
    let url = if method == "POST" { reference.resource_type.clone() } else { path.clone() };
    StoredEntry {
        full_url: Some(format!("{base}/{path}")),
        request: Some((method.to_owned(), url)),
        response: Some(TransactionAnswer {
            status: status.to_owned(),
            etag: Some(format!("W/\"{}\"", reference.version)),
            last_modified: Some(stored.recorded),
            ..TransactionAnswer::default()
        }),
        body: (!stored.deleted).then_some(stored.body),
        mode: None,
    }
}
