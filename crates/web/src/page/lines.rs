//! What a piece of a page says, line by line, for paper. The pieces are this crate's own markup, so
//! that the document cannot use other words than the page.

use crate::view::{SummaryLine, Tone};
use maud::Markup;

/// Elements that begin a line of their own.
const BLOCKS: [&str; 6] = ["p", "li", "ul", "div", "dt", "dd"];
/// Classes of spans that do.
const LINES: [&str; 5] = ["line", "gene-key", "order", "clinical", "absent"];

/// An element that is open.
struct Open<'m> {
    name: &'m str,
    is_line: bool,
    is_hidden: bool,
    tone: Option<Tone>,
}

impl<'m> Open<'m> {
    fn of(tag: &'m str) -> Self {
        let name = tag.split([' ', '/']).next().unwrap_or_default();
        let class = tag.split_once("class=\"").and_then(|(_, rest)| rest.split('"').next());
        let has = |wanted: &str| class.unwrap_or_default().split(' ').any(|one| one == wanted);
        let tone = match () {
            () if has("absent") => Some(Tone::Absent),
            () if has("muted") || has("note") => Some(Tone::Quiet),
            () if has("layer-head") || has("drug") || has("gene") => Some(Tone::Strong),
            () => None,
        };
        Self {
            name,
            is_line: BLOCKS.contains(&name) || LINES.iter().any(|class| has(class)),
            is_hidden: name == "svg" || name == "details" || has("visually-hidden"),
            tone,
        }
    }
}

/// The lines of a piece. What is only drawn, only heard or folded away is none of them.
pub(super) fn lines(piece: &Markup) -> Vec<SummaryLine> {
    let mut found = Vec::new();
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut said = String::new();
    let mut tone = Tone::Plain;
    let mut flush = |said: &mut String, tone: &mut Tone| {
        let text = said.split_whitespace().collect::<Vec<_>>().join(" ");
        if !text.is_empty() {
            found.push(SummaryLine { tone: *tone, text: unescaped(&text) });
        }
        said.clear();
        *tone = Tone::Plain;
    };
    for (at, part) in piece.0.split('<').enumerate() {
        let (tag, text) =
            if at == 0 { ("", part) } else { part.split_once('>').unwrap_or_default() };
        if let Some(name) = tag.strip_prefix('/') {
            let place = open.iter().rposition(|one| one.name == name);
            for closed in open.drain(place.unwrap_or(open.len())..) {
                if closed.is_line {
                    flush(&mut said, &mut tone);
                }
            }
        } else if !tag.is_empty() {
            let opened = Open::of(tag);
            if opened.is_line {
                flush(&mut said, &mut tone);
            }
            open.push(opened);
        }
        if open.iter().any(|one| one.is_hidden) {
            continue;
        }
        if !text.trim().is_empty() && said.trim().is_empty() {
            tone = open.iter().rev().find_map(|one| one.tone).unwrap_or(Tone::Plain);
        }
        said.push_str(text);
    }
    flush(&mut said, &mut tone);
    found
}

/// Text as maud escapes it.
fn unescaped(text: &str) -> String {
    let plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    plain.replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use maud::html;

    #[test]
    fn lines_are_those_that_are_seen() {
        let piece = html! {
            span.gene-key { b { "CYP2C19" } " " span.call { "*2/*2" } }
            span.line.muted { "Labor <i> & \"x\"" span.visually-hidden { " hidden" } }
            p { "Use " b { "prasugrel" } "." }
            svg { path d="M0 0" {} "drawn" }
            details { summary { "Why" } p { "folded" } }
            p { span.absent { "not recorded" } }
            ul { li { "one" } li { "two" } }
        };
        let told: Vec<(Tone, String)> =
            lines(&piece).into_iter().map(|line| (line.tone, line.text)).collect();
        let line = |tone, text: &str| (tone, text.to_owned());
        assert_eq!(
            told,
            [
                line(Tone::Plain, "CYP2C19 *2/*2"),
                line(Tone::Quiet, "Labor <i> & \"x\""),
                line(Tone::Plain, "Use prasugrel."),
                line(Tone::Absent, "not recorded"),
                line(Tone::Plain, "one"),
                line(Tone::Plain, "two"),
            ]
        );
        assert_eq!(lines(&html! { "&amp;lt; &#x27;" })[0].text, "&amp;lt; &#x27;", "once only");
    }
}
