//! A pharmacogenomic result as one Bundle of FHIR R4 with the profiles of HL7 Genomics Reporting.
//!
//! The Bundle holds a report, the study with what it looked at, one result for each gene, what
//! each source says about each drug, and the recommendations that follow. Everything a consumer
//! needs to mistrust a result stands in coded parts and in words: positions that were not seen,
//! genes that were not tested, calls that the data cannot tell apart.
//!
//! # Choices
//! - **An ambiguous gene is one genotype Observation.** Its text names every genotype
//!   (`*1/*2 or *4/*17`), its interpretation says so, and each possibility has a component. One
//!   Observation for each would read as so many facts. Only an allele that all possibilities
//!   share becomes a haplotype Observation.
//! - **A gene without a call is an Observation without a value** and with a `dataAbsentReason`.
//!   The genotype profile wants a value, so that this one does not claim it.
//! - **A research call carries a modifier extension**, which no reader may overlook, and is never
//!   final. Nothing is derived from it.
//! - **Answer codes of LOINC stand only for the very same phenotype.** Anything else has a code
//!   of our own and its words.
//! - **STU3 before STU4.** What only the later guide has (`knowledge-base`,
//!   `annotation-pipeline`) is an additional component, which the open slicing of STU3 allows.
//!   Regions studied stand in the genomic study, as STU3 has no profile for them.

mod callability;
mod drug;
mod entry;
mod gene;
mod report;
mod study;
mod task;
mod value;
mod variant;

use super::{Head, Object, person};
use entry::Writer;
use gene::Evidence;
use model::patient::{Identifier, Patient, PersonName, Sex};
use model::reported::ResultStatus;
use model::specimen::Origin;
use model::statement::{DrugStatement, EngineRef, GeneStatement, KnowledgeRef};
use model::variant::GenomeBuild;
use model::{PartialDate, PatientId, Timestamp};
use serde_json::Value;
use std::collections::BTreeSet;

pub use variant::PositionVariant;

/// Authority of the identifier under which a placeholder patient has the sample's name.
pub const SAMPLE_AUTHORITY: &str = "urn:cognate:sample";

/// Whom a result is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject<'a> {
    /// A patient, by literal reference: `Patient/1`.
    Reference(&'a str),
    /// Nobody knows whom, only the sample has a name: the Bundle gets a placeholder `Patient`
    /// with that name as an identifier and nothing else. It is no identification of a person.
    Sample(&'a str),
}

/// What the Bundle is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PgxBundleKind {
    /// To be read: type `collection`.
    #[default]
    Collection,
    /// To be filed: type `transaction`. Each entry is an update with the id derived here, so that
    /// sending it twice changes nothing.
    Transaction,
}

/// A result and its circumstances. Start from [`PgxBundle::new`].
#[derive(Clone, Debug)]
pub struct PgxBundle<'a> {
    /// What the Bundle is for.
    pub kind: PgxBundleKind,
    /// What makes this result itself, such as the digest of a file and the sample's name. All ids
    /// are derived from it and from what a resource is about; the same seed with another pack
    /// gives new content under the same ids.
    pub seed: &'a str,
    /// Whom it is about.
    pub subject: Subject<'a>,
    /// Reference to the specimen.
    pub specimen: Option<&'a str>,
    /// How final it is.
    pub status: ResultStatus,
    /// The day the result speaks of.
    pub effective: Option<PartialDate>,
    /// When it was released. Without it there is no `Provenance`, which has to say when.
    pub issued: Option<Timestamp>,
    /// The laboratory, by name.
    pub laboratory: Option<&'a str>,
    /// How the genotypes were found, in words.
    pub method: Option<&'a str>,
    /// Build of the positions.
    pub build: Option<GenomeBuild>,
    /// The pack.
    pub knowledge: &'a KnowledgeRef,
    /// The engine.
    pub engine: &'a EngineRef,
    /// A statement for each gene, also for those without a call.
    pub genes: &'a [GeneStatement],
    /// A statement for each drug.
    pub drugs: &'a [DrugStatement],
    /// Genotypes at known positions; those without the alternate allele are left out.
    pub variants: &'a [PositionVariant],
}

impl<'a> PgxBundle<'a> {
    /// A final result on GRCh38, to be read, without genes and drugs yet.
    pub fn new(
        seed: &'a str,
        subject: Subject<'a>,
        knowledge: &'a KnowledgeRef,
        engine: &'a EngineRef,
    ) -> Self {
        Self {
            kind: PgxBundleKind::Collection,
            seed,
            subject,
            specimen: None,
            status: ResultStatus::Final,
            effective: None,
            issued: None,
            laboratory: None,
            method: None,
            build: Some(GenomeBuild::GRCh38),
            knowledge,
            engine,
            genes: &[],
            drugs: &[],
            variants: &[],
        }
    }
}

