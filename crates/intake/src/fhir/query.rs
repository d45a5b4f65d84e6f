//! From the text of a search to the record's terms (FHIR R4 §3.1.1.5).

use crate::failure::Failure;
use model::Problem;
use record::{Access, Query, Record, Stored, Term};

/// Matches that decide a condition: none, one, or several.
const MATCHES_MAX: u32 = 2;

/// One parameter of a query: `family:exact` and its comma-separated alternatives.
pub fn term(name: &str, value: &str) -> Term {
    let (parameter, modifier) = match name.split_once(':') {
        Some((parameter, modifier)) => (parameter, Some(modifier.to_owned())),
        None => (name, None),
    };
    Term { parameter: parameter.to_owned(), modifier, values: alternatives(value) }
}

/// Commas separate alternatives unless a backslash stands before them. The other escapes
/// (`\|`, `\$`, `\\`) stay, for the parameter types that give them meaning.
fn alternatives(value: &str) -> Vec<String> {
    let mut values = Vec::new();
    let mut current = String::new();
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match character {
            ',' => values.push(std::mem::take(&mut current)),
            '\\' => match characters.next() {
                Some(',') => current.push(','),
                Some(escaped) => current.extend(['\\', escaped]),
                None => current.push('\\'),
            },
            other => current.push(other),
        }
    }
    values.push(current);
    values
}

/// The one resource that a condition matches, `None` if there is none.
///
/// # Errors
/// [`Failure::Precondition`] when several match; [`Failure::Refused`] when the condition is not
/// one that can be decided: an unknown parameter would make it match too much.
pub(super) fn only_match(
    record: &Record,
    access: &Access,
    resource_type: &str,
    condition: &str,
    place: &str,
) -> Result<Option<Stored>, Failure> {
    let condition = condition.split_once('?').map_or(condition, |(_, query)| query);
    let terms: Vec<Term> = form_urlencoded::parse(condition.as_bytes())
        .map(|(name, value)| term(&name, &value))
        .collect();
    let refuse =
        |text: String| Err(Failure::Refused(vec![Problem::error("bad-condition", place, text)]));
    if terms.is_empty() {
        return refuse("the condition has no parameter".to_owned());
    }
    let query =
        Query { resource_type: resource_type.to_owned(), terms, count: MATCHES_MAX, cursor: None };
    let page = record.search(access, &query)?;
    if let Some(unknown) = page.unknown_parameters.first() {
        return refuse(format!("the condition uses `{unknown}`, which is not known"));
    }
    if page.entries.len() > 1 {
        return Err(Failure::Precondition {
            place: place.to_owned(),
            text: "several resources match the condition".to_owned(),
        });
    }
    Ok(page.entries.into_iter().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_separate_and_backslashes_keep() {
        for (value, expected) in [
            ("a", vec!["a"]),
            ("a,b", vec!["a", "b"]),
            ("a\\,b,c", vec!["a,b", "c"]),
            ("http://loinc.org|84413-4", vec!["http://loinc.org|84413-4"]),
            ("a\\|b", vec!["a\\|b"]),
            ("a\\", vec!["a\\"]),
            ("", vec![""]),
        ] {
            assert_eq!(alternatives(value), expected, "{value}");
        }
    }

    #[test]
    fn a_modifier_stands_after_the_colon() {
        let read = term("family:exact", "Example");
        assert_eq!(read.parameter, "family");
        assert_eq!(read.modifier.as_deref(), Some("exact"));
        assert_eq!(term("family", "x").modifier, None);
    }
}
