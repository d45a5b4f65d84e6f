//! One delivery: a POST that is bounded in time and size, follows nothing, and says in a word what
//! came of it.

mod address;

use crate::Failure;
use crate::request::Wanted;
use address::{Checked, Refused};
use rustls::pki_types::CertificateDer;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use ureq::Agent;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::transport::DefaultConnector;

/// Bytes of one notification.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Bytes of the headers of an answer.
const ANSWER_HEADER_BYTES_MAX: usize = 16 * 1024;
/// Where Linux distributions keep the certificates they trust.
const SYSTEM_CERTIFICATES: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// Whose certificates an endpoint may show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Of the authorities that this machine trusts.
    System,
    /// Of the authorities in this PEM file.
    File(Vec<u8>),
}

/// Why a delivery failed, in a word that holds nothing of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Undelivered {
    /// The endpoint answered with another status than 2xx.
    Status(u16),
    /// It was not reached, or did not answer in time.
    Unreached(&'static str),
    /// The notification is too large.
    TooLarge,
}

impl fmt::Display for Undelivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "the endpoint answered {status}"),
            Self::Unreached(why) => write!(f, "the endpoint was not reached: {why}"),
            Self::TooLarge => write!(f, "the notification is larger than {BODY_BYTES_MAX} bytes"),
        }
    }
}

/// Sends notifications.
#[derive(Clone, Debug)]
pub struct Sender {
    agent: Agent,
}

impl Sender {
    /// A sender that trusts these authorities. Where the machine has none, every `https` endpoint
    /// is refused, never trusted.
    ///
    /// # Errors
    /// When the file holds no certificate.
    pub fn new(trust: &Trust) -> Result<Self, Failure> {
        Ok(Self { agent: agent(trust)? })
    }

    /// Sends one notification; only a 2xx says that it arrived. The answer's body is not read.
    pub(crate) fn send(&self, wanted: &Wanted, body: &[u8]) -> Result<(), Undelivered> {
        let timeout = Duration::from_secs(u64::from(wanted.timeout_seconds));
        self.post((&wanted.endpoint, &wanted.media_type), &wanted.headers, timeout, body)
    }

    /// The same to any endpoint that was checked.
    pub(crate) fn post(
        &self,
        (endpoint, media_type): (&str, &str),
        headers: &[(String, String)],
        timeout: Duration,
        body: &[u8],
    ) -> Result<(), Undelivered> {
        if body.len() > BODY_BYTES_MAX {
            return Err(Undelivered::TooLarge);
        }
        let mut request = self.agent.post(endpoint).content_type(media_type);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let answer = request.config().timeout_global(Some(timeout)).build().send(body);
        match answer {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(Undelivered::Status(answer.status().as_u16())),
            Err(error) => Err(Undelivered::Unreached(word(&error))),
        }
    }
}

/// The authorities that are trusted, in their binary form.
///
/// # Errors
/// When the file holds no certificate.
pub(crate) fn authorities(trust: &Trust) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let der = |one: &Certificate<'static>| CertificateDer::from(one.der().to_vec());
    Ok(roots(trust)?.iter().map(der).collect())
}

fn roots(trust: &Trust) -> Result<Vec<Certificate<'static>>, Failure> {
    match trust {
        Trust::File(pem) => {
            let roots = certificates(pem);
            if roots.is_empty() {
                let text = "the file of trusted authorities holds no certificate".to_owned();
                return Err(Failure::Setting(text));
            }
            Ok(roots)
        }
        Trust::System => {
            let mut files = SYSTEM_CERTIFICATES.iter().filter_map(|path| std::fs::read(path).ok());
            Ok(files.next().map(|pem| certificates(&pem)).unwrap_or_default())
        }
    }
}

/// What calls are made with: no redirect, no proxy, certificates and addresses always checked.
pub(crate) fn agent(trust: &Trust) -> Result<Agent, Failure> {
    let roots = roots(trust)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&roots))
        .unversioned_rustls_crypto_provider(provider)
        .build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .proxy(None)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .max_response_header_size(ANSWER_HEADER_BYTES_MAX)
        .user_agent("cognate")
        .build();
    Ok(Agent::with_parts(config, DefaultConnector::default(), Checked::default()))
}

fn certificates(pem: &[u8]) -> Vec<Certificate<'static>> {
    let items = parse_pem(pem).filter_map(Result::ok);
    items
        .filter_map(|item| if let PemItem::Certificate(one) = item { Some(one) } else { None })
        .collect()
}

/// Whether the reading or writing failed because TLS did.
fn is_of_tls(error: &std::io::Error) -> bool {
    matches!(error.get_ref(), Some(inner) if inner.is::<rustls::Error>())
}

/// Also where a certificate is not believed.
const NO_TLS: &str = "TLS could not be agreed on";

/// The library's own words may hold a part of the request.
pub(crate) fn word(error: &ureq::Error) -> &'static str {
    match error {
        ureq::Error::Timeout(_) => "it took too long",
        ureq::Error::HostNotFound => "there is no such host",
        ureq::Error::ConnectionFailed => "no connection",
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
            "the connection was refused"
        }
        ureq::Error::Other(error) if error.is::<Refused>() => {
            "its name leads where nothing may be sent"
        }
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => NO_TLS,
        ureq::Error::Io(error) if is_of_tls(error) => NO_TLS,
        ureq::Error::Io(_) => "the connection broke",
        _ => "HTTP failed",
    }
}

#[cfg(test)]
mod tests;
