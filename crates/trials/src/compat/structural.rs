//! Structural variation: fields in newer reports, a comment in older ones.

use super::field::as_text;
use serde_json::{Map, Value};

/// The day from which reports have fields, as `yyyymmdd`.
const FIELDS_FROM: i64 = 20_181_201;

/// The two sides that are asked.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Asked {
    pub(super) first: Option<Value>,
    pub(super) partner: Option<Value>,
}

/// Whether a sample's report has fields; without a day it is an old one.
pub(super) fn has_fields(clinical: &Map<String, Value>) -> bool {
    clinical.get("REPORT_DATE").is_some_and(|date| day(date) >= FIELDS_FROM)
}

/// `2018-12-01T…`, `20181201`, or milliseconds since 1970.
fn day(date: &Value) -> i64 {
    const MILLIS: i64 = 1_000_000_000;
    match date {
        Value::Number(number) => match number.as_i64() {
            Some(millis) if millis.abs() > MILLIS => {
                let at = model::Timestamp::from_micros(millis.saturating_mul(1_000)).day();
                let (month, day) = (at.month.unwrap_or(1), at.day.unwrap_or(1));
                i64::from(crate::date::day(at.year, month, day))
            }
            Some(day) => day,
            None => 0,
        },
        other => model::PartialDate::parse(&as_text(other)).map_or(0, |at| {
            let (month, day) = (at.month.unwrap_or(1), at.day.unwrap_or(1));
            i64::from(crate::date::day(at.year, month, day))
        }),
    }
}

/// Whether a value stands for some gene.
pub(super) fn is_any(side: &Value) -> bool {
    side.as_str().is_some_and(|name| {
        name.eq_ignore_ascii_case("any_gene") || name.eq_ignore_ascii_case("any gene")
    })
}

impl Asked {
    /// Whether a row fits, by its fields or by its comment.
    pub(super) fn fits(&self, row: &Map<String, Value>, by_fields: bool) -> bool {
        if !by_fields {
            let comment = row.get("STRUCTURAL_VARIANT_COMMENT").and_then(Value::as_str);
            let gene = self.first.as_ref().and_then(Value::as_str);
            return comment.zip(gene).is_some_and(|(comment, gene)| mentions(comment, gene));
        }
        let field = |name: &str| row.get(name).filter(|value| !value.is_null());
        let (left, right) = (field("LEFT_PARTNER_GENE"), field("RIGHT_PARTNER_GENE"));
        let both = |one: Option<&Value>, other: Option<&Value>| {
            side(self.first.as_ref(), one) && side(self.partner.as_ref(), other)
        };
        both(left, right) || both(right, left)
    }
}

fn side(asked: Option<&Value>, found: Option<&Value>) -> bool {
    match asked {
        None => true,
        Some(asked) if is_any(asked) => found.is_some(),
        Some(asked)
            if asked.as_str().is_some_and(|name| name.eq_ignore_ascii_case("intergenic")) =>
        {
            found.is_none()
        }
        Some(asked) => found == Some(asked),
    }
}

/// Whether a comment names the gene: a sign that is no letter on one side, and one or the text's
/// end on the other. The gene alone is no comment.
fn mentions(comment: &str, gene: &str) -> bool {
    let (comment, gene) = (comment.to_lowercase(), gene.to_lowercase());
    if gene.is_empty() {
        return false;
    }
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    comment.match_indices(&gene).any(|(at, found)| {
        let before = comment.get(..at).and_then(|text| text.chars().next_back());
        let after = comment.get(at + found.len()..).and_then(|text| text.chars().next());
        match (before, after) {
            (None, None) => false,
            (before, after) => !before.is_some_and(is_word) && !after.is_some_and(is_word),
        }
    })
}
