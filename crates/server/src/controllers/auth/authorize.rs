//! `/auth/authorize`: a client asks for what a person may do.
//!
//! Nobody is ever sent to an address that the client was not registered for, letter by letter;
//! whatever else is wrong is told to the client there (RFC 6749 §4.1.2.1, RFC 9207).

mod check;

use crate::app::App;
use crate::authorization::{
    Addresses, AuthorizationRequest, Grant, Launch, OauthError, Parameters, REQUEST_SECONDS,
    Refused, Word, in_seconds, note, ticket,
};
use crate::caller::{Caller, door};
use crate::controllers::login::random_token;
use crate::error::Error;
use crate::page::PageError;
use crate::smart::{Level, Scopes, granted};
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use check::{Asked, for_person, launch, person, well_formed, whose};
use record::{Ticket, TicketKind};

/// Characters of a state or a nonce.
const STATE_LENGTH_MAX: usize = 2048;

/// `GET /auth/authorize?…`
pub(crate) async fn by_query(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let query = query.unwrap_or_default();
    let parameters = Parameters::read(query.as_bytes());
    authorize(app, parameters, query, caller).await
}

/// `POST /auth/authorize` (capability `authorize-post`)
pub(crate) async fn by_form(
    State(app): State<App>,
    headers: HeaderMap,
    caller: Result<Caller, Error>,
    body: Bytes,
) -> Result<Response, PageError> {
    let parameters = Parameters::of_form(&headers, &body);
    let query = String::from_utf8(body.to_vec()).unwrap_or_default();
    authorize(app, parameters, query, caller).await
}

async fn authorize(
    app: App,
    parameters: Option<Parameters>,
    query: String,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let answer = app.blocking(move |app| begin(app, parameters, &query, caller)).await;
    answer.map_err(PageError::at(web::path::PATIENTS))
}

fn begin(
    app: &App,
    parameters: Option<Parameters>,
    query: &str,
    caller: Result<Caller, Error>,
) -> Result<Response, Error> {
    let asked = match &parameters {
        Some(parameters) => whose(app, parameters),
        None => Err(OauthError::new(Word::InvalidRequest, "a parameter twice").into()),
    };
    let asked = match asked {
        Ok(asked) => asked,
        // Nothing says that the address is the client's: the person is told, and stays here.
        Err(Refused::Oauth(error)) => {
            note(app, "authorization", &error.reason, &error.client)?;
            let text = "the application that sent you here is not known, or asked in a wrong way";
            return Err(Error::new(StatusCode::BAD_REQUEST, "security", text));
        }
        Err(Refused::Failed(error)) => return Err(error),
    };
    let parameters = parameters.unwrap_or_default();
    match request(app, &parameters, &asked, query, caller) {
        Ok(response) => Ok(response),
        Err(Refused::Oauth(error)) => {
            note(app, "authorization", &error.reason, &asked.client.id)?;
            let word = [("error", error.word.text())];
            Ok(back(app, &asked.redirect_uri, asked.state.as_deref(), &word))
        }
        Err(Refused::Failed(error)) => Err(error),
    }
}

/// Back to the client, with an answer.
pub(super) fn back(
    app: &App,
    redirect_uri: &str,
    state: Option<&str>,
    answer: &[(&str, &str)],
) -> Response {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(answer);
    if let Some(state) = state {
        query.append_pair("state", state);
    }
    query.append_pair("iss", &Addresses::of(app).issuer);
    let joint = if redirect_uri.contains('?') { '&' } else { '?' };
    Redirect::to(&format!("{redirect_uri}{joint}{}", query.finish())).into_response()
}

/// Checks the request, and has the person log in or look at it.
fn request(
    app: &App,
    parameters: &Parameters,
    asked: &Asked,
    query: &str,
    caller: Result<Caller, Error>,
) -> Result<Response, Refused> {
    let challenge = well_formed(app, parameters, asked)?;
    let launch = launch(app, parameters, &asked.client)?;
    let scopes = granted(parameters.get("scope").unwrap_or_default(), &asked.client.scopes);
    if scopes.is_empty() {
        return Err(OauthError::new(Word::InvalidScope, "no scope that may be granted").into());
    }
    let Some(caller) = person(caller)? else {
        let next = format!("/auth/authorize?{query}");
        let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
        return Ok(Redirect::to(&format!("{}?next={next}", web::path::LOGIN)).into_response());
    };
    let scopes = for_person(app, &caller, &scopes, launch.as_ref())?;
    let (launched, launch) = launch.unzip();
    let grant = granted_to(app, &caller, scopes, launch)?;
    let needs_patient = Scopes::parse(&grant.scopes).has(Level::Patient);
    let nonce = parameters.get("nonce").filter(|nonce| nonce.len() <= STATE_LENGTH_MAX);
    let request = AuthorizationRequest {
        redirect_uri: asked.redirect_uri.clone(),
        state: asked.state.clone().unwrap_or_default(),
        challenge,
        nonce: nonce.map(str::to_owned),
        chooses_patient: grant.patient.is_none() && (needs_patient || grant.has("launch/patient")),
        grant,
        launch: launched.map(|ticket| ticket.sha256),
        session: caller.session.clone().unwrap_or_default(),
    };
    let token = random_token()?;
    let expires = in_seconds(app, REQUEST_SECONDS);
    let kept = Ticket {
        client: asked.client.id.clone(),
        login: caller.login().to_owned(),
        ..ticket(TicketKind::Request, &token, expires, &request)?
    };
    app.record().put_ticket(&door(&app.settings().tenant), kept)?;
    Ok(Redirect::to(&format!("{}?request={token}", web::path::CONSENT)).into_response())
}

/// What the person would grant. The patient of a launch has to be one whom the person sees.
fn granted_to(
    app: &App,
    caller: &Caller,
    scopes: String,
    launch: Option<Launch>,
) -> Result<Grant, Refused> {
    if let Some(patient) = launch.as_ref().and_then(|launch| launch.patient.as_ref()) {
        let seen = app.record().read(&caller.access, "Patient", patient);
        if !matches!(seen, Ok(Some(_))) {
            return Err(OauthError::new(Word::AccessDenied, "a patient who is not seen").into());
        }
    }
    // Alone on the screen, an application has to say whose data it shows.
    let need_patient_banner = launch.as_ref().is_none_or(|launch| launch.need_patient_banner);
    let (patient, encounter) =
        launch.map_or((None, None), |launch| (launch.patient, launch.encounter));
    Ok(Grant {
        scopes,
        patient,
        encounter,
        need_patient_banner,
        proven: caller.assurance.as_ref().map(|assurance| assurance.proven.micros()),
        factors: caller.assurance.as_ref().map(|assurance| assurance.factors.clone()),
        role: None,
        until: Grant::end(app),
    })
}
