//! Answers that somebody typed into a form, as a `QuestionnaireResponse` and back.
//!
//! Nothing is guessed: what is no answer to its question is told with its question, and the form
//! keeps what was typed.

use super::code::{SMOKING_OFFERED, YES_NO_OFFERED};
use super::definition::QUESTIONNAIRE_VERSION;
use super::questionnaire::{DATA_ABSENT_REASON, Item, Kind, QUESTIONNAIRE, items};
use crate::fhir::access::{all, choice, text};
use model::code::system::LOINC;
use model::lifestyle::SaidBy;
use model::{PartialDate, PatientId};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What stands in a form for one question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// What was typed or chosen; empty for nothing. A choice is the code of LOINC.
    pub value: String,
    /// Whether somebody asked and came to no answer.
    pub is_not_known: bool,
}

/// The answers of one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'e> {
    /// Id of the resource.
    pub id: &'e str,
    /// Whom they are about.
    pub patient: &'e PatientId,
    /// The day they were given.
    pub on: PartialDate,
    /// Who gave them: the patient, a relative or a clinician.
    pub said_by: SaidBy,
    /// Who wrote them down.
    pub author: &'e str,
    /// Whether it replaces answers that were filed.
    pub is_amended: bool,
    /// What stands in the form, by `linkId`.
    pub given: &'e BTreeMap<String, Given>,
}

/// What is wrong with an answer: the `linkId`, and what in words.
pub type Fault = (&'static str, String);

/// The choices of a question, each with its code; none for one that is typed.
pub fn choices(kind: Kind) -> &'static [(&'static str, &'static str)] {
    match kind {
        Kind::Smoking => &SMOKING_OFFERED,
        Kind::YesNo => &YES_NO_OFFERED,
        Kind::Number(_) | Kind::Day | Kind::Words => &[],
    }
}

