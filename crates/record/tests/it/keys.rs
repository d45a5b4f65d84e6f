//! The keyring: another master key, keys of tenants, and wrapping again while others work.

use crate::store::is_without_files;
use crate::support::{access, commit, fixture, observation, open_at, open_with, put, raw};
use model::TenantId;
use record::{Access, Failure, MasterKey, Record, Role, Scope, rotate_master_key, show_keyring};
use std::os::unix::fs::PermissionsExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

fn key(directory: &Path, name: &str) -> MasterKey {
    let path = directory.join(name);
    MasterKey::from_file(&path).or_else(|_| MasterKey::create_file(&path)).unwrap()
}

fn operator() -> Access {
    access(Role::Operator)
}

fn of_tenant(tenant: &str, role: Role) -> Access {
    let like = access(role);
    Access::new(TenantId::new(tenant), like.actor(), role, like.purpose(), Scope::Tenant)
}

fn reads(record: &Record) -> bool {
    let found = record.read(&access(Role::Prescriber), "Observation", "o1");
    found.unwrap().is_some()
}

#[test]
fn another_master_key_seals_the_keyring_alone_and_the_former_is_refused() {
    let fixture = fixture();
    let at = fixture.directory.path();
    let data = at.join("data");
    commit(&fixture.record, vec![put(observation("o1", "p1", "x"))]).unwrap();
    drop(fixture.record);
    let (former, new) = (key(at, "master.key"), key(at, "new.key"));
    let ring = data.join("keyring");
    assert_eq!(std::fs::metadata(&ring).unwrap().permissions().mode() & 0o777, 0o600);
    let before = files_but_keyring(&data);
    let shown = rotate_master_key(&data, &former, &new).unwrap();
    assert_eq!((shown.master_key, shown.is_root_a_former_key), (new.id(), false));
    assert_eq!(files_but_keyring(&data), before, "nothing but the keyring is written");
    // Again it changes nothing, also by somebody who no longer has the former key.
    rotate_master_key(&data, &former, &new).unwrap();
    rotate_master_key(&data, &new, &new).unwrap();
    let refused = open_with(at, former.clone(), 1).unwrap_err();
    let text = refused.to_string();
    assert!(matches!(refused, Failure::KeyMismatch { .. }), "{text}");
    assert!(text.contains(&former.id()) && text.contains(&new.id()), "{text}");
    assert!(matches!(show_keyring(&data, &former), Err(Failure::KeyMismatch { .. })));
    let record = open_with(at, new, 1).unwrap();
    assert!(reads(&record) && record.verify_audit().is_intact());
}

fn files_but_keyring(data: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<_> = std::fs::read_dir(data)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), path))
        .filter(|(name, _)| !name.starts_with("keyring"))
        .map(|(name, path)| (name, std::fs::read(path).unwrap()))
        .collect();
    found.sort();
    found
}

#[test]
fn a_crash_at_any_point_leaves_one_of_the_two_keys_able_to_open() {
    let fixture = fixture();
    let at = fixture.directory.path();
    let data = at.join("data");
    commit(&fixture.record, vec![put(observation("o1", "p1", "x"))]).unwrap();
    drop(fixture.record);
    let (former, new) = (key(at, "master.key"), key(at, "new.key"));
    let ring = data.join("keyring");
    let old = std::fs::read(&ring).unwrap();
    rotate_master_key(&data, &former, &new).unwrap();
    let whole = std::fs::read(&ring).unwrap();
    // The file beside is written in any number of steps, then it is put in place.
    for written in [0, 1, whole.len() / 2, whole.len()] {
        std::fs::write(&ring, &old).unwrap();
        std::fs::write(data.join("keyring.new"), &whole[..written]).unwrap();
        assert!(reads(&open_with(at, former.clone(), 1).unwrap()), "{written}");
        assert!(open_with(at, new.clone(), 1).is_err(), "{written}");
        rotate_master_key(&data, &former, &new).unwrap();
        assert!(reads(&open_with(at, new.clone(), 1).unwrap()), "{written}");
    }
}

