//! The other end: starting the process, waiting for it, and ending it.

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
}

impl Reader {
    /// Starts this program with these arguments; what is asked follows them.
    pub fn new(program: impl Into<PathBuf>, arguments: &[&str]) -> Self {
        Self {
            program: program.into(),
            arguments: arguments.iter().map(OsString::from).collect(),
            wait: Duration::from_secs(WALL_SECONDS_MAX),
        }
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
        if !reading.proposals.is_empty() {
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

    fn ask(&self, task: Task, bytes: &[u8]) -> Result<Answer, ReadFailure> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        match task {
            Task::Read => &mut command,
            Task::Second => command.arg("--second"),
            Task::Picture(page) => command.arg("--page").arg(page.to_string()),
        };
        command.env_clear().current_dir("/");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(ReadFailure::NotStarted)?;
        let answer = self.exchange(&mut child, bytes);
        // Whatever came of it, nothing is left running.
        let _ = child.kill();
        let _ = child.wait();
        match serde_json::from_slice(&answer?) {
            Ok(Answer::Refused { word, text }) => Err(ReadFailure::Refused { word, text }),
            Ok(answer) => Ok(answer),
            Err(_) => Err(ReadFailure::Ended),
        }
    }

    fn exchange(&self, child: &mut Child, bytes: &[u8]) -> Result<Vec<u8>, ReadFailure> {
        let until = Instant::now() + self.wait;
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
            let limit = ANSWER_BYTES_MAX as u64 + 1;
            let read = output.map(|output| output.take(limit).read_to_end(&mut answer));
            let _ = sender.send((answer, matches!(read, Some(Ok(_)))));
        });
        match receiver.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Err(_) => Err(ReadFailure::TooLong),
            Ok((answer, _)) if answer.len() > ANSWER_BYTES_MAX => Err(ReadFailure::TooMuch),
            Ok((answer, true)) => ended(child, until).map(|()| answer),
            Ok(_) => Err(ReadFailure::Ended),
        }
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
