//! Bulk export: kick-off, status, cancelling (HL7 FHIR Bulk Data Access 3.0; clients of 2.0 work).

mod file;
mod request;

pub(crate) use file::download;

use super::answer;
use crate::app::App;
use crate::caller::Caller;
use crate::controllers::account::FRESH_MINUTES;
use crate::error::Error;
use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use record::{Access, ExportJob, ExportLevel, Role};
use serde_json::{Value, json};

type Pairs = Vec<(String, String)>;

/// `GET|POST [base]/$export`
pub(crate) async fn system(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    Query(pairs): Query<Pairs>,
    headers: HeaderMap,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Error> {
    let asked = request::read(&headers, &pairs, &body, ExportLevel::System)?;
    begin(app, caller, asked, uri.to_string()).await
}

/// `GET|POST [base]/Patient/$export`
pub(crate) async fn patients(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    Query(pairs): Query<Pairs>,
    headers: HeaderMap,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Error> {
    let asked = request::read(&headers, &pairs, &body, ExportLevel::Patients)?;
    begin(app, caller, asked, uri.to_string()).await
}

/// `GET|POST [base]/Group/[id]/$export`
pub(crate) async fn group(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    Path(id): Path<String>,
    Query(pairs): Query<Pairs>,
    headers: HeaderMap,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Error> {
    let asked = request::read(&headers, &pairs, &body, ExportLevel::Group(id))?;
    begin(app, caller, asked, uri.to_string()).await
}

async fn begin(
    app: App,
    caller: Caller,
    asked: record::ExportRequest,
    path: String,
) -> Result<Response, Error> {
    app.blocking(move |app| {
        let url = format!("{}{path}", app.settings().base_url);
        let asked = record::ExportRequest { url, ..asked };
        caller.require_fresh(app.record().now(), FRESH_MINUTES)?;
        if caller.role == Role::Researcher && asked.research.is_none() {
            let text = "an export for research is asked for with `_project` and `_recipient`";
            return Err(Error::new(StatusCode::BAD_REQUEST, "required", text));
        }
        let job = app.record().begin_export(&caller.access, asked)?;
        let mut response = StatusCode::ACCEPTED.into_response();
        let status = format!("{}/$export-status/{}", app.fhir_base(), job.id);
        if let Ok(status) = HeaderValue::from_str(&status) {
            response.headers_mut().insert(header::CONTENT_LOCATION, status);
        }
        Ok(response)
    })
    .await
}

/// `GET [base]/$export-status/[job]`: nothing has to be prepared, so a job is always complete.
pub(crate) async fn status(
    State(app): State<App>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Response, Error> {
    app.blocking(move |app| {
        let job = job(app, &caller.access, &id)?;
        let mut response = answer::json(StatusCode::OK, &manifest(app, &caller.access, &job)?);
        answer::put(response.headers_mut(), header::EXPIRES, &answer::http_date(job.ends()));
        Ok(response)
    })
    .await
}

/// `DELETE [base]/$export-status/[job]`
pub(crate) async fn cancel(
    State(app): State<App>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Response, Error> {
    app.blocking(move |app| {
        if app.record().end_export(&caller.access, &id)? {
            return Ok(StatusCode::ACCEPTED.into_response());
        }
        Err(Error::not_found())
    })
    .await
}

/// The caller's own job, if it is still there.
fn job(app: &App, access: &Access, id: &str) -> Result<ExportJob, Error> {
    app.record().export_job(access, id)?.ok_or_else(Error::not_found)
}

fn manifest(app: &App, access: &Access, job: &ExportJob) -> Result<Value, Error> {
    let url = |name: &str| format!("{}/$export-file/{}/{name}.ndjson", app.fhir_base(), job.id);
    let types = app.record().export_types(access, job)?;
    let output: Vec<Value> =
        types.iter().map(|name| json!({"type": name, "url": url(name)})).collect();
    let gone = !app.record().export_deleted(access, job, 0, 1)?.is_empty();
    let deleted: Vec<Value> =
        gone.then(|| json!({"type": "Bundle", "url": url(file::DELETED)})).into_iter().collect();
    let mut manifest = json!({
        "transactionTime": job.started.to_string(),
        "request": job.request.url,
        "requiresAccessToken": true,
        "output": output,
        "deleted": deleted,
        "error": [],
    });
    if job.request.research.is_some()
        && let Some(members) = manifest.as_object_mut()
    {
        members.insert("extension".to_owned(), json!({"report": url(file::REPORT)}));
    }
    Ok(manifest)
}
