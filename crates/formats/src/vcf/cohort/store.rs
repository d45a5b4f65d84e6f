//! Cells by record: in memory while they are few, else in an unnamed temporary file.

use super::CohortLimits;
use model::Problem;
use model::genotype::GenotypeCell;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// Bytes of a cell, in memory and in the file.
pub(super) const CELL_BYTES: usize = 8;

/// Rows of cells, one row a record.
#[derive(Debug)]
pub(super) struct Store {
    samples: usize,
    memory: Vec<Box<[GenotypeCell]>>,
    file: Option<Mutex<File>>,
    /// A row on its way to the file, or from it.
    buffer: Vec<u8>,
    rows: u64,
    in_memory_max: u64,
    bytes_max: u64,
    folder: Option<PathBuf>,
}

impl Store {
    pub(super) fn new(samples: usize, limits: &CohortLimits, folder: Option<PathBuf>) -> Self {
        Self {
            samples,
            memory: Vec::new(),
            file: None,
            buffer: Vec::new(),
            rows: 0,
            in_memory_max: limits.cell_bytes_in_memory,
            bytes_max: limits.cell_bytes,
            folder,
        }
    }

    fn row_bytes(&self) -> u64 {
        (self.samples * CELL_BYTES) as u64
    }

    /// Adds a row. The text of an error is about the line that brought it.
    pub(super) fn push(&mut self, row: &[GenotypeCell], place: &str) -> Result<(), Problem> {
        self.rows += 1;
        let bytes = self.rows.saturating_mul(self.row_bytes());
        if bytes > self.bytes_max {
            let text = format!("the genotypes need more than {} bytes", self.bytes_max);
            return Err(Problem::error("limit", place, text));
        }
        if bytes <= self.in_memory_max {
            self.memory.push(row.into());
            return Ok(());
        }
        self.push_to_file(row).map_err(|error| storage(&error, place))
    }

    fn push_to_file(&mut self, row: &[GenotypeCell]) -> io::Result<()> {
        let mut file = match self.file.take() {
            Some(file) => file.into_inner().unwrap_or_else(PoisonError::into_inner),
            None => match &self.folder {
                Some(folder) => tempfile::tempfile_in(folder)?,
                None => tempfile::tempfile()?,
            },
        };
        for row in std::mem::take(&mut self.memory) {
            self.write(&mut file, &row)?;
        }
        self.write(&mut file, row)?;
        self.file = Some(Mutex::new(file));
        Ok(())
    }

    fn write(&mut self, file: &mut File, row: &[GenotypeCell]) -> io::Result<()> {
        self.buffer.clear();
        for cell in row {
            let [a, b, c, d] = cell.phase_set.to_le_bytes();
            self.buffer.extend([cell.first, cell.second, cell.flags, 0, a, b, c, d]);
        }
        file.write_all(&self.buffer)
    }

    /// No row comes any more.
    pub(super) fn finish(&mut self) -> Result<(), Problem> {
        self.buffer = Vec::new();
        if let Some(file) = &mut self.file {
            let file = file.get_mut().unwrap_or_else(PoisonError::into_inner);
            let length = file.seek(SeekFrom::End(0)).map_err(|error| storage(&error, "file"))?;
            if length != self.rows * self.row_bytes() {
                let text = "the temporary file has not the length that was written";
                return Err(Problem::error("storage", "file", text));
            }
        }
        Ok(())
    }

    /// Bytes of the file; 0 if there is none.
    pub(super) fn file_bytes(&self) -> u64 {
        if self.file.is_some() { self.rows * self.row_bytes() } else { 0 }
    }

    /// Some samples' cells of one row, in place of what `cells` held.
    pub(super) fn read(
        &self,
        row: usize,
        first: usize,
        samples: usize,
        cells: &mut Vec<GenotypeCell>,
    ) -> io::Result<()> {
        cells.clear();
        let Some(file) = &self.file else {
            let row = self.memory.get(row).and_then(|row| row.get(first..first + samples));
            cells.extend_from_slice(row.ok_or(io::ErrorKind::InvalidInput)?);
            return Ok(());
        };
        let mut bytes = vec![0; samples * CELL_BYTES];
        let start = row as u64 * self.row_bytes() + (first * CELL_BYTES) as u64;
        {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start(start))?;
            file.read_exact(&mut bytes)?;
        }
        let (chunks, _) = bytes.as_chunks::<CELL_BYTES>();
        cells.extend(chunks.iter().map(|[first, second, flags, _, phase_set @ ..]| GenotypeCell {
            first: *first,
            second: *second,
            flags: *flags,
            phase_set: u32::from_le_bytes(*phase_set),
        }));
        Ok(())
    }
}

fn storage(error: &io::Error, place: &str) -> Problem {
    let text = format!("the temporary file for the genotypes cannot be written: {error}");
    Problem::error("storage", place, text)
}
