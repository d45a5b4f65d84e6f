//! Messages that are found by other messages: files of a patient that were never filed, the pieces
//! of a large file, and the regions that it looked at.
//!
//! The file door archives a file under a key that is JSON and names the patient and the regions; a
//! file in pieces is a list of them, whose media type says so.

use super::find::Found;
use crate::key::Keys;
use crate::sql::{archive, erasure as sql};
use crate::store::{Executor, values};
use crate::vault::Vault;
use crate::{Failure, RawState};
use serde::Deserialize;
use std::collections::BTreeSet;

/// What ends the media type of a list of pieces.
const LIST: &str = ";pieces=list";

/// What the key of a file says.
#[derive(Deserialize)]
struct About {
    patient: String,
    regions: Option<String>,
}

/// What a list of pieces says.
#[derive(Deserialize)]
struct List {
    pieces: Vec<String>,
}

/// Adds what else belongs to a patient; looks through `archive.db`.
pub(super) fn add(
    executor: &dyn Executor,
    keys: &Keys,
    (tenant, patient): (&str, &str),
    found: &mut Found,
) -> Result<(), Failure> {
    let mut parts = BTreeSet::new();
    for row in executor.query(sql::FILES, values![tenant])? {
        let Ok(about) = serde_json::from_str::<About>(row.text(1)?) else { continue };
        if about.patient == patient {
            found.raws.insert(row.text(0)?.to_owned());
        }
        if found.raws.contains(row.text(0)?) {
            parts.extend(about.regions);
        }
    }
    let vault = Vault::new(executor, keys, tenant);
    for raw in &found.raws {
        let Some(row) = executor.first(archive::RAW_GET, values![tenant, raw])? else { continue };
        if row.text(4)?.ends_with(LIST) {
            parts.extend(list(executor, &vault, tenant, raw)?);
        }
    }
    for part in parts {
        // Nothing but a piece goes because another message names it.
        let row = executor.first(archive::RAW_GET, values![tenant, &part])?;
        let state = row.map(|row| row.text(8).map(str::to_owned)).transpose()?;
        if state.as_deref() == Some(RawState::Piece.word()) {
            found.raws.insert(part);
        }
    }
    Ok(())
}

/// The pieces of a file; none if the list does not open any more.
fn list(
    executor: &dyn Executor,
    vault: &Vault<'_>,
    tenant: &str,
    raw: &str,
) -> Result<Vec<String>, Failure> {
    let row = executor.one(archive::RAW_BODY, values![tenant, raw])?;
    match vault.open(raw, &["raw", raw, "body"], row.bytes(0)?) {
        Err(Failure::Sealed { .. }) => Ok(Vec::new()),
        Err(failure) => Err(failure),
        Ok(body) => Ok(serde_json::from_slice::<List>(&body).map_or(vec![], |list| list.pieces)),
    }
}
