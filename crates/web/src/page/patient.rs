//! The patient page.

use super::banner::banner;
use super::frame::{Frame, document};
use super::medicine::Why;
use super::merged;
use super::{action, gene, lifestyle, medicine, report, shape, trials, words};
use crate::chart::timeline;
use crate::path;
use crate::view::{DrugRow, GeneRow, PatientView};
use maud::{Markup, html};
use model::absence::Absence;
use model::statement::AdviceState;

/// The patient page: banner, what needs action, medicines and genes, gene results, reports.
pub fn patient(view: &PatientView) -> String {
    let name = words::name(&view.identity);
    document(Frame {
        title: &name,
        session: Some(&view.session),
        banner: Some(banner(&view.identity, &view.allergies, view.today, true)),
        main: html! {
            (printed(view))
            (merged::notice(&view.merged))
            (old_knowledge(view))
            (action::section(view))
            (medicines(view))
            (genes(view))
            @if !view.trials.is_empty() { (trials::summary(view)) }
            (course(view))
            (lifestyle::section(view))
            (trials::changed::section(&view.reinterpreted))
            (reports(view))
        },
    })
}

/// Said before anything that rests on it.
fn old_knowledge(view: &PatientView) -> Markup {
    html! {
        @if view.old_knowledge.is_some() {
            p.card role="status" {
                "The knowledge that this page rests on is of "
                (words::date_or_absent(view.old_knowledge)) ", a year ago or more. Guidance may "
                "say otherwise by now; whoever administers this server can bring a newer pack."
            }
        }
    }
}

/// The page on paper: as of now, and kept as a version.
fn printed(view: &PatientView) -> Markup {
    html! {
        div.more.summary-ways {
            a href=(path::summary(&view.id)) { "Molecular summary" } " · "
            a href=(path::summary_pdf(&view.id)) {
                span.visually-hidden { "Molecular summary as " } "PDF"
            }
            @if view.may_issue {
                form method="post" action=(path::summary(&view.id)) {
                    input type="hidden" name="csrf" value=(view.session.csrf);
                    button.quiet type="submit" { "Issue a version" }
                }
            }
        }
    }
}

/// The rows of the page by group; each drug is in one group only.
pub(super) struct Groups<'a> {
    found: Vec<&'a DrugRow>,
    pub(super) current: Vec<&'a DrugRow>,
    pub(super) avoid: Vec<&'a DrugRow>,
    pub(super) adjust: Vec<&'a DrugRow>,
    pub(super) rest: Vec<&'a DrugRow>,
}

pub(super) fn groups(view: &PatientView) -> Groups<'_> {
    let query = view.drug_query.trim().to_lowercase();
    let mut rows: Vec<&DrugRow> = view.drugs.iter().collect();
    rows.sort_by(|a, b| {
        medicine::state(b).cmp(&medicine::state(a)).then_with(|| a.drug.cmp(&b.drug))
    });
    let (found, others): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| !query.is_empty() && is_match(row, &query));
    let (current, others): (Vec<_>, Vec<_>) =
        others.into_iter().partition(|row| !row.current.is_empty());
    let of = |state| others.iter().copied().filter(move |row| medicine::state(row) == state);
    Groups {
        found,
        current,
        avoid: of(AdviceState::Avoid).collect(),
        adjust: of(AdviceState::Adjust).collect(),
        rest: of(AdviceState::Standard).chain(of(AdviceState::NotKnown)).collect(),
    }
}

fn is_match(row: &DrugRow, query: &str) -> bool {
    let products = row.current.iter().map(|medicine| medicine.words.to_lowercase());
    row.drug.to_lowercase().contains(query) || products.into_iter().any(|p| p.contains(query))
}

fn medicines(view: &PatientView) -> Markup {
    let groups = groups(view);
    let query = view.drug_query.trim();
    let linked = (view.genes.as_slice(), Why::Linked);
    html! {
        section aria-labelledby="medicines" {
            div.section-head {
                h2 id="medicines" { "Medicines and genes" }
                (drug_search(view))
            }
            @if !query.is_empty() { (answer(query, &groups.found, &view.genes)) }
            @if groups.current.is_empty() && groups.found.iter().all(|r| r.current.is_empty()) {
                p.empty { "Current medicines: " (Absence::NotRecorded.words()) "." }
            } @else if !groups.current.is_empty() {
                @let here = (view.genes.as_slice(), Why::Here);
                (medicine::table("Current medicines", &groups.current, here, true))
            }
            @if !groups.avoid.is_empty() {
                @let first = groups.current.is_empty();
                (medicine::table("Not taken now: avoid", &groups.avoid, linked, first))
            }
            @if !groups.adjust.is_empty() {
                @let first = groups.current.is_empty() && groups.avoid.is_empty();
                (medicine::table("Not taken now: adjust", &groups.adjust, linked, first))
            }
            @if !groups.rest.is_empty() { (rest(&groups.rest, &view.genes)) }
        }
    }
}

