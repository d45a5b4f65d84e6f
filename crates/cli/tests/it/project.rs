//! `cognate project`

use crate::terminal::{Ran, cognate};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

pub(crate) fn run(at: &Path, arguments: &[&str]) -> Ran {
    let data = at.join("data");
    let mut all = arguments.to_vec();
    all.extend(["--directory", data.to_str().unwrap()]);
    cognate(&all)
}

/// Adds an account, whose password is read from standard input.
pub(crate) fn account(at: &Path, login: &str, role: &str) {
    let data = at.join("data");
    let mut child = Command::new(env!("CARGO_BIN_EXE_cognate"))
        .args(["account", "add", login, "--role", role, "--name", login, "--directory"])
        .arg(data)
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"correct horse battery staple\n").unwrap();
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_project_is_made_listed_shown_and_ended() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    assert_eq!(run(at, &["init"]).code, 0);
    account(at, "rita", "researcher");
    account(at, "olga", "privacy-officer");
    let said = ["--title", "Clopidogrel", "--recipient", "University", "--until", "2100-01-01"];
    let create =
        |owner: &str| run(at, &[&["project", "create", "--owner", owner], &said[..]].concat());
    assert_eq!(create("olga").code, 1, "no researcher");
    assert_eq!(create("nobody").code, 1);
    let made = create("rita");
    assert_eq!(made.code, 0, "{}", made.stderr);
    let id = made.stdout.trim();
    let listed = run(at, &["project", "list", "--json"]).json();
    assert_eq!((&listed[0]["id"], &listed[0]["open"]), (&id.into(), &true.into()));
    assert_eq!(listed[0]["owner"], "account:rita");
    assert!(run(at, &["project", "show", id]).stdout.contains("Clopidogrel"));
    assert_eq!(run(at, &["project", "show", "none"]).code, 3);
    assert_eq!(run(at, &["project", "end", id]).code, 0);
    assert_eq!(run(at, &["project", "list", "--json"]).json()[0]["open"], false);
    assert_eq!(run(at, &["project", "end", "none"]).code, 3);
    // Only a privacy officer who is named lets bulk data go.
    let approve = |by: &str| {
        let kind = ["--kind", "genomic", "--persons", "200", "--document", "D-1", "--by", by];
        run(at, &[&["project", "approve", "University"], &kind[..]].concat()).code
    };
    assert_eq!((approve("rita"), approve("nobody"), approve("olga")), (1, 1, 0));
    // Whoever was disabled does nothing here either.
    for login in ["rita", "olga"] {
        assert_eq!(run(at, &["account", "disable", login]).code, 0);
    }
    let again = create("rita");
    assert_eq!((again.code, approve("olga")), (1, 1), "{}", again.stdout);
    let count = run(at, &["count", "Patient", "--project", id, "--by", "rita"]);
    assert!(count.code != 0 && count.stderr.contains("disabled"), "{}", count.stderr);
    assert_eq!(run(at, &["project", "received", "--json"]).json(), serde_json::json!([]));
}

#[test]
fn people_are_counted_by_the_rule_and_the_ledger() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    assert_eq!(run(at, &["init"]).code, 0);
    account(at, "rita", "researcher");
    account(at, "rob", "researcher");
    let made = run(
        at,
        &[
            "project",
            "create",
            "--owner",
            "rita",
            "--title",
            "Clopidogrel",
            "--recipient",
            "University",
            "--until",
            "2100-01-01",
        ],
    );
    let id = made.stdout.trim();
    let mut lines = Vec::new();
    for number in 0..100 {
        let gender = if number < 95 { "female" } else { "male" };
        let patient = serde_json::json!({"resourceType": "Patient", "gender": gender,
            "id": format!("person{number}")});
        let consent = serde_json::json!({"resourceType": "Consent", "status": "active",
            "id": format!("consent{number}"),
            "scope": {"coding": [{"code": "patient-privacy"}]},
            "category": [{"coding": [{"code": "IDSCL"}]}],
            "patient": {"reference": format!("Patient/person{number}")},
            "provision": {"type": "permit", "purpose": [{"code": "HRESCH",
                "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason"}]}});
        lines.extend([patient.to_string(), consent.to_string()]);
    }
    let file = crate::terminal::write(at, "people.ndjson", &lines.join("\n"));
    let filed = run(at, &["import", &file]);
    assert_eq!(filed.code, 0, "{}", filed.stderr);
    let count =
        |by: &str, search: &str| run(at, &["count", search, "--project", id, "--by", by, "--json"]);
    let women = count("rita", "Patient?gender=female");
    assert_eq!(women.code, 0, "{}", women.stderr);
    assert_eq!(women.json()[0]["upTo"], 100, "95 is rounded up to a multiple of 20");
    assert_eq!(count("rita", "Patient?gender=male").json()[0]["below"], 21, "5 are not told");
    // Everybody but five is nearly everybody: the ledger gives both the one answer.
    let all = count("rita", "Patient?gender=female,male").json();
    assert_eq!(all[0]["upTo"], 100, "{all}");
    let table = |arguments: &[&str]| {
        let of = ["count", "Patient", "--project", id, "--by", "rita", "--across", "gender"];
        run(at, &[&of[..], arguments].concat())
    };
    let words = table(&[]).stdout;
    assert!(words.starts_with("Patient\ngender\tpeople\n"), "{words}");
    // What was told alone is told again; the five are told by nothing.
    assert!(words.contains("female\tat most 100") && words.contains("male\twithheld"), "{words}");
    let lines = table(&["--across", "age", "--json"]).json();
    let first = &lines[0]["lines"][0];
    assert_eq!(first["of"], serde_json::json!({"gender": "female", "age": "0 to 9"}));
    assert_eq!(table(&["--across", "shoe-size"]).code, 1);
    for (by, search, part) in [
        ("rob", "Patient?gender=female", "no such project"),
        ("nobody", "Patient?gender=female", "no account"),
        ("rita", "Patient?shoe-size=44", "known"),
        ("rita", "Nonsense?x=1", ""),
    ] {
        let refused = count(by, search);
        assert_ne!(refused.code, 0, "{by} {search}: {}", refused.stdout);
        assert!(refused.stderr.contains(part), "{by} {search}: {}", refused.stderr);
    }
}
