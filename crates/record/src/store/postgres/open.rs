//! Opening a store in PostgreSQL: the schemas, the key check, the migrations.

use super::session::Session;
use super::{ARCHIVE, DECISION, GENOME, LOCK, Postgres, PostgresUrl, RECORD, Schema};
use crate::Failure;
use crate::key::Keys;
use crate::sql::schema;
use crate::store::open::{Database, Files, Migrations, apply};
use crate::store::{Connection, Executor, values};
use model::Timestamp;

const KEY_CHECK_TABLE: &str = "CREATE TABLE IF NOT EXISTS key_check (value {text} NOT NULL)";
const KEY_CHECK_GET: &str = "SELECT value FROM key_check";
const KEY_CHECK_PUT: &str = "INSERT INTO key_check (value) VALUES ($1)";

/// The lock of those who open, held for as long as its session lives.
pub(crate) struct Opening {
    _session: Session,
}

/// Waits until nobody else opens the store.
fn alone(url: &PostgresUrl) -> Result<Opening, Failure> {
    let mut session = Session::connect(url, None)?;
    session.run(&format!("SET lock_timeout = 0; SELECT pg_advisory_lock({LOCK}, 0)"))?;
    Ok(Opening { _session: session })
}

/// Whether no store was made in the database yet.
pub(crate) fn is_new(url: &PostgresUrl) -> Result<bool, Failure> {
    let mut session = Session::connect(url, None)?;
    let there = "SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = $1 AND tablename = $2";
    Ok(session.query(there, values![RECORD.name, "key_check"])?.is_empty())
}

/// Opens the schemas, making what is not there. Only one process opens at a time; the rest of the
/// opening is done while the lock is held.
pub(crate) fn open(
    url: &PostgresUrl,
    keys: &Keys,
    readers: usize,
    now: Timestamp,
) -> Result<(Files, Opening), Failure> {
    let all = [schema::RECORD, schema::ARCHIVE, schema::DECISION, schema::GENOME];
    open_as(url, keys, readers, now, all)
}

/// The same with the migrations of record, archive, decisions and genomes up to some version.
pub(crate) fn open_as(
    url: &PostgresUrl,
    keys: &Keys,
    readers: usize,
    now: Timestamp,
    [record, archive, decision, genome]: [Migrations; 4],
) -> Result<(Files, Opening), Failure> {
    let opening = alone(url)?;
    let one = |schema: Schema, migrations| database(url, keys, schema, readers, migrations, now);
    // The record first: it holds the check of the key.
    let record = one(RECORD, record)?;
    let archive = one(ARCHIVE, archive)?;
    let decision = one(DECISION, decision)?;
    let genome = one(GENOME, genome)?;
    Ok((Files { archive, record, decision, genome }, opening))
}

fn database(
    url: &PostgresUrl,
    keys: &Keys,
    schema: Schema,
    readers: usize,
    migrations: &[&[&str]],
    now: Timestamp,
) -> Result<Database, Failure> {
    let writer = Postgres::new(url, schema);
    writer.begin_write()?;
    let made = prepare(&writer, keys, schema, url, migrations, now);
    let made = made.and_then(|version| writer.commit().map(|()| version));
    if made.is_err() {
        writer.leave();
    }
    let reader = || Box::new(Postgres::new(url, schema)) as Box<dyn Connection>;
    Ok(Database {
        schema_version: made?,
        readers: (0..readers).map(|_| reader()).collect(),
        writer: Box::new(writer),
    })
}

/// One transaction: another key, or a newer schema, leaves everything as it was.
fn prepare(
    writer: &Postgres,
    keys: &Keys,
    schema: Schema,
    url: &PostgresUrl,
    migrations: &[&[&str]],
    now: Timestamp,
) -> Result<u32, Failure> {
    let is_there = "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1";
    // A role without the right to make schemas may use those that were made for it.
    if writer.first(is_there, values![schema.name])?.is_none() {
        writer.execute(&format!("CREATE SCHEMA {}", schema.name), &[])?;
    }
    if schema.name == RECORD.name {
        check_key(writer, keys, url)?;
    }
    apply(writer, schema::POSTGRES_WORDS, migrations, now)
}

/// Compares the master key with the one the store was made with.
fn check_key(writer: &Postgres, keys: &Keys, url: &PostgresUrl) -> Result<(), Failure> {
    writer.execute(&crate::store::open::worded(KEY_CHECK_TABLE, schema::POSTGRES_WORDS), &[])?;
    let expected = keys.check_value()?;
    match writer.first(KEY_CHECK_GET, &[])? {
        Some(row) if row.text(0)? == expected => Ok(()),
        Some(_) => Err(Failure::KeyMismatch { place: url.to_string() }),
        None => writer.execute(KEY_CHECK_PUT, values![expected]).map(|_| ()),
    }
}
