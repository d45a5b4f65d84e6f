//! The tables of elements and types, read once.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// One element of a resource or datatype.
#[derive(Debug)]
pub(in crate::fhir) struct Element {
    /// Path from the type, `Observation.component.value[x]`.
    pub(in crate::fhir) path: String,
    /// Last part of the path, `value[x]`.
    pub(in crate::fhir) name: &'static str,
    /// Names in JSON with their datatype: one, or one per type of a choice; `#Path` = the content
    /// of another element.
    pub(in crate::fhir) names: Vec<(String, &'static str)>,
    /// Least number of times it stands.
    pub(in crate::fhir) min: u32,
    /// Whether it may stand more than once.
    pub(in crate::fhir) repeats: bool,
    /// Codes of a required binding; empty = not bound.
    pub(in crate::fhir) codes: Vec<&'static str>,
}

impl Element {
    fn new(path: String, name: &'static str, kinds: &[&'static str]) -> Self {
        let names = match name.strip_suffix("[x]") {
            None => vec![(name.to_owned(), kinds.first().copied().unwrap_or_default())],
            Some(stem) => kinds.iter().map(|kind| (choice_name(stem, kind), *kind)).collect(),
        };
        Self { path, name, names, min: 0, repeats: false, codes: vec![] }
    }

    /// Whether it may be of several datatypes.
    pub(in crate::fhir) fn is_choice(&self) -> bool {
        self.names.len() > 1
    }

    /// Whether the required binding allows the code.
    pub(in crate::fhir) fn allows(&self, code: &str) -> bool {
        self.codes.is_empty() || self.codes.contains(&code)
    }
}

fn choice_name(stem: &str, kind: &str) -> String {
    let mut letters = kind.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    stem.chars().chain(first).chain(letters).collect()
}

static ELEMENTS: LazyLock<BTreeMap<&'static str, Vec<Element>>> = LazyLock::new(|| {
    let mut table: BTreeMap<&'static str, Vec<Element>> = BTreeMap::new();
    for line in include_str!("elements.tsv").lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('\t');
        let path = columns.next().unwrap_or_default();
        let Some((parent, name)) = path.rsplit_once('.') else { continue };
        let words = |text: Option<&'static str>| text.unwrap_or_default().split(' ');
        let kinds: Vec<&str> = words(columns.next()).collect();
        let min = columns.next().and_then(|text| text.parse().ok()).unwrap_or(0);
        let repeats = columns.next() == Some("*");
        let codes = words(columns.next()).filter(|code| !code.is_empty()).collect();
        let element =
            Element { min, repeats, codes, ..Element::new(path.to_owned(), name, &kinds) };
        table.entry(parent).or_default().push(element);
    }
    // What may stand beside a primitive, as `_birthDate`.
    let id = Element::new("Element.id".to_owned(), "id", &["string"]);
    let extension = Element::new("Element.extension".to_owned(), "extension", &["Extension"]);
    table.insert("Element", vec![id, Element { repeats: true, ..extension }]);
    table
});

/// The elements directly under a path; empty for a path the table does not have.
pub(in crate::fhir) fn elements_of(path: &str) -> &'static [Element] {
    ELEMENTS.get(path).map_or(&[], Vec::as_slice)
}

/// The element of that name in JSON, with its datatype.
pub(in crate::fhir) fn find(
    elements: &'static [Element],
    name: &str,
) -> Option<(&'static Element, &'static str)> {
    elements.iter().find_map(|element| {
        let (_, kind) = element.names.iter().find(|(known, _)| known == name)?;
        Some((element, *kind))
    })
}
