//! Action rules: for every drug, source and population exactly one answer to each combination of
//! phenotypes, "no result" included.

use super::drugs::citation;
use super::{expect, is_digits};
use crate::pack::Pack;
use crate::pgx::{ActionRule, Drug, NO_RESULT, PgxKnowledge};
use model::Problem;
use model::statement::{Action, Strength};
use std::collections::BTreeSet;

/// Most combinations of phenotypes a drug may have; more are not checked but refused.
const COMBINATIONS_MAX: usize = 10_000;

pub(super) fn check(pack: &Pack, problems: &mut Vec<Problem>) {
    let pgx = &pack.pgx;
    for rule in &pgx.actions {
        let place = format!("actions {}", rule.id);
        match pgx.drug(&rule.rxnorm) {
            Some(drug) => key(pgx, drug, rule, &place, problems),
            None => problems.push(Problem::error("action-drug", &*place, "is for no drug")),
        }
        let declared = pack.pgx.populations.iter().any(|population| {
            population.rxnorm == rule.rxnorm && population.code == rule.population
        });
        let known = rule.population == "general" || declared;
        expect(known, problems, "population", &place, || {
            format!("`{}` is not in populations.tsv", rule.population)
        });
        content(rule, &place, problems);
        citation(&rule.citation, &place, problems);
    }
    for drug in &pgx.drugs {
        let rules: Vec<&ActionRule> =
            pgx.actions.iter().filter(|rule| rule.rxnorm == drug.rxnorm).collect();
        let groups: BTreeSet<(&str, &str)> =
            rules.iter().map(|rule| (rule.source.as_str(), rule.population.as_str())).collect();
        let place = format!("actions {}", drug.name);
        expect(!groups.is_empty(), problems, "no-action", &place, || "has no rule".into());
        let general = groups.iter().filter(|(_, population)| *population == "general").count();
        let mixed = general > 0 && general < groups.len();
        expect(!mixed, problems, "population", &place, || {
            "has rules for everybody beside rules for some".into()
        });
        for (source, population) in groups {
            let group: Vec<&ActionRule> = rules
                .iter()
                .filter(|rule| rule.source == source && rule.population == population)
                .copied()
                .collect();
            let place = format!("actions {}/{source}/{population}", drug.name);
            total(pgx, drug, &group, &place, problems);
        }
    }
}

/// Each gene of the drug once, each phenotype one that the gene can have.
fn key(
    pgx: &PgxKnowledge,
    drug: &Drug,
    rule: &ActionRule,
    place: &str,
    problems: &mut Vec<Problem>,
) {
    let genes: Vec<&String> = rule.key.iter().map(|(gene, _)| gene).collect();
    expect(genes == drug.genes.iter().collect::<Vec<_>>(), problems, "key-genes", place, || {
        "the key must name the genes of the drug, in their order".into()
    });
    for (symbol, phenotypes) in &rule.key {
        let Some(gene) = pgx.gene(symbol) else { continue };
        let names = gene.phenotype_names();
        for phenotype in phenotypes {
            let reachable = phenotype == NO_RESULT || names.contains(&phenotype.as_str());
            expect(reachable, problems, "key-unreachable", place, || {
                format!("{symbol} never has the phenotype `{phenotype}`")
            });
        }
    }
}

fn content(rule: &ActionRule, place: &str, problems: &mut Vec<Problem>) {
    let none = rule.action == Action::NoRecommendation;
    expect(none == (rule.strength == Strength::None), problems, "strength", place, || {
        "strength `none` goes with `no-recommendation`, and only with it".into()
    });
    if let Action::Reduce { percent: Some((_, high)) } = rule.action {
        expect(high <= 99, problems, "percent", place, || "takes off the whole dose".into());
    }
    for (code, name) in &rule.alternatives {
        let good = is_digits(code) && *code != rule.rxnorm && !name.is_empty();
        expect(good, problems, "alternative", place, || {
            format!("`{code}` is no RxNorm code of another drug")
        });
    }
}

/// Every combination of phenotypes has exactly one rule, except that nothing is known at all: for
/// that there is the alert.
fn total(
    pgx: &PgxKnowledge,
    drug: &Drug,
    group: &[&ActionRule],
    place: &str,
    problems: &mut Vec<Problem>,
) {
    let mut combinations: Vec<Vec<&str>> = vec![Vec::new()];
    for symbol in &drug.genes {
        let mut values = pgx.gene(symbol).map(|gene| gene.phenotype_names()).unwrap_or_default();
        values.push(NO_RESULT);
        if combinations.len() * values.len() > COMBINATIONS_MAX {
            problems.push(Problem::error("actions-too-many", place, "too many combinations"));
            return;
        }
        combinations = combinations
            .iter()
            .flat_map(|prefix| {
                values.iter().map(move |value| prefix.iter().copied().chain([*value]).collect())
            })
            .collect();
    }
    for combination in combinations {
        let fits = |rule: &&&ActionRule| {
            rule.key.len() == combination.len()
                && rule.key.iter().zip(&combination).all(|((_, phenotypes), value)| {
                    phenotypes.iter().any(|phenotype| phenotype == value)
                })
        };
        let found = group.iter().filter(fits).count();
        let nothing = combination.iter().all(|value| *value == NO_RESULT);
        let expected = usize::from(!nothing);
        expect(found >= expected, problems, "actions-not-total", place, || {
            format!("no rule for {}", combination.join(" + "))
        });
        expect(found <= expected, problems, "actions-overlap", place, || {
            format!("{found} rules for {}", combination.join(" + "))
        });
    }
}
