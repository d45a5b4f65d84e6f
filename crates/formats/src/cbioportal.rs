//! A study as cBioPortal loads it: tab-separated tables of patients, samples and alterations.
//!
//! For: `data_clinical_patient.txt`, `data_clinical_sample.txt`, `data_mutations.txt`,
//! `data_cna.txt`, `data_sv.txt`, `data_gene_panel_matrix.txt` (what was tested) and panels; and
//! archives of TCGA with one table of tumours and one of variants.
//! Never: taking a gene as tested because a study is large; without a panel nobody knows.
//! Rules come from cBioPortal's documentation of its file formats, and MAF 1.0 of the GDC.

mod alterations;
mod clinical;
mod panels;
mod table;
mod tcga;

pub use panels::{Panel, panels};
pub use table::{CELL_BYTES_MAX, COLUMNS_MAX, LINE_BYTES_MAX};
pub use tcga::clinical as tcga_clinical;
pub use tcga::mutations as tcga_mutations;

use model::Problem;
use model::tumor::ReportedTumor;
use std::collections::BTreeMap;
use std::io::{BufRead, Read};

/// Most samples of a study.
pub const SAMPLES_MAX: usize = 5_000_000;
/// Most problems of one kind that are listed.
const PROBLEMS_MAX: usize = 200;

/// A file, plain or gzip, told apart by its first bytes.
pub fn open(mut source: impl Read + 'static) -> std::io::Result<Box<dyn Read>> {
    let mut head = [0; 2];
    let mut read = 0;
    while read < head.len() {
        match source.read(head.get_mut(read..).unwrap_or_default())? {
            0 => break,
            some => read += some,
        }
    }
    let whole =
        std::io::Cursor::new(head.into_iter().take(read).collect::<Vec<u8>>()).chain(source);
    Ok(match head {
        [0x1f, 0x8b] if read == 2 => Box::new(flate2::read::MultiGzDecoder::new(whole)),
        _ => Box::new(whole),
    })
}

/// Which table a file is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// Patients.
    Patients,
    /// Samples.
    Samples,
    /// Which panel each sample was tested by.
    PanelMatrix,
    /// Small variants.
    Mutations,
    /// Number of copies, genes by samples.
    Copies,
    /// Rearrangements.
    Rearrangements,
}

impl Table {
    /// Tells a table by the name of its file. Tables of patients and samples come first in the
    /// order, since the others name samples.
    pub fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "data_clinical_patient.txt" | "data_clinical_patients.txt" => Self::Patients,
            "data_clinical_sample.txt" | "data_clinical_samples.txt" | "data_clinical.txt" => {
                Self::Samples
            }
            "data_gene_panel_matrix.txt" | "data_gene_matrix.txt" => Self::PanelMatrix,
            "data_mutations.txt" | "data_mutations_extended.txt" => Self::Mutations,
            "data_cna.txt" | "data_CNA.txt" => Self::Copies,
            "data_sv.txt" | "data_structural_variants.txt" => Self::Rearrangements,
            _ => return None,
        })
    }
}

/// A study while its files are read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Study {
    /// Its samples, in the order of their table.
    pub tumors: Vec<ReportedTumor>,
    /// Panels that the study's own tables make up: genes whose copies were counted.
    pub panels: Vec<Panel>,
    by_sample: BTreeMap<String, usize>,
    patients: BTreeMap<String, clinical::PatientRow>,
    matrix: bool,
    problems: Vec<Problem>,
}

impl Study {
    /// Reads a table into the study. Patients and samples must come before what names them.
    pub fn read(&mut self, name: &str, table: Table, source: impl BufRead) {
        let place = name.to_owned();
        match table {
            Table::Patients => clinical::patients(self, &place, source),
            Table::Samples => clinical::samples(self, &place, source),
            Table::PanelMatrix => panels::matrix(self, &place, source),
            Table::Mutations => alterations::mutations(self, &place, source),
            Table::Copies => alterations::copies(self, &place, source),
            Table::Rearrangements => alterations::rearrangements(self, &place, source),
        }
    }

    /// The study, with everything that was noticed.
    pub fn finish(mut self) -> (Vec<ReportedTumor>, Vec<Panel>, Vec<Problem>) {
        if !self.matrix && !self.tumors.is_empty() {
            self.problem(Problem::warning(
                "no-panel-matrix",
                "data_gene_panel_matrix.txt",
                "the study does not say what was tested; no gene counts as tested",
            ));
        }
        (self.tumors, self.panels, self.problems)
    }

    /// A sample by its identifier.
    fn sample(&mut self, id: &str) -> Option<&mut ReportedTumor> {
        let at = *self.by_sample.get(id)?;
        self.tumors.get_mut(at)
    }

    fn add(&mut self, tumor: ReportedTumor) {
        if self.tumors.len() >= SAMPLES_MAX {
            let text = format!("more than {SAMPLES_MAX} samples; the rest is not read");
            return self.problem(Problem::warning("too-many", tumor.place, text));
        }
        if self.by_sample.contains_key(&tumor.sample) {
            let text = "the sample stands twice; the first row is used";
            return self.problem(Problem::warning("sample-twice", tumor.place, text));
        }
        self.by_sample.insert(tumor.sample.clone(), self.tumors.len());
        self.tumors.push(tumor);
    }

    fn problem(&mut self, problem: Problem) {
        let alike = self.problems.iter().filter(|known| known.code == problem.code).count();
        if alike < PROBLEMS_MAX {
            self.problems.push(problem);
        }
    }

    /// A row that names a sample which no table of samples has.
    fn nobody(&mut self, place: &str, line: usize) {
        let place = format!("{place} line {line}");
        let text = "the row is of a sample that is not in the study; not used";
        self.problem(Problem::warning("sample-not-known", place, text));
    }
}

#[cfg(test)]
mod tests;
