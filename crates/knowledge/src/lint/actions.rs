//! Action rules: for every drug, source and population one answer to each combination of results,
//! "no result" included. CPIC's tables answer all of them; DPWG and FDA speak of some.

use super::domain::{self, Domain, Domains};
use super::drugs::citation;
use super::{expect, is_digits};
use crate::pack::Pack;
use crate::pgx::{ActionRule, Drug, KeyValue};
use model::Problem;
use model::statement::{Action, Outcome, Strength};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Most combinations of phenotypes a drug may have; more are not checked but refused.
const COMBINATIONS_MAX: usize = 100_000;

/// The source that answers every combination.
const COMPLETE_SOURCE: &str = "CPIC";

pub(super) fn check(pack: &Pack, domains: &Domains<'_>, problems: &mut Vec<Problem>) {
    let pgx = &pack.pgx;
    let drugs: HashMap<&str, &Drug> =
        pgx.drugs.iter().map(|drug| (drug.rxnorm.as_str(), drug)).collect();
    let mut by_drug: HashMap<&str, Vec<&ActionRule>> = HashMap::new();
    for rule in &pgx.actions {
        by_drug.entry(rule.rxnorm.as_str()).or_default().push(rule);
        let place = format!("actions {}", rule.id);
        match drugs.get(rule.rxnorm.as_str()) {
            Some(drug) => key(domains, drug, rule, &place, problems),
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
        let rules = by_drug.get(drug.rxnorm.as_str()).map(Vec::as_slice).unwrap_or_default();
        of_drug(domains, drug, rules, problems);
    }
}

/// Rules of one source, for one population, about the same genes.
type Group<'p> = (&'p str, &'p str, Vec<&'p str>);

fn of_drug(domains: &Domains<'_>, drug: &Drug, rules: &[&ActionRule], problems: &mut Vec<Problem>) {
    let mut groups: BTreeMap<Group<'_>, Vec<&ActionRule>> = BTreeMap::new();
    for rule in rules {
        let genes = rule.key.iter().map(|(gene, _)| gene.as_str()).collect();
        let group = (rule.source.as_str(), rule.population.as_str(), genes);
        groups.entry(group).or_default().push(rule);
    }
    let place = format!("actions {}", drug.name);
    expect(!groups.is_empty(), problems, "no-action", &place, || "has no rule".into());
    let populations: BTreeSet<&str> =
        groups.keys().filter(|group| group.0 == COMPLETE_SOURCE).map(|group| group.1).collect();
    let mixed = populations.contains("general") && populations.len() > 1;
    expect(!mixed, problems, "population", &place, || {
        "has rules for everybody beside rules for some".into()
    });
    for ((source, population, genes), group) in &groups {
        let place = format!("actions {}/{source}/{population}", drug.name);
        total(domains, genes, group, *source == COMPLETE_SOURCE, &place, problems);
    }
}

/// The genes are some of the drug's, in their order; each value is one that the gene can have.
fn key(
    domains: &Domains<'_>,
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
        let Some(domain) = domains.get(symbol) else { continue };
        for value in values {
            expect(domain.is_reachable(value), problems, "key-unreachable", place, || {
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
    domains: &Domains<'_>,
    genes: &[&str],
    group: &[&ActionRule],
    complete: bool,
    place: &str,
    problems: &mut Vec<Problem>,
) {
    let mut axes = Vec::new();
    let mut combinations = 1_usize;
    for (at, symbol) in genes.iter().enumerate() {
        let Some(domain) = domains.get(symbol) else { return };
        let axis = axis(domain, at, group).filter(|axis| {
            combinations = combinations.saturating_mul(axis.len());
            combinations <= COMBINATIONS_MAX
        });
        let Some(axis) = axis else {
            problems.push(Problem::error("actions-too-many", place, "too many combinations"));
            return;
        };
        axes.push(axis);
    }
    let all = vec![u64::MAX; group.len().div_ceil(RULES_OF_A_WORD)];
    let mut walk = Walk { axes: &axes, complete, place, problems, results: Vec::new() };
    walk.from(&all);
}

/// How many rules one word of a [`Mask`] stands for.
const RULES_OF_A_WORD: usize = 64;

/// One bit for each rule of a group.
type Mask = Vec<u64>;

/// Results of one gene, each with the rules that it satisfies.
type Axis = Vec<(Option<Outcome>, Mask)>;

/// The results of one gene that the rules can tell apart, each with the rules that it satisfies.
/// Results with the same rules stand for each other: what holds for one of them holds for all.
/// `None` if they are too many.
fn axis(domain: &Domain<'_>, at: usize, group: &[&ActionRule]) -> Option<Axis> {
    let values: Vec<&[KeyValue]> = group
        .iter()
        .map(|rule| rule.key.get(at).map_or(&[][..], |(_, values)| values.as_slice()))
        .collect();
    let mut seen = BTreeSet::new();
    let mut axis = Axis::new();
    for result in domain.results(values.iter().copied().flatten(), COMBINATIONS_MAX)? {
        let mut mask = vec![0; group.len().div_ceil(RULES_OF_A_WORD)];
        for (rule, values) in values.iter().enumerate() {
            if values.iter().any(|value| value.holds(result.as_ref()))
                && let Some(word) = mask.get_mut(rule / RULES_OF_A_WORD)
            {
                *word |= 1 << (rule % RULES_OF_A_WORD);
            }
        }
        if seen.insert((result.is_some(), mask.clone())) {
            axis.push((result, mask));
        }
    }
    Some(axis)
}

/// Looks at every combination of results, gene by gene.
struct Walk<'w> {
    axes: &'w [Axis],
    complete: bool,
    place: &'w str,
    problems: &'w mut Vec<Problem>,
    /// The results chosen so far.
    results: Vec<Option<&'w Outcome>>,
}

impl Walk<'_> {
    /// `fitting`: the rules that all results chosen so far satisfy.
    fn from(&mut self, fitting: &Mask) {
        let Some(axis) = self.axes.get(self.results.len()) else {
            self.judge(fitting);
            return;
        };
        for (result, mask) in axis {
            self.results.push(result.as_ref());
            let both = fitting.iter().zip(mask).map(|(before, own)| before & own).collect();
            self.from(&both);
            self.results.pop();
        }
    }

    fn judge(&mut self, fitting: &Mask) {
        let found: u32 = fitting.iter().map(|word| word.count_ones()).sum();
        let nothing = self.results.iter().all(Option::is_none);
        let words = |results: &[Option<&Outcome>]| {
            results.iter().map(|result| domain::words(*result)).collect::<Vec<_>>().join(" + ")
        };
        let enough = found >= 1 || nothing || !self.complete;
        expect(enough, self.problems, "actions-not-total", self.place, || {
            format!("no rule for {}", words(&self.results))
        });
        let few = found <= u32::from(!nothing);
        expect(few, self.problems, "actions-overlap", self.place, || {
            format!("{found} rules for {}", words(&self.results))
        });
    }
}
