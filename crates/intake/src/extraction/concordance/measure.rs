//! Measurements of a whole tumour, as a document and a result state them: mutational burden and
//! microsatellite instability. Pure.
//!
//! Numbers are the same when they are within what the coarser of the two was rounded to; levels are
//! the same by what they mean. A number is never held against a level: where the threshold is, is
//! the laboratory's.

use super::beside::{Name, One};
use crate::hold;
use formats::fhir::access::text;
use formats::fhir::panel;
use formats::fhir::tumor::{answer, measure_of, reported_tumors};
use formats::hl7v2::oru::PanelValue;
use pdf::{FieldName, Proposal};
use serde_json::Value;

/// What a result or a document says of one measure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Measured {
    /// `tmb` or `msi`.
    pub(super) name: String,
    /// The number, as written.
    pub(super) value: Option<String>,
    /// The word, as written.
    pub(super) level: Option<String>,
}

impl Measured {
    /// What a resource states that decisions may rest on, were it not held.
    pub(super) fn of(name: &Name, one: &One) -> Vec<Self> {
        let body = hold::lifted(&one.body);
        if !text(&body, "status").is_some_and(hold::is_final) {
            return Vec::new();
        }
        match name.0.as_str() {
            "Observation" => Self::of_observation(body),
            "DiagnosticReport" => Self::of_rows(&body),
            _ => Vec::new(),
        }
    }

    fn of_observation(body: Value) -> Vec<Self> {
        let (tumors, _) = reported_tumors(&[body]);
        let all = tumors.into_iter().flat_map(|tumor| tumor.biomarkers);
        let known = all.filter(|one| is_compared(&one.name));
        known.map(|one| Self::with(&one.name, one.value, one.level)).collect()
    }

    /// A value is a number or a word; a word beside a number is the laboratory's level of it.
    fn with(name: &str, value: String, level: Option<String>) -> Self {
        let is_number = value.trim().parse::<f64>().is_ok();
        let (value, level) =
            if is_number { (Some(value), level) } else { (None, Some(value).or(level)) };
        Self { name: name.to_owned(), value, level }
    }

    /// Rows that stand in the report itself.
    fn of_rows(report: &Value) -> Vec<Self> {
        let rows = panel::of_report(report).map(|reported| reported.rows).unwrap_or_default();
        let of_row = |row: formats::hl7v2::oru::PanelRow| {
            let name = measure_of(&row.code.code).filter(|name| is_compared(name))?;
            let value = match row.value {
                PanelValue::Number(number, _) => number.to_string(),
                PanelValue::Text(words) => words,
                PanelValue::Coded(concept) => answer(&concept),
                PanelValue::Range(..) => return None,
            };
            let is_stated = row.status.is_final() && !value.trim().is_empty();
            is_stated.then(|| Self::with(name, value, None))
        };
        rows.into_iter().filter_map(of_row).collect()
    }

    /// What a proposal states.
    pub(super) fn of_proposal(proposal: &Proposal) -> Option<Self> {
        let value = |name| proposal.value(name).map(str::to_owned);
        let name = value(FieldName::Measure).filter(|name| is_compared(name))?;
        Some(Self { name, value: value(FieldName::Value), level: value(FieldName::Level) })
    }

