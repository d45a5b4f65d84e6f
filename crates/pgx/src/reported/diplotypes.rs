//! Diplotype text of laboratories.

use super::ordered;
use crate::natural;
use crate::phenotype::shown_name;
use knowledge::pgx::Gene;
use model::statement::Diplotype;

/// Longest allele name that is taken over, in bytes.
const NAME_BYTES_MAX: usize = 64;
/// Most alternatives in one text.
const ALTERNATIVES_MAX: usize = 100;

/// The diplotypes of a text such as `CYP2C19*2/*17` or `*1/*15 or *5/*37`; `None` if any part of
/// it cannot be read.
pub(super) fn parse(gene: &Gene, text: &str) -> Option<Vec<Diplotype>> {
    let mut diplotypes = Vec::new();
    for alternative in text.split([';', ',']).flat_map(|part| part.split(" or ")) {
        diplotypes.push(one(gene, alternative.trim())?);
        if diplotypes.len() > ALTERNATIVES_MAX {
            return None;
        }
    }
    Some(ordered(gene, diplotypes))
}

fn one(gene: &Gene, text: &str) -> Option<Diplotype> {
    let text = without_symbol(gene, text);
    let alleles: Vec<&str> = text.split(['/', '|']).collect();
    match alleles.as_slice() {
        [first, second] => {
            let mut names = [name(gene, first)?, name(gene, second)?];
            names.sort_by(|a, b| natural::compare(gene, a, b));
            let [first, second] = names;
            Some(Diplotype { first, second: Some(second) })
        }
        // One allele alone says nothing about the other, unless there is no other.
        [only] if matches!(gene.chromosome.as_str(), "chrX" | "chrY" | "chrM") => {
            Some(Diplotype { first: name(gene, only)?, second: None })
        }
        _ => None,
    }
}

/// The name the pack uses, else the name as given.
fn name(gene: &Gene, text: &str) -> Option<String> {
    let text = without_symbol(gene, text.trim());
    let readable = !text.is_empty()
        && text.len() <= NAME_BYTES_MAX
        && text.chars().any(|c| c.is_ascii_digit() || c.is_alphabetic())
        && !text.chars().any(|c| c.is_control() || c == '*' && !text.starts_with('*'));
    if !readable {
        return None;
    }
    if let Some(allele) = gene.allele(text) {
        return Some(shown_name(allele).to_owned());
    }
    let same = |name: &str| name.eq_ignore_ascii_case(text);
    if let Some(allele) = gene.alleles.iter().find(|allele| same(&allele.name)) {
        return Some(shown_name(allele).to_owned());
    }
    // `*4.013` is a sub-allele of `*4`. Letters are not: SLCO1B1*1B was never *1.
    if let Some((core, number)) = text.split_once('.')
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && let Some(allele) = gene.allele(core)
    {
        return Some(shown_name(allele).to_owned());
    }
    Some(text.to_owned())
}

/// Without the gene's symbol in front.
fn without_symbol<'t>(gene: &Gene, text: &'t str) -> &'t str {
    match text.split_at_checked(gene.symbol.len()) {
        Some((symbol, rest)) if symbol.eq_ignore_ascii_case(&gene.symbol) => {
            rest.trim_start_matches([' ', ':'])
        }
        _ => text,
    }
}
