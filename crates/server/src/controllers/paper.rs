//! The documents of a patient that are issued, the brief for a tumour board and the molecular
//! summary: as a page and as a PDF, as of now or as issued; and issuing them. Each is under the
//! guard of the page that it is of.

use super::reports::{Printed, document_response, page_response, typeset};
use crate::app::App;
use crate::board::{board_brief, issue, issue_summary, issued, require_issuer, summary_brief};
use crate::caller::Caller;
use crate::error::Error;
use crate::page::PageError;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use guidance::board::{Brief, Issue, Kind};
use model::PatientId;
use report::board::html;
use serde::Deserialize;

/// Which document, as a type, so that the same handlers serve the routes of each.
pub(crate) trait Paper {
    /// What it is.
    const KIND: Kind;
}

/// The brief for a tumour board.
pub(crate) enum Board {}

/// The molecular summary.
pub(crate) enum Summary {}

impl Paper for Board {
    const KIND: Kind = Kind::TumourBoard;
}

impl Paper for Summary {
    const KIND: Kind = Kind::Summary;
}

/// Which version is asked for; the document as of now without one.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    version: Option<u64>,
}

fn page_path(kind: Kind, id: &PatientId) -> String {
    match kind {
        Kind::TumourBoard => web::path::board(id),
        Kind::Summary => web::path::summary(id),
    }
}

fn pdf_path(kind: Kind, id: &PatientId) -> String {
    match kind {
        Kind::TumourBoard => web::path::board_pdf(id),
        Kind::Summary => web::path::summary_pdf(id),
    }
}

/// What a browser calls the file; a name of a patient is in no name of a file.
const fn file_name(kind: Kind, is_page: bool) -> &'static str {
    match (kind, is_page) {
        (Kind::TumourBoard, true) => "inline; filename=\"tumour-board-brief.html\"",
        (Kind::TumourBoard, false) => "inline; filename=\"tumour-board-brief.pdf\"",
        (Kind::Summary, true) => "inline; filename=\"molecular-summary.html\"",
        (Kind::Summary, false) => "inline; filename=\"molecular-summary.pdf\"",
    }
}

/// `GET /patients/{id}/board?version=`, `GET /patients/{id}/summary?version=`
pub(crate) async fn page<P: Paper>(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let id = PatientId::new(id);
    let at = PageError::at(page_path(P::KIND, &id));
    let made = async {
        let brief = brief(&app, caller?, id.clone(), (P::KIND, asked)).await?;
        Ok(html(&brief, &ways(P::KIND, &id, &brief)))
    };
    made.await.map(|page| page_response(page, file_name(P::KIND, true))).map_err(at)
}

/// `GET /patients/{id}/board.pdf?version=`, `GET /patients/{id}/summary.pdf?version=`
pub(crate) async fn document<P: Paper>(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let id = PatientId::new(id);
    let at = PageError::at(pdf_path(P::KIND, &id));
    let made = async {
        let brief = brief(&app, caller?, id, (P::KIND, asked)).await?;
        typeset(&app, Printed::Board(Box::new(brief))).await
    };
    made.await.map(|bytes| document_response(bytes, file_name(P::KIND, false))).map_err(at)
}

async fn brief(
    app: &App,
    caller: Caller,
    id: PatientId,
    (kind, asked): (Kind, Asked),
) -> Result<Brief, Error> {
    app.blocking(move |app| {
        let caller = caller.of_patient(app, &id)?;
        match (kind, asked.version) {
            (_, Some(version)) => issued(app, &caller.access, &id, (kind, version)),
            (Kind::TumourBoard, None) => board_brief(app, &caller.access, &id),
            (Kind::Summary, None) => summary_brief(app, &caller, &id),
        }
    })
    .await
}

/// Where the page leads: to the patient, to the paper, to the version before.
fn ways(kind: Kind, id: &PatientId, brief: &Brief) -> Vec<(&'static str, String)> {
    let (page, pdf) = (page_path(kind, id), pdf_path(kind, id));
    let version_of = web::path::version_of;
    let mut ways = vec![("Patient page", web::path::patient(id))];
    if kind == Kind::TumourBoard {
        ways.push(("Tumour profile and reasons", web::path::trial_options(id)));
    }
    match brief.head.issue {
        Issue::Draft { after } => {
            ways.push(("As PDF", pdf));
            let last = after.map(|version| version_of(&page, version));
            ways.extend(last.map(|last| ("The version that was issued last", last)));
        }
        Issue::Issued { version, .. } => {
            ways.push(("As PDF", version_of(&pdf, version)));
            if version > 1 {
                ways.push(("The version before", version_of(&page, version - 1)));
            }
            ways.push(match kind {
                Kind::TumourBoard => ("Brief as of today", page),
                Kind::Summary => ("Summary as of today", page),
            });
        }
    }
    ways
}

/// The form that issues a document.
#[derive(Debug, Deserialize)]
pub(crate) struct IssueForm {
    csrf: String,
    /// To a board.
    #[serde(default)]
    question: String,
}

/// `POST /patients/{id}/board`, `POST /patients/{id}/summary`
pub(crate) async fn submit<P: Paper>(
    State(app): State<App>,
    Path(id): Path<String>,
    caller: Result<Caller, Error>,
    Form(given): Form<IssueForm>,
) -> Result<Response, PageError> {
    let id = PatientId::new(id);
    let at = PageError::at(match P::KIND {
        Kind::TumourBoard => web::path::trial_options(&id),
        Kind::Summary => web::path::patient(&id),
    });
    let made = async {
        let caller = caller?;
        app.blocking(move |app| {
            require_issuer(app, &caller)?;
            caller.require_form(Some(&given.csrf))?;
            let version = match P::KIND {
                Kind::TumourBoard => issue(app, &caller, &id, &given.question)?,
                Kind::Summary => issue_summary(app, &caller, &id)?,
            };
            let way = web::path::version_of(&page_path(P::KIND, &id), version);
            Ok(Redirect::to(&way).into_response())
        })
        .await
    };
    made.await.map_err(at)
}
