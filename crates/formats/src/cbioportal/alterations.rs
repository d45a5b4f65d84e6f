//! Tables of what was found: variants, copies, rearrangements.

use super::table::{Columns, Open, Row};
use super::{Panel, Study};
use model::Problem;
use model::tumor::{ReportedAlteration, ReportedClass, ReportedKind};
use std::io::BufRead;

const GENE: &[&str] = &["Hugo_Symbol"];
const NUMBER: &[&str] = &["Entrez_Gene_Id"];
const SAMPLE: &[&str] = &["Tumor_Sample_Barcode"];

/// Columns of a table of variants (MAF).
pub(super) struct VariantColumns {
    gene: Option<usize>,
    number: Option<usize>,
    pub(super) sample: Option<usize>,
    classification: Option<usize>,
    protein: Option<usize>,
    cdna: Option<usize>,
    exon: Option<usize>,
    reference: Option<usize>,
    alternate: Option<usize>,
    origin: Option<usize>,
}

impl VariantColumns {
    pub(super) fn of(columns: &Columns) -> Self {
        Self {
            gene: columns.place(GENE),
            number: columns.place(NUMBER),
            sample: columns.place(SAMPLE),
            classification: columns.place(&["Variant_Classification"]),
            protein: columns.place(&[
                "HGVSp_Short",
                "HGVSp",
                "Protein_Change",
                "Amino_Acid_Change",
            ]),
            cdna: columns.place(&["HGVSc"]),
            exon: columns.place(&["Exon_Number"]),
            reference: columns.place(&["t_ref_count"]),
            alternate: columns.place(&["t_alt_count"]),
            origin: columns.place(&["Mutation_Status"]),
        }
    }

    /// The variant of a row.
    pub(super) fn alteration(&self, row: &Row<'_>, place: &str) -> ReportedAlteration {
        let text = |column| row.cell(column).to_owned();
        let reads = |column| row.cell(column).parse::<f64>().ok();
        let fraction = reads(self.reference).zip(reads(self.alternate)).and_then(|(r, a)| {
            let all = r + a;
            (all > 0.0).then(|| a / all)
        });
        ReportedAlteration {
            place: format!("{place} line {}", row.line),
            gene: text(self.gene),
            ncbi_gene: row.cell(self.number).parse().ok().filter(|number| *number > 0),
            kind: ReportedKind::Short {
                protein: text(self.protein),
                cdna: text(self.cdna),
                classification: text(self.classification),
                exon: text(self.exon),
                allele_fraction: fraction,
                origin: text(self.origin),
            },
            ..ReportedAlteration::default()
        }
    }
}

/// Small variants; what the file calls wild type or filtered is no finding.
pub(super) fn mutations(study: &mut Study, place: &str, source: impl BufRead) {
    let needed: &[&[&str]] = &[GENE, SAMPLE];
    let Some(mut table) = Open::new(study, place, source, needed) else { return };
    let columns = VariantColumns::of(&table.columns);
    while let Some((line, text)) = table.next(study) {
        let row = Row::of(&text, line);
        if row.cell(columns.origin).eq_ignore_ascii_case("wildtype") {
            continue;
        }
        let alteration = columns.alteration(&row, place);
        match study.sample(row.cell(columns.sample)) {
            Some(tumor) => tumor.alterations.push(alteration),
            None => study.nobody(place, line),
        }
    }
}

/// Name of the panel that the genes of a table of copies make up.
const COUNTED: &str = "genes of data_cna.txt";

