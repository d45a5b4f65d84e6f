//! RefSeq accessions of the chromosomes of both builds.
//!
//! Versions and lengths are those of NCBI's assembly reports GCF_000001405.25 (GRCh37.p13) and
//! GCF_000001405.40 (GRCh38.p14); the mitochondrial sequence is the same in both.

use model::variant::GenomeBuild;

/// The mitochondrial sequence (rCRS).
pub const MITOCHONDRION: &str = "NC_012920.1";
const MITOCHONDRION_BASES: u64 = 16_569;

/// A chromosome in both builds: version of its accession and length in bases.
struct Chromosome {
    name: &'static str,
    older: (u8, u64),
    newer: (u8, u64),
}

const fn row(name: &'static str, older: (u8, u64), newer: (u8, u64)) -> Chromosome {
    Chromosome { name, older, newer }
}

/// In the order of their accessions, `NC_000001` first.
const CHROMOSOMES: [Chromosome; 24] = [
    row("1", (10, 249_250_621), (11, 248_956_422)),
    row("2", (11, 243_199_373), (12, 242_193_529)),
    row("3", (11, 198_022_430), (12, 198_295_559)),
    row("4", (11, 191_154_276), (12, 190_214_555)),
    row("5", (9, 180_915_260), (10, 181_538_259)),
    row("6", (11, 171_115_067), (12, 170_805_979)),
    row("7", (13, 159_138_663), (14, 159_345_973)),
    row("8", (10, 146_364_022), (11, 145_138_636)),
    row("9", (11, 141_213_431), (12, 138_394_717)),
    row("10", (10, 135_534_747), (11, 133_797_422)),
    row("11", (9, 135_006_516), (10, 135_086_622)),
    row("12", (11, 133_851_895), (12, 133_275_309)),
    row("13", (10, 115_169_878), (11, 114_364_328)),
    row("14", (8, 107_349_540), (9, 107_043_718)),
    row("15", (9, 102_531_392), (10, 101_991_189)),
    row("16", (9, 90_354_753), (10, 90_338_345)),
    row("17", (10, 81_195_210), (11, 83_257_441)),
    row("18", (9, 78_077_248), (10, 80_373_285)),
    row("19", (9, 59_128_983), (10, 58_617_616)),
    row("20", (10, 63_025_520), (11, 64_444_167)),
    row("21", (8, 48_129_895), (9, 46_709_983)),
    row("22", (10, 51_304_566), (11, 50_818_468)),
    row("X", (10, 155_270_560), (11, 156_040_895)),
    row("Y", (9, 59_373_566), (10, 57_227_415)),
];

/// What is known of an accession.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// `1` to `22`, `X`, `Y`, `MT`.
    pub chromosome: &'static str,
    /// The build it is of; none for the mitochondrion, which is of both.
    pub build: Option<GenomeBuild>,
    /// Bases.
    pub length: u64,
}

/// What an accession with version stands for; `None` if it is no chromosome of a known build.
pub fn known(accession: &str) -> Option<Known> {
    if accession == MITOCHONDRION {
        return Some(Known { chromosome: "MT", build: None, length: MITOCHONDRION_BASES });
    }
    let (number, version) = accession.strip_prefix("NC_")?.split_once('.')?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if number.len() != 6 || !digits(number) || !digits(version) {
        return None;
    }
    let place: usize = number.parse().ok()?;
    let version: u8 = version.parse().ok()?;
    let chromosome = CHROMOSOMES.get(place.checked_sub(1)?)?;
    let of = |(held, length): (u8, u64), build| {
        let known = Known { chromosome: chromosome.name, build: Some(build), length };
        (held == version).then_some(known)
    };
    of(chromosome.older, GenomeBuild::GRCh37).or_else(|| of(chromosome.newer, GenomeBuild::GRCh38))
}

/// The accession of a chromosome, `10`, `chr10`, `chrM` …, on a build.
pub fn accession_of(build: GenomeBuild, chromosome: &str) -> Option<String> {
    let name = chromosome.strip_prefix("chr").unwrap_or(chromosome);
    if matches!(name, "M" | "MT") {
        return Some(MITOCHONDRION.to_owned());
    }
    let place = CHROMOSOMES.iter().position(|held| held.name == name)?;
    let held = CHROMOSOMES.get(place)?;
    let (version, _) = match build {
        GenomeBuild::GRCh37 => held.older,
        GenomeBuild::GRCh38 => held.newer,
    };
    Some(format!("NC_{:06}.{version}", place + 1))
}

/// The same chromosome on the other build; `None` for what is of both or of neither.
pub fn counterpart(accession: &str) -> Option<String> {
    let held = known(accession)?;
    let other = match held.build? {
        GenomeBuild::GRCh37 => GenomeBuild::GRCh38,
        GenomeBuild::GRCh38 => GenomeBuild::GRCh37,
    };
    accession_of(other, held.chromosome)
}

#[cfg(test)]
mod tests {
    use super::*;
    use GenomeBuild::{GRCh37, GRCh38};

    #[test]
    fn accessions_name_their_chromosome_and_build() {
        for (accession, chromosome, build, length) in [
            ("NC_000001.10", "1", Some(GRCh37), 249_250_621),
            ("NC_000001.11", "1", Some(GRCh38), 248_956_422),
            ("NC_000023.11", "X", Some(GRCh38), 156_040_895),
            ("NC_000024.9", "Y", Some(GRCh37), 59_373_566),
            ("NC_012920.1", "MT", None, 16_569),
        ] {
            assert_eq!(known(accession), Some(Known { chromosome, build, length }), "{accession}");
        }
        for unknown in
            ["NC_000001.9", "NC_000001", "NC_1.10", "NM_000769.4", "NC_000025.1", "NC_000001.+10"]
        {
            assert_eq!(known(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn every_accession_is_found_again() {
        for build in [GRCh37, GRCh38] {
            for name in (1..=22).map(|n| n.to_string()).chain(["X".into(), "Y".into()]) {
                let accession = accession_of(build, &format!("chr{name}")).unwrap();
                let held = known(&accession).unwrap();
                assert_eq!((held.chromosome, held.build), (name.as_str(), Some(build)));
                let other = counterpart(&accession).unwrap();
                assert_eq!(counterpart(&other).as_deref(), Some(accession.as_str()));
            }
        }
        assert_eq!(accession_of(GRCh37, "chrM").as_deref(), Some(MITOCHONDRION));
        assert_eq!(accession_of(GRCh37, "chr23"), None);
    }
}
