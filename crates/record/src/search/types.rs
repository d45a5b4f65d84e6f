//! The types that a reference to anything may lead to.

/// Resource types of HL7 FHIR R4 (4.0.1), CC0, and ViewDefinition of SQL on FHIR v2.
const TYPES: &str = include_str!("types.txt");

/// All of them, sorted.
pub fn referenced_types() -> impl Iterator<Item = &'static str> {
    TYPES.split_whitespace()
}
