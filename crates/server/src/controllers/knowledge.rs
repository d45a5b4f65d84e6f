//! The knowledge in use, as pages.

use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::page::{PageError, html, respond};
use crate::views;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use model::PatientId;
use serde::Deserialize;

/// `GET /knowledge`
pub(crate) async fn list(
    State(app): State<App>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let made = async {
        let caller = caller?;
        app.blocking(move |app| Ok(web::knowledge(&views::knowledge(app, &caller)?))).await
    };
    let made = made.await.map(|page| html(StatusCode::OK, page));
    made.map_err(PageError::at(web::path::KNOWLEDGE))
}

/// `GET /knowledge/genes/{symbol}`
pub(crate) async fn gene(
    State(app): State<App>,
    Path(symbol): Path<String>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let made = async {
        let caller = caller?;
        app.blocking(move |app| {
            let view = views::knowledge_of_gene(app, &caller, &symbol)?;
            Ok(web::knowledge_gene(&view.ok_or_else(Error::not_found)?))
        })
        .await
    };
    let made = made.await.map(|page| html(StatusCode::OK, page));
    made.map_err(PageError::at(web::path::KNOWLEDGE))
}

/// `GET /knowledge/drugs/{rxnorm}`
pub(crate) async fn drug(
    State(app): State<App>,
    Path(rxnorm): Path<String>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let made = async {
        let caller = caller?;
        app.blocking(move |app| {
            let view = views::knowledge_of_drug(app, &caller, &rxnorm)?;
            Ok(web::knowledge_drug(&view.ok_or_else(Error::not_found)?))
        })
        .await
    };
    let made = made.await.map(|page| html(StatusCode::OK, page));
    made.map_err(PageError::at(web::path::KNOWLEDGE))
}

/// `GET /knowledge/versions`
pub(crate) async fn versions(
    State(app): State<App>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let make = |app: &App, caller: &Caller| {
        Ok(html(StatusCode::OK, web::adoptions(&views::adoptions(app, caller)?)))
    };
    respond(app, caller, web::path::KNOWLEDGE_VERSIONS, make).await
}

/// Which of the patients of an adoption are shown.
#[derive(Debug, Deserialize)]
pub(crate) struct VersionQuery {
    after: Option<String>,
}

/// `GET /knowledge/versions/{id}?after=`
pub(crate) async fn version(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(query): Query<VersionQuery>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let at = web::path::knowledge_version(&id, None);
    let after = query.after.map(PatientId::new);
    let make = move |app: &App, caller: &Caller| {
        let view = views::adoption(app, caller, &id, after)?;
        Ok(html(StatusCode::OK, web::adoption(&view)))
    };
    respond(app, caller, at, make).await
}
