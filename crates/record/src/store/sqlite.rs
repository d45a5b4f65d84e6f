//! The executor of SQLite with SQLCipher.

mod mover;
#[cfg(test)]
pub(crate) mod plan;
pub(crate) mod statistics;

use super::{Connection, Executor, Row, Value};
use crate::Failure;
use mover::Mover;
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, Value as Owned, ValueRef};
use rusqlite::{ErrorCode, OpenFlags, ToSql, params_from_iter};
use std::path::Path;
use std::time::Duration;
use zeroize::Zeroizing;

/// How long a connection waits for the lock of another process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(20);
/// Pages that a connection that writes keeps in memory.
const WRITER_CACHE: &str = "PRAGMA cache_size = -16384";
/// The same where leaves all over the file are written to all the time: those of search tables.
const LARGE_CACHE: &str = "PRAGMA cache_size = -65536";
/// Pages that a connection that reads keeps in memory.
const READER_CACHE: &str = "PRAGMA cache_size = -8192";
/// How pages are authenticated, by what new files have first. Processors help with SHA-256, and a
/// page is checked whenever it is read. Files of before have the default of SQLCipher 4.
const PAGE_HMACS: [&str; 2] = ["HMAC_SHA256", "HMAC_SHA512"];
/// Pages of the log before they are moved into the file, where no [`Mover`] does that.
const CHECKPOINT: &str = "PRAGMA wal_autocheckpoint = 4000";
/// Prepared statements kept by one connection.
const STATEMENT_CACHE: usize = 128;

/// A connection to an encrypted file.
pub(crate) struct Sqlite {
    /// What moves the log of a connection that writes for long. It ends first.
    mover: Option<Mover>,
    connection: rusqlite::Connection,
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Int(value) => ToSqlOutput::Owned(Owned::Integer(*value)),
            Self::Text(value) => ToSqlOutput::Borrowed(ValueRef::Text(value.as_bytes())),
            Self::Bytes(value) => ToSqlOutput::Borrowed(ValueRef::Blob(value)),
            Self::Null => ToSqlOutput::Owned(Owned::Null),
        })
    }
}

/// An error without the statement's values: those may be a patient's.
pub(crate) fn storage(error: &rusqlite::Error) -> Failure {
    match error {
        rusqlite::Error::SqliteFailure(code, _) => {
            Failure::Storage(format!("{:?} ({})", code.code, code.extended_code))
        }
        _ => Failure::Storage("the database gave an unexpected answer".to_owned()),
    }
}

impl Sqlite {
    /// Opens a file under a raw key and sets the connection up; every setting is read back.
    pub(crate) fn open(path: &Path, raw_key: &str, write: bool) -> Result<Self, Failure> {
        for hmac in PAGE_HMACS {
            if let Some(opened) = Self::open_as(path, raw_key, hmac)? {
                opened.settle(write)?;
                return Ok(opened);
            }
        }
        Err(Failure::KeyMismatch { place: path.display().to_string() })
    }

    /// `None` if the pages are not those of this key, authenticated in this way.
    fn open_as(path: &Path, raw_key: &str, hmac: &str) -> Result<Option<Self>, Failure> {
        let place = || path.display().to_string();
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection =
            rusqlite::Connection::open_with_flags(path, flags).map_err(|e| storage(&e))?;
        let failed = |error: rusqlite::Error| storage(&error);
        connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
        connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
        let raw_key = Zeroizing::new(format!("x'{raw_key}'"));
        connection.pragma_update(None, "key", raw_key.as_str()).map_err(failed)?;
        let opened = Self { mover: None, connection };
        if opened.cipher_version()?.is_empty() {
            let text = "this build's SQLite cannot encrypt".to_owned();
            return Err(Failure::NotEncrypted { place: place(), text });
        }
        opened.pragma_text(&format!("PRAGMA cipher_hmac_algorithm = {hmac}")).map_err(failed)?;
        match opened.pragma_text("SELECT count(*) FROM sqlite_schema") {
            Ok(_) => Ok(Some(opened)),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => Ok(None),
            Err(error) => Err(storage(&error)),
        }
    }

