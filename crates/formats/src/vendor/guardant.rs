//! Guardant-style tables: one alteration in circulating DNA a row, with the report's numbers
//! beside it.
//!
//! Columns are known by their names, reduced to letters and digits; there are several for each, for
//! the laboratory's tables changed over the years. Shares of molecules are in percent. A table of
//! several patients or reports is refused whole: parts of it would go to the wrong one.

use super::finding::{CopyNumber, Finding, FindingContent, Measure, Rearrangement, ShortVariant};
use super::notation;
use super::report::{Laboratory, VendorReport};
use super::table::{Table, cell};
use super::value::{self, Scale, add, day, finding, number, share};
use model::patient::PersonName;
use model::reported::ResultStatus;
use model::specimen::Origin;
use model::tumor::ReportedClass;
use model::{PartialDate, Problem};

const REQUEST: &[&str] = &["ghrequestid", "requestid", "ghreportid", "reportid", "accessionid"];
const SAMPLE: &[&str] = &["ghsampleid", "sampleid", "specimenid"];
const VERSION: &[&str] = &["reportversion", "version"];
const FACILITY: &[&str] = &["facility", "facilityid", "institution", "practice"];
const NUMBER: &[&str] = &["mrn", "patientmrn", "patientid"];
const FAMILY: &[&str] = &["lastname", "patientlastname"];
const GIVEN: &[&str] = &["firstname", "patientfirstname"];
const BORN: &[&str] = &["dateofbirth", "dob", "patientdob"];
const SEX: &[&str] = &["sex", "gender"];
const DIAGNOSIS: &[&str] = &["cancertype", "diagnosis"];
const COLLECTED: &[&str] = &["collectiondate", "blooddrawdate", "samplecollectiondate"];
const RECEIVED: &[&str] = &["receiveddate", "samplereceiveddate"];
const REPORTED: &[&str] = &["reportdate", "reporteddate", "finalreportdate"];
const BUILD: &[&str] = &["genomebuild", "referencegenome", "build"];
const PANEL: &[&str] = &["panel", "assay", "test", "panelversion"];
const GENE: &[&str] = &["gene", "genesymbol", "genea"];
const KIND: &[&str] = &["alterationtype", "varianttype", "type"];
const PROTEIN: &[&str] = &["mutaa", "aachange", "proteinchange", "alteration", "hgvsp"];
const CODING: &[&str] = &["mutcdna", "cdnachange", "cdna", "hgvsc"];
const ALLELES: &[&str] = &["mutnt", "nucleotidechange", "ntchange"];
const TRANSCRIPT: &[&str] = &["transcript", "transcriptid", "refseqtranscript"];
const CHROMOSOME: &[&str] = &["chromosome", "chrom", "chr"];
const POSITION: &[&str] = &["position", "pos", "startposition"];
const EXON: &[&str] = &["exon"];
const SHARE: &[&str] = &["percentcfdna", "cfdnapercentage", "percentage", "vafpercentage", "vaf"];
const COPIES: &[&str] = &["copynumber", "cnvcopies", "copies"];
const PARTNER: &[&str] = &["fusiongeneb", "geneb", "partnergene", "fusionpartner"];
const BREAKS: &[&str] = &["fusionposition", "fusionpositiona", "breakpoint"];
const MOLECULES: &[&str] = &["fusionmolecules", "supportingmolecules", "moleculecount"];
const EFFECT: &[&str] = &["effect", "mutationeffect", "consequence"];
const SIGNIFICANCE: &[&str] = &["significance", "classification", "pathogenicity"];
const ORIGIN: &[&str] = &["somaticgermline", "origin", "somaticstatus"];
const TMB: &[&str] = &["tmb", "tmbscore"];
const MSI: &[&str] = &["msi", "msistatus", "msihigh"];

/// Every column that is read.
const READ: &[&[&str]] = &[
    REQUEST,
    SAMPLE,
    VERSION,
    FACILITY,
    NUMBER,
    FAMILY,
    GIVEN,
    BORN,
    SEX,
    DIAGNOSIS,
    COLLECTED,
    RECEIVED,
    REPORTED,
    BUILD,
    PANEL,
    GENE,
    KIND,
    PROTEIN,
    CODING,
    ALLELES,
    TRANSCRIPT,
    CHROMOSOME,
    POSITION,
    EXON,
    SHARE,
    COPIES,
    PARTNER,
    BREAKS,
    MOLECULES,
    EFFECT,
    SIGNIFICANCE,
    ORIGIN,
    TMB,
    MSI,
];

/// Columns of which a report has one value: those by which it would be told from another.
const ONE: &[(&str, &[&str])] = &[
    ("report", REQUEST),
    ("specimen", SAMPLE),
    ("patient", NUMBER),
    ("patient's name", FAMILY),
    ("date of birth", BORN),
    ("build", BUILD),
];

