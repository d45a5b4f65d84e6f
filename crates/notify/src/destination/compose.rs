//! What a dispatch says, as the record stands when it is sent and under the destination's access:
//! a value that was corrected or taken back meanwhile does not leave any more (decision 0008).

use super::find::{is_retracted, subject};
use super::{Destination, Kind, Messages, Webhook, acknowledge};
use crate::Failure;
use crate::request::Content;
use formats::fhir::access::{all, contained, reference_of, type_and_id};
use formats::fhir::panel::{ResultParts, outgoing};
use formats::hl7v2::oru::{Oru, write};
use model::Timestamp;
use record::{Access, ChangeKind, Dispatch, Record, Stored};
use serde_json::{Value, json};

/// Observations of one message.
const OBSERVATIONS_MAX: usize = 2_000;

/// What is sent, or why nothing is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Composed {
    Body(Vec<u8>),
    Nothing(&'static str),
    /// What is said is not known yet.
    Later(&'static str),
}

/// Not visible is as good as not there: a caller cannot tell the two.
const UNSEEN: &str = "it is not there, or this destination may not be told";
const MOVED: &str = "it is another patient's now, and that is told apart";
const PART_UNSEEN: &str = "a part of it may not be told to this destination";
const PART_UNKNOWN: &str = "a part of it cannot be found by its reference";
const PART_UNWRITTEN: &str = "a part of it cannot be written";
const TOO_MANY: &str = "it has more than 2,000 parts";

/// Why there is no body.
enum Stop {
    Nothing(&'static str),
    Failed(Failure),
}

impl From<record::Failure> for Stop {
    fn from(failure: record::Failure) -> Self {
        Self::Failed(failure.into())
    }
}

/// Composes a dispatch.
pub(super) fn compose(
    record: &Record,
    access: &Access,
    destination: &Destination,
    dispatch: &Dispatch,
    now: Timestamp,
) -> Result<Composed, Failure> {
    let composer = Composer { record, access, dispatch, now };
    let composed = match &destination.kind {
        Kind::Messages(messages) => composer.message(messages),
        Kind::Webhook(webhook) => composer.webhook(destination, webhook),
        Kind::Acknowledgements(_) => return acknowledge::compose(record, access, dispatch, now),
    };
    match composed {
        Ok(body) => Ok(Composed::Body(body)),
        Err(Stop::Nothing(why)) => Ok(Composed::Nothing(why)),
        Err(Stop::Failed(failure)) => Err(failure),
    }
}

struct Composer<'a> {
    record: &'a Record,
    access: &'a Access,
    dispatch: &'a Dispatch,
    now: Timestamp,
}

impl Composer<'_> {
    /// What stands under an id, unless it is in another patient's compartment: whatever a report
    /// refers to, nothing of somebody else goes with it.
    fn read(&self, resource_type: &str, id: &str) -> Result<Option<Value>, Stop> {
        let found = self.record.read(self.access, resource_type, id)?;
        let patient = &self.dispatch.change.patient;
        Ok(found
            .filter(|one| one.patient.is_none() || one.patient == *patient)
            .as_ref()
            .and_then(body))
    }

    fn person(&self) -> Result<Value, Stop> {
        let Some(patient) = &self.dispatch.change.patient else {
            return Err(Stop::Nothing(UNSEEN));
        };
        self.read("Patient", patient.as_str())?.ok_or(Stop::Nothing(UNSEEN))
    }

    /// The report as it stands; of one that is gone for its patient, as it stood before.
    fn report(&self) -> Result<Value, Stop> {
        let change = &self.dispatch.change;
        let found = if change.deleted {
            let before = change.version.saturating_sub(1);
            self.record.vread(self.access, "DiagnosticReport", &change.id, before)?
        } else {
            self.record.read(self.access, "DiagnosticReport", &change.id)?
        };
        match found {
            Some(found) if found.patient != change.patient => Err(Stop::Nothing(MOVED)),
            found => found.as_ref().and_then(body).ok_or(Stop::Nothing(UNSEEN)),
        }
    }

    fn message(&self, messages: &Messages) -> Result<Vec<u8>, Stop> {
        let (mut report, person) = (self.report()?, self.person()?);
        let is_taken_back = self.dispatch.change.deleted || is_retracted(&report);
        let observations = self.parts(&report, "result", is_taken_back)?;
        let specimens = self.parts(&report, "specimen", true)?;
        if !messages.documents
            && let Some(object) = report.as_object_mut()
        {
            object.remove("presentedForm");
        }
        let parts = ResultParts {
            report: &report,
            patient: &person,
            observations: &observations,
            specimens: &specimens,
            is_taken_back,
        };
        let head = Oru {
            control_id: self.dispatch.id.clone(),
            sending_application: messages.sending_application.clone(),
            sending_facility: messages.sending_facility.clone(),
            receiving_application: messages.receiving_application.clone(),
            receiving_facility: messages.receiving_facility.clone(),
            processing_id: messages.processing_id.clone(),
            message_time: Some(self.now),
            ..Oru::default()
        };
        let outgoing = outgoing(&parts, head).map_err(|_| Stop::Nothing(PART_UNWRITTEN))?;
        Ok(write(&outgoing))
    }

    /// What a report refers to. Half a result is none: with a part that cannot be had there is
    /// nothing, unless what is there is enough.
    fn parts(&self, report: &Value, name: &str, is_enough: bool) -> Result<Vec<Value>, Stop> {
        let references = all(report, name);
        if references.len() > OBSERVATIONS_MAX && !is_enough {
            return Err(Stop::Nothing(TOO_MANY));
        }
        let mut found = Vec::new();
        for reference in references.into_iter().take(OBSERVATIONS_MAX) {
            match self.part(report, reference_of(reference).unwrap_or_default()) {
                Ok(part) => found.push(part),
                Err(Stop::Nothing(_)) if is_enough => {}
                Err(stop) => return Err(stop),
            }
        }
        Ok(found)
    }

    fn part(&self, report: &Value, reference: &str) -> Result<Value, Stop> {
        if let Some(part) = contained(report, reference) {
            return Ok(part.clone());
        }
        let (resource_type, id) = type_and_id(reference).ok_or(Stop::Nothing(PART_UNKNOWN))?;
        self.read(resource_type, id)?.ok_or(Stop::Nothing(PART_UNSEEN))
    }

    fn webhook(&self, to: &Destination, webhook: &Webhook) -> Result<Vec<u8>, Stop> {
        let Dispatch { id, change, event, recorded, .. } = self.dispatch;
        let shown = match change.kind {
            ChangeKind::Resource => self.report()?,
            _ => self.person()?,
        };
        let patient = change.patient.as_ref().map_or("", |patient| patient.as_str());
        let mut data = json!({
            "id": id,
            "destination": to.id,
            "subject": subject(change),
            "patient": format!("Patient/{patient}"),
        });
        let is_whole = webhook.content == Content::FullResource;
        if let (true, false, Some(object)) = (is_whole, change.deleted, data.as_object_mut()) {
            object.insert("resource".to_owned(), shown);
        }
        let body = json!({"type": event, "timestamp": recorded.to_string(), "data": data});
        Ok(body.to_string().into_bytes())
    }
}

fn body(stored: &Stored) -> Option<Value> {
    if stored.deleted { None } else { serde_json::from_slice(&stored.body).ok() }
}
