//! The lifestyle questionnaire: what is asked, and the reader of its answers.
//!
//! Every item is optional; one without an answer was not asked. Coded answers are LOINC's.

use super::code::{Known, yes_or_no};
use super::{About, day_of_response, read_value, said_by};
use crate::fhir::access::{choice, text};
use model::lifestyle::{Answer, SaidBy, Topic};
use model::{CodeableConcept, Problem};
use serde_json::Value;
use std::borrow::Cow;

/// Canonical URL of the questionnaire; a response names it, with or without a version.
pub const QUESTIONNAIRE: &str = "https://github.com/cognate-health/cognate/Questionnaire/lifestyle";
/// How deep groups of a response are looked into.
const DEPTH_MAX: usize = 8;

/// How an item is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One of LOINC's answers about smoking.
    Smoking,
    /// Yes or no.
    YesNo,
    /// A number, in a unit.
    Number(&'static str),
    /// Words.
    Words,
}

/// One question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// `linkId` of the item.
    pub link_id: &'static str,
    /// What it is about.
    pub topic: Topic,
    /// What is asked.
    pub asked: &'static str,
    /// How it is answered.
    pub kind: Kind,
}

const fn item(link_id: &'static str, topic: Topic, asked: &'static str, kind: Kind) -> Item {
    Item { link_id, topic, asked, kind }
}

/// The questions, in their order.
pub const fn items() -> [Item; 13] {
    use Topic::{Activity, Alcohol, Exposure, Occupation, Residence, Tobacco};
    [
        item("smoking-status", Tobacco, "Smoking status", Kind::Smoking),
        item("pack-years", Tobacco, "Pack-years smoked", Kind::Number("pack-years")),
        item("drinks", Alcohol, "Alcoholic drinks a week", Kind::Number("drinks a week")),
        item("active-days", Activity, "Days a week with exercise", Kind::Number("days a week")),
        item("occupation", Occupation, "Usual occupation", Kind::Words),
        item("asbestos", Exposure, "Asbestos", Kind::YesNo),
        item("radon", Exposure, "Radon", Kind::YesNo),
        item("second-hand-smoke", Exposure, "Second-hand smoke", Kind::YesNo),
        item("solvents", Exposure, "Solvents or benzene", Kind::YesNo),
        item("pesticides", Exposure, "Pesticides", Kind::YesNo),
        item("radiation", Exposure, "Radiation at work or as treatment", Kind::YesNo),
        item("fine-particles", Residence, "Fine particles (PM2.5)", Kind::Number("µg/m³")),
        item("deprivation", Residence, "Index of deprivation", Kind::Words),
    ]
}

pub(super) fn read(resource: &Value, source: &str, problems: &mut Vec<Problem>) -> Vec<Answer> {
    let named = text(resource, "questionnaire").unwrap_or_default();
    let is_ours = named.split('|').next() == Some(QUESTIONNAIRE);
    let status = text(resource, "status").unwrap_or_default();
    if !is_ours || !["completed", "amended"].contains(&status) {
        return Vec::new();
    }
    let by = text(resource, "source.reference").or(text(resource, "author.reference"));
    let said = About {
        on: day_of_response(resource),
        said_by: by.map_or(SaidBy::NotSaid, said_by),
        source,
    };
    let mut found = Vec::new();
    walk(resource, 0, &mut |answered| match answer(answered, &said) {
        Ok(answer) => found.extend(answer),
        Err(why) => problems.push(Problem::warning("not-understood", source, why)),
    });
    found
}

fn walk<'v>(holder: &'v Value, depth: usize, see: &mut impl FnMut(&'v Value)) {
    if depth > DEPTH_MAX {
        return;
    }
    for item in holder.get("item").and_then(Value::as_array).into_iter().flatten() {
        see(item);
        walk(item, depth + 1, see);
    }
}

fn answer(answered: &Value, said: &About<'_>) -> Result<Option<Answer>, String> {
    let link = text(answered, "linkId").unwrap_or_default();
    let given = answered.get("answer").and_then(Value::as_array).map(Vec::as_slice);
    let given = match given.unwrap_or_default() {
        [] => return Ok(None),
        [given] => given,
        // No question here has two answers, and which of them holds is not ours to say.
        _ => return Err(format!("“{link}” has more than one answer")),
    };
    let Some(item) = items().into_iter().find(|item| item.link_id == link) else {
        return Err(format!("the questionnaire has no question “{link}”"));
    };
    let asked = Cow::Borrowed(item.asked);
    let question = Known { code: "", topic: item.topic, asked, is_cigarettes_now: false };
    let value = choice(given, "value").filter(|(kind, value)| is_answer(item.kind, kind, value));
    let read = value.and_then(|(kind, value)| read_value(kind, value, &question));
    let Some(mut read) = read else {
        return Err(format!("the answer to “{link}” is not understood"));
    };
    if let (Kind::Number(unit), false) = (item.kind, read.words.contains(' ')) {
        read.words = format!("{} {unit}", read.words);
    }
    let answer = said.answer(&question, &read);
    let is_area = item.topic == Topic::Residence;
    Ok(Some(Answer { said_by: if is_area { SaidBy::Area } else { answer.said_by }, ..answer }))
}

/// Whether a value of a data type answers a question of a kind: words that say "no" are no answer
/// to a question for yes or no, as reading them as anything would be a guess.
fn is_answer(asked: Kind, data_type: &str, value: &Value) -> bool {
    match asked {
        Kind::Smoking => data_type == "Coding",
        Kind::YesNo if data_type == "Coding" => {
            let coding = crate::fhir::access::coding(value).into_iter().collect();
            yes_or_no(&CodeableConcept { coding, text: None }).is_some()
        }
        Kind::YesNo => data_type == "Boolean",
        Kind::Number(_) => ["Decimal", "Integer", "Quantity"].contains(&data_type),
        Kind::Words => ["Coding", "String"].contains(&data_type),
    }
}
