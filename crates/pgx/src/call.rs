//! One gene's call from genotypes.

mod lowest;
mod remarks;
mod research;
mod usable;

use crate::pairs::{self, DIPLOTYPES_MAX, Fit, Pair};
use crate::phenotype::{self, Reading, lookup, shown_name};
use crate::plan::GenePlan;
use crate::table::Table;
use crate::{Settings, natural};
use knowledge::pgx::{Allele, Gene, Method};
use model::assay::AbsentPosition;
use model::genotype::GenotypeCell;
use model::statement::{Basis, Callability, Diplotype, GeneState, GeneStatement, Outcome};
use std::collections::BTreeSet;
use usable::Usable;

pub(crate) use lowest::rank;
pub(crate) use remarks::spaced;

/// Most pairs listed as also possible.
const ALSO_POSSIBLE_MAX: usize = 20;

/// Calls one gene of one sample.
///
/// All diplotypes with the best score are given; the phenotype only where they agree on one.
/// Nothing is taken as reference that no record, block or stated policy shows to be reference.
pub(crate) fn call(
    gene: &Gene,
    table: &Table,
    plan: &GenePlan,
    cells: &[GenotypeCell],
    settings: Settings,
    absent: AbsentPosition,
) -> GeneStatement {
    if gene.method == Method::Reported {
        return empty(gene);
    }
    let usable = Usable::of(gene, table, plan, cells, settings, absent);
    let mut callability = usable.callability(gene);
    let mut statement = empty(gene);
    statement.phased = usable.is_tested() && usable.sites.are_phased();
    statement.unexplained = usable.unexplained(gene, plan);
    remarks::before(gene, &usable, &callability, settings, &mut statement.notes);
    remarks::extra(gene, plan, cells, absent, &mut statement.notes);
    let mut view = View { gene, table, usable: &usable, statement: &mut statement };
    let state = match usable.obstacle(gene) {
        _ if gene.method == Method::Research && !settings.research_cyp2d6 => view.withhold(),
        Some(GeneState::NotTested) => GeneState::NotTested,
        _ if settings.research_combinations && usable.only_undocumented() => {
            research::conclude(&mut view, plan, &mut callability)
        }
        Some(state) => state,
        None if gene.method == Method::LowestFunction => {
            lowest::conclude(&mut view, &mut callability)
        }
        None => view.conclude_pairs(&mut callability),
    };
    statement.state = state;
    statement.research |= gene.method == Method::Research && statement.state == GeneState::Called;
    statement.callability = Some(callability);
    statement
}

/// A statement that says nothing yet.
pub(crate) fn empty(gene: &Gene) -> GeneStatement {
    GeneStatement {
        gene: gene.symbol.clone(),
        hgnc: gene.hgnc.clone(),
        callability: Some(Callability {
            positions: count(gene.positions.len()),
            ..Callability::default()
        }),
        ..GeneStatement::default()
    }
}

pub(crate) fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Natural order, first alleles first.
pub(crate) fn compare_diplotypes(gene: &Gene, a: &Diplotype, b: &Diplotype) -> std::cmp::Ordering {
    let second = |diplotype: &Diplotype| diplotype.second.clone().unwrap_or_default();
    natural::compare(gene, &a.first, &b.first)
        .then_with(|| natural::compare(gene, &second(a), &second(b)))
}

/// A gene being called.
struct View<'v> {
    gene: &'v Gene,
    table: &'v Table,
    usable: &'v Usable,
    statement: &'v mut GeneStatement,
}

impl<'v> View<'v> {
    /// The genotypes cannot show deletions, copies and hybrids; only a reported call counts.
    fn withhold(&mut self) -> GeneState {
        if !self.usable.is_tested() {
            return GeneState::NotTested;
        }
        GeneState::NotCalled {
            why: "these genotypes cannot show deletions, copies or hybrids; only a reported call \
                  counts"
                .into(),
        }
    }

