//! `cognate replay`

use super::{print, print_json, say};
use crate::arguments::StatementArguments;
use crate::outcome::Outcome;
use crate::store;
use model::StatementId;
use serde_json::json;

/// Makes a statement again from its capsule and compares the bytes.
pub(crate) fn run(arguments: &StatementArguments) -> anyhow::Result<Outcome> {
    let record = store::open(&arguments.store)?;
    let access = store::engine();
    let id = StatementId::new(arguments.id.as_str());
    let Some(stored) = record.statement(&access, &id, arguments.version)? else {
        say(&format!("there is no statement `{id}`"));
        return Ok(Outcome::NotFound);
    };
    let replay = interpret::replay(&record, &access, &store::tenant(), &stored.statement)?;
    let same = replay.is_same();
    if arguments.json {
        print_json(&json!({
            "statement": id,
            "version": stored.version,
            "same": same,
            "bytes": replay.stored.len(),
            "sha256": stored.sha256,
            "otherEngine": replay.other_engine,
        }))?;
    } else {
        let answer = if same { "the same" } else { "DIFFERENT" };
        print(&format!(
            "{id} version {}: {} bytes made again, {answer} (sha256 {})\n",
            stored.version,
            replay.replayed.len(),
            stored.sha256
        ))?;
        if let Some(engine) = &replay.other_engine {
            say(&format!("it was made by {engine}; another version runs now"));
        }
    }
    Ok(if same { Outcome::Done } else { Outcome::Problem })
}
