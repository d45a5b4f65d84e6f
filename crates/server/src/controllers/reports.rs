//! The reports for people: as a page and as a PDF, under the guard of the patient page.

use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::page::{PageError, html};
use crate::views;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use guidance::board::Brief;
use model::PatientId;
use report::pgx::PgxReport;

/// What a browser calls the files; a name of a patient is in no name of a file.
const PAGE_NAME: &str = "inline; filename=\"pharmacogenomic-report.html\"";
const DOCUMENT_NAME: &str = "inline; filename=\"pharmacogenomic-report.pdf\"";

/// `GET /patients/{id}/pgx-report`
pub(crate) async fn page(
    State(app): State<App>,
    Path(id): Path<String>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let id = PatientId::new(id);
    let at = PageError::at(web::path::pgx_report(&id));
    let made = async {
        let report = view(&app, caller?, id).await?;
        app.blocking(move |_| Ok(report::html(&report))).await
    };
    made.await.map(|page| page_response(page, PAGE_NAME)).map_err(at)
}

/// `GET /patients/{id}/pgx-report.pdf`
pub(crate) async fn document(
    State(app): State<App>,
    Path(id): Path<String>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let id = PatientId::new(id);
    let at = PageError::at(web::path::pgx_report_pdf(&id));
    let made = async {
        let report = view(&app, caller?, id).await?;
        typeset(&app, Printed::Pgx(Box::new(report))).await
    };
    made.await.map(|bytes| document_response(bytes, DOCUMENT_NAME)).map_err(at)
}

async fn view(app: &App, caller: Caller, id: PatientId) -> Result<PgxReport, Error> {
    app.blocking(move |app| {
        let caller = caller.of_patient(app, &id)?;
        views::pgx_report(app, &caller, &id)
    })
    .await
}

/// What is printed.
#[cfg_attr(not(feature = "pdf"), expect(dead_code, reason = "without it nothing is printed"))]
pub(super) enum Printed {
    /// The pharmacogenomic report.
    Pgx(Box<PgxReport>),
    /// The brief for a tumour board.
    Board(Box<Brief>),
}

/// The page carries its style, so its policy takes the place of that of the other pages.
pub(super) fn page_response(page: String, name: &'static str) -> Response {
    let mut response = html(StatusCode::OK, web::tamed(page));
    let policy = format!("{}; frame-ancestors 'none'", report::content_security_policy());
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    response
}

pub(super) fn document_response(bytes: Vec<u8>, name: &'static str) -> Response {
    let mut response = bytes.into_response();
    let fixed = [
        (header::CONTENT_TYPE, "application/pdf"),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "frame-ancestors 'none'"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(feature = "pdf")]
pub(super) async fn typeset(app: &App, printed: Printed) -> Result<Vec<u8>, Error> {
    use std::time::Duration;
    use tokio::sync::Semaphore;

    /// Documents made at one time: each takes a processor and tens of megabytes.
    const DOCUMENTS_AT_ONCE_MAX: usize = 2;
    /// How long a request waits for its turn, in seconds.
    const WAIT_SECONDS_MAX: u64 = 20;
    static TURNS: Semaphore = Semaphore::const_new(DOCUMENTS_AT_ONCE_MAX);

    let busy = || {
        let text = "other reports are being made just now; ask again in a moment";
        Error::new(StatusCode::SERVICE_UNAVAILABLE, "throttled", text)
    };
    let wait = Duration::from_secs(WAIT_SECONDS_MAX);
    let turn = tokio::time::timeout(wait, TURNS.acquire()).await.map_err(|_| busy())?;
    let turn = turn.map_err(|_| busy())?;
    app.blocking(move |_| {
        // The turn is over when the document is made, also when nobody waits for it any more.
        let _turn = turn;
        // Its details may quote the patient's data, so they go nowhere.
        let made = match &printed {
            Printed::Pgx(report) => report::pdf(report),
            Printed::Board(brief) => report::board::pdf(brief),
        };
        made.map_err(|failure| Error::internal(failure.to_string()))
    })
    .await
}

#[cfg(not(feature = "pdf"))]
pub(super) async fn typeset(_: &App, _: Printed) -> Result<Vec<u8>, Error> {
    let text = "this server was built without PDF; the report is there as a page, which prints";
    Err(Error::new(StatusCode::NOT_IMPLEMENTED, "not-supported", text))
}
