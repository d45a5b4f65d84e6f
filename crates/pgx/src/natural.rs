//! Natural order of allele names: numbers compared as numbers.

use knowledge::pgx::Gene;
use std::cmp::Ordering;

/// Compares two allele names of a gene. A reference row that has no star (`Reference`) comes
/// first; `*2` comes before `*10`, `*3A` before `*3C`.
pub(crate) fn compare(gene: &Gene, first: &str, second: &str) -> Ordering {
    let reference = gene.alleles.iter().find(|allele| allele.reference);
    let plain_reference =
        |name: &str| !name.starts_with('*') && reference.is_some_and(|allele| allele.name == name);
    plain_reference(second)
        .cmp(&plain_reference(first))
        .then_with(|| compare_text(first, second))
        .then_with(|| first.cmp(second))
}

fn compare_text(first: &str, second: &str) -> Ordering {
    let (mut first, mut second) = (first, second);
    loop {
        match (first.chars().next(), second.chars().next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) if a.is_ascii_digit() && b.is_ascii_digit() => {
                let (a, rest_a) = number(first);
                let (b, rest_b) = number(second);
                let order = a.len().cmp(&b.len()).then_with(|| a.cmp(b));
                if order != Ordering::Equal {
                    return order;
                }
                (first, second) = (rest_a, rest_b);
            }
            (Some(a), Some(b)) => {
                if a != b {
                    return a.cmp(&b);
                }
                first = first.strip_prefix(a).unwrap_or_default();
                second = second.strip_prefix(b).unwrap_or_default();
            }
        }
    }
}

/// Leading digits without leading zeros, and the rest.
fn number(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    (digits.trim_start_matches('0'), rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_as_numbers() {
        let mut names = ["*10", "*3C", "*2", "*45.002", "*1", "*3A", "*45.001", "*38", "*3"];
        names.sort_by(|a, b| compare_text(a, b));
        assert_eq!(names, ["*1", "*2", "*3", "*3A", "*3C", "*10", "*38", "*45.001", "*45.002"]);
    }

    #[test]
    fn a_reference_without_a_star_comes_first() {
        let mut gene = crate::testing::snv_gene();
        gene.alleles[0].name = "Reference".into();
        assert_eq!(compare(&gene, "*2", "Reference"), Ordering::Greater);
        assert_eq!(compare(&gene, "c.61C>T", "Reference"), Ordering::Greater);
    }
}
