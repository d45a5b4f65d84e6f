//! From files to PostgreSQL: everything arrives, is compared, and is kept whole or not at all.

use crate::store::{is_without_server, psql, url};
use crate::support::{access, clock, commit, open_at, patient, put, raw, statement};
use model::PatientId;
use record::{
    Commit, CopiedTable, Failure, HistoryQuery, MasterKey, PostgresUrl, Query, RawState, Record,
    Role, Settings, Shown, Store, Term, copy_to_postgres,
};
use serde_json::json;
use std::path::Path;

fn key(directory: &Path) -> MasterKey {
    let path = directory.join("master.key");
    MasterKey::create_file(&path).or_else(|_| MasterKey::from_file(&path)).unwrap()
}

/// The record in files, whatever the tests run on.
fn in_files(directory: &Path) -> Result<Record, Failure> {
    let settings =
        Settings { directory: directory.join("data"), master_key: key(directory), readers: 1 };
    Record::open_in(settings, &Store::Directory, clock())
}

fn fill(record: &Record) {
    let interface = access(Role::Interface);
    let id = record.archive(&interface, raw("k1", &vec![7; 100_000])).unwrap();
    record.set_acknowledgement(&interface, &id, b"AA").unwrap();
    let raw_state = Some((id, RawState::Filed, vec![]));
    let changes = vec![patient("p1", "Example", "1"), patient("p2", "Other", "2")];
    record.commit(&interface, Commit { changes, raw: raw_state, ..Commit::default() }).unwrap();
    // More than one page of rows, and more bytes than are read at once.
    let observation = |number: usize| {
        let text = if number < 6 { "x".repeat(4_000_000) } else { format!("Wert \u{e4}{number}") };
        json!({"resourceType": "Observation", "id": format!("o{number}"), "status": "final",
            "subject": {"reference": "Patient/p1"}, "valueString": text})
    };
    commit(record, (0..1100).map(|number| put(observation(number))).collect()).unwrap();
    commit(record, vec![put(observation(0)), put(observation(7))]).unwrap();
    let engine = access(Role::Engine);
    let statements = vec![statement("s1", "p1", "x")];
    record.put_statements(&engine, &PatientId::new("p1"), statements, None).unwrap();
    let shown = Shown {
        key: "k".to_owned(),
        patient: PatientId::new("p1"),
        card_id: "c".to_owned(),
        service: "s".to_owned(),
        rule: "r".to_owned(),
        pack: "p".to_owned(),
        body: json!({"summary": "x"}),
    };
    record.put_shown(&access(Role::ServiceClient), shown).unwrap();
}

/// What callers see of it.
fn seen(record: &Record) -> Vec<String> {
    let reader = access(Role::Prescriber);
    let interface = access(Role::Interface);
    let mut seen = Vec::new();
    for number in [0, 5, 7, 1099] {
        let id = format!("o{number}");
        let read = record.read(&reader, "Observation", &id).unwrap().unwrap();
        seen.push(format!("{:?} {}", read.reference, model_digest(&read.body)));
        assert!(record.vread(&reader, "Observation", &id, 1).unwrap().is_some());
    }
    let history = HistoryQuery { count: 1000, ..HistoryQuery::default() };
    let page = record.history(&reader, &history).unwrap();
    seen.push(format!("{} {:?}", page.entries.len(), page.total));
    let query = Query {
        resource_type: "Observation".to_owned(),
        terms: vec![Term::parse("value-string", "wert")],
        count: 3,
        cursor: None,
    };
    let page = record.search(&reader, &query).unwrap();
    seen.push(format!("{} {}", page.total, page.entries.len()));
    for summary in record.raw_list(&interface, None, 10).unwrap() {
        let message = record.raw(&interface, &summary.id).unwrap().unwrap();
        seen.push(format!("{summary:?} {}", model_digest(&message.body)));
    }
    let p1 = PatientId::new("p1");
    seen.push(format!("{:?}", record.statements(&reader, &p1).unwrap()));
    seen.push(format!("{:?}", record.facts(&reader, &p1).unwrap()));
    let client = access(Role::ServiceClient);
    seen.push(format!("{:?}", record.shown(&client, &p1, &["k".to_owned()]).unwrap()));
    seen.push(record.health().last_sequence.to_string());
    seen
}

fn model_digest(bytes: &[u8]) -> String {
    format!("{} {}", bytes.len(), bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>())
}

fn copy(directory: &Path) -> Result<Vec<CopiedTable>, Failure> {
    let to: PostgresUrl = url(directory).unwrap().parse()?;
    copy_to_postgres(&directory.join("data"), &key(directory), &to, &clock(), &mut |_| {})
}

