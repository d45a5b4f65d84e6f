//! A data line: where it lies, and one sample's call.

use model::genotype::{Evidence, GenotypeCall};
use noodles_vcf::Record;

/// Most alleles of one genotype; no chromosome of ours has more copies in a call.
const PLOIDY_MAX: usize = 16;
/// Columns up to INFO.
const COLUMNS_MIN: usize = 8;

/// Where a record lies.
#[derive(Debug)]
pub(super) struct Span<'l> {
    /// CHROM, as written.
    pub(super) chromosome: &'l str,
    /// POS.
    pub(super) start: u64,
    /// Last position: END if given, else by the length of REF.
    pub(super) end: u64,
}

/// What a call needs from around its line.
#[derive(Debug)]
pub(super) struct Context<'h> {
    pub(super) header: &'h noodles_vcf::Header,
    pub(super) sample: usize,
    pub(super) honour_filter: bool,
    pub(super) chromosome: String,
    pub(super) end: u64,
    pub(super) line: u64,
}

/// Where the record lies, from its first eight columns; the rest is not looked at.
pub(super) fn span(line: &[u8]) -> Result<Span<'_>, String> {
    let mut columns = line.split(|byte| *byte == b'\t');
    let mut head: [&[u8]; COLUMNS_MIN] = [b""; COLUMNS_MIN];
    for (index, cell) in head.iter_mut().enumerate() {
        *cell = columns.next().ok_or_else(|| {
            format!("the record has {index} columns, but at least {COLUMNS_MIN} are needed")
        })?;
    }
    let [chromosome, position, _, reference, _, _, _, info] = head;
    let chromosome =
        std::str::from_utf8(chromosome).map_err(|_| "CHROM is not UTF-8".to_owned())?;
    let start = number(position).ok_or("POS is not a number")?;
    if start == 0 || start > u64::from(u32::MAX) {
        return Err("POS is not a position on a chromosome".into());
    }
    if reference.is_empty() {
        return Err("REF is empty".into());
    }
    let end = match info_value(info, b"END") {
        Some(value) => number(value).ok_or("END is not a number")?,
        None => start + reference.len() as u64 - 1,
    };
    if end < start || end > u64::from(u32::MAX) {
        return Err("END lies before POS or beyond any chromosome".into());
    }
    Ok(Span { chromosome, start, end })
}

fn number(bytes: &[u8]) -> Option<u64> {
    if bytes.is_empty() || !bytes.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(bytes).ok()?.parse().ok()
}

/// Value of a key of INFO.
fn info_value<'l>(info: &'l [u8], key: &[u8]) -> Option<&'l [u8]> {
    info.split(|byte| *byte == b';').find_map(|field| field.strip_prefix(key)?.strip_prefix(b"="))
}

/// The sample's call, with a remark if it was not taken as written.
pub(super) fn call(
    line: &[u8],
    context: &Context<'_>,
) -> Result<(GenotypeCall, Option<String>), String> {
    let record = Record::try_from(line).map_err(|error| error.to_string())?;
    let position = match record.variant_start() {
        Some(Ok(position)) => usize::from(position) as u64,
        _ => return Err("POS is not a position on a chromosome".into()),
    };
    let reference = record.reference_bases().to_ascii_uppercase();
    if !reference.bytes().all(|base| base.is_ascii_alphabetic()) {
        return Err("REF holds something other than bases".into());
    }
    let alternates = alternates(record.alternate_bases().as_ref())?;
    let sample = Fields::of(&record, context)?;
    let (mut alleles, phased) = match sample.get("GT") {
        Some(genotype) => genotype_alleles(genotype)?,
        None => (vec![None], false),
    };
    if alleles.iter().flatten().any(|allele| usize::from(*allele) > alternates.len()) {
        return Err("GT uses an allele number that ALT does not have".into());
    }
    let depth = sample.number("DP").or_else(|| sample.number("MIN_DP"));
    let lowest_depth = sample.number("MIN_DP").or(depth);
    let all_reference = alleles.iter().all(|allele| *allele == Some(0));
    let mut remark = None;
    if all_reference && lowest_depth == Some(0) {
        // Some callers write 0/0 where no read was seen; nobody looked there.
        alleles.fill(None);
        remark = Some("a reference genotype without any read was taken as no call".into());
    }
    let filter = filter(record.filters().as_ref(), sample.get("FT"));
    let evidence = match filter {
        Some(filter) if context.honour_filter => Evidence::Filtered { filter },
        _ if is_block(&alternates, all_reference, context.end > position) => {
            Evidence::ReferenceBlock { end: context.end }
        }
        _ => Evidence::Called,
    };
    let phase_set = if phased { sample.get("PS").and_then(|text| text.parse().ok()) } else { None };
    Ok((
        GenotypeCall {
            chromosome: context.chromosome.clone(),
            position,
            reference,
            alternates,
            alleles,
            phased,
            phase_set,
            evidence,
            genotype_quality: sample.number("GQ").or_else(|| sample.number("RGQ")),
            depth,
            line: context.line,
        },
        remark,
    ))
}

