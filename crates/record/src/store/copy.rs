//! Moving a record from files to PostgreSQL: every row of every table, in the order of its key.
//!
//! Bodies and data keys stay sealed as they are: both stores are under one master key. Nobody else
//! can write to either store meanwhile, and what is written is read again and compared before it
//! is kept: the copy is there whole and verified, or not at all.

use super::open::{self, mark_moved};
use super::postgres::{self, Postgres, Schema};
use super::{Connection, Executor, PostgresUrl, Row, Store, Value, values};
use crate::{Clock, Failure, MasterKey};
use aws_lc_rs::digest;
use std::collections::BTreeSet;
use std::path::Path;

/// Rows that are read at once.
const ROWS_MAX: usize = 500;
/// Bytes of bodies that are read at once, unless one row alone has more.
const BODY_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Tables of a file. Which migrations were done is the target's own business.
pub(crate) const TABLES: &str = "SELECT name FROM sqlite_schema WHERE type = 'table'
    AND name NOT LIKE 'sqlite%' AND name <> 'migration' ORDER BY name";
/// Columns of a table: name, kind, place in the key.
const COLUMNS: &str = "SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid";
const TARGET_TABLES: &str = "SELECT table_name FROM information_schema.tables
    WHERE table_schema = $1 ORDER BY table_name";
const TARGET_COLUMNS: &str = "SELECT column_name FROM information_schema.columns
    WHERE table_schema = $1 AND table_name = $2";
/// Has rows from the beginning: how far each sequence has come.
pub(crate) const POSITION: &str = "position";
/// Tables that the target fills by itself.
pub(crate) const OWN: [&str; 2] = ["migration", "key_check"];

/// A table that was copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedTable {
    /// `cognate_record.resource_version`.
    pub table: String,
    /// Rows in the file.
    pub rows: u64,
    /// SHA-256 over those rows in the order of their key, lower-case hex.
    pub sha256: String,
    /// Rows read back from PostgreSQL.
    pub rows_read_back: u64,
    /// SHA-256 over those.
    pub sha256_read_back: String,
}

impl CopiedTable {
    /// Whether what was read back is what was there.
    pub fn is_same(&self) -> bool {
        (self.rows, &self.sha256) == (self.rows_read_back, &self.sha256_read_back)
    }
}

/// Moves the record of a directory to an empty store in PostgreSQL and marks the directory, in
/// which the audit log stays; `told` hears of every table. If a table differs, nothing is kept and
/// the list says which. [`Failure::NotFound`] if there is no record in the directory,
/// [`Failure::Conflict`] if the target holds something; no failure changes either store.
pub fn copy_to_postgres(
    directory: &Path,
    master_key: &MasterKey,
    to: &PostgresUrl,
    clock: &Clock,
    told: &mut dyn FnMut(&CopiedTable),
) -> Result<Vec<CopiedTable>, Failure> {
    if !directory.join("record.db").exists() {
        return Err(Failure::NotFound);
    }
    let (keys, files) = open::open(directory, &Store::Directory, master_key, 1, clock())?;
    let (_, _opening) = postgres::open(to, &keys, 0, clock())?;
    let sources = [&files.record, &files.archive, &files.decision, &files.genome];
    let sources = sources.map(|file| &*file.writer);
    let target = Postgres::new(to, postgres::RECORD);
    let copied = copy(sources, &target, to, told);
    target.leave();
    for source in sources {
        source.leave();
    }
    let copied = copied?;
    if copied.iter().all(CopiedTable::is_same) {
        mark_moved(directory, &to.to_string())?;
    }
    Ok(copied)
}

