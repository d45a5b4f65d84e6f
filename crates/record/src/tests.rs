//! What needs a hand inside: rows altered in the database, crashes between the two files.

use crate::key::Packed;
use crate::sql::lint;
use crate::store::{Executor, Value, values};
use crate::{
    Access, Commit, Condition, Failure, MasterKey, NewRaw, Purpose, Query, RawState, Record,
    ResourceChange, Role, Scope, Settings, SortKey, Store, Term,
};
use model::provenance::Door;
use model::{PatientId, RawId, TenantId, Timestamp};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

mod audit;
mod care;
mod concept;
mod erasure;
mod filing;
mod follow;
mod former;
mod label;
mod plans;
#[expect(dead_code, reason = "the tests of the interface use all of it")]
#[path = "../tests/it/store.rs"]
mod store;
mod stores;

fn open() -> (Record, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let master_key = MasterKey::create_file(directory.path().join("key")).unwrap();
    (open_with(directory.path(), master_key).unwrap(), directory)
}

/// The record of a directory in the store that the tests run on.
pub(crate) fn open_with(directory: &Path, master_key: MasterKey) -> Result<Record, Failure> {
    let settings = Settings { directory: directory.join("data"), master_key, readers: 1 };
    let ticks = AtomicI64::new(1_767_225_600_000_000);
    let clock = move || Timestamp::from_micros(ticks.fetch_add(1000, Ordering::Relaxed));
    let store = store::url(directory);
    let store = store.map_or(Store::Directory, |url| Store::Postgres(url.parse().unwrap()));
    Record::open_in(settings, &store, Arc::new(clock))
}

fn access(role: Role) -> Access {
    Access::new(TenantId::new("t1"), "a", role, Purpose::Treatment, Scope::Tenant)
}

fn observe(record: &Record, id: &str, patient: &str) {
    let resource = json!({"resourceType": "Observation", "id": id, "status": "final",
        "subject": {"reference": format!("Patient/{patient}")}});
    let change = ResourceChange::put(resource, vec![], Condition::Any);
    let commit = Commit { changes: vec![change], ..Commit::default() };
    record.commit(&access(Role::Interface), commit).unwrap();
}

/// A row as text.
fn shown(row: &crate::store::Row) -> String {
    let column = |place| match (row.int(place), row.text(place)) {
        (Ok(number), _) => number.to_string(),
        (_, Ok(text)) => text.to_owned(),
        _ => String::new(),
    };
    (0..4).map(column).collect::<Vec<_>>().join(" ")
}

fn alter(record: &Record, sql: &'static str, values: Vec<Value>) {
    let changed = record
        .inner
        .record_writer
        .write(move |executor: &dyn Executor| executor.execute(sql, &values))
        .unwrap();
    assert!(changed > 0, "{sql}");
}

#[test]
fn an_altered_moved_or_older_body_is_never_served() {
    let body = "SELECT body FROM resource_version WHERE tenant = $1 AND id = $2 AND version = $3";
    let put = "UPDATE resource_version SET body = $1 WHERE tenant = $2 AND id = $3 AND version = 2";
    for case in ["flipped", "cut", "empty", "other patient", "older version", "other digest"] {
        let (record, _directory) = open();
        for (id, patient) in [("o1", "p1"), ("o1", "p1"), ("o2", "p2"), ("o2", "p2")] {
            observe(&record, id, patient);
        }
        let bytes = |id: &str, version: i64| {
            let key = values!["t1", id, version].to_vec();
            let row = record.inner.record.read(|e| e.one(body, &key)).unwrap();
            row.bytes(0).unwrap().to_vec()
        };
        let mut own = bytes("o1", 2);
        match case {
            "flipped" => own[40] ^= 1,
            "cut" => own.truncate(own.len() - 1),
            "empty" => own.clear(),
            "other patient" => own = bytes("o2", 2),
            "older version" => own = bytes("o1", 1),
            _ => alter(
                &record,
                "UPDATE resource_version SET sha256 = $1 WHERE tenant = $2 AND version = 2",
                values!["00", "t1"].to_vec(),
            ),
        }
        if case != "other digest" {
            alter(&record, put, values![own, "t1", "o1"].to_vec());
        }
        let reader = access(Role::Prescriber);
        let sealed = |failure: Option<Failure>| matches!(failure, Some(Failure::Sealed { .. }));
        assert!(sealed(record.read(&reader, "Observation", "o1").err()), "{case}");
        let query = Query {
            resource_type: "Observation".to_owned(),
            terms: vec![Term::parse("_id", "o1")],
            count: 5,
            cursor: None,
        };
        assert!(sealed(record.search(&reader, &query).err()), "{case}");
        assert!(record.vread(&reader, "Observation", "o1", 1).unwrap().is_some(), "{case}");
    }
}

