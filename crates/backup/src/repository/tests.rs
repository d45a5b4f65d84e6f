//! Whole repositories in a directory: what comes back, what is found, what is kept.

use super::*;
use crate::destination::Directory;
use crate::limit::WRITING_MICROS_MAX;
use crate::{Object, Wrong};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

const HOUR: i64 = 3600 * 1_000_000;

pub(crate) fn secret(byte: u8) -> Zeroizing<[u8; 32]> {
    Zeroizing::new([byte; 32])
}

pub(crate) fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

fn repository(path: &Path) -> Repository {
    Repository::open_or_create(Arc::new(Directory::new(path)), &secret(1), "r1").unwrap()
}

/// Noise that does not pack, as pages do not.
pub(crate) fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state.to_be_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}

/// Takes a snapshot of some files at a time, which is its id, too.
pub(crate) fn take(repository: &Repository, micros: i64, files: &[(&str, &[u8])]) -> Sent {
    let id = format!("s{micros}");
    let mut writer = Writer::begin(repository, &id, at(micros), false).unwrap();
    let mut snapshot = Snapshot::new(SnapshotId::new(at(micros), &id), "0", "directory");
    for (path, bytes) in files {
        writer.file(&mut snapshot, path, Cutting::Places, *bytes, None).unwrap();
    }
    writer.publish(snapshot, at(micros + 1)).unwrap()
}

pub(crate) fn content(repository: &Repository, id: &str, path: &str) -> Result<Vec<u8>, Failure> {
    let snapshot = repository.snapshot(&repository.find(id)?)?;
    let mut bytes = Vec::new();
    repository.read(snapshot.file(path).unwrap(), &mut |piece| {
        bytes.extend_from_slice(piece);
        Ok(())
    })?;
    Ok(bytes)
}

fn objects(path: &Path, below: &str) -> Vec<PathBuf> {
    let directory = Directory::new(path);
    let found = directory.list(below).unwrap();
    found.into_iter().map(|Object { name, .. }| path.join(name)).collect()
}

#[test]
fn only_what_changed_is_sent_and_every_snapshot_comes_back() {
    let directory = tempfile::tempdir().unwrap();
    let repository = repository(directory.path());
    let first = noise(3_000_000, 1);
    let mut second = first.clone();
    second[1_000_000] ^= 1;
    second.extend_from_slice(b"the end grew");
    let sent = take(&repository, 10, &[("record.db", &first), ("key-check", b"k")]);
    assert_eq!(sent.chunks, 23 + 1 + 2, "pieces and leaves");
    let sent = take(&repository, 20, &[("record.db", &second), ("key-check", b"k")]);
    assert_eq!(sent.chunks, 3, "a page, the end, and the leaf that names them");
    assert_eq!(take(&repository, 30, &[("record.db", &second)]).chunks, 0);
    assert_eq!(content(&repository, "s10", "record.db").unwrap(), first);
    assert_eq!(content(&repository, "s20", "record.db").unwrap(), second);
    assert_eq!(content(&repository, "s20", "key-check").unwrap(), b"k");
    let found = repository.verify(None).unwrap();
    assert!(found.is_whole(), "{:?}", found.problems);
    assert_eq!((found.snapshots, found.files), (3, 5));
    let latest = repository.latest(None).unwrap().unwrap();
    let read = repository.snapshot(&latest).unwrap();
    assert_eq!(read.previous.unwrap().to_string(), "0000000000000020-s20");
    assert_eq!(read.finished, at(31));
    // A file that nobody touched is taken over without being read.
    let mut writer = Writer::begin(&repository, "s40", at(40), false).unwrap();
    let mut snapshot = Snapshot::new(SnapshotId::new(at(40), "s40"), "0", "directory");
    writer.keep(&mut snapshot, "record.db").unwrap();
    assert!(matches!(writer.keep(&mut snapshot, "other"), Err(Failure::Invalid { .. })));
    assert_eq!(writer.publish(snapshot, at(41)).unwrap(), Sent::default());
    assert_eq!(content(&repository, "s40", "record.db").unwrap(), second);
}

