//! What waits for a person: the error queue of the feeds, and the inbox of who answers for results.
//! Every item has a reason, an owner and an age; whatever is done with it is a form.

use super::frame::{Frame, document};
use super::visible::visible;
use super::{report, words};
use crate::asset::asset_path;
use crate::path;
use crate::view::{HeldRow, NoteRow, QueuePage, QueueView, UnmappedCode, Urgency};
use maud::{Markup, html};
use model::time::Timestamp;

/// A page of items.
pub fn queue(view: &QueueView) -> String {
    let (title, intro) = match view.page {
        QueuePage::Errors => (
            "Error queue",
            "What failed on its way in, and codes that no profile maps. The bytes are archived; \
             nothing is lost while it waits here.",
        ),
        QueuePage::Inbox => (
            "Inbox",
            "Everything that waits for a decision: results that are in nobody’s record yet, and \
             results that disagree.",
        ),
    };
    document(Frame {
        title,
        session: Some(&view.session),
        banner: None,
        main: html! {
            @if view.page == QueuePage::Errors {
                p.back { a href=(path::CONSOLE) { "Console" } }
            }
            h1 { (title) @if !view.items.is_empty() { " " span.badge { (view.items.len()) } } }
            p.intro { (intro) }
            @if let Some(told) = &view.told { p.answer role="status" { (told) } }
            @if view.page == QueuePage::Inbox {
                p { a href=(path::DOCUMENTS) { "Documents that were read, to be confirmed" } }
                (keys(view))
            }
            @if view.items.is_empty() { p.empty { "Nothing waits." } } @else {
                ol.reviews.queue data-keys=[view.has_keys.then_some("on")] {
                    @for held in &view.items {
                        li { (item(held, &view.session.csrf, view.now)) }
                    }
                }
            }
            @if view.is_partial { p.note { "There are more; these come first." } }
            @if view.has_keys { script src=(asset_path("queue.js")) defer {} }
        },
    })
}

/// What keys do, and how to turn them off (WCAG 2.1.4).
fn keys(view: &QueueView) -> Markup {
    html! {
        p.keys {
            @if view.has_keys {
                kbd { "j" } " next, " kbd { "k" } " previous, " kbd { "Enter" } " open, "
                kbd { "a" } " assign to me, " kbd { "r" } " read again. "
                a href={ (path::INBOX) "?keys=off" } { "Turn keys off" }
            } @else { a href=(path::INBOX) { "Turn keys on" } }
        }
    }
}

/// One item with all that can be done with it.
pub(super) fn item(held: &HeldRow, csrf: &str, now: Timestamp) -> Markup {
    html! {
        article.card tabindex="-1" {
            h2 { (urgency(held.urgency)) " " (words::sentence(&held.reason)) }
            dl.capsule {
                div {
                    dt { "Waits" }
                    dd { (age(held.since, now)) ", since " (words::instant(held.since)) }
                }
                div {
                    dt { "Owner" }
                    dd {
                        @match &held.owner {
                            Some(owner) => b { (owner) },
                            None => { (held.team) ", nobody in person" },
                        }
                    }
                }
                @if !held.feed.is_empty() {
                    div { dt { "Feed" } dd { (held.feed) ", " code { (held.media_type) } } }
                }
                @match &held.patient {
                    Some((patient, true)) => div {
                        dt { "Patient" }
                        dd { a href=(path::patient(patient)) { (patient) } }
                    },
                    Some((patient, false)) => div { dt { "Patient" } dd { (patient) } },
                    None => {}
                }
                @if let Some(raw) = &held.raw {
                    div { dt { "Message" } dd { a href=(path::message(raw)) { (raw) } } }
                }
            }
            (report::problems(&held.problems))
            (notes(&held.notes))
            @if let (Some(code), true) = (&held.code, held.may.map) { (map(held, code, csrf)) }
            (work(held, csrf))
        }
    }
}

fn urgency(urgency: Urgency) -> Markup {
    let (class, words) = match urgency {
        Urgency::High => ("state state-avoid", "▲ Urgent"),
        Urgency::Medium => ("state state-adjust", "■ Soon"),
        Urgency::Low => ("state state-unknown", "○ In time"),
    };
    html! { span class=(class) { (words) } }
}

