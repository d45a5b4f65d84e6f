//! Restores that are whole, and those that leave nothing.

use crate::support::{Place, START_MICROS, file, reads};
use backup::{Directory, Failure, Repository, Restoring, SignedReport, Wrong, drill};
use model::{PatientId, TenantId, Timestamp};
use record::{Access, MasterKey, Purpose, Role, Scope, backup_key};
use std::sync::Arc;

#[test]
fn a_moment_of_before_comes_back_by_its_time() {
    let place = Place::new();
    let record = place.open(&place.path("data")).unwrap();
    let mut moments = Vec::new();
    for number in 0..3 {
        file(&record, &format!("o{number}"), "p1");
        moments.push(place.take().snapshot.time());
    }
    let repository = place.repository();
    let between = Timestamp::from_micros(moments[2].micros() - 1);
    let id = repository.latest(Some(between)).unwrap().unwrap();
    assert_eq!(id.time(), moments[1]);
    place.restore(&repository.snapshot(&id).unwrap(), "restored").unwrap();
    let restored = place.open(&place.path("restored")).unwrap();
    assert!(reads(&restored, "o1") && !reads(&restored, "o2"));
    let before_all = Timestamp::from_micros(START_MICROS - 1);
    assert_eq!(repository.latest(Some(before_all)).unwrap(), None);
}

