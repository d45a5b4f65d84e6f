//! What the planner is told of the tables.
//!
//! Without statistics SQLite takes the first column of every index, the tenant, to be as good as
//! any key, and may read a whole tenant for one patient. With those of a day its plans would
//! change under a growing record. So they are written down here: a large record of one tenant.

use super::Sqlite;
use crate::Failure;
use crate::store::{Executor, values};

/// Table, index (of tables without row numbers the table stands for its key), then the rows in
/// all and those that share the first column, the first two, and so on (SQLite, "The ANALYZE
/// command": `sqlite_stat1`).
const STATISTICS: &[(&str, &str, &str)] = &[
    ("change", "change", "1500000 1500000 1"),
    ("fact", "sqlite_autoindex_fact_1", "1000000 1000000 500000 2 2 1"),
    ("resource", "resource", "1000000 1000000 100000 1"),
    ("resource", "resource_id", "1000000 1000000 100000 1"),
    ("resource", "resource_of_patient", "1000000 1000000 20 10 1"),
    ("resource_version", "sqlite_autoindex_resource_version_1", "1000000 1000000 100000 1 1"),
    ("resource_version", "version_type_sequence", "1000000 1000000 100000 1"),
    ("search_concept", "search_concept", "1000000 1000000 1"),
    ("search_date", "search_date", "1000000 1000000 1 1 1 1 1"),
    ("search_date", "search_date_path", "1000000 1000000 200000 50 50"),
    ("search_label", "search_label", "500000 500000 2 1"),
    ("search_posting", "search_posting", "20000000 20000000 200000 200 2 1"),
    ("search_posting_of", "search_posting_of", "7000000 7000000 7 2 1"),
    ("search_quantity", "search_quantity", "1000000 1000000 2 1 1 1 1 1"),
    ("search_quantity", "search_quantity_path", "1000000 1000000 200000 50 50"),
    ("search_string", "search_string", "1000000 1000000 5 2 1 1 1"),
    ("search_string", "search_string_path", "1000000 1000000 100000 5"),
    ("search_token", "search_token", "1000000 1000000 2 2 1"),
    ("search_token_of", "search_token_of", "1000000 1000000 1 1"),
    ("statement", "sqlite_autoindex_statement_1", "2000000 2000000 1"),
    ("statement", "statement_patient", "2000000 2000000 20 1"),
    ("statement_version", "sqlite_autoindex_statement_version_1", "3000000 3000000 2 1"),
];

/// The table that the planner reads when a connection opens a file.
const TABLE: &str = "SELECT name FROM sqlite_schema WHERE name = 'sqlite_stat1'";
const ALL: &str = "SELECT tbl, idx, stat FROM sqlite_stat1 ORDER BY tbl, idx";
const CLEAR: &str = "DELETE FROM sqlite_stat1";
const PUT: &str = "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ($1, $2, $3)";
/// Of this table alone, which is small: it makes the table of statistics, and has it read.
const LOAD: &str = "ANALYZE sqlite_schema";

/// Writes the statistics of the tables that a file has, inside a transaction; nothing if they
/// stand there. The connection knows them afterwards.
pub(crate) fn settle(connection: &Sqlite) -> Result<(), Failure> {
    let tables = connection.query("SELECT name FROM sqlite_schema WHERE type = 'table'", &[])?;
    let tables = tables.iter().map(|row| row.text(0)).collect::<Result<Vec<_>, _>>()?;
    let wanted = STATISTICS.iter().filter(|(table, ..)| tables.contains(table));
    let wanted: Vec<[&str; 3]> = wanted.map(|(table, index, rows)| [*table, index, rows]).collect();
    if wanted.is_empty() || is_settled(connection, &wanted)? {
        return Ok(());
    }
    connection.control(LOAD)?;
    connection.execute(CLEAR, &[])?;
    for [table, index, rows] in wanted {
        connection.execute(PUT, values![table, index, rows])?;
    }
    connection.control(LOAD)
}

fn is_settled(connection: &Sqlite, wanted: &[[&str; 3]]) -> Result<bool, Failure> {
    if connection.first(TABLE, &[])?.is_none() {
        return Ok(false);
    }
    let rows = connection.query(ALL, &[])?;
    let matches = |(row, wanted): (&crate::store::Row, &[&str; 3])| {
        let texts = [row.text(0), row.text(1), row.text(2)];
        texts.into_iter().zip(wanted).all(|(found, wanted)| found.is_ok_and(|it| it == *wanted))
    };
    Ok(rows.len() == wanted.len() && rows.iter().zip(wanted).all(matches))
}
