//! One record: its alternate alleles as calls, and what it says was looked at.

use super::blocks::Blocks;
use super::{Stop, place};
use crate::vcf::record::{Columns, Head, is_any_other};
use crate::vcf::sample::Sample;
use crate::vcf::single::wrong_columns;
use genomics::allele::{Reference, is_bases};
use genomics::genome::{
    ALLELE_BASES_MAX, Alternate, Band, Call, Genotype, Run, Structural, normal,
};
use model::Problem;
use model::genotype::RecordKind;

/// Bytes of the names of failed filters, and of an ALT that is not bases.
const NAME_BYTES_MAX: usize = 64 * 1024;

/// What is told of a record.
pub(super) enum Remark {
    /// REF is not what the reference has.
    Mismatch,
    /// Something to know.
    Note(&'static str, String),
}

/// What stays from record to record.
pub(super) struct Reader<'a> {
    /// Index of the sample's column.
    pub(super) column: usize,
    columns: usize,
    reference: Option<&'a dyn Reference>,
    /// Whether the reference had no bases for a record.
    pub(super) lacks_bases: bool,
    /// FORMAT seen last, and where AD and CN stand in it.
    keys: Vec<u8>,
    depths_at: Option<usize>,
    copies_at: Option<usize>,
    window: Vec<u8>,
}

/// A record with what its sample says.
struct Row<'r, 'l> {
    columns: &'r Columns<'l>,
    head: &'r Head,
    sample: &'r Sample<'l>,
    text: &'l [u8],
    /// Last position, from 1.
    end: u64,
    genotype: Genotype,
    filter: Option<String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(column: usize, columns: usize, reference: Option<&'a dyn Reference>) -> Self {
        Self {
            column,
            columns,
            reference,
            lacks_bases: false,
            keys: Vec::new(),
            depths_at: None,
            copies_at: None,
            window: Vec::new(),
        }
    }

    /// Takes a record in; whether the file tells by it that it states what was looked at.
    pub(super) fn take<E>(
        &mut self,
        sequence: &str,
        columns: &Columns<'_>,
        end: u64,
        number: u64,
        blocks: &mut Blocks<'_, E>,
    ) -> Result<(bool, Option<Remark>), Stop<E>> {
        let malformed = |text: String| Problem::error("malformed-record", place(number), text);
        let head = columns.head(columns.chromosome, end, number).map_err(malformed)?;
        let mut texts = columns.texts();
        let text = texts.nth(self.column).unwrap_or_default();
        let found = self.column + 1 + texts.count();
        if found != self.columns {
            return Err(malformed(wrong_columns(found, self.columns)).into());
        }
        let sample = Sample::of(text, &head).map_err(malformed)?;
        if !self.agrees(sequence, columns) {
            return Ok((false, Some(Remark::Mismatch)));
        }
        let filter: Vec<&str> = head.filter.as_deref().into_iter().chain(sample.filter()).collect();
        let filter = (!filter.is_empty()).then(|| filter.join(";"));
        if filter.as_ref().is_some_and(|names| names.len() > NAME_BYTES_MAX) {
            let text = format!("the filters have more than {NAME_BYTES_MAX} bytes");
            return Err(Problem::error("limit", place(number), text).into());
        }
        let genotype = Genotype {
            alleles: sample.genotype.alleles().to_vec(),
            is_phased: sample.genotype.phased,
        };
        self.look_up_keys(columns.keys());
        let row = Row { columns, head: &head, sample: &sample, text, end, genotype, filter };
        let is_block = head.record.alternates.iter().any(|alternate| is_any_other(alternate));
        let (found, remark) = self.calls(sequence, &row, blocks)?;
        if let Some(run) = run(&row, found, is_block) {
            blocks.run(run).map_err(Stop::Taker)?;
        }
        Ok((is_block, remark))
    }

    /// Whether REF is what the reference has, as far as it has anything; unknown bases agree.
    fn agrees(&mut self, sequence: &str, columns: &Columns<'_>) -> bool {
        let Some(reference) = self.reference else { return true };
        let (start, written) = (columns.start - 1, columns.reference());
        let end = start + written.len() as u64;
        if !reference.fill(sequence, start, end, &mut self.window) {
            self.lacks_bases = true;
            return true;
        }
        let is_base = |base: u8| matches!(base, b'A' | b'C' | b'G' | b'T');
        self.window.iter().zip(written).all(|(held, written)| {
            let written = written.to_ascii_uppercase();
            *held == written || !is_base(*held) || !is_base(written)
        })
    }

    fn look_up_keys(&mut self, keys: &[u8]) {
        if self.keys == keys {
            return;
        }
        let find = |wanted: &[u8]| keys.split(|byte| *byte == b':').position(|key| key == wanted);
        (self.depths_at, self.copies_at) = (find(b"AD"), find(b"CN"));
        self.keys = keys.to_vec();
    }

