//! The checked-in list of files and functions that are over the limit.

use crate::Finding;

/// Where the list is.
pub const RATCHET: &str = "crates/xtask/ratchet.tsv";

/// What an exception is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A whole file, named by its path.
    File,
    /// A function, named `path::function`.
    Function,
}

impl Kind {
    /// As a message names it.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::File => "the file",
            Self::Function => "the function",
        }
    }
}

/// One exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// File or function.
    pub kind: Kind,
    /// `path`, or `path::function`.
    pub name: String,
    /// The length it may have, in lines.
    pub lines: usize,
    /// Its line in the list, from 1.
    pub at: usize,
}

/// Reads the list: kind, name, lines and reason, separated by tabs; `#` begins a comment line.
pub fn read(text: &str) -> (Vec<Entry>, Vec<Finding>) {
    let mut entries = Vec::new();
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match entry(line, index + 1) {
            Some(entry) => entries.push(entry),
            None => findings.push(Finding::line(
                RATCHET,
                index + 1,
                "expected `file|function`, name, lines and a reason, separated by tabs",
            )),
        }
    }
    (entries, findings)
}

fn entry(line: &str, at: usize) -> Option<Entry> {
    let mut cells = line.split('\t');
    let kind = match cells.next()? {
        "file" => Kind::File,
        "function" => Kind::Function,
        _ => return None,
    };
    let name = cells.next()?.to_owned();
    let lines = cells.next()?.parse().ok()?;
    let reason = cells.next()?.trim();
    (!reason.is_empty() && cells.next().is_none()).then_some(Entry { kind, name, lines, at })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wants_all_four_cells() {
        let (entries, findings) = read("# comment\nfile\ta.rs\t600\ta table of codes\n");
        assert_eq!(entries.len(), 1);
        assert!(findings.is_empty());
        for bad in ["file\ta.rs\t600", "file\ta.rs\tmany\twhy", "crate\ta\t1\twhy", "file\ta\t1\t "]
        {
            let (entries, findings) = read(bad);
            assert!(entries.is_empty() && findings.len() == 1, "{bad}");
        }
    }
}
