//! Documents that were read: the list, and one of them field by field beside its page.

use super::frame::{Frame, document as whole};
use super::{report, words};
use crate::path;
use crate::view::{
    DocumentListView, DocumentRow, DocumentView, ReadDisagreement, ReadField, ReadFinding,
    ReadPlace,
};
use maud::{Markup, html};

/// The documents that wait for a person.
pub fn documents(view: &DocumentListView) -> String {
    whole(Frame {
        title: "Documents waiting",
        session: Some(&view.session),
        banner: None,
        main: html! {
            h1 { "Documents waiting" }
            p.intro {
                "These documents are filed as documents. What was read from them is in no result "
                "until people have confirmed it."
            }
            @if view.documents.is_empty() { p.empty { "No document is waiting." } } @else {
                ol.reviews { @for row in &view.documents { li { (card(row)) } } }
            }
            @if view.unseen > 0 {
                p.muted {
                    (words::count(view.unseen, "more document waits", "more documents wait"))
                    " that you may not read."
                }
            }
        },
    })
}

fn title(row: &DocumentRow) -> &str {
    row.title.as_deref().unwrap_or("Document")
}

fn card(row: &DocumentRow) -> Markup {
    html! {
        article.card {
            h2 { a href=(path::document(&row.id)) { (title(row)) } }
            p { "Read " (words::instant(row.read)) " · " (outcome(row)) }
            @if !row.disagreements.is_empty() {
                p { b { "The result that came with it says something else" } }
                @for one in &row.disagreements { (both(one)) }
            }
        }
    }
}

fn outcome(row: &DocumentRow) -> String {
    match &row.refused {
        Some(why) => format!("nothing was read: {why}"),
        None => words::count(row.findings, "finding proposed", "findings proposed"),
    }
}

/// One document.
pub fn document(view: &DocumentView) -> String {
    whole(Frame {
        title: title(&view.head),
        session: Some(&view.session),
        banner: None,
        main: html! {
            h1 { (title(&view.head)) }
            p.intro {
                "Of " a href=(path::patient(&view.patient)) { "this patient" } ". "
                (words::sentence(&outcome(&view.head)))
                ". A value is what was read; compare it with the page beside it."
            }
            @if let Some(error) = &view.error { p.error role="alert" { (words::sentence(error)) } }
            (report::problems(&view.problems))
            @for (at, one) in view.head.disagreements.iter().enumerate() {
                (disagreement(view, at, one))
            }
            @for (at, finding) in view.findings.iter().enumerate() { (one(view, at, finding)) }
            @if view.is_open { (end(view)) }
        },
    })
}

/// What a disagreement is about, in words.
fn about(word: &str) -> &'static str {
    match word {
        "diplotype" => "Another genotype",
        "phenotype" => "Another phenotype",
        "significance" => "Another significance",
        "change" => "Another change of the gene",
        "denied-by-document" => "The document says that it is not there",
        "denied-by-result" => "The result says that it is not there",
        _ => "Something else",
    }
}

/// Both values beside each other.
fn both(one: &ReadDisagreement) -> Markup {
    html! {
        dl.both-values {
            div { dt { "The laboratory's result" } dd { (one.stated) } }
            div { dt { "The document, page " (one.page) } dd { (one.read) } }
        }
    }
}

/// How far a disagreement got.
fn standing(one: &ReadDisagreement) -> String {
    let held = if one.is_held {
        "The result is held: no decision rests on it"
    } else {
        "The result is not held"
    };
    match (one.is_released, &one.said) {
        (Some(true), Some((who, why))) => format!("Released by {who}: {why}"),
        (Some(false), Some((who, why))) => {
            format!("{held}. {who} has said that the laboratory has to correct it: {why}")
        }
        _ => format!("{held}. Nobody has decided yet"),
    }
}

/// A disagreement with the two answers to it.
fn disagreement(view: &DocumentView, at: usize, one: &ReadDisagreement) -> Markup {
    let (head, reason) = (format!("d{at}"), format!("d{at}-reason"));
    html! {
        section.card aria-labelledby=(head) {
            h2 id=(head) { (about(&one.word)) }
            (both(one))
            p { b { (standing(one)) } }
            @if view.may_answer && one.is_held {
                form.verdict method="post" action=(path::document(&view.head.id)) {
                    (hidden(view))
                    input type="hidden" name="stated" value=(one.stated);
                    input type="hidden" name="read" value=(one.read);
                    label for=(reason) { "Why" }
                    input id=(reason) name="reason" type="text" maxlength="300" required;
                    p.actions {
                        button type="submit" name="decision" value="release" {
                            "Release the result"
                        }
                        " "
                        button.quiet type="submit" name="decision" value="keep" {
                            "The document is right; the laboratory has to correct it"
                        }
                    }
                }
            }
        }
    }
}

