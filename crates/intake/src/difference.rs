//! What reading an archived message again would change: the facts that would come and go. This is
//! how a new profile is tried on the traffic of past days before it is used.

use crate::failure::Failure;
use crate::feed::Feed;
use crate::hold;
use crate::oru::{Context, Filing, reference_to};
use crate::part_id;
use crate::reading::Reading;
use crate::receive::{HL7_V2, feed_access};
use crate::vendor;
use crate::version::{self, Earlier};
use crate::work::{self, Whose};
use formats::fhir::access::type_and_id;
use formats::fhir::facts::facts_of;
use formats::hl7v2::batch;
use formats::hl7v2::oru::Lookups;
use model::provenance::Door;
use model::{Fact, PatientId, Problem, RawId, ResourceRef, Timestamp};
use record::{Access, Action, NewReading, RawMessage, RawState, RawSummary, Record};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// What would change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Whose facts they are; `None` if that is not sure.
    pub patient: Option<PatientId>,
    /// Facts that are there and would not be, as far as the reader may see them.
    pub gone: Vec<String>,
    /// How many more of these there are, which the reader may not see.
    pub gone_unseen: usize,
    /// Facts that are not there and would be.
    pub come: Vec<String>,
    /// Why nothing is compared, if so: it cannot be read or matched, or a later version stands.
    pub reason: Option<String>,
    /// What reading it noticed.
    pub problems: Vec<Problem>,
}

impl Difference {
    /// Whether any fact would be another.
    pub fn is_change(&self) -> bool {
        !self.gone.is_empty() || self.gone_unseen > 0 || !self.come.is_empty()
    }
}

/// What makes resources of a message that was read.
pub(crate) type Build = dyn Fn(&Context<'_>) -> Vec<Filing>;

/// A message, read by a profile.
pub(crate) struct Read {
    pub(crate) whose: Whose,
    pub(crate) problems: Vec<Problem>,
    pub(crate) build: Box<Build>,
    /// Which codes were looked up in the profile, where that is all that reading it rests on.
    pub(crate) lookups: Option<Lookups>,
}

/// Reads an archived message without touching the record.
fn read(feed: &Feed, raw: &RawMessage) -> Result<Read, Vec<Problem>> {
    match raw.summary.media_type.as_str() {
        media_type if vendor::is_report(media_type) => vendor::readable(feed, raw),
        _ => work::readable(feed, raw),
    }
}

/// Whether what is archived under a media type can be compared.
pub fn is_comparable(media_type: &str) -> bool {
    media_type == HL7_V2 || vendor::is_report(media_type)
}

/// The messages or the report of a file, as the archive would hold them.
pub fn as_archived(feed: &Feed, bytes: &[u8], received: Timestamp) -> Vec<RawMessage> {
    let bodies: Vec<Vec<u8>> = if batch::is_batch(bytes) {
        batch::split(bytes).0.iter().map(|message| message.bytes.to_vec()).collect()
    } else {
        vec![bytes.to_vec()]
    };
    let numbered = (1..).zip(bodies);
    let message = |(sequence, body): (u64, Vec<u8>)| {
        let media_type = vendor::media_type(&body).unwrap_or(HL7_V2).to_owned();
        let summary = RawSummary {
            id: RawId::new(format!("file-{sequence}")),
            sequence,
            feed: feed.id.clone(),
            door: Door::File,
            media_type,
            message_key: None,
            peer: String::new(),
            received,
            state: RawState::Received,
            problems: Vec::new(),
            sha256: hex::encode(Sha256::digest(&body)),
            length_bytes: body.len() as u64,
            acknowledgement: None,
        };
        RawMessage { summary, body }
    };
    numbered.map(message).collect()
}

/// What a message says by a profile, without a record: each fact that it would come to.
///
/// # Errors
/// What is wrong with it.
pub fn facts(feed: &Feed, raw: &RawMessage) -> Result<(Vec<String>, Vec<Problem>), Vec<Problem>> {
    let (filings, problems) = unfiled(feed, raw)?;
    Ok((filings.iter().flat_map(facts_in).collect(), problems))
}

/// A resource and its place in the message.
type Placed = (Value, String);

/// The resources that a message would become, each with its place.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn resources(
    feed: &Feed,
    raw: &RawMessage,
) -> Result<(Vec<Placed>, Vec<Problem>), Vec<Problem>> {
    let (filings, problems) = unfiled(feed, raw)?;
    Ok((filings.into_iter().flat_map(|filing| filing.resources).collect(), problems))
}

