//! Opening the store. The directory: the key check, the headers, the migrations.

use super::sqlite::{Sqlite, statistics};
use super::{Claims, Connection, Executor, Store, postgres, values};
use crate::Failure;
use crate::key::{Keys, MasterKey, ring};
use crate::sql::schema;
use model::Timestamp;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;

/// First bytes of a database that is not encrypted.
const PLAIN_HEADER: &[u8; 16] = b"SQLite format 3\0";

const MIGRATION_TABLE: &str = "CREATE TABLE IF NOT EXISTS migration (version {int} NOT NULL
    PRIMARY KEY, applied {int} NOT NULL) {strict}";
const MIGRATION_LAST: &str = "SELECT coalesce(max(version), 0) FROM migration";
const MIGRATION_PUT: &str = "INSERT INTO migration (version, applied) VALUES ($1, $2)";

/// One opened database.
pub(crate) struct Database {
    /// The connection that writes.
    pub(crate) writer: Box<dyn Connection>,
    /// The connections that read.
    pub(crate) readers: Vec<Box<dyn Connection>>,
    /// Its schema version.
    pub(crate) schema_version: u32,
}

/// The databases.
pub(crate) struct Files {
    /// Raw messages.
    pub(crate) archive: Database,
    /// Resources, facts, statements, reviews, accounts.
    pub(crate) record: Database,
    /// Cards that were shown, and what was answered to them.
    pub(crate) decision: Database,
    /// Genomes.
    pub(crate) genome: Database,
}

/// The file of resources and of what is searched.
const RECORD: &str = "record.db";

/// Opens the keyring and the databases, making what is not there. Only one process opens at a time.
pub(crate) fn open(
    directory: &Path,
    store: &Store,
    master_key: &MasterKey,
    readers: usize,
    now: Timestamp,
) -> Result<(Arc<Keys>, Files), Failure> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(|e| io(&e))?;
    let is_new = || match store {
        Store::Directory => Ok(STARTED.iter().all(|name| !directory.join(name).exists())),
        Store::Postgres(url) => postgres::is_new(url),
    };
    let mut opening = ring::open(directory, master_key, is_new)?;
    let files = databases(directory, store, &opening.keys, readers, now);
    let files = files.map_err(|failure| opening.explained(failure))?;
    opening.settle()?;
    crate::erasure::replay(&files, &opening.keys, now)?;
    Ok((opening.keys, files))
}

/// What is there of a store that was begun.
const STARTED: [&str; 3] = ["archive.db", RECORD, "key-check"];

fn databases(
    directory: &Path,
    store: &Store,
    keys: &Keys,
    readers: usize,
    now: Timestamp,
) -> Result<Files, Failure> {
    let claims = Claims::new(directory, store);
    match store {
        Store::Directory => {
            refuse_moved(directory)?;
            open_directory(directory, &claims, keys, readers, now)
        }
        Store::Postgres(url) => {
            refuse_unmoved(directory)?;
            let (files, _opening) = postgres::open(url, keys, readers, now)?;
            crate::search::bring_up_to_date(files.record.writer.as_ref(), keys)?;
            crate::label::bring_up_to_date(files.record.writer.as_ref(), keys)?;
            crate::care::bring_up_to_date(files.record.writer.as_ref(), keys, now)?;
            crate::genome::remove_leftovers(&claims, files.genome.writer.as_ref())?;
            Ok(files)
        }
    }
}

/// Stands in a directory whose record was moved to PostgreSQL.
const MOVED: &str = "moved-to-postgresql";

/// Notes where the record of a directory has gone.
pub(super) fn mark_moved(directory: &Path, to: &str) -> Result<(), Failure> {
    let write = |mut file: File| {
        writeln!(file, "{to}")?;
        file.sync_all()?;
        File::open(directory)?.sync_all()
    };
    private(OpenOptions::new().create(true).truncate(true).write(true))
        .open(directory.join(MOVED))
        .and_then(write)
        .map_err(|e| io(&e))
}

/// Without the name of its store, a record that was moved would go on from where it was left.
fn refuse_moved(directory: &Path) -> Result<(), Failure> {
    let mark = directory.join(MOVED);
    match std::fs::read_to_string(&mark) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(io(&error)),
        Ok(to) => Err(Failure::Storage(format!(
            "the record was moved to {}; name that store, or remove `{}` to go back to the files",
            to.trim_end(),
            mark.display()
        ))),
    }
}

/// A record that is still in files would be told as empty.
fn refuse_unmoved(directory: &Path) -> Result<(), Failure> {
    if !directory.join(RECORD).exists() || directory.join(MOVED).exists() {
        return Ok(());
    }
    let text = "the directory holds a record of its own; `cognate store copy` moves it";
    Err(Failure::Storage(format!("{}: {text}", directory.display())))
}

