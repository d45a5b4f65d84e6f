//! Variant files of a named patient: archived as they are, read for the pharmacogenes, and filed
//! as a genome with the test that it came from.
//!
//! The genome of either build is filed in its own coordinates. Pharmacogenes are read of GRCh38
//! only; a file of GRCh37 is filed without them, and says so.

mod archive;
mod filing;
mod manifest;

pub use manifest::{Coverage, GenomeManifest};

use crate::failure::Failure;
use crate::file::{FileSettings, Filed, sites};
use crate::version::standing;
use crate::work::Outcome;
use archive::Source;
use filing::{Genome, Reading, Readings};
use formats::fhir::build::{
    Agent, Attachment, Document, GenomeStudy, document_reference, genome_study, provenance,
};
use formats::vcf::Site;
use genomics::reference::References;
use knowledge::Pack;
use model::assay::{AbsentPosition, Assay, Coverage as AssayCoverage};
use model::fact::FactContent;
use model::genotype::GenotypeSet;
use model::problem::first_error;
use model::provenance::Source as FactSource;
use model::reported::{Report, ResultStatus};
use model::specimen::Origin;
use model::{CodeableConcept, Fact, PatientId, Problem, RawId};
use record::{Access, Commit, RawMessage, RawState, Record, ResourceChange, derived_id};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::io::Read;

/// System of the tag that tells which positions were read from a file.
const SITES: &str = "urn:cognate:sites";

/// What variant files are read with.
#[derive(Clone, Copy, Debug)]
pub struct Tools<'a> {
    /// The pharmacogenes.
    pub pack: &'a Pack,
    /// The operator's reference sequences; none shifts and checks nothing.
    pub references: &'a References,
}

/// What is archived beside a variant file, so that it can be filed again from the archive alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct VariantFile {
    name: String,
    patient: PatientId,
    sample: Option<String>,
    absent_position: AbsentPosition,
    /// The archived BED file of what was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    regions: Option<RawId>,
}

/// Archives and files a variant file as it is read; no more than a piece of it is in memory.
///
/// # Errors
/// As [`ingest`](crate::file::ingest).
pub fn ingest_variants(
    record: &Record,
    access: &Access,
    tools: Tools<'_>,
    name: &str,
    reader: &mut dyn Read,
    settings: &FileSettings,
) -> Result<Filed, Failure> {
    let Some(patient) = settings.patient.clone() else {
        let text = "a variant file names no patient; say whose it is";
        return Err(Failure::Refused(vec![Problem::error("no-patient", "file", text)]));
    };
    let known = record.read(access, "Patient", patient.as_str())?;
    if known.is_none_or(|stored| stored.deleted) {
        return Err(Failure::NotFound(format!("patient {patient}")));
    }
    let regions = settings.regions.as_deref();
    let about = VariantFile {
        name: name.to_owned(),
        patient: patient.clone(),
        sample: settings.sample.clone(),
        absent_position: settings.absent_position,
        regions: regions.map(|bed| archive::regions(record, access, name, bed)).transpose()?,
    };
    let key = serde_json::to_string(&about).map_err(|error| {
        Failure::Refused(vec![Problem::error("settings", "file", error.to_string())])
    })?;
    let raw = archive::file(record, access, &key, reader)?;
    let Some(message) = record.raw(access, &raw)? else {
        return Err(Failure::NotFound(format!("the archived file {raw}")));
    };
    let outcome = file_variants(record, access, tools, &message)?;
    let problems = record.raw(access, &raw)?.map(|m| m.summary.problems).unwrap_or_default();
    match outcome {
        Outcome::Filed(patient) => {
            let text = format!("filed for patient {patient}");
            Ok(Filed { raw: Some(raw), text, problems, done: true })
        }
        Outcome::Review(_) | Outcome::Noted(_) | Outcome::Unreadable => {
            Err(Failure::Quarantined { raw, problems })
        }
    }
}

/// Files an archived variant file. Filing the same file for the same patient again changes
/// nothing, whoever does it.
///
/// # Errors
/// When the record fails.
pub fn file_variants(
    record: &Record,
    access: &Access,
    tools: Tools<'_>,
    message: &RawMessage,
) -> Result<Outcome, Failure> {
    let raw = &message.summary.id;
    let key = message.summary.message_key.as_deref().unwrap_or_default();
    let Ok(about) = serde_json::from_str::<VariantFile>(key) else {
        let problem = Problem::error("settings", "archive", "whose file it is cannot be read");
        record.set_raw_state(access, raw, RawState::ParseError, &[problem])?;
        return Ok(Outcome::Unreadable);
    };
    let source = Source::of(record, access, message)?;
    let sites = sites(tools.pack);
    let reading = Reading { record, access, tools, about: &about, source: &source, sites: &sites };
    let Readings { set, genome, problems } = reading.all(raw)?;
    let is_quarantined = first_error(&problems).is_some();
    let problems = crate::receive::bounded(problems);
    if is_quarantined {
        record.set_raw_state(access, raw, RawState::Quarantined, &problems)?;
        return Ok(Outcome::Unreadable);
    }
    let found = Found { sites: &sites, set, genome };
    let changes = resources(record, access, message, &source, &about, found)?;
    let commit = Commit {
        cursor: None,
        reading: None,
        changes,
        raw: Some((raw.clone(), RawState::Filed, problems)),
        reviews: Vec::new(),
    };
    match record.commit(access, commit) {
        Ok(_) => Ok(Outcome::Filed(about.patient)),
        // Another process has just filed it; one that a person put aside is not filed.
        Err(record::Failure::Conflict { found, .. }) if found != RawState::Dismissed.word() => {
            Ok(Outcome::Filed(about.patient))
        }
        Err(failure) => Err(failure.into()),
    }
}

