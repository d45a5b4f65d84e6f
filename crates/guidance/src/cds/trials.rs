//! The card of new trial options, when a patient is looked at.

use crate::card::{SUMMARY_LENGTH_LIMIT, TOPICS};
use crate::key::uuid;
use serde_json::{Value, json};

/// The id of the service.
pub const TRIALS_SERVICE_ID: &str = "trial-options";
/// Options that a card names; the page has all of them.
const NAMED_MAX: usize = 5;

/// A trial that is or may be for the patient, and was not before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOption {
    /// Under which it counts as shown.
    pub key: String,
    /// The trial's identifier.
    pub trial: String,
    /// Its title.
    pub title: String,
    /// What it says, in words: `eligible by the criteria that are read`.
    pub words: String,
}

/// The service, for the discovery document.
pub(super) fn service() -> Value {
    json!({
        "hook": "patient-view",
        "id": TRIALS_SERVICE_ID,
        "title": "New trial options",
        "description": "Tells once of each trial that has become an option for the patient",
        "prefetch": { "patient": "Patient/{{context.patientId}}" },
        "usageRequirements": "Patient identity must be shared with the molecular record"
    })
}

/// The id of the card of an option: one card may tell of several.
pub fn option_card(key: &str) -> String {
    uuid(key, "card")
}

/// The answer: one card for all new options, none for none. `page` is where the reasons are.
pub fn trial_answer(options: &[NewOption], page: &str) -> Value {
    let Some(first) = options.first() else { return json!({ "cards": [] }) };
    let many = format!("{} new trial options for this patient", options.len());
    let summary = match options {
        [one] => {
            let said = format!("New trial option: {}, {}", one.trial, one.words);
            let is_short = said.chars().count() < SUMMARY_LENGTH_LIMIT;
            if is_short { said } else { "A new trial option for this patient".to_owned() }
        }
        _ => many,
    };
    let mut lines: Vec<String> = options
        .iter()
        .take(NAMED_MAX)
        .map(|one| {
            let title = if one.title.is_empty() { "" } else { ": " };
            format!("- {}{title}{} ({})", plain(&one.trial), plain(&one.title), one.words)
        })
        .collect();
    if options.len() > NAMED_MAX {
        lines.push(format!("- and {} more", options.len() - NAMED_MAX));
    }
    lines.push(String::new());
    lines.push(
        "The criteria that are read are a part of the protocol: screen before you offer.".into(),
    );
    json!({ "cards": [{
        "uuid": option_card(&first.key),
        "summary": summary,
        "detail": lines.join("\n"),
        "indicator": "info",
        "source": {
            "label": "Trials of this site",
            "topic": {"system": TOPICS, "code": "trial-option", "display": "Trial option"}
        },
        "links": [{"label": "Trial options and reasons", "url": page, "type": "absolute"}]
    }]})
}

/// Text of a trial as plain words: nothing of it is Markdown or HTML.
fn plain(text: &str) -> String {
    let mut said = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            letter if letter.is_control() => said.push(' '),
            '<' => said.push_str("&lt;"),
            '&' => said.push_str("&amp;"),
            letter => {
                if "\\`*_{}[]()#+-.!|>~".contains(letter) {
                    said.push('\\');
                }
                said.push(letter);
            }
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option(trial: &str, title: &str) -> NewOption {
        NewOption {
            key: format!("key {trial}"),
            trial: trial.to_owned(),
            title: title.to_owned(),
            words: "eligible".to_owned(),
        }
    }

    #[test]
    fn a_card_is_short_plain_and_one_for_all() {
        assert_eq!(trial_answer(&[], "https://x/p"), json!({ "cards": [] }));
        let long = "x".repeat(300);
        for (options, summary) in [
            (vec![option("10-001", "")], "New trial option: 10-001, eligible"),
            (vec![option(&long, "")], "A new trial option for this patient"),
            (vec![option("A", ""), option("B", "")], "2 new trial options for this patient"),
        ] {
            let answer = trial_answer(&options, "https://x/p");
            assert_eq!(answer["cards"].as_array().unwrap().len(), 1);
            let card = &answer["cards"][0];
            assert_eq!(card["summary"], summary);
            assert_eq!(card["indicator"], "info");
            assert_eq!(card["links"][0]["url"], "https://x/p");
        }
        let hostile = option("T", "<b>[x](javascript:1)</b>");
        let detail = trial_answer(&[hostile], "")["cards"][0]["detail"].to_string();
        assert!(!detail.contains("<b>") && !detail.contains("[x]("), "{detail}");
        let many: Vec<NewOption> = (0..9).map(|at| option(&at.to_string(), "t")).collect();
        let detail = trial_answer(&many, "")["cards"][0]["detail"].to_string();
        assert!(detail.contains("and 4 more"), "{detail}");
    }
}
