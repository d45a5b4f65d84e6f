//! The seam to the database: texts with `$n` in, rows of plain values out.
//!
//! Everything above speaks to [`Executor`]; a database is a kind of [`Connection`].

mod batches;
mod claim;
mod copy;
mod open;
mod pool;
pub(crate) mod postgres;
mod rows;
pub(crate) mod sqlite;
mod writer;

pub(crate) use batches::in_batches;
pub(crate) use claim::{Claim, Claims};
pub use copy::{CopiedTable, copy_to_postgres};
pub(crate) use copy::{Digest, OWN, POSITION, TABLES as FILE_TABLES, Table, refuse_filled};
pub(crate) use open::{Files, Migrations, new_files, open};
pub(crate) use pool::Pool;
pub use postgres::PostgresUrl;
pub(crate) use postgres::vacuum;
pub(crate) use rows::{Numbered, Rows};
pub(crate) use writer::{Before, Beside, Urge, Writer};

use crate::Failure;
use smol_str::SmolStr;

/// A value of the three kinds that every database has.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Value {
    /// 64-bit integer.
    Int(i64),
    /// Text without NUL; a short one is kept in place.
    Text(SmolStr),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Nothing; only where a column allows it.
    Null,
}

/// The kind and the size: a value may be a patient's, and what is shown may end in a log.
impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Int(_) => f.write_str("Int"),
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::Bytes(bytes) => write!(f, "Bytes({} bytes)", bytes.len()),
            Self::Null => f.write_str("Null"),
        }
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}
impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}
impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Int(i64::from(value))
    }
}
impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }
}
impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.into())
    }
}
impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value.into())
    }
}
impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::Text(value.as_str().into())
    }
}
impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}

/// Values for `$1`, `$2`, …
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::store::Value::from($value)),*] };
}
pub(crate) use values;

/// The same as a row that waits.
macro_rules! row {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::Value::from($value)),*] };
}
pub(crate) use row;

/// One row; columns by place, from 0.
#[derive(Clone, Debug)]
pub(crate) struct Row(Vec<Value>);

impl Row {
    /// Of values.
    pub(crate) fn new(values: Vec<Value>) -> Self {
        Self(values)
    }

    /// All columns.
    pub(crate) fn values(&self) -> &[Value] {
        &self.0
    }

    /// All columns, given away.
    pub(crate) fn into_values(self) -> Vec<Value> {
        self.0
    }

    fn column(&self, place: usize) -> &Value {
        self.0.get(place).unwrap_or(&Value::Null)
    }

    /// An integer column.
    pub(crate) fn int(&self, place: usize) -> Result<i64, Failure> {
        match self.column(place) {
            Value::Int(value) => Ok(*value),
            _ => Err(Failure::Storage(format!("column {place} is not an integer"))),
        }
    }

    /// A column that counts from 0.
    pub(crate) fn count(&self, place: usize) -> Result<u64, Failure> {
        u64::try_from(self.int(place)?)
            .map_err(|_| Failure::Storage(format!("column {place} is negative")))
    }

    /// A column that is 0 or 1.
    pub(crate) fn flag(&self, place: usize) -> Result<bool, Failure> {
        Ok(self.int(place)? != 0)
    }

    /// A text column.
    pub(crate) fn text(&self, place: usize) -> Result<&str, Failure> {
        match self.column(place) {
            Value::Text(value) => Ok(value),
            _ => Err(Failure::Storage(format!("column {place} is not text"))),
        }
    }

    /// A column of bytes.
    pub(crate) fn bytes(&self, place: usize) -> Result<&[u8], Failure> {
        match self.column(place) {
            Value::Bytes(value) => Ok(value),
            _ => Err(Failure::Storage(format!("column {place} is not bytes"))),
        }
    }

    /// A column of text that may be NULL.
    pub(crate) fn optional_text(&self, place: usize) -> Result<Option<&str>, Failure> {
        match self.column(place) {
            Value::Null => Ok(None),
            _ => self.text(place).map(Some),
        }
    }

