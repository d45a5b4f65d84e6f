//! The knowledge in use, as pages.

use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::page::{PageError, html};
use crate::views;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

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
