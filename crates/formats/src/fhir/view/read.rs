//! From JSON to a view.

use super::{
    COLUMNS_MAX, Column, Made, Over, PROBLEMS_MAX, Placed, SELECT_DEPTH_MAX, Select, View,
};
use crate::fhir::check::is_resource_type;
use crate::fhir::json::Literals;
use crate::fhir::path::{
    Constants, Decimal, Expression, Kind, Moment, MomentKind, System, type_of_fhir,
};
use model::Problem;
use serde_json::{Map, Value};

/// Elements of a ViewDefinition that say nothing about its rows.
const ABOUT: &[&str] = &[
    "resourceType",
    "id",
    "meta",
    "implicitRules",
    "language",
    "text",
    "contained",
    "extension",
    "url",
    "identifier",
    "version",
    "versionAlgorithmString",
    "versionAlgorithmCoding",
    "name",
    "title",
    "status",
    "experimental",
    "date",
    "publisher",
    "contact",
    "description",
    "useContext",
    "jurisdiction",
    "purpose",
    "copyright",
    "copyrightLabel",
    "fhirVersion",
    "profile",
];
const ROOT: &[&str] = &["resource", "constant", "select", "where"];
const SELECT: &[&str] =
    &["id", "extension", "column", "select", "forEach", "forEachOrNull", "repeat", "unionAll"];
const COLUMN: &[&str] =
    &["id", "extension", "name", "path", "description", "collection", "type", "tag"];
const CONDITION: &[&str] = &["id", "extension", "path", "description"];
const TAG: &[&str] = &["id", "extension", "name", "value"];

/// Beginnings of a type's canonical address.
const TYPE_ADDRESSES: [&str; 3] =
    ["http://hl7.org/fhir/StructureDefinition/", "http://hl7.org/fhirpath/System.", "System."];

/// Reads what is there; everything that is wrong is among the problems.
pub(super) fn read(definition: &Value, literals: &Literals) -> (Option<View>, Vec<Problem>) {
    let mut reader = Reader { problems: Vec::new(), literals };
    let view = reader.view(definition);
    (view, reader.problems)
}

struct Reader<'l> {
    problems: Vec<Problem>,
    literals: &'l Literals,
}

