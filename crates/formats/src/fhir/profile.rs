//! Profiles: what a guide asks of a resource beyond the structure of its type.
//!
//! The rules are those of the HL7 Genomics Reporting guide, as a table made from its
//! StructureDefinitions: cardinalities, slices, fixed and pattern values, datatypes, targets of
//! references, required value sets, and the guide's own extensions wherever they stand. Must
//! support is a promise of systems and not a rule for resources; extensible and weaker bindings
//! forbid nothing. What could not be checked is told, never passed over.

mod reference;
mod table;
mod walk;

use model::Problem;
use serde_json::Value;

/// Checks a resource, and those inside it, against the profiles that they claim in `meta.profile`
/// and the resource itself also against those that are `asked` for. Structure is not checked
/// here; see [`check`](super::check).
///
/// A profile that is not known is an error where it was asked for (nobody may take the silence
/// for a yes) and a warning where it is only claimed. A required value set that is not at hand is
/// a note at the code that was not checked.
pub fn check(resource: &Value, asked: &[&str]) -> Vec<Problem> {
    walk::check(resource, asked)
}

/// Canonicals of the profiles of resources that are known, with the resource's type; sorted.
pub fn supported() -> impl Iterator<Item = (String, &'static str)> {
    let all = table::table().profiles();
    let is_resource = |kind: &str| super::check::is_resource_type(kind);
    all.filter(move |profile| is_resource(profile.kind))
        .map(|profile| (table::table().canonical(profile.name), profile.kind))
}

#[cfg(test)]
mod tests;
