//! Values by their grammar.

use super::{Coding, Gene};
use model::code::system;

/// A gene element: `HGNC:2621^CYP2C19^HGNC`, `2621^CYP2C19^HGNC` or `CYP2C19`. `None` for a
/// placeholder.
pub(super) fn gene(coding: &Coding) -> Option<Gene> {
    let code = coding.code.trim();
    let display = coding.display.clone();
    let number = code.strip_prefix("HGNC:").unwrap_or(code);
    let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    let is_hgnc = code.starts_with("HGNC:") || coding.system == system::HGNC;
    if is_number && is_hgnc {
        let number = number.trim_start_matches('0');
        if number.is_empty() {
            return None;
        }
        return Some(Gene { id: Some(format!("HGNC:{number}")), symbol: display });
    }
    // A symbol in place of the id, or no code at all.
    let symbol = if is_symbol(code) { Some(code.to_owned()) } else { display };
    let symbol = symbol.filter(|symbol| is_symbol(symbol) && symbol != "NoGene")?;
    Some(Gene { id: None, symbol: Some(symbol) })
}

fn is_symbol(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'@' | b'/');
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.bytes().all(plain)
}

/// Plain `1` … `X`, or LOINC answers LA21254-0 (1) to LA21277-1 (Y), which are consecutive.
pub(super) fn chromosome(text: String) -> String {
    let number = text.strip_prefix("LA").and_then(|t| t.split('-').next());
    let index = number.and_then(|n| n.parse::<u32>().ok()).and_then(|n| n.checked_sub(21253));
    match index {
        Some(n @ 1..=22) => n.to_string(),
        Some(23) => "X".to_owned(),
        Some(24) => "Y".to_owned(),
        _ => match text.strip_prefix("chr") {
            Some(name) => name.to_owned(),
            None => text,
        },
    }
}

/// Sequence, position, deletion, insertion, parted by colons: `NC_000001.10:14:.:G`.
pub(super) fn is_spdi(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let [sequence, position, _, _] = parts.as_slice() else { return false };
    sequence.contains('_') && !position.is_empty() && position.bytes().all(|b| b.is_ascii_digit())
}

/// `NC_000010.11:g.94781859G>A`.
pub(super) fn is_genomic_hgvs(text: &str) -> bool {
    text.contains(":g.") || text.starts_with("g.")
}

/// Accessions of transcripts: NM_, NR_, ENST, LRG_…t.
pub(super) fn is_transcript(text: &str) -> bool {
    let lrg = text.strip_prefix("LRG_").is_some_and(|rest| rest.contains('t'));
    lrg || ["NM_", "NR_", "XM_", "XR_", "ENST"].iter().any(|prefix| text.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn genes() {
        let read = |code: &str, display: &str, system: &str| {
            let display = Some(display.to_owned()).filter(|d| !d.is_empty());
            let coding = Coding { system: system.into(), code: code.into(), display };
            gene(&coding).map(|g| (g.id.unwrap_or_default(), g.symbol.unwrap_or_default()))
        };
        let cyp2c19 = Some(("HGNC:2621".to_owned(), "CYP2C19".to_owned()));
        let by_symbol = Some((String::new(), "CYP2C19".to_owned()));
        assert_eq!(read("HGNC:2621", "CYP2C19", system::HGNC), cyp2c19);
        assert_eq!(read("2621", "CYP2C19", system::HGNC), cyp2c19);
        assert_eq!(read("HGNC:2621", "CYP2C19", "local"), cyp2c19);
        assert_eq!(read("CYP2C19", "", ""), by_symbol);
        assert_eq!(read("", "CYP2C19", ""), by_symbol);
        assert_eq!(read("12345", "CYP2C19", "local"), by_symbol);
        assert_eq!(read("HGNC:0000", "NoGene", system::HGNC), None);
        assert_eq!(read("NoGene", "", ""), None);
        assert_eq!(read("not a gene", "", ""), None);
    }

    #[test]
    fn chromosomes() {
        for (text, expected) in [
            ("1", "1"),
            ("chrX", "X"),
            ("LA21254-0", "1"),
            ("LA21256-5", "3"),
            ("LA21275-5", "22"),
            ("LA21276-3", "X"),
            ("LA21277-1", "Y"),
            ("LA9633-4", "LA9633-4"),
        ] {
            assert_eq!(chromosome(text.to_owned()), expected);
        }
    }

    #[test]
    fn grammars() {
        assert!(is_spdi("NC_000001.10:14:.:G"));
        assert!(is_spdi("NC_000001.10:19::G"));
        assert!(!is_spdi("NM_014049.4:c.1249C>T"));
        assert!(is_genomic_hgvs("NC_000010.11:g.94781859G>A"));
        for transcript in ["NM_000769.4", "ENST00000371321.9", "LRG_584t1"] {
            assert!(is_transcript(transcript), "{transcript}");
        }
        for other in ["NC_000010.11", "NG_008384.3", "LRG_584", "NP_000760.1"] {
            assert!(!is_transcript(other), "{other}");
        }
    }
}
