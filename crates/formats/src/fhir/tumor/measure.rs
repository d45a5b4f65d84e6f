//! Measurements of the whole tumour, by their LOINC codes.
//!
//! Sources: LOINC; the biomarker examples of the Genomics Reporting guide and the tumour markers
//! of mCODE. A number keeps the laboratory's word for it (`interpretation`); one that is only
//! bounded (`< 1`) is no number.

use crate::fhir::access::{self, text};
use crate::fhir::codes;
use crate::fhir::genomics::concept_value;
use model::tumor::ReportedBiomarker;
use model::{CodeableConcept, Problem};
use serde_json::Value;

/// What a code measures: name, method and clone.
type Measure = (&'static str, &'static str, Option<&'static str>, Option<&'static str>);

const MEASURES: &[Measure] = &[
    ("94076-7", "tmb", None, None),
    ("94077-5", "tmb", None, None),
    ("81695-9", "msi", None, None),
    ("85147-7", "pd-l1", Some("IHC"), Some("22C3")),
    ("85337-4", "er", Some("IHC"), None),
    ("16112-5", "er", None, None),
    ("40557-1", "pr", Some("IHC"), None),
    ("85339-0", "pr", Some("IHC"), None),
    ("16113-3", "pr", None, None),
    ("72382-5", "her2", Some("IHC"), None),
    ("18474-7", "her2", Some("IHC"), None),
    ("85319-2", "her2", Some("IHC"), None),
    ("85318-4", "her2", Some("FISH"), None),
    ("48676-1", "her2", None, None),
];

/// Answers in words that tumours' measurements are read by.
const ANSWERS: &[(&str, &str)] = &[
    ("LA14122-8", "stable"),
    ("LA26202-4", "MSI-L"),
    ("LA26203-2", "MSI-H"),
    ("LA6576-8", "positive"),
    ("LA6577-6", "negative"),
    ("LA9633-4", "present"),
    ("LA9634-2", "absent"),
];

/// Interpretations (HL7 v3 ObservationInterpretation).
const INTERPRETATIONS: &[(&str, &str)] = &[
    ("H", "high"),
    ("HH", "high"),
    ("L", "low"),
    ("LL", "low"),
    ("POS", "positive"),
    ("DET", "positive"),
    ("NEG", "negative"),
    ("ND", "negative"),
];

/// What a LOINC code measures: `tmb`.
pub fn measure_of(loinc: &str) -> Option<&'static str> {
    MEASURES.iter().find(|known| known.0 == loinc).map(|known| known.1)
}

fn measure(observation: &Value) -> Option<(String, Option<&'static str>, Option<&'static str>)> {
    let codings = access::codings(observation, "code.coding");
    codings.iter().find_map(|coding| {
        if coding.system == codes::TUMOR_MEASURE {
            return Some((coding.code.clone(), None, None));
        }
        let known = MEASURES.iter().find(|m| codes::is_loinc(&coding.system, &coding.code, m.0))?;
        Some((known.1.to_owned(), known.2, known.3))
    })
}

/// Whether an observation is such a measurement.
pub(super) fn is_measure(observation: &Value) -> bool {
    measure(observation).is_some()
}

/// Reads a measurement; `None` for one without a result.
pub(super) fn read(
    observation: &Value,
    place: &str,
    problems: &mut Vec<Problem>,
) -> Option<ReportedBiomarker> {
    let (name, method, clone) = measure(observation)?;
    let not = |problems: &mut Vec<Problem>, why: &str| {
        problems.push(Problem::note("measure-not-read", place, format!("`{name}`: {why}")));
        None
    };
    let is_modified = ["modifierExtension", "implicitRules"];
    if is_modified.iter().any(|name| observation.get(name).is_some()) {
        return not(problems, "an unknown modifier changes what this means");
    }
    let quantity = observation.get("valueQuantity");
    let unit = quantity.and_then(|one| text(one, "unit").or_else(|| text(one, "code")));
    let value = match (quantity, concept_value(observation)) {
        (Some(one), _) if text(one, "comparator").is_some() => {
            return not(problems, "the number is only bounded");
        }
        (Some(_), _) if !is_unit(&name, unit) => {
            return not(problems, "the unit is not the one that is compared");
        }
        (Some(one), _) => match one.get("value") {
            Some(number) => number.to_string(),
            None => return not(problems, "it has no number"),
        },
        (None, Some(concept)) => answer(&concept),
        (None, None) => match observation.get("valueInteger") {
            Some(number) => number.to_string(),
            None => return not(problems, "it has no result"),
        },
    };
    let stated = access::concept(observation, "method");
    let stated = stated.and_then(|method| method.words().map(str::to_owned));
    Some(ReportedBiomarker {
        value,
        level: quantity.and_then(|_| interpretation(observation)),
        unit: unit.map(str::to_owned),
        method: method.map(str::to_owned).or(stated),
        clone: clone.map(str::to_owned),
        cut_off: text(observation, "referenceRange.text").map(str::to_owned),
        date: access::date(observation, "effectiveDateTime"),
        source: Some(place.to_owned()),
        name,
    })
}

/// Whether a unit is the one that the measure is compared in; one that is not stated is, where
/// there is no other in use.
fn is_unit(name: &str, unit: Option<&str>) -> bool {
    let plain = unit.unwrap_or_default().to_lowercase();
    let plain: String = plain.chars().filter(|c| !c.is_whitespace()).collect();
    match name {
        "tmb" => {
            let known = ["", "1", "{mutations}/{megabase}", "1/1000000{base}"];
            known.contains(&plain.as_str())
                || (plain.starts_with(['m', '{', '1']) && plain.ends_with("/mb"))
        }
        "tumor-fraction" | "loh" => plain == "%" || plain == "percent",
        _ => true,
    }
}

/// The word that a measurement's answer is read by; empty if it has none.
pub fn answer(concept: &CodeableConcept) -> String {
    let coded = codes::answer_in(&concept.coding, ANSWERS);
    let word = coded.and_then(|answer| codes::words_of(ANSWERS, &answer.code));
    word.or(concept.words()).unwrap_or_default().to_owned()
}

/// The laboratory's word for a number.
fn interpretation(observation: &Value) -> Option<String> {
    let concept = access::concept(observation, "interpretation")?;
    let coded = concept.coding.iter().find_map(|c| codes::words_of(INTERPRETATIONS, &c.code));
    coded.or(concept.words()).map(str::to_owned)
}
