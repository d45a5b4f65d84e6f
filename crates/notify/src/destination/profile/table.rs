//! One destination as it stands in a file.

use super::{Destination, Kind, Messages, Sends, Webhook};
use crate::Endpoints;
use crate::request::Content;
use crate::sign::Signer;
use model::Problem;
use record::Purpose;
use serde::Deserialize;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

/// Bytes of a name.
const NAME_BYTES_MAX: usize = 64;
const CONNECTIONS: RangeInclusive<usize> = 1..=8;
const TIMEOUT_SECONDS: RangeInclusive<u64> = 1..=120;
const ATTEMPTS: RangeInclusive<u32> = 1..=100;
/// How the name of a destination of acknowledgements begins, and no other's. Its places are those
/// of the archive: under the name of another kind it would go on at a place of the change feed.
const OF_ACKNOWLEDGEMENTS: &str = "ack-";
/// What may be sent, as it is written.
const SENDS: &str = "`preliminary`, `final`, `amended`, `retracted`, `statements`";

/// What is left out is that of a destination that takes final results and what becomes of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    pub(super) id: String,
    kind: String,
    address: Option<String>,
    tls: Option<bool>,
    authorities: Option<PathBuf>,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
    sending_application: Option<String>,
    sending_facility: Option<String>,
    receiving_application: Option<String>,
    receiving_facility: Option<String>,
    processing_id: Option<String>,
    documents: Option<bool>,
    url: Option<String>,
    secret_file: Option<PathBuf>,
    content: Option<String>,
    purpose: Option<String>,
    sends: Option<Vec<String>>,
    #[serde(default)]
    categories: Vec<String>,
    #[serde(default)]
    laboratories: Vec<String>,
    connections: Option<usize>,
    timeout_seconds: Option<u64>,
    attempts_max: Option<u32>,
    open_after: Option<u32>,
}

/// The kind of a destination of acknowledgements, as it is written.
const ACKNOWLEDGEMENTS: &str = "acknowledgements";

/// Where problems are noted.
struct Lint<'p> {
    place: &'p str,
    problems: &'p mut Vec<Problem>,
}

impl Lint<'_> {
    fn wrong(&mut self, code: &str, text: impl Into<String>) {
        self.problems.push(Problem::error(code, self.place, text));
    }

    fn within<T: PartialOrd + std::fmt::Display + Copy>(
        &mut self,
        name: &str,
        value: T,
        range: &RangeInclusive<T>,
    ) -> T {
        if !range.contains(&value) {
            let text = format!("`{name}` is from {} to {}", range.start(), range.end());
            self.wrong("bad-limit", text);
        }
        value
    }
}

impl Table {
    pub(super) fn destination(
        self,
        version: &str,
        place: &str,
        directory: &Path,
        problems: &mut Vec<Problem>,
    ) -> Option<Destination> {
        let mut lint = Lint { place, problems };
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if self.id.is_empty() || self.id.len() > NAME_BYTES_MAX || !self.id.chars().all(plain) {
            let text = format!("`{}` is no name of letters, digits, - _ .", self.id);
            lint.wrong("bad-name", text);
        }
        if self.id.starts_with(OF_ACKNOWLEDGEMENTS) != (self.kind == ACKNOWLEDGEMENTS) {
            let text = "the names of destinations of acknowledgements, and no others, begin with";
            lint.wrong("bad-name", format!("{text} `{OF_ACKNOWLEDGEMENTS}`"));
        }
        self.misplaced(&mut lint);
        let purpose = self.purpose.as_deref().unwrap_or("treatment");
        let purpose = Purpose::from_word(purpose).unwrap_or_else(|| {
            lint.wrong("bad-purpose", format!("`{purpose}` is not a purpose"));
            Purpose::Treatment
        });
        let sends = self.sends(&mut lint);
        let of = |path: &PathBuf| directory.join(path);
        let kind = match self.kind.as_str() {
            "hl7v2" => self.messages(directory, &mut lint).map(|m| Kind::Messages(Box::new(m))),
            "webhook" => self.webhook(directory, &mut lint).map(Kind::Webhook),
            ACKNOWLEDGEMENTS => {
                let to = self.messages(directory, &mut lint);
                to.map(|to| Kind::Acknowledgements(Box::new(to)))
            }
            other => {
                let text = format!("`{other}` is not `hl7v2`, `webhook` or `{ACKNOWLEDGEMENTS}`");
                lint.wrong("bad-kind", text);
                None
            }
        };
        let authorities = self.authorities.as_ref().map(of);
        if authorities.as_ref().is_some_and(|path| !path.is_file()) {
            lint.wrong("no-file", "the file of `authorities` is not there");
        }
        let destination = Destination {
            kind: kind?,
            version: version.to_owned(),
            purpose,
            sends,
            connections: lint.within("connections", self.connections.unwrap_or(1), &CONNECTIONS),
            timeout_seconds: lint.within(
                "timeout_seconds",
                self.timeout_seconds.unwrap_or(30),
                &TIMEOUT_SECONDS,
            ),
            attempts_max: lint.within("attempts_max", self.attempts_max.unwrap_or(5), &ATTEMPTS),
            open_after: lint.within("open_after", self.open_after.unwrap_or(5), &ATTEMPTS),
            authorities,
            id: self.id,
            feeds: Vec::new(),
            categories: self.categories,
            laboratories: self.laboratories,
        };
        Some(destination)
    }

