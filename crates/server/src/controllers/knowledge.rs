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

/// `GET /knowledge/genes/{symbol}/alleles/{name}`
pub(crate) async fn allele(
    State(app): State<App>,
    Path((symbol, name)): Path<(String, String)>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let at = web::path::knowledge_allele(&symbol, &name);
    let make = move |app: &App, caller: &Caller| {
        let view = views::knowledge_of_allele(app, caller, &symbol, &name)?;
        Ok(html(StatusCode::OK, web::knowledge_allele(&view.ok_or_else(Error::not_found)?)))
    };
    respond(app, caller, at, make).await
}

/// `GET /knowledge/variants/{name}`
pub(crate) async fn variant(
    State(app): State<App>,
    Path(name): Path<String>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let at = web::path::knowledge_variant(&name);
    let make = move |app: &App, caller: &Caller| {
        let view = views::knowledge_of_variant(app, caller, &name)?;
        Ok(html(StatusCode::OK, web::knowledge_variant(&view.ok_or_else(Error::not_found)?)))
    };
    respond(app, caller, at, make).await
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

/// Which of the patients of an adoption are shown, and of which gene or drug alone.
#[derive(Debug, Deserialize)]
pub(crate) struct VersionQuery {
    after: Option<String>,
    about: Option<String>,
}

/// `GET /knowledge/versions/{id}?about=&after=`
pub(crate) async fn version(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(query): Query<VersionQuery>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let about = query.about.filter(|about| !about.is_empty());
    let at = web::path::knowledge_version(&id, about.as_deref(), None);
    let after = query.after.map(PatientId::new);
    let make = move |app: &App, caller: &Caller| {
        let view = views::adoption(app, caller, (&id, about.as_deref()), after)?;
        Ok(html(StatusCode::OK, web::adoption(&view)))
    };
    respond(app, caller, at, make).await
}
