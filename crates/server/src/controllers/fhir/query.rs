//! From the text of a query to the record's terms (FHIR R4 §3.1.1).

use crate::error::Error;
use axum::http::StatusCode;
use intake::fhir::term;
use record::Query;
use record::limit::PAGE_ROWS_MAX;
use std::fmt::Write as _;

/// Resources on a page, if the caller names no number.
const PAGE_RESOURCES_DEFAULT: u32 = 50;
/// Name of the parameter that carries the place of the next page.
pub(crate) const CURSOR: &str = "_cursor";

/// A search as asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// What the record is asked.
    pub(crate) query: Query,
    /// The parameters as written, without the cursor, for the links.
    pub(crate) written: Vec<(String, String)>,
}

/// Reads the pairs of a query string or form.
pub(crate) fn read(resource_type: String, pairs: Vec<(String, String)>) -> Result<Asked, Error> {
    let mut query =
        Query { resource_type, terms: Vec::new(), count: PAGE_RESOURCES_DEFAULT, cursor: None };
    let mut written = Vec::new();
    for (name, value) in pairs {
        match name.as_str() {
            CURSOR => query.cursor = Some(value),
            "_count" => {
                let asked: u32 = value.parse().map_err(|_| {
                    Error::new(StatusCode::BAD_REQUEST, "value", "`_count` is not a number")
                })?;
                // A server may give fewer than were asked for (FHIR R4 §3.1.1.5.6).
                query.count = asked.min(PAGE_ROWS_MAX);
                written.push((name, value));
            }
            // Content negotiation, not a search: there is only JSON.
            "_format" | "_pretty" => {}
            _ => {
                query.terms.push(term(&name, &value));
                written.push((name, value));
            }
        }
    }
    Ok(Asked { query, written })
}

/// A link of a page of something else than a search.
pub(crate) fn escaped_link(base: &str, pairs: &[(String, String)], cursor: Option<&str>) -> String {
    link(base, pairs, cursor)
}

/// A link with these parameters, escaped so that it can be asked again as it stands.
pub(crate) fn link(base: &str, pairs: &[(String, String)], cursor: Option<&str>) -> String {
    let mut text = String::from(base);
    let cursor = cursor.map(|place| (CURSOR.to_owned(), place.to_owned()));
    let mut separator = '?';
    for (name, value) in pairs.iter().chain(&cursor) {
        text.push(separator);
        separator = '&';
        escape(&mut text, name);
        text.push('=');
        escape(&mut text, value);
    }
    text
}

fn escape(text: &mut String, part: &str) {
    for byte in part.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' => {
                text.push(char::from(byte));
            }
            other => {
                // Writing to a string cannot fail.
                let _ = write!(text, "%{other:02X}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modifiers_and_counts_are_read() {
        let pairs =
            [("family:exact", "Example"), ("_count", "2"), ("_cursor", "x"), ("_format", "json")];
        let pairs = pairs.map(|(a, b)| (a.to_owned(), b.to_owned())).to_vec();
        let asked = read("Patient".into(), pairs).unwrap();
        assert_eq!(asked.query.count, 2);
        assert_eq!(asked.query.cursor.as_deref(), Some("x"));
        assert_eq!(asked.query.terms[0].parameter, "family");
        assert_eq!(asked.query.terms[0].modifier.as_deref(), Some("exact"));
        assert_eq!(asked.written.len(), 2);
        assert_eq!(
            link("/fhir/Patient", &asked.written, Some("y z")),
            "/fhir/Patient?family:exact=Example&_count=2&_cursor=y%20z"
        );
        let many = vec![("_count".to_owned(), (PAGE_ROWS_MAX + 1).to_string())];
        assert_eq!(read("Patient".into(), many).unwrap().query.count, PAGE_ROWS_MAX);
        let bad = vec![("_count".to_owned(), "many".to_owned())];
        assert!(read("Patient".into(), bad).is_err());
    }
}
