//! `/reviews/documents`: documents in PDF that were read, and what people say of that.

use crate::app::App;
use crate::authorization::Parameters;
use crate::caller::Caller;
use crate::error::Error;
use crate::page::{PageError, html, respond};
use crate::views;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use intake::extraction::concordance::{self, Answer};
use intake::extraction::{Decision, Origin, ReadDocument, file};
use model::{PartialDate, specimen};
use pdf::FieldName;
use record::{Extraction, ExtractionState};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::Semaphore;

/// A picture of a page loads nothing and runs nothing.
const PICTURE_POLICY: &str = "default-src 'none'; img-src data:; frame-ancestors 'none'";

/// Pictures made at one time: each takes a process of its own.
static PICTURES: Semaphore = Semaphore::const_new(2);
/// How long a picture waits for its turn: a page shows several.
const PICTURE_WAIT_MAX: Duration = Duration::from_secs(20);

fn busy() -> Error {
    let text = "other pages are being drawn just now; ask again in a moment";
    Error::new(StatusCode::SERVICE_UNAVAILABLE, "throttled", text)
}

/// `GET /reviews/documents`
pub(crate) async fn list(
    State(app): State<App>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let made = async {
        let caller = caller?;
        app.blocking(move |app| Ok(web::documents(&views::documents(app, &caller)?))).await
    };
    let page = made.await.map_err(PageError::at(web::path::DOCUMENTS))?;
    Ok(html(StatusCode::OK, page))
}

/// `GET /reviews/documents/{id}`
pub(crate) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let at = PageError::at(web::path::document(&id));
    let made = async {
        let caller = caller?;
        app.blocking(move |app| {
            let kept = kept(app, &caller, &id)?;
            Ok(web::document(&views::document(app, &caller, &kept, None)?))
        })
        .await
    };
    made.await.map(|page| html(StatusCode::OK, page)).map_err(at)
}

/// `GET /reviews/documents/{id}/pages/{page}`
pub(crate) async fn picture(
    State(app): State<App>,
    Path((id, page)): Path<(String, u32)>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let at = PageError::at(web::path::document(&id));
    let made = async {
        let caller = caller?;
        let turn = tokio::time::timeout(PICTURE_WAIT_MAX, PICTURES.acquire()).await;
        let turn = turn.map_err(|_| busy())?.map_err(|_| busy())?;
        app.blocking(move |app| {
            // The turn is over when the picture is made, also when nobody waits for it any more.
            let _turn = turn;
            let document = ReadDocument::of(&kept(app, &caller, &id)?)?;
            let bytes = document.bytes(app.record(), &caller.access)?;
            let bytes = bytes.ok_or_else(none)?;
            let reader = app.documents().ok_or_else(|| {
                let text = "this server reads no documents";
                Error::new(StatusCode::NOT_IMPLEMENTED, "not-supported", text)
            })?;
            reader.picture(&bytes, page).map_err(|failure| {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                Error::new(status, "processing", failure.to_string())
            })
        })
        .await
    };
    let picture = made.await.map_err(at)?;
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, PICTURE_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    Ok((headers, picture).into_response())
}

/// `POST /reviews/documents/{id}`
pub(crate) async fn decide(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    caller: Result<Caller, Error>,
    body: Bytes,
) -> Result<Response, PageError> {
    let form = Parameters::of_form(&headers, &body).unwrap_or_default();
    respond(app, caller, web::path::document(&id), move |app, caller| {
        decided(app, caller, &id, &form)
    })
    .await
}

fn none() -> Error {
    Error::new(StatusCode::NOT_FOUND, "not-found", "there is no such document")
}

fn kept(app: &App, caller: &Caller, id: &str) -> Result<Extraction, Error> {
    let kept = app.record().extraction(&caller.access, id)?.ok_or_else(none)?;
    let is_readable =
        ReadDocument::of(&kept)?.is_readable(app.record(), &caller.access, &kept.patient)?;
    if is_readable { Ok(kept) } else { Err(none()) }
}

fn decided(app: &App, caller: &Caller, id: &str, form: &Parameters) -> Result<Response, Error> {
    let (record, access) = (app.record(), &caller.access);
    if !views::decides(app, caller)? {
        let text = "your role decides about no documents";
        return Err(Error::new(StatusCode::FORBIDDEN, "forbidden", text));
    }
    caller.require_form(form.get("csrf"))?;
    let kept = kept(app, caller, id)?;
    let shown = |status, words: &str| {
        let page = views::document(app, caller, &kept, Some(words))?;
        Ok(html(status, web::document(&page)))
    };
    let again = |words: &str| shown(StatusCode::UNPROCESSABLE_ENTITY, words);
    // A decision is about what was shown, not about what somebody else has made of it since.
    if form.get("version").and_then(|version| version.parse().ok()) != Some(kept.version) {
        let words = "somebody has decided something since this page was opened; look at it again";
        return shown(StatusCode::PRECONDITION_FAILED, words);
    }
    let mut document = ReadDocument::of(&kept)?;
    match form.get("decision") {
        Some("file") => {
            let Some(origin) = origin(form) else {
                return again("say whose genome was tested, and when the laboratory signed");
            };
            let beside = concordance::compared(record, access, &kept.patient, &document)?;
            if !document.is_decided_beside(&beside) || !document.has_confirmed() {
                return again("not everything was decided by all whom it takes");
            }
            if let Err(refused) = refused(file(record, access, &kept, origin))? {
                return again(&refused);
            }
        }
        Some("close") => {
            let body = document.body()?;
            record.decide_extraction(access, &kept, ExtractionState::Rejected, body)?;
        }
        Some(word @ ("release" | "keep")) => {
            let text = |name| form.get(name).unwrap_or_default();
            let about = (text("stated"), text("read"));
            let said = Answer { about, is_released: word == "release", reason: text("reason") };
            if let Err(refused) = refused(concordance::answer(record, access, &kept, &said))? {
                return again(&refused);
            }
        }
        Some(word @ ("confirm" | "reject")) => {
            let at = form.get("finding").and_then(|at| at.parse().ok()).unwrap_or(usize::MAX);
            let decision = if word == "reject" {
                Decision::Reject
            } else {
                let texts = FieldName::ALL.iter();
                let texts =
                    texts.filter_map(|name| Some((*name, form.get(name.word())?.to_owned())));
                Decision::Confirm(texts.collect::<BTreeMap<_, _>>())
            };
            let who = (access.actor(), record.now());
            if let Err(objection) = document.decide(at, decision, who) {
                return again(&objection.to_string());
            }
            let body = document.body()?;
            record.decide_extraction(access, &kept, ExtractionState::Open, body)?;
        }
        _ => return again("say what you decide"),
    }
    Ok(Redirect::to(&web::path::document(id)).into_response())
}

/// What was done, or why it was not; a failure of anything else stays one.
fn refused(done: Result<(), intake::Failure>) -> Result<Result<(), String>, Error> {
    match done {
        Ok(()) => Ok(Ok(())),
        Err(intake::Failure::Refused(problems)) => {
            let first = problems.into_iter().next().map(|problem| problem.text);
            Ok(Err(first.unwrap_or_else(|| "this cannot be done".to_owned())))
        }
        Err(failure) => Err(failure.into()),
    }
}

fn origin(form: &Parameters) -> Option<Origin> {
    let of = match form.get("origin")? {
        "germline" => specimen::Origin::Germline,
        "somatic" => specimen::Origin::Somatic,
        "circulating-dna" => specimen::Origin::CirculatingDna,
        _ => return None,
    };
    Some(Origin { of, signed_on: PartialDate::parse(form.get("signed")?)? })
}
