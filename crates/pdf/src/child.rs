//! The process that reads one document and ends: its two ends.
//!
//! What interprets foreign pages may run out of stack, of memory or of time, and none of that can
//! be caught. So it happens in a process of its own, which takes its limits before the first byte
//! comes: processor time, memory, no core, no file and no socket, for it may open nothing. Whoever
//! asks waits for a bounded time and takes a bounded answer. The second engine has a process of its
//! own again, with the same limits: whatever it does, what the first one read is there.

mod ask;
mod confine;
mod read;
mod recognise;

pub use ask::{ANSWER_BYTES_MAX, ReadFailure, Reader, WALL_SECONDS_MAX};
pub use confine::{
    CPU_SECONDS_MAX, MEMORY_BYTES_MAX, RECOGNISER_CPU_SECONDS_MAX, Unconfined, confine,
};
pub use read::{InProcess, ReadDocuments};
pub use recognise::{
    DOCUMENT_SECONDS_MAX, NoRecogniser, PAGE_SECONDS_MAX, Recogniser, become_recogniser,
};

use crate::integrity::FILE_BYTES_MAX;
use crate::ocr::{Raster, RecognisedPage};
use crate::reading::Reading;
use serde::{Deserialize, Serialize};
use std::io::{Read, Write};
use tumor::gene::Genes;

/// Bytes of the words that were recognised in one document.
const RECOGNISED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// What the document may say.
    Read,
    /// The same with words that were recognised in it: that many bytes before the document.
    Again(usize),
    /// The text of its pages as the second engine reads it.
    Second,
    /// A page as a picture.
    Picture(u32),
    /// A page as dots.
    Raster(u32),
}

/// What comes back, as JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Answer {
    Reading(Box<Reading>),
    Texts(Vec<String>),
    Picture(String),
    Raster(Raster),
    Refused { word: String, text: String },
}

/// Reads a document, and writes what it came to.
///
/// # Errors
/// When the bytes do not come, or the answer cannot be given.
pub fn answer(
    task: Task,
    input: impl Read,
    mut output: impl Write,
    genes: &Genes,
) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    // One more than the gate lets pass, so that it is the gate that says so.
    let mut input = input.take((FILE_BYTES_MAX + RECOGNISED_BYTES_MAX) as u64 + 1);
    let recognised = match task {
        Task::Again(length) => recognised(&mut input, length)?,
        _ => Vec::new(),
    };
    input.take(FILE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes)?;
    let done = match task {
        Task::Read | Task::Again(_) => crate::read_with(&bytes, &recognised, genes)
            .map(|reading| Answer::Reading(Box::new(reading))),
        Task::Second => crate::second::texts(&bytes).map(Answer::Texts),
        Task::Picture(page) => crate::picture(&bytes, page).map(Answer::Picture),
        Task::Raster(page) => crate::raster(&bytes, page).map(Answer::Raster),
    };
    let answer = done.unwrap_or_else(|failure| Answer::Refused {
        word: failure.word().to_owned(),
        text: failure.to_string(),
    });
    serde_json::to_writer(&mut output, &answer)?;
    output.flush()
}

/// The words that stand before a document.
fn recognised(input: &mut impl Read, length: usize) -> std::io::Result<Vec<RecognisedPage>> {
    let mut bytes = Vec::new();
    input.take(length.min(RECOGNISED_BYTES_MAX) as u64).read_to_end(&mut bytes)?;
    Ok(serde_json::from_slice(&bytes)?)
}
