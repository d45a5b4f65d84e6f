//! The way back of a store that was saved as tables: into an empty PostgreSQL store, or into files.

use super::table::TableParser;
use super::tables::{NAMES, TABLES, read_table};
use super::{DATABASES, ResourceDigest, examine};
use crate::key::ring;
use crate::sql::schema;
use crate::store::postgres::{self, Postgres, SCHEMAS};
use crate::store::{
    Connection, Digest, Executor, FILE_TABLES, Migrations, OWN, POSITION, PostgresUrl, Row, Table,
    Value, new_files, refuse_filled, values,
};
use crate::{Clock, Failure, MasterKey};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Where rows go.
enum Target {
    /// One connection for all schemas.
    Postgres { connection: Box<Postgres>, _opening: postgres::Opening },
    /// A file for each, in the order of the schemas.
    Files(Vec<Box<dyn Connection>>),
}

impl Target {
    /// Where a table `SCHEMA.NAME` is, and what it is called there.
    fn find<'n>(&self, table: &'n str) -> Option<(&dyn Connection, &'n str)> {
        match self {
            Self::Postgres { connection, .. } => Some((connection.as_ref(), table)),
            Self::Files(files) => {
                let (schema, name) = table.split_once('.')?;
                let place = SCHEMAS.iter().position(|known| known.name == schema)?;
                Some((files.get(place)?.as_ref(), name))
            }
        }
    }

    fn read_table(&self, table: &str) -> Result<Table, Failure> {
        let unknown = || Failure::Storage(format!("the store has no table {table}"));
        let (connection, name) = self.find(table).ok_or_else(unknown)?;
        match self {
            Self::Files(_) => Table::read(connection, name),
            Self::Postgres { .. } => {
                let (schema, name) = table.split_once('.').ok_or_else(unknown)?;
                let schema = SCHEMAS.iter().find(|known| known.name == schema);
                read_table(connection, *schema.ok_or_else(unknown)?, name)
            }
        }
    }

    fn connections(&self) -> Vec<&dyn Connection> {
        match self {
            Self::Postgres { connection, .. } => vec![connection.as_ref()],
            Self::Files(files) => files.iter().map(AsRef::as_ref).collect(),
        }
    }
}

/// A restore of tables: nobody else writes meanwhile, and nothing is kept unless it is committed.
pub struct Loading {
    target: Target,
    missing: BTreeSet<String>,
    current: Option<Current>,
}

struct Current {
    table: String,
    parser: TableParser,
    put: String,
    digest: Digest,
    columns: (Vec<String>, Vec<String>),
}

impl std::fmt::Debug for Loading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Loading(..)")
    }
}

impl Drop for Loading {
    fn drop(&mut self) {
        self.target.connections().into_iter().for_each(Connection::leave);
    }
}

/// The migrations up to the versions of a snapshot.
fn up_to(schemas: &BTreeMap<String, u32>) -> Result<[Migrations; 4], Failure> {
    let all = [schema::RECORD, schema::ARCHIVE, schema::DECISION, schema::GENOME];
    let mut some = all;
    for ((name, all), some) in DATABASES.iter().zip(all).zip(&mut some) {
        let version = schemas.get(*name).copied().unwrap_or_default() as usize;
        *some = all.get(..version).ok_or_else(|| {
            Failure::Storage(format!("the schema of {name} is newer than this program"))
        })?;
    }
    Ok(some)
}

impl Loading {
    /// Makes the schemas as a snapshot has them in a PostgreSQL store and begins. The keyring is in
    /// the directory by then, or in a place of its own.
    /// [`Failure::Conflict`] if there is anything in the store.
    pub fn begin(
        url: &PostgresUrl,
        (directory, master_key): (&Path, &MasterKey),
        schemas: &BTreeMap<String, u32>,
        clock: &Clock,
    ) -> Result<Self, Failure> {
        let keys = ring::root(directory, master_key)?;
        let (_, opening) = postgres::open_as(url, &keys, 0, clock(), up_to(schemas)?)?;
        let connection = Box::new(Postgres::new(url, postgres::RECORD));
        connection.begin_write()?;
        let mut missing = BTreeSet::new();
        for schema in SCHEMAS {
            connection.lock(schema)?;
            refuse_filled(&connection, schema, url)?;
            for row in connection.query(NAMES, values![schema.name])? {
                if !OWN.contains(&row.text(0)?) {
                    missing.insert(format!("{}.{}", schema.name, row.text(0)?));
                }
            }
        }
        let target = Target::Postgres { connection, _opening: opening };
        Ok(Self { target, missing, current: None })
    }

