//! What the knowledge in use says of genes and drugs.

mod variant;

pub use variant::{knowledge_allele, knowledge_variant};

use super::adopted::{Level, history};
use super::frame::{Frame, document};
use super::{recommendation, words};
use crate::path;
use crate::view::{
    DrugKnowledgeView, GeneKnowledgeView, KnowledgeView, RuleView, Session, SubjectHistory,
};
use maud::{Markup, html};
use model::statement::KnowledgeRef;

const NO_FUNCTION: &str = "none assigned, which is not normal";

/// The genes and drugs that there is something to say of.
pub fn knowledge(view: &KnowledgeView) -> String {
    let main = html! {
        h1 { "Knowledge" }
        (reference(&view.reference))
        section aria-labelledby="genes" {
            h2 id="genes" { "Genes" }
            table {
                caption { (words::count(view.genes.len(), "gene", "genes")) }
                thead {
                    tr {
                        th scope="col" { "Gene" }
                        th scope="col" { "Alleles" }
                        th scope="col" { "Drugs" }
                    }
                }
                tbody {
                    @for (symbol, alleles, drugs) in &view.genes {
                        tr {
                            th scope="row" data-label="Gene" { (gene_link(symbol)) }
                            td data-label="Alleles" { (alleles) }
                            td data-label="Drugs" { (drugs) }
                        }
                    }
                }
            }
        }
        section aria-labelledby="drugs" {
            h2 id="drugs" { "Drugs" }
            table {
                caption { (words::count(view.drugs.len(), "drug", "drugs")) }
                thead { tr { th scope="col" { "Drug" } th scope="col" { "Genes" } } }
                tbody {
                    @for (rxnorm, name, genes) in &view.drugs {
                        tr {
                            th scope="row" data-label="Drug" { (drug_link(rxnorm, name)) }
                            td data-label="Genes" { (genes.join(", ")) }
                        }
                    }
                }
            }
        }
    };
    page("Knowledge", &view.session, main)
}

fn page(title: &str, session: &Session, main: Markup) -> String {
    document(Frame { title, session: Some(session), banner: None, main })
}

fn reference(of: &KnowledgeRef) -> Markup {
    html! {
        p.intro {
            "Pack " (of.pack) " " (of.version) " of " (of.date) ", "
            code { "sha256 " (of.digest.get(..12).unwrap_or_default()) }
            ". What is said here is about nobody; what it means for a patient stands on the "
            "patient’s page. " a href=(path::KNOWLEDGE_VERSIONS) { "What was in use before" }
            ", what differs, and for whom. To compare other packs: "
            code { "cognate knowledge diff" } "."
        }
    }
}

fn gene_link(symbol: &str) -> Markup {
    html! { a href=(path::knowledge_gene(symbol)) { (symbol) } }
}

fn drug_link(rxnorm: &str, name: &str) -> Markup {
    html! { a href=(path::knowledge_drug(rxnorm)) { (name) } }
}

fn drugs(of: &[(String, String)]) -> Markup {
    html! {
        @if of.is_empty() { "none" }
        @for (number, (rxnorm, name)) in of.iter().enumerate() {
            @if number > 0 { ", " }
            (drug_link(rxnorm, name))
        }
    }
}

fn all_link() -> Markup {
    html! { p.more { a href=(path::KNOWLEDGE) { "All genes and drugs" } } }
}

/// A gene: its alleles with their functions, and which phenotype follows from which functions.
pub fn knowledge_gene(view: &GeneKnowledgeView) -> String {
    let main = html! {
        (all_link())
        h1 { (view.symbol) }
        (reference(&view.reference))
        dl.capsule {
            div { dt { "HGNC" } dd { (view.hgnc) } }
            div { dt { "Positions" } dd { (view.positions) } }
            div {
                dt { "Drugs" }
                dd {
                    (drugs(&view.drugs))
                }
            }
        }
        section aria-labelledby="alleles" {
            h2 id="alleles" { "Alleles" }
            (alleles(view))
        }
        section aria-labelledby="phenotypes" {
            h2 id="phenotypes" { "Phenotypes" }
            (phenotypes(&view.phenotypes))
        }
        (changes(&view.history))
    };
    page(&view.symbol, &view.session, main)
}

