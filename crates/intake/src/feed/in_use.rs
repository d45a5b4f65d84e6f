//! The feeds in use: shared by what receives, what files and who looks after them, so that a code
//! that somebody maps counts from the next message on.
//!
//! What the operator's file says stays the operator's. Codes that are mapped beside it are kept in
//! the archive, all of them in one document each time, and go into the profile after the file: a
//! code that the file maps stays as the file maps it.

use super::Feed;
use super::profile::{FEED, archive, profiles, with_mapped};
use crate::failure::Failure;
use crate::receive::feed_access;
use crate::unmapped;
use model::provenance::Door;
use model::{Problem, TenantId};
use record::limit::TEXT_BYTES_MAX;
use record::{NewRaw, RawState, Record};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// Codes that are mapped beside the file, at most: more belong into the file.
pub const MAPPED_MAX: usize = 1_000;
/// Under which the mapped codes are archived.
const KEY: &str = "mapped-codes";
/// Media type of the document that they stand in.
const MEDIA_TYPE: &str = "application/vnd.cognate.mapped-codes+json";

/// A code of a sender's, and what it means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapped {
    /// The feed that it comes by.
    pub feed: String,
    /// The sender's code system, as it stands in the message.
    pub system: String,
    /// The sender's code.
    pub code: String,
    /// The LOINC code.
    pub loinc: String,
}

/// The feeds in use. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Feeds {
    state: Arc<RwLock<State>>,
    /// Who maps, one at a time.
    mapping: Arc<Mutex<()>>,
}

#[derive(Clone, Debug, Default)]
struct State {
    feeds: Vec<Arc<Feed>>,
    /// The operator's file, if there is one.
    text: Option<String>,
    mapped: Vec<Mapped>,
}

impl From<Vec<Feed>> for Feeds {
    fn from(feeds: Vec<Feed>) -> Self {
        let state = State { feeds: feeds.into_iter().map(Arc::new).collect(), ..State::default() };
        Self { state: Arc::new(RwLock::new(state)), mapping: Arc::default() }
    }
}

impl Feeds {
    /// The feeds of the operator's file with what was mapped beside it, to be used: the profile
    /// that comes of it is archived.
    ///
    /// # Errors
    /// What is wrong with the file, or when the record fails.
    pub fn open(record: &Record, tenant: &TenantId, text: &str) -> Result<Self, Failure> {
        let feeds = Self::read(record, tenant, text)?;
        let mapped = feeds.state().mapped;
        in_force(record, tenant, text, &mapped)?;
        Ok(feeds)
    }

    /// The same without archiving anything, to see what they would do.
    ///
    /// # Errors
    /// What is wrong with the file, or when the record fails.
    pub fn read(record: &Record, tenant: &TenantId, text: &str) -> Result<Self, Failure> {
        let mapped = kept(record, tenant)?;
        let feeds = with_profiles(tenant, text, &mapped)?.1;
        let state = State { feeds, text: Some(text.to_owned()), mapped };
        Ok(Self { state: Arc::new(RwLock::new(state)), mapping: Arc::default() })
    }

    /// All of them.
    pub fn all(&self) -> Vec<Arc<Feed>> {
        self.state().feeds
    }

