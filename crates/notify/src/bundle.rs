//! Notifications: a history Bundle whose first entry is the status, as `Parameters`.

use crate::Failure;
use crate::request::{Content, Wanted, guide};
use formats::fhir::build::{Link, StoredEntry, TransactionAnswer, bundle_of_stored};
use record::{Access, Change, ChangeKind, Record, Subscription, SubscriptionEvent};
use serde_json::{Value, json};

const STATUS_PROFILE: &str = guide!("backport-subscription-status-r4");
/// Bytes of the resources in one notification; what goes beyond is told of by id.
const RESOURCE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What a status is sent for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// To see whether the endpoint is there.
    Handshake,
    /// To show that nothing happened.
    Heartbeat,
    /// Because something happened.
    Event,
    /// Because a client asked how a subscription stands.
    QueryStatus,
    /// Because a client asked for former events.
    QueryEvent,
}

impl Kind {
    fn code(self) -> &'static str {
        match self {
            Self::Handshake => "handshake",
            Self::Heartbeat => "heartbeat",
            Self::Event => "event-notification",
            Self::QueryStatus => "query-status",
            Self::QueryEvent => "query-event",
        }
    }
}

/// What a notification is made of.
#[derive(Clone, Copy, Debug)]
pub struct Notification<'a> {
    /// Address of the FHIR interface.
    pub base: &'a str,
    /// How the subscription stands.
    pub subscription: &'a Subscription,
    /// What its maker wants.
    pub wanted: &'a Wanted,
    /// What for.
    pub kind: Kind,
    /// How much is told.
    pub content: Content,
    /// What happened, in the order of its numbers.
    pub events: &'a [SubscriptionEvent],
    /// An id for the status, new each time.
    pub id: &'a str,
    /// Where the events are that come after these; `None` where these are all that was asked for.
    pub next: Option<&'a str>,
}

/// A notification. Each event's resource is read now, under the maker's access: where it may not be
/// seen (any more), the event keeps its number and names nothing.
///
/// # Errors
/// When the record fails.
pub fn notification(
    record: &Record,
    access: &Access,
    notification: &Notification<'_>,
) -> Result<Vec<u8>, Failure> {
    let Notification { base, content, events, .. } = *notification;
    let mut told = Vec::new();
    let mut entries = Vec::new();
    let mut size = 0;
    for event in events {
        let seen = match content {
            Content::Empty => None,
            Content::IdOnly | Content::FullResource => seen(record, access, &event.change)?,
        };
        let Some(mut seen) = seen else {
            told.push(part(event, None));
            continue;
        };
        size += seen.body.as_ref().map_or(0, Vec::len);
        if content == Content::IdOnly || size > RESOURCE_BYTES_MAX {
            seen.body = None;
        }
        told.push(part(event, Some(&seen.reference)));
        entries.push(seen.entry(base));
    }
    let status = status(notification, told);
    let first = StoredEntry {
        full_url: Some(format!("urn:uuid:{}", notification.id)),
        request: Some(("GET".to_owned(), format!("{}/$status", address(notification)))),
        response: Some(answer("200 OK")),
        body: Some(status.to_string().into_bytes()),
        mode: None,
    };
    let entries: Vec<StoredEntry> = std::iter::once(first).chain(entries).collect();
    let next =
        notification.next.map(|url| Link { relation: "next".to_owned(), url: url.to_owned() });
    Ok(bundle_of_stored("history", None, next.as_slice(), &entries))
}

/// How a subscription stands, as `Parameters`.
pub fn status_of(notification: &Notification<'_>) -> Value {
    status(notification, Vec::new())
}

fn address(notification: &Notification<'_>) -> String {
    format!("{}/Subscription/{}", notification.base, notification.subscription.id)
}

fn status(notification: &Notification<'_>, told: Vec<Value>) -> Value {
    let Notification { subscription, wanted, kind, .. } = notification;
    let mut parameters = vec![
        json!({"name": "subscription", "valueReference": {"reference": address(notification)}}),
        json!({"name": "topic", "valueCanonical": wanted.topic}),
        json!({"name": "status", "valueCode": subscription.status.word()}),
        json!({"name": "type", "valueCode": kind.code()}),
        json!({
            "name": "events-since-subscription-start",
            "valueString": subscription.events.to_string(),
        }),
    ];
    parameters.extend(told);
    if subscription.status == record::SubscriptionStatus::Error {
        let text = "the endpoint could not be notified";
        parameters.push(json!({"name": "error", "valueCodeableConcept": {"text": text}}));
    }
    json!({
        "resourceType": "Parameters",
        "id": notification.id,
        "meta": {"profile": [STATUS_PROFILE]},
        "parameter": parameters,
    })
}

fn part(event: &SubscriptionEvent, focus: Option<&str>) -> Value {
    let mut parts = vec![
        json!({"name": "event-number", "valueString": event.number.to_string()}),
        json!({"name": "timestamp", "valueInstant": event.recorded.to_string()}),
    ];
    if let Some(focus) = focus {
        parts.push(json!({"name": "focus", "valueReference": {"reference": focus}}));
    }
    json!({"name": "notification-event", "part": parts})
}

/// What an event points at, as far as the maker may see it.
struct Seen {
    /// `DiagnosticReport/1`.
    reference: String,
    /// What was done: `POST`, `PUT` or `DELETE`.
    method: &'static str,
    body: Option<Vec<u8>>,
}

impl Seen {
    fn entry(self, base: &str) -> StoredEntry {
        let resource_type = self.reference.split('/').next().unwrap_or_default().to_owned();
        let (url, status) = match self.method {
            "POST" => (resource_type, "201 Created"),
            "DELETE" => (self.reference.clone(), "204 No Content"),
            _ => (self.reference.clone(), "200 OK"),
        };
        StoredEntry {
            full_url: Some(format!("{base}/{}", self.reference)),
            request: Some((self.method.to_owned(), url)),
            response: Some(answer(status)),
            body: self.body,
            mode: None,
        }
    }
}

fn answer(status: &str) -> TransactionAnswer {
    TransactionAnswer { status: status.to_owned(), ..TransactionAnswer::default() }
}

fn seen(record: &Record, access: &Access, change: &Change) -> Result<Option<Seen>, Failure> {
    if matches!(change.kind, ChangeKind::Statement | ChangeKind::TrialStatus) {
        let Some(patient) = &change.patient else { return Ok(None) };
        let found = record.read(access, "Patient", patient.as_str())?;
        return Ok(found.filter(|found| !found.deleted).map(|found| Seen {
            reference: format!("Patient/{patient}"),
            method: "PUT",
            body: Some(found.body),
        }));
    }
    let Change { resource_type, id, version, deleted, .. } = change;
    // Of what is gone for a patient, the version before says whether the maker may know.
    let known = if *deleted { version.saturating_sub(1) } else { *version };
    let found = record.vread(access, resource_type, id, known)?.filter(|found| !found.deleted);
    Ok(found.map(|found| Seen {
        reference: format!("{resource_type}/{id}"),
        method: match (deleted, version) {
            (true, _) => "DELETE",
            (false, 1) => "POST",
            (false, _) => "PUT",
        },
        body: (!deleted).then_some(found.body),
    }))
}
