//! The page of a document that was read: the laboratory's words, which are nobody's markup.

use crate::{page, sample};
use model::id::PatientId;
use model::problem::Problem;
use model::time::Timestamp;
use web::view::{
    DocumentListView, DocumentRow, DocumentView, ReadDisagreement, ReadField, ReadFinding,
    ReadPlace,
};

const HOSTILE: &str = "</title><script>alert(1)</script>\"'><img src=x onerror=alert(2)>";

fn document_row(text: &str) -> DocumentRow {
    DocumentRow {
        id: text.to_owned(),
        title: Some(text.to_owned()),
        read: Timestamp::parse("2026-11-22T07:31:00Z").unwrap(),
        findings: 1,
        refused: None,
        disagreements: vec![disagreement(text, None), disagreement(text, Some(true))],
    }
}

fn disagreement(text: &str, is_released: Option<bool>) -> ReadDisagreement {
    ReadDisagreement {
        word: "phenotype".to_owned(),
        stated: text.to_owned(),
        read: text.to_owned(),
        page: 3,
        is_held: is_released != Some(true),
        is_released,
        said: is_released.map(|_| (text.to_owned(), text.to_owned())),
    }
}

/// A document that says this.
fn document(text: &str) -> DocumentView {
    let field = ReadField {
        name: "gene".to_owned(),
        value: text.to_owned(),
        read: Some(ReadPlace {
            written: text.to_owned(),
            is_by_one: false,
            confidence: None,
            page: 1,
            crop: [30, 90, 240, 40],
        }),
    };
    let blank = ReadField { name: "coding".to_owned(), value: String::new(), read: None };
    DocumentView {
        session: sample::session(),
        head: document_row(text),
        patient: PatientId::new("ana"),
        version: 7,
        is_open: true,
        may_answer: true,
        problems: vec![Problem::warning("page-count", "page 1", text)],
        findings: vec![ReadFinding {
            kind: "variant".to_owned(),
            fields: vec![field, blank],
            said: Some(text.to_owned()),
            agrees: Some(text.to_owned()),
        }],
        can_be_filed: true,
        error: Some(text.to_owned()),
    }
}

/// A list with a document that has this title.
fn documents(text: &str) -> DocumentListView {
    DocumentListView { session: sample::session(), documents: vec![document_row(text)], unseen: 2 }
}

#[test]
fn a_value_of_one_engine_is_marked_in_its_place() {
    let mut view = document("BRAF");
    let marked = "Read by one engine only";
    assert!(!web::document(&view).contains(marked));
    view.findings[0].fields[0].read.as_mut().unwrap().is_by_one = true;
    assert!(web::document(&view).contains(marked));
}

#[test]
fn a_value_that_was_recognised_is_marked_in_its_place() {
    let mut view = document("BRAF");
    let marked = "Recognised in a picture (OCR)";
    assert!(!web::document(&view).contains(marked));
    view.findings[0].fields[0].read.as_mut().unwrap().confidence = Some(91);
    let html = web::document(&view);
    assert!(html.contains(marked) && html.contains("sure to 91 of 100"));
}

#[test]
fn a_change_says_that_its_reference_was_not_checked() {
    let mut view = document("BRAF");
    let told = "Not checked against a transcript";
    assert!(!web::document(&view).contains(told));
    view.findings[0].fields[0].name = "protein".to_owned();
    assert!(web::document(&view).contains(told));
}

/// The only page with pictures: they come from its own address, and what a document says is text.
#[test]
fn what_a_document_says_never_becomes_markup() {
    let html = web::document(&document(HOSTILE));
    assert!(!html.contains("<script") && html.contains("&lt;script&gt;"), "{html}");
    let pictures = page::values(&html, "src");
    assert_eq!(pictures.len(), 1, "{pictures:?}");
    assert!(pictures.iter().all(|address| address.starts_with("/reviews/documents/")));
    assert_eq!(html.matches("<img").count(), 1);
    for value in ["href", "action", "value", "id", "name", "alt"].map(|a| page::values(&html, a)) {
        assert!(value.iter().all(|v| !v.contains(['<', '>'])), "{value:?}");
    }
    for banned in [" style=", " onclick=", " onload="] {
        assert!(!html.contains(banned), "{banned}");
    }
    assert!(html.contains("name=\"coding\"") && html.contains("Not read; type it"), "{html}");
    // Each form says what it saw.
    assert_eq!(html.matches("name=\"version\" value=\"7\"").count(), 3);
    // What is held is answered with a reason; what was released says by whom.
    assert_eq!(html.matches("name=\"reason\"").count(), 1);
    assert!(html.contains("The document, page 3") && html.contains("Released by"), "{html}");
    let list = web::documents(&documents(HOSTILE));
    assert!(!list.contains("<script") && !list.contains("<img"), "{list}");
    assert!(list.contains("2 more documents wait that you may not read"), "{list}");
}
