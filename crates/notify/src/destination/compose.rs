//! What a dispatch says, as the record stands when it is sent and under the destination's access:
//! a value that was corrected or taken back meanwhile does not leave any more (decision 0008).

use super::find::{is_retracted, subject};
use super::{Destination, Kind, Messages, Webhook};
use crate::Failure;
use crate::request::Content;
use formats::fhir::access::{texts, type_and_id};
use formats::fhir::panel::{ResultParts, outgoing};
use formats::hl7v2::oru::{Oru, write};
use model::Timestamp;
use record::{Access, ChangeKind, Dispatch, Record};
use serde_json::{Value, json};

/// Observations of one message.
const OBSERVATIONS_MAX: usize = 2_000;

/// What is sent, or why nothing is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Composed {
    Body(Vec<u8>),
    Nothing(&'static str),
}

/// Not visible is as good as not there: a caller cannot tell the two.
const UNSEEN: Composed = Composed::Nothing("it is not there, or this destination may not be told");

/// Composes a dispatch.
pub(super) fn compose(
    record: &Record,
    access: &Access,
    destination: &Destination,
    dispatch: &Dispatch,
    now: Timestamp,
) -> Result<Composed, Failure> {
    let composer = Composer { record, access, dispatch, now };
    match &destination.kind {
        Kind::Messages(messages) => composer.message(messages),
        Kind::Webhook(webhook) => composer.webhook(destination, webhook),
    }
}

struct Composer<'a> {
    record: &'a Record,
    access: &'a Access,
    dispatch: &'a Dispatch,
    now: Timestamp,
}

impl Composer<'_> {
    fn read(&self, resource_type: &str, id: &str) -> Result<Option<Value>, Failure> {
        let found = self.record.read(self.access, resource_type, id)?;
        let body = found.filter(|found| !found.deleted).map(|found| found.body);
        Ok(body.and_then(|body| serde_json::from_slice(&body).ok()))
    }

    /// The report as it stands; of one that is gone for its patient, as it stood before.
    fn report(&self) -> Result<Option<Value>, Failure> {
        let change = &self.dispatch.change;
        if !change.deleted {
            return self.read("DiagnosticReport", &change.id);
        }
        let before = change.version.saturating_sub(1);
        let found = self.record.vread(self.access, "DiagnosticReport", &change.id, before)?;
        let body = found.filter(|found| !found.deleted).map(|found| found.body);
        Ok(body.and_then(|body| serde_json::from_slice(&body).ok()))
    }

    fn message(&self, messages: &Messages) -> Result<Composed, Failure> {
        let change = &self.dispatch.change;
        let Some(patient) = &change.patient else { return Ok(UNSEEN) };
        let (report, person) = (self.report()?, self.read("Patient", patient.as_str())?);
        let (Some(mut report), Some(person)) = (report, person) else { return Ok(UNSEEN) };
        let subject = format!("Patient/{patient}");
        let whose = texts(&report, "subject.reference").into_iter().next().map(str::to_owned);
        if whose.as_deref() != Some(&subject) {
            return Ok(Composed::Nothing("it is another patient's now, and that is told apart"));
        }
        let is_taken_back = change.deleted || is_retracted(&report);
        let observations = self.parts(&report, "result.reference", is_taken_back)?;
        let specimens = self.parts(&report, "specimen.reference", true)?;
        let Some(observations) = observations else {
            return Ok(Composed::Nothing("a part of it may not be told to this destination"));
        };
        if !messages.documents
            && let Some(object) = report.as_object_mut()
        {
            object.remove("presentedForm");
        }
        let parts = ResultParts {
            report: &report,
            patient: &person,
            observations: &observations,
            specimens: &specimens.unwrap_or_default(),
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
        Ok(Composed::Body(write(&outgoing(&parts, head))))
    }

    /// What a report refers to. Half a result is none: with a part that cannot be seen there is
    /// nothing, unless what is there is enough.
    fn parts(
        &self,
        report: &Value,
        path: &str,
        is_enough: bool,
    ) -> Result<Option<Vec<Value>>, Failure> {
        let mut found = Vec::new();
        for reference in texts(report, path).into_iter().take(OBSERVATIONS_MAX) {
            let Some((resource_type, id)) = type_and_id(reference) else { continue };
            match self.read(resource_type, id)? {
                Some(resource) => found.push(resource),
                None if is_enough => {}
                None => return Ok(None),
            }
        }
        Ok(Some(found))
    }

    fn webhook(&self, to: &Destination, webhook: &Webhook) -> Result<Composed, Failure> {
        let Dispatch { id, change, event, recorded, .. } = self.dispatch;
        let Some(patient) = &change.patient else { return Ok(UNSEEN) };
        let shown = match change.kind {
            ChangeKind::Resource => self.report()?,
            _ => self.read("Patient", patient.as_str())?,
        };
        let Some(shown) = shown else { return Ok(UNSEEN) };
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
        Ok(Composed::Body(body.to_string().into_bytes()))
    }
}
