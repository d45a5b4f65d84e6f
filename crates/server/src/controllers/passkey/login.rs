//! `/login/passkey`

use super::proof::{Proof, prove};
use super::{body, challenge, encoded, foreign, place, refused};
use crate::app::App;
use crate::authorization::{Parameters, json_response, note};
use crate::caller::cookie;
use crate::controllers::login::{begin, form_cookie, form_token, local_path, session_set};
use crate::error::Error;
use crate::page::html;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use web::view::PasskeyLoginView;

/// `GET /login/passkey?next=…`
pub(crate) async fn form(
    State(app): State<App>,
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    let query = Parameters::read(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let (csrf, set) = form_token(&app)?;
    let view = PasskeyLoginView { csrf, next: local_path(query.get("next")) };
    let mut response = html(StatusCode::OK, web::passkey_login(&view));
    response.headers_mut().append(header::SET_COOKIE, set);
    Ok(response)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    csrf: String,
}

/// Whether a body is of the form that this browser was shown.
fn check(app: &App, headers: &HeaderMap, csrf: &str) -> Result<(), Error> {
    let expected = cookie(headers, form_cookie(app.settings().secure_cookies));
    if csrf.is_empty() || expected.as_deref() != Some(csrf) { Err(foreign()) } else { Ok(()) }
}

/// `POST /login/passkey/options`
pub(crate) async fn options(
    State(app): State<App>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Error> {
    app.blocking(move |app| {
        let asked: Asked = body(&headers, &bytes)?;
        check(app, &headers, &asked.csrf)?;
        let token = challenge(app, &asked.csrf, "")?;
        Ok(json_response(
            StatusCode::OK,
            &json!({
                "challenge": encoded(token.as_bytes()),
                "rpId": place(app).1,
                "timeout": 300_000,
                "userVerification": "required",
            }),
        ))
    })
    .await
}

/// `POST /login/passkey`
pub(crate) async fn submit(
    State(app): State<App>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Error> {
    app.blocking(move |app| {
        let proof: Proof = body(&headers, &bytes)?;
        check(app, &headers, &proof.csrf)?;
        let login = match prove(app, &proof, "")? {
            Ok(login) => login,
            Err(reason) => {
                note(app, "passkey", &reason, &proof.id)?;
                return Ok(refused());
            }
        };
        let token = begin(app, &login, "passkey")?;
        let next = local_path(proof.next.as_deref());
        let mut response = json_response(StatusCode::OK, &json!({"next": next}));
        response.headers_mut().append(header::SET_COOKIE, session_set(app, &token));
        Ok(response)
    })
    .await
}
