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
use intake::extraction::{Decision, Origin, ReadDocument, file};
use model::{PartialDate, specimen};
use pdf::FieldName;
use record::{Action, Extraction, ExtractionState};
use std::collections::BTreeMap;

/// A picture of a page loads nothing and runs nothing.
const PICTURE_POLICY: &str = "default-src 'none'; img-src data:; frame-ancestors 'none'";

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
        app.blocking(move |app| {
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
        (header::CACHE_CONTROL, "private, max-age=300"),
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
    app.record().extraction(&caller.access, id)?.ok_or_else(none)
}

fn decided(app: &App, caller: &Caller, id: &str, form: &Parameters) -> Result<Response, Error> {
    let (record, access) = (app.record(), &caller.access);
    if caller.csrf.is_none() || !record.may(access, Action::ResolveReview)? {
        let text = "your role decides about no documents";
        return Err(Error::new(StatusCode::FORBIDDEN, "forbidden", text));
    }
    caller.require_form(form.get("csrf"))?;
    let kept = kept(app, caller, id)?;
    let again = |words: &str| {
        let page = views::document(app, caller, &kept, Some(words))?;
        Ok(html(StatusCode::UNPROCESSABLE_ENTITY, web::document(&page)))
    };
    let mut document = ReadDocument::of(&kept)?;
    match form.get("decision") {
        Some("file") => {
            let Some(origin) = origin(form) else {
                return again("say whose genome was tested, and when the laboratory signed");
            };
            if !document.is_decided() || !document.has_confirmed() {
                return again("not everything was decided by all whom it takes");
            }
            file(record, access, &kept, origin)?;
        }
        Some("close") => {
            let body = document.body()?;
            record.decide_extraction(access, &kept, ExtractionState::Rejected, body)?;
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

fn origin(form: &Parameters) -> Option<Origin> {
    let of = match form.get("origin")? {
        "germline" => specimen::Origin::Germline,
        "somatic" => specimen::Origin::Somatic,
        "circulating-dna" => specimen::Origin::CirculatingDna,
        _ => return None,
    };
    Some(Origin { of, signed_on: PartialDate::parse(form.get("signed")?)? })
}
