//! VCF: any bytes give calls, or an error; never both, never neither.

use formats::vcf::{ReadSettings, Site, read_genotypes};

fn site(chromosome: &str, position: u64, reference: &str, alternate: &str) -> Site {
    Site {
        chromosome: chromosome.to_owned(),
        position,
        reference: reference.to_owned(),
        alternates: vec![alternate.to_owned()],
        span_end: position + reference.len() as u64 - 1,
    }
}

/// Holds what must hold of any bytes.
///
/// # Panics
/// Where it does not hold.
pub fn check(bytes: &[u8]) {
    // CYP2C19 *2 and *17, SLCO1B1 *5, and a deletion: positions on GRCh38 as CPIC gives them.
    let sites = [
        site("chr10", 94_761_900, "C", "T"),
        site("chr10", 94_781_859, "G", "A"),
        site("chr12", 21_178_615, "T", "C"),
        site("chr10", 94_842_860, "TA", "T"),
    ];
    let (set, problems) = read_genotypes(bytes, &sites, &ReadSettings::default());
    let failed = model::problem::first_error(&problems).is_some();
    assert_eq!(set.is_none(), failed, "calls and errors exclude each other: {problems:?}");
}