#[test]
fn nothing_of_the_content_can_be_seen_at_the_destination() {
    let directory = tempfile::tempdir().unwrap();
    let canary = "canary-of-a-patient-4711".repeat(50);
    let other = tempfile::tempdir().unwrap();
    for path in [directory.path(), other.path()] {
        let id = path.to_string_lossy().into_owned();
        let destination = Arc::new(Directory::new(path));
        let one = Repository::open_or_create(destination, &secret(1), &id).unwrap();
        take(&one, 1, &[("canary-of-a-patient-4711", canary.as_bytes())]);
    }
    let paths = objects(directory.path(), "");
    assert_eq!(paths.len(), 4, "{paths:?}");
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        for text in [path.to_string_lossy().as_bytes(), &bytes] {
            assert!(!text.windows(12).any(|part| part == b"canary-of-a-"), "{}", path.display());
        }
    }
    // Names do not tell that two repositories have the same content.
    let names = |path: &Path| {
        let all = objects(path, "chunks/").into_iter();
        all.map(|path| path.file_name().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(names(directory.path()).iter().all(|name| !names(other.path()).contains(name)));
}

#[test]
fn another_key_another_form_and_an_empty_place_are_told_apart() {
    let directory = tempfile::tempdir().unwrap();
    let open = |byte| Repository::open(Arc::new(Directory::new(directory.path())), &secret(byte));
    assert!(matches!(open(1), Err(Failure::NoRepository { .. })));
    let made = repository(directory.path());
    take(&made, 1, &[("a", b"b")]);
    assert!(matches!(open(2), Err(Failure::KeyMismatch { .. })));
    assert!(open(1).is_ok());
    let about = directory.path().join("repository");
    let text = std::fs::read_to_string(&about).unwrap();
    std::fs::write(&about, text.replace("\"form\": 1", "\"form\": 2")).unwrap();
    assert!(matches!(open(1), Err(Failure::Form { found: 2, .. })));
    std::fs::write(&about, "{").unwrap();
    assert!(matches!(open(1), Err(Failure::Destination { .. })));
    // Snapshots without the description are not written over.
    std::fs::remove_file(&about).unwrap();
    let destination = Arc::new(Directory::new(directory.path()));
    let made = Repository::open_or_create(destination, &secret(1), "r2");
    assert!(matches!(made, Err(Failure::Destination { .. })), "{made:?}");
}

#[test]
fn every_altered_removed_or_exchanged_object_is_found_and_named() {
    let directory = tempfile::tempdir().unwrap();
    let repository = repository(directory.path());
    let file = noise(700_000, 3);
    take(&repository, 1, &[("record.db", &file)]);
    let chunks = objects(directory.path(), "chunks/");
    assert_eq!(chunks.len(), 7);
    for path in &chunks {
        let before = std::fs::read(path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let other = std::fs::read(chunks.iter().find(|other| *other != path).unwrap()).unwrap();
        let mut flipped = before.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 0x80;
        let cut = before[..middle].to_vec();
        for (what, bytes) in [("flipped", flipped), ("cut", cut), ("exchanged", other)] {
            std::fs::write(path, bytes).unwrap();
            let found = repository.verify(None).unwrap();
            let told = found.problems.iter().map(ToString::to_string).collect::<String>();
            assert!(told.contains(&name) && told.contains("record.db"), "{what}: {told}");
            let failure = content(&repository, "s1", "record.db").unwrap_err();
            let expected = Failure::Damaged {
                file: "record.db".to_owned(),
                chunk: name.clone(),
                wrong: Wrong::Altered,
            };
            assert_eq!(failure, expected, "{what}");
        }
        std::fs::remove_file(path).unwrap();
        let failure = content(&repository, "s1", "record.db").unwrap_err();
        assert!(matches!(failure, Failure::Damaged { wrong: Wrong::Missing, .. }));
        assert!(!repository.verify(None).unwrap().is_whole());
        // A backup that sends everything mends it.
        let mut writer = Writer::begin(&repository, "s2", at(2), true).unwrap();
        let mut snapshot = Snapshot::new(SnapshotId::new(at(2), "s2"), "0", "directory");
        writer.file(&mut snapshot, "record.db", Cutting::Places, file.as_slice(), None).unwrap();
        assert_eq!(writer.publish(snapshot, at(3)).unwrap().chunks, 7);
        assert!(repository.verify(None).unwrap().is_whole());
        std::fs::write(path, before).unwrap();
    }
    let snapshot = &objects(directory.path(), "snapshots/")[0];
    let mut bytes = std::fs::read(snapshot).unwrap();
    bytes[30] ^= 1;
    std::fs::write(snapshot, &bytes).unwrap();
    assert!(matches!(content(&repository, "s1", "record.db"), Err(Failure::Snapshot { .. })));
    assert_eq!(repository.verify(None).unwrap().problems.len(), 1);
    // A snapshot in the place of another one is none.
    let other = &objects(directory.path(), "snapshots/")[1];
    std::fs::copy(other, snapshot).unwrap();
    assert!(matches!(content(&repository, "s1", "record.db"), Err(Failure::Snapshot { .. })));
}

/// A destination that fails from the n-th thing put or removed on, as a crash does.
#[derive(Debug)]
struct Failing {
    inner: Directory,
    left: Mutex<usize>,
}

impl Failing {
    fn step(&self) -> Result<(), Failure> {
        let mut left = self.left.lock().unwrap();
        *left = left.checked_sub(1).ok_or_else(|| Failure::Destination {
            place: String::new(),
            text: "gone".to_owned(),
        })?;
        Ok(())
    }
}

impl Destination for Failing {
    fn place(&self) -> String {
        self.inner.place()
    }
    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        self.step()?;
        self.inner.put(name, bytes)
    }
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Failure> {
        self.inner.get(name)
    }
    fn list(&self, prefix: &str) -> Result<Vec<Object>, Failure> {
        self.inner.list(prefix)
    }
    fn remove(&self, name: &str) -> Result<(), Failure> {
        self.step()?;
        self.inner.remove(name)
    }
    fn settle(&self) -> Result<(), Failure> {
        self.inner.settle()
    }
}

fn failing(path: &Path, left: usize) -> Repository {
    let destination = Failing { inner: Directory::new(path), left: Mutex::new(left) };
    Repository::open(Arc::new(destination), &secret(1)).unwrap()
}

#[test]
fn a_crash_at_any_point_leaves_every_snapshot_that_can_be_seen_whole() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let one = repository(path);
    let files: Vec<Vec<u8>> = (0..5).map(|seed| noise(400_000, seed)).collect();
    take(&one, 1, &[("a", &files[0])]);
    let mut published = 0_u64;
    for (left, now) in (0..9).zip(2..) {
        let broken = failing(path, left);
        let taken = Writer::begin(&broken, "x", at(now), false).and_then(|mut writer| {
            let id = SnapshotId::new(at(now), "x");
            let mut snapshot = Snapshot::new(id, "0", "directory");
            let bytes = files[1].as_slice();
            writer.file(&mut snapshot, "a", Cutting::Places, bytes, None)?;
            writer.publish(snapshot, at(100))
        });
        published += u64::from(taken.is_ok());
        let found = one.verify(None).unwrap();
        assert!(found.is_whole(), "after {left}: {:?}", found.problems);
        assert_eq!(found.snapshots, 1 + published, "after {left}");
    }
    assert!(published > 0 && published < 9, "{published}");
    // The marks that crashes left are believed for a while, and then not any more.
    let keep = Keep { last: 1, ..Keep::default() };
    let busy = one.prune(&keep, "p", &|| at(HOUR));
    assert!(matches!(busy, Err(Failure::Busy { .. })), "{busy:?}");
    let later = || at(WRITING_MICROS_MAX + HOUR);
    for left in 0..8 {
        let removed = failing(path, left).prune(&keep, "p", &later);
        let found = one.verify(None).unwrap();
        assert!(found.is_whole(), "after {left}: {:?} {removed:?}", found.problems);
        assert!(found.snapshots >= 1);
        for mark in objects(path, "pruning/") {
            std::fs::remove_file(mark).unwrap();
        }
    }
    let pruned = one.prune(&keep, "p", &later).unwrap();
    assert_eq!((pruned.kept.len(), objects(path, "snapshots/").len()), (1, 1));
    assert_eq!(objects(path, "chunks/").len(), 5, "what no snapshot needs is gone");
    assert_eq!(content(&one, "x", "a").unwrap(), files[1]);
    assert!(objects(path, "unfinished/").is_empty());
}