impl Reader<'_> {
    fn say(&mut self, code: &str, place: &str, text: impl Into<String>) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(Problem::error(code, place, text));
        }
    }

    fn view(&mut self, definition: &Value) -> Option<View> {
        let place = "ViewDefinition";
        let object = self.object(definition, place)?;
        if object.get("resourceType").is_some_and(|kind| kind != "ViewDefinition") {
            self.say("wrong-type", place, "this is no ViewDefinition");
            return None;
        }
        for key in object.keys() {
            let known =
                ROOT.contains(&key.as_str()) || ABOUT.contains(&key.trim_start_matches('_'));
            if !known {
                let text = "a ViewDefinition has no such element";
                self.say("unknown-element", &format!("{place}.{key}"), text);
            }
        }
        let resource = self.text(object, "resource", place, true)?;
        if !is_resource_type(&resource) {
            let place = format!("{place}.resource");
            self.say("unknown-type", &place, "this is no resource type of FHIR R4");
        }
        let constants = self.constants(object, place);
        let mut conditions = Vec::new();
        for (place, object) in self.objects(object, "where", place) {
            self.known(object, CONDITION, &place);
            conditions.extend(self.path(object, "path", &place, true));
        }
        let mut selects = Vec::new();
        let found = self.objects(object, "select", place);
        if found.is_empty() {
            self.say("missing-element", &format!("{place}.select"), "a view selects something");
        }
        for (place, object) in found {
            selects.extend(self.select(object, &place, 1));
        }
        let name = object.get("name").and_then(Value::as_str).map(str::to_owned);
        let root = Select { over: Over::Itself, columns: vec![], selects, union: vec![] };
        let columns: Vec<Column> =
            root.made().into_iter().map(|made| made.column.clone()).collect();
        if columns.len() > COLUMNS_MAX {
            let text = format!("a view has at most {COLUMNS_MAX} columns");
            self.say("too-many", place, text);
        }
        Some(View { name, resource, columns, constants, conditions, root })
    }

    fn object<'v>(&mut self, value: &'v Value, place: &str) -> Option<&'v Map<String, Value>> {
        if !value.is_object() {
            self.say("not-an-object", place, "this must be an object");
        }
        value.as_object()
    }

    /// The objects of a list, each with its place.
    fn objects<'v>(
        &mut self,
        object: &'v Map<String, Value>,
        name: &str,
        place: &str,
    ) -> Vec<(String, &'v Map<String, Value>)> {
        let place = format!("{place}.{name}");
        let Some(value) = object.get(name) else { return Vec::new() };
        let Some(items) = value.as_array().filter(|items| !items.is_empty()) else {
            self.say("not-a-list", &place, "this must be a list that is not empty");
            return Vec::new();
        };
        let mut found = Vec::new();
        for (at, item) in items.iter().enumerate() {
            let place = format!("{place}[{at}]");
            if let Some(object) = self.object(item, &place) {
                found.push((place, object));
            }
        }
        found
    }

    fn known(&mut self, object: &Map<String, Value>, known: &[&str], place: &str) {
        for key in object.keys().filter(|key| !known.contains(&key.trim_start_matches('_'))) {
            let text = "there is no such element here";
            self.say("unknown-element", &format!("{place}.{key}"), text);
        }
    }

    fn text(
        &mut self,
        object: &Map<String, Value>,
        name: &str,
        place: &str,
        is_required: bool,
    ) -> Option<String> {
        let place = format!("{place}.{name}");
        match object.get(name) {
            None if is_required => self.say("missing-element", &place, "this must be given"),
            None => {}
            Some(Value::String(text)) if !text.trim().is_empty() => return Some(text.clone()),
            Some(_) => self.say("not-a-text", &place, "this must be a text that is not empty"),
        }
        None
    }

    fn path(
        &mut self,
        object: &Map<String, Value>,
        name: &str,
        place: &str,
        is_required: bool,
    ) -> Option<Placed> {
        let text = self.text(object, name, place, is_required)?;
        self.expression(&text, format!("{place}.{name}"))
    }

    fn expression(&mut self, text: &str, place: String) -> Option<Placed> {
        match Expression::parse(text) {
            Ok(expression) => Some(Placed { expression, place }),
            Err(fault) => {
                self.say("bad-path", &place, fault.to_string());
                None
            }
        }
    }

    fn select(&mut self, object: &Map<String, Value>, place: &str, depth: usize) -> Option<Select> {
        if depth > SELECT_DEPTH_MAX {
            let text = format!("selections stand in each other at most {SELECT_DEPTH_MAX} deep");
            self.say("too-deep", place, text);
            return None;
        }
        self.known(object, SELECT, place);
        let mut columns = Vec::new();
        for (place, object) in self.objects(object, "column", place) {
            columns.extend(self.column(object, &place));
        }
        let mut inner = |name: &str| -> Vec<Select> {
            let found = self.objects(object, name, place);
            found
                .iter()
                .filter_map(|(place, object)| self.select(object, place, depth + 1))
                .collect()
        };
        let (selects, union) = (inner("select"), inner("unionAll"));
        if !["column", "select", "unionAll"].iter().any(|name| object.contains_key(*name)) {
            self.say("missing-element", place, "a selection has columns, selections or a union");
        }
        Some(Select { over: self.over(object, place), columns, selects, union })
    }

    fn over(&mut self, object: &Map<String, Value>, place: &str) -> Over {
        let names = ["forEach", "forEachOrNull", "repeat"];
        if names.iter().filter(|name| object.contains_key(**name)).count() > 1 {
            let text = "only one of forEach, forEachOrNull and repeat may be given";
            self.say("two-choices", place, text);
        }
        if let Some(path) = self.path(object, "forEach", place, false) {
            return Over::Each { path, or_null: false };
        }
        if let Some(path) = self.path(object, "forEachOrNull", place, false) {
            return Over::Each { path, or_null: true };
        }
        let place = format!("{place}.repeat");
        match object.get("repeat") {
            None => Over::Itself,
            Some(Value::Array(items)) if !items.is_empty() => {
                let mut paths = Vec::new();
                for (at, item) in items.iter().enumerate() {
                    let place = format!("{place}[{at}]");
                    match item.as_str() {
                        Some(text) => paths.extend(self.expression(text, place)),
                        None => self.say("not-a-text", &place, "this must be a path"),
                    }
                }
                Over::Repeat(paths)
            }
            Some(_) => {
                self.say("not-a-list", &place, "this must be a list of paths");
                Over::Itself
            }
        }
    }

    fn column(&mut self, object: &Map<String, Value>, place: &str) -> Option<Made> {
        self.known(object, COLUMN, place);
        let name = self.text(object, "name", place, true);
        if name.as_deref().is_some_and(|name| !is_name(name)) {
            let text = "a name has letters, digits and `_`, and begins with a letter";
            self.say("bad-name", &format!("{place}.name"), text);
        }
        let collection = match object.get("collection") {
            None => false,
            Some(Value::Bool(collection)) => *collection,
            Some(_) => {
                let place = format!("{place}.collection");
                self.say("bad-value", &place, "this must be true or false");
                false
            }
        };
        let kind = self.text(object, "type", place, false).map(|text| kind_of(&text));
        let description = self.text(object, "description", place, false);
        let mut tags = Vec::new();
        for (place, object) in self.objects(object, "tag", place) {
            self.known(object, TAG, &place);
            let name = self.text(object, "name", &place, true);
            tags.extend(name.zip(self.text(object, "value", &place, true)));
        }
        let path = self.path(object, "path", place, true);
        let column = Column { name: name?, kind, collection, description, tags };
        Some(Made { column, path: path? })
    }

    fn constants(&mut self, object: &Map<String, Value>, place: &str) -> Constants {
        let mut constants = Constants::new();
        for (place, object) in self.objects(object, "constant", place) {
            let Some(name) = self.text(object, "name", &place, true) else { continue };
            if !is_name(&name) {
                let text = "a name has letters, digits and `_`, and begins with a letter";
                self.say("bad-name", &format!("{place}.name"), text);
            }
            let others = object.keys().filter(|key| !matches!(key.as_str(), "id" | "name"));
            let values: Vec<_> =
                others.filter(|key| !key.starts_with('_') && *key != "extension").collect();
            let [key] = values.as_slice() else {
                self.say("bad-value", &place, "a constant has one value");
                continue;
            };
            let value = object.get(*key).and_then(|value| {
                let literal = format!("{place}.{key}");
                let literal = literal.strip_prefix("ViewDefinition.").unwrap_or_default();
                constant(key, value, self.literals.get(literal).map(String::as_str))
            });
            match value {
                None => {
                    let text = "this is no value of a primitive type";
                    self.say("bad-value", &format!("{place}.{key}"), text);
                }
                Some(value) => {
                    if constants.insert(name, value).is_some() {
                        self.say("duplicate-name", &place, "two constants have this name");
                    }
                }
            }
        }
        constants
    }
}

