//! Opening: keys, plain files, damage, two processes at once.

use crate::store::is_without_files;
use crate::support::{access, commit, fixture, observation, open_at, open_with, put, raw};
use record::{Failure, MasterKey, RawState, Record, Role};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_key_file_is_private_and_never_overwritten() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("key");
    MasterKey::create_file(&path).unwrap();
    assert_eq!(mode(&path), 0o600);
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!((text.len(), text.ends_with('\n')), (65, true));
    assert!(matches!(MasterKey::create_file(&path), Err(Failure::KeyFile { .. })));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    assert!(MasterKey::from_file(&path).is_ok());
    for bits in [0o640, 0o604, 0o620, 0o610] {
        std::fs::set_permissions(&path, PermissionsExt::from_mode(bits)).unwrap();
        assert!(matches!(MasterKey::from_file(&path), Err(Failure::KeyFile { .. })), "{bits:o}");
    }
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    for bad in ["", "00", &"0".repeat(63), &"0".repeat(66), &"g".repeat(64), &"0".repeat(9000)] {
        std::fs::write(&path, bad).unwrap();
        assert!(matches!(MasterKey::from_file(&path), Err(Failure::KeyFile { .. })), "{bad}");
    }
    let nowhere = directory.path().join("none");
    assert!(matches!(MasterKey::from_file(&nowhere), Err(Failure::KeyFile { .. })));
    assert!(matches!(MasterKey::from_file(directory.path()), Err(Failure::KeyFile { .. })));
}

#[test]
fn another_key_is_refused_and_harms_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let record = open_at(directory.path()).unwrap();
    commit(&record, vec![put(observation("o1", "p1", "x"))]).unwrap();
    drop(record);
    let other = directory.path().join("other.key");
    MasterKey::create_file(&other).unwrap();
    let data = directory.path().join("data");
    let open = || open_with(directory.path(), MasterKey::from_file(&other).unwrap(), 1);
    let refused = open().unwrap_err();
    assert!(matches!(refused, Failure::KeyMismatch { .. }), "{refused}");
    // Also when the check value did not come along with a restored backup.
    if !is_without_files("the check value is in the database") {
        std::fs::remove_file(data.join("key-check")).unwrap();
        let refused = open().unwrap_err();
        assert!(matches!(refused, Failure::KeyMismatch { .. }), "{refused}");
    }
    let record = open_at(directory.path()).unwrap();
    assert!(record.read(&access(Role::Prescriber), "Observation", "o1").unwrap().is_some());
}

#[test]
fn a_plain_database_is_refused() {
    if is_without_files("there are no files to be sealed") {
        return;
    }
    for name in ["archive.db", "record.db", "decision.db", "genome.db"] {
        let directory = tempfile::tempdir().unwrap();
        drop(open_at(directory.path()).unwrap());
        let mut plain = b"SQLite format 3\0".to_vec();
        plain.resize(4096, 0);
        std::fs::write(directory.path().join("data").join(name), plain).unwrap();
        let refused = open_at(directory.path()).unwrap_err();
        assert!(matches!(refused, Failure::NotEncrypted { .. }), "{refused}");
    }
}

#[test]
fn damage_is_told_from_a_wrong_key() {
    if is_without_files("there is no file to be damaged") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    drop(open_at(directory.path()).unwrap());
    let path = directory.path().join("data").join("record.db");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let refused = open_at(directory.path()).unwrap_err();
    assert!(refused.to_string().contains("damaged"), "{refused}");
}

#[test]
fn files_are_private_and_encrypted() {
    if is_without_files("there are no files to be sealed") {
        return;
    }
    let fixture = fixture();
    record_something(&fixture.record);
    let data = fixture.directory.path().join("data");
    assert_eq!(mode(&data), 0o700);
    for name in [
        "archive.db",
        "record.db",
        "decision.db",
        "genome.db",
        "genome.lock",
        "archive.db-wal",
        "record.db-wal",
        "decision.db-wal",
        "key-check",
    ] {
        assert_eq!(mode(&data.join(name)), 0o600, "{name}");
    }
    for name in ["archive.db", "record.db", "decision.db", "genome.db"] {
        let header = std::fs::read(data.join(name)).unwrap();
        assert_ne!(&header[..15], b"SQLite format 3", "{name}");
    }
    let health = fixture.record.health();
    assert!(health.writable);
    assert!(health.store_version.starts_with("SQLCipher 4"), "{}", health.store_version);
    assert_eq!((health.schema_version, health.last_sequence, health.jobs_waiting), (23, 1, 0));
    assert_eq!(health.raw_states.get(&RawState::Received), Some(&1));
}

fn record_something(record: &Record) {
    record.archive(&access(Role::Interface), raw("k", b"x")).unwrap();
    commit(record, vec![put(observation("o1", "p1", "x"))]).unwrap();
}

#[test]
fn the_number_of_readers_is_bounded() {
    let directory = tempfile::tempdir().unwrap();
    let key = directory.path().join("key");
    MasterKey::create_file(&key).unwrap();
    let most = record::limit::READERS_MAX;
    for (readers, good) in [(0, false), (1, true), (most, true), (most + 1, false)] {
        let key = MasterKey::from_file(&key).unwrap();
        assert_eq!(open_with(directory.path(), key, readers).is_ok(), good, "{readers}");
    }
}

#[test]
fn two_openings_of_one_directory_work_together() {
    let directory = tempfile::tempdir().unwrap();
    let first = open_at(directory.path()).unwrap();
    let second = open_at(directory.path()).unwrap();
    std::thread::scope(|scope| {
        for (name, record) in [("a", &first), ("b", &second)] {
            scope.spawn(move || {
                for number in 0..40 {
                    let interface = access(Role::Interface);
                    record.archive(&interface, raw(&format!("{name}{number}"), b"x")).unwrap();
                    let id = format!("{name}{number}");
                    // Both write one resource, too: versions count on without loss.
                    let changes =
                        vec![put(observation(&id, "p1", "x")), put(observation("both", "p1", "x"))];
                    commit(record, changes).unwrap();
                }
            });
        }
    });
    for record in [&first, &second] {
        let reader = access(Role::Engine);
        let changes = record.changes(&reader, 0, 1000).unwrap();
        let sequences: Vec<u64> = changes.iter().map(|change| change.sequence).collect();
        assert_eq!(sequences, (1..=160).collect::<Vec<u64>>());
        let both = record.read(&access(Role::Prescriber), "Observation", "both").unwrap();
        assert_eq!(both.unwrap().reference.version, 80);
        let raws = record.raw_list(&access(Role::Interface), None, 1000).unwrap();
        assert_eq!(raws.len(), 80);
    }
    assert!(first.verify_audit().is_intact());
}
