//! Single bases, and replacements of the same length.

use super::merge::{Testimony, merge};
use super::{Known, Observation, RecordAllele, Records, Strand, record_allele, touches};
use knowledge::pgx::Position;
use model::genotype::GenotypeCall;

pub(super) fn observe(records: &Records<'_>, position: &Position) -> Observation {
    let start = position.position;
    let end = start + (position.reference.len().max(1) as u64 - 1);
    let testify = |calls: &[&GenotypeCall]| -> Vec<Testimony> {
        calls
            .iter()
            .filter(|call| touches(call, start, end))
            .map(|call| Testimony::of(call, |number| strand(call, number, position)))
            .collect()
    };
    let called = testify(&records.called);
    let filtered = testify(&records.filtered);
    if filtered.iter().any(Testimony::has_variation) || (!filtered.is_empty() && called.is_empty())
    {
        return Observation::Filtered;
    }
    if !called.is_empty() {
        return merge(&called);
    }
    let covering = |(call, last): &&(&GenotypeCall, u64)| call.position <= start && *last >= end;
    match records.blocks.iter().find(covering) {
        Some((call, _)) if call.alleles.iter().all(|allele| *allele == Some(0)) => {
            Observation::Known(Known::reference(call.alleles.len()))
        }
        Some(_) => Observation::Missing,
        None => records.absent(),
    }
}

/// What an allele of a record leaves at the position.
fn strand(call: &GenotypeCall, number: u16, position: &Position) -> Strand {
    let change = match record_allele(call, number) {
        RecordAllele::Reference => return Strand::Reference,
        RecordAllele::Deleted => return Strand::Deleted,
        RecordAllele::Other(what) => return Strand::Other(what),
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
            return Strand::Other("an insertion and deletion over this base".into());
        };
        changed = changed || *base != *replaced;
        *base = *replaced;
    }
    if !changed {
        return Strand::Reference;
    }
    String::from_utf8(bases).map_or_else(|_| Strand::Other("no base".into()), Strand::Bases)
}
