//! The file door: variant files for a named patient; HL7 v2 messages and FHIR Bundles as they
//! would have come over the wire.

use crate::dropped::ingest_document;
use crate::failure::Failure;
use crate::feed::Feed;
use crate::receive::{
    Answer, Receipt, archive_report, archive_report_as, bounded, feed_access, receive_any,
};
use crate::variants::{Tools, ingest_variants};
use crate::vendor::Named;
use crate::work::{Outcome, file_message};
use formats::hl7v2::ack;
use formats::vcf::Site;
use formats::vendor::Notation;
use genomics::reference::References;
use knowledge::Pack;
use model::assay::AbsentPosition;
use model::{PartialDate, PatientId, Problem, RawId};
use record::{Access, RawMessage, RawState, Record};
use std::collections::BTreeMap;

/// Name of the feed that files come in by.
pub(crate) const FEED: &str = "file";

/// What a file holds, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileContent {
    /// VCF or gVCF, plain or gzip.
    Variants,
    /// An HL7 v2 message, or a batch of them.
    Message,
    /// FHIR JSON.
    Fhir,
    /// A report in a laboratory's own format.
    Report,
    /// A table of specimens that says nothing of patients: MAF, or a study folder.
    Specimens,
    /// A document in PDF.
    Document,
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
            () if [&b"MSH"[..], b"FHS", b"BHS"].iter().any(|id| text.starts_with(id)) => {
                Self::Message
            }
            () if bytes.starts_with(b"%PDF-") => Self::Document,
            () => match Notation::of(bytes) {
                Some(Notation::Specimens) => Self::Specimens,
                Some(Notation::Xml | Notation::Json | Notation::Table) => Self::Report,
                None if text.starts_with(b"{") => Self::Fhir,
                None => Self::Unknown,
            },
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
    /// A BED file of what was looked at, on the build of the variants.
    pub regions: Option<Vec<u8>>,
    /// Identifier systems by the facility that a laboratory's report names as the giver of its
    /// patient numbers.
    pub authorities: BTreeMap<String, String>,
    /// The day on which somebody answered for what a table of specimens says; without it the table
    /// is preliminary.
    pub signed_on: Option<PartialDate>,
    /// The feed that the file came by; without one a production feed of files.
    pub feed: Option<Feed>,
}

impl FileSettings {
    fn feed(&self, access: &Access) -> Feed {
        let mut feed = self.feed.clone().unwrap_or_else(|| Feed::production(FEED, access.tenant()));
        let stated = self.authorities.iter().map(|(of, system)| (of.clone(), system.clone()));
        feed.authorities.extend(stated);
        feed
    }
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

/// Takes in one file. A variant file of any size, and one with reference sequences at hand, goes
/// to [`crate::variants::ingest_variants`].
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
        FileContent::Variants => {
            let tools = Tools { pack, references: &References::default() };
            ingest_variants(record, access, tools, name, &mut bytes.as_slice(), settings)
        }
        FileContent::Message => ingest_message(record, access, bytes, settings),
        FileContent::Fhir => ingest_fhir(record, access, &bytes),
        FileContent::Report => ingest_report(record, access, bytes, settings),
        FileContent::Specimens => ingest_specimens(record, access, bytes, settings),
        FileContent::Document => {
            ingest_document(record, &settings.feed(access), name, bytes, settings)
        }
        FileContent::Unknown => Err(Failure::Refused(vec![Problem::error(
            "unknown-content",
            "file",
            "the file is neither VCF, HL7 v2, FHIR JSON nor a laboratory's report",
        )])),
    }
}

fn ingest_fhir(record: &Record, access: &Access, bytes: &[u8]) -> Result<Filed, Failure> {
    let answer = crate::fhir::transaction(record, access, "", &crate::fhir::no_look, bytes)?;
    let text = format!("{} resources filed", answer.entries.len());
    Ok(Filed { raw: None, text, problems: Vec::new(), done: true })
}