    /// One by its name.
    pub fn get(&self, id: &str) -> Option<Arc<Feed>> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.feeds.iter().find(|feed| feed.id == id).cloned()
    }

    /// One more that stands in no file.
    pub fn add(&self, feed: Feed) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.feeds.push(Arc::new(feed));
    }

    /// What was mapped for a feed beside the file.
    pub fn mapped(&self, feed: &str) -> Vec<Mapped> {
        let mapped = self.state().mapped.into_iter();
        mapped.filter(|one| one.feed == feed).collect()
    }

    /// Maps a code: from now on the feed's messages are read with it, and those that held it are
    /// sent back to be read again. How many those are.
    ///
    /// # Errors
    /// [`Failure::Refused`] when it cannot be mapped so; when the record fails.
    pub fn map(&self, record: &Record, new: Mapped, by: &str) -> Result<usize, Failure> {
        let _one = self.mapping.lock().unwrap_or_else(PoisonError::into_inner);
        let (feed, text) = self.of_file(&new.feed)?;
        // As it is kept, not as it is known here: another process may have mapped meanwhile.
        let mut mapped = kept(record, &feed.tenant)?;
        check(&feed, &new, &mapped)?;
        let name = new.feed.clone();
        mapped.push(new);
        let feeds = in_force(record, &feed.tenant, &text, &mapped)?;
        keep(record, &feed.tenant, &mapped, by)?;
        let changed = feeds.iter().find(|feed| feed.id == name).cloned();
        {
            let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
            // What stands in no file is kept as it is.
            let others = state.feeds.iter().filter(|feed| feed.profile.is_none()).cloned();
            state.feeds = feeds.into_iter().chain(others.collect::<Vec<_>>()).collect();
            state.mapped = mapped;
        }
        match changed {
            Some(feed) => unmapped::requeue(record, &feed),
            None => Ok(0),
        }
    }

    /// Whether a code can be mapped so, without doing it.
    ///
    /// # Errors
    /// [`Failure::Refused`] when it cannot; when the record fails.
    pub fn check(&self, record: &Record, new: &Mapped) -> Result<(), Failure> {
        let (feed, _) = self.of_file(&new.feed)?;
        check(&feed, new, &kept(record, &feed.tenant)?)
    }

    /// A feed that has a profile, and the file that it stands in.
    fn of_file(&self, name: &str) -> Result<(Arc<Feed>, String), Failure> {
        let feed = self.get(name).ok_or_else(|| Failure::NotFound(name.to_owned()))?;
        let text = self.state().text.filter(|_| feed.profile.is_some()).ok_or_else(|| {
            refused("no-profile", "the feed has no profile: it needs a file, `--feeds`")
        })?;
        Ok((feed, text))
    }

    fn state(&self) -> State {
        self.state.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn refused(code: &str, text: &str) -> Failure {
    Failure::Refused(vec![Problem::error(code, "mapping", text)])
}

fn check(feed: &Feed, new: &Mapped, mapped: &[Mapped]) -> Result<(), Failure> {
    if let Some(text) = super::objection(&new.code, &new.loinc) {
        return Err(refused("bad-loinc", &text));
    }
    if new.code.is_empty() || new.code.len() + new.system.len() > TEXT_BYTES_MAX {
        return Err(refused("bad-code", "the sender’s code is empty or too long"));
    }
    let is_of =
        |one: &Mapped| (&one.feed, &one.system, &one.code) == (&new.feed, &new.system, &new.code);
    let key = (new.system.clone(), new.code.clone());
    if feed.codes.contains_key(&key) || mapped.iter().any(is_of) {
        return Err(refused("code-twice", "the code is mapped already"));
    }
    if mapped.len() >= MAPPED_MAX {
        let text = "so many codes are mapped here that they have to go into the file first";
        return Err(refused("too-many", text));
    }
    Ok(())
}

/// The feeds of a file with what was mapped beside it; the whole is archived.
fn in_force(
    record: &Record,
    tenant: &TenantId,
    text: &str,
    mapped: &[Mapped],
) -> Result<Vec<Arc<Feed>>, Failure> {
    let (text, feeds) = with_profiles(tenant, text, mapped)?;
    archive(record, tenant, &text)?;
    Ok(feeds)
}

/// A file with what was mapped beside it, and the feeds that come of both.
fn with_profiles(
    tenant: &TenantId,
    text: &str,
    mapped: &[Mapped],
) -> Result<(String, Vec<Arc<Feed>>), Failure> {
    let text = with_mapped(text, mapped).map_err(Failure::Refused)?;
    let feeds = profiles(&text, tenant).map_err(Failure::Refused)?;
    Ok((text, feeds.into_iter().map(Arc::new).collect()))
}

/// What was mapped beside the file until now.
fn kept(record: &Record, tenant: &TenantId) -> Result<Vec<Mapped>, Failure> {
    let feed = Feed::production(FEED, tenant);
    let access = feed_access(&feed);
    let Some(latest) = record.raw_duplicate(&access, &feed.id, KEY)? else {
        return Ok(Vec::new());
    };
    let Some(message) = record.raw(&access, &latest.id)? else { return Ok(Vec::new()) };
    serde_json::from_slice(&message.body).map_err(|error| {
        let text = format!("codes that were mapped cannot be read: {error}");
        refused("bad-mapping", &text)
    })
}

fn keep(record: &Record, tenant: &TenantId, mapped: &[Mapped], by: &str) -> Result<(), Failure> {
    let feed = Feed::production(FEED, tenant);
    let body =
        serde_json::to_vec(mapped).map_err(|error| refused("bad-mapping", &error.to_string()))?;
    let new = NewRaw {
        feed: feed.id.clone(),
        door: Door::File,
        media_type: MEDIA_TYPE.to_owned(),
        message_key: Some(KEY.to_owned()),
        peer: by.to_owned(),
        body,
        state: RawState::Piece,
    };
    record.archive(&feed_access(&feed), new).map(drop).map_err(Failure::from)
}
