//! Laboratories' notation of changes as HGVS, as far as that is the same in other signs.
//!
//! `1799T>A` lacks its `c.`; `1948_1962>CCCC` is the old form of a deletion with an insertion. An
//! inserted length without bases (`ins42`) and a deleted one (`del81`) stay as written. Source:
//! HGVS nomenclature 21.0.

use crate::vendor::finding::Strand;

/// The coding change with `c.`. `None` for an empty one.
pub(super) fn coding(written: &str) -> Option<String> {
    let bare = written.trim().trim_start_matches("c.");
    if bare.is_empty() {
        return None;
    }
    Some(format!("c.{}", replaced(bare).unwrap_or_else(|| bare.to_owned())))
}

/// `a_b>S` and `a_bR>S` as `a_bdelinsS`; `None` for a substitution and everything else.
fn replaced(bare: &str) -> Option<String> {
    let (left, inserted) = bare.split_once('>')?;
    let range = left.trim_end_matches(is_base);
    let is_range = range.contains('_') && !range.ends_with('_');
    let bases = !inserted.is_empty() && inserted.chars().all(is_base);
    (is_range && bases).then(|| format!("{range}delins{inserted}"))
}

fn is_base(letter: char) -> bool {
    matches!(letter, 'A' | 'C' | 'G' | 'T')
}

/// The protein change with `p.`; `None` for a splice site, which is none of the protein.
pub(super) fn protein(written: &str) -> Option<String> {
    let bare = written.trim().trim_start_matches("p.");
    let none = ["", "n/a", "unknown", "promoter", "."];
    let lower = bare.to_lowercase();
    let is_none = none.contains(&lower.as_str()) || lower.starts_with("splice");
    (!is_none).then(|| format!("p.{bare}"))
}

/// The substitution of the chromosome's base that a substitution of the coding base means at a
/// position, `140453136A>T`.
pub(super) fn genomic(coding: &str, strand: Strand, position: u64) -> Option<String> {
    let (left, to) = coding.strip_prefix("c.")?.split_once('>')?;
    let from = left.get(left.len().checked_sub(1)?..)?;
    let place = left.get(..left.len() - 1)?;
    let one = |text: &str| {
        let mut letters = text.chars();
        letters.next().filter(|letter| is_base(*letter) && letters.next().is_none())
    };
    let (from, to) = (one(from)?, one(to)?);
    let is_place = place.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '*'));
    if !is_place || !place.ends_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (from, to) = match strand {
        Strand::Forward => (from, to),
        Strand::Reverse => (complement(from), complement(to)),
    };
    Some(format!("{position}{from}>{to}"))
}

/// The chromosome's change that two alleles at a position are, where only one reading is possible:
/// substitutions, deletions with their bases, and insertions behind a base that both have.
/// An insertion without such a base stands before its position for one laboratory and behind it
/// for another: `None`.
pub(super) fn of_alleles(position: u64, reference: &str, alternate: &str) -> Option<String> {
    let are_bases = |text: &str| text.chars().all(is_base);
    if !are_bases(reference) || !are_bases(alternate) || reference == alternate {
        return None;
    }
    let pairs = reference.chars().zip(alternate.chars());
    let shared = pairs.take_while(|(one, other)| one == other).count();
    let (gone, come) = (reference.get(shared..)?, alternate.get(shared..)?);
    let start = position.checked_add(u64::try_from(shared).ok()?)?;
    let end = start.checked_add(u64::try_from(gone.len()).ok()?)?.checked_sub(1)?;
    let range = if start == end { start.to_string() } else { format!("{start}_{end}") };
    match (gone.len(), come.len()) {
        (0, _) if shared == 0 => None,
        (0, _) => Some(format!("{end}_{start}ins{come}")),
        (1, 1) => Some(format!("{start}{gone}>{come}")),
        (_, 0) => Some(format!("{range}del")),
        _ => Some(format!("{range}delins{come}")),
    }
}

/// The transcript and the change of `NM_004333.4:c.1799T>A`; a change alone has no transcript.
pub(super) fn with_transcript(written: &str) -> (Option<String>, &str) {
    match written.trim().split_once(':') {
        Some((accession, change)) if !accession.is_empty() => {
            // `NM_004333.4(BRAF)` names the gene, too.
            let accession = accession.split('(').next().unwrap_or(accession);
            (Some(accession.to_owned()), change)
        }
        _ => (None, written.trim()),
    }
}

fn complement(base: char) -> char {
    match base {
        'A' => 'T',
        'C' => 'G',
        'G' => 'C',
        _ => 'A',
    }
}

