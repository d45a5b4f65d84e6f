//! The little of GitHub's Markdown that cards use: paragraphs, lists in lists, bold and code.
//! Everything else stands as it was written; nothing in it becomes markup.

use maud::{Markup, html};

/// Lines that are shown.
const LINES_MAX: usize = 200;

enum Block<'t> {
    Paragraph(Vec<&'t str>),
    List(Vec<Item<'t>>),
}

struct Item<'t> {
    words: &'t str,
    /// Items under it.
    under: Vec<&'t str>,
}

/// A text as paragraphs and lists.
pub(crate) fn markdown(text: &str) -> Markup {
    html! {
        @for block in blocks(text) {
            @match block {
                Block::Paragraph(lines) => p {
                    @for (number, line) in lines.iter().enumerate() {
                        @if number > 0 { " " }
                        (inline(line))
                    }
                },
                Block::List(items) => ul {
                    @for item in &items {
                        li {
                            (inline(item.words))
                            @if !item.under.is_empty() {
                                ul { @for words in &item.under { li { (inline(words)) } } }
                            }
                        }
                    }
                },
            }
        }
    }
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut is_open = false;
    for line in text.lines().take(LINES_MAX) {
        let words = line.trim();
        if words.is_empty() {
            is_open = false;
            continue;
        }
        let is_under = line.starts_with("  ");
        let item = words.strip_prefix("- ").or_else(|| words.strip_prefix("* "));
        match (item, blocks.last_mut().filter(|_| is_open)) {
            (Some(words), Some(Block::List(items))) => match items.last_mut() {
                Some(item) if is_under => item.under.push(words),
                _ => items.push(Item { words, under: Vec::new() }),
            },
            (Some(words), _) => blocks.push(Block::List(vec![Item { words, under: Vec::new() }])),
            (None, Some(Block::Paragraph(lines))) => lines.push(words),
            (None, _) => blocks.push(Block::Paragraph(vec![words])),
        }
        is_open = true;
    }
    blocks
}

/// How a part of a line is set.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Set {
    Plain,
    Bold,
    Code,
}

/// Bold between pairs of asterisks, code between back-quotes; a punctuation mark after a backslash
/// stands for itself.
fn inline(line: &str) -> Markup {
    html! {
        @for (set, part) in parts(line) {
            @match set {
                Set::Plain => (part),
                Set::Bold => strong { (part) },
                Set::Code => code { (part) },
            }
        }
    }
}

fn parts(line: &str) -> Vec<(Set, String)> {
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut rest = line;
    while let Some(mark) = rest.chars().next() {
        let (set, fence) = match rest.get(..2) {
            Some("**") => (Set::Bold, "**"),
            _ if mark == '`' => (Set::Code, "`"),
            _ => (Set::Plain, ""),
        };
        // A mark without its pair is a text like any other.
        let inside = rest.get(fence.len()..).and_then(|inner| inner.split_once(fence));
        if let (Set::Bold | Set::Code, Some((inner, after))) = (set, inside) {
            parts.push((Set::Plain, std::mem::take(&mut part)));
            parts.push((set, inner.to_owned()));
            rest = after;
            continue;
        }
        let escaped =
            rest.chars().nth(1).filter(|next| mark == '\\' && next.is_ascii_punctuation());
        let taken = escaped.unwrap_or(mark);
        part.push(taken);
        let length = taken.len_utf8() + usize::from(escaped.is_some());
        rest = rest.get(length..).unwrap_or_default();
    }
    parts.push((Set::Plain, part));
    parts
}

#[cfg(test)]
mod tests {
    use super::markdown;

    #[test]
    fn what_cards_say_is_shown_and_never_run() {
        for (text, expected) in [
            ("one\ntwo\n\nthree", "<p>one two</p><p>three</p>"),
            ("before\n- a\n* b", "<p>before</p><ul><li>a</li><li>b</li></ul>"),
            (
                "- a\n  - b\n  - c\n- d",
                "<ul><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ul>",
            ),
            ("  - b", "<ul><li>b</li></ul>"),
            ("**bold** and **not", "<p><strong>bold</strong> and **not</p>"),
            ("a **bold** word", "<p>a <strong>bold</strong> word</p>"),
            ("`*2/*2`, ``", "<p><code>*2/*2</code>, <code></code></p>"),
            ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
            ("`<b>`", "<p><code>&lt;b&gt;</code></p>"),
            ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
            (r"CYP2C19 \*2/\*2 \\ a\b é*", r"<p>CYP2C19 *2/*2 \ a\b é*</p>"),
            ("", ""),
        ] {
            assert_eq!(markdown(text).into_string(), expected, "{text}");
        }
    }
}
