//! A bucket of a store that speaks the protocol of Amazon S3 (REST API of 2006-03-01), by
//! addresses in path style, with requests signed by AWS Signature Version 4.

mod list;
mod sign;

use super::{Destination, Object};
use crate::Failure;
use crate::limit::OBJECT_BYTES_MAX;
use record::Clock;
use sign::{Credentials, Request};
use std::sync::Arc;
use std::time::Duration;
use ureq::http::Uri;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body};
use zeroize::Zeroizing;

/// How often a request is tried that was not answered, or with "later".
const ATTEMPTS: u32 = 5;
/// The first wait between two attempts; each one after that is twice as long.
const WAIT: Duration = Duration::from_millis(200);
/// How long one request may take.
const REQUEST: Duration = Duration::from_mins(2);
/// Pages of a listing, of 1,000 objects each.
const PAGES_MAX: usize = 100_000;
/// Where Linux distributions keep the certificates they trust.
const SYSTEM_CERTIFICATES: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// Where the bucket is and who asks.
pub struct S3Settings {
    /// Address of the service without the bucket: `https://s3.eu-central-1.amazonaws.com`. Plain
    /// HTTP is taken on this machine only.
    pub endpoint: String,
    /// Region that requests are signed for.
    pub region: String,
    /// Name of the bucket.
    pub bucket: String,
    /// What the names of all objects begin with; empty, or without `/` at either end.
    pub prefix: String,
    /// Id of the access key.
    pub access_key: String,
    /// The secret access key.
    pub secret_key: Zeroizing<String>,
    /// The token of a session, if the key is one of a session.
    pub session_token: Option<Zeroizing<String>>,
    /// PEM text of the authorities that the service's certificate may be of, in place of those that
    /// this machine trusts.
    pub authorities: Option<Vec<u8>>,
}

impl std::fmt::Debug for S3Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "S3Settings({}/{}/{})", self.endpoint, self.bucket, self.prefix)
    }
}

/// A bucket.
pub struct S3 {
    agent: Agent,
    endpoint: String,
    host: String,
    bucket: String,
    prefix: String,
    credentials: Credentials,
    clock: Clock,
}

impl std::fmt::Debug for S3 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "S3({})", self.place())
    }
}

/// What came of a request.
struct Answer {
    status: u16,
    body: Vec<u8>,
}

