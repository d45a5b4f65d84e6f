//! What is said once is kept once, in as few rows as it takes to be found.

use super::follow::found;
use super::{access, open};
use crate::limit::INDEXED_BYTES_MAX;
use crate::store::values;
use crate::{Commit, Condition, ResourceChange, Role};
use serde_json::{Value, json};

/// What nobody else says is told by its token and takes no second row; what is said in several
/// ways is known by all of them.
#[test]
fn what_is_one_token_is_kept_once_beside_what_has_it_among_others() {
    let (record, _directory) = open();
    let code = |codes: &[&str]| -> Vec<Value> {
        codes.iter().map(|code| json!({"system": "urn:a", "code": code})).collect()
    };
    let long = "x".repeat(INDEXED_BYTES_MAX + 3);
    let (one, other) = (format!("{long}1"), format!("{long}2"));
    let codes: [&[&str]; 6] = [&["a"], &["a", "b"], &["b"], &["a"], &[&one], &[&other]];
    let mut changes = Vec::new();
    for (number, codes) in codes.iter().enumerate() {
        let resource = json!({"resourceType": "Observation", "id": format!("o{number}"),
            "status": "final", "code": {"coding": code(codes)},
            "focus": [{"reference": "Basic/b7"}, {"reference": "urn:uuid:0"}],
            "identifier": [{"system": "urn:n", "value": number.to_string()}]});
        changes.push(ResourceChange::put(resource, vec![], Condition::Any));
    }
    let commit = Commit { changes, ..Commit::default() };
    record.commit(&access(Role::Interface), commit).unwrap();
    let all = ["o0", "o1", "o2", "o3", "o4", "o5"];
    for (name, value, expected) in [
        ("code", "urn:a|a", &["o0", "o1", "o3"][..]),
        ("code", "a", &["o0", "o1", "o3"]),
        ("code", "urn:a|b", &["o1", "o2"]),
        ("code", "urn:b|b", &[]),
        ("identifier", "urn:n|3", &["o3"]),
        ("identifier", "4", &["o4"]),
        ("focus", "Basic/b7", &all),
        // The id alone: `focus` may lead to anything.
        ("focus", "b7", &all),
        ("focus", "urn:uuid:0", &all),
        ("focus", "Patient/b7", &[]),
    ] {
        assert_eq!(found(&record, name, value), expected, "{name}={value}");
    }
    let count = |sql: &str| {
        let row = record.inner.record.read(|executor| executor.one(sql, values!["t1"]));
        row.unwrap().count(0).unwrap()
    };
    // Both codes together, and the two that are too long to be told by what is indexed of them.
    assert_eq!(count("SELECT count(*) FROM search_concept WHERE tenant = $1"), 3);
    // Tokens: a, b; both together; the two long ones; six identifiers; two references; `final`; the
    // systems of codes and identifiers.
    assert_eq!(count("SELECT count(*) FROM search_token WHERE tenant = $1"), 17);
}
