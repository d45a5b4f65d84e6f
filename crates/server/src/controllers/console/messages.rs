//! Archived messages: the list, one of them, its bytes, and the one behind a patient's results.

use super::{feed_names, person};
use crate::app::App;
use crate::authorization::Parameters;
use crate::caller::Caller;
use crate::error::Error;
use crate::page::{PageError, html, respond};
use crate::views;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::{PartialDate, PatientId, RawId, Timestamp};
use record::{Action, Query, RawState, Term};
use web::view::{MessageFilter, MessagesView};

/// Messages of one page.
const MESSAGES_MAX: u32 = 50;
/// Media types that a list can be narrowed to.
const MEDIA_TYPES: [&str; 6] = [
    intake::receive::HL7_V2,
    "application/fhir+json",
    "application/xml",
    "application/json",
    "text/csv",
    "text/vcf",
];

/// `GET /console/messages`
pub(super) async fn list(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let query = Parameters::read(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    respond(app, caller, web::path::MESSAGES, move |app, caller| {
        person(caller)?;
        let said = |name: &str| query.get(name).unwrap_or_default().trim().to_owned();
        let filter = MessageFilter {
            feed: said("feed"),
            state: said("state"),
            media_type: said("type"),
            control_id: said("control"),
            since: said("since"),
            until: said("until"),
            patient: said("patient"),
        };
        let before = query.get("before").and_then(|before| before.parse().ok());
        let found = found(app, caller, &filter, before)?;
        let (error, found) = match found {
            Ok(found) => (None, found),
            Err(error) => (Some(error), record::RawPage::default()),
        };
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let view = MessagesView {
            session: views::session(app, caller)?,
            feeds: feed_names(app),
            states: RawState::ALL.iter().map(|state| state.word().to_owned()).collect(),
            media_types: words(&MEDIA_TYPES),
            finds_patients: finds_patients(app, caller)?,
            messages: found.messages.iter().map(views::message::head).collect(),
            next: found.next,
            filter,
            error,
        };
        Ok(html(StatusCode::OK, web::messages(&view)))
    })
    .await
}

fn finds_patients(app: &App, caller: &Caller) -> Result<bool, Error> {
    let may = |action| app.record().may(&caller.access, action);
    Ok(may(Action::FindPatients)? && may(Action::ReadClinical)?)
}

/// What a filter asks for, or what cannot be asked.
fn found(
    app: &App,
    caller: &Caller,
    filter: &MessageFilter,
    before: Option<u64>,
) -> Result<Result<record::RawPage, String>, Error> {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let state = RawState::from_word(&filter.state);
    if state.is_none() && !filter.state.is_empty() {
        return Ok(Err("there is no such state".to_owned()));
    }
    let (since, until) = match (day(&filter.since, 0), day(&filter.until, 1)) {
        (Ok(since), Ok(until)) => (since, until),
        (Err(wrong), _) | (_, Err(wrong)) => return Ok(Err(wrong.to_owned())),
    };
    let mut query = record::RawQuery {
        feed: given(&filter.feed),
        state,
        media_type: given(&filter.media_type),
        control_id: given(&filter.control_id),
        since,
        until,
        patient: None,
        before,
        count: MESSAGES_MAX,
    };
    if !filter.patient.is_empty() {
        match patient(app, caller, &filter.patient)? {
            Some(patient) => query.patient = Some(patient),
            None => return Ok(Err("no patient, or more than one, has this number".to_owned())),
        }
    }
    Ok(Ok(app.record().raw_page(&caller.access, &query)?))
}

/// The first moment of a day, so many days on, if a day is said; else what is wrong with it.
fn day(text: &str, days_on: i64) -> Result<Option<Timestamp>, &'static str> {
    if text.is_empty() {
        return Ok(None);
    }
    let day = PartialDate::parse(text).filter(|day| day.day.is_some());
    let begin = day.and_then(|_| Timestamp::parse(&format!("{text}T00:00:00Z")));
    let begin = begin.ok_or("a day is written 2026-01-12")?;
    Ok(Some(Timestamp::from_micros(begin.micros() + days_on * 86_400_000_000)))
}

/// The one patient that has a number. The number is looked up by its keyed hash.
fn patient(app: &App, caller: &Caller, number: &str) -> Result<Option<PatientId>, Error> {
    if !finds_patients(app, caller)? {
        return Ok(None);
    }
    let query = Query {
        resource_type: "Patient".to_owned(),
        terms: vec![Term {
            parameter: "identifier".to_owned(),
            modifier: None,
            values: vec![number.replace(['\\', ',', '|', '$'], "")],
        }],
        count: 2,
        cursor: None,
    };
    let found = app.record().search(&caller.access, &query)?.entries;
    match found.as_slice() {
        [one] => Ok(Some(PatientId::new(one.reference.id.clone()))),
        _ => Ok(None),
    }
}

/// `GET /console/messages/{id}`
pub(super) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let id = RawId::new(id);
    respond(app, caller, web::path::message(&id), move |app, caller| {
        person(caller)?;
        Ok(html(StatusCode::OK, web::message(&views::message::message(app, caller, &id)?)))
    })
    .await
}

/// `GET /console/messages/{id}/bytes`: what came in, to keep beside a ticket. A browser does not
/// show it: it may be anything.
pub(super) async fn bytes(
    State(app): State<App>,
    Path(id): Path<String>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let id = RawId::new(id);
    respond(app, caller, web::path::message(&id), move |app, caller| {
        person(caller)?;
        let raw = app.record().raw(&caller.access, &id)?.ok_or_else(Error::not_found)?;
        let mut response = raw.body.into_response();
        let headers = response.headers_mut();
        for (name, value) in [
            (header::CONTENT_TYPE, "application/octet-stream"),
            (header::CONTENT_DISPOSITION, "attachment; filename=\"message.bin\""),
            (header::CACHE_CONTROL, "no-store"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        Ok(response)
    })
    .await
}

/// `GET /patients/{id}/sources/{raw}`
pub(super) async fn source(
    State(app): State<App>,
    Path((id, raw)): Path<(String, String)>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let (id, raw) = (PatientId::new(id), RawId::new(raw));
    let path = web::path::source(&id, &raw);
    let made = async {
        let caller = caller?;
        app.blocking(move |app| {
            let caller = caller.of_patient(app, &id)?;
            let view = views::message::source(app, &caller, &id, &raw)?;
            Ok(html(StatusCode::OK, web::source(&view)))
        })
        .await
    };
    made.await.map_err(PageError::at(path))
}
