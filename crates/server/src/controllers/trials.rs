//! The pages about trials.

pub(crate) mod work;

use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::page::{PageError, html};
use crate::views::{self, PatientsAsked};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use model::PatientId;
use serde::Deserialize;

/// `GET /patients/{id}/trials`
pub(crate) async fn options(
    State(app): State<App>,
    Path(id): Path<String>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let id = PatientId::new(id);
    let at = PageError::at(web::path::trial_options(&id));
    let made = async {
        let caller = caller?;
        app.blocking(move |app| {
            let caller = caller.of_patient(app, &id)?;
            Ok(web::trial_options(&views::trial_options(app, &caller, &id)?))
        })
        .await
    };
    made.await.map(|page| html(StatusCode::OK, page)).map_err(at)
}

/// Where the list of changes begins.
#[derive(Debug, Deserialize)]
pub(crate) struct Before {
    before: Option<u64>,
}

/// `GET /trials?before=`
pub(crate) async fn list(
    State(app): State<App>,
    Query(place): Query<Before>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let at = PageError::at(web::path::TRIALS);
    let made = async {
        let caller = caller?;
        app.blocking(move |app| Ok(web::trials(&views::trials(app, &caller, place.before)?))).await
    };
    made.await.map(|page| html(StatusCode::OK, page)).map_err(at)
}

/// Where the list of a trial's patients begins.
#[derive(Debug, Deserialize)]
pub(crate) struct After {
    after: Option<u64>,
    status: Option<String>,
}

/// `GET /trials/{id}?status=&after=`
pub(crate) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(place): Query<After>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let at = PageError::at(web::path::trial(&id));
    let made = async {
        let caller = caller?;
        let asked = PatientsAsked { after: place.after.unwrap_or(0), status: place.status };
        app.blocking(move |app| Ok(web::trial(&views::trial(app, &caller, &id, asked)?))).await
    };
    made.await.map(|page| html(StatusCode::OK, page)).map_err(at)
}
