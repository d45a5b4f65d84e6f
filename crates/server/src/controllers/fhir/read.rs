//! Reading a resource, now or as it was.

use super::{answer, audit, published, topic};
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use record::Stored;

/// `GET [base]/[type]/[id]`
pub(crate) async fn read(
    State(app): State<App>,
    Path((resource_type, id)): Path<(String, String)>,
    headers: HeaderMap,
    caller: Caller,
) -> Result<Response, Error> {
    if audit::is_asked(&resource_type, &caller) {
        return app.blocking(move |app| audit::read(app, &caller, &id)).await;
    }
    let shipped = topic::read(&resource_type, &id).or_else(|| published::read(&resource_type, &id));
    let found = app
        .blocking(move |app| Ok(app.record().read(&caller.access, &resource_type, &id)?))
        .await?;
    if let (None, Some(shipped)) = (&found, shipped) {
        return Ok(shipped);
    }
    let stored = present(found)?;
    let tag = format!("W/\"{}\"", stored.reference.version);
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known == Some(tag.as_str()) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    Ok(answer::stored(StatusCode::OK, stored))
}

/// `GET [base]/[type]/[id]/_history/[vid]`
pub(crate) async fn vread(
    State(app): State<App>,
    Path((resource_type, id, version)): Path<(String, String, String)>,
    caller: Caller,
) -> Result<Response, Error> {
    let Ok(version) = version.parse::<u64>() else { return Err(Error::not_found()) };
    let found = app
        .blocking(move |app| {
            Ok(app.record().vread(&caller.access, &resource_type, &id, version)?)
        })
        .await?;
    Ok(answer::stored(StatusCode::OK, present(found)?))
}

fn present(found: Option<Stored>) -> Result<Stored, Error> {
    match found {
        None => Err(Error::not_found()),
        Some(stored) if stored.deleted => {
            Err(Error::new(StatusCode::GONE, "deleted", "the resource was deleted"))
        }
        Some(stored) => Ok(stored),
    }
}
