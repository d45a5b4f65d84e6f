//! A transaction or batch: the whole of a laboratory's or EHR's bundle, or none of it.

use super::answer;
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

/// `POST [base]`
pub(crate) async fn submit(
    State(app): State<App>,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Error> {
    app.blocking(move |app| {
        let base = app.fhir_base();
        let answer = intake::fhir::transaction(app.record(), &caller.access, &base, &body)?;
        Ok(answer::json(StatusCode::OK, &answer))
    })
    .await
}
