//! A few samples, each with all of its cells.

use super::store::Store;
use model::genotype::GenotypeCell;
use std::io;

/// Records that are turned around together: their cells of one sample fill a line of the cache.
const TILE: usize = 8;

/// A few samples of a cohort, each with its cells in the order of the cohort's records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    first: usize,
    samples: usize,
    records: usize,
    cells: Vec<GenotypeCell>,
}

impl Chunk {
    pub(super) fn read(
        store: &Store,
        order: &[usize],
        first: usize,
        samples: usize,
    ) -> io::Result<Self> {
        let records = order.len();
        let mut cells = vec![GenotypeCell::default(); samples * records];
        let mut tile: [Vec<GenotypeCell>; TILE] = Default::default();
        for (number, rows) in order.chunks(TILE).enumerate() {
            for (row, column) in rows.iter().zip(&mut tile) {
                store.read(*row, first, samples, column)?;
            }
            let start = number * TILE;
            for (sample, cells) in cells.chunks_exact_mut(records).enumerate() {
                let Some(place) = cells.get_mut(start..start + rows.len()) else { continue };
                for (cell, column) in place.iter_mut().zip(&tile) {
                    *cell = column.get(sample).copied().unwrap_or_default();
                }
            }
        }
        Ok(Self { first, samples, records, cells })
    }

    /// Index in the cohort's samples of the first one here.
    pub fn first_sample(&self) -> usize {
        self.first
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        self.samples
    }

    /// Whether there is no sample; never so in a chunk of a cohort.
    pub fn is_empty(&self) -> bool {
        self.samples == 0
    }

    /// The cells of a sample, counted from 0 in this chunk; empty beyond the last.
    pub fn cells(&self, sample: usize) -> &[GenotypeCell] {
        let start = sample * self.records;
        self.cells.get(start..start + self.records).unwrap_or_default()
    }

    /// Every sample's index in the cohort with its cells.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &[GenotypeCell])> {
        (0..self.samples).map(|sample| (self.first + sample, self.cells(sample)))
    }
}
