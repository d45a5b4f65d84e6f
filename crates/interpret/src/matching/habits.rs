//! How a patient lives, as recorded: smoking, alcohol, occupation.
//!
//! Codes: LOINC, with the profile of US Core for smoking (72166-2). Nothing here is an answer to a
//! question that nobody asked: what is not recorded is not in the list.

use formats::fhir::access;
use model::PartialDate;
use serde_json::Value;
use trials::patient::Source;
use trials::resources::Resource;

/// LOINC code and what it says, in words.
const HABITS: [(&str, &str); 6] = [
    ("72166-2", "Smoking"),
    ("39240-7", "Smoking"),
    ("11331-6", "Alcohol"),
    ("74013-4", "Alcohol"),
    ("11341-5", "Occupation"),
    ("21843-8", "Occupation"),
];
const LOINC: &str = "http://loinc.org";

/// Something about how a patient lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Habit {
    /// `Smoking`, `Alcohol`, `Occupation`.
    pub label: &'static str,
    /// In the words of the record.
    pub words: String,
    /// Where it stands.
    pub source: Source,
}

/// The latest that is recorded of each, by label; one without a day comes before every day.
pub(super) fn habits(resources: &[Resource]) -> Vec<Habit> {
    let mut found: Vec<Habit> = resources.iter().filter_map(habit).collect();
    found.sort_by(|one, other| {
        let later = (other.source.date, &other.source.resource);
        (one.label, later).cmp(&(other.label, (one.source.date, &one.source.resource)))
    });
    found.dedup_by_key(|one| one.label);
    found
}

fn habit(resource: &Resource) -> Option<Habit> {
    let value = &resource.value;
    let is_final = matches!(access::text(value, "status"), Some("final" | "amended" | "corrected"));
    if access::resource_type(value) != Some("Observation") || !is_final {
        return None;
    }
    let codings = access::codings(value, "code.coding");
    let (_, label) = HABITS.into_iter().find(|(code, _)| {
        codings.iter().any(|coding| coding.system == LOINC && coding.code == *code)
    })?;
    Some(Habit {
        label,
        words: said(value)?,
        source: Source { resource: resource.reference.to_string(), date: date(value) },
    })
}

fn said(value: &Value) -> Option<String> {
    let coded = || Some(access::concept(value, "valueCodeableConcept")?.words()?.to_owned());
    let counted = || {
        let number = access::first(value, "valueQuantity.value")?;
        let unit = access::text(value, "valueQuantity.unit").unwrap_or_default();
        Some(format!("{number} {unit}").trim_end().to_owned())
    };
    let written = || Some(access::text(value, "valueString")?.to_owned());
    coded().or_else(counted).or_else(written)
}

fn date(value: &Value) -> Option<PartialDate> {
    ["effectiveDateTime", "effectivePeriod.end", "effectivePeriod.start", "issued"]
        .into_iter()
        .find_map(|path| access::date(value, path))
}