#[test]
fn whoever_writes_and_whoever_removes_keep_apart() {
    let directory = tempfile::tempdir().unwrap();
    let one = repository(directory.path());
    take(&one, 1, &[("a", b"a")]);
    let keep = Keep::default();
    let writer = Writer::begin(&one, "w", at(HOUR), false).unwrap();
    let busy = one.prune(&keep, "p", &|| at(2 * HOUR)).unwrap_err();
    assert!(busy.to_string().contains("a backup is being taken since 1970-01-01T01"), "{busy}");
    // Two may write.
    Writer::begin(&one, "v", at(HOUR), false).unwrap();
    // One who took too long is not believed any more, and keeps nothing.
    let snapshot = Snapshot::new(SnapshotId::new(at(HOUR), "w"), "0", "directory");
    let late = writer.publish(snapshot, at(14 * HOUR));
    assert!(matches!(late, Err(Failure::Busy { .. })), "{late:?}");
    let mark = mark::Mark::set(&one, mark::Work::Pruning, "p", at(HOUR)).unwrap();
    assert!(matches!(Writer::begin(&one, "w", at(HOUR), false), Err(Failure::Busy { .. })));
    drop(mark);
    take(&one, 2, &[("a", b"b")]);
    assert_eq!(one.prune(&keep, "p", &|| at(HOUR)).unwrap().removed.len(), 1);
}