/// Chromosome and position of `chr7:140453136`; the laboratory also writes `ch17:`.
pub(super) fn position(written: &str) -> Option<(String, u64)> {
    let (chromosome, position) = written.trim().split_once(':')?;
    Some((self::chromosome(chromosome)?, position.split('-').next()?.parse().ok()?))
}

/// A region with its chromosome as others write it, `chr17:29557687-29887856`.
pub(super) fn region(written: &str) -> Option<String> {
    let (name, rest) = written.trim().split_once(':')?;
    let plain = rest.chars().all(|c| c.is_ascii_digit() || c == '-') && !rest.is_empty();
    plain.then(|| chromosome(name).map(|name| format!("{name}:{rest}")))?
}

/// A chromosome as others write it, `chr7`.
pub(super) fn chromosome(name: &str) -> Option<String> {
    let name = name.trim();
    let bare = name.strip_prefix("chr").or_else(|| name.strip_prefix("ch")).unwrap_or(name);
    let number = bare.parse::<u8>().is_ok_and(|number| (1..=22).contains(&number));
    (number || ["X", "Y", "M", "MT"].contains(&bare)).then(|| format!("chr{bare}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_in_the_laboratorys_notation() {
        for (written, expected) in [
            ("1799T>A", Some("c.1799T>A")),
            ("594-2A>C", Some("c.594-2A>C")),
            ("1948_1962>CCCCGGGCA", Some("c.1948_1962delinsCCCCGGGCA")),
            ("4494-42_4499>A", Some("c.4494-42_4499delinsA")),
            ("1008_1025CTCGGA>GGGAGAT", Some("c.1008_1025delinsGGGAGAT")),
            ("11815_11895del81", Some("c.11815_11895del81")),
            ("1204_1205ins42", Some("c.1204_1205ins42")),
            ("c.35G>A", Some("c.35G>A")),
            (" ", None),
        ] {
            assert_eq!(coding(written).as_deref(), expected, "{written}");
        }
        for (written, expected) in [
            ("V600E", Some("p.V600E")),
            ("E604_F605ins23", Some("p.E604_F605ins23")),
            ("splice site 594-2A>C", None),
            ("splice site4494-42_4499>A", None),
            ("promoter", None),
            ("", None),
        ] {
            assert_eq!(protein(written).as_deref(), expected, "{written}");
        }
    }

    #[test]
    fn a_coding_substitution_tells_the_chromosomes() {
        use Strand::{Forward, Reverse};
        for (coding, strand, expected) in [
            // BRAF is on the reverse strand.
            ("c.1799T>A", Reverse, Some("7A>T")),
            ("c.35G>A", Forward, Some("7G>A")),
            ("c.376-1G>A", Reverse, Some("7C>T")),
            ("c.1948_1962delinsCCCC", Forward, None),
            ("c.35GG>AA", Forward, None),
            ("c.388delG", Forward, None),
            ("c.>A", Forward, None),
            ("", Forward, None),
        ] {
            assert_eq!(genomic(coding, strand, 7).as_deref(), expected, "{coding}");
        }
    }

    #[test]
    fn alleles_tell_the_change_where_only_one_reading_is_possible() {
        for (reference, alternate, expected) in [
            ("A", "T", Some("7A>T")),
            ("AG", "AT", Some("8G>T")),
            ("AG", "TC", Some("7_8delinsTC")),
            ("GA", "G", Some("8del")),
            ("GAC", "G", Some("8_9del")),
            ("G", "GAC", Some("7_8insAC")),
            ("GAC", "GT", Some("8_9delinsT")),
            ("GA", "", Some("7_8del")),
            // Before the position, or behind it?
            ("", "GA", None),
            ("A", "A", None),
            ("A", "<DEL>", None),
            (".", "A", None),
        ] {
            let found = of_alleles(7, reference, alternate);
            assert_eq!(found.as_deref(), expected, "{reference}>{alternate}");
        }
        assert_eq!(of_alleles(u64::MAX, "AC", "AT"), None);
        assert_eq!(with_transcript("NM_1.2(X):c.3A>T"), (Some("NM_1.2".to_owned()), "c.3A>T"));
        assert_eq!(with_transcript("c.3A>T"), (None, "c.3A>T"));
    }

    #[test]
    fn places() {
        for (written, expected) in [
            ("chr7:140453136", Some(("chr7", 140_453_136))),
            ("ch17:29557687-29887856", Some(("chr17", 29_557_687))),
            ("chrX:1", Some(("chrX", 1))),
            ("chr23:1", None),
            ("chr7", None),
        ] {
            let read = position(written);
            let read = read.as_ref().map(|(name, at)| (name.as_str(), *at));
            assert_eq!(read, expected, "{written}");
        }
        assert_eq!(region("ch6:66-67").as_deref(), Some("chr6:66-67"));
        assert_eq!(region("N/A"), None);
    }
}
