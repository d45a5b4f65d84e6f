//! Look-ups that the caller, the drug adviser and the linter must do the same way.

use super::{Allele, Gene, PhenotypeRule};

/// How the rules name an allele that no function has been assigned to. It is never normal.
pub const UNASSIGNED: &str = "Unassigned function";

/// How the keys of action rules name a gene without a result.
pub const NO_RESULT: &str = "-";

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
        let fitting = self.phenotypes.iter().filter(|rule| rule.fits(first, second));
        fitting.min_by_key(|rule| rule.wildcards())
    }

    /// The phenotypes that the gene's rules can give, in alphabetical order without repetition.
    pub fn phenotype_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> =
            self.phenotypes.iter().map(|rule| rule.phenotype.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

impl PhenotypeRule {
    /// Whether the rule speaks about that unordered pair of functions.
    pub fn fits(&self, first: &str, second: &str) -> bool {
        let is = |pattern: &str, function: &str| pattern == "*" || pattern == function;
        (is(&self.first, first) && is(&self.second, second))
            || (is(&self.first, second) && is(&self.second, first))
    }

    /// How many of its two functions are wildcards.
    pub(crate) fn wildcards(&self) -> usize {
        usize::from(self.first == "*") + usize::from(self.second == "*")
    }
}
