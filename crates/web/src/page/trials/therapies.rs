//! What evidence says of a tumour, each statement with what it rests on.

use crate::page::words;
use crate::view::{
    AlterationRow, EvidenceLine, LaboratoryLine, OncogenicityView, OpenTherapyRow, TherapiesView,
    TherapyRow, TrialOptionsView,
};
use maud::{Markup, html};

/// Findings and therapies; where there is no evidence in use, that.
pub(super) fn section(view: &TrialOptionsView) -> Markup {
    html! {
        @if view.tumor.is_some() {
            section aria-labelledby="therapies" {
                h2 id="therapies" { "Evidence and therapies" }
                @match &view.therapies {
                    None => p.empty {
                        "No evidence is in use: nothing is said of therapies. That is no finding."
                    },
                    Some(found) => (all(found)),
                }
            }
        }
    }
}

fn all(found: &TherapiesView) -> Markup {
    html! {
        p.intro {
            "What is known of alterations like these. It chooses nothing, and knows neither other "
            "illnesses nor medicines of the patient. " (found.ranking)
        }
        (findings(&found.findings))
        @if found.benefit.is_empty() {
            p.empty { "No therapy is supported by the evidence for what was found." }
        } @else {
            (therapies("Therapies that the evidence supports", &found.benefit))
        }
        @if !found.less.is_empty() { (therapies("Resistance, or less benefit", &found.less)) }
        @if !found.harm.is_empty() { (therapies("Harm", &found.harm)) }
        @if !found.open.is_empty() { (open(&found.open)) }
        @if !found.markers.is_empty() {
            details.fold {
                summary {
                    (words::count(found.markers.len(), "statement", "statements"))
                    " on diagnosis and course"
                }
                (evidence(&found.markers))
            }
        }
        p.note { (found.basis) }
    }
}

fn findings(rows: &[AlterationRow]) -> Markup {
    html! {
        @if !rows.is_empty() {
            table.trials {
                caption { "What was found, and what it comes to" }
                thead {
                    tr {
                        th scope="col" { "Finding" }
                        th scope="col" { "Laboratory" }
                        th scope="col" { "Tier by the rules" }
                        th scope="col" { "Oncogenicity" }
                    }
                }
                tbody {
                    @for row in rows {
                        tr {
                            td data-label="Finding" {
                                (row.reported)
                                @for mark in &row.marks { span.line.note { (mark) } }
                            }
                            td data-label="Laboratory" { (laboratory(&row.laboratory)) }
                            td data-label="Tier by the rules" { (row.tier) }
                            td data-label="Oncogenicity" {
                                @match &row.oncogenicity {
                                    Some(found) => (oncogenicity(found, &row.reported)),
                                    None => "no procedure for this kind",
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What the laboratory makes of a finding; a difference is said and marked, never smoothed over.
fn laboratory(lines: &[LaboratoryLine]) -> Markup {
    html! {
        @if lines.is_empty() { span.absent { "no judgement reported" } }
        @for line in lines {
            span.line { (line.words) }
            @if !line.system.is_empty() { span.line.note { (line.system) } }
            span.line {
                @if line.differs {
                    span.state.state-adjust {
                        span aria-hidden="true" { "\u{25b2}" } " Differs from ours"
                    }
                } @else { span.note { (line.comparison) } }
            }
            span.line.note { code { (line.source) } }
        }
    }
}

fn oncogenicity(found: &OncogenicityView, of: &str) -> Markup {
    let codes = |rows: &[(String, String)]| {
        html! { ul.plain { @for (code, why) in rows { li { b { (code) } " " (why) } } } }
    };
    let open = words::count(found.not_assessed.len(), "criterion", "criteria");
    html! {
        (words::sentence(&found.class)) ", " (found.points) " points"
        span.line.note { (open) " not assessed" }
        details {
            summary { "Why" span.visually-hidden { " " (of) } }
            @if !found.counted.is_empty() { p { "Met:" } (codes(&found.counted)) }
            @if !found.others.is_empty() { p { "Not met, or not counted:" } (codes(&found.others)) }
            @if !found.not_assessed.is_empty() {
                p { "Not assessed:" } (codes(&found.not_assessed))
            }
        }
    }
}

fn therapies(caption: &str, rows: &[TherapyRow]) -> Markup {
    html! {
        table.trials {
            caption { (caption) }
            thead {
                tr {
                    th scope="col" { "Therapy" }
                    th scope="col" { "Tier" }
                    th scope="col" { "Rests on" }
                }
            }
            tbody {
                @for row in rows {
                    tr {
                        td data-label="Therapy" { b { (row.therapies) } }
                        td data-label="Tier" {
                            (row.tier) span.line.note { "ESCAT " (row.escat) }
                        }
                        td data-label="Rests on" {
                            (row.findings.join("; "))
                            details {
                                summary {
                                    (words::count(row.evidence.len(), "source", "sources"))
                                    span.visually-hidden { " for " (row.therapies) }
                                }
                                (evidence(&row.evidence))
                            }
                            @if !row.against.is_empty() {
                                details open {
                                    summary {
                                        (words::count(row.against.len(), "source", "sources"))
                                        " against"
                                        span.visually-hidden { " " (row.therapies) }
                                    }
                                    (evidence(&row.against))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn evidence(lines: &[EvidenceLine]) -> Markup {
    html! {
        ul.plain {
            @for line in lines {
                li {
                    (line.tier) " · " (line.words)
                    span.line.note {
                        (line.tumor_type) " · " (line.citation) " · "
                        @if line.url.starts_with("https://") {
                            a href=(line.url) rel="noreferrer" { (line.id) }
                        } @else { code { (line.id) } }
                    }
                }
            }
        }
    }
}

fn open(rows: &[OpenTherapyRow]) -> Markup {
    html! {
        details.fold {
            summary {
                (words::count(rows.len(), "therapy", "therapies"))
                " with strong evidence in this type of tumour that a test might open"
            }
            ul.plain {
                @for row in rows {
                    li {
                        b { (row.therapies) } ": " (row.missing.join("; "))
                        details {
                            summary { "Why" span.visually-hidden { " " (row.therapies) } }
                            (evidence(&row.evidence))
                        }
                    }
                }
            }
        }
    }
}