#[test]
fn without_its_data_key_nothing_of_a_patient_can_be_read() {
    let (record, _directory) = open();
    observe(&record, "o1", "p1");
    observe(&record, "o2", "p2");
    alter(
        &record,
        "DELETE FROM data_key WHERE tenant = $1 AND owner = $2",
        values!["t1", "p1"].to_vec(),
    );
    let reader = access(Role::Prescriber);
    let gone = record.read(&reader, "Observation", "o1");
    assert!(matches!(gone, Err(Failure::Sealed { .. })));
    assert!(record.read(&reader, "Observation", "o2").unwrap().is_some());
}

#[test]
fn identifiers_are_only_kept_hashed() {
    let (record, _directory) = open();
    let resource = json!({"resourceType": "Specimen", "id": "s1",
        "identifier": [{"system": "urn:a", "value": "MRN-77"}]});
    let change = ResourceChange::put(resource, vec![], Condition::Any);
    let commit = Commit { changes: vec![change], ..Commit::default() };
    record.commit(&access(Role::Interface), commit).unwrap();
    record.ready_to_search(&access(Role::Interface), "Specimen").unwrap();
    let sql = "SELECT code FROM search_token WHERE tenant = $1 AND system <> $2";
    let key = values!["t1", 0_i64];
    let row = record.inner.record.read(|executor| executor.one(sql, key)).unwrap();
    assert_eq!(row.text(0).unwrap(), record.inner.keys.identifier_hash("t1", "MRN-77"));
    assert_ne!(
        record.inner.keys.identifier_hash("t1", "MRN-77"),
        record.inner.keys.identifier_hash("t2", "MRN-77")
    );
}

#[test]
fn telephone_numbers_and_mail_addresses_are_only_kept_hashed() {
    let (record, _directory) = open();
    let resource = json!({"resourceType": "Practitioner", "id": "d1", "telecom": [
        {"system": "phone", "value": "555-0100"}, {"system": "email", "value": "d@e.example"}]});
    let change = ResourceChange::put(resource, vec![], Condition::Any);
    let commit = Commit { changes: vec![change], ..Commit::default() };
    record.commit(&access(Role::Interface), commit).unwrap();
    record.ready_to_search(&access(Role::Interface), "Practitioner").unwrap();
    let sql =
        "SELECT code FROM search_token WHERE tenant = $1 UNION SELECT code FROM search_token_of
        WHERE tenant = $1";
    let rows = record.inner.record.read(|executor| executor.query(sql, values!["t1"])).unwrap();
    let kept: Vec<&str> = rows.iter().map(|row| row.text(0).unwrap()).collect();
    for value in ["555-0100", "d@e.example"] {
        let hash = record.inner.keys.identifier_hash("t1", value);
        assert!(kept.contains(&hash.as_str()) && !kept.contains(&value), "{kept:?}");
    }
    for (name, value, count) in
        [("phone", "555-0100", 1), ("telecom", "d@e.example", 1), ("email", "555-0100", 0)]
    {
        let query = Query {
            resource_type: "Practitioner".to_owned(),
            terms: vec![Term::parse(name, value)],
            count: 10,
            cursor: None,
        };
        let found = record.search(&access(Role::Prescriber), &query).unwrap();
        assert_eq!(found.entries.len(), count, "{name}={value}");
    }
}

