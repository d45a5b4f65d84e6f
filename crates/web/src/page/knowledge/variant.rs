//! What the knowledge in use says of an allele, and of a variant that alleles are defined by.

use super::{NO_FUNCTION, all_link, changes, drugs, gene_link, page, phenotypes, reference};
use crate::page::adopted::{Level, history};
use crate::page::words;
use crate::path;
use crate::view::{AlleleKnowledgeView, VariantKnowledgeView, VariantOfGene};
use maud::{Markup, html};

/// An allele: where it differs, what it does, and what follows with a second copy.
pub fn knowledge_allele(view: &AlleleKnowledgeView) -> String {
    let title = format!("{} {}", view.symbol, view.name);
    let main = html! {
        (all_link())
        h1 { (title) }
        (reference(&view.reference))
        dl.capsule {
            div { dt { "Gene" } dd { (gene_link(&view.symbol)) } }
            div { dt { "Function" } dd { (view.function.as_deref().unwrap_or(NO_FUNCTION)) } }
            div { dt { "Activity value" } dd { (view.activity.as_deref().unwrap_or("–")) } }
            @if !view.remarks.is_empty() {
                div { dt { "Remarks" } dd { (view.remarks.join("; ")) } }
            }
            div { dt { "Drugs" } dd { (drugs(&view.drugs)) } }
        }
        section aria-labelledby="positions" {
            h2 id="positions" { "Variants that define it" }
            @if view.positions.is_empty() {
                p.empty { "None: it cannot be told from bases at single positions." }
            } @else { (positions(view)) }
        }
        @if !view.phenotypes.is_empty() {
            section aria-labelledby="phenotypes" {
                h2 id="phenotypes" { "Phenotypes with its function" }
                (phenotypes(&view.phenotypes))
            }
        }
        (changes(&view.history))
    };
    page(&title, &view.session, main)
}

fn positions(view: &AlleleKnowledgeView) -> Markup {
    html! {
        table {
            caption { (words::count(view.positions.len(), "variant", "variants")) ", on GRCh38" }
            thead {
                tr {
                    th scope="col" { "Variant" }
                    th scope="col" { "Place" }
                    th scope="col" { "Reference → allele" }
                }
            }
            tbody {
                @for at in &view.positions {
                    tr {
                        th scope="row" data-label="Variant" {
                            a href=(path::knowledge_variant(&at.variant)) { (at.variant) }
                        }
                        td data-label="Place" { (at.place) span.line.note { (at.hgvs) } }
                        td data-label="Reference → allele" { (at.bases) }
                    }
                }
            }
        }
    }
}

/// A variant: in which genes it is, and which alleles it defines.
pub fn knowledge_variant(view: &VariantKnowledgeView) -> String {
    let main = html! {
        (all_link())
        h1 { (view.name) }
        (reference(&view.reference))
        @for (number, gene) in view.genes.iter().enumerate() { (of_gene(number, gene)) }
    };
    page(&view.name, &view.session, main)
}

fn of_gene(number: usize, of: &VariantOfGene) -> Markup {
    let id = format!("gene-{number}");
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (of.symbol) }
            dl.capsule {
                div { dt { "Gene" } dd { (gene_link(&of.symbol)) } }
                div { dt { "Place" } dd { (of.place) " (GRCh38), " (of.hgvs) } }
                div { dt { "Reference → alternative" } dd { (of.bases) } }
                @if !of.remarks.is_empty() {
                    div { dt { "Remarks" } dd { (of.remarks.join("; ")) } }
                }
            }
            @if !of.alleles.is_empty() { (alleles(of)) }
            h3.part { "What other packs said" }
            (history(&of.history, Level::Fourth))
        }
    }
}

fn alleles(of: &VariantOfGene) -> Markup {
    html! {
        table {
            caption { (words::count(of.alleles.len(), "allele", "alleles")) " with it" }
            thead {
                tr {
                    th scope="col" { "Allele" }
                    th scope="col" { "Bases" }
                    th scope="col" { "Function" }
                }
            }
            tbody {
                @for (name, bases, function) in &of.alleles {
                    tr {
                        th scope="row" data-label="Allele" {
                            a href=(path::knowledge_allele(&of.symbol, name)) { (name) }
                        }
                        td data-label="Bases" { (bases) }
                        td data-label="Function" { (function.as_deref().unwrap_or(NO_FUNCTION)) }
                    }
                }
            }
        }
    }
}
