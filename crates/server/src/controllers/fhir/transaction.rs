//! A transaction or batch: the whole of a laboratory's or EHR's bundle, or none of it.

use super::{answer, history, search};
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use formats::fhir::build::TransactionAnswer;
use formats::fhir::bundle::Target;
use model::Problem;
use record::Access;

/// `POST [base]`
pub(crate) async fn submit(
    State(app): State<App>,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Error> {
    app.blocking(move |app| {
        let base = app.fhir_base();
        let look = |target: &Target| look(app, &caller.access, target);
        let answers = intake::fhir::transaction(app.record(), &caller.access, &base, &look, &body)?;
        Ok(answer::bytes(StatusCode::OK, answers.into_bytes()))
    })
    .await
}

/// Searches, histories and versions that an entry asks for.
fn look(app: &App, access: &Access, target: &Target) -> Result<TransactionAnswer, Vec<Problem>> {
    let query = target.query.as_deref().unwrap_or_default();
    let pairs: Vec<(String, String)> =
        form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let (resource_type, id) = (target.resource_type.clone(), target.id.clone());
    let body = match (target.rest.as_deref(), &resource_type, &id) {
        (None, Some(resource_type), None) => {
            search::searchset(app, access, resource_type.clone(), pairs)
        }
        (Some("_history"), _, _) => history::page(app, access, resource_type, id, &pairs),
        (Some(rest), Some(resource_type), Some(id)) => {
            return version(app, access, resource_type, id, rest);
        }
        _ => {
            let text = "only reads, searches and histories are answered inside a Bundle";
            return Err(vec![Problem::error("not-supported", "", text)]);
        }
    };
    let body = body.map_err(Error::into_problems)?;
    let status = "200 OK".to_owned();
    Ok(TransactionAnswer { status, body: Some(body), ..TransactionAnswer::default() })
}

fn version(
    app: &App,
    access: &Access,
    resource_type: &str,
    id: &str,
    rest: &str,
) -> Result<TransactionAnswer, Vec<Problem>> {
    let missing = || vec![Problem::error("not-found", "", "there is no such version")];
    let number = rest.strip_prefix("_history/").and_then(|digits| digits.parse().ok());
    let number: u64 = number.ok_or_else(missing)?;
    let found = app.record().vread(access, resource_type, id, number).map_err(Error::from);
    let found = found.map_err(Error::into_problems)?.filter(|found| !found.deleted);
    let stored = found.ok_or_else(missing)?;
    Ok(TransactionAnswer {
        status: "200 OK".to_owned(),
        etag: Some(format!("W/\"{number}\"")),
        last_modified: Some(stored.recorded),
        body: Some(stored.body),
        ..TransactionAnswer::default()
    })
}
