//! Parts of resources: `_summary` and `_elements` (FHIR R4 §3.1.1.5.8 and §3.1.1.5.9).

use crate::error::Error;
use formats::fhir::json;
use model::Problem;
use record::resource_text;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::LazyLock;

const TABLE: &str = include_str!("summary.tsv");

/// Which parts of the resources are answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Shape {
    /// Whole resources.
    #[default]
    Whole,
    /// Elements that the definitions mark as a summary.
    Summary,
    /// Narrative and what is mandatory.
    Text,
    /// All but the narrative.
    Data,
    /// No resources, only their number.
    Count,
    /// These elements and what is mandatory: a type, if one was named, and the element's name.
    Elements(Vec<(Option<String>, String)>),
}

/// What the definitions say of the elements inside one.
#[derive(Default)]
struct Inside {
    elements: Vec<Element>,
}

struct Element {
    name: &'static str,
    is_choice: bool,
    is_summary: bool,
    is_mandatory: bool,
}

/// Elements by the path of the one that they are in.
static ELEMENTS: LazyLock<BTreeMap<&'static str, Inside>> = LazyLock::new(|| {
    let mut all: BTreeMap<&'static str, Inside> = BTreeMap::new();
    let rows = TABLE.lines().filter(|line| !line.starts_with('#'));
    for (path, flags) in rows.filter_map(|line| line.split_once('\t')) {
        let Some((parent, name)) = path.rsplit_once('.') else { continue };
        let element = Element {
            name: name.trim_end_matches("[x]"),
            is_choice: name.ends_with("[x]"),
            is_summary: flags.contains('s'),
            is_mandatory: flags.contains('m'),
        };
        all.entry(parent).or_default().elements.push(element);
    }
    all
});

impl Element {
    /// Whether a member of a JSON object is this element; `_name` holds what is said beside it.
    fn is(&self, member: &str) -> bool {
        let member = member.strip_prefix('_').unwrap_or(member);
        match member.strip_prefix(self.name) {
            Some("") => true,
            Some(rest) => self.is_choice && rest.starts_with(|c: char| c.is_ascii_uppercase()),
            None => false,
        }
    }
}

fn find(path: &str, member: &str) -> Option<&'static Element> {
    ELEMENTS.get(path)?.elements.iter().find(|element| element.is(member))
}

impl Shape {
    /// Reads `_summary`.
    pub(super) fn summary(value: &str) -> Result<Self, Error> {
        match value {
            "true" => Ok(Self::Summary),
            "text" => Ok(Self::Text),
            "data" => Ok(Self::Data),
            "count" => Ok(Self::Count),
            "false" => Ok(Self::Whole),
            _ => Err(invalid("_summary", "is not true, text, data, count or false")),
        }
    }

    /// Reads `_elements`.
    pub(super) fn elements(value: &str) -> Result<Self, Error> {
        let refuse = || invalid("_elements", "is not a list of elements at the top of a resource");
        let one = |text: &str| {
            let (resource_type, name) = match text.split_once('.') {
                Some((resource_type, name)) => (Some(resource_type.to_owned()), name),
                None => (None, text),
            };
            let is_type = |t: &String| t.starts_with(|c: char| c.is_ascii_uppercase());
            let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric());
            if is_name && resource_type.as_ref().is_none_or(is_type) {
                return Ok((resource_type, name.to_owned()));
            }
            Err(refuse())
        };
        value.split(',').map(|text| one(text.trim())).collect::<Result<_, _>>().map(Self::Elements)
    }

    /// The part of a stored resource as JSON text; numbers stay as they were written.
    pub(super) fn of_bytes(&self, body: &[u8], is_match: bool) -> Result<Vec<u8>, Error> {
        if *self == Self::Whole {
            return Ok(body.to_vec());
        }
        let document = json::read(body, json::RESOURCE_BYTES_MAX)
            .map_err(|problem| Error::internal(format!("a stored resource: {problem}")))?;
        match self.of(document.value, is_match) {
            Value::Object(resource) => Ok(resource_text(&resource, &document.literals)),
            _ => Err(Error::internal("a stored resource is no object")),
        }
    }

    /// The part of a resource, marked as one. What was taken along is only cut where its type was
    /// named.
    pub(super) fn of(&self, resource: Value, is_match: bool) -> Value {
        let resource_type = resource.get("resourceType").and_then(Value::as_str);
        let resource_type = resource_type.unwrap_or_default().to_owned();
        let Value::Object(members) = resource else { return resource };
        let top = |name: &str| find(&resource_type, name);
        let is_needed = |name: &str| {
            matches!(name, "resourceType" | "id" | "meta")
                || top(name).is_some_and(|element| element.is_mandatory)
        };
        let keep = |name: &str| match self {
            Self::Whole | Self::Count => true,
            Self::Summary => is_needed(name) || top(name).is_some_and(|known| known.is_summary),
            Self::Text => is_needed(name) || name == "text",
            Self::Data => name != "text",
            Self::Elements(asked) => {
                let is_of = |of: &Option<String>| match of {
                    Some(of) => *of == resource_type,
                    None => is_match,
                };
                let plain = name.strip_prefix('_').unwrap_or(name);
                // A type that was not named keeps everything.
                !asked.iter().any(|(of, _)| is_of(of))
                    || is_needed(name)
                    || asked.iter().any(|(of, asked)| is_of(of) && names(asked, plain))
            }
        };
        let count = members.len();
        let mut kept: Map<String, Value> =
            members.into_iter().filter(|(name, _)| keep(name)).collect();
        let mut is_cut = kept.len() < count;
        if *self == Self::Summary {
            for (name, value) in &mut kept {
                is_cut |= cut(&format!("{resource_type}.{name}"), value);
            }
        }
        if is_cut {
            mark(&mut kept);
        }
        Value::Object(kept)
    }
}

