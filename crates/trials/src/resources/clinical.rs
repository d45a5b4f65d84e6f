//! Stage, performance, laboratory values and therapies.

use super::element::{at, codes, date, list, names, text};
use super::{LAB_MONTHS_MAX, PERFORMANCE_MONTHS_MAX, Read, Resource, source};
use crate::patient::{LabValue, OutOfDate, stage};
use model::code::system::{LOINC, UCUM};
use model::{PartialDate, Problem};
use serde_json::Value;
use std::collections::BTreeMap;

/// Stage group, LOINC: clinical, pathologic, and as stated otherwise.
const STAGES: [&str; 4] = ["21908-9", "21902-2", "21914-7", "97643-1"];
/// ECOG performance, LOINC: score and interpretation.
const ECOG: [&str; 2] = ["89247-1", "89262-0"];
/// Answers of LOINC to 89262-0, from grade 0 on.
const ECOG_ANSWERS: [&str; 6] =
    ["LA9622-7", "LA9623-5", "LA9624-3", "LA9625-0", "LA9626-8", "LA9627-6"];
/// When an observation was made.
const OBSERVED: [&str; 4] = ["effectiveDateTime", "effectivePeriod", "effectiveInstant", "issued"];

/// One observation that counts.
struct Observed<'r> {
    resource: &'r Resource,
    on: PartialDate,
}

/// Observations of some codes, the earlier ones first; without a date none can be told from a
/// later one, so it does not count.
fn observed<'r>(resources: &[&'r Resource], wanted: impl Fn(&str) -> bool) -> Vec<Observed<'r>> {
    let mut found: Vec<Observed<'_>> = resources
        .iter()
        .filter(|resource| {
            let value = &resource.value;
            text(value, "resourceType") == "Observation"
                && matches!(text(value, "status"), "final" | "amended" | "corrected")
                && codes(value.get("code")).iter().any(|(of, code)| *of == LOINC && wanted(code))
        })
        .filter_map(|resource| Some(Observed { resource, on: date(&resource.value, &OBSERVED)? }))
        .collect();
    found.sort_by_key(|one| (one.on, one.resource.reference.clone()));
    found
}

impl Read {
    pub(super) fn observations(&mut self, resources: &[&Resource]) {
        self.stage(resources);
        self.performance(resources);
        self.labs(resources);
    }

    /// The stage of a condition; observations of it come behind, and the later one counts.
    pub(super) fn stage_of_condition(&mut self, resource: &Resource) {
        for one in list(&resource.value, "stage") {
            let said = names(one.get("summary"));
            if let Some(found) = said.iter().find_map(|name| stage(name)) {
                self.patient.stage = Some(found);
                self.sources.stage = vec![source(resource, None)];
            }
        }
    }

    fn stage(&mut self, resources: &[&Resource]) {
        let all = observed(resources, |code| STAGES.contains(&code));
        let Some(latest) = all.last().map(|last| last.on) else { return };
        let mut stages = Vec::new();
        let mut sources = Vec::new();
        for one in all.iter().filter(|one| one.on == latest) {
            let value = &one.resource.value;
            let concept = value.get("valueCodeableConcept");
            let coded = codes(concept).into_iter().map(|(_, code)| code);
            let said = names(concept).into_iter().chain(coded);
            let said = said.chain(value.get("valueString").and_then(Value::as_str));
            if let Some(found) = said.clone().find_map(stage) {
                stages.push(found);
            } else {
                let words = said.collect::<Vec<_>>().join(", ");
                let text = format!("`{words}` is no stage that can be read");
                let place = format!("Observation/{}.value", one.resource.reference.id);
                self.problems.push(Problem::warning("stage-not-read", place, text));
            }
            sources.push(source(one.resource, Some(one.on)));
        }
        stages.sort();
        stages.dedup();
        // Two stages of one day: neither is known to be the patient's.
        self.patient.stage = match stages.as_slice() {
            [one] => Some(one.clone()),
            _ => None,
        };
        self.sources.stage = sources;
        if stages.len() > 1 {
            let text = format!("stages {} of one day", stages.join(" and "));
            self.problems.push(Problem::warning("stages-disagree", "Observation", text));
        }
    }

