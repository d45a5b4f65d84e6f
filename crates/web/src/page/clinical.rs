//! The layer of medicines: what they make of a gene result and of the advice about a drug. It
//! stands beside the genotype's own result, labelled, and never in its place.

use super::{recommendation, words};
use maud::{Markup, html};
use model::absence::Absence;
use model::conversion::{Cause, ClinicalAdvice, Conversion};
use model::statement::DrugStatement;

/// Under a gene's result: the phenotype with the medicines, which ones, and since when.
pub(super) fn beside(conversion: &Conversion) -> Markup {
    html! {
        @if conversion.is_changed() {
            span.clinical {
                span.clinical-label { "With " (because(conversion)) } " "
                b { (conversion.clinical_words()) }
                @if let Some(evidence) = conversion.evidence {
                    span.line.muted { "Genotype unchanged; " (evidence.words()) }
                }
            }
        } @else if !conversion.assessed && !conversion.genotype.is_empty() {
            span.line.muted {
                "Effect of medicines: " (Absence::NotAssessed.words()) ", no list of medicines"
            }
        }
    }
}

/// The same for one gene of a drug.
pub(super) fn beside_key(clinical: Option<&ClinicalAdvice>, gene: &str) -> Markup {
    let conversion =
        clinical.and_then(|clinical| clinical.changed().find(|conversion| conversion.gene == gene));
    html! { @if let Some(conversion) = conversion { (beside(conversion)) } }
}

/// `paroxetine since 05-Jan-2026 and bupropion`.
fn because(conversion: &Conversion) -> String {
    let causes: Vec<String> = conversion.deciding().map(named).collect();
    causes.join(" and ")
}

fn named(cause: &Cause) -> String {
    let since = cause.since.map(|since| format!(" since {}", words::date(since)));
    let until = cause.until.map(|until| format!(" until {}", words::date(until)));
    format!("{}{}{}", cause.drug, since.unwrap_or_default(), until.unwrap_or_default())
}

/// How much of the advice that does not lead is written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Second {
    /// All of it: the medicine is taken.
    Full,
    /// Its state; the rest is under "Why".
    State,
}

/// The advice with the medicines, and the genotype's own under its name. Which one leads is which
/// one is more cautious; both are there.
pub(super) fn both(
    clinical: &ClinicalAdvice,
    by_genotype: &DrugStatement,
    second: Second,
) -> Markup {
    let Some(advice) = &clinical.advice else { return recommendation::in_short(by_genotype) };
    let layer = |head: String, advice: &DrugStatement, is_full: bool| {
        html! {
            div.layer {
                p.layer-head { (head) ": " (words::state(advice.state)) }
                @if is_full { (recommendation::in_short(advice)) }
            }
        }
    };
    let leads = clinical.more_cautious;
    let is_full = |is_lead: bool| is_lead || second == Second::Full;
    let with = layer(format!("With {}", all_causes(clinical)), advice, is_full(leads));
    let without = layer("By genotype alone".to_owned(), by_genotype, is_full(!leads));
    html! {
        @if leads { (with) (without) } @else { (without) (with) }
    }
}

/// What a reader of a medicine that is taken must see without opening anything: what is on hold,
/// over, or bears on a gene that was not tested.
pub(super) fn remarks(clinical: &ClinicalAdvice) -> Markup {
    let assessed = clinical.conversions.iter().filter(|conversion| conversion.assessed);
    let notes = assessed.flat_map(|conversion| &conversion.notes);
    html! {
        @for note in notes.filter(|note| !note.starts_with("activity score")) {
            p.note { (words::sentence(note)) }
        }
    }
}

/// Each deciding medicine once.
fn all_causes(clinical: &ClinicalAdvice) -> String {
    let mut names: Vec<&str> = Vec::new();
    for cause in clinical.conversions.iter().flat_map(Conversion::deciding) {
        if !names.contains(&cause.drug.as_str()) {
            names.push(&cause.drug);
        }
    }
    names.join(" and ")
}

/// In full, for the basis of a row: causes with their source, remarks, and every recommendation.
pub(super) fn basis(clinical: &ClinicalAdvice) -> Markup {
    html! {
        @for conversion in &clinical.conversions { (conversion_basis(conversion)) }
        @if let Some(advice) = &clinical.advice {
            p.layer-head { "Advice with " (all_causes(clinical)) }
            (recommendation::all(advice))
        }
    }
}

/// What a conversion rests on; nothing if no medicine bears on the gene.
pub(super) fn conversion_basis(conversion: &Conversion) -> Markup {
    html! {
        @if !conversion.causes.is_empty() || !conversion.notes.is_empty() {
            div.conversion {
                p {
                    b { (conversion.gene) " and medicines: " }
                    @if let Some(words) = conversion.words() { (words) } @else {
                        "phenotype as by genotype"
                    }
                    @if let Some(evidence) = conversion.evidence { " (" (evidence.words()) ")" }
                }
                @if !conversion.causes.is_empty() {
                    ul.plain { @for cause in &conversion.causes { li { (cause_line(cause)) } } }
                }
                @for note in &conversion.notes { p.note { (words::sentence(note)) } }
            }
        }
    }
}

fn cause_line(cause: &Cause) -> Markup {
    html! {
        (named(cause)) ": " (cause.strength.word()) " " (cause.effect.word())
        @if !cause.decides { ", changes nothing here" }
        span.muted {
            " · found by " (cause.matched_by) " · " (recommendation::citation(&cause.citation))
        }
    }
}