/// ALT split at commas, bases in upper case; empty for `.`.
fn alternates(text: &str) -> Result<Vec<String>, String> {
    if text.is_empty() || text == "." {
        return Ok(Vec::new());
    }
    let alternates: Vec<String> = text
        .split(',')
        .map(|alternate| {
            if alternate.starts_with('<') {
                alternate.to_owned()
            } else {
                alternate.to_ascii_uppercase()
            }
        })
        .collect();
    if alternates.iter().any(String::is_empty) {
        return Err("ALT holds an empty allele".into());
    }
    Ok(alternates)
}

/// Whether a record only says "nothing but reference from here to there" (VCF 4.5 §5.5).
fn is_block(alternates: &[String], all_reference: bool, long: bool) -> bool {
    let any_other = |alternate: &String| alternate == "<*>" || alternate == "<NON_REF>";
    all_reference && alternates.iter().all(any_other) && (long || alternates.iter().any(any_other))
}

/// FILTER and FT as far as they are not passed.
fn filter(record: &str, sample: Option<&str>) -> Option<String> {
    let failed: Vec<&str> = [Some(record), sample]
        .into_iter()
        .flatten()
        .filter(|text| !matches!(*text, "" | "." | "PASS"))
        .collect();
    if failed.is_empty() { None } else { Some(failed.join(";")) }
}

/// Allele numbers of a GT and whether it is phased: every separator is `|`.
fn genotype_alleles(text: &str) -> Result<(Vec<Option<u16>>, bool), String> {
    // VCF 4.4 lets the first allele carry its own phasing.
    let (first, text) = match text.strip_prefix(['|', '/']) {
        Some(rest) => (text.chars().next(), rest),
        None => (None, text),
    };
    let alleles: Vec<Option<u16>> = text
        .split(['/', '|'])
        .map(|allele| match allele {
            "." => Ok(None),
            number => number.parse().map(Some).map_err(|_| "GT cannot be read".to_owned()),
        })
        .collect::<Result<_, _>>()?;
    if alleles.len() > PLOIDY_MAX {
        return Err(format!("GT has more than {PLOIDY_MAX} alleles"));
    }
    let phased = first != Some('/') && text.contains('|') && !text.contains('/');
    Ok((alleles, phased))
}

/// One sample's fields by key.
struct Fields {
    keys: Vec<String>,
    values: String,
}

impl Fields {
    fn of(record: &Record, context: &Context<'_>) -> Result<Self, String> {
        let samples = record.samples();
        let columns = samples.len();
        let expected = context.header.sample_names().len();
        if columns != expected {
            return Err(format!(
                "the record has {columns} sample columns, but the header names {expected}"
            ));
        }
        let sample = samples.get_index(context.sample).ok_or("the sample column is missing")?;
        Ok(Self {
            keys: samples.keys().iter().map(str::to_owned).collect(),
            values: sample.as_ref().to_owned(),
        })
    }

    /// The value of a key; `None` if it is not there or `.`.
    fn get(&self, key: &str) -> Option<&str> {
        let index = self.keys.iter().position(|name| name == key)?;
        self.values.split(':').nth(index).filter(|value| !matches!(*value, "" | "."))
    }

    /// A number that is not negative; fractions are cut off.
    fn number(&self, key: &str) -> Option<u32> {
        self.get(key)?.split('.').next()?.parse().ok()
    }
}
