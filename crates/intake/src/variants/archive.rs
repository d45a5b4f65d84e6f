//! Archiving a file of any size, and reading it back.
//!
//! What fits in one piece is one raw message. A larger file is archived in pieces, each a raw
//! message of its own in the state `piece`, and then a list of them, which is the message that is
//! worked on: so every byte is in the archive before anything is made of it, and no file has to
//! be in memory. Pieces of a file whose list was never written belong to nothing and are kept.

use crate::failure::Failure;
use crate::file::FEED;
use model::provenance::Door;
use model::{Problem, RawId};
use record::{Access, NewRaw, RawMessage, RawState, Record};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::cell::RefCell;
use std::io::{self, Read};

/// Media type under which variant files are archived.
pub(crate) const VCF: &str = "text/vcf";
/// That of a list of the pieces of one.
pub(crate) const VCF_PIECES: &str = "text/vcf;pieces=list";
/// That of one piece.
const PIECE: &str = "application/octet-stream";
/// That of regions.
const BED: &str = "text/x-bed";

/// Bytes of a piece.
const PIECE_BYTES: usize = 32 * 1024 * 1024;
/// Pieces of one file: 128 GiB.
const PIECES_MAX: usize = 4_096;

/// The pieces of a file, in order.
#[derive(Debug, Serialize, Deserialize)]
struct PieceList {
    sha256: String,
    length_bytes: u64,
    pieces: Vec<RawId>,
}

fn new_raw(access: &Access, media_type: &str, key: Option<&str>, body: Vec<u8>) -> NewRaw {
    NewRaw {
        feed: FEED.to_owned(),
        door: Door::File,
        media_type: media_type.to_owned(),
        message_key: key.map(str::to_owned),
        peer: access.actor().to_owned(),
        body,
        state: RawState::Received,
    }
}

/// Archives the regions that were looked at; nothing is made of them but beside their file.
pub(super) fn regions(
    record: &Record,
    access: &Access,
    name: &str,
    bed: &[u8],
) -> Result<RawId, Failure> {
    let raw = new_raw(access, BED, Some(name), bed.to_vec());
    Ok(record.archive(access, NewRaw { state: RawState::Piece, ..raw })?)
}

/// Archives a file; the id of the message to work on.
pub(super) fn file(
    record: &Record,
    access: &Access,
    key: &str,
    reader: &mut dyn Read,
) -> Result<RawId, Failure> {
    let first = piece(reader)?;
    if first.len() < PIECE_BYTES {
        return Ok(record.archive(access, new_raw(access, VCF, Some(key), first))?);
    }
    let mut digest = Sha256::new();
    let mut list = PieceList { sha256: String::new(), length_bytes: 0, pieces: Vec::new() };
    let mut next = first;
    while !next.is_empty() {
        if list.pieces.len() >= PIECES_MAX {
            let text = format!("it has more than {PIECES_MAX} pieces of {PIECE_BYTES} bytes");
            return Err(Failure::Refused(vec![Problem::error("limit", "file", text)]));
        }
        digest.update(&next);
        list.length_bytes += next.len() as u64;
        let raw = NewRaw { state: RawState::Piece, ..new_raw(access, PIECE, None, next) };
        list.pieces.push(record.archive(access, raw)?);
        next = piece(reader)?;
    }
    list.sha256 = hex::encode(digest.finalize());
    let body = serde_json::to_vec(&list).map_err(|error| {
        Failure::Refused(vec![Problem::error("settings", "file", error.to_string())])
    })?;
    Ok(record.archive(access, new_raw(access, VCF_PIECES, Some(key), body))?)
}

/// The next piece; a short one is the last.
fn piece(reader: &mut dyn Read) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    reader.take(PIECE_BYTES as u64).read_to_end(&mut bytes).map_err(|error| {
        Failure::Refused(vec![Problem::error("unreadable", "file", error.to_string())])
    })?;
    Ok(bytes)
}

/// An archived file.
pub(super) struct Source<'r> {
    record: &'r Record,
    access: &'r Access,
    message: &'r RawMessage,
    pieces: Option<PieceList>,
    /// Why a piece could not be had: the reader of a format only knows that it could not.
    failure: RefCell<Option<record::Failure>>,
}

impl<'r> Source<'r> {
    pub(super) fn of(
        record: &'r Record,
        access: &'r Access,
        message: &'r RawMessage,
    ) -> Result<Self, Failure> {
        let is_list = message.summary.media_type == VCF_PIECES;
        let pieces = is_list.then(|| serde_json::from_slice(&message.body)).transpose();
        let pieces = pieces.map_err(|_| {
            Failure::NotFound(format!("the pieces of the archived file {}", message.summary.id))
        })?;
        Ok(Self { record, access, message, pieces, failure: RefCell::default() })
    }

    /// SHA-256 of the whole file, lower-case hex.
    pub(super) fn sha256(&self) -> &str {
        self.pieces.as_ref().map_or(&self.message.summary.sha256, |pieces| &pieces.sha256)
    }

    /// The file from its beginning.
    pub(super) fn reader(&self) -> Reader<'_> {
        let body = if self.pieces.is_none() { self.message.body.as_slice() } else { &[] };
        Reader { source: self, next: 0, held: Vec::new(), at: 0, body }
    }

    /// The failure of the record that stopped a reader, if one did: then the file is not at fault.
    pub(super) fn failed(&self) -> Result<(), Failure> {
        self.failure.borrow_mut().take().map_or(Ok(()), |failure| Err(failure.into()))
    }

    /// The archived regions.
    pub(super) fn regions(&self, raw: &RawId) -> Result<Vec<u8>, Failure> {
        let message = self.record.raw(self.access, raw)?;
        let message =
            message.ok_or_else(|| Failure::NotFound(format!("the archived file {raw}")))?;
        Ok(message.body)
    }
}

/// Reads an archived file, a piece at a time.
pub(super) struct Reader<'s> {
    source: &'s Source<'s>,
    next: usize,
    held: Vec<u8>,
    at: usize,
    body: &'s [u8],
}

impl Read for Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(pieces) = &self.source.pieces else { return self.body.read(buffer) };
        while self.at >= self.held.len() {
            let Some(id) = pieces.pieces.get(self.next) else { return Ok(0) };
            let found = self.source.record.raw(self.source.access, id);
            let found = found.and_then(|raw| raw.ok_or(record::Failure::NotFound));
            match found {
                Ok(message) => self.held = message.body,
                Err(failure) => {
                    let text = failure.to_string();
                    *self.source.failure.borrow_mut() = Some(failure);
                    return Err(io::Error::other(text));
                }
            }
            (self.next, self.at) = (self.next + 1, 0);
        }
        let mut rest = self.held.get(self.at..).unwrap_or_default();
        let read = rest.read(buffer)?;
        self.at += read;
        Ok(read)
    }
}
