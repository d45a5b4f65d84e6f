//! How far the audit log is: its segments up to their last whole line, with the roots of their
//! trees.

use super::io;
use crate::Failure;
use crate::audit::{Extent, extent, segment_paths};
use std::path::Path;

/// A segment of the audit log, up to its last whole line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditSegment {
    /// File name.
    pub segment: String,
    /// Bytes of the lines.
    pub bytes: u64,
    /// How many lines.
    pub lines: u64,
    /// Root of the Merkle tree over them, lower-case hex.
    pub root: String,
}

/// The segments of a data directory. One of which a caller knows that it has just as many bytes is
/// believed to be the same: segments only grow.
pub(super) fn segments(
    directory: &Path,
    known: &dyn Fn(&str) -> Option<AuditSegment>,
) -> Result<Vec<AuditSegment>, Failure> {
    let audit = directory.join("audit");
    let paths = segment_paths(&audit).map_err(|error| io(&audit, &error))?;
    let mut segments = Vec::new();
    for path in paths {
        let segment = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let length = std::fs::metadata(&path).map_err(|error| io(&path, &error))?.len();
        if let Some(known) = known(&segment).filter(|known| known.bytes == length) {
            segments.push(known);
            continue;
        }
        let Extent { bytes, lines, root } = extent(&path).map_err(|error| io(&path, &error))?;
        segments.push(AuditSegment { segment, bytes, lines, root: hex::encode(root) });
    }
    Ok(segments)
}
