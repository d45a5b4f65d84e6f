//! What the elements of an Observation say, as rows.

use super::value::of_element;
use super::{Kept, item, kept, status_of};
use crate::fhir::access::{self, choice, codings, first};
use crate::fhir::{codes, facts};
use crate::hl7v2::oru::{PanelRow, PanelValue, panel_code};
use model::code::system;
use model::reported::ResultStatus;
use model::{CodeableConcept, Coding};
use serde_json::Value;

/// Codes whose value is an expression or an accession: the code that a coding holds is the text.
const TEXTS: [&str; 8] = [
    codes::loinc::GENOTYPE,
    codes::loinc::HAPLOTYPE,
    codes::loinc::TRANSCRIPT,
    codes::loinc::SEQUENCE,
    codes::loinc::HGVS_CODING,
    codes::loinc::HGVS_PROTEIN,
    codes::loinc::HGVS_GENOMIC,
    "48001-2",
];
/// The guide's word for a phenotype and for advice; panel 81247-9 has a code for the former.
const IMPLICATION: &str = "therapeutic-implication";

/// What an Observation says.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// Its rows, without a label; of several values of a code those that were reported first.
    pub rows: Vec<PanelRow>,
    /// The label of its group, where the sender's labels make it a part of another result.
    pub group: Option<String>,
    /// Whether the rows say all that it says. Not of a value that no row can hold, nor of one
    /// that is absent for a reason.
    pub is_whole: bool,
}

/// What an Observation says: its elements, and what was kept beside them.
pub fn of_observation(observation: &Value) -> Said {
    let said = rows(observation);
    let status = status_of(observation);
    let kept = kept(observation, &said);
    let is_kept_whole = kept.as_ref().is_none_or(|kept| kept.is_whole);
    let Kept { reported, group, .. } = kept.unwrap_or_default();
    let is_kept = |code: &str| reported.rows.iter().any(|one| item(&one.code.code) == item(code));
    let mut rows: Vec<PanelRow> = said.into_iter().filter(|row| !is_kept(&row.code.code)).collect();
    rows.extend(reported.rows.iter().cloned());
    for row in &mut rows {
        row.status = status;
    }
    let is_written = |element: &Value| {
        row(element).is_some() || code(element).is_some_and(|code| is_kept(&code.code))
    };
    let mut said = elements(observation).into_iter().filter(|element| says(element));
    let is_whole = is_kept_whole && said.all(is_written);
    Said { rows, group, is_whole }
}

/// Its value and its components. What was derived and has no value of its own gives only these.
pub(super) fn rows(observation: &Value) -> Vec<PanelRow> {
    elements(observation).into_iter().filter_map(row).collect()
}

fn elements(observation: &Value) -> Vec<&Value> {
    if access::resource_type(observation) != Some("Observation") {
        return Vec::new();
    }
    std::iter::once(observation).chain(access::all(observation, "component")).collect()
}

/// Whether an element has a value, or says why it has none.
fn says(element: &Value) -> bool {
    choice(element, "value").is_some() || element.get("dataAbsentReason").is_some()
}

fn row(element: &Value) -> Option<PanelRow> {
    let code = code(element)?;
    let value = of_element(element)?;
    let value = if TEXTS.contains(&code.code.as_str()) { as_text(value) } else { value };
    let value = if code.code == codes::loinc::GENE { as_gene(value) } else { value };
    let status = ResultStatus::Unknown;
    Some(PanelRow { group: String::new(), code, value, status, notes: Vec::new() })
}

/// The LOINC code of an element, else the first one it has. What the guide's own code says of a
/// phenotype is 53040-2 to a receiver of messages; what it says of a drug is not.
fn code(element: &Value) -> Option<Coding> {
    let all = codings(element, "code.coding");
    if let Some(loinc) = all.iter().find(|one| one.system == system::LOINC) {
        let own = panel_code(&loinc.code);
        return Some(if own.display.is_some() { own } else { loinc.clone() });
    }
    let implied = all.iter().any(|one| one.system == codes::TBD && one.code == IMPLICATION);
    let value = access::concept(element, "valueCodeableConcept");
    if implied && value.is_some_and(|value| facts::is_phenotype(&value)) {
        return Some(panel_code(codes::loinc::METABOLISM));
    }
    all.into_iter().next().or_else(|| {
        let words = access::text(first(element, "code")?, "text")?.to_owned();
        Some(Coding { system: String::new(), code: words, display: None })
    })
}

fn as_text(value: PanelValue) -> PanelValue {
    let PanelValue::Coded(concept) = value else { return value };
    let code = concept.coding.first().map(|coding| coding.code.clone());
    PanelValue::Text(code.or(concept.text).unwrap_or_default())
}

/// A gene of which there is only a symbol.
fn as_gene(value: PanelValue) -> PanelValue {
    match value {
        PanelValue::Coded(CodeableConcept { coding, text: Some(symbol) }) if coding.is_empty() => {
            let coding = vec![Coding { system: String::new(), code: symbol, display: None }];
            PanelValue::Coded(CodeableConcept { coding, text: None })
        }
        other => other,
    }
}