/// Whether a table with these columns is in this format.
pub(super) fn is_guardant(names: &[String]) -> bool {
    let has = |wanted: &[&str]| wanted.iter().any(|name| names.iter().any(|known| known == name));
    let marks = ["ghrequestid", "ghsampleid", "percentcfdna", "cfdnapercentage", "mutaa"];
    has(GENE) && has(&marks) && (has(REQUEST) || has(SAMPLE))
}

/// Reads a report. `None` if the table has no row, or is of more than one report.
pub(super) fn read(bytes: &[u8]) -> (Option<VendorReport>, Vec<Problem>) {
    let table = match Table::read(bytes) {
        Ok(table) => table,
        Err(problem) => return (None, vec![*problem]),
    };
    let mut problems = Vec::new();
    for name in table.others(READ) {
        let text = format!("the column `{name}` is not read; it is kept with the file");
        problems.push(Problem::note("not-read", "line 1", text));
    }
    let Some((first, _)) = table.rows.first() else {
        problems.push(Problem::error("no-report", "line 1", "the table has no rows"));
        return (None, problems);
    };
    for (what, names) in ONE {
        let column = table.column(names);
        let mut stated =
            table.rows.iter().filter_map(|(line, row)| Some((line, cell(row, column)?)));
        let Some((_, of_first)) = stated.next() else { continue };
        if let Some((line, other)) = stated.find(|(_, other)| *other != of_first) {
            let text = format!("a second {what} in one table, `{other}`; nothing of it is filed");
            problems.push(Problem::error("two-reports", format!("line {line}"), text));
            return (None, problems);
        }
    }
    let mut report = VendorReport {
        laboratory: Laboratory::Guardant,
        raw_path: format!("line {first}"),
        ..VendorReport::default()
    };
    head(&mut report, &table);
    for (line, row) in &table.rows {
        let reader = Reader { table: &table, row, place: format!("line {line}") };
        reader.row(&mut report, &mut problems);
    }
    (Some(report), problems)
}

/// What the table says of the report: the first row that says it.
fn head(report: &mut VendorReport, table: &Table) {
    let at = |names: &[&str]| {
        let column = table.column(names);
        table.rows.iter().find_map(|(_, row)| cell(row, column)).map(str::to_owned)
    };
    let raw_path = report.raw_path.clone();
    report.number = at(REQUEST).or_else(|| at(SAMPLE));
    report.version = at(VERSION).and_then(|text| text.parse().ok());
    report.signed_on = day(at(REPORTED).as_deref());
    report.status = match (report.signed_on, report.version) {
        (None, _) => ResultStatus::Preliminary,
        (Some(_), Some(version)) if version > 1 => ResultStatus::Amended,
        (Some(_), _) => ResultStatus::Final,
    };
    let facility = at(FACILITY).unwrap_or_default();
    report.patient.identifiers.extend(at(NUMBER).map(|number| (facility, number)));
    let given = at(GIVEN).unwrap_or_default();
    let given = given.split_whitespace().map(str::to_owned).collect();
    report.patient.names.extend(at(FAMILY).map(|family| PersonName { family, given }));
    report.patient.birth_date = at(BORN).as_deref().and_then(PartialDate::parse);
    report.patient.sex = value::sex(at(SEX).as_deref());
    report.patient.raw_path.clone_from(&raw_path);
    let specimen = &mut report.specimen;
    specimen.number = at(SAMPLE);
    specimen.format = Some("Plasma".to_owned());
    specimen.collected = day(at(COLLECTED).as_deref());
    specimen.received = day(at(RECEIVED).as_deref());
    specimen.diagnosis = at(DIAGNOSIS);
    specimen.origin = Origin::CirculatingDna;
    specimen.raw_path.clone_from(&raw_path);
    report.run.test = at(PANEL);
    report.run.build = at(BUILD).as_deref().and_then(value::build);
    report.run.nucleic_acids.push("DNA".to_owned());
    report.run.raw_path = raw_path;
}

struct Reader<'r> {
    table: &'r Table,
    row: &'r [String],
    place: String,
}

