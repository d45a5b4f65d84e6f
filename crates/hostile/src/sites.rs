//! Positions that readers of variants are asked for.

use formats::vcf::Site;

/// A position on GRCh38.
pub(crate) fn site(chromosome: &str, position: u64, reference: &str, alternate: &str) -> Site {
    Site {
        chromosome: chromosome.to_owned(),
        position,
        reference: reference.to_owned(),
        alternates: vec![alternate.to_owned()],
        span_end: position + reference.len() as u64 - 1,
    }
}

/// CYP2C19 *2 and *17, SLCO1B1 *5, and a deletion: positions on GRCh38 as CPIC gives them.
pub(crate) fn sites() -> [Site; 4] {
    [
        site("chr10", 94_761_900, "C", "T"),
        site("chr10", 94_781_859, "G", "A"),
        site("chr12", 21_178_615, "T", "C"),
        site("chr10", 94_842_860, "TA", "T"),
    ]
}
