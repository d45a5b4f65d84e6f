//! Writing a snapshot: what the one before has is not sent again.

use super::Repository;
use super::cut::{Cutting, Pieces};
use super::leaf::{self, Piece};
use super::mark::{Mark, Work};
use super::seal::{ChunkId, Kind};
use super::snapshot::{FileEntry, Snapshot, Stamp};
use crate::limit::{BATCH_CHUNKS, LEAF_CHUNKS_MAX};
use crate::{Failure, Wrong};
use model::Timestamp;
use std::collections::HashSet;
use std::io::Read;

/// What was sent to the destination.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Chunks that were not there.
    pub chunks: u64,
    /// Their bytes, sealed.
    pub bytes: u64,
}

/// A snapshot that is being written. Nobody sees it before it is published; what was sent of one
/// that never is, is removed with old snapshots.
#[derive(Debug)]
pub struct Writer {
    repository: Repository,
    mark: Mark,
    previous: Option<Snapshot>,
    known: HashSet<ChunkId>,
    waiting: Vec<(ChunkId, Kind, Vec<u8>)>,
    sent: Sent,
}

impl Writer {
    /// Begins a snapshot on the latest one; `afresh` sends everything, whatever is there, which
    /// mends chunks that were damaged.
    pub fn begin(
        repository: &Repository,
        id: &str,
        now: Timestamp,
        afresh: bool,
    ) -> Result<Self, Failure> {
        let mark = Mark::set(repository, Work::Writing, id, now)?;
        let previous = match repository.latest(None)? {
            Some(latest) if !afresh => Some(repository.snapshot(&latest)?),
            _ => None,
        };
        Ok(Self {
            repository: repository.clone(),
            mark,
            previous,
            known: HashSet::new(),
            waiting: Vec::new(),
            sent: Sent::default(),
        })
    }

    /// The snapshot it is built on.
    pub fn previous(&self) -> Option<&Snapshot> {
        self.previous.as_ref()
    }

    /// Adds a file that is the same as in the snapshot before.
    pub fn keep(&mut self, into: &mut Snapshot, path: &str) -> Result<(), Failure> {
        let entry = self.previous.as_ref().and_then(|previous| previous.file(path)).cloned();
        let entry = entry.ok_or_else(|| Failure::Invalid {
            place: path.to_owned(),
            text: "is not in the snapshot before".to_owned(),
        })?;
        into.files.push(entry);
        Ok(())
    }

    /// Adds a file.
    pub fn file(
        &mut self,
        into: &mut Snapshot,
        path: &str,
        cutting: Cutting,
        from: impl Read,
        stamp: Option<Stamp>,
    ) -> Result<(), Failure> {
        self.remember(path)?;
        let mut pieces = Pieces::new(from, cutting);
        let (mut leaf, mut leaves, mut length) = (Vec::new(), Vec::new(), 0);
        let failed = |error: std::io::Error| Failure::File {
            place: path.to_owned(),
            text: error.to_string(),
        };
        while let Some(bytes) = pieces.next().map_err(failed)? {
            length += bytes.len() as u64;
            let size = u32::try_from(bytes.len()).map_err(|_| Failure::Sealing)?;
            leaf.push(Piece { id: self.put(Kind::Piece, bytes)?, bytes: size });
            if leaf.len() == LEAF_CHUNKS_MAX {
                leaves.push(self.put(Kind::Leaf, leaf::write(&leaf))?.name());
                leaf.clear();
            }
        }
        if !leaf.is_empty() {
            leaves.push(self.put(Kind::Leaf, leaf::write(&leaf))?.name());
        }
        into.files.push(FileEntry { path: path.to_owned(), bytes: length, leaves, stamp });
        Ok(())
    }

    /// Makes the snapshot visible, whole.
    pub fn publish(mut self, mut snapshot: Snapshot, now: Timestamp) -> Result<Sent, Failure> {
        self.send()?;
        snapshot.files.sort_by(|a, b| a.path.cmp(&b.path));
        snapshot.previous = self.previous.as_ref().map(|previous| previous.id().clone());
        snapshot.finished = now;
        self.mark.require(now)?;
        self.repository.publish(&snapshot)?;
        Ok(self.sent)
    }

    /// Ends without a snapshot; what was sent already.
    pub fn abandon(self) -> Sent {
        self.sent
    }

    /// What the snapshot before has of a file need not be sent.
    fn remember(&mut self, path: &str) -> Result<(), Failure> {
        let entry = self.previous.as_ref().and_then(|previous| previous.file(path));
        for name in entry.into_iter().flat_map(|entry| &entry.leaves) {
            let Some(id) = ChunkId::parse(name) else { continue };
            match self.repository.leaf(path, &id) {
                Ok(pieces) => {
                    self.known.insert(id);
                    self.known.extend(pieces.iter().map(|piece| piece.id));
                }
                // It is sent again.
                Err(Failure::Damaged { wrong: Wrong::Missing | Wrong::Altered, .. }) => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(())
    }

    fn put(&mut self, kind: Kind, bytes: Vec<u8>) -> Result<ChunkId, Failure> {
        let id = self.repository.keys.chunk(kind, &bytes);
        if self.known.insert(id) {
            self.waiting.push((id, kind, bytes));
            if self.waiting.len() >= BATCH_CHUNKS {
                self.send()?;
            }
        }
        Ok(id)
    }

    fn send(&mut self) -> Result<(), Failure> {
        let waiting = std::mem::take(&mut self.waiting);
        let repository = &self.repository;
        let sent = Repository::in_parallel(&waiting, |(id, kind, bytes)| {
            let sealed = repository.sealed_chunk(*kind, id, bytes)?;
            repository.destination.put(&id.object(), &sealed)?;
            Ok(sealed.len() as u64)
        })?;
        self.sent.chunks += sent.len() as u64;
        self.sent.bytes += sent.iter().sum::<u64>();
        Ok(())
    }
}
