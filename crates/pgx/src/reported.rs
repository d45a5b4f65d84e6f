//! A laboratory's own call, in our terms.

mod allele;
mod diplotypes;
mod meaning;
mod phenotypes;
mod statuses;

use crate::call::{compare_diplotypes, empty};
use crate::phenotype::INDETERMINATE;
use knowledge::pgx::Gene;
use model::reported::ReportedGeneResult;
use model::score::ActivityScore;
use model::statement::{Basis, Diplotype, GeneState, GeneStatement, Outcome};
use std::collections::BTreeSet;

/// Words for "no call".
const NO_CALL: [&str; 7] = ["", ".", "-", "n/a", "no call", "not called", "no result"];

/// What a laboratory's result says in the terms of the pack.
///
/// A given activity score goes before a given phenotype, and that before what a given diplotype
/// computes to; all are compared and a mismatch is noted. What cannot be read is said, never
/// guessed: then there is no phenotype.
pub fn from_reported(gene: &Gene, result: &ReportedGeneResult) -> GeneStatement {
    let mut statement = GeneStatement { basis: Basis::Reported, callability: None, ..empty(gene) };
    let given = |text: &Option<String>| {
        let text = text.as_deref().unwrap_or_default().trim();
        let is_no_call = NO_CALL.contains(&text.to_lowercase().as_str());
        if is_no_call { None } else { Some(text.to_owned()) }
    };
    let mut unread = Vec::new();
    let mut outcomes: Vec<Outcome> = Vec::new();
    if let Some(text) = given(&result.diplotype) {
        match diplotypes::parse(gene, &text) {
            Some(diplotypes) => outcomes = meaning::of(gene, diplotypes, &mut statement.notes),
            None => unread.push("the reported diplotype could not be read"),
        }
    }
    if let Some(text) = given(&result.phenotype) {
        if let Some(phenotype) = phenotypes::parse(gene, &text) {
            take_phenotype(&mut statement, &mut outcomes, &phenotype);
        } else {
            // Whatever it says, it may contradict what the tables compute.
            for outcome in &mut outcomes {
                outcome.phenotype = None;
                outcome.activity_score = None;
            }
            unread.push("the reported phenotype is none that the gene has");
        }
    }
    if let Some(text) = given(&result.activity_score) {
        if let Some(score) = ActivityScore::parse(&text).filter(|_| gene.has_scores()) {
            take_score(gene, &mut statement, &mut outcomes, score);
        } else {
            statement.activity_score = Some(text);
            if gene.has_scores() {
                unread.push("the reported activity score is no number");
            }
        }
    }
    statement.notes.extend(unread.iter().map(|what| (*what).to_owned()));
    statement.state = state(&statement, &outcomes, &unread);
    record(&mut statement, outcomes);
    statement
}

fn state(statement: &GeneStatement, outcomes: &[Outcome], unread: &[&str]) -> GeneState {
    if !outcomes.is_empty() {
        return GeneState::Called;
    }
    let why = match unread.first() {
        Some(what) => *what,
        None if statement.activity_score.is_some() => {
            "only an activity score was reported, and the gene has no rules for scores"
        }
        None => "the laboratory made no call",
    };
    GeneState::NotCalled { why: why.to_owned() }
}

/// Takes over what the possibilities come to.
fn record(statement: &mut GeneStatement, outcomes: Vec<Outcome>) {
    statement.diplotypes = outcomes.iter().filter_map(|one| one.diplotype.clone()).collect();
    let phenotypes: BTreeSet<&String> =
        outcomes.iter().filter_map(|one| one.phenotype.as_ref()).collect();
    statement.phenotypes = phenotypes.into_iter().cloned().collect();
    if let ([phenotype], true) =
        (statement.phenotypes.as_slice(), outcomes.iter().all(|one| one.phenotype.is_some()))
    {
        statement.phenotype = Some(phenotype.clone());
    }
    let scores: BTreeSet<&String> =
        outcomes.iter().filter_map(|one| one.activity_score.as_ref()).collect();
    statement.activity_scores = scores.into_iter().cloned().collect();
    if let ([score], true) =
        (statement.activity_scores.as_slice(), outcomes.iter().all(|o| o.activity_score.is_some()))
    {
        statement.activity_score = Some(score.clone());
    }
    if outcomes.len() > 1 {
        statement.possible = outcomes;
    }
}

/// A given phenotype stands; what the tables compute is only compared.
fn take_phenotype(statement: &mut GeneStatement, outcomes: &mut Vec<Outcome>, phenotype: &str) {
    let computed: BTreeSet<&str> =
        outcomes.iter().filter_map(|one| one.phenotype.as_deref()).collect();
    if !computed.is_empty() && (computed.len() > 1 || !computed.contains(phenotype)) {
        let ours: Vec<&str> = computed.into_iter().collect();
        statement.notes.push(format!(
            "the laboratory reports {phenotype}, but the tables give {} for the reported \
             diplotype; the laboratory's phenotype is used",
            ours.join(" or ")
        ));
    }
    if outcomes.is_empty() {
        outcomes.push(Outcome::default());
    }
    for outcome in outcomes {
        if outcome.phenotype.as_deref() != Some(phenotype) {
            // Its score belongs to another phenotype.
            outcome.activity_score = None;
        }
        outcome.phenotype = Some(phenotype.to_owned());
    }
}

/// A given activity score stands before a given phenotype.
fn take_score(
    gene: &Gene,
    statement: &mut GeneStatement,
    outcomes: &mut Vec<Outcome>,
    score: ActivityScore,
) {
    let text = score.to_string();
    let phenotype = gene.score_rule(score).map(|rule| rule.phenotype.clone());
    let phenotype = phenotype.unwrap_or_else(|| INDETERMINATE.to_owned());
    let differs = |outcome: &Outcome| {
        outcome.activity_score.as_ref().is_some_and(|own| *own != text)
            || outcome.phenotype.as_ref().is_some_and(|own| *own != phenotype)
    };
    if let Some(other) = outcomes.iter().find(|outcome| differs(outcome)) {
        let score = other.activity_score.as_ref();
        let words = [other.phenotype.clone(), score.map(|score| format!("activity score {score}"))];
        statement.notes.push(format!(
            "the laboratory reports activity score {text} ({phenotype}), but otherwise {}; the \
             reported score is used",
            words.into_iter().flatten().collect::<Vec<_>>().join(", ")
        ));
    }
    if outcomes.is_empty() {
        outcomes.push(Outcome::default());
    }
    for outcome in outcomes {
        outcome.activity_score = Some(text.clone());
        outcome.phenotype = Some(phenotype.clone());
    }
}

/// Sorts and removes repetitions.
fn ordered(gene: &Gene, mut diplotypes: Vec<Diplotype>) -> Vec<Diplotype> {
    diplotypes.sort_by(|a, b| compare_diplotypes(gene, a, b));
    diplotypes.dedup();
    diplotypes
}

#[cfg(test)]
mod tests;
