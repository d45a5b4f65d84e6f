//! "Medicines and genes": one row for a drug, in groups by how much it matters.

use super::capsule::{Detail, capsule};
use super::clinical::Second;
use super::{clinical, recommendation, shape, words};
use crate::path;
use crate::view::{CurrentMedicine, DrugRow, GeneRow};
use maud::{Markup, html};
use model::absence::Absence;
use model::statement::{AdviceState, DrugStatement, GeneKey};

/// The state of a row: by genotype, or with the patient's medicines where that is more cautious. A
/// drug that the knowledge does not mention is not known, never standard.
pub(super) fn state(row: &DrugRow) -> AdviceState {
    let clinical = row.clinical.as_ref().filter(|clinical| clinical.more_cautious);
    let clinical = clinical.and_then(|clinical| clinical.advice.as_ref()).map(|one| one.state);
    by_genotype(row).max(clinical.unwrap_or(AdviceState::Standard))
}

/// The state by genotype alone.
fn by_genotype(row: &DrugRow) -> AdviceState {
    row.advice.as_ref().map_or(AdviceState::NotKnown, |advice| advice.content.state)
}

/// An element id for the row, the same for the same statement.
pub(super) fn anchor(row: &DrugRow) -> String {
    let id = row.advice.as_ref().map_or(row.drug.as_str(), |advice| advice.id.as_str());
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-._".contains(c) { c } else { '-' };
    format!("drug-{}", id.chars().map(plain).collect::<String>())
}

/// Where a row says why. There are more drugs than anybody takes, and a page that spelt all of them
/// out would be slow to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// Below the row: what is taken, or was asked about.
    Here,
    /// On the page of the statement.
    Linked,
}

/// A table of rows. `head`: whether the column heads are seen, or only heard.
pub(super) fn table(
    caption: &str,
    rows: &[&DrugRow],
    (results, why): (&[GeneRow], Why),
    head: bool,
) -> Markup {
    html! {
        table.medicines {
            caption { (caption) }
            colgroup {
                col.c-status;
                col.c-drug;
                col.c-gene;
                col.c-advice;
                col.c-source;
            }
            thead class=[(!head).then_some("visually-hidden")] {
                tr {
                    th scope="col" { "Status" }
                    th scope="col" { "Drug" }
                    th scope="col" { "Gene and call" }
                    th scope="col" { "Advice" }
                    th scope="col" { "Source" }
                }
            }
            @for one in rows { (row(one, results, why)) }
        }
    }
}

/// What a row says, cell by cell: status, drug, gene and call, advice, source.
pub(super) fn cells(row: &DrugRow, results: &[GeneRow]) -> [Markup; 5] {
    let state = state(row);
    let status = html! {
        (shape::state(state))
        @if state != by_genotype(row) {
            span.line.muted { "by genotype: " (words::state(by_genotype(row))) }
        }
    };
    let drug = html! {
        span.drug { (row.drug) }
        @for medicine in &row.current { (current(medicine)) }
    };
    [status, drug, genes(row, results), advice(row), source(row)]
}

fn row(row: &DrugRow, results: &[GeneRow], why: Why) -> Markup {
    let state = state(row);
    let [status, drug, genes, advised, source] = cells(row, results);
    html! {
        tbody id=(anchor(row)) {
            tr {
                td.status { (status) }
                th scope="row" { (drug) }
                td data-label="Gene and call" { (genes) }
                td data-label="Advice" { (advised) }
                td data-label="Source" { (source) }
            }
            @if let Some(advice) = &row.advice {
                tr.why-row {
                    @let of = format!(" {} for {}", words::state(state), row.drug);
                    td colspan="5" {
                        @match why {
                            Why::Here => details.why {
                                summary { "Why" span.visually-hidden { (of) } }
                                div.why-body {
                                    (basis(row, &advice.content, results))
                                    (capsule(advice, Detail::Short))
                                }
                            },
                            Why::Linked => a.why-link href=(path::statement(&advice.id)) {
                                "Why" span.visually-hidden { (of) }
                            },
                        }
                    }
                }
            }
        }
    }
}

