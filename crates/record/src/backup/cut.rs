//! One moment of a record, while servers go on writing.
//!
//! In PostgreSQL that is a transaction that only reads. In files, for an instant the write locks of
//! all databases are held together, so that the moment is one of all of them: what one names in
//! another is there. Meanwhile the write-ahead logs are read and a reading transaction is begun in
//! each file; then writers go on. A database is its file with its log over it, and the file may be
//! read at leisure: as long as the transaction lasts, SQLite moves nothing into the file but what
//! stands in the log up to that moment, so that a page that changes while it is read, or is read
//! half, is one that the log has.
//!
//! The audit log comes after: it then has every event of what the databases hold, and some of what
//! came later. An event for nothing harms nobody; the reverse would.
//!
//! Copies are files as they are, encrypted pages and all: what did not change is the same bytes.

use super::segment::segments;
use super::tables::Tables;
use super::{AuditSegment, DATABASES, KEYRING_FILES, ResourceDigest, examine, io, wal};
use crate::key::{Keys, ring};
use crate::store::sqlite::Sqlite;
use crate::store::{Connection, Executor, Store, Table};
use crate::{Clock, Failure, MasterKey};
use model::Timestamp;
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{Cursor, Read};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::rc::Rc;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Files by device and number.
type Opened = HashMap<(u64, u64), Arc<File>>;

/// Files of databases that were opened for reading; never closed.
///
/// Whoever closes a file gives back every lock of POSIX that his process holds on it, those of
/// SQLite among them; another process would then take itself for the last one and remove the log.
static OPENED: LazyLock<Mutex<Opened>> = LazyLock::new(Mutex::default);

fn opened(path: &Path) -> Result<Arc<File>, Failure> {
    let failed = |error: std::io::Error| io(path, &error);
    let about = std::fs::metadata(path).map_err(failed)?;
    let mut all = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(file) = all.get(&(about.dev(), about.ino())) {
        return Ok(Arc::clone(file));
    }
    let file = Arc::new(File::open(path).map_err(failed)?);
    let about = file.metadata().map_err(failed)?;
    all.insert((about.dev(), about.ino()), Arc::clone(&file));
    Ok(file)
}

enum Source {
    /// A database: read from the beginning to wherever it ends.
    Database(Arc<File>),
    /// The beginning of a file that grows.
    Beginning(Arc<File>, u64),
    /// Read already.
    Bytes(Vec<u8>),
    /// Rows of a table of PostgreSQL.
    Rows(Rc<Tables>, usize),
}

/// A file of a cut.
pub struct CutFile {
    /// Path in the data directory.
    pub path: String,
    source: Source,
}

impl std::fmt::Debug for CutFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CutFile({})", self.path)
    }
}

struct At {
    file: Arc<File>,
    place: u64,
}

impl Read for At {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read_at(buffer, self.place)?;
        self.place += read as u64;
        Ok(read)
    }
}

impl CutFile {
    /// Reads it from the beginning.
    pub fn reader(&self) -> Box<dyn Read + '_> {
        match &self.source {
            Source::Database(file) => Box::new(At { file: Arc::clone(file), place: 0 }),
            Source::Beginning(file, bytes) => {
                Box::new(At { file: Arc::clone(file), place: 0 }.take(*bytes))
            }
            Source::Bytes(bytes) => Box::new(Cursor::new(bytes)),
            Source::Rows(tables, place) => match tables.list.get(*place) {
                Some((_, table)) => tables.reader(table),
                None => Box::new(std::io::empty()),
            },
        }
    }

    /// Whether it is rows, which move when others are put between them.
    pub fn is_rows(&self) -> bool {
        matches!(self.source, Source::Rows(..))
    }

    /// The file itself where it is one that is written to in its place: its metadata tell whether
    /// it changed.
    pub fn database(&self) -> Option<&File> {
        match &self.source {
            Source::Database(file) => Some(file),
            _ => None,
        }
    }
}

/// One moment of a record. Writers go on; their logs cannot be begun anew before this is dropped.
pub struct Cut {
    time: Timestamp,
    schemas: BTreeMap<String, u32>,
    files: Vec<CutFile>,
    audit: Vec<AuditSegment>,
    held: Held,
}

/// What keeps the moment.
enum Held {
    Files(Vec<(&'static str, Sqlite)>),
    Tables(Rc<Tables>),
}

impl std::fmt::Debug for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cut({})", self.time)
    }
}

