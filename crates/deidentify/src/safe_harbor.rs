//! The Safe Harbor method over FHIR R4 resources (45 CFR 164.514(b)(2)).
//!
//! A table says which elements of which types pass, and in which form; everything else is removed:
//! names, addresses below the state, contacts, numbers of records, accounts, devices and
//! specimens, addresses of the web, pictures, narrative, notes and all other free text,
//! attachments and extensions. Dates become years, ages of 90 and more one class, ZIP codes their
//! first three digits, ids and references pseudonyms. Codes pass of known systems and by their
//! grammar only; texts beside them never do.
//!
//! A person's variants are taken as identifying: what carries them passes only in the controlled
//! tier, on the determination of an expert (164.514(b)(1)).

mod code;
mod element;
mod genotype;
mod place;
mod report;
mod table;
mod walk;
mod year;

pub use report::{Report, Withheld};

use crate::ProjectKey;
use serde_json::{Map, Value, json};
use walk::Walk;

/// How closely the data of a project is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// Registered researchers.
    Registered,
    /// Researchers whose access was granted for each project, in a place of its own.
    Controlled,
}

impl Tier {
    /// The stable word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Controlled => "controlled",
        }
    }

    /// Reads the stable word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Registered, Self::Controlled].into_iter().find(|tier| tier.word() == word)
    }
}

/// What the rules depend on.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'a> {
    /// The key of the project.
    pub key: &'a ProjectKey,
    /// The tier of the project.
    pub tier: Tier,
    /// Whether an expert has determined that the risk is very small (45 CFR 164.514(b)(1)).
    pub has_expert_determination: bool,
    /// The year of the export, by which ages are measured.
    pub year: i16,
}

impl Settings<'_> {
    /// Whether variants of single people may pass.
    pub fn passes_genotypes(&self) -> bool {
        self.tier == Tier::Controlled && self.has_expert_determination
    }
}

/// What became of a resource.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It passes in this form.
    Passes(Value),
    /// It does not pass.
    Withheld(Withheld),
}

/// `v3-ObservationValue`: what was done to the resource.
const LABELS: [&str; 2] = ["PSEUDED", "REDACTED"];
const LABEL_SYSTEM: &str = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";

/// The de-identified form of a resource. What is removed is counted in the report.
pub fn resource(resource: &Value, settings: &Settings<'_>, report: &mut Report) -> Outcome {
    let outcome = pass(resource, settings, report);
    let resource_type = resource.get("resourceType").and_then(Value::as_str).unwrap_or_default();
    match &outcome {
        Outcome::Passes(_) => report.passed(resource_type),
        Outcome::Withheld(reason) => report.withheld(resource_type, *reason),
    }
    outcome
}

fn pass(resource: &Value, settings: &Settings<'_>, report: &mut Report) -> Outcome {
    let Some(members) = resource.as_object() else {
        return Outcome::Withheld(Withheld::Unreadable);
    };
    let named = members.get("resourceType").and_then(Value::as_str).unwrap_or_default();
    let Some(shape) = table::shape(named) else {
        return Outcome::Withheld(Withheld::Type);
    };
    let Some(id) = members.get("id").and_then(Value::as_str).filter(|id| !id.is_empty()) else {
        return Outcome::Withheld(Withheld::Unreadable);
    };
    // What changes the meaning of the rest is not understood here, and cannot be left out.
    if walk::has_modifier(resource) {
        return Outcome::Withheld(Withheld::Modifier);
    }
    if genotype::carries(resource) && !settings.passes_genotypes() {
        return Outcome::Withheld(Withheld::Genotype);
    }
    let mut walk = Walk::new(shape.name, resource, settings, report);
    let mut kept = walk.parts(members, shape.elements, "");
    for name in shape.required {
        if !kept.contains_key(*name) {
            match element::masked(shape.elements, name) {
                Some(masked) => kept.insert((*name).to_owned(), masked),
                None => return Outcome::Withheld(Withheld::Unreadable),
            };
        }
    }
    let security = LABELS.map(|code| json!({"system": LABEL_SYSTEM, "code": code}));
    let mut passes = Map::new();
    passes.insert("resourceType".to_owned(), json!(shape.name));
    passes.insert("id".to_owned(), json!(settings.key.pseudonym(shape.name, id)));
    passes.insert("meta".to_owned(), json!({"security": security}));
    passes.extend(kept);
    Outcome::Passes(Value::Object(passes))
}

#[cfg(test)]
mod tests;
