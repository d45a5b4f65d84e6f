//! A VCF of one invented genome, with the columns that callers write; the same bytes for the same
//! settings.

use std::{
    fmt::Write as _,
    fs,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use super::cohort_vcf::{CONTIGS, Site, known_sites, random};
use crate::arguments::Arguments;

/// Most variants: more than the bases of the genome would not be sorted any more.
pub const VARIANTS_MAX: u64 = 100_000_000;

/// Bases around a known position that stay as they are.
const NEAR: u64 = 100;

/// What to write.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Number of records.
    pub variants: u64,
    /// Start of the numbers that everything comes from.
    pub seed: u64,
    /// Where to write.
    pub out: PathBuf,
}

impl Settings {
    /// Names of the options with values, and of the switches.
    pub const NAMES: (&[&str], &[&str]) = (&["variants", "seed", "out"], &[]);

    /// Reads the options.
    ///
    /// # Errors
    /// No `--out`, or a number that is none.
    pub fn from(arguments: &Arguments) -> Result<Self> {
        let variants = arguments.parsed_or("variants", 5_000_000)?;
        if !(1..=VARIANTS_MAX).contains(&variants) {
            bail!("`--variants` is 1 to {VARIANTS_MAX}");
        }
        Ok(Self {
            variants,
            seed: arguments.parsed_or("seed", 1)?,
            out: arguments.required("out")?.into(),
        })
    }
}

/// Writes the file; gives one sentence about it.
///
/// # Errors
/// When the file cannot be written.
pub fn run(root: &Path, settings: &Settings) -> Result<String> {
    let sites = known_sites(root)?;
    let place = || format!("cannot write `{}`", settings.out.display());
    let file = fs::File::create(&settings.out).with_context(place)?;
    let mut out = BufWriter::with_capacity(1 << 20, file);
    let records = write(settings, &sites, &mut out)?;
    out.flush().with_context(place)?;
    Ok(format!("{records} records"))
}

fn write(settings: &Settings, sites: &[Site], out: &mut impl Write) -> Result<u64> {
    out.write_all(header()?.as_bytes())?;
    let whole: u64 = CONTIGS.iter().map(|(_, length)| u64::from(*length)).sum();
    let (mut state, mut line, mut records) = (settings.seed, String::new(), 0);
    for (contig, (name, length)) in CONTIGS.into_iter().enumerate() {
        let length = u64::from(length);
        let known: Vec<u64> =
            sites.iter().filter(|site| site.contig == contig).map(|site| site.position).collect();
        let count = settings.variants * length / whole;
        // Gaps of up to twice their mean: the last record stays on the contig.
        let gap = length.checked_div(count + 1).unwrap_or(length).max(1);
        let mut position = 0;
        for _ in 0..count {
            position += 1 + random(&mut state) % (2 * gap - 1);
            if position + 100 > length {
                break;
            }
            // Invented bases of the reference would be found out at the known positions.
            let next = known.partition_point(|site| site + NEAR < position);
            if known.get(next).is_some_and(|site| site.abs_diff(position) <= NEAR) {
                continue;
            }
            line.clear();
            record(name, position, &mut state, &mut line)?;
            out.write_all(line.as_bytes())?;
            records += 1;
        }
    }
    Ok(records)
}

fn header() -> Result<String> {
    let mut text = "##fileformat=VCFv4.2\n##FILTER=<ID=PASS,Description=\"All filters passed\">\n\
         ##FILTER=<ID=LowQual,Description=\"Low quality\">\n"
        .to_owned();
    for (name, length) in CONTIGS {
        writeln!(text, "##contig=<ID={name},length={length}>")?;
    }
    for (kind, id, number, of) in [
        ("INFO", "AC", "A", "Integer"),
        ("INFO", "AF", "A", "Float"),
        ("INFO", "AN", "1", "Integer"),
        ("INFO", "BaseQRankSum", "1", "Float"),
        ("INFO", "DP", "1", "Integer"),
        ("INFO", "FS", "1", "Float"),
        ("INFO", "MQ", "1", "Float"),
        ("INFO", "QD", "1", "Float"),
        ("INFO", "SOR", "1", "Float"),
        ("FORMAT", "GT", "1", "String"),
        ("FORMAT", "AD", "R", "Integer"),
        ("FORMAT", "DP", "1", "Integer"),
        ("FORMAT", "GQ", "1", "Integer"),
        ("FORMAT", "PL", "G", "Integer"),
    ] {
        writeln!(text, "##{kind}=<ID={id},Number={number},Type={of},Description=\"{id}\">")?;
    }
    text.push_str("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tBENCH\n");
    Ok(text)
}

