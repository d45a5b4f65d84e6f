//! Writing down how a patient lives.

use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::lifestyle::{Filed, Kept, Sent, filed, keep, require_entry};
use crate::page::{PageError, html, respond};
use crate::views::{FormState, lifestyle_form};
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use formats::fhir::lifestyle::entry::Given;
use formats::fhir::lifestyle::items;
use model::lifestyle::SaidBy;
use model::{PartialDate, PatientId};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The day whose answers are to be corrected; today without one.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    on: Option<String>,
}

/// A day that is known to the day, and no later than today.
fn day(text: &str, today: PartialDate) -> Result<PartialDate, &'static str> {
    let day = PartialDate::parse(text.trim()).filter(|day| day.day.is_some());
    let day = day.ok_or("give a day as 2026-11-27")?;
    if today.is_before(day) { Err("lies in the future") } else { Ok(day) }
}

/// `GET /patients/{id}/lifestyle?on=`
pub(crate) async fn form(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let id = PatientId::new(id);
    let at = PageError::at(web::path::lifestyle(&id));
    let made = async {
        let caller = caller?;
        app.blocking(move |app| {
            require_entry(app, &caller)?;
            let today = app.record().now().day();
            let on = asked.on.and_then(|on| day(&on, today).ok()).unwrap_or(today);
            let Filed { version, given, said_by, .. } = filed(app, &caller.access, &id, on)?;
            let opened = (on.to_string(), version);
            let state =
                FormState { on: on.to_string(), said_by, opened, given, ..FormState::default() };
            Ok(web::lifestyle_form(&lifestyle_form(app, &caller, &id, state)?))
        })
        .await
    };
    made.await.map(|page| html(StatusCode::OK, page)).map_err(at)
}

/// `POST /patients/{id}/lifestyle`: keeps the answers, or shows the form as it was sent with what
/// is wrong.
pub(crate) async fn submit(
    State(app): State<App>,
    Path(id): Path<String>,
    caller: Result<Caller, Error>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let id = PatientId::new(id);
    respond(app, caller, web::path::lifestyle(&id), move |app, caller| {
        require_entry(app, caller)?;
        let sent: BTreeMap<String, String> = pairs.into_iter().collect();
        caller.require_form(sent.get("csrf").map(String::as_str))?;
        submitted(app, caller, &id, &sent)
    })
    .await
}

fn submitted(
    app: &App,
    caller: &Caller,
    id: &PatientId,
    sent: &BTreeMap<String, String>,
) -> Result<Response, Error> {
    let text = |name: &str| sent.get(name).map(String::as_str).unwrap_or_default();
    let given = items().into_iter().map(|item| {
        let is_not_known = !text(&format!("{}-not-known", item.link_id)).is_empty();
        let value = text(item.link_id).to_owned();
        (item.link_id.to_owned(), Given { value, is_not_known })
    });
    let mut state = FormState {
        on: text("on").to_owned(),
        said_by: web::speaker(text("said-by")).unwrap_or(SaidBy::NotSaid),
        opened: (text("opened-on").to_owned(), text("version").parse().unwrap_or_default()),
        given: given.collect(),
        ..FormState::default()
    };
    if state.said_by == SaidBy::NotSaid {
        state.notice = Some("say who gave the answers".to_owned());
        return again(app, caller, id, state);
    }
    let on = match day(&state.on, app.record().now().day()) {
        Ok(on) => on,
        Err(fault) => {
            state.day_fault = Some(fault.to_owned());
            return again(app, caller, id, state);
        }
    };
    // The version says what was seen of the day that the form was opened for, and nothing of
    // another one.
    let is_same_day = PartialDate::parse(&state.opened.0) == Some(on);
    let version = if is_same_day { state.opened.1 } else { 0 };
    state.opened = (on.to_string(), version);
    let sent = Sent { on, said_by: state.said_by, version, given: &state.given };
    match keep(app, caller, id, &sent)? {
        Kept::Filed => {
            let page = format!("{}#lifestyle", web::path::patient(id));
            return Ok(Redirect::to(&page).into_response());
        }
        Kept::Faults(faults) => state.faults = faults,
        Kept::Nothing => state.notice = Some("nothing was answered, so nothing is kept".to_owned()),
        Kept::Changed(version) => {
            state.opened.1 = version;
            let kept = if is_same_day { "were kept since you opened the form" } else { ALREADY };
            state.notice = Some(format!(
                "answers of this day {kept}: look at the patient page, then send yours again to \
                 put them in their place"
            ));
        }
    }
    again(app, caller, id, state)
}

/// What is said of a day that the form was not opened for.
const ALREADY: &str = "are kept already, and this form was opened for another day";

/// The form as it was sent, with what is wrong.
fn again(app: &App, caller: &Caller, id: &PatientId, state: FormState) -> Result<Response, Error> {
    let page = web::lifestyle_form(&lifestyle_form(app, caller, id, state)?);
    Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page))
}
