//! MAF: small variants, one a row, of one specimen.
//!
//! The table names no patient; whoever hands it in says whose it is, and which specimen of
//! several. It is signed by nobody. Columns: GDC MAF format 1.0, and cBioPortal's for
//! `data_mutations.txt`. An insertion has `-` for its reference bases and stands between its two
//! positions.

use super::finding::{Finding, FindingContent, ShortVariant, Strand};
use super::notation;
use super::report::{Laboratory, VendorReport};
use super::table::{Table, cell};
use super::value::{self, add, finding, number};
use model::Problem;
use model::specimen::Origin;
use model::variant::GenomeBuild;

/// Columns without which a table is none.
const NEEDED: [&str; 2] = ["hugosymbol", "tumorsamplebarcode"];

/// Specimens that are named in a refusal.
const NAMED_MAX: usize = 5;

/// Whether a table with these columns is in this format.
pub(super) fn is_maf(names: &[String]) -> bool {
    NEEDED.iter().all(|needed| names.iter().any(|known| known == needed))
}

/// Reads the rows of one specimen: the named one, else the only one there is.
pub(super) fn read(bytes: &[u8], sample: Option<&str>) -> (Option<VendorReport>, Vec<Problem>) {
    let table = match Table::read(bytes) {
        Ok(table) => table,
        Err(problem) => return (None, vec![*problem]),
    };
    let column = table.column(&["tumorsamplebarcode"]);
    let mut samples: Vec<&str> =
        table.rows.iter().filter_map(|(_, row)| cell(row, column)).collect();
    samples.sort_unstable();
    samples.dedup();
    let chosen = match (sample, samples.as_slice()) {
        (Some(named), all) if all.contains(&named) => named,
        (Some(named), _) => {
            let text = format!("the table has no row of specimen `{named}`");
            return (None, vec![Problem::error("sample-not-known", "Tumor_Sample_Barcode", text)]);
        }
        (None, [only]) => only,
        (None, all) => {
            let some: Vec<&str> = all.iter().copied().take(NAMED_MAX).collect();
            let text = format!(
                "the table has {} specimens ({}); say which one",
                all.len(),
                some.join(", ")
            );
            return (None, vec![Problem::error("which-sample", "Tumor_Sample_Barcode", text)]);
        }
    };
    let mut problems = Vec::new();
    let mut report = VendorReport {
        laboratory: Laboratory::Maf,
        number: Some(chosen.to_owned()),
        raw_path: "line 1".to_owned(),
        ..VendorReport::default()
    };
    report.specimen.number = Some(chosen.to_owned());
    report.specimen.origin = Origin::Somatic;
    report.specimen.raw_path = report.raw_path.clone();
    report.run.raw_path = report.raw_path.clone();
    let rows = table.rows.iter().filter(|(_, row)| cell(row, column) == Some(chosen));
    for (line, row) in rows {
        let reader = Reader { table: &table, row, place: format!("line {line}") };
        reader.row(&mut report, &mut problems);
    }
    (Some(report), problems)
}

struct Reader<'r> {
    table: &'r Table,
    row: &'r [String],
    place: String,
}

impl Reader<'_> {
    fn at(&self, names: &[&str]) -> Option<&str> {
        cell(self.row, self.table.column(names))
    }

    /// A row; what it calls wild type is no finding.
    fn row(&self, report: &mut VendorReport, problems: &mut Vec<Problem>) {
        let status = self.at(&["mutationstatus"]).unwrap_or_default().to_lowercase();
        if status == "wildtype" || status == "none" {
            return;
        }
        let build = self.build(report, problems);
        let content = FindingContent::Short(self.short(build.is_some()));
        let gene = self.at(&["hugosymbol"]).filter(|gene| *gene != "Unknown").unwrap_or_default();
        let origin = match status.as_str() {
            "germline" | "somatic" => status,
            _ => String::new(),
        };
        add(Finding { origin, ..finding(gene, content, self.place.clone()) }, report, problems);
    }

    fn build(&self, report: &mut VendorReport, problems: &mut Vec<Problem>) -> Option<GenomeBuild> {
        let stated = self.at(&["ncbibuild"])?;
        let known = value::build(stated);
        if known.is_none() || report.run.build.is_some_and(|build| Some(build) != known) {
            let text = format!(
                "build `{stated}` is not that of the other rows; its position is \
                                not used"
            );
            problems.push(Problem::warning("build-contradiction", &self.place, text));
            return None;
        }
        report.run.build = known;
        known
    }

    fn short(&self, has_build: bool) -> ShortVariant {
        let position: Option<u64> = self.at(&["startposition"]).and_then(|text| text.parse().ok());
        let bases = |names: &[&str]| {
            let raw = self.table.column(names).and_then(|at| self.row.get(at))?;
            // `-` is no base; an empty cell says nothing.
            match raw.trim() {
                "" => None,
                "-" => Some(String::new()),
                bases => Some(bases.to_ascii_uppercase()),
            }
        };
        let reference = bases(&["referenceallele"]);
        let alternate =
            bases(&["tumorseqallele2"]).filter(|other| Some(other) != reference.as_ref());
        let alternate = alternate.or_else(|| bases(&["tumorseqallele1"]));
        let change = position.zip(reference.as_deref().zip(alternate.as_deref()));
        let genomic = change.filter(|_| has_build).and_then(|(at, (from, to))| match from {
            // Between its two positions (GDC MAF format, Start_Position).
            "" => Some(format!("{at}_{}ins{to}", at.checked_add(1)?)),
            _ => notation::of_alleles(at, from, to),
        });
        let reads = |names: &[&str]| self.at(names).and_then(number);
        let counted = reads(&["trefcount"]).zip(reads(&["taltcount"]));
        let fraction = counted.and_then(|(without, with)| {
            let all = without + with;
            (all > 0.0 && without >= 0.0 && with >= 0.0).then(|| with / all)
        });
        let (named, coding) = match self.at(&["hgvsc"]) {
            Some(text) => notation::with_transcript(text),
            None => (None, ""),
        };
        let protein = self
            .at(&["hgvspshort", "hgvsp", "proteinchange", "aminoacidchange"])
            .map(|text| notation::with_transcript(text).1);
        let name = change.map(|(at, (from, to))| {
            let chromosome = self.at(&["chromosome"]).unwrap_or_default();
            format!("{chromosome}:{at} `{from}`>`{to}`")
        });
        ShortVariant {
            transcript: self.at(&["transcriptid", "refseq"]).map(str::to_owned).or(named),
            coding: notation::coding(coding),
            protein: protein.and_then(notation::protein),
            genomic,
            chromosome: self.at(&["chromosome"]).and_then(notation::chromosome),
            position,
            reference: reference.clone(),
            alternate: alternate.clone(),
            strand: match self.at(&["transcriptstrand"]) {
                Some("1" | "+") => Some(Strand::Forward),
                Some("-1") => Some(Strand::Reverse),
                _ => None,
            },
            effect: self.at(&["variantclassification"]).map(str::to_owned),
            exon: self.at(&["exonnumber"]).map(str::to_owned),
            allele_fraction: fraction,
            depth: self.at(&["tdepth"]).and_then(|text| text.parse().ok()),
            written: name,
            ..ShortVariant::default()
        }
    }
}

#[cfg(test)]
mod tests;