#[test]
fn an_altered_keyring_is_refused_and_a_missing_one_is_named() {
    let fixture = fixture();
    let at = fixture.directory.path();
    let data = at.join("data");
    commit(&fixture.record, vec![put(observation("o1", "p1", "x"))]).unwrap();
    drop(fixture.record);
    let master = key(at, "master.key");
    let ring = data.join("keyring");
    let whole = std::fs::read(&ring).unwrap();
    let value: serde_json::Value = serde_json::from_slice(&whole).unwrap();
    for place in 0..whole.len() {
        let mut altered = whole.clone();
        altered[place] ^= 1;
        // Another way to write the same is no alteration.
        if serde_json::from_slice::<serde_json::Value>(&altered).is_ok_and(|same| same == value) {
            continue;
        }
        std::fs::write(&ring, &altered).unwrap();
        assert!(show_keyring(&data, &master).is_err(), "byte {place}");
    }
    for cut in [0, 1, whole.len() - 1] {
        std::fs::write(&ring, &whole[..cut]).unwrap();
        assert!(matches!(show_keyring(&data, &master), Err(Failure::KeyFile { .. })));
    }
    std::fs::remove_file(&ring).unwrap();
    let refused = open_with(at, master.clone(), 1).unwrap_err();
    assert!(refused.to_string().contains("there is no keyring"), "{refused}");
    assert!(!ring.exists(), "a store that did not open gets no other keyring");
    std::fs::write(&ring, &whole).unwrap();
    assert!(reads(&open_with(at, master, 1).unwrap()));
}

#[test]
fn a_keyring_may_be_apart_from_the_data() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let ring = at.join("keys").join("ring");
    let master = || key(at, "master.key").with_keyring(&ring);
    drop(open_with(at, master(), 1).unwrap());
    assert!(ring.exists() && !at.join("data").join("keyring").exists());
    let record = open_with(at, master(), 1).unwrap();
    assert_eq!(record.keyring(&operator()).unwrap().path, ring);
    assert!(open_with(at, key(at, "master.key"), 1).is_err());
}

#[test]
fn a_tenants_key_is_renewed_alone() {
    let fixture = fixture();
    let record = &fixture.record;
    let other = of_tenant("t2", Role::Interface);
    commit(record, vec![put(observation("o1", "p1", "x"))]).unwrap();
    record.archive(&other, raw("k", b"of t2")).unwrap();
    let keys = || {
        let keys = record.keyring(&operator()).unwrap().tenants.into_iter();
        keys.map(|key| (key.tenant, key.generation)).collect::<Vec<_>>()
    };
    let pairs = |pairs: &[(&str, u32)]| -> Vec<(String, u32)> {
        pairs.iter().map(|(tenant, number)| ((*tenant).to_owned(), *number)).collect()
    };
    assert_eq!(keys(), pairs(&[("t1", 1), ("t2", 1)]));
    assert_eq!(record.renew_tenant_key(&operator()).unwrap(), 2);
    assert_eq!(keys(), pairs(&[("t1", 1), ("t1", 2), ("t2", 1)]));
    let done = record.rewrap_data_keys(&operator(), &mut |_| {}).unwrap();
    assert!(done.rewrapped > 0 && done.rewrapped == done.looked_at, "{done:?}");
    let again = record.rewrap_data_keys(&operator(), &mut |_| {}).unwrap();
    assert_eq!((again.looked_at, again.rewrapped), (done.looked_at, 0));
    assert_eq!(record.forget_former_tenant_keys(&operator()).unwrap(), 1);
    assert_eq!(keys(), pairs(&[("t1", 2), ("t2", 1)]));
    assert!(reads(record));
    let raws = record.raw_list(&other, None, 9).unwrap();
    assert!(record.raw(&other, &raws[0].id).unwrap().is_some());
}

#[test]
fn a_process_that_was_open_before_sees_a_renewed_key() {
    let fixture = fixture();
    let (first, at) = (&fixture.record, fixture.directory.path());
    let second = open_at(at).unwrap();
    commit(&second, vec![put(observation("o1", "p1", "x"))]).unwrap();
    first.renew_tenant_key(&operator()).unwrap();
    first.rewrap_data_keys(&operator(), &mut |_| {}).unwrap();
    assert!(reads(&second));
    second.archive(&access(Role::Interface), raw("after", b"x")).unwrap();
    first.forget_former_tenant_keys(&operator()).unwrap();
    assert!(reads(&second) && reads(first));
    for record in [first, &second] {
        let raws = record.raw_list(&access(Role::Interface), None, 9).unwrap();
        assert!(record.raw(&access(Role::Interface), &raws[0].id).unwrap().is_some());
    }
}