/// What a file came to.
struct Found<'s> {
    sites: &'s [Site],
    set: Option<GenotypeSet>,
    genome: Option<Genome>,
}

/// A short name for exactly these positions.
fn digest(sites: &[Site]) -> String {
    let words = |site: &Site| {
        let Site { chromosome, position, reference, alternates, span_end } = site;
        format!("{chromosome}:{position}-{span_end}{reference}>{}", alternates.join(","))
    };
    let words: Vec<String> = sites.iter().map(words).collect();
    derived_id(words.iter().map(String::as_str))
}

/// The document that stands for the file, with the genotypes as its facts, the test, and the
/// provenance of both.
fn resources(
    record: &Record,
    access: &Access,
    message: &RawMessage,
    source: &Source<'_>,
    about: &VariantFile,
    found: Found<'_>,
) -> Result<Vec<ResourceChange>, Failure> {
    let raw = &message.summary.id;
    let subject = format!("Patient/{}", about.patient);
    let by_genome = || found.genome.as_ref().map(|genome| genome.manifest.sample.as_str());
    let sample = found.set.as_ref().map(|set| set.sample.as_str()).or_else(by_genome);
    let sample = sample.unwrap_or_default().to_owned();
    let parts = [
        access.tenant().as_str(),
        about.patient.as_str(),
        source.sha256(),
        sample.as_str(),
        if about.absent_position == AbsentPosition::Reference { "reference" } else { "" },
    ];
    let id = derived_id(parts);
    let document = document(about, source, &id, &subject, found.sites);
    let target = format!("DocumentReference/{id}");
    let mut targets = vec![target.clone()];
    let mut changes = Vec::new();
    if let Some(condition) = standing(record, access, &document)? {
        let facts = facts(message, about, found.set, &sample);
        changes.push(ResourceChange::put(document, facts, condition));
    }
    if let Some(genome) = &found.genome {
        let (analysis, study) = (derived_id([&id, "analysis"]), derived_id([&id, "study"]));
        let test = GenomeStudy {
            study: &study,
            analysis: &analysis,
            subject: &subject,
            document: &target,
            genome: &genome.id,
            name: &about.name,
            sample: &genome.manifest.sample,
            build: genome.manifest.build,
            note: &genome.manifest.note(),
        };
        for resource in genome_study(&test) {
            if let Some(condition) = standing(record, access, &resource)? {
                changes.push(ResourceChange::put(resource, Vec::new(), condition));
            }
        }
        targets.extend([format!("Procedure/{analysis}"), format!("Procedure/{study}")]);
    }
    if changes.is_empty() {
        return Ok(changes);
    }
    let agent =
        Agent { kind: "enterer".to_owned(), name: access.actor().to_owned(), reference: None };
    let provenance_id = derived_id([id.as_str(), "provenance"]);
    let origin =
        provenance(&provenance_id, &targets, message.summary.received, &[agent], Some(raw));
    if let Some(condition) = standing(record, access, &origin)? {
        changes.push(ResourceChange::put(origin, Vec::new(), condition));
    }
    Ok(changes)
}

fn document(
    about: &VariantFile,
    source: &Source<'_>,
    id: &str,
    subject: &str,
    sites: &[Site],
) -> serde_json::Value {
    let attachment = Attachment {
        content_type: archive::VCF.to_owned(),
        data: None,
        url: Some(format!("urn:cognate:raw:sha256:{}", source.sha256())),
        title: Some(about.name.clone()),
    };
    let kind =
        CodeableConcept { coding: Vec::new(), text: Some(format!("Variant file {}", about.name)) };
    let document = Document {
        kind,
        date: None,
        author: None,
        contents: std::slice::from_ref(&attachment),
        related: &[],
    };
    let mut resource = document_reference(&document, id, subject);
    if let Some(object) = resource.as_object_mut() {
        // Other positions are other genotypes: then the same file makes the next version.
        object
            .insert("meta".to_owned(), json!({"tag": [{"system": SITES, "code": digest(sites)}]}));
    }
    resource
}

fn facts(
    message: &RawMessage,
    about: &VariantFile,
    set: Option<GenotypeSet>,
    sample: &str,
) -> Vec<Fact> {
    let source =
        FactSource { raw: Some(message.summary.id.clone()), place: format!("sample {sample}") };
    let fact = |content: FactContent| Fact {
        status: ResultStatus::Final,
        origin: Origin::Germline,
        source: source.clone(),
        content,
    };
    let report = Report {
        service: CodeableConcept {
            coding: Vec::new(),
            text: Some(format!("Variant file {}", about.name)),
        },
        issued: Some(message.summary.received),
        status: ResultStatus::Final,
        ..Report::default()
    };
    let coverage =
        AssayCoverage { absent_position: about.absent_position, ..AssayCoverage::default() };
    let assay = FactContent::Assay(Assay { coverage, ..Assay::default() });
    let contents = [FactContent::Report(report), assay].into_iter();
    contents.chain(set.map(FactContent::Genotypes)).map(fact).collect()
}

/// Whether an archived message is a variant file, whole or in pieces.
pub(crate) fn is_variants(media_type: &str) -> bool {
    [archive::VCF, archive::VCF_PIECES].contains(&media_type)
}