/// One transaction over everything, in which nobody else writes, here or there.
fn copy(
    sources: [&dyn Connection; 4],
    target: &Postgres,
    to: &PostgresUrl,
    told: &mut dyn FnMut(&CopiedTable),
) -> Result<Vec<CopiedTable>, Failure> {
    sources.iter().try_for_each(|source| source.begin_write())?;
    target.begin_write()?;
    postgres::SCHEMAS.iter().try_for_each(|schema| target.lock(*schema))?;
    let mut copied = Vec::new();
    for schema in postgres::SCHEMAS {
        refuse_filled(target, schema, to)?;
    }
    for (schema, source) in postgres::SCHEMAS.iter().zip(sources) {
        for row in source.query(TABLES, &[])? {
            let table = Table::read(source, row.text(0)?)?;
            table.refuse_other_columns(target, *schema)?;
            let done = table.copy(source, target, *schema)?;
            told(&done);
            copied.push(done);
        }
    }
    if copied.iter().all(CopiedTable::is_same) {
        target.commit()?;
    }
    Ok(copied)
}

/// Refuses a target in which there is anything.
pub(crate) fn refuse_filled(
    target: &Postgres,
    schema: Schema,
    to: &PostgresUrl,
) -> Result<(), Failure> {
    for row in target.query(TARGET_TABLES, values![schema.name])? {
        let name = row.text(0)?;
        let condition = match name {
            _ if OWN.contains(&name) => continue,
            // An empty store that was opened before knows how it would be indexed and read.
            POSITION => "WHERE value <> 0 AND name NOT IN ('search', 'label', 'care')",
            _ => "",
        };
        let table = format!("{}.{name}", schema.name);
        let any = format!("SELECT 1 FROM {table} {condition} LIMIT 1");
        if target.first(&any, &[])?.is_some() {
            return Err(Failure::Conflict {
                place: to.to_string(),
                expected: "an empty store".to_owned(),
                found: format!("rows in {table}"),
            });
        }
    }
    Ok(())
}

/// A table as it is read and written.
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
    pub(crate) key: Vec<String>,
    /// Sum of the lengths of what may be long in a row; nothing if all is short.
    pub(crate) length: Option<String>,
}

impl Table {
    pub(crate) fn read(source: &dyn Executor, name: &str) -> Result<Self, Failure> {
        let (mut columns, mut key, mut lengths) = (Vec::new(), Vec::new(), Vec::new());
        for row in source.query(COLUMNS, values![name])? {
            let column = row.text(0)?.to_owned();
            if row.text(1)? == "BLOB" {
                lengths.push(format!("coalesce(length({column}), 0)"));
            }
            if row.int(2)? > 0 {
                key.push((row.int(2)?, column.clone()));
            }
            columns.push(column);
        }
        key.sort();
        if key.is_empty() {
            return Err(Failure::Storage(format!("the table {name} has no key")));
        }
        let key = key.into_iter().map(|(_, column)| column).collect();
        let length = (!lengths.is_empty()).then(|| lengths.join(" + "));
        Ok(Self { name: name.to_owned(), columns, key, length })
    }

    fn refuse_other_columns(&self, target: &Postgres, schema: Schema) -> Result<(), Failure> {
        let rows = target.query(TARGET_COLUMNS, values![schema.name, &self.name])?;
        let found = rows.iter().map(|row| row.text(0)).collect::<Result<BTreeSet<_>, _>>()?;
        if found == self.columns.iter().map(String::as_str).collect() {
            return Ok(());
        }
        Err(Failure::Storage(format!("{}.{} has other columns", schema.name, self.name)))
    }

    fn copy(
        &self,
        source: &dyn Executor,
        target: &Postgres,
        schema: Schema,
    ) -> Result<CopiedTable, Failure> {
        let table = format!("{}.{}", schema.name, self.name);
        if self.name == POSITION {
            target.execute(&format!("DELETE FROM {table}"), &[])?;
        }
        let places: Vec<String> = (1..=self.columns.len()).map(|at| format!("${at}")).collect();
        let (columns, places) = (self.columns.join(", "), places.join(", "));
        let put = format!("INSERT INTO {table} ({columns}) VALUES ({places})");
        let mut there = Digest::new();
        self.walk(source, &self.name, &mut |rows| {
            there.add(&rows);
            let rows: Vec<Vec<Value>> = rows.into_iter().map(|row| row.0).collect();
            target.execute_all(&put, &rows)
        })?;
        let mut back = Digest::new();
        self.walk(target, &table, &mut |rows| {
            back.add(&rows);
            Ok(())
        })?;
        // The planner knows nothing yet of tables that were empty a moment ago.
        target.execute(&format!("ANALYZE {table}"), &[])?;
        let ((rows, sha256), (rows_read_back, sha256_read_back)) = (there.end(), back.end());
        Ok(CopiedTable { table, rows, sha256, rows_read_back, sha256_read_back })
    }

