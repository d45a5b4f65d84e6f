//! `BRAF p.V600E`, `CCND3 amplification – equivocal`, `EML4-ALK fusion`: a gene and what happened
//! to it, word by word.

use super::{Parts, gene};
use crate::reading::{FieldName, ProposalKind};
use tumor::gene::Genes;
use tumor::protein::ChangeKind;

/// Bytes of a text that is looked at.
const TEXT_BYTES_MAX: usize = 300;

/// Words that say nothing of their own here.
const FILLERS: &[&str] = &[
    "-",
    "–",
    "—",
    "|",
    "/",
    "mutation",
    "variant",
    "alteration",
    "missense",
    "nonsense",
    "frameshift",
    "in-frame",
    "inframe",
    "splice",
    "somatic",
    "het",
    "heterozygous",
    "af",
    "vaf",
    "allele",
    "fraction",
    "frequency",
    "detected",
    "positive",
    "present",
    "and",
    "clinical",
    "with",
    "class",
    "in",
    "gene",
    "high",
    "level",
    "activating",
    "inactivating",
    "of",
];

/// Whether a text is the name of a gene and nothing else.
pub(super) fn is_gene(genes: &Genes, text: &str) -> bool {
    gene(genes, trimmed(text)).is_some()
}

/// A word without what print puts around it.
fn trimmed(word: &str) -> &str {
    let is_mark = |c: char| {
        matches!(
            c,
            '•' | '†' | '‡' | '§' | '⧺' | '‖' | '¶' | '*' | ',' | ';' | ':' | '.' | '·' | '●'
        ) || c == '\u{FFFD}'
    };
    let word = word.trim().trim_start_matches(is_mark);
    // The star of a stop is part of the change.
    let stripped = word.trim_end_matches(|c: char| is_mark(c) && c != '*');
    let word = if stripped.ends_with('*')
        && !stripped.chars().rev().nth(1).is_some_and(|c| c.is_ascii_digit())
    {
        stripped.trim_end_matches('*')
    } else {
        stripped
    };
    // A bracket that opens and closes around words; one inside a word is notation.
    let word = match word.strip_prefix('(') {
        Some(inner) => inner.strip_suffix(')').unwrap_or(inner),
        None => word,
    };
    if word.contains('(') { word } else { word.trim_end_matches(')') }
}

#[derive(Default)]
struct Alteration {
    kind: Option<ProposalKind>,
    parts: Parts,
}

impl Alteration {
    fn put(&mut self, name: FieldName, value: Option<String>, written: &str) -> bool {
        let is_new = self.parts.iter().all(|(known, _, _)| *known != name);
        if is_new {
            self.parts.push((name, value, written.to_owned()));
        }
        // The same twice is no text of one finding.
        is_new
    }
}

/// What a text says of a gene; `None` if a word of it is anything else.
pub(super) fn of(genes: &Genes, text: &str) -> Option<(ProposalKind, Parts)> {
    if text.len() > TEXT_BYTES_MAX {
        return None;
    }
    let spaced = text.replace("::", "-");
    let mut words = spaced.split_whitespace().map(trimmed).filter(|word| !word.is_empty());
    let first = words.next()?;
    let mut found = Alteration::default();
    // `BRAF:c.1799T>A`
    let (first, behind) = match first.split_once(':') {
        Some((gene, rest)) => (gene, Some(rest)),
        None => (first, None),
    };
    match gene(genes, first) {
        Some(symbol) => {
            found.put(FieldName::Gene, symbol.0, first);
        }
        None => joined(genes, first, &mut found)?,
    }
    let rest: Vec<&str> = behind.into_iter().chain(words).collect();
    let mut at = 0;
    while at < rest.len() {
        at += word(rest.get(at..)?, &mut found)?;
    }
    let kind = found.kind?;
    let is_deletion = rest.iter().any(|word| word.eq_ignore_ascii_case("deletion"));
    if kind == ProposalKind::CopyNumber && is_deletion && is_within_gene(&rest) {
        return None;
    }
    Some((kind, found.parts))
}

/// Whether words speak of a part of a gene: what is deleted there is no loss of copies, and which
/// letters it is they do not say.
fn is_within_gene(words: &[&str]) -> bool {
    let within = ["exon", "exons", "in-frame", "inframe", "frameshift", "splice"];
    words.iter().any(|word| within.iter().any(|one| word.eq_ignore_ascii_case(one)))
}

/// `EML4-ALK`.
fn joined(genes: &Genes, word: &str, found: &mut Alteration) -> Option<()> {
    let (first, second) = word.match_indices('-').find_map(|(at, _)| {
        let (first, second) = (word.get(..at)?, word.get(at + 1..)?);
        Some(((first, gene(genes, first)?), (second, gene(genes, second)?)))
    })?;
    found.put(FieldName::Gene, first.1.0, first.0);
    found.put(FieldName::Partner, second.1.0, second.0);
    found.kind = Some(ProposalKind::Rearrangement);
    Some(())
}