    /// In words, for people.
    pub(super) fn words(&self) -> String {
        let parts = [Some(&self.name), self.value.as_ref(), self.level.as_ref()];
        parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    /// Whether both say the same of something that both state; `None` if they state nothing that
    /// can be compared.
    pub(super) fn is_same(&self, other: &Self) -> Option<bool> {
        let parts = [self.is_same_number(other), self.is_same_level(other)];
        if parts.contains(&Some(false)) { Some(false) } else { parts.into_iter().flatten().next() }
    }

    /// Whether the other one states everything that this one does, and the same.
    pub(super) fn is_said_by(&self, other: &Self) -> bool {
        let number = self.value.is_none() || self.is_same_number(other) == Some(true);
        let level = self.level.is_none() || self.is_same_level(other) == Some(true);
        number && level
    }

    fn is_same_number(&self, other: &Self) -> Option<bool> {
        let (one, other) = (self.value.as_deref()?, other.value.as_deref()?);
        let decimals = decimals(one).min(decimals(other));
        let (one, other) = (one.trim().parse::<f64>().ok()?, other.trim().parse::<f64>().ok()?);
        let half = 0.5 * 10_f64.powi(-decimals);
        Some((one - other).abs() <= half * 1.000_001)
    }

    fn is_same_level(&self, other: &Self) -> Option<bool> {
        let own = level(&self.name, self.level.as_deref()?)?;
        Some(own == level(&other.name, other.level.as_deref()?)?)
    }
}

fn is_compared(name: &str) -> bool {
    matches!(name, "tmb" | "msi")
}

/// Decimals that a number is written with.
fn decimals(number: &str) -> i32 {
    let behind = number.trim().split_once('.').map_or(0, |(_, behind)| behind.len());
    i32::try_from(behind.min(9)).unwrap_or_default()
}

/// What a level means; `None` for a word that means none.
fn level(name: &str, word: &str) -> Option<&'static str> {
    let plain: String =
        word.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let plain = plain.strip_prefix(name).filter(|rest| !rest.is_empty()).unwrap_or(&plain);
    Some(match (name, plain) {
        ("tmb", "low" | "l") | ("msi", "low" | "l" | "instabilitylow") => "low",
        ("tmb", "intermediate") => "intermediate",
        ("tmb", "high" | "h") | ("msi", "high" | "h" | "unstable" | "instabilityhigh") => "high",
        ("msi", "stable" | "mss" | "msstable" | "microsatellitestable") => "stable",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tmb(value: Option<&str>, level: Option<&str>) -> Measured {
        let [value, level] = [value, level].map(|text| text.map(str::to_owned));
        Measured { name: "tmb".to_owned(), value, level }
    }

    #[test]
    fn numbers_are_compared_as_they_were_rounded_and_levels_by_what_they_mean() {
        for (one, other, same) in [
            (tmb(Some("24.1"), None), tmb(Some("24"), None), Some(true)),
            (tmb(Some("24.1"), None), tmb(Some("24.10"), None), Some(true)),
            (tmb(Some("0.73"), None), tmb(Some("0.7"), None), Some(true)),
            (tmb(Some("24.6"), None), tmb(Some("24"), None), Some(false)),
            (tmb(Some("24.1"), None), tmb(Some("2.41"), None), Some(false)),
            (tmb(None, Some("TMB-High")), tmb(None, Some("high")), Some(true)),
            (tmb(None, Some("high")), tmb(None, Some("low")), Some(false)),
            // Same number, other level.
            (tmb(Some("10"), Some("high")), tmb(Some("10"), Some("low")), Some(false)),
            // A number is no level.
            (tmb(Some("24"), None), tmb(None, Some("low")), None),
            (tmb(None, Some("equivocal")), tmb(None, Some("low")), None),
        ] {
            assert_eq!(one.is_same(&other), same, "{one:?} {other:?}");
            assert_eq!(other.is_same(&one), same, "{other:?} {one:?}");
        }
        let msi = |word: &str| Measured { name: "msi".to_owned(), ..tmb(None, Some(word)) };
        for word in ["stable", "MSS", "MS-Stable"] {
            assert_eq!(msi(word).is_same(&msi("Stable")), Some(true), "{word}");
            assert_eq!(msi(word).is_same(&msi("MSI-H")), Some(false), "{word}");
        }
        assert!(!tmb(Some("10"), Some("high")).is_said_by(&tmb(Some("10"), None)));
        assert!(tmb(Some("10"), None).is_said_by(&tmb(Some("10"), Some("high"))));
    }
}
