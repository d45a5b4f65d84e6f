//! `/auth/consent`: the person looks at a request, chooses the patient, and grants it or not.

use super::authorize::back;
use crate::app::App;
use crate::authorization::{
    AuthorizationRequest, CODE_SECONDS, Code, Parameters, in_seconds, note, said, ticket,
};
use crate::caller::{Caller, door, token_digest};
use crate::controllers::login::random_token;
use crate::error::Error;
use crate::page::{PageError, html};
use crate::smart::in_words;
use crate::views;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use record::{Registration, Taken, Ticket, TicketKind};
use web::view::ConsentView;

/// `GET /auth/consent?request=…&q=…`
pub(crate) async fn show(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let shown = match caller {
        Ok(caller) => app.blocking(move |app| page(app, &caller, &query.unwrap_or_default())).await,
        Err(error) => Err(error),
    };
    shown.map_err(PageError::at(web::path::CONSENT))
}

/// `POST /auth/consent`
pub(crate) async fn decide(
    State(app): State<App>,
    headers: HeaderMap,
    caller: Result<Caller, Error>,
    body: Bytes,
) -> Result<Response, PageError> {
    let answer = match caller {
        Ok(caller) => {
            let form = Parameters::of_form(&headers, &body).unwrap_or_default();
            app.blocking(move |app| answer(app, &caller, &form)).await
        }
        Err(error) => Err(error),
    };
    answer.map_err(PageError::at(web::path::CONSENT))
}

/// A request that this person has begun in this session.
struct Looked {
    request: AuthorizationRequest,
    client: Registration,
    digest: String,
}

fn gone() -> Error {
    let text = "this request is not open any more; go back to the application and begin again";
    Error::new(StatusCode::BAD_REQUEST, "security", text)
}

fn look(app: &App, caller: &Caller, parameters: &Parameters) -> Result<Looked, Error> {
    let door = door(&app.settings().tenant);
    let digest = token_digest(parameters.get("request").unwrap_or_default());
    let found = app.record().ticket(&door, TicketKind::Request, &digest)?;
    let (ticket, is_used) = found.ok_or_else(gone)?;
    let request: AuthorizationRequest = said(&ticket)?;
    let is_of_session = caller.session.as_deref() == Some(request.session.as_str());
    if is_used || ticket.login != caller.login() || !is_of_session {
        note(app, "authorization", "a request of another session", caller.login())?;
        return Err(gone());
    }
    let client = app.record().registration(&door, &ticket.client)?.ok_or_else(gone)?;
    Ok(Looked { request, client, digest })
}

fn page(app: &App, caller: &Caller, query: &str) -> Result<Response, Error> {
    let parameters = Parameters::read(query.as_bytes()).unwrap_or_default();
    let looked = look(app, caller, &parameters)?;
    shown(app, caller, &looked, &parameters, None)
}

fn shown(
    app: &App,
    caller: &Caller,
    looked: &Looked,
    parameters: &Parameters,
    error: Option<&str>,
) -> Result<Response, Error> {
    let Looked { request, client, .. } = looked;
    let query = parameters.get("q").unwrap_or_default();
    let named = request.grant.patient.as_deref();
    let patient = named.map(|id| views::patient_row(app, caller, id)).transpose()?;
    let (choices, more) = if request.chooses_patient {
        let listed = views::patient_list(app, caller, query)?;
        (Some(listed.patients), listed.more)
    } else {
        (None, false)
    };
    let mut may: Vec<String> = request.grant.scopes.split(' ').map(in_words).collect();
    may.dedup();
    let origin = identity::redirect::origin(&request.redirect_uri).unwrap_or_default();
    let view = ConsentView {
        session: views::session(app, caller)?,
        today: app.record().now().day(),
        application: client.name.clone(),
        destination: origin.clone(),
        request: parameters.get("request").unwrap_or_default().to_owned(),
        error: error.map(str::to_owned),
        may,
        patient,
        choices,
        query: query.to_owned(),
        more,
    };
    let status = if error.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let mut response = html(status, web::consent(&view));
    // Browsers hold the answer to a form to the policy, too: it leads to the application.
    let policy = web::CONTENT_SECURITY_POLICY
        .replace("form-action 'self'", &format!("form-action 'self' {origin}"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}

fn answer(app: &App, caller: &Caller, form: &Parameters) -> Result<Response, Error> {
    caller.require_form(form.get("csrf"))?;
    let mut looked = look(app, caller, form)?;
    if form.get("decision") != Some("grant") {
        return refuse(app, &looked);
    }
    if looked.request.chooses_patient {
        let Some(patient) = form.get("patient") else {
            let words = "choose the patient that the application is to be opened with";
            return shown(app, caller, &looked, form, Some(words));
        };
        let seen = app.record().read(&caller.access, "Patient", patient)?;
        seen.ok_or_else(Error::not_found)?;
        looked.request.grant.patient = Some(patient.to_owned());
    }
    grant(app, caller, looked)
}

fn refuse(app: &App, looked: &Looked) -> Result<Response, Error> {
    let door = door(&app.settings().tenant);
    app.record().take_ticket(&door, TicketKind::Request, &looked.digest, vec![])?;
    note(app, "authorization", "the person said no", &looked.client.id)?;
    let request = &looked.request;
    let word = [("error", "access_denied")];
    Ok(back(app, &request.redirect_uri, Some(&request.state), &word))
}

/// Makes the code; request and launch are used by it.
fn grant(app: &App, caller: &Caller, looked: Looked) -> Result<Response, Error> {
    let Looked { request, client, digest } = looked;
    let door = door(&app.settings().tenant);
    if let Some(launch) = &request.launch {
        let taken = app.record().take_ticket(&door, TicketKind::Launch, launch, vec![])?;
        if !matches!(taken, Taken::Fresh(_)) {
            note(app, "authorization", "a launch that was used", &client.id)?;
            return Err(gone());
        }
    }
    let token = random_token()?;
    let code = Code {
        redirect_uri: request.redirect_uri.clone(),
        challenge: request.challenge,
        nonce: request.nonce,
        grant: request.grant,
    };
    let code = Ticket {
        family: app.record().new_id(),
        client: client.id,
        login: caller.login().to_owned(),
        ..ticket(TicketKind::Code, &token, in_seconds(app, CODE_SECONDS), &code)?
    };
    let taken = app.record().take_ticket(&door, TicketKind::Request, &digest, vec![code])?;
    if !matches!(taken, Taken::Fresh(_)) {
        return Err(gone());
    }
    Ok(back(app, &request.redirect_uri, Some(&request.state), &[("code", &token)]))
}