    /// A column of bytes that may be NULL.
    pub(crate) fn optional_bytes(&self, place: usize) -> Result<Option<&[u8]>, Failure> {
        match self.column(place) {
            Value::Null => Ok(None),
            _ => self.bytes(place).map(Some),
        }
    }
}

/// Where the databases are.
#[derive(Clone, Debug)]
pub enum Store {
    /// Encrypted files in the directory of the settings.
    Directory,
    /// Schemas of a PostgreSQL database; the directory holds the audit log.
    Postgres(PostgresUrl),
}

/// A connection and its transactions. A job that fails is undone alone, up to its savepoint.
pub(crate) trait Connection: Executor + Send {
    /// Begins a transaction in which every query sees one state.
    fn begin_read(&self) -> Result<(), Failure>;
    /// Begins the one transaction that may write: another waits, in whichever process it is.
    fn begin_write(&self) -> Result<(), Failure>;
    /// Marks the place to which [`Connection::undo`] goes back.
    fn savepoint(&self) -> Result<(), Failure>;
    /// Whether a job needs one also where it has the transaction to itself.
    fn always_needs_savepoint(&self) -> bool;
    /// Keeps what was done since the savepoint.
    fn keep(&self) -> Result<(), Failure>;
    /// Undoes what was done since the savepoint.
    fn undo(&self) -> Result<(), Failure>;
    /// Makes the transaction durable. After a failure nothing is known to be stored.
    fn commit(&self) -> Result<(), Failure>;
    /// Ends a transaction that is still open, if there is one, and undoes it.
    fn leave(&self);
    /// What the database is, for people: `SQLCipher 4.6.1`.
    fn version(&self) -> Result<String, Failure>;
}

/// Rows of numbers that are values at a time.
const NUMBER_ROWS_AT_ONCE: usize = 1_024;

/// One connection in one transaction.
pub(crate) trait Executor {
    /// Runs a statement that gives no rows; how many rows it changed.
    fn execute(&self, sql: &str, values: &[Value]) -> Result<usize, Failure>;

    /// Runs a statement that gives no rows once for each list of values, in their order; none of
    /// them changes what another one wrote.
    fn execute_all(&self, sql: &str, rows: &[Vec<Value>]) -> Result<(), Failure> {
        rows.iter().try_for_each(|row| self.execute(sql, row).map(|_| ()))
    }

    /// As [`Executor::execute_all`], for rows of a tenant whose other values are numbers, `width`
    /// of them in each.
    fn execute_numbers(
        &self,
        sql: &str,
        tenant: &str,
        width: usize,
        numbers: &[i64],
    ) -> Result<(), Failure> {
        let row = |numbers: &[i64]| {
            let numbers = numbers.iter().map(|number| Value::Int(*number));
            std::iter::once(Value::from(tenant)).chain(numbers).collect()
        };
        numbers.chunks(width * NUMBER_ROWS_AT_ONCE).try_for_each(|some| {
            let rows: Vec<Vec<Value>> = some.chunks(width).map(row).collect();
            self.execute_all(sql, &rows)
        })
    }

    /// Runs texts that take no values and give no rows, in their order.
    fn run_all(&self, texts: &[String]) -> Result<(), Failure> {
        texts.iter().try_for_each(|text| self.execute(text, &[]).map(|_| ()))
    }

    /// Runs a statement and gives its rows.
    fn query(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>, Failure>;

    /// The first row, if there is one.
    fn first(&self, sql: &str, values: &[Value]) -> Result<Option<Row>, Failure> {
        Ok(self.query(sql, values)?.into_iter().next())
    }

    /// The row that must be there.
    fn one(&self, sql: &str, values: &[Value]) -> Result<Row, Failure> {
        self.first(sql, values)?.ok_or_else(|| Failure::Storage("a row is missing".to_owned()))
    }
}
