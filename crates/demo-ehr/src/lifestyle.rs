//! What the clinic asks about lifestyle, as a QuestionnaireResponse of Cognate's questionnaire.

use crate::failure::Failure;
use serde_json::{Value, json};

const QUESTIONNAIRE: &str = "https://github.com/cognate-health/cognate/Questionnaire/lifestyle|1.1";
const LOINC: &str = "http://loinc.org";
/// Largest number of drinks a week that the form takes.
const DRINKS_MAX: f64 = 500.0;
/// Characters of an occupation.
const OCCUPATION_CHARACTERS_MAX: usize = 100;

/// Answers about smoking: LOINC answer list LL2201-3.
pub(crate) const SMOKING: [(&str, &str); 4] = [
    ("LA18976-3", "Every day"),
    ("LA18977-1", "Some days"),
    ("LA15920-4", "Former smoker"),
    ("LA18978-9", "Never smoked"),
];

/// The form; what is empty was not asked.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct LifestyleForm {
    #[serde(default)]
    pub(crate) smoking: String,
    #[serde(default)]
    pub(crate) drinks: String,
    #[serde(default)]
    pub(crate) asbestos: String,
    #[serde(default)]
    pub(crate) occupation: String,
}

/// The answers that were given.
///
/// # Errors
/// When there is none, or one is no answer to its question.
pub(crate) fn response(patient: &str, form: &LifestyleForm, now: &str) -> Result<Value, Failure> {
    let coding = |code: &str, words: &str| {
        let coding = json!({"system": LOINC, "code": code, "display": words});
        json!({"valueCoding": coding})
    };
    let mut items = Vec::new();
    let mut item = |link: &str, text: &str, answer: Value| {
        items.push(json!({"linkId": link, "text": text, "answer": [answer]}));
    };
    if !form.smoking.is_empty() {
        let (code, words) = SMOKING
            .into_iter()
            .find(|(code, _)| *code == form.smoking)
            .ok_or_else(|| Failure::Form("Choose an answer about smoking".to_owned()))?;
        item("smoking-status", "Smoking status", coding(code, words));
    }
    let drinks = form.drinks.trim();
    if !drinks.is_empty() {
        let number: Option<f64> = drinks.parse().ok();
        let number = number.filter(|number| (0.0..=DRINKS_MAX).contains(number));
        let told = || Failure::Form(format!("“{drinks}” is not a number of drinks a week"));
        let number = number.ok_or_else(told)?;
        item("drinks", "Alcoholic drinks a week", json!({"valueDecimal": number}));
    }
    match form.asbestos.as_str() {
        "" => {}
        "yes" => item("asbestos", "Asbestos", coding("LA33-6", "Yes")),
        "no" => item("asbestos", "Asbestos", coding("LA32-8", "No")),
        _ => return Err(Failure::Form("Asbestos is answered with yes or no".to_owned())),
    }
    let occupation: String =
        form.occupation.trim().chars().take(OCCUPATION_CHARACTERS_MAX).collect();
    if !occupation.is_empty() {
        item("occupation", "Usual occupation", json!({"valueString": occupation}));
    }
    if items.is_empty() {
        return Err(Failure::Form("Nothing was answered, so nothing is filed".to_owned()));
    }
    Ok(json!({
        "resourceType": "QuestionnaireResponse",
        "questionnaire": QUESTIONNAIRE,
        "status": "completed",
        "subject": {"reference": format!("Patient/{patient}")},
        "source": {"reference": format!("Patient/{patient}")},
        "authored": now,
        "item": items
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(smoking: &str, drinks: &str, asbestos: &str, occupation: &str) -> LifestyleForm {
        let owned = str::to_owned;
        LifestyleForm {
            smoking: owned(smoking),
            drinks: owned(drinks),
            asbestos: owned(asbestos),
            occupation: owned(occupation),
        }
    }

    #[test]
    fn only_what_was_answered_is_filed() {
        for (form, expected) in [
            (form("LA18976-3", "", "", ""), vec!["smoking-status"]),
            (form("", " 3.5 ", "no", " welder "), vec!["drinks", "asbestos", "occupation"]),
            (form("", "0", "", ""), vec!["drinks"]),
        ] {
            let response = response("p", &form, "2026-11-26T10:00:00Z").unwrap();
            let items = response["item"].as_array().unwrap();
            let links: Vec<_> = items.iter().map(|item| item["linkId"].as_str().unwrap()).collect();
            assert_eq!(links, expected);
        }
        for wrong in [
            form("", "", "", "  "),
            form("LA0-0", "", "", ""),
            form("", "-1", "", ""),
            form("", "many", "", ""),
            form("", "", "perhaps", ""),
        ] {
            assert!(response("p", &wrong, "").is_err(), "{wrong:?}");
        }
    }
}
