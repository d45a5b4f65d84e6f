//! An archived message: as it came, what its parts are called, and what each place of it comes to.
//! Places lead to each other both ways by links, and the one that was followed to is highlighted.

use super::banner::banner;
use super::frame::{Frame, document};
use super::visible::visible;
use super::{queue, report, words};
use crate::path;
use crate::view::{
    FoundRow, MessageContent, MessageHead, MessagePart, MessageSegment, MessageView, RawLine,
    SourceView,
};
use maud::{Markup, html};
use model::problem::Problem;

/// The page of a message for whoever looks after the feeds.
pub fn message(view: &MessageView) -> String {
    let title = title(&view.head);
    document(Frame {
        title: &title,
        session: Some(&view.session),
        banner: None,
        main: html! {
            p.back { a href=(path::MESSAGES) { "Messages" } }
            h1 { (title) }
            section aria-labelledby="what" {
                h2 id="what" { "What became of it" }
                p { b { (state(&view.head.state)) } }
                (head(&view.head, view.profile.as_deref()))
                p {
                    a href=(path::message_bytes(&view.head.raw)) download {
                        "The whole, as it came"
                    }
                }
            }
            @if let Some(held) = &view.held {
                section aria-labelledby="held" {
                    h2 id="held" { "On the error queue" }
                    (queue::item(held, &view.session.csrf, view.now))
                }
            }
            (content(&view.content))
        },
    })
}

/// The page of a message for whoever cares for the patient whose results came from it.
pub fn source(view: &SourceView) -> String {
    let name = words::name(&view.identity);
    let title = title(&view.head);
    document(Frame {
        title: &format!("{name} – {title}"),
        session: Some(&view.session),
        banner: Some(banner(&view.identity, &view.allergies, view.today, false)),
        main: html! {
            p.back {
                a href={ (path::patient(&view.patient)) "#reports" } { "Reports and sources" }
            }
            h1 { (title) }
            section aria-labelledby="what" {
                h2 id="what" { "What was received" }
                (head(&view.head, None))
            }
            (content(&view.content))
        },
    })
}

fn title(head: &MessageHead) -> String {
    match &head.control_id {
        Some(id) => format!("Message {}", visible(id)),
        None => format!("Message no. {}", head.sequence),
    }
}

/// What became of a message, in words.
pub(super) fn state(word: &str) -> &str {
    match word {
        "received" => "Waits to be filed",
        "filed" => "Filed",
        "unmatched" => "Held: a person has to decide",
        "rejected" => "Refused: the sender was told",
        "parse-error" => "Held: it could not be read",
        "quarantined" => "Held: it is not trusted",
        "duplicate" => "Received before",
        "piece" => "Part of a file, or kept beside one",
        "dismissed" => "Put aside by a person",
        other => other,
    }
}

fn head(head: &MessageHead, profile: Option<&str>) -> Markup {
    html! {
        dl.capsule {
            div {
                dt { "Received" }
                dd { (words::instant(head.received)) ", " (words::door(head.door)) }
            }
            div { dt { "Feed" } dd { (head.feed) ", from " (visible(&head.peer)) } }
            div { dt { "Media type" } dd { code { (head.media_type) } } }
            @if let Some(profile) = profile { div { dt { "Profile in force" } dd { (profile) } } }
            div {
                dt { "Archived as" }
                dd {
                    code { (head.raw) } ", no. " (head.sequence) ", " (head.length_bytes) " bytes"
                }
            }
            div { dt { "SHA-256" } dd { code { (head.sha256) } } }
        }
    }
}

/// The content of a message: bytes beside facts, problems, acknowledgement, parts.
fn content(content: &MessageContent) -> Markup {
    html! {
        div.side-by-side {
            section aria-labelledby="raw" {
                h2 id="raw" { "As it came" }
                @if content.is_laid_out {
                    p.intro { "Laid out in lines for this page; the bytes are another." }
                }
                (lines(content))
            }
            section aria-labelledby="found" {
                h2 id="found" { "What it comes to" }
                p.intro { (content.found_words) }
                @if content.found.is_empty() { p.empty { "Nothing." } } @else {
                    ol.found {
                        @for (number, row) in content.found.iter().enumerate() {
                            (found(number, row, &content.lines))
                        }
                    }
                }
            }
        }
        section aria-labelledby="problems" {
            h2 id="problems" { "Noticed" }
            @if content.problems.is_empty() { p.empty { "Nothing was noticed in reading it." } }
            @else {
                ul.plain {
                    @for problem in &content.problems { li { (noticed(problem, &content.lines)) } }
                }
            }
        }
        section aria-labelledby="answer" {
            h2 id="answer" { "Acknowledgement" }
            @if content.acknowledgement.is_empty() {
                p.empty { "None was sent, or it is not kept." }
            } @else {
                ol.raw { @for line in &content.acknowledgement { li { code { (visible(line)) } } } }
            }
        }
        @if !content.segments.is_empty() {
            section.parts aria-labelledby="parts" {
                h2 id="parts" { "Its parts" }
                @for segment in &content.segments { (parts(segment)) }
            }
        }
    }
}