fn one(view: &DocumentView, at: usize, finding: &ReadFinding) -> Markup {
    html! {
        section.card {
            h2 { (words::sentence(&finding.kind)) " " (at + 1) }
            @if let Some(said) = &finding.said { p { b { (said) } } }
            @if let Some(agrees) = &finding.agrees {
                p { "The result that came with it says the same and stands: " (agrees) }
            }
            form method="post" action=(path::document(&view.head.id)) {
                (hidden(view))
                input type="hidden" name="finding" value=(at);
                @for field in &finding.fields { (row(view, at, field)) }
                @if is_change(finding) {
                    p.muted {
                        "Not checked against a transcript: whether it has the base and the amino "
                        "acid that the change begins with."
                    }
                }
                @if view.is_open {
                    p.actions {
                        button type="submit" name="decision" value="confirm" { "Confirm" }
                        " "
                        button.quiet type="submit" name="decision" value="reject" { "Reject" }
                    }
                }
            }
        }
    }
}

/// Whether a finding names a change of a sequence that has a reference.
fn is_change(finding: &ReadFinding) -> bool {
    let names = finding.fields.iter().filter(|field| field.read.is_some());
    names.into_iter().any(|field| matches!(field.name.as_str(), "coding" | "protein"))
}

fn row(view: &DocumentView, at: usize, field: &ReadField) -> Markup {
    let id = format!("f{at}-{}", field.name);
    html! {
        div.read-field {
            div {
                label for=(id) { (words::sentence(&field.name.replace('-', " "))) }
                input id=(id) name=(field.name) type="text" value=(field.value) maxlength="300"
                    readonly[!view.is_open];
                span.line.muted {
                    @match &field.read {
                        Some(read) => {
                            "Page " (read.page) ": “" (read.written) "”"
                            @if read.is_by_one { ". " b { "Read by one engine only" } }
                            @if let Some(confidence) = read.confidence {
                                ". " b { "Recognised in a picture (OCR)" }
                                ", sure to " (confidence) " of 100: compare every letter"
                            }
                        }
                        None => { "Not read; type it if the document says it" }
                    }
                }
            }
            @if let Some(read) = &field.read { (picture(view, read)) }
        }
    }
}

fn picture(view: &DocumentView, read: &ReadPlace) -> Markup {
    let [left, top, width, height] = read.crop;
    let page = path::document_page(&view.head.id, read.page);
    let source = format!("{page}#svgView(viewBox({left},{top},{width},{height}))");
    // Half as large again as it is printed, to be read beside what is typed.
    html! {
        img src=(source) width=(width * 3 / 2) height=(height * 3 / 2) loading="lazy"
            alt={ "Page " (read.page) " where it says " (read.written) };
    }
}

/// The proof of the session, and the version that was looked at.
fn hidden(view: &DocumentView) -> Markup {
    html! {
        input type="hidden" name="csrf" value=(view.session.csrf);
        input type="hidden" name="version" value=(view.version);
    }
}

fn end(view: &DocumentView) -> Markup {
    html! {
        section.card {
            h2 { "The whole document" }
            form method="post" action=(path::document(&view.head.id)) {
                (hidden(view))
                @if view.can_be_filed {
                    label for="origin" { "Whose genome was tested" }
                    select id="origin" name="origin" required {
                        option value="" { "Choose" }
                        option value="germline" { "The inherited genome" }
                        option value="somatic" { "A tumour" }
                        option value="circulating-dna" { "Circulating DNA" }
                    }
                    label for="signed" { "Day on which the laboratory signed" }
                    input id="signed" name="signed" type="date" required;
                    p.actions {
                        button type="submit" name="decision" value="file" {
                            "File what was confirmed"
                        }
                    }
                } @else {
                    p { "It can be filed when every finding is decided by all whom it takes." }
                    p.actions {
                        button.quiet type="submit" name="decision" value="close" {
                            "Nothing of it is a result"
                        }
                    }
                }
            }
        }
    }
}
