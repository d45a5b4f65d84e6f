//! Taking a snapshot of a record that goes on being written to.

use crate::repository::{
    AuditAt, Cutting, FileEntry, ResourcesAt, SegmentAt, Sent, Snapshot, SnapshotId,
};
use crate::repository::{Stamp, Writer};
use crate::{Failure, Repository};
use model::Timestamp;
use record::{AuditSegment, Clock, Cut, CutFile, MasterKey, ResourceDigest, Store};
use std::collections::BTreeSet;
use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// A file that was written to this short a time ago may be written to again without its time
/// changing: file systems count in ticks.
const QUIET_NANOS: i64 = 2_000_000_000;
const NANOS: i64 = 1_000_000_000;

/// What a snapshot is taken of.
#[derive(Clone)]
pub struct Taking<'t> {
    /// The data directory.
    pub directory: &'t Path,
    /// Where its databases are.
    pub store: &'t Store,
    /// Its master key.
    pub master_key: &'t MasterKey,
    /// Where the time is from.
    pub clock: &'t Clock,
    /// Version of the program.
    pub program: &'t str,
    /// Whether everything is sent, whatever is there; it mends chunks that were damaged.
    pub afresh: bool,
    /// Whether all resources are gone through, so that a restore can be compared with them. Where
    /// nothing was filed since the snapshot before, what that one says is taken over anyway.
    pub resources: bool,
    /// Whether nothing is published where nothing is new.
    pub only_changes: bool,
}

impl std::fmt::Debug for Taking<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Taking({})", self.directory.display())
    }
}

/// A snapshot that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// It.
    pub snapshot: Snapshot,
    /// What was sent for it.
    pub sent: Sent,
    /// The moment up to which everything is in it: later than its own, if nothing was new.
    pub until: Timestamp,
}

/// A random id of lower-case letters and digits.
pub(crate) fn new_id() -> Result<String, Failure> {
    let bytes = record::random_bytes()?;
    Ok(bytes.iter().take(8).map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat())
}

/// Takes a snapshot. Servers go on writing; it is of one moment of all files.
pub fn take(repository: &Repository, taking: &Taking<'_>) -> Result<Taken, Failure> {
    let Taking { directory, store, master_key, clock, program, .. } = taking;
    let id = new_id()?;
    let mut writer = Writer::begin(repository, &id, clock(), taking.afresh)?;
    let before = writer.previous().cloned();
    let known = |segment: &str| known_segment(before.as_ref(), segment);
    let cut = Cut::take(directory, store, master_key, clock, &known)?;
    let mut snapshot = Snapshot::new(SnapshotId::new(cut.time(), &id), program, kind(store));
    snapshot.schemas.clone_from(cut.schemas());
    snapshot.audit = AuditAt { segments: cut.audit().iter().map(segment_at).collect() };
    snapshot.resources = resources(&cut, before.as_ref(), taking.resources)?;
    for file in cut.files() {
        copy(&mut writer, &mut snapshot, file, clock)?;
    }
    let until = cut.time();
    // Writers need not wait for the destination with their logs.
    drop(cut);
    if let Some(before) = before.filter(|before| taking.only_changes && is_same(before, &snapshot))
    {
        return Ok(Taken { snapshot: before, sent: writer.abandon(), until });
    }
    let sent = writer.publish(snapshot.clone(), clock())?;
    Ok(Taken { snapshot: repository.snapshot(snapshot.id())?, sent, until })
}

/// Whether two snapshots are of the same content.
fn is_same(one: &Snapshot, other: &Snapshot) -> bool {
    let content = |snapshot: &Snapshot| {
        let file = |file: &FileEntry| (file.path.clone(), file.bytes, file.leaves.clone());
        snapshot.files.iter().map(file).collect::<BTreeSet<_>>()
    };
    one.schemas == other.schemas && content(one) == content(other)
}

/// In a word, as snapshots have it.
pub(crate) fn kind(store: &Store) -> &'static str {
    match store {
        Store::Directory => "directory",
        Store::Postgres(_) => "postgres",
    }
}

fn known_segment(before: Option<&Snapshot>, segment: &str) -> Option<AuditSegment> {
    let known = before?.audit.segments.iter().find(|known| known.segment == segment)?;
    Some(AuditSegment {
        segment: known.segment.clone(),
        bytes: known.bytes,
        lines: known.lines,
        root: known.root.clone(),
    })
}

/// As the description of a snapshot has it.
pub(crate) fn segment_at(segment: &AuditSegment) -> SegmentAt {
    SegmentAt {
        segment: segment.segment.clone(),
        bytes: segment.bytes,
        lines: segment.lines,
        root: segment.root.clone(),
    }
}

/// As the description of a snapshot has it.
pub(crate) fn resources_at(digest: &ResourceDigest) -> ResourcesAt {
    ResourcesAt {
        sequence: digest.sequence,
        versions: digest.versions,
        sha256: digest.sha256.clone(),
    }
}

fn resources(
    cut: &Cut,
    before: Option<&Snapshot>,
    go_through: bool,
) -> Result<Option<ResourcesAt>, Failure> {
    if go_through {
        return Ok(Some(resources_at(&cut.resources()?)));
    }
    let known = before.and_then(|before| before.resources.clone());
    let sequence = cut.sequence()?;
    Ok(known.filter(|known| known.sequence == sequence))
}

/// A database that nobody touched since it was read is not read again.
fn copy(
    writer: &mut Writer,
    snapshot: &mut Snapshot,
    file: &CutFile,
    clock: &Clock,
) -> Result<(), Failure> {
    let stamped = || file.database().map(stamp).transpose();
    let first = stamped()?;
    let entry = writer.previous().and_then(|before| before.file(&file.path));
    if first.is_some() && entry.is_some_and(|entry| entry.stamp == first) {
        return writer.keep(snapshot, &file.path);
    }
    let now = clock().micros().saturating_mul(1000);
    let is_quiet =
        |stamp: &Stamp| now - stamp.modified > QUIET_NANOS && now - stamp.changed > QUIET_NANOS;
    let cutting = if file.is_rows() { Cutting::Content } else { Cutting::Places };
    writer.file(snapshot, &file.path, cutting, file.reader(), None)?;
    let after = stamped()?;
    if let Some(entry) = snapshot.files.last_mut() {
        entry.stamp = first.filter(|first| is_quiet(first) && after.as_ref() == Some(first));
    }
    Ok(())
}

fn stamp(file: &File) -> Result<Stamp, Failure> {
    let about = file.metadata().map_err(|error| Failure::File {
        place: "a database".to_owned(),
        text: error.to_string(),
    })?;
    let nanos = |seconds: i64, nanos: i64| seconds.saturating_mul(NANOS).saturating_add(nanos);
    Ok(Stamp {
        file: (about.dev(), about.ino()),
        bytes: about.len(),
        modified: nanos(about.mtime(), about.mtime_nsec()),
        changed: nanos(about.ctime(), about.ctime_nsec()),
    })
}