/// The Bundle. The same input gives the same JSON.
///
/// ```
/// use formats::fhir::build::pgx::{PgxBundle, Subject, bundle};
/// use model::statement::{EngineRef, GeneStatement, KnowledgeRef};
///
/// let knowledge = KnowledgeRef {
///     pack: "pgx".into(),
///     version: "0.2.0".into(),
///     date: "2026-11-25".into(),
///     digest: "00".repeat(32),
/// };
/// let engine = EngineRef { name: "pgx".into(), version: "0.1.0".into() };
/// let genes = [GeneStatement {
///     gene: "CYP2C19".into(),
///     hgnc: "HGNC:2621".into(),
///     ..GeneStatement::default()
/// }];
/// let subject = Subject::Sample("NA12878");
/// let input = PgxBundle {
///     genes: &genes,
///     ..PgxBundle::new("digest-of-the-file NA12878", subject, &knowledge, &engine)
/// };
/// let made = bundle(&input);
/// assert_eq!(made["type"], "collection");
/// // Patient, device, gene, analysis, study, report; a gene without a call is said.
/// assert_eq!(made["entry"].as_array().map(Vec::len), Some(6));
/// assert_eq!(made["entry"][2]["resource"]["dataAbsentReason"]["text"], "not tested");
/// ```
pub fn bundle(input: &PgxBundle<'_>) -> Value {
    let mut writer = Writer::new(input);
    let subject = subject(&mut writer);
    writer.set_subject(subject);
    let device = study::device(&mut writer);
    let found = variant::at_positions(&mut writer);
    let mut evidence: Vec<Evidence> = Vec::new();
    for gene in input.genes {
        let made = gene::write(&mut writer, gene, &found);
        evidence.push(made);
    }
    evidence.extend(untold(&mut writer));
    for drug in input.drugs {
        drug::write(&mut writer, drug, &evidence);
    }
    let study = study::write(&mut writer, &device);
    report::write(&mut writer, &study);
    report::provenance(&mut writer, &device);
    writer.finish()
}

/// The reference to the patient, who is written if there is none.
fn subject(writer: &mut Writer<'_>) -> String {
    match writer.input.subject {
        Subject::Reference(reference) => reference.to_owned(),
        Subject::Sample(name) => {
            let id = writer.id("patient", name);
            let placeholder = Patient {
                id: PatientId::new(id.as_str()),
                identifiers: vec![Identifier {
                    authority: SAMPLE_AUTHORITY.to_owned(),
                    value: name.to_owned(),
                }],
                names: Vec::<PersonName>::new(),
                birth_date: None,
                sex: Sex::Unknown,
                links: model::patient::Links::default(),
            };
            writer.add(&id, person::patient(&placeholder))
        }
    }
}

/// Genes that a drug names and that have no statement of their own: they are said too.
fn untold(writer: &mut Writer<'_>) -> Vec<Evidence> {
    let told: BTreeSet<&str> = writer.input.genes.iter().map(|gene| gene.gene.as_str()).collect();
    let mut said = BTreeSet::new();
    let mut made = Vec::new();
    for key in writer.input.drugs.iter().flat_map(|drug| &drug.genes) {
        if !told.contains(key.gene.as_str()) && said.insert(key.gene.as_str()) {
            made.push(gene::write_untold(writer, key));
        }
    }
    made
}

/// What the Observations of a result have in common.
fn head<'h>(
    writer: &'h Writer<'_>,
    id: &'h str,
    effective: Option<&'h str>,
    issued: Option<&'h str>,
    derived_from: &'h [String],
) -> Head<'h> {
    Head {
        id,
        subject: writer.subject(),
        specimen: writer.input.specimen,
        status: writer.input.status,
        origin: Origin::Germline,
        effective,
        issued,
        performer: writer.input.laboratory,
        derived_from,
    }
}

/// An Observation of the result; `profile` is the last part of its profile's URL.
fn observation(
    writer: &Writer<'_>,
    id: &str,
    profile: &str,
    code: Value,
    derived_from: &[String],
) -> Object {
    let effective = writer.input.effective.map(|date| date.to_string());
    let issued = writer.input.issued.map(|at| at.to_string());
    let head = head(writer, id, effective.as_deref(), issued.as_deref(), derived_from);
    super::observation(&head, profile, code)
}
