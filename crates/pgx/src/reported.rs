//! A laboratory's own call, in our terms.

mod diplotypes;
mod phenotypes;

use crate::call::{compare_diplotypes, empty};
use crate::phenotype::{INDETERMINATE, function, lookup};
use knowledge::pgx::Gene;
use model::reported::ReportedGeneResult;
use model::statement::{Basis, Diplotype, GeneState, GeneStatement};
use std::collections::BTreeSet;

/// Words for "no call".
const NO_CALL: [&str; 7] = ["", ".", "-", "n/a", "no call", "not called", "no result"];

/// What a laboratory's result says in the terms of the pack.
///
/// A given phenotype goes before one computed from a given diplotype; both are compared and a
/// mismatch is noted. What cannot be read is said, never guessed: then there is no phenotype.
pub fn from_reported(gene: &Gene, result: &ReportedGeneResult) -> GeneStatement {
    let mut statement = GeneStatement { basis: Basis::Reported, callability: None, ..empty(gene) };
    let given = |text: &Option<String>| {
        let text = text.as_deref().unwrap_or_default().trim();
        let is_no_call = NO_CALL.contains(&text.to_lowercase().as_str());
        if is_no_call { None } else { Some(text.to_owned()) }
    };
    statement.activity_score = given(&result.activity_score);
    let mut unread = Vec::new();
    let mut computed = BTreeSet::new();
    if let Some(text) = given(&result.diplotype) {
        match diplotypes::parse(gene, &text) {
            Some(diplotypes) => {
                computed = phenotypes_of(gene, &diplotypes, &mut statement.notes);
                statement.diplotypes = diplotypes;
            }
            None => unread.push("the reported diplotype could not be read"),
        }
    }
    match given(&result.phenotype) {
        None => take_computed(&mut statement, &computed),
        Some(text) => match phenotypes::parse(gene, &text) {
            Some(phenotype) => take_given(&mut statement, phenotype, &computed),
            None => unread.push("the reported phenotype is none that the gene has"),
        },
    }
    statement.notes.extend(unread.iter().map(|what| (*what).to_owned()));
    statement.state = if !statement.diplotypes.is_empty() || statement.phenotype.is_some() {
        GeneState::Called
    } else {
        let why = match unread.first() {
            Some(what) => *what,
            None if statement.activity_score.is_some() => {
                "only an activity score was reported, and the gene has no rules for scores"
            }
            None => "the laboratory made no call",
        };
        GeneState::NotCalled { why: why.to_owned() }
    };
    statement
}

/// Phenotypes that the tables give for reported diplotypes.
fn phenotypes_of(
    gene: &Gene,
    diplotypes: &[Diplotype],
    notes: &mut Vec<String>,
) -> BTreeSet<String> {
    let mut unknown = BTreeSet::new();
    let mut unassigned = BTreeSet::new();
    let mut function_of = |name: &str| match gene.allele(name) {
        None => {
            unknown.insert(name.to_owned());
            None
        }
        Some(allele) => {
            let found = function(gene, allele);
            if found.is_none() {
                unassigned.insert(name.to_owned());
            }
            found
        }
    };
    let mut phenotypes = BTreeSet::new();
    for diplotype in diplotypes {
        let first = function_of(&diplotype.first);
        let second = diplotype.second.as_deref().map_or(first, &mut function_of);
        // A gene with rules says at least that nothing can be said.
        let found = lookup(gene, first, second);
        let fallback = if gene.phenotypes.is_empty() { None } else { Some(INDETERMINATE) };
        phenotypes.extend(found.or(fallback).map(str::to_owned));
    }
    notes.extend(unknown.iter().map(|name| {
        format!("{}{name} is not in the tables; its function counts as unknown", gene.symbol)
    }));
    notes.extend(
        unassigned.iter().map(|name| format!("{}{name}: function not assigned", gene.symbol)),
    );
    phenotypes
}

fn take_computed(statement: &mut GeneStatement, computed: &BTreeSet<String>) {
    statement.phenotypes = computed.iter().cloned().collect();
    if let [phenotype] = statement.phenotypes.as_slice() {
        statement.phenotype = Some(phenotype.clone());
    }
}

fn take_given(statement: &mut GeneStatement, phenotype: String, computed: &BTreeSet<String>) {
    if !computed.is_empty() && (computed.len() > 1 || !computed.contains(&phenotype)) {
        let ours: Vec<&str> = computed.iter().map(String::as_str).collect();
        statement.notes.push(format!(
            "the laboratory reports {phenotype}, but the tables give {} for the reported \
             diplotype; the laboratory's phenotype is used",
            ours.join(" or ")
        ));
    }
    statement.phenotypes = vec![phenotype.clone()];
    statement.phenotype = Some(phenotype);
}

/// Sorts and removes repetitions.
fn ordered(gene: &Gene, mut diplotypes: Vec<Diplotype>) -> Vec<Diplotype> {
    diplotypes.sort_by(|a, b| compare_diplotypes(gene, a, b));
    diplotypes.dedup();
    diplotypes
}

#[cfg(test)]
mod tests;