#[test]
fn nothing_is_removed_when_a_kept_snapshot_cannot_be_read() {
    let directory = tempfile::tempdir().unwrap();
    let one = repository(directory.path());
    take(&one, 1, &[("a", &noise(200_000, 1))]);
    take(&one, 2, &[("a", &noise(200_000, 2))]);
    let before = objects(directory.path(), "");
    let snapshot = &objects(directory.path(), "snapshots/")[1];
    let bytes = std::fs::read(snapshot).unwrap();
    std::fs::write(snapshot, &bytes[1..]).unwrap();
    assert!(one.prune(&Keep::default(), "p", &|| at(HOUR)).is_err());
    assert_eq!(objects(directory.path(), ""), before);
}

#[test]
fn what_is_kept_is_the_newest_of_each_period() {
    let ids: Vec<SnapshotId> = [
        "2025-12-31T10:00:00Z",
        "2026-01-30T10:00:00Z",
        "2026-02-22T10:00:00Z", // a Sunday
        "2026-02-23T10:00:00Z",
        "2026-02-24T10:00:00Z",
        "2026-02-24T10:30:00Z",
        "2026-02-24T10:59:59Z",
        "2026-02-24T11:00:00Z",
    ]
    .iter()
    .map(|time| SnapshotId::new(Timestamp::parse(time).unwrap(), "x"))
    .collect();
    let none = Keep::default();
    let cases: BTreeMap<&str, (Keep, Vec<usize>)> = BTreeMap::from([
        ("the newest always", (none, vec![7])),
        ("last", (Keep { last: 3, ..none }, vec![5, 6, 7])),
        ("hours", (Keep { hourly: 2, ..none }, vec![6, 7])),
        ("days", (Keep { daily: 3, ..none }, vec![2, 3, 7])),
        ("weeks", (Keep { weekly: 2, ..none }, vec![2, 7])),
        ("months", (Keep { monthly: 2, ..none }, vec![1, 7])),
        ("years", (Keep { yearly: 5, ..none }, vec![0, 7])),
        ("all of it", (Keep { last: 2, daily: 2, yearly: 2, ..none }, vec![0, 3, 6, 7])),
    ]);
    for (what, (keep, expected)) in cases {
        let expected = expected.into_iter().map(|at| ids[at].clone()).collect();
        assert_eq!(keep.choose(&ids), expected, "{what}");
    }
    assert!(none.choose(&[]).is_empty());
}

#[test]
fn a_snapshot_is_found_by_time_and_by_what_names_it_alone() {
    let directory = tempfile::tempdir().unwrap();
    let one = repository(directory.path());
    assert_eq!(one.latest(None).unwrap(), None);
    for micros in [100, 200, 300] {
        take(&one, micros, &[]);
    }
    let latest = |micros: Option<i64>| one.latest(micros.map(at)).unwrap().map(|id| id.time());
    assert_eq!(latest(None), Some(at(300)));
    assert_eq!(latest(Some(299)), Some(at(200)));
    assert_eq!(latest(Some(200)), Some(at(200)));
    assert_eq!(latest(Some(99)), None);
    assert_eq!(one.find("s2").unwrap().time(), at(200));
    for text in ["s", "", "s4", "0000000000000"] {
        assert!(matches!(one.find(text), Err(Failure::NotFound(_))), "{text}");
    }
}
