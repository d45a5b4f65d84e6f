//! What was removed, by path and count: words of the standard only, never a value.

use serde::Serialize;
use std::collections::BTreeMap;

/// Why a whole resource does not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Withheld {
    /// Its type is not in the table.
    Type,
    /// It carries variants of a person.
    Genotype,
    /// A modifier changes its meaning.
    Modifier,
    /// Something that it needs is missing or cannot be read.
    Unreadable,
}

/// What an export let through and what it did not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// How many resources of each type passed.
    pub passed: BTreeMap<String, u64>,
    /// How many of each type did not, by reason.
    pub withheld: BTreeMap<String, BTreeMap<Withheld, u64>>,
    /// How often something was removed at a path.
    pub removed: BTreeMap<String, u64>,
    /// How often something was made coarser at a path.
    pub generalised: BTreeMap<String, u64>,
}

/// Elements whose names may stand in a report beside those of the table.
const NAMES: &[&str] = &[
    "accession",
    "accessionIdentifier",
    "active",
    "address",
    "asserter",
    "authoredOn",
    "basedOn",
    "birthDate",
    "city",
    "communication",
    "conclusion",
    "contact",
    "contained",
    "country",
    "definition",
    "device",
    "display",
    "district",
    "dispenseRequest",
    "dosage",
    "dosageInstruction",
    "encounter",
    "expirationDate",
    "extension",
    "focus",
    "generalPractitioner",
    "hospitalization",
    "identifier",
    "image",
    "implicitRules",
    "instantiates",
    "issued",
    "language",
    "line",
    "link",
    "location",
    "lotNumber",
    "managingOrganization",
    "manufacturer",
    "meta",
    "name",
    "note",
    "partOf",
    "participant",
    "performer",
    "period",
    "photo",
    "postalCode",
    "presentedForm",
    "reason",
    "recorder",
    "requester",
    "resultsInterpreter",
    "serviceProvider",
    "state",
    "supportingInfo",
    "telecom",
    "text",
    "type",
    "unit",
    "use",
    "valueAttachment",
    "valueSampledData",
    "valueString",
    "valueTime",
];

impl Report {
    pub(super) fn passed(&mut self, resource_type: &str) {
        *self.passed.entry(resource_type.to_owned()).or_default() += 1;
    }

    /// A type that is none stands as `other`: it is a word that somebody sent.
    pub(super) fn withheld(&mut self, resource_type: &str, reason: Withheld) {
        let is_name = super::table::is_type_name(resource_type);
        let name = if is_name { resource_type } else { "other" };
        *self.withheld.entry(name.to_owned()).or_default().entry(reason).or_default() += 1;
    }

    pub(super) fn removed(&mut self, path: &str, name: &str) {
        let name = if NAMES.contains(&name) { name } else { "other" };
        *self.removed.entry(format!("{path}.{name}")).or_default() += 1;
    }

    pub(super) fn generalised(&mut self, path: &str) {
        *self.generalised.entry(path.to_owned()).or_default() += 1;
    }

    /// Adds another report.
    pub fn add(&mut self, other: &Self) {
        let add = |to: &mut BTreeMap<String, u64>, from: &BTreeMap<String, u64>| {
            for (path, count) in from {
                *to.entry(path.clone()).or_default() += count;
            }
        };
        add(&mut self.passed, &other.passed);
        add(&mut self.removed, &other.removed);
        add(&mut self.generalised, &other.generalised);
        for (name, reasons) in &other.withheld {
            let mine = self.withheld.entry(name.clone()).or_default();
            for (reason, count) in reasons {
                *mine.entry(*reason).or_default() += count;
            }
        }
    }
}
