//! The audit log: append-only segment files of their own, one for each process, chained by a
//! keyed hash, durable before anything is returned. A rolled-back transaction erases no event.
//!
//! Each segment is a Merkle tree, too, whose root is signed each second and kept off the store, so
//! that not even who has the store and its keys can make another past.
//!
//! An event holds ids, a query digest and a decision (IHE BALP); never a name or a value.

mod chain;
mod checkpoint;
mod event;
mod extent;
mod index;
mod line;
mod merkle;
mod proof;
mod retention;
mod review;
mod signing;
mod verify;
mod waiting;

pub(crate) use chain::segments as segment_paths;
pub use checkpoint::{BadVerifier, CheckpointKey, Verifier};
pub use event::{AuditEvent, AuditPage, AuditQuery, Disclosure, reads_audit};
pub(crate) use extent::{Extent, extent};
pub use proof::{
    AuditProof, SegmentProof, check_audit_proof, prove_audit_log, unsigned_audit_segments,
};
pub use retention::{AUDIT_YEARS_MIN, AuditRetention, AuditThinned};
pub(crate) use review::{EXPORTS, READS, is_looked_at};
pub use review::{ReviewFacts, ReviewFinding, ReviewRules, review_audit};
pub(crate) use verify::verify;
pub use verify::{AuditTail, AuditVerification, verifiers, verify_audit_log};

use crate::key::Keys;
use crate::{Access, Action, Failure, Scope};
use aws_lc_rs::rand;
use chain::{Pin, latest_pins};
use line::SALT_BYTES;
use merkle::Tree;
use model::Timestamp;
use serde::{Deserialize, Serialize};
use signing::{Reached, Signing};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use waiting::Waiting;

/// File name ending of a segment.
pub(crate) const SEGMENT_ENDING: &str = "log";
/// Patients one event names; more become several events.
const PATIENTS_PER_EVENT: usize = 500;

/// How long whoever syncs waits for others at most.
const GATHERING_MAX: Duration = Duration::from_micros(250);

/// What is written down.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Event {
    /// Number in the segment, from 1.
    pub(crate) number: u64,
    /// When, RFC 3339.
    pub(crate) time: String,
    /// Whose data.
    pub(crate) tenant: String,
    /// Who.
    pub(crate) actor: String,
    /// Through which application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) application: Option<String>,
    /// In which role.
    pub(crate) role: String,
    /// For what.
    pub(crate) purpose: String,
    /// What.
    pub(crate) action: String,
    /// `permitted` or `denied`.
    pub(crate) decision: String,
    /// Whether the access was narrowed to patients.
    pub(crate) narrowed: bool,
    /// Patients whose data was touched.
    pub(crate) patients: Vec<String>,
    /// What was touched: `Observation/123/_history/2`, a raw id, a review id.
    pub(crate) entities: Vec<String>,
    /// SHA-256 of the query, if there was one.
    pub(crate) query: Option<String>,
    /// To whom it was disclosed, if that has to be accounted for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) disclosure: Option<Disclosure>,
    /// Last lines of other segments, seen when this one was begun.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) pins: Vec<Pin>,
}

/// What an action touched.
#[derive(Debug, Default, Clone)]
pub(crate) struct Touched {
    /// Patients.
    pub(crate) patients: Vec<String>,
    /// Resources, messages, reviews, by id.
    pub(crate) entities: Vec<String>,
    /// SHA-256 of the query.
    pub(crate) query: Option<String>,
    /// To whom it was disclosed, if that has to be accounted for.
    pub(crate) disclosure: Option<Disclosure>,
}

impl Touched {
    /// Adds a patient once.
    pub(crate) fn patient(&mut self, patient: &str) {
        if !patient.is_empty() && !self.patients.iter().any(|known| known == patient) {
            self.patients.push(patient.to_owned());
        }
    }
}

#[derive(Default)]
struct State {
    file: Option<Arc<File>>,
    number: u64,
    previous: String,
    buffer: Vec<u8>,
    /// Number of the last line that is durable.
    durable: u64,
    flushing: bool,
    /// Who waits for events of theirs, besides whoever syncs.
    waiting: Vec<Waiting>,
    /// Whoever syncs next, and waits for others to note something, too.
    gathering: Option<Waiting>,
    /// Events that became durable together the last time.
    together: u64,
    broken: bool,
    /// Counts the segments of this process; a full disk begins a new one.
    segment: u32,
    /// File name of the segment, once it is begun.
    name: String,
    /// The tree over all lines.
    tree: Tree,
    /// The tree over the lines that are durable.
    durable_tree: Tree,
    /// Lines that the last checkpoint covers.
    signed: u64,
    /// Segments that ended, and have lines that no checkpoint covers.
    ended: Vec<Reached>,
    /// Why the last checkpoint was not written.
    checkpoint_failure: Option<String>,
    is_closing: bool,
}

impl State {
    fn unsigned(&self) -> u64 {
        self.durable_tree.size().saturating_sub(self.signed)
    }

    /// Whether a checkpoint is not to be waited for any longer.
    fn is_due(&self) -> bool {
        let is_much = self.unsigned() >= signing::EVENTS_MAX || !self.ended.is_empty();
        self.is_closing || (is_much && self.checkpoint_failure.is_none())
    }

