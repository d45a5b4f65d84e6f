//! What one sample has at each position.

mod join;
mod merge;

use crate::plan::{GenePlan, PositionPlan, Strand, Witness};
use merge::merge;
use model::assay::AbsentPosition;
use model::genotype::{GenotypeCell, RecordKind};

/// Phase of a genotype.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Order means nothing.
    Unphased,
    /// Order holds within the phase set; 0 = within the sample.
    Phased(u32),
}

/// What is known about a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Observation {
    /// Nothing.
    Missing,
    /// Only records that failed a filter.
    Filtered,
    /// Something, but nothing that a call may be built on.
    Unusable(Why),
    /// One strand carries this; nobody says what the other has.
    Half(Strand),
    /// A genotype.
    Known(Known),
}

/// Why something is there that no call may be built on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    HalfCall,
    Contradiction,
    Ploidy,
}

impl Why {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::HalfCall => "only half of the genotype was called",
            Self::Contradiction => "its records contradict each other",
            Self::Ploidy => "its number of alleles does not fit the chromosome",
        }
    }
}

/// A usable genotype.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    /// The strands; both are the same if there is only one.
    pub(crate) strands: (Strand, Strand),
    pub(crate) single: bool,
    pub(crate) phase: Phase,
    /// From a reference block or by the absent-position policy.
    pub(crate) from_block: bool,
    /// An insertion or deletion locus whose reference rests on its anchor base alone.
    pub(crate) assumed: bool,
}

impl Known {
    fn reference(single: bool) -> Self {
        Self {
            strands: (Strand::Reference, Strand::Reference),
            single,
            phase: Phase::Unphased,
            from_block: true,
            assumed: false,
        }
    }

    fn is_reference(&self) -> bool {
        self.strands == (Strand::Reference, Strand::Reference)
    }
}

/// What one record says about a position: per strand, `None` = no call.
#[derive(Clone, Copy, Debug)]
struct Testimony {
    strands: (Option<Strand>, Option<Strand>),
    single: bool,
    phase: Phase,
}

impl Testimony {
    fn of(witness: &Witness, cell: GenotypeCell) -> Self {
        let strand = |number: u8| {
            (number != GenotypeCell::NO_CALL)
                .then(|| witness.strands.get(usize::from(number)).copied())
                .map(|strand| strand.unwrap_or(Strand::Other(u16::MAX)))
        };
        let phased = cell.has(GenotypeCell::PHASED);
        Self {
            strands: (strand(cell.first), strand(cell.second)),
            single: cell.has(GenotypeCell::HAPLOID),
            phase: if phased { Phase::Phased(cell.phase_set) } else { Phase::Unphased },
        }
    }

    /// What it comes to where no other record speaks.
    fn alone(&self) -> Observation {
        match self.strands {
            (None, None) => Observation::Missing,
            (Some(first), Some(second)) => Observation::Known(Known {
                strands: (first, second),
                single: self.single,
                phase: self.phase,
                from_block: false,
                assumed: false,
            }),
            _ if self.has_variation() => Observation::Unusable(Why::HalfCall),
            // `0/.`: the other half may be anything.
            _ => Observation::Missing,
        }
    }

    fn is_no_call(&self) -> bool {
        self.strands == (None, None)
    }

    /// Whether every strand is known not to be reference.
    fn is_variation(&self) -> bool {
        let varies = |strand: Option<Strand>| strand.is_some_and(|s| s != Strand::Reference);
        varies(self.strands.0) && varies(self.strands.1)
    }

    /// The first strand that is known not to be reference.
    fn variation(&self) -> Option<Strand> {
        let varied = [self.strands.0, self.strands.1].into_iter().flatten();
        varied.into_iter().find(|strand| *strand != Strand::Reference)
    }

    /// Whether some strand is known not to be reference.
    fn has_variation(&self) -> bool {
        let varies = |strand: Option<Strand>| strand.is_some_and(|s| s != Strand::Reference);
        varies(self.strands.0) || varies(self.strands.1)
    }
}

/// What a sample has at a position; `cells` is in the order of the plan's records.
pub(crate) fn observe(
    plan: &PositionPlan,
    cells: &[GenotypeCell],
    absent: AbsentPosition,
) -> Observation {
    if let (Some(record), [witness]) = (plan.alone, plan.witnesses.as_slice()) {
        let cell = single(cells.get(record).copied().unwrap_or(GenotypeCell::no_call()));
        if !cell.has(GenotypeCell::FILTERED | GenotypeCell::ODD) {
            return Testimony::of(witness, cell).alone();
        }
    }
    weigh(plan, cells, absent)
}

/// Whether some record of the gene has one strand only.
pub(crate) fn has_single_strand(plan: &GenePlan, cells: &[GenotypeCell]) -> bool {
    plan.records.iter().filter_map(|record| cells.get(*record)).any(|cell| {
        cell.has(GenotypeCell::HAPLOID)
            && !cell.has(GenotypeCell::FILTERED | GenotypeCell::ODD)
            && cell.first != GenotypeCell::NO_CALL
    })
}

fn cell(cells: &[GenotypeCell], witness: &Witness) -> GenotypeCell {
    single(cells.get(witness.record).copied().unwrap_or(GenotypeCell::no_call()))
}

/// Of a single strand, `second` says nothing.
fn single(cell: GenotypeCell) -> GenotypeCell {
    if cell.has(GenotypeCell::HAPLOID) { GenotypeCell { second: cell.first, ..cell } } else { cell }
}

