//! What a snapshot says of itself.

use model::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A snapshot's name: when it is of, and an id. They are ordered by time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SnapshotId {
    micros: i64,
    id: String,
}

impl SnapshotId {
    /// Of a time and an id of lower-case letters, digits and `-`.
    pub fn new(time: Timestamp, id: &str) -> Self {
        Self { micros: time.micros().max(0), id: id.to_owned() }
    }

    /// The moment that it is of.
    pub fn time(&self) -> Timestamp {
        Timestamp::from_micros(self.micros)
    }

    /// `TIME-ID`; `None` if the text is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (micros, id) = text.split_once('-')?;
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let is_id = !id.is_empty() && id.bytes().all(|byte| is_plain(byte) || byte == b'-');
        let is_time = micros.len() == 16 && micros.bytes().all(|byte| byte.is_ascii_digit());
        let micros = micros.parse().ok().filter(|_| is_id && is_time)?;
        Some(Self { micros, id: id.to_owned() })
    }

    /// Whether a person means it: by all of the name, or the beginning of it or of the id.
    pub(super) fn is_meant_by(&self, text: &str) -> bool {
        self.to_string().starts_with(text) || self.id.starts_with(text)
    }
}

impl fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016}-{}", self.micros, self.id)
    }
}

/// What tells whether a file has changed: who has neither written to it nor replaced it leaves all
/// of this as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Device and number of the file.
    pub file: (u64, u64),
    /// Length in bytes.
    pub bytes: u64,
    /// Last change of content, in nanoseconds since 1970.
    pub modified: i64,
    /// Last change of anything, in nanoseconds since 1970.
    pub changed: i64,
}

/// A file of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Path in the data directory, parts parted by `/`.
    pub path: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Names of its leaves in their order: keyed hashes over all of its content.
    pub leaves: Vec<String>,
    /// What it was like when it was read, if nobody had just written to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<Stamp>,
}

/// A segment of the audit log as far as a snapshot has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentAt {
    /// File name.
    pub segment: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Whole lines in it.
    pub lines: u64,
    /// Root of the Merkle tree over them (RFC 6962), lower-case hex.
    pub root: String,
}

/// How far the audit log was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditAt {
    /// Its segments by name.
    pub segments: Vec<SegmentAt>,
}

/// The resources of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourcesAt {
    /// Last number of the change feed.
    pub sequence: u64,
    /// Versions of resources.
    pub versions: u64,
    /// SHA-256 over their tenants, types, ids, versions and digests, lower-case hex.
    pub sha256: String,
}

/// A snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The form of this description.
    pub(super) form: u32,
    /// Its name.
    pub(super) id: SnapshotId,
    /// The snapshot before it, whose chunks it was built on.
    pub previous: Option<SnapshotId>,
    /// When it was through.
    pub finished: Timestamp,
    /// Version of the program that took it.
    pub program: String,
    /// Kind of store: `directory` or `postgres`.
    pub store: String,
    /// Schema version by database: `record`, `archive`, `decision`, `genome`.
    pub schemas: BTreeMap<String, u32>,
    /// Its files by path.
    pub files: Vec<FileEntry>,
    /// How far the audit log was.
    pub audit: AuditAt,
    /// The resources, if they were gone through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<ResourcesAt>,
}

/// What is read of a description first.
#[derive(Deserialize)]
pub(super) struct Form {
    pub(super) form: u32,
}

impl Snapshot {
    /// A snapshot of no files yet.
    pub fn new(id: SnapshotId, program: &str, store: &str) -> Self {
        Self {
            form: super::FORM,
            finished: id.time(),
            id,
            previous: None,
            program: program.to_owned(),
            store: store.to_owned(),
            schemas: BTreeMap::new(),
            files: Vec::new(),
            audit: AuditAt::default(),
            resources: None,
        }
    }

    /// Its name.
    pub fn id(&self) -> &SnapshotId {
        &self.id
    }

    /// The moment that it is of.
    pub fn time(&self) -> Timestamp {
        self.id.time()
    }

    /// Bytes of its files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// One of its files.
    pub fn file(&self, path: &str) -> Option<&FileEntry> {
        self.files.iter().find(|file| file.path == path)
    }
}
