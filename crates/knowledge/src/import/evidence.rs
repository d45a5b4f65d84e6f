//! From the files of knowledge bases of oncology to evidence tables.
//!
//! Each reader takes the bytes of one file and gives rows and problems; nothing is shipped, what
//! may be imported is between a site and the source's terms. A row that cannot be expressed is a
//! problem with its line, never a guess.

mod civic;
mod hotspots;
mod moalmanac;
mod oncokb;
mod sheet;

pub use civic::civic;
pub use hotspots::hotspots;
pub use moalmanac::moalmanac;
pub use oncokb::oncokb;

use crate::evidence::EvidenceTables;
use crate::import::IMPORT_BYTES_MAX;
use model::Problem;

/// A reader of one file: bytes, and the day of the file.
pub type EvidenceReader = fn(&[u8], &str) -> (EvidenceTables, Vec<Problem>);

/// A file that is not read at all.
fn refused(code: &str, text: impl Into<String>) -> (EvidenceTables, Vec<Problem>) {
    (EvidenceTables::default(), vec![Problem::error(code, "file", text)])
}

fn too_large(bytes: &[u8]) -> bool {
    bytes.len() > IMPORT_BYTES_MAX
}

/// The letters of a word in lower case: sources write `Sensitivity/Response`,
/// `SENSITIVITYRESPONSE` and `sensitivity_response`.
fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}