/// `3 days`, `5 hours`, `12 minutes`.
pub(super) fn age(since: Timestamp, now: Timestamp) -> String {
    let minutes = usize::try_from((now.micros() - since.micros()) / 60_000_000).unwrap_or(0);
    match minutes {
        0 => "less than a minute".to_owned(),
        1..=119 => words::count(minutes, "minute", "minutes"),
        120..=2_879 => words::count(minutes / 60, "hour", "hours"),
        _ => words::count(minutes / 1_440, "day", "days"),
    }
}

fn notes(notes: &[NoteRow]) -> Markup {
    html! {
        @if !notes.is_empty() {
            ul.plain {
                @for note in notes {
                    li {
                        (words::instant(note.at)) ", " code { (note.actor) } ": "
                        (visible(&note.text))
                    }
                }
            }
        }
    }
}

/// The hidden fields that say which item it is.
fn which(held: &HeldRow, csrf: &str, action: &str) -> Markup {
    html! {
        input type="hidden" name="csrf" value=(csrf);
        input type="hidden" name="action" value=(action);
        @if let Some(raw) = &held.raw { input type="hidden" name="raw" value=(raw); }
        @if let Some(review) = &held.review { input type="hidden" name="review" value=(review); }
    }
}

fn map(held: &HeldRow, code: &UnmappedCode, csrf: &str) -> Markup {
    let id = key(held, "map");
    html! {
        form.row method="post" action=(path::ERRORS) {
            (which(held, csrf, "map"))
            input type="hidden" name="feed" value=(code.feed);
            input type="hidden" name="system" value=(code.system);
            input type="hidden" name="code" value=(code.code);
            label for=(id) {
                "Map " code { (visible(&code.code)) } " of " code { (visible(&code.system)) }
                " to LOINC"
            }
            input id=(id) name="loinc" required maxlength="10" pattern="[0-9]{1,7}-[0-9]"
                title="a LOINC code such as 84413-4" autocomplete="off" spellcheck="false";
            button type="submit" { "Map and read again" }
        }
    }
}

/// A name for the fields of an item, different for each.
fn key(held: &HeldRow, what: &str) -> String {
    let raw = held.raw.as_ref().map(model::id::RawId::as_str).unwrap_or_default();
    let of = held.review.as_deref().unwrap_or(raw);
    let plain: String = of.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    format!("{what}-{plain}")
}

fn work(held: &HeldRow, csrf: &str) -> Markup {
    let may = held.may;
    html! {
        div.deeds {
            @if may.work {
                form method="post" action=(path::ERRORS) {
                    (which(held, csrf, "take"))
                    button.quiet type="submit" data-key="a" { "Assign to me" }
                }
            }
            @if may.retry {
                form method="post" action=(path::ERRORS) {
                    (which(held, csrf, "retry"))
                    button.quiet type="submit" data-key="r" { "Read again" }
                }
            }
        }
        @if may.work || may.dismiss {
            details.more-deeds {
                summary { "More" }
                @if may.work { (give(held, csrf)) (note(held, csrf)) }
                @if may.dismiss { (dismiss(held, csrf)) }
            }
        }
    }
}

fn give(held: &HeldRow, csrf: &str) -> Markup {
    let id = key(held, "to");
    html! {
        form.row method="post" action=(path::ERRORS) {
            (which(held, csrf, "give"))
            label for=(id) { "Give to (log-in name)" }
            input id=(id) name="to" required maxlength="100" autocomplete="off" spellcheck="false";
            button.quiet type="submit" { "Give" }
        }
    }
}

fn note(held: &HeldRow, csrf: &str) -> Markup {
    let id = key(held, "note");
    html! {
        form.row method="post" action=(path::ERRORS) {
            (which(held, csrf, "note"))
            label for=(id) { "Note" }
            input id=(id) name="text" required maxlength="500";
            button.quiet type="submit" { "Note" }
        }
    }
}

fn dismiss(held: &HeldRow, csrf: &str) -> Markup {
    let id = key(held, "why");
    html! {
        form.row method="post" action=(path::ERRORS) {
            (which(held, csrf, "dismiss"))
            label for=(id) { "Put aside, because" }
            input id=(id) name="text" required maxlength="500";
            button.quiet type="submit" { "Put aside" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_told_in_one_unit() {
        let now = Timestamp::from_micros(10_000_000_000_000);
        for (minutes, expected) in [
            (0, "less than a minute"),
            (1, "1 minute"),
            (119, "119 minutes"),
            (120, "2 hours"),
            (2_880, "2 days"),
            (-5, "less than a minute"),
        ] {
            let since = Timestamp::from_micros(now.micros() - minutes * 60_000_000);
            assert_eq!(age(since, now), expected);
        }
    }
}
