//! Where alerts go, and the signature by which the receiver knows who sent them.
//!
//! Standard Webhooks 1.0.0: HMAC-SHA-256 over `ID.SECONDS.BODY`, in headers of their own.

use crate::{Endpoints, Failure};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::Timestamp;
use std::fmt;
use std::ops::RangeInclusive;

/// How a secret begins.
const SECRET_PREFIX: &str = "whsec_";
/// Bytes of a secret.
const SECRET_BYTES: RangeInclusive<usize> = 24..=64;
const MICROS_PER_SECOND: i64 = 1_000_000;

/// Where alerts go, and what they are signed with.
#[derive(Clone)]
pub struct AlertDestination {
    endpoint: String,
    key: hmac::Key,
}

/// Shows nothing of the secret.
impl fmt::Debug for AlertDestination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AlertDestination").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl AlertDestination {
    /// An address that the operator names, under the rules of [`Endpoints`], and the secret that it
    /// shares with us: `whsec_` and 24 to 64 bytes as base64.
    ///
    /// # Errors
    /// [`Failure::Setting`] says which of the two cannot be used, and nothing of the secret.
    pub fn new(endpoint: &str, secret: &str) -> Result<Self, Failure> {
        Endpoints::new(&[endpoint])
            .map_err(|wrong| Failure::Setting(format!("the alert endpoint {wrong}")))?;
        let bytes = secret.trim().strip_prefix(SECRET_PREFIX);
        let bytes = bytes.and_then(|text| STANDARD.decode(text).ok());
        match bytes {
            Some(bytes) if SECRET_BYTES.contains(&bytes.len()) => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, &bytes);
                Ok(Self { endpoint: endpoint.to_owned(), key })
            }
            _ => {
                let text = format!(
                    "the alert secret is not `{SECRET_PREFIX}` and {} to {} bytes as base64",
                    SECRET_BYTES.start(),
                    SECRET_BYTES.end()
                );
                Err(Failure::Setting(text))
            }
        }
    }

    pub(super) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The headers that a receiver checks.
    pub(super) fn sign(&self, id: &str, now: Timestamp, body: &str) -> Vec<(String, String)> {
        let seconds = now.micros().div_euclid(MICROS_PER_SECOND);
        let signed = hmac::sign(&self.key, format!("{id}.{seconds}.{body}").as_bytes());
        let signature = format!("v1,{}", STANDARD.encode(signed));
        [("webhook-id", id.to_owned()), ("webhook-timestamp", seconds.to_string())]
            .into_iter()
            .chain([("webhook-signature", signature)])
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of the specification of Standard Webhooks.
    #[test]
    fn the_signature_is_that_of_the_specification() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let to = AlertDestination::new("https://officer.example/alerts", secret).unwrap();
        let now = Timestamp::from_micros(1_614_265_330 * MICROS_PER_SECOND + 999_999);
        let signed = to.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", now, r#"{"test": 2432232314}"#);
        let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signed[2], ("webhook-signature".to_owned(), expected.to_owned()));
        assert_eq!(signed[1].1, "1614265330");
    }

    #[test]
    fn what_cannot_be_used_is_refused_without_a_word_of_the_secret() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let short = "whsec_MfKQ9r8GKYqrTwjUPD8I";
        let long = format!("whsec_{}", STANDARD.encode([7; 65]));
        for (endpoint, secret) in [
            ("http://officer.example/alerts", secret),
            ("https://officer.example/alerts?key=1", secret),
            ("https://officer.example/alerts", short),
            ("https://officer.example/alerts", long.as_str()),
            ("https://officer.example/alerts", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
            ("https://officer.example/alerts", "whsec_@@@"),
            ("https://officer.example/alerts", ""),
        ] {
            let refused = AlertDestination::new(endpoint, secret).unwrap_err().to_string();
            assert!(!refused.contains("MfKQ"), "{refused}");
        }
        let to = AlertDestination::new("http://127.0.0.1:9/x", secret).unwrap();
        assert!(!format!("{to:?}").contains("MfKQ"));
    }
}
