//! `TMB-Low; 0.73 Muts/Mb`, `Microsatellite status: MSI-High`.

use super::Parts;
use crate::reading::FieldName;

/// Bytes of a text that is looked at.
const TEXT_BYTES_MAX: usize = 160;

/// Beginnings of what is measured.
const NAMES: &[(&str, &str)] = &[
    ("tumor mutation", "tmb"),
    ("tumour mutation", "tmb"),
    ("tmb", "tmb"),
    ("mutational burden", "tmb"),
    ("microsatellite", "msi"),
    ("msi", "msi"),
    ("ms-stable", "msi"),
    ("mss", "msi"),
];

/// The unit of mutational burden.
pub(super) const UNIT: &str = "mutations per megabase";

/// Words that say nothing of their own here.
const FILLERS: &[&str] = &[
    "tumor",
    "tumour",
    "mutation",
    "mutational",
    "mutations",
    "burden",
    "tmb",
    "score",
    "status",
    "microsatellite",
    "instability",
    "msi",
    "ms",
    "-",
    "(tmb)",
    "(msi)",
    "result",
    "is",
    "of",
];

/// Whether a text begins as one.
pub(super) fn begins(text: &str) -> bool {
    name(&text.to_lowercase()).is_some()
}

fn name(lower: &str) -> Option<&'static str> {
    let lower = lower.trim_start_matches(|c: char| !c.is_alphanumeric());
    NAMES.iter().find(|(begin, _)| lower.starts_with(begin)).map(|(_, name)| *name)
}

/// What a text measures; `None` if a word of it is anything else.
pub(super) fn of(text: &str) -> Option<Parts> {
    let lower = text.to_lowercase();
    let name = name(&lower).filter(|_| text.len() <= TEXT_BYTES_MAX)?;
    let mut parts: Parts = vec![(FieldName::Measure, Some(name.to_owned()), text.to_owned())];
    let mut put = |field, value: &str, written: &str| {
        let is_new = parts.iter().all(|(known, _, _)| *known != field);
        if is_new {
            parts.push((field, Some(value.to_owned()), written.to_owned()));
        }
        is_new
    };
    let words: Vec<&str> = lower
        .split([' ', ';', ',', ':', '=', '\n'])
        .map(|word| word.trim_matches(|c: char| matches!(c, '(' | ')' | '†' | '‡' | '*' | '.')))
        .filter(|word| !word.is_empty())
        .collect();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        let next = words.get(at).copied().unwrap_or_default();
        if let Some(level) = level(name, word) {
            if !put(FieldName::Level, level, word) {
                return None;
            }
        } else if word.parse::<f64>().is_ok_and(f64::is_finite) && name == "tmb" {
            let unit = unit(next)?;
            let is_new = put(FieldName::Value, word, word) && put(FieldName::Unit, unit, next);
            if !is_new {
                return None;
            }
            at += 1;
        } else if !FILLERS.contains(word) {
            return None;
        }
    }
    (parts.len() > 1).then_some(parts)
}

fn unit(word: &str) -> Option<&'static str> {
    let is_known = matches!(
        word,
        "muts/mb" | "mut/mb" | "mutations/mb" | "mutations/megabase" | "m/mb" | "mut/megabase"
    );
    is_known.then_some(UNIT)
}

fn level(name: &str, word: &str) -> Option<&'static str> {
    let word = word.strip_prefix("tmb-").filter(|_| name == "tmb").unwrap_or(word);
    match (name, word) {
        ("tmb", "low") => Some("low"),
        ("tmb", "intermediate") => Some("intermediate"),
        ("tmb", "high") => Some("high"),
        ("msi", "msi-high" | "msi-h" | "instability-high" | "unstable" | "high") => Some("MSI-H"),
        ("msi", "msi-low" | "msi-l") => Some("MSI-L"),
        ("msi", "mss" | "ms-stable" | "stable") => Some("MSS"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measure_is_read_as_a_whole_or_not_at_all() {
        let value = |parts: &Parts, name| {
            parts.iter().find(|(field, _, _)| *field == name).and_then(|part| part.1.clone())
        };
        for (text, name, number, level) in [
            ("Tumor Mutation Burden TMB-Low; 0.73 Muts/Mb", "tmb", Some("0.73"), Some("low")),
            ("TMB: 12.5 mut/Mb (High)", "tmb", Some("12.5"), Some("high")),
            ("Microsatellite status: MS-Stable", "msi", None, Some("MSS")),
            ("MSI-High", "msi", None, Some("MSI-H")),
        ] {
            let parts = of(text).unwrap();
            assert_eq!(value(&parts, FieldName::Measure).as_deref(), Some(name), "{text}");
            assert_eq!(value(&parts, FieldName::Value).as_deref(), number, "{text}");
            assert_eq!(value(&parts, FieldName::Level).as_deref(), level, "{text}");
        }
        for text in [
            "Microsatellite status: cannot be determined",
            "TMB 12.5",
            "TMB is reported in mutations per megabase",
            "MSI-High tumors respond to pembrolizumab",
            "Tumor Mutation",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
