//! Messages about patients (ADT): new demographics, merges, other numbers, and the way back.
//!
//! A person is changed only if an identifier with its authority finds exactly one. Where name and
//! birth date both differ, the message is about somebody else who got that number (an overlay), and
//! a person decides. A merge deletes nothing: the record that goes keeps what was filed for it and
//! points to the one that stays, which takes over its numbers, each marked with where it came from;
//! an unlink (A37) gives them back. Rules: HL7 v2.5.1 §3.3.8, §3.3.31, §3.3.37, §3.3.40, §3.3.47;
//! FHIR R4 Patient.link.

mod person;

use crate::content::unacknowledged;
use crate::failure::Failure;
use crate::feed::Feed;
use crate::matching::{Claimed, objections};
use crate::receive::{bounded, feed_access};
use crate::work::{Outcome, is_filed_already};
use formats::fhir::facts::facts_of;
use formats::hl7v2::Message;
use formats::hl7v2::oru::{PatientIdentity, TypedIdentifier, read_people};
use model::patient::{Identifier, Patient};
use model::problem::first_error;
use model::{PatientId, Problem};
use person::Person;
use record::{Access, Commit, Condition, NewReview, RawMessage, RawState, Record, ResourceChange};

/// Whom identifiers find.
enum Found {
    Nobody,
    One(Box<Patient>),
    Several(Vec<PatientId>),
}

/// What is to be done.
struct Done {
    /// Persons as they are to be, with the version that they were read in.
    people: Vec<(Person, Condition)>,
    /// For a person to look at, though it is done.
    review: Option<(&'static str, &'static str)>,
}

/// Why it is not.
enum Not {
    /// There is nothing to do.
    Nothing(&'static str),
    /// A person decides.
    Review(&'static str, &'static str, Vec<PatientId>),
}

/// Reads a message about patients and does what it says.
///
/// # Errors
/// When the record fails.
pub(crate) fn file(
    record: &Record,
    feed: &Feed,
    raw: &RawMessage,
    message: &Message,
    mut problems: Vec<Problem>,
) -> Result<Outcome, Failure> {
    let access = feed_access(feed);
    let (people, prior, noticed) = read_people(message, &feed.settings());
    problems.extend(noticed);
    problems.extend(unacknowledged(feed, message));
    let Some(first) = people.first() else {
        problems.push(Problem::error("missing-segment", "PID", "the message names nobody"));
        return end(record, &access, raw, RawState::ParseError, problems, Outcome::Unreadable);
    };
    if first_error(&problems).is_some() {
        return end(record, &access, raw, RawState::ParseError, problems, Outcome::Unreadable);
    }
    let desk = Desk { record, access: &access, feed };
    let prior = numbers(feed, &prior);
    let done = match message.kind().1.as_str() {
        "A40" => desk.merge(first, &prior)?,
        "A47" => desk.renumber(first, &prior)?,
        "A37" => desk.unlink(&people)?,
        _ => desk.update(first)?,
    };
    match done {
        Ok(done) => desk.commit(raw, done, problems),
        Err(Not::Nothing(text)) => {
            problems.push(Problem::note("nothing-to-do", "PID", text));
            let outcome = Outcome::Noted(text.to_owned());
            end(record, &access, raw, RawState::Filed, problems, outcome)
        }
        Err(Not::Review(word, text, candidates)) => {
            crate::work::review(record, &access, raw, (word, text), candidates, problems)?;
            Ok(Outcome::Review(text.to_owned()))
        }
    }
}

/// Whom a message about patients is about, for the review list.
pub(crate) fn stated(feed: &Feed, message: &Message) -> Option<Claimed> {
    let (people, _, _) = read_people(message, &feed.settings());
    Some(claimed(feed, people.first()?))
}

fn claimed(feed: &Feed, person: &PatientIdentity) -> Claimed {
    Claimed {
        identifiers: numbers(feed, &person.identifiers),
        names: person.names.clone(),
        birth_date: person.birth_date,
        sex: person.sex,
    }
}

/// Identifiers with the authorities of the feed; one without authority is nobody's.
fn numbers(feed: &Feed, typed: &[TypedIdentifier]) -> Vec<Identifier> {
    let known = typed.iter().filter_map(|typed| {
        let Identifier { authority, value } = &typed.identifier;
        feed.identifier(authority, value)
    });
    known.collect()
}

fn end(
    record: &Record,
    access: &Access,
    raw: &RawMessage,
    state: RawState,
    problems: Vec<Problem>,
    outcome: Outcome,
) -> Result<Outcome, Failure> {
    record.set_raw_state(access, &raw.summary.id, state, &bounded(problems))?;
    Ok(outcome)
}

struct Desk<'d> {
    record: &'d Record,
    access: &'d Access,
    feed: &'d Feed,
}

