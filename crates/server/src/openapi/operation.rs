//! One operation of the document.

use super::table::{Answer, Body, Caller, Row};
use crate::error::FHIR_JSON;
use ::genomics::asked::operation as question;
use serde_json::{Map, Value, json};

/// Media types of tables, Parquet where it is built in.
const TABLES: [&str; 4] =
    ["text/csv", "application/x-ndjson", "application/json", "application/vnd.apache.parquet"];

/// The operation of a row.
pub(super) fn operation(row: &Row) -> Value {
    let mut parameters: Vec<Value> = row.path.split('/').filter_map(in_path).collect();
    parameters.extend(row.query.iter().map(|name| in_query(name, false)));
    parameters.extend(asked(row));
    if row.path.ends_with("$export") {
        let schema = json!({"type": "string", "const": "respond-async"});
        parameters.push(json!({
            "name": "Prefer", "in": "header", "required": true, "schema": schema
        }));
    }
    let mut operation = json!({
        "operationId": id(row),
        "summary": row.summary,
        "tags": [tag(row.path)],
        "security": security(row.caller),
        "parameters": parameters,
        "responses": responses(row),
    });
    if let (Some(body), Some(object)) = (body(row.body), operation.as_object_mut()) {
        object.insert("requestBody".to_owned(), body);
    }
    operation
}

/// `get-fhir-type-id`
fn id(row: &Row) -> String {
    let mut id = row.method.to_lowercase();
    for part in row.path.split('/').filter(|part| !part.is_empty()) {
        id.push('-');
        id.extend(part.chars().filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)));
    }
    if row.path.len() > 1 && row.path.ends_with('/') {
        id.push_str("-slash");
    }
    id
}

fn tag(path: &str) -> &'static str {
    match path.split('/').nth(1).unwrap_or_default() {
        "fhir" if path.contains("$find-") => "Genomics Operations",
        "fhir" => "FHIR",
        "cds-services" => "CDS Hooks",
        "auth" | ".well-known" => "Authorization",
        "subject-operations" | "population-operations" => "Genomics Operations",
        "healthz" | "readyz" | "version" | "openapi.json" | "api" => "Service",
        _ => "Pages",
    }
}

fn security(caller: Caller) -> Value {
    match caller {
        Caller::Anybody => json!([]),
        Caller::Interface => json!([{"token": []}, {"session": []}]),
        Caller::Page => json!([{"session": []}]),
    }
}

fn in_path(part: &str) -> Option<Value> {
    let name = part.strip_prefix('{')?.strip_suffix('}')?;
    let schema = match name {
        "type" => json!({"$ref": "#/components/schemas/Type"}),
        "id" | "job" => json!({"$ref": "#/components/schemas/Id"}),
        "version" => json!({"type": "integer", "minimum": 1}),
        _ => json!({"type": "string", "pattern": "^[A-Za-z0-9$._-]{1,100}$"}),
    };
    Some(json!({"name": name, "in": "path", "required": true, "schema": schema}))
}

fn in_query(name: &str, is_required: bool) -> Value {
    let schema = match name {
        "_count" | "eventsSinceNumber" | "eventsUntilNumber" => {
            json!({"type": "integer", "minimum": 0})
        }
        "_since" | "_until" => json!({"type": "string", "format": "date-time"}),
        "_summary" => json!({"enum": ["true", "false", "count", "data", "text"]}),
        "_total" => json!({"enum": ["none", "estimate", "accurate"]}),
        "content" => json!({"enum": ["empty", "id-only", "full-resource"]}),
        "header" => json!({"type": "boolean"}),
        _ => json!({"type": "string"}),
    };
    json!({"name": name, "in": "query", "required": is_required, "schema": schema})
}

/// The parameters of a Genomics Operation, from its own table.
fn asked(row: &Row) -> Vec<Value> {
    let name = row.path.rsplit_once('$').map(|(_, name)| name);
    match name.and_then(question) {
        Some(question) if row.method == "GET" => {
            let parameters = question.parameters.iter();
            parameters.map(|one| in_query(one.name, one.is_required)).collect()
        }
        _ => Vec::new(),
    }
}

fn body(body: Body) -> Option<Value> {
    const FHIR: &str = "application/fhir+json";
    let (media_type, schema, is_required) = match body {
        Body::None => return None,
        Body::Resource => (FHIR, component("Resource"), true),
        Body::Bundle => (FHIR, component("Bundle"), true),
        Body::Parameters => (FHIR, component("Parameters"), true),
        Body::MaybeParameters => (FHIR, component("Parameters"), false),
        Body::Patch => (intake::fhir::JSON_PATCH, component("Patch"), true),
        Body::Lines => ("application/fhir+ndjson", json!({"type": "string"}), true),
        Body::Delivery => (intake::receive::HL7_V2, json!({"type": "string"}), true),
        Body::Hooks => ("application/json", json!({"type": "object"}), true),
        Body::Search => {
            let values = json!({"type": "string"});
            (FORM, json!({"type": "object", "additionalProperties": values}), true)
        }
        Body::Form(fields) | Body::Upload(fields) => {
            let fields: Map<String, Value> =
                fields.iter().map(|name| ((*name).to_owned(), json!({"type": "string"}))).collect();
            let is_upload = matches!(body, Body::Upload(_));
            let media_type = if is_upload { "multipart/form-data" } else { FORM };
            (media_type, json!({"type": "object", "properties": fields}), true)
        }
    };
    Some(json!({"required": is_required, "content": {media_type: {"schema": schema}}}))
}

/// Media type of forms.
const FORM: &str = "application/x-www-form-urlencoded";

fn component(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn responses(row: &Row) -> Value {
    let mut responses = Map::new();
    for (status, answer) in row.answers {
        responses.insert(status.to_string(), answer_of(*status, *answer));
    }
    for status in row.refusals {
        let answer = match row.caller {
            _ if row.path.starts_with("/fhir") => Answer::Fhir("OperationOutcome"),
            // Scripts that send JSON are told in JSON.
            _ if matches!(row.body, Body::Hooks) => Answer::Fhir("OperationOutcome"),
            Caller::Interface => Answer::Fhir("OperationOutcome"),
            Caller::Page | Caller::Anybody => Answer::Page,
        };
        responses.insert(status.to_string(), answer_of(*status, answer));
    }
    Value::Object(responses)
}

fn answer_of(status: u16, answer: Answer) -> Value {
    let words = axum::http::StatusCode::from_u16(status).ok();
    let words = words.and_then(|status| status.canonical_reason()).unwrap_or("Answer");
    let of = |media_type: &str, schema: Value| json!({media_type: {"schema": schema}});
    let content = match answer {
        Answer::Nothing => return json!({"description": words}),
        Answer::Fhir(name) => of(FHIR_JSON, component(name)),
        Answer::Json => of("application/json", json!({"type": "object"})),
        Answer::Page => of("text/html; charset=utf-8", json!({"type": "string"})),
        Answer::Of(media_type) => of(media_type, json!({})),
        Answer::Table => {
            let types = TABLES.iter().map(|name| ((*name).to_owned(), json!({"schema": {}})));
            Value::Object(types.collect())
        }
    };
    json!({"description": words, "content": content})
}
