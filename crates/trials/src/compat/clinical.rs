//! Clinical leaves: each key by itself, each with its own `!`.

use super::field::as_text;
use super::names::NameMap;
use crate::criteria::Comparison;
use crate::date::{months_before, whole};
use crate::patient::Day;
use model::Problem;
use serde_json::{Map, Value};

/// Keys that are not looked at.
pub(super) const IGNORED: [&str; 4] = ["her2_status", "er_status", "pr_status", "disease_status"];

/// Whether a sample meets every key. A comparison that cannot be read meets nobody and is told.
pub(super) fn holds(
    keys: &Map<String, Value>,
    clinical: &Map<String, Value>,
    (names, as_of): (&NameMap, Day),
    problems: &mut Vec<Problem>,
) -> bool {
    keys.iter().all(|(key, value)| {
        let key = key.to_ascii_lowercase();
        match key.as_str() {
            "age_numerical" => age(value, clinical, as_of, problems),
            "tmb_numerical" => burden(value, clinical, problems),
            ignored if IGNORED.contains(&ignored) => true,
            _ => {
                let (wanted, excluded) = super::genomic::stripped(value);
                equals(&key, &wanted, clinical, names) != excluded
            }
        }
    })
}

fn equals(key: &str, wanted: &Value, clinical: &Map<String, Value>, names: &NameMap) -> bool {
    let field = match key {
        "oncotree_primary_diagnosis" => "ONCOTREE_PRIMARY_DIAGNOSIS_NAME".to_owned(),
        key => key.to_ascii_uppercase(),
    };
    let found = clinical.get(&field).filter(|found| !found.is_null());
    if key == "oncotree_primary_diagnosis"
        && let Some(held) = wanted.as_str().and_then(|name| names.get(name))
    {
        return found.and_then(Value::as_str).is_some_and(|found| held.contains(found));
    }
    found.is_some_and(|found| super::genomic::equal(found, wanted))
}

/// The sign and the number: everything that is no digit and no dot is the sign.
pub(super) fn compared(value: &Value) -> Option<(Comparison, String)> {
    let text = as_text(value);
    let is_digit = |letter: &char| letter.is_ascii_digit() || *letter == '.';
    let number: String = text.chars().filter(is_digit).collect();
    let sign: String = text.chars().filter(|letter| !is_digit(letter)).collect();
    Some((Comparison::parse(&sign)?, number))
}

fn unread(key: &str, value: &Value, problems: &mut Vec<Problem>) -> bool {
    let text = format!("`{}` is no comparison that V2 reads; it stops there", as_text(value));
    if !problems.iter().any(|known| known.text == text) {
        problems.push(Problem::warning("compat-not-read", key, text));
    }
    false
}

fn age(
    value: &Value,
    clinical: &Map<String, Value>,
    as_of: Day,
    problems: &mut Vec<Problem>,
) -> bool {
    let Some((comparison, number)) = compared(value) else {
        return unread("age_numerical", value, problems);
    };
    let (years, fraction) = number.split_once('.').unwrap_or((number.as_str(), "0"));
    let years: Option<i32> = if years.is_empty() { Some(0) } else { years.parse().ok() };
    let fraction: Option<f64> = format!("0.{fraction}").parse().ok();
    let (Some(years), Some(fraction)) = (years.filter(|years| *years <= 200), fraction) else {
        return unread("age_numerical", value, problems);
    };
    let months = years * 12 + whole((fraction * 12.0).round_ties_even());
    let day = months_before(as_of, months);
    let Some(birth) = clinical.get("BIRTH_DATE_INT").and_then(Value::as_i64) else { return false };
    let day = i64::from(day);
    match comparison {
        Comparison::AtLeast => birth <= day,
        Comparison::More => birth < day,
        Comparison::AtMost => birth >= day,
        Comparison::Less => birth > day,
        Comparison::Equal => birth == day,
    }
}

/// The number of a sample's burden, where it is one.
pub(super) fn burden_of(clinical: &Map<String, Value>) -> Option<f64> {
    clinical.get("TUMOR_MUTATIONAL_BURDEN_PER_MEGABASE").and_then(Value::as_f64)
}

fn burden(value: &Value, clinical: &Map<String, Value>, problems: &mut Vec<Problem>) -> bool {
    let read = compared(value)
        .and_then(|(comparison, number)| Some((comparison, number.parse::<f64>().ok()?)));
    let Some((comparison, wanted)) = read else { return unread("tmb_numerical", value, problems) };
    burden_of(clinical).is_some_and(|found| comparison.holds(&found, &wanted))
}