#[test]
fn a_changed_master_key_lets_an_open_process_go_on() {
    let fixture = fixture();
    let (record, at) = (&fixture.record, fixture.directory.path());
    commit(record, vec![put(observation("o1", "p1", "x"))]).unwrap();
    rotate_master_key(&at.join("data"), &key(at, "master.key"), &key(at, "new.key")).unwrap();
    commit(record, vec![put(observation("o2", "p2", "x"))]).unwrap();
    assert!(reads(record));
    // A key that it could not keep is not made.
    let refused = record.archive(&of_tenant("t9", Role::Interface), raw("k", b"x")).unwrap_err();
    assert!(matches!(refused, Failure::KeyMismatch { .. }), "{refused}");
    let renewed = open_with(at, key(at, "new.key"), 1).unwrap();
    renewed.renew_tenant_key(&operator()).unwrap();
    // What it cannot read it does not pass over.
    let refused = commit(record, vec![put(observation("o3", "p3", "x"))]).unwrap_err();
    assert!(refused.to_string().contains("start it again"), "{refused}");
}

#[test]
fn keys_are_wrapped_again_while_others_read_and_write() {
    let fixture = fixture();
    let record = &fixture.record;
    let interface = access(Role::Interface);
    commit(record, vec![put(observation("o1", "p1", "x"))]).unwrap();
    // More keys than one batch: each message has its own.
    for number in 0..1200 {
        record.archive(&interface, raw(&format!("before{number}"), b"x")).unwrap();
    }
    let (is_over, done) = (AtomicBool::new(false), AtomicU64::new(0));
    let work = |name: &str, one: &(dyn Fn(u64) -> Result<(), Failure> + Sync)| {
        let mut number = 0;
        while !is_over.load(Ordering::Relaxed) {
            one(number).unwrap_or_else(|failure| panic!("{name} {number}: {failure}"));
            number += 1;
        }
        done.fetch_add(number, Ordering::Relaxed);
        assert!(number > 0, "{name}");
    };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            work("write", &|number| {
                let id = format!("w{number}");
                let patient = format!("p{}", number % 50);
                commit(record, vec![put(observation(&id, &patient, "x"))]).map(drop)
            });
        });
        scope.spawn(|| {
            work("archive", &|number| {
                record.archive(&interface, raw(&format!("during{number}"), b"x")).map(drop)
            });
        });
        scope.spawn(|| {
            work("read", &|_| {
                let found = record.read(&access(Role::Prescriber), "Observation", "o1")?;
                found.map(drop).ok_or(Failure::NotFound)
            });
        });
        let mut batches = 0;
        for _ in 0..4 {
            record.renew_tenant_key(&operator()).unwrap();
            record.rewrap_data_keys(&operator(), &mut |_| batches += 1).unwrap();
        }
        is_over.store(true, Ordering::Relaxed);
        assert!(batches > 4 * 4, "{batches}");
    });
    assert!(record.forget_former_tenant_keys(&operator()).unwrap() >= 4);
    for summary in record.raw_list(&interface, None, 1000).unwrap() {
        assert!(record.raw(&interface, &summary.id).unwrap().is_some());
    }
    assert!(reads(record) && done.load(Ordering::Relaxed) > 0);
}

#[test]
fn wrapping_again_goes_on_where_it_was_broken_off() {
    let fixture = fixture();
    let record = &fixture.record;
    for number in 0..1100 {
        record.archive(&access(Role::Interface), raw(&format!("k{number}"), b"x")).unwrap();
    }
    record.renew_tenant_key(&operator()).unwrap();
    let broken = catch_unwind(AssertUnwindSafe(|| {
        record.rewrap_data_keys(&operator(), &mut |so_far| assert!(so_far.rewrapped == 0))
    }));
    assert!(broken.is_err());
    let rest = record.rewrap_data_keys(&operator(), &mut |_| {}).unwrap();
    assert_eq!((rest.looked_at, rest.rewrapped), (1100, 600));
}

#[test]
fn a_backup_of_before_cannot_be_read_without_the_forgotten_keys() {
    if is_without_files("a database is not copied by its files") {
        return;
    }
    let fixture = fixture();
    let at = fixture.directory.path();
    let data = at.join("data");
    commit(&fixture.record, vec![put(observation("o1", "p1", "x"))]).unwrap();
    drop(fixture.record);
    let backup = std::fs::read(data.join("record.db")).unwrap();
    let record = open_at(at).unwrap();
    record.renew_tenant_key(&operator()).unwrap();
    record.forget_former_tenant_keys(&operator()).unwrap();
    assert!(reads(&record));
    drop(record);
    std::fs::write(data.join("record.db"), backup).unwrap();
    let record = open_at(at).unwrap();
    let refused = record.read(&access(Role::Prescriber), "Observation", "o1").unwrap_err();
    assert!(refused.to_string().contains("does not hold key 1"), "{refused}");
}
