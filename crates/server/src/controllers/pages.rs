//! The pages for people.

use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::page::{PageError, html};
use crate::views;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use model::{PatientId, StatementId};
use serde::Deserialize;

/// `GET /`
pub(crate) async fn start() -> Redirect {
    Redirect::to(web::path::PATIENTS)
}

/// What the patient list is searched for.
#[derive(Debug, Deserialize)]
pub(crate) struct ListQuery {
    q: Option<String>,
}

/// `GET /patients?q=`
pub(crate) async fn patients(
    State(app): State<App>,
    Query(query): Query<ListQuery>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let at = PageError::at(web::path::PATIENTS);
    let caller = match caller {
        Ok(caller) => caller,
        Err(error) => return Err(at(error)),
    };
    let wanted = query.q.unwrap_or_default();
    let shown = app
        .blocking(move |app| {
            // Who logs in is sent here; who lists no patients has another page to begin with.
            let home = views::home(app, &caller)?;
            if home != web::path::PATIENTS {
                return Ok(Redirect::to(&home).into_response());
            }
            let page = web::patients(&views::patient_list(app, &caller, &wanted)?);
            Ok(html(StatusCode::OK, page))
        })
        .await;
    shown.map_err(at)
}

/// What is asked about on the patient page.
#[derive(Debug, Deserialize)]
pub(crate) struct PatientQuery {
    drug: Option<String>,
}

/// `GET /patients/{id}?drug=`
pub(crate) async fn patient(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(query): Query<PatientQuery>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let id = PatientId::new(id);
    let at = PageError::at(web::path::patient(&id));
    let caller = match caller {
        Ok(caller) => caller,
        Err(error) => return Err(at(error)),
    };
    let drug = query.drug.unwrap_or_default();
    let shown = app
        .blocking(move |app| {
            let caller = caller.of_patient(app, &id)?;
            Ok(web::patient(&views::patient_page(app, &caller, &id, &drug)?))
        })
        .await;
    shown.map(|page| html(StatusCode::OK, page)).map_err(at)
}

/// `GET /statements/{id}`
pub(crate) async fn statement(
    State(app): State<App>,
    Path(id): Path<String>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let id = StatementId::new(id);
    let at = PageError::at(web::path::statement(&id));
    let caller = match caller {
        Ok(caller) => caller,
        Err(error) => return Err(at(error)),
    };
    let shown =
        app.blocking(move |app| Ok(web::explain(&views::explain_page(app, &caller, &id)?))).await;
    shown.map(|page| html(StatusCode::OK, page)).map_err(at)
}

/// `GET /reviews`
pub(crate) async fn reviews(
    State(app): State<App>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let at = PageError::at(web::path::REVIEWS);
    let caller = match caller {
        Ok(caller) => caller,
        Err(error) => return Err(at(error)),
    };
    let shown = app.blocking(move |app| Ok(web::reviews(&views::review_list(app, &caller)?))).await;
    shown.map(|page| html(StatusCode::OK, page)).map_err(at)
}

/// `GET /assets/{name}`
pub(crate) async fn asset(State(app): State<App>, Path(name): Path<String>) -> Response {
    let brought = app.viewer().filter(|viewer| viewer.name == name);
    let (content_type, mut response) = match (web::asset(&name), brought) {
        (Some(asset), _) => (asset.content_type, asset.bytes.into_response()),
        (None, Some(viewer)) => {
            (web::JAVASCRIPT, Bytes::from_owner(viewer.bytes.clone()).into_response())
        }
        (None, None) => return StatusCode::NOT_FOUND.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    let forever = "public, max-age=31536000, immutable";
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(forever));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// `GET /favicon.ico`: browsers ask for it whatever the page says.
pub(crate) async fn favicon() -> Redirect {
    Redirect::permanent(&web::asset_path("favicon.svg"))
}
