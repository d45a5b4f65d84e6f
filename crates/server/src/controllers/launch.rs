//! The patient page as a SMART application (SMART App Launch 2.2): an EHR launches it with a
//! patient and a person, or a person starts it and chooses the patient there.
//!
//! Only the EHR that the operator named launches. Who it says the person is must be proven by its
//! ID token; whose page is opened is the patient of the launch and nobody else, known by an
//! identifier that exactly one patient has here.

mod patient;

use super::login::away::{Back, Leaving, ask, kept};
use super::login::begin::{begin, session_set};
use super::login::provider::account_of;
use crate::app::App;
use crate::authorization::{Parameters, note};
use crate::caller::{Credentials, cookie, door, token_digest};
use crate::error::Error;
use crate::page::PageError;
use crate::provider::Provider;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};

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
    let launched = query.get("launch").map(|launched| ("launch", launched));
    let also: Vec<(&str, &str)> = [("aud", issuer.as_str())].into_iter().chain(launched).collect();
    let leaving = Leaving {
        to: ehr,
        cookie: away_cookie(app.settings().secure_cookies),
        redirect_uri: &redirect_uri(app),
        scope: if launched.is_some() { SCOPES_LAUNCHED } else { SCOPES_STANDALONE },
        also: &also,
    };
    let (to, cookie) = leaving.leave(app, |nonce, verifier| Away { nonce, verifier })?;
    let mut response = Redirect::to(&to).into_response();
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