fn open_directory(
    directory: &Path,
    claims: &Claims,
    keys: &Keys,
    readers: usize,
    now: Timestamp,
) -> Result<Files, Failure> {
    let lock = private(OpenOptions::new().create(true).truncate(false).write(true))
        .open(directory.join("open.lock"))
        .map_err(|e| io(&e))?;
    lock.lock().map_err(|e| io(&e))?;
    let archive = directory.join("archive.db");
    let record = directory.join(RECORD);
    let decision = directory.join("decision.db");
    let genome = directory.join("genome.db");
    let is_new = !archive.exists() && !record.exists();
    refuse_plain(&archive)?;
    refuse_plain(&record)?;
    refuse_plain(&decision)?;
    refuse_plain(&genome)?;
    let key_is_right = check_key(directory, keys, is_new)?;
    let one = |path: &Path, migrations| match database(path, keys, readers, migrations, now) {
        Err(Failure::KeyMismatch { place }) if key_is_right => {
            Err(Failure::Storage(format!("{place}: the file is damaged")))
        }
        other => other,
    };
    let record = one(&record, schema::RECORD)?;
    crate::search::bring_up_to_date(record.writer.as_ref(), keys)?;
    crate::label::bring_up_to_date(record.writer.as_ref(), keys)?;
    crate::care::bring_up_to_date(record.writer.as_ref(), keys, now)?;
    let genome = one(&genome, schema::GENOME)?;
    crate::genome::remove_leftovers(claims, genome.writer.as_ref())?;
    Ok(Files {
        genome,
        archive: one(&archive, schema::ARCHIVE)?,
        record,
        decision: one(&decision, schema::DECISION)?,
    })
}

/// The migrations of a database.
pub(crate) type Migrations = &'static [&'static [&'static str]];

/// Makes databases of some schemas in a directory that has none.
pub(crate) fn new_files(
    directory: &Path,
    keys: &Keys,
    names: &[&str; 4],
    migrations: [Migrations; 4],
    now: Timestamp,
) -> Result<Vec<Box<dyn Connection>>, Failure> {
    check_key(directory, keys, true)?;
    let one = |(name, migrations): (&&str, Migrations)| {
        let path = directory.join(format!("{name}.db"));
        if path.exists() {
            return Err(Failure::Storage(format!("{}: the file is there", path.display())));
        }
        Ok(database(&path, keys, 0, migrations, now)?.writer)
    };
    names.iter().zip(migrations).map(one).collect()
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(0o600)
}

fn io(error: &std::io::Error) -> Failure {
    Failure::Storage(error.to_string())
}

fn refuse_plain(path: &Path) -> Result<(), Failure> {
    let mut header = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(16).read_to_end(&mut header).map_err(|e| io(&e))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(io(&error)),
    };
    if header == PLAIN_HEADER {
        let text = "the database file is not encrypted".to_owned();
        return Err(Failure::NotEncrypted { place: path.display().to_string(), text });
    }
    Ok(())
}

/// Compares the master key with the one the directory was made with. A wrong key and a damaged
/// file look the same to SQLCipher; this tells them apart: whether the key is known to be right.
fn check_key(directory: &Path, keys: &Keys, is_new: bool) -> Result<bool, Failure> {
    let path = directory.join("key-check");
    let expected = keys.check_value()?;
    match std::fs::read_to_string(&path) {
        Ok(found) if found.trim_end() == expected => Ok(true),
        Ok(found) if !(found.is_empty() && is_new) => {
            Err(Failure::KeyMismatch { place: directory.display().to_string() })
        }
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io(&error)),
        // A directory restored without the check value: the pages themselves decide.
        _ if !is_new => Ok(false),
        _ => {
            let write = |mut file: File| {
                writeln!(file, "{expected}")?;
                file.sync_all()?;
                File::open(directory)?.sync_all()
            };
            private(OpenOptions::new().create(true).truncate(true).write(true))
                .open(&path)
                .and_then(write)
                .map(|()| true)
                .map_err(|e| io(&e))
        }
    }
}

fn database(
    path: &Path,
    keys: &Keys,
    readers: usize,
    migrations: &[&[&str]],
    now: Timestamp,
) -> Result<Database, Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let raw_key = keys.database(&name)?;
    private(OpenOptions::new().create(true).truncate(false).write(true))
        .open(path)
        .map_err(|e| io(&e))?;
    let mut writer = Sqlite::open(path, &raw_key, true)?.moving_beside(path, &raw_key)?;
    if name == RECORD {
        writer = writer.keeping_much()?;
    }
    let schema_version = migrate(&writer, migrations, now)?;
    let reader = |_| Ok(Box::new(Sqlite::open(path, &raw_key, false)?) as Box<dyn Connection>);
    let readers = (0..readers).map(reader).collect::<Result<_, Failure>>()?;
    Ok(Database { writer: Box::new(writer), readers, schema_version })
}

/// Brings the schema up to date in one transaction; a newer schema than ours is refused.
fn migrate(connection: &Sqlite, migrations: &[&[&str]], now: Timestamp) -> Result<u32, Failure> {
    connection.begin_write()?;
    let newest = apply(connection, schema::SQLITE_WORDS, migrations, now);
    match newest.and_then(|newest| statistics::settle(connection).map(|()| newest)) {
        Ok(version) => connection.commit().map(|()| version),
        Err(failure) => {
            connection.leave();
            Err(failure)
        }
    }
}

