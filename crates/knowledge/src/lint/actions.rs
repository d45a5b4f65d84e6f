//! Action rules: for every drug, source and population one answer to each combination of results,
//! "no result" included. CPIC's tables answer all of them; DPWG and FDA speak of some.

use super::drugs::citation;
use super::{domain, expect, is_digits};
use crate::pack::Pack;
use crate::pgx::{ActionRule, Drug, PgxKnowledge};
use model::Problem;
use model::statement::{Action, Outcome, Strength};
use std::collections::{BTreeMap, BTreeSet};

/// Most combinations of phenotypes a drug may have; more are not checked but refused.
const COMBINATIONS_MAX: usize = 100_000;

/// The source that answers every combination.
const COMPLETE_SOURCE: &str = "CPIC";

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
        of_drug(pgx, drug, problems);
    }
}

/// Rules of one source, for one population, about the same genes.
type Group<'p> = (&'p str, &'p str, Vec<&'p str>);

fn of_drug(pgx: &PgxKnowledge, drug: &Drug, problems: &mut Vec<Problem>) {
    let mut groups: BTreeMap<Group<'_>, Vec<&ActionRule>> = BTreeMap::new();
    for rule in pgx.actions.iter().filter(|rule| rule.rxnorm == drug.rxnorm) {
        let genes = rule.key.iter().map(|(gene, _)| gene.as_str()).collect();
        let group = (rule.source.as_str(), rule.population.as_str(), genes);
        groups.entry(group).or_default().push(rule);
    }
    let place = format!("actions {}", drug.name);
    expect(!groups.is_empty(), problems, "no-action", &place, || "has no rule".into());
    for source in [COMPLETE_SOURCE] {
        let populations: BTreeSet<&str> =
            groups.keys().filter(|group| group.0 == source).map(|group| group.1).collect();
        let mixed = populations.contains("general") && populations.len() > 1;
        expect(!mixed, problems, "population", &place, || {
            "has rules for everybody beside rules for some".into()
        });
    }
    for ((source, population, genes), group) in &groups {
        let place = format!("actions {}/{source}/{population}", drug.name);
        total(pgx, genes, group, *source == COMPLETE_SOURCE, &place, problems);
    }
}

/// The genes are some of the drug's, in their order; each value is one that the gene can have.
fn key(
    pgx: &PgxKnowledge,
    drug: &Drug,
    rule: &ActionRule,
    place: &str,
    problems: &mut Vec<Problem>,
) {
    let mut order = drug.genes.iter();
    let ordered = rule.key.iter().all(|(gene, _)| order.any(|known| known == gene));
    expect(ordered && !rule.key.is_empty(), problems, "key-genes", place, || {
        "the key must name genes of the drug, in their order".into()
    });
    for (symbol, values) in &rule.key {
        let Some(gene) = pgx.gene(symbol) else { continue };
        for value in values {
            expect(domain::is_reachable(gene, value), problems, "key-unreachable", place, || {
                format!("{symbol} never has the value `{value}`")
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

/// Every combination of results has at most one rule; of a source whose tables are complete,
/// exactly one, except that nothing is known at all: for that there is the alert.
fn total(
    pgx: &PgxKnowledge,
    genes: &[&str],
    group: &[&ActionRule],
    complete: bool,
    place: &str,
    problems: &mut Vec<Problem>,
) {
    let mut combinations: Vec<Vec<Option<Outcome>>> = vec![Vec::new()];
    for symbol in genes {
        let Some(gene) = pgx.gene(symbol) else { return };
        let values = group.iter().flat_map(|rule| {
            rule.key.iter().filter(|(own, _)| own == symbol).flat_map(|(_, values)| values)
        });
        let results = domain::results(gene, values);
        if combinations.len() * results.len() > COMBINATIONS_MAX {
            problems.push(Problem::error("actions-too-many", place, "too many combinations"));
            return;
        }
        let longer = |prefix: &Vec<Option<Outcome>>, result: &Option<Outcome>| {
            let mut all = prefix.clone();
            all.push(result.clone());
            all
        };
        combinations = combinations
            .iter()
            .flat_map(|prefix| {
                results.iter().map(|result| longer(prefix, result)).collect::<Vec<_>>()
            })
            .collect();
    }
    for combination in combinations {
        let fits = |rule: &&&ActionRule| {
            rule.key.len() == combination.len()
                && rule.key.iter().zip(&combination).all(|((_, values), result)| {
                    values.iter().any(|value| value.holds(result.as_ref()))
                })
        };
        let found = group.iter().filter(fits).count();
        let nothing = combination.iter().all(Option::is_none);
        let words = || combination.iter().map(domain::words).collect::<Vec<_>>().join(" + ");
        expect(found >= 1 || nothing || !complete, problems, "actions-not-total", place, || {
            format!("no rule for {}", words())
        });
        expect(found <= usize::from(!nothing), problems, "actions-overlap", place, || {
            format!("{found} rules for {}", words())
        });
    }
}
