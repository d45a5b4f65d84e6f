//! A repository: sealed chunks named by a keyed hash of their content, and sealed snapshots that
//! say which chunks are which files.
//!
//! Objects of a repository, by name:
//! - `repository`: form, id, and a value that tells whether a master key is the right one;
//! - `chunks/ab/ab…`: a piece of a file, or a leaf: the names of up to 1,024 pieces in their order;
//! - `snapshots/TIME-ID`: a snapshot: its files with their leaves;
//! - `writing/TIME-ID`, `pruning/TIME-ID`: marks of who is at work.
//!
//! A snapshot becomes visible by the one object that is written last, when everything it names is
//! durable. Chunks are removed by [`Repository::prune`] only, never while anybody writes.

mod cut;
mod leaf;
mod mark;
mod prune;
mod read;
mod seal;
mod snapshot;
mod verify;
mod write;

pub use cut::Cutting;
pub use prune::{Keep, Pruned};
pub use snapshot::{AuditAt, FileEntry, ResourcesAt, SegmentAt, Snapshot, SnapshotId, Stamp};
pub use verify::Verified;
pub use write::{Sent, Writer};

use crate::limit::TRANSFERS;
use crate::{Destination, Failure};
use model::Timestamp;
use seal::{ChunkId, Keys, Kind};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use zeroize::Zeroizing;

/// The form of everything in a repository.
const FORM: u32 = 1;
const ABOUT: &str = "repository";
const SNAPSHOTS: &str = "snapshots/";

#[derive(Serialize, Deserialize)]
struct About {
    form: u32,
    id: String,
    /// Tells whether a key is the one of the repository.
    check: String,
}

/// Backups at one destination, under one master key. Clones share the destination.
#[derive(Clone)]
pub struct Repository {
    destination: Arc<dyn Destination>,
    id: String,
    keys: Arc<Keys>,
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Repository({}, {})", self.id, self.destination.place())
    }
}

impl Repository {
    /// Opens the repository of a destination. `secret` is the key that backups derive theirs from.
    /// [`Failure::NoRepository`] if there is none, [`Failure::KeyMismatch`] on another key.
    pub fn open(
        destination: Arc<dyn Destination>,
        secret: &Zeroizing<[u8; 32]>,
    ) -> Result<Self, Failure> {
        let place = destination.place();
        let bytes = destination.get(ABOUT)?;
        let bytes = bytes.ok_or_else(|| Failure::NoRepository { place: place.clone() })?;
        let about: About = serde_json::from_slice(&bytes).map_err(|_| {
            let text = "the description of the repository cannot be read".to_owned();
            Failure::Destination { place: place.clone(), text }
        })?;
        if about.form != FORM {
            return Err(Failure::Form { place, found: about.form });
        }
        let keys = Keys::derive(secret, &about.id)?;
        if !keys.is_checked_by(&about.check) {
            return Err(Failure::KeyMismatch { place });
        }
        Ok(Self { destination, id: about.id, keys: Arc::new(keys) })
    }

    /// The same, making a repository where there is none under an id of the caller's. A
    /// destination in which there is anything else is refused.
    pub fn open_or_create(
        destination: Arc<dyn Destination>,
        secret: &Zeroizing<[u8; 32]>,
        new_id: &str,
    ) -> Result<Self, Failure> {
        match Self::open(Arc::clone(&destination), secret) {
            Err(Failure::NoRepository { place }) => {
                if !destination.list(SNAPSHOTS)?.is_empty() {
                    let text = "there are snapshots, and no description of their repository";
                    return Err(Failure::Destination { place, text: text.to_owned() });
                }
                let keys = Keys::derive(secret, new_id)?;
                let about = About { form: FORM, id: new_id.to_owned(), check: keys.check() };
                let text = serde_json::to_vec_pretty(&about).map_err(|_| Failure::Sealing)?;
                destination.put(ABOUT, &text)?;
                destination.settle()?;
                // Of two who made one at the same time, the later one's stands.
                Self::open(destination, secret)
            }
            other => other,
        }
    }

    /// Where it is, for people.
    pub fn place(&self) -> String {
        self.destination.place()
    }

    /// The snapshots, the earliest first.
    pub fn list(&self) -> Result<Vec<SnapshotId>, Failure> {
        let objects = self.destination.list(SNAPSHOTS)?;
        let ids = objects
            .iter()
            .filter_map(|object| object.name.strip_prefix(SNAPSHOTS).and_then(SnapshotId::parse));
        let mut ids: Vec<SnapshotId> = ids.collect();
        ids.sort();
        Ok(ids)
    }

