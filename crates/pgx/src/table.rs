//! A gene's alleles as bit masks over its positions.

use crate::normal_form::{self, NormalForm};
use knowledge::pgx::{Allele, Gene, Position};

/// Most bases that one position can tell apart; the highest bit of a mask stays free.
const BASES_MAX: usize = 63;
/// Bit of the VCF REF.
pub(crate) const REFERENCE: u64 = 1;
/// Bit of a base that a deletion of the table takes away.
pub(crate) const DELETED: u64 = 1 << BASES_MAX;

/// Masks of a gene, rows in the order of `gene.alleles`.
#[derive(Debug)]
pub(crate) struct Table<'g> {
    /// Per position: the VCF alleles, REF first. The bit of a base is its place here.
    bases: Vec<Vec<&'g str>>,
    /// Per allele.
    pub(crate) rows: Vec<Row<'g>>,
}

/// One allele.
#[derive(Debug)]
pub(crate) struct Row<'g> {
    pub(crate) allele: &'g Allele,
    /// Per position: bases that the allele may have. A blank has those of the reference row.
    pub(crate) masks: Vec<u64>,
    /// Positions of its own cells.
    pub(crate) own: Vec<usize>,
}

impl<'g> Table<'g> {
    pub(crate) fn new(gene: &'g Gene) -> Self {
        let mut bases: Vec<Vec<&str>> = gene
            .positions
            .iter()
            .map(|position| {
                let mut all = vec![position.reference.as_str()];
                all.extend(position.alternates.iter().map(String::as_str));
                all
            })
            .collect();
        for (index, cell) in gene.alleles.iter().flat_map(|allele| &allele.cells) {
            let Some(known) = bases.get_mut(*index) else { continue };
            for base in cell {
                if !known.contains(&base.as_str()) && known.len() < BASES_MAX {
                    known.push(base);
                }
            }
        }
        let mut table = Self { bases, rows: Vec::new() };
        let mut blank = vec![REFERENCE; gene.positions.len()];
        for allele in gene.alleles.iter().filter(|allele| allele.reference) {
            table.fill(&mut blank, allele);
        }
        table.rows = gene
            .alleles
            .iter()
            .map(|allele| {
                let mut masks = blank.clone();
                table.fill(&mut masks, allele);
                let own = allele.cells.iter().map(|(index, _)| *index).collect();
                Row { allele, masks, own }
            })
            .collect();
        table.mark_deleted(gene);
        table
    }

    /// Lets the bases inside a deletion be gone, for the alleles that carry the deletion alone.
    fn mark_deleted(&mut self, gene: &Gene) {
        for (deletion, position) in gene.positions.iter().enumerate() {
            if normal_form::is_substitution(position) {
                continue;
            }
            for alternate in &position.alternates {
                let Some(bit) = self.bit(deletion, alternate) else { continue };
                let inside = |other: &Position| deletes(position, alternate, other.position);
                let others = gene.positions.iter().enumerate();
                for (index, _) in others.filter(|(i, other)| *i != deletion && inside(other)) {
                    for row in &mut self.rows {
                        let carries = row.masks.get(deletion).is_some_and(|mask| mask & bit != 0);
                        if let (true, Some(mask)) = (carries, row.masks.get_mut(index)) {
                            *mask |= DELETED;
                        }
                    }
                }
            }
        }
    }

    fn fill(&self, masks: &mut [u64], allele: &Allele) {
        for (index, cell) in &allele.cells {
            if let Some(mask) = masks.get_mut(*index) {
                *mask = cell.iter().filter_map(|base| self.bit(*index, base)).fold(0, |a, b| a | b);
            }
        }
    }

    /// Whether some allele lacks the base of a position.
    pub(crate) fn is_in_deletion(&self, position: usize) -> bool {
        let lacks = |row: &Row<'_>| row.masks.get(position).is_some_and(|m| m & DELETED != 0);
        self.rows.iter().any(lacks)
    }

    /// The bit of a base at a position; `None` if no allele uses it.
    pub(crate) fn bit(&self, position: usize, base: &str) -> Option<u64> {
        let place = self.bases.get(position)?.iter().position(|known| *known == base)?;
        Some(1 << place)
    }
}

/// Whether an ALT of a position takes the base at `at` away.
fn deletes(position: &Position, alternate: &str, at: u64) -> bool {
    NormalForm::trimmed(position.position, &position.reference, alternate).touches(at)
}