fn archived(record: &Record) -> RawId {
    let raw = NewRaw {
        feed: "lab".to_owned(),
        door: Door::Fhir,
        media_type: "application/fhir+json".to_owned(),
        message_key: None,
        peer: "client".to_owned(),
        body: b"{}".to_vec(),
        state: RawState::Received,
    };
    record.archive(&access(Role::Interface), raw).unwrap()
}

#[test]
fn a_crash_between_the_two_files_does_not_file_twice() {
    let (record, _directory) = open();
    let interface = access(Role::Interface);
    let ids: Vec<RawId> = (0..5).map(|_| archived(&record)).collect();
    for id in &ids[..3] {
        let raw = Some((id.clone(), RawState::Filed, vec![]));
        record.commit(&interface, Commit { raw, ..Commit::default() }).unwrap();
        // As if the process had ended before the copy in the archive was brought up to date.
        record.copy_raw_state(&interface, id, RawState::Received).unwrap();
    }
    let waiting: Vec<RawId> = record
        .raw_waiting(&interface, 1)
        .unwrap()
        .into_iter()
        .map(|message| message.summary.id)
        .collect();
    assert_eq!(waiting, ids[3..4]);
    let filed = record.raw_list(&interface, Some(RawState::Filed), 10).unwrap();
    assert_eq!(filed.len(), 3);
}

#[test]
fn a_failed_job_takes_nothing_with_it_and_spoils_no_other() {
    let (record, _directory) = open();
    let put = "INSERT INTO feed_cursor (tenant, name, sequence) VALUES ($1, $2, $3)";
    std::thread::scope(|scope| {
        for number in 0..40_i64 {
            let writer = &record.inner.record_writer;
            scope.spawn(move || {
                let result = writer.write(move |executor| {
                    executor.execute(put, values!["t1", format!("c{number}"), number])?;
                    if number % 2 == 0 { Err(Failure::NotFound) } else { Ok(number) }
                });
                let expected = if number % 2 == 0 { Err(Failure::NotFound) } else { Ok(number) };
                assert_eq!(result, expected);
            });
        }
    });
    let count = "SELECT count(*) FROM feed_cursor WHERE tenant = $1";
    let row = record.inner.record.read(|executor| executor.one(count, values!["t1"])).unwrap();
    assert_eq!(row.int(0).unwrap(), 20);
}

#[test]
fn a_store_that_was_indexed_otherwise_is_indexed_again() {
    let (record, directory) = open();
    // More than one batch, and a patient whose data key was destroyed.
    for batch in 0..6 {
        let one = |number: u32| {
            let patient = if number == 7 { "p7" } else { "p1" };
            let resource = json!({"resourceType": "Observation", "id": format!("o{number}"),
                "status": "final", "subject": {"reference": format!("Patient/{patient}")}});
            ResourceChange::put(resource, vec![], Condition::Any)
        };
        let changes = (batch * 100..batch * 100 + 100).map(one).collect();
        let commit = Commit { changes, ..Commit::default() };
        record.commit(&access(Role::Interface), commit).unwrap();
    }
    let resource = json!({"resourceType": "Patient", "id": "p1", "name": [{"family": "Example"}]});
    let known = model::patient::Identifier { authority: "urn:a".into(), value: "77".into() };
    let fact = model::Fact {
        status: model::reported::ResultStatus::Final,
        origin: model::specimen::Origin::Germline,
        source: model::provenance::Source { raw: None, place: String::new() },
        content: model::fact::FactContent::Patient(model::patient::Patient {
            id: PatientId::new("p1"),
            identifiers: vec![known],
            names: vec![],
            birth_date: None,
            sex: model::patient::Sex::Female,
            links: model::patient::Links::default(),
        }),
    };
    let change = ResourceChange::put(resource, vec![fact], Condition::Any);
    let commit = Commit { changes: vec![change], ..Commit::default() };
    record.commit(&access(Role::Interface), commit).unwrap();
    record.ready_to_search(&access(Role::Interface), "Patient").unwrap();
    alter(&record, "DELETE FROM search_posting WHERE tenant = $1", values!["t1"].to_vec());
    alter(&record, "DELETE FROM search_string WHERE tenant = $1", values!["t1"].to_vec());
    let destroyed = values!["t1", "p7"].to_vec();
    alter(&record, "DELETE FROM data_key WHERE tenant = $1 AND owner = $2", destroyed);
    let asked = |record: &Record| {
        let total = |resource_type: &str, name: &str, value: &str| {
            let query = Query {
                resource_type: resource_type.to_owned(),
                terms: vec![Term::parse(name, value)],
                count: 0,
                cursor: None,
            };
            record.search(&access(Role::Prescriber), &query).unwrap().total
        };
        [
            total("Observation", "status", "final"),
            total("Patient", "family", "example"),
            // From the facts, not from the resource.
            total("Patient", "identifier", "urn:a|77"),
        ]
    };
    let reopen = || {
        let master_key = MasterKey::from_file(directory.path().join("key")).unwrap();
        open_with(directory.path(), master_key).unwrap()
    };
    assert_eq!(asked(&record), [0, 0, 0]);
    drop(record);
    let record = reopen();
    assert_eq!(asked(&record), [0, 0, 0], "what was indexed by this table is left alone");
    alter(&record, "UPDATE position SET value = $1 WHERE name = 'search'", values![1_i64].to_vec());
    drop(record);
    assert_eq!(asked(&reopen()), [599, 1, 1]);
}