    /// Gives all rows, some at a time, in the order of the key.
    pub(crate) fn walk(
        &self,
        from: &dyn Executor,
        table: &str,
        visit: &mut dyn FnMut(Vec<Row>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut after: Vec<Value> = Vec::new();
        loop {
            let rows = self.next(from, table, &mut after)?;
            if rows.is_empty() {
                return Ok(());
            }
            visit(rows)?;
        }
    }

    /// The rows that follow those of a key, some of them; none at the end.
    pub(crate) fn next(
        &self,
        from: &dyn Executor,
        table: &str,
        after: &mut Vec<Value>,
    ) -> Result<Vec<Row>, Failure> {
        let count = self.count(from, table, after)?;
        let rows = self.page(from, table, &self.columns.join(", "), after, count)?;
        if let Some(last) = rows.last() {
            let place = |key: &String| self.columns.iter().position(|column| column == key);
            let value = |key| place(key).map_or(Value::Null, |at| last.column(at).clone());
            *after = self.key.iter().map(value).collect();
        }
        Ok(rows)
    }

    /// How many of the next rows are taken at once: long ones are few.
    fn count(&self, from: &dyn Executor, table: &str, after: &[Value]) -> Result<usize, Failure> {
        let Some(length) = &self.length else { return Ok(ROWS_MAX) };
        let mut bytes = 0;
        let lengths = self.page(from, table, length, after, ROWS_MAX)?;
        for (count, row) in lengths.iter().enumerate() {
            bytes += row.count(0)?;
            if bytes > BODY_BYTES_MAX {
                return Ok(count.max(1));
            }
        }
        Ok(lengths.len().max(1))
    }

    fn page(
        &self,
        from: &dyn Executor,
        table: &str,
        what: &str,
        after: &[Value],
        count: usize,
    ) -> Result<Vec<Row>, Failure> {
        let key = self.key.join(", ");
        let places: Vec<String> = (1..=after.len()).map(|at| format!("${at}")).collect();
        let begin = match places.as_slice() {
            [] => String::new(),
            places => format!("WHERE ({key}) > ({})", places.join(", ")),
        };
        let limit = after.len() + 1;
        let sql = format!("SELECT {what} FROM {table} {begin} ORDER BY {key} LIMIT ${limit}");
        let mut values = after.to_vec();
        values.push(Value::from(count as u64));
        from.query(&sql, &values)
    }
}

/// SHA-256 over rows: of each value its kind, its length and its bytes.
pub(crate) struct Digest {
    rows: u64,
    context: digest::Context,
}

impl Digest {
    pub(crate) fn new() -> Self {
        Self { rows: 0, context: digest::Context::new(&digest::SHA256) }
    }

    pub(crate) fn add(&mut self, rows: &[Row]) {
        for row in rows {
            self.rows += 1;
            for value in &row.0 {
                match value {
                    Value::Null => self.value(0, &[]),
                    Value::Int(number) => self.value(1, &number.to_be_bytes()),
                    Value::Text(text) => self.value(2, text.as_bytes()),
                    Value::Bytes(bytes) => self.value(3, bytes),
                }
            }
        }
    }

    fn value(&mut self, kind: u8, bytes: &[u8]) {
        self.context.update(&[kind]);
        self.context.update(&(bytes.len() as u64).to_be_bytes());
        self.context.update(bytes);
    }

    pub(crate) fn end(self) -> (u64, String) {
        (self.rows, hex::encode(self.context.finish()))
    }
}
