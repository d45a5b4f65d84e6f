//! The elements of types and resources, from their StructureDefinitions.

use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::Value;

use super::{SOURCE, list, text};

/// What a definition says of an element.
#[derive(Debug, Default)]
struct Element {
    types: Vec<String>,
    is_choice: bool,
    is_summary: bool,
    is_mandatory: bool,
    /// Value set that its codes are from, whatever the version.
    value_set: String,
    /// Path of the element whose content it repeats.
    same_as: Option<String>,
}

/// An element that a path leads to: its JSON path below the resource, and its data type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// JSON names below the resource, `component.valueQuantity`.
    pub(super) json: String,
    /// Data type, `Quantity`.
    pub(super) data_type: String,
    /// Value set that its codes must be from; empty if none is required.
    pub(super) value_set: String,
    /// Where the definition of what is inside stands.
    at: String,
}

/// Elements by path, `Observation.value`; those of a choice have no `[x]`.
pub(super) struct Elements(BTreeMap<String, Element>);

impl Elements {
    /// Reads bundles of StructureDefinitions.
    pub(super) fn read(bundles: &[Value]) -> Self {
        let mut all = BTreeMap::new();
        let entries = bundles.iter().flat_map(|bundle| list(bundle, "entry"));
        for definition in entries.filter_map(|entry| entry.get("resource")) {
            let Some(snapshot) = definition.get("snapshot") else { continue };
            // Profiles on a type have its name, too.
            if text(definition, "derivation") == "constraint" {
                continue;
            }
            for element in list(snapshot, "element") {
                let path = text(element, "path");
                all.insert(path.trim_end_matches("[x]").to_owned(), Element::read(element, path));
            }
        }
        Self(all)
    }

    /// The resource itself.
    pub(super) fn root(resource_type: &str) -> Place {
        let name = resource_type.to_owned();
        Place { json: String::new(), data_type: name.clone(), value_set: String::new(), at: name }
    }

    /// The elements of a name inside another; a choice gives one for each of its types.
    pub(super) fn inside(&self, place: &Place, name: &str) -> Vec<Place> {
        let path = format!("{}.{name}", place.at);
        let Some(element) = self.0.get(&path) else { return Vec::new() };
        let one = |data_type: &String| {
            let json = if element.is_choice { choice(name, data_type) } else { name.to_owned() };
            let json = if place.json.is_empty() { json } else { format!("{}.{json}", place.json) };
            let is_own = matches!(data_type.as_str(), "BackboneElement" | "Element");
            let at = if is_own { path.clone() } else { data_type.clone() };
            let value_set = element.value_set.clone();
            Place { json, data_type: data_type.clone(), value_set, at }
        };
        match &element.same_as {
            None => element.types.iter().map(one).collect(),
            Some(at) => {
                let own = one(&"BackboneElement".to_owned());
                vec![Place { at: at.clone(), ..own }]
            }
        }
    }

    /// The summary and mandatory elements of types, one line each.
    pub(super) fn summary(&self, types: &[&str]) -> String {
        let mut table = String::from(
            "# Elements of resources: path, `s` if in the summary, `m` if mandatory at the top.\n",
        );
        table.push_str(SOURCE);
        for (path, element) in &self.0 {
            let Some((resource_type, below)) = path.split_once('.') else { continue };
            let is_mandatory = element.is_mandatory && !below.contains('.');
            if !types.contains(&resource_type) || !(element.is_summary || is_mandatory) {
                continue;
            }
            let mut flags = String::new();
            flags.push_str(if element.is_summary { "s" } else { "" });
            flags.push_str(if is_mandatory { "m" } else { "" });
            let choice = if element.is_choice { "[x]" } else { "" };
            // Writing to a string cannot fail.
            let _ = writeln!(table, "{path}{choice}\t{flags}");
        }
        table
    }
}

impl Element {
    fn read(element: &Value, path: &str) -> Self {
        let type_of = |held: &Value| match text(held, "code") {
            code if code.starts_with("http://hl7.org/fhirpath/") => "string".to_owned(),
            code => code.to_owned(),
        };
        let binding = element.get("binding").filter(|one| text(one, "strength") == "required");
        let value_set = binding.map_or("", |one| text(one, "valueSet"));
        let same_as = text(element, "contentReference").trim_start_matches('#').to_owned();
        Self {
            types: list(element, "type").iter().map(type_of).collect(),
            is_choice: path.ends_with("[x]"),
            is_summary: element.get("isSummary") == Some(&Value::Bool(true)),
            is_mandatory: element.get("min").and_then(Value::as_u64).unwrap_or(0) > 0,
            value_set: value_set.split('|').next().unwrap_or_default().to_owned(),
            same_as: (!same_as.is_empty()).then_some(same_as),
        }
    }
}

/// The JSON name of a choice, `valueQuantity`.
fn choice(name: &str, data_type: &str) -> String {
    let mut letters = data_type.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    format!("{name}{}{}", first.map(String::from).unwrap_or_default(), letters.as_str())
}