impl S3 {
    /// A bucket that exists. [`Failure::Invalid`] if the settings cannot be used.
    pub fn new(settings: S3Settings, clock: Clock) -> Result<Self, Failure> {
        let invalid = |text: &str| {
            let place = settings.endpoint.clone();
            Failure::Invalid { place, text: text.to_owned() }
        };
        let endpoint = settings.endpoint.trim_end_matches('/').to_owned();
        let uri: Uri = endpoint.parse().map_err(|_| invalid("is no address"))?;
        let host = uri.authority().ok_or_else(|| invalid("names no host"))?.to_string();
        let is_here = matches!(uri.host(), Some("127.0.0.1" | "localhost" | "[::1]"));
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if is_here => {}
            _ => return Err(invalid("is not `https`; plain HTTP is for this machine only")),
        }
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() || host.contains('@') {
            return Err(invalid("holds more than a host; the bucket is named by itself"));
        }
        if settings.bucket.is_empty() || settings.bucket.contains('/') {
            return Err(invalid("the name of the bucket is none"));
        }
        let agent = agent(settings.authorities.as_deref())
            .ok_or_else(|| invalid("the file of trusted authorities holds no certificate"))?;
        Ok(Self {
            agent,
            endpoint,
            host,
            bucket: settings.bucket,
            prefix: settings.prefix.trim_matches('/').to_owned(),
            credentials: Credentials {
                region: settings.region,
                access_key: settings.access_key,
                secret_key: settings.secret_key,
                session_token: settings.session_token,
            },
            clock,
        })
    }

    fn key(&self, name: &str) -> String {
        if self.prefix.is_empty() { name.to_owned() } else { format!("{}/{name}", self.prefix) }
    }

    /// Asks until there is an answer that is one. What is asked may be asked twice.
    fn ask(
        &self,
        method: &'static str,
        key: &str,
        query: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer, Failure> {
        let mut wait = WAIT;
        let mut attempt = 1;
        loop {
            let outcome = self.once(method, key, query, body);
            let again = match &outcome {
                Ok(answer) => matches!(answer.status, 408 | 429 | 500..=599),
                Err(_) => true,
            };
            if !again || attempt == ATTEMPTS {
                let answer = outcome.map_err(|text| self.refused(key, &text))?;
                return match answer.status {
                    200..=299 | 404 => Ok(answer),
                    status => {
                        let code = list::element(&answer.body, "Code").unwrap_or_default();
                        Err(self.refused(key, &format!("answered {status} {code}")))
                    }
                };
            }
            std::thread::sleep(wait);
            wait = wait.saturating_mul(2);
            attempt += 1;
        }
    }

    fn once(
        &self,
        method: &'static str,
        key: &str,
        query: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer, String> {
        let path = sign::path(&self.bucket, key);
        let request = Request { method, host: &self.host, path: &path, query, body };
        let signed = self.credentials.sign(&request, (self.clock)());
        let url = format!("{}{path}{}", self.endpoint, signed.query);
        let mut builder = ureq::http::Request::builder().method(method).uri(url);
        for (name, value) in &signed.headers {
            builder = builder.header(*name, value.as_str());
        }
        let answer = match method {
            "PUT" => self.agent.run(builder.body(body).map_err(|error| error.to_string())?),
            _ => self.agent.run(builder.body(()).map_err(|error| error.to_string())?),
        };
        let mut answer = answer.map_err(|error| word(&error).to_owned())?;
        let read = |body: &mut Body| body.with_config().limit(OBJECT_BYTES_MAX).read_to_vec();
        let status = answer.status().as_u16();
        let body = read(answer.body_mut()).map_err(|error| word(&error).to_owned())?;
        Ok(Answer { status, body })
    }

    fn refused(&self, key: &str, text: &str) -> Failure {
        let place = format!("{}/{}/{key}", self.endpoint, self.bucket);
        Failure::Destination { place, text: text.trim_end().to_owned() }
    }
}

impl Destination for S3 {
    fn place(&self) -> String {
        format!("{}/{}/{}", self.endpoint, self.bucket, self.prefix)
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let key = self.key(name);
        match self.ask("PUT", &key, &[], bytes)?.status {
            404 => Err(self.refused(&key, "the bucket is not there")),
            _ => Ok(()),
        }
    }

    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Failure> {
        let key = self.key(name);
        let answer = self.ask("GET", &key, &[], &[])?;
        if answer.status != 404 {
            return Ok(Some(answer.body));
        }
        match list::element(&answer.body, "Code").as_deref() {
            Some("NoSuchKey") | None => Ok(None),
            Some(code) => Err(self.refused(&key, &format!("answered 404 {code}"))),
        }
    }

    fn list(&self, prefix: &str) -> Result<Vec<Object>, Failure> {
        let key_prefix = self.key(prefix);
        let (mut found, mut token) = (Vec::new(), None::<String>);
        for _ in 0..PAGES_MAX {
            let mut query = vec![("list-type", "2"), ("prefix", &*key_prefix)];
            if let Some(token) = &token {
                query.push(("continuation-token", token));
            }
            let answer = self.ask("GET", "", &query, &[])?;
            let page = (answer.status != 404).then(|| list::read(&answer.body)).flatten();
            let page = page.ok_or_else(|| self.refused("", "the listing cannot be read"))?;
            for (key, bytes) in page.objects {
                let name = if self.prefix.is_empty() {
                    Some(key.as_str())
                } else {
                    key.strip_prefix(&self.prefix).and_then(|rest| rest.strip_prefix('/'))
                };
                if let Some(name) = name {
                    found.push(Object { name: name.to_owned(), bytes });
                }
            }
            token = page.next;
            if token.is_none() {
                found.sort();
                return Ok(found);
            }
        }
        Err(self.refused("", "the listing does not end"))
    }

    fn remove(&self, name: &str) -> Result<(), Failure> {
        self.ask("DELETE", &self.key(name), &[], &[]).map(|_| ())
    }

    /// An answered PUT is durable.
    fn settle(&self) -> Result<(), Failure> {
        Ok(())
    }
}

/// No redirect, no proxy, certificates always checked.
fn agent(authorities: Option<&[u8]>) -> Option<Agent> {
    let roots = if let Some(pem) = authorities {
        Some(certificates(pem)).filter(|roots| !roots.is_empty())?
    } else {
        let mut files = SYSTEM_CERTIFICATES.iter().filter_map(|path| std::fs::read(path).ok());
        files.next().map(|pem| certificates(&pem)).unwrap_or_default()
    };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&roots))
        .unversioned_rustls_crypto_provider(provider)
        .build();
    let agent = Agent::config_builder()
        .tls_config(tls)
        .proxy(None)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .timeout_global(Some(REQUEST))
        .user_agent("cognate")
        .build()
        .new_agent();
    Some(agent)
}

fn certificates(pem: &[u8]) -> Vec<Certificate<'static>> {
    let items = parse_pem(pem).filter_map(Result::ok);
    items
        .filter_map(|item| if let PemItem::Certificate(one) = item { Some(one) } else { None })
        .collect()
}

/// The library's own words may hold a part of the request.
fn word(error: &ureq::Error) -> &'static str {
    match error {
        ureq::Error::Timeout(_) => "took too long",
        ureq::Error::HostNotFound => "there is no such host",
        ureq::Error::ConnectionFailed => "no connection",
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => "TLS could not be agreed on",
        ureq::Error::BodyExceedsLimit(_) => "answered more than an object may have",
        ureq::Error::Io(_) => "the connection broke",
        _ => "HTTP failed",
    }
}

#[cfg(test)]
pub(crate) mod tests;
