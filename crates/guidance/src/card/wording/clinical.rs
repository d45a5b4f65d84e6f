//! The layer of medicines on a card: what they make of a result, beside the result itself.

use super::{
    NOTES_MAX, act_words, citation_words, fitting, inner_line, line, list, plain, population_words,
};
use crate::policy::{Context, Subject};
use model::conversion::{Cause, ClinicalAdvice, Conversion};
use model::statement::{DrugStatement, Recommendation};
use std::fmt::Write as _;

/// How much is said of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// `CYP2D6 Poor Metabolizer with paroxetine (Normal by genotype)`.
    Full,
    /// `CYP2D6 Poor Metabolizer with paroxetine`.
    Short,
}

/// The changed phenotypes, each with its cause.
pub(super) fn changes(clinical: &ClinicalAdvice, length: Length) -> String {
    let words = clinical.changed().map(|conversion| {
        let (gene, clinical) = (&conversion.gene, conversion.clinical_words());
        let mut words = format!("{gene} {clinical} with {}", conversion.because());
        if length == Length::Full {
            let genotype = conversion.genotype_words();
            let short = genotype.trim_end_matches(" Metabolizer");
            let _ = write!(words, " ({short} by genotype)");
        }
        words
    });
    words.collect::<Vec<_>>().join(", ")
}

/// The sentence on top: both phenotypes, the cause, and what to do.
pub(super) fn summary(
    context: Context,
    subject: Subject,
    clinical: &ClinicalAdvice,
    lead: &Recommendation,
) -> String {
    let taken = if subject.by.is_some() { ", taken now" } else { "" };
    let act = format!("{}{taken}", act_words(lead.action, &subject.drug.name));
    let whom = population_words(context, subject, lead);
    let names: Vec<&str> = lead.alternatives.iter().map(|(_, name)| &**name).collect();
    let mut instead = String::new();
    if !names.is_empty() {
        instead = format!("; consider {}", list(&names, "or"));
    }
    let (full, short) = (changes(clinical, Length::Full), changes(clinical, Length::Short));
    let genes: Vec<&str> = clinical.changed().map(|one| one.gene.as_str()).collect();
    let causes = causes(clinical);
    let causes: Vec<&str> = causes.iter().map(|cause| cause.drug.as_str()).collect();
    let (genes, causes) = (list(&genes, "and"), list(&causes, "and"));
    fitting(&[
        format!("{full}: {act}{whom}{instead}"),
        format!("{full}: {act}{whom}"),
        format!("{full}: {act}"),
        format!("{short}: {act}{whom}"),
        format!("{short}: {act}"),
        format!("{act}: less {genes} activity with {causes} than by genotype"),
        format!("{act}: other medicines lower {genes} activity"),
        format!("{act} (other medicines change its genes' result)"),
    ])
}

/// The deciding medicines, each once.
fn causes(clinical: &ClinicalAdvice) -> Vec<&Cause> {
    let mut found: Vec<&Cause> = Vec::new();
    for cause in clinical.changed().flat_map(Conversion::deciding) {
        if !found.iter().any(|known| known.rxnorm == cause.rxnorm) {
            found.push(cause);
        }
    }
    found
}

fn layer<'a>(context: Context<'a>, subject: Subject<'a>) -> Option<&'a ClinicalAdvice> {
    context.clinical(&subject.drug.rxnorm)
}

/// Before advice that rests on the medicines: both phenotypes and the causes.
pub(super) fn lead_part(text: &mut String, context: Context, subject: Subject) {
    let Some(clinical) = layer(context, subject) else { return };
    if let Some(by) = subject.by {
        let drug = plain(&subject.drug.name);
        line(text, &format!("Ordering {} bears on {drug}, which is taken now", plain(by)));
    }
    conversions(text, clinical);
    line(text, "With these medicines the advice is:");
}

/// After it: what the genotype alone would say.
pub(super) fn genotype_part(text: &mut String, context: Context, subject: Subject) {
    let said = subject.advice.map(|(_, advice)| short(context, subject, advice));
    line(text, &format!("**By genotype alone**: {}", or_nothing(said.unwrap_or_default())));
}

/// Below advice by genotype: what the medicines make of it, as a layer of its own.
pub(super) fn part(text: &mut String, context: Context, subject: Subject) {
    let Some(clinical) = layer(context, subject) else { return };
    conversions(text, clinical);
    if let Some(advice) = &clinical.advice {
        let said = or_nothing(short(context, subject, advice));
        line(text, &format!("**With these medicines**: {said}"));
    }
}

fn or_nothing(said: String) -> String {
    if said.is_empty() { "no recommendation".to_owned() } else { said }
}

/// Each recommendation in a few words: `CPIC: avoid codeine; DPWG: avoid codeine`.
fn short(context: Context, subject: Subject, advice: &DrugStatement) -> String {
    let words = advice.recommendations.iter().map(|rule| {
        let whom = population_words(context, subject, rule);
        let act = act_words(rule.action, &plain(&subject.drug.name));
        format!("{}{whom}: {act}", plain(&rule.source))
    });
    words.collect::<Vec<_>>().join("; ")
}

fn conversions(text: &mut String, clinical: &ClinicalAdvice) {
    for conversion in &clinical.conversions {
        let gene = plain(&conversion.gene);
        if let Some(words) = conversion.words() {
            let evidence = conversion.evidence.map(|one| format!(" ({})", one.words()));
            let evidence = evidence.unwrap_or_default();
            line(text, &format!("**{gene}**: {}{evidence}", plain(&words)));
            for cause in conversion.deciding() {
                inner_line(text, &cause_words(cause));
            }
        }
        let notes = conversion.notes.iter().filter(|_| conversion.assessed);
        for note in notes.take(NOTES_MAX) {
            line(text, &format!("{gene}, medicines: {}", plain(note)));
        }
    }
}

fn cause_words(cause: &Cause) -> String {
    let (drug, strength, effect) = (plain(&cause.drug), cause.strength.word(), cause.effect.word());
    let mut words = format!("{drug}: {strength} {effect}");
    if cause.ordered {
        words += ", being ordered";
    }
    if let Some(since) = cause.since {
        let _ = write!(words, ", since {since}");
    }
    if let Some(until) = cause.until {
        let _ = write!(words, ", until {until}");
    }
    let _ = write!(words, "; matched by {}. ", plain(&cause.matched_by));
    words + &citation_words(&cause.citation)
}

/// How far the medicines were looked at.
pub(super) fn state_words(context: Context, subject: Subject) -> String {
    let Some(clinical) = layer(context, subject).filter(|one| !one.conversions.is_empty()) else {
        return match context.moment.current_medications {
            None => "Interactions with current medicines: not assessed, list unavailable".into(),
            Some(_) => "Interactions with current medicines: not assessed".into(),
        };
    };
    if !clinical.is_assessed() {
        return "Effect of other medicines on the genes: not assessed, list unavailable".into();
    }
    let changed = clinical.changed().next().is_some();
    let words = if changed { "see above" } else { "no change of a phenotype" };
    format!("Effect of other medicines on the genes: {words}. Other interactions: not assessed")
}
