//! `/step-up/passkey`: a person who is logged in proves it anew by an own passkey.

use super::proof::{Proof, prove};
use super::{body, challenge, encoded, place, refused};
use crate::app::App;
use crate::authorization::{json_response, note};
use crate::caller::{Caller, door};
use crate::controllers::login::{begin_anew, local_path, session_set};
use crate::error::Error;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use record::CredentialKind;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    csrf: String,
}

/// `POST /step-up/passkey/options`
pub(crate) async fn options(
    State(app): State<App>,
    headers: HeaderMap,
    caller: Caller,
    bytes: Bytes,
) -> Result<Response, Error> {
    app.blocking(move |app| {
        let asked: Asked = body(&headers, &bytes)?;
        caller.require_form(Some(&asked.csrf))?;
        let token = challenge(app, &asked.csrf, caller.login())?;
        let door = door(&app.settings().tenant);
        let own = app.record().credentials(&door, caller.login(), CredentialKind::Passkey)?;
        let own: Vec<Value> =
            own.iter().map(|one| json!({"type": "public-key", "id": one.id})).collect();
        Ok(json_response(
            StatusCode::OK,
            &json!({
                "challenge": encoded(token.as_bytes()),
                "rpId": place(app).1,
                "allowCredentials": own,
                "timeout": 300_000,
                "userVerification": "required",
            }),
        ))
    })
    .await
}

/// `POST /step-up/passkey`
pub(crate) async fn submit(
    State(app): State<App>,
    headers: HeaderMap,
    caller: Caller,
    bytes: Bytes,
) -> Result<Response, Error> {
    app.blocking(move |app| {
        let proof: Proof = body(&headers, &bytes)?;
        caller.require_form(Some(&proof.csrf))?;
        let reason = match prove(app, &proof, caller.login())? {
            Ok(login) if login == caller.login() => None,
            Ok(_) => Some("a passkey of somebody else".to_owned()),
            Err(reason) => Some(reason),
        };
        if let Some(reason) = reason {
            note(app, "passkey", &reason, caller.login())?;
            return Ok(refused());
        }
        let token = begin_anew(app, caller.session.as_deref().unwrap_or_default(), "passkey")?;
        let next = local_path(proof.next.as_deref());
        let mut response = json_response(StatusCode::OK, &json!({"next": next}));
        response.headers_mut().append(header::SET_COOKIE, session_set(app, &token));
        Ok(response)
    })
    .await
}
