//! Relatives' diseases. What nobody said of a relative is not that the relative is well.

use super::{About, place, said_by, shortened};
use crate::fhir::access::{all, concept, date, text};
use model::lifestyle::{Answer, Finding, SaidBy, Topic};
use serde_json::Value;

pub(super) fn read(resource: &Value, source: &str) -> Vec<Answer> {
    let status = text(resource, "status").unwrap_or_default();
    if !["completed", "partial", "health-unknown"].contains(&status) {
        return Vec::new();
    }
    let relation = concept(resource, "relationship");
    let relation = relation.as_ref().and_then(|it| it.words()).unwrap_or("A relative");
    let asked = capitalised(&shortened(relation));
    let said = About { on: date(resource, "date"), said_by: SaidBy::NotSaid, source };
    let answer = |finding, words: String| Answer {
        topic: Topic::Family,
        asked: asked.clone(),
        finding,
        words: shortened(&words),
        smoking: None,
        on: said.on,
        said_by: text(resource, "extension.valueReference.reference").map_or(said.said_by, said_by),
        source: if said.source.is_empty() { place(resource) } else { said.source.to_owned() },
    };
    if status == "health-unknown" {
        return vec![answer(Finding::Unknown, "asked; not known".to_owned())];
    }
    let conditions = all(resource, "condition").into_iter();
    let found: Vec<Answer> = conditions.map(|one| answer(Finding::Present, disease(one))).collect();
    if found.is_empty() {
        let words = "recorded without any disease".to_owned();
        return vec![answer(Finding::Unknown, words)];
    }
    found
}

fn disease(condition: &Value) -> String {
    let code = concept(condition, "code");
    let name = code.as_ref().and_then(|it| it.words()).unwrap_or("a disease without words");
    let age = condition.pointer("/onsetAge/value").map(|age| {
        let unit = text(condition, "onsetAge.unit").unwrap_or("years");
        format!(" at {age} {unit}")
    });
    let onset = age.or_else(|| text(condition, "onsetString").map(|text| format!(", {text}")));
    format!("{name}{}", onset.unwrap_or_default())
}

fn capitalised(words: &str) -> String {
    let mut rest = words.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}
