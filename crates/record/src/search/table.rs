//! The table of search parameters (HL7 FHIR R4, search parameter registry), made from its
//! definitions by `cargo xtask generate-fhir`.

use super::path::{Path, Tree};
use super::{Parameter, ParameterKind};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

const PARAMETERS: &str = include_str!("parameters.tsv");
const COMPARTMENT: &str = include_str!("compartment.tsv");
/// What stands before the name of a definition in the table.
const DEFINITIONS: &str = "http://hl7.org/fhir/SearchParameter/";
/// The type under which the table has what all types have.
const ALL_TYPES: &str = "*";
/// Raised when search values are taken in another way from the same table.
const EXTRACTION: &str = "5";
/// Datatypes whose values name a person or a thing, and are searched for as a whole: only hashes
/// of them are kept.
pub(super) const HASHED: [&str; 2] = ["Identifier", "ContactPoint"];
/// Numbers that the paths of one type may take.
const PATHS_OF_TYPE: u32 = 1024;

/// The parameters of every type, those of all types first.
struct Table {
    common: Vec<Parameter>,
    types: BTreeMap<&'static str, Vec<Parameter>>,
    common_paths: Vec<Indexed>,
    paths: BTreeMap<&'static str, Vec<Indexed>>,
    /// The paths of each type, those of all types first, and those of all types by themselves.
    trees: BTreeMap<&'static str, Tree>,
    common_tree: Tree,
    /// Numbers of the paths whose postings are not led by their resource.
    unlisted: BTreeSet<u32>,
    compartment: BTreeMap<&'static str, Vec<&'static str>>,
}

/// A path whose values are indexed, once for all parameters that use it.
pub(crate) struct Indexed {
    pub(crate) kind: ParameterKind,
    pub(crate) path: Path,
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
        let common_paths = number(&mut common, 0);
        let mut paths = BTreeMap::new();
        for (ordinal, (resource_type, parameters)) in (1..).zip(types.iter_mut()) {
            pair(parameters);
            let own_paths = number(parameters, ordinal * PATHS_OF_TYPE);
            paths.insert(*resource_type, own_paths);
            let own = std::mem::take(parameters);
            parameters.extend(common.iter().cloned().chain(own));
        }
        // It has none but those of all types.
        types.entry("Binary").or_insert_with(|| common.clone());
        let words = |row: &'static str| {
            let (resource_type, names) = row.split_once('\t')?;
            Some((resource_type, names.split(' ').collect()))
        };
        let compartment = rows(COMPARTMENT).filter_map(words).collect();
        let in_items = |one: &&Indexed| {
            one.kind == ParameterKind::Token && one.path.by_element && one.path.has_steps()
        };
        let unlisted = paths.values().flatten().filter(in_items).map(|one| one.path.number);
        let unlisted = unlisted.collect();
        let tree = |own: &[Indexed]| Tree::new(common_paths.iter().chain(own).map(|it| &it.path));
        let trees = paths.iter().map(|(name, own): (_, &Vec<Indexed>)| (*name, tree(own)));
        let (trees, common_tree) = (trees.collect(), tree(&[]));
        Self { common, types, common_paths, paths, trees, common_tree, unlisted, compartment }
    }
}

