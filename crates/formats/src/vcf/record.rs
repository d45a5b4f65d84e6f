//! A data line: where it lies, and one sample's call.

use model::genotype::{Evidence, GenotypeCall};
use noodles_vcf::Record;

/// Most alleles of one genotype; no chromosome of ours has more copies in a call.
const PLOIDY_MAX: usize = 16;
/// Lowest GQ (Phred) that lets a record without variants prove reference: 1 error in 100.
const REFERENCE_QUALITY_MIN: u32 = 20;
/// Columns up to INFO.
const COLUMNS_MIN: usize = 8;

/// Where a record lies.
#[derive(Debug)]
pub(super) struct Span<'l> {
    /// CHROM, as written.
    pub(super) chromosome: &'l str,
    /// POS.
    pub(super) start: u64,
    /// Last position: END or, for a block, LEN if given, else by the length of REF.
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

/// Where the record lies, from its first eight columns; of the rest only a block's LEN is looked
/// at, in the column of the sample.
pub(super) fn span(line: &[u8], sample: usize) -> Result<Span<'_>, String> {
    let mut columns = line.split(|byte| *byte == b'\t');
    let mut head: [&[u8]; COLUMNS_MIN] = [b""; COLUMNS_MIN];
    for (index, cell) in head.iter_mut().enumerate() {
        *cell = columns.next().ok_or_else(|| {
            format!("the record has {index} columns, but at least {COLUMNS_MIN} are needed")
        })?;
    }
    let [chromosome, position, _, reference, alternate, _, _, info] = head;
    let chromosome =
        std::str::from_utf8(chromosome).map_err(|_| "CHROM is not UTF-8".to_owned())?;
    let start = number(position).ok_or("POS is not a number")?;
    if start == 0 || start > u64::from(u32::MAX) {
        return Err("POS is not a position on a chromosome".into());
    }
    if reference.is_empty() {
        return Err("REF is empty".into());
    }
    let end = if let Some(value) = info_value(info, b"END") {
        number(value).ok_or("END is not a number")?
    } else {
        let block = alternate.split(|byte| *byte == b',').any(|allele| allele == b"<*>");
        let length = if block { block_length(columns, sample)? } else { None };
        start.saturating_add(length.unwrap_or(reference.len() as u64).saturating_sub(1))
    };
    if end < start || end > u64::from(u32::MAX) {
        return Err("END lies before POS or beyond any chromosome".into());
    }
    Ok(Span { chromosome, start, end })
}

/// The sample's LEN, which VCF 4.5 (§1.6.2) has for `<*>` in place of END.
fn block_length<'l>(
    mut columns: impl Iterator<Item = &'l [u8]>,
    sample: usize,
) -> Result<Option<u64>, String> {
    let Some(keys) = columns.next() else { return Ok(None) };
    let place = keys.split(|byte| *byte == b':').position(|key| key == b"LEN");
    let (Some(place), Some(values)) = (place, columns.nth(sample)) else { return Ok(None) };
    match values.split(|byte| *byte == b':').nth(place) {
        None | Some(b"" | b".") => Ok(None),
        Some(length) => number(length).map(Some).ok_or_else(|| "LEN is not a number".into()),
    }
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
) -> Result<(GenotypeCall, Option<&'static str>), String> {
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
    let quality = sample.number("GQ").or_else(|| sample.number("RGQ"));
    let reference_only = alternates.iter().all(|alternate| is_any_other(alternate));
    let mut remark = None;
    if alleles.iter().all(|allele| *allele == Some(0)) {
        // Some callers write 0/0 where they saw no read or are not sure; nobody knows there.
        let lowest_depth = sample.number("MIN_DP").or(depth);
        let quality_min = if reference_only { REFERENCE_QUALITY_MIN } else { 1 };
        if lowest_depth == Some(0) || quality.is_some_and(|quality| quality < quality_min) {
            alleles.fill(None);
            remark = Some("a reference genotype without enough evidence was taken as no call");
        }
    }
    let end_of_reference = position + reference.len() as u64 - 1;
    let beyond = Some(context.end).filter(|end| *end > end_of_reference);
    let filter = filter(record.filters().as_ref(), sample.get("FT"));
    let evidence = match filter {
        Some(filter) if context.honour_filter => Evidence::Filtered { filter, end: beyond },
        _ if is_block(&alternates, &alleles, beyond) => {
            Evidence::ReferenceBlock { end: context.end }
        }
        _ => match beyond {
            Some(end) => Evidence::Structural { end },
            None => Evidence::Called,
        },
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
            genotype_quality: quality,
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

/// The ALT that stands for every other base (VCF 4.5 §5.5; `<NON_REF>` is GATK's name).
fn is_any_other(alternate: &str) -> bool {
    alternate == "<*>" || alternate == "<NON_REF>"
}

/// Whether a record only says "no variant from here to there", or "not callable".
fn is_block(alternates: &[String], alleles: &[Option<u16>], beyond: Option<u64>) -> bool {
    let no_variant = alleles.iter().all(|allele| allele.is_none_or(|number| number == 0));
    no_variant
        && alternates.iter().all(|alternate| is_any_other(alternate))
        && (beyond.is_some() || !alternates.is_empty())
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
