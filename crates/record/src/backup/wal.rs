//! The write-ahead log of a SQLite file, as far as it counts ("WAL File Format" in SQLite's
//! documentation). Only its pages are encrypted, not its frames.

use crate::Failure;
use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};
use std::path::Path;

const HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;
const PAGE_BYTES_MAX: u32 = 65_536;
/// Longest log that is kept in memory. It is moved into the file from some 4,000 pages on, unless
/// a reader stays for hours.
const WAL_BYTES_MAX: usize = 1 << 30;
const BUFFER_BYTES: usize = 1 << 20;

fn number(bytes: &[u8], at: usize) -> u32 {
    let four = bytes.get(at..at + 4).and_then(|bytes| bytes.first_chunk::<4>());
    four.map_or(0, |bytes| u32::from_be_bytes(*bytes))
}

/// The log up to its last commit, while nobody can write to it; empty if there is none. Frames of
/// before the log was begun anew have another salt.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error: &std::io::Error| super::io(path, error);
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(&error)),
    };
    read_from(BufReader::with_capacity(BUFFER_BYTES, file)).map_err(|error| failed(&error))
}

fn read_from(mut from: impl Read) -> std::io::Result<Vec<u8>> {
    let mut log = Vec::new();
    (&mut from).take(HEADER_BYTES as u64).read_to_end(&mut log)?;
    let page_bytes = number(&log, 8);
    if log.len() < HEADER_BYTES || page_bytes == 0 || page_bytes > PAGE_BYTES_MAX {
        return Ok(Vec::new());
    }
    let salt = (number(&log, 16), number(&log, 20));
    let frame_bytes = FRAME_HEADER_BYTES + page_bytes as usize;
    let mut committed = 0;
    loop {
        let begin = log.len();
        (&mut from).take(frame_bytes as u64).read_to_end(&mut log)?;
        let frame = log.get(begin..).unwrap_or_default();
        let is_whole = frame.len() == frame_bytes;
        if !is_whole || (number(frame, 8), number(frame, 12)) != salt {
            break;
        }
        // The size of the database after a commit; nothing in a frame that is none.
        if number(frame, 4) != 0 {
            committed = log.len();
        }
        if log.len() > WAL_BYTES_MAX {
            let text = format!("the log is longer than {WAL_BYTES_MAX} bytes");
            return Err(std::io::Error::other(text));
        }
    }
    log.truncate(committed);
    Ok(log)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A log of pages of 512 bytes, by salt and database size.
    fn log(salt: u32, frames: &[(u32, u32)]) -> Vec<u8> {
        let mut log = Vec::new();
        for word in [0x377f_0682, 3_007_000, 512, 0, salt, salt + 1, 0, 0] {
            log.extend_from_slice(&u32::to_be_bytes(word));
        }
        for (salt, size) in frames {
            for word in [1, *size, *salt, *salt + 1, 0, 0] {
                log.extend_from_slice(&u32::to_be_bytes(word));
            }
            log.extend_from_slice(&[9; 512]);
        }
        log
    }

    #[test]
    fn the_log_counts_up_to_its_last_commit() {
        let frame = 24 + 512;
        let cases: [(&[(u32, u32)], usize); 6] = [
            (&[], 0),
            (&[(7, 0), (7, 2)], 2),
            (&[(7, 2), (7, 0)], 1),
            (&[(7, 2), (7, 2), (5, 9)], 2),
            (&[(5, 9)], 0),
            (&[(7, 0)], 0),
        ];
        for (frames, expected) in cases {
            let whole = log(7, frames);
            let read = read_from(whole.as_slice()).unwrap();
            let length = if expected == 0 { 0 } else { 32 + expected * frame };
            assert_eq!(read, whole[..length], "{frames:?}");
        }
        let whole = log(7, &[(7, 2), (7, 2)]);
        for end in 0..whole.len() {
            let read = read_from(&whole[..end]).unwrap();
            let frames = end.saturating_sub(32) / frame;
            let length = if frames == 0 { 0 } else { 32 + frames * frame };
            assert_eq!(read.len(), length, "cut at {end}");
        }
    }
}
