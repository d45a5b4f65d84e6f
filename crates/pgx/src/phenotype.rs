//! Alleles to phenotypes, by function pairs and activity scores.

use knowledge::pgx::{Allele, Gene, SINGLE};
use model::score::ActivityScore;

/// The phenotype that says nothing.
pub(crate) const INDETERMINATE: &str = "Indeterminate";

/// The name to show for an allele: its core allele if it is a sub-allele.
pub(crate) fn shown_name(allele: &Allele) -> &str {
    allele.core.as_deref().unwrap_or(&allele.name)
}

/// What rules know of an allele.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reading<'g> {
    pub(crate) function: Option<&'g str>,
    pub(crate) activity: Option<ActivityScore>,
}

/// What two alleles, or the only one, come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Meaning {
    pub(crate) phenotype: Option<String>,
    pub(crate) score: Option<ActivityScore>,
}

/// Function and activity of an allele: its own, else those of its core allele.
pub(crate) fn read<'g>(gene: &'g Gene, allele: &'g Allele) -> Reading<'g> {
    let core = || {
        let core = allele.core.as_deref()?;
        gene.alleles.iter().find(|other| other.name == core)
    };
    let from = if allele.function.is_some() { allele } else { core().unwrap_or(allele) };
    Reading { function: from.function.as_deref(), activity: from.activity }
}

/// Of the allele of that index.
pub(crate) fn reading(gene: &Gene, allele: usize) -> Reading<'_> {
    let none = Reading { function: None, activity: None };
    gene.alleles.get(allele).map_or(none, |allele| read(gene, allele))
}

/// Of two alleles by index; `None` = there is one copy of the gene.
pub(crate) fn of_rows(gene: &Gene, first: usize, second: Option<usize>) -> Meaning {
    of(gene, reading(gene, first), second.map(|second| reading(gene, second)))
}

/// What two readings come to; `None` = there is one copy of the gene.
///
/// For a gene with activity scores the sum decides; an allele without a value makes it
/// indeterminate, whatever the other is.
pub(crate) fn of(gene: &Gene, first: Reading<'_>, second: Option<Reading<'_>>) -> Meaning {
    if gene.has_scores() {
        let score = match second {
            Some(second) => first.activity.zip(second.activity).map(|(a, b)| a.plus(b)),
            None => first.activity,
        };
        let phenotype = match score {
            Some(score) => gene.score_rule(score).map(|rule| rule.phenotype.clone()),
            None => lookup(gene, None, None).map(str::to_owned),
        };
        return Meaning { phenotype, score };
    }
    let second = second.map_or(Some(SINGLE), |second| second.function);
    let phenotype = lookup(gene, first.function, second).map(str::to_owned);
    Meaning { phenotype, score: None }
}

/// The phenotype of an unordered pair of functions, `None` = not assigned; `None` if no rule fits.
pub(crate) fn lookup<'g>(
    gene: &'g Gene,
    first: Option<&str>,
    second: Option<&str>,
) -> Option<&'g str> {
    gene.phenotype_rule(first, second).map(|rule| rule.phenotype.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{rule, snv_gene};

    #[test]
    fn an_exact_rule_beats_a_wildcard_and_order_does_not_matter() {
        let mut gene = snv_gene();
        gene.phenotypes = vec![
            rule("*", "*", "Anything"),
            rule("No function", "*", "One no function"),
            rule("No function", "Normal function", "Intermediate Metabolizer"),
            rule("Unassigned function", "Normal function", "Indeterminate"),
        ];
        for (first, second, phenotype) in [
            (Some("No function"), Some("Normal function"), "Intermediate Metabolizer"),
            (Some("Normal function"), Some("No function"), "Intermediate Metabolizer"),
            (Some("No function"), Some("No function"), "One no function"),
            (Some("Normal function"), Some("Normal function"), "Anything"),
            (Some("Normal function"), None, "Indeterminate"),
            (None, Some("No function"), "One no function"),
        ] {
            assert_eq!(lookup(&gene, first, second), Some(phenotype), "{first:?} {second:?}");
        }
        gene.phenotypes.clear();
        assert_eq!(lookup(&gene, Some("No function"), None), None);
    }
}
