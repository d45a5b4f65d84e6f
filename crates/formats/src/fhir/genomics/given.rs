//! What a `Parameters` resource gives for an operation.

use super::super::access;
use genomics::asked::Given;
use model::Problem;
use serde_json::Value;

/// Parameters of one request.
const PARAMETERS_MAX: usize = 1_000;

/// The parameters by name, in order. Texts come as string, code, uri, id, token-like Coding or
/// Identifier; the subject may be a Reference.
///
/// # Errors
/// Each parameter that cannot be read, by its place.
pub fn given(resource: &Value) -> Result<Vec<(String, Given)>, Vec<Problem>> {
    if access::resource_type(resource) != Some("Parameters") {
        let text = "the body is not a Parameters resource";
        return Err(vec![Problem::error("type-mismatch", "resourceType", text)]);
    }
    let parameters = access::all(resource, "parameter");
    if parameters.len() > PARAMETERS_MAX {
        let text = format!("there are more than {PARAMETERS_MAX} parameters");
        return Err(vec![Problem::error("too-long", "Parameters.parameter", text)]);
    }
    let (mut read, mut problems) = (Vec::new(), Vec::new());
    for (at, parameter) in parameters.into_iter().enumerate() {
        let name = parameter.get("name").and_then(Value::as_str);
        match (name, access::choice(parameter, "value").and_then(value)) {
            (Some(name), Some(value)) => read.push((name.to_owned(), value)),
            (name, _) => {
                let place = format!("Parameters.parameter[{at}]");
                let text = match name {
                    None => "has no name".to_owned(),
                    Some(name) => format!("`{name}` has no value of a type that is read here"),
                };
                problems.push(Problem::error("bad-value", place, text));
            }
        }
    }
    if problems.is_empty() { Ok(read) } else { Err(problems) }
}

fn value((kind, value): (&str, &Value)) -> Option<Given> {
    let text = |name: &str| access::text(value, name).map(str::to_owned);
    let token = |system: Option<String>, code: Option<String>| {
        let code = code?;
        Some(Given::Text(system.map_or_else(|| code.clone(), |system| format!("{system}|{code}"))))
    };
    match kind {
        "String" | "Code" | "Uri" | "Id" | "Date" | "DateTime" => {
            value.as_str().map(|text| Given::Text(text.to_owned()))
        }
        "Boolean" => value.as_bool().map(Given::Flag),
        "Period" => Some(Given::Period { start: text("start"), end: text("end") }),
        "Reference" => text("reference").map(Given::Text),
        "Coding" => token(text("system"), text("code")),
        "Identifier" => token(text("system"), text("value")),
        _ => None,
    }
}
