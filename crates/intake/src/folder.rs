//! A watched folder: what a sender puts into `inbox` is taken in, and is then in `done` or, with a
//! `.problem` file beside it that says why, in `failed`.
//!
//! A sender writes under a name that begins with a dot or ends with `.tmp` or `.part`, and renames
//! when the file is whole; a file is taken only when it has not changed since it was last looked
//! at. Before anything is made of a file it is moved to `work`, so that what a crash interrupted is
//! known as such: whatever can be repeated without doing anything twice is repeated, and the rest
//! goes to `failed` for a person to decide. Nothing leaves `work` before the archive is durable.

mod about;
mod place;

use crate::failure::Failure;
use crate::feed::{Feed, Feeds};
use crate::file::{FileContent, FileSettings, Filed, ingest};
use crate::ndjson::{Digest, import};
use crate::receive::{feed_access, quarantine_file};
use crate::variants::{Tools, ingest_variants};
use about::About;
use genomics::reference::References;
use knowledge::Pack;
use model::Problem;
use place::{Entry, Places};
use record::{Access, RawState, Record};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Files that one pass takes at most: the folder is looked at again, and the server can stop,
/// between them.
pub const FILES_PER_PASS_MAX: usize = 64;
/// Pause between passes, in milliseconds.
const PASS_MILLISECONDS: u64 = 1_000;
/// Pause after a failure of the store, in milliseconds.
const FAILED_MILLISECONDS: u64 = 5_000;
/// Bytes by which a file is known for what it is.
const HEAD_BYTES: u64 = 64 * 1024;
/// Bytes of a file that nothing can be made of that are kept in the archive.
const KEPT_BYTES_MAX: u64 = 1024 * 1024;

/// What one pass came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// Files that are in `done` now.
    pub done: usize,
    /// Files that are in `failed` now.
    pub failed: usize,
    /// Files that stay for the next pass: they are changing, or one too many.
    pub waiting: usize,
}

/// What becomes of a file.
enum Fate {
    /// Taken in; what there is to say of it.
    Done(Option<Said>),
    /// Not taken in, and will not be by trying again.
    Failed(Said),
}

/// What is written beside a file.
struct Said {
    text: String,
    problems: Vec<Problem>,
}

/// One folder.
#[derive(Debug)]
pub struct Folder {
    record: Record,
    pack: Arc<Pack>,
    references: References,
    feed: Feed,
    /// Where the feed's profile is looked up before each pass; as it was opened if it is not there.
    feeds: Feeds,
    access: Access,
    places: Places,
    /// Length and time of change of what was in `inbox` at the last pass.
    seen: BTreeMap<String, Entry>,
}

impl Folder {
    /// Makes the folder's parts where they are not there.
    ///
    /// # Errors
    /// When that cannot be done.
    pub fn open(
        record: Record,
        pack: Arc<Pack>,
        references: References,
        feed: Feed,
        directory: &Path,
    ) -> io::Result<Self> {
        let places = Places::make(directory)?;
        let access = feed_access(&feed);
        let (feeds, seen) = (Feeds::default(), BTreeMap::new());
        Ok(Self { record, pack, references, feed, feeds, access, places, seen })
    }

    /// The same, with a profile that may become another one.
    #[must_use]
    pub fn following(self, feeds: Feeds) -> Self {
        Self { feeds, ..self }
    }

    /// The same beside something that reads documents: see [`Feed::waits_for_documents`].
    #[must_use]
    pub fn waiting_for_documents(mut self) -> Self {
        self.feed.waits_for_documents = true;
        self
    }

    /// Takes in what comes until `stop` answers true.
    pub fn follow(&mut self, stop: &dyn Fn() -> bool) {
        while !stop() {
            let pause = match self.pass(stop) {
                Ok(_) => PASS_MILLISECONDS,
                Err(error) => {
                    tracing::error!(%error, feed = self.feed.id, "a folder will be tried again");
                    FAILED_MILLISECONDS
                }
            };
            let step = Duration::from_millis(100);
            let mut left = Duration::from_millis(pause);
            while !stop() && !left.is_zero() {
                std::thread::sleep(step.min(left));
                left = left.saturating_sub(step);
            }
        }
    }

    /// Looks once: what a crash left in `work` first, then what is whole in `inbox`.
    ///
    /// # Errors
    /// When the store or the folder fails; files stay where they are.
    pub fn pass(&mut self, stop: &dyn Fn() -> bool) -> Result<Passed, Failure> {
        let mut passed = Passed::default();
        if let Some(feed) = self.feeds.get(&self.feed.id) {
            let waits_for_documents = self.feed.waits_for_documents;
            self.feed = Feed { waits_for_documents, ..Feed::clone(&feed) };
        }
        for name in self.places.in_work()? {
            self.settle(&name, true, &mut passed)?;
        }
        let entries = self.places.in_inbox()?;
        let seen = std::mem::take(&mut self.seen);
        for (name, entry) in entries {
            let is_whole = seen.get(&name) == Some(&entry);
            if !is_whole || passed.done + passed.failed >= FILES_PER_PASS_MAX || stop() {
                passed.waiting += 1;
                self.seen.insert(name, entry);
                continue;
            }
            self.places.take(&name)?;
            self.settle(&name, false, &mut passed)?;
        }
        Ok(passed)
    }

    /// Makes something of a file in `work`, and moves it on.
    fn settle(&self, name: &str, is_interrupted: bool, passed: &mut Passed) -> Result<(), Failure> {
        match self.fate(name, is_interrupted)? {
            Fate::Done(said) => {
                passed.done += 1;
                self.places.done(name, said.as_ref().map(|said| self.words(said)).as_deref())?;
            }
            Fate::Failed(said) => {
                passed.failed += 1;
                tracing::warn!(feed = self.feed.id, "a file of a folder was not taken in");
                self.places.failed(name, &self.words(&said))?;
            }
        }
        Ok(())
    }

