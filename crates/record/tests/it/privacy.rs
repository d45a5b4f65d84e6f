//! What nobody may learn: from the audit's absence, from the disk, from another tenant.

use crate::store::is_without_files;
use crate::support::{
    access, commit, fixture, narrowed, observation, open_with, patient, put, raw, statement,
};
use model::PatientId;
use model::patient::Identifier;
use record::{
    Commit, Failure, Feedback, MasterKey, NewReview, Query, RawState, Record, Role, Shown, Term,
};
use serde_json::{Value, json};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn segments(directory: &Path) -> Vec<PathBuf> {
    let is_segment = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "log");
    files(directory).into_iter().filter(is_segment).collect()
}

/// Every event on disk at this moment.
fn events(directory: &Path) -> Vec<Value> {
    let mut events = Vec::new();
    for path in segments(directory) {
        for line in std::fs::read_to_string(path).unwrap().lines() {
            let event = line.splitn(3, ' ').nth(2).unwrap();
            events.push(serde_json::from_str(event).unwrap());
        }
    }
    events
}

fn last_event(directory: &Path) -> Value {
    events(directory).pop().unwrap()
}

#[test]
fn a_read_is_on_disk_before_it_is_returned_and_so_is_a_denial() {
    let fixture = fixture();
    let (record, directory) = (&fixture.record, fixture.directory.path());
    commit(record, vec![patient("p1", "Example", "1"), put(observation("o1", "p1", "x"))]).unwrap();
    let reader = access(Role::Prescriber);
    let before = events(directory).len();

    record.read(&reader, "Observation", "o1").unwrap();
    let event = last_event(directory);
    for (name, value) in [
        ("tenant", json!("t1")),
        ("actor", json!("prescriber")),
        ("role", json!("prescriber")),
        ("purpose", json!("treatment")),
        ("action", json!("read-clinical")),
        ("decision", json!("permitted")),
        ("patients", json!(["p1"])),
        ("entities", json!(["Observation/o1"])),
    ] {
        assert_eq!(event[name], value, "{name}");
    }

    let query = Query {
        resource_type: "Patient".to_owned(),
        terms: vec![Term::parse("name", "exam")],
        count: 5,
        cursor: None,
    };
    record.search(&reader, &query).unwrap();
    let event = last_event(directory);
    assert_eq!(event["patients"], json!(["p1"]));
    assert_eq!(event["query"].as_str().unwrap().len(), 64);

    record.facts(&reader, &PatientId::new("p1")).unwrap();
    assert_eq!(last_event(directory)["action"], "read-facts");
    // What was not there was asked for all the same.
    record.read(&reader, "Observation", "none").unwrap();
    assert_eq!(last_event(directory)["entities"], json!(["Observation/none"]));

    let denied = record.read(&access(Role::Operator), "Observation", "o1");
    assert!(matches!(denied, Err(Failure::Denied { .. })));
    let event = last_event(directory);
    assert_eq!((&event["decision"], &event["role"]), (&json!("denied"), &json!("operator")));
    assert_eq!(events(directory).len(), before + 5);
    assert!(record.verify_audit().is_intact());
}

#[test]
fn when_the_audit_cannot_be_written_nothing_is_returned() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    std::fs::create_dir_all(&data).unwrap();
    // A file stands where the directory of the segments should be.
    std::fs::write(data.join("audit"), b"").unwrap();
    let master_key = MasterKey::create_file(directory.path().join("key")).unwrap();
    let record = open_with(directory.path(), master_key, 1).unwrap();
    let reader = access(Role::Prescriber);
    assert!(matches!(record.read(&reader, "Patient", "p1"), Err(Failure::Audit(_))));
    let denied = record.read(&access(Role::Operator), "Patient", "p1");
    assert!(matches!(denied, Err(Failure::Audit(_))));
}

