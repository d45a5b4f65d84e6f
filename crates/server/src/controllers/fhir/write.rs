//! Creating, updating, patching and deleting one resource: a transaction of one.

use super::{answer, subscription};
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use intake::fhir::{self as door, JSON_PATCH, Written};
use record::Condition;

/// `POST [base]/[type]`
pub(crate) async fn create(
    State(app): State<App>,
    Path(resource_type): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Error> {
    let refuse = |text: &str| Err(Error::new(StatusCode::BAD_REQUEST, "value", text));
    let condition = match (headers.get("if-none-exist"), condition_of(query.as_deref())) {
        (None, query) => query,
        (Some(_), Some(_)) => return refuse("a create has one condition, not two"),
        (Some(value), None) => match value.to_str() {
            Ok(text) => Some(text.to_owned()),
            Err(_) => return refuse("If-None-Exist is not text"),
        },
    };
    app.blocking(move |app| {
        if resource_type == subscription::TYPE {
            return subscription::create(app, &caller, condition.as_deref(), &headers, &body);
        }
        let condition = condition.as_deref();
        let written = door::create(app.record(), &caller.access, &resource_type, condition, &body)?;
        Ok(answered(app, written, &headers))
    })
    .await
}

/// The condition in the address of a create. R4 has a header for it, and some clients write it
/// here: to pass it over would make a second resource where they want none.
fn condition_of(query: Option<&str>) -> Option<String> {
    let is_form = |pair: &&str| !pair.starts_with("_format=") && !pair.starts_with("_pretty=");
    let pairs = query?.split('&').filter(|pair| !pair.is_empty()).filter(is_form);
    let pairs: Vec<&str> = pairs.collect();
    (!pairs.is_empty()).then(|| pairs.join("&"))
}

/// `PUT [base]/[type]/[id]`
pub(crate) async fn update(
    State(app): State<App>,
    Path((resource_type, id)): Path<(String, String)>,
    headers: HeaderMap,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Error> {
    let condition = if answer::if_none_match_any(&headers)? {
        Condition::Absent
    } else {
        answer::if_match(&headers)?.map_or(Condition::Any, Condition::Version)
    };
    app.blocking(move |app| {
        if resource_type == subscription::TYPE {
            return subscription::update(app, &caller, &id, &headers, condition, &body);
        }
        let written =
            door::update(app.record(), &caller.access, &resource_type, &id, condition, &body)?;
        Ok(answered(app, written, &headers))
    })
    .await
}

/// `PUT [base]/[type]?…`
pub(crate) async fn update_where(
    State(app): State<App>,
    Path(resource_type): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Error> {
    let version = answer::if_match(&headers)?;
    let Some(query) = query.filter(|query| !query.is_empty()) else {
        let text = "an update names its resource by id or by a query";
        return Err(Error::new(StatusCode::BAD_REQUEST, "required", text));
    };
    app.blocking(move |app| {
        let access = &caller.access;
        let written =
            door::update_where(app.record(), access, &resource_type, &query, version, &body)?;
        Ok(answered(app, written, &headers))
    })
    .await
}

/// `PATCH [base]/[type]/[id]`
pub(crate) async fn patch(
    State(app): State<App>,
    Path((resource_type, id)): Path<(String, String)>,
    headers: HeaderMap,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Error> {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.and_then(|value| value.split(';').next()).unwrap_or_default();
    if !media_type.trim().eq_ignore_ascii_case(JSON_PATCH) {
        let text = format!("a patch is `{JSON_PATCH}`");
        return Err(Error::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-supported", text));
    }
    let version = answer::if_match(&headers)?;
    app.blocking(move |app| {
        if resource_type == subscription::TYPE {
            return subscription::patch(app, &caller, &id, &headers, version, &body);
        }
        let written =
            door::patch(app.record(), &caller.access, &resource_type, &id, version, &body)?;
        Ok(answered(app, written, &headers))
    })
    .await
}

/// `DELETE [base]/[type]/[id]`; what is not there is gone, too.
pub(crate) async fn delete(
    State(app): State<App>,
    Path((resource_type, id)): Path<(String, String)>,
    headers: HeaderMap,
    caller: Caller,
) -> Result<Response, Error> {
    let version = answer::if_match(&headers)?;
    app.blocking(move |app| {
        if resource_type == subscription::TYPE {
            return subscription::delete(app, &caller, &id, version);
        }
        let gone = door::delete(app.record(), &caller.access, &resource_type, &id, version)?;
        Ok(answer::deleted(gone.as_ref()))
    })
    .await
}

fn answered(app: &App, written: Written, headers: &HeaderMap) -> Response {
    let Written { stored, created } = written;
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    answer::written(app, status, stored, headers)
}
