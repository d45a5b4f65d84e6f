//! The HTML page: what it says, that it stands alone, and that data is never markup.

use crate::sample;
use report::pgx::{PgxReport, Shown};
use report::{content_security_policy, html};
use serde_json::Value;

/// The text as a reader sees it: one line for each block, tags taken out.
pub(crate) fn words(page: &str) -> String {
    let (_, body) = page.split_once("<body>").unwrap();
    let mut text = String::new();
    for piece in body.split('<').skip(1) {
        let (tag, rest) = piece.split_once('>').unwrap();
        let name = tag.trim_start_matches('/').split(' ').next().unwrap();
        let inline = ["a", "b", "bdi", "span", "svg", "rect", "path", "circle"].contains(&name);
        text.push_str(if inline { "" } else { "\n" });
        text.push_str(rest);
    }
    for (entity, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")] {
        text = text.replace(entity, character);
    }
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[test]
fn its_words_are_these() {
    insta::assert_snapshot!("full", words(&html(&sample::full())));
    insta::assert_snapshot!("rare", words(&html(&sample::rare())));
    insta::assert_snapshot!("file", words(&html(&sample::of_file())));
}

/// Every text of the view, but for what is shown in other words.
fn texts(value: &Value, name: &str, found: &mut Vec<String>) {
    let in_other_words =
        ["kind", "state", "rxnorm", "rule", "date", "status", "authority", "printed", "sex"];
    match value {
        _ if in_other_words.contains(&name) => {}
        Value::String(text) => found.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| texts(value, name, found)),
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| texts(value, name, found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn everything_of_the_view_is_there() {
    for report in [sample::full(), sample::rare(), sample::of_file()] {
        let words = words(&html(&report)).replace('\n', " ");
        let mut found = Vec::new();
        texts(&serde_json::to_value(&report).unwrap(), "", &mut found);
        assert!(found.len() > 100);
        // Dates are written out.
        for text in found.iter().filter(|text| !text.starts_with("1961-")) {
            assert!(words.contains(text.as_str()), "{text}");
        }
    }
}

#[test]
fn current_medicines_stand_first_and_pack_and_engine_last() {
    let page = html(&sample::full());
    let places: Vec<usize> = [
        "id=\"main\"",
        "id=\"current\"",
        "id=\"avoid\"",
        "id=\"adjust\"",
        "id=\"standard\"",
        "id=\"not-known\"",
        "id=\"genes\"",
        "id=\"research\"",
        "id=\"gaps\"",
        "id=\"references\"",
        "<footer>",
        "Pack pgx 0.7.3 of 01-Oct-2026 · engine pgx 0.1.0",
        "Printed 22-Nov-2026",
    ]
    .iter()
    .map(|mark| page.find(mark).unwrap_or_else(|| panic!("{mark}")))
    .collect();
    assert!(places.is_sorted(), "{places:?}");
    assert_eq!(page, html(&sample::full()), "the same view gives the same bytes");
}

#[test]
fn it_stands_alone() {
    let page = html(&sample::full());
    for absent in ["<script", " style=", " onclick", "javascript:", "@import", "url(", " src="] {
        assert!(!page.contains(absent), "{absent}");
    }
    assert!(!content_security_policy().contains("unsafe"));
    assert!(content_security_policy().starts_with("default-src 'none'; style-src 'sha256-"));
    assert!(page.contains(content_security_policy()));
    assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">"));
    assert_eq!(page.matches("<style>").count(), 1);
}

/// A report that has the text wherever data is shown.
fn filled(report: &PgxReport, text: &str) -> PgxReport {
    fn fill(value: &mut Value, name: &str, text: &str) {
        match value {
            _ if ["kind", "state", "status", "printed", "born", "date", "sex"].contains(&name) => {}
            Value::String(old) => text.clone_into(old),
            Value::Array(values) => values.iter_mut().for_each(|value| fill(value, name, text)),
            Value::Object(members) => {
                members.iter_mut().for_each(|(name, value)| fill(value, name, text));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    let mut value = serde_json::to_value(report).unwrap();
    fill(&mut value, "", text);
    serde_json::from_value(value).unwrap()
}

#[test]
fn data_is_never_markup() {
    let plain = html(&filled(&sample::full(), "plain"));
    let tags = |page: &str| page.matches('<').count();
    for text in [
        "<script>alert(1)</script>",
        "<style></style>",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='x",
        "</title></style></head><b>",
        "javascript:alert(1)",
        "&lt;b&gt; &amp; <!-- ]]>",
        "{{7*7}} ${7*7} #{7}",
    ] {
        let page = html(&filled(&sample::full(), text));
        assert_eq!(tags(&page), tags(&plain), "{text}");
        assert_eq!(page.matches("href=").count(), plain.matches("href=").count(), "{text}");
        assert!(words(&page).contains(text), "{text}");
    }
}

#[test]
fn characters_that_mislead_are_named() {
    let page = html(&filled(&sample::rare(), "a\u{202E}b\u{0}c\u{1b}d\ne"));
    assert!(words(&page).contains("a[U+202E]b[U+0000]c[U+001B]d e"));
    let body = page.split_once("<body>").unwrap().1;
    assert!(!body.chars().any(|one| one.is_control() || one == '\u{202E}'));
    // A name in another script is left as it is, and keeps to itself.
    let page = html(&filled(&sample::rare(), "محمد"));
    assert!(page.contains("<h1><bdi>محمد</bdi></h1>"));
}

#[test]
fn an_empty_name_is_said_to_be_missing() {
    let mut report = sample::rare();
    report.genes[0].gene = " ".into();
    report.genes[0].calls = vec![Shown::Absent("not tested".into())];
    let page = html(&report);
    assert!(page.contains("role=\"rowheader\">Name not recorded</th>"));
    assert!(page.contains("<span class=\"absent\">not tested</span>"));
}
