//! The table of search parameters (HL7 FHIR R4, search parameter registry), made from its
//! definitions by `cargo xtask generate-fhir`.

use super::path::Path;
use super::{Parameter, ParameterKind};
use std::collections::BTreeMap;
use std::sync::LazyLock;

const PARAMETERS: &str = include_str!("parameters.tsv");
const COMPARTMENT: &str = include_str!("compartment.tsv");
/// What stands before the name of a definition in the table.
const DEFINITIONS: &str = "http://hl7.org/fhir/SearchParameter/";
/// The type under which the table has what all types have.
const ALL_TYPES: &str = "*";
/// Raised when search values are taken in another way from the same table.
const EXTRACTION: &str = "3";

/// The parameters of every type, those of all types first.
struct Table {
    common: Vec<Parameter>,
    types: BTreeMap<&'static str, Vec<Parameter>>,
    compartment: BTreeMap<&'static str, Vec<&'static str>>,
}

static TABLE: LazyLock<Table> = LazyLock::new(Table::read);

impl Table {
    fn read() -> Self {
        let mut common = vec![
            Parameter::own("_id", ParameterKind::Token, "Resource-id"),
            Parameter::own("_lastUpdated", ParameterKind::Date, "Resource-lastUpdated"),
        ];
        let mut types: BTreeMap<&'static str, Vec<Parameter>> = BTreeMap::new();
        for (resource_type, parameter) in rows(PARAMETERS).filter_map(parameter) {
            match resource_type {
                ALL_TYPES => common.push(parameter),
                _ => types.entry(resource_type).or_default().push(parameter),
            }
        }
        for parameters in types.values_mut() {
            pair(parameters);
            let own = std::mem::take(parameters);
            parameters.extend(common.iter().cloned().chain(own));
        }
        // It has none but those of all types.
        types.entry("Binary").or_insert_with(|| common.clone());
        let words = |row: &'static str| {
            let (resource_type, names) = row.split_once('\t')?;
            Some((resource_type, names.split(' ').collect()))
        };
        Self { common, types, compartment: rows(COMPARTMENT).filter_map(words).collect() }
    }
}

fn rows(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// One line of the table; a test reads all of them.
fn parameter(row: &'static str) -> Option<(&'static str, Parameter)> {
    let columns: Vec<&'static str> = row.split('\t').collect();
    let [resource_type, name, kind, definition, paths, targets, components, systems] =
        columns.as_slice()
    else {
        return None;
    };
    let words = |text: &'static str| text.split(' ').filter(|word| !word.is_empty()).collect();
    let paths = paths.split(" | ").filter(|path| !path.is_empty());
    let mut paths = paths.map(Path::parse).collect::<Option<Vec<_>>>()?;
    if *name == "patient" {
        paths.iter_mut().for_each(Path::only_patients);
    }
    let is_hashed = !paths.is_empty() && paths.iter().all(|path| path.data_type == "Identifier");
    // A code that may stand beside codes with systems of their own implies none.
    let is_plain = paths.iter().all(|path| path.data_type == "code");
    let parameter = Parameter {
        name,
        kind: ParameterKind::from_word(kind)?,
        definition,
        paths,
        targets: words(targets),
        components: words(components),
        systems: if is_plain { words(systems) } else { Vec::new() },
        is_hashed,
        by_element: false,
    };
    Some((resource_type, parameter))
}

/// Marks the components of composites: their rows say of which element they are.
fn pair(parameters: &mut [Parameter]) {
    let paired: Vec<&str> =
        parameters.iter().flat_map(|parameter| parameter.components.clone()).collect();
    for parameter in parameters.iter_mut() {
        parameter.by_element = paired.contains(&parameter.name);
    }
}

/// The parameters of a type, those of all types first. A type that is not in the table has only
/// those of all types.
pub fn search_parameters(resource_type: &str) -> &'static [Parameter] {
    TABLE.types.get(resource_type).unwrap_or(&TABLE.common)
}

/// The types whose own parameters are searched, sorted.
pub fn searched_types() -> impl Iterator<Item = &'static str> {
    TABLE.types.keys().copied()
}

/// The parameters by which a type is in the Patient compartment (FHIR R4
/// CompartmentDefinition/patient), roles such as `performer` among them; none for most types.
/// Access decisions rest on the record's own, narrower rule.
pub fn patient_compartment(resource_type: &str) -> &'static [&'static str] {
    TABLE.compartment.get(resource_type).map_or(&[], Vec::as_slice)
}

/// One parameter by name.
pub(crate) fn find(resource_type: &str, name: &str) -> Option<&'static Parameter> {
    search_parameters(resource_type).iter().find(|parameter| parameter.name == name)
}

/// A number that changes whenever what is indexed does.
pub(crate) fn version() -> i64 {
    let rows = rows(PARAMETERS).fold(EXTRACTION.to_owned(), |all, row| all + "\n" + row);
    let digest = crate::vault::sha256(rows.as_bytes());
    let digits: String = digest.chars().take(15).collect();
    i64::from_str_radix(&digits, 16).unwrap_or(0)
}

impl Parameter {
    /// A parameter that is answered from a column of the record's own.
    fn own(name: &'static str, kind: ParameterKind, definition: &'static str) -> Self {
        Self {
            name,
            kind,
            definition,
            paths: Vec::new(),
            targets: Vec::new(),
            components: Vec::new(),
            systems: Vec::new(),
            is_hashed: false,
            by_element: false,
        }
    }

    /// Canonical URL of its definition.
    pub fn definition(&self) -> String {
        format!("{DEFINITIONS}{}", self.definition)
    }

    /// Whether a reference may point at a type.
    pub fn targets(&self, resource_type: &str) -> bool {
        self.targets.iter().any(|target| *target == ALL_TYPES || *target == resource_type)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read() {
        assert_eq!(rows(PARAMETERS).filter_map(parameter).count(), rows(PARAMETERS).count());
        assert_eq!(TABLE.compartment.len(), rows(COMPARTMENT).count());
        assert_eq!(TABLE.types.len(), 32);
        assert_eq!(patient_compartment("Observation"), ["subject", "performer"]);
        for (resource_type, parameters) in &TABLE.types {
            for parameter in parameters {
                let place = format!("{resource_type} {}", parameter.name);
                let hashed = parameter.paths.iter().any(|path| path.data_type == "Identifier");
                assert_eq!(hashed, parameter.is_hashed, "{place} mixes identifiers with others");
                let is_composite = parameter.kind == ParameterKind::Composite;
                assert_eq!(parameter.components.len(), if is_composite { 2 } else { 0 }, "{place}");
                for component in &parameter.components {
                    assert!(find(resource_type, component).unwrap().by_element, "{place}");
                }
            }
        }
    }
}
