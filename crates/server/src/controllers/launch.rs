//! The patient page as a SMART application (SMART App Launch 2.2): an EHR launches it with a
//! patient and a person, or a person starts it and chooses the patient there.
//!
//! Only the EHR that the operator named launches. Who it says the person is must be proven by its
//! ID token; whose page is opened is the patient of the launch and nobody else, known by an
//! identifier that exactly one patient has here.

mod patient;

use super::login::begin::{begin, session_set};
use super::login::provider::{Back, account_of, ask, kept};
use super::login::{random_token, set_cookie};
use crate::app::App;
use crate::authorization::{Parameters, in_seconds, note, ticket};
use crate::caller::{Credentials, cookie, door, token_digest};
use crate::error::Error;
use crate::page::PageError;
use crate::provider::Provider;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use identity::pkce;
use record::TicketKind;
use serde::{Deserialize, Serialize};

/// Seconds in which the person has to come back.
const AWAY_SECONDS_MAX: i64 = 600;
/// What an EHR may answer with: who the person is, and the patient to be read.
const SCOPES_LAUNCHED: &str = "openid fhirUser launch patient/Patient.r";
/// The same where nobody has chosen the patient yet.
const SCOPES_STANDALONE: &str = "openid fhirUser launch/patient patient/Patient.r";

/// A launch that is under way.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Away {
    nonce: String,
    verifier: String,
}

fn away_cookie(secure: bool) -> &'static str {
    if secure { "__Host-cognate-launch" } else { "cognate-launch" }
}

fn redirect_uri(app: &App) -> String {
    format!("{}{}", app.settings().base_url, web::path::SMART_CALLBACK)
}

fn ehr(app: &App) -> Result<&Provider, Error> {
    app.ehr().ok_or_else(Error::not_found)
}

/// `GET /smart/launch?iss=…&launch=…`; without `launch` the person chooses the patient at the EHR.
pub(crate) async fn launch(
    State(app): State<App>,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let query = Parameters::read(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let answer = app.blocking(move |app| away(app, &query)).await;
    answer.map_err(PageError::at(web::path::PATIENTS))
}

fn away(app: &App, query: &Parameters) -> Result<Response, Error> {
    let ehr = ehr(app)?;
    let issuer = &ehr.settings().issuer;
    // Whoever else says that it launches would have a code of ours sent to it.
    if query.get("iss").is_some_and(|named| named.trim_end_matches('/') != issuer) {
        note(app, "launch", "another EHR", query.get("iss").unwrap_or_default())?;
        let text = "this EHR is not known here; ask the operator";
        return Err(Error::new(StatusCode::BAD_REQUEST, "security", text));
    }
    let told = ehr.told(app.record().now())?;
    let state = random_token()?;
    let away = Away { nonce: random_token()?, verifier: random_token()? };
    let put = ticket(TicketKind::Provider, &state, in_seconds(app, AWAY_SECONDS_MAX), &away)?;
    app.record().put_ticket(&door(&app.settings().tenant), put)?;
    let launched = query.get("launch");
    let scope = if launched.is_some() { SCOPES_LAUNCHED } else { SCOPES_STANDALONE };
    let mut asked = form_urlencoded::Serializer::new(String::new());
    asked.extend_pairs([
        ("response_type", "code"),
        ("client_id", &ehr.settings().client_id),
        ("redirect_uri", &redirect_uri(app)),
        ("scope", scope),
        ("state", &state),
        ("nonce", &away.nonce),
        ("aud", issuer),
        ("code_challenge", &pkce::challenge(&away.verifier)),
        ("code_challenge_method", "S256"),
    ]);
    if let Some(launched) = launched {
        asked.append_pair("launch", launched);
    }
    let joint = if told.authorize.contains('?') { '&' } else { '?' };
    let to = format!("{}{joint}{}", told.authorize, asked.finish());
    let mut response = Redirect::to(&to).into_response();
    let secure = app.settings().secure_cookies;
    let cookie = set_cookie(away_cookie(secure), &state, secure, AWAY_SECONDS_MAX);
    response.headers_mut().append(header::SET_COOKIE, for_frames(app, cookie));
    Ok(response)
}

/// A cookie that also comes back from a frame of an EHR, and only from frames of that one
/// (partitioned), where the operator lets EHRs show pages in frames.
fn for_frames(app: &App, cookie: HeaderValue) -> HeaderValue {
    if app.frame_ancestors().is_empty() || !app.settings().secure_cookies {
        return cookie;
    }
    let text = cookie.to_str().unwrap_or_default();
    let text = text.replace("SameSite=Lax", "SameSite=None; Partitioned");
    HeaderValue::from_str(&text).unwrap_or(cookie)
}

/// `GET /smart/callback?code=…&state=…`
pub(crate) async fn come_back(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let query = Parameters::read(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let cookie = cookie(&headers, away_cookie(app.settings().secure_cookies));
    let answer = app.blocking(move |app| back(app, &query, cookie.as_deref())).await;
    answer.map_err(PageError::at(web::path::PATIENTS))
}

fn back(app: &App, query: &Parameters, cookie: Option<&str>) -> Result<Response, Error> {
    let ehr = ehr(app)?;
    let refused = |reason: &str| {
        note(app, "launch", reason, "")?;
        let text = "the launch did not succeed; please start again from the EHR";
        Err(Error::new(StatusCode::BAD_REQUEST, "security", text))
    };
    let away: Away = match kept(app, query, cookie)? {
        Ok(away) => away,
        Err(reason) => return refused(reason),
    };
    let Some(code) = query.get("code") else { return refused("no code") };
    let back = Back {
        code,
        verifier: &away.verifier,
        nonce: &away.nonce,
        redirect_uri: &redirect_uri(app),
    };
    let (person, answered) = match ask(app, ehr, &back)? {
        Ok(answered) => answered,
        Err(reason) => return refused(&reason),
    };
    let Some(login) = account_of(app, ehr, &person)? else { return refused("nobody here") };
    let token = begin(app, &login, "ehr")?;
    let caller = Credentials::Session(token.clone()).caller(app)?;
    let found = match patient::of_launch(app, &caller, ehr, &answered)? {
        Ok(patient) => web::path::patient(&patient),
        Err(reason) => {
            let door = door(&app.settings().tenant);
            app.record().delete_session(&door, &token_digest(&token))?;
            note(app, "launch", reason, &login)?;
            let text = "the patient of the launch is not known here";
            return Err(Error::new(StatusCode::NOT_FOUND, "unknown-patient", text));
        }
    };
    let mut response = Redirect::to(&found).into_response();
    response.headers_mut().append(header::SET_COOKIE, for_frames(app, session_set(app, &token)));
    Ok(response)
}
