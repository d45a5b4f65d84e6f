//! Decision support: which cards were shown, and what was answered to them.

use model::{PatientId, Timestamp};
use serde_json::Value;

/// A card that was shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// What makes it the same card for the same reader, so that it need not come twice.
    pub key: String,
    /// About whom.
    pub patient: PatientId,
    /// `uuid` of the card.
    pub card_id: String,
    /// CDS Hooks service id.
    pub service: String,
    /// Rule of the pack.
    pub rule: String,
    /// Pack with version.
    pub pack: String,
    /// The card and its circumstances; sealed.
    pub body: Value,
}

/// An answer to a card (CDS Hooks 2.0, Feedback).
#[derive(Clone, Debug, PartialEq)]
pub struct Feedback {
    /// CDS Hooks service id.
    pub service: String,
    /// `uuid` of the card.
    pub card: String,
    /// `accepted` or `overridden`.
    pub outcome: String,
    /// The answer as sent; sealed.
    pub body: Value,
}

/// A stored answer.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredFeedback {
    /// When it came.
    pub recorded: Timestamp,
    /// The patient of the card, if the card is known.
    pub patient: Option<PatientId>,
    /// The answer.
    pub feedback: Feedback,
}
