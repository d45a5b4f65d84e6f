//! Reading a resource, now or as it was.

use super::{answer, audit, published, topic};
use crate::app::App;
use crate::caller::Calling;
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
    calling: Calling,
) -> Result<Response, Error> {
    app.reading(move |app, record| {
        let caller = calling.caller(app)?;
        if audit::is_asked(&resource_type, &caller) {
            return audit::read(app, &caller, &id);
        }
        let found = record.read(&caller.access, &resource_type, &id)?;
        if found.is_none()
            && let Some(shipped) =
                topic::read(&resource_type, &id).or_else(|| published::read(&resource_type, &id))
        {
            return Ok(shipped);
        }
        let stored = present(found)?;
        let tag = format!("W/\"{}\"", stored.reference.version);
        let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        if known == Some(tag.as_str()) {
            return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
        }
        Ok(answer::stored(StatusCode::OK, stored))
    })
    .await
}

/// `GET [base]/[type]/[id]/_history/[vid]`
pub(crate) async fn vread(
    State(app): State<App>,
    Path((resource_type, id, version)): Path<(String, String, String)>,
    calling: Calling,
) -> Result<Response, Error> {
    app.reading(move |app, record| {
        let caller = calling.caller(app)?;
        let Ok(version) = version.parse::<u64>() else { return Err(Error::not_found()) };
        let found = record.vread(&caller.access, &resource_type, &id, version)?;
        Ok(answer::stored(StatusCode::OK, present(found)?))
    })
    .await
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
