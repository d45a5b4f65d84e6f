//! `$validate`: what filing a resource would say, without filing it (FHIR R4, Resource operations),
//! and what the profiles say that it claims or that were asked for. Filing asks no profile.

use super::answer;
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use formats::fhir::build::outcome_of_problems;
use formats::fhir::{access, check, facts, json, profile};
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
        let profiles: Vec<&str> = asked.profiles.iter().map(String::as_str).collect();
        problems.extend(profile::check(&asked.resource, &profiles));
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
    profiles: Vec<String>,
}

/// A resource alone, with `mode` and `profile` in the address, or a Parameters with all three.
fn asked(body: &[u8], pairs: &[(String, String)]) -> Result<Asked, Error> {
    let refused = |problem: Problem| Error::problems(StatusCode::BAD_REQUEST, vec![problem]);
    let document = json::read(body, json::RESOURCE_BYTES_MAX).map_err(refused)?;
    let of_query = |name: &str| -> Vec<String> {
        let named = pairs.iter().filter(|(known, _)| known == name);
        named.map(|(_, value)| value.clone()).collect()
    };
    let mode = of_query("mode").into_iter().next();
    let mut profiles = of_query("profile");
    if access::resource_type(&document.value) != Some("Parameters") {
        return Ok(Asked { resource: document.value, mode, profiles });
    }
    let named = |name: &'static str| {
        let parameters = access::all(&document.value, "parameter").into_iter();
        parameters.filter(move |one| access::text(one, "name") == Some(name))
    };
    let resource = named("resource").find_map(|one| one.get("resource")).cloned();
    let missing = || Problem::error("missing-element", "Parameters.parameter", "no `resource`");
    // R4 has a uri there, R5 a canonical; clients send either.
    let canonical =
        |one| access::text(one, "valueUri").or_else(|| access::text(one, "valueCanonical"));
    profiles.extend(named("profile").filter_map(canonical).map(str::to_owned));
    let of_body = named("mode").find_map(|one| access::text(one, "valueCode")).map(str::to_owned);
    Ok(Asked {
        resource: resource.ok_or_else(|| refused(missing()))?,
        mode: of_body.or(mode),
        profiles,
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
