//! The search tables follow the change feed.
//!
//! Each search value is a row in a place of its own; to write those of one resource is most of the
//! work of filing it, and little of it once many are written in the order of their keys. So what
//! was filed is taken in by many at a time, and at the latest before somebody searches. Where in
//! the feed the tables are is kept beside them, so that after a crash, or in another process,
//! nothing is missed.

mod waiting;

pub(crate) use waiting::{Follower, Fresh, Waiting};

use super::concept::{Numbers, Remembered};
use super::index::{Index, VersionKey, entries_of};
use crate::key::Keys;
use crate::sql::record as sql;
use crate::store::{Executor, Row, values};
use crate::vault::Vault;
use crate::{Access, Failure, Record};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Name of the tables' place in the feed of a tenant.
pub(crate) const CURSOR: &str = "search";
/// Changes of the feed that one transaction takes in.
const CHANGES_AT_ONCE: u32 = 500;
/// Changes of other things after which the place is noted all the same.
const UNNOTED_MAX: u64 = 2_000;
/// How often a search takes in what was filed since it looked, before it goes on without.
const ROUNDS_MAX: usize = 2;

/// Type and id of a resource.
type Name = (String, String);

/// What one transaction has taken in.
pub(crate) struct Taken {
    pub(crate) numbers: Numbers,
    /// The last change that the tables hold.
    pub(crate) until: u64,
    /// Whether that was the last of the feed.
    pub(crate) is_end: bool,
}

/// The changes of one resource in a part of the feed.
struct Changed {
    first_version: u64,
    last_version: u64,
    is_deleted: bool,
}

/// Takes the next changes of the feed into the search tables.
pub(crate) fn take_in(
    executor: &dyn Executor,
    keys: &Keys,
    tenant: &str,
    remembered: &Remembered,
    fresh: &[Arc<Fresh>],
    changes_max: u32,
) -> Result<Taken, Failure> {
    let fresh = by_name(fresh);
    let place = place(executor, tenant)?;
    let rows = executor.query(sql::CHANGES_AFTER, values![tenant, place, changes_max])?;
    let vault = Vault::new(executor, keys, tenant);
    let mut index = Index::new(executor, tenant, remembered);
    for (name, changed) in changed(&rows)? {
        let known = fresh.get(&(name.0.as_str(), name.1.as_str())).copied();
        let known = known.filter(|fresh| fresh.version == changed.last_version);
        // One whose rows were taken out of the record for good has nothing to find.
        let Some(number) = number(executor, tenant, &name, known)? else { continue };
        let (resource_type, id) = (name.0.as_str(), name.1.as_str());
        let at = |version| VersionKey { resource_type, id, version };
        if changed.first_version > 1 {
            let before = at(changed.first_version - 1);
            index.drop(number, entries_of(executor, &vault, keys, tenant, &before)?.as_ref())?;
        }
        match known {
            _ if changed.is_deleted => {}
            Some(fresh) => index.put(number, &fresh.entries)?,
            None => {
                let last = at(changed.last_version);
                if let Some(entries) = entries_of(executor, &vault, keys, tenant, &last)? {
                    index.put(number, &entries)?;
                }
            }
        }
    }
    let until = rows.last().map_or(Ok(place), |last| last.count(0))?;
    if until > place {
        executor.execute(sql::CURSOR_PUT, values![tenant, CURSOR, until])?;
    }
    let is_end = u32::try_from(rows.len()).is_ok_and(|count| count < changes_max);
    Ok(Taken { numbers: index.settle()?, until, is_end })
}

/// The last version of each resource.
fn by_name(fresh: &[Arc<Fresh>]) -> HashMap<(&str, &str), &Fresh> {
    let mut last: HashMap<_, &Fresh> = HashMap::with_capacity(fresh.len());
    for fresh in fresh {
        let name = (fresh.name.0.as_str(), fresh.name.1.as_str());
        let known = last.entry(name).or_insert(fresh);
        if known.sequence < fresh.sequence {
            *known = fresh;
        }
    }
    last
}

fn number(
    executor: &dyn Executor,
    tenant: &str,
    name: &Name,
    known: Option<&Fresh>,
) -> Result<Option<u64>, Failure> {
    if let Some(fresh) = known {
        return Ok(Some(fresh.number));
    }
    let row = executor.first(sql::RESOURCE_GET, values![tenant, &name.0, &name.1])?;
    row.map(|row| row.count(3)).transpose()
}

/// Where the tables are, held until the end of the transaction.
fn place(executor: &dyn Executor, tenant: &str) -> Result<u64, Failure> {
    if let Some(row) = executor.first(sql::CURSOR_TAKE, values![tenant, CURSOR])? {
        return row.count(0);
    }
    executor.execute(sql::CURSOR_BEGIN, values![tenant, CURSOR])?;
    executor.one(sql::CURSOR_TAKE, values![tenant, CURSOR])?.count(0)
}

/// What the changes of resources come to.
fn changed(rows: &[Row]) -> Result<BTreeMap<Name, Changed>, Failure> {
    let mut all: BTreeMap<Name, Changed> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.text(1).is_ok_and(|kind| kind == "resource")) {
        let name = (row.text(2)?.to_owned(), row.text(3)?.to_owned());
        let (version, is_deleted) = (row.count(4)?, row.flag(5)?);
        let new = Changed { first_version: version, last_version: version, is_deleted: true };
        let changed = all.entry(name).or_insert(new);
        // A resource that went to another patient is gone for the one it left, in one version.
        changed.is_deleted = is_deleted && (changed.is_deleted || changed.last_version < version);
        changed.last_version = version;
    }
    Ok(all)
}

