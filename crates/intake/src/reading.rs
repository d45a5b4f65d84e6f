//! By what a filed message was read: the program, the profile and what it was asked for, and the
//! patient as matched. While none of these is another and everything that came of the message
//! stands ([`Record::readings`]), reading it again would change nothing, and a replay can say so
//! without reading it.

use crate::beside::{self, THREADS_MAX};
use crate::failure::Failure;
use crate::feed::{Feed, archived, profiles};
use crate::receive::feed_access;
use crate::work::{Matched, Whose};
use formats::fhir::access::authority_to_system;
use formats::fhir::facts::facts_of;
use formats::hl7v2::oru::Lookups;
use model::fact::FactContent;
use model::patient::Identifier;
use model::{PatientId, RawId};
use record::limit::IDENTIFIERS_MAX;
use record::{Access, Record};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The form that it is kept in.
const FORM: u8 = 1;
/// The sources that this program is made of.
const PROGRAM: &str = env!("READING_DIGEST");
/// Bytes of a SHA-256.
const SHA256_BYTES: usize = 32;
/// A digest.
type Sha256 = [u8; SHA256_BYTES];
/// Patients that are remembered while messages are gone through.
const PATIENTS_MAX: usize = 100_000;

/// By what a message was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    program: String,
    /// Digest of the profile; none for a feed without one.
    profile: Option<Sha256>,
    /// Version of the patient that it was matched to.
    patient_version: u64,
    lookups: Lookups,
}

impl Reading {
    /// Of a message that was matched by what its patient is known by, so that it takes another
    /// version of the patient, or another patient with a number of this one, to match it
    /// otherwise; none of any other message.
    pub(crate) fn of(
        feed: &Feed,
        (whose, lookups): (&Whose, Option<&Lookups>),
        matched: &Matched,
    ) -> Option<Self> {
        let Whose::Claimed(claimed) = whose else { return None };
        let (patient, patient_version) = matched.known.as_ref()?;
        let known = both_ways(&patient.identifiers);
        let is_known = claimed.identifiers.iter().all(|one| known.contains(one));
        let profile = match &feed.profile {
            // Without a profile it is known by being that of a production feed.
            None => {
                let plain = Feed::production(&feed.id, &feed.tenant);
                changed(&plain, feed).filter(Codes::is_empty)?;
                None
            }
            Some(profile) => Some(digest(&profile.sha256)?),
        };
        let (program, patient_version) = (PROGRAM.to_owned(), *patient_version);
        let lookups = lookups?.clone();
        is_known.then_some(Self { program, profile, patient_version, lookups })
    }

    /// To be kept.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![FORM];
        bytes.extend_from_slice(self.program.as_bytes());
        bytes.push(u8::from(self.profile.is_some()));
        bytes.extend_from_slice(&self.profile.unwrap_or_default());
        bytes.extend_from_slice(&self.patient_version.to_le_bytes());
        bytes.extend_from_slice(&self.lookups.to_bytes());
        bytes
    }

    /// As it was kept; `None` for what another version of the program kept in another form.
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&FORM, rest) = bytes.split_first()? else { return None };
        let (program, rest) = rest.split_at_checked(PROGRAM.len())?;
        let (&has_profile, rest) = rest.split_first()?;
        let (profile, rest) = rest.split_first_chunk::<SHA256_BYTES>()?;
        let (version, rest) = rest.split_first_chunk::<8>()?;
        Some(Self {
            program: String::from_utf8(program.to_vec()).ok()?,
            profile: (has_profile != 0).then_some(*profile),
            patient_version: u64::from_le_bytes(*version),
            lookups: Lookups::from_bytes(rest)?,
        })
    }
}

fn digest(hex: &str) -> Option<Sha256> {
    hex::decode(hex).ok()?.try_into().ok()
}

/// Codes by system.
type Codes = BTreeSet<(String, String)>;

/// The codes that the profile of a feed maps otherwise, by the profile that it is compared with;
/// none if it reads otherwise beside them, or that profile is not there any more.
type Profiles = HashMap<Option<Sha256>, Option<Arc<Codes>>>;

/// What some messages of a feed rest on, as it is now.
pub(crate) struct Now<'n> {
    feed: &'n Feed,
    access: Access,
    /// By the profiles that messages were read by.
    profiles: Mutex<Profiles>,
    /// The version of each patient that nobody else shares a number with.
    patients: Mutex<HashMap<PatientId, Option<u64>>>,
}

