//! Drugs: current medicines first, then what to avoid and to adjust; the rest is folded.

use super::piece::{
    absent_or, cell, cited, labelled, lead, named, remark, section, state_label, table,
};
use crate::pgx::{Advice, CurrentMedicines, DrugEntry, DrugGroup, GeneUse, Shown};
use crate::sheet::{Labels, Part, Sheet};
use crate::words::head as words;
use maud::{Markup, html};

pub(super) fn sections(sheet: &Sheet<'_>) -> Markup {
    let (report, parts, labels) = (sheet.report, &sheet.parts, &sheet.labels);
    let current: &[DrugEntry] = match &report.current {
        CurrentMedicines::Listed(drugs) => drugs,
        CurrentMedicines::NotAvailable => &[],
    };
    html! {
        (section("current", &parts.current, &html! {
            (lead(&parts.current))
            (entries(current, labels))
        }))
        @for (id, part, drugs) in [
            ("avoid", &parts.avoid, &report.avoid),
            ("adjust", &parts.adjust, &report.adjust),
        ] {
            @if !drugs.is_empty() { (section(id, part, &entries(drugs, labels))) }
        }
        (folded("standard", &parts.standard, (&report.standard, labels.rests_on), labels))
        (folded("not-known", &parts.not_known, (&report.not_known, labels.why), labels))
    }
}

fn entries(drugs: &[DrugEntry], labels: &Labels) -> Markup {
    html! { @for drug in drugs { (entry(drug, labels)) } }
}

/// The state is part of the heading, so that a list of headings gives both.
fn entry(drug: &DrugEntry, labels: &Labels) -> Markup {
    html! {
        div.drug {
            h3 { (state_label(drug.state)) " " span.name { (named(&drug.drug, labels)) } }
            div.drug-body {
                @for order in &drug.orders { p.quiet { (order) } }
                (gene_uses(&drug.genes, labels))
                (with_medicines(drug.clinical.as_deref(), labels))
                @if let Some(reason) = &drug.reason { p { (reason) } }
                @for note in &drug.notes { (remark(&html! { (note) })) }
                (all_advice(&drug.advice, labels))
                @if let Some(test) = &drug.test_first {
                    (remark(&html! {
                        b { (labels.test_first) ": " (test.genes.join(", ")) "." }
                        " " (test.text) " " (cited(&[test.reference]))
                    }))
                }
            }
        }
    }
}

fn with_medicines(words: Option<&str>, labels: &Labels) -> Markup {
    html! {
        @if let Some(words) = words {
            (remark(&html! { b { (labels.with_medicines) ":" } " " (words) }))
        }
    }
}

fn gene_uses(uses: &[GeneUse], labels: &Labels) -> Markup {
    html! { @for one in uses { p.gene-use { (gene_use(one, labels)) } } }
}

fn gene_use(one: &GeneUse, labels: &Labels) -> Markup {
    html! {
        b { (one.gene) } " " (absent_or(&one.call))
        @if let Some(phenotype) = &one.phenotype {
            ", " (self::phenotype(phenotype, one.clinical.as_deref(), labels))
        }
        @if let Some(partly) = &one.partly { " (" (partly) ")" }
    }
}

/// By genotype; where other medicines change it, what they make of it stands beside it, labelled.
pub(super) fn phenotype(phenotype: &Shown, clinical: Option<&str>, labels: &Labels) -> Markup {
    html! {
        @match clinical {
            None => (absent_or(phenotype)),
            Some(clinical) => {
                span.quiet { (labels.genotype) ":" } " " (absent_or(phenotype)) "; "
                span.quiet { (labels.clinical) ":" } " " b { (clinical) }
            }
        }
    }
}

/// Where all sources give one reason it is said once.
fn all_advice(all: &[Advice], labels: &Labels) -> Markup {
    let first = all.first().map_or("", |one| one.implication.as_str());
    let is_same = all.len() > 1 && all.iter().all(|one| one.implication == first);
    html! {
        @for one in all { (advice(one, labels, !is_same)) }
        @if is_same && !first.is_empty() { (labelled(labels.because, &html! { (first) })) }
    }
}

fn advice(one: &Advice, labels: &Labels, because: bool) -> Markup {
    html! {
        div.advice {
            p {
                b { (one.action) }
                span.quiet {
                    " · " (one.source) " · " (one.population)
                    @if let Some(strength) = &one.strength { " · " (strength) }
                    " "
                }
                (cited(&[one.reference]))
            }
            p { (one.text) }
            @if !one.alternatives.is_empty() {
                (labelled(labels.instead, &html! { b { (one.alternatives.join(", ")) } }))
            }
            @if because && !one.implication.is_empty() {
                (labelled(labels.because, &html! { (one.implication) }))
            }
        }
    }
}

/// Drugs by name, behind a count.
fn folded(id: &str, part: &Part, (groups, why): (&[DrugGroup], &str), labels: &Labels) -> Markup {
    let number: usize = groups.iter().map(|group| group.drugs.len()).sum();
    let rows = html! {
        tbody role="rowgroup" { @for group in groups { (group_row(group, why, labels)) } }
    };
    html! {
        @if number > 0 {
            (section(id, part, &html! {
                (lead(part))
                details.fold {
                    summary { (number) " " (words::drugs(number)) }
                    (table(("groups", id), &[labels.drugs, why], &rows))
                }
            }))
        }
    }
}

fn group_row(group: &DrugGroup, why: &str, labels: &Labels) -> Markup {
    let names: Vec<&str> = group.drugs.iter().map(|name| named(name, labels)).collect();
    html! {
        tr role="row" {
            th scope="row" role="rowheader" {
                (names.join(", ")) " " (cited(&group.references))
            }
            (cell(why, &html! {
                (gene_uses(&group.genes, labels))
                (with_medicines(group.clinical.as_deref(), labels))
                @if let Some(reason) = &group.reason { p { (reason) } }
                @for note in &group.notes { (remark(&html! { (note) })) }
            }))
        }
    }
}
