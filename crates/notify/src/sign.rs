//! The signature by which the receiver of a webhook knows who sent it.
//!
//! Standard Webhooks 1.0.0: HMAC-SHA-256 over `ID.SECONDS.BODY`, in headers of their own.

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

/// Signs with a secret that is shared with the receiver.
#[derive(Clone)]
pub(crate) struct Signer {
    key: Box<hmac::Key>,
}

/// Shows nothing of the secret.
impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").finish_non_exhaustive()
    }
}

impl Signer {
    /// Of `whsec_` and 24 to 64 bytes as base64.
    ///
    /// # Errors
    /// What a secret has to be, and nothing of this one.
    pub(crate) fn new(secret: &str) -> Result<Self, String> {
        let bytes = secret.trim().strip_prefix(SECRET_PREFIX);
        let bytes = bytes.and_then(|text| STANDARD.decode(text).ok());
        match bytes {
            Some(bytes) if SECRET_BYTES.contains(&bytes.len()) => {
                Ok(Self { key: Box::new(hmac::Key::new(hmac::HMAC_SHA256, &bytes)) })
            }
            _ => Err(format!(
                "is not `{SECRET_PREFIX}` and {} to {} bytes as base64",
                SECRET_BYTES.start(),
                SECRET_BYTES.end()
            )),
        }
    }

    /// The headers that a receiver checks.
    pub(crate) fn sign(&self, id: &str, now: Timestamp, body: &str) -> Vec<(String, String)> {
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
