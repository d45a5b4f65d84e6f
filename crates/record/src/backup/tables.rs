//! One moment of a record in PostgreSQL: one transaction over all schemas.

use super::DATABASES;
use super::table::TableReader;
use crate::Failure;
use crate::key::Keys;
use crate::store::postgres::{self, Postgres, SCHEMAS, Schema};
use crate::store::{Connection, Executor, OWN, PostgresUrl, Row, Table, values};
use std::collections::BTreeMap;
use std::io::Read;

/// Where the files of tables stand in a snapshot.
pub(super) const TABLES: &str = "tables/";
pub(super) const NAMES: &str = "SELECT table_name FROM information_schema.tables
    WHERE table_schema = $1 AND table_type = 'BASE TABLE' ORDER BY table_name";
const COLUMNS: &str = "SELECT column_name, data_type FROM information_schema.columns
    WHERE table_schema = $1 AND table_name = $2 ORDER BY ordinal_position";
const KEY: &str = "SELECT u.column_name FROM information_schema.table_constraints c
    JOIN information_schema.key_column_usage u ON u.constraint_schema = c.constraint_schema
    AND u.constraint_name = c.constraint_name AND u.table_name = c.table_name
    WHERE c.constraint_type = 'PRIMARY KEY' AND c.table_schema = $1 AND c.table_name = $2
    ORDER BY u.ordinal_position";

/// A reading transaction and the tables it sees.
pub(super) struct Tables {
    pub(super) connection: Postgres,
    pub(super) list: Vec<(String, Table)>,
    pub(super) schemas: BTreeMap<String, u32>,
}

impl Tables {
    /// Begins. [`Failure::NotFound`] if there is no record, [`Failure::KeyMismatch`] on another
    /// master key.
    pub(super) fn begin(url: &PostgresUrl, keys: &Keys) -> Result<Self, Failure> {
        let connection = Postgres::new(url, postgres::RECORD);
        connection.begin_read()?;
        let (mut tables, mut schemas) = (Vec::new(), BTreeMap::new());
        for (schema, name) in SCHEMAS.iter().zip(DATABASES) {
            let names = connection.query(NAMES, values![schema.name])?;
            let names = names.iter().map(|row| row.text(0)).collect::<Result<Vec<_>, _>>()?;
            if names.is_empty() {
                return Err(Failure::NotFound);
            }
            schemas.insert(name.to_owned(), schema_version(&connection, *schema)?);
            for table in names.into_iter().filter(|name| !OWN.contains(name)) {
                let path = format!("{TABLES}{}.{table}", schema.name);
                tables.push((path, read_table(&connection, *schema, table)?));
            }
        }
        let check = connection.one("SELECT value FROM key_check", &[])?;
        if check.text(0)? != keys.check_value()? {
            return Err(Failure::KeyMismatch { place: url.to_string() });
        }
        Ok(Self { connection, list: tables, schemas })
    }

    pub(super) fn reader<'t>(&'t self, table: &'t Table) -> Box<dyn Read + 't> {
        Box::new(TableReader::new(&self.connection, table))
    }
}

/// The schema versions as they are.
pub(super) fn schemas(url: &PostgresUrl) -> Result<BTreeMap<String, u32>, Failure> {
    let connection = Postgres::new(url, postgres::RECORD);
    let mut found = BTreeMap::new();
    for (schema, name) in SCHEMAS.iter().zip(DATABASES) {
        let tables = connection.query(NAMES, values![schema.name])?;
        let is_migration = |row: &Row| row.text(0).is_ok_and(|name| name == "migration");
        if tables.iter().any(is_migration) {
            found.insert(name.to_owned(), schema_version(&connection, *schema)?);
        }
    }
    Ok(found)
}

fn schema_version(from: &dyn Executor, schema: Schema) -> Result<u32, Failure> {
    let last = format!("SELECT coalesce(max(version), 0) FROM {}.migration", schema.name);
    Ok(u32::try_from(from.one(&last, &[])?.count(0)?).unwrap_or(u32::MAX))
}

pub(super) fn read_table(
    from: &dyn Executor,
    schema: Schema,
    name: &str,
) -> Result<Table, Failure> {
    let (mut columns, mut lengths) = (Vec::new(), Vec::new());
    for row in from.query(COLUMNS, values![schema.name, name])? {
        let column = row.text(0)?.to_owned();
        if row.text(1)? == "bytea" {
            lengths.push(format!("coalesce(length({column}), 0)"));
        }
        columns.push(column);
    }
    let key = from.query(KEY, values![schema.name, name])?;
    let key: Vec<String> =
        key.iter().map(|row| row.text(0).map(str::to_owned)).collect::<Result<_, _>>()?;
    if key.is_empty() {
        return Err(Failure::Storage(format!("the table {name} has no key")));
    }
    let length = (!lengths.is_empty()).then(|| format!("({})::bigint", lengths.join(" + ")));
    Ok(Table { name: format!("{}.{name}", schema.name), columns, key, length })
}
