//! What became of a card (CDS Hooks 2.0, feedback endpoint).

use super::read::{coding, list, required, text};
use crate::key::is_uuid;
use model::code::Coding;
use model::problem::{Problem, first_error};
use model::time::Timestamp;
use serde_json::Value;

/// Items of one feedback request.
pub const FEEDBACK_MAX: usize = 200;

/// Characters of a user's comment that are kept.
pub const COMMENT_LENGTH_MAX: usize = 2_000;

/// What became of one card. Equal card, outcome and time are the same feedback sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feedback {
    /// UUID of the card.
    pub card: String,
    /// What the user did.
    pub outcome: Outcome,
    /// When.
    pub at: Timestamp,
}

/// What the user did with a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Took these suggestions, by UUID.
    Accepted {
        /// At least one.
        suggestions: Vec<String>,
    },
    /// Left the advice.
    Overridden {
        /// Why, as one of the codes offered.
        reason: Option<Coding>,
        /// In the user's words.
        comment: Option<String>,
    },
}

/// Reads a feedback request; it is taken whole or not at all.
///
/// # Errors
/// Every problem found, each with its place (`feedback[0].acceptedSuggestions`).
pub fn read_feedback(body: &Value) -> Result<Vec<Feedback>, Vec<Problem>> {
    let mut problems = Vec::new();
    let items = list(body, "feedback");
    if items.is_empty() {
        let said = "`feedback` is required, a list with at least one item";
        problems.push(Problem::error("missing", "feedback", said));
    }
    if items.len() > FEEDBACK_MAX {
        let said = "at most 200 items in one request";
        return Err(vec![Problem::error("too-many", "feedback", said)]);
    }
    let numbered = items.iter().enumerate();
    let read: Vec<Feedback> = numbered
        .filter_map(|(number, item)| read_item(item, &format!("feedback[{number}]"), &mut problems))
        .collect();
    if first_error(&problems).is_some() { Err(problems) } else { Ok(read) }
}

fn read_item(item: &Value, place: &str, problems: &mut Vec<Problem>) -> Option<Feedback> {
    let card = required(item, "card", place, problems);
    if card.is_some_and(|card| !is_uuid(card)) {
        let said = "`card` is the UUID of a card";
        problems.push(Problem::error("bad-uuid", format!("{place}.card"), said));
    }
    let at = required(item, "outcomeTimestamp", place, problems).and_then(|text| {
        let at = Timestamp::parse(text);
        if at.is_none() {
            let said = "`outcomeTimestamp` is an instant with an offset, as of RFC 3339";
            let place = format!("{place}.outcomeTimestamp");
            problems.push(Problem::error("bad-instant", place, said));
        }
        at
    });
    let outcome = match required(item, "outcome", place, problems) {
        Some("accepted") => accepted(item, place, problems),
        Some("overridden") => overridden(item, place, problems),
        Some(_) => {
            let said = "`outcome` is `accepted` or `overridden`";
            problems.push(Problem::error("bad-code", format!("{place}.outcome"), said));
            None
        }
        None => None,
    };
    Some(Feedback { card: card?.to_lowercase(), outcome: outcome?, at: at? })
}

fn accepted(item: &Value, place: &str, problems: &mut Vec<Problem>) -> Option<Outcome> {
    let place = format!("{place}.acceptedSuggestions");
    let list = list(item, "acceptedSuggestions");
    if list.is_empty() {
        let said = "an accepted card names the suggestions taken";
        problems.push(Problem::error("missing", place, said));
        return None;
    }
    if list.len() > FEEDBACK_MAX {
        problems.push(Problem::error("too-many", place, "at most 200 suggestions"));
        return None;
    }
    let mut suggestions = Vec::new();
    for (number, one) in list.iter().enumerate() {
        if let Some(id) = text(one, "id").filter(|id| is_uuid(id)) {
            suggestions.push(id.to_lowercase());
        } else {
            let said = "the UUID of a suggestion is required";
            let place = format!("{place}[{number}].id");
            problems.push(Problem::error("bad-uuid", place, said));
        }
    }
    Some(Outcome::Accepted { suggestions })
}

/// The specification leaves the reason out if the user gave none; if it is there, it holds a code
/// or a comment.
fn overridden(item: &Value, place: &str, problems: &mut Vec<Problem>) -> Option<Outcome> {
    let Some(given) = item.get("overrideReason").filter(|given| !given.is_null()) else {
        return Some(Outcome::Overridden { reason: None, comment: None });
    };
    let reason = given.get("reason").and_then(coding).filter(|coding| !coding.code.is_empty());
    let comment = text(given, "userComment")
        .map(|text| text.chars().take(COMMENT_LENGTH_MAX).collect::<String>());
    if reason.is_none() && comment.is_none() {
        let said = "`reason` with a code or `userComment` is required";
        problems.push(Problem::error("missing", format!("{place}.overrideReason"), said));
        return None;
    }
    Some(Outcome::Overridden { reason, comment })
}
