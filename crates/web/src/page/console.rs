//! The console: every feed with how it stands, and one feed with its profile.

use super::frame::{Frame, document};
use super::message::state as words_of;
use super::queue::age;
use super::visible::visible;
use super::words;
use crate::chart::sparkline;
use crate::path;
use crate::view::{ConsoleView, FeedRow, FeedState, FeedView, MappedRow};
use maud::{Markup, html};
use model::time::Timestamp;

/// The feeds.
pub fn console(view: &ConsoleView) -> String {
    document(Frame {
        title: "Console",
        session: Some(&view.session),
        banner: None,
        main: html! {
            h1 { "Console" }
            p.intro {
                "What comes in from laboratories and record systems, and what of it is held."
            }
            nav.bins aria-label="Console" {
                ul.plain {
                    li {
                        a href=(path::ERRORS) { "Error queue " span.badge { (view.errors) } }
                        @if view.reviews > 0 {
                            " " span.muted { "open on the review list: " (view.reviews) }
                        }
                    }
                    li { a href=(path::MESSAGES) { "Messages" } }
                    li { a href=(path::REPLAY) { "Read again" } }
                    li { a href=(path::TRY) { "Try a file" } }
                    li { a href=(path::DESTINATIONS) { "Sent on" } }
                    li { a href=(path::DOCUMENTS) { "Documents that were read" } }
                }
            }
            @if view.feeds.is_empty() { p.empty { "No feed is known and nothing came in." } }
            @else { (table(view)) }
        },
    })
}

fn table(view: &ConsoleView) -> Markup {
    html! {
        table.patients {
            caption { "Feeds" }
            thead {
                tr {
                    th scope="col" { "Feed" }
                    th scope="col" { "State" }
                    th scope="col" { "Messages" }
                    th scope="col" { "Last" }
                    th scope="col" { "Waiting" }
                    th scope="col" { "Held" }
                    th scope="col" { "Oldest" }
                }
            }
            tbody { @for feed in &view.feeds { (row(feed, view.now)) } }
        }
    }
}

fn row(feed: &FeedRow, now: Timestamp) -> Markup {
    html! {
        tr {
            th scope="row" {
                a href=(path::feed(&feed.id)) { (feed.id) }
                @if let Some(profile) = &feed.profile { span.line.muted { "profile " (profile) } }
            }
            td data-label="State" { (state(feed.state)) }
            td data-label="Messages" { (rate(feed)) }
            td data-label="Last" { (since(feed.last, now)) }
            td data-label="Waiting" { (feed.waiting) }
            td data-label="Held" {
                @if feed.held > 0 { a href=(path::messages_of(&[("feed", &feed.id)], None)) {
                    (feed.held)
                } } @else { "0" }
            }
            td data-label="Oldest" { (since(feed.oldest, now)) }
        }
    }
}

fn rate(feed: &FeedRow) -> Markup {
    let words = format!("{} this hour, {} in 24 hours", feed.last_hour(), feed.last_day());
    html! {
        (sparkline(&format!("Messages by hour of {}", feed.id), &feed.hours))
        span.line { (words) }
    }
}

fn since(at: Option<Timestamp>, now: Timestamp) -> Markup {
    html! {
        @match at {
            Some(at) => { (age(at, now)) span.line.muted { (words::instant(at)) } }
            None => "–",
        }
    }
}

fn state(state: FeedState) -> Markup {
    let (class, words) = match state {
        FeedState::Held => ("state state-avoid", "▲ Held"),
        FeedState::Silent => ("state state-unknown", "○ Silent"),
        FeedState::Running => ("state state-standard", "● Running"),
    };
    html! { span class=(class) { (words) } }
}

/// One feed.
pub fn feed(view: &FeedView) -> String {
    let row = &view.row;
    document(Frame {
        title: &row.id,
        session: Some(&view.session),
        banner: None,
        main: html! {
            p.back { a href=(path::CONSOLE) { "Console" } }
            h1 { (row.id) " " (state(row.state)) }
            section aria-labelledby="traffic" {
                h2 id="traffic" { "Traffic" }
                (rate(row))
                (hours(row))
                dl.capsule {
                    div { dt { "Last message" } dd { (since(row.last, view.now)) } }
                    div { dt { "Waiting to be filed" } dd { (row.waiting) } }
                    div {
                        dt { "Held" }
                        dd {
                            (row.held)
                            @if let Some(at) = row.oldest {
                                ", the oldest for " (age(at, view.now))
                            }
                        }
                    }
                    @for (state, count) in &view.states {
                        div { dt { (words_of(state)) } dd { (count) " in 24 hours" } }
                    }
                }
                p.more {
                    a href=(path::messages_of(&[("feed", &row.id)], None)) { "Its messages" } " · "
                    a href=(path::ERRORS) { "Error queue" } " (" (view.errors) " of this feed)"
                }
            }
            section aria-labelledby="profile" {
                h2 id="profile" { "Profile in force" }
                p {
                    @match &row.profile {
                        Some(profile) => { "Version " b { (profile) } }
                        None => {
                            "It has none: it is read like a production feed with no exceptions."
                        }
                    }
                }
                dl.capsule {
                    @for (name, said) in &view.settings {
                        div { dt { (name) } dd { (visible(said)) } }
                    }
                }
            }
            (mapped(&view.mapped))
            @if !view.unmapped.is_empty() {
                section aria-labelledby="unmapped" {
                    h2 id="unmapped" { "Codes that nobody mapped" }
                    ul { @for code in &view.unmapped { li { (visible(code)) } } }
                    p { a href=(path::ERRORS) { "Map them" } }
                }
            }
        },
    })
}

/// The numbers behind the bars.
fn hours(row: &FeedRow) -> Markup {
    let all = row.hours.len();
    html! {
        details {
            summary { "Values" }
            table {
                thead { tr { th scope="col" { "Hours ago" } th scope="col" { "Messages" } } }
                tbody {
                    @for (place, count) in row.hours.iter().enumerate() {
                        tr { td { (all - 1 - place) } td { (count) } }
                    }
                }
            }
        }
    }
}

fn mapped(rows: &[MappedRow]) -> Markup {
    html! {
        @if !rows.is_empty() {
            section aria-labelledby="mapped" {
                h2 id="mapped" { "Codes that were mapped here" }
                p.intro { "They count beside the operator’s file. Take them into it:" }
                pre.raw {
                    @for row in rows {
                        "[[feed.code]]\nsystem = " (quoted(&row.system)) "\ncode = "
                        (quoted(&row.code)) "\nloinc = " (quoted(&row.loinc)) "\n"
                    }
                }
            }
        }
    }
}

/// A text as TOML quotes it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", visible(text).replace('\\', "\\\\").replace('"', "\\\""))
}