    /// A word of the other kind would be one that does nothing.
    fn misplaced(&self, lint: &mut Lint<'_>) {
        let line = [
            ("address", self.address.is_some()),
            ("tls", self.tls.is_some()),
            ("certificate", self.certificate.is_some()),
            ("key", self.key.is_some()),
        ];
        let told = [
            ("sends", self.sends.is_some()),
            ("categories", !self.categories.is_empty()),
            ("laboratories", !self.laboratories.is_empty()),
            ("connections", self.connections.is_some()),
        ];
        // The header of an acknowledgement follows from the message's.
        let messages = [
            ("sending_application", self.sending_application.is_some()),
            ("sending_facility", self.sending_facility.is_some()),
            ("receiving_application", self.receiving_application.is_some()),
            ("receiving_facility", self.receiving_facility.is_some()),
            ("processing_id", self.processing_id.is_some()),
            ("documents", self.documents.is_some()),
        ];
        let webhook = [
            ("url", self.url.is_some()),
            ("secret_file", self.secret_file.is_some()),
            ("content", self.content.is_some()),
        ];
        let others: Vec<&[(&str, bool)]> = match self.kind.as_str() {
            "hl7v2" => vec![&webhook],
            "webhook" => vec![&line, &messages],
            ACKNOWLEDGEMENTS => vec![&webhook, &messages, &told],
            _ => Vec::new(),
        };
        for (name, _) in others.into_iter().flatten().filter(|(_, is_set)| *is_set) {
            lint.wrong("misplaced", format!("`{name}` means nothing for `{}`", self.kind));
        }
    }

    fn sends(&self, lint: &mut Lint<'_>) -> Sends {
        let Some(words) = &self.sends else {
            return Sends { results: true, amended: true, retracted: true, ..Sends::default() };
        };
        let mut sends = Sends::default();
        for word in words {
            match word.as_str() {
                "preliminary" => sends.preliminary = true,
                "final" => sends.results = true,
                "amended" => sends.amended = true,
                "retracted" => sends.retracted = true,
                "statements" if self.kind == "hl7v2" => {
                    lint.wrong("bad-sends", "`statements` are told by webhooks only");
                }
                "statements" => sends.statements = true,
                other => lint.wrong("bad-sends", format!("`{other}` is not one of {SENDS}")),
            }
        }
        if sends == Sends::default() {
            lint.wrong("bad-sends", format!("`sends` names nothing of {SENDS}"));
        }
        // Who is told of results and not that they are taken back goes on believing them.
        if (sends.results || sends.preliminary) && !(sends.amended && sends.retracted) {
            let text = "who is told of results is told when they are `amended` and `retracted`";
            lint.wrong("unsafe-sends", text);
        }
        sends
    }

    fn messages(&self, directory: &Path, lint: &mut Lint<'_>) -> Option<Messages> {
        let Some((host, port)) = self.address.as_deref().and_then(address) else {
            lint.wrong("bad-address", "`address` is not `HOST:PORT`");
            return None;
        };
        let certificate = match (&self.certificate, &self.key) {
            (Some(certificate), Some(key)) => {
                Some((directory.join(certificate), directory.join(key)))
            }
            (None, None) => None,
            _ => {
                lint.wrong("bad-certificate", "`certificate` and `key` go together");
                None
            }
        };
        let tls = self.tls.unwrap_or(true);
        if !tls && (self.authorities.is_some() || certificate.is_some()) {
            lint.wrong("bad-certificate", "certificates mean nothing without `tls`");
        }
        if !tls && !is_this_machine(&host) {
            lint.wrong("plain", "without `tls` only this machine may be spoken to");
        }
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        Some(Messages {
            host,
            port,
            tls,
            certificate,
            sending_application: self.sending_application.clone().unwrap_or("COGNATE".to_owned()),
            sending_facility: text(&self.sending_facility),
            receiving_application: text(&self.receiving_application),
            receiving_facility: text(&self.receiving_facility),
            processing_id: self.processing_id.clone().unwrap_or_else(|| "P".to_owned()),
            documents: self.documents.unwrap_or(true),
        })
    }

    fn webhook(&self, directory: &Path, lint: &mut Lint<'_>) -> Option<Webhook> {
        let url = self.url.clone().unwrap_or_default();
        if let Err(wrong) = Endpoints::new(&[&url]) {
            lint.wrong("bad-url", wrong);
        }
        let content = self.content.as_deref().unwrap_or("id-only");
        let content = match Content::from_code(content) {
            Some(content) if content != Content::Empty => content,
            _ => {
                lint.wrong("bad-content", "`content` is not `id-only` or `full-resource`");
                Content::IdOnly
            }
        };
        let secret = self.secret_file.as_ref().map(|path| directory.join(path));
        let secret = secret.and_then(|path| std::fs::read_to_string(path).ok());
        let Some(secret) = secret else {
            lint.wrong("no-file", "the file of `secret_file` cannot be read");
            return None;
        };
        match Signer::new(&secret) {
            Ok(signer) => Some(Webhook { url, content, signer }),
            Err(wrong) => {
                lint.wrong("bad-secret", format!("what `secret_file` holds {wrong}"));
                None
            }
        }
    }
}

/// `HOST:PORT`; an IPv6 address stands in brackets.
fn address(text: &str) -> Option<(String, u16)> {
    let (host, port) = text.rsplit_once(':')?;
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let host = match bare {
        Some(inner) => inner.parse::<std::net::Ipv6Addr>().ok()?.to_string(),
        None if host.contains(':') => return None,
        None => host.to_owned(),
    };
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-.:".contains(&b);
    let port = port.parse().ok().filter(|port| *port > 0)?;
    (!host.is_empty() && host.bytes().all(plain)).then_some((host, port))
}

/// Whether a host is this machine by its name; what a name stands for is asked when it is called.
fn is_this_machine(host: &str) -> bool {
    let number = host.parse::<std::net::IpAddr>();
    host == "localhost" || number.is_ok_and(|address| address.is_loopback())
}