impl<'n> Now<'n> {
    pub(crate) fn new(feed: &'n Feed) -> Self {
        let access = feed_access(feed);
        Self { feed, access, profiles: Mutex::default(), patients: Mutex::default() }
    }

    /// Which of some filed messages would come out as they stand; they are looked at beside each
    /// other.
    pub(crate) fn stand(
        &self,
        record: &Record,
        reader: &Access,
        messages: &[RawId],
    ) -> Result<Vec<bool>, Failure> {
        let parts: Vec<&[RawId]> =
            messages.chunks(messages.len().div_ceil(THREADS_MAX).max(1)).collect();
        let parts = beside::each(&parts, |part| {
            record.read_together(|record| {
                let readings = record.readings(reader, part)?;
                let stands = |kept: Option<record::Reading>| {
                    kept.map_or(Ok(false), |kept| self.stands(record, &kept))
                };
                readings.into_iter().map(stands).collect::<Result<Vec<bool>, Failure>>()
            })
        });
        let mut all = Vec::with_capacity(messages.len());
        for part in parts {
            all.extend(part?);
        }
        Ok(all)
    }

    fn stands(&self, record: &Record, kept: &record::Reading) -> Result<bool, Failure> {
        let Some(reading) = Reading::from_bytes(&kept.by) else { return Ok(false) };
        if reading.program != PROGRAM {
            return Ok(false);
        }
        let Some(changed) = self.changed(record, reading.profile)? else { return Ok(false) };
        if changed.iter().any(|(system, code)| reading.lookups.may_hold(system, code)) {
            return Ok(false);
        }
        Ok(self.version_of(record, &kept.patient)? == Some(reading.patient_version))
    }

    /// The codes that the feed maps otherwise than by a former profile.
    fn changed(&self, record: &Record, by: Option<Sha256>) -> Result<Option<Arc<Codes>>, Failure> {
        if let Some(known) = lock(&self.profiles).get(&by) {
            return Ok(known.clone());
        }
        let former = former(record, self.feed, by)?;
        let changed = former.and_then(|former| changed(&former, self.feed)).map(Arc::new);
        lock(&self.profiles).insert(by, changed.clone());
        Ok(changed)
    }

