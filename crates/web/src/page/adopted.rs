//! Knowledge that was put into use: what it says otherwise than before, and of whom.

use super::frame::{Frame, document};
use super::words;
use crate::path;
use crate::view::{
    AdoptionRow, AdoptionView, AdoptionsView, Affected, AffectedChange, AffectedRow, Compared,
    ComparedSubject, SubjectAdoption, SubjectHistory,
};
use maud::{Markup, html};
use model::statement::KnowledgeRef;

const TITLE: &str = "Knowledge put into use";

/// Every time that a pack was put into use.
pub fn adoptions(view: &AdoptionsView) -> String {
    let main = html! {
        p.more { a href=(path::KNOWLEDGE) { "All genes and drugs" } }
        h1 { (TITLE) }
        @if view.rows.is_empty() { p.empty { "No pack has been put into use in this record." } }
        @else {
            table {
                caption { (words::count(view.rows.len(), "pack", "packs")) ", the latest first" }
                thead {
                    tr {
                        th scope="col" { "Pack" }
                        th scope="col" { "Before" }
                        th scope="col" { "By whom and when" }
                        th scope="col" { "Patients looked at" }
                    }
                }
                tbody { @for row in &view.rows { (adoption_row(row)) } }
            }
        }
    };
    document(Frame { title: TITLE, session: Some(&view.session), banner: None, main })
}

fn named(pack: &KnowledgeRef) -> String {
    format!("{} {} of {}", pack.pack, pack.version, pack.date)
}

fn adoption_row(row: &AdoptionRow) -> Markup {
    html! {
        tr {
            th scope="row" data-label="Pack" {
                a href=(path::knowledge_version(&row.id, None, None)) { (named(&row.pack)) }
                span.line { code { "sha256 " (row.pack.digest.get(..12).unwrap_or_default()) } }
            }
            td data-label="Before" { (before(row)) }
            td data-label="By whom and when" { (when(row)) }
            td data-label="Patients looked at" { (row.patients) }
        }
    }
}

fn before(row: &AdoptionRow) -> String {
    row.former.as_ref().map_or_else(|| "none: it was the first".to_owned(), named)
}

fn when(row: &AdoptionRow) -> Markup {
    html! {
        code { (row.actor) } ", " (words::instant(row.started))
        @if row.finished.is_none() {
            span.line { "Not in use yet: not every patient has been looked at." }
        }
    }
}

/// What packs said otherwise of a gene, a drug or a variant.
pub(super) fn history(history: &SubjectHistory, level: Level) -> Markup {
    let (adoptions, are_more) = match history {
        SubjectHistory::NotTold => {
            return html! { p.empty { "What was in use before is told to those who may know." } };
        }
        SubjectHistory::Told { adoptions, are_more } => (adoptions, *are_more),
    };
    html! {
        @if adoptions.is_empty() {
            p.empty { "No other pack was in use before: there is nothing to compare." }
        }
        @for one in adoptions { (subject_adoption(one, level)) }
        @if are_more {
            p.more { a href=(path::KNOWLEDGE_VERSIONS) { "Earlier packs put into use" } }
        }
    }
}

/// Which heading an adoption has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// Below a section.
    Third,
    /// Below a part of one.
    Fourth,
}

fn subject_adoption(one: &SubjectAdoption, level: Level) -> Markup {
    let heading = html! {
        a href=(path::knowledge_version(&one.adoption.id, Some(&one.about), None)) {
            (named(&one.adoption.pack))
        }
    };
    html! {
        @match level {
            Level::Third => h3.part { (heading) },
            Level::Fourth => h4 { (heading) },
        }
        p.note { "In place of " (before(&one.adoption)) ", by " (when(&one.adoption)) }
        @match &one.differences {
            Compared::Subjects(found) if found.is_empty() => p.empty { "Nothing else is said." },
            Compared::Subjects(found) => {
                @for subject in found { (differences(subject)) }
                p.more {
                    a href=(path::knowledge_version(&one.adoption.id, Some(&one.about), None)) {
                        "Patients of whom something else is said of " (one.about)
                    }
                }
            }
            other => (compared(other)),
        }
    }
}

