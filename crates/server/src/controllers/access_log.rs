//! A patient's own view of who did what with the record; the privacy officer's, too.

use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::page::{PageError, html};
use crate::views;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use model::PatientId;
use serde::Deserialize;

/// Where the page begins.
#[derive(Debug, Deserialize)]
pub(crate) struct Place {
    before: Option<String>,
}

/// `GET /patients/{id}/access?before=`
pub(crate) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(place): Query<Place>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let id = PatientId::new(id);
    let at = PageError::at(web::path::access_log(&id));
    let made = async {
        let caller = caller?;
        app.blocking(move |app| {
            let view = views::access_log(app, &caller, &id, place.before.as_deref())?;
            Ok(web::access_log(&view))
        })
        .await
    };
    made.await.map(|page| html(StatusCode::OK, page)).map_err(at)
}
