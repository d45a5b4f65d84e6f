//! A gene's alleles as bit masks over its positions.

use crate::bits::Bits;
use crate::natural;
use crate::normal_form::{self, NormalForm};
use crate::phenotype::shown_name;
use knowledge::pgx::{Gene, Position};

/// Most bases that one position can tell apart; the highest bit of a mask stays free.
const BASES_MAX: usize = 63;

/// Bit of the VCF REF.
pub(crate) const REFERENCE: u64 = 1;
/// Bit of a base that a deletion of the table takes away.
pub(crate) const DELETED: u64 = 1 << BASES_MAX;

/// Masks of a gene, rows in the order of `gene.alleles`. It holds numbers only, so that it can be
/// kept beside the knowledge it was made from.
#[derive(Debug)]
pub(crate) struct Table {
    /// Per position: the VCF alleles, REF first. The bit of a base is its place here.
    bases: Vec<Vec<String>>,
    /// Positions whose base some allele lacks.
    in_deletion: Bits,
    /// Per allele that can be matched; structural alleles come only from reports.
    pub(crate) rows: Vec<Row>,
    /// Per position: rows, other than the reference one, that have a cell of their own there.
    own_rows: Vec<Vec<usize>>,
    /// Rows that may have REF everywhere, the reference row among them; all rows, if that one may
    /// not.
    plain_rows: Bits,
    /// Per position: the rows of `own_rows`.
    own_row_bits: Vec<Bits>,
}

/// One allele.
#[derive(Debug)]
pub(crate) struct Row {
    /// Index into `gene.alleles`.
    pub(crate) allele: usize,
    /// Place of its shown name in natural order; the same for alleles that are shown alike.
    pub(crate) rank: usize,
    /// Per position: bases that the allele may have. A blank has those of the reference row.
    pub(crate) masks: Vec<u64>,
    /// Positions of its own cells.
    pub(crate) own: Bits,
    pub(crate) own_count: usize,
    /// Positions where it cannot have REF.
    pub(crate) not_reference: Bits,
}

impl Row {
    pub(crate) fn mask(&self, position: usize) -> u64 {
        self.masks.get(position).copied().unwrap_or_default()
    }
}

impl Table {
    pub(crate) fn new(gene: &Gene) -> Self {
        let positions = gene.positions.len();
        let mut bases: Vec<Vec<String>> = gene
            .positions
            .iter()
            .map(|at| std::iter::once(&at.reference).chain(&at.alternates).cloned().collect())
            .collect();
        for (index, cell) in gene.alleles.iter().flat_map(|allele| &allele.cells) {
            let Some(known) = bases.get_mut(*index) else { continue };
            for base in cell {
                if !known.contains(base) && known.len() < BASES_MAX {
                    known.push(base.clone());
                }
            }
        }
        let mut table = Self {
            bases,
            in_deletion: Bits::new(positions),
            rows: Vec::new(),
            own_rows: vec![Vec::new(); positions],
            plain_rows: Bits::new(0),
            own_row_bits: Vec::new(),
        };
        let mut blank = vec![REFERENCE; positions];
        for allele in gene.alleles.iter().filter(|allele| allele.reference) {
            table.fill(&mut blank, &allele.cells);
        }
        for (index, allele) in gene.alleles.iter().enumerate().filter(|(_, a)| !a.structural) {
            let mut masks = blank.clone();
            table.fill(&mut masks, &allele.cells);
            let own = Bits::of(positions, allele.cells.iter().map(|(at, _)| *at));
            for (at, _) in allele.cells.iter().filter(|_| !allele.reference) {
                if let Some(rows) = table.own_rows.get_mut(*at) {
                    rows.push(table.rows.len());
                }
            }
            let (own_count, not_reference) = (own.count(), Bits::new(positions));
            table.rows.push(Row { allele: index, rank: 0, masks, own, own_count, not_reference });
        }
        table.mark_deleted(gene);
        table.rank(gene);
        for row in &mut table.rows {
            let lacking = row.masks.iter().enumerate().filter(|(_, mask)| **mask & REFERENCE == 0);
            row.not_reference = Bits::of(positions, lacking.map(|(at, _)| at));
        }
        let plain = |row: &Row| row.not_reference.count() == 0;
        let is_reference = |row: &Row| gene.alleles.get(row.allele).is_some_and(|a| a.reference);
        let simple = table.rows.iter().filter(|row| is_reference(row)).all(plain);
        let rows = table.rows.iter().enumerate().filter(|(_, row)| !simple || plain(row));
        let count = table.rows.len();
        table.plain_rows = Bits::of(count, rows.map(|(index, _)| index));
        table.own_row_bits =
            table.own_rows.iter().map(|rows| Bits::of(count, rows.iter().copied())).collect();
        table
    }