/// What one of them changed.
pub fn adoption(view: &AdoptionView) -> String {
    let row = &view.adoption;
    let main = html! {
        p.more { a href=(path::KNOWLEDGE_VERSIONS) { "All packs put into use" } }
        h1 { (named(&row.pack)) }
        dl.capsule {
            div { dt { "Digest" } dd { code { (row.pack.digest) } } }
            div { dt { "Before" } dd { (before(row)) } }
            div { dt { "Put into use" } dd { (when(row)) } }
            div { dt { "Patients looked at" } dd { (row.patients) } }
        }
        @if let Some(about) = &view.about {
            p {
                "Of " b { (about) } " alone. "
                a href=(path::knowledge_version(&row.id, None, None)) { "Everything" }
            }
        }
        section aria-labelledby="affected" {
            h2 id="affected" { "Patients of whom something else is said" }
            (affected(view))
        }
        section aria-labelledby="differences" {
            h2 id="differences" { "What the packs say differently" }
            (compared(&view.differences))
        }
    };
    document(Frame { title: &named(&row.pack), session: Some(&view.session), banner: None, main })
}

fn affected(view: &AdoptionView) -> Markup {
    let (rows, next) = match &view.affected {
        Affected::NotTold => {
            return html! { p.empty { "Who they are is told to those who see every patient." } };
        }
        Affected::Patients { rows, next } => (rows, next),
    };
    let about = view.about.as_deref();
    html! {
        @if rows.is_empty() { p.empty { "Nobody on this page." } } @else {
            table {
                caption { (words::count(rows.len(), "patient", "patients")) }
                thead {
                    tr { th scope="col" { "Patient" } th scope="col" { "What is said otherwise" } }
                }
                tbody { @for row in rows { (affected_row(row)) } }
            }
        }
        @if let Some(next) = next {
            p.more {
                a href=(path::knowledge_version(&view.adoption.id, about, Some(next))) {
                    "More patients"
                }
            }
        }
    }
}

fn affected_row(row: &AffectedRow) -> Markup {
    html! {
        tr {
            th scope="row" data-label="Patient" {
                a href=(path::patient(&row.id)) { (words::name(&row.identity)) }
                span.line { (words::mrn(&row.identity)) }
            }
            td data-label="What is said otherwise" {
                @for change in &row.changes { span.line { (change_line(change)) } }
            }
        }
    }
}

fn change_line(change: &AffectedChange) -> Markup {
    html! {
        a href=(path::statement(&change.statement)) { (change.name) }
        " (" (change.kind) ")"
        @if change.current_medicine { b { ", a medicine taken now is concerned" } }
        ": " (side(change.before.as_deref())) " before, " (side(change.after.as_deref())) " since"
    }
}

fn side(said: Option<&str>) -> &str {
    said.unwrap_or("not in the pack")
}

fn compared(differences: &Compared) -> Markup {
    html! {
        @match differences {
            Compared::First => p.empty {
                "No pack was in use before: there is nothing to compare."
            },
            Compared::Failed(why) => p.error-summary role="alert" {
                "They cannot be compared here: " (why) "."
            },
            Compared::Subjects(found) if found.is_empty() => p.empty {
                "No gene or drug is said anything else of."
            },
            Compared::Subjects(found) => @for subject in found { (compared_subject(subject)) },
        }
    }
}

fn compared_subject(subject: &ComparedSubject) -> Markup {
    html! {
        details.fold {
            summary {
                (words::sentence(&subject.name)) ": "
                (words::count(subject.rows.len(), "difference", "differences"))
            }
            (differences(subject))
        }
    }
}

fn differences(subject: &ComparedSubject) -> Markup {
    html! {
        table {
            caption { (words::sentence(&subject.name)) }
            thead {
                tr {
                    th scope="col" { "What" }
                    th scope="col" { "Before" }
                    th scope="col" { "Since" }
                }
            }
            tbody {
                @for (part, what, before, since) in &subject.rows {
                    tr {
                        th scope="row" data-label="What" { (part) ": " (what) }
                        td data-label="Before" { (side(before.as_deref())) }
                        td data-label="Since" { (side(since.as_deref())) }
                    }
                }
            }
        }
    }
}