/// The response.
///
/// # Errors
/// Every answer that is none to its question.
pub fn response(entry: &Entry<'_>) -> Result<Value, Vec<Fault>> {
    let (mut answered, mut faults) = (Vec::new(), Vec::new());
    for item in items() {
        let none = Given::default();
        let given = entry.given.get(item.link_id).unwrap_or(&none);
        match answer(&item, given, entry.on) {
            Ok(None) => {}
            Ok(Some(answer)) => answered
                .push(json!({"linkId": item.link_id, "text": item.asked, "answer": [answer]})),
            Err(fault) => faults.push((item.link_id, fault)),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let source = match entry.said_by {
        SaidBy::Patient => json!({"reference": format!("Patient/{}", entry.patient)}),
        SaidBy::Related => json!({"type": "RelatedPerson", "display": "a relative"}),
        _ => json!({"type": "Practitioner", "display": entry.author}),
    };
    let mut made = json!({
        "resourceType": "QuestionnaireResponse",
        "id": entry.id,
        "questionnaire": format!("{QUESTIONNAIRE}|{QUESTIONNAIRE_VERSION}"),
        "status": if entry.is_amended { "amended" } else { "completed" },
        "subject": {"reference": format!("Patient/{}", entry.patient)},
        "authored": entry.on.to_string(),
        "author": {"type": "Practitioner", "display": entry.author},
        "source": source,
    });
    if let (false, Some(made)) = (answered.is_empty(), made.as_object_mut()) {
        made.insert("item".to_owned(), json!(answered));
    }
    Ok(made)
}

fn answer(item: &Item, given: &Given, on: PartialDate) -> Result<Option<Value>, String> {
    let value = given.value.trim();
    if given.is_not_known && !value.is_empty() {
        return Err("give an answer or mark it as not known, not both".to_owned());
    }
    if given.is_not_known {
        let name = match item.kind {
            Kind::Number(_) => "_valueDecimal",
            Kind::Day => "_valueDate",
            Kind::Words => "_valueString",
            Kind::Smoking | Kind::YesNo => return Err("choose the answer that says so".to_owned()),
        };
        let reason = json!({"url": DATA_ABSENT_REASON, "valueCode": "asked-unknown"});
        return Ok(Some(json!({name: {"extension": [reason]}})));
    }
    if value.is_empty() {
        return Ok(None);
    }
    match item.kind {
        Kind::Smoking | Kind::YesNo => {
            let offered = choices(item.kind).iter().find(|(code, _)| *code == value);
            let (code, words) = offered.ok_or("choose one of the answers")?;
            let coding = json!({"system": LOINC, "code": code, "display": words});
            Ok(Some(json!({"valueCoding": coding})))
        }
        Kind::Number(unit) => {
            let most = unit.most;
            let number: Option<f64> = plain_number(value).then(|| value.parse().ok()).flatten();
            let number = number.filter(|number| (0.0..=f64::from(most)).contains(number));
            let number =
                number.ok_or_else(|| format!("give a number from 0 to {most}, as 12.5"))?;
            // A whole number stays one, so that the form opens with what was typed.
            let whole = value.parse::<u32>().ok().map(|whole| json!({"valueDecimal": whole}));
            Ok(Some(whole.unwrap_or_else(|| json!({"valueDecimal": number}))))
        }
        Kind::Day => {
            let day =
                PartialDate::parse(value).ok_or("give a date as 2012-05-31, 2012-05 or 2012")?;
            if on.is_before(day) {
                return Err("lies after the day of the answers".to_owned());
            }
            Ok(Some(json!({"valueDate": day.to_string()})))
        }
        Kind::Words => {
            let most = super::WORDS_CHARACTERS_MAX;
            if value.chars().count() > most {
                return Err(format!("has more than {most} characters"));
            }
            if value.chars().any(char::is_control) {
                return Err("holds characters that cannot be read".to_owned());
            }
            Ok(Some(json!({"valueString": value})))
        }
    }
}

/// Digits with at most one point: no exponents, no `inf`.
fn plain_number(text: &str) -> bool {
    text.len() <= 12
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && text.bytes().any(|byte| byte.is_ascii_digit())
}

/// What a stored response stands for in the form.
pub fn given_of(response: &Value) -> BTreeMap<String, Given> {
    let items = all(response, "item").into_iter();
    let given = items.filter_map(|item| {
        let link = text(item, "linkId")?.to_owned();
        let answer = all(item, "answer").into_iter().next()?;
        let given = match choice(answer, "value") {
            Some(("Coding", coding)) => text(coding, "code").unwrap_or_default().to_owned(),
            Some((_, Value::String(words))) => words.clone(),
            Some((_, value)) => value.to_string(),
            None => return Some((link, Given { value: String::new(), is_not_known: true })),
        };
        Some((link, Given { value: given, is_not_known: false }))
    });
    given.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fhir::check;
    use crate::fhir::lifestyle::answers;
    use model::lifestyle::{Finding, Smoking};

    fn typed(pairs: &[(&str, &str)]) -> BTreeMap<String, Given> {
        let given = |(link, value): &(&str, &str)| {
            let is_not_known = *value == "?";
            let value = if is_not_known { "" } else { value };
            ((*link).to_owned(), Given { value: value.to_owned(), is_not_known })
        };
        pairs.iter().map(given).collect()
    }

    fn made(pairs: &[(&str, &str)]) -> Result<Value, Vec<Fault>> {
        response(&Entry {
            id: "r",
            patient: &PatientId::new("ana"),
            on: PartialDate::parse("2026-11-27").unwrap(),
            said_by: SaidBy::Related,
            author: "Dr Paula Prescriber",
            is_amended: false,
            given: &typed(pairs),
        })
    }

    #[test]
    fn what_was_typed_is_read_again_as_it_was_meant() {
        let pairs = [
            ("smoking-status", "LA15920-4"),
            ("pack-years", "22.5"),
            ("quit-date", "2012-05"),
            ("drinks", "?"),
            ("asbestos", "LA32-8"),
            ("radon", "LA14072-5"),
            ("family-breast", "LA33-6"),
            ("occupation", " welder <b> "),
            ("deprivation", ""),
        ];
        let made = made(&pairs).unwrap();
        assert_eq!(check::check_at(&made, "QuestionnaireResponse"), vec![]);
        let (found, problems) = answers(&made, "QuestionnaireResponse/r/_history/1");
        assert_eq!(problems, vec![]);
        let told: Vec<(&str, Finding, &str)> =
            found.iter().map(|one| (one.asked.as_str(), one.finding, one.words.as_str())).collect();
        assert_eq!(
            told,
            [
                ("Smoking status", Finding::Present, "Former smoker"),
                ("Pack-years smoked", Finding::Present, "22.5 pack-years"),
                ("Smoking stopped on", Finding::Present, "2012-05"),
                ("Alcoholic drinks a week", Finding::Unknown, "asked; not known"),
                ("Usual occupation", Finding::Present, "welder <b>"),
                ("Asbestos", Finding::Absent, "No"),
                ("Radon", Finding::Unknown, "Asked, not known"),
                ("Breast cancer in a close relative", Finding::Present, "Yes"),
            ]
        );
        assert_eq!(found[0].smoking, Some(Smoking::Former));
        assert!(found.iter().all(|one| one.said_by == SaidBy::Related));
        // The form opens again as it was sent.
        let again = given_of(&made);
        assert_eq!(again["drinks"], Given { value: String::new(), is_not_known: true });
        assert_eq!(again["pack-years"].value, "22.5");
        assert_eq!(again["asbestos"].value, "LA32-8");
        assert!(!again.contains_key("deprivation"), "not asked");
    }

    #[test]
    fn what_is_no_answer_is_told_with_its_question() {
        let long = "x".repeat(201);
        for (link, value) in [
            ("smoking-status", "LA0-0"),
            ("asbestos", "yes"),
            ("pack-years", "501"),
            ("pack-years", "-1"),
            ("pack-years", "12,5"),
            ("pack-years", "1e2"),
            ("pack-years", "."),
            ("active-days", "8"),
            ("quit-date", "31.05.2012"),
            ("quit-date", "2026-12-01"),
            ("occupation", long.as_str()),
            ("occupation", "a\u{7}b"),
            ("asbestos", "?"),
        ] {
            let faults = made(&[(link, value), ("radon", "LA33-6")]).unwrap_err();
            assert_eq!(faults.len(), 1, "{link} {value}");
            assert_eq!(faults[0].0, link);
        }
        let whole = "x".repeat(200);
        for (link, value) in [("pack-years", "500"), ("occupation", whole.as_str())] {
            assert!(made(&[(link, value)]).is_ok(), "{link}");
        }
        let both = BTreeMap::from([(
            "drinks".to_owned(),
            Given { value: "3".to_owned(), is_not_known: true },
        )]);
        let patient = PatientId::new("ana");
        let entry = Entry {
            id: "r",
            patient: &patient,
            on: PartialDate::parse("2026").unwrap(),
            said_by: SaidBy::Patient,
            author: "",
            is_amended: true,
            given: &both,
        };
        assert_eq!(response(&entry).unwrap_err()[0].0, "drinks");
    }
}
