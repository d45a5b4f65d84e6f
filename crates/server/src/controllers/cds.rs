//! CDS Hooks 2.0: discovery, the service, feedback.

use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use guidance::cds::{self, Feedback, Outcome, Request};
use guidance::policy::PendingTest;
use guidance::{Card, Decision, Moment, Settings, decide};
use model::{PatientId, Problem, Statement};
use record::{Role, Shown};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Largest request body, in bytes: prefetched medication lists are large, orders are not.
pub(crate) const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;

/// `GET /cds-services`
pub(crate) async fn discovery() -> Response {
    Json(cds::discovery()).into_response()
}

/// `POST /cds-services/{id}`
pub(crate) async fn call(
    State(app): State<App>,
    Path(service): Path<String>,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Error> {
    known(&service)?;
    let body = json_body(&body)?;
    let answer = app.blocking(move |app| answer(app, &caller, &body)).await?;
    let mut response = Json(answer).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// `POST /cds-services/{id}/feedback`
pub(crate) async fn feedback(
    State(app): State<App>,
    Path(service): Path<String>,
    caller: Caller,
    body: Bytes,
) -> Result<StatusCode, Error> {
    known(&service)?;
    let body = json_body(&body)?;
    let feedback = cds::read_feedback(&body).map_err(bad_request)?;
    app.blocking(move |app| {
        for (item, raw) in feedback.iter().zip(items(&body)) {
            let stored = stored_feedback(item, raw);
            app.record().put_feedback(&caller.access, stored)?;
        }
        Ok(StatusCode::OK)
    })
    .await
}

fn known(service: &str) -> Result<(), Error> {
    if service == cds::SERVICE_ID {
        return Ok(());
    }
    Err(Error::new(StatusCode::NOT_FOUND, "not-found", "there is no such service"))
}

fn json_body(body: &[u8]) -> Result<Value, Error> {
    formats::fhir::json::read(body, BODY_BYTES_MAX)
        .map(|document| document.value)
        .map_err(|problem| bad_request(vec![problem]))
}

fn bad_request(problems: Vec<Problem>) -> Error {
    Error::problems(StatusCode::BAD_REQUEST, problems)
}

/// Statements of the patient under the caller's access, a decision on them, and the shown cards
/// stored before any of them leaves.
fn answer(app: &App, caller: &Caller, body: &Value) -> Result<Value, Error> {
    let request = cds::read_request(body).map_err(bad_request)?;
    let patient = PatientId::new(request.patient_id.clone());
    let statements = statements(app, caller, &patient)?;
    let shown = app.record().shown_keys(&caller.access, &patient)?;
    let decision = decide_on(app, caller, &request, &patient, &statements, &shown);
    for silence in &decision.silences {
        tracing::debug!(reason = silence.reason.word(), rule = silence.rule, "silent");
    }
    remember(app, caller, &patient, &decision)?;
    Ok(cds::answer(&decision.cards, &request))
}

fn decide_on(
    app: &App,
    caller: &Caller,
    request: &Request,
    patient: &PatientId,
    statements: &[Statement],
    shown: &BTreeSet<String>,
) -> Decision {
    let pending: &[PendingTest] = &[];
    let settings =
        Settings { base_url: app.settings().base_url.clone(), silent_rules: BTreeSet::new() };
    let role = match caller.role {
        Role::Pharmacist => guidance::Role::Pharmacist,
        _ => guidance::Role::Prescriber,
    };
    let moment = Moment {
        hook: request.hook,
        role,
        patient,
        orders: &request.orders,
        selections: &request.selections,
        current_medications: request.current_medications(),
        statements,
        pending,
        shown,
        settings: &settings,
    };
    decide(&moment, &app.pack().pgx, &app.pack().reference())
}

/// A patient whom nobody has interpreted yet is interpreted now, so that "not tested" is a
/// statement with a capsule, too. A patient the caller may not see does not exist.
fn statements(app: &App, caller: &Caller, patient: &PatientId) -> Result<Vec<Statement>, Error> {
    let read = |app: &App| app.record().statements(&caller.access, patient);
    let mut found = read(app)?;
    if found.is_empty() {
        app.record()
            .read(&caller.access, "Patient", patient.as_str())?
            .filter(|stored| !stored.deleted)
            .ok_or_else(|| {
                let text = "the patient is not known here";
                Error::new(StatusCode::NOT_FOUND, "not-found", text)
            })?;
        app.interpreter().interpret_always(patient)?;
        found = read(app)?;
    }
    Ok(found.into_iter().map(|stored| stored.statement).collect())
}

fn remember(
    app: &App,
    caller: &Caller,
    patient: &PatientId,
    decision: &Decision,
) -> Result<(), Error> {
    for (shown, card) in decision.shown.iter().zip(&decision.cards) {
        app.record().put_shown(
            &caller.access,
            Shown {
                key: shown.key.clone(),
                patient: patient.clone(),
                card_id: shown.card.clone(),
                service: cds::SERVICE_ID.to_owned(),
                rule: shown.rule.clone(),
                pack: app.pack().reference().digest,
                body: summary(card),
            },
        )?;
    }
    Ok(())
}

/// What is kept of a shown card.
fn summary(card: &Card) -> Value {
    json!({
        "order": card.order,
        "rxnorm": card.rxnorm,
        "indicator": card.indicator.code(),
        "summary": card.summary,
    })
}

fn items(body: &Value) -> &[Value] {
    body.get("feedback").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn stored_feedback(item: &Feedback, raw: &Value) -> record::Feedback {
    let outcome = match item.outcome {
        Outcome::Accepted { .. } => "accepted",
        Outcome::Overridden { .. } => "overridden",
    };
    record::Feedback {
        service: cds::SERVICE_ID.to_owned(),
        card: item.card.clone(),
        outcome: outcome.to_owned(),
        body: raw.clone(),
    }
}