    fn performance(&mut self, resources: &[&Resource]) {
        let all = observed(resources, |code| ECOG.contains(&code));
        let Some(last) = all.last() else { return };
        let value = &last.resource.value;
        let answer = codes(value.get("valueCodeableConcept"))
            .into_iter()
            .find_map(|(_, code)| ECOG_ANSWERS.iter().position(|answer| *answer == code));
        let number = value.get("valueInteger").and_then(Value::as_u64);
        let quantity = at(value, "/valueQuantity/value").and_then(Value::as_u64);
        let found = answer
            .and_then(|grade| u8::try_from(grade).ok())
            .or_else(|| number.or(quantity).and_then(|grade| u8::try_from(grade).ok()))
            .filter(|grade| *grade <= 5);
        let Some(grade) = found else {
            let place = format!("Observation/{}.value", last.resource.reference.id);
            let text = "is no grade of ECOG, 0 to 5";
            return self.problems.push(Problem::warning("performance-not-read", place, text));
        };
        self.sources.performance = vec![source(last.resource, Some(last.on))];
        match self.counts(last.on, PERFORMANCE_MONTHS_MAX) {
            Some(ends) => {
                self.patient.ecog = Some(grade);
                self.expire(ends);
            }
            None => self.sources.out_of_date.push(OutOfDate {
                code: None,
                words: format!(
                    "ECOG {grade} of {}, older than {PERFORMANCE_MONTHS_MAX} months",
                    last.on
                ),
            }),
        }
    }

    /// The latest value of each code and unit.
    fn labs(&mut self, resources: &[&Resource]) {
        let mut latest: BTreeMap<(String, String), (f64, Observed<'_>)> = BTreeMap::new();
        for one in observed(resources, |_| true) {
            let quantity = one.resource.value.get("valueQuantity");
            let Some(value) = quantity.and_then(|quantity| quantity.get("value")?.as_f64()) else {
                continue;
            };
            // A value below or above a limit is no number to compare with.
            let has_comparator =
                quantity.is_some_and(|quantity| quantity.get("comparator").is_some());
            let unit = quantity.filter(|quantity| text(quantity, "system") == UCUM);
            let Some(unit) = unit.map(|quantity| text(quantity, "code")) else { continue };
            if has_comparator {
                continue;
            }
            for (system, code) in codes(one.resource.value.get("code")) {
                if system == LOINC {
                    let observed = Observed { resource: one.resource, on: one.on };
                    latest.insert((code.to_owned(), unit.to_owned()), (value, observed));
                }
            }
        }
        for ((code, unit), (value, one)) in latest {
            self.sources.labs.push((code.clone(), source(one.resource, Some(one.on))));
            match self.counts(one.on, LAB_MONTHS_MAX) {
                Some(ends) => {
                    self.patient.labs.push(LabValue { code, value, unit });
                    self.expire(ends);
                }
                None => self.sources.out_of_date.push(OutOfDate {
                    code: Some(code),
                    words: format!(
                        "{value} {unit} of {}, older than {LAB_MONTHS_MAX} month",
                        one.on
                    ),
                }),
            }
        }
    }

    /// Therapies that were given, by every name they have.
    pub(super) fn therapies(&mut self, resources: &[&Resource]) {
        for resource in resources {
            let value = &resource.value;
            let given = match text(value, "resourceType") {
                "MedicationStatement" => {
                    matches!(text(value, "status"), "active" | "completed" | "stopped" | "on-hold")
                }
                "MedicationAdministration" => {
                    matches!(text(value, "status"), "in-progress" | "completed" | "stopped")
                }
                "Procedure" => matches!(text(value, "status"), "completed" | "in-progress"),
                _ => false,
            };
            if !given {
                continue;
            }
            let referred = at(value, "/medicationReference/reference").and_then(Value::as_str);
            let medication = referred.and_then(|wanted| {
                let is = |one: &&&Resource| {
                    let reference = &one.reference;
                    format!("{}/{}", reference.resource_type, reference.id) == wanted
                };
                resources.iter().find(is)?.value.get("code")
            });
            let concept = value.get("medicationCodeableConcept").or(medication);
            let concept = concept.or_else(|| value.get("code"));
            let on = date(
                value,
                &["effectivePeriod", "effectiveDateTime", "performedPeriod", "performedDateTime"],
            );
            for name in names(concept) {
                let name = name.trim().to_lowercase();
                if !self.patient.therapies.contains(&name) {
                    self.patient.therapies.push(name.clone());
                }
                self.sources.therapies.push((name, source(resource, on)));
            }
        }
    }
}
