//! Allele names of laboratories.

use crate::natural;
use crate::phenotype::shown_name;
use knowledge::pgx::{Copies, Gene};

/// Longest allele name that is taken over, in bytes.
const NAME_BYTES_MAX: usize = 64;

/// The name the pack uses, else the name as given; `None` if it is none.
pub(super) fn name(gene: &Gene, text: &str) -> Option<String> {
    let text = without_symbol(gene, text.trim());
    if let Some(known) = known(gene, text) {
        return Some(known);
    }
    let readable = !text.is_empty()
        && text.len() <= NAME_BYTES_MAX
        && text.chars().any(|c| c.is_ascii_digit() || c.is_alphabetic())
        && !text.chars().any(|c| c.is_control() || matches!(c, '[' | ']'))
        && text.split('+').all(|part| !part.trim().trim_start_matches('*').contains('*'))
        && (text.starts_with('*') || !text.contains('*'));
    readable.then(|| text.to_owned())
}

/// The pack's name for an allele that it has, under any of its usual spellings.
pub(super) fn known(gene: &Gene, text: &str) -> Option<String> {
    let shown = |name: &str| gene.allele(name).map(|allele| shown_name(allele).to_owned());
    shown(text)
        .or_else(|| {
            let same = |name: &str| name.eq_ignore_ascii_case(text);
            let allele = gene.alleles.iter().find(|allele| same(&allele.name))?;
            Some(shown_name(allele).to_owned())
        })
        .or_else(|| sub_allele(gene, text))
        .or_else(|| copies(gene, text))
        .or_else(|| star_in_brackets(gene, text))
        .or_else(|| {
            // `1555A>G` is `m.1555A>G`.
            (gene.copies == Copies::One).then(|| shown(&format!("m.{text}"))).flatten()
        })
}

/// `*4.013` is a sub-allele of `*4`. Letters are not: SLCO1B1*1B was never *1.
fn sub_allele(gene: &Gene, text: &str) -> Option<String> {
    let (core, number) = text.split_once('.')?;
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let allele = gene.allele(core).filter(|_| digits)?;
    Some(shown_name(allele).to_owned())
}

/// `*2x5`, `*1x>=3`, `(*2)x2`: copies of an allele, in the class that the table has for them.
fn copies(gene: &Gene, text: &str) -> Option<String> {
    let (allele, number) = text.rsplit_once(['x', 'X', '×'])?;
    let allele = allele.trim().trim_start_matches('(').trim_end_matches(')');
    let allele = known(gene, allele)?;
    let number = number.trim();
    let open = number.strip_prefix('≥').or_else(|| number.strip_prefix(">="));
    let count: u32 = open.unwrap_or(number).parse().ok()?;
    if open.is_none() && count == 1 {
        return Some(allele);
    }
    let exact = format!("{allele}x{count}");
    if open.is_none() && gene.allele(&exact).is_some() {
        return Some(exact);
    }
    // The open class of the table holds this many and more.
    let class = format!("{allele}x≥");
    let least = |name: &str| name.strip_prefix(&class)?.parse::<u32>().ok();
    gene.alleles
        .iter()
        .find(|known| least(&known.name).is_some_and(|least| count >= least))
        .map(|known| known.name.clone())
}

/// `*2A` for `c.1905+1G>A (*2A)`, `HapB3` for the allele that has it in brackets, and `*1` for a
/// reference that is not called so.
fn star_in_brackets(gene: &Gene, text: &str) -> Option<String> {
    let suffix = format!("({text})");
    let named = gene.alleles.iter().find(|allele| allele.name.ends_with(&suffix));
    let reference = || {
        let is_reference = text == "*1" || text.eq_ignore_ascii_case("reference");
        gene.alleles
            .iter()
            .find(|allele| is_reference && allele.reference && !allele.name.starts_with('*'))
    };
    named.or_else(reference).map(|allele| allele.name.clone())
}

/// Without the gene's symbol in front.
pub(super) fn without_symbol<'t>(gene: &Gene, text: &'t str) -> &'t str {
    match text.split_at_checked(gene.symbol.len()) {
        Some((symbol, rest)) if symbol.eq_ignore_ascii_case(&gene.symbol) => {
            rest.trim_start_matches([' ', ':'])
        }
        _ => text,
    }
}

/// Sorts the parts of `[a + b]`.
pub(super) fn bracketed(gene: &Gene, mut names: Vec<String>) -> String {
    names.sort_by(|a, b| natural::compare(gene, a, b));
    match names.as_slice() {
        [only] => only.clone(),
        several => format!("[{}]", several.join(" + ")),
    }
}
