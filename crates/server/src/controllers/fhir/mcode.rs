//! `Patient/[id]/$mcode-everything`: what is known of a patient's cancer, as one bundle in the
//! profiles of mCODE.

use super::{answer, parameter};
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use formats::fhir::build::outcome_of_problems;
use formats::fhir::mcode::{TYPES, mcode_bundle};
use model::PatientId;
use record::limit::PAGE_ROWS_MAX;
use record::{Access, CompartmentQuery};
use serde_json::{Value, json};

/// Its name, and what defines it (HL7 mCODE).
pub(super) const OPERATION: (&str, &str) = (
    "mcode-everything",
    "http://hl7.org/fhir/us/mcode/OperationDefinition/mcode-patient-everything",
);
/// Resources that are looked at; a patient with more is read by `$everything`, in pages.
const RESOURCES_MAX: usize = 20_000;

/// `GET [base]/Patient/[id]/$mcode-everything`
pub(crate) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
    caller: Caller,
) -> Result<Response, Error> {
    app.blocking(move |app| {
        if let Some((name, _)) = pairs.iter().find(|(name, _)| name != "_format") {
            return Err(parameter::unknown(name));
        }
        Ok(answer::json(StatusCode::OK, &everything(app, &caller.access, &id)?))
    })
    .await
}

fn everything(app: &App, access: &Access, id: &str) -> Result<Value, Error> {
    let patient = app.record().read(access, "Patient", id)?;
    if patient.is_none_or(|patient| patient.deleted) {
        return Err(Error::not_found());
    }
    let resources = resources(app, access, &PatientId::new(id))?;
    let at = app.record().now().to_string();
    let (mut bundle, problems) = mcode_bundle(resources, &at, &app.fhir_base());
    if let Some(entries) = bundle.get_mut("entry").and_then(Value::as_array_mut)
        && !problems.is_empty()
    {
        entries.push(json!({"resource": outcome_of_problems(&problems, None)}));
    }
    Ok(bundle)
}

fn resources(app: &App, access: &Access, patient: &PatientId) -> Result<Vec<Value>, Error> {
    let mut query = CompartmentQuery {
        types: TYPES.map(str::to_owned).to_vec(),
        since: None,
        count: PAGE_ROWS_MAX,
        cursor: None,
    };
    let mut found = Vec::new();
    loop {
        let page = app.record().compartment(access, patient, &query)?;
        for stored in page.entries.iter().filter(|stored| !stored.deleted) {
            let resource = serde_json::from_slice(&stored.body)
                .map_err(|error| Error::internal(format!("{}: {error}", stored.reference)))?;
            found.push(resource);
        }
        if found.len() > RESOURCES_MAX {
            let text = format!("more than {RESOURCES_MAX} resources: `$everything` has pages");
            return Err(Error::new(StatusCode::UNPROCESSABLE_ENTITY, "too-costly", text));
        }
        let Some(next) = page.next else { return Ok(found) };
        query.cursor = Some(next);
    }
}
