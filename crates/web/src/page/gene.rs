//! The gene results: what was found, what it means, and how much of the gene was looked at.

use super::capsule::{Detail, capsule};
use super::{clinical, words};
use crate::view::{Explained, GeneRow};
use maud::{Markup, html};
use model::absence::Absence;
use model::request::PendingTest;
use model::statement::{Basis, Callability, GeneState, GeneStatement};

/// Positions or alleles named in a row before the rest is only counted.
const NAMED_MAX: usize = 8;

/// The rows in the order to show: called, not callable, not tested, each by name.
pub(super) fn in_order(genes: &[GeneRow]) -> Vec<&GeneRow> {
    let mut ordered: Vec<&GeneRow> = genes.iter().collect();
    ordered.sort_by_key(|row| {
        let rank = match row.gene.content.state {
            GeneState::Called => 0,
            GeneState::NotCalled { .. } => 1,
            GeneState::NotTested => 2,
        };
        (rank, row.gene.content.gene.as_str())
    });
    ordered
}

/// Those that were tested or are being tested, and those that nobody looked at.
pub(super) fn by_whether_tested(genes: &[GeneRow]) -> (Vec<&GeneRow>, Vec<&GeneRow>) {
    in_order(genes)
        .into_iter()
        .partition(|row| row.gene.content.state != GeneState::NotTested || row.pending.is_some())
}

/// `Pending since 05-Jan-2026`.
fn pending(test: &PendingTest) -> String {
    let since = test.since.map(|since| format!(" since {}", words::date(since)));
    words::sentence(&format!("{}{}", Absence::Pending.words(), since.unwrap_or_default()))
}

/// The table of gene results. `why`: whether each row opens to its capsule.
pub(super) fn table(caption: &str, genes: &[&GeneRow], why: bool) -> Markup {
    html! {
        table.genes {
            caption { (caption) }
            colgroup {
                col.c-status;
                col.c-drug;
                col.c-gene;
                col.c-advice;
                col.c-source;
            }
            thead {
                tr {
                    th scope="col" { "Gene" }
                    th scope="col" { "Result" }
                    th scope="col" { "Phenotype" }
                    th scope="col" { "Tested" }
                    th scope="col" { "Source" }
                }
            }
            @for row in genes { (rows(row, why)) }
        }
    }
}

/// What a row says, cell by cell: gene, result, phenotype, tested, source.
pub(super) fn cells(row: &GeneRow) -> [Markup; 5] {
    let Explained { content, .. } = &row.gene;
    let found = html! {
        (result(content))
        @if let Some(test) = &row.pending { span.line.note { (pending(test)) } }
    };
    let meaning = html! {
        (phenotype(content))
        @if let Some(conversion) = &row.conversion { (clinical::beside(conversion)) }
    };
    let name = html! { span.gene { (content.gene) } };
    [name, found, meaning, tested(content), source(row)]
}

fn rows(row: &GeneRow, why: bool) -> Markup {
    let [name, found, meaning, tested, source] = cells(row);
    html! {
        tbody {
            tr {
                th scope="row" { (name) }
                td data-label="Result" { (found) }
                td data-label="Phenotype" { (meaning) }
                td data-label="Tested" { (tested) }
                td data-label="Source" { (source) }
            }
            @if why {
                tr.why-row { td colspan="5" { (why_details(row)) } }
            }
        }
    }
}

fn why_details(row: &GeneRow) -> Markup {
    let content = &row.gene.content;
    html! {
        details.why {
            summary { "Why" span.visually-hidden { " this result for " (content.gene) } }
            div.why-body { (basis(row)) (capsule(&row.gene, Detail::Short)) }
        }
    }
}

/// Diplotypes, or the word for why there is none.
pub(super) fn result(gene: &GeneStatement) -> Markup {
    let diplotypes: Vec<String> = gene.diplotypes.iter().map(ToString::to_string).collect();
    html! {
        @match &gene.state {
            GeneState::NotTested => span.absent { (Absence::NotTested.words()) },
            GeneState::NotCalled { why } => {
                span.absent { (Absence::NotCallable.words()) }
                span.line.muted { (why) }
            },
            GeneState::Called if diplotypes.is_empty() => {
                span.absent { "Diplotype " (Absence::NotRecorded.words()) }
            },
            GeneState::Called => {
                span.call { (first_of(&diplotypes, " or ")) }
                @if diplotypes.len() > 1 {
                    span.line.note { "The data cannot tell these apart" }
                }
            },
        }
    }
}

