//! How somebody lives, out of FHIR R4: social history as Observations, answers to the lifestyle
//! questionnaire, and relatives' diseases.
//!
//! An Observation counts if its code is known here, or if its category says that it is social
//! history; a code that is not known is shown with its own words. Nothing is concluded from a
//! resource that is not there.

mod code;
mod definition;
pub mod entry;
mod family;
mod questionnaire;

pub use code::question_codes;
pub use definition::{QUESTIONNAIRE_ID, QUESTIONNAIRE_VERSION, questionnaire};
pub use questionnaire::{Item, Kind, QUESTIONNAIRE, QUIT, Unit, items};

use super::access::{choice, concept, date, id, resource_type, text, texts, type_and_id};
use code::{Known, known, smoking_of, yes_or_no};
use model::lifestyle::{Answer, Finding, SaidBy, Smoking, Topic};
use model::{CodeableConcept, Problem};
use serde_json::Value;

/// Types that an answer can come from.
pub const RESOURCE_TYPES: [&str; 3] =
    ["FamilyMemberHistory", "Observation", "QuestionnaireResponse"];
/// Characters of an answer's words.
const WORDS_CHARACTERS_MAX: usize = 200;
/// Answers of one resource.
const ANSWERS_MAX: usize = 200;

/// The answers that a resource holds; none if it is about other things. `source` names its
/// version.
pub fn answers(resource: &Value, source: &str) -> (Vec<Answer>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut answers = match resource_type(resource) {
        Some("Observation") => observation(resource, source, &mut problems),
        Some("QuestionnaireResponse") => questionnaire::read(resource, source, &mut problems),
        Some("FamilyMemberHistory") => family::read(resource, source),
        _ => Vec::new(),
    };
    if answers.len() > ANSWERS_MAX {
        let said = format!("more than {ANSWERS_MAX} answers; the rest is not read");
        problems.push(Problem::warning("too-many", source, said));
        answers.truncate(ANSWERS_MAX);
    }
    (answers, problems)
}

fn observation(resource: &Value, source: &str, problems: &mut Vec<Problem>) -> Vec<Answer> {
    let status = text(resource, "status").unwrap_or_default();
    if !["final", "amended", "corrected"].contains(&status) {
        return Vec::new();
    }
    let is_social = texts(resource, "category.coding.code").contains(&"social-history");
    let about = About { on: day(resource), said_by: performer(resource), source };
    let parts = resource.get("component").and_then(Value::as_array).into_iter().flatten();
    let mut found = Vec::new();
    for part in std::iter::once(resource).chain(parts) {
        let Some(code) = concept(part, "code") else { continue };
        let question = match known(&code) {
            Some(known) => known.clone(),
            None if is_social && has_value(part) => other(&code),
            None => continue,
        };
        match value(part, &question) {
            Some(read) => found.push(about.answer(&question, &read)),
            None if is_panel(part) => {}
            None => {
                let said = format!("“{}” has a value that is not understood", question.asked);
                problems.push(Problem::warning("not-understood", source, said));
            }
        }
    }
    found
}

/// A question that is known by its own words only.
fn other(code: &CodeableConcept) -> Known {
    let asked = shortened(code.words().unwrap_or("Social history"));
    Known { code: "", topic: Topic::Other, asked: asked.into(), is_cigarettes_now: false }
}

/// When, by whom and where it was said.
struct About<'s> {
    on: Option<model::PartialDate>,
    said_by: SaidBy,
    source: &'s str,
}

impl About<'_> {
    fn answer(&self, question: &Known, read: &Read) -> Answer {
        Answer {
            topic: question.topic,
            asked: question.asked.clone().into_owned(),
            finding: read.finding,
            words: shortened(&read.words),
            smoking: read.smoking,
            on: self.on,
            said_by: self.said_by,
            source: self.source.to_owned(),
        }
    }
}

/// A value as it was read.
struct Read {
    finding: Finding,
    words: String,
    smoking: Option<Smoking>,
}

impl Read {
    /// Somebody asked, and does not know.
    fn not_known() -> Self {
        Self { finding: Finding::Unknown, words: "asked; not known".to_owned(), smoking: None }
    }
}

fn has_value(part: &Value) -> bool {
    choice(part, "value").is_some() || part.get("dataAbsentReason").is_some()
}

/// Whether it is only the head of its components.
fn is_panel(part: &Value) -> bool {
    !has_value(part) && part.get("component").is_some()
}

