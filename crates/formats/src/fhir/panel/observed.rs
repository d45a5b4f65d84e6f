//! What the elements of an Observation say, as rows.

use super::value::of_element;
use crate::fhir::access::{self, codings, first};
use crate::fhir::codes;
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

/// Its value and its components. What was derived and has no value of its own gives only these.
pub(super) fn rows(observation: &Value) -> Vec<PanelRow> {
    let components = access::all(observation, "component");
    if access::resource_type(observation) != Some("Observation") {
        return Vec::new();
    }
    std::iter::once(observation).chain(components).filter_map(row).collect()
}

fn row(element: &Value) -> Option<PanelRow> {
    let code = code(element)?;
    let value = of_element(element)?;
    let value = if TEXTS.contains(&code.code.as_str()) { as_text(value) } else { value };
    let value = if code.code == codes::loinc::GENE { as_gene(value) } else { value };
    let status = ResultStatus::Unknown;
    Some(PanelRow { group: String::new(), code, value, status, notes: Vec::new() })
}

/// The LOINC code of an element, else the first one it has. What the guide itself names a
/// phenotype is 53040-2 to a receiver of messages.
fn code(element: &Value) -> Option<Coding> {
    let all = codings(element, "code.coding");
    if let Some(loinc) = all.iter().find(|one| one.system == system::LOINC) {
        let own = panel_code(&loinc.code);
        return Some(if own.display.is_some() { own } else { loinc.clone() });
    }
    if all.iter().any(|one| one.system == codes::TBD && one.code == IMPLICATION) {
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
