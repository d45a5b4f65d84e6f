//! Creating and updating one resource: a transaction of one.

use super::answer;
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use intake::fhir::{Written, create as file_new, update as file_update};

/// `POST [base]/[type]`
pub(crate) async fn create(
    State(app): State<App>,
    Path(resource_type): Path<String>,
    headers: HeaderMap,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Error> {
    let condition = match headers.get("if-none-exist") {
        None => None,
        Some(value) => Some(value.to_str().map(str::to_owned).map_err(|_| {
            Error::new(StatusCode::BAD_REQUEST, "value", "If-None-Exist is not text")
        })?),
    };
    app.blocking(move |app| {
        let Written { stored, created } =
            file_new(app.record(), &caller.access, &resource_type, condition.as_deref(), &body)?;
        let status = if created { StatusCode::CREATED } else { StatusCode::OK };
        Ok(answer::written(app, status, stored, &headers))
    })
    .await
}

/// `PUT [base]/[type]/[id]`
pub(crate) async fn update(
    State(app): State<App>,
    Path((resource_type, id)): Path<(String, String)>,
    headers: HeaderMap,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Error> {
    let version = answer::if_match(&headers)?;
    app.blocking(move |app| {
        let Written { stored, created } =
            file_update(app.record(), &caller.access, &resource_type, &id, version, &body)?;
        let status = if created { StatusCode::CREATED } else { StatusCode::OK };
        Ok(answer::written(app, status, stored, &headers))
    })
    .await
}