    /// What no checkpoint covers yet.
    fn take_unsigned(&mut self) -> Vec<Reached> {
        let mut reached = std::mem::take(&mut self.ended);
        if self.unsigned() > 0 {
            reached.push((self.name.clone(), self.durable_tree.clone()));
        }
        reached
    }

    /// Notes that checkpoints were written, or why not.
    fn signed(&mut self, reached: Vec<Reached>, failure: Option<String>) {
        for (name, tree) in reached {
            match (&failure, name == self.name) {
                (None, true) => self.signed = tree.size(),
                (Some(_), false) => self.ended.push((name, tree)),
                (None, false) | (Some(_), true) => {}
            }
        }
        self.checkpoint_failure = failure;
    }

    /// Begins another segment: this one cannot be written to.
    fn end_segment(&mut self) {
        let reached = self.take_unsigned();
        *self = Self {
            segment: self.segment + 1,
            ended: reached,
            checkpoint_failure: self.checkpoint_failure.take(),
            is_closing: self.is_closing,
            ..Self::default()
        };
    }
}

/// Where an event stands in the log of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Which segment of the process.
    pub(crate) segment: u32,
    /// Number of the line in it.
    pub(crate) number: u64,
}

/// The audit log of this process.
pub(crate) struct Audit {
    directory: PathBuf,
    segment: String,
    keys: Arc<Keys>,
    shared: Arc<Shared>,
    signing: Mutex<Option<JoinHandle<()>>>,
    /// Made when it is asked for the first time.
    index: Mutex<Option<index::Index>>,
    /// Notes nothing, to see what noting costs.
    #[cfg(feature = "measure-without-audit")]
    pub(crate) is_silent: std::sync::atomic::AtomicBool,
}

/// What the callers and the writer of checkpoints share.
#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// A checkpoint is due.
    due: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The last checkpoint covers everything.
impl Drop for Audit {
    fn drop(&mut self) {
        self.lock().is_closing = true;
        self.shared.due.notify_all();
        let signing = self.signing.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = signing.take() {
            let _ = thread.join();
        }
    }
}

impl Audit {
    /// A log in `directory`; the segment file is begun by the first event.
    pub(crate) fn new(directory: &Path, segment: String, keys: Arc<Keys>) -> Self {
        let directory = directory.join("audit");
        let shared = Arc::default();
        let (signing, index) = (Mutex::default(), Mutex::default());
        Self {
            directory,
            segment,
            keys,
            shared,
            signing,
            index,
            #[cfg(feature = "measure-without-audit")]
            is_silent: std::sync::atomic::AtomicBool::default(),
        }
    }

    /// Has checkpoints written to a directory, until the log is closed. Once only.
    pub(crate) fn sign_to(&self, directory: &Path, key: CheckpointKey) -> Result<(), Failure> {
        let mut signing = self.signing.lock().unwrap_or_else(PoisonError::into_inner);
        if signing.is_some() {
            return Err(Failure::Audit("checkpoints are written already".to_owned()));
        }
        *signing = Some(Signing::new(directory, key)?.start(Arc::clone(&self.shared))?);
        Ok(())
    }

    /// Why the last checkpoint was not written, if it was not.
    pub(crate) fn checkpoint_failure(&self) -> Option<String> {
        self.lock().checkpoint_failure.clone()
    }

    /// Writes an event and returns when it is durable.
    pub(crate) fn note(
        &self,
        now: Timestamp,
        access: &Access,
        action: Action,
        permitted: bool,
        touched: &Touched,
    ) -> Result<(), Failure> {
        self.await_durable(self.append_event(now, access, action, permitted, touched)?)
    }

    /// Puts an event into its place of the chain. It is durable only once it was waited for.
    pub(crate) fn append_event(
        &self,
        now: Timestamp,
        access: &Access,
        action: Action,
        permitted: bool,
        touched: &Touched,
    ) -> Result<Place, Failure> {
        let none: &[String] = &[];
        let mut chunks: Vec<&[String]> = touched.patients.chunks(PATIENTS_PER_EVENT).collect();
        if chunks.is_empty() {
            chunks.push(none);
        }
        let mut state = self.lock();
        #[cfg(feature = "measure-without-audit")]
        if self.is_silent.load(std::sync::atomic::Ordering::Relaxed) {
            return Ok(Place { segment: state.segment, number: state.durable });
        }
        for patients in chunks {
            let event = Event {
                number: 0,
                time: now.to_string(),
                tenant: access.tenant().as_str().to_owned(),
                actor: access.actor().to_owned(),
                application: access.application().map(str::to_owned),
                role: access.role().word().to_owned(),
                purpose: access.purpose().word().to_owned(),
                action: action.word().to_owned(),
                decision: if permitted { "permitted" } else { "denied" }.to_owned(),
                narrowed: matches!(access.scope(), Scope::Patients(_)),
                patients: patients.to_vec(),
                entities: touched.entities.clone(),
                query: touched.query.clone(),
                disclosure: touched.disclosure.clone(),
                pins: Vec::new(),
            };
            self.append(&mut state, event)?;
        }
        Ok(Place { segment: state.segment, number: state.number })
    }