/// Whether an element of `_elements` is a member: `value` is `valueQuantity`, too.
fn names(asked: &str, member: &str) -> bool {
    let rest = member.strip_prefix(asked);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_uppercase()))
}

/// Takes what is no summary out of an element with elements of its own; whether there was any.
fn cut(path: &str, value: &mut Value) -> bool {
    if !ELEMENTS.contains_key(path) {
        return false;
    }
    match value {
        Value::Array(items) => {
            let mut is_cut = false;
            for item in items {
                is_cut |= cut(path, item);
            }
            is_cut
        }
        Value::Object(members) => {
            let count = members.len();
            members
                .retain(|name, _| name == "id" || find(path, name).is_some_and(|e| e.is_summary));
            let mut is_cut = members.len() < count;
            for (name, member) in members {
                is_cut |= cut(&format!("{path}.{name}"), member);
            }
            is_cut
        }
        _ => false,
    }
}

/// Marks a resource as a part, so that nobody takes it for the whole.
fn mark(resource: &mut Map<String, Value>) {
    let tag = serde_json::json!({
        "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
        "code": "SUBSETTED",
    });
    let meta = resource.entry("meta").or_insert_with(|| serde_json::json!({}));
    if let Some(meta) = meta.as_object_mut() {
        let tags = meta.entry("tag").or_insert_with(|| serde_json::json!([]));
        if let Some(tags) = tags.as_array_mut() {
            tags.push(tag);
        }
    }
}

/// A parameter whose value cannot be read.
pub(super) fn invalid(name: &str, text: &str) -> Error {
    let problem = Problem::error("invalid", name, text);
    Error::problems(axum::http::StatusCode::BAD_REQUEST, vec![problem])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observation() -> Value {
        serde_json::json!({
            "resourceType": "Observation", "id": "o", "meta": {"versionId": "1"},
            "text": {"status": "empty", "div": "<div/>"}, "status": "final",
            "category": [{"text": "c"}], "code": {"text": "x"}, "method": {"text": "m"},
            "valueQuantity": {"value": 5}, "_issued": {"id": "i"},
            "component": [{"id": "k", "code": {"text": "y"}, "interpretation": [{"text": "z"}]}],
        })
    }

    #[test]
    fn each_shape_keeps_what_it_says() {
        let subsetted = |shape: &str, elements: &str| {
            let shape = match elements {
                "" => Shape::summary(shape).unwrap(),
                _ => Shape::elements(elements).unwrap(),
            };
            let part = shape.of(observation(), true);
            let names: Vec<String> = part.as_object().unwrap().keys().cloned().collect();
            let is_marked = part["meta"]["tag"][0]["code"] == "SUBSETTED";
            (names.join(" "), is_marked, part)
        };
        let whole =
            observation().as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
        assert_eq!(subsetted("false", "").0, whole);
        assert!(!subsetted("false", "").1);
        for (shape, elements, expected) in [
            ("text", "", "code id meta resourceType status text"),
            ("true", "", "_issued code component id meta resourceType status valueQuantity"),
            ("", "value,method", "code id meta method resourceType status valueQuantity"),
            ("", "Observation.category", "category code id meta resourceType status"),
        ] {
            let (names, is_marked, part) = subsetted(shape, elements);
            let mut names: Vec<&str> = names.split(' ').collect();
            names.sort_unstable();
            assert_eq!(names.join(" "), expected, "{shape}{elements}");
            assert!(is_marked, "{shape}{elements}");
            if shape == "true" {
                assert_eq!(
                    part["component"],
                    serde_json::json!([{"id": "k", "code": {"text": "y"}}])
                );
            }
        }
        let (names, is_marked, _) = subsetted("data", "");
        assert!(!names.split(' ').any(|name| name == "text") && is_marked);
        // What is of another type than the one named, or was taken along, stays whole.
        let other = Shape::elements("Patient.name").unwrap();
        assert_eq!(other.of(observation(), true), observation());
        let taken = Shape::elements("status").unwrap();
        assert_eq!(taken.of(observation(), false), observation());
        for bad in ["", "a,,b", "patient.name", "a b", "Observation.code.text"] {
            assert!(Shape::elements(bad).is_err(), "{bad}");
        }
        assert!(Shape::summary("yes").is_err());
    }

    #[test]
    fn every_line_of_the_table_is_used() {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#')).count();
        let elements: usize = ELEMENTS.values().map(|inside| inside.elements.len()).sum();
        assert_eq!(elements, lines);
        for resource_type in record::searched_types() {
            assert!(find(resource_type, "id").is_some(), "{resource_type}");
        }
    }
}
