//! Checking that every snapshot can be read whole.

use super::Repository;
use super::seal::{ChunkId, Kind};
use super::snapshot::{FileEntry, SnapshotId};
use crate::Failure;
use crate::limit::{BATCH_CHUNKS, PROBLEMS_MAX};
use model::Problem;
use std::collections::HashMap;

/// What a verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Snapshots read.
    pub snapshots: u64,
    /// Files in them.
    pub files: u64,
    /// Chunks read, each once.
    pub chunks: u64,
    /// Bytes in those, opened.
    pub bytes: u64,
    /// What is wrong, by snapshot, file and chunk.
    pub problems: Vec<Problem>,
}

impl Verified {
    /// Whether everything can be read.
    pub fn is_whole(&self) -> bool {
        self.problems.is_empty()
    }

    fn problem(&mut self, code: &str, place: String, text: &str) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(Problem::error(code, place, text));
        }
    }
}

/// Chunks that were read, with their length; `None` for one that is not what was written.
type Read = HashMap<ChunkId, Option<u64>>;

impl Repository {
    /// Reads all chunks of some snapshots, or of all, and checks them. An unreachable destination
    /// is a failure; what is damaged or missing is a problem in the list.
    pub fn verify(&self, only: Option<&[SnapshotId]>) -> Result<Verified, Failure> {
        let all = self.list()?;
        let mut found = Verified::default();
        let mut read = Read::new();
        for id in only.unwrap_or(&all) {
            found.snapshots += 1;
            let snapshot = match self.snapshot(id) {
                Ok(snapshot) => snapshot,
                Err(failure @ (Failure::Snapshot { .. } | Failure::Form { .. })) => {
                    found.problem("snapshot", id.to_string(), &failure.to_string());
                    continue;
                }
                Err(failure) => return Err(failure),
            };
            for file in &snapshot.files {
                found.files += 1;
                self.verify_file(id, file, &mut read, &mut found)?;
            }
        }
        Ok(found)
    }

    fn verify_file(
        &self,
        id: &SnapshotId,
        file: &FileEntry,
        read: &mut Read,
        found: &mut Verified,
    ) -> Result<(), Failure> {
        let place = |chunk: &str| format!("{id}, `{}`, chunk {chunk}", file.path);
        let mut length = Some(0_u64);
        let mut damaged = |chunk: &ChunkId, failure: &Failure| {
            found.problem("chunk", place(&chunk.name()), &failure.to_string());
        };
        let mut bytes_read = 0;
        let mut chunks_read = 0;
        for leaf in Self::leaves_of(file)? {
            let pieces = match self.leaf(&file.path, &leaf) {
                Ok(pieces) => pieces,
                Err(failure @ Failure::Damaged { .. }) => {
                    damaged(&leaf, &failure);
                    length = None;
                    continue;
                }
                Err(failure) => return Err(failure),
            };
            for some in pieces.chunks(BATCH_CHUNKS) {
                let new: Vec<ChunkId> =
                    some.iter().map(|piece| piece.id).filter(|id| !read.contains_key(id)).collect();
                let results =
                    Self::in_parallel(&new, |id| match self.chunk(&file.path, Kind::Piece, id) {
                        Ok(bytes) => Ok(Ok(bytes.len() as u64)),
                        Err(failure @ Failure::Damaged { .. }) => Ok(Err(failure)),
                        Err(failure) => Err(failure),
                    })?;
                for (id, result) in new.iter().zip(results) {
                    chunks_read += 1;
                    bytes_read += result.as_ref().copied().unwrap_or_default();
                    if let Err(failure) = &result {
                        damaged(id, failure);
                    }
                    read.insert(*id, result.ok());
                }
                for piece in some {
                    let known = read.get(&piece.id).copied().flatten();
                    length = length.zip(known).map(|(sum, bytes)| sum + bytes);
                }
            }
        }
        found.chunks += chunks_read;
        found.bytes += bytes_read;
        match length {
            Some(length) if length != file.bytes => {
                let text = format!("has {length} bytes of {}", file.bytes);
                found.problem("length", format!("{id}, `{}`", file.path), &text);
            }
            // A chunk that was found before is told once, and the file that needs it here.
            None if found.problems.is_empty() => {
                found.problem("chunk", format!("{id}, `{}`", file.path), "cannot be read");
            }
            _ => {}
        }
        Ok(())
    }
}