fn lines(content: &MessageContent) -> Markup {
    html! {
        ol.raw {
            @for line in &content.lines { (raw_line(line, content)) }
        }
        @if content.more_lines > 0 {
            p.note { (content.more_lines) " more lines are not shown; the whole has them." }
        }
    }
}

fn raw_line(line: &RawLine, content: &MessageContent) -> Markup {
    let has_parts = content.segments.iter().any(|segment| segment.place == line.place);
    let of_line: Vec<usize> = content
        .found
        .iter()
        .enumerate()
        .filter(|(_, row)| !line.place.is_empty() && segment_of(&row.place) == line.place)
        .map(|(number, _)| number)
        .collect();
    html! {
        li id=[anchor_of_line(line)] class=[(!of_line.is_empty()).then_some("is-read")]
            value=(line.number) {
            @if has_parts {
                a.place href={ "#" (part_anchor(&line.place)) } { (line.place) }
            } @else if !line.place.is_empty() { span.place { (line.place) } }
            code { (visible(&line.text)) }
            @if line.more_chars > 0 { span.muted { " … " (line.more_chars) " more characters" } }
            @for number in of_line {
                " " a.read href={ "#" (fact_anchor(number)) } { "comes to " (number + 1) }
            }
        }
    }
}

fn found(number: usize, row: &FoundRow, lines: &[RawLine]) -> Markup {
    let segment = segment_of(&row.place);
    let is_shown = lines.iter().any(|line| line.place == segment);
    html! {
        li id=(fact_anchor(number)) {
            @for line in &row.lines { span.line { (visible(line)) } }
            span.line.muted {
                (row.kind)
                @if let Some(status) = row.status { ", " (status) }
                " – from "
                @if is_shown { a href={ "#" (line_anchor(&segment)) } { (row.place) } }
                @else { code { (visible(&row.place)) } }
            }
        }
    }
}

fn noticed(problem: &Problem, lines: &[RawLine]) -> Markup {
    let segment = segment_of(&problem.place);
    html! {
        b { (report::severity(problem.severity)) } " at "
        @if lines.iter().any(|line| line.place == segment) {
            a href={ "#" (line_anchor(&segment)) } { (visible(&problem.place)) }
        } @else { code { (visible(&problem.place)) } }
        ": " (visible(&problem.text))
    }
}

fn parts(segment: &MessageSegment) -> Markup {
    html! {
        details.fold id=(part_anchor(&segment.place)) {
            summary {
                (segment.place)
                @if let Some(name) = segment.name { " " span.names { (name) } }
            }
            p { a href={ "#" (line_anchor(&segment.place)) } { "As it came" } }
            ul.tree { @for field in &segment.fields { (part(field)) } }
        }
    }
}

fn part(of: &MessagePart) -> Markup {
    html! {
        li {
            code { (of.place) }
            @if let Some(name) = of.name { " " span.muted { (name) } }
            @if of.is_null { ": " i { "no value (sent as \"\")" } }
            @else if of.parts.is_empty() { ": " b { (visible(&of.value)) } }
            @else { ul.tree { @for inner in &of.parts { (part(inner)) } } }
        }
    }
}

/// The segment, entry or other whole that a place is in: `OBX[4]` of `OBX[4]-5.1`, `MSH[1]` of
/// `MSH-10`.
fn segment_of(place: &str) -> String {
    let whole = place.split(['-', '.']).next().unwrap_or_default();
    if is_segment(whole) && !whole.contains('[') { format!("{whole}[1]") } else { whole.to_owned() }
}

/// Whether it is called as segments are.
fn is_segment(place: &str) -> bool {
    let id = place.split('[').next().unwrap_or_default();
    id.len() == 3 && id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

fn anchor_of_line(line: &RawLine) -> Option<String> {
    (!line.place.is_empty()).then(|| line_anchor(&line.place))
}

fn line_anchor(place: &str) -> String {
    anchor("line", place)
}

fn part_anchor(place: &str) -> String {
    anchor("part", place)
}

fn fact_anchor(number: usize) -> String {
    format!("fact-{}", number + 1)
}

/// A place as an id: whatever a sender wrote, only letters, digits and `_`.
fn anchor(kind: &str, place: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    format!("{kind}-{}", place.chars().map(plain).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_within_its_segment_or_entry() {
        for (place, segment) in [
            ("OBX[4]-5.1", "OBX[4]"),
            ("OBX[4]", "OBX[4]"),
            ("MSH-10", "MSH[1]"),
            ("entry[2].resource.status", "entry[2]"),
            ("line 214", "line 214"),
        ] {
            assert_eq!(segment_of(place), segment);
        }
        assert_eq!(line_anchor("OBX[4]"), "line-OBX_4_");
        assert_eq!(part_anchor("\"><b"), "part-___b");
    }
}
