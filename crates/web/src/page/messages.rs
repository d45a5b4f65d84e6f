//! The archived messages, the latest first, by what they are looked for.

use super::frame::{Frame, document};
use super::message::state;
use super::visible::visible;
use super::words;
use crate::path;
use crate::view::{MessageFilter, MessageHead, MessagesView};
use maud::{Markup, html};

/// The page.
pub fn messages(view: &MessagesView) -> String {
    document(Frame {
        title: "Messages",
        session: Some(&view.session),
        banner: None,
        main: html! {
            p.back { a href=(path::CONSOLE) { "Console" } }
            h1 { "Messages" }
            p.intro { "Everything that came in, as it came. Who looks at a message is noted." }
            (form(view))
            @if let Some(error) = &view.error { p.error-summary role="alert" { (error) } }
            @if view.messages.is_empty() { p.empty { "No message is shown." } } @else {
                (table(&view.messages))
            }
            @if let Some(next) = view.next { (older(&view.filter, next)) }
        },
    })
}

fn form(view: &MessagesView) -> Markup {
    let filter = &view.filter;
    html! {
        form.filter role="search" method="get" action=(path::MESSAGES) {
            (choice("feed", "Feed", &filter.feed, &view.feeds, &|word| word.to_owned()))
            (choice("state", "State", &filter.state, &view.states, &|word| state(word).to_owned()))
            (choice("type", "Type", &filter.media_type, &view.media_types, &|word| word.to_owned()))
            (text("control", "Control id", &filter.control_id, "search"))
            (text("since", "From day", &filter.since, "date"))
            (text("until", "To day", &filter.until, "date"))
            @if view.finds_patients {
                (text("patient", "Patient’s number", &filter.patient, "search"))
            }
            button type="submit" { "Show" span.visually-hidden { " these messages" } }
        }
    }
}

fn choice(
    name: &str,
    label: &str,
    chosen: &str,
    words: &[String],
    said: &dyn Fn(&str) -> String,
) -> Markup {
    html! {
        div {
            label for=(name) { (label) }
            select id=(name) name=(name) {
                option value="" { "all" }
                @for word in words {
                    option value=(word) selected[word == chosen] { (said(word)) }
                }
            }
        }
    }
}

fn text(name: &str, label: &str, value: &str, kind: &str) -> Markup {
    html! {
        div {
            label for=(name) { (label) }
            input id=(name) name=(name) type=(kind) value=(value) maxlength="200"
                autocomplete="off" spellcheck="false";
        }
    }
}

/// The table of messages.
pub(super) fn table(messages: &[MessageHead]) -> Markup {
    html! {
        table.patients {
            caption { "Messages, the latest first" }
            thead {
                tr {
                    th scope="col" { "Message" }
                    th scope="col" { "Received" }
                    th scope="col" { "Feed" }
                    th scope="col" { "Type" }
                    th scope="col" { "Outcome" }
                }
            }
            tbody { @for message in messages { (row(message)) } }
        }
    }
}

fn row(message: &MessageHead) -> Markup {
    let named = match &message.control_id {
        Some(id) => visible(id),
        None => format!("no. {}", message.sequence),
    };
    html! {
        tr {
            th scope="row" { a href=(path::message(&message.raw)) { (named) } }
            td data-label="Received" { (words::instant(message.received)) }
            td data-label="Feed" { (message.feed) }
            td data-label="Type" { code { (message.media_type) } }
            td data-label="Outcome" {
                (state(&message.state))
                @if message.problems > 0 {
                    span.line.muted { (words::count(message.problems, "remark", "remarks")) }
                }
            }
        }
    }
}

fn older(filter: &MessageFilter, before: u64) -> Markup {
    let fields = [
        ("feed", filter.feed.as_str()),
        ("state", &filter.state),
        ("type", &filter.media_type),
        ("control", &filter.control_id),
        ("since", &filter.since),
        ("until", &filter.until),
        ("patient", &filter.patient),
    ];
    html! { p.more { a href=(path::messages_of(&fields, Some(before))) { "Older messages" } } }
}
