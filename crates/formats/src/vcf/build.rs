//! Proof of the genome build: contig lengths, versioned accessions, REF at known positions.

use super::header::Header;
use super::{Site, canonical_chromosome, chromosome, place};
use model::Problem;
use model::genotype::GenotypeRecord;
use model::variant::GenomeBuild;

/// Known positions whose REF must agree when no ALT vouches for one of them. A single base agrees
/// by chance in a quarter of all cases.
const AGREEING_SITES_MIN: u64 = 3;

/// Lengths of chr1 … chr22, chrX, chrY: (name, GRCh38, GRCh37), from the NCBI assembly reports of
/// GCF_000001405.40 and GCF_000001405.25.
const LENGTHS: [(&str, usize, usize); 24] = [
    ("chr1", 248_956_422, 249_250_621),
    ("chr2", 242_193_529, 243_199_373),
    ("chr3", 198_295_559, 198_022_430),
    ("chr4", 190_214_555, 191_154_276),
    ("chr5", 181_538_259, 180_915_260),
    ("chr6", 170_805_979, 171_115_067),
    ("chr7", 159_345_973, 159_138_663),
    ("chr8", 145_138_636, 146_364_022),
    ("chr9", 138_394_717, 141_213_431),
    ("chr10", 133_797_422, 135_534_747),
    ("chr11", 135_086_622, 135_006_516),
    ("chr12", 133_275_309, 133_851_895),
    ("chr13", 114_364_328, 115_169_878),
    ("chr14", 107_043_718, 107_349_540),
    ("chr15", 101_991_189, 102_531_392),
    ("chr16", 90_338_345, 90_354_753),
    ("chr17", 83_257_441, 81_195_210),
    ("chr18", 80_373_285, 78_077_248),
    ("chr19", 58_617_616, 59_128_983),
    ("chr20", 64_444_167, 63_025_520),
    ("chr21", 46_709_983, 48_129_895),
    ("chr22", 50_818_468, 51_304_566),
    ("chrX", 156_040_895, 155_270_560),
    ("chrY", 57_227_415, 59_373_566),
];

/// A build, as an accession or a length tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BuildName {
    GRCh38,
    GRCh37,
    /// Neither.
    Other,
}

/// How a record's REF compares with a site's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Agreement {
    /// No base in common to compare.
    Unknown,
    /// All bases in common are equal; `alternate` if a known ALT is there as well.
    Agrees { alternate: bool },
    /// Some base differs.
    Disagrees,
}

/// What has been seen so far in favour of GRCh38.
#[derive(Debug, Default)]
pub(super) struct BuildEvidence {
    lengths: u64,
    accessions: bool,
    agreeing: u64,
    last_agreeing: Option<u64>,
    agreeing_alternates: u64,
    claim_line: Option<u64>,
    given_up: bool,
}

impl BuildEvidence {
    /// Evidence of the header's contigs; an error if one belongs to another build.
    pub(super) fn from_header(header: &Header) -> Result<Self, Problem> {
        let mut evidence = Self { claim_line: header.claims_grch37, ..Self::default() };
        for contig in &header.contigs {
            evidence.see_accession(&contig.name, contig.line)?;
            let Some(name) = canonical_chromosome(&contig.name) else { continue };
            let known = LENGTHS.iter().find(|(chromosome, ..)| *chromosome == name);
            let (Some((_, new, old)), Some(length)) = (known, contig.length) else { continue };
            let build = match length {
                length if length == *new => BuildName::GRCh38,
                length if length == *old => BuildName::GRCh37,
                _ => BuildName::Other,
            };
            evidence.lengths += 1;
            refuse_other(build, contig.line, &format!("{name} has the length {length}"))?;
        }
        Ok(evidence)
    }

    /// Takes note of a versioned accession used as a name.
    pub(super) fn see_accession(&mut self, name: &str, line: u64) -> Result<(), Problem> {
        let Some(build) = chromosome::build_of_accession(name) else { return Ok(()) };
        refuse_other(build, line, &format!("the chromosome is {name}"))?;
        self.accessions = true;
        Ok(())
    }

    /// Takes note of a site whose REF agrees; the same site counts once in a row.
    pub(super) fn agree(&mut self, site: &Site, alternate: bool) {
        if self.last_agreeing != Some(site.position) {
            self.agreeing += 1;
            self.last_agreeing = Some(site.position);
        }
        self.agreeing_alternates += u64::from(alternate);
    }

    /// An error is already listed; another one about the build would only hide it.
    pub(super) fn give_up(&mut self) {
        self.given_up = true;
    }

