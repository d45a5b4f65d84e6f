//! The molecular summary of a patient: as a page and as a PDF, as of now or as it was issued; and
//! issuing it. Under the guard of the patient page.

use super::board::Asked;
use super::reports::{Printed, document_response, page_response, typeset};
use crate::app::App;
use crate::board::{issue_summary, issued, require_issuer, summary_brief};
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

/// What a browser calls the files; a name of a patient is in no name of a file.
const PAGE_NAME: &str = "inline; filename=\"molecular-summary.html\"";
const DOCUMENT_NAME: &str = "inline; filename=\"molecular-summary.pdf\"";

/// `GET /patients/{id}/summary?version=`
pub(crate) async fn page(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let id = PatientId::new(id);
    let at = PageError::at(web::path::summary(&id));
    let made = async {
        let brief = brief(&app, caller?, id.clone(), asked).await?;
        Ok(html(&brief, &ways(&id, &brief)))
    };
    made.await.map(|page| page_response(page, PAGE_NAME)).map_err(at)
}

/// `GET /patients/{id}/summary.pdf?version=`
pub(crate) async fn document(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let id = PatientId::new(id);
    let at = PageError::at(web::path::summary_pdf(&id));
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
            None => summary_brief(app, &caller, &id),
            Some(version) => issued(app, &caller.access, &id, (Kind::Summary, version)),
        }
    })
    .await
}

/// Where the page leads: to the patient, to the paper, to the version before.
fn ways(id: &PatientId, brief: &Brief) -> Vec<(&'static str, String)> {
    let mut ways = vec![("Patient page", web::path::patient(id))];
    match brief.head.issue {
        Issue::Draft { after } => {
            ways.push(("As PDF", web::path::summary_pdf(id)));
            ways.extend(after.map(|version| {
                ("The version that was issued last", web::path::summary_version(id, version))
            }));
        }
        Issue::Issued { version, .. } => {
            ways.push(("As PDF", web::path::summary_version_pdf(id, version)));
            if version > 1 {
                ways.push(("The version before", web::path::summary_version(id, version - 1)));
            }
            ways.push(("Summary as of today", web::path::summary(id)));
        }
    }
    ways
}

/// The form that issues a summary.
#[derive(Debug, Deserialize)]
pub(crate) struct IssueForm {
    csrf: String,
}

/// `POST /patients/{id}/summary`
pub(crate) async fn submit(
    State(app): State<App>,
    Path(id): Path<String>,
    caller: Result<Caller, Error>,
    Form(given): Form<IssueForm>,
) -> Result<Response, PageError> {
    let id = PatientId::new(id);
    let at = PageError::at(web::path::patient(&id));
    let made = async {
        let caller = caller?;
        app.blocking(move |app| {
            require_issuer(app, &caller)?;
            caller.require_form(Some(&given.csrf))?;
            let version = issue_summary(app, &caller, &id)?;
            Ok(Redirect::to(&web::path::summary_version(&id, version)).into_response())
        })
        .await
    };
    made.await.map_err(at)
}