/// Numbers the paths, the same ones of the same kind alike, and gives each once.
fn number(parameters: &mut [Parameter], first: u32) -> Vec<Indexed> {
    let mut known: Vec<Indexed> = Vec::new();
    for parameter in parameters.iter_mut() {
        let kind = parameter.kind;
        for path in &mut parameter.paths {
            let is_same = |known: &&Indexed| known.kind == kind && known.path.is_same(path);
            if let Some(same) = known.iter().find(is_same) {
                path.number = same.path.number;
                continue;
            }
            path.number = (first..).step_by(2).nth(known.len()).unwrap_or(first);
            known.push(Indexed { kind, path: path.clone() });
        }
    }
    // A path is paired for all of its parameters if it is for one.
    for parameter in parameters.iter_mut() {
        for path in &mut parameter.paths {
            let paired = |one: &&mut Indexed| one.path.number == path.number;
            if let Some(known) = known.iter_mut().find(paired) {
                known.path.by_element |= parameter.by_element;
            }
        }
    }
    for path in parameters.iter_mut().flat_map(|parameter| &mut parameter.paths) {
        let same = known.iter().find(|one| one.path.number == path.number);
        path.by_element = same.is_some_and(|one| one.path.by_element);
    }
    known
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
    let is_hashed = !paths.is_empty() && paths.iter().all(|path| HASHED.contains(&path.data_type));
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

/// Gives every value of a resource that is indexed, with its path and the number, from 1, of the
/// list item that it is in; 0 outside lists.
pub(super) fn search_values<'a>(
    resource_type: &str,
    resource: &'a Json,
    mut found: impl FnMut(&'static Indexed, u32, &'a Json),
) {
    let table = &*TABLE;
    let own = table.paths.get(resource_type).map_or(&[][..], Vec::as_slice);
    let tree = table.trees.get(resource_type).unwrap_or(&table.common_tree);
    tree.walk(resource, &mut |place, element, value| {
        let place = place
            .checked_sub(table.common_paths.len())
            .map_or_else(|| table.common_paths.get(place), |place| own.get(place));
        if let Some(indexed) = place.filter(|indexed| indexed.path.holds(value)) {
            found(indexed, element, value);
        }
    });
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

/// Whether the postings of a path are also led by their resource. Codes in the items of lists are
/// not: they are many, and nothing is sorted by them.
pub(super) fn is_listed_by_resource(path: u32) -> bool {
    !TABLE.unlisted.contains(&(path & !1))
}

/// Numbers, parted by commas.
pub(super) fn listed(numbers: impl Iterator<Item = u32>) -> String {
    numbers.map(|number| number.to_string()).collect::<Vec<_>>().join(", ")
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

    /// The numbers of its paths, for a statement.
    pub(crate) fn path_numbers(&self) -> String {
        listed(self.paths.iter().map(|path| path.number))
    }

    /// Whether a reference may point at a type.
    pub fn targets(&self, resource_type: &str) -> bool {
        self.targets.iter().any(|target| *target == ALL_TYPES || *target == resource_type)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The paths of a type, those of all types first.
    fn search_paths(resource_type: &str) -> impl Iterator<Item = &'static Indexed> {
        let own = TABLE.paths.get(resource_type).map_or(&[][..], Vec::as_slice);
        TABLE.common_paths.iter().chain(own)
    }

    /// Puts something at a path; where two paths part it stands in lists by turns.
    fn put(into: &mut Json, steps: &[&str], turn: usize) {
        let Some((first, rest)) = steps.split_first() else {
            let leaf = match turn % 4 {
                0 => json!({"reference": "Patient/p", "system": "email"}),
                1 => json!([{"reference": "Group/g"}, {"system": "phone"}, null]),
                2 => json!(null),
                _ => json!("word"),
            };
            if into.is_null() {
                *into = leaf;
            }
            return;
        };
        if into.is_null() {
            *into = if turn.is_multiple_of(3) { json!([{}, [{}], {}]) } else { json!({}) };
        }
        match into {
            Json::Array(items) => items.iter_mut().for_each(|item| put(item, steps, turn + 1)),
            Json::Object(_) => put(&mut into[*first], rest, turn + 1),
            _ => {}
        }
    }

    #[test]
    fn the_tree_of_a_type_finds_what_each_path_finds_by_itself() {
        let mut count = 0;
        for resource_type in TABLE.types.keys().copied().chain(["Basic"]) {
            for turn in 0..12 {
                let mut resource = json!({});
                for (number, indexed) in search_paths(resource_type).enumerate() {
                    put(&mut resource, &indexed.path.names(), turn + number + 1);
                }
                let shown = |number: u32, element: u32, value: &Json| {
                    format!("{number:05} {element:05} {value}")
                };
                let mut found = Vec::new();
                search_values(resource_type, &resource, |indexed, element, value| {
                    found.push(shown(indexed.path.number, element, value));
                });
                let mut expected = Vec::new();
                for path in search_paths(resource_type).map(|indexed| &indexed.path) {
                    let values = path.values(&resource);
                    expected.extend(values.into_iter().map(|(at, it)| shown(path.number, at, it)));
                }
                found.sort();
                expected.sort();
                count += expected.len();
                assert_eq!(found, expected, "{resource_type} {turn}");
            }
        }
        assert!(count > 5_000, "{count} values");
    }

    #[test]
    fn every_line_of_the_table_is_read() {
        assert_eq!(rows(PARAMETERS).filter_map(parameter).count(), rows(PARAMETERS).count());
        assert_eq!(TABLE.compartment.len(), rows(COMPARTMENT).count());
        assert_eq!(TABLE.types.len(), 32);
        assert_eq!(patient_compartment("Observation"), ["subject", "performer"]);
        for (resource_type, parameters) in &TABLE.types {
            let mut numbers: Vec<u32> =
                search_paths(resource_type).map(|one| one.path.number).collect();
            numbers.sort_unstable();
            numbers.dedup();
            assert_eq!(numbers.len(), search_paths(resource_type).count(), "{resource_type}");
            assert!(numbers.len() * 2 < PATHS_OF_TYPE as usize, "{resource_type}");
            for parameter in parameters {
                for path in &parameter.paths {
                    assert!(numbers.contains(&path.number), "{resource_type} {}", parameter.name);
                }
                let place = format!("{resource_type} {}", parameter.name);
                let hashed = parameter.paths.iter().any(|path| HASHED.contains(&path.data_type));
                assert_eq!(hashed, parameter.is_hashed, "{place} mixes what is hashed with others");
                let is_composite = parameter.kind == ParameterKind::Composite;
                assert_eq!(parameter.components.len(), if is_composite { 2 } else { 0 }, "{place}");
                for component in &parameter.components {
                    assert!(find(resource_type, component).unwrap().by_element, "{place}");
                }
            }
        }
    }
}
