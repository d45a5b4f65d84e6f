//! Phenotype text of laboratories.

use crate::phenotype::INDETERMINATE;
use knowledge::pgx::Gene;

/// Abbreviations of metabolizer phenotypes (CPIC term standardisation, PMID 27441996, and the
/// older "extensive" for normal).
const ABBREVIATIONS: [(&str, &str); 6] = [
    ("um", "ultrarapid metabolizer"),
    ("rm", "rapid metabolizer"),
    ("nm", "normal metabolizer"),
    ("em", "normal metabolizer"),
    ("im", "intermediate metabolizer"),
    ("pm", "poor metabolizer"),
];
/// Words that say how sure the phenotype is.
const PREFIXES: [&str; 3] = ["likely ", "possible ", ""];

/// The pack's name for a phenotype; `None` if the gene has no such phenotype.
pub(super) fn parse(gene: &Gene, text: &str) -> Option<String> {
    if !gene.statuses.is_empty() {
        return super::statuses::parse(gene, text);
    }
    let wanted = key(gene, text);
    let mut names = gene.phenotype_names();
    names.push(INDETERMINATE);
    let exact = names.iter().find(|name| key(gene, name) == wanted);
    let found = exact.or_else(|| {
        // `Poor` for `Poor Metabolizer`, but only where one phenotype can be meant.
        let mut close = names.iter().filter(|name| kind_free(&key(gene, name)) == wanted);
        match (close.next(), close.next()) {
            (Some(name), None) => Some(name),
            _ => None,
        }
    })?;
    Some((*found).to_owned())
}

fn key(gene: &Gene, text: &str) -> String {
    let lower = text.to_lowercase();
    let symbol = gene.symbol.to_lowercase();
    let bare = lower.trim().strip_prefix(&symbol).unwrap_or(&lower);
    // `Poor metabolizer (PM)` says it twice.
    let bare = match bare.split_once('(') {
        Some((before, _)) if !before.trim().is_empty() => before,
        _ => bare,
    };
    let words = bare.replace(['-', '_', ':'], " ");
    let words: Vec<&str> = words.split_whitespace().collect();
    let text = words
        .join(" ")
        .replace("metaboliser", "metabolizer")
        .replace("ultra rapid", "ultrarapid")
        .replace("extensive", "normal");
    for prefix in PREFIXES {
        let Some(rest) = text.strip_prefix(prefix) else { continue };
        if let Some((_, full)) = ABBREVIATIONS.iter().find(|(short, _)| *short == rest) {
            return format!("{prefix}{full}");
        }
    }
    text
}

fn kind_free(key: &str) -> &str {
    key.strip_suffix(" metabolizer").or_else(|| key.strip_suffix(" function")).unwrap_or(key)
}
