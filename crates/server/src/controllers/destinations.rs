//! `/console/destinations`: where results are sent on to, and deciding about what was not taken.

use crate::app::App;
use crate::authorization::Parameters;
use crate::caller::Caller;
use crate::error::Error;
use crate::page::{PageError, html, respond};
use crate::views;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use record::{Action, Dispatch, DispatchState, Failure, OutboxStanding, Steer};
use web::view::{DestinationRow, DestinationsView, ParkedRow};

/// Parked dispatches of a destination that are shown.
const PARKED_MAX: u32 = 50;

/// `GET /console/destinations`
pub(crate) async fn show(
    State(app): State<App>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    respond(app, caller, web::path::DESTINATIONS, move |app, caller| {
        page(app, caller, StatusCode::OK, None)
    })
    .await
}

/// `POST /console/destinations`
pub(crate) async fn decide(
    State(app): State<App>,
    headers: HeaderMap,
    caller: Result<Caller, Error>,
    body: Bytes,
) -> Result<Response, PageError> {
    let form = Parameters::of_form(&headers, &body).unwrap_or_default();
    respond(app, caller, web::path::DESTINATIONS, move |app, caller| decided(app, caller, &form))
        .await
}

fn decided(app: &App, caller: &Caller, form: &Parameters) -> Result<Response, Error> {
    if caller.csrf.is_none() || !app.record().may(&caller.access, Action::SteerOutbox)? {
        let text = "your role decides nothing about what is sent on";
        return Err(Error::new(StatusCode::FORBIDDEN, "forbidden", text));
    }
    caller.require_form(form.get("csrf"))?;
    let said = |name: &str| form.get(name).unwrap_or_default().trim();
    let again = |words: &str| page(app, caller, StatusCode::UNPROCESSABLE_ENTITY, Some(words));
    let decision = Steer::from_word(said("decision"));
    let (Some(decision), Ok(number)) = (decision, said("number").parse::<u64>()) else {
        return again("say what is to be done with which dispatch");
    };
    match app.record().steer(&caller.access, said("destination"), number, decision) {
        Ok(()) => Ok(Redirect::to(web::path::DESTINATIONS).into_response()),
        // Somebody else was quicker, or it was delivered meanwhile.
        Err(Failure::Invalid { place, text }) => again(&format!("{place} {text}")),
        Err(failure) => Err(failure.into()),
    }
}

fn page(
    app: &App,
    caller: &Caller,
    status: StatusCode,
    error: Option<&str>,
) -> Result<Response, Error> {
    let (record, access) = (app.record(), &caller.access);
    let standing = record.outbox(access)?;
    let mut parked = Vec::new();
    for one in &standing {
        let found = record.dispatches(access, &one.id, DispatchState::Parked, 0, PARKED_MAX)?;
        parked.extend(found.into_iter().map(|dispatch| row(&one.id, dispatch)));
    }
    let all: u64 = standing.iter().map(|one| one.count(DispatchState::Parked)).sum();
    let view = DestinationsView {
        has_more: all > parked.len() as u64,
        destinations: standing.into_iter().map(line).collect(),
        parked,
        error: error.map(str::to_owned),
        session: views::session(app, caller)?,
    };
    Ok(html(status, web::destinations(&view)))
}

fn line(one: OutboxStanding) -> DestinationRow {
    DestinationRow {
        queued: one.count(DispatchState::Queued),
        held: one.count(DispatchState::Held),
        parked: one.count(DispatchState::Parked),
        delivered: one.count(DispatchState::Delivered),
        withheld: one.count(DispatchState::Withheld),
        id: one.id,
        failures: one.failures,
        failure: one.failure,
        retry_at: one.retry_at,
        oldest: one.oldest,
        acknowledged: one.acknowledged,
    }
}

fn row(destination: &str, dispatch: Dispatch) -> ParkedRow {
    ParkedRow {
        destination: destination.to_owned(),
        number: dispatch.number,
        id: dispatch.id,
        event: dispatch.event,
        subject: format!("{}/{}", dispatch.change.resource_type, dispatch.change.id),
        recorded: dispatch.recorded,
        attempts: dispatch.attempts,
        reason: dispatch.reason,
    }
}
