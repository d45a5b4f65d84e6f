//! Where genes lie on GRCh38: from the first to the last base of their MANE Select transcript.
//!
//! A gene has other transcripts, and what regulates it lies outside of them: whoever shows such a
//! place says what it is.

use crate::range::Range;
use crate::sequence::accession_of;
use model::variant::GenomeBuild;

/// A line a gene, in the order of the symbols' bytes.
const GENES: &str = include_str!("gene.tsv");
/// The release of MANE.
pub const RELEASE: &str = "MANE v1.5";

/// The place of a gene by its approved symbol; `None` for one that is not in the table.
pub fn place(symbol: &str) -> Option<Range> {
    let line = GENES.lines().find(|line| line.split('\t').next() == Some(symbol))?;
    let mut cells = line.split('\t').skip(1);
    let sequence = accession_of(GenomeBuild::GRCh38, cells.next()?)?;
    let (first, last): (u64, u64) = (cells.next()?.parse().ok()?, cells.next()?.parse().ok()?);
    Some(Range::new(sequence, first.checked_sub(1)?, last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::known;

    /// Places as NCBI Gene has them of the transcripts.
    #[test]
    fn a_gene_is_where_its_transcript_is() {
        for (symbol, expected) in [
            ("BRCA1", Some("NC_000017.11:43044294-43125364")),
            ("EGFR", Some("NC_000007.14:55019016-55211628")),
            ("brca1", None),
            ("", None),
            ("#", None),
            ("# Where genes lie on GRCh38: symbol, chromosome, first and last base", None),
        ] {
            let found = place(symbol).map(|range| range.to_string());
            assert_eq!(found.as_deref(), expected, "{symbol}");
        }
    }

    #[test]
    fn every_line_is_a_place_within_its_chromosome() {
        let lines: Vec<&str> = GENES.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(lines.len() > 19_000, "{}", lines.len());
        assert!(lines.is_sorted(), "one can see whether a gene is there");
        for line in lines.iter().step_by(97) {
            let range = place(line.split('\t').next().unwrap()).unwrap();
            let length = known(&range.sequence).unwrap().length;
            assert!(range.start < range.end && range.end <= length, "{line}");
        }
    }
}
