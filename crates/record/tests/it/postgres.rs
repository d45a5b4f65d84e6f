//! What holds on PostgreSQL only. Everything else is one suite for both stores.

use crate::store::{is_without_server, psql, url};
use crate::support::{access, commit, fixture, observation, open_at, put, raw};
use record::{Failure, PostgresUrl, Record, Role, Store};
use std::path::Path;

/// Ends every other session of a database, as a restart of the server does.
/// Ends every other session, and waits until it is gone: one that only has been told to go may
/// still begin a transaction, which is lost then as it should be.
fn end_sessions(url: &str) {
    psql(
        url,
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
}

fn put_one(record: &Record, id: &str) -> Result<u64, Failure> {
    commit(record, vec![put(observation(id, "p1", "x"))]).map(|done| done.sequence)
}

#[test]
fn after_a_restart_of_the_server_everything_goes_on() {
    if is_without_server() {
        return;
    }
    let fixture = fixture();
    let record = &fixture.record;
    let url = url(fixture.directory.path()).unwrap();
    for round in 1..=3_u64 {
        assert_eq!(put_one(record, &format!("o{round}")).unwrap(), round);
        assert!(record.read(&access(Role::Prescriber), "Observation", "o1").unwrap().is_some());
        record.archive(&access(Role::Interface), raw(&round.to_string(), b"x")).unwrap();
        end_sessions(&url);
    }
    let health = record.health();
    assert_eq!((health.writable, health.last_sequence), (true, 3));
    assert!(health.store_version.starts_with("PostgreSQL "), "{}", health.store_version);
}

#[test]
fn a_server_that_is_away_is_an_error_and_no_empty_answer() {
    if is_without_server() {
        return;
    }
    let fixture = fixture();
    let record = &fixture.record;
    put_one(record, "o1").unwrap();
    let database = url(fixture.directory.path()).unwrap();
    let (server, name) = (std::env::var("COGNATE_TEST_STORE").unwrap(), name_of(&database));
    psql(&server, &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"));
    psql(
        &server,
        &format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"),
    );
    let reader = access(Role::Prescriber);
    assert!(matches!(record.read(&reader, "Observation", "o1"), Err(Failure::Storage(_))));
    assert!(matches!(put_one(record, "o2"), Err(Failure::Storage(_))));
    assert!(!record.health().writable);
    psql(&server, &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"));
    assert!(record.read(&reader, "Observation", "o1").unwrap().is_some());
    assert_eq!(put_one(record, "o2").unwrap(), 2);
    assert!(record.health().writable);
}

fn name_of(url: &str) -> &str {
    url.split(['/', '?']).find(|part| part.starts_with("test_")).unwrap()
}

#[test]
fn what_cannot_hold_a_record_is_refused() {
    if is_without_server() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let database = url(directory.path()).unwrap();
    let refused = |url: &str| open_by(directory.path(), url).unwrap_err().to_string();
    let nowhere = database.replace(name_of(&database), "none");
    let text = refused(&nowhere);
    assert!(text.contains("none") && !text.contains("user="), "{text}");
    let server = std::env::var("COGNATE_TEST_STORE").unwrap();
    let name = format!("{}_latin", name_of(&database));
    let latin = "TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'";
    psql(&server, &format!("CREATE DATABASE {name} {latin}"));
    let text = refused(&database.replace(name_of(&database), &name));
    assert!(text.contains("UTF8"), "{text}");
}

fn open_by(directory: &Path, url: &str) -> Result<Record, Failure> {
    let master_key = record::MasterKey::create_file(directory.join("key"));
    let master_key = master_key.or_else(|_| record::MasterKey::from_file(directory.join("key")))?;
    let settings = record::Settings { directory: directory.join("data"), master_key, readers: 1 };
    let url: PostgresUrl = url.parse()?;
    Record::open_in(settings, &Store::Postgres(url), crate::support::clock())
}

#[test]
fn a_role_without_the_right_to_make_schemas_uses_those_made_for_it() {
    if is_without_server() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let database = url(directory.path()).unwrap();
    let role = format!("role_{}", name_of(&database));
    psql(&database, &format!("CREATE ROLE {role} LOGIN"));
    let as_role = database.replace("user=postgres", &format!("user={role}"));
    assert_ne!(as_role, database, "the tests' server is reached as `postgres`");
    let refused = open_by(directory.path(), &as_role).unwrap_err();
    assert!(refused.to_string().contains("42501"), "{refused}");
    for schema in ["archive", "record", "decision", "genome"] {
        psql(&database, &format!("CREATE SCHEMA cognate_{schema} AUTHORIZATION {role}"));
    }
    let record = open_by(directory.path(), &as_role).unwrap();
    assert_eq!(put_one(&record, "o1").unwrap(), 1);
}

#[test]
fn nothing_but_search_values_can_be_read_in_the_database() {
    if is_without_server() {
        return;
    }
    let fixture = fixture();
    let mut resource = observation("o1", "p1", "x");
    resource["note"] = serde_json::json!([{"text": "canary in a note"}]);
    resource["identifier"] = serde_json::json!([{"system": "urn:a", "value": "canary-number"}]);
    commit(&fixture.record, vec![put(resource)]).unwrap();
    let message = raw("k", b"canary in a message");
    fixture.record.archive(&access(Role::Interface), message).unwrap();
    let url = url(fixture.directory.path()).unwrap();
    let tables = "SELECT schemaname || '.' || tablename FROM pg_tables
        WHERE schemaname LIKE 'cognate%'";
    let tables = psql(&url, tables);
    assert!(tables.lines().count() > 20, "{tables}");
    let mut all = String::new();
    for table in tables.lines() {
        all += &psql(&url, &format!("SET bytea_output = escape; SELECT * FROM {table}"));
    }
    assert!(all.contains("Observation"));
    assert!(!all.contains("canary"), "{all}");
}

/// The server's threads of `async` code block while they open and close; a database client with
/// a runtime of its own would panic there.
#[test]
fn it_is_opened_used_and_closed_inside_a_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let directory = tempfile::tempdir().unwrap();
        let record = open_at(directory.path()).unwrap();
        put_one(&record, "o1").unwrap();
        assert!(record.read(&access(Role::Prescriber), "Observation", "o1").unwrap().is_some());
        drop(record);
    });
}