fn drug_search(view: &PatientView) -> Markup {
    html! {
        form.search role="search" aria-label="Drugs" method="get"
            action={ (path::patient(&view.id)) "#medicines" } {
            label for="drug" { "What about drug" }
            input id="drug" name="drug" type="search" value=(view.drug_query) maxlength="100"
                autocomplete="off" spellcheck="false";
            button type="submit" { "Show" span.visually-hidden { " the drug" } }
        }
    }
}

fn answer(query: &str, found: &[&DrugRow], results: &[GeneRow]) -> Markup {
    html! {
        div.answer {
            @if found.is_empty() {
                p {
                    (shape::state(AdviceState::NotKnown)) " “" (query) "” is neither in the loaded "
                    "knowledge nor among the current medicines. Nothing is known here about its "
                    "genes; that is not the same as standard use."
                }
            } @else {
                @let caption = format!("What about “{query}”");
                (medicine::table(&caption, found, (results, Why::Here), true))
            }
        }
    }
}

fn rest(rows: &[&DrugRow], results: &[GeneRow]) -> Markup {
    let number = |state| rows.iter().filter(|row| medicine::state(row) == state).count();
    html! {
        details.fold {
            summary {
                "Other drugs: " (number(AdviceState::Standard)) " Standard, "
                (number(AdviceState::NotKnown)) " Not known"
            }
            (medicine::table("Other drugs, not taken now", rows, (results, Why::Linked), true))
        }
    }
}

fn genes(view: &PatientView) -> Markup {
    html! {
        section aria-labelledby="genes" {
            div.section-head {
                h2 id="genes" { "Gene results" }
                p.more {
                    a href=(path::locus(&view.id)) { "A place of the genome" } " · "
                    a href=(path::pgx_report(&view.id)) { "Pharmacogenomic report" } " · "
                    a href=(path::pgx_report_pdf(&view.id)) {
                        span.visually-hidden { "Pharmacogenomic report as " } "PDF"
                    }
                }
            }
            @if view.genes.is_empty() {
                p.empty { "Gene results: " (Absence::NotRecorded.words()) "." }
            } @else {
                @let (tested, untested) = gene::by_whether_tested(&view.genes);
                @if tested.is_empty() {
                    p.empty { "No gene of the loaded knowledge has been tested." }
                } @else { (gene::table("Genes tested or pending", &tested, true)) }
                @if !untested.is_empty() { (not_tested(&untested)) }
            }
        }
    }
}

/// Many genes that nobody looked at are one line; each still has its row and its "why" inside.
fn not_tested(rows: &[&GeneRow]) -> Markup {
    let names: Vec<&str> = rows.iter().map(|row| row.gene.content.gene.as_str()).collect();
    html! {
        details.fold {
            summary {
                (words::count(rows.len(), "gene", "genes")) " " (Absence::NotTested.words()) ": "
                span.names { (names.join(", ")) }
            }
            (gene::table("Genes not tested", rows, true))
        }
    }
}

/// Therapies, specimens, reports and responses on one axis, and the shares of reads below.
fn course(view: &PatientView) -> Markup {
    let is_empty = view.course.is_empty() && view.course_undated.is_empty();
    html! {
        section aria-labelledby="course" {
            h2 id="course" { "Timeline" }
            @if is_empty && view.fractions.is_empty() {
                p.empty { "Nothing with a day is recorded." }
            }
            @let title = "Therapies, specimens, reports and responses";
            (timeline(title, &view.course, &view.fractions, view.today))
            @if !view.course_undated.is_empty() {
                p { "Response, without a day: " (view.course_undated.join("; ")) "." }
            }
            (trials::fractions_below(&view.fractions, (&view.course, view.today)))
        }
    }
}

fn reports(view: &PatientView) -> Markup {
    html! {
        section aria-labelledby="reports" {
            h2 id="reports" { "Reports and sources" }
            @if view.reports.is_empty() {
                p.empty { "Reports: " (Absence::NotRecorded.words()) "." }
            } @else { (report::table(&view.reports, &view.id)) }
        }
    }
}