#[test]
fn built_queries_are_in_the_shared_subset() {
    let (record, _directory) = open();
    let patients = (0..3).map(|n| PatientId::new(format!("p{n}"))).collect();
    let narrowed = Access::new(
        TenantId::new("t1"),
        "a",
        Role::Prescriber,
        Purpose::Treatment,
        Scope::Patients(patients),
    );
    let term = Term::parse;
    let query = |resource_type: &str, terms: Vec<Term>, cursor| Query {
        resource_type: resource_type.to_owned(),
        terms,
        count: 5,
        cursor,
    };
    let terms = vec![
        term("code:not", "s|a,b,c|"),
        term("date", "ge2026,ne2025"),
        term("_lastUpdated", "gt2020"),
        term("_id", "a,b"),
        term("subject:Patient", "p1"),
        term("category:missing", "true"),
    ];
    let alone = vec![term("code:not", "s|a,b,c|"), term("date", "ge2026"), term("status", "final")];
    let names = vec![term("name", "a"), term("name:contains", "b"), term("name:exact", "c")];
    let linked = vec![
        term("subject:Patient.name:contains", "a"),
        term("patient.identifier", "s|1"),
        term("_has:DiagnosticReport:result:code", "x"),
        term("subject:identifier", "s|1"),
        term("code:text", "x"),
        term("value-quantity", "gt5.4|s|mg,1||g"),
        term("component-code-value-concept", "a$b,s|c$d"),
        term("_profile:below", "http://a"),
        term("_profile:above", "http://a/b/c"),
    ];
    let keys = &record.inner.keys;
    for (resource_type, terms) in [
        ("Observation", terms),
        ("Observation", alone),
        ("Observation", linked),
        ("Patient", names),
    ] {
        for sort in ["", "_lastUpdated,-_id", "-_profile,_tag"] {
            let search = |cursor| crate::Search {
                query: query(resource_type, terms.clone(), cursor),
                sort: if sort.is_empty() { vec![] } else { SortKey::parse(sort) },
                includes: vec![],
                total: crate::Total::Accurate,
            };
            let plan = crate::search::Plan::new(&narrowed, &search(None), keys, None).unwrap();
            assert!(plan.unknown.is_empty());
            let row = record.inner.record.read(|executor| {
                // Times are numbers, everything else is text; PostgreSQL compares like with like.
                let keys = if sort.starts_with("_last") { "2, 'a'" } else { "'a', 'b'" };
                let sql =
                    format!("SELECT 'x', 1, '', 1, 0, '', '', 7, {keys} FROM position LIMIT 1");
                executor.one(&sql, &[])
            });
            let next = plan.cursor_after(keys, &row.unwrap()).unwrap();
            let next = crate::search::Plan::new(&narrowed, &search(Some(next)), keys, None);
            let next = next.unwrap();
            let looked_up = record.inner.record.read(|executor| {
                crate::search::Plan::new(&narrowed, &search(None), keys, Some(executor))
            });
            let looked_up = looked_up.unwrap();
            let counts = [&plan, &looked_up].map(|plan| plan.count.as_ref().unwrap());
            for builder in counts.into_iter().chain([&plan.page, &looked_up.page, &next.page]) {
                check(builder);
                let run = record.inner.record.read(|e| e.query(&builder.sql, &builder.values));
                assert!(run.is_ok(), "{run:?} {}", builder.sql);
            }
        }
    }
    for (name, value) in
        [("_include", "Observation:subject:Patient"), ("_include", "Observation:*")]
    {
        let include = crate::Include::parse(name, value).unwrap();
        check(&crate::search::include_statement(&narrowed, &include, "Observation", &["a", "b"]));
    }
    let include = crate::Include::parse("_revinclude", "Provenance:target").unwrap();
    check(&crate::search::include_statement(&narrowed, &include, "Observation", &["a", "b"]));
}

