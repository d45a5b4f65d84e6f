//! BCF 2: records as the lines that a VCF would have of them (VCF 4.5 §6).
//!
//! Only what the reader of lines looks at is written: of INFO, END; of FORMAT, the keys of
//! [`Key`]. The records are decoded here and not by noodles-bcf, which in 0.94 panics on values
//! that are reserved or missing where it expects a number, and reads GT of one byte only.

pub(super) mod typed;

use super::cohort::CohortLimits;
use super::dictionary::Dictionaries;
use super::header::Header;
use super::lines::{LineFailure, Lines};
use super::sample::Key;
use super::sites::Sites;
use super::{canonical_chromosome, line_problem, place};
use model::Problem;
use std::fmt::Write;
use std::io::{self, BufRead, Read};
use typed::{Integer, Kind};

/// Bytes that a record has before its typed values.
const FIXED_BYTES: usize = 24;
/// Longest FILTER, in bytes; numbers stand for its names, so a short record could have a long one.
const FILTER_BYTES_MAX: usize = 64 * 1024;

/// Records behind a header.
#[derive(Debug)]
pub(super) struct Records<R> {
    inner: R,
    record: Vec<u8>,
    line: String,
    bytes_max: usize,
    number: u64,
    samples: usize,
    /// From VCF 4.4 on, the first allele has a phase of its own.
    first_has_phase: bool,
}

/// The fixed part of a record.
struct Fixed {
    chromosome: u32,
    position: u64,
    length: u64,
    info: usize,
    alleles: usize,
    samples: usize,
    formats: usize,
}

/// A key of FORMAT with every sample's values.
struct Series<'b> {
    name: &'static str,
    key: Key,
    kind: Kind,
    /// Bytes of one sample.
    width: usize,
    bytes: &'b [u8],
}

/// Reads magic and header.
pub(super) fn open<R: BufRead>(
    mut reader: R,
    limits: &CohortLimits,
    problems: &mut Vec<Problem>,
) -> Result<(Header, Records<R>), Problem> {
    let bytes_max = limits.line_bytes;
    let fail = |error| line_problem(&LineFailure::Io(error), 1, bytes_max);
    let mut magic = [0; 5];
    reader.read_exact(&mut magic).map_err(fail)?;
    if !magic.starts_with(b"BCF\x02") {
        let text = "the file is neither `##fileformat=VCFv4.x` nor BCF 2";
        return Err(Problem::error("malformed-header", place(1), text));
    }
    let mut length = [0; 4];
    reader.read_exact(&mut length).map_err(fail)?;
    let mut lines = Lines::new(reader.take(u64::from(u32::from_le_bytes(length))), bytes_max);
    let header = Header::read(&mut lines, limits, problems)?;
    let number = lines.number();
    // Padding with NUL; `Take` knows where the text ends.
    let mut text = lines.into_inner();
    io::copy(&mut text, &mut io::sink()).map_err(fail)?;
    let records = Records {
        inner: text.into_inner(),
        record: Vec::new(),
        line: String::new(),
        bytes_max,
        number,
        samples: header.samples.len(),
        first_has_phase: header.version >= (4, 4),
    };
    Ok((header, records))
}

impl<R: BufRead> Records<R> {
    /// Number that the record given last would have as a line.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The next record as a line, empty if it lies off the sites.
    pub(super) fn next(
        &mut self,
        dictionaries: &Dictionaries,
        sites: &Sites<'_>,
    ) -> Result<Option<&[u8]>, LineFailure> {
        if self.inner.fill_buf().map_err(LineFailure::Io)?.is_empty() {
            return Ok(None);
        }
        let mut lengths = [0; 8];
        self.inner.read_exact(&mut lengths).map_err(LineFailure::Io)?;
        let [a, b, c, d, samples @ ..] = lengths;
        let shared = u32::from_le_bytes([a, b, c, d]) as usize;
        let total = shared.saturating_add(u32::from_le_bytes(samples) as usize);
        if total > self.bytes_max {
            return Err(LineFailure::TooLong);
        }
        self.number += 1;
        // Not allocated before it is there: the length may be a lie.
        self.record.clear();
        self.inner
            .by_ref()
            .take(total as u64)
            .read_to_end(&mut self.record)
            .map_err(LineFailure::Io)?;
        if self.record.len() < total {
            return Err(LineFailure::Io(io::ErrorKind::UnexpectedEof.into()));
        }
        let record = std::mem::take(&mut self.record);
        let written = self.write_line(&record, shared, dictionaries, sites);
        self.record = record;
        written.map_err(LineFailure::Malformed)?;
        if self.line.len() > self.bytes_max {
            return Err(LineFailure::TooLong);
        }
        Ok(Some(self.line.as_bytes()))
    }