impl Cut {
    /// Takes one of the record of a directory. `known` are segments of the audit log that were
    /// looked at before. [`Failure::NotFound`] if there is no record in the directory,
    /// [`Failure::KeyMismatch`] on another master key.
    pub fn take(
        directory: &Path,
        store: &Store,
        master_key: &MasterKey,
        clock: &Clock,
        known: &dyn Fn(&str) -> Option<AuditSegment>,
    ) -> Result<Self, Failure> {
        let keys = ring::root(directory, master_key)?;
        match store {
            Store::Directory => Self::of_files(directory, &keys, clock, known),
            Store::Postgres(url) => {
                // Whatever was committed by now is in it.
                let time = clock();
                let tables = Rc::new(Tables::begin(url, &keys)?);
                let file = |(place, (path, _)): (usize, &(String, Table))| CutFile {
                    path: path.clone(),
                    source: Source::Rows(Rc::clone(&tables), place),
                };
                let files = tables.list.iter().enumerate().map(file).collect();
                let schemas = tables.schemas.clone();
                let held = Held::Tables(Rc::clone(&tables));
                Self { time, schemas, files, audit: Vec::new(), held }.with_log(directory, known)
            }
        }
    }

    fn of_files(
        directory: &Path,
        keys: &Keys,
        clock: &Clock,
        known: &dyn Fn(&str) -> Option<AuditSegment>,
    ) -> Result<Self, Failure> {
        if !directory.join("record.db").exists() {
            return Err(Failure::NotFound);
        }
        let (mut lockers, mut readers) = (Vec::new(), Vec::new());
        for name in DATABASES {
            let path = directory.join(format!("{name}.db"));
            if path.exists() {
                let key = keys.database(&format!("{name}.db"))?;
                readers.push((name, Sqlite::open(&path, &key, false)?));
                lockers.push(Sqlite::open(&path, &key, true)?);
            }
        }
        lockers.iter().try_for_each(Connection::begin_write)?;
        let time = clock();
        let mut files = Vec::new();
        for (name, reader) in &readers {
            let path = directory.join(format!("{name}.db"));
            reader.begin_read()?;
            // A transaction begins with what it reads first.
            reader.query("SELECT count(*) FROM sqlite_schema", &[])?;
            let log = wal::read(&directory.join(format!("{name}.db-wal")))?;
            let source = Source::Database(opened(&path)?);
            files.push(CutFile { path: format!("{name}.db"), source });
            if !log.is_empty() {
                let path = format!("{name}.db-wal");
                files.push(CutFile { path, source: Source::Bytes(log) });
            }
        }
        lockers.iter().for_each(Connection::leave);
        drop(lockers);
        let schemas = readers
            .iter()
            .map(|(name, reader)| Ok(((*name).to_owned(), examine::schema(reader)?)))
            .collect::<Result<_, Failure>>()?;
        let check = directory.join("key-check");
        if check.exists() {
            let bytes = std::fs::read(&check).map_err(|error| io(&check, &error))?;
            files.push(CutFile { path: "key-check".to_owned(), source: Source::Bytes(bytes) });
        }
        let held = Held::Files(readers);
        Self { time, schemas, files, audit: Vec::new(), held }.with_log(directory, known)
    }

    /// Adds the keyring and the audit log, which comes last.
    fn with_log(
        mut self,
        directory: &Path,
        known: &dyn Fn(&str) -> Option<AuditSegment>,
    ) -> Result<Self, Failure> {
        // In this order: what is on the list and not yet in the keyring is destroyed all the same.
        for name in KEYRING_FILES {
            let path = directory.join(name);
            if path.exists() {
                let bytes = std::fs::read(&path).map_err(|error| io(&path, &error))?;
                let source = Source::Bytes(bytes);
                self.files.push(CutFile { path: name.to_owned(), source });
            }
        }
        self.audit = segments(directory, known)?;
        for AuditSegment { segment, bytes, .. } in &self.audit {
            let path = directory.join("audit").join(segment);
            let file = File::open(&path).map_err(|error| io(&path, &error))?;
            let source = Source::Beginning(Arc::new(file), *bytes);
            self.files.push(CutFile { path: format!("audit/{segment}"), source });
        }
        Ok(self)
    }

    /// The moment.
    pub fn time(&self) -> Timestamp {
        self.time
    }

    /// Schema version by database.
    pub fn schemas(&self) -> &BTreeMap<String, u32> {
        &self.schemas
    }

    /// What a copy has of the record.
    pub fn files(&self) -> &[CutFile] {
        &self.files
    }

    /// How far the audit log is.
    pub fn audit(&self) -> &[AuditSegment] {
        &self.audit
    }

    /// Last number of the change feed.
    pub fn sequence(&self) -> Result<u64, Failure> {
        self.of_record(examine::sequence)
    }

    /// Goes through all resources.
    pub fn resources(&self) -> Result<ResourceDigest, Failure> {
        self.of_record(examine::resources)
    }

    fn of_record<T>(
        &self,
        work: impl FnOnce(&dyn Executor) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        match &self.held {
            Held::Tables(tables) => work(&tables.connection),
            Held::Files(readers) => {
                let record = readers.iter().find(|(name, _)| *name == "record");
                work(&record.ok_or(Failure::NotFound)?.1)
            }
        }
    }
}

impl Drop for Cut {
    fn drop(&mut self) {
        match &self.held {
            Held::Files(readers) => readers.iter().for_each(|(_, reader)| reader.leave()),
            Held::Tables(tables) => tables.connection.leave(),
        }
    }
}