/// Copies: a line a gene, a column a sample. What is counted and usual is tested; `NA` is not.
pub(super) fn copies(study: &mut Study, place: &str, source: impl BufRead) {
    let Some(mut table) = Open::new(study, place, source, &[GENE]) else { return };
    let (gene, number) = (table.columns.place(GENE), table.columns.place(NUMBER));
    let names: Vec<String> = table.columns.names().to_vec();
    let skipped = ["Hugo_Symbol", "Entrez_Gene_Id", "Cytoband"];
    let samples: Vec<Option<usize>> = names
        .iter()
        .map(|name| {
            study.by_sample.get(name).copied().filter(|_| !skipped.contains(&name.as_str()))
        })
        .collect();
    let unknown = names
        .iter()
        .zip(&samples)
        .filter(|(name, at)| at.is_none() && !skipped.contains(&name.as_str()))
        .count();
    if unknown > 0 {
        let text = format!("{unknown} columns are of samples that are not in the study");
        study.problem(Problem::warning("sample-not-known", place, text));
    }
    let mut counted = Panel { name: COUNTED.to_owned(), genes: Vec::new() };
    let mut partly: Vec<bool> = vec![false; names.len()];
    let mut usual: Vec<Vec<usize>> = vec![Vec::new(); names.len()];
    while let Some((line, text)) = table.next(study) {
        let row = Row::of(&text, line);
        let symbol = row.cell(gene).to_owned();
        let number: Option<u32> = row.cell(number).parse().ok().filter(|number| *number > 0);
        let at_gene = counted.genes.len();
        counted.genes.push((number, symbol.clone()));
        for (column, at) in samples.iter().enumerate() {
            let Some(tumor) = at.and_then(|at| study.tumors.get_mut(at)) else { continue };
            match row.cell(Some(column)) {
                "" => partly.iter_mut().skip(column).take(1).for_each(|one| *one = true),
                "0" | "0.0" => {
                    usual.iter_mut().skip(column).take(1).for_each(|one| one.push(at_gene));
                }
                value => tumor.alterations.push(ReportedAlteration {
                    place: format!("{place} line {line}"),
                    gene: symbol.clone(),
                    ncbi_gene: number,
                    kind: ReportedKind::Copy(value.to_owned()),
                    ..ReportedAlteration::default()
                }),
            }
        }
    }
    for ((at, partly), usual) in samples.iter().zip(&partly).zip(&usual) {
        let Some(tumor) = at.and_then(|at| study.tumors.get_mut(at)) else { continue };
        if !partly {
            tumor.tested.panels.push((COUNTED.to_owned(), ReportedClass::Copy));
            continue;
        }
        // Gene by gene, where some were not counted.
        for (number, symbol) in usual.iter().filter_map(|gene| counted.genes.get(*gene)) {
            tumor.alterations.push(ReportedAlteration {
                place: place.to_owned(),
                gene: symbol.clone(),
                ncbi_gene: *number,
                kind: ReportedKind::Negative(ReportedClass::Copy),
                ..ReportedAlteration::default()
            });
        }
    }
    study.panels.push(counted);
}

/// Rearrangements; the first site is not known to be the 5' one.
pub(super) fn rearrangements(study: &mut Study, place: &str, source: impl BufRead) {
    let needed: &[&[&str]] = &[&["Sample_Id"], &["Site1_Hugo_Symbol", "Site2_Hugo_Symbol"]];
    let Some(mut table) = Open::new(study, place, source, needed) else { return };
    let sample = table.columns.place(&["Sample_Id"]);
    let sites = [1, 2].map(|site| {
        let name = format!("Site{site}_Hugo_Symbol");
        let number = format!("Site{site}_Entrez_Gene_Id");
        (table.columns.place(&[&name]), table.columns.place(&[&number]))
    });
    let [(first, first_number), (second, _)] = sites;
    while let Some((line, text)) = table.next(study) {
        let row = Row::of(&text, line);
        let (one, other) = (row.cell(first), row.cell(second));
        let place_of = format!("{place} line {line}");
        let (gene, partner, number) = match (one, other) {
            ("", "") => {
                study.problem(Problem::warning("no-gene", place_of, "the row names no gene"));
                continue;
            }
            ("", only) => (only, "", None),
            (one, other) => (one, other, row.cell(first_number).parse().ok()),
        };
        let alteration = ReportedAlteration {
            place: place_of,
            gene: gene.to_owned(),
            ncbi_gene: number,
            kind: ReportedKind::Rearrangement {
                partner: partner.to_owned(),
                ordered: false,
                from_text: false,
            },
            ..ReportedAlteration::default()
        };
        match study.sample(row.cell(sample)) {
            Some(tumor) => tumor.alterations.push(alteration),
            None => study.nobody(place, line),
        }
    }
}
