//! The structure of resources: known elements, cardinalities, datatypes, required codes.
//!
//! The types that are worked with are checked in full against tables of HL7 FHIR R4 (4.0.1);
//! other R4 types are accepted with a valid type and id. Invariants (FHIRPath) and profiles are
//! not checked here.

mod primitive;
pub(super) mod table;

use model::Problem;
use serde_json::{Map, Value};
use std::fmt;
use table::{Element, elements_of, find};

/// Primitive datatypes of R4, and the 64-bit integer of R5 that views know.
pub(super) const PRIMITIVES: [&str; 20] = [
    "base64Binary",
    "boolean",
    "canonical",
    "code",
    "date",
    "dateTime",
    "decimal",
    "id",
    "instant",
    "integer",
    "integer64",
    "markdown",
    "oid",
    "positiveInt",
    "string",
    "time",
    "unsignedInt",
    "uri",
    "url",
    "uuid",
];

/// Problems listed per resource; one more says that there are others.
pub const PROBLEMS_MAX: usize = 100;

/// Whether the name is a resource type of FHIR R4.
pub fn is_resource_type(name: &str) -> bool {
    model::resource_type::is_one(name)
}

/// Names of all resource types of FHIR R4, sorted.
pub fn resource_types() -> impl Iterator<Item = &'static str> {
    model::resource_type::all()
}

/// Whether the name is a type that an element or a column may have: a primitive, or a type that
/// the tables have.
pub(super) fn is_datatype(name: &str) -> bool {
    PRIMITIVES.contains(&name) || is_resource_type(name) || !elements_of(name).is_empty()
}

/// Whether resources of this type are checked in full.
pub fn is_checked_in_full(resource_type: &str) -> bool {
    is_resource_type(resource_type) && !elements_of(resource_type).is_empty()
}

/// Checks a resource. Places start with the resource's type, `Observation.component[1].code`.
pub fn check(resource: &Value) -> Vec<Problem> {
    let place = super::access::resource_type(resource).unwrap_or("Resource").to_owned();
    check_at(resource, &place)
}

/// The same, with places that start with `place`.
pub fn check_at(resource: &Value, place: &str) -> Vec<Problem> {
    let mut walk = Walk { problems: Vec::new() };
    walk.resource(resource, Place::Root(place));
    walk.problems
}

