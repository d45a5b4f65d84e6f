//! Small typed accessors on resources. They give `Option` and never fail on odd shapes.
//!
//! A path is a list of element names with dots, `name.given`; arrays on the way are walked
//! through, and the accessors for one value take the first.

use model::code::CodeableConcept;
use model::patient::Identifier;
use model::{Coding, PartialDate, Timestamp};
use serde_json::{Map, Value};

/// Prefix of the identifier systems that stand for a namespace of HL7 v2 (CX.4, EI.2).
///
/// HL7 v2 names the authority `COGNATE-DEMO`, FHIR wants a URI: both mean the same authority when
/// the FHIR side writes `urn:cognate:authority:COGNATE-DEMO`.
pub const AUTHORITY_PREFIX: &str = "urn:cognate:authority:";

/// The identifier system for an assigning authority: URIs as they are, namespaces prefixed.
pub fn authority_to_system(authority: &str) -> String {
    if is_uri(authority) { authority.to_owned() } else { format!("{AUTHORITY_PREFIX}{authority}") }
}

/// The assigning authority for an identifier system; the inverse of [`authority_to_system`].
pub fn system_to_authority(system: &str) -> &str {
    match system.strip_prefix(AUTHORITY_PREFIX) {
        Some(namespace) if !namespace.is_empty() && !is_uri(namespace) => namespace,
        _ => system,
    }
}

fn is_uri(text: &str) -> bool {
    let scheme = text.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|s| !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Members of an object up to which looking at each is faster than hashing a name.
const MEMBERS_MAX: usize = 16;

/// A member of an object; resources have few, and are asked for many.
pub fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    member_of(value.as_object()?, name)
}

/// The same, of what is known to be an object.
pub(super) fn member_of<'v>(members: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    if members.len() > MEMBERS_MAX {
        return members.get(name);
    }
    members.iter().find(|(known, _)| known.as_str() == name).map(|(_, held)| held)
}

/// Goes through the values at the path until one gives an answer.
fn find<'v, T>(
    value: &'v Value,
    path: &str,
    look: &mut impl FnMut(&'v Value) -> Option<T>,
) -> Option<T> {
    let (name, rest) = match path.split_once('.') {
        Some((name, rest)) => (name, Some(rest)),
        None => (path, None),
    };
    let mut step = |value| match rest {
        None => look(value),
        Some(rest) => find(value, rest, look),
    };
    match member(value, name)? {
        Value::Array(items) => items.iter().find_map(step),
        other => step(other),
    }
}

/// Every value at the path.
pub fn all<'v>(value: &'v Value, path: &str) -> Vec<&'v Value> {
    let mut found = Vec::new();
    let none: Option<()> = find(value, path, &mut |value| {
        found.push(value);
        None
    });
    debug_assert!(none.is_none());
    found
}

/// The first value at the path.
pub fn first<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    find(value, path, &mut Some)
}

/// The first string at the path that is not blank.
pub fn text<'v>(value: &'v Value, path: &str) -> Option<&'v str> {
    find(value, path, &mut |value| value.as_str().filter(|text| !text.trim().is_empty()))
}

/// Every string at the path.
pub fn texts<'v>(value: &'v Value, path: &str) -> Vec<&'v str> {
    all(value, path).into_iter().filter_map(Value::as_str).collect()
}

/// The resource's type.
pub fn resource_type(resource: &Value) -> Option<&str> {
    member(resource, "resourceType")?.as_str()
}

/// The resource's logical id.
pub fn id(resource: &Value) -> Option<&str> {
    member(resource, "id")?.as_str()
}

/// A `Coding`; `None` without a code. A coding without a system keeps an empty system.
pub fn coding(value: &Value) -> Option<Coding> {
    Some(Coding {
        system: text(value, "system").unwrap_or_default().to_owned(),
        code: text(value, "code")?.to_owned(),
        display: text(value, "display").map(str::to_owned),
    })
}

/// Every coding at the path, which ends at `Coding` elements.
pub fn codings(value: &Value, path: &str) -> Vec<Coding> {
    all(value, path).into_iter().filter_map(coding).collect()
}

/// A `CodeableConcept`; `None` if it has neither a code nor words. The display of a coding that
/// has no code becomes the text, if there is no other.
pub fn codeable_concept(value: &Value) -> Option<CodeableConcept> {
    let coding = codings(value, "coding");
    let bare = || {
        let codeless = all(value, "coding").into_iter().find(|c| text(c, "code").is_none());
        codeless.and_then(|c| text(c, "display"))
    };
    let words = text(value, "text").or_else(bare).map(str::to_owned);
    (!coding.is_empty() || words.is_some()).then_some(CodeableConcept { coding, text: words })
}

/// The first `CodeableConcept` at the path.
pub fn concept(value: &Value, path: &str) -> Option<CodeableConcept> {
    find(value, path, &mut codeable_concept)
}

/// Every `CodeableConcept` at the path.
pub fn concepts(value: &Value, path: &str) -> Vec<CodeableConcept> {
    all(value, path).into_iter().filter_map(codeable_concept).collect()
}

