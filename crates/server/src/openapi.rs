//! The description of every route as OpenAPI 3.1, made from the tables the router is built from.
//!
//! What a route takes and answers stands in `openapi/table.rs`, one row a route; a test holds that
//! no route is without one. Parameters of the Genomics Operations come from their own table, types
//! from the search table. FHIR's own definitions are not repeated: a resource is an object with a
//! `resourceType`, and the CapabilityStatement says what each type is searched by.

mod console;
mod knowledge;
mod operation;
mod page;
mod patient;
mod table;
mod trials;

use crate::app::App;
use crate::page::html;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use operation::operation;
use record::searched_types;
use serde_json::{Map, Value, json};

/// `GET /openapi.json`
pub(crate) async fn show(State(app): State<App>) -> Response {
    Json(openapi(&app.settings().base_url)).into_response()
}

/// `GET /api`
pub(crate) async fn read(State(app): State<App>) -> Response {
    let view = page::view(&openapi(&app.settings().base_url));
    html(StatusCode::OK, web::api(&view))
}

/// The description of a server at an address.
pub fn openapi(base_url: &str) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for (method, path) in crate::routes() {
        let Some(row) = table::row(method, path) else { continue };
        let item = paths.entry(path.to_owned()).or_insert_with(|| json!({}));
        if let Some(item) = item.as_object_mut() {
            item.insert(method.to_lowercase(), operation(&row));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Cognate",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "FHIR R4, CDS Hooks, the pages and health. What each FHIR type is \
                searched by is in `/fhir/metadata`.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": base_url}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "cognate-session"},
            },
            "schemas": schemas(),
        },
    })
}

fn schemas() -> Value {
    let of = |kind: &str| {
        json!({
            "type": "object",
            "required": ["resourceType"],
            "properties": {"resourceType": {"const": kind}},
        })
    };
    let types: Vec<&str> = searched_types().collect();
    json!({
        "Resource": {
            "type": "object",
            "required": ["resourceType"],
            "properties": {"resourceType": {"type": "string"}},
        },
        "Bundle": {
            "type": "object",
            "required": ["resourceType", "type"],
            "properties": {
                "resourceType": {"const": "Bundle"},
                "type": {"type": "string"},
                "entry": {"type": "array", "items": {"type": "object"}},
            },
        },
        "Parameters": {
            "type": "object",
            "required": ["resourceType"],
            "properties": {
                "resourceType": {"const": "Parameters"},
                "parameter": {"type": "array", "items": {
                    "type": "object",
                    "required": ["name"],
                    "properties": {"name": {"type": "string"}},
                }},
            },
        },
        "OperationOutcome": {
            "type": "object",
            "required": ["resourceType", "issue"],
            "properties": {
                "resourceType": {"const": "OperationOutcome"},
                "issue": {"type": "array", "minItems": 1, "items": {
                    "type": "object",
                    "required": ["severity", "code"],
                    "properties": {
                        "severity": {"enum": ["fatal", "error", "warning", "information"]},
                        "code": {"type": "string"},
                        "diagnostics": {"type": "string"},
                    },
                }},
            },
        },
        "CapabilityStatement": of("CapabilityStatement"),
        "Patch": {"type": "array", "items": {
            "type": "object",
            "required": ["op", "path"],
            "properties": {
                "op": {"enum": ["add", "remove", "replace", "move", "copy", "test"]},
                "path": {"type": "string"},
            },
        }},
        "Type": {"type": "string", "enum": types},
        "Id": {"type": "string", "pattern": "^[A-Za-z0-9.-]{1,64}$"},
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_route_is_described_and_nothing_else_is() {
        let without: Vec<_> = crate::routes()
            .into_iter()
            .filter(|(method, path)| table::row(method, path).is_none())
            .collect();
        assert!(without.is_empty(), "{without:?}");
        let routed: BTreeSet<_> = crate::routes().into_iter().collect();
        let stray: Vec<_> = table::TABLE
            .iter()
            .chain(console::TABLE)
            .chain(trials::TABLE)
            .chain(knowledge::TABLE)
            .map(|row| (row.method, row.path))
            .filter(|known| !routed.contains(known))
            .collect();
        assert!(stray.is_empty(), "{stray:?}");
    }

    #[test]
    fn each_operation_has_an_id_of_its_own_and_every_parameter_of_its_path() {
        let document = openapi("https://cognate.example");
        let mut ids = BTreeSet::new();
        let mut operations = 0;
        for (path, item) in document["paths"].as_object().unwrap() {
            for operation in item.as_object().unwrap().values() {
                operations += 1;
                let id = operation["operationId"].as_str().unwrap();
                assert!(ids.insert(id.to_owned()), "{id} twice");
                let in_path = |one: &&Value| one["in"] == "path";
                let parameters = operation["parameters"].as_array().into_iter().flatten();
                let told: BTreeSet<&str> =
                    parameters.filter(in_path).map(|one| one["name"].as_str().unwrap()).collect();
                let wanted: BTreeSet<&str> = path
                    .split('/')
                    .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
                    .collect();
                assert_eq!(told, wanted, "{path}");
                let answers = operation["responses"].as_object().unwrap();
                assert!(answers.keys().any(|status| status.starts_with(['2', '3'])), "{path}");
                assert!(!answers.keys().any(|status| status == "500"), "{path}");
            }
        }
        assert_eq!(operations, crate::routes().len());
    }

    #[test]
    fn what_needs_a_login_says_so() {
        let document = openapi("https://cognate.example");
        let security =
            |method: &str, path: &str| document["paths"][path][method]["security"].clone();
        assert_eq!(security("get", "/fhir/metadata"), json!([]));
        assert_eq!(security("get", "/fhir/{type}/{id}"), json!([{"token": []}, {"session": []}]));
        let read = &document["paths"]["/fhir/{type}/{id}"]["get"]["responses"]["401"]["content"];
        let schema = &read["application/fhir+json; charset=utf-8"]["schema"];
        assert_eq!(schema["$ref"], "#/components/schemas/OperationOutcome");
    }
}