/// A place as steps, turned into text only when there is something to say.
#[derive(Clone, Copy)]
enum Place<'p> {
    Root(&'p str),
    Field(&'p Place<'p>, &'p str),
    Index(&'p Place<'p>, usize),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(name) => f.write_str(name),
            Self::Field(parent, name) => write!(f, "{parent}.{name}"),
            Self::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

struct Walk {
    problems: Vec<Problem>,
}

impl Walk {
    fn say(&mut self, code: &str, place: Place<'_>, text: &str) {
        match self.problems.len() {
            count if count < PROBLEMS_MAX => {
                self.problems.push(Problem::error(code, place.to_string(), text));
            }
            PROBLEMS_MAX => {
                let text = "more problems were found than are listed";
                self.problems.push(Problem::note("more-problems", place.to_string(), text));
            }
            _ => {}
        }
    }

    fn resource(&mut self, resource: &Value, place: Place<'_>) {
        let Some(object) = resource.as_object() else {
            return self.say("not-an-object", place, "a resource is a JSON object");
        };
        let Some(kind) = object.get("resourceType").and_then(Value::as_str) else {
            let place = Place::Field(&place, "resourceType");
            return self.say("missing-element", place, "the resource does not say its type");
        };
        if !is_resource_type(kind) {
            let place = Place::Field(&place, "resourceType");
            return self.say("unknown-type", place, "this is no resource type of FHIR R4");
        }
        if let Some(id) = object.get("id")
            && !id.as_str().is_some_and(model::id::is_fhir_id)
        {
            self.say("bad-id", Place::Field(&place, "id"), "an id has 1 to 64 of A-Z a-z 0-9 - .");
        }
        if is_checked_in_full(kind) {
            self.object(object, kind, place, true);
        }
        if kind == "ViewDefinition" {
            self.view(resource, place);
        }
        if kind == "Organization"
            && !object.contains_key("identifier")
            && !object.contains_key("name")
        {
            self.say("missing-element", place, "an organization has an identifier or a name");
        }
    }

    /// A view is kept only if it can be run.
    fn view(&mut self, resource: &Value, place: Place<'_>) {
        let (_, problems) = super::view::View::read(resource, &super::json::Literals::new());
        for mut problem in problems {
            if let Some(rest) = problem.place.strip_prefix("ViewDefinition") {
                problem.place = format!("{place}{rest}");
            }
            self.problems.push(problem);
        }
    }

    /// Checks an object against the elements under `path` of the table.
    fn object(
        &mut self,
        object: &Map<String, Value>,
        path: &str,
        place: Place<'_>,
        is_resource: bool,
    ) {
        let elements = elements_of(path);
        // Names of choice elements met: a choice may have one name only.
        let mut choices: Vec<(&Element, &str)> = Vec::new();
        let mut given: Vec<&Element> = Vec::new();
        for (key, value) in object {
            if is_resource && matches!(key.as_str(), "resourceType" | "id") {
                continue;
            }
            let name = key.strip_prefix('_').unwrap_or(key);
            let here = Place::Field(&place, key);
            let Some((element, kind)) = find(elements, name) else {
                self.say("unknown-element", here, "FHIR R4 has no such element here");
                continue;
            };
            if element.min > 0 {
                given.push(element);
            }
            if element.is_choice() {
                let other = |(known, known_name): &(&Element, &str)| {
                    std::ptr::eq(*known, element) && *known_name != name
                };
                if choices.iter().any(other) {
                    let place = Place::Field(&place, element.name);
                    self.say("two-choices", place, "only one type of a choice may be given");
                }
                choices.push((element, name));
            }
            if key.starts_with('_') {
                self.companion(value, element, kind, here);
            } else {
                self.element(value, element, kind, here);
            }
        }
        for element in elements.iter().filter(|element| element.min > 0) {
            if !given.iter().any(|met| std::ptr::eq(*met, element)) {
                let place = Place::Field(&place, element.name);
                self.say("missing-element", place, "a required element is missing");
            }
        }
        let absent = object.contains_key("dataAbsentReason");
        if absent && choices.iter().any(|(element, _)| element.name == "value[x]") {
            let place = Place::Field(&place, "dataAbsentReason");
            self.say("value-and-absence", place, "a value has no reason for being absent");
        }
    }

    fn element(&mut self, value: &Value, element: &Element, kind: &str, place: Place<'_>) {
        match (value, element.repeats) {
            (Value::Array(items), true) => {
                for (index, item) in items.iter().enumerate() {
                    if !item.is_null() {
                        self.single(item, element, kind, Place::Index(&place, index));
                    }
                }
            }
            (Value::Array(_), false) => {
                self.say("not-repeating", place, "the element may be given once, not as an array");
            }
            (_, true) => self.say("repeating", place, "the element repeats and must be an array"),
            (value, false) => self.single(value, element, kind, place),
        }
    }

    fn single(&mut self, value: &Value, element: &Element, kind: &str, place: Place<'_>) {
        if kind == "Resource" {
            return self.resource(value, place);
        }
        if let Some(why) = primitive::fault(kind, value) {
            return self.say("bad-value", place, why);
        }
        if primitive::is_primitive(kind) {
            let bad = value.as_str().is_some_and(|code| !element.allows(code));
            if bad {
                self.say("bad-code", place, "the code is not in the required value set");
            }
            return;
        }
        let Some(object) = value.as_object() else {
            return self.say("not-an-object", place, "the element must be an object");
        };
        let path = match kind {
            "BackboneElement" | "Element" => element.path.as_str(),
            other => other.strip_prefix('#').unwrap_or(other),
        };
        self.object(object, path, place, false);
        match kind {
            "Reference" => self.reference(object, place),
            "CodeableConcept" => self.required_coding(value, element, place),
            "Extension" => self.extension(object, place),
            _ => {}
        }
    }

    fn companion(&mut self, value: &Value, element: &Element, kind: &str, place: Place<'_>) {
        if !primitive::is_primitive(kind) {
            return self.say("unknown-element", place, "only primitives have such a companion");
        }
        if value.is_array() != element.repeats {
            return self.say("repeating", place, "the companion must have the element's shape");
        }
        let single = std::slice::from_ref(value);
        let items = value.as_array().map_or(single, Vec::as_slice);
        for item in items.iter().filter(|item| !item.is_null()) {
            match item.as_object() {
                Some(object) => self.object(object, "Element", place, false),
                None => self.say("not-an-object", place, "the companion must be an object"),
            }
        }
    }

    fn reference(&mut self, object: &Map<String, Value>, place: Place<'_>) {
        let literal = object.get("reference").and_then(Value::as_str);
        if literal.is_some_and(|text| !primitive::is_reference(text)) {
            let why = "a reference is Type/id, an absolute URI, #part or Type?search";
            self.say("bad-reference", Place::Field(&place, "reference"), why);
        }
    }

    fn required_coding(&mut self, value: &Value, element: &Element, place: Place<'_>) {
        if element.codes.is_empty() {
            return;
        }
        let codes = super::access::codings(value, "coding");
        if !codes.is_empty() && !codes.iter().any(|coding| element.allows(&coding.code)) {
            self.say("bad-code", place, "no code is of the required value set");
        }
    }

    fn extension(&mut self, object: &Map<String, Value>, place: Place<'_>) {
        let nested = object.contains_key("extension");
        let valued = object.keys().any(|key| key.starts_with("value"));
        if nested == valued {
            self.say("bad-extension", place, "an extension has a value or extensions, not both");
        }
    }
}

#[cfg(test)]
mod tests;
