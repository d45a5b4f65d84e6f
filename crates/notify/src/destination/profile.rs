//! Destinations as files: TOML, kept under version control by the operator. What a file names is
//! all that may be called.

mod table;

use crate::request::Content;
use crate::sign::Signer;
use model::Problem;
use record::Purpose;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use table::Table;

/// Largest file of destinations, in bytes.
pub const DESTINATIONS_BYTES_MAX: usize = 1024 * 1024;

/// What a destination is told of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sends {
    /// A result that is not final yet.
    pub preliminary: bool,
    /// A result that is final for the first time.
    pub results: bool,
    /// A result that was corrected or amended.
    pub amended: bool,
    /// A result that is taken back.
    pub retracted: bool,
    /// That what is said about a patient has changed.
    pub statements: bool,
}

/// One destination.
#[derive(Clone, Debug)]
pub struct Destination {
    /// Its name.
    pub id: String,
    /// The operator's name of the version of the file.
    pub version: String,
    /// How it is reached, and in which form it is told.
    pub kind: Kind,
    /// What for: policies and consents decide by it.
    pub purpose: Purpose,
    /// What it is told of.
    pub sends: Sends,
    /// Codes of `DiagnosticReport.category` of which one is needed; empty for all.
    pub categories: Vec<String>,
    /// Names of laboratories (`performer`) of which one is needed; empty for all.
    pub laboratories: Vec<String>,
    /// Of acknowledgements, the feeds whose messages they are of: the profile of a feed names its
    /// destination, so the file has none.
    pub feeds: Vec<String>,
    /// Patients that are told of at the same time.
    pub connections: usize,
    /// Seconds until an answer is not waited for any longer.
    pub timeout_seconds: u64,
    /// Answers that say "failed" before a dispatch is parked.
    pub attempts_max: u32,
    /// Failures one after the other before only one dispatch at a time is tried.
    pub open_after: u32,
    /// PEM file of the authorities that its certificate may be of; those of this machine without.
    pub authorities: Option<PathBuf>,
}

/// How a destination is reached.
#[derive(Clone, Debug)]
pub enum Kind {
    /// ORU^R01 over MLLP.
    Messages(Box<Messages>),
    /// JSON over HTTPS, signed.
    Webhook(Webhook),
    /// Application acknowledgements of the messages of feeds, over MLLP.
    Acknowledgements(Box<Messages>),
}

/// A receiver of messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Messages {
    /// Name or number of the host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether it is spoken to by TLS; without, only on this machine.
    pub tls: bool,
    /// PEM files of the certificate that is shown to it, and of its key.
    pub certificate: Option<(PathBuf, PathBuf)>,
    /// MSH-3.
    pub sending_application: String,
    /// MSH-4.
    pub sending_facility: String,
    /// MSH-5.
    pub receiving_application: String,
    /// MSH-6.
    pub receiving_facility: String,
    /// MSH-11.
    pub processing_id: String,
    /// Whether the report as it was laid out goes with it.
    pub documents: bool,
}

/// A receiver of webhooks.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Where to.
    pub url: String,
    /// How much it is told: `id-only` or `full-resource`.
    pub content: Content,
    pub(crate) signer: Signer,
}

/// The destinations of a directory, and what is wrong with them.
pub type Destinations = (Vec<Destination>, Vec<Problem>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: String,
    #[serde(default)]
    destination: Vec<Table>,
}

/// Reads every `*.toml` of a directory in the order of names. With a problem that is an error
/// nothing may be sent.
///
/// # Errors
/// When the directory cannot be read.
pub fn destinations(directory: &Path) -> std::io::Result<Destinations> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    let (mut found, mut problems): Destinations = (Vec::new(), Vec::new());
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path)?;
        read(&text, &name, directory, &mut found, &mut problems);
    }
    Ok((found, problems))
}

/// Reads one file; paths in it are taken from its directory.
fn read(
    text: &str,
    name: &str,
    directory: &Path,
    found: &mut Vec<Destination>,
    problems: &mut Vec<Problem>,
) {
    if text.len() > DESTINATIONS_BYTES_MAX {
        let words = format!("the file has more than {DESTINATIONS_BYTES_MAX} bytes");
        problems.push(Problem::error("too-long", name, words));
        return;
    }
    let file: File = match toml::from_str(text) {
        Ok(file) => file,
        Err(error) => {
            let before = error.span().and_then(|span| text.get(..span.start));
            let line = before.map_or(1, |before| before.matches('\n').count() + 1);
            let place = format!("{name} line {line}");
            problems.push(Problem::error("bad-destination", place, error.message()));
            return;
        }
    };
    for (number, table) in file.destination.into_iter().enumerate() {
        let place = format!("{name} destination[{number}]");
        if found.iter().any(|known| known.id == table.id) {
            let words = format!("the destination `{}` stands twice", table.id);
            problems.push(Problem::error("destination-twice", &place, words));
        }
        found.extend(table.destination(&file.version, &place, directory, problems));
    }
}

#[cfg(test)]
mod tests;
