//! Calls of an identity provider that the operator has named: bounded in time and size, no
//! redirect, no proxy.

use crate::Failure;
use crate::send::{Trust, agent, word};
use std::time::Duration;
use ureq::Agent;

/// Bytes of an answer.
const ANSWER_BYTES_MAX: u64 = 256 * 1024;
/// How long a call may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Calls an identity provider.
#[derive(Clone, Debug)]
pub struct Fetcher {
    agent: Agent,
}

impl Fetcher {
    /// One that trusts these authorities.
    ///
    /// # Errors
    /// When the file holds no certificate.
    pub fn new(trust: &Trust) -> Result<Self, Failure> {
        Ok(Self { agent: agent(trust)? })
    }

    /// The body at an address.
    ///
    /// # Errors
    /// Why there is none, in a word that holds nothing of it.
    pub fn get(&self, address: &str) -> Result<Vec<u8>, String> {
        let call = self.agent.get(address).header("accept", "application/json");
        read(call.config().timeout_global(Some(TIMEOUT)).build().call())
    }

    /// A FHIR resource at an address; `authorization` goes with it.
    ///
    /// # Errors
    /// As [`Fetcher::get`].
    pub fn resource(&self, address: &str, authorization: &str) -> Result<Vec<u8>, String> {
        let call = self.agent.get(address).header("accept", "application/fhir+json");
        let call = call.header("authorization", authorization);
        read(call.config().timeout_global(Some(TIMEOUT)).build().call())
    }

    /// The answer to a form; `authorization` goes with it.
    ///
    /// # Errors
    /// As [`Fetcher::get`].
    pub fn post(
        &self,
        address: &str,
        authorization: Option<&str>,
        form: &str,
    ) -> Result<Vec<u8>, String> {
        let mut call = self
            .agent
            .post(address)
            .content_type("application/x-www-form-urlencoded")
            .header("accept", "application/json");
        if let Some(authorization) = authorization {
            call = call.header("authorization", authorization);
        }
        read(call.config().timeout_global(Some(TIMEOUT)).build().send(form))
    }
}

type Answer = Result<ureq::http::Response<ureq::Body>, ureq::Error>;

fn read(answer: Answer) -> Result<Vec<u8>, String> {
    let mut answer = answer.map_err(|error| word(&error).to_owned())?;
    if !answer.status().is_success() {
        return Err(format!("the provider answered {}", answer.status().as_u16()));
    }
    let body = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
    body.map_err(|error| word(&error).to_owned())
}