    fn allele(&self, row: usize) -> Option<&'v Allele> {
        self.gene.alleles.get(self.table.rows.get(row)?.allele)
    }

    /// Shown names of rows, in the order of the rows, which is the natural one, without repetition.
    fn names(&self, rows: &[usize]) -> Vec<String> {
        let mut names: Vec<String> = Vec::with_capacity(rows.len());
        for name in rows.iter().filter_map(|row| self.allele(*row)).map(shown_name) {
            if names.last().is_none_or(|last| last != name) {
                names.push(name.to_owned());
            }
        }
        names
    }

    fn diplotype(&self, (first, second): Pair) -> Option<Diplotype> {
        let rank = |row: usize| self.table.rows.get(row).map(|row| row.rank);
        let (first, second) =
            if rank(first) <= rank(second) { (first, second) } else { (second, first) };
        let name = |row: usize| Some(shown_name(self.allele(row)?).to_owned());
        let second = if self.usable.sites.haploid { None } else { Some(name(second)?) };
        Some(Diplotype { first: name(first)?, second })
    }

    /// Diplotypes and phenotypes of the pairs that fit best.
    fn conclude_pairs(&mut self, callability: &mut Callability) -> GeneState {
        let fit = pairs::fit(self.table, &self.usable.sites);
        let reach = pairs::reach(self.gene, self.table, &self.usable.sites, &fit);
        callability.not_excluded = self.names(&reach.rows);
        if fit.best.is_empty() {
            callability.phenotypes_not_excluded = reach.phenotypes.into_iter().collect();
            return self.fall_back();
        }
        self.also_possible(&fit);
        let chosen = self.preferred(&fit);
        let pairs: &[Pair] = chosen.as_ref().map_or(&fit.best, std::slice::from_ref);
        let mut outcomes: Vec<Outcome> = Vec::with_capacity(pairs.len());
        let mut unassigned = BTreeSet::new();
        for pair in pairs {
            let (Some(first), Some(second)) = (self.allele(pair.0), self.allele(pair.1)) else {
                continue;
            };
            let Some(diplotype) = self.diplotype(*pair) else { continue };
            let second = (!self.usable.sites.haploid).then_some(second);
            for allele in std::iter::once(first).chain(second) {
                if phenotype::read(self.gene, allele).function.is_none() {
                    unassigned.insert(shown_name(allele));
                }
            }
            let reading = |allele| phenotype::read(self.gene, allele);
            let meaning = phenotype::of(self.gene, reading(first), second.map(reading));
            outcomes.push(outcome(Some(diplotype), meaning));
        }
        if outcomes.len() > 1 {
            outcomes.sort_by(|a, b| compare_outcomes(self.gene, a, b));
            outcomes.dedup();
        }
        let truncated = fit.best_count > fit.best.len();
        let found = if truncated { fit.best_count } else { outcomes.len() };
        let without_rule = outcomes.iter().any(|one| one.phenotype.is_none());
        self.record(outcomes);
        let called = &self.statement.phenotypes;
        let is_open = |name: &String| !called.contains(name);
        callability.phenotypes_not_excluded =
            reach.phenotypes.into_iter().filter(is_open).collect();
        remarks::after(
            self.gene,
            found,
            truncated,
            &unassigned,
            without_rule,
            &mut self.statement.notes,
        );
        GeneState::Called
    }

    /// Takes over what the possibilities come to; in natural order of their diplotypes.
    fn record(&mut self, mut outcomes: Vec<Outcome>) {
        outcomes.truncate(DIPLOTYPES_MAX);
        let statement = &mut *self.statement;
        statement.state = GeneState::Called;
        if outcomes.len() == 1
            && let Some(only) = outcomes.pop()
        {
            statement.diplotypes.extend(only.diplotype);
            statement.phenotypes.extend(only.phenotype.clone());
            statement.phenotype = only.phenotype;
            statement.activity_scores.extend(only.activity_score.clone());
            statement.activity_score = only.activity_score;
            return;
        }
        statement.diplotypes = outcomes.iter().filter_map(|one| one.diplotype.clone()).collect();
        statement.phenotypes = distinct(outcomes.iter().filter_map(|one| one.phenotype.as_ref()));
        statement.activity_scores =
            distinct(outcomes.iter().filter_map(|one| one.activity_score.as_ref()));
        let complete = outcomes.iter().all(|one| one.phenotype.is_some());
        if let ([phenotype], true) = (statement.phenotypes.as_slice(), complete) {
            statement.phenotype = Some(phenotype.clone());
        }
        let scored = outcomes.iter().all(|one| one.activity_score.is_some());
        if let ([score], true) = (statement.activity_scores.as_slice(), scored) {
            statement.activity_score = Some(score.clone());
        }
        if outcomes.len() > 1 {
            statement.possible = outcomes;
        }
    }

    /// Pairs that fit, too, and lost nothing to missing positions, but explain less by name.
    fn also_possible(&mut self, fit: &Fit) {
        let complete = self.usable.sites.usable.count() == self.gene.positions.len();
        if complete && self.usable.sites.are_phased() {
            return;
        }
        // The reference row has every position as its own; without one it is still itself.
        let whole = |row: &usize| {
            fit.weakened.binary_search(row).is_err()
                || self.allele(*row).is_some_and(|allele| allele.reference)
        };
        let mut others: Vec<Diplotype> = fit
            .others
            .iter()
            .filter(|(a, b)| whole(a) && whole(b))
            .filter_map(|pair| self.diplotype(*pair))
            .collect();
        others.sort_by(|a, b| compare_diplotypes(self.gene, a, b));
        others.dedup();
        others.truncate(ALSO_POSSIBLE_MAX);
        self.statement.also_possible = others;
    }

    /// The one pair that stands for a set that unphased data cannot tell apart (NAT2). The set is
    /// that of all pairs that fit, not only of the best ones.
    fn preferred(&mut self, fit: &Fit) -> Option<Pair> {
        if self.gene.priorities.is_empty() || self.usable.sites.are_phased() {
            return None;
        }
        let name = |pair: &Pair| {
            let diplotype = self.diplotype(*pair)?;
            Some((diplotype.first, diplotype.second.unwrap_or_default()))
        };
        let all: BTreeSet<(String, String)> = fit.all().filter_map(name).collect();
        let priority =
            self.gene.priorities.iter().find(|priority| {
                priority.diplotypes.iter().cloned().collect::<BTreeSet<_>>() == all
            })?;
        let chosen = fit.all().find(|pair| name(pair).as_ref() == Some(&priority.pick)).copied()?;
        let others: Vec<String> = priority
            .diplotypes
            .iter()
            .filter(|other| **other != priority.pick)
            .map(|(first, second)| format!("{first}/{second}"))
            .collect();
        self.statement.notes.push(format!(
            "unphased data fit {} as well; {}/{} is far more frequent in phased data",
            others.join(", "),
            priority.pick.0,
            priority.pick.1
        ));
        let also = |(first, second): &(String, String)| Diplotype {
            first: first.clone(),
            second: Some(second.clone()),
        };
        self.statement.also_possible =
            all.iter().filter(|other| **other != priority.pick).map(also).collect();
        Some(chosen)
    }

    /// No pair fits: the gene's one deciding position, where the rules allow it (CPIC for SLCO1B1).
    fn fall_back(&mut self) -> GeneState {
        let no_pair = "no pair of known alleles fits the genotypes";
        let why = || GeneState::NotCalled { why: no_pair.to_owned() };
        let Some(fallback) = &self.gene.fallback else { return why() };
        let Some(position) = self.gene.positions.get(fallback.position) else { return why() };
        let Some(bases) = self.usable.bases(self.table, fallback.position) else { return why() };
        let functions: Vec<&str> = bases
            .iter()
            .filter_map(|base| {
                let known = fallback.functions.iter().find(|(allele, _)| allele == base)?;
                Some(known.1.as_str())
            })
            .collect();
        let ([first, second], true) = (functions.as_slice(), functions.len() == bases.len()) else {
            return why();
        };
        let Some(phenotype) = lookup(self.gene, Some(first), Some(second)) else { return why() };
        self.statement.basis = Basis::SinglePosition;
        self.statement.phenotype = Some(phenotype.to_owned());
        self.statement.phenotypes = vec![phenotype.to_owned()];
        self.statement.notes.push(format!(
            "{no_pair}; the phenotype rests on {} alone ({})",
            position.name(&self.gene.chromosome),
            bases.join("/")
        ));
        GeneState::Called
    }
}

/// In alphabetical order without repetition.
fn distinct<'t>(texts: impl Iterator<Item = &'t String>) -> Vec<String> {
    let mut texts: Vec<&String> = texts.collect();
    texts.sort_unstable();
    texts.dedup();
    texts.into_iter().cloned().collect()
}

fn outcome(diplotype: Option<Diplotype>, meaning: phenotype::Meaning) -> Outcome {
    Outcome {
        diplotype,
        phenotype: meaning.phenotype,
        activity_score: meaning.score.map(|score| score.to_string()),
    }
}

/// By diplotype in natural order; what is equal stands side by side.
fn compare_outcomes(gene: &Gene, a: &Outcome, b: &Outcome) -> std::cmp::Ordering {
    let diplotypes = match (&a.diplotype, &b.diplotype) {
        (Some(a), Some(b)) => compare_diplotypes(gene, a, b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    };
    diplotypes.then_with(|| a.cmp(b))
}

/// What rules know of an allele without a name of its own: nothing.
const UNKNOWN: Reading<'static> = Reading { function: None, activity: None };

#[cfg(test)]
mod tests;
