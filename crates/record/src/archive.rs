//! The raw archive: every byte received, before anything is made of it.

mod browse;
mod door;
mod new;
mod reading;
mod source;
mod state;
mod traffic;

pub use browse::{RawPage, RawQuery};
pub use reading::{NewReading, Reading};
pub use traffic::{FeedTraffic, HELD, TRAFFIC_HOURS};

pub(crate) use new::New;
pub(crate) use state::{LaterStates, check_problems, put_state, state_in_record};

use crate::access::words;
use crate::audit::Touched;
use crate::limit::{self, ACKNOWLEDGEMENT_BYTES_MAX, RAW_BODY_BYTES_MAX, rows, within};
use crate::sql::archive as sql;
use crate::store::{Executor, Row, values};
use crate::vault::{Vault, sha256};
use crate::{Access, Action, Failure, Record};
use model::provenance::Door;
use model::{Problem, RawId, Timestamp};
use std::sync::Arc;

/// Bodies that one call gives at most, so that a backlog of large files does not fill memory.
const WAITING_BYTES_MAX: u64 = 128 * 1024 * 1024;

words! {
    /// What became of a raw message.
    RawState {
        /// Archived, not yet worked on.
        Received => "received",
        /// In the record.
        Filed => "filed",
        /// No patient could be named with certainty.
        Unmatched => "unmatched",
        /// Refused with a negative acknowledgement.
        Rejected => "rejected",
        /// Could not be read.
        ParseError => "parse-error",
        /// Read, and not trusted: wrong build, REF that disagrees.
        Quarantined => "quarantined",
        /// Received before.
        Duplicate => "duplicate",
        /// A part of a file that is archived in several, or something beside one.
        Piece => "piece",
        /// Held, and then put aside by a person with a reason.
        Dismissed => "dismissed",
    }
}

/// A raw message to archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRaw {
    /// Feed it came by, as configured.
    pub feed: String,
    /// Door it came in by.
    pub door: Door,
    /// Media type, `x-application/hl7-v2+er7`.
    pub media_type: String,
    /// What tells a repetition: sender and control id, unique within the feed as they mean it.
    pub message_key: Option<String>,
    /// Who sent it: address or certificate.
    pub peer: String,
    /// The bytes as received.
    pub body: Vec<u8>,
    /// State it starts in; usually `Received`.
    pub state: RawState,
}

/// What is known about an archived message without opening it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawSummary {
    /// Its id.
    pub id: RawId,
    /// Place in the order of arrival, from 1.
    pub sequence: u64,
    /// Feed it came by.
    pub feed: String,
    /// Door it came in by.
    pub door: Door,
    /// Media type.
    pub media_type: String,
    /// Sender and control id.
    pub message_key: Option<String>,
    /// Who sent it.
    pub peer: String,
    /// When it was archived.
    pub received: Timestamp,
    /// What became of it.
    pub state: RawState,
    /// What was noticed on the way.
    pub problems: Vec<Problem>,
    /// SHA-256 of the bytes, lower-case hex.
    pub sha256: String,
    /// Length in bytes.
    pub length_bytes: u64,
    /// The acknowledgement that was sent, if it was stored.
    pub acknowledgement: Option<Vec<u8>>,
}

/// What became of a message that is archived only if it is new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Archived {
    /// It is new, and durable.
    New(RawId),
    /// The same was archived before; its stored acknowledgement is the answer.
    Known(Box<RawSummary>),
}

/// An archived message with its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawMessage {
    /// What is known about it.
    pub summary: RawSummary,
    /// The bytes as received.
    pub body: Vec<u8>,
}

impl Record {
    /// Archives a message. On return it is durable: only now may it be acknowledged. Within
    /// [`Record::file_together`] it is when that returns.
    pub fn archive(&self, access: &Access, raw: NewRaw) -> Result<RawId, Failure> {
        let new = self.prepare(access, raw, None)?;
        let writer = &self.inner.archive_writer;
        let new = match &self.gathering {
            None => new,
            Some(gathering) => match gathering.archive(writer, new)? {
                Ok(id) => return Ok(id),
                Err(new) => new,
            },
        };
        writer.write(move |executor| new.insert(executor))
    }

