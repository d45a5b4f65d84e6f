//! `$validate`: what filing a resource would say, without filing it (FHIR R4, Resource operations).

use super::answer;
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use formats::fhir::build::outcome_of_problems;
use formats::fhir::{access, check, facts, json};
use model::Problem;
use serde_json::Value;

/// `POST [base]/[type]/$validate`
pub(crate) async fn of_type(
    State(app): State<App>,
    Path(resource_type): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Error> {
    run(app, resource_type, None, pairs, caller, body).await
}

/// `POST [base]/[type]/[id]/$validate`
pub(crate) async fn of_instance(
    State(app): State<App>,
    Path((resource_type, id)): Path<(String, String)>,
    Query(pairs): Query<Vec<(String, String)>>,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Error> {
    run(app, resource_type, Some(id), pairs, caller, body).await
}

async fn run(
    app: App,
    resource_type: String,
    id: Option<String>,
    pairs: Vec<(String, String)>,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Error> {
    app.blocking(move |app| {
        let asked = asked(&body, &pairs)?;
        let mut problems = problems_of(&asked.resource, &resource_type, id.as_deref());
        problems.extend(asked.profile.iter().map(|profile| {
            let text = format!("the profile `{profile}` is not checked here, only R4 itself");
            Problem::warning("not-supported", "profile", text)
        }));
        match (asked.mode.as_deref(), &id) {
            (None | Some("create" | "update"), _) => {}
            (Some("delete"), Some(id)) => {
                // Nothing forbids a deletion but that there is nothing.
                let stored = app.record().read(&caller.access, &resource_type, id)?;
                if stored.is_none_or(|stored| stored.deleted) {
                    return Err(Error::not_found());
                }
            }
            (Some(mode), _) => {
                let text = format!("the mode `{mode}` is not create, update or, by id, delete");
                problems.push(Problem::error("bad-value", "mode", text));
            }
        }
        Ok(answer::json(StatusCode::OK, &outcome_of_problems(&problems, None)))
    })
    .await
}

/// What is to be validated, and how.
struct Asked {
    resource: Value,
    mode: Option<String>,
    profile: Option<String>,
}

/// A resource alone, with `mode` and `profile` in the address, or a Parameters with all three.
fn asked(body: &[u8], pairs: &[(String, String)]) -> Result<Asked, Error> {
    let refused = |problem: Problem| Error::problems(StatusCode::BAD_REQUEST, vec![problem]);
    let document = json::read(body, json::RESOURCE_BYTES_MAX).map_err(refused)?;
    let of_query =
        |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    if access::resource_type(&document.value) != Some("Parameters") {
        let (mode, profile) = (of_query("mode"), of_query("profile"));
        return Ok(Asked { resource: document.value, mode, profile });
    }
    let parameters = document.value.get("parameter").and_then(Value::as_array);
    let find = |name: &str| {
        let named = |one: &&Value| one.get("name").and_then(Value::as_str) == Some(name);
        parameters.into_iter().flatten().find(named)
    };
    let text = |name: &str, of: &str| find(name)?.get(of)?.as_str().map(str::to_owned);
    let resource = find("resource").and_then(|one| one.get("resource")).cloned();
    let missing = || Problem::error("missing-element", "Parameters.parameter", "no `resource`");
    Ok(Asked {
        resource: resource.ok_or_else(|| refused(missing()))?,
        mode: text("mode", "valueCode").or_else(|| of_query("mode")),
        profile: text("profile", "valueUri").or_else(|| of_query("profile")),
    })
}

fn problems_of(resource: &Value, resource_type: &str, id: Option<&str>) -> Vec<Problem> {
    let own = access::resource_type(resource).unwrap_or_default();
    let mut problems = check::check_at(resource, own);
    if own != resource_type {
        let text = "the resource is of another type than the address";
        problems.push(Problem::error("bad-value", "resourceType", text));
    }
    if let (Some(id), Some(sent)) = (id, access::id(resource))
        && id != sent
    {
        let text = "the id is not that of the address";
        problems.push(Problem::error("bad-value", format!("{own}.id"), text));
    }
    problems.extend(facts::facts_of(resource, None, own).1);
    problems
}
