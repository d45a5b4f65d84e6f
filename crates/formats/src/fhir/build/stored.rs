//! Bundles of stored resources: their bytes go out as they were filed, digits and all.

use super::exchange::{Link, links, response};
use super::{Object, TransactionAnswer};
use serde_json::{Value, json};

/// One entry of a searchset or history.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StoredEntry {
    /// Absolute URL of the resource, without its version.
    pub full_url: Option<String>,
    /// The resource as JSON text; none for a deletion in a history.
    pub body: Option<Vec<u8>>,
    /// `match`, `include` or `outcome`; only in a searchset.
    pub mode: Option<&'static str>,
    /// Method and relative URL of the request; only in a history.
    pub request: Option<(String, String)>,
    /// Status, ETag and time of the version; only in a history.
    pub response: Option<TransactionAnswer>,
}

/// A Bundle of that type. `total` counts over all pages, if the server knows it.
pub fn bundle_of_stored(
    kind: &str,
    total: Option<u64>,
    page: &[Link],
    entries: &[StoredEntry],
) -> Vec<u8> {
    let head = Object::resource("Bundle", "")
        .with("type", kind)
        .some("total", total)
        .list("link", links(page))
        .build();
    if entries.is_empty() {
        return head.to_string().into_bytes();
    }
    let size: usize = entries.iter().map(|entry| entry.body.as_ref().map_or(0, Vec::len)).sum();
    let mut out = Vec::with_capacity(size + 256 * entries.len());
    open(&mut out, &head, "entry");
    out.push(b'[');
    for (at, entry) in entries.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write(&mut out, entry);
    }
    out.extend_from_slice(b"]}");
    out
}

fn write(out: &mut Vec<u8>, entry: &StoredEntry) {
    let around = Object::default()
        .some("fullUrl", entry.full_url.as_deref())
        .some("search", entry.mode.map(|mode| json!({"mode": mode})))
        .some(
            "request",
            entry.request.as_ref().map(|(method, url)| json!({"method": method, "url": url})),
        )
        .some("response", entry.response.as_ref().map(response))
        .build();
    match &entry.body {
        None => out.extend_from_slice(around.to_string().as_bytes()),
        Some(body) => {
            open(out, &around, "resource");
            out.extend_from_slice(body);
            out.push(b'}');
        }
    }
}

/// An object with one member more to come: everything up to that member's value.
fn open(out: &mut Vec<u8>, object: &Value, member: &str) {
    let text = object.to_string();
    let inner = text.strip_suffix('}').unwrap_or(&text);
    out.extend_from_slice(inner.as_bytes());
    if inner.len() > 1 {
        out.push(b',');
    }
    out.extend_from_slice(format!("\"{member}\":").as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_go_out_as_they_are() {
        let entry = StoredEntry {
            full_url: Some("http://x/fhir/Observation/a".into()),
            body: Some(br#"{"resourceType":"Observation","n":1.10}"#.to_vec()),
            mode: Some("match"),
            ..StoredEntry::default()
        };
        let gone = StoredEntry {
            request: Some(("DELETE".into(), "Observation/b".into())),
            ..StoredEntry::default()
        };
        let link = Link { relation: "self".into(), url: "http://x/fhir/Observation".into() };
        let bytes = bundle_of_stored("searchset", Some(2), &[link], &[entry, gone]);
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains(r#""resource":{"resourceType":"Observation","n":1.10}}"#), "{text}");
        let read: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["total"], 2);
        assert_eq!(read["entry"][0]["search"]["mode"], "match");
        assert_eq!(
            read["entry"][1],
            json!({"request": {"method": "DELETE", "url": "Observation/b"}})
        );
        let empty = bundle_of_stored("history", None, &[], &[]);
        assert_eq!(empty, br#"{"resourceType":"Bundle","type":"history"}"#);
    }
}