    /// The same in new files of a directory that has none.
    pub fn begin_files(
        directory: &Path,
        master_key: &MasterKey,
        schemas: &BTreeMap<String, u32>,
        clock: &Clock,
    ) -> Result<Self, Failure> {
        let keys = ring::root(directory, master_key)?;
        let files = new_files(directory, &keys, &DATABASES, up_to(schemas)?, clock())?;
        let mut missing = BTreeSet::new();
        for (schema, file) in SCHEMAS.iter().zip(&files) {
            file.begin_write()?;
            for row in file.query(FILE_TABLES, &[])? {
                missing.insert(format!("{}.{}", schema.name, row.text(0)?));
            }
        }
        Ok(Self { target: Target::Files(files), missing, current: None })
    }

    fn find<'n>(&self, table: &'n str) -> Result<(&dyn Connection, &'n str), Failure> {
        let found = self.target.find(table);
        found.ok_or_else(|| Failure::Storage(format!("the store has no table {table}")))
    }

    /// Begins with the table of a path; whether it is one.
    pub fn table(&mut self, path: &str) -> Result<bool, Failure> {
        self.end_table()?;
        let Some(table) = path.strip_prefix(TABLES) else { return Ok(false) };
        if !self.missing.remove(table) {
            return Err(Failure::Storage(format!("the store has no table {table}")));
        }
        let (connection, name) = self.find(table)?;
        if table.ends_with(&format!(".{POSITION}")) {
            connection.execute(&format!("DELETE FROM {name}"), &[])?;
        }
        self.current = Some(Current {
            table: table.to_owned(),
            parser: TableParser::default(),
            put: String::new(),
            digest: Digest::new(),
            columns: (Vec::new(), Vec::new()),
        });
        Ok(true)
    }

    /// Takes the next bytes of the table.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let no_table = || Failure::Storage("no table was begun".to_owned());
        let current = self.current.as_mut().ok_or_else(no_table)?;
        let (connection, name) = self.target.find(&current.table).ok_or_else(no_table)?;
        let rows = current.parser.feed(bytes)?;
        if let Some(columns) = current.parser.header().filter(|_| current.put.is_empty()) {
            let there = self.target.read_table(&current.table)?;
            let sorted = |columns: &[String]| columns.iter().cloned().collect::<BTreeSet<_>>();
            if sorted(&there.columns) != sorted(&columns.0) || there.key != columns.1 {
                return Err(Failure::Storage(format!("{} has other columns", current.table)));
            }
            let places: Vec<String> = (1..=columns.0.len()).map(|at| format!("${at}")).collect();
            let (names, places) = (columns.0.join(", "), places.join(", "));
            current.put = format!("INSERT INTO {name} ({names}) VALUES ({places})");
            current.columns = columns.clone();
        }
        current.digest.add(&rows);
        let rows: Vec<Vec<Value>> = rows.into_iter().map(Row::into_values).collect();
        if rows.is_empty() { Ok(()) } else { connection.execute_all(&current.put, &rows) }
    }

    /// Reads back what was written and compares.
    fn end_table(&mut self) -> Result<(), Failure> {
        let Some(current) = self.current.take() else { return Ok(()) };
        let Current { table, parser, digest, columns: (columns, _), .. } = current;
        let differs = || Failure::Storage(format!("{table} is not what was saved"));
        if !parser.is_whole() {
            return Err(differs());
        }
        let (connection, name) = self.find(&table)?;
        let rows = Table { columns, ..self.target.read_table(&table)? };
        let mut back = Digest::new();
        rows.walk(connection, name, &mut |rows| {
            back.add(&rows);
            Ok(())
        })?;
        if back.end() != digest.end() {
            return Err(differs());
        }
        // The planner knows nothing yet of tables that were empty a moment ago; that of files is
        // told at the opening.
        match &self.target {
            Target::Files(_) => Ok(()),
            Target::Postgres { connection, .. } => {
                connection.execute(&format!("ANALYZE {name}"), &[]).map(|_| ())
            }
        }
    }

    /// Ends the last table; every one has to have been there. The resources as they are now.
    pub fn end(&mut self) -> Result<ResourceDigest, Failure> {
        self.end_table()?;
        if let Some(table) = self.missing.first() {
            return Err(Failure::Storage(format!("the table {table} was not saved")));
        }
        // The record comes first, and is where names without a schema are looked for.
        let connections = self.target.connections();
        let record = connections.first().copied().ok_or(Failure::NotFound)?;
        examine::resources(record)
    }

    /// Keeps it.
    pub fn commit(self) -> Result<(), Failure> {
        self.target.connections().into_iter().try_for_each(Connection::commit)
    }
}
