//! Keys from the terminal: shown, changed, and the former one refused.

use crate::terminal::run;

#[test]
fn a_master_key_is_changed_and_the_former_one_refused() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    assert_eq!(run(at, &["init"]).code, 0);
    let before = run(at, &["keys", "show", "--json"]).json();
    let new = at.join("new.key");
    let new = new.to_str().unwrap();
    for _ in 0..2 {
        let ran = run(at, &["keys", "rotate", "--new-master-key-file", new, "--json"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert_ne!(ran.json()["masterKey"], before["masterKey"]);
    }
    let refused = run(at, &["doctor"]);
    assert_ne!(refused.code, 0);
    let told = refused.stdout.clone() + &refused.stderr;
    let former = before["masterKey"].as_str().unwrap();
    assert!(told.contains("is sealed by the master key") && told.contains(former), "{told}");
    let shown = run(at, &["keys", "show", "--master-key-file", new]);
    assert_eq!(shown.code, 0, "{}", shown.stderr);
    assert_eq!(run(at, &["doctor", "--master-key-file", new]).code, 0);
    // Not both at once, and not neither.
    assert_eq!(run(at, &["keys", "rotate"]).code, 2);
    let both = ["keys", "rotate", "--patients", "--new-master-key-file", new];
    assert_eq!(run(at, &both).code, 2);
}

#[test]
fn keys_of_patients_are_wrapped_by_a_new_key() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let ring = at.join("apart").join("ring");
    let ring = ["--keyring", ring.to_str().unwrap()];
    let run = |arguments: &[&str]| run(at, &[arguments, &ring].concat());
    assert_eq!(run(&["init"]).code, 0);
    let bundle = crate::terminal::demo("fhir/patients.transaction.json");
    assert_eq!(run(&["ingest", bundle.to_str().unwrap()]).code, 0);
    let ran = run(&["keys", "rotate", "--patients", "--forget", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let told = ran.json();
    assert!(told["keys"].as_u64().unwrap() > 1 && told["wrapped"] == told["keys"], "{told}");
    assert_eq!(
        (&told["forgotten"], &told["keyring"]["tenants"][0]["generation"]),
        (&serde_json::json!(1), &serde_json::json!(2))
    );
    let again = run(&["keys", "rotate", "--patients", "--resume", "--json"]).json();
    assert_eq!(again["wrapped"], 0);
    assert_eq!(run(&["doctor"]).code, 0);
    assert!(!at.join("data").join("keyring").exists());
}
