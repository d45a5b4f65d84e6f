//! A tumour sample as a file states it, in the file's own words.
//!
//! Readers fill this; `tumor` makes of the words what engines compare. Nothing is normalised here
//! and nothing is left out that a criterion may ask for.

use crate::time::PartialDate;

/// One sample of one person.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReportedTumor {
    /// Identifier of the sample.
    pub sample: String,
    /// Identifier of the person; the sample's where the file has none.
    pub patient: String,
    /// Where in the file it is.
    pub place: String,
    /// OncoTree code, where stated.
    pub diagnosis_code: Option<String>,
    /// Name of the diagnosis, where stated.
    pub diagnosis_name: Option<String>,
    /// Date of birth.
    pub birth: Option<PartialDate>,
    /// Age in years as stated, where there is no date of birth.
    pub age_years: Option<String>,
    /// The day that age is of; often not stated.
    pub age_on: Option<PartialDate>,
    /// `Male`, `F`, …
    pub sex: Option<String>,
    /// `Alive`, `0:LIVING`, …
    pub vital: Option<String>,
    /// `Stage IIIB`, …
    pub stage: Option<String>,
    /// ECOG performance, as stated.
    pub performance: Option<String>,
    /// The day of the molecular report.
    pub reported_on: Option<PartialDate>,
    /// The report that it is of: `DiagnosticReport/1`; the sample's name stands in for none.
    pub report: Option<String>,
    /// The report that this one replaces.
    pub amends: Option<String>,
    /// Whether the laboratory took the report back.
    pub withdrawn: bool,
    /// What the specimen is, in words: `Block`, `plasma`, `bone marrow`.
    pub specimen: Option<String>,
    /// The laboratory's judgement of its run, in words: `Pass`, `Qualified`.
    pub quality: Option<String>,
    /// The laboratory's conclusion, in its words.
    pub conclusion: Option<String>,
    /// What it was read from: `Specimen/1`, `DiagnosticReport/1`, an XML path.
    pub sources: Vec<String>,
    /// What was found.
    pub alterations: Vec<ReportedAlteration>,
    /// Measurements, by the file's name of them.
    pub biomarkers: Vec<ReportedBiomarker>,
    /// What was tested.
    pub tested: ReportedCoverage,
}

/// What was tested, as far as a file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportedCoverage {
    /// Panels by name, each with what it was used for.
    pub panels: Vec<(String, ReportedClass)>,
    /// Classes that were looked for in every gene (exome, genome).
    pub everywhere: Vec<ReportedClass>,
    /// Genes that the report itself lists as tested.
    pub genes: Vec<ReportedGene>,
    /// The report's own name of what was done, for people.
    pub title: Option<String>,
}

/// A gene that was looked at for a class of alterations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedGene {
    /// Symbol as written, or `HGNC:` and the number.
    pub gene: String,
    /// What was looked for.
    pub class: ReportedClass,
    /// Exons that were read; all of the gene if empty.
    pub exons: Vec<u16>,
}

/// A row of a registry of panels: a gene that a panel reads, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PanelRow {
    /// The panel, with its version.
    pub panel: String,
    /// Other names that reports have for it.
    pub names: Vec<String>,
    /// Symbol as written, or `*` for every gene.
    pub gene: String,
    /// What is looked for in it.
    pub classes: Vec<ReportedClass>,
    /// Exons that are read; all of the gene if empty.
    pub exons: Vec<u16>,
    /// Where the row stands.
    pub place: String,
}

/// A kind of alteration, as files part them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReportedClass {
    /// Substitutions and small insertions and deletions.
    Short,
    /// Number of copies.
    Copy,
    /// Rearrangements.
    Rearrangement,
}

/// A measurement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportedBiomarker {
    /// `msi`, `tmb`, `her2`, `er`, `pr`, `mmr`, …
    pub name: String,
    /// As stated: a word or a number.
    pub value: String,
    /// The laboratory's own word beside a number: `low`.
    pub level: Option<String>,
    /// Unit of a number, as written.
    pub unit: Option<String>,
    /// How it was made, `IHC`, `TPS`.
    pub method: Option<String>,
    /// Clone of the antibody.
    pub clone: Option<String>,
    /// Threshold that the laboratory's word rests on.
    pub cut_off: Option<String>,
    /// When.
    pub date: Option<PartialDate>,
    /// What it was read from.
    pub source: Option<String>,
}

impl ReportedBiomarker {
    /// A measurement of which only name and result are stated.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into(), ..Self::default() }
    }
}

/// Something found, or stated not to be there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReportedAlteration {
    /// Where in the file it is.
    pub place: String,
    /// Symbol of the gene as written.
    pub gene: String,
    /// NCBI Gene number, where stated.
    pub ncbi_gene: Option<u32>,
    /// HGNC number, where stated.
    pub hgnc: Option<u32>,
    /// What it is.
    pub kind: ReportedKind,
    /// Whether the laboratory is not sure that it is there.
    pub equivocal: bool,
    /// Whether only part of the tumour has it.
    pub subclonal: bool,
    /// Copies of the gene, where counted.
    pub copies: Option<f64>,
    /// What the laboratory makes of it, each in its own system and words.
    pub judgements: Vec<LaboratoryJudgement>,
    /// What it was read from.
    pub source: Option<String>,
}

/// What a laboratory makes of a finding: a tier, a level of evidence, a significance, a status. It
/// is shown as it came, and never taken for a judgement of ours.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LaboratoryJudgement {
    /// What is judged: `clinical significance`, `level of evidence`, `status`.
    pub kind: String,
    /// The system of the words, where it is stated: a URI.
    pub system: Option<String>,
    /// In the laboratory's words: `Tier I-A`, `known`.
    pub words: String,
    /// For what it holds, where that is stated: a medicine.
    pub regarding: Option<String>,
    /// What it was read from: `Observation/1`.
    pub source: String,
}

/// What a row of a file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ReportedKind {
    /// A small variant.
    Short {
        /// `p.` expression as written.
        protein: String,
        /// `c.` expression as written.
        cdna: String,
        /// Class as written.
        classification: String,
        /// Exon as written, `7/12` or `7`.
        exon: String,
        /// Share of reads, 0 to 1.
        allele_fraction: Option<f64>,
        /// Whether the file calls it germline or somatic.
        origin: String,
    },
    /// Copies of the gene, as written: `2`, `High level amplification`.
    Copy(String),
    /// The gene joined to another.
    Rearrangement {
        /// The other side as written; empty where not stated.
        partner: String,
        /// Whether the first gene is the 5' one for sure.
        ordered: bool,
        /// Whether it was read from a sentence.
        from_text: bool,
    },
    /// The gene is wild type for this class.
    Negative(ReportedClass),
    /// The row says nothing that is understood.
    #[default]
    Nothing,
}
