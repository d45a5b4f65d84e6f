//! The lifestyle questionnaire: what is asked, and the reader of its answers.
//!
//! Every item is optional; one without an answer was not asked, and one that was asked without
//! coming to an answer says so by a data-absent-reason. Coded answers are LOINC's.

use super::code::{Known, yes_or_no};
use super::{About, Read, day_of_response, read_value, said_by, said_by_type};
use crate::fhir::access::{self, choice, text};
use model::lifestyle::{Answer, SaidBy, Topic};
use model::{CodeableConcept, Problem};
use serde_json::Value;
use std::borrow::Cow;

/// Canonical URL of the questionnaire; a response names it, with or without a version.
pub const QUESTIONNAIRE: &str = "https://github.com/cognate-health/cognate/Questionnaire/lifestyle";
/// The extension that says why a value is not there.
pub(super) const DATA_ABSENT_REASON: &str =
    "http://hl7.org/fhir/StructureDefinition/data-absent-reason";
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
    Number(Unit),
    /// A day, as far as it is known.
    Day,
    /// Words.
    Words,
}

/// The unit of a number, and what it can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// In words: `drinks a week`.
    pub words: &'static str,
    /// In UCUM.
    pub ucum: &'static str,
    /// The greatest number that is taken.
    pub most: u32,
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

const fn number(words: &'static str, ucum: &'static str, most: u32) -> Kind {
    Kind::Number(Unit { words, ucum, most })
}

/// The questions, in their order. Relatives are those whose disease counts most for a risk:
/// parents, brothers and sisters, children.
pub const fn items() -> [Item; 19] {
    use Topic::{Activity, Alcohol, Exposure, Family, Occupation, Residence, Tobacco};
    let pack_years = number("pack-years", "{PackYears}", 500);
    let drinks = number("drinks a week", "{drinks}/wk", 500);
    let days = number("days a week", "d/wk", 7);
    let particles = number("µg/m³", "ug/m3", 1_000);
    [
        item("smoking-status", Tobacco, "Smoking status", Kind::Smoking),
        item("pack-years", Tobacco, "Pack-years smoked", pack_years),
        item("quit-date", Tobacco, QUIT, Kind::Day),
        item("drinks", Alcohol, "Alcoholic drinks a week", drinks),
        item("active-days", Activity, "Days a week with exercise", days),
        item("occupation", Occupation, "Usual occupation", Kind::Words),
        item("asbestos", Exposure, "Asbestos", Kind::YesNo),
        item("radon", Exposure, "Radon", Kind::YesNo),
        item("second-hand-smoke", Exposure, "Second-hand smoke", Kind::YesNo),
        item("solvents", Exposure, "Solvents or benzene", Kind::YesNo),
        item("pesticides", Exposure, "Pesticides", Kind::YesNo),
        item("radiation", Exposure, "Radiation at work or as treatment", Kind::YesNo),
        item("fine-particles", Residence, "Fine particles (PM2.5)", particles),
        item("deprivation", Residence, "Index of deprivation", Kind::Words),
        item("family-breast", Family, "Breast cancer in a close relative", Kind::YesNo),
        item("family-ovary", Family, "Ovarian cancer in a close relative", Kind::YesNo),
        item("family-bowel", Family, "Bowel cancer in a close relative", Kind::YesNo),
        item("family-lung", Family, "Lung cancer in a close relative", Kind::YesNo),
        item("family-other", Family, "Other diseases of relatives", Kind::Words),
    ]
}

/// What is asked about the end of smoking.
pub const QUIT: &str = "Smoking stopped on";

pub(super) fn read(resource: &Value, source: &str, problems: &mut Vec<Problem>) -> Vec<Answer> {
    let named = text(resource, "questionnaire").unwrap_or_default();
    let is_ours = named.split('|').next() == Some(QUESTIONNAIRE);
    let status = text(resource, "status").unwrap_or_default();
    if !is_ours || !["completed", "amended"].contains(&status) {
        return Vec::new();
    }
    let by = text(resource, "source.reference").or(text(resource, "author.reference"));
    // Who has no resource here is told by the type alone.
    let kind = || text(resource, "source.type").map_or(SaidBy::NotSaid, said_by_type);
    let said =
        About { on: day_of_response(resource), said_by: by.map_or_else(kind, said_by), source };
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
    let is_absent = is_asked_in_vain(given);
    let value = choice(given, "value").filter(|(kind, value)| is_answer(item.kind, kind, value));
    let read = value.and_then(|(kind, value)| read_value(kind, value, &question));
    let read = if is_absent { Some(Read::not_known()) } else { read };
    let Some(mut read) = read else {
        return Err(format!("the answer to “{link}” is not understood"));
    };
    if let (Kind::Number(unit), false) = (item.kind, read.words.contains(' ')) {
        read.words = format!("{} {}", read.words, unit.words);
    }
    let answer = said.answer(&question, &read);
    let is_area = item.topic == Topic::Residence;
    Ok(Some(Answer { said_by: if is_area { SaidBy::Area } else { answer.said_by }, ..answer }))
}

/// Whether somebody asked and came to no answer: in place of the value a data-absent-reason
/// (FHIR R4 §2.6.1, extensions of primitives).
fn is_asked_in_vain(given: &Value) -> bool {
    let reasons = ["asked-unknown", "asked-declined", "unknown"];
    let values = given.as_object().into_iter().flatten();
    let mut values = values.filter(|(name, _)| name.starts_with("_value"));
    values.any(|(_, value)| {
        let mut found = access::extensions(value, DATA_ABSENT_REASON).into_iter();
        found.any(|one| text(one, "valueCode").is_some_and(|code| reasons.contains(&code)))
    })
}

/// Whether a value of a data type answers a question of a kind: words that say "no" are no answer
/// to a question for yes or no, as reading them as anything would be a guess.
fn is_answer(asked: Kind, data_type: &str, value: &Value) -> bool {
    match asked {
        Kind::Smoking => data_type == "Coding",
        Kind::YesNo if data_type == "Coding" => {
            let coding = access::coding(value).into_iter().collect();
            yes_or_no(&CodeableConcept { coding, text: None }).is_some()
        }
        Kind::YesNo => data_type == "Boolean",
        Kind::Day => ["Date", "DateTime"].contains(&data_type),
        Kind::Number(_) => ["Decimal", "Integer", "Quantity"].contains(&data_type),
        Kind::Words => ["Coding", "String"].contains(&data_type),
    }
}
