//! `/policies`: the set in use, what is proposed in its place, and the second person's yes.

use crate::app::App;
use crate::authorization::Parameters;
use crate::caller::Caller;
use crate::controllers::account::require_own;
use crate::error::Error;
use crate::page::{PageError, html, respond};
use crate::views::{self, Look};
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use record::Action;

/// `GET /policies`
pub(crate) async fn show(
    State(app): State<App>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    respond(app, caller, web::path::POLICIES, move |app, caller| {
        page(app, caller, StatusCode::OK, None)
    })
    .await
}

/// `GET /policies/{id}`: a proposal; with `look=lint` what looks wrong, with `look=shadow` what it
/// would have decided otherwise in the last week.
pub(crate) async fn proposal(
    State(app): State<App>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let asked = Parameters::read(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    respond(app, caller, web::path::policy_proposal(&id), move |app, caller| {
        require_reader(app, caller)?;
        let look = match asked.get("look") {
            Some("lint") => Look::Lint,
            Some("shadow") => Look::Shadow,
            _ => Look::Nothing,
        };
        let view = views::proposal(app, caller, &id, look)?;
        Ok(html(StatusCode::OK, web::proposal(&view)))
    })
    .await
}

/// `POST /policies`
pub(crate) async fn submit(
    State(app): State<App>,
    headers: HeaderMap,
    caller: Result<Caller, Error>,
    body: Bytes,
) -> Result<Response, PageError> {
    let form = Parameters::of_form(&headers, &body).unwrap_or_default();
    respond(app, caller, web::path::POLICIES, move |app, caller| change(app, caller, &form)).await
}

fn page(
    app: &App,
    caller: &Caller,
    status: StatusCode,
    error: Option<String>,
) -> Result<Response, Error> {
    require_reader(app, caller)?;
    let view = views::policies(app, caller, error)?;
    Ok(html(status, web::policies(&view)))
}

fn require_reader(app: &App, caller: &Caller) -> Result<(), Error> {
    if caller.csrf.is_some() && app.record().may(&caller.access, Action::ReadPolicy)? {
        return Ok(());
    }
    Err(forbidden("your role reads no policies"))
}

fn forbidden(text: &str) -> Error {
    Error::new(StatusCode::FORBIDDEN, "forbidden", text)
}

/// Proposes a set, or puts one into use that somebody else proposed. What is refused is said on
/// the page.
fn change(app: &App, caller: &Caller, form: &Parameters) -> Result<Response, Error> {
    if caller.csrf.is_none() || !app.record().may(&caller.access, Action::AdoptPolicy)? {
        return Err(forbidden("your role changes no policies"));
    }
    require_own(app, caller, form.get("csrf"))?;
    let done = match form.get("do") {
        Some("propose") => propose(app, caller, form),
        Some("adopt") => adopt(app, caller, form),
        _ => {
            let text = "the form asks for nothing that can be done";
            Err(Error::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", text))
        }
    };
    match done {
        Ok(next) => Ok(Redirect::to(&next).into_response()),
        Err(error) if error.is_failure() => Err(error),
        Err(error) => page(app, caller, error.status(), Some(error.text())),
    }
}

/// Sent twice, the same text is the same proposal.
fn propose(app: &App, caller: &Caller, form: &Parameters) -> Result<String, Error> {
    // Browsers send line ends as CRLF (HTML, form submission); a signature is over the text.
    let text = form.get("policies").unwrap_or_default().replace("\r\n", "\n");
    let (record, access) = (app.record(), &caller.access);
    let known = record.proposed_policies(access, views::PROPOSALS_MAX)?;
    let same = known.into_iter().find(|one| one.text == text && one.actor == access.actor());
    let id = match same {
        Some(same) => same.id,
        None => record.propose_policies(access, &text)?.id,
    };
    tracing::warn!("policies were proposed");
    Ok(web::path::policy_proposal(&id))
}

/// Sent twice, it is in use already: that is what was asked for.
fn adopt(app: &App, caller: &Caller, form: &Parameters) -> Result<String, Error> {
    let (record, access) = (app.record(), &caller.access);
    let digest = form.get("digest").unwrap_or_default();
    let in_use = record.adopted_policies(access, 1)?.pop();
    let is_done = in_use.is_some_and(|one| one.digest == digest && one.actor == access.actor());
    if !is_done {
        record.adopt_proposed_policies(access, form.get("proposal").unwrap_or_default())?;
        tracing::warn!("policies were put into use by a second person");
    }
    Ok(web::path::POLICIES.to_owned())
}
