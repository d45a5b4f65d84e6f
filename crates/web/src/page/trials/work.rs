//! The patients of a trial as work: how many wait for what, and which fact would decide for most.

use super::status;
use crate::page::words;
use crate::path;
use crate::view::{MissingView, TrialView};
use maud::{Markup, html};

/// Counts by status, each leading to its patients, and what is missing most often.
pub(super) fn bins(view: &TrialView) -> Markup {
    let id = &view.trial.id;
    html! {
        nav.bins aria-label="Patients by status" {
            ul.plain {
                li {
                    @let is_here = view.status.is_none();
                    a href=(path::trial(id)) aria-current=[is_here.then_some("page")] {
                        "All " span.badge { (view.patients_total) }
                    }
                }
                @for bin in &view.bins {
                    @let is_here = view.status.as_ref() == Some(&bin.status);
                    li {
                        a href=(path::trial_of_status(id, &bin.status))
                            aria-current=[is_here.then_some("page")] {
                            (status(&bin.status)) " " span.badge { (bin.patients) }
                        }
                    }
                }
            }
        }
        p.note { "A patient whom several cohorts may take counts under the status of each." }
        @if view.is_counted_in_part {
            p.note { "There are more: the counts are of the first that were listed." }
        }
        (missing(&view.missing))
    }
}

fn missing(view: &MissingView) -> Markup {
    html! {
        @if !view.facts.is_empty() {
            table.trials {
                caption { "What is missing most often" }
                thead {
                    tr {
                        th scope="col" { "To be found out" }
                        th scope="col" { "Missing for" }
                        th scope="col" { "Would decide alone for" }
                    }
                }
                tbody {
                    @for row in &view.facts {
                        tr {
                            td data-label="To be found out" { (row.fact) }
                            td data-label="Missing for" { (patients(row.patients)) }
                            td data-label="Would decide alone for" { (patients(row.decides)) }
                        }
                    }
                }
            }
            @if view.looked_at < view.of {
                p.note { "Of " (view.looked_at) " of " (patients(view.of)) " with missing facts." }
            }
        }
    }
}

fn patients(number: usize) -> String {
    words::count(number, "patient", "patients")
}
