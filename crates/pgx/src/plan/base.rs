//! Single bases, and replacements of the same length.

use super::{Finder, PositionPlan, RecordAllele, Strand, Texts, Witness, record_allele};
use crate::table::Table;
use knowledge::pgx::Position;
use model::genotype::GenotypeRecord;

pub(super) fn plan(
    finder: &Finder<'_>,
    table: &Table,
    index: usize,
    position: &Position,
) -> PositionPlan {
    let span =
        (position.position, position.position + (position.reference.len().max(1) as u64 - 1));
    let mut texts = Texts::default();
    let witnesses = finder
        .touching(span.0, span.1)
        .map(|(record, found, last)| Witness {
            record,
            kind: found.kind,
            strands: (0..=found.alternates.len())
                .map(|number| strand(found, number, table, index, position, &mut texts))
                .collect(),
            span: (found.position, last),
            addresses: addresses(found),
            single: single(found, position),
            knows_form: true,
        })
        .collect();
    let mut plan = PositionPlan::new(witnesses, span, false, texts.0);
    plan.words = words(table, index, position);
    if !plan.words.is_empty() {
        // Records of single bases may have to be joined.
        plan.alone = None;
    }
    plan
}

/// Whether the record's reference alleles speak of every base of its REF. One of an insertion or
/// deletion only says that this change is not there.
fn addresses(record: &GenotypeRecord) -> bool {
    record.alternates.iter().all(|alternate| {
        let plain = alternate.bytes().all(|base| b"ACGTN".contains(&base));
        !plain || alternate.len() == record.reference.len()
    })
}

/// What every allele of a position of several bases has.
fn words(table: &Table, index: usize, position: &Position) -> Vec<(Vec<u8>, Strand)> {
    if position.reference.len() < 2 {
        return Vec::new();
    }
    let reference = (position.reference.clone().into_bytes(), Strand::Reference);
    let known = position.alternates.iter().filter_map(|alternate| {
        Some((alternate.clone().into_bytes(), Strand::Base(table.bit(index, alternate)?)))
    });
    std::iter::once(reference).chain(known).collect()
}

/// For a record about one base of a position of several.
fn single(record: &GenotypeRecord, position: &Position) -> Option<(usize, Vec<Option<u8>>)> {
    if position.reference.len() < 2 || record.reference.len() != 1 {
        return None;
    }
    let place = usize::try_from(record.position.checked_sub(position.position)?).ok()?;
    let base = |text: &String| match text.as_bytes() {
        [base] if b"ACGT".contains(base) => Some(*base),
        _ => None,
    };
    let alleles = std::iter::once(&record.reference).chain(&record.alternates).map(base).collect();
    (place < position.reference.len()).then_some((place, alleles))
}

/// What an allele of a record leaves at the position.
fn strand(
    record: &GenotypeRecord,
    number: usize,
    table: &Table,
    index: usize,
    position: &Position,
    texts: &mut Texts,
) -> Strand {
    let change = match record_allele(record, number) {
        RecordAllele::Reference => return Strand::Reference,
        RecordAllele::Deleted => return Strand::Deleted,
        RecordAllele::Other(what) => return texts.other(format!("{}>{what}", position.reference)),
        RecordAllele::Change(change) => change,
    };
    let mut bases = position.reference.clone().into_bytes();
    let mut changed = false;
    for (offset, base) in bases.iter_mut().enumerate() {
        let at = position.position + offset as u64;
        if !change.touches(at) {
            continue;
        }
        if change.inserted.is_empty() {
            return Strand::Deleted;
        }
        let into = usize::try_from(at - change.position).ok();
        let replaced = into.and_then(|into| change.inserted.get(into));
        let (Some(replaced), true) = (replaced, change.is_substitution()) else {
            return texts.other("an insertion and deletion over this base".into());
        };
        changed = changed || *base != *replaced;
        *base = *replaced;
    }
    if !changed {
        return Strand::Reference;
    }
    let bases = String::from_utf8_lossy(&bases).into_owned();
    match table.bit(index, &bases) {
        Some(bit) => Strand::Base(bit),
        None => texts.other(format!("{}>{bases}", position.reference)),
    }
}
