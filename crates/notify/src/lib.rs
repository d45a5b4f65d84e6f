//! Subscriptions: what other systems ask to be told, and how it reaches them.
//!
//! For: the topics, reading a `Subscription`, finding the events of each in the change feed, and
//! sending them to the endpoint, in order and at least once; destinations that results are sent on
//! to as messages and webhooks; alerts to whoever guards privacy.
//! Never: an endpoint that the operator has not named; anything the subscription's maker may not
//! read at the moment of sending; a secret in a resource, an event or a log line.
//! Rules: HL7 Subscriptions R5 Backport 1.1.0 for FHIR R4 (rest-hook), FHIR R4 `Subscription`;
//! Standard Webhooks 1.0.0 for alerts and destinations; HL7 v2.5.1 and MLLP for messages.

mod alert;
mod bundle;
mod destination;
mod endpoint;
mod fetch;
mod find;
mod follow;
mod request;
mod send;
mod sign;
mod topic;
mod wire;

pub use alert::{AlertDestination, Alerter};
pub use bundle::{Kind, Notification, notification, status_of};
pub use destination::{
    Chance, DESTINATIONS_BYTES_MAX, Deliverer, Delivering, DeliveryPace, Destination, Destinations,
    Kind as DestinationKind, Messages, Sends, Webhook, destinations,
};
pub use endpoint::Endpoints;
pub use fetch::Fetcher;
pub use follow::{Creators, Notifier, Pace, Standing};
pub use request::{Content, PROFILE, SEALED, Wanted, read};
pub use send::{Sender, Trust};
pub use topic::{TOPIC_CODE, TOPIC_TYPE, TOPICS, Topic, topic, topic_of_id};

/// Why telling somebody stopped.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The record refused or failed.
    #[error("the record failed: {0}")]
    Record(#[from] record::Failure),
    /// What was kept of a subscription cannot be read.
    #[error("what was kept of a subscription cannot be read: {0}")]
    Kept(serde_json::Error),
    /// The setting for outbound calls cannot be used.
    #[error("{0}")]
    Setting(String),
}
