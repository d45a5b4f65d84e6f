//! The other end: starting the process, waiting for it, and ending it.

use super::recognise::Recogniser;
use super::{Answer, Task};
use crate::reading::Reading;
use crate::second;
use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// How long anybody waits for an answer, in seconds; the process's own limit comes before.
pub const WALL_SECONDS_MAX: u64 = 10;
/// Largest answer, in bytes: a page as a picture holds the pictures on it.
pub const ANSWER_BYTES_MAX: usize = 32 * 1024 * 1024;
/// How often it is looked whether a process has ended, in milliseconds.
const LOOK_MILLISECONDS: u64 = 2;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ReadFailure {
    /// Nothing was read from the document, for this reason.
    #[error("{text}")]
    Refused {
        /// A stable word for it: `damaged`, `encrypted`.
        word: String,
        /// What is wrong.
        text: String,
    },
    /// The process ended without an answer: it ran out of stack, memory or processor time.
    #[error("reading the document used more than it may, and was ended")]
    Ended,
    /// It did not end.
    #[error("reading the document took longer than {WALL_SECONDS_MAX} seconds, and was ended")]
    TooLong,
    /// It answers more than is taken.
    #[error("reading the document came to more than {ANSWER_BYTES_MAX} bytes")]
    TooMuch,
    /// The program that asks is ending; this is no fault of the document.
    #[error("reading the document was broken off, since the program ends")]
    Stopped,
    /// It cannot be started; this is no fault of the document.
    #[error("the process that reads documents cannot be started")]
    NotStarted(#[source] std::io::Error),
}

impl ReadFailure {
    /// A stable word for it.
    pub fn word(&self) -> &str {
        match self {
            Self::Refused { word, .. } => word,
            Self::Ended => "ended",
            Self::TooLong => "too-long",
            Self::TooMuch => "too-much",
            Self::Stopped => "stopped",
            Self::NotStarted(_) => "not-started",
        }
    }
}

/// Reads documents, each in a process of its own.
#[derive(Clone, Debug)]
pub struct Reader {
    program: PathBuf,
    arguments: Vec<OsString>,
    wait: Duration,
    recogniser: Option<Recogniser>,
}

impl Reader {
    /// Starts this program with these arguments; what is asked follows them.
    pub fn new(program: impl Into<PathBuf>, arguments: &[&str]) -> Self {
        Self {
            program: program.into(),
            arguments: arguments.iter().map(OsString::from).collect(),
            wait: Duration::from_secs(WALL_SECONDS_MAX),
            recogniser: None,
        }
    }

    /// The same, and words are recognised in the pages that have none.
    #[must_use]
    pub fn recognising(self, recogniser: Recogniser) -> Self {
        Self { recogniser: Some(recogniser), ..self }
    }

    /// The same, with less patience.
    #[must_use]
    pub fn waiting(self, wait: Duration) -> Self {
        Self { wait: wait.min(self.wait), ..self }
    }

    /// What a document may say.
    ///
    /// # Errors
    /// Why nothing is known of it.
    pub fn read(&self, bytes: &[u8]) -> Result<Reading, ReadFailure> {
        let mut reading = match self.ask(Task::Read, bytes)? {
            Answer::Reading(reading) => *reading,
            _ => return Err(ReadFailure::Ended),
        };
        if let Some(recogniser) =
            self.recogniser.as_ref().filter(|_| !reading.pictured().is_empty())
        {
            reading = recogniser.read(self, bytes, reading)?;
        }
        if reading.proposals.iter().any(|one| one.confidence.is_none()) {
            second::compare(&mut reading, self.second(bytes));
        }
        Ok(reading)
    }

    /// A page of a document as a picture (SVG).
    ///
    /// # Errors
    /// Why there is none.
    pub fn picture(&self, bytes: &[u8], page: u32) -> Result<String, ReadFailure> {
        match self.ask(Task::Picture(page), bytes)? {
            Answer::Picture(picture) => Ok(picture),
            _ => Err(ReadFailure::Ended),
        }
    }

    /// The text of the pages as the second engine reads it.
    fn second(&self, bytes: &[u8]) -> Result<Vec<String>, ReadFailure> {
        match self.ask(Task::Second, bytes)? {
            Answer::Texts(texts) => Ok(texts),
            _ => Err(ReadFailure::Ended),
        }
    }

    /// The program with its arguments, and with nothing of this one's surroundings.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).env_clear().current_dir("/").stderr(Stdio::null());
        command
    }

    pub(super) fn ask(&self, task: Task, bytes: &[u8]) -> Result<Answer, ReadFailure> {
        let mut command = self.command();
        match task {
            Task::Read => &mut command,
            Task::Again(length) => command.arg("--recognised").arg(length.to_string()),
            Task::Second => command.arg("--second"),
            Task::Picture(page) => command.arg("--page").arg(page.to_string()),
            Task::Raster(page) => command.arg("--raster").arg(page.to_string()),
        };
        let mut child = started(command).map_err(ReadFailure::NotStarted)?;
        let answer = ended_in(&mut child, bytes, self.wait, ANSWER_BYTES_MAX);
        match serde_json::from_slice(&answer?) {
            Ok(Answer::Refused { word, text }) => Err(ReadFailure::Refused { word, text }),
            Ok(answer) => Ok(answer),
            Err(_) => Err(ReadFailure::Ended),
        }
    }
}

/// Starts a process that is handed bytes and answers bytes.
pub(super) fn started(mut command: Command) -> std::io::Result<Child> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()
}

/// Hands a process its bytes, and takes its answer; whatever comes of it, nothing is left running.
pub(super) fn ended_in(
    child: &mut Child,
    bytes: &[u8],
    wait: Duration,
    bytes_max: usize,
) -> Result<Vec<u8>, ReadFailure> {
    let answer = exchange(child, bytes, wait, bytes_max);
    let _ = child.kill();
    let _ = child.wait();
    answer
}

fn exchange(
    child: &mut Child,
    bytes: &[u8],
    wait: Duration,
    bytes_max: usize,
) -> Result<Vec<u8>, ReadFailure> {
    let until = Instant::now() + wait;
    let (mut input, output) = (child.stdin.take(), child.stdout.take());
    let (sender, receiver) = mpsc::channel();
    let bytes = bytes.to_vec();
    // Both threads end with the process, which nobody waits for longer than it may take.
    std::thread::spawn(move || {
        // A process that ended reads no more; its end is seen below.
        let _ = input.as_mut().map(|input| input.write_all(&bytes));
    });
    std::thread::spawn(move || {
        let mut answer = Vec::new();
        let limit = bytes_max as u64 + 1;
        let read = output.map(|output| output.take(limit).read_to_end(&mut answer));
        let _ = sender.send((answer, matches!(read, Some(Ok(_)))));
    });
    match receiver.recv_timeout(until.saturating_duration_since(Instant::now())) {
        Err(_) => Err(ReadFailure::TooLong),
        Ok((answer, _)) if answer.len() > bytes_max => Err(ReadFailure::TooMuch),
        Ok((answer, true)) => ended(child, until).map(|()| answer),
        Ok(_) => Err(ReadFailure::Ended),
    }
}

/// Waits until a process has ended as it should.
fn ended(child: &mut Child, until: Instant) -> Result<(), ReadFailure> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(_)) | Err(_) => return Err(ReadFailure::Ended),
            Ok(None) if Instant::now() >= until => return Err(ReadFailure::TooLong),
            Ok(None) => std::thread::sleep(Duration::from_millis(LOOK_MILLISECONDS)),
        }
    }
}
