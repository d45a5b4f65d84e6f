//! The audit log against somebody who has the store: whatever is altered, removed, reordered,
//! replayed or cut is found by the checkpoints that were kept elsewhere.

use crate::support::{access, open_at};
use record::{
    AuditTail, AuditVerification, CheckpointKey, MasterKey, Role, Verifier, verifiers,
    verify_audit_log,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Alterations of one run; `COGNATE_ASSURE` asks for all.
const ALTERATIONS: usize = 100;
const ALTERATIONS_ASSURED: usize = 1000;
/// Events of each of the segments.
const EVENTS: [usize; 3] = [40, 7, 25];

struct Log {
    directory: tempfile::TempDir,
    key: MasterKey,
    verifier: Verifier,
    _database: crate::store::Database,
}

impl Log {
    /// A log of several processes, each closed in an orderly way.
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path();
        let signer = || CheckpointKey::open(at.join("checkpoint.key")).unwrap();
        for events in EVENTS {
            let record = open_at(at).unwrap();
            record.sign_audit(&at.join("checkpoints"), signer()).unwrap();
            for event in 0..events {
                let id = format!("p{event}");
                record.read(&access(Role::Prescriber), "Patient", &id).unwrap();
            }
        }
        let verifier = signer().verifier();
        let key = MasterKey::from_file(at.join("master.key")).unwrap();
        let database = crate::store::Database::of(at);
        Self { key, verifier, _database: database, directory }
    }

    fn checkpoints(&self) -> PathBuf {
        self.directory.path().join("checkpoints")
    }

    fn verify(&self) -> AuditVerification {
        let data = self.directory.path().join("data");
        let checkpoints = self.checkpoints();
        let signed = Some((checkpoints.as_path(), std::slice::from_ref(&self.verifier)));
        verify_audit_log(&data, &self.key, signed).unwrap()
    }

    fn audit(&self) -> PathBuf {
        self.directory.path().join("data/audit")
    }
}

type Files = BTreeMap<PathBuf, Vec<u8>>;

fn read(directory: &Path) -> Files {
    let entries = std::fs::read_dir(directory).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

fn write(directory: &Path, files: &Files) {
    std::fs::remove_dir_all(directory).unwrap();
    std::fs::create_dir(directory).unwrap();
    for (path, bytes) in files {
        std::fs::write(path, bytes).unwrap();
    }
}

/// SplitMix64: the same alterations in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).unwrap()
    }
}

fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// Alters one segment in one way.
fn alter(files: &mut Files, random: &mut Random) -> &'static str {
    let paths: Vec<PathBuf> = files.keys().cloned().collect();
    let path = paths[random.below(paths.len())].clone();
    let other = files[&paths[random.below(paths.len())]].clone();
    let bytes = files.get_mut(&path).unwrap();
    let mut all = lines(bytes);
    let (one, two) = (random.below(all.len()), random.below(all.len()));
    let what = match random.below(9) {
        0 => {
            let at = random.below(bytes.len());
            bytes[at] ^= 1 << random.below(8);
            return "a bit flipped";
        }
        1 => {
            bytes.truncate(random.below(bytes.len()));
            return "truncated";
        }
        2 => {
            files.remove(&path);
            return "a segment removed";
        }
        3 => {
            all.remove(one);
            "a line removed"
        }
        4 => {
            all.swap(one, two);
            "lines swapped"
        }
        5 => {
            let line = all[one].clone();
            all.insert(two, line);
            "a line repeated"
        }
        6 => {
            all.truncate(one);
            "the end cut"
        }
        7 => {
            all = lines(&other);
            all.truncate(one.max(1));
            "replaced by another segment, or an earlier state"
        }
        _ => {
            all[one] = lines(&other)[0].clone();
            "a line of another place"
        }
    };
    *bytes = all.concat();
    what
}

#[test]
fn random_alterations_are_all_found() {
    let log = Log::new();
    let whole = log.verify();
    assert!(whole.is_intact() && whole.tails.is_empty(), "{whole:?}");
    assert_eq!((whole.segments, whole.events), (3, 72));
    let count = match std::env::var_os("COGNATE_ASSURE") {
        Some(_) => ALTERATIONS_ASSURED,
        None => ALTERATIONS,
    };
    let files = read(&log.audit());
    let (mut random, mut found) = (Random(6962), BTreeMap::<_, usize>::new());
    while found.values().sum::<usize>() < count {
        let mut altered = files.clone();
        let what = alter(&mut altered, &mut random);
        if altered == files {
            continue;
        }
        write(&log.audit(), &altered);
        let seen = log.verify();
        assert!(!seen.is_intact(), "{what}: {seen:?}");
        *found.entry(what).or_default() += 1;
    }
    let outcome = if count >= ALTERATIONS_ASSURED { "met" } else { "a part" };
    println!("figure: alterations of the audit log | 1,000, all found | {count}, all | {outcome}");
    assert_eq!(found.len(), 9, "{found:?}");
    write(&log.audit(), &files);
    assert_eq!(log.verify(), whole);
}

