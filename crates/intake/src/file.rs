//! The file door: variant files for a named patient; HL7 v2 messages and FHIR Bundles as they
//! would have come over the wire.

use crate::failure::Failure;
use crate::feed::Feed;
use crate::receive::{Receipt, receive};
use crate::version::standing;
use crate::work::{Outcome, file_message};
use formats::fhir::build::{Agent, Attachment, Document, document_reference, provenance};
use formats::hl7v2::ack;
use formats::vcf::{ReadSettings, Site, read_genotypes};
use knowledge::Pack;
use model::assay::{AbsentPosition, Assay, Coverage};
use model::fact::FactContent;
use model::genotype::GenotypeSet;
use model::provenance::{Door, Source};
use model::reported::{Report, ResultStatus};
use model::specimen::Origin;
use model::{CodeableConcept, Fact, PatientId, Problem, RawId};
use record::{Access, Commit, NewRaw, RawMessage, RawState, Record, ResourceChange, derived_id};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Media type under which variant files are archived.
pub const VCF: &str = "text/vcf";
/// System of the tag that tells which positions were read from a file.
const SITES: &str = "urn:cognate:sites";
/// Name of the feed that files come in by.
const FEED: &str = "file";

/// What a file holds, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileContent {
    /// VCF or gVCF, plain or gzip.
    Variants,
    /// An HL7 v2 message.
    Message,
    /// FHIR JSON.
    Fhir,
    /// None of these.
    Unknown,
}

impl FileContent {
    /// Looks at the first bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let text = bytes.trim_ascii_start();
        match () {
            () if bytes.starts_with(b"\x1F\x8B") || text.starts_with(b"##fileformat=VCF") => {
                Self::Variants
            }
            () if text.starts_with(b"MSH") => Self::Message,
            () if text.starts_with(b"{") => Self::Fhir,
            () => Self::Unknown,
        }
    }
}

/// What the operator states about a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileSettings {
    /// Whose variants these are.
    pub patient: Option<PatientId>,
    /// Which sample.
    pub sample: Option<String>,
    /// What a position that the file does not mention means.
    pub absent_position: AbsentPosition,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filed {
    /// Its id in the archive; none for FHIR, whose body is archived by its own door.
    pub raw: Option<RawId>,
    /// One sentence.
    pub text: String,
    /// What reading it noticed.
    pub problems: Vec<Problem>,
    /// Whether its content was filed; `false`: it waits for a person or was refused.
    pub done: bool,
}

/// What is archived beside a variant file, so that it can be filed again from the archive alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct VariantFile {
    name: String,
    patient: PatientId,
    sample: Option<String>,
    absent_position: AbsentPosition,
}