    /// Has the log moved into the file by a thread of its own.
    pub(crate) fn moving_beside(mut self, path: &Path, raw_key: &str) -> Result<Self, Failure> {
        self.mover = Some(Mover::start(&mut self.connection, path, raw_key)?);
        Ok(self)
    }

    /// Has it keep many pages in memory.
    pub(crate) fn keeping_much(self) -> Result<Self, Failure> {
        self.pragma_text(LARGE_CACHE).map_err(|e| storage(&e))?;
        Ok(self)
    }

    fn settle(&self, write: bool) -> Result<(), Failure> {
        // Otherwise a statement is planned anew for each number of rows it is limited to.
        self.connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
            .map_err(|error| storage(&error))?;
        let settings = [
            ("PRAGMA journal_mode = WAL", "PRAGMA journal_mode", "wal"),
            ("PRAGMA synchronous = FULL", "PRAGMA synchronous", "2"),
            ("PRAGMA foreign_keys = ON", "PRAGMA foreign_keys", "1"),
            ("PRAGMA temp_store = MEMORY", "PRAGMA temp_store", "2"),
            ("PRAGMA secure_delete = ON", "PRAGMA secure_delete", "1"),
            ("PRAGMA trusted_schema = OFF", "PRAGMA trusted_schema", "0"),
        ];
        let query_only = ("PRAGMA query_only = ON", "PRAGMA query_only", "1");
        let all = settings.into_iter().chain((!write).then_some(query_only));
        for (set, read, expected) in all {
            self.pragma_text(set).map_err(|e| storage(&e))?;
            let found = self.pragma_text(read).map_err(|e| storage(&e))?;
            if found != expected {
                return Err(Failure::Storage(format!("`{read}` is `{found}`, not `{expected}`")));
            }
        }
        let cache = if write { WRITER_CACHE } else { READER_CACHE };
        for set in [cache, CHECKPOINT] {
            self.pragma_text(set).map_err(|e| storage(&e))?;
        }
        Ok(())
    }

    /// Moves the log into the file and cuts it to nothing; whether no reader kept it.
    pub(crate) fn empty_log(&self) -> Result<bool, Failure> {
        let busy = self.pragma_text("PRAGMA wal_checkpoint(TRUNCATE)").map_err(|e| storage(&e))?;
        Ok(busy == "0")
    }

    /// SQLCipher's version; empty if the library cannot encrypt.
    fn cipher_version(&self) -> Result<String, Failure> {
        self.pragma_text("PRAGMA cipher_version").map_err(|e| storage(&e))
    }

    /// First column of the first row as text; empty if there is no row.
    fn pragma_text(&self, sql: &str) -> rusqlite::Result<String> {
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        let Some(row) = rows.next()? else { return Ok(String::new()) };
        Ok(match row.get_ref(0)? {
            ValueRef::Integer(value) => value.to_string(),
            ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
            _ => String::new(),
        })
    }

    /// Runs transaction control, which takes no values.
    fn control(&self, sql: &str) -> Result<(), Failure> {
        let mut statement = self.connection.prepare_cached(sql).map_err(|e| storage(&e))?;
        statement.execute([]).map(|_| ()).map_err(|e| storage(&e))
    }
}

impl Connection for Sqlite {
    fn begin_read(&self) -> Result<(), Failure> {
        self.control("BEGIN")
    }

    fn begin_write(&self) -> Result<(), Failure> {
        self.control("BEGIN IMMEDIATE")
    }

    fn savepoint(&self) -> Result<(), Failure> {
        self.control("SAVEPOINT job")
    }

    /// For one, SQLite keeps in memory what each page was before.
    fn always_needs_savepoint(&self) -> bool {
        false
    }

    fn keep(&self) -> Result<(), Failure> {
        self.control("RELEASE job")
    }

