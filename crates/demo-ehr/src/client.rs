//! HTTP to Cognate, with each exchange kept so that it can be shown.

use crate::failure::Failure;
use crate::setting::Setting;
use serde_json::Value;
use std::time::Duration;
use ureq::Agent;

/// How long one exchange may take.
const EXCHANGE_SECONDS_MAX: u64 = 20;
/// Longest answer that is read.
const ANSWER_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// Characters of an error that are shown.
const ERROR_CHARACTERS_MAX: usize = 400;
/// What a page shows in the place of a token.
pub(crate) const TOKEN_SHOWN: &str = "Bearer …";

/// Whose token a request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum As {
    /// The EHR that files.
    Filing,
    /// The order entry that asks.
    OrderEntry,
}

/// One request and its answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Exchange {
    /// What it was for, in words.
    pub(crate) purpose: String,
    /// `GET` or `POST`.
    pub(crate) method: &'static str,
    /// Path and query.
    pub(crate) path: String,
    /// What was sent.
    pub(crate) sent: Option<Value>,
    /// HTTP status; none where no answer came.
    pub(crate) status: Option<u16>,
    /// What was answered, if it was JSON.
    pub(crate) answered: Option<Value>,
    /// How long it took.
    pub(crate) milliseconds: u64,
}

/// Speaks HTTP and keeps what was said.
pub(crate) struct Client<'s> {
    setting: &'s Setting,
    agent: &'s Agent,
    /// What was said, in order.
    pub(crate) exchanges: Vec<Exchange>,
}

/// The connections, kept open between requests.
pub(crate) fn agent() -> Agent {
    let config = Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(EXCHANGE_SECONDS_MAX)))
        .http_status_as_error(false)
        .max_redirects(0)
        .build();
    config.into()
}

impl<'s> Client<'s> {
    pub(crate) fn new(setting: &'s Setting, agent: &'s Agent) -> Self {
        Self { setting, agent, exchanges: Vec::new() }
    }

    pub(crate) fn get(&mut self, purpose: &str, path: &str, who: As) -> Result<Value, Failure> {
        let request = self
            .agent
            .get(format!("{}{path}", self.setting.base_url))
            .header("accept", "application/json")
            .header("authorization", self.authorization(who));
        let begun = std::time::Instant::now();
        let answer = request.call();
        self.finish((purpose, "GET", path, None), answer, begun)
    }

    pub(crate) fn post(
        &mut self,
        purpose: &str,
        path: &str,
        who: As,
        body: &Value,
    ) -> Result<Value, Failure> {
        let kind =
            if path.starts_with("/fhir") { "application/fhir+json" } else { "application/json" };
        let request = self
            .agent
            .post(format!("{}{path}", self.setting.base_url))
            .header("content-type", kind)
            .header("authorization", self.authorization(who));
        let begun = std::time::Instant::now();
        let answer = request.send(body.to_string().as_bytes());
        self.finish((purpose, "POST", path, Some(body)), answer, begun)
    }

    fn authorization(&self, who: As) -> String {
        let token = match who {
            As::Filing => &self.setting.filing_token,
            As::OrderEntry => &self.setting.order_entry_token,
        };
        format!("Bearer {token}")
    }

    fn finish(
        &mut self,
        (purpose, method, path, sent): (&str, &'static str, &str, Option<&Value>),
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
        begun: std::time::Instant,
    ) -> Result<Value, Failure> {
        let what = format!("{method} {path}");
        let read = answer.and_then(|mut answer| {
            let body = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec()?;
            Ok((answer.status().as_u16(), body))
        });
        let (status, body) = match &read {
            Ok((status, body)) => (Some(*status), body.as_slice()),
            Err(_) => (None, [].as_slice()),
        };
        let answered: Option<Value> = serde_json::from_slice(body).ok();
        self.exchanges.push(Exchange {
            purpose: purpose.to_owned(),
            method,
            path: path.to_owned(),
            sent: sent.cloned(),
            status,
            answered: answered.clone(),
            milliseconds: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        });
        match read {
            Err(error) => Err(Failure::NoAnswer { what, why: error.to_string() }),
            Ok((status, _)) if (200..300).contains(&status) => {
                // Feedback is answered with nothing.
                if body.is_empty() {
                    return Ok(Value::Null);
                }
                answered.ok_or(Failure::Unreadable { what, expected: "JSON" })
            }
            Ok((status, _)) => {
                let text = String::from_utf8_lossy(body);
                let text = text.chars().take(ERROR_CHARACTERS_MAX).collect();
                Err(Failure::Refused { what, status, text })
            }
        }
    }
}
