//! What the laboratory makes of a variant, in its own system and words.
//!
//! Codes: LOINC 53037-8 (clinical significance, also of mCODE) and 93044-6 (level of evidence), of
//! the variant itself and of the diagnostic and therapeutic implications that are derived from it;
//! the status of a laboratory's own format stands under a code of ours. Nothing is mapped.

use crate::fhir::access::{self, text};
use crate::fhir::codes::{self, loinc};
use crate::fhir::genomics::{component, components, concept_value};
use model::CodeableConcept;
use model::tumor::LaboratoryJudgement;
use serde_json::Value;
use std::collections::BTreeSet;

/// What a code judges, in words.
const KINDS: [(&str, &str); 2] =
    [(loinc::SIGNIFICANCE, "clinical significance"), (loinc::EVIDENCE, "level of evidence")];
/// The code of ours for a laboratory's own status of a finding.
const STATUS: &str = "laboratory-status";
/// Judgements of one finding that are kept.
const JUDGEMENTS_MAX: usize = 50;

/// The judgements that a variant carries, and those of what was derived from it; each once.
pub(super) fn read(
    observation: &Value,
    derived: &[&Value],
    place: &str,
) -> Vec<LaboratoryJudgement> {
    let mut found = BTreeSet::new();
    found.extend(judged(observation, place));
    found.extend(status(observation, place));
    for one in derived {
        let id = access::id(one).unwrap_or_default();
        found.extend(judged(one, &format!("Observation/{id}")));
    }
    found.into_iter().take(JUDGEMENTS_MAX).collect()
}

fn judged(observation: &Value, source: &str) -> Vec<LaboratoryJudgement> {
    let medicine = component(observation, loinc::MEDICATION).and_then(concept_value);
    let regarding = medicine.and_then(|medicine| medicine.words().map(str::to_owned));
    let of = |(code, kind): (&str, &str)| {
        let said = components(observation, code).into_iter();
        let one = |concept: CodeableConcept| {
            let words = concept.words().map(str::trim).filter(|words| !words.is_empty())?;
            Some(LaboratoryJudgement {
                kind: kind.to_owned(),
                system: concept.coding.first().map(|coding| coding.system.clone()),
                words: words.to_owned(),
                regarding: regarding.clone(),
                source: source.to_owned(),
            })
        };
        said.filter_map(one).collect::<Vec<_>>()
    };
    KINDS.into_iter().flat_map(of).collect()
}

/// The status that a laboratory's own format states: `known`, `likely`, `unknown`.
fn status(observation: &Value, source: &str) -> Option<LaboratoryJudgement> {
    let is_status = |part: &&Value| {
        let codings = access::codings(part, "code.coding");
        codings.iter().any(|coding| coding.is(codes::OWN, STATUS))
    };
    let part = access::all(observation, "component").into_iter().find(is_status)?;
    let words = text(part, "valueString").map(str::trim).filter(|words| !words.is_empty())?;
    Some(LaboratoryJudgement {
        kind: "status".to_owned(),
        words: words.to_owned(),
        source: source.to_owned(),
        ..LaboratoryJudgement::default()
    })
}
