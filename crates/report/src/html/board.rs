//! The brief for a tumour board as a page.

use super::piece::{self, headed, remark};
use super::{fact_row, footer, whole};
use crate::board::{BriefSheet, Links};
use guidance::board::{Line, LineKind, Row, Section};
use maud::{Markup, html};

/// The page.
pub(crate) fn page(sheet: &BriefSheet<'_>, links: Links<'_>) -> String {
    let body = html! {
        header.title-block {
            @if !links.is_empty() {
                nav.ways aria-label="Ways from here" {
                    ul { @for (words, address) in links { li { a href=(address) { (words) } } } }
                }
            }
            p.kind { (sheet.labels.report) }
            h1 { bdi { (sheet.name) } }
            dl.facts { @for fact in &sheet.facts { (fact_row(fact)) } }
        }
        main id="main" tabindex="-1" { @for one in &sheet.brief.sections { (section(one)) } }
        (footer(&sheet.running, sheet.made_with, &sheet.printed))
    };
    whole(&sheet.title, &body)
}

fn section(section: &Section) -> Markup {
    headed(
        &section.id,
        &section.heading,
        &html! {
            @if let Some(said) = &section.remark { (remark(&html! { b { (said) } })) }
            @if let Some(lead) = &section.lead { p.lead { (lead) } }
            @if !section.facts.is_empty() {
                dl.told { @for fact in &section.facts { (told(fact)) } }
            }
            @if !section.rows.is_empty() { (rows(section)) }
            @if !section.notes.is_empty() {
                ul.limits { @for note in &section.notes { li { (note) } } }
            }
        },
    )
}

fn told(fact: &Row) -> Markup {
    html! {
        div {
            @for (at, cell) in fact.cells.iter().enumerate() {
                @if at == 0 { dt { (lines(cell)) } } @else { dd { (lines(cell)) } }
            }
        }
    }
}

fn rows(section: &Section) -> Markup {
    let heads: Vec<&str> = section.heads.iter().map(String::as_str).collect();
    let bodies = html! {
        tbody role="rowgroup" {
            @for row in &section.rows {
                tr role="row" {
                    @for (at, cell) in row.cells.iter().enumerate() {
                        @let head = heads.get(at).copied().unwrap_or_default();
                        @if at == 0 {
                            th scope="row" role="rowheader" { (lines(cell)) }
                        } @else { (piece::cell(head, &lines(cell))) }
                    }
                }
            }
        }
    };
    piece::table(("gaps brief", &section.id), &heads, &bodies)
}

fn lines(lines: &[Line]) -> Markup {
    html! {
        @for Line { kind, text } in lines {
            @match kind {
                LineKind::Plain => span.line { (text) },
                LineKind::Strong => span.line { b { (text) } },
                LineKind::Quiet => span.line.quiet.small { (text) },
                LineKind::Absent => span.line.absent { (text) },
                LineKind::Remark => span.line.remark { (text) },
            }
        }
    }
}