/// Notes that everything there is has been taken in.
pub(crate) fn note_all(executor: &dyn Executor) -> Result<(), Failure> {
    executor.execute(sql::SEARCH_CURSORS_CLEAR, &[])?;
    executor.execute(sql::SEARCH_CURSORS_AT_END, &[]).map(|_| ())
}

/// How far the tables are behind.
enum Behind {
    /// What somebody may search for is missing.
    Missing,
    /// Nothing is, but it took long to see.
    Unnoted {
        from: u64,
        until: u64,
    },
    Not,
}

/// `only` is the type that is searched for.
fn behind(executor: &dyn Executor, tenant: &str, only: Option<&str>) -> Result<Behind, Failure> {
    let row = executor.first(sql::CURSOR_GET, values![tenant, CURSOR])?;
    let place = row.map_or(Ok(0), |row| row.count(0))?;
    let last = executor.one(sql::SEQUENCE_LAST, &[])?.count(0)?;
    if last <= place {
        return Ok(Behind::Not);
    }
    let waits = match only {
        None => executor.first(sql::RESOURCE_CHANGED, values![tenant, place]),
        Some(only) => executor.first(sql::TYPE_CHANGED, values![tenant, place, only]),
    };
    Ok(match waits? {
        Some(_) => Behind::Missing,
        None if last - place > UNNOTED_MAX => Behind::Unnoted { from: place, until: last },
        None => Behind::Not,
    })
}

impl Record {
    /// One read of the search tables that sees everything filed before it. What others file at the
    /// same time may be found, or not.
    pub(crate) fn read_searched<T>(
        &self,
        access: &Access,
        work: impl FnOnce(&dyn Executor) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let (tenant, mut work) = (access.tenant().as_str(), Some(work));
        self.inner.waiting.search(tenant);
        for round in 0.. {
            let read = self.inner.record.read(|executor| {
                let behind = behind(executor, tenant, None)?;
                if round < ROUNDS_MAX && matches!(behind, Behind::Missing) {
                    return Ok((behind, None));
                }
                Ok((behind, work.take().map(|work| work(executor)).transpose()?))
            });
            match read? {
                (Behind::Unnoted { from, until }, Some(value)) => {
                    self.note_nothing(tenant, from, until)?;
                    return Ok(value);
                }
                (_, Some(value)) => return Ok(value),
                (_, None) => self.take_in_all(tenant)?,
            }
        }
        Err(Failure::Storage("the search tables are behind".to_owned()))
    }

    /// Sees to it that resources of a type that were filed are in the search tables.
    pub(crate) fn ready_to_search(&self, access: &Access, only: &str) -> Result<(), Failure> {
        let tenant = access.tenant().as_str();
        self.inner.waiting.search(tenant);
        let behind = self.inner.record.read(|executor| behind(executor, tenant, Some(only)))?;
        match behind {
            Behind::Missing => self.take_in_all(tenant),
            // There may be changes of other types.
            Behind::Unnoted { .. } => self.begin_taking_in(tenant),
            Behind::Not => Ok(()),
        }
    }

    /// Has it noted, without waiting for it, that a part of the feed is about no resource.
    fn note_nothing(&self, tenant: &str, from: u64, until: u64) -> Result<(), Failure> {
        let tenant = tenant.to_owned();
        let noted = self.inner.record_writer.post(move |executor| {
            if place(executor, &tenant)? == from {
                executor.execute(sql::CURSOR_PUT, values![&tenant, CURSOR, until])?;
            }
            Ok(())
        });
        noted.map(drop)
    }

    /// Takes in everything that was filed before.
    fn take_in_all(&self, tenant: &str) -> Result<(), Failure> {
        loop {
            let taken = self.inner.record_writer.write(self.taking_in(tenant))?;
            let is_end = taken.is_end;
            self.taken(tenant, taken);
            if is_end {
                return Ok(());
            }
        }
    }

    /// Has what waits taken in without waiting for it, unless that was begun.
    fn begin_taking_in(&self, tenant: &str) -> Result<(), Failure> {
        if !self.inner.waiting.ask(tenant) {
            return Ok(());
        }
        // The writer does it beside any job.
        self.inner.record_writer.post(|_| Ok(())).map(drop)
    }

    fn taking_in(
        &self,
        tenant: &str,
    ) -> impl FnOnce(&dyn Executor) -> Result<Taken, Failure> + Send + 'static {
        let inner = &self.inner;
        let (keys, concepts) = (Arc::clone(&inner.keys), Arc::clone(&inner.concepts));
        let (waiting, tenant) = (Arc::clone(&inner.waiting), tenant.to_owned());
        move |executor| {
            let fresh = waiting.all(&tenant);
            take_in(executor, &keys, &tenant, &concepts, &fresh, CHANGES_AT_ONCE)
        }
    }

    /// Remembers what a transaction has found out, and forgets what it has taken in.
    fn taken(&self, tenant: &str, taken: Taken) {
        self.inner.concepts.keep(taken.numbers);
        self.inner.waiting.forget(tenant, taken.until);
    }
}