    /// Archives a message together with its acknowledgement, unless the feed has brought the same
    /// bytes under the same sender and control id before: then that message is given and nothing
    /// is stored. Both are one transaction, so two connections that bring it at once file it once.
    pub fn archive_once(
        &self,
        access: &Access,
        raw: NewRaw,
        acknowledgement: &[u8],
    ) -> Result<Archived, Failure> {
        self.permit(access, Action::ReadRaw)?;
        let new = self.prepare(access, raw, Some(acknowledgement))?;
        let done = self.inner.archive_writer.write(move |executor| new.insert_once(executor))?;
        match done {
            Archived::New(id) => Ok(Archived::New(id)),
            Archived::Known(summary) => {
                let mut touched = Touched::default();
                let mut known = Some(*summary);
                self.complete(access, known.summaries(), &mut touched)?;
                self.note(access, Action::ReadRaw, &touched)?;
                known.map(|known| Archived::Known(Box::new(known))).ok_or(Failure::NotFound)
            }
        }
    }

    fn prepare(
        &self,
        access: &Access,
        raw: NewRaw,
        acknowledgement: Option<&[u8]>,
    ) -> Result<New, Failure> {
        self.permit(access, Action::ArchiveRaw)?;
        within("body", raw.body.len(), RAW_BODY_BYTES_MAX, "bytes")?;
        let length = acknowledgement.map_or(0, <[u8]>::len);
        within("acknowledgement", length, ACKNOWLEDGEMENT_BYTES_MAX, "bytes")?;
        limit::text("feed", &raw.feed)?;
        limit::text("media type", &raw.media_type)?;
        limit::text("message key", raw.message_key.as_deref().unwrap_or_default())?;
        limit::text("peer", &raw.peer)?;
        Ok(New {
            id: self.new_id(),
            tenant: access.tenant().as_str().to_owned(),
            keys: Arc::clone(&self.inner.keys),
            now: self.now(),
            sha256: sha256(&raw.body),
            raw,
            acknowledgement: acknowledgement.map(<[u8]>::to_vec),
            later_states: Arc::clone(&self.inner.later_states),
        })
    }

    /// Keeps the acknowledgement that was sent, to be sent again for a repetition.
    pub fn set_acknowledgement(
        &self,
        access: &Access,
        id: &RawId,
        acknowledgement: &[u8],
    ) -> Result<(), Failure> {
        self.permit(access, Action::ArchiveRaw)?;
        within("acknowledgement", acknowledgement.len(), ACKNOWLEDGEMENT_BYTES_MAX, "bytes")?;
        let (id, tenant) = (id.as_str().to_owned(), access.tenant().as_str().to_owned());
        let (keys, now) = (Arc::clone(&self.inner.keys), self.now());
        let acknowledgement = acknowledgement.to_vec();
        self.inner.archive_writer.write(move |executor| {
            if executor.first(sql::RAW_GET, values![&tenant, &id])?.is_none() {
                return Err(Failure::NotFound);
            }
            let vault = Vault::new(executor, &keys, &tenant);
            let sealed = vault.seal(&id, &["raw", &id, "ack"], &acknowledgement, now)?;
            let row = values![sealed, &tenant, &id];
            executor.execute(sql::RAW_ACKNOWLEDGEMENT_PUT, row).map(|_| ())
        })
    }

    /// A message with its bytes.
    pub fn raw(&self, access: &Access, id: &RawId) -> Result<Option<RawMessage>, Failure> {
        self.audited_raw(access, &mut Touched::default(), |executor, vault| {
            let key = values![access.tenant().as_str(), id.as_str()];
            let Some(row) = executor.first(sql::RAW_GET, key)? else { return Ok(None) };
            let summary = summary(vault, &row)?;
            Ok(Some(RawMessage { body: body(executor, vault, access, &summary)?, summary }))
        })
    }

