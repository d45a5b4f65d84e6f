//! Function pairs to phenotypes.

use knowledge::pgx::{Allele, Gene};

/// The phenotype that says nothing.
pub(crate) const INDETERMINATE: &str = "Indeterminate";

/// The name to show for an allele: its core allele if it is a sub-allele.
pub(crate) fn shown_name(allele: &Allele) -> &str {
    allele.core.as_deref().unwrap_or(&allele.name)
}

/// The function of an allele: its own, else that of its core allele.
pub(crate) fn function<'g>(gene: &'g Gene, allele: &'g Allele) -> Option<&'g str> {
    allele.function.as_deref().or_else(|| {
        let core = allele.core.as_deref()?;
        gene.alleles.iter().find(|other| other.name == core)?.function.as_deref()
    })
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
