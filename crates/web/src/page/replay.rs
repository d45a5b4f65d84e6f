//! Reading archived messages again, and trying a file. Both say first what would come of it.

use super::frame::{Frame, document};
use super::visible::visible;
use super::{report, words};
use crate::path;
use crate::view::{ReplayRow, ReplayView, ReplayedView, TriedRow, TryView};
use maud::{Markup, html};

/// Reading again: what would change, and then doing it.
pub fn replay(view: &ReplayView) -> String {
    document(Frame {
        title: "Read again",
        session: Some(&view.session),
        banner: None,
        main: html! {
            p.back { a href=(path::CONSOLE) { "Console" } }
            h1 { "Read archived messages again" }
            p.intro {
                "Messages that were filed are read by the profile in force, and the facts that "
                "would come and go are shown. Nothing changes before you say so. One run looks at "
                (view.looked_at_max) " messages at most; it says where to go on."
            }
            @if let Some(error) = &view.error { p.error-summary role="alert" { (error) } }
            form.stacked method="post" action=(path::REPLAY) {
                input type="hidden" name="csrf" value=(view.session.csrf);
                (feeds(&view.feeds, &view.feed))
                label for="since" { "From day, or place in the order of arrival" }
                input id="since" name="since" required value=(view.since) maxlength="20"
                    autocomplete="off";
                button type="submit" name="action" value="show" { "Show what would change" }
            }
            @if let Some(replayed) = &view.replayed { (came_to(view, replayed)) }
        },
    })
}

fn feeds(all: &[String], chosen: &str) -> Markup {
    html! {
        label for="feed" { "Feed" }
        select id="feed" name="feed" {
            @for feed in all { option value=(feed) selected[feed == chosen] { (feed) } }
        }
    }
}

fn came_to(view: &ReplayView, replayed: &ReplayedView) -> Markup {
    let looked_at = words::count(replayed.looked_at, "message", "messages");
    html! {
        section aria-labelledby="came-to" {
            h2 id="came-to" { @if replayed.is_done { "Done" } @else { "What would change" } }
            p role="status" {
                (looked_at) " looked at; " b {
                    (replayed.changed)
                    @if replayed.is_done { " sent back to be read again." }
                    @else { " would change facts." }
                }
            }
            @if replayed.read < replayed.looked_at {
                p.note {
                    (replayed.read) " had to be read. Of the others nothing has changed that their "
                    "reading rests on: the program, what they need of the profile, the patient."
                }
            }
            @if !replayed.is_done && replayed.changed > 0 {
                form.stacked method="post" action=(path::REPLAY) {
                    input type="hidden" name="csrf" value=(view.session.csrf);
                    input type="hidden" name="feed" value=(view.feed);
                    input type="hidden" name="since" value=(view.since);
                    p {
                        "What changes is filed as new versions, and interpreted again. You may be "
                        "asked to prove who you are."
                    }
                    button type="submit" name="action" value="run" {
                        "Read " (replayed.changed) " again"
                    }
                }
            }
            @if let Some(next) = replayed.next {
                p.note { "There are more: go on from place " (next) "." }
            }
            ol.reviews { @for row in &replayed.rows { li { (difference(row)) } } }
            @if replayed.more_rows > 0 {
                p.note { (replayed.more_rows) " more are not shown." }
            }
        }
    }
}

fn difference(row: &ReplayRow) -> Markup {
    html! {
        article.card {
            h3 { a href=(path::message(&row.raw)) { "Message no. " (row.sequence) } }
            @if let Some(reason) = &row.reason { p { (words::sentence(reason)) } }
            ul.plain.diff {
                @for line in &row.gone { li.gone { b { "Goes: " } code { (visible(line)) } } }
                @if row.gone_unseen > 0 {
                    li.gone {
                        b { "Goes: " }
                        (words::count(row.gone_unseen, "fact", "facts"))
                        " that your role does not see"
                    }
                }
                @for line in &row.come { li.come { b { "Comes: " } code { (visible(line)) } } }
            }
        }
    }
}

/// Trying a file: what it would come to. Nothing is archived or filed.
pub fn try_file(view: &TryView) -> String {
    document(Frame {
        title: "Try a file",
        session: Some(&view.session),
        banner: None,
        main: html! {
            p.back { a href=(path::CONSOLE) { "Console" } }
            h1 { "Try a file" }
            p.intro {
                "A message, a batch or a report, read as the feed would read it. Nothing is "
                "archived and nothing is filed."
            }
            @if let Some(error) = &view.error { p.error-summary role="alert" { (error) } }
            form.stacked method="post" action=(path::TRY) enctype="multipart/form-data" {
                input type="hidden" name="csrf" value=(view.session.csrf);
                (feeds(&view.feeds, &view.feed))
                label for="file" { "File, at most " (view.bytes_max / 1024 / 1024) " MiB" }
                input id="file" name="file" type="file" required;
                button type="submit" { "Try it" }
            }
            @if let Some(tried) = &view.tried {
                h2.part { "What it comes to" }
                p role="status" { (words::count(tried.len(), "message", "messages")) " read." }
                @for row in tried { (tried_row(row)) }
                @if view.more > 0 {
                    p.note {
                        (words::count(view.more, "more message", "more messages"))
                        " of the file: not tried. Try the rest as a file of its own."
                    }
                }
            }
        },
    })
}

fn tried_row(row: &TriedRow) -> Markup {
    html! {
        article.card {
            h3 { "Message " (row.number) }
            @if row.is_unreadable { p { b { "Nothing of it would be filed." } } }
            @else if row.found.is_empty() { p.empty { "It comes to nothing." } }
            ol.found {
                @for found in &row.found {
                    li {
                        @for line in &found.lines { span.line { (visible(line)) } }
                        span.line.muted {
                            (found.kind)
                            @if let Some(status) = found.status { ", " (status) }
                            " – from " code { (visible(&found.place)) }
                        }
                    }
                }
            }
            (report::problems(&row.problems))
        }
    }
}
