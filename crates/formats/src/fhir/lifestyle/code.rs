//! Codes of questions and answers. Source: LOINC 2.7x (Regenstrief) and the value set of smoking
//! status of US Core (SNOMED CT).

use model::CodeableConcept;
use model::code::system::{LOINC, SNOMED};
use model::lifestyle::{Finding, Smoking, Topic};
use std::borrow::Cow;

/// A question that is understood.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// LOINC code; empty for one that is known by its words.
    pub(super) code: &'static str,
    pub(super) topic: Topic,
    pub(super) asked: Cow<'static, str>,
    /// Whether a number above nothing says that somebody smokes now.
    pub(super) is_cigarettes_now: bool,
}

const fn one(code: &'static str, topic: Topic, asked: &'static str) -> Known {
    Known { code, topic, asked: Cow::Borrowed(asked), is_cigarettes_now: false }
}

/// Questions by LOINC code.
static KNOWN: [Known; 12] = [
    one("72166-2", Topic::Tobacco, "Smoking status"),
    one("39240-7", Topic::Tobacco, "Tobacco use"),
    one("8664-5", Topic::Tobacco, "Pack-years smoked"),
    Known {
        code: "63640-7",
        topic: Topic::Tobacco,
        asked: Cow::Borrowed("Cigarettes a day"),
        is_cigarettes_now: true,
    },
    one("74013-4", Topic::Alcohol, "Alcoholic drinks a day"),
    one("11331-6", Topic::Alcohol, "Alcohol use"),
    one("75626-2", Topic::Alcohol, "AUDIT-C score"),
    one("89555-7", Topic::Activity, "Days a week with moderate to strenuous activity"),
    one("68516-4", Topic::Activity, "Minutes of it on such a day"),
    one("21843-8", Topic::Occupation, "Usual occupation"),
    one("11341-5", Topic::Occupation, "Occupation"),
    one("86188-0", Topic::Occupation, "Industry"),
];

/// The LOINC codes of questions that are understood, for a search.
pub fn question_codes() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().map(|known| known.code)
}

/// The question of a code.
pub(super) fn known(code: &CodeableConcept) -> Option<&'static Known> {
    let loinc = code.coding.iter().filter(|one| one.system == LOINC);
    let mut found = loinc.filter_map(|one| KNOWN.iter().find(|known| known.code == one.code));
    found.next()
}

use Finding::{Absent, Present, Unknown};
use Smoking::{Current, Former, Never};

/// Answers about smoking, in SNOMED CT and as LOINC answers (list LL2201-3).
const SMOKING: [(&str, Option<Smoking>, Finding); 17] = [
    ("449868002", Some(Current), Present),
    ("428041000124106", Some(Current), Present),
    ("428071000124103", Some(Current), Present),
    ("428061000124105", Some(Current), Present),
    ("77176002", Some(Current), Present),
    ("8517006", Some(Former), Present),
    ("266919005", Some(Never), Absent),
    ("8392000", None, Absent),
    ("266927001", None, Unknown),
    ("LA18976-3", Some(Current), Present),
    ("LA18977-1", Some(Current), Present),
    ("LA18981-3", Some(Current), Present),
    ("LA18982-1", Some(Current), Present),
    ("LA15920-4", Some(Former), Present),
    ("LA18978-9", Some(Never), Absent),
    // A smoker, and nobody knows whether still.
    ("LA18979-7", None, Present),
    ("LA18980-5", None, Unknown),
];

/// Answers about smoking that a form offers: LOINC's list LL2201-3, with its words.
pub(super) const SMOKING_OFFERED: [(&str, &str); 6] = [
    ("LA18976-3", "Current every day smoker"),
    ("LA18977-1", "Current some day smoker"),
    ("LA15920-4", "Former smoker"),
    ("LA18978-9", "Never smoker"),
    ("LA18979-7", "Smoker, current status unknown"),
    ("LA18980-5", "Unknown if ever smoked"),
];

/// Yes, no, and that nobody knows, in LOINC.
pub(super) const YES_NO_OFFERED: [(&str, &str); 3] =
    [("LA33-6", "Yes"), ("LA32-8", "No"), ("LA14072-5", "Asked, not known")];

/// What an answer says of smoking.
pub(super) fn smoking_of(value: &CodeableConcept) -> Option<(Option<Smoking>, Finding)> {
    let codes = value.coding.iter().filter(|one| [LOINC, SNOMED].contains(&one.system.as_str()));
    let mut found = codes.filter_map(|one| SMOKING.iter().find(|(code, ..)| *code == one.code));
    let (_, smoking, finding) = *found.next()?;
    // Codes that contradict each other say nothing.
    let agrees = found.all(|(_, other, _)| *other == smoking);
    Some(if agrees { (smoking, finding) } else { (None, Unknown) })
}

/// Yes, no, or not known, in the codes that say just that.
pub(super) fn yes_or_no(value: &CodeableConcept) -> Option<Finding> {
    let of = |code: &str| match code {
        "LA33-6" | "373066001" | "Y" => Some(Present),
        "LA32-8" | "373067005" | "N" => Some(Absent),
        "LA14072-5" | "261665006" | "asked-unknown" | "asked-declined" | "unknown" => Some(Unknown),
        _ => None,
    };
    value.coding.iter().find_map(|one| of(&one.code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::code::{is_loinc, is_loinc_answer};

    #[test]
    fn codes_have_the_check_digits_of_loinc() {
        for known in &KNOWN {
            assert!(is_loinc(known.code), "{}", known.code);
        }
        for (code, ..) in SMOKING.iter().filter(|(code, ..)| code.starts_with("LA")) {
            assert!(is_loinc_answer(code), "{code}");
        }
        for (code, words) in SMOKING_OFFERED {
            assert!(SMOKING.iter().any(|(known, ..)| *known == code), "{code} {words}");
        }
        for (code, words) in YES_NO_OFFERED {
            assert!(is_loinc_answer(code), "{code} {words}");
        }
    }
}
