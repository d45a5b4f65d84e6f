//! `cognate destination`: what the files say, what waits, and who is reached.

use crate::terminal::{cognate, demo, write};

const FILE: &str = "version = \"1\"\n[[destination]]\nid = \"ehr\"\nkind = \"hl7v2\"\n\
    address = \"127.0.0.1:PORT\"\ntls = false\n";

#[test]
fn destinations_are_checked_listed_reached_and_steered() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let at = ["--directory", data.to_str().unwrap()];
    let run = |arguments: &[&str]| cognate(&[arguments, &at].concat());
    assert_eq!(run(&["init"]).code, 0);
    let bundle = demo("fhir/patients.transaction.json");
    assert_eq!(run(&["ingest", bundle.to_str().unwrap()]).code, 0);
    let files = directory.path().join("destinations");
    std::fs::create_dir(&files).unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    write(&files, "ehr.toml", &FILE.replace("PORT", &port));
    let named = ["--destinations", files.to_str().unwrap()];

    let listed = run(&[&["destination", "list", "--json"], &named[..]].concat());
    assert_eq!(listed.code, 0, "{}", listed.stderr);
    let one = &listed.json()["destinations"][0];
    assert_eq!((&one["id"], &one["version"]), (&"ehr".into(), &"1".into()));
    assert_eq!((&one["dispatches"]["queued"], &one["oldest"]), (&0.into(), &().into()));
    let words = run(&[&["destination", "list"], &named[..]].concat()).stdout;
    assert!(words.contains("never served"), "{words}");

    let reach = || cognate(&[&["destination", "test", "ehr"], &named[..]].concat());
    let reached = reach();
    assert_eq!((reached.code, reached.stderr.as_str()), (0, ""), "{}", reached.stdout);
    drop(listener);
    let gone = reach();
    assert_eq!(gone.code, 1);
    assert!(gone.stdout.contains("not reached: no connection"), "{}", gone.stdout);
    let other = [&["destination", "test", "other"], &named[..]].concat();
    assert_eq!(cognate(&other).code, 3);

    let queue = run(&["destination", "queue", "ehr", "--json"]);
    assert_eq!(queue.json()["dispatches"], serde_json::json!([]), "{}", queue.stderr);
    for decision in ["release", "skip", "park", "resend"] {
        assert_eq!(run(&["destination", decision, "ehr", "1"]).code, 3, "{decision}");
    }
    write(&files, "b.toml", "version = \"1\"\n[[destination]]\nid = \"x\"\nkind = \"fax\"\n");
    let wrong = run(&[&["destination", "list"], &named[..]].concat());
    assert_ne!(wrong.code, 0);
    assert!(wrong.stderr.contains("b.toml destination[0]"), "{}", wrong.stderr);
}
