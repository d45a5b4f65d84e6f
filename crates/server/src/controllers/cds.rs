//! CDS Hooks 2.0: discovery, the service, feedback.

mod known;
mod lifestyle;
mod silent;
mod trials;

use crate::app::App;
use crate::caller::{Caller, Credentials};
use crate::error::Error;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use guidance::cds::{self, Feedback, Outcome, Request};
use guidance::{Card, Decision, Hook, Order};
use known::Known;
use model::{PatientId, Problem};
use record::Shown;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Largest request body, in bytes: prefetched medication lists are large, orders are not.
pub(crate) const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;

/// How feedback that leaves the advice is stored.
const OVERRIDDEN: &str = "overridden";

/// `GET /cds-services`
pub(crate) async fn discovery() -> Response {
    Json(cds::discovery()).into_response()
}

/// `POST /cds-services/{id}`
pub(crate) async fn call(
    State(app): State<App>,
    Path(service): Path<String>,
    credentials: Credentials,
    body: Bytes,
) -> Result<Response, Error> {
    app.blocking(move |app| {
        let caller = credentials.of_hook(app, &format!("/cds-services/{service}"))?;
        known(&service)?;
        let body = json_body(&body)?;
        let answer = match service.as_str() {
            cds::TRIALS_SERVICE_ID => trials::answer(app, &caller, &body)?,
            _ => answer(app, &caller, &body)?,
        };
        let mut response = Json(answer).into_response();
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Ok(response)
    })
    .await
}

/// `POST /cds-services/{id}/feedback`
pub(crate) async fn feedback(
    State(app): State<App>,
    Path(service): Path<String>,
    credentials: Credentials,
    body: Bytes,
) -> Result<StatusCode, Error> {
    app.blocking(move |app| {
        let caller = credentials.of_hook(app, &format!("/cds-services/{service}/feedback"))?;
        known(&service)?;
        let body = json_body(&body)?;
        let feedback = cds::read_feedback(&body).map_err(bad_request)?;
        for (item, raw) in feedback.iter().zip(items(&body)) {
            let stored = stored_feedback(&service, item, raw);
            app.record().put_feedback(&caller.access, stored)?;
        }
        Ok(StatusCode::OK)
    })
    .await
}

fn known(service: &str) -> Result<(), Error> {
    if [cds::SERVICE_ID, cds::TRIALS_SERVICE_ID].contains(&service) {
        return Ok(());
    }
    Err(Error::new(StatusCode::NOT_FOUND, "not-found", "there is no such service"))
}

fn json_body(body: &[u8]) -> Result<Value, Error> {
    formats::fhir::json::read_message(body, BODY_BYTES_MAX)
        .map_err(|problem| bad_request(vec![problem]))
}

fn bad_request(problems: Vec<Problem>) -> Error {
    Error::problems(StatusCode::BAD_REQUEST, problems)
}

/// What is known under the caller's access, a decision on it, and the shown cards stored before
/// any of them leaves.
fn answer(app: &App, caller: &Caller, body: &Value) -> Result<Value, Error> {
    let request = cds::read_request(body).map_err(bad_request)?;
    let known = Known::read(app, caller, &request)?;
    let mut decision = decide_once(app, caller, &known)?;
    lifestyle::add(app, caller, &request, &known.patient, &mut decision)?;
    for silence in &decision.silences {
        tracing::debug!(reason = silence.reason.word(), rule = silence.rule, "silent");
    }
    remember(app, caller, &known.patient, &decision)?;
    silent::note(app, caller, &known.patient, &decision)?;
    let whom = (&known.patient, known::role(caller));
    let orders = asked(&request).filter(|order| order.is_open());
    app.checked().note(app.record().now(), whom, orders, &decision.cards);
    Ok(cds::answer(&decision.cards, &request))
}

/// The orders that a call is about: at order-select those just picked.
fn asked(request: &Request) -> impl Iterator<Item = &Order> {
    request.orders.iter().filter(|order| match request.hook {
        Hook::OrderSelect => request.selections.contains(&order.reference),
        Hook::OrderSign => true,
        Hook::PatientView => false,
    })
}

/// Decides, and decides again with what was shown before and what was answered to it: only the
/// keys that could be shown now are looked up, however many cards the patient's orders have had.
fn decide_once(app: &App, caller: &Caller, known: &Known<'_>) -> Result<Decision, Error> {
    let nothing = BTreeSet::new();
    let decision = known.decide(app, caller, &nothing, &nothing);
    let keys: Vec<String> = decision
        .shown
        .iter()
        .flat_map(|shown| [shown.key.clone(), shown.undosed_key.clone()])
        .collect();
    if keys.is_empty() {
        return Ok(decision);
    }
    let shown = app.record().shown(&caller.access, &known.patient, &keys)?;
    if shown.is_empty() {
        return Ok(decision);
    }
    let cards: Vec<String> = shown.iter().map(|key| guidance::key::uuid(key, "card")).collect();
    let asked = (cds::SERVICE_ID, OVERRIDDEN);
    let overridden = app.record().answered(&caller.access, &known.patient, asked, &cards)?;
    Ok(known.decide(app, caller, &shown, &overridden))
}

fn remember(
    app: &App,
    caller: &Caller,
    patient: &PatientId,
    decision: &Decision,
) -> Result<(), Error> {
    if decision.shown.is_empty() {
        return Ok(());
    }
    let pack = app.pack().reference().digest;
    let shown = decision.shown.iter().zip(&decision.cards).map(|(shown, card)| Shown {
        key: shown.key.clone(),
        patient: patient.clone(),
        card_id: shown.card.clone(),
        service: cds::SERVICE_ID.to_owned(),
        rule: shown.rule.clone(),
        pack: pack.clone(),
        body: summary(card, known::role(caller)),
    });
    Ok(app.record().put_all_shown(&caller.access, shown.collect())?)
}

/// What is kept of a shown card.
fn summary(card: &Card, role: guidance::Role) -> Value {
    json!({
        "role": role.word(),
        "order": card.order,
        "rxnorm": card.rxnorm,
        "indicator": card.indicator.code(),
        "summary": card.summary,
    })
}

/// What is kept of an option that was told.
fn json_of(standing: &record::TrialStanding, words: &str, role: &str) -> Value {
    json!({ "role": role, "trial": standing.trial, "path": standing.path, "summary": words })
}

fn items(body: &Value) -> &[Value] {
    body.get("feedback").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn stored_feedback(service: &str, item: &Feedback, raw: &Value) -> record::Feedback {
    let outcome = match item.outcome {
        Outcome::Accepted { .. } => "accepted",
        Outcome::Overridden { .. } => OVERRIDDEN,
    };
    record::Feedback {
        service: service.to_owned(),
        card: item.card.clone(),
        outcome: outcome.to_owned(),
        body: raw.clone(),
    }
}
