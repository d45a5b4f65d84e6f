//! Writing a resource with its numbers as they were read: `1.10` is not `1.1` (FHIR R4, datatype
//! `decimal`).

use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Numbers whose written form a JSON value cannot carry, by their path below the resource
/// (`component[0].valueQuantity.value`).
pub type Literals = BTreeMap<String, String>;

/// The resource as JSON. A literal whose number has been changed since, or that is not there any
/// more, is not used.
pub fn resource_text(resource: &Map<String, Value>, literals: &Literals) -> Vec<u8> {
    let mut out = Vec::new();
    object(resource, literals, "", &mut out);
    out
}

fn object(members: &Map<String, Value>, literals: &Literals, path: &str, out: &mut Vec<u8>) {
    out.push(b'{');
    for (at, (key, held)) in members.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        self::key(key, out);
        let dot = if path.is_empty() { "" } else { "." };
        value(held, literals, &format!("{path}{dot}{key}"), out);
    }
    out.push(b'}');
}

/// The name of a member.
pub(super) fn key(name: &str, out: &mut Vec<u8>) {
    json(name, out);
    out.push(b':');
}

/// A name or a value as JSON. Neither fails, and nor does writing to memory.
fn json<T: Serialize + ?Sized>(held: &T, out: &mut Vec<u8>) {
    let _ = serde_json::to_writer(out, held);
}

/// A value at a path. Most have no literal in them, and no paths are made for those.
pub(super) fn value(held: &Value, literals: &Literals, path: &str, out: &mut Vec<u8>) {
    if literals.is_empty() {
        return json(held, out);
    }
    match held {
        Value::Object(members) => object(members, literals, path, out),
        Value::Array(items) => {
            out.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                value(item, literals, &format!("{path}[{at}]"), out);
            }
            out.push(b']');
        }
        Value::Number(number) => {
            let same = |text: &&String| serde_json::from_str(text).ok().as_ref() == Some(number);
            match literals.get(path).filter(same) {
                Some(text) => out.extend_from_slice(text.as_bytes()),
                None => json(number, out),
            }
        }
        other => json(other, out),
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
