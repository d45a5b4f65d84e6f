//! The trial options of one patient, each opening to its criteria.

use super::{sites, status};
use crate::page::words;
use crate::path;
use crate::view::{ReasonView, Sourced, TrialOffer, TrialOptionsView};
use maud::{Markup, html};
use model::absence::Absence;

/// Options that are or may be, then those that are not.
pub(super) fn section(view: &TrialOptionsView) -> Markup {
    let (out, open): (Vec<_>, Vec<_>) =
        view.offers.iter().partition(|offer| offer.status == "not-eligible");
    html! {
        section aria-labelledby="options" {
            h2 id="options" { "Trial options" }
            p.intro {
                "The criteria that a computer can read are a part of the protocol: whoever is "
                "listed as eligible has to be screened. " (view.ranking)
            }
            @if view.tumor.is_none() {
                p.empty { "Nothing in the record says that there is a tumour." }
            } @else if view.offers.is_empty() { p.empty { "No trial of this site is open." } }
            @else if open.is_empty() { p.empty { "No open trial is for this patient." } }
            ol.plain.options {
                @for offer in &open {
                    @let way = path::trial_work(&view.id, &offer.trial.id);
                    li { (option(offer, Some(&way))) }
                }
            }
            @if !out.is_empty() { (others(&out)) }
        }
    }
}

/// What one cohort says, with the way to where people decide.
pub(super) fn option(offer: &TrialOffer, way: Option<&str>) -> Markup {
    let TrialOffer { trial, counts: [met, unknown, failed], .. } = offer;
    html! {
        article.card {
            h3 {
                (status(&offer.status)) ": "
                a href=(path::trial(&trial.id)) { (trial.id) }
                @if !trial.title.is_empty() { " " (trial.title) }
            }
            p {
                (met) " met · " (unknown) " not known · " (failed) " failed"
                @if !trial.phase.is_empty() { " · phase " (trial.phase) }
                " · " (offer.cohort) " · " (sites(trial))
                @if let Some(slots) = offer.slots {
                    " · " (words::count(slots as usize, "place", "places")) " left"
                }
            }
            @if !offer.missing.is_empty() {
                p { b { "To be found out: " } (offer.missing.join("; ")) }
            }
            @if let Some(way) = way { (decided(offer, way)) }
            (why(offer))
        }
    }
}

fn decided(offer: &TrialOffer, way: &str) -> Markup {
    html! {
        p {
            @if let Some(decision) = &offer.decided {
                b { (decision.words) } " since " (words::instant(decision.at)) " · "
            }
            a href=(way) {
                "Decide or ask" span.visually-hidden { ": " (offer.trial.id) " " (offer.cohort) }
            }
        }
    }
}

fn why(offer: &TrialOffer) -> Markup {
    html! {
        details {
            summary { "Why" span.visually-hidden { " " (offer.trial.id) " " (offer.cohort) } }
            ul.plain.criteria { @for reason in &offer.reasons { li { (criterion(reason)) } } }
            p.note {
                "Criteria of version " (offer.trial.version) ", kept "
                (words::instant(offer.trial.recorded))
            }
        }
    }
}

fn criterion(reason: &ReasonView) -> Markup {
    html! {
        @match reason {
            ReasonView::Part { of, outcome, parts } => {
                (word(outcome)) " " (of) " of:"
                ul.plain.criteria { @for part in parts { li { (criterion(part)) } } }
            }
            ReasonView::Leaf { outcome, expected, found, missing, asked_at } => {
                (word(outcome)) " " (expected)
                span.line { "Found: " (sourced(found)) }
                @if let Some(missing) = missing { span.line { "To be found out: " (missing) } }
                @if !asked_at.is_empty() { span.line.note { "Asked at " code { (asked_at) } } }
            }
        }
    }
}

/// The outcome of a criterion: a mark beside its word, so that it does not rest on colour.
fn word(outcome: &str) -> Markup {
    let (mark, class) = match outcome {
        "met" => ("\u{2713}", "state state-standard"),
        "failed" => ("\u{2717}", "state state-avoid"),
        _ => ("\u{25cb}", "state state-unknown"),
    };
    html! {
        span class=(class) { span aria-hidden="true" { (mark) } " " (words::sentence(outcome)) }
    }
}

/// What is known, with its sources.
pub(super) fn sourced(known: &Sourced) -> Markup {
    html! {
        (known.words)
        @for source in &known.sources {
            span.line.note {
                code { (source.resource) }
                @match source.date {
                    Some(date) => { " of " (words::date(date)) },
                    // Who somebody is holds on no day.
                    None if source.resource.starts_with("Patient/") => {},
                    None => { ", date " (Absence::NotRecorded.words()) },
                }
            }
        }
    }
}

/// Trials that are not for the patient, each with the first criterion that fails.
fn others(offers: &[&TrialOffer]) -> Markup {
    html! {
        details.fold {
            summary { (words::count(offers.len(), "cohort", "cohorts")) " not for this patient" }
            ul.plain {
                @for offer in offers {
                    li {
                        a href=(path::trial(&offer.trial.id)) { (offer.trial.id) }
                        " · " (offer.cohort)
                        @if let Some(first) = offer.reasons.iter().find_map(first_failed) {
                            span.line { "Fails: " (first) }
                        }
                        (why(offer))
                    }
                }
            }
        }
    }
}

/// The first criterion that fails: what is asked, and what was found.
fn first_failed(reason: &ReasonView) -> Option<String> {
    match reason {
        ReasonView::Part { outcome, of, parts } if outcome == "failed" => {
            Some(parts.iter().find_map(first_failed).unwrap_or_else(|| of.clone()))
        }
        ReasonView::Leaf { outcome, expected, found, .. } if outcome == "failed" => {
            Some(format!("{expected} (found: {})", found.words))
        }
        _ => None,
    }
}
