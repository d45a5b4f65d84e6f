//! `cognate audit review`, `disclose` and `disclosures`.

use crate::terminal::{demo, run, write};

#[test]
fn disclosures_are_noted_and_accounted_for() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    assert_eq!(run(at, &["init"]).code, 0);
    let bundle = demo("fhir/patients.transaction.json");
    assert_eq!(run(at, &["ingest", bundle.to_str().unwrap()]).code, 0);
    let note = |patient: &str, basis: &str| {
        let what = ["--recipient", "Health department", "--purpose", "notifiable disease"];
        let basis = ["--legal-basis", basis, "--what", "one report"];
        run(at, &[&["audit", "disclose", patient], &what[..], &basis].concat())
    };
    assert_eq!(note("ana-example", "45 CFR 164.512(b)").code, 0);
    assert_eq!(note("nobody", "45 CFR 164.512(b)").code, 3);
    assert_eq!(note("ana-example", " ").code, 1);
    let listed = run(at, &["audit", "disclosures", "ana-example", "--json"]);
    assert_eq!(listed.code, 0, "{}", listed.stderr);
    let listed = listed.json();
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
    assert_eq!(listed[0]["legalBasis"], "45 CFR 164.512(b)");
    let other = run(at, &["audit", "disclosures", "ben-sample"]);
    assert!(other.stdout.starts_with("0 disclosures"), "{}", other.stdout);

    let quiet = run(at, &["audit", "review", "--since", "2020-01-01"]);
    assert_eq!(quiet.code, 0, "{}{}", quiet.stdout, quiet.stderr);
    // A threshold that is not known is not passed over.
    let rules = write(at, "rules.json", r#"{"exportsPerDay": 1}"#);
    let bad = run(at, &["audit", "review", "--since", "2020-01-01", "--rules", &rules]);
    assert!(bad.code == 1 && bad.stderr.contains("rules.json"), "{}", bad.stderr);
    assert_eq!(run(at, &["audit", "review", "--since", "soon"]).code, 1);
}
