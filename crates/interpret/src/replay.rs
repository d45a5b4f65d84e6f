//! Replaying a statement from its capsule: the same inputs and knowledge, the same bytes.

use crate::conclude::conclude_one;
use crate::follow::Failure;
use knowledge::Pack;
use model::TenantId;
use model::fact::FiledFact;
use model::statement::{Capsule, KnowledgeRef, Statement};
use record::{Access, Record};

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

/// Replays many statements; the pack of the last one is loaded once.
#[derive(Debug)]
pub struct Replayer<'r> {
    record: &'r Record,
    access: &'r Access,
    tenant: &'r TenantId,
    pack: Option<(KnowledgeRef, Pack)>,
}

impl<'r> Replayer<'r> {
    /// Replays statements of a tenant.
    pub fn new(record: &'r Record, access: &'r Access, tenant: &'r TenantId) -> Self {
        Self { record, access, tenant, pack: None }
    }

    /// As [`replay`].
    ///
    /// # Errors
    /// As [`replay`].
    pub fn replay(&mut self, statement: &Statement) -> Result<Replay, Failure> {
        let capsule = &statement.capsule;
        let loaded = self.pack.take().filter(|(reference, _)| *reference == capsule.knowledge);
        let (reference, pack) = if let Some(loaded) = loaded {
            loaded
        } else {
            let pack = load_kept(self.record, self.access, &capsule.knowledge)?;
            (capsule.knowledge.clone(), pack)
        };
        let facts = facts_of(self.record, self.access, capsule);
        let replayed = facts.and_then(|facts| {
            let (patient, id) = (&statement.patient, &statement.id);
            match conclude_one(self.tenant, patient, &pack, &facts, id) {
                Some(again) => Ok(serde_json::to_vec(&again)?),
                None => Ok(Vec::new()),
            }
        });
        self.pack = Some((reference, pack));
        let then = &capsule.engine;
        let other_engine =
            (*then != pgx::engine()).then(|| format!("{} {}", then.name, then.version));
        Ok(Replay { stored: serde_json::to_vec(statement)?, replayed: replayed?, other_engine })
    }
}

/// Loads a pack that the record keeps.
///
/// # Errors
/// [`Failure::Knowledge`] when it is not kept, cannot be loaded by this program, or is not the
/// pack it was.
pub fn load_kept(
    record: &Record,
    access: &Access,
    reference: &KnowledgeRef,
) -> Result<Pack, Failure> {
    let KnowledgeRef { pack, version, digest, .. } = reference;
    let files = record.kept_pack(access, digest)?;
    let files = files.ok_or_else(|| Failure::Knowledge(format!("{pack} {version} is not kept")))?;
    let unloadable =
        |error| Failure::Knowledge(format!("{pack} {version}, which is kept: {error}"));
    let loaded = Pack::from_files(files).map_err(unloadable)?;
    if loaded.reference() == *reference {
        return Ok(loaded);
    }
    Err(Failure::Knowledge(format!("{pack} is not the pack it was")))
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