fn ingest_report(
    record: &Record,
    access: &Access,
    bytes: Vec<u8>,
    settings: &FileSettings,
) -> Result<Filed, Failure> {
    let feed = settings.feed(access);
    let message = archive_report(record, &feed, "file", bytes)?;
    file_archived(record, &feed, &message)
}

/// A table of specimens, of which whoever hands it in says whose it is.
fn ingest_specimens(
    record: &Record,
    access: &Access,
    bytes: Vec<u8>,
    settings: &FileSettings,
) -> Result<Filed, Failure> {
    let Some(patient) = settings.patient.clone() else {
        let text = "a table of specimens names no patient; say whose it is";
        return Err(Failure::Refused(vec![Problem::error("no-patient", "file", text)]));
    };
    let known = record.read(access, "Patient", patient.as_str())?;
    if known.is_none_or(|stored| stored.deleted) {
        return Err(Failure::NotFound(format!("patient {patient}")));
    }
    let (sample, signed_on) = (settings.sample.clone(), settings.signed_on);
    let named = Named { patient, sample, signed_on };
    let key = serde_json::to_string(&named).map_err(|error| {
        Failure::Refused(vec![Problem::error("settings", "file", error.to_string())])
    })?;
    let feed = settings.feed(access);
    let message = archive_report_as(record, &feed, "file", bytes, key)?;
    file_archived(record, &feed, &message)
}

/// A message, or a batch: each of its messages is archived and filed alone.
fn ingest_message(
    record: &Record,
    access: &Access,
    bytes: Vec<u8>,
    settings: &FileSettings,
) -> Result<Filed, Failure> {
    let feed = settings.feed(access);
    // Files have line ends, messages have carriage returns; the reader takes both.
    let Answer { receipts, problems, .. } = receive_any(record, &feed, "file", bytes)?;
    let is_alone = receipts.len() == 1;
    let (mut done, mut filed) = (0, Filed { raw: None, text: String::new(), problems, done: true });
    for (number, Receipt { raw, outcome, .. }) in receipts.iter().enumerate() {
        let Some(message) = record.raw(access, raw)? else {
            return Err(Failure::NotFound(format!("the archived message {raw}")));
        };
        let one = match outcome {
            ack::Outcome::Accepted => file_archived(record, &feed, &message)?,
            _ if is_alone => return Err(Failure::Refused(message.summary.problems)),
            _ => Filed {
                raw: Some(raw.clone()),
                text: "it was refused".to_owned(),
                problems: message.summary.problems,
                done: false,
            },
        };
        if is_alone {
            return Ok(one);
        }
        done += usize::from(one.done);
        filed.done &= one.done;
        filed.problems.extend(one.problems.into_iter().map(|problem| Problem {
            place: format!("message {}: {}", number + 1, problem.place),
            ..problem
        }));
    }
    filed.text = format!("{done} of {} messages filed", receipts.len());
    filed.problems = bounded(filed.problems);
    Ok(filed)
}

/// Files what was archived, unless it was filed before.
pub(crate) fn file_archived(
    record: &Record,
    feed: &Feed,
    message: &RawMessage,
) -> Result<Filed, Failure> {
    let access = &feed_access(feed);
    let raw = message.summary.id.clone();
    let problems = message.summary.problems.clone();
    if message.summary.state == RawState::Filed {
        let text = "it was filed before".to_owned();
        return Ok(Filed { raw: Some(raw), text, problems, done: true });
    }
    let (text, done) = match file_message(record, feed, message)? {
        Outcome::Filed(patient) => (format!("filed for patient {patient}"), true),
        Outcome::Noted(text) => (text, true),
        Outcome::Review(reason) => (format!("waits for a person: {reason}"), false),
        Outcome::Unreadable => ("it cannot be read as a result".to_owned(), false),
    };
    let problems = record.raw(access, &raw)?.map_or(problems, |m| m.summary.problems);
    Ok(Filed { raw: Some(raw), text, problems, done })
}
