//! Leaves: the names and lengths of pieces of a file, in their order.

use super::seal::ChunkId;

/// Bytes of one piece in a leaf: its name and its length.
const ITEM_BYTES: usize = 36;

/// A piece as a leaf has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) id: ChunkId,
    pub(super) bytes: u32,
}

pub(super) fn write(pieces: &[Piece]) -> Vec<u8> {
    let mut leaf = Vec::with_capacity(pieces.len() * ITEM_BYTES);
    for piece in pieces {
        leaf.extend_from_slice(&piece.id.0);
        leaf.extend_from_slice(&piece.bytes.to_be_bytes());
    }
    leaf
}

/// `None` if it is no leaf.
pub(super) fn read(leaf: &[u8]) -> Option<Vec<Piece>> {
    let mut items = leaf.chunks_exact(ITEM_BYTES);
    let pieces = items.by_ref().map(|item| {
        let (id, bytes) = item.split_first_chunk::<32>()?;
        let bytes = u32::from_be_bytes(*bytes.first_chunk::<4>()?);
        Some(Piece { id: ChunkId(*id), bytes })
    });
    let pieces = pieces.collect::<Option<Vec<_>>>()?;
    items.remainder().is_empty().then_some(pieces)
}
