//! What there is of a patient: found by reading, before anything is destroyed.

use super::databases::Database;
use crate::Failure;
use crate::key::{DestroyedKey, Keys};
use crate::review;
use crate::search::{Concept, VersionKey, concepts, entries_of};
use crate::sql::{erasure as sql, record};
use crate::store::{Executor, values};
use crate::vault::Vault;
use std::collections::BTreeSet;

/// Reviews that are read at once.
const REVIEWS_AT_ONCE: u64 = 500;

/// A resource version.
pub(super) type Version = (String, String, u64);

/// What there is of a patient in `record.db`, and the messages it came in.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    /// Type and number of each resource.
    pub(super) resources: BTreeSet<(String, u64)>,
    pub(super) versions: BTreeSet<Version>,
    /// Versions of statements.
    pub(super) statements: BTreeSet<(String, u64)>,
    /// Places in the change feed.
    pub(super) changes: BTreeSet<u64>,
    /// Messages that something of the patient was filed from.
    pub(super) raws: BTreeSet<String>,
    /// Entries of the review list that are about the patient and nobody else.
    pub(super) reviews: BTreeSet<String>,
    /// What the search index knows of the patient and perhaps of nobody else.
    pub(super) concepts: BTreeSet<Concept>,
}

impl Found {
    /// Whether there is nothing.
    pub(super) fn is_nothing(&self) -> bool {
        self.versions.is_empty()
            && self.resources.is_empty()
            && self.statements.is_empty()
            && self.raws.is_empty()
            && self.reviews.is_empty()
    }

    /// Whose data keys are destroyed in a database.
    pub(super) fn owners(&self, database: Database, patient: &str) -> Vec<String> {
        match database {
            Database::Archive => self.raws.iter().cloned().collect(),
            Database::Decision | Database::Genome => vec![patient.to_owned()],
            Database::Record => {
                let reviews = self.reviews.iter().map(|id| review::owner(id));
                std::iter::once(patient.to_owned()).chain(reviews).collect()
            }
        }
    }
}

/// Looks through `record.db`; the messages of genomes are found elsewhere.
pub(super) fn find(
    executor: &dyn Executor,
    keys: &Keys,
    (tenant, patient): (&str, &str),
    genome_raws: Vec<String>,
) -> Result<Found, Failure> {
    let mut found = Found { raws: genome_raws.into_iter().collect(), ..Found::default() };
    let key = values![tenant, patient];
    for row in executor.query(sql::RESOURCES_OF, key)? {
        found.resources.insert((row.text(0)?.to_owned(), row.count(2)?));
    }
    for row in executor.query(sql::VERSIONS_OF, key)? {
        found.versions.insert((row.text(0)?.to_owned(), row.text(1)?.to_owned(), row.count(2)?));
        if !row.text(4)?.is_empty() {
            found.raws.insert(row.text(4)?.to_owned());
        }
    }
    for row in executor.query(sql::RAWS_OF, key)? {
        found.raws.insert(row.text(0)?.to_owned());
    }
    for row in executor.query(sql::STATEMENTS_OF, key)? {
        found.statements.insert((row.text(0)?.to_owned(), row.count(1)?));
    }
    for row in executor.query(sql::CHANGES_OF, key)? {
        found.changes.insert(row.count(0)?);
    }
    let vault = Vault::new(executor, keys, tenant);
    find_reviews(executor, &vault, tenant, patient, &mut found)?;
    for (resource_type, id, version) in &found.versions {
        let of = VersionKey { resource_type, id, version: *version };
        // A deletion has no body; what does not open has nothing to be found by.
        if let Ok(Some(entries)) = entries_of(executor, &vault, keys, tenant, &of) {
            found.concepts.extend(concepts(&entries).cloned());
        }
    }
    Ok(found)
}

/// The files that genomes of a patient came in; looks through `genome.db`.
pub(super) fn genome_raws(
    executor: &dyn Executor,
    tenant: &str,
    patient: &str,
) -> Result<Vec<String>, Failure> {
    let rows = executor.query(sql::GENOME_FILINGS, values![tenant, patient])?;
    let raws = rows.iter().map(|row| row.text(1).map(str::to_owned));
    raws.filter(|raw| !matches!(raw, Ok(raw) if raw.is_empty())).collect()
}

/// Entries that name the patient and nobody else, and their messages.
fn find_reviews(
    executor: &dyn Executor,
    vault: &Vault<'_>,
    tenant: &str,
    patient: &str,
    found: &mut Found,
) -> Result<(), Failure> {
    let mut after = String::new();
    loop {
        let key = values![tenant, &after, REVIEWS_AT_ONCE];
        let rows = executor.query(sql::REVIEWS_AFTER, key)?;
        for row in &rows {
            let id = row.text(0)?;
            id.clone_into(&mut after);
            let Some(entry) = review::about(vault, id, row.bytes(1)?)? else { continue };
            let mut named = entry.patient.iter().chain(&entry.candidates).peekable();
            let is_about = named.peek().is_some() && named.all(|one| one.as_str() == patient);
            let is_from = entry.raw.as_ref().is_some_and(|raw| found.raws.contains(raw.as_str()));
            if is_about || is_from {
                found.reviews.insert(id.to_owned());
                found.raws.extend(entry.raw.map(|raw| raw.as_str().to_owned()));
            }
        }
        if (rows.len() as u64) < REVIEWS_AT_ONCE {
            return Ok(());
        }
    }
}

/// The data keys of some owners in one database. One whose wrapping key was forgotten is named by
/// its owner alone: nothing opens it any more.
pub(super) fn keys(
    executor: &dyn Executor,
    keys: &Keys,
    database: Database,
    tenant: &str,
    owners: &[String],
) -> Result<Vec<DestroyedKey>, Failure> {
    let mut found = Vec::new();
    for owner in owners {
        let key = values![tenant, owner];
        let Some(row) = executor.first(record::DATA_KEY_GET, key)? else { continue };
        let id = keys.data_key_id([tenant, owner], row.bytes(0)?);
        let database = database.word().to_owned();
        found.push(DestroyedKey { database, owner: owner.clone(), id: id.unwrap_or_default() });
    }
    Ok(found)
}
