//! What collections hold: elements of the resource, and values that were worked out.

use super::evaluate::Run;
use super::{Decimal, Moment, MomentKind};
use crate::fhir::check::PRIMITIVES;
use crate::fhir::check::table::{Element, elements_of, find};
use serde_json::Value;

/// A value of FHIRPath's own types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum System {
    /// `Boolean`
    Boolean(bool),
    /// `String`
    Text(String),
    /// `Integer`
    Integer(i64),
    /// `Decimal`
    Decimal(Decimal),
    /// `Date`, `DateTime` or `Time`
    Moment(Moment),
}

/// One item of a collection.
#[derive(Clone, Debug)]
pub enum Item<'v> {
    /// An element.
    Node(Node<'v>),
    /// A value.
    System(System),
}

/// An element of a resource.
#[derive(Clone, Copy, Debug)]
pub struct Node<'v> {
    /// Its value; `null` where a primitive has extensions and no value.
    pub value: &'v Value,
    /// What stands beside a primitive: its id and extensions.
    pub(super) companion: Option<&'v Value>,
    /// Its type by the tables: a resource type, a datatype, or the path of a backbone element.
    pub(super) kind: Option<&'v str>,
}

/// Datatypes of R4 that a choice element may have beside primitives; for types that the tables do
/// not have.
const CHOICES: &[&str] = &[
    "Address",
    "Age",
    "Annotation",
    "Attachment",
    "CodeableConcept",
    "Coding",
    "ContactDetail",
    "ContactPoint",
    "Contributor",
    "Count",
    "DataRequirement",
    "Distance",
    "Dosage",
    "Duration",
    "Expression",
    "HumanName",
    "Identifier",
    "Meta",
    "Money",
    "ParameterDefinition",
    "Period",
    "Quantity",
    "Range",
    "Ratio",
    "Reference",
    "RelatedArtifact",
    "SampledData",
    "Signature",
    "Timing",
    "TriggerDefinition",
    "UsageContext",
];

/// Primitive datatypes whose JSON is a string, and that are dates or times.
fn moment_kind(kind: &str) -> Option<MomentKind> {
    Some(match kind {
        "date" => MomentKind::Date,
        "dateTime" | "instant" => MomentKind::DateTime,
        "time" => MomentKind::Time,
        _ => return None,
    })
}

/// The key of the tables under which the elements of something of that type stand.
pub(super) fn kind_of(element: &'static Element, kind: &'static str) -> &'static str {
    match kind {
        "BackboneElement" | "Element" => element.path.as_str(),
        other => other.strip_prefix('#').unwrap_or(other),
    }
}

static NULL: Value = Value::Null;

impl<'v> Node<'v> {
    /// A resource.
    pub fn resource(value: &'v Value) -> Self {
        Self { value, companion: None, kind: None }.as_resource()
    }

    /// Its type as the resource itself says it.
    fn as_resource(mut self) -> Self {
        self.kind = crate::fhir::access::resource_type(self.value);
        self
    }

