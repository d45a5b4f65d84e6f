//! Codes and the systems they come from, with the check digits that catch typing errors.

use serde::{Deserialize, Serialize};

/// System URIs, as FHIR R4 names them.
pub mod system {
    /// LOINC observation and answer codes.
    pub const LOINC: &str = "http://loinc.org";
    /// RxNorm concepts.
    pub const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";
    /// WHO ATC classes.
    pub const ATC: &str = "http://www.whocc.no/atc";
    /// HGNC gene ids, `HGNC:2621`.
    pub const HGNC: &str = "http://www.genenames.org";
    /// The same genes in older data.
    pub const HGNC_OLDER: &str = "http://www.genenames.org/geneId";
    /// PharmVar star alleles.
    pub const PHARMVAR: &str = "http://www.pharmvar.org";
    /// HGVS expressions.
    pub const HGVS: &str = "http://varnomen.hgvs.org";
    /// SNOMED CT.
    pub const SNOMED: &str = "http://snomed.info/sct";
    /// UCUM units.
    pub const UCUM: &str = "http://unitsofmeasure.org";
}

/// One code of one system.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Coding {
    /// System URI, or the sender's own name for it.
    pub system: String,
    /// The code.
    pub code: String,
    /// Text shown for the code by its sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
}

impl Coding {
    /// A code without display text.
    pub fn new(system: impl Into<String>, code: impl Into<String>) -> Self {
        Self { system: system.into(), code: code.into(), display: None }
    }

    /// The same code with display text.
    #[must_use]
    pub fn shown_as(mut self, display: impl Into<String>) -> Self {
        self.display = Some(display.into());
        self
    }

    /// Whether this is the code of that system.
    pub fn is(&self, system: &str, code: &str) -> bool {
        self.system == system && self.code == code
    }
}

/// One meaning, in any number of codes and in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CodeableConcept {
    /// The codes, as sent and in the order sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coding: Vec<Coding>,
    /// The words, as sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl CodeableConcept {
    /// The code of a system, if there is one.
    pub fn code_of(&self, system: &str) -> Option<&str> {
        self.coding.iter().find(|c| c.system == system).map(|c| c.code.as_str())
    }

    /// The best words for people: the text, else the first display, else the first code.
    pub fn words(&self) -> Option<&str> {
        let display = || self.coding.iter().find_map(|c| c.display.as_deref());
        let code = || self.coding.first().map(|c| c.code.as_str());
        self.text.as_deref().or_else(display).or_else(code)
    }
}

/// Whether the text has the shape and the check digit of a LOINC code (Mod 10, Luhn).
pub fn is_loinc(text: &str) -> bool {
    let Some((digits, check)) = text.split_once('-') else { return false };
    check_digit_holds(digits, check, 0)
}

/// Whether the text has the shape and the check digit of a LOINC answer code (`LA6576-8`):
/// Luhn plus 8 for an odd, 5 for an even count of digits.
pub fn is_loinc_answer(text: &str) -> bool {
    let Some((digits, check)) = text.strip_prefix("LA").and_then(|t| t.split_once('-')) else {
        return false;
    };
    check_digit_holds(digits, check, if digits.len() % 2 == 1 { 8 } else { 5 })
}

fn check_digit_holds(digits: &str, check: &str, offset: u32) -> bool {
    let all_digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if digits.is_empty() || digits.len() > 7 || check.len() != 1 {
        return false;
    }
    if !all_digits(digits) || !all_digits(check) {
        return false;
    }
    let luhn: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0');
            match (place % 2 == 0, digit) {
                (true, d) if d > 4 => d * 2 - 9,
                (true, d) => d * 2,
                (false, d) => d,
            }
        })
        .sum();
    let expected = (10 - (luhn + offset) % 10) % 10;
    check.parse() == Ok(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loinc_check_digits() {
        for good in ["81247-9", "48018-6", "84413-4", "53040-2", "51963-7", "69548-6", "47998-0"] {
            assert!(is_loinc(good), "{good}");
        }
        for bad in ["81247-8", "48018-7", "LA6576-8", "", "-", "x-1", "123456789-1", "84413-44"] {
            assert!(!is_loinc(bad), "{bad}");
        }
    }

    #[test]
    fn loinc_answer_check_digits() {
        for good in ["LA6576-8", "LA46-8", "LA9657-3", "LA10315-2", "LA25390-8", "LA26801-3"] {
            assert!(is_loinc_answer(good), "{good}");
        }
        for bad in ["LA6576-7", "6576-8", "LA-8", "LA10315-3"] {
            assert!(!is_loinc_answer(bad), "{bad}");
        }
    }

    #[test]
    fn words_prefer_text_then_display_then_code() {
        let mut concept =
            CodeableConcept { coding: vec![Coding::new(system::RXNORM, "32968")], text: None };
        assert_eq!(concept.words(), Some("32968"));
        concept.coding.push(Coding::new(system::ATC, "B01AC04").shown_as("clopidogrel"));
        assert_eq!(concept.words(), Some("clopidogrel"));
        concept.text = Some("Plavix".into());
        assert_eq!(concept.words(), Some("Plavix"));
        assert_eq!(concept.code_of(system::ATC), Some("B01AC04"));
    }
}
