//! Writing a resource with its numbers as they were read: `1.10` is not `1.1` (FHIR R4, datatype
//! `decimal`).

use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Numbers whose written form a JSON value cannot carry, by their path below the resource
/// (`component[0].valueQuantity.value`).
pub type Literals = BTreeMap<String, String>;

/// The resource as JSON. A literal whose number has been changed since, or that is not there any
/// more, is not used.
pub fn resource_text(resource: &Map<String, Value>, literals: &Literals) -> Vec<u8> {
    let mut out = String::new();
    object(resource, literals, "", &mut out);
    out.into_bytes()
}

fn object(members: &Map<String, Value>, literals: &Literals, path: &str, out: &mut String) {
    out.push('{');
    for (at, (key, held)) in members.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        self::key(key, out);
        let dot = if path.is_empty() { "" } else { "." };
        value(held, literals, &format!("{path}{dot}{key}"), out);
    }
    out.push('}');
}

/// The name of a member.
pub(super) fn key(name: &str, out: &mut String) {
    // Writing to a string cannot fail.
    let _ = write!(out, "{}:", Value::from(name));
}

/// A value at a path. Most have no literal in them, and no paths are made for those.
pub(super) fn value(held: &Value, literals: &Literals, path: &str, out: &mut String) {
    if literals.is_empty() {
        let _ = write!(out, "{held}");
        return;
    }
    match held {
        Value::Object(members) => object(members, literals, path, out),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                value(item, literals, &format!("{path}[{at}]"), out);
            }
            out.push(']');
        }
        Value::Number(number) => {
            let same = |text: &&String| serde_json::from_str(text).ok().as_ref() == Some(number);
            match literals.get(path).filter(same) {
                Some(text) => out.push_str(text),
                None => out.push_str(&number.to_string()),
            }
        }
        other => out.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_written_as_they_were_read() {
        let literals = [("a[1]", "2.50"), ("b", "1.10"), ("c", "1e2"), ("gone", "3.0")];
        let literals = literals.map(|(at, text)| (at.to_owned(), text.to_owned())).into();
        let mut read = json!({"a": [1, 2.5], "b": 1.1, "c": 1e2, "d": "\"1.10"});
        let resource = |read: &Value| read.as_object().cloned().unwrap();
        let expected = r#"{"a":[1,2.50],"b":1.10,"c":1e2,"d":"\"1.10"}"#;
        let write = |read: &Value| String::from_utf8(resource_text(&resource(read), &literals));
        assert_eq!(write(&read).unwrap(), expected);
        // A changed number is written as changed.
        read["b"] = json!(1.2);
        assert_eq!(write(&read).unwrap(), expected.replace("1.10,", "1.2,"));
    }
}