    fn write_line(
        &mut self,
        record: &[u8],
        shared: usize,
        dictionaries: &Dictionaries,
        sites: &Sites<'_>,
    ) -> Result<(), String> {
        self.line.clear();
        let (mut shared, mut samples) =
            record.split_at_checked(shared).ok_or("the record is cut short")?;
        let fixed = Fixed::take(&mut shared)?;
        let chromosome = dictionaries
            .contigs
            .name(fixed.chromosome)
            .ok_or("the chromosome is not in the header")?;
        if fixed.samples != self.samples {
            return Err(format!(
                "the record has {} sample columns, but the header names {}",
                fixed.samples, self.samples
            ));
        }
        // The id.
        typed::value(&mut shared)?;
        let mut alleles = Vec::new();
        for _ in 0..fixed.alleles {
            match typed::value(&mut shared)? {
                (Kind::Text, bytes) => alleles.push(typed::text(bytes)?),
                _ => return Err("an allele is not text".into()),
            }
        }
        let (reference, alternates) = alleles.split_first().ok_or("there is no REF")?;
        let filter = filter(&mut shared, dictionaries)?;
        let end = info_end(&mut shared, fixed.info, dictionaries)?;
        let length = fixed.length.max(reference.len() as u64).max(1);
        let last = end.unwrap_or(0).max(fixed.position + length - 1);
        let here = canonical_chromosome(chromosome)
            .is_some_and(|name| sites.overlaps(&name, fixed.position, last));
        if !here {
            return Ok(());
        }
        let alternate = if alternates.is_empty() { ".".into() } else { alternates.join(",") };
        let end = end.map_or_else(|| ".".to_owned(), |end| format!("END={end}"));
        let written = write!(
            self.line,
            "{chromosome}\t{}\t.\t{reference}\t{alternate}\t.\t{filter}\t{end}\t",
            fixed.position
        );
        written.map_err(|error| error.to_string())?;
        let series = all_series(&mut samples, &fixed, dictionaries)?;
        self.write_samples(&series)
    }

