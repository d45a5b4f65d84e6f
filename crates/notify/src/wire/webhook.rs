//! Webhooks: JSON by POST, signed, to an address that the operator has named.

use super::{Answer, Payload};
use crate::destination::Webhook;
use crate::send::{Sender, Trust, Undelivered};
use crate::{Endpoints, Failure};
use model::Timestamp;
use std::time::Duration;

const JSON: &str = "application/json";
/// Answers by which a receiver says that it does not want this one, whenever it comes: it cannot
/// be read, it is gone, it is too large, it is not understood.
const REJECTS: [u16; 4] = [400, 410, 413, 422];
/// Answers by which it says that it could not take it now: as if it had not been reached.
const LATER: [u16; 3] = [408, 425, 429];

/// A way to a receiver of webhooks.
#[derive(Debug)]
pub(crate) struct WebhookLine {
    webhook: Webhook,
    sender: Sender,
    timeout: Duration,
}

impl WebhookLine {
    pub(super) fn new(webhook: &Webhook, trust: &Trust, seconds: u64) -> Result<Self, Failure> {
        Endpoints::new(&[&webhook.url]).map_err(Failure::Setting)?;
        let (sender, timeout) = (Sender::new(trust)?, Duration::from_secs(seconds));
        Ok(Self { webhook: webhook.clone(), sender, timeout })
    }

    pub(super) fn send(&mut self, payload: &Payload) -> Answer {
        // What is composed is JSON, which is UTF-8.
        let body = String::from_utf8_lossy(&payload.body);
        let headers = self.webhook.signer.sign(&payload.id, payload.now, &body);
        let to = (self.webhook.url.as_str(), JSON);
        match self.sender.post(to, &headers, self.timeout, body.as_bytes()) {
            Ok(()) => Answer::Accepted,
            Err(Undelivered::TooLarge) => Answer::Rejected(Undelivered::TooLarge.to_string()),
            Err(Undelivered::Status(status)) if REJECTS.contains(&status) => {
                Answer::Rejected(format!("answered {status}"))
            }
            Err(Undelivered::Status(status))
                if (400..500).contains(&status) && !LATER.contains(&status) =>
            {
                Answer::Failed(format!("answered {status}"))
            }
            Err(Undelivered::Status(_)) => Answer::Broken("the endpoint cannot take it now"),
            Err(Undelivered::Unreached(why)) => Answer::Broken(why),
        }
    }

    pub(super) fn reach(&mut self, now: Timestamp) -> Answer {
        let body = serde_json::json!({"type": "test", "timestamp": now.to_string(), "data": {}});
        let id = format!("test_{}", now.micros());
        self.send(&Payload { id, now, body: body.to_string().into_bytes() })
    }
}