/// What is done to the text of a segment, by name.
type Mutation = (&'static str, fn(&str) -> String);

#[test]
fn altered_removed_and_cut_audit_lines_are_found() {
    let mutations: [Mutation; 5] = [
        ("altered", |text| text.replacen("prescriber", "pharmacist", 1)),
        ("removed", |text| text.split_inclusive('\n').skip(1).collect()),
        ("doubled", |text| {
            let first: String = text.split_inclusive('\n').take(1).collect();
            format!("{first}{text}")
        }),
        ("swapped", |text| {
            let mut lines: Vec<_> = text.split_inclusive('\n').collect();
            lines.swap(0, 1);
            lines.concat()
        }),
        ("cut", |text| text.split_inclusive('\n').take(2).collect()),
    ];
    for (name, mutate) in mutations {
        let fixture = fixture();
        let reader = access(Role::Prescriber);
        for id in ["a", "b", "c"] {
            fixture.record.read(&reader, "Patient", id).unwrap();
        }
        // A second process pins what the first one wrote.
        let second = crate::support::open_at(fixture.directory.path()).unwrap();
        second.read(&reader, "Patient", "d").unwrap();
        let intact = second.verify_audit();
        assert!(intact.is_intact(), "{intact:?}");
        assert_eq!((intact.segments, intact.events), (2, 4));
        let first = segments(fixture.directory.path())
            .into_iter()
            .find(|path| std::fs::read_to_string(path).unwrap().lines().count() == 3)
            .unwrap();
        let text = std::fs::read_to_string(&first).unwrap();
        std::fs::write(&first, mutate(&text)).unwrap();
        assert!(!second.verify_audit().is_intact(), "{name}");
        std::fs::remove_file(&first).unwrap();
        assert!(!second.verify_audit().is_intact(), "segment removed");
    }
}

#[test]
fn half_a_line_after_a_crash_is_no_forgery() {
    let fixture = fixture();
    fixture.record.read(&access(Role::Prescriber), "Patient", "a").unwrap();
    let segment = segments(fixture.directory.path()).pop().unwrap();
    let mut file = OpenOptions::new().append(true).open(segment).unwrap();
    file.write_all(b"{\"event\":\"{").unwrap();
    let found = fixture.record.verify_audit();
    assert!(found.is_intact(), "{found:?}");
    assert_eq!(found.events, 1);
}

/// A text that no file may hold.
const CANARY: &str = "Qanary7Zebra";

fn plant(record: &Record) {
    let interface = access(Role::Interface);
    let id = record.archive(&interface, raw("LAB|1", CANARY.repeat(50).as_bytes())).unwrap();
    record.set_acknowledgement(&interface, &id, CANARY.as_bytes()).unwrap();
    let mut resource = observation("o1", "p1", CANARY);
    resource["valueString"] = json!(CANARY.repeat(200));
    let review = NewReview {
        reason: "patient-not-found".to_owned(),
        text: CANARY.to_owned(),
        ..NewReview::default()
    };
    let done = record
        .commit(
            &interface,
            Commit {
                reading: None,
                cursor: None,
                changes: vec![patient("p1", CANARY, CANARY), put(resource)],
                raw: Some((id, RawState::Filed, vec![])),
                reviews: vec![review],
            },
        )
        .unwrap();
    let reviewer = access(Role::LaboratoryReviewer);
    record.resolve_review(&reviewer, &done.reviews[0], CANARY).unwrap();
    let p1 = PatientId::new("p1");
    let engine = access(Role::Engine);
    record.put_statements(&engine, &p1, vec![statement("s1", "p1", CANARY)], None).unwrap();
    let prescriber = access(Role::Prescriber);
    let shown = Shown {
        key: "k".to_owned(),
        patient: p1,
        card_id: "c".to_owned(),
        service: "s".to_owned(),
        rule: "r".to_owned(),
        pack: "pgx 1".to_owned(),
        body: json!({"summary": CANARY}),
    };
    record.put_shown(&prescriber, shown).unwrap();
    let feedback = Feedback {
        service: "s".to_owned(),
        card: "c".to_owned(),
        outcome: "overridden".to_owned(),
        body: json!({"comment": CANARY}),
    };
    assert!(record.put_feedback(&prescriber, feedback).unwrap());
    for (name, value) in [("name", CANARY), ("identifier", CANARY), ("_id", CANARY)] {
        let query = Query {
            resource_type: "Patient".to_owned(),
            terms: vec![Term::parse(name, value)],
            count: 5,
            cursor: None,
        };
        record.search(&prescriber, &query).unwrap();
    }
    record.read(&prescriber, "Patient", &format!("{CANARY}/!")).unwrap();
    let identifier =
        Identifier { authority: "urn:example:mrn".to_owned(), value: CANARY.to_owned() };
    assert_eq!(record.find_patients(&interface, &[identifier]).unwrap().len(), 1);
}

#[test]
fn no_file_holds_what_was_stored() {
    if is_without_files("search values stand in its tables, see docs/POSTGRESQL.md") {
        return;
    }
    let fixture = fixture();
    plant(&fixture.record);
    let hits = |directory: &Path| {
        let mut hits = Vec::new();
        for path in files(directory) {
            let bytes = std::fs::read(&path).unwrap();
            let found = |needle: &[u8]| bytes.windows(needle.len()).any(|part| part == needle);
            if found(CANARY.as_bytes()) || found(&CANARY.as_bytes()[..8]) {
                hits.push(path.clone());
            }
        }
        hits
    };
    let names: Vec<_> = files(fixture.directory.path())
        .iter()
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    for expected in [
        "archive.db",
        "archive.db-wal",
        "record.db",
        "record.db-wal",
        "decision.db",
        "decision.db-wal",
        "genome.db",
        "genome.db-wal",
    ] {
        assert!(names.iter().any(|name| name == expected), "{expected} in {names:?}");
    }
    assert_eq!(hits(fixture.directory.path()), Vec::<PathBuf>::new());
    // Closing writes the WAL back into the files.
    let directory = fixture.directory;
    drop(fixture.record);
    assert_eq!(hits(directory.path()), Vec::<PathBuf>::new());
    // The search for it works: a file that does hold it is found.
    std::fs::write(directory.path().join("plain"), CANARY).unwrap();
    assert_eq!(hits(directory.path()).len(), 1);
}

#[test]
fn lists_are_narrowed_too() {
    let fixture = fixture();
    let record = &fixture.record;
    commit(record, vec![patient("p1", "A", "1"), patient("p2", "B", "2")]).unwrap();
    for id in ["p1", "p2"] {
        let engine = access(Role::Engine);
        let statements = vec![statement(&format!("s-{id}"), id, "x")];
        record.put_statements(&engine, &PatientId::new(id), statements, None).unwrap();
    }
    let reader = narrowed(Role::Prescriber, &["p1"]);
    let seen: Vec<_> =
        record.patients(&reader, 10).unwrap().into_iter().map(|p| p.id.to_string()).collect();
    assert_eq!(seen, ["p1"]);
    let p2 = PatientId::new("p2");
    assert!(record.facts(&reader, &p2).unwrap().is_empty());
    assert!(record.statements(&reader, &p2).unwrap().is_empty());
    assert_eq!(record.statement(&reader, &model::StatementId::new("s-p2"), None).unwrap(), None);
    let of = |value: &str| Identifier {
        authority: "urn:example:mrn".to_owned(),
        value: value.to_owned(),
    };
    assert_eq!(record.find_patients(&reader, &[of("1"), of("2")]).unwrap().len(), 1);
    assert!(record.find_patients(&reader, &[of("2")]).unwrap().is_empty());
    let everybody = access(Role::Prescriber);
    assert_eq!(record.find_patients(&everybody, &[of("1"), of("2")]).unwrap().len(), 2);
    assert!(record.find_patients(&everybody, &[]).unwrap().is_empty());
    let other_authority = Identifier { authority: "urn:x".to_owned(), value: "1".to_owned() };
    assert!(record.find_patients(&everybody, &[other_authority]).unwrap().is_empty());
}
