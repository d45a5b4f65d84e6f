//! `/administration/clients`: other systems are disabled, removed, and get other tokens and keys.

use super::{change, unknown};
use crate::administration::{renew_secret, renew_token, replace_keys};
use crate::app::App;
use crate::authorization::Parameters;
use crate::caller::Caller;
use crate::error::Error;
use crate::page::{PageError, respond};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use web::view::NewSecret;

/// `POST /administration/clients`
pub(crate) async fn submit(
    State(app): State<App>,
    headers: HeaderMap,
    caller: Result<Caller, Error>,
    body: Bytes,
) -> Result<Response, PageError> {
    let form = Parameters::of_form(&headers, &body).unwrap_or_default();
    respond(app, caller, web::path::ADMINISTRATION, move |app, caller| {
        change(app, caller, &form, || done(app, caller, &form))
    })
    .await
}

fn done(app: &App, caller: &Caller, form: &Parameters) -> Result<Option<NewSecret>, Error> {
    let (record, access) = (app.record(), &caller.access);
    let id = form.get("id").unwrap_or_default();
    let shown = |secret: String| Some(NewSecret { client: id.to_owned(), secret });
    // A form that names no proof that it would replace replaces none.
    let seen = Some(form.get("was").unwrap_or_default());
    let secret = match form.get("do") {
        Some("token") => shown(renew_token(record, access, id, seen)?),
        Some("secret") => shown(renew_secret(record, access, id, seen)?),
        Some("keys") => {
            replace_keys(record, access, id, form.get("keys").unwrap_or_default())?;
            None
        }
        Some("disable") => {
            record.disable_client(access, id)?;
            None
        }
        // Sent twice, it is gone all the same.
        Some("remove") => {
            record.delete_registration(access, id)?;
            None
        }
        _ => return Err(unknown()),
    };
    tracing::warn!(what = form.get("do").unwrap_or_default(), "another system was changed");
    Ok(secret)
}