    /// Messages in state `Received`, in the order of arrival. Fewer than `limit` may be given
    /// when their bodies are large; none means that none waits.
    pub fn raw_waiting(&self, access: &Access, limit: u32) -> Result<Vec<RawMessage>, Failure> {
        let limit = rows("limit", limit)?;
        self.permit(access, Action::ReadRaw)?;
        self.copy_lagging_states(access, limit)?;
        self.audited_raw(access, &mut Touched::default(), |executor, vault| {
            let key = values![access.tenant().as_str(), RawState::Received.word(), 0_i64, limit];
            let mut messages = Vec::new();
            let mut bytes = 0;
            for row in executor.query(sql::RAW_IN_STATE_AFTER, key)? {
                let summary = summary(vault, &row)?;
                bytes += summary.length_bytes;
                if bytes > WAITING_BYTES_MAX && !messages.is_empty() {
                    break;
                }
                messages
                    .push(RawMessage { body: body(executor, vault, access, &summary)?, summary });
            }
            Ok(messages)
        })
    }

    /// Whether a message waits to be filed. It tells nothing about the message, so it is not
    /// audited: a worker may ask as often as it likes.
    pub fn is_raw_waiting(&self, access: &Access) -> Result<bool, Failure> {
        self.permit(access, Action::ReadRaw)?;
        self.copy_later_states()?;
        let tenant = access.tenant().as_str();
        let key = values![tenant, RawState::Received.word(), 0_i64, 1_u32];
        let row =
            self.inner.archive.read(|executor| executor.first(sql::RAW_IN_STATE_AFTER, key))?;
        Ok(row.is_some())
    }

    /// Messages without their bytes, the latest first.
    pub fn raw_list(
        &self,
        access: &Access,
        state: Option<RawState>,
        limit: u32,
    ) -> Result<Vec<RawSummary>, Failure> {
        let limit = rows("limit", limit)?;
        self.permit(access, Action::ReadRaw)?;
        self.copy_lagging_states(access, limit)?;
        self.audited_raw(access, &mut Touched::default(), |executor, vault| {
            let tenant = access.tenant().as_str();
            let found = match state {
                Some(state) => {
                    let key = values![tenant, state.word(), limit];
                    executor.query(sql::RAW_LATEST_IN_STATE, key)
                }
                None => executor.query(sql::RAW_LATEST, values![tenant, limit]),
            };
            found?.iter().map(|row| summary(vault, row)).collect()
        })
    }

    /// Messages in a state, or in any, without their bytes, in the order of arrival, from behind a
    /// place in it: so the archive can be walked from its beginning.
    pub fn raw_after(
        &self,
        access: &Access,
        state: impl Into<Option<RawState>>,
        after: u64,
        limit: u32,
    ) -> Result<Vec<RawSummary>, Failure> {
        let (state, limit) = (state.into(), rows("limit", limit)?);
        self.permit(access, Action::ReadRaw)?;
        self.copy_later_states()?;
        self.audited_raw(access, &mut Touched::default(), |executor, vault| {
            let tenant = access.tenant().as_str();
            let rows = match state {
                Some(state) => {
                    let key = values![tenant, state.word(), after, limit];
                    executor.query(sql::RAW_IN_STATE_AFTER, key)?
                }
                None => executor.query(sql::RAW_AFTER, values![tenant, after, limit])?,
            };
            rows.iter().map(|row| summary(vault, row)).collect()
        })
    }

    /// The latest message of a feed with the same sender and control id that was not itself a
    /// repetition. Whether its bytes are the same tells its `sha256`.
    pub fn raw_duplicate(
        &self,
        access: &Access,
        feed: &str,
        message_key: &str,
    ) -> Result<Option<RawSummary>, Failure> {
        self.audited_raw(access, &mut Touched::default(), |executor, vault| {
            let duplicate = RawState::Duplicate.word();
            let key = values![access.tenant().as_str(), feed, message_key, duplicate];
            if message_key.is_empty() {
                return Ok(None);
            }
            let row = executor.first(sql::RAW_BY_KEY, key)?;
            row.map(|row| summary(vault, &row)).transpose()
        })
    }

