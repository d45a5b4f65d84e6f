//! A new message on its way into the archive.

use super::state::LaterStates;
use super::{Archived, NewRaw, RawState, door, summary};
use crate::Failure;
use crate::key::Keys;
use crate::sql::archive as sql;
use crate::store::{Executor, Value, values};
use crate::vault::Vault;
use model::{RawId, Timestamp};
use std::sync::Arc;

/// A message with all that its row needs.
pub(crate) struct New {
    pub(crate) id: String,
    pub(super) tenant: String,
    pub(super) keys: Arc<Keys>,
    pub(super) now: Timestamp,
    pub(super) sha256: String,
    pub(super) raw: NewRaw,
    pub(super) acknowledgement: Option<Vec<u8>>,
    /// States of earlier ones that go along.
    pub(super) later_states: Arc<LaterStates>,
}

impl New {
    /// Stores it.
    pub(crate) fn insert(self, executor: &dyn Executor) -> Result<RawId, Failure> {
        let Self { id, tenant, keys, now, sha256, raw, acknowledgement, later_states } = self;
        let vault = Vault::new(executor, &keys, &tenant);
        let sealed = vault.seal(&id, &["raw", &id, "body"], &raw.body, now)?;
        let acknowledgement = match acknowledgement {
            None => Value::Null,
            Some(bytes) => vault.seal(&id, &["raw", &id, "ack"], &bytes, now)?.into(),
        };
        let sequence = executor.one(sql::SEQUENCE_NEXT, &[])?.count(0)?;
        let row = values![
            &tenant,
            &id,
            sequence,
            raw.feed,
            door::word(raw.door),
            raw.media_type,
            raw.message_key.unwrap_or_default(),
            raw.peer,
            now.micros(),
            raw.state.word(),
            sha256,
            raw.body.len() as u64,
            acknowledgement,
            Vec::new(),
        ];
        executor.execute(sql::RAW_PUT, row)?;
        executor.execute(sql::RAW_BODY_PUT, values![&tenant, &id, sealed])?;
        // Last: where the message cannot be kept, the states go on waiting.
        later_states.copy(executor)?;
        Ok(RawId::new(id))
    }

    /// Stores it unless the same is there.
    pub(super) fn insert_once(self, executor: &dyn Executor) -> Result<Archived, Failure> {
        if let Some(key) = self.raw.message_key.as_deref().filter(|key| !key.is_empty()) {
            let duplicate = RawState::Duplicate.word();
            let values = values![&self.tenant, &self.raw.feed, key, duplicate, &self.sha256];
            if let Some(row) = executor.first(sql::RAW_BY_KEY_AND_DIGEST, values)? {
                let vault = Vault::new(executor, &self.keys, &self.tenant);
                return Ok(Archived::Known(Box::new(summary(&vault, &row)?)));
            }
        }
        self.insert(executor).map(Archived::New)
    }
}
