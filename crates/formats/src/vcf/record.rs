//! A data line: where it lies and what it says apart from its samples.

use super::sample::{Format, Key, Texts};
use super::selection::Selection;
use model::genotype::{GenotypeRecord, RecordKind};

/// Columns up to INFO.
const COLUMNS_MIN: usize = 8;

/// A data line's columns, as written.
#[derive(Debug)]
pub(super) struct Columns<'l> {
    /// CHROM.
    pub(super) chromosome: &'l str,
    /// POS.
    pub(super) start: u64,
    reference: &'l [u8],
    alternate: &'l [u8],
    filter: &'l [u8],
    info: &'l [u8],
    /// FORMAT.
    keys: Option<&'l [u8]>,
    /// The sample columns.
    samples: Option<&'l [u8]>,
    /// Whether one of the first columns has nothing in it, not even `.`.
    has_empty: bool,
}

/// A record without its samples.
#[derive(Debug)]
pub(super) struct Head {
    /// What it says.
    pub(super) record: GenotypeRecord,
    /// Last position, if it lies beyond REF.
    pub(super) beyond: Option<u64>,
    /// FILTER, unless passed.
    pub(super) filter: Option<String>,
    /// Whether no ALT is a variant of its own.
    pub(super) reference_only: bool,
    /// FORMAT.
    pub(super) format: Format,
}

impl<'l> Columns<'l> {
    /// Takes a line apart.
    pub(super) fn of(line: &'l [u8]) -> Result<Self, String> {
        let mut rest = Some(line);
        let mut head: [&[u8]; COLUMNS_MIN] = [b""; COLUMNS_MIN];
        for (index, cell) in head.iter_mut().enumerate() {
            *cell = next_column(&mut rest).ok_or_else(|| {
                format!("the record has {index} columns, but at least {COLUMNS_MIN} are needed")
            })?;
        }
        let keys = next_column(&mut rest);
        let has_empty = head.iter().chain(keys.iter()).any(|cell| cell.is_empty());
        let [chromosome, position, _, reference, alternate, _, filter, info] = head;
        let chromosome =
            std::str::from_utf8(chromosome).map_err(|_| "CHROM is not UTF-8".to_owned())?;
        let start = number(position).ok_or("POS is not a number")?;
        if start == 0 || start > u64::from(u32::MAX) {
            return Err("POS is not a position on a chromosome".into());
        }
        if reference.is_empty() {
            return Err("REF is empty".into());
        }
        let samples = rest;
        Ok(Self { chromosome, start, reference, alternate, filter, info, keys, samples, has_empty })
    }

    /// Last position: by END or, for a block, LEN if given, else by the length of REF; and whether
    /// the chosen samples differ about it. Then it is the lowest.
    pub(super) fn end(&self, selection: &Selection) -> Result<(u64, bool), String> {
        let (end, differ) = if let Some(value) = info_value(self.info, b"END") {
            (number(value).ok_or("END is not a number")?, false)
        } else {
            let block = self.alternate.split(|byte| *byte == b',').any(|allele| allele == b"<*>");
            let own = self.reference.len() as u64;
            let (length, differ) =
                if block { self.block_length(selection, own)? } else { (own, false) };
            (self.start.saturating_add(length.saturating_sub(1)), differ)
        };
        if end < self.start || end > u64::from(u32::MAX) {
            return Err("END lies before POS or beyond any chromosome".into());
        }
        Ok((end, differ))
    }

    /// The lowest LEN of the chosen samples, which VCF 4.5 (§1.6.2) has for `<*>` in place of END.
    fn block_length(&self, selection: &Selection, own: u64) -> Result<(u64, bool), String> {
        let place = self.keys.and_then(|keys| Format::of(keys).place(Key::Length));
        let Some(place) = place else { return Ok((own, false)) };
        let mut lengths: Option<(u64, u64)> = None;
        let mut texts = self.texts();
        for skip in selection.skips() {
            // A missing column is complained about where the samples are read.
            let Some(text) = texts.nth(skip) else { break };
            let length = match text.split(|byte| *byte == b':').nth(place) {
                None | Some(b"" | b".") => own,
                Some(length) => number(length).ok_or("LEN is not a number")?,
            };
            let (low, high) = lengths.unwrap_or((length, length));
            lengths = Some((low.min(length), high.max(length)));
        }
        let (low, high) = lengths.unwrap_or((own, own));
        Ok((low, low != high))
    }

