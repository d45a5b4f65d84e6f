//! A VCF of many invented samples at given positions; the same bytes for the same settings.

use std::{
    fmt::Write as _,
    fs,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::arguments::Arguments;

/// Most samples, as many as the reader takes.
pub const SAMPLES_MAX: u32 = 2_000_000;

/// Contigs with their lengths on GRCh38 (NCBI assembly report of GCF_000001405.40).
pub(super) const CONTIGS: [(&str, u32); 24] = [
    ("chr1", 248_956_422),
    ("chr2", 242_193_529),
    ("chr3", 198_295_559),
    ("chr4", 190_214_555),
    ("chr5", 181_538_259),
    ("chr6", 170_805_979),
    ("chr7", 159_345_973),
    ("chr8", 145_138_636),
    ("chr9", 138_394_717),
    ("chr10", 133_797_422),
    ("chr11", 135_086_622),
    ("chr12", 133_275_309),
    ("chr13", 114_364_328),
    ("chr14", 107_043_718),
    ("chr15", 101_991_189),
    ("chr16", 90_338_345),
    ("chr17", 83_257_441),
    ("chr18", 80_373_285),
    ("chr19", 58_617_616),
    ("chr20", 64_444_167),
    ("chr21", 46_709_983),
    ("chr22", 50_818_468),
    ("chrX", 156_040_895),
    ("chrY", 57_227_415),
];

/// What to write.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Number of samples.
    pub samples: u32,
    /// Start of the numbers that genotypes come from.
    pub seed: u64,
    /// Depths, qualities and likelihoods beside GT.
    pub full: bool,
    /// `|` in place of `/`.
    pub phased: bool,
    /// A VCF whose first five columns are taken; none = the pack's positions.
    pub sites: Option<PathBuf>,
    /// Where to write.
    pub out: PathBuf,
}

/// A position.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Site {
    pub(super) contig: usize,
    pub(super) position: u64,
    reference: String,
    alternates: String,
    id: String,
}

impl Settings {
    /// Names of the options with values, and of the switches.
    pub const NAMES: (&[&str], &[&str]) =
        (&["samples", "seed", "sites", "out"], &["full", "phased"]);

    /// Reads the options.
    ///
    /// # Errors
    /// No `--out`, or a number that is none.
    pub fn from(arguments: &Arguments) -> Result<Self> {
        let samples = arguments.parsed_or("samples", 10_000)?;
        if !(1..=SAMPLES_MAX).contains(&samples) {
            bail!("`--samples` is 1 to {SAMPLES_MAX}");
        }
        Ok(Self {
            samples,
            seed: arguments.parsed_or("seed", 1)?,
            full: arguments.has("full"),
            phased: arguments.has("phased"),
            sites: arguments.get("sites").map(PathBuf::from),
            out: arguments.required("out")?.into(),
        })
    }
}

/// Writes the file; gives one sentence about it.
///
/// # Errors
/// Positions that cannot be read, or a file that cannot be written.
pub fn run(root: &Path, settings: &Settings) -> Result<String> {
    let sites = match &settings.sites {
        Some(path) => sites_of_vcf(&read(path)?)?,
        None => known_sites(root)?,
    };
    let file = fs::File::create(&settings.out)
        .with_context(|| format!("cannot write `{}`", settings.out.display()))?;
    let mut out = BufWriter::with_capacity(1 << 20, file);
    out.write_all(header(settings)?.as_bytes())?;
    let mut line = String::new();
    for (number, site) in sites.iter().enumerate() {
        line.clear();
        write_record(site, number as u64, settings, &mut line)?;
        out.write_all(line.as_bytes())?;
    }
    out.flush()?;
    Ok(format!("{} samples at {} positions", settings.samples, sites.len()))
}

/// The positions of the pack that ships.
pub(super) fn known_sites(root: &Path) -> Result<Vec<Site>> {
    sites_of_pack(
        &read(&root.join("knowledge/pgx/genes.tsv"))?,
        &read(&root.join("knowledge/pgx/positions.tsv"))?,
    )
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))
}

fn site(chromosome: &str, columns: [&str; 4]) -> Result<Site> {
    let [position, id, reference, alternates] = columns;
    let contig = CONTIGS.iter().position(|(name, _)| *name == chromosome);
    Ok(Site {
        contig: contig.with_context(|| format!("`{chromosome}` is no chromosome"))?,
        position: position.parse().with_context(|| format!("`{position}` is no position"))?,
        reference: reference.to_owned(),
        alternates: alternates.to_owned(),
        id: if id.is_empty() { ".".to_owned() } else { id.to_owned() },
    })
}

fn sorted(mut sites: Vec<Site>) -> Vec<Site> {
    sites.sort();
    sites.dedup();
    sites
}

