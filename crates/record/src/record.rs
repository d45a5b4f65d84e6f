//! The record itself: opening it, its clock, its ids, and the one way every call takes.

use crate::audit::{Audit, Touched};
use crate::key::Keys;
use crate::limit::READERS_MAX;
use crate::search::follow::Follower;
use crate::store::{self, Claims, Executor, Pool, Store, Writer};
use crate::together::Gathering;
use crate::{Access, Action, Failure, MasterKey, sql};
use aws_lc_rs::digest;
use model::Timestamp;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex};
use uuid::{NoContext, Uuid};

/// Where the record takes the time from.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Where the record is and how it is opened.
#[derive(Debug)]
pub struct Settings {
    /// The directory of the databases and the audit log; made if it does not exist.
    pub directory: PathBuf,
    /// The key everything is sealed by.
    pub master_key: MasterKey,
    /// Read connections of each database, 1 to [`crate::limit::READERS_MAX`].
    pub readers: usize,
}

/// The longitudinal record. Clones share one store; several processes may open one store.
#[derive(Clone)]
pub struct Record {
    pub(crate) inner: Arc<Inner>,
    /// Where events of reads are noted that are waited for together.
    pub(crate) gathering: Option<Arc<Gathering>>,
}

pub(crate) struct Inner {
    pub(crate) clock: Clock,
    pub(crate) directory: PathBuf,
    pub(crate) store: Store,
    pub(crate) keys: Arc<Keys>,
    pub(crate) audit: Arc<Audit>,
    pub(crate) archive: Pool,
    pub(crate) record: Pool,
    pub(crate) archive_writer: Writer,
    pub(crate) record_writer: Writer,
    pub(crate) decision: Pool,
    pub(crate) decision_writer: Writer,
    pub(crate) genome: Pool,
    pub(crate) genome_writer: Writer,
    pub(crate) claims: Claims,
    pub(crate) schema_version: u32,
    pub(crate) store_version: String,
    pub(crate) changed: Arc<Changed>,
    pub(crate) concepts: Arc<crate::search::Remembered>,
    pub(crate) later_states: Arc<crate::archive::LaterStates>,
    pub(crate) waiting: Arc<crate::search::follow::Waiting>,
    pub(crate) policies: crate::policies::AllInUse,
    pub(crate) backup: Mutex<crate::BackupState>,
    pub(crate) alerts: Mutex<crate::AlertState>,
    pub(crate) policy_check: std::sync::OnceLock<crate::PolicyCheck>,
}

impl Inner {
    /// The writers of all databases.
    pub(crate) fn writers(&self) -> [&Writer; 4] {
        [&self.record_writer, &self.archive_writer, &self.decision_writer, &self.genome_writer]
    }
}

/// Rung by this process's own commits; those of other processes are polled for.
#[derive(Default)]
pub(crate) struct Changed {
    pub(crate) commits: Mutex<u64>,
    pub(crate) bell: Condvar,
}

impl Changed {
    /// Something was committed.
    pub(crate) fn ring(&self) {
        let mut commits = self.commits.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *commits += 1;
        self.bell.notify_all();
    }
}

impl std::fmt::Debug for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Record").finish_non_exhaustive()
    }
}

impl Record {
    /// Opens the record, making it where there is none. Fails with [`Failure::KeyMismatch`] on
    /// another master key, [`Failure::NotEncrypted`] on a plain file or a build that cannot
    /// encrypt, [`Failure::Storage`] on anything else.
    pub fn open(settings: Settings, clock: Clock) -> Result<Record, Failure> {
        Self::open_in(settings, &Store::Directory, clock)
    }

