//! Insertions and deletions, however a caller spells them.

use super::merge::{Testimony, merge};
use super::{Known, Observation, RecordAllele, Records, Strand, last_base, record_allele, touches};
use crate::normal_form::{self, NormalForm};
use knowledge::pgx::Position;
use model::genotype::GenotypeCall;

pub(super) fn observe(records: &Records<'_>, position: &Position) -> Observation {
    let locus = Locus::new(position);
    let speaking = |calls: &[&GenotypeCall]| -> Vec<Testimony> {
        calls
            .iter()
            .filter(|call| touches(call, locus.start, locus.end))
            .map(|call| (*call, Testimony::of(call, |number| locus.strand(call, number))))
            .filter(|(call, said)| said.has_variation() || locus.is_addressed_by(call))
            .map(|(_, said)| said)
            .collect()
    };
    let called = speaking(&records.called);
    let filtered = speaking(&records.filtered);
    if filtered.iter().any(Testimony::has_variation) || (!filtered.is_empty() && called.is_empty())
    {
        return Observation::Filtered;
    }
    if called.is_empty() {
        return covered(records, &locus);
    }
    let mut observation = merge(&called);
    if let Observation::Known(known) = &mut observation
        && known.strands.iter().all(|strand| *strand == Strand::Reference)
    {
        known.assumed = !records.called.iter().any(|call| locus.is_known_by(call))
            && !is_covered(records, &locus);
    }
    observation
}

/// An insertion or deletion with everything that can spell it.
struct Locus<'p> {
    position: &'p Position,
    start: u64,
    /// The base after the right-most spelling.
    end: u64,
    forms: Vec<(NormalForm, &'p str)>,
}

impl<'p> Locus<'p> {
    fn new(position: &'p Position) -> Self {
        let forms = position
            .alternates
            .iter()
            .map(|alternate| {
                let form = NormalForm::new(
                    position.position,
                    &position.reference,
                    alternate,
                    position.indel.as_ref(),
                );
                (form, alternate.as_str())
            })
            .collect();
        Self { position, start: position.position, end: normal_form::span_end(position), forms }
    }

    /// What an allele of a record means here.
    fn strand(&self, call: &GenotypeCall, number: u16) -> Strand {
        let change = match record_allele(call, number) {
            RecordAllele::Other(what) => return Strand::Other(what),
            RecordAllele::Deleted if call.position == self.start => return Strand::Deleted,
            // `*` elsewhere in the repeat: an overlapping deletion has a record of its own.
            RecordAllele::Reference | RecordAllele::Deleted => return Strand::Reference,
            RecordAllele::Change(change) => change,
        };
        if change.is_substitution() && !self.forms.iter().any(|(form, _)| form.is_substitution()) {
            // A changed base is another position's matter; the locus itself has its length.
            return Strand::Reference;
        }
        let context = self.position.indel.as_ref();
        let alternate = call.alternates.get(usize::from(number).saturating_sub(1));
        let form = NormalForm::new(
            call.position,
            &call.reference,
            alternate.map_or("", String::as_str),
            context,
        );
        if let Some((_, alternate)) = self.forms.iter().find(|(known, _)| *known == form) {
            return Strand::Bases((*alternate).to_owned());
        }
        let first = self.forms.iter().map(|(known, _)| known.position).min().unwrap_or(self.start);
        if form.right_end(context) < first || form.position > self.end {
            return Strand::Reference;
        }
        Strand::Other("an insertion or deletion that no allele has".into())
    }

    /// Whether a record lies on the anchor, so that its reference alleles say something.
    fn is_addressed_by(&self, call: &GenotypeCall) -> bool {
        call.position <= self.start && last_base(call) >= self.start
    }

    /// Whether a record offers one of the known forms as ALT, so that its reference means it.
    fn is_known_by(&self, call: &GenotypeCall) -> bool {
        (1..=call.alternates.len()).any(|number| {
            let number = u16::try_from(number).unwrap_or(u16::MAX);
            matches!(self.strand(call, number), Strand::Bases(_))
        })
    }
}

/// Nothing speaks of the locus itself: reference only if everything it spans is known to be.
fn covered(records: &Records<'_>, locus: &Locus<'_>) -> Observation {
    if is_covered(records, locus) {
        let over = records
            .blocks
            .iter()
            .find(|(call, last)| call.position <= locus.start && *last >= locus.start);
        let ploidy = over.map_or(super::PLOIDY_USUAL, |(call, _)| call.alleles.len());
        return Observation::Known(Known::reference(ploidy));
    }
    let in_part =
        |call: &GenotypeCall, last: u64| call.position <= locus.end && last >= locus.start;
    let blocks = records.blocks.iter().any(|(call, last)| in_part(call, *last));
    let anchor = records.called.iter().any(|call| touches(call, locus.start, locus.start));
    if blocks || anchor { Observation::Missing } else { records.absent() }
}

/// Whether blocks and reference genotypes cover the locus from its anchor to its end.
fn is_covered(records: &Records<'_>, locus: &Locus<'_>) -> bool {
    let is_reference = |call: &GenotypeCall| call.alleles.iter().all(|allele| *allele == Some(0));
    let mut spans: Vec<(u64, u64)> = records
        .blocks
        .iter()
        .filter(|(call, _)| is_reference(call))
        .map(|(call, last)| (call.position, *last))
        .chain(
            records
                .called
                .iter()
                .filter(|call| is_reference(call))
                .map(|call| (call.position, last_base(call))),
        )
        .filter(|(start, last)| *start <= locus.end && *last >= locus.start)
        .collect();
    spans.sort_unstable();
    let mut next = locus.start;
    for (start, last) in spans {
        if start > next {
            return false;
        }
        next = next.max(last.saturating_add(1));
    }
    next > locus.end
}
