//! The executor of PostgreSQL: one session, opened when it is first needed and again when it was
//! lost, except in the middle of a transaction.

mod claim;
mod in_order;
mod many;
mod open;
mod session;
mod socket;
mod tls;
mod url;
mod value;

pub(super) use claim::Claim;
pub(crate) use open::{Opening, is_new, open, open_as};
pub use url::PostgresUrl;

use super::{Connection, Executor, Row, Value};
use crate::Failure;
use session::Session;
use std::cell::{Cell, RefCell};

/// First half of the advisory locks; the second is the number of a schema.
const LOCK: i32 = 0x0c09_a7e1;

/// One of the databases, which here are schemas of one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schema {
    /// Its name.
    pub(crate) name: &'static str,
    /// Number of its writers' lock.
    pub(crate) lock: i32,
}

/// Raw messages.
pub(crate) const ARCHIVE: Schema = Schema { name: "cognate_archive", lock: 1 };
/// Resources, facts, statements, reviews, accounts.
pub(crate) const RECORD: Schema = Schema { name: "cognate_record", lock: 2 };
/// Cards that were shown, and what was answered to them.
pub(crate) const DECISION: Schema = Schema { name: "cognate_decision", lock: 3 };

/// Genomes.
pub(crate) const GENOME: Schema = Schema { name: "cognate_genome", lock: 4 };
/// All of them.
pub(crate) const SCHEMAS: [Schema; 4] = [RECORD, ARCHIVE, DECISION, GENOME];

/// Clears the tables of rows that are dead; whether all could be.
pub(crate) fn vacuum(url: &PostgresUrl) -> bool {
    let vacuum = |table: &str| {
        let mut session = Session::connect(url, None)?;
        session.run(&format!("VACUUM {table}"))
    };
    let tables = || -> Result<Vec<String>, Failure> {
        let mut session = Session::connect(url, None)?;
        let mut tables = Vec::new();
        for schema in SCHEMAS {
            let text = "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = $1";
            for row in session.query(text, super::values![schema.name])? {
                tables.push(format!("{}.{}", schema.name, row.text(0)?));
            }
        }
        Ok(tables)
    };
    tables().is_ok_and(|tables| tables.iter().all(|table| vacuum(table).is_ok()))
}

/// A connection to one schema.
pub(crate) struct Postgres {
    url: PostgresUrl,
    schema: Schema,
    session: RefCell<Option<Session>>,
    is_in_transaction: Cell<bool>,
}

impl Postgres {
    /// A connection that is made when it is first used.
    pub(crate) fn new(url: &PostgresUrl, schema: Schema) -> Self {
        Self {
            url: url.clone(),
            schema,
            session: RefCell::new(None),
            is_in_transaction: Cell::new(false),
        }
    }

    /// Waits for the lock of another schema's writers, too, until the transaction ends.
    pub(crate) fn lock(&self, schema: Schema) -> Result<(), Failure> {
        self.run(&format!("SELECT pg_advisory_xact_lock({LOCK}, {})", schema.lock))
    }

    fn with<T>(&self, work: impl FnOnce(&mut Session) -> Result<T, Failure>) -> Result<T, Failure> {
        let mut slot = self.session.borrow_mut();
        let session = match slot.as_mut() {
            Some(session) => session,
            None if self.is_in_transaction.get() => {
                let text = "the connection to PostgreSQL was lost in a transaction".to_owned();
                return Err(Failure::Storage(text));
            }
            None => slot.insert(Session::connect(&self.url, Some(self.schema.name))?),
        };
        let result = work(session);
        if session.is_lost() {
            *slot = None;
        }
        result
    }

    fn run(&self, sql: &str) -> Result<(), Failure> {
        self.with(|session| session.run(sql))
    }

    /// Begins a transaction. A session that was lost while nobody used it is replaced: nothing
    /// has been done in it yet.
    fn begin(&self, sql: &str) -> Result<(), Failure> {
        self.leave();
        let was_there = self.session.borrow().is_some();
        let mut result = self.run(sql);
        if result.is_err() && was_there && self.session.borrow().is_none() {
            result = self.run(sql);
        }
        self.is_in_transaction.set(true);
        if result.is_err() {
            self.leave();
        }
        result
    }
}

impl Connection for Postgres {
    fn begin_read(&self) -> Result<(), Failure> {
        self.begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    }

    /// The lock is held until the transaction is visible, so whoever comes next sees it: numbers
    /// are given without gaps and appear in their order, whatever the number of processes.
    fn begin_write(&self) -> Result<(), Failure> {
        let lock = self.schema.lock;
        self.begin(&format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
            SELECT pg_advisory_xact_lock({LOCK}, {lock})"
        ))
    }

    fn savepoint(&self) -> Result<(), Failure> {
        self.run("SAVEPOINT job")
    }

    /// After a statement that failed, COMMIT undoes everything and says nothing of it.
    fn always_needs_savepoint(&self) -> bool {
        true
    }

    /// Fails if a statement failed that the job passed over: then all of it is undone.
    fn keep(&self) -> Result<(), Failure> {
        self.run("RELEASE SAVEPOINT job")
    }

    fn undo(&self) -> Result<(), Failure> {
        self.run("ROLLBACK TO SAVEPOINT job; RELEASE SAVEPOINT job")
    }

    fn commit(&self) -> Result<(), Failure> {
        let result = self.run("COMMIT");
        if result.is_err() {
            // Whatever state the session is in, nobody builds on it.
            *self.session.borrow_mut() = None;
        }
        self.is_in_transaction.set(false);
        result.map_err(|failure| {
            Failure::Storage(format!("{failure}; whether the transaction was stored is not known"))
        })
    }

    fn leave(&self) {
        let is_open = self.is_in_transaction.get() && self.session.borrow().is_some();
        if is_open && self.run("ROLLBACK").is_err() {
            *self.session.borrow_mut() = None;
        }
        self.is_in_transaction.set(false);
    }

    fn version(&self) -> Result<String, Failure> {
        self.with(|session| Ok(format!("PostgreSQL {}", session.version())))
    }
}

impl Executor for Postgres {
    fn execute(&self, sql: &str, values: &[Value]) -> Result<usize, Failure> {
        self.with(|session| session.execute(sql, values))
    }

    fn execute_all(&self, sql: &str, rows: &[Vec<Value>]) -> Result<(), Failure> {
        self.with(|session| session.execute_all(sql, rows))
    }

    fn run_all(&self, texts: &[String]) -> Result<(), Failure> {
        self.run(&texts.join(";\n"))
    }

    fn query(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>, Failure> {
        self.with(|session| session.query(sql, values))
    }
}