impl Reader<'_> {
    fn at(&self, names: &[&str]) -> Option<String> {
        cell(self.row, self.table.column(names)).map(str::to_owned)
    }

    fn row(&self, report: &mut VendorReport, problems: &mut Vec<Problem>) {
        let has_measure = self.measures(report, problems);
        let Some(gene) = self.at(GENE) else {
            if !has_measure {
                let text = "the row names no gene; it is not read";
                problems.push(Problem::warning("no-gene", &self.place, text));
            }
            return;
        };
        let found = Finding {
            origin: self.at(ORIGIN).unwrap_or_default().to_lowercase(),
            significance: self.at(SIGNIFICANCE),
            ..finding(&gene, self.content(report, problems), self.place.clone())
        };
        add(found, report, problems);
    }

    fn content(&self, report: &VendorReport, problems: &mut Vec<Problem>) -> FindingContent {
        let kind = self.at(KIND).unwrap_or_default();
        let lower = kind.to_lowercase();
        let change = self.at(PROTEIN);
        let says = |text: &str| {
            let text = text.to_lowercase();
            ["not detected", "none detected", "negative"].iter().any(|word| text.contains(word))
        };
        if says(&lower) || change.as_deref().is_some_and(says) {
            let class = match () {
                () if lower.contains("cnv") || lower.contains("copy") => ReportedClass::Copy,
                () if lower.contains("fusion") => ReportedClass::Rearrangement,
                () => ReportedClass::Short,
            };
            return FindingContent::Negative(vec![class]);
        }
        let copies = self.at(COPIES);
        if lower.contains("cnv") || lower.contains("amplif") || copies.is_some() {
            let class = if lower == "cnv" { change } else { Some(kind) };
            return FindingContent::Copy(CopyNumber {
                class: class.filter(|text| !text.is_empty()).unwrap_or_else(|| "copies".to_owned()),
                copies: copies.as_deref().and_then(number),
                ..CopyNumber::default()
            });
        }
        let partner = self.at(PARTNER);
        if lower.contains("fusion") || lower.contains("rearrang") || partner.is_some() {
            return FindingContent::Rearrangement(Rearrangement {
                partner,
                kind: Some(kind).filter(|text| !text.is_empty()),
                breakpoints: self.at(BREAKS).into_iter().collect(),
                supporting_reads: self.at(MOLECULES).and_then(|text| text.parse().ok()),
                ..Rearrangement::default()
            });
        }
        self.short(report, problems)
    }

    fn short(&self, report: &VendorReport, problems: &mut Vec<Problem>) -> FindingContent {
        let (protein, coding) = (self.at(PROTEIN), self.at(CODING));
        let written = self.at(ALLELES);
        let alleles = written.as_deref().and_then(|text| text.split_once('>'));
        let chromosome = self.at(CHROMOSOME).as_deref().and_then(notation::chromosome);
        let position: Option<u64> = self.at(POSITION).and_then(|text| text.parse().ok());
        if self.at(POSITION).is_some() && position.is_none() {
            let text = "the position is no number";
            problems.push(Problem::warning("bad-position", &self.place, text));
        }
        if protein.is_none() && coding.is_none() && (position.is_none() || alleles.is_none()) {
            return FindingContent::Nothing;
        }
        let genomic = position.zip(alleles).filter(|_| report.run.build.is_some());
        let genomic = genomic.and_then(|(at, (from, to))| notation::of_alleles(at, from, to));
        let (named, change) = match coding.as_deref() {
            Some(text) => notation::with_transcript(text),
            None => (None, ""),
        };
        let fraction = self.at(SHARE);
        FindingContent::Short(ShortVariant {
            transcript: self.at(TRANSCRIPT).or(named),
            coding: notation::coding(change),
            protein: protein.as_deref().and_then(notation::protein),
            genomic,
            chromosome,
            position,
            reference: alleles.map(|(from, _)| from.to_owned()),
            alternate: alleles.map(|(_, to)| to.to_owned()),
            effect: self.at(EFFECT),
            exon: self.at(EXON),
            allele_fraction: fraction
                .and_then(|text| share(&text, Scale::SmallPercent, &self.place, problems)),
            written,
            ..ShortVariant::default()
        })
    }

    /// Measurements stand in columns of their own, often again in every row.
    fn measures(&self, report: &mut VendorReport, problems: &mut Vec<Problem>) -> bool {
        let mut any = false;
        let msi = self.at(MSI).map(|text| match text.to_lowercase().as_str() {
            "true" | "yes" | "detected" => "MSI-High".to_owned(),
            _ => text,
        });
        for (name, stated) in [("tmb", self.at(TMB)), ("msi", msi)] {
            let Some(stated) = stated else { continue };
            any = true;
            let found = value::leading_number(&stated).filter(|_| name == "tmb");
            let measure = Measure {
                name: name.to_owned(),
                value: found.as_ref().map(|(value, _)| *value),
                unit: found.as_ref().map(|_| "mutations/Mb".to_owned()),
                level: found.is_none().then_some(stated),
                raw_path: self.place.clone(),
                ..Measure::default()
            };
            match report.measures.iter().find(|known| known.name == name) {
                None => report.measures.push(measure),
                Some(known) if (known.value, &known.level) == (measure.value, &measure.level) => {}
                Some(known) => {
                    let text = format!("`{name}` differs from what stands at {}", known.raw_path);
                    problems.push(Problem::warning("measure-contradiction", &self.place, text));
                }
            }
        }
        any
    }
}

#[cfg(test)]
mod tests;