    /// The snapshot of an id or of the beginning of one, where that is enough.
    pub fn find(&self, text: &str) -> Result<SnapshotId, Failure> {
        let mut found = self.list()?.into_iter().filter(|id| id.is_meant_by(text));
        match (found.next(), found.next()) {
            (Some(id), None) if !text.is_empty() => Ok(id),
            _ => Err(Failure::NotFound(text.to_owned())),
        }
    }

    /// The newest snapshot that is not later than a time; of all, if no time is given.
    pub fn latest(&self, not_after: Option<Timestamp>) -> Result<Option<SnapshotId>, Failure> {
        let all = self.list()?.into_iter().rev();
        Ok(all.into_iter().find(|id| not_after.is_none_or(|time| id.time() <= time)))
    }

    /// Reads the description of a snapshot.
    pub fn snapshot(&self, id: &SnapshotId) -> Result<Snapshot, Failure> {
        let wrong = |wrong| Failure::Snapshot { snapshot: id.to_string(), wrong };
        let sealed = self.destination.get(&format!("{SNAPSHOTS}{id}"))?;
        let sealed = sealed.ok_or_else(|| wrong(crate::Wrong::Missing))?;
        let bytes = self.keys.open(&[&self.id, "snapshot", &id.to_string()], &sealed);
        let bytes = bytes.ok_or_else(|| wrong(crate::Wrong::Altered))?;
        let form: snapshot::Form =
            serde_json::from_slice(&bytes).map_err(|_| wrong(crate::Wrong::Altered))?;
        if form.form != FORM {
            return Err(Failure::Form { place: format!("{SNAPSHOTS}{id}"), found: form.form });
        }
        serde_json::from_slice(&bytes).map_err(|_| wrong(crate::Wrong::Altered))
    }

    /// Makes a snapshot visible. Everything it names is durable before.
    fn publish(&self, snapshot: &Snapshot) -> Result<(), Failure> {
        self.destination.settle()?;
        let id = snapshot.id();
        let bytes = serde_json::to_vec(snapshot).map_err(|_| Failure::Sealing)?;
        let sealed = self.keys.seal(&[&self.id, "snapshot", &id.to_string()], &bytes)?;
        self.destination.put(&format!("{SNAPSHOTS}{id}"), &sealed)?;
        self.destination.settle()
    }

    fn sealed_chunk(&self, kind: Kind, id: &ChunkId, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        self.keys.seal(&[&self.id, kind.word(), &id.name()], bytes)
    }

    /// Reads a chunk and checks that it is what its name says.
    fn chunk(&self, file: &str, kind: Kind, id: &ChunkId) -> Result<Vec<u8>, Failure> {
        let name = id.name();
        let wrong = |wrong| Failure::Damaged { file: file.to_owned(), chunk: name.clone(), wrong };
        let sealed = self.destination.get(&id.object())?;
        let sealed = sealed.ok_or_else(|| wrong(crate::Wrong::Missing))?;
        let bytes = self.keys.open(&[&self.id, kind.word(), &name], &sealed);
        let bytes = bytes.ok_or_else(|| wrong(crate::Wrong::Altered))?;
        if self.keys.chunk(kind, &bytes) == *id {
            Ok(bytes)
        } else {
            Err(wrong(crate::Wrong::Altered))
        }
    }

    /// Does work for each of some things, a few at a time; results in the order of the things.
    fn in_parallel<T: Sync, R: Send>(
        things: &[T],
        work: impl Fn(&T) -> Result<R, Failure> + Sync,
    ) -> Result<Vec<R>, Failure> {
        if things.len() < 2 {
            return things.iter().map(work).collect();
        }
        let share = things.len().div_ceil(TRANSFERS);
        let done = std::thread::scope(|scope| {
            let threads: Vec<_> = things
                .chunks(share)
                .map(|some| {
                    let work = &work;
                    scope.spawn(move || some.iter().map(work).collect::<Result<Vec<R>, _>>())
                })
                .collect();
            threads.into_iter().map(std::thread::ScopedJoinHandle::join).collect::<Vec<_>>()
        });
        let mut all = Vec::with_capacity(things.len());
        for one in done {
            all.extend(one.map_err(|_| Failure::Sealing)??);
        }
        Ok(all)
    }
}

#[cfg(test)]
pub(crate) mod tests;