    fn write_samples(&mut self, series: &[Series<'_>]) -> Result<(), String> {
        let line = &mut self.line;
        if series.is_empty() {
            line.push('.');
        }
        for (place, one) in series.iter().enumerate() {
            line.push_str(if place > 0 { ":" } else { "" });
            line.push_str(one.name);
        }
        for sample in 0..self.samples {
            line.push('\t');
            if series.is_empty() {
                line.push('.');
            }
            for (place, one) in series.iter().enumerate() {
                line.push_str(if place > 0 { ":" } else { "" });
                let start = sample * one.width;
                let bytes = one.bytes.get(start..start + one.width).unwrap_or_default();
                if one.key == Key::Genotype {
                    write_genotype(one.kind, bytes, self.first_has_phase, line)?;
                } else {
                    typed::write(one.kind, bytes, line)?;
                }
            }
            if line.len() > self.bytes_max {
                break;
            }
        }
        Ok(())
    }
}

impl Fixed {
    fn take(shared: &mut &[u8]) -> Result<Self, String> {
        let bytes = typed::take(shared, FIXED_BYTES)?;
        let word = |at: usize| {
            let bytes = bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
            bytes.map_or(0, u32::from_le_bytes)
        };
        // VCF 4.5 §6.3.1: chrom, pos from 0, rlen, qual, n_info, n_allele, n_sample, n_fmt.
        let [_, position, length] = [0, 4, 8].map(word);
        let negative = |word: u32| i32::try_from(word).is_err();
        if negative(position) || negative(length) {
            return Err("POS is not a position on a chromosome".into());
        }
        let (counts, samples) = (word(16), word(20));
        Ok(Self {
            chromosome: word(0),
            position: u64::from(position) + 1,
            length: u64::from(length),
            info: (counts & 0xffff) as usize,
            alleles: (counts >> 16) as usize,
            samples: (samples & 0x00ff_ffff) as usize,
            formats: (samples >> 24) as usize,
        })
    }
}

fn number(source: &mut &[u8]) -> Result<u32, String> {
    let (kind, bytes) = typed::value(source)?;
    match kind.integer(bytes) {
        Some(Integer::Value(value)) => u32::try_from(value).map_err(|_| "a key is below 0".into()),
        _ => Err("a key is not a number".into()),
    }
}

fn filter(shared: &mut &[u8], dictionaries: &Dictionaries) -> Result<String, String> {
    let (kind, bytes) = typed::value(shared)?;
    if matches!(kind, Kind::Text | Kind::Float) {
        return Err("FILTER is not a list of numbers".into());
    }
    let mut names = String::new();
    for element in bytes.chunks_exact(kind.bytes().max(1)) {
        let Some(Integer::Value(number)) = kind.integer(element) else { continue };
        let name = u32::try_from(number).ok().and_then(|n| dictionaries.strings.name(n));
        names.push_str(if names.is_empty() { "" } else { ";" });
        names.push_str(name.ok_or("a filter is not in the header")?);
        if names.len() > FILTER_BYTES_MAX {
            return Err(format!("FILTER is longer than {FILTER_BYTES_MAX} bytes"));
        }
    }
    Ok(if names.is_empty() { ".".into() } else { names })
}

fn info_end(
    shared: &mut &[u8],
    fields: usize,
    dictionaries: &Dictionaries,
) -> Result<Option<u64>, String> {
    let mut end = None;
    for _ in 0..fields {
        let key = number(shared)?;
        let (kind, bytes) = typed::value(shared)?;
        if dictionaries.strings.name(key) != Some("END") {
            continue;
        }
        let Some(Integer::Value(value)) = kind.integer(bytes) else {
            return Err("END is not a number".into());
        };
        let value = u64::try_from(value).map_err(|_| "END is below 0".to_owned())?;
        end = end.or(Some(value));
    }
    Ok(end)
}

fn all_series<'b>(
    samples: &mut &'b [u8],
    fixed: &Fixed,
    dictionaries: &Dictionaries,
) -> Result<Vec<Series<'b>>, String> {
    let mut series = Vec::new();
    for _ in 0..fixed.formats {
        let number = number(samples)?;
        let (kind, length) = typed::descriptor(samples)?;
        let width = length.saturating_mul(kind.bytes());
        let bytes = typed::take(samples, width.saturating_mul(fixed.samples))?;
        let name = dictionaries.strings.name(number).ok_or("a key is not in the header")?;
        let known = Key::ALL.iter().find(|(_, known)| *known == name);
        let Some((key, name)) = known else { continue };
        series.push(Series { name, key: *key, kind, width, bytes });
    }
    Ok(series)
}

/// Writes a GT (§6.3.3.9): allele number + 1 in the upper bits, phased in the lowest.
fn write_genotype(
    kind: Kind,
    bytes: &[u8],
    first_has_phase: bool,
    line: &mut String,
) -> Result<(), String> {
    if matches!(kind, Kind::Text | Kind::Float) {
        return Err("GT is not a list of numbers".into());
    }
    let start = line.len();
    let mut first_phased = true;
    for element in bytes.chunks_exact(kind.bytes().max(1)) {
        let allele = match kind.integer(element) {
            Some(Integer::Value(value)) => value,
            Some(Integer::Missing) => 0,
            Some(Integer::End) | None => break,
        };
        let phased = allele & 1 == 1;
        if line.len() == start {
            first_phased = phased || !first_has_phase;
        } else {
            line.push(if phased { '|' } else { '/' });
        }
        match allele >> 1 {
            0 => line.push('.'),
            number => drop(write!(line, "{}", number - 1)),
        }
    }
    let all_phased =
        line.get(start..).is_some_and(|text| text.contains('|') && !text.contains('/'));
    if line.len() == start {
        line.push('.');
    } else if all_phased && !first_phased {
        // Only there does it matter that the first allele is not phased.
        line.insert(start, '/');
    }
    Ok(())
}
