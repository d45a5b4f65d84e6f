//! The names of resource types.

use std::sync::LazyLock;

static ALL: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    include_str!("resource_type/all.txt").lines().filter(|line| !line.starts_with('#')).collect()
});

/// Every resource type of HL7 FHIR R4 (4.0.1), and ViewDefinition of SQL on FHIR v2, sorted.
pub fn all() -> impl Iterator<Item = &'static str> {
    ALL.iter().copied()
}

/// Whether the name is one of them.
pub fn is_one(name: &str) -> bool {
    ALL.binary_search(&name).is_ok()
}