fn phenotype(gene: &GeneStatement) -> Markup {
    let called = gene.state == GeneState::Called;
    html! {
        @if !called {
            span.absent { (absence(gene).words()) }
        } @else if let Some(phenotype) = &gene.phenotype {
            (phenotype)
        } @else if gene.phenotypes.is_empty() {
            span.absent { (Absence::NotRecorded.words()) }
        } @else {
            (first_of(&gene.phenotypes, " or "))
        }
        @if let (true, Some(score)) = (called, &gene.activity_score) {
            span.line.muted { "Activity score " (score) }
        }
    }
}

fn absence(gene: &GeneStatement) -> Absence {
    match gene.state {
        GeneState::NotTested => Absence::NotTested,
        GeneState::Called | GeneState::NotCalled { .. } => Absence::NotCallable,
    }
}

fn tested(gene: &GeneStatement) -> Markup {
    html! {
        @match (&gene.callability, gene.basis) {
            (Some(seen), _) => {
                (seen.words())
                (gap("Recommended positions not tested", &seen.tier1_missing))
                (gap("Not excluded", &seen.not_excluded))
            },
            (None, _) if gene.state == GeneState::NotTested => {
                span.absent { (Absence::NotTested.words()) }
            },
            (None, Basis::Reported) => {
                "Called by the laboratory; positions " (Absence::NotRecorded.words())
            },
            (None, _) => span.absent { "Positions " (Absence::NotRecorded.words()) },
        }
        @if gene.basis == Basis::SinglePosition {
            span.line.note { "From one position that stands in for the diplotype" }
        }
        @for note in &gene.notes { span.line.note { (note) } }
    }
}

fn gap(label: &str, names: &[String]) -> Markup {
    html! {
        @if !names.is_empty() { span.line.muted { (label) ": " (first_of(names, ", ")) } }
    }
}

/// The first names, and how many there are more.
fn first_of(names: &[String], separator: &str) -> String {
    let shown = names.iter().take(NAMED_MAX).map(String::as_str).collect::<Vec<_>>();
    match names.len().saturating_sub(NAMED_MAX) {
        0 => shown.join(separator),
        more => format!("{} and {more} more", shown.join(separator)),
    }
}

fn source(row: &GeneRow) -> Markup {
    html! {
        @for report in &row.reports { span.line { (words::result_source(report)) } }
        @if row.reports.is_empty() { span.absent { (Absence::NotRecorded.words()) } }
    }
}

/// What the call rests on, before the capsule: everything that was not seen, in full.
pub(super) fn basis(row: &GeneRow) -> Markup {
    let gene = &row.gene.content;
    html! {
        div.basis {
            p { (basis_words(gene)) }
            @if let Some(seen) = &gene.callability { (positions(seen)) }
            @for note in &gene.notes { p.note { (note) } }
            @if let Some(conversion) = &row.conversion { (clinical::conversion_basis(conversion)) }
        }
    }
}

fn basis_words(gene: &GeneStatement) -> &'static str {
    match (&gene.state, gene.basis) {
        (GeneState::NotTested, _) => "No usable position of this gene is in the record.",
        (_, Basis::Genotypes) => "Called here from the genotypes in the record.",
        (_, Basis::Reported) => "Called by the laboratory and taken as reported.",
        (_, Basis::SinglePosition) => {
            "Called here from one position that stands in for the diplotype."
        }
    }
}

fn positions(seen: &Callability) -> Markup {
    html! {
        dl.capsule {
            div { dt { "Tested" } dd { (seen.words()) } }
            @if seen.from_block > 0 {
                div {
                    dt { "From reference blocks" }
                    dd { (words::count(widened(seen.from_block), "position", "positions")) }
                }
            }
            (list("Not tested", &seen.missing))
            (list("Failed a filter", &seen.filtered))
            (list("Recommended positions not tested", &seen.tier1_missing))
            (list("Alleles not excluded", &seen.not_excluded))
        }
    }
}

fn widened(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn list(label: &str, names: &[String]) -> Markup {
    html! {
        @if !names.is_empty() { div { dt { (label) } dd { (names.join(", ")) } } }
    }
}