#[test]
fn the_line_is_named() {
    let log = Log::new();
    let files = read(&log.audit());
    let (path, bytes) = files.iter().find(|(_, bytes)| lines(bytes).len() == EVENTS[0]).unwrap();
    let mut all = lines(bytes);
    let at = all[16].len() - 20;
    all[16][at] ^= 1;
    let name = path.file_name().unwrap().to_str().unwrap();
    let mut altered = files.clone();
    altered.insert(path.clone(), all.concat());
    write(&log.audit(), &altered);
    let seen = log.verify();
    assert_eq!(seen.problems[0].place, format!("{name} line 17"));
    altered.insert(path.clone(), lines(bytes)[..30].concat());
    write(&log.audit(), &altered);
    let seen = log.verify();
    let cut = seen.problems.iter().find(|problem| problem.code == "audit-cut").unwrap();
    assert_eq!(cut.place, format!("{name} line 30"));
}

/// Who holds the master key can make a chain that holds; not a checkpoint.
#[test]
fn another_past_under_the_same_master_key_is_found() {
    let log = Log::new();
    let files = read(&log.audit());
    // Another log of as many events, made by somebody who has the key.
    std::fs::remove_dir_all(log.audit()).unwrap();
    let record = open_at(log.directory.path()).unwrap();
    for event in 0..EVENTS[0] {
        record.read(&access(Role::Prescriber), "Patient", &format!("q{event}")).unwrap();
    }
    drop(record);
    let forged = read(&log.audit()).pop_first().unwrap().1;
    let first = files.keys().next().unwrap().clone();
    write(&log.audit(), &BTreeMap::from([(first.clone(), forged)]));
    let alone = verify_audit_log(&log.directory.path().join("data"), &log.key, None).unwrap();
    assert!(alone.is_intact(), "the chain alone does not tell: {alone:?}");
    let seen = log.verify();
    assert!(seen.problems.iter().any(|problem| problem.code == "audit-root"), "{seen:?}");
    assert!(seen.problems.iter().any(|problem| problem.code == "audit-missing"), "{seen:?}");
    // Neither with checkpoints of a key of their own.
    let other = CheckpointKey::open(log.directory.path().join("other.key")).unwrap();
    std::fs::remove_dir_all(log.checkpoints()).unwrap();
    let record = open_at(log.directory.path()).unwrap();
    record.sign_audit(&log.checkpoints(), other).unwrap();
    record.read(&access(Role::Prescriber), "Patient", "p").unwrap();
    drop(record);
    let seen = log.verify();
    assert!(seen.problems.iter().any(|problem| problem.code == "audit-checkpoint"), "{seen:?}");
    assert!(!verifiers(&log.checkpoints()).unwrap().contains(&log.verifier));
}

#[test]
fn an_end_that_nothing_vouches_for_is_named() {
    let log = Log::new();
    let record = open_at(log.directory.path()).unwrap();
    for id in ["a", "b"] {
        record.read(&access(Role::Prescriber), "Patient", id).unwrap();
    }
    drop(record);
    let seen = log.verify();
    assert!(seen.is_intact(), "{seen:?}");
    let [tail]: [AuditTail; 1] = seen.tails.clone().try_into().unwrap();
    assert_eq!((tail.after, tail.lines, tail.is_torn), (0, 2, false));
    // Half a line, as a crash or a cut leaves it.
    let path = log.audit().join(&tail.segment);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 9]).unwrap();
    let seen = log.verify();
    assert!(seen.is_intact(), "{seen:?}");
    assert_eq!((seen.tails[0].lines, seen.tails[0].is_torn), (1, true));
    // The next process vouches for what it found.
    let record = open_at(log.directory.path()).unwrap();
    record.read(&access(Role::Prescriber), "Patient", "c").unwrap();
    drop(record);
    let seen = log.verify();
    let tail = seen.tails.iter().find(|other| other.segment == tail.segment).unwrap();
    assert_eq!((tail.after, tail.lines, tail.is_torn), (1, 0, true));
}
