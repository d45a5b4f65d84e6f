//! Trials: the options of one patient, one trial, and what changed.

pub(crate) mod brief;
pub(super) mod changed;
pub(crate) mod decision;
mod option;
mod profile;
mod therapies;
mod work;

pub(super) use profile::fractions_below;

use super::banner::banner;
use super::frame::{Frame, document};
use super::words;
use crate::path;
use crate::view::{
    Identity, PatientView, StandingRow, TrialHead, TrialOptionsView, TrialPatientRow, TrialView,
    TrialsView,
};
use maud::{Markup, html};
use model::absence::Absence;
use model::id::PatientId;
use model::time::PartialDate;

/// The word for a status, as people read it.
pub fn status(word: &str) -> &str {
    match word {
        "eligible" => "Eligible",
        "needs-review" => "Sentences to be read",
        "needs-data" => "Facts missing",
        "near-miss" => "Near miss",
        "not-eligible" => "Not eligible",
        other => other,
    }
}

/// The tumour of a patient and its trial options, with the reasons.
pub fn trial_options(view: &TrialOptionsView) -> String {
    let name = words::name(&view.identity);
    let title = format!("{name}: tumour and trial options");
    document(Frame {
        title: &title,
        session: Some(&view.session),
        banner: Some(banner(&view.identity, &view.allergies, view.today, true)),
        main: html! {
            p.more { a href=(path::patient(&view.id)) { "Back to the patient page" } }
            (brief::section(view))
            (profile::section(view))
            (therapies::section(view))
            (changed::section(&view.reinterpreted))
            (option::section(view))
        },
    })
}

/// The section on the patient page: what the log says, and the way to the reasons.
pub(super) fn summary(view: &PatientView) -> Markup {
    html! {
        section aria-labelledby="trials" {
            div.section-head {
                h2 id="trials" { "Trial options" }
                p.more { a href=(path::trial_options(&view.id)) { "Tumour profile and reasons" } }
            }
            table.trials {
                caption { "Trials that are or may be for this patient" }
                thead {
                    tr {
                        th scope="col" { "Status" }
                        th scope="col" { "Trial" }
                        th scope="col" { "Since" }
                    }
                }
                tbody {
                    @for row in &view.trials {
                        @let [status, trial, since] = cells(row);
                        tr {
                            td data-label="Status" { (status) }
                            td data-label="Trial" { (trial) }
                            td data-label="Since" { (since) }
                        }
                    }
                }
            }
        }
    }
}

/// What a row of the patient page says, cell by cell: status, trial, since.
pub(super) fn cells(row: &StandingRow) -> [Markup; 3] {
    [html! { (status(&row.status)) }, trial_link(row), since(row)]
}

fn trial_link(row: &StandingRow) -> Markup {
    html! {
        @if row.is_evidence {
            (row.path)
            span.line.note { "by evidence" }
        } @else {
            a href=(path::trial(&row.trial)) { (row.trial) }
            span.line.note { (row.path) }
        }
    }
}

/// A status of a cohort, or a tier of evidence.
fn standing_words<'w>(row: &StandingRow, word: &'w str) -> &'w str {
    match word {
        "not-eligible" if row.is_evidence => "not listed",
        tier if row.is_evidence => tier,
        status_word => status(status_word),
    }
}

fn since(row: &StandingRow) -> Markup {
    html! { (words::instant(row.since)) span.line.note { (row.cause) } }
}

/// One trial with its patients.
pub fn trial(view: &TrialView) -> String {
    let head = &view.trial;
    document(Frame {
        title: &head.id,
        session: Some(&view.session),
        banner: None,
        main: html! {
            p.more { a href=(path::TRIALS) { "All trials" } }
            h1 { (head.id) @if !head.title.is_empty() { ": " (head.title) } }
            (facts(head))
            @for (place, state) in &view.cohorts {
                p.line { "Cohort " (place) ": " (state) }
            }
            (findings(&view.findings))
            @let decisions = (&view.decisions, view.has_more_decisions);
            (decision::decisions(decisions.0, decisions.1, view.today, &head.id))
            section aria-labelledby="patients" {
                h2 id="patients" { "Patients" }
                p.intro {
                    "The criteria that a computer can read are a part of the protocol: whoever is "
                    "listed has to be screened."
                }
                (work::bins(view))
                @if view.patients.is_empty() { p.empty { "Nobody is listed." } } @else {
                    (patients("By status", &view.patients, view.today, false))
                }
                @if let Some(next) = view.next {
                    p {
                        a href=(path::trial_after(&head.id, view.status.as_deref(), next)) {
                            "More patients"
                        }
                    }
                }
            }
        },
    })
}

