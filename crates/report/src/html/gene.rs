//! Genes with what the calls rest on; research-only calls apart.

use super::drug::phenotype;
use super::piece::{absent_or, cell, labelled, lead, named, remark, section, table};
use crate::sheet::{GeneSheet, Labels, Line, Sheet};
use maud::{Markup, html};

/// Names in a line before it is folded behind their number.
const NAMES_MAX: usize = 16;

pub(super) fn sections(sheet: &Sheet<'_>) -> Markup {
    let (parts, labels) = (&sheet.parts, &sheet.labels);
    html! {
        (section("genes", &parts.genes, &html! {
            (lead(&parts.genes))
            @if !sheet.genes.is_empty() { (gene_table("genes", &sheet.genes, labels)) }
        }))
        @if !sheet.research.is_empty() {
            (section("research", &parts.research, &html! {
                @if let Some(words) = parts.research.lead { (remark(&html! { (words) })) }
                (gene_table("research", &sheet.research, labels))
            }))
        }
    }
}

fn gene_table(id: &str, genes: &[GeneSheet<'_>], labels: &Labels) -> Markup {
    table(
        ("genes", id),
        &[labels.gene, labels.call, labels.phenotype, labels.tested],
        &html! { @for gene in genes { (rows(gene, labels)) } },
    )
}

fn rows(gene: &GeneSheet<'_>, labels: &Labels) -> Markup {
    let entry = gene.entry;
    let call = html! {
        @for (at, call) in entry.calls.iter().enumerate() {
            @if at > 0 { " or " }
            (absent_or(call))
        }
        @if let Some(why) = &entry.why { p.small { (why) } }
    };
    let phenotype = html! {
        (phenotype(&entry.phenotype, entry.clinical.as_deref(), labels))
        @if let Some(score) = &entry.activity_score {
            p.quiet { (labels.activity_score) " " (score) }
        }
    };
    html! {
        tbody role="rowgroup" {
            tr role="row" {
                th scope="row" role="rowheader" { (named(&entry.gene, labels)) }
                (cell(labels.call, &call))
                (cell(labels.phenotype, &phenotype))
                (cell(labels.tested, &absent_or(&entry.tested)))
            }
            tr.evidence role="row" {
                td role="cell" colspan="4" {
                    @for line in &gene.lines { (self::line(line)) }
                    @for note in &entry.notes { (remark(&html! { (note) })) }
                }
            }
        }
    }
}

/// A long list is behind its number; on paper it is open.
fn line(line: &Line) -> Markup {
    html! {
        @if line.names > NAMES_MAX {
            details {
                summary { (line.label) ": " (line.names) }
                p { (line.text) }
            }
        } @else {
            (labelled(line.label, &html! { (line.text) }))
        }
    }
}