    /// REF as written.
    pub(super) fn reference(&self) -> &'l [u8] {
        self.reference
    }

    /// FORMAT as written.
    pub(super) fn keys(&self) -> &'l [u8] {
        self.keys.unwrap_or_default()
    }

    /// Value of a key of INFO.
    pub(super) fn info(&self, key: &[u8]) -> Option<&'l [u8]> {
        info_value(self.info, key)
    }

    /// The text of each sample column.
    pub(super) fn texts(&self) -> Texts<'l> {
        Texts::of(self.samples)
    }

    /// What the record says apart from its samples.
    pub(super) fn head(&self, chromosome: &str, end: u64, line: u64) -> Result<Head, String> {
        if self.has_empty {
            return Err("one of the first nine columns is empty".into());
        }
        // All of them at once: it takes less than column by column.
        text(self.samples.unwrap_or_default())?;
        let reference = text(self.reference)?.to_ascii_uppercase();
        if !reference.bytes().all(|base| base.is_ascii_alphabetic()) {
            return Err("REF holds something other than bases".into());
        }
        let alternates = alternates(text(self.alternate)?)?;
        let reference_only = alternates.iter().all(|alternate| is_any_other(alternate));
        let end_of_reference = self.start + reference.len() as u64 - 1;
        let beyond = Some(end).filter(|end| *end > end_of_reference);
        let kind = match beyond {
            _ if reference_only && (beyond.is_some() || !alternates.is_empty()) => {
                RecordKind::ReferenceBlock { end }
            }
            Some(end) => RecordKind::Structural { end },
            None => RecordKind::Variant,
        };
        let filter = text(self.filter)?;
        Ok(Head {
            record: GenotypeRecord {
                chromosome: chromosome.to_owned(),
                position: self.start,
                reference,
                alternates,
                kind,
                line,
            },
            beyond,
            filter: (!is_passed(filter)).then(|| filter.to_owned()),
            reference_only,
            format: Format::of(self.keys.unwrap_or_default()),
        })
    }
}

impl Head {
    /// Last position, if the record only says "no variant from here to there", or "not callable",
    /// for samples whose genotype has no ALT.
    pub(super) fn block_end(&self) -> Option<u64> {
        match self.record.kind {
            RecordKind::ReferenceBlock { end } => Some(end),
            _ => None,
        }
    }
}

/// Whether FILTER or FT sets nothing aside.
pub(super) fn is_passed(filter: &str) -> bool {
    matches!(filter, "" | "." | "PASS")
}

fn next_column<'l>(rest: &mut Option<&'l [u8]>) -> Option<&'l [u8]> {
    let bytes = (*rest)?;
    let end = memchr::memchr(b'\t', bytes);
    *rest = end.and_then(|end| bytes.get(end + 1..));
    bytes.get(..end.unwrap_or(bytes.len()))
}

fn text(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes).map_err(|_| "the line is not UTF-8".into())
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

/// ALT split at commas, bases in upper case; empty for `.`.
fn alternates(text: &str) -> Result<Vec<String>, String> {
    if text.is_empty() || text == "." {
        return Ok(Vec::new());
    }
    let alternates: Vec<String> = text
        .split(',')
        .map(|alternate| {
            // A symbol, or a breakend that names a chromosome.
            if alternate.contains(['<', '[', ']']) {
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
pub(super) fn is_any_other(alternate: &str) -> bool {
    alternate == "<*>" || alternate == "<NON_REF>"
}
