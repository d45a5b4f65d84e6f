//! Where alerts go, and the signature by which the receiver knows who sent them.

use crate::sign::Signer;
use crate::{Endpoints, Failure};
use model::Timestamp;

/// Where alerts go, and what they are signed with.
#[derive(Clone, Debug)]
pub struct AlertDestination {
    endpoint: String,
    signer: Signer,
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
        let signer = Signer::new(secret)
            .map_err(|wrong| Failure::Setting(format!("the alert secret {wrong}")))?;
        Ok(Self { endpoint: endpoint.to_owned(), signer })
    }

    pub(super) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The headers that a receiver checks.
    pub(super) fn sign(&self, id: &str, now: Timestamp, body: &str) -> Vec<(String, String)> {
        self.signer.sign(id, now, body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    const MICROS_PER_SECOND: i64 = 1_000_000;

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
