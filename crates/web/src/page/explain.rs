//! The page of one statement.

use super::banner::banner;
use super::capsule::{Detail, capsule};
use super::frame::{Frame, document};
use super::{gene, medicine, shape, words};
use crate::path;
use crate::view::{DrugRow, ExplainView, GeneRow, Subject};
use maud::{Markup, html};

/// One statement in full, with every digest; what a card's source link opens.
pub fn explain(view: &ExplainView) -> String {
    let name = words::name(&view.identity);
    let subject = match &view.subject {
        Subject::Drug(row) => row.drug.as_str(),
        Subject::Gene(row) => row.gene.content.gene.as_str(),
    };
    document(Frame {
        title: &format!("{subject}, {name}"),
        session: Some(&view.session),
        banner: Some(banner(&view.identity, &view.allergies, view.today, false)),
        main: html! {
            p.back { a href=(path::patient(&view.patient)) { "Back to " (name) } }
            @match &view.subject {
                Subject::Drug(row) => (drug(row, &view.genes)),
                Subject::Gene(row) => (gene_result(row)),
            }
            @if !view.genes.is_empty() {
                section aria-labelledby="genes" {
                    h2 id="genes" { "Gene results it rests on" }
                    (gene::table("Gene results", &gene::in_order(&view.genes), true))
                }
            }
        },
    })
}

fn drug(row: &DrugRow, results: &[GeneRow]) -> Markup {
    html! {
        h1 { (row.drug) }
        p.headline { (shape::state(medicine::state(row))) }
        @if let Some(advice) = &row.advice {
            section aria-labelledby="says" {
                h2 id="says" { "What it says" }
                (medicine::basis(row, &advice.content, results))
            }
            section aria-labelledby="made" {
                h2 id="made" { "How it was made" }
                (capsule(advice, Detail::Full))
            }
        } @else {
            p.empty { "The loaded knowledge says nothing about genes for this drug." }
        }
    }
}

fn gene_result(row: &GeneRow) -> Markup {
    html! {
        h1 { (row.gene.content.gene) }
        section aria-labelledby="says" {
            h2 id="says" { "What it says" }
            (gene::table("Gene result", &[row], false))
        }
        section aria-labelledby="made" {
            h2 id="made" { "How it was made" }
            (gene::basis(row))
            (capsule(&row.gene, Detail::Full))
        }
    }
}
