//! `$status` and `$events`: how a subscription stands, and what happened before.

use super::{TYPE, wanted};
use crate::app::App;
use crate::caller::Caller;
use crate::controllers::fhir::{answer, parameter};
use crate::error::Error;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use formats::fhir::build::{Link, StoredEntry, bundle_of_stored};
use formats::fhir::{access, json};
use model::Problem;
use notify::{Content, Kind, Notification, notification, status_of};
use record::limit::PAGE_ROWS_MAX;
use record::{Subscription, SubscriptionStatus};
use serde_json::Value;

/// Largest body of a request, in bytes.
const PARAMETERS_BYTES_MAX: usize = 64 * 1024;

type Pairs = Vec<(String, String)>;

/// `GET [base]/Subscription/$status`
pub(crate) async fn status_of_type(
    State(app): State<App>,
    Query(pairs): Query<Pairs>,
    caller: Caller,
) -> Result<Response, Error> {
    app.blocking(move |app| status(app, &caller, None, &pairs)).await
}

/// `POST [base]/Subscription/$status`
pub(crate) async fn status_of_type_given(
    State(app): State<App>,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Error> {
    app.blocking(move |app| status(app, &caller, None, &given(&body)?)).await
}

/// `GET [base]/Subscription/[id]/$status`
pub(crate) async fn status_of_one(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(pairs): Query<Pairs>,
    caller: Caller,
) -> Result<Response, Error> {
    app.blocking(move |app| status(app, &caller, Some(&id), &pairs)).await
}

/// `POST [base]/Subscription/[id]/$status`
pub(crate) async fn status_of_one_given(
    State(app): State<App>,
    Path(id): Path<String>,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Error> {
    app.blocking(move |app| status(app, &caller, Some(&id), &given(&body)?)).await
}

/// `GET [base]/Subscription/[id]/$events`
pub(crate) async fn events(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(pairs): Query<Pairs>,
    caller: Caller,
) -> Result<Response, Error> {
    app.blocking(move |app| former(app, &caller, &id, &pairs)).await
}

/// `POST [base]/Subscription/[id]/$events`
pub(crate) async fn events_given(
    State(app): State<App>,
    Path(id): Path<String>,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Error> {
    app.blocking(move |app| former(app, &caller, &id, &given(&body)?)).await
}

/// The caller's own subscriptions, each with how it stands.
fn status(
    app: &App,
    caller: &Caller,
    id: Option<&str>,
    pairs: &[(String, String)],
) -> Result<Response, Error> {
    let mut subscriptions = app.record().subscriptions(&caller.access)?;
    if let Some(id) = id {
        subscriptions.retain(|one| one.id == id);
        if subscriptions.is_empty() {
            return Err(Error::not_found());
        }
    }
    let mut ids: Vec<&str> = Vec::new();
    let mut statuses: Vec<SubscriptionStatus> = Vec::new();
    for (name, value) in pairs {
        match name.as_str() {
            "id" if id.is_none() => ids.extend(value.split(',')),
            "status" if id.is_none() => {
                for word in value.split(',') {
                    let status = SubscriptionStatus::from_word(word);
                    let wrong = || parameter::unreadable(name, "is not a status of a subscription");
                    statuses.push(status.ok_or_else(wrong)?);
                }
            }
            "_format" | "_pretty" => {}
            _ => return Err(parameter::unknown(name)),
        }
    }
    let is_asked = |one: &Subscription| {
        (ids.is_empty() || ids.contains(&one.id.as_str()))
            && (statuses.is_empty() || statuses.contains(&one.status))
    };
    let base = app.fhir_base();
    let mut entries = Vec::new();
    for subscription in subscriptions.iter().filter(|one| is_asked(one)) {
        let wanted = wanted(subscription)?;
        let status = status_of(&Notification {
            base: &base,
            subscription,
            wanted: &wanted,
            kind: Kind::QueryStatus,
            content: Content::Empty,
            events: &[],
            id: &subscription.id,
            next: None,
        });
        entries.push(StoredEntry {
            full_url: Some(format!("{base}/{TYPE}/{}/$status", subscription.id)),
            body: Some(status.to_string().into_bytes()),
            mode: Some("match"),
            ..StoredEntry::default()
        });
    }
    let path = id.map_or_else(|| format!("{base}/{TYPE}"), |id| format!("{base}/{TYPE}/{id}"));
    let link = Link { relation: "self".to_owned(), url: format!("{path}/$status") };
    let total = Some(entries.len() as u64);
    Ok(answer::bytes(StatusCode::OK, bundle_of_stored("searchset", total, &[link], &entries)))
}

/// Events between two numbers, in pages; a page names the next one.
fn former(
    app: &App,
    caller: &Caller,
    id: &str,
    pairs: &[(String, String)],
) -> Result<Response, Error> {
    let own = app.record().subscription(&caller.access, id)?;
    let subscription = own.ok_or_else(Error::not_found)?;
    let wanted = wanted(&subscription)?;
    let (mut since, mut until, mut content) = (1, subscription.events, wanted.content);
    let mut count = u64::from(PAGE_ROWS_MAX);
    for (name, value) in pairs {
        match name.as_str() {
            "eventsSinceNumber" => since = parameter::number(name, value)?,
            "eventsUntilNumber" => until = parameter::number(name, value)?,
            "content" => {
                let wrong = || parameter::unreadable(name, "is not a content of notifications");
                content = Content::from_code(value).ok_or_else(wrong)?;
            }
            "_count" => {
                count = parameter::number::<u64>(name, value)?.clamp(1, PAGE_ROWS_MAX.into());
            }
            "_format" | "_pretty" => {}
            _ => return Err(parameter::unknown(name)),
        }
    }
    let until = until.min(subscription.events);
    let events = if since > until {
        Vec::new()
    } else {
        let limit = u32::try_from(count).unwrap_or(PAGE_ROWS_MAX);
        app.record().subscription_events(&caller.access, id, (since, until), limit)?
    };
    let last = events.last().map(|event| event.number).filter(|last| *last < until);
    let next = last.map(|last| {
        let content = content.code();
        format!(
            "{}/{TYPE}/{id}/$events?eventsSinceNumber={}&eventsUntilNumber={until}\
             &content={content}&_count={count}",
            app.fhir_base(),
            last + 1,
        )
    });
    let body = notification(
        app.record(),
        &caller.access,
        &Notification {
            base: &app.fhir_base(),
            subscription: &subscription,
            wanted: &wanted,
            kind: Kind::QueryEvent,
            content,
            events: &events,
            id: &app.record().new_id(),
            next: next.as_deref(),
        },
    )
    .map_err(failed)?;
    Ok(answer::bytes(StatusCode::OK, body))
}

fn failed(failure: notify::Failure) -> Error {
    match failure {
        notify::Failure::Record(failure) => failure.into(),
        other => Error::internal(other.to_string()),
    }
}

/// Parameters of a POST, as pairs.
fn given(body: &[u8]) -> Result<Pairs, Error> {
    if body.is_empty() {
        return Ok(Vec::new());
    }
    let refused = |problem| Error::problems(StatusCode::BAD_REQUEST, vec![problem]);
    let document = json::read(body, PARAMETERS_BYTES_MAX).map_err(refused)?;
    if access::resource_type(&document.value) != Some("Parameters") {
        return Err(refused(Problem::error("type-mismatch", "resourceType", "is not Parameters")));
    }
    let mut pairs = Vec::new();
    for (at, parameter) in access::all(&document.value, "parameter").into_iter().enumerate() {
        let name = access::text(parameter, "name").unwrap_or_default().to_owned();
        let held = parameter.as_object().into_iter().flatten();
        let held = held.filter(|(key, _)| key.starts_with("value")).map(|(_, value)| value).next();
        let value = match held {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => {
                let place = format!("Parameters.parameter[{at}]");
                return Err(refused(Problem::error("bad-value", place, "has no plain value")));
            }
        };
        pairs.push((name, value));
    }
    Ok(pairs)
}
