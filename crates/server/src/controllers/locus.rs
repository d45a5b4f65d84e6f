//! A place of a patient's genome as a page, what is drawn of it, and the operator's reference.

mod sequence;

pub(crate) use sequence::show as sequence;

use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::page::{PageError, html, respond};
use crate::views::{LocusAsked, locus_features, locus_page};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::PatientId;

/// `GET /patients/{id}/locus?gene=|region=&build=`
pub(crate) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(asked): Query<LocusAsked>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let id = PatientId::new(id);
    respond(app, caller, web::path::locus(&id), move |app, caller| {
        let page = locus_page(app, caller, &id, &asked)?;
        let status = match page.fault {
            Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
            None => StatusCode::OK,
        };
        Ok(html(status, web::locus(&page)))
    })
    .await
}

/// `GET /patients/{id}/locus/features?region=&build=`: what the browser of genomes draws.
pub(crate) async fn features(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(asked): Query<LocusAsked>,
    caller: Caller,
) -> Result<Response, Error> {
    let id = PatientId::new(id);
    let made = app.blocking(move |app| locus_features(app, &caller, &id, &asked)).await?;
    let mut response = axum::Json(made).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}
