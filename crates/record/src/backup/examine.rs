//! A look at a directory that was restored, before anybody opens it as a record.

use super::segment::segments;
use super::{AuditSegment, DATABASES, tables};
use crate::audit;
use crate::key::ring;
use crate::store::sqlite::Sqlite;
use crate::store::{Digest, Executor, Store, Table};
use crate::{Failure, MasterKey};
use model::Problem;
use std::collections::BTreeMap;
use std::path::Path;

/// Problems that are listed of one file.
const PROBLEMS_MAX: usize = 20;
/// Of a file in order, SQLite says nothing but this.
const FINE: &str = "ok";

/// All versions of all resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceDigest {
    /// Last number of the change feed.
    pub sequence: u64,
    /// How many versions.
    pub versions: u64,
    /// SHA-256 over their tenants, types, ids, versions and digests in this order, lower-case hex.
    pub sha256: String,
}

/// What was found in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// Schema version by database.
    pub schemas: BTreeMap<String, u32>,
    /// All versions of all resources.
    pub resources: ResourceDigest,
    /// How far the audit log is.
    pub audit: Vec<AuditSegment>,
    /// What is wrong, by file; empty if all is well.
    pub problems: Vec<Problem>,
}

/// Moves the logs of the databases of a directory into their files, checks every page of them and
/// every line of the audit log, and goes through all resources. No schema is changed. Nobody else
/// may have the directory open.
pub fn examine(directory: &Path, master_key: &MasterKey) -> Result<Examined, Failure> {
    let keys = ring::root(directory, master_key)?;
    let (mut schemas, mut problems) = (BTreeMap::new(), Vec::new());
    let mut found = None;
    for name in DATABASES {
        let file = format!("{name}.db");
        let path = directory.join(&file);
        if !path.exists() {
            continue;
        }
        let database = Sqlite::open(&path, &keys.database(&file)?, true)?;
        database.query("PRAGMA wal_checkpoint(TRUNCATE)", &[])?;
        for check in ["PRAGMA cipher_integrity_check", "PRAGMA quick_check"] {
            for row in database.query(check, &[])?.iter().take(PROBLEMS_MAX) {
                let text = row.text(0)?;
                if text != FINE {
                    problems.push(Problem::error("database-page", &file, text));
                }
            }
        }
        schemas.insert(name.to_owned(), schema(&database)?);
        if name == "record" {
            found = Some(resources(&database)?);
        }
    }
    let (audit, wrong) = examine_log(directory, master_key)?;
    problems.extend(wrong);
    Ok(Examined { schemas, resources: found.ok_or(Failure::NotFound)?, audit, problems })
}

/// Checks the audit log of a directory alone: its segments, and what is wrong with them.
pub fn examine_log(
    directory: &Path,
    master_key: &MasterKey,
) -> Result<(Vec<AuditSegment>, Vec<Problem>), Failure> {
    let keys = ring::root(directory, master_key)?;
    let found = audit::verify(&directory.join("audit"), &keys, None);
    Ok((segments(directory, &|_| None)?, found.problems))
}

/// The schema versions of the databases as they are; of none if there is no record.
pub fn schemas(
    directory: &Path,
    store: &Store,
    master_key: &MasterKey,
) -> Result<BTreeMap<String, u32>, Failure> {
    if let Store::Postgres(url) = store {
        return tables::schemas(url);
    }
    let keys = ring::root(directory, master_key)?;
    let mut found = BTreeMap::new();
    for name in DATABASES {
        let file = format!("{name}.db");
        let path = directory.join(&file);
        if path.exists() {
            let database = Sqlite::open(&path, &keys.database(&file)?, false)?;
            found.insert(name.to_owned(), schema(&database)?);
        }
    }
    Ok(found)
}

/// The schema version of a database; 0 of one that was made and not filled.
pub(super) fn schema(database: &dyn Executor) -> Result<u32, Failure> {
    let is_there = "SELECT 1 FROM sqlite_schema WHERE name = 'migration'";
    if database.first(is_there, &[])?.is_none() {
        return Ok(0);
    }
    let last = database.one("SELECT coalesce(max(version), 0) FROM migration", &[])?.count(0)?;
    u32::try_from(last).map_err(|_| Failure::Storage("no such schema".to_owned()))
}

pub(super) fn sequence(record: &dyn Executor) -> Result<u64, Failure> {
    record.one("SELECT value FROM position WHERE name = 'change'", &[])?.count(0)
}

/// The versions of resources without their bodies.
pub(super) fn versions() -> Table {
    let columns = ["tenant", "resource_type", "id", "version", "sha256"].map(str::to_owned);
    let key = columns.iter().take(4).cloned().collect();
    let name = "resource_version".to_owned();
    Table { name, columns: columns.to_vec(), key, length: None }
}

pub(super) fn resources(record: &dyn Executor) -> Result<ResourceDigest, Failure> {
    let table = versions();
    let mut digest = Digest::new();
    table.walk(record, &table.name, &mut |rows| {
        digest.add(&rows);
        Ok(())
    })?;
    let (versions, sha256) = digest.end();
    Ok(ResourceDigest { sequence: sequence(record)?, versions, sha256 })
}