    /// What proved GRCh38, in words.
    pub(super) fn proof(&self, problems: &mut Vec<Problem>) -> Result<String, Problem> {
        let by_reference = self.agreeing_alternates > 0 || self.agreeing >= AGREEING_SITES_MIN;
        if self.lengths == 0 && !self.accessions && !by_reference && !self.given_up {
            return Err(Problem::error(
                "build-unproven",
                "file",
                "neither contig lengths nor REF at known positions prove GRCh38",
            ));
        }
        if let Some(line) = self.claim_line {
            problems.push(Problem::warning(
                "build-claim",
                place(line),
                "the header speaks of GRCh37, but the coordinates are those of GRCh38",
            ));
        }
        let mut parts = Vec::new();
        if self.lengths > 0 {
            parts.push(format!("lengths of {} contigs", self.lengths));
        }
        if self.accessions {
            parts.push("accessions of chromosomes".to_owned());
        }
        if self.agreeing > 0 {
            parts.push(format!("REF at {} known positions", self.agreeing));
        }
        Ok(format!("GRCh38 by {}", parts.join(" and ")))
    }
}

/// The build that the header's contigs prove, with the proof in words; none if they prove none.
///
/// # Errors
/// When they prove two builds, or none that is known.
pub(super) fn of_header(header: &Header) -> Result<Option<(GenomeBuild, String)>, Problem> {
    let mut proven: Option<GenomeBuild> = None;
    let (mut lengths, mut accessions) = (0, false);
    for contig in &header.contigs {
        let by_name = chromosome::build_of_accession(&contig.name);
        let by_length = || {
            let name = canonical_chromosome(&contig.name)?;
            let (_, new, old) = LENGTHS.iter().find(|(chromosome, ..)| *chromosome == name)?;
            let length = contig.length?;
            Some(match length {
                length if length == *new => BuildName::GRCh38,
                length if length == *old => BuildName::GRCh37,
                _ => BuildName::Other,
            })
        };
        for build in [by_name, by_length()].into_iter().flatten() {
            let build = match build {
                BuildName::GRCh38 => GenomeBuild::GRCh38,
                BuildName::GRCh37 => GenomeBuild::GRCh37,
                BuildName::Other => {
                    let text = format!("{} is as in neither GRCh38 nor GRCh37", contig.name);
                    return Err(Problem::error("wrong-build", place(contig.line), text));
                }
            };
            if proven.is_some_and(|other| other != build) {
                let text = format!("{} is of {build}, others are not", contig.name);
                return Err(Problem::error("wrong-build", place(contig.line), text));
            }
            proven = Some(build);
        }
        lengths += u64::from(by_length().is_some());
        accessions |= by_name.is_some();
    }
    Ok(proven.map(|build| {
        let lengths = (lengths > 0).then(|| format!("lengths of {lengths} contigs"));
        let accessions = accessions.then(|| "accessions of chromosomes".to_owned());
        let parts: Vec<String> = lengths.into_iter().chain(accessions).collect();
        (build, format!("{build} by {}", parts.join(" and ")))
    }))
}

fn refuse_other(build: BuildName, line: u64, what: &str) -> Result<(), Problem> {
    let other = match build {
        BuildName::GRCh38 => return Ok(()),
        BuildName::GRCh37 => "as in GRCh37; only GRCh38 can be read",
        BuildName::Other => "as in neither GRCh38 nor GRCh37; only GRCh38 can be read",
    };
    Err(Problem::error("wrong-build", place(line), format!("{what}, {other}")))
}

/// Compares the bases that a record's REF and a site's REF have in common.
pub(super) fn compare(record: &GenotypeRecord, site: &Site) -> Agreement {
    let (bases, known) = (record.reference.as_bytes(), site.reference.as_bytes());
    let from = record.position.max(site.position);
    let bases = usize::try_from(from - record.position).ok().and_then(|at| bases.get(at..));
    let known = usize::try_from(from - site.position).ok().and_then(|at| known.get(at..));
    let (bases, known) = (bases.unwrap_or_default(), known.unwrap_or_default());
    let mut compared = 0;
    for (base, expected) in bases.iter().zip(known) {
        // `N` and other ambiguous bases neither agree nor disagree.
        if b"ACGT".contains(base) {
            compared += 1;
            if base != expected {
                return Agreement::Disagrees;
            }
        }
    }
    let same_place = record.position == site.position && record.reference == site.reference;
    let alternate =
        same_place && record.alternates.iter().any(|alternate| site.alternates.contains(alternate));
    if compared == 0 { Agreement::Unknown } else { Agreement::Agrees { alternate } }
}