/// The migrations that a database has not had yet, inside a transaction.
pub(super) fn apply(
    connection: &dyn Executor,
    words: Words<'_>,
    migrations: &[&[&str]],
    now: Timestamp,
) -> Result<u32, Failure> {
    connection.execute(&worded(MIGRATION_TABLE, words), &[])?;
    let done = connection.one(MIGRATION_LAST, &[])?.count(0)?;
    let known = migrations.len() as u64;
    if done > known {
        let text = format!("the schema is version {done}, this program knows {known}");
        return Err(Failure::Storage(text));
    }
    for (version, texts) in (1_u64..).zip(migrations) {
        if version > done {
            let texts: Vec<String> = texts.iter().map(|text| worded(text, words)).collect();
            connection.run_all(&texts)?;
            connection.execute(MIGRATION_PUT, values![version, now.micros()])?;
        }
    }
    Ok(u32::try_from(known).unwrap_or(u32::MAX))
}

/// What stands for the words in braces of a migration.
pub(super) type Words<'w> = &'w [(&'w str, &'w str)];

/// A migration in the words of one database.
pub(super) fn worded(text: &str, words: Words<'_>) -> String {
    let replace = |text: String, (from, to): &(&str, &str)| text.replace(from, to);
    words.iter().fold(text.to_owned(), replace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_of_an_earlier_schema_is_brought_up_to_date() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("record.db");
        let connection = Sqlite::open(&path, &"ab".repeat(32), true).unwrap();
        let now = Timestamp::from_micros(1);
        let old = schema::RECORD.get(..2).unwrap();
        assert_eq!(migrate(&connection, old, now).unwrap(), 2);
        let put = "INSERT INTO resource (tenant, resource_type, id, version, patient, recorded,
            deleted) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let row = values!["t1", "Observation", "o1", 1_i64, "p1", 1_i64, false];
        connection.execute(put, row).unwrap();
        let put = "INSERT INTO resource_version (tenant, resource_type, id, version, patient,
            sequence, recorded, deleted, sha256, raw, body)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        let row = values![
            "t1",
            "Observation",
            "o1",
            1_i64,
            "p1",
            41_i64,
            1_i64,
            false,
            "",
            "",
            Vec::new()
        ];
        connection.execute(put, row).unwrap();
        for put in [
            "INSERT INTO change (tenant, sequence, kind, resource_type, id, version, patient,
                deleted) VALUES ('t1', 41, 'resource', 'Observation', 'o1', 1, 'p1', 0)",
            "INSERT INTO raw_state (tenant, raw, state, problems, changed)
                VALUES ('t1', 'r1', 'filed', '[]', 7)",
            "INSERT INTO raw_patient (tenant, raw, patient) VALUES ('t1', 'r1', 'p1')",
        ] {
            connection.execute(put, &[]).unwrap();
        }
        // The last one before these tables got another form.
        migrate(&connection, schema::RECORD.get(..22).unwrap(), now).unwrap();
        connection.execute("UPDATE raw_state SET reading = $1", values![vec![1, 2]]).unwrap();
        let newest = u32::try_from(schema::RECORD.len()).unwrap();
        assert_eq!(migrate(&connection, schema::RECORD, now).unwrap(), newest);
        // A resource is led by the number of the change it came with.
        let rows = connection.query("SELECT number, id FROM resource", &[]).unwrap();
        assert_eq!(rows.first().unwrap().int(0).unwrap(), 41);
        // What goes to tables of another form goes there whole.
        let moved = "SELECT c.sequence || ' ' || c.kind || ' ' || c.resource_type || '/' || c.id ||
            ' ' || c.version || ' ' || c.deleted || ' ' || s.raw || ' ' || s.state || ' ' ||
            s.problems || ' ' || s.changed || ' ' || p.raw FROM change c
            JOIN raw_state s ON s.tenant = c.tenant
            JOIN raw_patient p ON p.tenant = c.tenant AND p.patient = c.patient";
        let rows = connection.query(moved, &[]).unwrap();
        let texts: Vec<&str> = rows.iter().map(|row| row.text(0).unwrap()).collect();
        assert_eq!(texts, ["41 resource Observation/o1 1 0 r1 filed [] 7 r1"]);
        let readings = connection.query("SELECT reading FROM raw_state", &[]).unwrap();
        assert_eq!(readings.first().unwrap().bytes(0).unwrap(), [1, 2]);
        // The search values are made again from the resources; nothing says they are there.
        let rows = connection.query("SELECT concept FROM search_token", &[]).unwrap();
        assert!(rows.is_empty());
        let version = connection.first(crate::sql::record::INDEX_VERSION_GET, &[]).unwrap();
        assert!(version.is_none());
        assert!(migrate(&connection, old, now).is_err(), "a newer schema is refused");
    }
}
