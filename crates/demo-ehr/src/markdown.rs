//! The little of GitHub's Markdown that cards use: paragraphs, lists, bold, and links as text.
//! Everything else stands as it was written; nothing in it becomes markup.

use maud::{Markup, html};

/// Lines that are shown.
const LINES_MAX: usize = 200;

enum Block<'t> {
    Paragraph(Vec<&'t str>),
    List(Vec<&'t str>),
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
                Block::List(items) => ul { @for item in &items { li { (inline(item)) } } },
            }
        }
    }
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut is_open = false;
    for line in text.lines().take(LINES_MAX).map(str::trim) {
        if line.is_empty() {
            is_open = false;
            continue;
        }
        let item = line.strip_prefix("- ").or_else(|| line.strip_prefix("* "));
        match (item, blocks.last_mut().filter(|_| is_open)) {
            (Some(item), Some(Block::List(items))) => items.push(item),
            (Some(item), _) => blocks.push(Block::List(vec![item])),
            (None, Some(Block::Paragraph(lines))) => lines.push(line),
            (None, _) => blocks.push(Block::Paragraph(vec![line])),
        }
        is_open = true;
    }
    blocks
}

/// Bold between pairs of asterisks; a punctuation mark after a backslash stands for itself.
fn inline(line: &str) -> Markup {
    let parts = parts(line);
    // A mark without its pair is a text like any other.
    let is_paired = parts.len() % 2 == 1;
    let plain = parts.join("**");
    html! {
        @if is_paired {
            @for (number, part) in parts.iter().enumerate() {
                @if number % 2 == 1 { strong { (part) } } @else { (part) }
            }
        } @else { (plain) }
    }
}

fn parts(line: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut rest = line.chars().peekable();
    while let Some(mark) = rest.next() {
        let next = rest.peek().copied();
        match (mark, next, parts.last_mut()) {
            ('*', Some('*'), _) => {
                rest.next();
                parts.push(String::new());
            }
            ('\\', Some(escaped), Some(part)) if escaped.is_ascii_punctuation() => {
                rest.next();
                part.push(escaped);
            }
            (_, _, Some(part)) => part.push(mark),
            (_, _, None) => {}
        }
    }
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
            ("**bold** and **not", "<p>**bold** and **not</p>"),
            ("a **bold** word", "<p>a <strong>bold</strong> word</p>"),
            ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
            ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
            (r"CYP2C19 \*2/\*2 \\ a\b", r"<p>CYP2C19 *2/*2 \ a\b</p>"),
            ("", ""),
        ] {
            assert_eq!(markdown(text).into_string(), expected, "{text}");
        }
    }
}