#[test]
fn everything_arrives_and_goes_on_from_there() {
    if is_without_server() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let record = in_files(directory).unwrap();
    fill(&record);
    let before = seen(&record);
    drop(record);
    let refused = open_at(directory).unwrap_err();
    assert!(refused.to_string().contains("store copy"), "{refused}");

    let copied = copy(directory).unwrap();
    assert!(copied.iter().all(CopiedTable::is_same), "{copied:?}");
    let rows = |table: &str| copied.iter().find(|copied| copied.table == table).unwrap().rows;
    assert_eq!(rows("cognate_record.resource"), 1102);
    assert_eq!(rows("cognate_record.resource_version"), 1104);
    assert_eq!(rows("cognate_archive.raw"), 1);
    assert_eq!(rows("cognate_decision.shown"), 1);

    let record = open_at(directory).unwrap();
    assert!(record.health().store_version.starts_with("PostgreSQL"));
    assert_eq!(seen(&record), before);
    let sequence = record.health().last_sequence;
    assert_eq!(commit(&record, vec![patient("p3", "New", "3")]).unwrap().sequence, sequence + 1);
    // The audit log is one, of both times.
    assert!(record.verify_audit().is_intact());
    drop(record);

    let left = in_files(directory).unwrap_err();
    assert!(left.to_string().contains("was moved to postgres://"), "{left}");
    assert!(copy(directory).unwrap_err().to_string().contains("was moved"));
    std::fs::remove_file(directory.join("data/moved-to-postgresql")).unwrap();
    let filled = copy(directory).unwrap_err();
    assert!(matches!(filled, Failure::Conflict { .. }), "{filled}");
    assert_eq!(seen(&in_files(directory).unwrap()), before);
}

#[test]
fn what_is_not_whole_is_not_kept() {
    if is_without_server() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    assert_eq!(copy(directory).unwrap_err(), Failure::NotFound);
    let record = in_files(directory).unwrap();
    fill(&record);
    let before = seen(&record);
    let url = url(directory).unwrap();

    // The tables are there, and the last of them takes nothing.
    let other = tempfile::tempdir().unwrap();
    std::fs::copy(directory.join("master.key"), other.path().join("master.key")).unwrap();
    // Both are under one keyring.
    let master_key = key(directory).with_keyring(directory.join("data").join("keyring"));
    let settings = Settings { directory: other.path().join("data"), master_key, readers: 1 };
    let store = Store::Postgres(url.parse().unwrap());
    drop(Record::open_in(settings, &store, clock()).unwrap());
    let trigger = |table: &str, body: &str| {
        psql(
            &url,
            &format!(
                "CREATE OR REPLACE FUNCTION cognate_record.meddle() RETURNS trigger LANGUAGE plpgsql
                    AS $$ BEGIN {body} END $$;
                CREATE TRIGGER meddle BEFORE INSERT ON {table} FOR EACH ROW
                    EXECUTE FUNCTION cognate_record.meddle()"
            ),
        );
    };
    trigger("cognate_decision.shown", "RAISE EXCEPTION 'no';");
    let failed = copy(directory).unwrap_err();
    assert!(failed.to_string().contains("P0001"), "{failed}");
    psql(&url, "DROP TRIGGER meddle ON cognate_decision.shown");

    // One that keeps something else than it was given.
    trigger("cognate_record.statement", "NEW.sha256 := 'x'; RETURN NEW;");
    let copied = copy(directory).unwrap();
    let other: Vec<&str> =
        copied.iter().filter(|table| !table.is_same()).map(|table| table.table.as_str()).collect();
    assert_eq!(other, ["cognate_record.statement"]);
    psql(&url, "DROP TRIGGER meddle ON cognate_record.statement");
    let left = "SELECT count(*) FROM cognate_record.resource";
    assert_eq!(psql(&url, left).trim(), "0");
    // It was never closed, and goes on.
    assert_eq!(seen(&record), before);

    assert!(copy(directory).unwrap().iter().all(CopiedTable::is_same));
    assert_eq!(seen(&open_at(directory).unwrap()), before);
}

#[test]
fn another_key_moves_nothing() {
    if is_without_server() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    drop(in_files(directory).unwrap());
    let to: PostgresUrl = url(directory).unwrap().parse().unwrap();
    let data = directory.join("data");
    let other = MasterKey::create_file(directory.join("other.key")).unwrap();
    let refused = copy_to_postgres(&data, &other, &to, &clock(), &mut |_| {}).unwrap_err();
    assert!(matches!(refused, Failure::KeyMismatch { .. }), "{refused}");
    // A target of another key is as little one.
    let settings = Settings { directory: directory.join("else"), master_key: other, readers: 1 };
    drop(Record::open_in(settings, &Store::Postgres(to), clock()).unwrap());
    let refused = copy(directory).unwrap_err();
    assert!(matches!(refused, Failure::KeyMismatch { .. }), "{refused}");
}
