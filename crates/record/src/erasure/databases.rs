//! The databases of the store as an erasure goes through them, and the emptying of their logs.

use crate::Failure;
use crate::record::Inner;
use crate::store::sqlite::Sqlite;
use crate::store::{Pool, Store, Writer};
use std::time::Duration;

/// How often a log is tried that a reader keeps open, and how long between.
const TRIES: u32 = 50;
const BETWEEN: Duration = Duration::from_millis(100);

/// One of the databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Database {
    Record,
    Archive,
    Decision,
    Genome,
}

impl Database {
    pub(super) const ALL: [Self; 4] = [Self::Record, Self::Archive, Self::Decision, Self::Genome];

    /// The word for it on the list of destroyed keys, and the name of its file.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Archive => "archive",
            Self::Decision => "decision",
            Self::Genome => "genome",
        }
    }

    pub(super) fn pool(self, inner: &Inner) -> &Pool {
        match self {
            Self::Record => &inner.record,
            Self::Archive => &inner.archive,
            Self::Decision => &inner.decision,
            Self::Genome => &inner.genome,
        }
    }

    pub(super) fn writer(self, inner: &Inner) -> &Writer {
        match self {
            Self::Record => &inner.record_writer,
            Self::Archive => &inner.archive_writer,
            Self::Decision => &inner.decision_writer,
            Self::Genome => &inner.genome_writer,
        }
    }
}

/// Empties the logs of the databases, in which what was taken away may still stand; whether all
/// of them are empty. On PostgreSQL, whose log is the server's, the tables are cleared of dead
/// rows, as far as the role may.
pub(super) fn empty_logs(inner: &Inner) -> Result<bool, Failure> {
    match &inner.store {
        Store::Postgres(url) => Ok(crate::store::vacuum(url)),
        Store::Directory => {
            let mut are_empty = true;
            for database in Database::ALL {
                let name = format!("{}.db", database.word());
                let raw_key = inner.keys.database(&name)?;
                let file = Sqlite::open(&inner.directory.join(&name), &raw_key, true)?;
                are_empty &= empty_log(&file)?;
            }
            Ok(are_empty)
        }
    }
}

fn empty_log(file: &Sqlite) -> Result<bool, Failure> {
    for _ in 0..TRIES {
        if file.empty_log()? {
            return Ok(true);
        }
        std::thread::sleep(BETWEEN);
    }
    Ok(false)
}
