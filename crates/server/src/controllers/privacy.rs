//! What waits for a privacy officer: both queues, and the answers to findings.

pub(crate) mod erasure;
pub(crate) mod release;

use super::emergency;
use super::login::FormToken;
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::page::{PageError, html, respond};
use crate::views;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::PatientId;
use record::Action;
use serde::Deserialize;
use web::view::{AlertRow, AnswerRow, FindingListView, FindingRow, PrivacyView};

/// Findings that a list shows at most.
const LIST_MAX: u32 = 200;

/// `GET /privacy`
pub(crate) async fn show(
    State(app): State<App>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let at = PageError::at(web::path::PRIVACY);
    let made = async {
        let caller = caller?;
        app.blocking(move |app| {
            let findings = app.record().findings(&caller.access, true, LIST_MAX)?;
            Ok(web::privacy(&PrivacyView {
                now: app.record().now(),
                emergencies: emergency::rows(app, &caller)?,
                findings: findings.into_iter().map(row).collect(),
                session: views::session(app, &caller)?,
            }))
        })
        .await
    };
    made.await.map(|page| html(StatusCode::OK, page)).map_err(at)
}

/// `GET /privacy/findings`
pub(crate) async fn findings(
    State(app): State<App>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let at = PageError::at(web::path::FINDINGS);
    let made = async {
        let caller = caller?;
        app.blocking(move |app| {
            let list = |is_open| app.record().findings(&caller.access, is_open, LIST_MAX);
            Ok(web::findings(&FindingListView {
                now: app.record().now(),
                open: list(true)?.into_iter().map(row).collect(),
                answered: list(false)?.into_iter().map(row).collect(),
                session: views::session(app, &caller)?,
            }))
        })
        .await
    };
    made.await.map(|page| html(StatusCode::OK, page)).map_err(at)
}

/// An answer to a finding.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    csrf: String,
    #[serde(rename = "answer")]
    outcome: String,
    text: String,
}

/// `POST /privacy/findings/{id}`
pub(crate) async fn answer(
    State(app): State<App>,
    Path(id): Path<String>,
    caller: Result<Caller, Error>,
    Form(given): Form<Answer>,
) -> Result<Response, PageError> {
    respond(app, caller, web::path::PRIVACY, move |app, caller| {
        if !app.record().may(&caller.access, Action::AnswerFinding)? {
            let text = "your role answers no findings";
            return Err(Error::new(StatusCode::FORBIDDEN, "forbidden", text));
        }
        FormToken::new(&given.csrf).check(caller)?;
        let is_confirmed = match given.outcome.as_str() {
            "confirmed" => true,
            "explained" => false,
            _ => {
                let text = "an answer is `explained` or `confirmed`";
                return Err(Error::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", text));
            }
        };
        app.record().answer_finding(&caller.access, &id, is_confirmed, &given.text)?;
        Ok(Redirect::to(web::path::PRIVACY).into_response())
    })
    .await
}

fn row(finding: record::Finding) -> FindingRow {
    FindingRow {
        id: finding.id,
        what: what(&finding.rule),
        actor: finding.actor,
        day: finding.day.day(),
        patients: finding.patients.iter().map(PatientId::new).collect(),
        first_event: finding.events.into_iter().next(),
        events_total: finding.events_total,
        is_again: finding.number > 1,
        due: finding.due,
        answer: finding.answer.map(|answer| AnswerRow {
            at: answer.at,
            actor: answer.actor,
            is_confirmed: answer.is_confirmed,
            text: answer.text,
        }),
        alert: alert(finding.delivery),
    }
}

/// How far an alert got.
pub(super) fn alert(delivery: record::Delivery) -> AlertRow {
    match (delivery.told, delivery.retry_at) {
        (Some(at), _) => AlertRow::Told(at),
        (None, None) => AlertRow::NotSent,
        (None, Some(retry_at)) => AlertRow::Failed {
            failures: delivery.failures,
            why: delivery.failure.unwrap_or_default(),
            retry_at,
        },
    }
}

/// What a rule found, in words.
fn what(rule: &str) -> String {
    match rule {
        "self" => "read the own record",
        "watched" => "read somebody whom many are curious about",
        "family" => "read somebody of the same family name",
        "colleague" => "read a colleague",
        "volume" => "read more patients than usual on one day",
        "night" => "read several patients at night",
        "no-relationship" => "read several patients whom they do not care for",
        "sequential-ids" => "read patients in the order of their numbers",
        "export" => "exported data",
        "denials" => "was refused more often than usual",
        other => other,
    }
    .to_owned()
}