fn sites_of_vcf(text: &str) -> Result<Vec<Site>> {
    let mut sites = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').take(5).collect();
        let [chromosome, position, id, reference, alternates] = columns.as_slice() else {
            bail!("a line of the sites has less than five columns");
        };
        sites.push(site(chromosome, [position, id, reference, alternates])?);
    }
    Ok(sorted(sites))
}

fn sites_of_pack(genes: &str, positions: &str) -> Result<Vec<Site>> {
    let chromosome_of = |gene: &str| {
        genes.lines().find_map(|line| {
            let mut columns = line.split('\t');
            (columns.next() == Some(gene)).then(|| columns.nth(1)).flatten()
        })
    };
    let mut sites = Vec::new();
    for line in positions.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').take(5).collect();
        let [gene, position, reference, alternates, id] = columns.as_slice() else {
            bail!("a line of positions.tsv has less than five columns");
        };
        let chromosome =
            chromosome_of(gene).with_context(|| format!("`{gene}` is not in genes.tsv"))?;
        sites.push(site(chromosome, [position, id, reference, alternates])?);
    }
    Ok(sorted(sites))
}

fn header(settings: &Settings) -> Result<String> {
    let mut text =
        "##fileformat=VCFv4.2\n##FILTER=<ID=PASS,Description=\"All filters passed\">\n".to_owned();
    for (name, length) in CONTIGS {
        writeln!(text, "##contig=<ID={name},length={length}>")?;
    }
    for (id, number, kind) in [
        ("GT", "1", "String"),
        ("AD", "R", "Integer"),
        ("DP", "1", "Integer"),
        ("GQ", "1", "Integer"),
        ("PL", "G", "Integer"),
    ] {
        writeln!(text, "##FORMAT=<ID={id},Number={number},Type={kind},Description=\"{id}\">")?;
    }
    text.push_str("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT");
    for number in 0..settings.samples {
        write!(text, "\tS{number:07}")?;
    }
    text.push('\n');
    Ok(text)
}

/// Steele, Lea and Flood's SplitMix64 (doi 10.1145/2660193.2660195).
pub(super) fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut word = *state;
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

fn write_record(site: &Site, number: u64, settings: &Settings, line: &mut String) -> Result<()> {
    let mut state = settings.seed ^ (number << 32);
    // One position in eight is common (5 to 37 % of strands), the others are rare (1 in 1,000).
    let draw = random(&mut state);
    let share = if draw.is_multiple_of(8) { 50 + (draw >> 8) % 320 } else { 1 };
    let alternates = site.alternates.split(',').count() as u64;
    let name = CONTIGS.get(site.contig).map_or(".", |(name, _)| *name);
    let format = if settings.full { "GT:AD:DP:GQ:PL" } else { "GT" };
    write!(
        line,
        "{name}\t{}\t{}\t{}\t{}\t.\tPASS\t.\t{format}",
        site.position, site.id, site.reference, site.alternates
    )?;
    let separator = if settings.phased { '|' } else { '/' };
    for _ in 0..settings.samples {
        let word = random(&mut state);
        let allele = |bits: u64| if bits % 1000 < share { 1 + bits % alternates } else { 0 };
        let (first, second) = (allele(word & 0xffff), allele((word >> 16) & 0xffff));
        if (word >> 32).is_multiple_of(512) {
            write!(line, "\t.{separator}.")?;
        } else {
            write!(line, "\t{first}{separator}{second}")?;
        }
        if settings.full {
            let depth = 20 + (word >> 40) % 30;
            write!(line, ":{},{}:{depth}:{}:0,60,900", depth / 2, depth - depth / 2, 40 + depth)?;
        }
    }
    line.push('\n');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_settings_give_the_same_bytes() {
        let genes = "symbol\thgnc\tchromosome\nB\tHGNC:1\tchr2\nA\tHGNC:2\tchrX\n";
        let positions = "gene\tposition\tref\talts\trsid\nA\t7\tC\tT,G\trs1\nB\t9\tA\tAT\t\n";
        let sites = sites_of_pack(genes, positions).unwrap();
        let vcf = "#x\nchrX\t7\trs1\tC\tT,G\nchr2\t9\t.\tA\tAT\t.\n";
        assert_eq!(sites_of_vcf(vcf).unwrap(), sites);
        let settings = Settings {
            samples: 3,
            seed: 1,
            full: true,
            phased: true,
            sites: None,
            out: PathBuf::new(),
        };
        let text = |number: u64| {
            let mut line = String::new();
            write_record(&sites[0], number, &settings, &mut line).unwrap();
            line
        };
        assert_eq!(text(0), text(0));
        assert!(text(0).starts_with("chr2\t9\t.\tA\tAT\t.\tPASS\t.\tGT:AD:DP:GQ:PL\t0|0:"));
        assert_eq!(text(0).split('\t').count(), 12);
        assert!(header(&settings).unwrap().ends_with("FORMAT\tS0000000\tS0000001\tS0000002\n"));
    }
}