/// What would be filed, for nobody yet.
fn unfiled(feed: &Feed, raw: &RawMessage) -> Result<(Vec<Filing>, Vec<Problem>), Vec<Problem>> {
    let Read { mut problems, build, .. } = read(feed, raw)?;
    let nobody = PatientId::new("nobody");
    let filings = build(&context(feed, raw, &nobody));
    problems.extend(filings.iter().flat_map(|filing| filing.problems.iter().cloned()));
    Ok((filings, problems))
}

fn context<'c>(feed: &'c Feed, raw: &'c RawMessage, patient: &'c PatientId) -> Context<'c> {
    Context {
        tenant: &feed.tenant,
        feed: &feed.id,
        profile: feed.profile.as_ref(),
        patient,
        raw: &raw.summary.id,
        sha256: &raw.summary.sha256,
        received: raw.summary.received,
        former: &part_id::NONE,
    }
}

/// Compares what a message would come to by a profile with what stands. It is compared as the feed
/// would file it; of what stands, only what `reader` may see is told.
///
/// # Errors
/// When the record fails.
pub fn difference(
    record: &Record,
    feed: &Feed,
    reader: &Access,
    raw: &RawMessage,
) -> Result<Difference, Failure> {
    compared(record, feed, reader, raw).map(|(difference, _)| difference)
}

/// The same, with by what it was read if all of it stands as it was read.
pub(crate) fn compared(
    record: &Record,
    feed: &Feed,
    reader: &Access,
    raw: &RawMessage,
) -> Result<(Difference, Option<NewReading>), Failure> {
    let access = feed_access(feed);
    let unlike = |reason: String, problems| Difference {
        reason: Some(reason),
        problems,
        ..Difference::default()
    };
    let read = match read(feed, raw) {
        Ok(read) => read,
        Err(problems) => return Ok((unlike("it cannot be read".to_owned(), problems), None)),
    };
    let known = match work::matched(record, &access, &read.whose)? {
        Ok(known) => known,
        Err((reason, _)) => return Ok((unlike(reason, read.problems), None)),
    };
    let patient = known.patient.clone();
    let filings = part_id::built(record, &access, &context(feed, raw, &patient), &read.build)?;
    let filings = work::with_earlier(record, &access, filings)?;
    let mut difference = Difference {
        patient: Some(patient.clone()),
        problems: read.problems,
        ..Difference::default()
    };
    if let Some(objection) = version::objection(record, &access, &patient, &filings)? {
        difference.reason = Some(objection.reason.to_owned());
        return Ok((difference, None));
    }
    let (mut stand, mut come, mut found, mut is_whole) = (Vec::new(), Vec::new(), Vec::new(), true);
    for (filing, earlier) in &filings {
        come.extend(facts_in(filing));
        let (lines, versions) = standing(record, &access, filing, earlier)?;
        stand.extend(lines);
        is_whole &= versions.len() == filing.resources.len();
        is_whole &= earlier.left_out_of(filing).is_empty();
        found.extend(versions);
    }
    let lines = stand.iter().map(|(line, _)| line.clone()).collect();
    let (gone, come) = differ(lines, come);
    let seen = Seen::by(record, reader)?.lines_of(&stand, &gone)?;
    let all = gone.len();
    difference.gone = gone.into_iter().filter(|line| seen.contains(line)).collect();
    difference.gone_unseen = all - difference.gone.len();
    difference.come = come;
    let by = (is_whole && !difference.is_change())
        .then(|| Reading::of(feed, (&read.whose, read.lookups.as_ref()), &known))
        .flatten();
    let raw = raw.summary.id.clone();
    let reading = by.map(|by| NewReading { raw, by: by.to_bytes(), found });
    Ok((difference, reading))
}

