//! Keeping what filed resources say of who cares for whom, in the transaction that files them.

use super::read::{SOURCES, Said, said};
use crate::Failure;
use crate::access::EVERYBODY;
use crate::key::Keys;
use crate::sql::care as sql;
use crate::sql::record::{DATA_KEY_GET, VERSION_GET};
use crate::store::{Connection, Executor, Row, in_batches, values};
use crate::vault::Vault;
use model::Timestamp;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The way that resources are read; another one, and all are read again at the opening.
const READING: i64 = 1;
/// Resources that one transaction reads again.
const BATCH_ROWS: u32 = 500;

/// Makes this what a resource says. What it no longer says has ended now, and is kept: somebody
/// may ask later why a record was opened. What had not begun is gone.
pub(crate) fn replace(
    executor: &dyn Executor,
    tenant: &str,
    patient: &str,
    (resource_type, id): (&str, &str),
    said: &Said,
    now: Timestamp,
) -> Result<(), Failure> {
    let now = now.micros();
    let mut wanted: BTreeMap<(String, String, i64), i64> = BTreeMap::new();
    if !["", EVERYBODY].contains(&patient) {
        for ((name, begins), ends) in &said.carers {
            wanted.insert((patient.to_owned(), name.clone(), *begins), *ends);
        }
    }
    let source = values![tenant, resource_type, id];
    for row in executor.query(sql::SAID_OF_SOURCE, source)? {
        let (of, name) = (row.text(0)?.to_owned(), row.text(1)?.to_owned());
        let (begins, ends) = (row.int(2)?, row.int(3)?);
        let key = (of, name, begins);
        if wanted.get(&key) == Some(&ends) {
            wanted.remove(&key);
        } else if !wanted.contains_key(&key) {
            let (of, name, _) = key;
            if begins >= now {
                let row = values![tenant, of, name, resource_type, id, begins];
                executor.execute(sql::SAID_DROP, row)?;
            } else if ends > now {
                let row = values![tenant, of, name, resource_type, id, begins, now];
                executor.execute(sql::SAID_PUT, row)?;
            }
        }
    }
    for ((of, name, begins), ends) in wanted {
        let row = values![tenant, of, name, resource_type, id, begins, ends];
        executor.execute(sql::SAID_PUT, row)?;
    }
    executor.execute(sql::MEMBERS_OF_SOURCE_DROP, source)?;
    for ((part, whole, begins), ends) in &said.members {
        let row = values![tenant, part, whole, resource_type, id, *begins, *ends];
        executor.execute(sql::MEMBER_PUT, row)?;
    }
    Ok(())
}

/// Whether a resource of this type says something of who cares for whom.
pub(crate) fn is_source(resource_type: &str) -> bool {
    SOURCES.contains(&resource_type)
}

type Place = (String, String, u64);

/// Reads every resource again if it was read in another way, or never.
pub(crate) fn bring_up_to_date(
    connection: &dyn Connection,
    keys: &Keys,
    now: Timestamp,
) -> Result<(), Failure> {
    let found = connection.first(sql::CARE_READING_GET, &[])?;
    if found.map(|row| row.int(0)).transpose()? == Some(READING) {
        return Ok(());
    }
    let nowhere = Place::default();
    in_batches(connection, |after| {
        let (tenant, resource_type, number) = after.unwrap_or(&nowhere);
        let place = values![tenant, resource_type, *number, BATCH_ROWS];
        let rows = connection.query(sql::CARE_SOURCES_AFTER, place)?;
        for row in &rows {
            again(connection, keys, row, now)?;
        }
        let place = |row: &Row| {
            Ok::<_, Failure>((row.text(0)?.to_owned(), row.text(1)?.to_owned(), row.count(2)?))
        };
        let last = rows.last().map(place).transpose()?;
        if last.is_none() {
            connection.execute(sql::CARE_READING_PUT, values![READING])?;
        }
        Ok(last)
    })
}

/// Reads one current version again: tenant, type, number, id, version, patient. One whose key was
/// destroyed says nothing any more.
fn again(executor: &dyn Executor, keys: &Keys, row: &Row, now: Timestamp) -> Result<(), Failure> {
    let (tenant, resource_type, id) = (row.text(0)?, row.text(1)?, row.text(3)?);
    let (version, owner) = (row.count(4)?, row.text(5)?);
    if executor.first(DATA_KEY_GET, values![tenant, owner])?.is_none() {
        return Ok(());
    }
    let stored = executor.one(VERSION_GET, values![tenant, resource_type, id, version])?;
    let vault = Vault::new(executor, keys, tenant);
    let stored = crate::resource::stored(&vault, resource_type, &stored)?;
    let resource: Json = serde_json::from_slice(&stored.body)
        .map_err(|_| Failure::Storage(format!("{}: is not JSON", stored.reference)))?;
    let said = said(resource_type, id, &resource)?;
    if said.is_empty() {
        return Ok(());
    }
    replace(executor, tenant, owner, (resource_type, id), &said, now)
}
