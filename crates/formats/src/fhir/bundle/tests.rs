use super::*;
use serde_json::json;
use std::collections::BTreeMap;

fn put(id: usize) -> Value {
    json!({"resource": {"resourceType": "Patient", "id": format!("p{id}")},
        "request": {"method": "PUT", "url": format!("Patient/p{id}")}})
}

fn bundle(entries: impl IntoIterator<Item = Value>) -> Value {
    let entries: Vec<Value> = entries.into_iter().collect();
    json!({"resourceType": "Bundle", "type": "transaction", "entry": entries})
}

fn only_fault(value: Value) -> (String, String) {
    let problems = transaction(value).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:?}");
    (problems[0].code.clone(), problems[0].place.clone())
}

#[test]
fn entries_come_in_processing_order() {
    let post = json!({"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Observation"},
        "request": {"method": "POST", "url": "Observation", "ifNoneExist": "identifier=a|b"}});
    let get = json!({"request": {"method": "GET", "url": "Patient/1/_history/2"}});
    let search = json!({"request": {"method": "GET", "url": "Patient?name=x"}});
    let delete = json!({"request": {"method": "DELETE", "url": "Patient/9", "ifMatch": "W/\"1\""}});
    let read = transaction(bundle(vec![get, put(1), search, post, put(2), delete])).unwrap();
    assert_eq!(read.entries.iter().map(|e| e.index).collect::<Vec<_>>(), [5, 3, 1, 4, 0, 2]);
    let [deleted, posted, ..] = read.entries.as_slice() else { panic!() };
    assert_eq!(deleted.if_match.as_deref(), Some("W/\"1\""));
    assert_eq!(posted.if_none_exist.as_deref(), Some("identifier=a|b"));
    assert_eq!(posted.full_url.as_deref(), Some("urn:uuid:1"));
    let versioned = &read.entries[4].url;
    assert_eq!(
        (versioned.id.as_deref(), versioned.rest.as_deref()),
        (Some("1"), Some("_history/2"))
    );
    assert_eq!(read.entries[5].url.query.as_deref(), Some("name=x"));
}

#[test]
fn entries_carry_their_names_and_the_digits_of_their_numbers() {
    let text = r#"{"resourceType":"Bundle","type":"transaction","entry":[
        {"fullUrl":"https://x/fhir/Observation/o","resource":{"resourceType":"Observation","n":1.0},
        "request":{"method":"POST","url":"Observation"}},
        {"fullUrl":"urn:uuid:2","resource":{"resourceType":"Observation","n":2.50},
        "request":{"method":"POST","url":"Observation"}}]}"#;
    let read = read(text.as_bytes()).unwrap();
    let [first, second] = read.entries.as_slice() else { panic!() };
    assert_eq!(first.names(), ["https://x/fhir/Observation/o", "Observation/o"]);
    assert_eq!(second.names(), ["urn:uuid:2"]);
    let literals: Vec<(&str, &str)> =
        second.literals.iter().map(|(at, text)| (&**at, &**text)).collect();
    assert_eq!(literals, [("n", "2.50")]);
}

#[test]
fn resources_are_checked_with_the_place_of_their_entry() {
    let mut wrong = put(1);
    wrong["resource"]["gender"] = "F".into();
    let problems = transaction(bundle(vec![put(0), wrong])).unwrap().check();
    let places: Vec<&str> = problems.iter().map(|problem| problem.place.as_str()).collect();
    assert_eq!(places, ["Bundle.entry[1].resource.gender"]);
}