    /// The version of a patient, if whoever is matched by any number of this patient's is this one.
    fn version_of(&self, record: &Record, patient: &PatientId) -> Result<Option<u64>, Failure> {
        if let Some(known) = lock(&self.patients).get(patient) {
            return Ok(*known);
        }
        let version = alone(record, &self.access, patient)?;
        let mut patients = lock(&self.patients);
        if patients.len() >= PATIENTS_MAX {
            patients.clear();
        }
        patients.insert(patient.clone(), version);
        Ok(version)
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The feed as it was by a profile that is archived.
fn former(record: &Record, feed: &Feed, by: Option<Sha256>) -> Result<Option<Feed>, Failure> {
    let Some(digest) = by else { return Ok(Some(Feed::production(&feed.id, &feed.tenant))) };
    let sha256 = hex::encode(digest);
    if feed.profile.as_ref().is_some_and(|profile| profile.sha256 == sha256) {
        return Ok(Some(feed.clone()));
    }
    let Some(text) = archived(record, &feed.tenant, &sha256)? else { return Ok(None) };
    let feeds = profiles(&text, &feed.tenant).unwrap_or_default();
    Ok(feeds.into_iter().find(|one| one.id == feed.id))
}

/// The codes that two profiles of a feed map differently; `None` if anything else that reading
/// rests on is different.
fn changed(one: &Feed, other: &Feed) -> Option<Codes> {
    let beside_codes = |feed: &Feed| {
        // What counts at the door only does not change what was let in.
        let door = Feed::production(&feed.id, &feed.tenant);
        Feed {
            codes: door.codes,
            profile: door.profile,
            processing_ids: door.processing_ids,
            takes: door.takes,
            bytes_max: door.bytes_max,
            in_flight_max: door.in_flight_max,
            documents: door.documents,
            // Results that wait for a document are the same results.
            waits_for_documents: door.waits_for_documents,
            ..feed.clone()
        }
    };
    if beside_codes(one) != beside_codes(other) {
        return None;
    }
    let of = |feed: &Feed, than: &Feed| {
        let changed = feed.codes.iter().filter(|(key, loinc)| than.codes.get(key) != Some(loinc));
        changed.map(|(key, _)| key.clone()).collect::<Codes>()
    };
    Some(&of(one, other) | &of(other, one))
}

/// The version of a patient who alone has the numbers that this patient is known by.
fn alone(record: &Record, access: &Access, patient: &PatientId) -> Result<Option<u64>, Failure> {
    let Some(stored) = record.read(access, "Patient", patient.as_str())? else { return Ok(None) };
    if stored.deleted {
        return Ok(None);
    }
    let resource = serde_json::from_slice(&stored.body).unwrap_or_default();
    let known = facts_of(&resource, None, "Patient").0.into_iter().find_map(|fact| {
        let FactContent::Patient(patient) = fact.content else { return None };
        Some(patient)
    });
    let Some(known) = known else { return Ok(None) };
    let mut numbers = both_ways(&known.identifiers);
    // The record may know more numbers of the patient than the resource says.
    for _ in 0..2 {
        if numbers.len() > IDENTIFIERS_MAX {
            return Ok(None);
        }
        let mut found = record.find_patient_versions(access, &numbers)?;
        let Some((one, version)) = found.pop().filter(|_| found.is_empty()) else {
            return Ok(None);
        };
        if one.id != *patient || version != stored.reference.version {
            return Ok(None);
        }
        let more = both_ways(&one.identifiers).into_iter().filter(|one| !numbers.contains(one));
        let more: Vec<Identifier> = more.collect();
        if more.is_empty() {
            return Ok(Some(version));
        }
        numbers.extend(more);
    }
    Ok(None)
}

/// Numbers with their authorities by name and as a system, for a message may be matched by either.
fn both_ways(numbers: &[Identifier]) -> Vec<Identifier> {
    let mut all: Vec<Identifier> = numbers.to_vec();
    for number in numbers {
        let authority = authority_to_system(&number.authority);
        let as_system = Identifier { authority, ..number.clone() };
        if !all.contains(&as_system) {
            all.push(as_system);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::TenantId;

    fn reading() -> Reading {
        Reading {
            program: PROGRAM.to_owned(),
            profile: Some([7; SHA256_BYTES]),
            patient_version: 3,
            lookups: Lookups::default(),
        }
    }

    #[test]
    fn what_is_kept_is_read_as_it_was_and_nothing_else_is() {
        let bytes = reading().to_bytes();
        assert_eq!(Reading::from_bytes(&bytes), Some(reading()));
        assert!(bytes.len() <= record::limit::READING_BYTES_MAX);
        let without = Reading { profile: None, ..reading() };
        assert_eq!(Reading::from_bytes(&without.to_bytes()), Some(without));
        for length in 0..bytes.len() {
            assert_eq!(Reading::from_bytes(&bytes[..length]), None, "{length}");
        }
        let other = [&[FORM + 1], &bytes[1..]].concat();
        assert_eq!(Reading::from_bytes(&other), None);
    }

    #[test]
    fn profiles_differ_by_their_codes_or_altogether() {
        let feed = |codes: &[(&str, &str)]| {
            let mut feed = Feed::production("north", &TenantId::new("t"));
            let keys = codes.iter().map(|(code, to)| (("L".to_owned(), (*code).to_owned()), *to));
            feed.codes = keys.map(|(key, loinc)| (key, loinc.to_owned())).collect();
            feed
        };
        let names = |one: &Feed, other: &Feed| {
            let codes = changed(one, other)?.into_iter();
            Some(codes.map(|(_, code)| code).collect::<Vec<_>>().join(" "))
        };
        let one = feed(&[("A", "1-8"), ("B", "2-6"), ("C", "3-4")]);
        let other = feed(&[("A", "1-8"), ("B", "3-4"), ("D", "3-4")]);
        assert_eq!(names(&one, &one).as_deref(), Some(""));
        assert_eq!(names(&one, &other).as_deref(), Some("B C D"));
        let door = Feed { bytes_max: 7, takes: Vec::new(), ..one.clone() };
        assert_eq!(names(&one, &door).as_deref(), Some(""));
        let authorities = [("R".to_owned(), "urn:r".to_owned())].into();
        for changed in [
            Feed { authorities, ..one.clone() },
            Feed { offset_minutes: Some(60), ..one.clone() },
            Feed { loinc_under: vec!["L".to_owned()], ..one.clone() },
            Feed { orders_required: true, ..one.clone() },
        ] {
            assert_eq!(names(&one, &changed), None, "{changed:?}");
        }
    }
}
