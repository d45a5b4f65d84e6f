//! `cognate view run`: tables from files and from the store.

use crate::terminal::{cognate, demo, write};
use serde_json::json;

const RESOURCES: &str = concat!(
    r#"{"resourceType":"Patient","id":"a","birthDate":"1970-06","name":[{"family":"A, B"}]}"#,
    "\n\n",
    r#"{"resourceType":"Observation","id":"o","status":"final","code":{"text":"c"},"#,
    r#""valueQuantity":{"value":1.10}}"#,
    "\n",
    r#"{"resourceType":"Patient","id":"b"}"#,
    "\n",
);

fn view(resource: &str, columns: &[(&str, &str)]) -> String {
    let column = |(name, path): &(&str, &str)| json!({"name": name, "path": path});
    let columns: Vec<_> = columns.iter().map(column).collect();
    json!({"resourceType": "ViewDefinition", "status": "active", "resource": resource,
        "select": [{"column": columns}]})
    .to_string()
}

const PATIENT: [(&str, &str); 3] =
    [("id", "getResourceKey()"), ("born", "birthDate"), ("family", "name.family")];

#[test]
fn files_become_tables() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let patients = write(at, "patients.json", &view("Patient", &PATIENT));
    let quantity = [("value", "value.ofType(Quantity).value")];
    let values = write(at, "values.json", &view("Observation", &quantity));
    let lines = write(at, "some.ndjson", RESOURCES);
    let bundle = write(
        at,
        "bundle.json",
        "{\n\"resourceType\": \"Bundle\", \"type\": \"collection\", \"entry\": [{\"resource\": {\n\
         \"resourceType\": \"Observation\", \"id\": \"p\", \"status\": \"final\",\n\
         \"code\": {\"text\": \"c\"}, \"valueQuantity\": {\"value\": 2.50}}}]}",
    );
    for (arguments, table) in [
        (vec![&patients, "--from", &lines], "id,born,family\r\na,1970-06,\"A, B\"\r\nb,,\r\n"),
        (
            vec![&patients, "--from", &lines, "--limit", "1", "--no-header"],
            "a,1970-06,\"A, B\"\r\n",
        ),
        (
            vec![&values, "--from", &lines, "--from", &bundle, "--format", "ndjson"],
            "{\"value\":1.10}\n{\"value\":2.50}\n",
        ),
        (vec![&patients, "--from", &bundle, "--format", "json"], "[]\n"),
    ] {
        let ran = cognate(&[&["view", "run"], arguments.as_slice()].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (0, table), "{arguments:?} {}", ran.stderr);
    }
    let out = at.join("table.parquet");
    let out = out.to_str().unwrap();
    let ran =
        cognate(&["view", "run", &patients, "--from", &lines, "--format", "parquet", "--out", out]);
    if cfg!(feature = "parquet") {
        assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
        assert!(ran.stderr.contains("2 rows"), "{}", ran.stderr);
        let file = std::fs::read(out).unwrap();
        assert!(file.starts_with(b"PAR1") && file.ends_with(b"PAR1"));
    } else {
        assert_eq!(ran.code, 1);
    }
}

#[test]
fn the_store_becomes_a_table() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path().join("data");
    let store = ["--directory", at.to_str().unwrap()];
    assert_eq!(cognate(&[&["init"], &store[..]].concat()).code, 0);
    let bundle = demo("fhir/patients.transaction.json");
    let filed = cognate(&[&["ingest", bundle.to_str().unwrap()], &store[..]].concat());
    assert_eq!(filed.code, 0, "{}", filed.stderr);
    let file = write(directory.path(), "view.json", &view("Patient", &PATIENT[..1]));
    let ran = cognate(&[&["view", "run", &file], &store[..]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let ids: Vec<&str> = ran.stdout.lines().collect();
    assert!(ids.contains(&"ana-example") && ids.contains(&"ben-sample"), "{ids:?}");
    assert_eq!(ids[0], "id");
    assert!(ids[1..].is_sorted());
}

#[test]
fn what_is_wrong_ends_with_one_and_leaves_no_table() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let lines = write(at, "some.ndjson", RESOURCES);
    let broken = write(
        at,
        "broken.ndjson",
        &RESOURCES.replace("{\"resourceType\":\"Patient\",\"id\":\"b\"}", "{"),
    );
    let good = write(at, "good.json", &view("Patient", &PATIENT));
    let typo = write(at, "typo.json", &view("Patient", &[("id", "nmae.foo()")]));
    let misfit = write(at, "misfit.json", &view("Patient", &[("x", "name.family + 1")]));
    let letter = write(at, "letter.json", "Dear colleague,");
    let none = at.join("none.json").to_str().unwrap().to_owned();
    let out = at.join("out.csv");
    for (view, from, words) in [
        (&typo, &lines, "ViewDefinition.select[0].column[0].path: the function `foo`"),
        (&misfit, &lines, "(in Patient/a)"),
        (&letter, &lines, "is no ViewDefinition"),
        (&none, &lines, "cannot be read"),
        (&good, &none, "none.json"),
        (&good, &broken, "line 4"),
    ] {
        let out = out.to_str().unwrap();
        let ran = cognate(&["view", "run", view, "--from", from, "--out", out]);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{view}");
        assert!(ran.stderr.contains(words), "{words} is not in {}", ran.stderr);
        assert!(!ran.stderr.contains("A, B"), "{}", ran.stderr);
        let left: Vec<_> = std::fs::read_dir(at).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert!(!left.iter().any(|name| name.to_str().unwrap().starts_with("out.csv")), "{left:?}");
    }
}