    /// Whether an earlier message of the feed had the same sender and control id and other bytes.
    /// It tells nothing about either message, so it is not audited.
    pub fn reuses_key(&self, access: &Access, message: &RawSummary) -> Result<bool, Failure> {
        self.permit(access, Action::ReadRaw)?;
        let Some(key) = message.message_key.as_deref() else { return Ok(false) };
        let tenant = access.tenant().as_str();
        let values = values![tenant, &message.feed, key, message.sequence, &message.sha256];
        let found =
            self.inner.archive.read(|executor| executor.first(sql::RAW_KEY_USED_BEFORE, values))?;
        Ok(found.is_some())
    }

    /// One audited read of `archive.db`; states and problems are those of `record.db`.
    fn audited_raw<T: Raws>(
        &self,
        access: &Access,
        touched: &mut Touched,
        work: impl FnOnce(&dyn Executor, &Vault<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.permit(access, Action::ReadRaw)?;
        let value = self.inner.archive.read(|executor| {
            let vault = Vault::new(executor, &self.inner.keys, access.tenant().as_str());
            work(executor, &vault)
        });
        let value = value.and_then(|mut value| {
            self.complete(access, value.summaries(), touched)?;
            Ok(value)
        });
        self.note(access, Action::ReadRaw, touched)?;
        value
    }
}

/// What holds summaries that are still to be completed.
trait Raws {
    /// The summaries.
    fn summaries(&mut self) -> Vec<&mut RawSummary>;
}

impl Raws for Option<RawMessage> {
    fn summaries(&mut self) -> Vec<&mut RawSummary> {
        self.iter_mut().map(|message| &mut message.summary).collect()
    }
}
impl Raws for Option<RawSummary> {
    fn summaries(&mut self) -> Vec<&mut RawSummary> {
        self.iter_mut().collect()
    }
}
impl Raws for Vec<RawMessage> {
    fn summaries(&mut self) -> Vec<&mut RawSummary> {
        self.iter_mut().map(|message| &mut message.summary).collect()
    }
}
impl Raws for RawPage {
    fn summaries(&mut self) -> Vec<&mut RawSummary> {
        self.messages.iter_mut().collect()
    }
}
impl Raws for Vec<RawSummary> {
    fn summaries(&mut self) -> Vec<&mut RawSummary> {
        self.iter_mut().collect()
    }
}

fn body(
    executor: &dyn Executor,
    vault: &Vault<'_>,
    access: &Access,
    summary: &RawSummary,
) -> Result<Vec<u8>, Failure> {
    let id = summary.id.as_str();
    let row = executor.one(sql::RAW_BODY, values![access.tenant().as_str(), id])?;
    let body = vault.open(id, &["raw", id, "body"], row.bytes(0)?)?;
    if sha256(&body) != summary.sha256 {
        return Err(Failure::Sealed { place: format!("raw/{id}") });
    }
    Ok(body)
}

fn summary(vault: &Vault<'_>, row: &Row) -> Result<RawSummary, Failure> {
    let id = row.text(0)?;
    let open = |sealed| vault.open(id, &["raw", id, "ack"], sealed);
    let acknowledgement = row.optional_bytes(11)?.map(open).transpose()?;
    Ok(RawSummary { acknowledgement, ..unopened(row)? })
}

/// What stands in the row itself: no acknowledgement, no problems.
fn unopened(row: &Row) -> Result<RawSummary, Failure> {
    let id = row.text(0)?;
    let unknown = |what: &str| Failure::Storage(format!("raw/{id} has an unknown {what}"));
    let message_key = row.text(5)?;
    Ok(RawSummary {
        id: RawId::new(id),
        sequence: row.count(1)?,
        feed: row.text(2)?.to_owned(),
        door: door::from_word(row.text(3)?).ok_or_else(|| unknown("door"))?,
        media_type: row.text(4)?.to_owned(),
        message_key: (!message_key.is_empty()).then(|| message_key.to_owned()),
        peer: row.text(6)?.to_owned(),
        received: Timestamp::from_micros(row.int(7)?),
        state: RawState::from_word(row.text(8)?).ok_or_else(|| unknown("state"))?,
        problems: Vec::new(),
        sha256: row.text(9)?.to_owned(),
        length_bytes: row.count(10)?,
        acknowledgement: None,
    })
}
