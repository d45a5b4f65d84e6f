//! `cognate store`

use super::{print, print_json, say};
use crate::arguments::{CopyArguments, StoreCommand};
use crate::outcome::Outcome;
use crate::store;
use anyhow::Context;
use record::{CopiedTable, Failure, copy_to_postgres};
use serde_json::json;

/// Runs one of the commands.
pub(crate) fn run(command: &StoreCommand) -> anyhow::Result<Outcome> {
    let StoreCommand::Copy(arguments) = command;
    copy(arguments)
}

/// Moves a record to PostgreSQL and says of every table whether it is the same there.
fn copy(arguments: &CopyArguments) -> anyhow::Result<Outcome> {
    let from = &arguments.from;
    let to = store::address(&arguments.to, arguments.store_password_file.as_deref())?;
    let key = arguments.master_key_file.clone().unwrap_or_else(|| from.join("master.key"));
    let master_key = store::read_key(&key, arguments.keyring.as_deref())?;
    let mut told = |table: &CopiedTable| {
        let answer = if table.is_same() { "the same" } else { "DIFFERENT" };
        say(&format!("{:<36} {:>12} rows, {answer}", table.table, table.rows));
    };
    let copied = match copy_to_postgres(from, &master_key, &to, &store::clock(), &mut told) {
        Err(Failure::NotFound) => {
            say(&format!("there is no record in `{}`", from.display()));
            return Ok(Outcome::NotFound);
        }
        other => other.with_context(|| format!("nothing was moved to {to}"))?,
    };
    let same = copied.iter().all(CopiedTable::is_same);
    let rows: u64 = copied.iter().map(|table| table.rows).sum();
    if arguments.json {
        let tables = copied.iter().map(|table| {
            json!({"table": table.table, "rows": table.rows, "sha256": table.sha256,
                "rowsReadBack": table.rows_read_back, "sha256ReadBack": table.sha256_read_back,
                "same": table.is_same()})
        });
        print_json(&json!({"same": same, "rows": rows, "tables": tables.collect::<Vec<_>>()}))?;
    } else if same {
        print(&format!("{rows} rows in {} tables moved and verified\n", copied.len()))?;
        say(&format!("from now on: --directory {} --store URL", from.display()));
    } else {
        print("what was read back is not what was there; nothing was kept\n")?;
    }
    Ok(if same { Outcome::Done } else { Outcome::Problem })
}
