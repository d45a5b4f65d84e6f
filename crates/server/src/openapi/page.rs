//! The description as a page.

use serde_json::Value;
use web::view::{ApiGroup, ApiOperation, ApiView};

/// Groups in the order to show; others come after them.
const GROUPS: [&str; 6] =
    ["FHIR", "Genomics Operations", "CDS Hooks", "Authorization", "Service", "Pages"];

/// The view of a description that [`super::openapi`] has made.
pub(super) fn view(document: &Value) -> ApiView {
    let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str);
    let mut groups: Vec<ApiGroup> = GROUPS
        .iter()
        .map(|name| ApiGroup { name: (*name).to_owned(), operations: Vec::new() })
        .collect();
    let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    for (path, item) in paths {
        for (method, one) in item.as_object().into_iter().flatten() {
            let tag = one.pointer("/tags/0").and_then(Value::as_str).unwrap_or_default();
            let operation = operation(method, path, one);
            match groups.iter_mut().find(|group| group.name == tag) {
                Some(group) => group.operations.push(operation),
                None => groups.push(ApiGroup { name: tag.to_owned(), operations: vec![operation] }),
            }
        }
    }
    groups.retain(|group| !group.operations.is_empty());
    ApiView {
        version: text("/info/version").unwrap_or_default().to_owned(),
        base_url: text("/servers/0/url").unwrap_or_default().to_owned(),
        groups,
    }
}

fn operation(method: &str, path: &str, one: &Value) -> ApiOperation {
    let text = |name: &str| one.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let parameters = one.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let of = |parameter: &Value, name: &str| {
        parameter.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let is_required = |parameter: &Value| parameter.get("required") == Some(&Value::Bool(true));
    let takes = one.pointer("/requestBody/content").and_then(Value::as_object);
    let answers = one.get("responses").and_then(Value::as_object).into_iter().flatten();
    ApiOperation {
        id: text("operationId"),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text("summary"),
        caller: caller(one).to_owned(),
        parameters: parameters
            .map(|one| (of(one, "name"), of(one, "in"), is_required(one)))
            .collect(),
        takes: takes.into_iter().flatten().map(|(media, _)| media.clone()).collect(),
        answers: answers
            .map(|(status, answer)| (status.clone(), of(answer, "description")))
            .collect(),
    }
}

fn caller(one: &Value) -> &'static str {
    let schemes = one.get("security").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let has = |name: &str| schemes.iter().any(|scheme| scheme.get(name).is_some());
    match (has("token"), has("session")) {
        (true, true) => "systems with a token, people who are logged in",
        (true, false) => "systems with a token",
        (false, true) => "people who are logged in",
        (false, false) => "anybody",
    }
}
