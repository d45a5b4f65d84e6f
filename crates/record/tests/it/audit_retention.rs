//! What may go of the audit log after years, and what never.

use crate::support::access;
use aws_lc_rs::digest::{SHA256, digest};
use model::{PatientId, Timestamp};
use record::{
    AuditQuery, AuditRetention, AuditThinned, AuditVerification, CheckpointKey, Failure, MasterKey,
    Record, Role, Settings, Verifier, verify_audit_log,
};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const START: i64 = 1_400_000_000_000_000;
const YEAR: i64 = 366 * 24 * 3_600_000_000;

/// A record whose clock stands at some years after the start.
fn open(at: &Path, years: i64) -> Record {
    let key = at.join("key");
    let master_key = match MasterKey::from_file(&key) {
        Ok(found) => found,
        Err(_) => MasterKey::create_file(&key).unwrap(),
    };
    let settings = Settings { directory: at.join("data"), master_key, readers: 1 };
    let clock = Arc::new(move || Timestamp::from_micros(START + years * YEAR));
    let record = Record::open(settings, clock).unwrap();
    let signer = CheckpointKey::open(at.join("signer")).unwrap();
    record.sign_audit(&at.join("checkpoints"), signer).unwrap();
    record
}

fn verify(at: &Path) -> AuditVerification {
    let key = MasterKey::from_file(at.join("key")).unwrap();
    let verifier: Verifier = CheckpointKey::open(at.join("signer")).unwrap().verifier();
    let checkpoints = at.join("checkpoints");
    verify_audit_log(&at.join("data"), &key, Some((&checkpoints, &[verifier]))).unwrap()
}

fn retention(years: u16) -> AuditRetention {
    AuditRetention { years, held: BTreeSet::new(), is_trial: false }
}

fn events(record: &Record, action: &str) -> usize {
    let query = AuditQuery { count: 500, ..AuditQuery::default() };
    let page = record.audit_events(&access(Role::PrivacyOfficer), &query).unwrap();
    page.events.iter().filter(|event| event.action == action).count()
}

/// Reads of three patients, and policies that are adopted, at the start.
fn old(at: &Path) {
    let record = open(at, 0);
    for id in ["p1", "p2", "p3", "p1", "p2", "p3"] {
        record.read(&access(Role::Prescriber), "Patient", id).unwrap();
    }
    let text = policy::Policies::shipped_text("standard").unwrap();
    record.adopt_policies(&access(Role::PrivacyOfficer), &text).unwrap();
    record.read(&access(Role::Prescriber), "Patient", "p1").unwrap();
}

fn segment(at: &Path) -> PathBuf {
    let paths = std::fs::read_dir(at.join("data/audit")).unwrap().map(|one| one.unwrap().path());
    let logs = paths.filter(|path| path.extension().is_some_and(|ending| ending == "log"));
    logs.min().unwrap()
}

#[test]
fn what_was_kept_long_enough_goes_and_the_log_holds_as_before() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    old(at);
    let officer = access(Role::PrivacyOfficer);
    {
        let record = open(at, 5);
        let short = record.thin_audit(&officer, &retention(5));
        assert!(matches!(short, Err(Failure::Invalid { .. })));
        let young = record.thin_audit(&officer, &retention(6)).unwrap();
        assert_eq!(young, AuditThinned::default());
    }
    let record = open(at, 7);
    let reads = events(&record, "read-clinical");
    assert_eq!(reads, 7);
    let before = std::fs::read(segment(at)).unwrap();
    let trial = AuditRetention { is_trial: true, ..retention(6) };
    let would = record.thin_audit(&officer, &trial).unwrap();
    assert_eq!(std::fs::read(segment(at)).unwrap(), before, "a trial changes nothing");
    let thinned = record.thin_audit(&officer, &retention(6)).unwrap();
    assert_eq!((thinned.events, thinned.events), (would.events, 5));
    // First and last line stay, and so does what is never taken away.
    assert_eq!(events(&record, "read-clinical"), 2);
    assert_eq!(events(&record, "adopt-policy"), 1);
    assert_eq!(events(&record, "thin-audit"), 1);
    assert_eq!(record.thin_audit(&officer, &retention(6)).unwrap().events, 0);
    drop(record);
    let text = std::fs::read_to_string(segment(at)).unwrap();
    assert_eq!(text.matches("p2").count() + text.matches("p3").count(), 0, "{text}");
    let found = verify(at);
    assert!(found.is_intact() && found.checkpoints > 0, "{found:?}");
    assert_eq!(found.thinned, 5);
    // It is still there for whoever opens it next.
    assert_eq!(events(&open(at, 8), "adopt-policy"), 1);
}

#[test]
fn nothing_goes_about_whom_there_is_a_hold() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    old(at);
    let record = open(at, 7);
    let held = BTreeSet::from([PatientId::new("p2")]);
    let officer = access(Role::PrivacyOfficer);
    // Reads of nobody name no patient: what is held has to be in the record.
    let thinned = record.thin_audit(&officer, &AuditRetention { held, ..retention(6) }).unwrap();
    assert_eq!(thinned.events, 5);
    let changes = vec![crate::support::patient("p2", "Example", "2")];
    crate::support::commit(&record, changes).unwrap();
    for _ in 0..3 {
        record.read(&access(Role::Prescriber), "Patient", "p2").unwrap();
    }
    drop(record);
    let record = open(at, 14);
    let held = BTreeSet::from([PatientId::new("p2")]);
    let about = AuditQuery { patient: Some("p2".into()), count: 99, ..AuditQuery::default() };
    let count = |record: &Record| record.audit_events(&officer, &about).unwrap().events.len();
    let before = count(&record);
    assert!(before >= 4, "{before}");
    record.thin_audit(&officer, &AuditRetention { held, ..retention(6) }).unwrap();
    assert!(count(&record) >= before, "all of them stay");
    record.thin_audit(&officer, &retention(6)).unwrap();
    assert!(count(&record) < before);
    drop(record);
    assert!(verify(at).is_intact());
}

#[test]
fn who_takes_events_away_without_saying_so_is_found() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    old(at);
    let path = segment(at);
    let text = std::fs::read_to_string(&path).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut parts = lines[2].splitn(3, ' ');
    let (salt, hash, event) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let gone = digest(&SHA256, format!("{salt}{event}").as_bytes());
    lines[2] = format!("# {} {hash}", hex::encode(gone));
    std::fs::write(&path, lines.join("\n") + "\n").unwrap();
    let found = verify(at);
    let codes: Vec<&str> = found.problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["audit-thinned"], "{found:?}");
}