/// The value of a constant under its JSON name, `valueInteger`.
fn constant(key: &str, value: &Value, literal: Option<&str>) -> Option<System> {
    let moment = |kind, text: &str| Moment::parse(kind, text).map(System::Moment);
    match (key.strip_prefix("value")?, value) {
        ("Boolean", Value::Bool(value)) => Some(System::Boolean(*value)),
        ("Integer" | "PositiveInt" | "UnsignedInt", Value::Number(number)) => {
            number.as_i64().map(System::Integer)
        }
        ("Integer64", Value::String(text)) => text.parse().ok().map(System::Integer),
        ("Decimal", Value::Number(number)) => {
            let text = literal.map_or_else(|| number.to_string(), str::to_owned);
            Decimal::parse(&text).map(System::Decimal)
        }
        ("Date", Value::String(text)) => moment(MomentKind::Date, text),
        ("DateTime" | "Instant", Value::String(text)) => moment(MomentKind::DateTime, text),
        ("Time", Value::String(text)) => moment(MomentKind::Time, text),
        (
            "String" | "Code" | "Id" | "Uri" | "Url" | "Uuid" | "Oid" | "Canonical" | "Markdown"
            | "Base64Binary",
            Value::String(text),
        ) => Some(System::Text(text.clone())),
        _ => None,
    }
}

/// A type by its name or its canonical address.
fn kind_of(text: &str) -> Kind {
    let name = TYPE_ADDRESSES.iter().find_map(|address| text.strip_prefix(address));
    let Some(name) = name else { return Kind::new(text) };
    Kind::new(type_of_fhir(name))
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
