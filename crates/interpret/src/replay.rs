//! Replaying a statement from its capsule: the same inputs and knowledge, the same bytes.

use crate::conclude::conclude_one;
use crate::follow::Failure;
use knowledge::Pack;
use model::TenantId;
use model::fact::FiledFact;
use model::statement::{Capsule, Statement};
use record::{Access, Record};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// What a replay gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// The stored bytes.
    pub stored: Vec<u8>,
    /// The bytes made again.
    pub replayed: Vec<u8>,
    /// The engine that made it then, if another version runs now.
    pub other_engine: Option<String>,
}

impl Replay {
    /// Whether the bytes are the same.
    pub fn is_same(&self) -> bool {
        self.stored == self.replayed
    }
}

/// Makes a statement again from exactly the inputs and the knowledge of its capsule.
///
/// # Errors
/// As [`Replayer::replay`].
pub fn replay(
    record: &Record,
    access: &Access,
    tenant: &TenantId,
    statement: &Statement,
) -> Result<Replay, Failure> {
    Replayer::new(record, access, tenant).replay(statement)
}

/// Replays one statement after another; a pack is loaded once.
#[derive(Debug)]
pub struct Replayer<'r> {
    record: &'r Record,
    access: &'r Access,
    tenant: &'r TenantId,
    packs: BTreeMap<String, Pack>,
}

impl<'r> Replayer<'r> {
    /// Of a record, under an access.
    pub fn new(record: &'r Record, access: &'r Access, tenant: &'r TenantId) -> Self {
        Self { record, access, tenant, packs: BTreeMap::new() }
    }

    /// Makes a statement again.
    ///
    /// # Errors
    /// When an input version or the pack cannot be had or differs from what the capsule names;
    /// that is an answer about the record's integrity and is never passed over.
    pub fn replay(&mut self, statement: &Statement) -> Result<Replay, Failure> {
        let (record, access, tenant) = (self.record, self.access, self.tenant);
        let pack = self.pack(&statement.capsule)?;
        let facts = facts_of(record, access, &statement.capsule)?;
        let again = conclude_one(tenant, &statement.patient, pack, &facts, &statement.id);
        let replayed = match again {
            Some(again) => serde_json::to_vec(&again)?,
            None => Vec::new(),
        };
        let then = &statement.capsule.engine;
        let other_engine =
            (*then != pgx::engine()).then(|| format!("{} {}", then.name, then.version));
        Ok(Replay { stored: serde_json::to_vec(statement)?, replayed, other_engine })
    }

    fn pack(&mut self, capsule: &Capsule) -> Result<&Pack, Failure> {
        let reference = &capsule.knowledge;
        let pack = match self.packs.entry(reference.digest.clone()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(kept_pack(self.record, self.access, capsule)?),
        };
        if pack.reference() == *reference {
            return Ok(pack);
        }
        Err(Failure::Knowledge(format!("{} is not the pack it was", reference.pack)))
    }
}

fn kept_pack(record: &Record, access: &Access, capsule: &Capsule) -> Result<Pack, Failure> {
    let reference = &capsule.knowledge;
    let files = record.kept_pack(access, &reference.digest)?.ok_or_else(|| {
        Failure::Knowledge(format!("{} {} is not kept", reference.pack, reference.version))
    })?;
    Pack::from_files(files).map_err(|error| Failure::Knowledge(error.to_string()))
}

fn facts_of(
    record: &Record,
    access: &Access,
    capsule: &Capsule,
) -> Result<Vec<FiledFact>, Failure> {
    let mut facts = Vec::new();
    for input in &capsule.inputs {
        let of_version = record.facts_of_version(access, &input.resource)?;
        let changed = of_version.iter().find(|fact| fact.sha256 != input.sha256);
        let reason = match (of_version.is_empty(), changed) {
            (true, _) => "this version is not in the record",
            (false, Some(_)) => "this version has another digest than it had",
            (false, None) => {
                facts.extend(of_version);
                continue;
            }
        };
        return Err(Failure::Input {
            resource: input.resource.to_string(),
            reason: reason.to_owned(),
        });
    }
    Ok(facts)
}
