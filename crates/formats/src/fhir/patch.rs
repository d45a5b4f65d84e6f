//! JSON Patch on a resource (RFC 6902; FHIR R4, RESTful API, "patch").
//!
//! Numbers travel through the patch as they are written, so that a decimal that the patch does not
//! touch keeps its digits wherever its element moves.

use super::json::{Document, Literals, read, read_message_document};
use model::Problem;
use serde_json::{Number, Value};

/// Bytes of one patch.
pub const PATCH_BYTES_MAX: usize = 1024 * 1024;
/// Operations of one patch.
pub const OPERATIONS_MAX: usize = 1_000;
/// Bytes of one resource that is patched.
const RESOURCE_BYTES_MAX: usize = super::json::RESOURCE_BYTES_MAX;

/// Before a number's digits while it is a string; no FHIR string may hold this character.
const MARK: char = '\u{1}';

/// Applies a patch, whole or not at all.
///
/// # Errors
/// One problem whose place is the operation, `patch[2]`, or the body, where it is no JSON Patch or
/// an operation does not hold.
pub fn apply(stored: &[u8], patch: &[u8]) -> Result<Document, Problem> {
    let Document { mut value, literals } = read(stored, RESOURCE_BYTES_MAX)?;
    mark(&mut value, &literals, "");
    let operations = operations(patch)?;
    json_patch::patch(&mut value, &operations).map_err(|error| {
        let place = format!("patch[{}]", error.operation);
        Problem::error("bad-patch", place, format!("{} at `{}`", error.kind, error.path))
    })?;
    let mut literals = Literals::new();
    unmark(&mut value, "", &mut literals);
    Ok(Document { value, literals })
}

fn operations(patch: &[u8]) -> Result<json_patch::Patch, Problem> {
    // The reader takes objects only, and a patch is a list.
    let body = [br#"{"patch":"#, patch, b"}"].concat();
    let Document { mut value, literals } = read_message_document(&body, PATCH_BYTES_MAX)?;
    mark(&mut value, &literals, "");
    let list = value.get_mut("patch").map(Value::take).unwrap_or_default();
    let Some(items) = list.as_array() else {
        return Err(Problem::error("bad-patch", "body", "a JSON Patch is a list of operations"));
    };
    if items.len() > OPERATIONS_MAX {
        let text = format!("more than {OPERATIONS_MAX} operations");
        return Err(Problem::error("bad-patch", "body", text));
    }
    let mut operations = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        operations.push(serde_json::from_value(item.clone()).map_err(|error| {
            Problem::error("bad-patch", format!("patch[{at}]"), error.to_string())
        })?);
    }
    Ok(json_patch::Patch(operations))
}

/// Makes strings of the numbers that have a written form of their own.
fn mark(value: &mut Value, literals: &Literals, path: &str) {
    if literals.is_empty() {
        return;
    }
    match value {
        Value::Object(members) => {
            let dot = if path.is_empty() { "" } else { "." };
            for (key, held) in members {
                mark(held, literals, &format!("{path}{dot}{key}"));
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter_mut().enumerate() {
                mark(item, literals, &format!("{path}[{at}]"));
            }
        }
        Value::Number(_) => {
            if let Some(text) = literals.get(path) {
                *value = Value::String(format!("{MARK}{text}"));
            }
        }
        _ => {}
    }
}

/// Makes numbers of them again and lists how they are written.
fn unmark(value: &mut Value, path: &str, literals: &mut Literals) {
    match value {
        Value::Object(members) => {
            let dot = if path.is_empty() { "" } else { "." };
            for (key, held) in members {
                unmark(held, &format!("{path}{dot}{key}"), literals);
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter_mut().enumerate() {
                unmark(item, &format!("{path}[{at}]"), literals);
            }
        }
        Value::String(text) => {
            let Some(digits) = text.strip_prefix(MARK) else { return };
            if let Ok(number) = serde_json::from_str::<Number>(digits) {
                literals.insert(path.to_owned(), digits.to_owned());
                *value = Value::Number(number);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const STORED: &str = r#"{"resourceType":"Observation","status":"final",
        "component":[{"valueQuantity":{"value":1.10}},{"valueQuantity":{"value":2.50}}]}"#;

    fn patched(patch: &Value) -> Result<Document, (String, String)> {
        apply(STORED.as_bytes(), patch.to_string().as_bytes())
            .map_err(|problem| (problem.code, problem.place))
    }

    #[test]
    fn decimals_keep_their_digits_wherever_they_move() {
        let patch = r#"[{"op":"test","path":"/status","value":"final"},
            {"op":"remove","path":"/component/0"},
            {"op":"add","path":"/valueQuantity","value":{"value":7.00}},
            {"op":"replace","path":"/status","value":"amended"}]"#;
        let done = apply(STORED.as_bytes(), patch.as_bytes()).unwrap();
        assert_eq!(done.value["status"], "amended");
        assert_eq!(done.value["component"], json!([{"valueQuantity": {"value": 2.5}}]));
        let literals: Vec<(&str, &str)> =
            done.literals.iter().map(|(at, text)| (&**at, &**text)).collect();
        let expected =
            [("component[0].valueQuantity.value", "2.50"), ("valueQuantity.value", "7.00")];
        assert_eq!(literals, expected);
    }

    #[test]
    fn what_does_not_hold_is_named_by_its_operation() {
        for (patch, place) in [
            (json!([{"op": "test", "path": "/status", "value": "amended"}]), "patch[0]"),
            (
                json!([{"op": "remove", "path": "/status"}, {"op": "remove", "path": "/status"}]),
                "patch[1]",
            ),
            (json!([{"op": "replace", "path": "/nothing/here", "value": 1}]), "patch[0]"),
            (json!([{"op": "sing", "path": "/status"}]), "patch[0]"),
            (json!([{"op": "add", "path": "status", "value": 1}]), "patch[0]"),
            (json!({"op": "remove", "path": "/status"}), "body"),
        ] {
            assert_eq!(patched(&patch), Err(("bad-patch".into(), place.into())), "{patch}");
        }
        let double = br#"[{"op":"remove","op":"add","path":"/status"}]"#;
        assert_eq!(apply(STORED.as_bytes(), double).unwrap_err().code, "duplicate-key");
    }

    proptest::proptest! {
        #[test]
        fn no_patch_breaks_anything(patch in "[\\[\\]{}\":,a-z/0-9~.-]{0,60}") {
            let _ = apply(STORED.as_bytes(), patch.as_bytes());
        }
    }
}
