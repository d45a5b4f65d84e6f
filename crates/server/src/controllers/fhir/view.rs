//! Views of SQL on FHIR v2 as tables: `$run` with a view in the request, or on a stored one.

mod asked;
mod output;

use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use asked::Asked;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use cohort::{NotRun, NotWritten, ViewRun, ViewSettings};
use formats::fhir::access;
use formats::fhir::json::{self, Document, RESOURCE_BYTES_MAX};
use formats::fhir::view::View;
use model::{PatientId, Problem};
use output::Capped;
use record::{Access, Walk};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use tokio::sync::Semaphore;

/// The operation, for the CapabilityStatement: name and canonical of its definition.
pub(crate) const OPERATION: (&str, &str) =
    ("run", "https://sql-on-fhir.org/ig/OperationDefinition/$run");

/// Largest table of one answer, in bytes; larger ones are for `_limit`, `_since` or the command
/// line. A table is sent when it is whole, so that an error is never the end of half a table.
const TABLE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Views run at once: each holds a connection to the record as long as it takes.
const RUNS_MAX: usize = 2;

static RUNS: Semaphore = Semaphore::const_new(RUNS_MAX);

/// `POST [base]/ViewDefinition/$run`
pub(crate) async fn given(
    State(app): State<App>,
    headers: HeaderMap,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Error> {
    respond(app, caller, &headers, Asked::of_parameters(&body)?).await
}

/// `GET [base]/ViewDefinition/[id]/$run`
pub(crate) async fn stored(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
    headers: HeaderMap,
    caller: Caller,
) -> Result<Response, Error> {
    respond(app, caller, &headers, Asked::of_pairs(pairs)?.on(id)?).await
}

/// `POST [base]/ViewDefinition/[id]/$run`
pub(crate) async fn stored_given(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Error> {
    respond(app, caller, &headers, Asked::of_parameters(&body)?.on(id)?).await
}

async fn respond(
    app: App,
    caller: Caller,
    headers: &HeaderMap,
    asked: Asked,
) -> Result<Response, Error> {
    let format = asked.format(headers)?;
    let settings = ViewSettings { format, has_header: asked.has_header, rows_max: asked.rows_max };
    let permit = RUNS.acquire().await;
    let _permit = permit.map_err(|_| Error::internal("the runs of views are closed"))?;
    let table = app.blocking(move |app| run(app, &caller.access, &asked, settings)).await?;
    let mut response = (StatusCode::OK, table).into_response();
    let media_type = HeaderValue::from_static(format.media_type());
    response.headers_mut().insert(header::CONTENT_TYPE, media_type);
    Ok(response)
}

fn run(
    app: &App,
    access: &Access,
    asked: &Asked,
    settings: ViewSettings,
) -> Result<Vec<u8>, Error> {
    let view = view(app, access, asked)?;
    let output = Capped::new(TABLE_BYTES_MAX);
    let mut run = ViewRun::new(&view, settings, output).map_err(not_written)?;
    if asked.resources.is_empty() {
        let walk = Walk {
            resource_type: view.resource.clone(),
            patients: patients(app, access, asked)?,
            since: asked.since,
        };
        app.record().walk(access, &walk, &mut |stored| {
            let document = json::read(&stored.body, RESOURCE_BYTES_MAX)
                .map_err(|problem| Error::internal(format!("a stored resource: {problem}")))?;
            run.resource(&document.value, &document.literals).map_err(not_run)
        })?;
    } else {
        // Nothing of the record is told, but who may read none of it may not use the server.
        app.record().walk::<Error>(access, &nobodys(&view), &mut |_| Ok(ControlFlow::Break(())))?;
        for resource in &asked.resources {
            if run.resource(&resource.value, &resource.literals).map_err(not_run)?.is_break() {
                break;
            }
        }
    }
    let (output, _) = run.finish().map_err(not_written)?;
    Ok(output.into_bytes())
}

/// A walk over nothing: its access is checked all the same.
fn nobodys(view: &View) -> Walk {
    let patients = Some(BTreeSet::new());
    Walk { resource_type: view.resource.clone(), patients, since: None }
}

/// The view: the one in the request, or a stored one.
fn view(app: &App, access: &Access, asked: &Asked) -> Result<View, Error> {
    let stored;
    let document = if let Some(id) = &asked.view_id {
        let found = app.record().read(access, "ViewDefinition", id)?;
        let found = found.filter(|stored| !stored.deleted).ok_or_else(Error::not_found)?;
        stored = json::read(&found.body, RESOURCE_BYTES_MAX)
            .map_err(|problem| Error::internal(format!("a stored view: {problem}")))?;
        &stored
    } else {
        asked.view.as_ref().ok_or_else(|| {
            let text = "a view must be given as `viewResource` or `viewReference`";
            Error::new(StatusCode::BAD_REQUEST, "required", text)
        })?
    };
    let (view, problems) = View::read(&document.value, &document.literals);
    view.ok_or_else(|| Error::problems(StatusCode::UNPROCESSABLE_ENTITY, problems))
}

/// Whose resources are wanted: those named, and of these the members of the group, if there is one.
fn patients(
    app: &App,
    access: &Access,
    asked: &Asked,
) -> Result<Option<BTreeSet<PatientId>>, Error> {
    let Some(group) = &asked.group else { return Ok(asked.patients.clone()) };
    let found = app.record().read(access, "Group", group)?;
    let found = found.filter(|stored| !stored.deleted).ok_or_else(Error::not_found)?;
    let document = json::read(&found.body, RESOURCE_BYTES_MAX)
        .map_err(|problem| Error::internal(format!("a stored group: {problem}")))?;
    let members = members(&document)?;
    Ok(Some(match &asked.patients {
        Some(patients) => patients.intersection(&members).cloned().collect(),
        None => members,
    }))
}

fn members(group: &Document) -> Result<BTreeSet<PatientId>, Error> {
    let mut patients = BTreeSet::new();
    for member in access::all(&group.value, "member") {
        if member.get("inactive").and_then(serde_json::Value::as_bool) == Some(true) {
            continue;
        }
        let reference = access::text(member, "entity.reference");
        let Some(("Patient", id)) = reference.and_then(access::type_and_id) else {
            // Leaving one out would make a table that looks whole.
            let text = "a member of the group is no patient of this server";
            return Err(Error::new(StatusCode::UNPROCESSABLE_ENTITY, "not-supported", text));
        };
        patients.insert(PatientId::new(id));
    }
    Ok(patients)
}

fn not_run(error: NotRun) -> Error {
    match error {
        NotRun::Resource { resource, fault } => {
            let text = format!("{}: the view does not fit {resource}", fault.text);
            let problem = Problem::error("invalid", fault.place, text);
            Error::problems(StatusCode::UNPROCESSABLE_ENTITY, vec![problem])
        }
        NotRun::NotWritten(error) => not_written(error),
    }
}

fn not_written(error: NotWritten) -> Error {
    match error {
        NotWritten::NotBuilt(_) => {
            Error::new(StatusCode::NOT_IMPLEMENTED, "not-supported", error.to_string())
        }
        NotWritten::Cell { .. } => {
            Error::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", error.to_string())
        }
        // Memory takes whatever it is given up to the limit.
        NotWritten::Output(error) if error.kind() == std::io::ErrorKind::FileTooLarge => {
            let text = format!(
                "the table has more than {TABLE_BYTES_MAX} bytes; `_limit`, `_since`, `patient` \
                 and `group` make it smaller"
            );
            Error::new(StatusCode::PAYLOAD_TOO_LARGE, "too-costly", text)
        }
        other => Error::internal(other.to_string()),
    }
}
