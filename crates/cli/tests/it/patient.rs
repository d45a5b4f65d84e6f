//! Erasing a patient from the terminal, and the certificate of it.

use crate::terminal::{cognate, demo, run};
use std::path::Path;

#[test]
fn an_erasure_is_certified_and_the_certificate_is_checked() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    assert_eq!(run(at, &["init"]).code, 0);
    let bundle = demo("fhir/patients.transaction.json");
    assert_eq!(run(at, &["ingest", bundle.to_str().unwrap()]).code, 0);
    let (note, key) = (at.join("erased.note"), at.join("audit.key"));
    let (note, key) = (note.to_str().unwrap(), key.to_str().unwrap());
    let erase = |patient: &str| {
        run(
            at,
            &[
                "patient",
                "erase",
                patient,
                "--reason",
                "asked for",
                "--certificate",
                note,
                "--audit-checkpoint-key",
                key,
                "--json",
            ],
        )
    };
    // Without the key that signs, without a reason, of nobody.
    let unsigned = ["patient", "erase", "ben-sample", "--reason", "x", "--certificate", note];
    assert_eq!(run(at, &unsigned).code, 2);
    assert_eq!(erase("nobody").code, 3);
    assert!(!Path::new(note).exists());

    let ran = erase("ben-sample");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let told = ran.json();
    assert_eq!((&told["patient"], &told["reason"]), (&"ben-sample".into(), &"asked for".into()));
    assert!(!told["keys"].as_array().unwrap().is_empty() && told["logsEmptied"] == true, "{told}");
    let verifier = ran.stderr.trim().rsplit(' ').next().unwrap().to_owned();
    let checked = cognate(&["patient", "certificate", note, "--verifier", &verifier]);
    assert_eq!((checked.code, checked.json()), (0, told));
    let forged = std::fs::read_to_string(note).unwrap().replace("asked for", "asked fox");
    std::fs::write(note, forged).unwrap();
    assert_eq!(cognate(&["patient", "certificate", note, "--verifier", &verifier]).code, 1);
    // A certificate is never overwritten.
    assert_eq!(erase("ana-sample").code, 1);
    assert_eq!(run(at, &["doctor"]).code, 0);
    let shown = run(at, &["keys", "show", "--json"]).json();
    assert_eq!(shown["erasures"], 1);
}
