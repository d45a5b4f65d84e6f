//! The search parameters of the types that are searched.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use anyhow::{Context, Result};
use serde_json::Value;

use super::{
    SEARCHED, SOURCE,
    element::{Elements, Place},
    expression, list, text,
};

/// Where the definitions of HL7 stand.
const DEFINITIONS: &str = "http://hl7.org/fhir/SearchParameter/";
/// Parameters that are left out though they have paths, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    ("phonetic", "names are not compared by sound"),
    ("_id", "answered from the record's own column"),
    ("_lastUpdated", "answered from the record's own column"),
];

/// More targets than these are every type, `*`.
const TARGETS_MAX: usize = 100;

/// Data types that a kind of parameter is taken from.
const TYPES: &[(&str, &[&str])] = &[
    (
        "token",
        &[
            "code",
            "Coding",
            "CodeableConcept",
            "Identifier",
            "ContactPoint",
            "boolean",
            "string",
            "id",
        ],
    ),
    ("string", &["string", "markdown", "HumanName", "Address"]),
    ("date", &["date", "dateTime", "instant", "Period", "Timing"]),
    ("number", &["integer", "decimal", "positiveInt", "unsignedInt", "Range"]),
    ("quantity", &["Quantity", "Age", "Duration", "Count", "Distance", "Range"]),
    ("reference", &["Reference", "canonical", "uri"]),
    ("uri", &["uri", "url", "canonical", "oid", "uuid"]),
];

/// The code systems of value sets.
pub(super) struct Systems(BTreeMap<String, Vec<String>>);

impl Systems {
    /// Reads a bundle of value sets.
    pub(super) fn read(bundle: &Value) -> Self {
        let sets = list(bundle, "entry").iter().filter_map(|entry| entry.get("resource"));
        let systems = |set: &Value| {
            let compose = set.get("compose").map_or(&[][..], |compose| list(compose, "include"));
            compose.iter().map(|part| text(part, "system").to_owned()).collect()
        };
        Self(sets.map(|set| (text(set, "url").to_owned(), systems(set))).collect())
    }

    /// Those that a `code` stands for without naming them.
    fn of(&self, place: &Place) -> Vec<String> {
        let found = self.0.get(&place.value_set).filter(|_| place.data_type == "code");
        found.into_iter().flatten().filter(|system| !system.is_empty()).cloned().collect()
    }
}

/// The table, one line a parameter: type, name, kind, definition, paths, targets, components.
pub(super) fn table(
    definitions: &Value,
    elements: &Elements,
    systems: &Systems,
    lines: &mut Vec<String>,
) -> String {
    let all: Vec<&Value> =
        list(definitions, "entry").iter().filter_map(|entry| entry.get("resource")).collect();
    let by_url: BTreeMap<&str, &Value> = all.iter().map(|one| (text(one, "url"), *one)).collect();
    let mut rows = BTreeMap::new();
    for definition in all {
        for base in list(definition, "base").iter().filter_map(Value::as_str) {
            let is_common = base == "Resource" || base == "DomainResource";
            if !is_common && !SEARCHED.contains(&base) {
                continue;
            }
            let name = text(definition, "code");
            match row(definition, base, elements, &by_url, systems) {
                Ok(row) => {
                    rows.insert((if is_common { "*" } else { base }, name), row);
                }
                Err(reason) => lines.push(format!("left out {base}?{name}: {reason:#}")),
            }
        }
    }
    let mut table = String::from(
        "# Search parameters: type (`*`: all), name, kind, definition, paths with data types,\n\
         # types of the targets of a reference, components of a composite, systems that are\n\
         # implied where the values are codes without one.\n",
    );
    table.push_str(SOURCE);
    for ((resource_type, name), row) in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(table, "{resource_type}\t{name}\t{row}");
    }
    table
}

fn row(
    definition: &Value,
    base: &str,
    elements: &Elements,
    by_url: &BTreeMap<&str, &Value>,
    systems: &Systems,
) -> Result<String> {
    let (name, kind) = (text(definition, "code"), text(definition, "type"));
    if let Some((_, reason)) = LEFT_OUT.iter().find(|(left, _)| *left == name) {
        anyhow::bail!("{reason}");
    }
    let url = text(definition, "url");
    let short = url.strip_prefix(DEFINITIONS).with_context(|| format!("defined at `{url}`"))?;
    let (mut paths, mut components, mut implied) = (Vec::new(), Vec::new(), BTreeSet::new());
    if kind == "composite" {
        for component in list(definition, "component") {
            let part = by_url.get(text(component, "definition")).context("no such component")?;
            components.push(text(part, "code"));
        }
    } else {
        let (_, types) =
            TYPES.iter().find(|(known, _)| *known == kind).context("this kind is not searched")?;
        let alternatives = text(definition, "expression").split(" | ").map(str::trim);
        let own = format!("{base}.");
        for part in alternatives.filter(|part| part.trim_start_matches('(').starts_with(&own)) {
            for place in expression::paths(part, elements)? {
                let is_present = place.json.ends_with("?present");
                if is_present || types.contains(&place.data_type.as_str()) {
                    paths.push(format!("{}:{}", place.json, place.data_type));
                    implied.extend(systems.of(&place));
                }
            }
        }
        anyhow::ensure!(!paths.is_empty(), "nothing there has a data type that is searched");
    }
    let mut targets: Vec<&str> = match name {
        "patient" => vec!["Patient"],
        _ => list(definition, "target").iter().filter_map(Value::as_str).collect(),
    };
    if targets.len() > TARGETS_MAX {
        targets = vec!["*"];
    }
    let paths = paths.join(" | ");
    let (targets, components) = (targets.join(" "), components.join(" "));
    let implied = implied.into_iter().collect::<Vec<_>>().join(" ");
    Ok(format!("{kind}\t{short}\t{paths}\t{targets}\t{components}\t{implied}"))
}
