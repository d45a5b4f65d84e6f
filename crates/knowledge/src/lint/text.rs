//! Wording: short, whole sentences, ours.

use super::expect;
use crate::pack::Pack;
use model::Problem;

/// Longest advice, in characters: three lines of a card.
pub(crate) const TEXT_CHARACTERS_MAX: usize = 240;
/// Longest reason, in characters.
pub(crate) const IMPLICATION_CHARACTERS_MAX: usize = 160;

pub(super) fn check(pack: &Pack, problems: &mut Vec<Problem>) {
    for rule in &pack.pgx.actions {
        let place = format!("actions {}", rule.id);
        sentence(&rule.text, TEXT_CHARACTERS_MAX, &place, problems);
        sentence(&rule.implication, IMPLICATION_CHARACTERS_MAX, &place, problems);
    }
    for alert in &pack.pgx.alerts {
        let place = format!("alerts {}", alert.rxnorm);
        sentence(&alert.text, TEXT_CHARACTERS_MAX, &place, problems);
    }
}

fn sentence(text: &str, limit: usize, place: &str, problems: &mut Vec<Problem>) {
    let length = text.chars().count();
    expect(length <= limit, problems, "text-long", place, || {
        format!("{length} characters, the limit is {limit}")
    });
    let whole = text.chars().next().is_some_and(char::is_uppercase) && text.ends_with('.');
    expect(whole, problems, "text-form", place, || "is not a whole sentence".into());
    let clean = !text.contains("  ") && !text.chars().any(char::is_control);
    expect(clean, problems, "text-form", place, || "has control characters or gaps".into());
}