/// The positions a pack's alleles are defined by.
pub fn sites(pack: &Pack) -> Vec<Site> {
    let of_gene = |gene: &knowledge::pgx::Gene| {
        let chromosome = gene.chromosome.clone();
        let positions = gene.positions.iter().chain(&gene.extra_positions);
        let sites = positions.map(move |position| {
            // An insertion may be written before the base that follows the proved ones.
            let end = position.indel.as_ref().map(|i| i.start + i.sequence.len() as u64);
            let own_end = position.position + position.reference.len() as u64 - 1;
            Site {
                chromosome: chromosome.clone(),
                position: position.position,
                reference: position.reference.clone(),
                alternates: position.alternates.clone(),
                span_end: end.unwrap_or(own_end).max(own_end),
            }
        });
        sites.collect::<Vec<_>>()
    };
    pack.pgx.genes.iter().flat_map(of_gene).collect()
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

/// Takes in one file.
///
/// # Errors
/// [`Failure::NotFound`] for a patient who is not known, before anything is archived;
/// [`Failure::Quarantined`] for a variant file that must not be used: it stays in the archive and
/// nothing is called from it.
pub fn ingest(
    record: &Record,
    access: &Access,
    pack: &Pack,
    name: &str,
    bytes: Vec<u8>,
    settings: &FileSettings,
) -> Result<Filed, Failure> {
    match FileContent::of(&bytes) {
        FileContent::Variants => ingest_variants(record, access, pack, name, bytes, settings),
        FileContent::Message => ingest_message(record, access, bytes),
        FileContent::Fhir => ingest_fhir(record, access, &bytes),
        FileContent::Unknown => Err(Failure::Refused(vec![Problem::error(
            "unknown-content",
            "file",
            "the file is neither VCF, HL7 v2 nor FHIR JSON",
        )])),
    }
}

fn ingest_fhir(record: &Record, access: &Access, bytes: &[u8]) -> Result<Filed, Failure> {
    let answer = crate::fhir::transaction(record, access, "", &crate::fhir::no_look, bytes)?;
    let text = format!("{} resources filed", answer.entries.len());
    Ok(Filed { raw: None, text, problems: Vec::new(), done: true })
}

fn ingest_message(record: &Record, access: &Access, bytes: Vec<u8>) -> Result<Filed, Failure> {
    let feed = Feed::production(FEED, access.tenant());
    // Files have line ends, messages have carriage returns; the reader takes both.
    let Receipt { raw, outcome, .. } = receive(record, &feed, "file", bytes)?;
    let Some(message) = record.raw(access, &raw)? else {
        return Err(Failure::NotFound(format!("the archived message {raw}")));
    };
    let problems = message.summary.problems.clone();
    if outcome != ack::Outcome::Accepted {
        return Err(Failure::Refused(problems));
    }
    if message.summary.state == RawState::Filed {
        let text = "it was filed before".to_owned();
        return Ok(Filed { raw: Some(raw), text, problems, done: true });
    }
    let (text, done) = match file_message(record, &feed, &message)? {
        Outcome::Filed(patient) => (format!("filed for patient {patient}"), true),
        Outcome::Review(reason) => (format!("waits for a person: {reason}"), false),
        Outcome::Unreadable => ("it cannot be read as a result".to_owned(), false),
    };
    let problems = record.raw(access, &raw)?.map_or(problems, |m| m.summary.problems);
    Ok(Filed { raw: Some(raw), text, problems, done })
}

fn ingest_variants(
    record: &Record,
    access: &Access,
    pack: &Pack,
    name: &str,
    bytes: Vec<u8>,
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
    let about = VariantFile {
        name: name.to_owned(),
        patient: patient.clone(),
        sample: settings.sample.clone(),
        absent_position: settings.absent_position,
    };
    let key = serde_json::to_string(&about).map_err(|error| {
        Failure::Refused(vec![Problem::error("settings", "file", error.to_string())])
    })?;
    let raw = record.archive(
        access,
        NewRaw {
            feed: FEED.to_owned(),
            door: Door::File,
            media_type: VCF.to_owned(),
            message_key: Some(key),
            peer: access.actor().to_owned(),
            body: bytes,
            state: RawState::Received,
        },
    )?;
    let Some(message) = record.raw(access, &raw)? else {
        return Err(Failure::NotFound(format!("the archived file {raw}")));
    };
    let outcome = file_variants(record, access, pack, &message)?;
    let problems = record.raw(access, &raw)?.map(|m| m.summary.problems).unwrap_or_default();
    match outcome {
        Outcome::Filed(patient) => {
            let text = format!("filed for patient {patient}");
            Ok(Filed { raw: Some(raw), text, problems, done: true })
        }
        Outcome::Review(_) | Outcome::Unreadable => Err(Failure::Quarantined { raw, problems }),
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
    pack: &Pack,
    message: &RawMessage,
) -> Result<Outcome, Failure> {
    let raw = &message.summary.id;
    let key = message.summary.message_key.as_deref().unwrap_or_default();
    let Ok(about) = serde_json::from_str::<VariantFile>(key) else {
        let problem = Problem::error("settings", "archive", "whose file it is cannot be read");
        record.set_raw_state(access, raw, RawState::ParseError, &[problem])?;
        return Ok(Outcome::Unreadable);
    };
    let settings = ReadSettings {
        sample: about.sample.clone(),
        absent_position: about.absent_position,
        ..ReadSettings::default()
    };
    let sites = sites(pack);
    let (set, problems) = read_genotypes(message.body.as_slice(), &sites, &settings);
    let Some(set) = set else {
        record.set_raw_state(access, raw, RawState::Quarantined, &problems)?;
        return Ok(Outcome::Unreadable);
    };
    let changes = resources(record, access, message, &about, (&sites, set))?;
    let commit = Commit {
        cursor: None,
        changes,
        raw: Some((raw.clone(), RawState::Filed, problems)),
        reviews: Vec::new(),
    };
    match record.commit(access, commit) {
        // A conflict: another process has just filed it.
        Ok(_) | Err(record::Failure::Conflict { .. }) => Ok(Outcome::Filed(about.patient)),
        Err(failure) => Err(failure.into()),
    }
}

/// The document that stands for the file, with the genotypes as its facts, and its provenance.
fn resources(
    record: &Record,
    access: &Access,
    message: &RawMessage,
    about: &VariantFile,
    (sites, set): (&[Site], GenotypeSet),
) -> Result<Vec<ResourceChange>, Failure> {
    let raw = &message.summary.id;
    let subject = format!("Patient/{}", about.patient);
    let parts = [
        access.tenant().as_str(),
        about.patient.as_str(),
        message.summary.sha256.as_str(),
        set.sample.as_str(),
        if about.absent_position == AbsentPosition::Reference { "reference" } else { "" },
    ];
    let id = derived_id(parts);
    let attachment = Attachment {
        content_type: VCF.to_owned(),
        data: None,
        url: Some(format!("urn:cognate:raw:sha256:{}", message.summary.sha256)),
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
    let mut resource = document_reference(&document, &id, &subject);
    if let Some(object) = resource.as_object_mut() {
        // Other positions are other genotypes: then the same file makes the next version.
        object
            .insert("meta".to_owned(), json!({"tag": [{"system": SITES, "code": digest(sites)}]}));
    }
    let Some(condition) = standing(record, access, &resource)? else { return Ok(Vec::new()) };
    let facts = facts(message, about, set);
    let target = format!("DocumentReference/{id}");
    let agent =
        Agent { kind: "enterer".to_owned(), name: access.actor().to_owned(), reference: None };
    let provenance_id = derived_id([id.as_str(), "provenance"]);
    let source =
        provenance(&provenance_id, &[target], message.summary.received, &[agent], Some(raw));
    let mut changes = vec![ResourceChange::put(resource, facts, condition)];
    if let Some(condition) = standing(record, access, &source)? {
        changes.push(ResourceChange::put(source, Vec::new(), condition));
    }
    Ok(changes)
}

fn facts(message: &RawMessage, about: &VariantFile, set: GenotypeSet) -> Vec<Fact> {
    let source =
        Source { raw: Some(message.summary.id.clone()), place: format!("sample {}", set.sample) };
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
    let coverage = Coverage { absent_position: about.absent_position, ..Coverage::default() };
    vec![
        fact(FactContent::Report(report)),
        fact(FactContent::Assay(Assay { coverage, ..Assay::default() })),
        fact(FactContent::Genotypes(set)),
    ]
}
