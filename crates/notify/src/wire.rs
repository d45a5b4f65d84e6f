//! One dispatch to one destination, and its answer.

mod mllp;
mod webhook;

pub(crate) use mllp::MllpLine;
pub(crate) use webhook::WebhookLine;

use crate::destination::{Destination, Kind};
use crate::{Failure, Trust};
use model::Timestamp;

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Payload {
    /// By what the destination knows it when it comes again.
    pub(crate) id: String,
    /// When it is sent.
    pub(crate) now: Timestamp,
    /// A message, or JSON.
    pub(crate) body: Vec<u8>,
}

/// What came of an attempt. Reasons hold nothing of what was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The destination has it.
    Accepted,
    /// It could not be taken now.
    Failed(String),
    /// It will not be taken.
    Rejected(String),
    /// There was no answer to it. Whether it arrived is not known.
    Broken(&'static str),
}

/// A way to a destination.
#[derive(Debug)]
pub(crate) enum Line {
    Mllp(Box<MllpLine>),
    Webhook(WebhookLine),
}

impl Line {
    /// Of a destination. Files of certificates are read now.
    ///
    /// # Errors
    /// What cannot be used.
    pub(crate) fn new(destination: &Destination) -> Result<Self, Failure> {
        let trust = match &destination.authorities {
            None => Trust::System,
            Some(path) => Trust::File(
                std::fs::read(path)
                    .map_err(|error| Failure::Setting(format!("{}: {error}", path.display())))?,
            ),
        };
        Ok(match &destination.kind {
            Kind::Messages(messages) | Kind::Acknowledgements(messages) => {
                Self::Mllp(Box::new(MllpLine::new(messages, &trust, destination.timeout_seconds)?))
            }
            Kind::Webhook(webhook) => {
                Self::Webhook(WebhookLine::new(webhook, &trust, destination.timeout_seconds)?)
            }
        })
    }

    /// Sends one dispatch and waits for its answer.
    pub(crate) fn send(&mut self, payload: &Payload) -> Answer {
        match self {
            Self::Mllp(line) => line.send(payload),
            Self::Webhook(line) => line.send(payload),
        }
    }

    /// Whether the destination can be reached, without sending anything of anybody.
    pub(crate) fn reach(&mut self, now: Timestamp) -> Answer {
        match self {
            Self::Mllp(line) => line.reach(),
            Self::Webhook(line) => line.reach(now),
        }
    }
}
