//! Which patient of ours is the one that an EHR launches with.

use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::provider::Provider;
use formats::fhir::access::all;
use model::PatientId;
use model::id::is_fhir_id;
use record::{Query, Term};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Identifiers of a patient that are looked up.
const IDENTIFIERS_MAX: usize = 20;

/// The patient, or why there is none. An EHR that is this server has our ids; of any other the
/// patient is read there, and known by an identifier that one patient has here.
pub(super) fn of_launch(
    app: &App,
    caller: &Caller,
    ehr: &Provider,
    answered: &Map<String, Value>,
) -> Result<Result<PatientId, &'static str>, Error> {
    let text = |name: &str| answered.get(name).and_then(Value::as_str);
    let Some(id) = text("patient").filter(|id| is_fhir_id(id)) else {
        return Ok(Err("no patient"));
    };
    let issuer = &ehr.settings().issuer;
    if *issuer == app.fhir_base() {
        let found = app.record().read(&caller.access, "Patient", id)?;
        let is_here = found.is_some_and(|stored| !stored.deleted);
        return Ok(if is_here { Ok(PatientId::new(id)) } else { Err("no such patient") });
    }
    let Some(token) = text("access_token") else { return Ok(Err("no access token")) };
    let address = format!("{issuer}/Patient/{id}");
    let Ok(body) = ehr.calls().resource(&address, &format!("Bearer {token}")) else {
        return Ok(Err("the patient cannot be read at the EHR"));
    };
    let resource: Value = serde_json::from_slice(&body).unwrap_or_default();
    if resource.get("id").and_then(Value::as_str) != Some(id) {
        return Ok(Err("the EHR answered with another patient"));
    }
    by_identifier(app, caller, &resource)
}

/// Whoever has one of the identifiers; several persons are nobody.
fn by_identifier(
    app: &App,
    caller: &Caller,
    resource: &Value,
) -> Result<Result<PatientId, &'static str>, Error> {
    let escaped = |text: &str| {
        let mut escaped = String::new();
        for mark in text.chars() {
            if ['\\', ',', '|', '$'].contains(&mark) {
                escaped.push('\\');
            }
            escaped.push(mark);
        }
        escaped
    };
    let mut values = Vec::new();
    for identifier in all(resource, "identifier").into_iter().take(IDENTIFIERS_MAX) {
        let part = |name: &str| identifier.get(name).and_then(Value::as_str).unwrap_or_default();
        // A number without a system identifies nobody.
        if !part("system").is_empty() && !part("value").is_empty() && part("use") != "old" {
            values.push(format!("{}|{}", escaped(part("system")), escaped(part("value"))));
        }
    }
    if values.is_empty() {
        return Ok(Err("the EHR's patient has no identifier"));
    }
    let query = Query {
        resource_type: "Patient".to_owned(),
        terms: vec![Term { parameter: "identifier".to_owned(), modifier: None, values }],
        count: 2,
        cursor: None,
    };
    let found = app.record().search(&caller.access, &query)?;
    let ids: BTreeSet<String> =
        found.entries.into_iter().map(|stored| stored.reference.id).collect();
    let mut ids = ids.into_iter();
    Ok(match (ids.next(), ids.next()) {
        (Some(id), None) => Ok(PatientId::new(id)),
        (None, _) => Err("nobody has an identifier of the EHR's patient"),
        (Some(_), Some(_)) => Err("several patients have an identifier of the EHR's patient"),
    })
}