#[test]
fn a_batch_keeps_its_order() {
    let get = json!({"request": {"method": "GET", "url": "metadata"}});
    assert!(transaction(bundle(vec![get])).is_err());
    let get = json!({"request": {"method": "GET", "url": "Patient/1"}});
    let mut batch = bundle(vec![get, put(1)]);
    batch["type"] = "batch".into();
    let read = transaction(batch).unwrap();
    assert_eq!(read.kind, Kind::Batch);
    assert_eq!(read.entries.iter().map(|e| e.index).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn faults_name_their_entry() {
    let with = |change: fn(&mut Value)| {
        let mut entry = put(1);
        change(&mut entry);
        only_fault(bundle(vec![put(0), entry]))
    };
    for (fault, code, below) in [
        (with(|e| e["request"]["method"] = "TAKE".into()), "bad-code", "request.method"),
        (with(|e| e["request"]["url"] = "Nothing/1".into()), "bad-url", "request.url"),
        (with(|e| e["request"]["url"] = "../Patient/1".into()), "bad-url", "request.url"),
        (with(|e| e["request"]["url"] = "Patient".into()), "bad-url", "request.url"),
        (with(|e| e["request"]["url"] = "Patient/2".into()), "id-mismatch", "request.url"),
        (with(|e| e["request"]["url"] = "Group/p1".into()), "type-mismatch", "request.url"),
        (with(|e| e["request"]["url"] = "Patient/p0".into()), "id-mismatch", "request.url"),
        (with(|e| e["resource"] = Value::Null), "missing-element", "resource"),
        (with(|e| e["request"] = json!({"method": "PUT"})), "bad-url", "request.url"),
        (with(|e| *e = json!({"fullUrl": "x"})), "missing-element", "request"),
        (with(|e| *e = put(0)), "changed-twice", "request.url"),
    ] {
        assert_eq!(fault, (code.to_owned(), format!("Bundle.entry[1].{below}")));
    }
    let mut twice = vec![put(0), put(1)];
    for entry in &mut twice {
        entry["fullUrl"] = "urn:uuid:1".into();
    }
    assert_eq!(only_fault(bundle(twice)).0, "duplicate-url");
    let searchset = json!({"resourceType": "Bundle", "type": "searchset"});
    assert_eq!(only_fault(searchset).0, "bad-bundle-type");
    assert_eq!(only_fault(json!({"resourceType": "Patient"})).0, "not-a-bundle");
}

#[test]
fn entries_are_limited() {
    let with = |count: usize| bundle((0..count).map(put));
    assert_eq!(transaction(with(ENTRIES_MAX)).unwrap().entries.len(), ENTRIES_MAX);
    assert_eq!(only_fault(with(ENTRIES_MAX + 1)).0, "too-many-entries");
}

#[test]
fn bytes_are_limited() {
    let mut bytes = bundle(vec![put(1)]).to_string().into_bytes();
    bytes.resize(BUNDLE_BYTES_MAX, b' ');
    assert!(read(&bytes).is_ok());
    bytes.push(b' ');
    assert_eq!(read(&bytes).unwrap_err()[0].code, "too-long");
}

#[test]
fn references_are_rewritten_and_the_rest_is_named() {
    let mut resource = json!({
        "resourceType": "Observation",
        "identifier": [{"value": "urn:uuid:1"}],
        "subject": {"reference": "urn:uuid:1"},
        "performer": [{"reference": "Organization?identifier=a|b"}, {"reference": "urn:uuid:9"}],
        "derivedFrom": [{"reference": "urn:uuid:1#part"}, {"reference": "Observation/7"}],
        "valueAttachment": {"url": "urn:uuid:1"},
    });
    assert_eq!(conditional_references(&resource), ["Organization?identifier=a|b"]);
    let map = BTreeMap::from([
        ("urn:uuid:1".to_owned(), "Patient/1".to_owned()),
        ("Organization?identifier=a|b".to_owned(), "Organization/o".to_owned()),
    ]);
    assert_eq!(rewrite_references(&mut resource, &map), ["urn:uuid:9"]);
    let at = |path: &str| resource.pointer(path).and_then(Value::as_str);
    assert_eq!(at("/subject/reference"), Some("Patient/1"));
    assert_eq!(at("/performer/0/reference"), Some("Organization/o"));
    assert_eq!(at("/derivedFrom/0/reference"), Some("Patient/1#part"));
    assert_eq!(at("/derivedFrom/1/reference"), Some("Observation/7"));
    assert_eq!(at("/valueAttachment/url"), Some("Patient/1"));
    assert_eq!(at("/identifier/0/value"), Some("urn:uuid:1"));
}

#[test]
fn a_bundle_inside_is_a_world_of_its_own() {
    let inner = json!({"resourceType": "Bundle", "type": "collection", "entry": [
        {"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Patient"}},
        {"resource": {"resourceType": "Observation", "subject": {"reference": "urn:uuid:1"},
            "specimen": {"reference": "Specimen?identifier=a|1"}}}]});
    let mut held = inner.clone();
    let map = BTreeMap::from([("urn:uuid:1".to_owned(), "Patient/p".to_owned())]);
    assert_eq!(rewrite_references(&mut held, &map), Vec::<String>::new());
    assert_eq!(conditional_references(&held), Vec::<String>::new());
    let mut held = json!({"resourceType": "Parameters", "parameter": [
        {"resource": inner.clone()}, {"valueReference": {"reference": "urn:uuid:1"}}]});
    assert_eq!(rewrite_references(&mut held, &map), Vec::<String>::new());
    assert_eq!(held["parameter"][0]["resource"], inner);
    assert_eq!(held["parameter"][1]["valueReference"]["reference"], "Patient/p");
}
