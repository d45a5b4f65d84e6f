//! Names of chromosomes: `10`, `chr10` and `NC_000010.11` are one.

use super::build::BuildName;

/// Versions of the accessions `NC_000001` to `NC_000024`: (GRCh38, GRCh37), from the NCBI assembly
/// reports of GCF_000001405.40 and GCF_000001405.25.
const ACCESSION_VERSIONS: [(u32, u32); 24] = [
    (11, 10),
    (12, 11),
    (12, 11),
    (12, 11),
    (10, 9),
    (12, 11),
    (14, 13),
    (11, 10),
    (12, 11),
    (11, 10),
    (10, 9),
    (12, 11),
    (11, 10),
    (9, 8),
    (10, 9),
    (10, 9),
    (11, 10),
    (10, 9),
    (10, 9),
    (11, 10),
    (9, 8),
    (11, 10),
    (11, 10),
    (10, 9),
];

/// `chr10` for `10`, `chr10`, `Chr10` or `NC_000010.11`; `None` for anything that is not one of
/// chr1–chr22, chrX, chrY, chrM.
pub fn canonical_chromosome(name: &str) -> Option<String> {
    if let Some(number) = accession(name).map(|(number, _)| number) {
        return from_number(number);
    }
    let bare = match name.get(..3) {
        Some(prefix) if prefix.eq_ignore_ascii_case("chr") => name.get(3..)?,
        _ => name,
    };
    match bare {
        "X" | "x" => from_number(23),
        "Y" | "y" => from_number(24),
        "M" | "MT" | "m" | "mt" => from_number(25),
        // `010` or `+10` are no chromosome names.
        _ if bare.starts_with(['0', '+']) => None,
        _ => bare.parse::<u32>().ok().filter(|number| *number <= 22).and_then(from_number),
    }
}

fn from_number(number: u32) -> Option<String> {
    match number {
        1..=22 => Some(format!("chr{number}")),
        23 => Some("chrX".into()),
        24 => Some("chrY".into()),
        25 => Some("chrM".into()),
        _ => None,
    }
}

/// Number (1–24, 25 for the mitochondrion) and version of an accession.
fn accession(name: &str) -> Option<(u32, u32)> {
    let (number, version) = name.strip_prefix("NC_")?.split_once('.')?;
    let version = version.parse().ok()?;
    match number.parse().ok()? {
        12_920 => Some((25, version)),
        number @ 1..=24 if name.len() >= 11 => Some((number, version)),
        _ => None,
    }
}

/// The build that a versioned accession belongs to; `None` for names without one, and for the
/// mitochondrion, which both builds share.
pub(super) fn build_of_accession(name: &str) -> Option<BuildName> {
    let (number, version) = accession(name)?;
    let index = usize::try_from(number).ok()?.checked_sub(1)?;
    let (new, old) = *ACCESSION_VERSIONS.get(index)?;
    Some(if version == new {
        BuildName::GRCh38
    } else if version == old {
        BuildName::GRCh37
    } else {
        BuildName::Other
    })
}

/// Place in the usual order: chr1 … chr22, chrX, chrY, chrM.
pub(crate) fn karyotype_order(name: &str) -> u32 {
    match name.strip_prefix("chr") {
        Some("X") => 23,
        Some("Y") => 24,
        Some("M") => 25,
        Some(number) => number.parse().unwrap_or(u32::MAX),
        None => u32::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_chromosome_are_one() {
        for (name, canonical) in [
            ("10", Some("chr10")),
            ("chr10", Some("chr10")),
            ("Chr10", Some("chr10")),
            ("NC_000010.11", Some("chr10")),
            ("NC_000010.10", Some("chr10")),
            ("NC_000023.11", Some("chrX")),
            ("NC_012920.1", Some("chrM")),
            ("MT", Some("chrM")),
            ("chrX", Some("chrX")),
            ("chr23", None),
            ("chr0", None),
            ("+5", None),
            ("chr1_KI270706v1_random", None),
            ("HLA-A*01:01:01:01", None),
            ("NC_1.1", None),
            ("", None),
            ("é1", None),
        ] {
            assert_eq!(canonical_chromosome(name).as_deref(), canonical, "{name}");
        }
    }

    #[test]
    fn accessions_prove_their_build() {
        assert_eq!(build_of_accession("NC_000010.11"), Some(BuildName::GRCh38));
        assert_eq!(build_of_accession("NC_000010.10"), Some(BuildName::GRCh37));
        assert_eq!(build_of_accession("NC_000010.9"), Some(BuildName::Other));
        assert_eq!(build_of_accession("chr10"), None);
    }
}
