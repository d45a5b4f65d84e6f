//! Where a table has its columns, and one row of it.

use crate::vcf::canonical_chromosome;

/// Most columns of a row that are looked at.
const COLUMNS_MAX: usize = 32;
/// Names of columns, in lower case without blanks and underscores.
const RSID: [&str; 6] = ["rsid", "snp", "marker", "markername", "snpname", "id"];
const CHROMOSOME: [&str; 3] = ["chromosome", "chrom", "chr"];
const POSITION: [&str; 4] = ["position", "pos", "bp", "basepair"];
const GENOTYPE: [&str; 4] = ["genotype", "gt", "result", "alleles"];
const FIRST_ALLELE: [&str; 2] = ["allele1", "allele1-plus"];
const SECOND_ALLELE: [&str; 2] = ["allele2", "allele2-plus"];

/// Where the columns are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    separator: char,
    rsid: usize,
    chromosome: usize,
    position: usize,
    /// One column, or one for each allele.
    genotype: (usize, Option<usize>),
}

/// A row.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row<'l> {
    pub(super) rsid: &'l str,
    chromosome: &'l str,
    pub(super) position: Option<u64>,
    pub(super) genotype: String,
}

fn separator(line: &str) -> char {
    if line.contains('\t') { '\t' } else { ',' }
}

fn cells(line: &str, separator: char) -> Vec<&str> {
    let cells = line.split(separator).take(COLUMNS_MAX);
    cells.map(|cell| cell.trim().trim_matches('"').trim()).collect()
}

impl Layout {
    /// From a line of names; `None` if it is none.
    pub(super) fn of_names(line: &str) -> Option<Self> {
        let separator = separator(line);
        let names: Vec<String> = cells(line, separator)
            .iter()
            .map(|name| name.to_ascii_lowercase().replace([' ', '_'], ""))
            .collect();
        let find = |known: &[&str]| names.iter().position(|name| known.contains(&name.as_str()));
        let genotype = match find(&GENOTYPE) {
            Some(genotype) => (genotype, None),
            None => (find(&FIRST_ALLELE)?, Some(find(&SECOND_ALLELE)?)),
        };
        Some(Self {
            separator,
            rsid: find(&RSID)?,
            chromosome: find(&CHROMOSOME)?,
            position: find(&POSITION)?,
            genotype,
        })
    }

    /// That of a table without names: rsID, chromosome, position, then the genotype or two alleles.
    pub(super) fn usual(line: &str) -> Self {
        let separator = separator(line);
        let second = (cells(line, separator).len() > 4).then_some(4);
        Self { separator, rsid: 0, chromosome: 1, position: 2, genotype: (3, second) }
    }

    /// A row; `None` if a column is missing.
    pub(super) fn row<'l>(&self, line: &'l str) -> Option<Row<'l>> {
        let cells = cells(line, self.separator);
        let cell = |index: usize| cells.get(index).copied();
        let (first, second) = self.genotype;
        let mut genotype = cell(first)?.to_owned();
        if let Some(second) = second {
            genotype.push('/');
            genotype.push_str(cell(second)?);
        }
        Some(Row {
            rsid: cell(self.rsid)?,
            chromosome: cell(self.chromosome)?,
            position: cell(self.position)?.parse().ok(),
            genotype,
        })
    }
}

impl Row<'_> {
    /// Its chromosome as sites have it; arrays also count X, Y and the mitochondrion on.
    pub(super) fn chromosome(&self) -> Option<String> {
        match self.chromosome {
            "23" | "25" => Some("chrX".into()),
            "24" => Some("chrY".into()),
            "26" => Some("chrM".into()),
            name => canonical_chromosome(name),
        }
    }
}