fn current(medicine: &CurrentMedicine) -> Markup {
    html! {
        span.order {
            (medicine.words)
            @if let Some(dosage) = &medicine.dosage { " · " (dosage) }
            " · " (medicine.status)
            @let since = medicine.start.or(medicine.authored.map(model::Timestamp::day));
            @if let Some(since) = since { " since " (words::date(since)) }
            @if let Some(end) = medicine.end { " until " (words::date(end)) }
        }
    }
}

fn genes(row: &DrugRow, results: &[GeneRow]) -> Markup {
    html! {
        @match &row.advice {
            Some(advice) if !advice.content.genes.is_empty() => {
                @for key in &advice.content.genes {
                    (gene(key, results))
                    (clinical::beside_key(row.clinical.as_ref(), &key.gene))
                }
            },
            _ => span.muted { "No gene named for it" },
        }
    }
}

/// `CYP2C19 *2/*2`, the phenotype used for the look-up and, where not all of the gene was looked
/// at, how much was: a usual phenotype must not look surer than its test.
pub(super) fn gene(key: &GeneKey, results: &[GeneRow]) -> Markup {
    let partly = results
        .iter()
        .find(|row| row.gene.content.gene == key.gene)
        .and_then(|row| row.gene.content.callability.as_ref())
        .filter(|seen| key.phenotype.is_some() && !seen.is_complete());
    html! {
        span.gene-key {
            b { (key.gene) } " " span.call { (key.call) }
            @if let Some(phenotype) = &key.phenotype { " " span.phenotype { (phenotype) } }
            @if let Some(seen) = partly { " " span.partly { (seen.words()) } }
        }
    }
}

fn advice(row: &DrugRow) -> Markup {
    let Some(advice) = &row.advice else {
        return html! { p { "The loaded knowledge says nothing about genes for this drug." } };
    };
    let is_taken = !row.current.is_empty();
    let second = if is_taken { Second::Full } else { Second::State };
    // Remarks on advice that is not written out here stand with it, under "Why".
    let is_second = !is_taken && row.clinical.as_ref().is_some_and(|one| one.more_cautious);
    html! {
        @if let Some(clinical) = &row.clinical {
            (clinical::both(clinical, &advice.content, second))
        } @else { (recommendation::in_short(&advice.content)) }
        @if !is_second { @for note in &advice.content.notes { p.note { (note) } } }
        @if let (Some(clinical), false) = (&row.clinical, row.current.is_empty()) {
            (clinical::remarks(clinical))
        }
    }
}

fn source(row: &DrugRow) -> Markup {
    let Some(advice) = &row.advice else {
        return html! { span.muted { "None in the loaded knowledge" } };
    };
    let ordered = recommendation::most_cautious_first(&advice.content);
    let pre_test = advice.content.pre_test.as_ref();
    html! {
        @if let Some(lead) = ordered.first() {
            span.line {
                (recommendation::guideline(&lead.citation)) (recommendation::strength(lead))
            }
        } @else if let Some(pre_test) = pre_test {
            span.line { (recommendation::guideline(&pre_test.citation)) }
        }
        @for report in &row.reports { span.line.muted { (words::result_source(report)) } }
        @if row.reports.is_empty() {
            span.line.muted { "Laboratory report " (Absence::NotRecorded.words()) }
        }
    }
}

/// What the row rests on, before the capsule: genes, every recommendation, remarks.
pub(super) fn basis(row: &DrugRow, statement: &DrugStatement, results: &[GeneRow]) -> Markup {
    html! {
        div.basis {
            @if !statement.genes.is_empty() {
                p { @for key in &statement.genes { (gene(key, results)) } }
            }
            (recommendation::all(statement))
            @if let Some(clinical) = &row.clinical { (clinical::basis(clinical)) }
            @for note in &statement.notes { p.note { (note) } }
            @for report in &row.reports { p.muted { (words::result_source(report)) } }
        }
    }
}
