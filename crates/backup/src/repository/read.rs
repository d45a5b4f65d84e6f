//! Reading files of a snapshot, every chunk checked.

use super::Repository;
use super::leaf::{self, Piece};
use super::seal::{ChunkId, Kind};
use super::snapshot::FileEntry;
use crate::limit::BATCH_CHUNKS;
use crate::{Failure, Wrong};

impl Repository {
    /// The pieces of a leaf.
    pub(super) fn leaf(&self, file: &str, id: &ChunkId) -> Result<Vec<Piece>, Failure> {
        let bytes = self.chunk(file, Kind::Leaf, id)?;
        leaf::read(&bytes).ok_or_else(|| Failure::Damaged {
            file: file.to_owned(),
            chunk: id.name(),
            wrong: Wrong::Altered,
        })
    }

    /// The leaves of a file by their ids.
    pub(super) fn leaves_of(file: &FileEntry) -> Result<Vec<ChunkId>, Failure> {
        let damaged = |name: &String| Failure::Damaged {
            file: file.path.clone(),
            chunk: name.clone(),
            wrong: Wrong::Altered,
        };
        file.leaves.iter().map(|name| ChunkId::parse(name).ok_or_else(|| damaged(name))).collect()
    }

    /// Gives the content of a file piece by piece, in order. [`Failure::Damaged`] names the chunk
    /// that is not what was written.
    pub fn read(
        &self,
        file: &FileEntry,
        visit: &mut dyn FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut length = 0;
        for leaf in Self::leaves_of(file)? {
            let pieces = self.leaf(&file.path, &leaf)?;
            for some in pieces.chunks(BATCH_CHUNKS) {
                let read = Self::in_parallel(some, |piece| {
                    self.chunk(&file.path, Kind::Piece, &piece.id)
                })?;
                for bytes in read {
                    length += bytes.len() as u64;
                    visit(&bytes)?;
                }
            }
        }
        if length == file.bytes {
            return Ok(());
        }
        let text = format!("has {length} bytes of {}", file.bytes);
        Err(Failure::File { place: file.path.clone(), text })
    }
}
