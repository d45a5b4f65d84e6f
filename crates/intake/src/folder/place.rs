//! The parts of a folder, and how files move between them.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What ends the name of a file that says something about another.
const ABOUT: &str = ".about.json";
/// What ends the names of files that are being written.
const UNFINISHED: [&str; 3] = [".tmp", ".part", ABOUT];
/// Longest name, in bytes; what is written beside a file needs some more.
const NAME_BYTES_MAX: usize = 200;
/// Names of one file in `done` or `failed`.
const NAMES_MAX: usize = 100_000;

/// By what a change of a file is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    length: u64,
    changed: Option<SystemTime>,
}

/// The parts.
#[derive(Debug)]
pub(super) struct Places {
    inbox: PathBuf,
    work: PathBuf,
    done: PathBuf,
    failed: PathBuf,
}

impl Places {
    pub(super) fn make(directory: &Path) -> io::Result<Self> {
        let part = |name: &str| {
            let path = directory.join(name);
            fs::create_dir_all(&path).map(|()| path)
        };
        Ok(Self {
            inbox: part("inbox")?,
            work: part("work")?,
            done: part("done")?,
            failed: part("failed")?,
        })
    }

    /// Where a file is while something is made of it.
    pub(super) fn work(&self, name: &str) -> PathBuf {
        self.work.join(name)
    }

    /// Where it is said what a file of `work` is.
    pub(super) fn about(&self, name: &str) -> PathBuf {
        self.work.join(format!("{name}{ABOUT}"))
    }

    pub(super) fn is_plain_file(&self, name: &str) -> io::Result<bool> {
        fs::symlink_metadata(self.work(name)).map(|found| found.is_file())
    }

    /// What is in `inbox` and not being written, by name.
    pub(super) fn in_inbox(&self) -> io::Result<Vec<(String, Entry)>> {
        let mut found = Vec::new();
        for name in names(&self.inbox)? {
            let is_hidden = name.starts_with('.');
            if is_hidden || UNFINISHED.iter().any(|end| name.ends_with(end)) {
                continue;
            }
            // It may have been taken back.
            let Ok(about) = fs::symlink_metadata(self.inbox.join(&name)) else { continue };
            found.push((name, Entry { length: about.len(), changed: about.modified().ok() }));
        }
        Ok(found)
    }

    /// What a crash left behind.
    pub(super) fn in_work(&self) -> io::Result<Vec<String>> {
        let names = names(&self.work)?;
        Ok(names.into_iter().filter(|name| !name.ends_with(ABOUT)).collect())
    }

    /// Moves a file from `inbox` to `work`, what is said about it first.
    pub(super) fn take(&self, name: &str) -> io::Result<()> {
        let about = self.inbox.join(format!("{name}{ABOUT}"));
        if fs::symlink_metadata(&about).is_ok() {
            fs::rename(about, self.about(name))?;
        }
        fs::rename(self.inbox.join(name), self.work(name))?;
        sync(&self.work)?;
        sync(&self.inbox)
    }

    /// Moves a file to `done`; what there is to say of it stands in `.note`.
    pub(super) fn done(&self, name: &str, note: Option<&str>) -> io::Result<()> {
        self.end(name, &self.done, note.map(|text| (".note", text)))
    }

    /// Moves a file to `failed`, with the reason in `.problem`.
    pub(super) fn failed(&self, name: &str, reason: &str) -> io::Result<()> {
        self.end(name, &self.failed, Some((".problem", reason)))
    }

    /// The words are there before the file is: a file in `failed` is never without its reason.
    fn end(&self, name: &str, part: &Path, said: Option<(&str, &str)>) -> io::Result<()> {
        let free = free_name(part, name)?;
        if let Some((end, text)) = said {
            let hidden = part.join(format!(".{free}{end}"));
            let mut file =
                OpenOptions::new().write(true).create(true).truncate(true).open(&hidden)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(hidden, part.join(format!("{free}{end}")))?;
        }
        let about = self.about(name);
        if fs::symlink_metadata(&about).is_ok() {
            fs::rename(about, part.join(format!("{free}{ABOUT}")))?;
        }
        fs::rename(self.work(name), part.join(&free))?;
        sync(part)?;
        sync(&self.work)
    }
}

/// A name that no file has: the file's own, or with a number behind it.
fn free_name(part: &Path, name: &str) -> io::Result<String> {
    let short = name.get(..name.floor_char_boundary(NAME_BYTES_MAX)).unwrap_or(name);
    let names = (0..NAMES_MAX).map(|number| match number {
        0 => short.to_owned(),
        number => format!("{short}.{number}"),
    });
    let mut free = names.filter(|name| fs::symlink_metadata(part.join(name)).is_err());
    free.next().ok_or_else(|| io::Error::other("no name is free for a file"))
}

/// Names in a directory, sorted. One that is not UTF-8 is none that a sender would use; it stays.
fn names(directory: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        match entry?.file_name().into_string() {
            Ok(name) => found.push(name),
            Err(name) => warn(&name),
        }
    }
    found.sort_unstable();
    Ok(found)
}

fn warn(name: &OsString) {
    tracing::warn!(bytes = name.len(), "a file's name is not UTF-8; it is left where it is");
}

/// Makes the names in a directory durable.
fn sync(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}