    fn undo(&self) -> Result<(), Failure> {
        self.control("ROLLBACK TO job")?;
        self.control("RELEASE job")
    }

    fn commit(&self) -> Result<(), Failure> {
        self.control("COMMIT")
    }

    fn leave(&self) {
        if !self.connection.is_autocommit() {
            // The next BEGIN fails if this does, and says so.
            let _ = self.control("ROLLBACK");
        }
    }

    fn version(&self) -> Result<String, Failure> {
        Ok(format!("SQLCipher {}", self.cipher_version()?))
    }
}

impl Executor for Sqlite {
    fn execute(&self, sql: &str, values: &[Value]) -> Result<usize, Failure> {
        let mut statement = self.connection.prepare_cached(sql).map_err(|e| storage(&e))?;
        statement.execute(params_from_iter(values)).map_err(|e| storage(&e))
    }

    fn execute_all(&self, sql: &str, rows: &[Vec<Value>]) -> Result<(), Failure> {
        // One by one: a statement of many rows keeps what its pages were, in case it fails.
        let mut statement = self.connection.prepare_cached(sql).map_err(|e| storage(&e))?;
        for row in rows {
            statement.execute(params_from_iter(row)).map_err(|e| storage(&e))?;
        }
        Ok(())
    }

    fn execute_numbers(
        &self,
        sql: &str,
        tenant: &str,
        width: usize,
        numbers: &[i64],
    ) -> Result<(), Failure> {
        let failed = |error: rusqlite::Error| storage(&error);
        let mut statement = self.connection.prepare_cached(sql).map_err(failed)?;
        // It stays bound from one row to the next.
        statement.raw_bind_parameter(1, tenant).map_err(failed)?;
        for row in numbers.chunks(width) {
            for (place, number) in (2..).zip(row) {
                statement.raw_bind_parameter(place, number).map_err(failed)?;
            }
            statement.raw_execute().map_err(failed)?;
        }
        Ok(())
    }

    fn query(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>, Failure> {
        let failed = |error: rusqlite::Error| storage(&error);
        #[cfg(test)]
        plan::note(&self.connection, sql, values);
        let mut statement = self.connection.prepare_cached(sql).map_err(failed)?;
        let columns = statement.column_count();
        let mut rows = statement.query(params_from_iter(values)).map_err(failed)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            let value = |place| {
                Ok(match row.get_ref(place)? {
                    ValueRef::Integer(value) => Value::Int(value),
                    ValueRef::Text(_) => Value::from(row.get_ref(place)?.as_str()?),
                    ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
                    ValueRef::Null | ValueRef::Real(_) => Value::Null,
                })
            };
            let values = (0..columns).map(value).collect::<rusqlite::Result<_>>();
            all.push(Row(values.map_err(failed)?));
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_before_are_read_and_written() {
        let directory = tempfile::tempdir().unwrap();
        let (path, key) = (directory.path().join("a.db"), "ab".repeat(32));
        let before = Sqlite::open_as(&path, &key, "HMAC_SHA512").unwrap().unwrap();
        before.settle(true).unwrap();
        before.execute("CREATE TABLE a (b INTEGER)", &[]).unwrap();
        drop(before);
        for expected in 0..2 {
            let now = Sqlite::open(&path, &key, true).unwrap();
            assert_eq!(now.query("SELECT b FROM a", &[]).unwrap().len(), expected);
            now.execute("INSERT INTO a (b) VALUES (1)", &[]).unwrap();
        }
        let other = Sqlite::open(&path, &"cd".repeat(32), true);
        assert!(matches!(other, Err(Failure::KeyMismatch { .. })));
        let new = directory.path().join("new.db");
        Sqlite::open(&new, &key, true).unwrap().execute("CREATE TABLE a (b)", &[]).unwrap();
        assert!(Sqlite::open_as(&new, &key, "HMAC_SHA512").unwrap().is_none());
        assert!(Sqlite::open_as(&new, &key, "HMAC_SHA256").unwrap().is_some());
    }
}