/// A base by two bits.
fn base(bits: u64) -> char {
    ['A', 'C', 'G', 'T'].get((bits % 4) as usize).copied().unwrap_or('A')
}

/// One record: of a hundred, 82 are single bases, 16 are insertions and deletions of up to 20
/// bases, two have two alternates.
fn record(name: &str, position: u64, state: &mut u64, line: &mut String) -> Result<()> {
    let (kind, word) = (random(state) % 100, random(state));
    let first = base(word);
    let other = base(word + 1 + (word >> 2) % 3);
    let more = |bits: u64| -> String {
        let length = 1 + (bits % 400).isqrt();
        (0..length).map(|at| base(bits >> (2 * at % 48))).collect()
    };
    let (reference, alternate, genotype) = match kind {
        0..82 => (first.to_string(), other.to_string(), word >> 8),
        82..90 => (format!("{first}{}", more(word >> 3)), first.to_string(), word >> 8),
        90..98 => (first.to_string(), format!("{first}{}", more(word >> 3)), word >> 8),
        _ => {
            let third = base(word + 2 + (word >> 2) % 2);
            let second = base(word + 1);
            (first.to_string(), format!("{second},{third}"), 3)
        }
    };
    let is_two = alternate.contains(',');
    // Two in five are on both strands.
    let genotype = match genotype % 5 {
        _ if is_two => "1/2",
        0 | 1 => "1/1",
        _ => "0/1",
    };
    let depth = 18 + (word >> 40) % 30;
    let seen = if genotype == "0/1" { depth / 2 } else { depth };
    let (count, quality) = (if genotype == "0/1" { 1 } else { 2 }, 20 + (word >> 45) % 80);
    let filter = if (word >> 52).is_multiple_of(50) { "LowQual" } else { "PASS" };
    let id = if (word >> 20).is_multiple_of(10) { ".".into() } else { format!("rs{}", word >> 34) };
    let allele_count = if is_two { "1,1".to_owned() } else { count.to_string() };
    let depths = if is_two {
        format!("0,{},{}", depth / 2, depth - depth / 2)
    } else {
        format!("{},{seen}", depth - seen)
    };
    let likelihoods = if is_two { "900,400,380,410,0,350" } else { "812,0,655" };
    writeln!(
        line,
        "{name}\t{position}\t{id}\t{reference}\t{alternate}\t{}.{:02}\t{filter}\tAC={allele_count};\
         AF=0.{}00;AN=2;BaseQRankSum=-0.{:03};DP={depth};FS={}.{:03};MQ=60.00;QD={}.{:02};\
         SOR=0.{:03}\tGT:AD:DP:GQ:PL\t{genotype}:{depths}:{depth}:{quality}:{likelihoods}",
        100 + word % 900,
        word % 100,
        5 * count,
        word % 997,
        word % 7,
        (word >> 9) % 1000,
        10 + word % 20,
        (word >> 5) % 100,
        (word >> 7) % 1000,
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_genome_is_sorted_and_the_same_for_the_same_settings() {
        let settings = Settings { variants: 20_000, seed: 7, out: PathBuf::new() };
        let text = |settings: &Settings| {
            let mut bytes = Vec::new();
            let records = write(settings, &[], &mut bytes).unwrap();
            (records, String::from_utf8(bytes).unwrap())
        };
        let (records, one) = text(&settings);
        assert_eq!(text(&settings).1, one);
        assert!((19_000..=20_000).contains(&records), "{records}");
        let mut last = (String::new(), 0);
        for row in one.lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<&str> = row.split('\t').collect();
            assert_eq!(columns.len(), 10, "{row}");
            let position: u64 = columns[1].parse().unwrap();
            assert!(columns[0] != last.0 || position > last.1, "{row}");
            assert!(columns[3] != columns[4], "{row}");
            last = (columns[0].to_owned(), position);
        }
    }
}