/// An `Identifier` with its authority; `None` without a value. One without a system has an empty
/// authority, and it is for the caller to say what that means. Blanks in the value are left out.
pub fn identifier(value: &Value) -> Option<Identifier> {
    let authority = text(value, "system").map(system_to_authority).unwrap_or_default();
    let number: String = text(value, "value")?.split_whitespace().collect();
    Some(Identifier { authority: authority.to_owned(), value: number })
}

/// The literal reference of a `Reference`: `Patient/1`, `urn:uuid:…`, `#part`.
pub fn reference_of(value: &Value) -> Option<&str> {
    text(value, "reference")
}

/// Type and id of a literal reference: `Patient/1`, `…/fhir/Patient/1/_history/2`.
pub fn type_and_id(reference: &str) -> Option<(&str, &str)> {
    let unversioned = reference.split("/_history/").next()?;
    let mut parts = unversioned.rsplit('/');
    let (id, kind) = (parts.next()?, parts.next()?);
    (super::check::is_resource_type(kind) && model::id::is_fhir_id(id)).then_some((kind, id))
}

/// The contained resource that a `#part` reference names.
pub fn contained<'v>(resource: &'v Value, reference: &str) -> Option<&'v Value> {
    let wanted = reference.strip_prefix('#')?;
    all(resource, "contained").into_iter().find(|part| id(part) == Some(wanted))
}

/// The first date at the path, to the precision given; a time is left out.
pub fn date(value: &Value, path: &str) -> Option<PartialDate> {
    text(value, path).and_then(PartialDate::parse)
}

/// The first instant at the path. A date without a time, or a time without an offset, is none.
pub fn instant(value: &Value, path: &str) -> Option<Timestamp> {
    text(value, path).and_then(Timestamp::parse)
}

/// The choice element: `value_of(o, "value")` gives `("CodeableConcept", …)`.
pub fn choice<'v>(value: &'v Value, name: &str) -> Option<(&'v str, &'v Value)> {
    value.as_object()?.iter().find_map(|(key, held)| {
        let kind = key.strip_prefix(name)?;
        kind.starts_with(|c: char| c.is_ascii_uppercase()).then_some((kind, held))
    })
}

/// The subject of a resource (`subject` or `patient`), as its literal reference.
pub fn subject_of(resource: &Value) -> Option<&str> {
    let at = |name: &str| member(resource, name).and_then(reference_of);
    at("subject").or_else(|| at("patient"))
}

/// Extensions of an element with this URL.
pub fn extensions<'v>(value: &'v Value, url: &str) -> Vec<&'v Value> {
    all(value, "extension").into_iter().filter(|e| text(e, "url") == Some(url)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn authorities_and_systems_are_inverse() {
        for (authority, system) in [
            ("COGNATE-DEMO", "urn:cognate:authority:COGNATE-DEMO"),
            ("urn:oid:2.999.1", "urn:oid:2.999.1"),
            ("http://example.org/mrn", "http://example.org/mrn"),
        ] {
            assert_eq!(authority_to_system(authority), system);
            assert_eq!(system_to_authority(system), authority);
        }
    }

    #[test]
    fn paths_walk_through_arrays() {
        let patient = json!({"name": [{"given": ["A", " "]}, {"given": ["B"], "family": 3}]});
        assert_eq!(texts(&patient, "name.given"), ["A", " ", "B"]);
        assert_eq!(text(&patient, "name.family"), None);
        assert_eq!(text(&json!("x"), "name"), None);
    }

    #[test]
    fn concepts_keep_every_code_and_the_words() {
        let value =
            json!({"coding": [{"code": "1"}, {"system": "s", "code": "2", "display": "d"}]});
        let concept = codeable_concept(&value).unwrap();
        assert_eq!(concept.code_of("s"), Some("2"));
        assert_eq!(concept.words(), Some("d"));
        let bare = codeable_concept(&json!({"coding": [{"display": "words"}]})).unwrap();
        assert_eq!(bare.words(), Some("words"));
        assert_eq!(codeable_concept(&json!({"coding": []})), None);
    }

    #[test]
    fn references_give_type_and_id() {
        for (reference, expected) in [
            ("Patient/1", Some(("Patient", "1"))),
            ("http://a.example/fhir/Patient/1/_history/2", Some(("Patient", "1"))),
            ("urn:uuid:37414d6e-555d-5412-9a3c-ce0d571a961c", None),
            ("#p", None),
            ("Nonsense/1", None),
            ("Patient/a b", None),
        ] {
            assert_eq!(type_and_id(reference), expected, "{reference}");
        }
    }

    #[test]
    fn choices_are_found_by_their_stem() {
        let value = json!({"valueSet": "no", "valueString": "x"});
        assert_eq!(choice(&value, "value").map(|(kind, _)| kind), Some("Set"));
        assert_eq!(choice(&json!({"value": 1}), "value"), None);
    }
}