fn value(part: &Value, question: &Known) -> Option<Read> {
    if let Some(reason) = concept(part, "dataAbsentReason") {
        let words = format!("asked; {}", reason.words().unwrap_or("no answer"));
        return Some(Read { finding: Finding::Unknown, words, smoking: None });
    }
    let (kind, value) = choice(part, "value")?;
    read_value(kind, value, question)
}

/// A value by the name of its data type: `Quantity`, `CodeableConcept`, `Boolean`, …
fn read_value(kind: &str, value: &Value, question: &Known) -> Option<Read> {
    match kind {
        "CodeableConcept" => super::access::codeable_concept(value).map(|it| coded(&it, question)),
        "Coding" => {
            let coding = super::access::coding(value)?;
            Some(coded(&CodeableConcept { coding: vec![coding], text: None }, question))
        }
        "Quantity" => {
            let number = value.get("value")?.as_f64()?;
            let unit = text(value, "unit").or(text(value, "code")).unwrap_or_default();
            let comparator = text(value, "comparator").unwrap_or_default();
            let written = value.get("value")?;
            let words = format!("{comparator}{written} {unit}").trim().to_owned();
            let is_none = number == 0.0 && comparator.is_empty();
            Some(numbered(is_none, words, question))
        }
        "Integer" | "Decimal" => {
            let number = value.as_f64()?;
            Some(numbered(number == 0.0, value.to_string(), question))
        }
        "Boolean" => {
            let finding = if value.as_bool()? { Finding::Present } else { Finding::Absent };
            let words = if finding == Finding::Present { "yes" } else { "no" };
            Some(Read { finding, words: words.to_owned(), smoking: None })
        }
        "String" | "DateTime" | "Date" => {
            let words = value.as_str().map(str::trim).filter(|words| !words.is_empty())?.to_owned();
            Some(Read { finding: Finding::Present, words, smoking: None })
        }
        _ => None,
    }
}

fn numbered(is_none: bool, words: String, question: &Known) -> Read {
    let finding = if is_none { Finding::Absent } else { Finding::Present };
    // None a day now may be never, or no more.
    let smoking = (question.is_cigarettes_now && !is_none).then_some(Smoking::Current);
    Read { finding, words, smoking }
}

fn coded(value: &CodeableConcept, question: &Known) -> Read {
    let words = value.words().unwrap_or("a code without words").to_owned();
    if question.topic == Topic::Tobacco
        && let Some((smoking, finding)) = smoking_of(value)
    {
        return Read { finding, words, smoking };
    }
    let finding = yes_or_no(value).unwrap_or(Finding::Present);
    Read { finding, words, smoking: None }
}

/// The day that something holds for.
fn day(resource: &Value) -> Option<model::PartialDate> {
    date(resource, "effectiveDateTime")
        .or_else(|| date(resource, "effectivePeriod.end"))
        .or_else(|| date(resource, "effectivePeriod.start"))
        .or_else(|| date(resource, "effectiveInstant"))
        .or_else(|| date(resource, "issued"))
}

/// The day that answers were given.
fn day_of_response(resource: &Value) -> Option<model::PartialDate> {
    date(resource, "authored")
}

fn performer(resource: &Value) -> SaidBy {
    let device = text(resource, "device.reference").map(|_| SaidBy::Device);
    let said = text(resource, "performer.reference").map(said_by);
    said.or(device).unwrap_or(SaidBy::NotSaid)
}

/// Who a reference says it was.
fn said_by(reference: &str) -> SaidBy {
    type_and_id(reference).map_or(SaidBy::NotSaid, |(kind, _)| said_by_type(kind))
}

fn said_by_type(kind: &str) -> SaidBy {
    match kind {
        "Patient" => SaidBy::Patient,
        "RelatedPerson" => SaidBy::Related,
        "Practitioner" | "PractitionerRole" | "Organization" | "CareTeam" => SaidBy::Clinician,
        "Device" => SaidBy::Device,
        _ => SaidBy::NotSaid,
    }
}

fn shortened(words: &str) -> String {
    words.chars().take(WORDS_CHARACTERS_MAX).collect()
}

/// The place of a resource, for problems.
fn place(resource: &Value) -> String {
    format!("{}/{}", resource_type(resource).unwrap_or_default(), id(resource).unwrap_or_default())
}
