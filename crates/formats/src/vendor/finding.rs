//! What a report found, measured, and looked at.

use model::tumor::ReportedClass;

/// Whether the part of a report that is signed carries a finding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Listed {
    /// It does.
    Reported,
    /// It does, as of unknown significance.
    Uncertain,
    /// It does not: only the data that came along has it.
    DataOnly,
    /// Nothing of the report tells its findings apart so.
    #[default]
    NotTold,
}

/// One finding.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Finding {
    /// The gene as written.
    pub gene: String,
    /// What was found.
    pub content: FindingContent,
    /// `somatic`, `germline`; empty where the report does not say.
    pub origin: String,
    /// The laboratory's word for what it means: `known`, `likely`, `Pathogenic`.
    pub significance: Option<String>,
    /// Whether the laboratory is not sure of it.
    pub equivocal: bool,
    /// Whether only part of the tumour has it.
    pub subclonal: bool,
    /// Whether the signed part carries it.
    pub listed: Listed,
    /// Where it is.
    pub raw_path: String,
    /// Where the same finding is again.
    pub also_at: Vec<String>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "nearly every finding is a small variant")]
pub enum FindingContent {
    /// A small variant.
    Short(ShortVariant),
    /// Copies of the gene.
    Copy(CopyNumber),
    /// The gene broken or joined to another.
    Rearrangement(Rearrangement),
    /// Tested, and nothing of these classes was found.
    Negative(Vec<ReportedClass>),
    /// Nothing that is understood.
    #[default]
    Nothing,
}

/// The strand of the gene's transcript.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strand {
    /// As the reference sequence.
    Forward,
    /// Against it.
    Reverse,
}

/// A small variant, as written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShortVariant {
    /// Accession of the transcript.
    pub transcript: Option<String>,
    /// Change of the coding sequence with `c.`.
    pub coding: Option<String>,
    /// Change of the protein with `p.`.
    pub protein: Option<String>,
    /// Change of the chromosome, where the report or its coding change tells it, without accession:
    /// `140453136A>T`.
    pub genomic: Option<String>,
    /// Chromosome, `chr7`.
    pub chromosome: Option<String>,
    /// Position, counted from 1.
    pub position: Option<u64>,
    /// Reference bases; empty for an insertion, `None` where not stated.
    pub reference: Option<String>,
    /// Bases in their place; empty for a deletion.
    pub alternate: Option<String>,
    /// Strand of the transcript.
    pub strand: Option<Strand>,
    /// What it does, in the laboratory's word: `missense`.
    pub effect: Option<String>,
    /// Exon, `7` or `7/12`.
    pub exon: Option<String>,
    /// Share of reads that have it, 0 to 1.
    pub allele_fraction: Option<f64>,
    /// Reads at the place.
    pub depth: Option<u64>,
    /// How many of the patient's copies have it, in the laboratory's word: `het`.
    pub zygosity: Option<String>,
    /// The change as the report writes it, where the notation above was changed.
    pub written: Option<String>,
}

/// Copies of a gene.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CopyNumber {
    /// The laboratory's class: `amplification`, `loss`.
    pub class: String,
    /// Copies.
    pub copies: Option<f64>,
    /// Ratio to the expected depth.
    pub ratio: Option<f64>,
    /// Exons concerned, `7 of 7`.
    pub exons: Option<String>,
    /// Region, `chr12:58093932-58188144`.
    pub region: Option<String>,
}

/// A gene broken, or joined to another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rearrangement {
    /// The other gene as written; `None` where the report has none.
    pub partner: Option<String>,
    /// Whether the first gene is the 5' one for sure.
    pub ordered: bool,
    /// The laboratory's word for it: `fusion`, `truncation`.
    pub kind: Option<String>,
    /// Whether the reading frame is kept.
    pub in_frame: Option<bool>,
    /// Where the breaks are.
    pub breakpoints: Vec<String>,
    /// Read pairs that show it.
    pub supporting_reads: Option<u64>,
    /// Whether it was read from a sentence and not from a field.
    pub from_text: bool,
}

/// A measurement of the whole tumour.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measure {
    /// Its name, as `tumor::normalise` knows it: `tmb`, `msi`, `hrd`, `loh`, `pd-l1`.
    pub name: String,
    /// The number.
    pub value: Option<f64>,
    /// Its unit, as written.
    pub unit: Option<String>,
    /// The laboratory's word: `low`, `MSS`.
    pub level: Option<String>,
    /// How it was made.
    pub method: Option<String>,
    /// The threshold of the word.
    pub cut_off: Option<String>,
    /// Where it is.
    pub raw_path: String,
}

/// A gene that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestedGene {
    /// As written.
    pub gene: String,
    /// What was looked for.
    pub class: ReportedClass,
    /// Where it is.
    pub raw_path: String,
}