#[test]
fn a_restore_writes_over_nothing_and_leaves_nothing_half() {
    let place = Place::new();
    let record = place.open(&place.path("data")).unwrap();
    file(&record, "o1", "p1");
    let snapshot = place.take().snapshot;
    let filled = place.path("filled");
    std::fs::create_dir(&filled).unwrap();
    std::fs::write(filled.join("mine"), "precious").unwrap();
    let refused = place.restore(&snapshot, "filled").unwrap_err();
    assert!(refused.to_string().contains("is not empty"), "{refused}");
    assert_eq!(std::fs::read_to_string(filled.join("mine")).unwrap(), "precious");
    std::fs::create_dir(place.path("empty")).unwrap();
    place.restore(&snapshot, "empty").unwrap();
    // Another key opens no backup.
    let other = MasterKey::create_file(place.path("other.key")).unwrap();
    let destination = Arc::new(Directory::new(place.path("backups")));
    let opened = Repository::open(destination, &backup_key(&other).unwrap());
    assert!(matches!(opened, Err(Failure::KeyMismatch { .. })), "{opened:?}");
    // Each damaged chunk is named, with its file.
    let names = || {
        let entries = std::fs::read_dir(place.scratch.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = names();
    for folder in std::fs::read_dir(place.path("backups/chunks")).unwrap() {
        let chunk = std::fs::read_dir(folder.unwrap().path()).unwrap().next().unwrap().unwrap();
        let bytes = std::fs::read(chunk.path()).unwrap();
        let mut altered = bytes.clone();
        *altered.last_mut().unwrap() ^= 1;
        std::fs::write(chunk.path(), altered).unwrap();
        let failure = place.restore(&snapshot, "none").unwrap_err();
        let name = chunk.file_name().to_string_lossy().into_owned();
        assert!(
            matches!(&failure, Failure::Damaged { chunk, wrong: Wrong::Altered, .. }
                if *chunk == name),
            "{failure}"
        );
        std::fs::write(chunk.path(), bytes).unwrap();
        assert_eq!(names(), before, "nothing is left");
    }
}

#[test]
fn what_is_not_what_the_snapshot_says_is_refused() {
    let place = Place::new();
    let record = place.open(&place.path("data")).unwrap();
    file(&record, "o1", "p1");
    let snapshot = place.take().snapshot;
    let mut newer = snapshot.clone();
    *newer.schemas.get_mut("record").unwrap() += 1;
    let refused = place.restore(&newer, "a").unwrap_err().to_string();
    assert!(refused.contains("this program knows") && refused.contains("0.1.0"), "{refused}");
    let mut other = snapshot.clone();
    other.resources.as_mut().unwrap().sha256 = "00".repeat(32);
    let refused = place.restore(&other, "a").unwrap_err().to_string();
    assert!(refused.contains("the resources"), "{refused}");
    let mut other = snapshot.clone();
    other.audit.segments[0].root = "00".repeat(32);
    let refused = place.restore(&other, "a").unwrap_err().to_string();
    assert!(refused.contains("the audit log"), "{refused}");
    let mut other = snapshot.clone();
    other.files[0].path = "../outside".to_owned();
    let refused = place.restore(&other, "a").unwrap_err();
    assert!(matches!(refused, Failure::Invalid { .. }), "{refused}");
    assert!(!place.path("a").exists());
}

#[test]
fn a_patient_that_was_erased_does_not_come_back() {
    let place = Place::new();
    let record = place.open(&place.path("data")).unwrap();
    file(&record, "o1", "p1");
    file(&record, "o2", "p2");
    let before = place.take().snapshot;
    let officer = Access::new(
        TenantId::new("t1"),
        "officer",
        Role::PrivacyOfficer,
        Purpose::Operations,
        Scope::Tenant,
    );
    record.erase_patient(&officer, &PatientId::new("p1"), "asked").unwrap();
    drop(record);
    // The erasure is known by the newest snapshot, and holds for every older one.
    place.take();
    place.restore(&before, "restored").unwrap();
    let restored = place.open(&place.path("restored")).unwrap();
    assert!(!reads(&restored, "o1") && reads(&restored, "o2"));
    // A drill does not take it for damage.
    let (master_key, clock) = (place.key(), Arc::clone(&place.clock));
    let restoring = Restoring { master_key: &master_key, clock: &clock };
    let repository = place.repository();
    let report = drill(&repository, &before, place.scratch.path(), &restoring, (10, 1)).unwrap();
    assert!(report.is_good(), "{}", report.text());
    assert_eq!((report.reads, report.reads_same), (1, 1));
}

#[test]
fn a_drill_says_whether_the_backup_is_good_and_signs_it() {
    let place = Place::new();
    let record = place.open(&place.path("data")).unwrap();
    for number in 0..30 {
        file(&record, &format!("o{number}"), &format!("p{}", number % 3));
    }
    let snapshot = place.take().snapshot;
    let (master_key, clock) = (place.key(), Arc::clone(&place.clock));
    let restoring = Restoring { master_key: &master_key, clock: &clock };
    let repository = place.repository();
    let scratch = place.path("drills");
    std::fs::create_dir(&scratch).unwrap();
    let run = || drill(&repository, &snapshot, &scratch, &restoring, (20, 7)).unwrap();
    let report = run();
    assert!(report.is_good(), "{}", report.text());
    assert_eq!((report.reads, report.reads_same, report.resource_versions), (20, 20, 30));
    assert!(report.are_resources_compared && report.audit_events >= 30);
    assert!(report.text().starts_with("Restore drill: GOOD"), "{}", report.text());
    assert_eq!(std::fs::read_dir(&scratch).unwrap().count(), 0, "nothing stays");
    let secret = backup_key(&place.key()).unwrap();
    let signed = SignedReport::new(&report, &secret).unwrap();
    assert_eq!(signed.verified(&signed.key), Some(report.clone()));
    let mut forged = signed.clone();
    forged.report = forged.report.replace("\"reads\":20", "\"reads\":90");
    assert_ne!(forged, signed);
    assert_eq!(forged.verified(&signed.key), None);
    let other = MasterKey::create_file(place.path("other.key")).unwrap();
    let other = SignedReport::new(&report, &backup_key(&other).unwrap()).unwrap();
    assert_eq!(other.verified(&signed.key), None);
    // A backup that is no good is a report that says so.
    let folder = std::fs::read_dir(place.path("backups/chunks")).unwrap().next().unwrap().unwrap();
    std::fs::remove_dir_all(folder.path()).unwrap();
    let report = run();
    assert!(!report.is_good() && report.text().contains("missing"), "{}", report.text());
    assert_eq!(std::fs::read_dir(&scratch).unwrap().count(), 0, "nothing stays");
}