type Decided = Result<Result<Done, Not>, Failure>;

impl Desk<'_> {
    fn find(&self, identifiers: &[Identifier]) -> Result<Found, Failure> {
        if identifiers.is_empty() {
            return Ok(Found::Nobody);
        }
        let mut found = self.record.find_patients(self.access, identifiers)?;
        Ok(match found.len() {
            0 => Found::Nobody,
            1 => Found::One(Box::new(found.remove(0))),
            _ => Found::Several(found.into_iter().map(|patient| patient.id).collect()),
        })
    }

    /// A person with the version that is read.
    fn open(&self, id: &PatientId) -> Result<(Person, Condition), Failure> {
        let stored = self.record.read(self.access, "Patient", id.as_str())?;
        let stored = stored.filter(|stored| !stored.deleted);
        let stored = stored.ok_or_else(|| Failure::NotFound(format!("patient {id}")))?;
        let resource = serde_json::from_slice(&stored.body).unwrap_or_default();
        Ok((Person::new(id.clone(), resource), Condition::Version(stored.reference.version)))
    }

    /// A08, A31.
    fn update(&self, stated: &PatientIdentity) -> Decided {
        let claimed = claimed(self.feed, stated);
        let patient = match self.find(&claimed.identifiers)? {
            Found::One(patient) => patient,
            Found::Nobody => return Ok(Err(NOBODY)),
            Found::Several(all) => return Ok(Err(Not::Review("ambiguous", SEVERAL, all))),
        };
        if is_overlay(&claimed, &patient) {
            return Ok(Err(Not::Review("overlay", OVERLAY, vec![patient.id])));
        }
        let (mut person, condition) = self.open(&patient.id)?;
        person.describe(&claimed);
        person.add_numbers(&claimed.identifiers);
        if !person.is_changed() {
            return Ok(Err(Not::Nothing("everything it says is known")));
        }
        Ok(Ok(Done { people: vec![(person, condition)], review: None }))
    }

    /// A40: the record of the prior numbers goes into the one of PID.
    fn merge(&self, stated: &PatientIdentity, prior: &[Identifier]) -> Decided {
        let claimed = claimed(self.feed, stated);
        let (stays, goes) = match (self.find(&claimed.identifiers)?, self.find(prior)?) {
            (Found::Nobody, Found::Nobody) => return Ok(Err(NOBODY)),
            // Only the one that goes is known: it takes the other number.
            (Found::Nobody, Found::One(_)) => return self.renumber(stated, prior),
            (Found::One(stays), Found::Nobody) => {
                let (mut person, condition) = self.open(&stays.id)?;
                person.add_old_numbers(prior);
                if !person.is_changed() {
                    return Ok(Err(Not::Nothing("the number is known already")));
                }
                return Ok(Ok(Done { people: vec![(person, condition)], review: None }));
            }
            (Found::One(stays), Found::One(goes)) => (stays, goes),
            (Found::Several(all), _) | (_, Found::Several(all)) => {
                return Ok(Err(Not::Review("ambiguous", SEVERAL, all)));
            }
        };
        if stays.id == goes.id {
            return Ok(Err(Not::Nothing("both numbers are of one person already")));
        }
        if is_overlay(&claimed, &stays) {
            return Ok(Err(Not::Review("overlay", OVERLAY, vec![stays.id, goes.id])));
        }
        let ((mut stays, of_stays), (mut goes, of_goes)) =
            (self.open(&stays.id)?, self.open(&goes.id)?);
        goes.give_way_to(&mut stays);
        let people = vec![(stays, of_stays), (goes, of_goes)];
        Ok(Ok(Done { people, review: Some((MERGED_WORD, MERGED)) }))
    }

    /// A47: the person of the prior numbers has those of PID from now on.
    fn renumber(&self, stated: &PatientIdentity, prior: &[Identifier]) -> Decided {
        let numbers = numbers(self.feed, &stated.identifiers);
        let patient = match (self.find(prior)?, self.find(&numbers)?) {
            (Found::Nobody, _) => return Ok(Err(NOBODY)),
            (Found::One(patient), Found::Nobody) => patient,
            (Found::One(patient), Found::One(other)) if patient.id == other.id => patient,
            (Found::One(patient), Found::One(other)) => {
                let all = vec![patient.id, other.id];
                return Ok(Err(Not::Review("ambiguous", TAKEN, all)));
            }
            (Found::Several(all), _) | (_, Found::Several(all)) => {
                return Ok(Err(Not::Review("ambiguous", SEVERAL, all)));
            }
        };
        let (mut person, condition) = self.open(&patient.id)?;
        person.add_old_numbers(prior);
        person.add_numbers(&numbers);
        if !person.is_changed() {
            return Ok(Err(Not::Nothing("the numbers are known already")));
        }
        Ok(Ok(Done { people: vec![(person, condition)], review: None }))
    }

    /// A37: two that were merged are two again.
    fn unlink(&self, people: &[PatientIdentity]) -> Decided {
        let numbers: Vec<Identifier> =
            people.iter().flat_map(|person| numbers(self.feed, &person.identifiers)).collect();
        let mut found: Vec<PatientId> = match self.find(&numbers)? {
            Found::Nobody => return Ok(Err(NOBODY)),
            Found::One(patient) => vec![patient.id],
            Found::Several(all) => all,
        };
        found.sort();
        let mut of_numbers = Vec::new();
        for id in found {
            let (mut stays, of_stays) = self.open(&id)?;
            // Only one whose number is named, too, comes back.
            let Some(gone) = stays.replaced_with(&numbers) else { continue };
            let (mut goes, of_goes) = self.open(&gone)?;
            goes.come_back_from(&mut stays);
            of_numbers.push((stays, of_stays));
            of_numbers.push((goes, of_goes));
            return Ok(Ok(Done { people: of_numbers, review: Some((UNMERGED_WORD, UNMERGED)) }));
        }
        Ok(Err(Not::Nothing("no records of these numbers were merged here")))
    }

    fn commit(
        &self,
        raw: &RawMessage,
        done: Done,
        mut problems: Vec<Problem>,
    ) -> Result<Outcome, Failure> {
        let id = &raw.summary.id;
        let ids: Vec<PatientId> = done.people.iter().map(|(person, _)| person.id.clone()).collect();
        let mut changes = Vec::new();
        for (person, condition) in done.people {
            let resource = person.into_resource();
            let (facts, noticed) = facts_of(&resource, Some(id.clone()), "PID[1]");
            problems.extend(noticed);
            changes.push(ResourceChange::put(resource, facts, condition));
        }
        let review = done.review.map(|(word, text)| NewReview {
            reason: word.to_owned(),
            raw: Some(id.clone()),
            patient: ids.first().cloned(),
            candidates: ids.iter().skip(1).cloned().collect(),
            text: text.to_owned(),
            problems: Vec::new(),
        });
        let commit = Commit {
            cursor: None,
            reading: None,
            changes,
            raw: Some((id.clone(), RawState::Filed, bounded(problems))),
            reviews: review.into_iter().collect(),
        };
        match self.record.commit(self.access, commit) {
            // Another process has just done it.
            Err(failure) if is_filed_already(&failure) => {}
            done => drop(done?),
        }
        let first = ids.into_iter().next().unwrap_or_else(|| PatientId::new(""));
        Ok(Outcome::Filed(first))
    }
}

/// Nothing is made here of persons whom nobody has filed a result for.
const NOBODY: Not = Not::Nothing("nobody here has this identifier");
const SEVERAL: &str = "the identifiers belong to several patients";
const TAKEN: &str = "the new number is another patient's already";
const OVERLAY: &str = "name and birth date both differ from the patient's with this identifier";
/// Stable words for the review list.
pub(crate) const MERGED_WORD: &str = "merged";
pub(crate) const UNMERGED_WORD: &str = "unmerged";
const MERGED: &str = "two records were merged: what was filed for either now counts for the one \
                      that stays";
const UNMERGED: &str = "a merge was taken back: look at what was filed in between";

/// Whether somebody else seems to have got a patient's number.
fn is_overlay(claimed: &Claimed, patient: &Patient) -> bool {
    let against = objections(claimed, patient);
    ["the birth date differs", "the name differs"]
        .iter()
        .all(|word| against.iter().any(|objection| objection == word))
}
