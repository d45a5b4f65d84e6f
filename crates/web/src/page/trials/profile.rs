//! What is known of a tumour: its type and stage, what reports found, and what they looked for.

use super::option::sourced;
use crate::chart::{copies, line, line_below, lollipop};
use crate::page::words;
use crate::view::{
    CopyStripView, CourseRow, GeneTestedRow, LollipopView, Sourced, TrialOptionsView,
    TumorProfileView, TumorReportRow, ValueSeries,
};
use maud::{Markup, html};
use model::absence::{Absence, Presence};
use model::time::PartialDate;

/// The tumour's profile; nothing where there is no tumour.
pub(super) fn section(view: &TrialOptionsView) -> Markup {
    html! {
        @if let Some(tumor) = &view.tumor {
            section aria-labelledby="tumor" {
                h2 id="tumor" { "Tumour profile" }
                (facts(tumor))
                @for conflict in &tumor.conflicts {
                    p { b { "Reports contradict each other: " } (conflict) ". Neither counts." }
                }
                (reports(&tumor.reports))
                (fractions(&tumor.fractions))
                (proteins(&tumor.lollipops))
                (copy_numbers(tumor.copies.as_ref()))
                @if !tumor.genes.is_empty() { (genes(&tumor.genes)) }
                @if !view.problems.is_empty() {
                    details.fold {
                        summary {
                            (words::count(view.problems.len(), "remark", "remarks")) " on reading: "
                            "what is not read counts as not known"
                        }
                        ul.plain { @for problem in &view.problems { li { (problem) } } }
                    }
                }
            }
        }
    }
}

/// The course of what more than one report found; nothing where nothing was.
fn fractions(series: &[ValueSeries]) -> Markup {
    html! {
        @if !series.is_empty() {
            (line(FRACTIONS, "%", series))
            (materials())
        }
    }
}

/// The same below a timeline.
pub(in crate::page) fn fractions_below(
    series: &[ValueSeries],
    course: (&[CourseRow], PartialDate),
) -> Markup {
    html! {
        @if !series.is_empty() {
            (line_below(FRACTIONS, "%", series, course))
            (materials())
        }
    }
}

const FRACTIONS: &str = "Variant allele fraction over time";

fn materials() -> Markup {
    html! {
        p.note {
            "Tissue and plasma are different materials: a lower fraction in plasma is "
            "not by itself a response."
        }
    }
}

fn facts(tumor: &TumorProfileView) -> Markup {
    let fact = |name: &str, known: Option<&Sourced>| {
        html! {
            div {
                dt { (name) }
                dd {
                    @match known {
                        Some(known) => (sourced(known)),
                        None => (Absence::NotRecorded.words()),
                    }
                }
            }
        }
    };
    html! {
        dl.capsule {
            (fact("Diagnosis", tumor.diagnosis.as_ref()))
            (fact("Stage", tumor.stage.as_ref()))
            (fact("Performance", tumor.performance.as_ref()))
            div {
                dt { "Therapies" }
                dd {
                    @if tumor.therapies.is_empty() { (Absence::NotRecorded.words()) }
                    @else { ul.plain { @for one in &tumor.therapies { li { (sourced(one)) } } } }
                }
            }
        }
    }
}

fn reports(reports: &[TumorReportRow]) -> Markup {
    html! {
        @if reports.is_empty() {
            p.empty { "Molecular reports: " (Absence::NotRecorded.words()) "." }
        } @else {
            table.trials {
                caption { "Molecular reports" }
                thead {
                    tr {
                        th scope="col" { "Report" }
                        th scope="col" { "Alterations" }
                        th scope="col" { "Measurements" }
                    }
                }
                tbody { @for row in reports { (report(row)) } }
            }
        }
    }
}

fn report(row: &TumorReportRow) -> Markup {
    let lines = |lines: &[String], none: &str| {
        html! {
            @if lines.is_empty() { (none) }
            @else { ul.plain { @for line in lines { li { (line) } } } }
        }
    };
    html! {
        tr {
            td data-label="Report" {
                @match &row.panel {
                    Some(panel) => (panel),
                    None => "What was tested is not stated",
                }
                span.line.note { (words::date_or_absent(row.source.date)) }
                span.line.note { code { (row.source.resource) } }
                @if let Some(specimen) = &row.specimen { span.line.note { (specimen) } }
                @if let Some(silence) = &row.silence { span.line.note { (silence) } }
                @if let Some(said) = &row.conclusion {
                    span.line { "The laboratory concludes: “" (said) "”" }
                }
            }
            td data-label="Alterations" { (lines(&row.events, "none reported")) }
            td data-label="Measurements" { (lines(&row.biomarkers, "none reported")) }
        }
    }
}

/// Genes whose picture is on the page as it opens; the others are in a fold.
const PROTEINS_OPEN_MAX: usize = 3;

fn proteins(genes: &[LollipopView]) -> Markup {
    let (open, folded) = genes.split_at(genes.len().min(PROTEINS_OPEN_MAX));
    html! {
        h3.part { "Small variants along proteins" }
        @if genes.is_empty() {
            p.empty { "Small variants with a place in a gene: " (Absence::NotRecorded.words()) "." }
        }
        @for gene in open { (protein(gene)) }
        @if !folded.is_empty() {
            details.fold {
                summary {
                    (words::count(folded.len(), "more gene", "more genes")) ": "
                    span.names {
                        @for (at, gene) in folded.iter().enumerate() {
                            @if at > 0 { ", " }
                            (gene.gene)
                        }
                    }
                }
                @for gene in folded { (protein(gene)) }
            }
        }
    }
}

/// The picture of a gene; in words alone where nothing of it has a position.
fn protein(gene: &LollipopView) -> Markup {
    html! {
        @if gene.hits.is_empty() {
            p { b { (gene.gene) } ": " (gene.unplaced.join(", ")) " – no position in the protein" }
        } @else { (lollipop(gene)) }
    }
}

fn copy_numbers(strip: Option<&CopyStripView>) -> Markup {
    html! {
        h3.part { "Copy number" }
        @match strip {
            Some(strip) => (copies(strip)),
            None => p.empty {
                "Numbers of copies: " (Absence::NotRecorded.words())
                ". No report says that it looked at them."
            },
        }
    }
}

/// Genes that trials ask for: found, tested and absent, or not tested.
fn genes(rows: &[GeneTestedRow]) -> Markup {
    html! {
        details.fold {
            summary {
                "What was looked for, of "
                (words::count(rows.len(), "gene", "genes")) " that trials ask for"
            }
            table.trials {
                caption { "Found, tested and absent, or not tested" }
                thead {
                    tr {
                        th scope="col" { "Gene" }
                        th scope="col" { "Found" }
                        th scope="col" { "Tested, not there" }
                        th scope="col" { "Not tested" }
                    }
                }
                tbody {
                    @for row in rows {
                        tr {
                            th scope="row" { (row.gene) }
                            td data-label="Found" { (classes(row, Presence::Present)) }
                            td data-label="Tested, not there" {
                                (classes(row, Presence::AbsentTested))
                            }
                            td data-label="Not tested" { (classes(row, Presence::NotTested)) }
                        }
                    }
                }
            }
        }
    }
}

fn classes(row: &GeneTestedRow, presence: Presence) -> String {
    let of = row.classes.iter().filter(|(_, found)| *found == presence);
    let names: Vec<&str> = of.map(|(name, _)| name.as_str()).collect();
    if names.is_empty() { "–".to_owned() } else { names.join(", ") }
}