    /// Lets the bases inside a deletion be gone, for the alleles that carry the deletion alone.
    fn mark_deleted(&mut self, gene: &Gene) {
        for (deletion, position) in gene.positions.iter().enumerate() {
            if position.is_substitution() {
                continue;
            }
            for alternate in &position.alternates {
                let Some(bit) = self.bit(deletion, alternate) else { continue };
                let inside = |other: &Position| deletes(position, alternate, other.position);
                let others = gene.positions.iter().enumerate();
                for (index, _) in others.filter(|(i, other)| *i != deletion && inside(other)) {
                    for row in &mut self.rows {
                        let carries = row.mask(deletion) & bit != 0;
                        if let (true, Some(mask)) = (carries, row.masks.get_mut(index)) {
                            *mask |= DELETED;
                            self.in_deletion.set(index);
                        }
                    }
                }
            }
        }
    }

    /// Ranks rows by their shown names.
    fn rank(&mut self, gene: &Gene) {
        let name = |row: &Row| gene.alleles.get(row.allele).map_or("", shown_name);
        let mut names: Vec<&str> = self.rows.iter().map(name).collect();
        names.sort_by(|a, b| natural::compare(gene, a, b));
        names.dedup();
        for row in &mut self.rows {
            let own = gene.alleles.get(row.allele).map_or("", shown_name);
            row.rank = names.iter().position(|known| *known == own).unwrap_or_default();
        }
    }

    fn fill(&self, masks: &mut [u64], cells: &[(usize, Vec<String>)]) {
        for (index, cell) in cells {
            if let Some(mask) = masks.get_mut(*index) {
                *mask = cell.iter().filter_map(|base| self.bit(*index, base)).fold(0, |a, b| a | b);
            }
        }
    }

    /// Rows that can fit at all, ascending: those that may have REF everywhere, and those with a
    /// cell of their own where something varies or is not known. Every other row has a base
    /// somewhere that was seen not to be there.
    pub(crate) fn likely_rows(&self, positions: impl Iterator<Item = usize>) -> Bits {
        let mut rows = self.plain_rows.clone();
        for own in positions.filter_map(|position| self.own_row_bits.get(position)) {
            rows.join(own);
        }
        rows
    }

    /// Rows, other than the reference one, with a cell of their own at a position.
    pub(crate) fn own_rows(&self, position: usize) -> impl Iterator<Item = (usize, &Row)> {
        let rows = self.own_rows.get(position).map(Vec::as_slice).unwrap_or_default();
        rows.iter().filter_map(|index| Some((*index, self.rows.get(*index)?)))
    }

    /// Whether some allele lacks the base of a position.
    pub(crate) fn is_in_deletion(&self, position: usize) -> bool {
        self.in_deletion.has(position)
    }

    /// The bit of a base at a position; `None` if no allele uses it.
    pub(crate) fn bit(&self, position: usize, base: &str) -> Option<u64> {
        let place = self.bases.get(position)?.iter().position(|known| *known == base)?;
        Some(1 << place)
    }

    /// The base of a bit at a position, as VCF allele; `None` for a deleted base.
    pub(crate) fn base(&self, position: usize, bit: u64) -> Option<&str> {
        if bit.count_ones() != 1 || bit == DELETED {
            return None;
        }
        let place = usize::try_from(bit.trailing_zeros()).ok()?;
        self.bases.get(position)?.get(place).map(String::as_str)
    }
}

/// Whether an ALT of a position takes the base at `at` away.
fn deletes(position: &Position, alternate: &str, at: u64) -> bool {
    NormalForm::trimmed(position.position, &position.reference, alternate).touches(at)
}

/// Last position, included, that speaks about a position of the gene.
pub(crate) fn span_end(position: &Position) -> u64 {
    normal_form::span_end(position)
}
