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
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use waiting::Waiting;

/// File name ending of a segment.
pub(crate) const SEGMENT_ENDING: &str = "log";
/// Patients one event names; more become several events.
const PATIENTS_PER_EVENT: usize = 500;

/// What is written down, as it is read.
#[derive(Debug, Deserialize)]
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
    #[serde(default)]
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
    #[serde(default)]
    pub(crate) disclosure: Option<Disclosure>,
    /// Last lines of other segments, seen when this one was begun.
    #[serde(default)]
    pub(crate) pins: Vec<Pin>,
}

/// An [`Event`] as it is written, but for its number and its pins.
#[derive(Clone, Copy, Serialize)]
struct Said<'a> {
    time: &'a str,
    tenant: &'a str,
    actor: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    application: Option<&'a str>,
    role: &'a str,
    purpose: &'a str,
    action: &'a str,
    decision: &'a str,
    narrowed: bool,
    patients: &'a [String],
    entities: &'a [String],
    query: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disclosure: Option<&'a Disclosure>,
}

/// An event that waits for its number.
struct New {
    /// A JSON object.
    said: String,
    /// Of the line, as digits.
    salt: String,
}

impl New {
    fn of(said: &Said<'_>) -> Result<Self, Failure> {
        let said = serde_json::to_string(said).map_err(|e| Failure::Audit(e.to_string()))?;
        let mut salt = [0; SALT_BYTES];
        rand::fill(&mut salt).map_err(|_| Failure::Audit("no random numbers".to_owned()))?;
        Ok(Self { said, salt: hex::encode(salt) })
    }

    /// The event as JSON: its number stands first, its pins last.
    fn numbered(&self, number: u64, pins: &[Pin]) -> Result<String, Failure> {
        let members = self.said.strip_prefix('{').unwrap_or_default();
        if pins.is_empty() {
            return Ok(format!("{{\"number\":{number},{members}"));
        }
        let pins = serde_json::to_string(pins).map_err(|e| Failure::Audit(e.to_string()))?;
        let members = members.strip_suffix('}').unwrap_or_default();
        Ok(format!("{{\"number\":{number},{members},\"pins\":{pins}}}"))
    }
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
    /// The thread that syncs for tasks has something to do.
    is_asked: bool,
    /// Events that became durable the last time, and those that waited by then.
    under_way: u64,
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
    /// Nobody asks for anything any more.
    is_over: bool,
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
            is_asked: self.is_asked,
            is_over: self.is_over,
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
    /// The thread that syncs for tasks, once there was one.
    syncing: Mutex<Option<JoinHandle<()>>>,
    /// Made when it is asked for the first time.
    index: Mutex<Option<index::Index>>,
    /// Notes nothing, to see what noting costs.
    #[cfg(feature = "measure-without-audit")]
    pub(crate) is_silent: std::sync::atomic::AtomicBool,
}

/// What the callers, the writer of checkpoints and who syncs for tasks share.
#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// Somebody waits who does not sync.
    asked: Condvar,
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
        let join = |thread: &mut Mutex<Option<JoinHandle<()>>>| {
            let thread = thread.get_mut().unwrap_or_else(PoisonError::into_inner);
            thread.take().map(JoinHandle::join)
        };
        self.shared.lock().is_over = true;
        self.shared.asked.notify_all();
        join(&mut self.syncing);
        self.shared.lock().is_closing = true;
        self.shared.due.notify_all();
        join(&mut self.signing);
    }
}

impl Audit {
    /// A log in `directory`; the segment file is begun by the first event.
    pub(crate) fn new(directory: &Path, segment: String, keys: Arc<Keys>) -> Self {
        let directory = directory.join("audit");
        let shared = Arc::default();
        let (signing, syncing, index) = (Mutex::default(), Mutex::default(), Mutex::default());
        Self {
            directory,
            segment,
            keys,
            shared,
            signing,
            syncing,
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
        let said = Said {
            time: &now.to_string(),
            tenant: access.tenant().as_str(),
            actor: access.actor(),
            application: access.application(),
            role: access.role().word(),
            purpose: access.purpose().word(),
            action: action.word(),
            decision: if permitted { "permitted" } else { "denied" },
            narrowed: matches!(access.scope(), Scope::Patients(_)),
            patients: none,
            entities: &touched.entities,
            query: touched.query.as_deref(),
            disclosure: touched.disclosure.as_ref(),
        };
        // All that can be done before anybody has to wait for it.
        let new = chunks.into_iter().map(|patients| New::of(&Said { patients, ..said }));
        let new: Vec<New> = new.collect::<Result<_, _>>()?;
        let mut state = self.lock();
        #[cfg(feature = "measure-without-audit")]
        if self.is_silent.load(std::sync::atomic::Ordering::Relaxed) {
            return Ok(Place { segment: state.segment, number: state.durable });
        }
        new.iter().try_for_each(|new| self.append(&mut state, new))?;
        Ok(Place { segment: state.segment, number: state.number })
    }

    /// Waits until an event and all before it are durable.
    pub(crate) fn await_durable(&self, place: Place) -> Result<(), Failure> {
        self.shared.make_durable(place)
    }

    /// As [`Audit::await_durable`], for a task, which is woken when that may be known.
    pub(crate) fn poll_durable(
        &self,
        place: Place,
        context: &Context<'_>,
    ) -> Poll<Result<(), Failure>> {
        if let Err(failure) = self.sync_for_tasks() {
            return Poll::Ready(Err(failure));
        }
        self.shared.poll_durable(place, context.waker())
    }

    /// Has everything made durable that was noted, and does not wait for it.
    pub(crate) fn make_durable_later(&self) {
        // Where no thread can be had, the next one who waits sees to it.
        if self.sync_for_tasks().is_ok() {
            self.shared.ask_for_all();
        }
    }

    fn sync_for_tasks(&self) -> Result<(), Failure> {
        let mut syncing = self.syncing.lock().unwrap_or_else(PoisonError::into_inner);
        if syncing.is_none() {
            *syncing = Some(self.shared.start_syncing()?);
        }
        Ok(())
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

    fn append(&self, state: &mut State, new: &New) -> Result<(), Failure> {
        if state.broken {
            return Err(Failure::Audit("writing has ended after an error".to_owned()));
        }
        let mut pins = Vec::new();
        if state.file.is_none() {
            pins = latest_pins(&self.directory).map_err(|e| Failure::Audit(e.to_string()))?;
            let (name, begun) =
                self.begin(state.segment).map_err(|e| Failure::Audit(e.to_string()))?;
            (state.name, state.file) = (name, Some(Arc::new(begun)));
        }
        let event = new.numbered(state.number + 1, &pins)?;
        let State { buffer, previous, .. } = state;
        let (digest, hash) = line::write(buffer, &self.keys, &new.salt, previous, &event);
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
}

#[cfg(test)]
impl Audit {
    /// Puts another file in the place of the segment.
    pub(crate) fn write_to(&self, file: File) {
        self.lock().file = Some(Arc::new(file));
    }
}