    /// Its type, a resource type or a datatype; backbone elements have their path.
    pub fn kind(&self) -> Option<&'v str> {
        self.kind
    }

    /// Whether the tables have its elements.
    fn table(&self) -> &'static [Element] {
        self.kind.map_or(&[], elements_of)
    }

    /// Its elements of that name.
    pub(super) fn member(&self, name: &str, found: &mut Vec<Item<'v>>) {
        let elements = self.table();
        if elements.is_empty() {
            return self.untabled_member(name, found);
        }
        if let Some((element, kind)) = find(elements, name)
            && !element.is_choice()
        {
            return self.push(name, Some(kind_of(element, kind)), kind, found);
        }
        let is_choice =
            |element: &&Element| element.name.strip_suffix("[x]").is_some_and(|stem| stem == name);
        if let Some(element) = elements.iter().find(is_choice) {
            for (name, kind) in &element.names {
                self.push(name, Some(kind_of(element, kind)), kind, found);
            }
        } else if name == "id" && self.has("resourceType") {
            self.push(name, Some("id"), "id", found);
        }
    }

    fn has(&self, name: &str) -> bool {
        self.value.get(name).is_some()
    }

    /// Elements where no table knows: by name, or by the name of a choice and one of its types.
    fn untabled_member(&self, name: &str, found: &mut Vec<Item<'v>>) {
        if name == "resourceType" || name.starts_with('_') {
            return;
        }
        if self.has(name) || self.has(&format!("_{name}")) {
            let kind = match name {
                "extension" | "modifierExtension" => Some("Extension"),
                "meta" if self.has("resourceType") => Some("Meta"),
                "contained" => Some("Resource"),
                _ => None,
            };
            return self.push(name, kind, kind.unwrap_or_default(), found);
        }
        for kind in PRIMITIVES.iter().chain(CHOICES) {
            let mut letters = kind.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            let choice: String = name.chars().chain(first).chain(letters).collect();
            self.push(&choice, Some(kind), kind, found);
        }
    }

    /// The values under one JSON name, each with its companion.
    fn push(
        &self,
        name: &str,
        kind: Option<&'static str>,
        datatype: &str,
        found: &mut Vec<Item<'v>>,
    ) {
        let value = self.value.get(name);
        let companion = self.value.get(format!("_{name}"));
        let mut one = |value: Option<&'v Value>, companion: Option<&'v Value>| {
            let companion = companion.filter(|companion| companion.is_object());
            let value = value.filter(|value| !value.is_null());
            if value.is_none() && companion.is_none() {
                return;
            }
            let node = Self { value: value.unwrap_or(&NULL), companion, kind };
            let is_resource = datatype == "Resource" || kind.is_none() && node.has("resourceType");
            found.push(Item::Node(if is_resource { node.as_resource() } else { node }));
        };
        let items = |list: Option<&'v Value>| list.and_then(Value::as_array).map(Vec::as_slice);
        match (items(value), items(companion)) {
            (None, None) => one(value, companion),
            (values, companions) => {
                let (values, companions) =
                    (values.unwrap_or_default(), companions.unwrap_or_default());
                for place in 0..values.len().max(companions.len()) {
                    one(values.get(place), companions.get(place));
                }
            }
        }
    }

    /// Its extensions with that URL.
    pub(super) fn extensions(&self, url: &str, found: &mut Vec<Item<'v>>) {
        let holder = self.companion.or_else(|| self.value.is_object().then_some(self.value));
        let list = holder.and_then(|holder| holder.get("extension")).and_then(Value::as_array);
        for value in list.map(Vec::as_slice).unwrap_or_default() {
            if value.get("url").and_then(Value::as_str) == Some(url) {
                let node = Node { value, companion: None, kind: Some("Extension") };
                found.push(Item::Node(node));
            }
        }
    }

    /// The value of a primitive in FHIRPath's types; `None` for what has no value.
    pub(super) fn system(&self, run: &Run<'v, '_>) -> Option<System> {
        let kind = self.kind.unwrap_or_default();
        Some(match self.value {
            Value::Bool(value) => System::Boolean(*value),
            Value::Number(number) => {
                let text = run.literal(self.value).map_or_else(|| number.to_string(), Into::into);
                let integer = text.parse().ok().filter(|_| kind != "decimal");
                match integer {
                    Some(integer) => System::Integer(integer),
                    None => System::Decimal(Decimal::parse(&text)?),
                }
            }
            Value::String(text) => {
                let moment = moment_kind(kind).and_then(|kind| Moment::parse(kind, text));
                moment.map_or_else(|| System::Text(text.clone()), System::Moment)
            }
            Value::Null | Value::Array(_) | Value::Object(_) => return None,
        })
    }
}

impl<'v> Item<'v> {
    /// Its value in FHIRPath's types; `None` for elements that are no primitives.
    pub(super) fn system(&self, run: &Run<'v, '_>) -> Option<System> {
        match self {
            Self::Node(node) => node.system(run),
            Self::System(system) => Some(system.clone()),
        }
    }

    /// Whether it is of a type: of FHIR, or of FHIRPath where no table knows better.
    pub(super) fn is_of(&self, name: &str, run: &Run<'v, '_>) -> bool {
        if let Self::Node(node) = self
            && let Some(kind) = node.kind
        {
            return kind == name || is_kind(kind, name, node.value);
        }
        let system = match self.system(run) {
            Some(System::Boolean(_)) => ["boolean", "Boolean"],
            Some(System::Text(_)) => ["string", "String"],
            Some(System::Integer(_)) => ["integer", "Integer"],
            Some(System::Decimal(_)) => ["decimal", "Decimal"],
            Some(System::Moment(moment)) => match moment.kind() {
                MomentKind::Date => ["date", "Date"],
                MomentKind::DateTime => ["dateTime", "DateTime"],
                MomentKind::Time => ["time", "Time"],
            },
            None => return false,
        };
        system.contains(&name)
    }
}

/// Whether something of one type is of another as well: its parent, or FHIRPath's own type.
fn is_kind(kind: &str, name: &str, value: &Value) -> bool {
    let is_resource = value.get("resourceType").is_some();
    match name {
        "Resource" => is_resource,
        "DomainResource" => is_resource && !matches!(kind, "Binary" | "Bundle" | "Parameters"),
        "Boolean" => kind == "boolean",
        "Integer" | "integer" => {
            matches!(kind, "positiveInt" | "unsignedInt") || name == "Integer" && kind == "integer"
        }
        "Decimal" => kind == "decimal",
        "String" | "string" => {
            matches!(kind, "code" | "id" | "markdown") || name == "String" && kind == "string"
        }
        "uri" => matches!(kind, "url" | "canonical" | "oid" | "uuid"),
        "Quantity" => matches!(kind, "Age" | "Count" | "Distance" | "Duration"),
        "Date" => kind == "date",
        "DateTime" => matches!(kind, "dateTime" | "instant"),
        "Time" => kind == "time",
        _ => false,
    }
}
