//! From the text of a query to the record's terms (FHIR R4 §3.1.1).

use super::subset::{Shape, invalid};
use crate::error::Error;
use axum::http::StatusCode;
use intake::fhir::term;
use record::limit::PAGE_ROWS_MAX;
use record::{Include, Parameter, ParameterKind, Query, Search, SortKey, Total, search_parameters};
use std::fmt::Write as _;

/// Resources on a page, if the caller names no number.
const PAGE_RESOURCES_DEFAULT: u32 = 50;
/// Name of the parameter that carries the place of the next page.
pub(crate) const CURSOR: &str = "_cursor";

/// A search as asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// What the record is asked.
    pub(crate) search: Search,
    /// Which parts of the resources are answered.
    pub(super) shape: Shape,
    /// The parameters as written, without the cursor, for the links.
    pub(crate) written: Vec<(String, String)>,
}

/// Reads the pairs of a query string or form.
pub(crate) fn read(resource_type: String, pairs: Vec<(String, String)>) -> Result<Asked, Error> {
    let query =
        Query { resource_type, terms: Vec::new(), count: PAGE_RESOURCES_DEFAULT, cursor: None };
    let search = Search { query, sort: Vec::new(), includes: Vec::new(), total: Total::IfCheap };
    let mut asked = Asked { search, shape: Shape::Whole, written: Vec::new() };
    for (name, value) in pairs {
        asked.pair(&name, &value)?;
        // The cursor has its own place in a link; formats are content negotiation.
        if !matches!(name.as_str(), CURSOR | "_format" | "_pretty") {
            asked.written.push((name, value));
        }
    }
    if asked.shape == Shape::Count {
        asked.search.query.count = 0;
    }
    if asked.shape == Shape::Text && !asked.search.includes.is_empty() {
        return Err(invalid("_summary", "`text` cannot be asked with `_include`"));
    }
    Ok(asked)
}

impl Asked {
    fn pair(&mut self, name: &str, value: &str) -> Result<(), Error> {
        match name {
            CURSOR => self.search.query.cursor = Some(value.to_owned()),
            "_count" => {
                let asked: u32 = value.parse().map_err(|_| {
                    Error::new(StatusCode::BAD_REQUEST, "value", "`_count` is not a number")
                })?;
                // A server may give fewer than were asked for (FHIR R4 §3.1.1.5.6).
                self.search.query.count = asked.min(PAGE_ROWS_MAX);
            }
            "_format" | "_pretty" => {}
            "_sort" => self.search.sort.extend(SortKey::parse(value)),
            "_total" => {
                self.search.total = match value {
                    "none" => Total::None,
                    "estimate" => Total::IfCheap,
                    "accurate" => Total::Accurate,
                    _ => return Err(invalid(name, "is not none, estimate or accurate")),
                }
            }
            "_summary" => self.cut(name, Shape::summary(value)?)?,
            "_elements" => self.cut(name, Shape::elements(value)?)?,
            _ if matches!(name.split(':').next(), Some("_include" | "_revinclude")) => {
                for one in value.split(',') {
                    self.search.includes.push(Include::parse(name, one)?);
                }
            }
            _ => self.search.query.terms.push(term(name, value)),
        }
        Ok(())
    }

    fn cut(&mut self, name: &str, shape: Shape) -> Result<(), Error> {
        if self.shape != Shape::Whole {
            return Err(invalid(name, "cannot be asked beside another `_summary` or `_elements`"));
        }
        self.shape = shape;
        Ok(())
    }
}

/// Takes our own address off what references are compared with: `[base]/Patient/1` is `Patient/1`.
pub(crate) fn make_local(query: &mut Query, base: &str) {
    let parameters = search_parameters(&query.resource_type);
    for term in &mut query.terms {
        let is_reference = |known: &Parameter| known.kind == ParameterKind::Reference;
        let known = parameters.iter().find(|known| known.name == term.parameter);
        if !known.is_some_and(is_reference) {
            continue;
        }
        for value in &mut term.values {
            if let Some(rest) = value.strip_prefix(base).and_then(|rest| rest.strip_prefix('/')) {
                *value = rest.to_owned();
            }
        }
    }
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
        assert_eq!(asked.search.query.count, 2);
        assert_eq!(asked.search.query.cursor.as_deref(), Some("x"));
        assert_eq!(asked.search.query.terms[0].parameter, "family");
        assert_eq!(asked.search.query.terms[0].modifier.as_deref(), Some("exact"));
        assert_eq!(asked.written.len(), 2);
        assert_eq!(
            link("/fhir/Patient", &asked.written, Some("y z")),
            "/fhir/Patient?family:exact=Example&_count=2&_cursor=y%20z"
        );
        let many = vec![("_count".to_owned(), (PAGE_ROWS_MAX + 1).to_string())];
        assert_eq!(read("Patient".into(), many).unwrap().search.query.count, PAGE_ROWS_MAX);
        let bad = vec![("_count".to_owned(), "many".to_owned())];
        assert!(read("Patient".into(), bad).is_err());
    }

    #[test]
    fn what_is_no_search_term_is_read_as_what_it_is() {
        let pairs = [
            ("_sort", "-birthdate,_id"),
            ("_total", "none"),
            ("_include", "Patient:organization"),
            ("_revinclude:iterate", "Provenance:target"),
            ("_elements", "name"),
        ];
        let pairs = pairs.map(|(a, b)| (a.to_owned(), b.to_owned())).to_vec();
        let asked = read("Patient".into(), pairs).unwrap();
        assert!(asked.search.query.terms.is_empty() && asked.search.total == Total::None);
        assert_eq!(asked.search.sort.len(), 2);
        assert!(asked.search.sort[0].is_descending && !asked.search.sort[1].is_descending);
        assert!(asked.search.includes[1].is_reverse && asked.search.includes[1].is_iterated);
        assert_eq!(asked.written.len(), 5);
        let counted = vec![("_summary".to_owned(), "count".to_owned())];
        assert_eq!(read("Patient".into(), counted).unwrap().search.query.count, 0);
        for pairs in [
            vec![("_total", "some")],
            vec![("_summary", "some")],
            vec![("_summary", "true"), ("_elements", "name")],
            vec![("_summary", "text"), ("_include", "Patient:organization")],
            vec![("_include", "Patient")],
            vec![("_include:exact", "Patient:organization")],
        ] {
            let owned = pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
            assert!(read("Patient".into(), owned).is_err(), "{pairs:?}");
        }
    }
}
