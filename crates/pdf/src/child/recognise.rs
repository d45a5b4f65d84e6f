//! The program that recognises words in pictures: the operator's own, in a process with limits.
//!
//! It is started by this program, which takes the limits and then becomes it: processor time,
//! memory, no core, no file written, and a network of its own in which there is nothing. It is
//! handed dots, not the document, and answers a table of words, of a bounded length.

use super::ask::{ReadFailure, Reader, ended_in, started};
use super::{Answer, Task};
use crate::ocr::{PAGES_MAX, Raster, Recognised, RecognisedPage, words_of_table};
use crate::reading::Reading;
use model::Problem;
use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long one page may take, in seconds; the process's own limit comes before.
pub const PAGE_SECONDS_MAX: u64 = 40;
/// How long the pages of one document may take, in seconds.
pub const DOCUMENT_SECONDS_MAX: u64 = 300;
/// Largest table of words of one page, in bytes.
const TABLE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Bytes of a reason that are shown.
const REASON_BYTES_MAX: u64 = 500;
/// Variable of the surroundings that tells where a tesseract's data is.
const DATA_PLACE: &str = "TESSDATA_PREFIX";
/// A picture with nothing on it, for trying whether the program runs.
const BLANK_DOTS: usize = 64;

/// Recognises words in pages that have none, and in pictures beside words.
#[derive(Clone, Debug)]
pub struct Recogniser {
    program: PathBuf,
    stop: Arc<AtomicBool>,
}

/// Why words cannot be recognised on this machine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{program}` cannot recognise words here: {reason}")]
pub struct NoRecogniser {
    program: String,
    reason: String,
}

impl Recogniser {
    /// By this program, a tesseract; nothing more is begun once `stop` is true.
    pub fn new(program: impl Into<PathBuf>, stop: Arc<AtomicBool>) -> Self {
        Self { program: program.into(), stop }
    }

    /// Tries it with an empty page, within its limits.
    ///
    /// # Errors
    /// When it is not there, has no data for its language, or cannot be limited.
    pub fn check(&self, reader: &Reader) -> Result<(), NoRecogniser> {
        let fails =
            |reason: String| NoRecogniser { program: self.program.display().to_string(), reason };
        let mut picture = format!("P5\n{BLANK_DOTS} {BLANK_DOTS}\n255\n").into_bytes();
        picture.extend([u8::MAX; BLANK_DOTS * BLANK_DOTS]);
        let mut command = self.command(reader, 300);
        command.stderr(Stdio::piped());
        let mut child = started(command).map_err(|error| fails(error.to_string()))?;
        let told = child.stderr.take();
        let wait = Duration::from_secs(PAGE_SECONDS_MAX);
        let answer = ended_in(&mut child, &picture, wait, TABLE_BYTES_MAX);
        let mut reason = String::new();
        // The process has ended; what it told is there.
        let _ = told.map(|told| told.take(REASON_BYTES_MAX).read_to_string(&mut reason));
        let reason = reason.trim();
        let table = answer.map_err(|failure| {
            fails(if reason.is_empty() { failure.to_string() } else { reason.to_owned() })
        })?;
        words_of_table(&table, 1.0).map(drop).map_err(|no_table| fails(no_table.to_string()))
    }

    fn command(&self, reader: &Reader, dots_per_inch: u32) -> Command {
        let mut command = reader.command();
        command.arg("--recognise").arg(&self.program);
        command.arg("--dots-per-inch").arg(dots_per_inch.to_string());
        // Where its data is, if that is not where it looks.
        if let Some(place) = std::env::var_os(DATA_PLACE) {
            command.env(DATA_PLACE, place);
        }
        command
    }

    /// The words of a page.
    fn words(&self, reader: &Reader, raster: &Raster) -> Result<Vec<Recognised>, ReadFailure> {
        let picture = raster.picture().map_err(|_| ReadFailure::Ended)?;
        let mut child = started(self.command(reader, raster.dots_per_inch()))
            .map_err(ReadFailure::NotStarted)?;
        let wait = Duration::from_secs(PAGE_SECONDS_MAX);
        let table = ended_in(&mut child, &picture, wait, TABLE_BYTES_MAX)?;
        words_of_table(&table, raster.scale).map_err(|_| ReadFailure::Ended)
    }

    /// Reads a document again with the words of those of its pages that have none, or pictures.
    pub(super) fn read(
        &self,
        reader: &Reader,
        bytes: &[u8],
        first: Reading,
    ) -> Result<Reading, ReadFailure> {
        let until = Instant::now() + Duration::from_secs(DOCUMENT_SECONDS_MAX);
        let (mut pages, mut problems) = (Vec::new(), Vec::new());
        for (at, page) in first.pictured().into_iter().enumerate() {
            if self.stop.load(Ordering::Relaxed) {
                return Err(ReadFailure::Stopped);
            }
            let words = if at >= PAGES_MAX || Instant::now() >= until {
                Err("the document has more such pages than are recognised".to_owned())
            } else {
                let raster = reader.raster(bytes, page);
                match raster.and_then(|raster| self.words(reader, &raster)) {
                    Ok(words) => Ok(words),
                    Err(failure @ ReadFailure::NotStarted(_)) => return Err(failure),
                    Err(failure) => Err(failure.to_string()),
                }
            };
            match words {
                Ok(words) if words.is_empty() => {}
                Ok(words) => pages.push(RecognisedPage { page, words }),
                Err(reason) => {
                    let text = format!("no words of the page were recognised: {reason}");
                    problems.push(Problem::warning("not-recognised", format!("page {page}"), text));
                }
            }
        }
        let mut reading = if pages.is_empty() { first } else { reader.again(bytes, &pages)? };
        reading.problems.extend(problems);
        Ok(reading)
    }
}

impl Reader {
    fn raster(&self, bytes: &[u8], page: u32) -> Result<Raster, ReadFailure> {
        match self.ask(Task::Raster(page), bytes)? {
            Answer::Raster(raster) => Ok(raster),
            _ => Err(ReadFailure::Ended),
        }
    }

    fn again(&self, bytes: &[u8], pages: &[RecognisedPage]) -> Result<Reading, ReadFailure> {
        let mut input = serde_json::to_vec(pages).map_err(|_| ReadFailure::Ended)?;
        let length = input.len();
        input.extend_from_slice(bytes);
        match self.ask(Task::Again(length), &input)? {
            Answer::Reading(reading) => Ok(*reading),
            _ => Err(ReadFailure::Ended),
        }
    }
}

/// Takes the limits, and becomes the program; comes back only when that fails.
///
/// # Errors
/// Why the program is not running in place of this one.
pub fn become_recogniser(program: &Path, dots_per_inch: u32) -> std::io::Error {
    if let Err(unconfined) = super::confine::confine_recogniser() {
        return std::io::Error::other(unconfined);
    }
    let dots = dots_per_inch.to_string();
    // A single column of text of variable sizes: rows of tables stay together.
    let arguments = ["stdin", "stdout", "--dpi", &dots, "--psm", "4", "tsv"];
    exec(program, &arguments.map(OsStr::new))
}

#[cfg(unix)]
fn exec(program: &Path, arguments: &[&OsStr]) -> std::io::Error {
    use std::os::unix::process::CommandExt;
    // One thread: several would use the processor time of one page several times over.
    Command::new(program).args(arguments).env("OMP_THREAD_LIMIT", "1").exec()
}