    /// Waits until an event and all before it are durable.
    pub(crate) fn await_durable(&self, place: Place) -> Result<(), Failure> {
        self.make_durable(self.lock(), place)
    }

    /// Whether events can still be written.
    pub(crate) fn is_writable(&self) -> bool {
        !self.lock().broken
    }

    /// The directory of the segments.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.lock()
    }

    fn append(&self, state: &mut State, mut event: Event) -> Result<(), Failure> {
        if state.broken {
            return Err(Failure::Audit("writing has ended after an error".to_owned()));
        }
        if state.file.is_none() {
            event.pins = latest_pins(&self.directory).map_err(|e| Failure::Audit(e.to_string()))?;
            let (name, begun) =
                self.begin(state.segment).map_err(|e| Failure::Audit(e.to_string()))?;
            (state.name, state.file) = (name, Some(Arc::new(begun)));
        }
        event.number = state.number + 1;
        let failed = |error: serde_json::Error| Failure::Audit(error.to_string());
        let event = serde_json::to_string(&event).map_err(failed)?;
        let mut salt = [0; SALT_BYTES];
        rand::fill(&mut salt).map_err(|_| Failure::Audit("no random numbers".to_owned()))?;
        let State { buffer, previous, .. } = state;
        let (digest, hash) = line::write(buffer, &self.keys, salt, previous, &event);
        state.tree.add(&digest);
        state.previous = hash;
        state.number += 1;
        Ok(())
    }

    fn begin(&self, segment: u32) -> std::io::Result<(String, File)> {
        std::fs::create_dir_all(&self.directory)?;
        let name = match segment {
            0 => format!("{}.{SEGMENT_ENDING}", self.segment),
            more => format!("{}-{more}.{SEGMENT_ENDING}", self.segment),
        };
        let path = self.directory.join(&name);
        let file = OpenOptions::new().create_new(true).append(true).mode(0o600).open(path)?;
        File::open(&self.directory)?.sync_all()?;
        Ok((name, file))
    }

    /// Waits for as many events as there were the time before: a sync costs the same for one as for
    /// many, and who asks one thing after another comes again. Whoever notes alone does not wait.
    fn gather<'a>(&'a self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let (begun, wanted) = (Instant::now(), state.durable + state.together);
        while state.number < wanted
            && let Some(left) = GATHERING_MAX.checked_sub(begun.elapsed())
        {
            state.gathering = Some(Waiting { number: wanted, thread: std::thread::current() });
            drop(state);
            std::thread::park_timeout(left);
            state = self.lock();
        }
        state.gathering = None;
        state.together = state.number - state.durable;
        state
    }

    /// The first caller writes and syncs for all that wait; the others wait for it.
    fn make_durable<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        place: Place,
    ) -> Result<(), Failure> {
        let failed = || Err(Failure::Audit("the audit log cannot be written".to_owned()));
        let Place { segment, number } = place;
        loop {
            if state.broken || state.segment != segment {
                return failed();
            }
            if state.durable >= number {
                return Ok(());
            }
            if state.flushing {
                state.waiting.push(Waiting { number, thread: std::thread::current() });
                let gathered = state.take_gathered();
                drop(state);
                if let Some(syncs) = gathered {
                    syncs.thread.unpark();
                }
                // It may return for no reason: the state says.
                std::thread::park();
                state = self.lock();
                continue;
            }
            state.flushing = true;
            state = self.gather(state);
            let bytes = std::mem::take(&mut state.buffer);
            let (file, last, tree) = (state.file.clone(), state.number, state.tree.clone());
            drop(state);
            let done = file.map_or(Flush::NotWritten, |file| flush(&file, &bytes));
            state = self.lock();
            let waiting = std::mem::take(&mut state.waiting);
            let are_durable = matches!(done, Flush::Durable);
            match done {
                Flush::Durable => (state.durable, state.durable_tree) = (last, tree),
                // What was written may have gone for good: nothing is promised any more.
                Flush::NotSynced => state.broken = true,
                // A full disk: a new segment is begun, and works once there is room.
                Flush::NotWritten => state.end_segment(),
            }
            state.flushing = false;
            if state.is_due() {
                self.shared.due.notify_all();
            }
            let waiting = state.take_done(waiting, are_durable);
            drop(state);
            for one in waiting {
                one.thread.unpark();
            }
            state = self.lock();
        }
    }
}

/// How far the bytes of a flush came.
enum Flush {
    Durable,
    NotSynced,
    NotWritten,
}

fn flush(mut file: &File, bytes: &[u8]) -> Flush {
    match file.write_all(bytes).map(|()| file.sync_data()) {
        Ok(Ok(())) => Flush::Durable,
        Ok(Err(_)) => Flush::NotSynced,
        Err(_) => Flush::NotWritten,
    }
}

#[cfg(test)]
impl Audit {
    /// Puts another file in the place of the segment.
    pub(crate) fn write_to(&self, file: File) {
        self.lock().file = Some(Arc::new(file));
    }
}