/// Reads the next word or words; how many these are.
fn word(rest: &[&str], found: &mut Alteration) -> Option<usize> {
    let first = *rest.first()?;
    let lower = first.to_lowercase();
    let second = rest.get(1).map(|word| word.to_lowercase());
    let second = second.as_deref().unwrap_or_default();
    if FILLERS.contains(&lower.as_str()) {
        return Some(1);
    }
    if let Some((value, count)) = significance(&lower, second, rest.get(2)) {
        let written = rest.get(..count)?.join(" ");
        return found.put(FieldName::Significance, Some(value), &written).then_some(count);
    }
    let change = match lower.as_str() {
        "amplification" | "amplified" => Some((ProposalKind::CopyNumber, "amplification")),
        "gain" => Some((ProposalKind::CopyNumber, "gain")),
        "loss" | "deletion" => Some((ProposalKind::CopyNumber, "loss")),
        "fusion" => Some((ProposalKind::Rearrangement, "fusion")),
        "rearrangement" => Some((ProposalKind::Rearrangement, "rearrangement")),
        "truncation" => Some((ProposalKind::Rearrangement, "truncation")),
        _ => None,
    };
    if let Some((kind, word)) = change {
        if found.kind.is_some_and(|known| known != kind) {
            return None;
        }
        found.kind = Some(kind);
        return found.put(FieldName::Change, Some(word.to_owned()), first).then_some(1);
    }
    match lower.as_str() {
        "equivocal" => {
            return found.put(FieldName::Equivocal, Some("yes".to_owned()), first).then_some(1);
        }
        "subclonal" => return Some(1),
        "exon" | "exons" if second.starts_with(|c: char| c.is_ascii_digit()) => return Some(2),
        _ => {}
    }
    if let Some(fraction) = percent(first) {
        return found.put(FieldName::AlleleFraction, Some(fraction), first).then_some(1);
    }
    notation(first, found).then_some(1)
}

/// `NM_004333.6:c.1799T>A`, `c.1799T>A`, `p.(Val600Glu)`, `V600E`.
fn notation(word: &str, found: &mut Alteration) -> bool {
    if let Some((accession, change)) = word.split_once(':')
        && genomics::hgvs::is_accession(accession)
    {
        return found.put(FieldName::Transcript, Some(accession.to_owned()), accession)
            && notation(change, found);
    }
    if genomics::hgvs::is_accession(word) {
        return found.put(FieldName::Transcript, Some(word.to_owned()), word);
    }
    if found.kind.is_some_and(|kind| kind != ProposalKind::Variant) {
        return false;
    }
    found.kind = Some(ProposalKind::Variant);
    if word.starts_with("c.") || word.starts_with("n.") {
        return found.put(FieldName::Coding, coding(word), word);
    }
    match protein(word) {
        Some(value) => found.put(FieldName::Protein, Some(value), word),
        None if word.starts_with("p.") => found.put(FieldName::Protein, None, word),
        None => false,
    }
}

/// A change of the coding sequence, if it is one.
pub(super) fn coding(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    // The grammar wants a sequence; which one, is another field.
    genomics::hgvs::parse(&format!("NM_000000.1:{text}")).map(|_| text)
}

/// A change of the protein with its `p.`, if it is one.
pub(super) fn protein(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let bare = text.strip_prefix("p.").unwrap_or(&text);
    if !bare.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let changes = tumor::protein::parse(&text).ok()?;
    let is_one = matches!(changes.as_slice(), [change] if change.kind != ChangeKind::NotStated
        && change.start.is_some());
    is_one.then(|| format!("p.{bare}"))
}

/// `42%` as a share.
pub(super) fn percent(text: &str) -> Option<String> {
    let number: f64 = text.trim().strip_suffix('%')?.trim().parse().ok()?;
    (0.0..=100.0).contains(&number).then(|| share(number / 100.0))
}

/// A share with as many digits as were measured.
pub(super) fn share(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The laboratory's word for what it means, and how many words it takes.
pub(super) fn significance(
    first: &str,
    second: &str,
    third: Option<&&str>,
) -> Option<(String, usize)> {
    let third = third.map(|word| word.to_lowercase());
    let third = third.as_deref().unwrap_or_default();
    let (value, count) = match (first, second) {
        ("likely" | "pathogenic/likely", "pathogenic") => ("Likely pathogenic", 2),
        ("pathogenic", _) => ("Pathogenic", 1),
        ("likely", "benign") => ("Likely benign", 2),
        ("benign", _) => ("Benign", 1),
        ("likely", "oncogenic") => ("Likely oncogenic", 2),
        ("oncogenic", _) => ("Oncogenic", 1),
        ("vus", _) => ("Uncertain significance", 1),
        ("uncertain" | "unknown", "significance") => ("Uncertain significance", 2),
        ("variant", "of") if matches!(third, "uncertain" | "unknown") => {
            ("Uncertain significance", 4)
        }
        ("tier", _) => {
            let value = match second {
                "i" | "1" | "ia" | "ib" | "i-a" | "i-b" => "Tier I",
                "ii" | "2" | "iic" | "iid" | "ii-c" | "ii-d" => "Tier II",
                "iii" | "3" => "Tier III",
                "iv" | "4" => "Tier IV",
                _ => return None,
            };
            (value, 2)
        }
        _ => return None,
    };
    Some((value.to_owned(), count))
}

/// The laboratory's word in a cell of its own.
pub(super) fn significance_of(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let words: Vec<&str> =
        lower.split([' ', ',', ';', '(', ')']).filter(|w| !w.is_empty()).collect();
    let second = words.get(1).copied().unwrap_or_default();
    let (value, count) = significance(words.first()?, second, words.get(2))?;
    // More words may take back what the first ones say.
    (words.len() <= count).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deletion_is_a_loss_of_copies_only_of_the_whole_gene() {
        let genes = Genes::new(&knowledge::oncology::OncologyNames::built_in().unwrap());
        let kind = |text| of(&genes, text).map(|(kind, _)| kind);
        for text in ["CDKN2A loss", "CDKN2A deletion", "PTEN deletion - equivocal"] {
            assert_eq!(kind(text), Some(ProposalKind::CopyNumber), "{text}");
        }
        for text in [
            "EGFR exon 19 deletion",
            "EGFR exon 19 in-frame deletion",
            "EGFR inframe deletion",
            "TP53 frameshift deletion",
            "MET splice deletion",
            "EGFR exons 2-7 Deletion",
            "EGFR exon19deletion",
        ] {
            assert_eq!(kind(text), None, "{text}");
        }
    }
}