    /// The calls of a record, one for each alternate allele of the genotype; whether there are any.
    fn calls<E>(
        &self,
        sequence: &str,
        row: &Row<'_, '_>,
        blocks: &mut Blocks<'_, E>,
    ) -> Result<(bool, Option<Remark>), Stop<E>> {
        let mut numbers: Vec<u16> = row.genotype.alleles.iter().copied().flatten().collect();
        numbers.sort_unstable();
        numbers.dedup();
        let (mut has_call, mut remark) = (false, None);
        for number in numbers.into_iter().filter(|number| *number > 0) {
            let at = usize::from(number) - 1;
            let Some(alternate) = row.head.record.alternates.get(at) else { continue };
            // The base is deleted by another record; any other base is none that is known.
            if alternate == "*" || is_any_other(alternate) {
                continue;
            }
            let (start, end, alternate) = if is_bases(alternate) {
                self.bases(sequence, row, alternate)
            } else if alternate.len() > NAME_BYTES_MAX {
                let text = format!("ALT has more than {NAME_BYTES_MAX} bytes and is not bases");
                return Err(Problem::error("limit", place(row.head.record.line), text).into());
            } else {
                let (start, end, structural, is_open) = self.structural(row, alternate, at);
                if is_open {
                    let text = "neither END nor SVLEN says where the variant ends";
                    remark = Some(Remark::Note("open-end", text.to_owned()));
                }
                (start, end, Alternate::Structural(structural))
            };
            has_call = true;
            let call = Call {
                start,
                end,
                alternate,
                genotype: row.genotype.clone(),
                number,
                phase_set: row.sample.phase_set(),
                quality: row.sample.quality().filter(|quality| *quality < u32::MAX),
                depth: row.sample.depth().filter(|depth| *depth < u32::MAX),
                allele_depths: self.depths(row, usize::from(number)),
                filter: row.filter.clone(),
                line: row.head.record.line,
            };
            blocks.call(call).map_err(Stop::Taker)?;
        }
        Ok((has_call, remark))
    }

    fn bases(&self, sequence: &str, row: &Row<'_, '_>, alternate: &str) -> (u64, u64, Alternate) {
        let record = &row.head.record;
        let found =
            normal(sequence, record.position - 1, &record.reference, alternate, self.reference);
        let end = found.start + found.deleted.len() as u64;
        let (taken, given) = (found.deleted.len(), found.inserted.len());
        if taken.max(given) <= ALLELE_BASES_MAX {
            let (deleted, inserted, repeat) = (found.deleted, found.inserted, found.repeat);
            return (found.start, end, Alternate::Bases { deleted, inserted, repeat });
        }
        let (kind, longer, shorter) =
            if given > taken { ("<INS>", given, taken) } else { ("<DEL>", taken, given) };
        let length = i64::try_from(longer - shorter).ok();
        let length = if given > taken { length } else { length.map(|length| -length) };
        let structural = Structural { alternate: kind.to_owned(), length, ..Structural::default() };
        (found.start, end, Alternate::Structural(structural))
    }

    /// A symbolic allele or breakend: its interval behind the base that POS names, and whether
    /// nothing says where it ends.
    fn structural(
        &self,
        row: &Row<'_, '_>,
        alternate: &str,
        at: usize,
    ) -> (u64, u64, Structural, bool) {
        let info = |key: &[u8], at: usize| {
            let value = std::str::from_utf8(row.columns.info(key)?).ok()?;
            value.split(',').nth(at)?.parse::<i64>().ok()
        };
        let bounds = |key: &[u8]| info(key, 0).zip(info(key, 1));
        let position = row.head.record.position;
        let held = Structural {
            alternate: alternate.to_owned(),
            length: info(b"SVLEN", at).or_else(|| info(b"SVLEN", 0)),
            start_bounds: bounds(b"CIPOS"),
            end_bounds: bounds(b"CIEND"),
            copies: field(row.text, self.copies_at).and_then(number),
        };
        if held.is_breakend() {
            return (position - 1, position, held, false);
        }
        if held.kind() == Some("INS") {
            return (position, position, held, false);
        }
        // Without END the reader of columns gives the end of REF, the base before the variant.
        let by_length = held.length.map(|length| position.saturating_add(length.unsigned_abs()));
        let by_end = Some(row.end).filter(|end| *end > position);
        let end = by_end.or(by_length);
        (position, end.unwrap_or(position), held, end.is_none())
    }

    /// Reads with the reference and with an allele.
    fn depths(&self, row: &Row<'_, '_>, allele: usize) -> Option<(u32, u32)> {
        let mut parts = field(row.text, self.depths_at)?.split(|byte| *byte == b',');
        Some((number(parts.next()?)?, number(parts.nth(allele.checked_sub(1)?)?)?))
    }
}

/// A field of a sample's column.
fn field(text: &[u8], at: Option<usize>) -> Option<&[u8]> {
    text.split(|byte| *byte == b':').nth(at?)
}

/// A number that a block can hold.
fn number(text: &[u8]) -> Option<u32> {
    std::str::from_utf8(text).ok()?.parse().ok().filter(|number| *number < u32::MAX)
}

/// What a record says of its bases; `None` where its calls say it, or where it says nothing.
fn run(row: &Row<'_, '_>, has_call: bool, is_block: bool) -> Option<Run> {
    let record = &row.head.record;
    // A structural variant that is not there, or is, tells nothing of the bases between its ends.
    let end = match record.kind {
        RecordKind::Structural { .. } => return None,
        RecordKind::ReferenceBlock { end } => end,
        RecordKind::Variant
            if record.alternates.iter().any(|alternate| {
                !is_bases(alternate) && alternate != "*" && !is_any_other(alternate)
            }) =>
        {
            return None;
        }
        RecordKind::Variant => row.end,
    };
    let uses_unknown = row.genotype.alleles.iter().flatten().any(|number| {
        let alternate = usize::from(*number).checked_sub(1);
        let alternate = alternate.and_then(|at| record.alternates.get(at));
        alternate.is_some_and(|alternate| is_any_other(alternate))
    });
    let has_missing = row.genotype.alleles.iter().any(Option::is_none);
    let band = if uses_unknown {
        Band::NoCall
    } else if row.filter.is_some() {
        Band::Low
    } else if has_missing {
        let has_reads = row.sample.depth() != Some(0) && row.sample.quality() != Some(0);
        if row.sample.weak && has_reads { Band::Low } else { Band::NoCall }
    } else {
        Band::Callable
    };
    if band == Band::Callable && has_call && !is_block {
        return None;
    }
    Some(Run { start: record.position - 1, end, band })
}
