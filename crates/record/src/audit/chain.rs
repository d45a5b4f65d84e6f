//! Pins: the last line of other segments, so that a segment that was cut or removed is noticed.

use super::line::Line;
use super::{Event, SEGMENT_ENDING};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Segments a new one pins: those changed last.
const PINS_MAX: usize = 16;
/// Bytes read from the end of a segment to find its last whole line.
const TAIL_BYTES: u64 = 256 * 1024;

/// What another segment's last line was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pin {
    /// File name.
    pub(crate) segment: String,
    /// Number of the line.
    pub(crate) number: u64,
    /// Its chain value.
    pub(crate) hash: String,
}

/// The segments of a directory by name.
pub(crate) fn segments(directory: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == SEGMENT_ENDING) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// The name of a segment file.
pub(crate) fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Pins of the segments that changed last.
pub(crate) fn latest_pins(directory: &Path) -> std::io::Result<Vec<Pin>> {
    let mut paths = Vec::new();
    for path in segments(directory)? {
        paths.push((std::fs::metadata(&path)?.modified()?, path));
    }
    paths.sort();
    let mut pins = Vec::new();
    for (_, path) in paths.into_iter().rev().take(PINS_MAX) {
        pins.extend(last_line(&path)?.map(|(number, hash)| Pin {
            segment: name(&path),
            number,
            hash,
        }));
    }
    pins.sort_by(|a, b| a.segment.cmp(&b.segment));
    Ok(pins)
}

fn last_line(path: &Path) -> std::io::Result<Option<(u64, String)>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
    let mut tail = Vec::new();
    file.take(TAIL_BYTES).read_to_end(&mut tail)?;
    let line = tail.split(|byte| *byte == b'\n').rev().find_map(|line| {
        let line = Line::read(line)?;
        let event: Event = serde_json::from_str(&line.event).ok()?;
        Some((event.number, line.hash.to_owned()))
    });
    Ok(line)
}