fn facts(head: &TrialHead) -> Markup {
    html! {
        dl.capsule {
            div { dt { "Status" } dd { (head.status) } }
            @if let Some(registry) = &head.registry { div { dt { "Registry" } dd { (registry) } } }
            @if !head.phase.is_empty() { div { dt { "Phase" } dd { (head.phase) } } }
            div { dt { "Sites" } dd { (sites(head)) } }
            div {
                dt { "Curation" }
                dd { "version " (head.version) ", kept " (words::instant(head.recorded)) }
            }
        }
    }
}

/// Open sites, or that there is none, or that none is named.
pub fn sites(head: &TrialHead) -> String {
    match (head.sites, head.open_sites.len()) {
        (0, _) => format!("sites {}", Absence::NotRecorded.words()),
        (named, 0) => format!("none of {} is open", words::count(named, "site", "sites")),
        (_, _) => format!("open at {}", head.open_sites.join("; ")),
    }
}

fn findings(findings: &[(String, String)]) -> Markup {
    html! {
        @if !findings.is_empty() {
            details.fold {
                summary {
                    (words::count(findings.len(), "finding", "findings")) " for a curator: what is "
                    "not read counts as not known"
                }
                ul.plain { @for (place, text) in findings { li { code { (place) } " " (text) } } }
            }
        }
    }
}

/// The trials and what changed.
pub fn trials(view: &TrialsView) -> String {
    document(Frame {
        title: "Trials",
        session: Some(&view.session),
        banner: None,
        main: html! {
            h1 { "Trials" }
            section aria-labelledby="changes" {
                h2 id="changes" { "What changed for whom" }
                @if view.changes.is_empty() { p.empty { "Nothing has changed." } } @else {
                    (patients("Changes, the latest first", &view.changes, view.today, true))
                }
                @if let Some(older) = view.older {
                    p { a href=(path::trials_before(older)) { "Older changes" } }
                }
            }
            (decision::open_tasks(&view.tasks, view.has_more_tasks, view.today))
            section aria-labelledby="list" {
                h2 id="list" { "Trials of this site" }
                @if view.trials.is_empty() { p.empty { "No trial is kept." } } @else {
                    (list(&view.trials))
                }
            }
        },
    })
}

fn list(trials: &[TrialHead]) -> Markup {
    html! {
        table.trials {
            caption { "Trials by identifier" }
            thead {
                tr {
                    th scope="col" { "Trial" }
                    th scope="col" { "Status" }
                    th scope="col" { "Sites" }
                }
            }
            tbody {
                @for head in trials {
                    tr {
                        td data-label="Trial" {
                            a href=(path::trial(&head.id)) { (head.id) }
                            span.line.note { (head.title) }
                        }
                        td data-label="Status" { (head.status) }
                        td data-label="Sites" { (sites(head)) }
                    }
                }
            }
        }
    }
}

fn patients(
    caption: &str,
    rows: &[TrialPatientRow],
    today: PartialDate,
    names_trials: bool,
) -> Markup {
    let about = if names_trials { "Trial or evidence" } else { "Cohort" };
    html! {
        table.trials {
            caption { (caption) }
            thead {
                tr {
                    th scope="col" { "Patient" }
                    th scope="col" { "Status" }
                    th scope="col" { (about) }
                    th scope="col" { "Since" }
                }
            }
            tbody {
                @for row in rows {
                    tr {
                        td data-label="Patient" { (person(row, today)) }
                        td data-label="Status" {
                            (standing_words(&row.standing, &row.standing.status))
                            span.line.note {
                                "before: " (standing_words(&row.standing, &row.former))
                            }
                        }
                        td data-label=(about) {
                            @if names_trials { (trial_link(&row.standing)) }
                            @else { (row.standing.path) }
                        }
                        td data-label="Since" { (since(&row.standing)) }
                    }
                }
            }
        }
    }
}

fn person(row: &TrialPatientRow, today: PartialDate) -> Markup {
    let way = if row.standing.is_evidence {
        path::trial_options(&row.patient)
    } else {
        path::trial_work(&row.patient, &row.standing.trial)
    };
    person_of(&row.patient, row.identity.as_ref(), today, &way)
}

/// A patient with the way to somewhere: by name where it may be seen.
fn person_of(id: &PatientId, identity: Option<&Identity>, today: PartialDate, way: &str) -> Markup {
    html! {
        a href=(way) {
            @match identity {
                Some(identity) => (words::name(identity)),
                None => (id),
            }
        }
        @if let Some(identity) = identity {
            span.line.note {
                "Born " (words::born(identity.born, today)) " · MRN " (words::mrn(identity))
            }
        }
    }
}