    /// The same in a store of either kind. On PostgreSQL the tables are made in schemas of their
    /// own; the audit log stays in the directory.
    pub fn open_in(settings: Settings, store: &Store, clock: Clock) -> Result<Record, Failure> {
        let Settings { directory, master_key, readers } = settings;
        if !(1..=READERS_MAX).contains(&readers) {
            let text = format!("must be 1 to {READERS_MAX}");
            return Err(Failure::Invalid { place: "readers".to_owned(), text });
        }
        let now = clock();
        let (keys, files) = store::open(&directory, store, &master_key, readers, now)?;
        let audit = Arc::new(Audit::new(&directory, uuid_at(now), Arc::clone(&keys)));
        let changed = Arc::new(Changed::default());
        let (concepts, waiting) = (Arc::default(), Arc::default());
        let follower = Follower::new(&keys, &concepts, &waiting, &changed);
        Ok(Record {
            gathering: None,
            inner: Arc::new(Inner {
                clock,
                keys,
                audit,
                store_version: files.record.writer.version()?,
                schema_version: files.record.schema_version,
                archive: Pool::new(files.archive.readers),
                record: Pool::new(files.record.readers),
                decision: Pool::new(files.decision.readers),
                decision_writer: Writer::start("decision-writer", files.decision.writer, ())?,
                genome: Pool::new(files.genome.readers),
                genome_writer: Writer::start("genome-writer", files.genome.writer, ())?,
                claims: Claims::new(&directory, store),
                store: store.clone(),
                archive_writer: Writer::start("archive-writer", files.archive.writer, ())?,
                record_writer: Writer::start("record-writer", files.record.writer, follower)?,
                changed,
                concepts,
                later_states: Arc::default(),
                waiting,
                policies: crate::policies::AllInUse::default(),
                backup: Mutex::default(),
                alerts: Mutex::default(),
                policy_check: std::sync::OnceLock::new(),
                directory,
            }),
        })
    }

    /// A new id: a UUID version 7 (RFC 9562) of the clock's time. It shows when it was made, so
    /// it is no token and no pseudonym.
    pub fn new_id(&self) -> String {
        uuid_at(self.now())
    }

    /// The clock's time.
    pub fn now(&self) -> Timestamp {
        (self.inner.clock)()
    }

    /// Makes the event of a permitted action durable: at once, or, among others, when
    /// [`Record::read_together`] or [`Record::file_together`] is through with them.
    pub(crate) fn note(
        &self,
        access: &Access,
        action: Action,
        touched: &Touched,
    ) -> Result<(), Failure> {
        let audit = &self.inner.audit;
        if let Some(gathering) = &self.gathering
            && gathering.gathers(action)
            && gathering.note(audit, self.now(), access, action, touched)?
        {
            return Ok(());
        }
        audit.note(self.now(), access, action, true, touched)
    }

    /// One audited read of `record.db`: permission, query, durable event, then the value.
    pub(crate) fn audited_read<T>(
        &self,
        access: &Access,
        action: Action,
        work: impl FnOnce(&dyn Executor, &mut Touched) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        // What is granted already was checked, and a denial noted.
        if access.lens().is_none() {
            self.permit(access, action)?;
        }
        let mut touched = Touched::default();
        let value = self.inner.record.read(|executor| work(executor, &mut touched));
        // A failed read returns nothing, but that it was tried is kept.
        self.note(access, action, &touched)?;
        value
    }

    /// The last sequence number of the change feed.
    pub(crate) fn last_sequence(&self) -> Result<u64, Failure> {
        let last =
            |executor: &dyn Executor| executor.one(sql::record::SEQUENCE_LAST, &[])?.count(0);
        self.inner.record.read(last)
    }
}

/// An id that follows from what it names, so that whoever makes it again finds what was there: a
/// UUID version 8 (RFC 9562) over the SHA-256 of the parts, each with its length before it, so
/// that no two lists of parts run together to the same text.
pub fn derived_id<'p>(parts: impl IntoIterator<Item = &'p str>) -> String {
    let mut hash = digest::Context::new(&digest::SHA256);
    for part in parts {
        hash.update(&(part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let mut bytes = [0_u8; 16];
    bytes.iter_mut().zip(hash.finish().as_ref()).for_each(|(byte, from)| *byte = *from);
    uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
}

/// A UUID version 7 of a time, lower case.
pub(crate) fn uuid_at(now: Timestamp) -> String {
    let micros = u64::try_from(now.micros()).unwrap_or(0);
    let nanos = u32::try_from(micros % 1_000_000).unwrap_or(0) * 1000;
    let time = uuid::Timestamp::from_unix(NoContext, micros / 1_000_000, nanos);
    Uuid::new_v7(time).to_string()
}

#[cfg(test)]
mod tests {
    use super::derived_id;

    #[test]
    fn an_id_depends_on_every_part_and_its_place() {
        let one = derived_id(["t", "p", "gene", "CYP2C19"]);
        assert_eq!(one, derived_id(["t", "p", "gene", "CYP2C19"]));
        for other in [
            derived_id(["t", "p", "CYP2C19", "gene"]),
            derived_id(["tp", "", "gene", "CYP2C19"]),
            derived_id(["t", "p", "gene"]),
        ] {
            assert_ne!(one, other);
        }
    }
}