    /// A line for each thing there is to say.
    fn words(&self, said: &Said) -> String {
        let mut lines = vec![format!("{} (feed {})", said.text, self.feed.id)];
        lines.extend(said.problems.iter().map(ToString::to_string));
        lines.push(String::new());
        lines.join("\n")
    }

    fn fate(&self, name: &str, is_interrupted: bool) -> Result<Fate, Failure> {
        if !self.places.is_plain_file(name)? {
            let text = "it is no plain file; links are not followed".to_owned();
            return Ok(Fate::Failed(Said { text, problems: Vec::new() }));
        }
        let settings = match self.settings(name) {
            Ok(settings) => settings,
            Err(problem) => {
                let text = "what stands beside the file cannot be read".to_owned();
                return Ok(Fate::Failed(Said { text, problems: vec![*problem] }));
            }
        };
        let mut file = File::open(self.places.work(name))?;
        let mut head = Vec::new();
        file.by_ref().take(HEAD_BYTES).read_to_end(&mut head)?;
        file.rewind()?;
        let filed = match FileContent::of(&head) {
            FileContent::Variants => {
                let tools = Tools { pack: &self.pack, references: &self.references };
                ingest_variants(&self.record, &self.access, tools, name, &mut file, &settings)
            }
            FileContent::Fhir if is_lines(&head) => self.lines(&mut file),
            FileContent::Unknown => return self.unknown(&mut file),
            content => {
                let mut bytes = Vec::new();
                let limit = u64::try_from(self.feed.bytes_max).unwrap_or(u64::MAX);
                file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
                if bytes.len() > self.feed.bytes_max {
                    let text = format!("it has more than {} bytes", self.feed.bytes_max);
                    return Ok(Fate::Failed(Said { text, problems: Vec::new() }));
                }
                if is_interrupted && content == FileContent::Fhir && makes_new(&bytes) {
                    let text = "taking it in was interrupted; whether it was filed is not known, \
                                and filing it again could file it twice"
                        .to_owned();
                    return Ok(Fate::Failed(Said { text, problems: Vec::new() }));
                }
                ingest(&self.record, &self.access, &self.pack, name, bytes, &settings)
            }
        };
        self.fate_of(filed)
    }

    fn fate_of(&self, filed: Result<Filed, Failure>) -> Result<Fate, Failure> {
        let filed = match filed {
            Ok(filed) => filed,
            Err(Failure::Refused(problems) | Failure::Quarantined { problems, .. }) => {
                let text = "it was refused".to_owned();
                return Ok(Fate::Failed(Said { text, problems }));
            }
            Err(failure @ (Failure::NotFound(_) | Failure::Precondition { .. })) => {
                let text = failure.to_string();
                return Ok(Fate::Failed(Said { text, problems: Vec::new() }));
            }
            Err(failure) => return Err(failure),
        };
        let Filed { raw, text, problems, done } = filed;
        let state = match &raw {
            Some(raw) => self.record.raw(&self.access, raw)?.map(|message| message.summary.state),
            None => None,
        };
        let is_on_list = state == Some(RawState::Unmatched);
        let said = Said { text, problems };
        Ok(match done || is_on_list {
            // What waits for a person is in the record's own list.
            true if said.problems.is_empty() && !is_on_list && !said.text.contains("before") => {
                Fate::Done(None)
            }
            true => Fate::Done(Some(said)),
            false => Fate::Failed(said),
        })
    }

    /// What stands beside the file of it, with the feed.
    fn settings(&self, name: &str) -> Result<FileSettings, Box<Problem>> {
        let about = About::beside(&self.places.about(name))?;
        about.settings(self.feed.clone())
    }

    /// Resources in bulk, which go on where an import was broken off.
    fn lines(&self, file: &mut File) -> Result<Filed, Failure> {
        let mut digest = Digest::default();
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            digest.update(buffer.get(..read).unwrap_or_default());
        }
        file.rewind()?;
        let done =
            import(&self.record, &self.access, &digest.finish(), BufReader::new(file), |_| {})?;
        let text = format!("{} resources filed, {} refused", done.filed, done.refused);
        Ok(Filed { raw: None, text, problems: done.problems, done: done.refused == 0 })
    }

    fn unknown(&self, file: &mut File) -> Result<Fate, Failure> {
        let mut bytes = Vec::new();
        file.take(KEPT_BYTES_MAX).read_to_end(&mut bytes)?;
        let text = "the file is neither VCF, HL7 v2, FHIR nor a laboratory's report";
        let problems = vec![Problem::error("unknown-content", "file", text)];
        quarantine_file(&self.record, &self.feed, "folder", bytes, problems.clone())?;
        Ok(Fate::Failed(Said { text: "it is in no format that is read".to_owned(), problems }))
    }
}

/// Whether FHIR JSON is one resource a line.
fn is_lines(head: &[u8]) -> bool {
    let first = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    serde_json::from_slice::<serde_json::Value>(first).is_ok_and(|value| {
        value.get("resourceType").is_some_and(|kind| kind.as_str() != Some("Bundle"))
    })
}

/// Whether filing a Bundle again would make something new: a POST without a condition.
fn makes_new(bytes: &[u8]) -> bool {
    let Ok(bundle) = serde_json::from_slice::<serde_json::Value>(bytes) else { return false };
    let entries = bundle.get("entry").and_then(serde_json::Value::as_array);
    entries.into_iter().flatten().any(|entry| {
        let request = |name: &str| {
            entry.get("request").and_then(|request| request.get(name)).and_then(|one| one.as_str())
        };
        request("method") == Some("POST") && request("ifNoneExist").is_none()
    })
}
