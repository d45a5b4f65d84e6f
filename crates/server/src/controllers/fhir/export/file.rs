//! The files of a job: streamed page by page, so that memory stays flat.

use super::job;
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::research::Form;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use http_body_util::channel::{Channel, Sender};
use record::ExportJob;
use record::limit::PAGE_ROWS_MAX;
use serde_json::{Value, json};

/// Name of the file of deletions.
pub(super) const DELETED: &str = "deleted";
/// Name of the report of what was removed, in an export for research.
pub(super) const REPORT: &str = "report";
/// Pages that wait for a slow client.
const PAGES_WAITING_MAX: usize = 2;
const NDJSON: HeaderValue = HeaderValue::from_static("application/fhir+ndjson");

/// What ends a file before its end: the connection is cut, and the client sees that it has not all.
type Cut = std::io::Error;

/// `GET [base]/$export-file/[job]/[file]`
pub(crate) async fn download(
    State(app): State<App>,
    Path((id, file)): Path<(String, String)>,
    caller: Caller,
) -> Result<Response, Error> {
    let access = caller.access.clone();
    let name = file.strip_suffix(".ndjson").unwrap_or_default().to_owned();
    let found = app
        .blocking(move |app| {
            let job = job(app, &access, &id)?;
            let known = app.record().export_types(&access, &job)?.contains(&name);
            let is_report = name == REPORT && job.request.research.is_some();
            let is_there = known || name == DELETED || is_report;
            if is_there { Ok((job, name)) } else { Err(Error::not_found()) }
        })
        .await?;
    let (sender, body) = Channel::<Bytes, Cut>::new(PAGES_WAITING_MAX);
    tokio::task::spawn_blocking(move || send(&app, &caller, &found.0, &found.1, sender));
    let mut response = Response::new(Body::new(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, NDJSON);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn send(app: &App, caller: &Caller, job: &ExportJob, name: &str, mut sender: Sender<Bytes, Cut>) {
    let runtime = tokio::runtime::Handle::current();
    let mut give = |page: Vec<u8>| runtime.block_on(sender.send_data(page.into())).is_ok();
    let done = if name == DELETED {
        deletions(app, caller, job, &mut give)
    } else if name == REPORT {
        report(app, caller, job, &mut give)
    } else {
        resources(app, caller, job, name, &mut give)
    };
    if let Err(error) = done {
        tracing::error!(%error, job = job.id, "an export file was cut");
        sender.abort(Cut::other("the export failed"));
    }
}

/// Whether the client is still there.
type Give<'g> = &'g mut dyn FnMut(Vec<u8>) -> bool;

fn resources(
    app: &App,
    caller: &Caller,
    job: &ExportJob,
    resource_type: &str,
    give: Give<'_>,
) -> Result<(), Error> {
    let mut after = String::new();
    let mut form = Form::of(app, caller, job)?;
    loop {
        let record = app.record();
        let page = record.export_page(&caller.access, job, resource_type, &after, PAGE_ROWS_MAX)?;
        let size: usize = page.entries.iter().map(|entry| entry.body.len() + 1).sum();
        let mut lines = Vec::with_capacity(size);
        for entry in &page.entries {
            if let Some(body) = form.of_body(&entry.body)? {
                lines.extend_from_slice(&body);
                lines.push(b'\n');
            }
        }
        let is_there = give(lines);
        match page.next {
            Some(next) if is_there => after = next,
            _ => return Ok(()),
        }
    }
}

/// What was removed from all files of an export for research, as one line.
fn report(app: &App, caller: &Caller, job: &ExportJob, give: Give<'_>) -> Result<(), Error> {
    let mut form = Form::of(app, caller, job)?;
    for name in app.record().export_types(&caller.access, job)? {
        let mut after = Some(String::new());
        while let Some(place) = after {
            let record = app.record();
            let page = record.export_page(&caller.access, job, &name, &place, PAGE_ROWS_MAX)?;
            for entry in &page.entries {
                form.of_body(&entry.body)?;
            }
            after = page.next;
        }
    }
    let text = serde_json::to_string(form.report()).map_err(|e| Error::internal(e.to_string()))?;
    give(format!("{text}\n").into_bytes());
    Ok(())
}

/// Transactions of deletions, one a line (Bulk Data Access, "deleted").
fn deletions(app: &App, caller: &Caller, job: &ExportJob, give: Give<'_>) -> Result<(), Error> {
    let mut after = 0;
    loop {
        let page = app.record().export_deleted(&caller.access, job, after, PAGE_ROWS_MAX)?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = *last;
        let entries: Vec<Value> = page
            .iter()
            .map(|(_, gone)| {
                let url = format!("{}/{}", gone.resource_type, gone.id);
                json!({"request": {"method": "DELETE", "url": url}})
            })
            .collect();
        let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
        if !give(format!("{bundle}\n").into_bytes()) {
            return Ok(());
        }
    }
}