/// Whether a cell is reference on two strands beyond doubt, which most of a person's cells are.
#[inline]
pub(crate) fn is_plain_reference(cell: GenotypeCell) -> bool {
    const DOUBTS: u8 = GenotypeCell::FILTERED | GenotypeCell::ODD | GenotypeCell::HAPLOID;
    cell.first | cell.second | (cell.flags & DOUBTS) == 0
}

/// Weighs several records, blocks and failed filters.
fn weigh(plan: &PositionPlan, cells: &[GenotypeCell], absent: AbsentPosition) -> Observation {
    if let Some(known) = join::joined(plan, cells) {
        return Observation::Known(known);
    }
    let mut called = Vec::new();
    let mut addressed = false;
    let mut failed = false;
    let mut failed_with_variation = false;
    for witness in &plan.witnesses {
        let cell = cell(cells, witness);
        let said = Testimony::of(witness, cell);
        let speaks = said.has_variation() || witness.addresses;
        if cell.has(GenotypeCell::FILTERED) {
            failed |= speaks;
            failed_with_variation |= said.has_variation();
            continue;
        }
        let is_block = matches!(witness.kind, RecordKind::ReferenceBlock { .. });
        if cell.has(GenotypeCell::ODD) {
            if !is_block && speaks {
                return Observation::Unusable(Why::Ploidy);
            }
            continue;
        }
        // A symbolic allele without a carrier says nothing about the bases it spans.
        let structural = matches!(witness.kind, RecordKind::Structural { .. });
        if is_block || !speaks || (structural && !carries(cell)) {
            continue;
        }
        addressed |= witness.addresses && !said.is_no_call();
        called.push(said);
    }
    if failed_with_variation || (failed && called.is_empty()) {
        return Observation::Filtered;
    }
    if called.is_empty() {
        return covered(plan, cells, absent);
    }
    if !plan.is_indel && !addressed && !called.iter().any(Testimony::is_variation) {
        let varied = called.iter().find_map(Testimony::variation);
        return varied.map_or(Observation::Missing, Observation::Half);
    }
    let mut observation = merge(&called);
    if let (true, Observation::Known(known)) = (plan.is_indel, &mut observation)
        && known.is_reference()
    {
        let knows = plan
            .witnesses
            .iter()
            .any(|witness| witness.knows_form && speaks_as_record(witness, cell(cells, witness)));
        known.assumed = !knows && !is_covered(plan, cells);
    }
    observation
}

fn carries(cell: GenotypeCell) -> bool {
    let carrier = |number: u8| number != 0 && number != GenotypeCell::NO_CALL;
    carrier(cell.first) || carrier(cell.second)
}

/// Whether the witness is a record, not a block, that passed its filters.
fn speaks_as_record(witness: &Witness, cell: GenotypeCell) -> bool {
    match witness.kind {
        RecordKind::ReferenceBlock { .. } => false,
        RecordKind::Structural { .. } => !cell.has(GenotypeCell::FILTERED) && carries(cell),
        RecordKind::Variant => !cell.has(GenotypeCell::FILTERED),
    }
}

/// No record speaks of the position itself: reference only if all of it is known to be.
fn covered(plan: &PositionPlan, cells: &[GenotypeCell], absent: AbsentPosition) -> Observation {
    let first = || plan.witnesses.iter().find(|witness| covers(witness, plan.span.0, cells));
    if is_covered(plan, cells) {
        let single = first().is_some_and(|w| cell(cells, w).has(GenotypeCell::HAPLOID));
        return Observation::Known(Known::reference(single));
    }
    let in_part = plan.witnesses.iter().any(|witness| {
        let cell = cell(cells, witness);
        let block = matches!(witness.kind, RecordKind::ReferenceBlock { .. });
        let passed = !cell.has(GenotypeCell::FILTERED);
        passed
            && if plan.is_indel {
                block || (witness.addresses && speaks_as_record(witness, cell))
            } else {
                block && witness.span.0 <= plan.span.0 && witness.span.1 >= plan.span.1
            }
    });
    match (in_part, absent) {
        (false, AbsentPosition::Reference) => Observation::Known(Known::reference(false)),
        _ => Observation::Missing,
    }
}

/// Whether a witness proves reference, and reaches over a base.
fn covers(witness: &Witness, base: u64, cells: &[GenotypeCell]) -> bool {
    proves_reference(witness, cell(cells, witness))
        && witness.span.0 <= base
        && witness.span.1 >= base
}

fn proves_reference(witness: &Witness, cell: GenotypeCell) -> bool {
    cell.first == 0
        && cell.second == 0
        && !cell.has(GenotypeCell::FILTERED | GenotypeCell::ODD)
        && !matches!(witness.kind, RecordKind::Structural { .. })
}

/// Whether blocks, and for an insertion or deletion reference genotypes, cover every base.
fn is_covered(plan: &PositionPlan, cells: &[GenotypeCell]) -> bool {
    let counts = |witness: &&Witness| {
        let block = matches!(witness.kind, RecordKind::ReferenceBlock { .. });
        (block || plan.is_indel) && proves_reference(witness, cell(cells, witness))
    };
    let mut next = plan.span.0;
    // Witnesses come in the order of their first base.
    for witness in plan.witnesses.iter().filter(counts) {
        if witness.span.0 > next {
            return false;
        }
        next = next.max(witness.span.1.saturating_add(1));
    }
    next > plan.span.1
}
