//! Every result that a gene can have, as far as rules can tell them apart.

use crate::pgx::{Allele, Gene, KeyValue, Method, PgxKnowledge, STATUS_SEPARATOR};
use model::score::ActivityScore;
use model::statement::{Diplotype, Outcome};
use std::collections::{BTreeSet, HashMap, HashSet};

/// The genes of a pack, each with what it can have worked out once.
pub(super) struct Domains<'p>(HashMap<&'p str, Domain<'p>>);

impl<'p> Domains<'p> {
    pub(super) fn new(pgx: &'p PgxKnowledge) -> Self {
        Self(pgx.genes.iter().map(|gene| (gene.symbol.as_str(), Domain::new(gene))).collect())
    }

    pub(super) fn get(&self, symbol: &str) -> Option<&Domain<'p>> {
        self.0.get(symbol)
    }
}

/// What one gene can have.
pub(super) struct Domain<'p> {
    gene: &'p Gene,
    phenotypes: BTreeSet<&'p str>,
    /// Names of alleles, and the core names they are shown under.
    alleles: HashSet<&'p str>,
    /// A result for every activity score.
    scored: Vec<Outcome>,
}

impl<'p> Domain<'p> {
    fn new(gene: &'p Gene) -> Self {
        let names = |allele: &'p Allele| [Some(allele.name.as_str()), allele.core.as_deref()];
        Self {
            gene,
            phenotypes: gene.phenotype_names().into_iter().collect(),
            alleles: gene.alleles.iter().flat_map(names).flatten().collect(),
            scored: scores(gene).into_iter().map(|score| of_score(gene, score)).collect(),
        }
    }

    /// Whether the gene can ever have that value.
    pub(super) fn is_reachable(&self, value: &KeyValue) -> bool {
        let known = |name: &str| self.alleles.contains(name);
        match value {
            KeyValue::NoResult | KeyValue::AnyResult => true,
            KeyValue::Phenotype(name) => self.phenotypes.contains(name.as_str()),
            KeyValue::NoScore => self.gene.has_scores(),
            KeyValue::Score { .. } => self.scored.iter().any(|outcome| value.holds(Some(outcome))),
            KeyValue::Has(name) | KeyValue::Lacks(name) => known(name),
            KeyValue::Diplotype(name) => {
                name.split_once('/').is_some_and(|(first, second)| known(first) && known(second))
            }
        }
    }

    /// Results that rules with these values must be asked with; among them `None` = no result.
    /// No list at all if it would be longer than `limit`.
    pub(super) fn results<'v>(
        &self,
        values: impl Iterator<Item = &'v KeyValue>,
        limit: usize,
    ) -> Option<Vec<Option<Outcome>>> {
        let mut alleles: BTreeSet<&str> = BTreeSet::new();
        let mut statuses: BTreeSet<&str> = BTreeSet::new();
        for value in values {
            match value {
                KeyValue::Has(name) | KeyValue::Lacks(name) => {
                    alleles.insert(name);
                }
                KeyValue::Diplotype(name) => alleles.extend(name.split('/')),
                KeyValue::Phenotype(name) => statuses.extend(name.split(' ').next()),
                _ => {}
            }
        }
        let pairs = alleles.len().saturating_mul(alleles.len());
        let readings = u32::try_from(statuses.len()).ok().and_then(|n| 2_usize.checked_pow(n));
        let outcomes = if !self.gene.statuses.is_empty() {
            readings.filter(|count| *count <= limit)?;
            of_statuses(self.gene, &statuses)
        } else if !alleles.is_empty() {
            if pairs > limit {
                return None;
            }
            of_alleles(self.gene, &mut alleles)
        } else if self.gene.has_scores() {
            self.scored.iter().cloned().chain([plain("Indeterminate")]).collect()
        } else {
            self.phenotypes.iter().copied().map(plain).collect()
        };
        Some(outcomes.into_iter().map(Some).chain([None]).collect())
    }
}

/// A result in words, for complaints.
pub(super) fn words(result: Option<&Outcome>) -> String {
    let Some(outcome) = result else { return "no result".into() };
    let parts = [
        outcome.diplotype.as_ref().map(ToString::to_string),
        outcome.phenotype.clone(),
        outcome.activity_score.as_ref().map(|score| format!("score {score}")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn plain(phenotype: &str) -> Outcome {
    Outcome { phenotype: Some(phenotype.to_owned()), ..Outcome::default() }
}

fn of_score(gene: &Gene, score: ActivityScore) -> Outcome {
    Outcome {
        diplotype: None,
        phenotype: gene.score_rule(score).map(|rule| rule.phenotype.clone()),
        activity_score: Some(score.to_string()),
    }
}

/// Every sum of two alleles' values.
pub(super) fn scores(gene: &Gene) -> BTreeSet<ActivityScore> {
    let values: BTreeSet<ActivityScore> =
        gene.alleles.iter().filter_map(|allele| allele.activity).collect();
    values.iter().flat_map(|first| values.iter().map(|second| first.plus(*second))).collect()
}

/// Every combination of the statuses that the rules speak of.
fn of_statuses(gene: &Gene, named: &BTreeSet<&str>) -> Vec<Outcome> {
    let mut all = vec![Vec::new()];
    for status in gene.statuses.iter().filter(|status| named.contains(status.allele.as_str())) {
        let both = |before: Vec<&str>, word: &'_ str| -> Vec<String> {
            before.into_iter().map(str::to_owned).chain([word.to_owned()]).collect()
        };
        all = all
            .iter()
            .flat_map(|before: &Vec<String>| {
                let before = || before.iter().map(String::as_str).collect();
                [both(before(), &status.positive), both(before(), &status.negative)]
            })
            .collect();
    }
    all.into_iter().map(|parts| plain(&parts.join(STATUS_SEPARATOR))).collect()
}

/// Every pair of the named alleles and the reference row.
fn of_alleles<'g>(gene: &'g Gene, named: &mut BTreeSet<&'g str>) -> Vec<Outcome> {
    named.extend(gene.alleles.iter().filter(|allele| allele.reference).map(|a| a.name.as_str()));
    let alleles: Vec<&Allele> = gene.alleles.iter().filter(|a| named.contains(&*a.name)).collect();
    let mut outcomes = Vec::new();
    for (place, first) in alleles.iter().enumerate() {
        for second in alleles.iter().skip(place) {
            let score = first.activity.zip(second.activity).map(|(a, b)| a.plus(b));
            let phenotype = match score {
                Some(score) => gene.score_rule(score).map(|rule| rule.phenotype.clone()),
                None => gene
                    .phenotype_rule(first.function.as_deref(), second.function.as_deref())
                    .map(|rule| rule.phenotype.clone()),
            };
            outcomes.push(Outcome {
                diplotype: Some(Diplotype {
                    first: first.name.clone(),
                    second: Some(second.name.clone()),
                }),
                phenotype,
                activity_score: score.map(|score| score.to_string()),
            });
        }
    }
    outcomes
}

/// Whether an allele of the gene needs a definition.
pub(super) fn has_definitions(gene: &Gene) -> bool {
    gene.method != Method::Reported
}
