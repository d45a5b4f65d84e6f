//! The brief for a tumour board: page and document say the same, all of it, and nothing else.

#[path = "board/sample.rs"]
mod sample;

use crate::page::words;
use guidance::board::{Brief, Issue, Kind, Line, Section};
use report::board::html;

/// Texts of all sections.
fn texts(brief: &Brief) -> Vec<String> {
    let sections = brief.sections.iter();
    sections.flat_map(Section::texts).map(str::to_owned).collect()
}

fn briefs() -> [Brief; 4] {
    let mut issued = sample::full();
    issued.head.issue = Issue::Issued { version: 2, by: "Dr. Demo Oncologist".into() };
    let summary = Brief { kind: Kind::Summary, ..sample::full() };
    [summary, sample::nothing(), sample::full(), issued.since(1, &sample::nothing())]
}

#[test]
fn the_page_says_all_of_the_brief_in_its_order() {
    for brief in briefs() {
        let said = words(&html(&brief, &[])).replace('\n', " ");
        let mut from = 0;
        for text in texts(&brief) {
            let rest = said.get(from..).unwrap_or_default();
            let found = rest.find(&text).unwrap_or_else(|| panic!("{text}\n{said}"));
            // Facts and heads repeat: the next text stands there or after it.
            from += found;
        }
        assert!(said.contains(brief.kind.words()), "{said}");
        assert!(said.contains(&brief.issue_words()) && said.contains(&brief.head.id), "{said}");
    }
}

#[test]
fn it_stands_alone_and_leads_where_it_is_told_to() {
    let page = html(&sample::full(), &[("Patient page", "/patients/ana".to_owned())]);
    assert!(page.contains("<a href=\"/patients/ana\">Patient page</a>"));
    for absent in ["<script", " style=", " onclick", "javascript:", "@import", "url(", " src="] {
        assert!(!page.contains(absent), "{absent}");
    }
    let alone = html(&sample::full(), &[]);
    assert!(!alone.contains("<nav"));
    assert_eq!(alone, html(&sample::full(), &[]));
}

/// The brief with a text wherever data is shown.
fn filled(text: &str) -> Brief {
    let mut brief = sample::full();
    brief.head.name = Some(text.to_owned());
    brief.head.identifiers = vec![text.to_owned()];
    for section in &mut brief.sections {
        let rows = section.facts.iter_mut().chain(&mut section.rows);
        let lines = rows.flat_map(|row| row.cells.iter_mut().skip(1).flatten());
        lines.for_each(|Line { text: said, .. }| text.clone_into(said));
        section.notes.iter_mut().for_each(|note| text.clone_into(note));
    }
    brief
}

#[test]
fn data_is_never_markup() {
    let plain = html(&filled("plain"), &[]);
    for text in ["<script>alert(1)</script>", "\"><img src=x>", "</title></style><b>", "#{7}"] {
        let page = html(&filled(text), &[]);
        assert_eq!(page.matches('<').count(), plain.matches('<').count(), "{text}");
        assert!(words(&page).contains(text), "{text}");
    }
    let page = html(&filled("a\u{202E}b\u{0}c"), &[]);
    assert!(words(&page).contains("a[U+202E]b[U+0000]c"));
}

#[cfg(feature = "pdf")]
mod document {
    use super::{briefs, filled, sample, texts};
    use crate::reader::{flat, holds, in_order, pages};
    use report::board::pdf;

    #[test]
    fn it_says_what_the_page_says() {
        for (at, brief) in briefs().iter().enumerate() {
            let made = pdf(brief).unwrap_or_else(|failure| panic!("{failure:?}"));
            let Some(pages) = in_order(&format!("board-{at}"), &made) else { return };
            // A line may break after a sign, where the text has no blank.
            let dense = |text: &str| flat(text).replace(' ', "");
            let said = dense(&pages.join("\n"));
            for text in texts(brief) {
                assert!(said.contains(&dense(&text)), "{text}\n{said}");
            }
        }
    }

    #[test]
    fn it_is_a_tagged_document_the_same_each_time() {
        let made = pdf(&sample::full()).unwrap();
        assert!(made.starts_with(b"%PDF-1.7"));
        for text in ["<pdfuaid:part>1</pdfuaid:part>", "/StructTreeRoot", "Tumour-board brief: EX"]
        {
            assert!(holds(&made, text), "{text}");
        }
        assert_eq!(made, pdf(&sample::full()).unwrap());
        assert_ne!(made, pdf(&sample::nothing()).unwrap());
    }

    #[test]
    fn every_page_says_whose_it_is_and_which_version() {
        let [.., issued] = briefs();
        let Some(pages) = pages("board-issued", &pdf(&issued).unwrap()) else { return };
        assert!(pages.len() > 1);
        for (at, page) in pages.iter().enumerate() {
            let text = flat(page);
            for expected in [
                "EXAMPLE, Ana Łucja · born 02-Apr-1961 · ID 100001",
                "Version 2, amended, issued by Dr. Demo Oncologist",
                "Evidence civic 0.1.0 of 01-Nov-2026",
                &format!("Page {} of {}", at + 1, pages.len()),
            ] {
                assert!(text.contains(expected), "{expected}\n{text}");
            }
        }
    }

    #[test]
    fn any_text_is_printed() {
        for text in ["#panic(\"x\") *bold* $x$", "王小明 😀", "\u{202e}x", "محمد علي", "", " "]
        {
            let made = pdf(&filled(text));
            assert!(made.is_ok_and(|bytes| bytes.starts_with(b"%PDF-1.7")), "{text:?}");
        }
        let made = pdf(&filled(&"Wilhelmina ".repeat(40))).unwrap();
        assert!(made.starts_with(b"%PDF-1.7"));
    }
}
