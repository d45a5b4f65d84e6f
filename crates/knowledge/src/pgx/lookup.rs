//! Look-ups that the caller, the drug adviser and the linter must do the same way.

use super::{Allele, Gene, PhenotypeRule, ScoreRule};
use model::score::ActivityScore;
use std::collections::BTreeSet;

/// How the rules name an allele that no function has been assigned to. It is never normal.
pub const UNASSIGNED: &str = "Unassigned function";

/// How the keys of action rules name a gene without a result.
pub const NO_RESULT: &str = "-";

/// How the phenotype rules name the other copy of a gene that there is only one of.
pub const SINGLE: &str = "-";

impl Gene {
    /// The allele of that name, else the first one that is shown under it (`*45` finds
    /// `*45.001`), for calls that come from outside.
    pub fn allele(&self, name: &str) -> Option<&Allele> {
        let shown_as = |allele: &&Allele| allele.core.as_deref() == Some(name);
        let named = self.alleles.iter().find(|allele| allele.name == name);
        named.or_else(|| self.alleles.iter().find(shown_as))
    }

    /// The rule for an unordered pair of functions; `None` stands for "no function assigned".
    /// A rule that names both functions comes before one with a wildcard, which comes before one
    /// that is all wildcards; the linter makes sure that there is always one.
    pub fn phenotype_rule(
        &self,
        first: Option<&str>,
        second: Option<&str>,
    ) -> Option<&PhenotypeRule> {
        let (first, second) = (first.unwrap_or(UNASSIGNED), second.unwrap_or(UNASSIGNED));
        let mut best: Option<&PhenotypeRule> = None;
        for rule in self.phenotypes.iter().filter(|rule| rule.fits(first, second)) {
            if rule.wildcards() == 0 {
                return Some(rule);
            }
            if best.is_none_or(|best| rule.wildcards() < best.wildcards()) {
                best = Some(rule);
            }
        }
        best
    }

    /// The phenotype of an activity score; `None` if no range holds for all that it may be.
    pub fn score_rule(&self, score: ActivityScore) -> Option<&ScoreRule> {
        self.scores.iter().find(|rule| rule.holds(score))
    }

    /// The activity scores that two alleles can have and that give that phenotype.
    pub fn scores_of(&self, phenotype: &str) -> Vec<ActivityScore> {
        let values: BTreeSet<ActivityScore> =
            self.alleles.iter().filter_map(|allele| allele.activity).collect();
        let sums: BTreeSet<ActivityScore> = values
            .iter()
            .flat_map(|first| values.iter().map(|second| first.plus(*second)))
            .collect();
        let gives = |score: &ActivityScore| {
            self.score_rule(*score).is_some_and(|rule| rule.phenotype == phenotype)
        };
        sums.into_iter().filter(gives).collect()
    }

    /// Whether phenotypes come from activity scores.
    pub fn has_scores(&self) -> bool {
        !self.scores.is_empty()
    }

    /// The phenotypes that the gene's rules can give, in alphabetical order without repetition.
    /// For a gene that is read by allele statuses, every status.
    pub fn phenotype_names(&self) -> Vec<&str> {
        let pairs = self.phenotypes.iter().map(|rule| rule.phenotype.as_str());
        let mut names: Vec<&str> =
            pairs.chain(self.scores.iter().map(|rule| rule.phenotype.as_str())).collect();
        let statuses = self.statuses.iter();
        names.extend(statuses.flat_map(|status| [&*status.positive, &*status.negative]));
        names.sort_unstable();
        names.dedup();
        names
    }
}

impl ScoreRule {
    /// Whether every value that the score may have lies in the range.
    pub fn holds(&self, score: ActivityScore) -> bool {
        let from = score.in_hundredths() >= self.from.in_hundredths();
        let to = self
            .to
            .is_none_or(|to| !score.is_open() && score.in_hundredths() <= to.in_hundredths());
        from && to
    }
}

impl PhenotypeRule {
    /// Whether the rule speaks about that unordered pair of functions.
    pub fn fits(&self, first: &str, second: &str) -> bool {
        let is = |pattern: &str, function: &str| pattern == "*" || pattern == function;
        (is(&self.first, first) && is(&self.second, second))
            || (is(&self.first, second) && is(&self.second, first))
    }

    /// Whether the rule speaks of that function, by name or by a wildcard.
    pub fn names(&self, function: &str) -> bool {
        [&self.first, &self.second].into_iter().any(|own| own == function || own == "*")
    }

    /// How many of its two functions are wildcards.
    pub(crate) fn wildcards(&self) -> usize {
        usize::from(self.first == "*") + usize::from(self.second == "*")
    }
}
