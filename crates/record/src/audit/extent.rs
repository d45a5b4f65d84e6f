//! How far a segment goes.

use super::line::Line;
use super::merkle::{Hash, Tree};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

const BUFFER_BYTES: usize = 1 << 20;

/// A segment up to its last whole line.
pub(crate) struct Extent {
    pub(crate) bytes: u64,
    pub(crate) lines: u64,
    pub(crate) root: Hash,
}

/// Reads a segment. What is no line ends it: whether it is whole is for the check to say.
pub(crate) fn extent(path: &Path) -> std::io::Result<Extent> {
    let mut reader = BufReader::with_capacity(BUFFER_BYTES, File::open(path)?);
    let (mut tree, mut bytes, mut text) = (Tree::default(), 0, Vec::new());
    while reader.read_until(b'\n', &mut text)? > 0 && text.last() == Some(&b'\n') {
        let Some(line) = Line::read(&text) else { break };
        tree.add(&line.digest());
        bytes += text.len() as u64;
        text.clear();
    }
    Ok(Extent { bytes, lines: tree.size(), root: tree.root() })
}
