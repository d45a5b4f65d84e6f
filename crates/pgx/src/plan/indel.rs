//! Insertions and deletions, however a caller spells them.

use super::{Finder, PositionPlan, RecordAllele, Strand, Texts, Witness, record_allele};
use crate::normal_form::NormalForm;
use crate::table::{Table, span_end};
use knowledge::pgx::Position;
use model::genotype::GenotypeRecord;

pub(super) fn plan(
    finder: &Finder<'_>,
    table: &Table,
    index: usize,
    position: &Position,
    known: &[NormalForm],
) -> PositionPlan {
    let locus = Locus::new(table, index, position, known);
    let mut texts = Texts::default();
    let witnesses = finder
        .touching(locus.start, locus.end)
        .map(|(record, found, last)| {
            let strands: Vec<Strand> = (0..=found.alternates.len())
                .map(|number| locus.strand(found, number, &mut texts))
                .collect();
            Witness {
                record,
                kind: found.kind,
                span: (found.position, last),
                addresses: found.position <= locus.start
                    && last >= locus.start
                    && !locus.is_anothers(found, &strands),
                single: None,
                knows_form: strands.iter().any(|strand| matches!(strand, Strand::Base(_))),
                strands,
            }
        })
        .collect();
    let span = (locus.start, locus.end);
    PositionPlan::new(witnesses, span, true, texts.0)
}

/// An insertion or deletion with everything that can spell it.
struct Locus<'p> {
    position: &'p Position,
    start: u64,
    /// The base after the right-most spelling.
    end: u64,
    /// Each known form with what carries it.
    forms: Vec<(NormalForm, Strand)>,
    /// Forms that some position of the gene has.
    known: &'p [NormalForm],
}

impl<'p> Locus<'p> {
    fn new(table: &Table, index: usize, position: &'p Position, known: &'p [NormalForm]) -> Self {
        let form = |alternate: &String| {
            let form = NormalForm::new(
                position.position,
                &position.reference,
                alternate,
                position.indel.as_ref(),
            );
            let bit = table.bit(index, alternate);
            (form, bit.map_or(Strand::Reference, Strand::Base))
        };
        let forms = position.alternates.iter().map(form).collect();
        Self { position, start: position.position, end: span_end(position), forms, known }
    }

    /// Whether the record is about an insertion or deletion of another position alone: that it is
    /// not there says nothing about this one.
    fn is_anothers(&self, record: &GenotypeRecord, strands: &[Strand]) -> bool {
        !strands.iter().any(|strand| matches!(strand, Strand::Base(_)))
            && (1..strands.len()).any(|number| match record_allele(record, number) {
                RecordAllele::Change(change) => self.known.contains(&change),
                _ => false,
            })
    }

    /// What an allele of a record means here.
    fn strand(&self, record: &GenotypeRecord, number: usize, texts: &mut Texts) -> Strand {
        let change = match record_allele(record, number) {
            RecordAllele::Other(what) => return texts.other(what),
            RecordAllele::Deleted if record.position == self.start => return Strand::Deleted,
            // `*` elsewhere in the repeat: an overlapping deletion has a record of its own.
            RecordAllele::Reference | RecordAllele::Deleted => return Strand::Reference,
            RecordAllele::Change(change) => change,
        };
        if change.is_substitution() && !self.forms.iter().any(|(form, _)| form.is_substitution()) {
            // A changed base is another position's matter; the locus itself has its length.
            return Strand::Reference;
        }
        let context = self.position.indel.as_ref();
        let alternate = record.alternates.get(number.saturating_sub(1));
        let alternate = alternate.map_or("", String::as_str);
        let form = NormalForm::new(record.position, &record.reference, alternate, context);
        if let Some((_, strand)) = self.forms.iter().find(|(known, _)| *known == form) {
            return *strand;
        }
        let first = self.forms.iter().map(|(known, _)| known.position).min().unwrap_or(self.start);
        if form.right_end(context) < first || form.position > self.end {
            return Strand::Reference;
        }
        if change.inserted.is_empty() && change.touches(self.start) {
            return Strand::Deleted;
        }
        if self.known.contains(&change) {
            // Another position's allele, which reaches into this locus, speaks for itself there.
            return Strand::Reference;
        }
        texts.other(format!("{}>{alternate} at {}", record.reference, record.position))
    }
}
