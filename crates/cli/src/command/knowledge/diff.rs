//! `cognate knowledge diff`

use crate::arguments::DiffArguments;
use crate::command::{print, print_json, say};
use crate::outcome::Outcome;
use crate::store;
use knowledge::Summary;
use serde_json::json;

/// What changed from one pack to another, by gene and drug and, if asked for, by row.
pub(super) fn run(arguments: &DiffArguments) -> anyhow::Result<Outcome> {
    let old = store::named_pack(&arguments.old, &arguments.trust)?;
    let new = store::named_pack(&arguments.new, &arguments.trust)?;
    let summary = Summary::new(&old.pgx, &new.pgx);
    let rows = knowledge::diff(&old, &new);
    if arguments.json {
        print_json(&json!({
            "old": old.reference(),
            "new": new.reference(),
            "genes": summary.genes,
            "drugs": summary.drugs,
            "inhibitors": summary.inhibitors,
            "rows": rows,
        }))?;
        return Ok(Outcome::Done);
    }
    print(&summary.to_string())?;
    for change in &rows {
        let (added, removed) = (change.added.len(), change.removed.len());
        print(&format!("{}: {added} rows came, {removed} went\n", change.file))?;
        if arguments.rows {
            for row in &change.removed {
                print(&format!("  - {row}\n"))?;
            }
            for row in &change.added {
                print(&format!("  + {row}\n"))?;
            }
        }
    }
    if rows.is_empty() {
        say("the tables are the same");
    }
    Ok(Outcome::Done)
}
