//! Going through the list of destroyed keys at the opening: what a restored backup brought back, or
//! a crash left, is destroyed again.

use super::databases::Database;
use super::find::{self, Found};
use super::remove::Removal;
use crate::Failure;
use crate::key::{Destruction, Keys};
use crate::sql::record::DATA_KEY_GET;
use crate::store::{Connection, Files, values};
use model::Timestamp;

/// Destroys what is on the list and still there; of how many patients that was.
pub(crate) fn replay(files: &Files, keys: &Keys, now: Timestamp) -> Result<usize, Failure> {
    let mut again = 0;
    let destructions = keys.ring()?.destructions()?;
    for destruction in &destructions {
        let mut is_there = false;
        for database in Database::ALL {
            is_there |= holds(writer(files, database), keys, database, destruction)?;
        }
        if is_there {
            erase(files, keys, destruction, now)?;
            again += 1;
        }
    }
    keys.ring()?.remember(&destructions);
    Ok(again)
}

fn writer(files: &Files, database: Database) -> &dyn Connection {
    match database {
        Database::Record => files.record.writer.as_ref(),
        Database::Archive => files.archive.writer.as_ref(),
        Database::Decision => files.decision.writer.as_ref(),
        Database::Genome => files.genome.writer.as_ref(),
    }
}

/// Whether a database holds a key that was destroyed. A key that was made later for the same
/// patient is another one.
fn holds(
    connection: &dyn Connection,
    keys: &Keys,
    database: Database,
    destruction: &Destruction,
) -> Result<bool, Failure> {
    let tenant = destruction.tenant.as_str();
    for key in destruction.keys.iter().filter(|key| key.database == database.word()) {
        let owner = key.owner.as_str();
        let Some(row) = connection.first(DATA_KEY_GET, values![tenant, owner])? else { continue };
        // One that nothing opens any more was named without an id.
        let id = keys.data_key_id([tenant, owner], row.bytes(0)?).unwrap_or_default();
        if id == key.id {
            return Ok(true);
        }
    }
    Ok(false)
}

fn erase(
    files: &Files,
    keys: &Keys,
    destruction: &Destruction,
    now: Timestamp,
) -> Result<(), Failure> {
    let Destruction { tenant, patient, .. } = destruction;
    let raws = find::genome_raws(files.genome.writer.as_ref(), tenant, patient)?;
    let mut found = find::find(files.record.writer.as_ref(), keys, (tenant, patient), raws)?;
    let listed = |database: Database| {
        let of = destruction.keys.iter().filter(move |key| key.database == database.word());
        of.map(|key| key.owner.clone())
    };
    let archive = files.archive.writer.as_ref();
    super::pieces::add(archive, keys, (tenant, patient), &mut found)?;
    // What is no longer linked to the patient is still on the list.
    found.raws.extend(listed(Database::Archive));
    let reviews = listed(Database::Record);
    found
        .reviews
        .extend(reviews.filter_map(|owner| owner.strip_prefix("review/").map(str::to_owned)));
    for database in Database::ALL {
        let connection = writer(files, database);
        if holds(connection, keys, database, destruction)? {
            one(connection, keys, database, (tenant, patient), &found, now)?;
        }
    }
    Ok(())
}

fn one(
    connection: &dyn Connection,
    keys: &Keys,
    database: Database,
    (tenant, patient): (&str, &str),
    found: &Found,
    now: Timestamp,
) -> Result<(), Failure> {
    connection.begin_write()?;
    let removal = Removal { executor: connection, keys, tenant, patient, now };
    let done = removal.run(database, found).and_then(|_| connection.commit());
    if done.is_err() {
        connection.leave();
    }
    done
}
