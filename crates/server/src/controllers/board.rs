//! The brief for a tumour board: as a page and as a PDF, as of now or as it was issued; and issuing
//! it. Under the guard of the page of the tumour.

use super::reports::{Printed, document_response, page_response, typeset};
use crate::app::App;
use crate::board::{board_brief, issue, issued_brief, require_issuer};
use crate::caller::Caller;
use crate::error::Error;
use crate::page::PageError;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use guidance::board::{Brief, Issue};
use model::PatientId;
use report::board::html;
use serde::Deserialize;

/// What a browser calls the files; a name of a patient is in no name of a file.
const PAGE_NAME: &str = "inline; filename=\"tumour-board-brief.html\"";
const DOCUMENT_NAME: &str = "inline; filename=\"tumour-board-brief.pdf\"";

/// Which version is asked for; the brief as of now without one.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    pub(super) version: Option<u64>,
}

/// `GET /patients/{id}/board?version=`
pub(crate) async fn page(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let id = PatientId::new(id);
    let at = PageError::at(web::path::board(&id));
    let made = async {
        let brief = brief(&app, caller?, id.clone(), asked).await?;
        Ok(html(&brief, &ways(&id, &brief)))
    };
    made.await.map(|page| page_response(page, PAGE_NAME)).map_err(at)
}

/// `GET /patients/{id}/board.pdf?version=`
pub(crate) async fn document(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let id = PatientId::new(id);
    let at = PageError::at(web::path::board_pdf(&id));
    let made = async {
        let brief = brief(&app, caller?, id, asked).await?;
        typeset(&app, Printed::Board(Box::new(brief))).await
    };
    made.await.map(|bytes| document_response(bytes, DOCUMENT_NAME)).map_err(at)
}

async fn brief(app: &App, caller: Caller, id: PatientId, asked: Asked) -> Result<Brief, Error> {
    app.blocking(move |app| {
        let caller = caller.of_patient(app, &id)?;
        match asked.version {
            None => board_brief(app, &caller.access, &id),
            Some(version) => issued_brief(app, &caller.access, &id, version),
        }
    })
    .await
}

/// Where the page leads: to the patient, to the paper, to the version before.
fn ways(id: &PatientId, brief: &Brief) -> Vec<(&'static str, String)> {
    let mut ways = vec![
        ("Patient page", web::path::patient(id)),
        ("Tumour profile and reasons", web::path::trial_options(id)),
    ];
    match brief.head.issue {
        Issue::Draft { after } => {
            ways.push(("As PDF", web::path::board_pdf(id)));
            ways.extend(after.map(|version| {
                ("The version that was issued last", web::path::board_version(id, version))
            }));
        }
        Issue::Issued { version, .. } => {
            ways.push(("As PDF", web::path::board_version_pdf(id, version)));
            if version > 1 {
                ways.push(("The version before", web::path::board_version(id, version - 1)));
            }
            ways.push(("Brief as of today", web::path::board(id)));
        }
    }
    ways
}

/// The form that issues a brief.
#[derive(Debug, Deserialize)]
pub(crate) struct IssueForm {
    csrf: String,
    question: String,
}

/// `POST /patients/{id}/board`
pub(crate) async fn submit(
    State(app): State<App>,
    Path(id): Path<String>,
    caller: Result<Caller, Error>,
    Form(given): Form<IssueForm>,
) -> Result<Response, PageError> {
    let id = PatientId::new(id);
    let at = PageError::at(web::path::trial_options(&id));
    let made = async {
        let caller = caller?;
        app.blocking(move |app| {
            require_issuer(app, &caller)?;
            caller.require_form(Some(&given.csrf))?;
            let version = issue(app, &caller, &id, &given.question)?;
            Ok(Redirect::to(&web::path::board_version(&id, version)).into_response())
        })
        .await
    };
    made.await.map_err(at)
}
