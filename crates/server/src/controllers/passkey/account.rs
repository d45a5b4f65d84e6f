//! `/account/passkeys`: each change needs a fresh proof.

use super::{answered, body, ceremony, challenge, decoded, encoded, place, refused};
use crate::app::App;
use crate::authorization::{Parameters, json_response, note};
use crate::caller::{Caller, door};
use crate::controllers::account::{FRESH_MINUTES, require_own, step};
use crate::controllers::login::{session_set, shown_more};
use crate::error::Error;
use crate::page::{PageError, html};
use crate::second_factor::Factors;
use crate::views;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use identity::passkey;
use record::{Credential, CredentialKind};
use serde::Deserialize;
use serde_json::{Value, json};
use web::view::{PasskeyRow, PasskeysView};

/// Passkeys of one account.
const PASSKEYS_MAX: usize = 20;

/// `GET /account/passkeys`
pub(crate) async fn list(
    State(app): State<App>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let shown = match caller {
        Ok(caller) => app.blocking(move |app| page(app, &caller)).await,
        Err(error) => Err(error),
    };
    shown.map_err(PageError::at(web::path::PASSKEYS))
}

fn own(app: &App, caller: &Caller) -> Result<Vec<Credential>, Error> {
    let door = door(&app.settings().tenant);
    Ok(app.record().credentials(&door, caller.login(), CredentialKind::Passkey)?)
}

fn page(app: &App, caller: &Caller) -> Result<Response, Error> {
    // A page on which nothing could be done would only disappoint.
    caller.require_fresh(app.record().now(), FRESH_MINUTES)?;
    let row = |one: Credential| PasskeyRow {
        id: one.id,
        made: one.created.to_string().split('T').next().unwrap_or_default().to_owned(),
    };
    let view = PasskeysView {
        session: views::session(app, caller)?,
        passkeys: own(app, caller)?.into_iter().map(row).collect(),
    };
    Ok(html(StatusCode::OK, web::passkeys(&view)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    csrf: String,
}

/// `POST /account/passkeys/options`
pub(crate) async fn options(
    State(app): State<App>,
    headers: HeaderMap,
    caller: Caller,
    bytes: Bytes,
) -> Result<Response, Error> {
    app.blocking(move |app| {
        let asked: Asked = body(&headers, &bytes)?;
        require_own(app, &caller, Some(&asked.csrf))?;
        let token = challenge(app, &asked.csrf, caller.login())?;
        let known: Vec<Value> = own(app, &caller)?
            .iter()
            .map(|one| json!({"type": "public-key", "id": one.id}))
            .collect();
        let parameters =
            [-7, -8, -257].map(|algorithm| json!({"type": "public-key", "alg": algorithm}));
        Ok(json_response(
            StatusCode::OK,
            &json!({
                "challenge": encoded(token.as_bytes()),
                "rp": {"id": place(app).1, "name": "Cognate"},
                "user": {
                    "id": encoded(caller.login().as_bytes()),
                    "name": caller.login(),
                    "displayName": caller.name,
                },
                "pubKeyCredParams": parameters,
                "authenticatorSelection": {
                    "residentKey": "required",
                    "userVerification": "required",
                },
                "attestation": "none",
                "excludeCredentials": known,
                "timeout": 300_000,
            }),
        ))
    })
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    csrf: String,
    client_data: String,
    attestation: String,
}

/// `POST /account/passkeys`
pub(crate) async fn add(
    State(app): State<App>,
    headers: HeaderMap,
    caller: Caller,
    bytes: Bytes,
) -> Result<Response, Error> {
    app.blocking(move |app| {
        let new: New = body(&headers, &bytes)?;
        require_own(app, &caller, Some(&new.csrf))?;
        match keep(app, &caller, &new)? {
            Ok(()) => {
                let next = json!({"next": web::path::PASSKEYS});
                let mut response = json_response(StatusCode::OK, &next);
                if let (_, Some(token)) = shown_more(app, &caller, "passkey")? {
                    response.headers_mut().append(header::SET_COOKIE, session_set(app, &token));
                }
                Ok(response)
            }
            Err(reason) => {
                note(app, "passkey", &reason, caller.login())?;
                Ok(refused())
            }
        }
    })
    .await
}

fn keep(app: &App, caller: &Caller, new: &New) -> Result<Result<(), String>, Error> {
    let client = decoded(&new.client_data);
    let Some(challenge) = answered(app, &client, &new.csrf, caller.login())? else {
        return Ok(Err("a challenge that was not asked".to_owned()));
    };
    let place = place(app);
    let attestation = decoded(&new.attestation);
    let passkey = match passkey::register(&ceremony(&challenge, &place), &client, &attestation) {
        Ok(passkey) => passkey,
        Err(refusal) => return Ok(Err(refusal.to_string())),
    };
    let (door, id) = (door(&app.settings().tenant), encoded(&passkey.id));
    let is_known = app.record().credential(&door, CredentialKind::Passkey, &id)?.is_some();
    if is_known || own(app, caller)?.len() >= PASSKEYS_MAX {
        return Ok(Err("a passkey that is known, or too many".to_owned()));
    }
    let (login, created) = (caller.login().to_owned(), app.record().now());
    app.record().put_credential(
        &door,
        Credential {
            login,
            kind: CredentialKind::Passkey,
            id,
            counter: u64::from(passkey.counter),
            created,
            body: passkey.key,
        },
    )?;
    Ok(Ok(()))
}

/// `POST /account/passkeys/remove`
pub(crate) async fn remove(
    State(app): State<App>,
    headers: HeaderMap,
    caller: Result<Caller, Error>,
    bytes: Bytes,
) -> Result<Response, PageError> {
    step(app, headers, caller, bytes, (web::path::PASSKEYS, removed)).await
}

fn removed(app: &App, caller: &Caller, form: &Parameters) -> Result<Response, Error> {
    let (door, id) = (door(&app.settings().tenant), form.get("id").unwrap_or_default());
    let is_own = own(app, caller)?.iter().any(|one| one.id == id);
    let now = Factors::of(app, caller.login())?;
    Factors { passkeys: now.passkeys - usize::from(is_own), ..now }.require_any(app)?;
    app.record().delete_credential(&door, caller.login(), CredentialKind::Passkey, id)?;
    Ok(Redirect::to(web::path::PASSKEYS).into_response())
}