/// What packs said otherwise, and of whom.
fn changes(of: &SubjectHistory) -> Markup {
    html! {
        section aria-labelledby="changes" {
            h2 id="changes" { "What other packs said" }
            (history(of, Level::Third))
        }
    }
}

fn phenotypes(of: &[(String, String)]) -> Markup {
    html! {
        table {
            caption { "What follows from what" }
            thead {
                tr {
                    th scope="col" { "Functions or score" }
                    th scope="col" { "Phenotype" }
                }
            }
            tbody {
                @for (holds, phenotype) in of {
                    tr {
                        th scope="row" data-label="Functions or score" { (holds) }
                        td data-label="Phenotype" { (phenotype) }
                    }
                }
            }
        }
    }
}

fn alleles(view: &GeneKnowledgeView) -> Markup {
    html! {
        table {
            caption { (words::count(view.alleles.len(), "allele", "alleles")) }
            thead {
                tr {
                    th scope="col" { "Allele" }
                    th scope="col" { "Function" }
                    th scope="col" { "Activity value" }
                }
            }
            tbody {
                @for (name, function, activity) in &view.alleles {
                    tr {
                        th scope="row" data-label="Allele" {
                            a href=(path::knowledge_allele(&view.symbol, name)) { (name) }
                        }
                        td data-label="Function" {
                            (function.as_deref().unwrap_or(NO_FUNCTION))
                        }
                        td data-label="Activity value" { (activity.as_deref().unwrap_or("–")) }
                    }
                }
            }
        }
    }
}

/// A drug: its rules, each with strength and source.
pub fn knowledge_drug(view: &DrugKnowledgeView) -> String {
    let main = html! {
        (all_link())
        h1 { (words::sentence(&view.name)) }
        (reference(&view.reference))
        dl.capsule {
            div { dt { "RxNorm" } dd { (view.rxnorm) } }
            div { dt { "ATC" } dd { (view.atc.join(", ")) } }
            div {
                dt { "Genes" }
                dd {
                    @for (number, symbol) in view.genes.iter().enumerate() {
                        @if number > 0 { ", " }
                        (gene_link(symbol))
                    }
                }
            }
        }
        @for (text, citation) in &view.before_testing {
            p { b { "Before a result is known: " } (text) " " (recommendation::citation(citation)) }
        }
        @if let Some((text, source)) = &view.smoking {
            p { b { "Smoking: " } (text) " Source: " (source) "." }
        }
        section aria-labelledby="rules" {
            h2 id="rules" { "Rules" }
            @if view.rules.is_empty() { p.empty { "None." } } @else { (rules(&view.rules)) }
        }
        (changes(&view.history))
    };
    page(&view.name, &view.session, main)
}

fn rules(rules: &[RuleView]) -> Markup {
    html! {
        table {
            caption { (words::count(rules.len(), "rule", "rules")) }
            thead {
                tr {
                    th scope="col" { "If" }
                    th scope="col" { "Then" }
                    th scope="col" { "By whom" }
                }
            }
            tbody {
                @for rule in rules {
                    tr {
                        th scope="row" data-label="If" {
                            (rule.holds)
                            span.line.note { (rule.population) }
                        }
                        td data-label="Then" {
                            b { (words::action(rule.action)) } " " (rule.text)
                            span.line.note { (rule.implication) }
                        }
                        td data-label="By whom" {
                            (rule.source)
                            @if let Some(strength) =
                                model::words::strength(rule.action, rule.strength) {
                                ", " (strength)
                            }
                            span.line.note { (recommendation::citation(&rule.citation)) }
                            span.line { code { (rule.id) } }
                        }
                    }
                }
            }
        }
    }
}
