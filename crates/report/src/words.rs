//! Words for what the statements say.

pub(crate) mod head;

use model::absence::Absence;
use model::statement::{Basis, Callability};

/// What stands before the genes to test.
pub(crate) const TEST_FIRST: &str = "Test first";

pub(crate) fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Genotypes => "Called from the genotypes",
        Basis::Reported => "Called by the laboratory, taken as reported",
        Basis::SinglePosition => "From one position that stands in for the diplotype",
    }
}

/// Whether the text is one of the fixed words for absence.
pub(crate) fn is_absence(text: &str) -> bool {
    Absence::ALL.iter().any(|absence| absence.words() == text)
}

/// Whether a call in words says that nothing is known: a fixed word for absence, a reason for no
/// call, a call for research only.
pub(crate) fn says_nothing(call: &str) -> bool {
    is_absence(call) || ["not called", "not known"].iter().any(|start| call.starts_with(start))
}

/// `6 of 43 positions tested`, and the other phenotypes that this leaves open.
pub(crate) fn partly(seen: &Callability) -> String {
    if seen.phenotypes_not_excluded.is_empty() {
        return seen.words();
    }
    format!("{}; not excluded: {}", seen.words(), any_of(&seen.phenotypes_not_excluded))
}

/// `not excluded: *3C; would be Intermediate Metabolizer`, where that would change the phenotype.
pub(crate) fn not_excluded(seen: &Callability) -> Option<String> {
    let would_be = &seen.phenotypes_not_excluded;
    (!would_be.is_empty() && !seen.not_excluded.is_empty())
        .then(|| format!("not excluded: {}", excluded_words(&seen.not_excluded, would_be)))
}

/// `*3C; would be Intermediate Metabolizer`.
pub(crate) fn excluded_words(alleles: &[String], would_be: &[String]) -> String {
    let alleles = alleles.join(", ");
    if would_be.is_empty() {
        return alleles;
    }
    format!("{alleles}; would be {}", any_of(would_be))
}

/// Said where it is so.
pub(crate) const UNPHASED: &str = "not known which variants lie on one strand";

/// Variants that are there together, whichever strands they lie on: a name may hold a comma.
pub(crate) fn together(variants: &[String]) -> String {
    variants.join(" + ")
}

/// `a`, `a or b`, `a, b or c`.
pub(crate) fn any_of<S: AsRef<str>>(names: &[S]) -> String {
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => last.as_ref().to_owned(),
        Some((last, before)) => {
            let before: Vec<&str> = before.iter().map(AsRef::as_ref).collect();
            format!("{} or {}", before.join(", "), last.as_ref())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_alternatives() {
        assert_eq!(any_of::<&str>(&[]), "");
        assert_eq!(any_of(&["a"]), "a");
        assert_eq!(any_of(&["a", "b", "c"]), "a, b or c");
    }

    #[test]
    fn fixed_words_are_known_and_nothing_else_is() {
        assert!(is_absence("not assessed"));
        assert!(is_absence("not tested") && is_absence("tested, not callable"));
        assert!(!is_absence("*1/*1") && !is_absence(""));
        for call in ["not tested", "not called: why", "not known: for research only"] {
            assert!(says_nothing(call), "{call}");
        }
        assert!(!says_nothing("*1/*1"));
    }
}