fn check(builder: &crate::vault::Builder) {
    assert_eq!(lint::problems(&builder.sql), Vec::<String>::new(), "{}", builder.sql);
    assert!(lint::keeps_to_tenant(&builder.sql));
    let highest = lint::parameters(&builder.sql).into_iter().max();
    assert_eq!(highest, Some(builder.values.len()), "{}", builder.sql);
}

#[test]
fn sealed_bodies_open_only_at_their_place() {
    let (record, _directory) = open();
    let keys = &record.inner.keys;
    let (key, wrapped) = keys.new_data_key(["t1", "p1"], Timestamp::from_micros(1)).unwrap();
    let place = ["t1", "p1", "Observation", "o1", "1"];
    for body in [&b""[..], b"x", &[0; 5000]] {
        let packed = Packed::of(body);
        let sealed = key.seal(&place, &packed).unwrap();
        assert_eq!(key.open(&place, &sealed).unwrap().body, body);
        assert_ne!(sealed, key.seal(&place, &packed).unwrap(), "a nonce was used twice");
        let again = keys.data_key(["t1", "p1"], &wrapped).unwrap();
        assert_eq!(again.open(&place, &sealed).unwrap().body, body);
        for other in [
            ["t2", "p1", "Observation", "o1", "1"],
            ["t1", "p2", "Observation", "o1", "1"],
            ["t1", "p1", "Observation", "o1", "2"],
            // The same letters, parted otherwise.
            ["t1", "p1", "Observatio", "no1", "1"],
        ] {
            assert!(matches!(key.open(&other, &sealed), Err(Failure::Sealed { .. })));
        }
        for place_of_byte in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[place_of_byte] ^= 1;
            assert!(key.open(&place, &altered).is_err(), "{place_of_byte}");
        }
    }
    assert!(keys.data_key(["t1", "p2"], &wrapped).is_err());
}

#[test]
fn a_schema_of_a_newer_program_is_refused() {
    let (record, directory) = open();
    alter(
        &record,
        "INSERT INTO migration (version, applied) VALUES ($1, $2)",
        values![99_i64, 0_i64].to_vec(),
    );
    drop(record);
    let key = MasterKey::from_file(directory.path().join("key")).unwrap();
    let refused = open_with(directory.path(), key).unwrap_err();
    assert!(refused.to_string().contains("version 99"), "{refused}");
}

/// Everything that changed waits to be sent on.
fn queue_all(record: &Record) {
    let engine = access(Role::Engine);
    record.ensure_destination(&engine, "ehr").unwrap();
    let until = record.now();
    let from = record.hold_destination(&engine, "ehr", "h", until).unwrap().unwrap().sequence;
    let changes = record.changes(&engine, 0, 1000).unwrap();
    let new = |change| crate::NewDispatch { id: String::new(), event: String::new(), change };
    let dispatches = changes.into_iter().map(new).collect();
    assert!(record.note_dispatches(&engine, "ehr", (from, from), dispatches).unwrap());
}
