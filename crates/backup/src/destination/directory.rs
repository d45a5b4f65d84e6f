//! A directory, on this machine or mounted.

use super::{Destination, Object};
use crate::Failure;
use crate::limit::OBJECT_BYTES_MAX;
use std::collections::BTreeSet;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Objects that are being written stand here until they are whole.
const UNFINISHED: &str = "unfinished";

/// Objects as files, each in the folders of its name.
#[derive(Debug)]
pub struct Directory {
    root: PathBuf,
    /// Folders in which something was named since [`Destination::settle`].
    touched: Mutex<BTreeSet<PathBuf>>,
    number: AtomicU64,
}

impl Directory {
    /// A directory; it is made by the first object.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), touched: Mutex::default(), number: AtomicU64::new(0) }
    }

    fn touch(&self, directory: &Path) {
        let mut touched = self.touched.lock().unwrap_or_else(PoisonError::into_inner);
        touched.insert(directory.to_owned());
    }

    fn make(&self, directory: &Path) -> std::io::Result<()> {
        if directory.is_dir() {
            return Ok(());
        }
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        // Each folder on the way may be new, and is named in the one above.
        for above in directory.ancestors().take_while(|path| path.starts_with(&self.root)) {
            self.touch(above);
        }
        if let Some(above) = self.root.parent().filter(|path| !path.as_os_str().is_empty()) {
            self.touch(above);
        }
        Ok(())
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
        let unfinished = self.root.join(UNFINISHED);
        self.make(&unfinished)?;
        let (temporary, mut file) = self.unfinished(&unfinished)?;
        let parent = path.parent().unwrap_or(&self.root);
        let done = file
            .write_all(bytes)
            .and_then(|()| file.sync_all())
            .and_then(|()| self.make(parent))
            .and_then(|()| std::fs::rename(&temporary, path));
        if done.is_err() {
            let _ = std::fs::remove_file(&temporary);
        }
        self.touch(parent);
        done
    }

    /// A new file of a name that nobody has: another machine may write here, too.
    fn unfinished(&self, directory: &Path) -> std::io::Result<(PathBuf, File)> {
        loop {
            let number = self.number.fetch_add(1, Ordering::Relaxed);
            let path = directory.join(format!("{}-{number}", std::process::id()));
            match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
                Ok(file) => return Ok((path, file)),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn walk(&self, directory: &Path, found: &mut Vec<Object>) -> std::io::Result<()> {
        let entries = match std::fs::read_dir(directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        for entry in entries {
            let entry = entry?;
            let metadata = match entry.metadata() {
                Ok(metadata) => metadata,
                // Removed since it was listed.
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            let path = entry.path();
            if metadata.is_dir() {
                self.walk(&path, found)?;
            } else if let Ok(name) = path.strip_prefix(&self.root) {
                let name = name.to_string_lossy().into_owned();
                found.push(Object { name, bytes: metadata.len() });
            }
        }
        Ok(())
    }
}

impl Destination for Directory {
    fn place(&self) -> String {
        self.root.display().to_string()
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let path = self.root.join(name);
        self.write(&path, bytes).map_err(|error| refused(&path, &error))
    }

    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Failure> {
        let path = self.root.join(name);
        let mut bytes = Vec::new();
        match File::open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(refused(&path, &error)),
            Ok(file) => file
                .take(OBJECT_BYTES_MAX + 1)
                .read_to_end(&mut bytes)
                .map_err(|error| refused(&path, &error))?,
        };
        if bytes.len() as u64 > OBJECT_BYTES_MAX {
            let text = format!("is longer than {OBJECT_BYTES_MAX} bytes");
            return Err(Failure::Destination { place: path.display().to_string(), text });
        }
        Ok(Some(bytes))
    }

    fn list(&self, prefix: &str) -> Result<Vec<Object>, Failure> {
        let directory = self.root.join(prefix);
        let mut found = Vec::new();
        self.walk(&directory, &mut found).map_err(|error| refused(&directory, &error))?;
        found.sort();
        Ok(found)
    }

    fn remove(&self, name: &str) -> Result<(), Failure> {
        let path = self.root.join(name);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(refused(&path, &error)),
            _ => Ok(()),
        }
    }

    fn settle(&self) -> Result<(), Failure> {
        let touched = {
            let mut touched = self.touched.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *touched)
        };
        for path in touched {
            File::open(&path)
                .and_then(|opened| opened.sync_all())
                .map_err(|error| refused(&path, &error))?;
        }
        Ok(())
    }
}

fn refused(path: &Path, error: &std::io::Error) -> Failure {
    Failure::Destination { place: path.display().to_string(), text: error.to_string() }
}