/// What a reader may see of what stands.
struct Seen<'s> {
    record: &'s Record,
    reader: &'s Access,
    is_clinical: bool,
}

impl<'s> Seen<'s> {
    fn by(record: &'s Record, reader: &'s Access) -> Result<Self, Failure> {
        let is_clinical = record.may(reader, Action::ReadClinical)?;
        Ok(Self { record, reader, is_clinical })
    }

    /// Of some lines those that come of nothing that the reader may not read.
    fn lines_of(&self, stand: &[Standing], lines: &[String]) -> Result<BTreeSet<String>, Failure> {
        let mut seen = BTreeSet::new();
        if !self.is_clinical {
            return Ok(seen);
        }
        let named: BTreeSet<&String> = lines.iter().collect();
        let mut known: BTreeMap<&(String, String), bool> = BTreeMap::new();
        for (_, name) in stand.iter().filter(|(line, _)| named.contains(line)) {
            if !known.contains_key(name) {
                let is_read = self.record.read(self.reader, &name.0, &name.1)?.is_some();
                known.insert(name, is_read);
            }
        }
        for line in named {
            let mut of_line = stand.iter().filter(|(stands, _)| stands == line);
            if of_line.all(|(_, name)| known.get(name).copied().unwrap_or_default()) {
                seen.insert(line.clone());
            }
        }
        Ok(seen)
    }
}

/// A fact that stands, and type and id of the resource that it stands in.
type Standing = (String, (String, String));

/// The facts of a filing.
fn facts_in(filing: &Filing) -> Vec<String> {
    let of = |resource: &Value, place: &str| facts_of(resource, None, place).0;
    let found = filing.resources.iter().flat_map(|(resource, place)| of(resource, place));
    found.filter_map(|fact| words(&fact)).collect()
}

/// The facts of everything that a filing would write or take away, and the versions of it all.
fn standing(
    record: &Record,
    access: &Access,
    filing: &Filing,
    earlier: &Earlier,
) -> Result<(Vec<Standing>, Vec<ResourceRef>), Failure> {
    let named = filing.resources.iter().filter_map(|(resource, _)| reference_to(resource));
    let named = named
        .filter_map(|name| type_and_id(&name).map(|(kind, id)| (kind.to_owned(), id.to_owned())));
    let named: BTreeSet<(String, String)> = named.chain(earlier.left_out_of(filing)).collect();
    let (mut found, mut versions) = (Vec::new(), Vec::new());
    for (kind, id) in named {
        let Some(stored) = record.read(access, &kind, &id)?.filter(|stored| !stored.deleted) else {
            continue;
        };
        versions.push(stored.reference);
        // Being held is no difference of what was sent.
        let resource: Value = serde_json::from_slice(&stored.body).unwrap_or_default();
        let (facts, _) = facts_of(&hold::lifted(&resource), None, &kind);
        let lines = facts.iter().filter_map(words);
        found.extend(lines.map(|line| (line, (kind.clone(), id.clone()))));
    }
    Ok((found, versions))
}

/// A fact in one line, without where it was read.
fn words(fact: &Fact) -> Option<String> {
    let content = serde_json::to_string(&fact.content).ok()?;
    Some(format!("{:?} {:?} {content}", fact.status, fact.origin))
}

/// What only one of two lists has, each as often as it has it more.
fn differ(stand: Vec<String>, come: Vec<String>) -> (Vec<String>, Vec<String>) {
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    for line in stand {
        *counts.entry(line).or_default() -= 1;
    }
    for line in come {
        *counts.entry(line).or_default() += 1;
    }
    let (mut gone, mut new) = (Vec::new(), Vec::new());
    for (line, count) in counts {
        for _ in 0..count.unsigned_abs() {
            if count < 0 { gone.push(line.clone()) } else { new.push(line.clone()) }
        }
    }
    (gone, new)
}
