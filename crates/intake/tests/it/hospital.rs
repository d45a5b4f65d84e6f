//! What hospitals send beside results: orders, documents, and who is who.

use crate::support::{ANA, Fixture, fixture};
use intake::Feed;
use intake::receive::KINDS;
use intake::work::stated_identity;
use record::{RawState, RawSummary};
use serde_json::Value;

const NUMBER: &str = "100001^^^COGNATE-DEMO^MR";

/// A record with a feed that takes everything.
fn hospital() -> Fixture {
    let mut fixture = fixture();
    let takes = KINDS.map(str::to_owned).to_vec();
    fixture.feed = Feed { takes, ..fixture.feed };
    fixture
}

fn message(kind: &str, control: &str, rest: &str) -> String {
    format!("MSH|^~\\&|HIS|NORTH|COG|DEMO|20260112093000+0000||{kind}|{control}|P|2.5.1\r{rest}")
}

fn pid(number: &str, name: &str, born: &str) -> String {
    format!("PID|1||{number}||{name}||{born}|F\r")
}

fn ana() -> String {
    pid(NUMBER, "EXAMPLE^Ana", "19610402")
}

fn order(control: &str, id: &str, placer: &str) -> String {
    let pid = ana();
    let rest = format!(
        "{pid}ORC|{control}|{placer}^COGNATE-DEMO|||||||20260106\r\
         OBR|1|{placer}^COGNATE-DEMO||PGX-2C19^CYP2C19^99NSML\rNTE|1||Before clopidogrel\r"
    );
    message("OML^O21^OML_O21", id, &rest)
}

fn orders(fixture: &Fixture) -> Vec<Value> {
    let mut ids: Vec<String> = fixture
        .changes(0)
        .into_iter()
        .filter(|change| change.resource_type == "ServiceRequest")
        .map(|change| change.id)
        .collect();
    ids.sort();
    ids.dedup();
    ids.iter().map(|id| fixture.read("ServiceRequest", id)).collect()
}

fn patient(fixture: &Fixture, id: &str) -> Value {
    fixture.read("Patient", id)
}

fn reasons(fixture: &Fixture) -> Vec<String> {
    let open = fixture.record.reviews(&fixture.access(), true).unwrap();
    open.into_iter().map(|review| review.entry.reason).collect()
}

#[test]
fn a_result_finds_its_order_and_completes_it() {
    let fixture = hospital();
    fixture.file(&order("NW", "O-1", "PL-48810"));
    let [request] = orders(&fixture).try_into().unwrap();
    assert_eq!(
        (request["status"].as_str(), request["intent"].as_str()),
        (Some("active"), Some("order"))
    );
    assert_eq!(request["authoredOn"], "2026-01-06");
    assert_eq!(request["note"][0]["text"], "Before clopidogrel");
    let before = fixture.sequence();
    assert_eq!(fixture.file(ANA).state, RawState::Filed);
    let report = fixture.resource("DiagnosticReport", before);
    let reference = format!("ServiceRequest/{}", request["id"].as_str().unwrap());
    assert_eq!(report["basedOn"][0]["reference"], reference);
    assert_eq!(orders(&fixture)[0]["status"], "completed");
    // The same result again changes nothing.
    let before = fixture.sequence();
    fixture.file(&ANA.replace("20260112-0117", "20260112-0119"));
    assert!(fixture.changed(before).iter().all(|line| line.starts_with("Provenance")));
}

#[test]
fn an_order_is_changed_and_cancelled_as_the_same_order() {
    let fixture = hospital();
    for (control, status) in
        [("NW", "active"), ("HD", "on-hold"), ("RL", "active"), ("CA", "revoked")]
    {
        fixture.file(&order(control, &format!("O-{control}"), "PL-1"));
        let [request] = orders(&fixture).try_into().unwrap();
        assert_eq!(request["status"], status, "{control}");
    }
    fixture.file(&order("NW", "O-2", "PL-2"));
    assert_eq!(orders(&fixture).len(), 2);
}

#[test]
fn a_result_whose_order_is_anothers_or_unknown_waits_for_a_person() {
    let fixture = hospital();
    let of_ben = order("NW", "O-1", "PL-48810")
        .replace("100001", "100002")
        .replace("EXAMPLE^Ana", "SAMPLE^Ben")
        .replace("19610402|F", "19740913|M");
    let filed = fixture.file(&of_ben);
    assert_eq!(filed.state, RawState::Filed, "{filed:?}");
    assert_eq!(fixture.file(ANA).state, RawState::Unmatched);
    assert_eq!(reasons(&fixture), ["other-order"]);
    let mut strict = hospital();
    strict.feed.orders_required = true;
    assert_eq!(strict.file(ANA).state, RawState::Unmatched);
    assert_eq!(reasons(&strict), ["no-order"]);
}

#[test]
fn a_document_is_filed_as_it_is_and_replaced_by_another() {
    let fixture = hospital();
    let text = |id: &str, number: &str, parent: &str, status: &str| {
        let rest = format!(
            "{}TXA|1|PGX^Pharmacogenetic report^L||||||||||{number}^NSML|{parent}||||{status}\r\
             OBX|1|ED|PDF^Report^L||^application^pdf^Base64^JVBERi0xLjQKJSVFT0YK||||||F\r",
            ana()
        );
        message("MDM^T02^MDM_T02", id, &rest)
    };
    let before = fixture.sequence();
    assert_eq!(fixture.file(&text("D-1", "77", "", "IP")).state, RawState::Filed);
    let first = fixture.resource("DocumentReference", before);
    assert_eq!(
        (first["docStatus"].as_str(), first["status"].as_str()),
        (Some("preliminary"), Some("current"))
    );
    assert_eq!(first["content"][0]["attachment"]["contentType"], "application/pdf");
    assert_eq!(first["masterIdentifier"]["value"], "77");
    // The same document, now signed, is the next version of it.
    fixture.file(&text("D-2", "77", "", "LA"));
    let id = first["id"].as_str().unwrap();
    assert_eq!(fixture.read("DocumentReference", id)["docStatus"], "final");
    let before = fixture.sequence();
    fixture.file(&text("D-3", "78", "77^NSML", "LA"));
    let second = fixture.resource("DocumentReference", before);
    assert_eq!(second["relatesTo"][0]["target"]["reference"], format!("DocumentReference/{id}"));
    // Nothing is concluded from it.
    assert!(fixture.findings("ana-example").is_empty());
    let without = message("MDM^T02^MDM_T02", "D-4", &format!("{}TXA|1|X\r", ana()));
    assert_eq!(fixture.file(&without).state, RawState::ParseError);
}

fn adt(trigger: &str, id: &str, rest: &str) -> String {
    message(&format!("ADT^{trigger}"), id, &format!("EVN||20260112\r{rest}"))
}

fn note(filed: &RawSummary) -> String {
    filed
        .problems
        .iter()
        .find(|one| one.code == "nothing-to-do")
        .map(|one| one.text.clone())
        .unwrap_or_default()
}

#[test]
fn demographics_are_taken_over_and_an_overlay_is_not() {
    let fixture = hospital();
    let filed = fixture.file(&adt("A08", "A-1", &pid(NUMBER, "MARRIED^Ana", "19610402")));
    assert_eq!(filed.state, RawState::Filed);
    let ana = patient(&fixture, "ana-example");
    assert_eq!(
        (ana["name"][0]["family"].as_str(), ana["name"][0]["use"].as_str()),
        (Some("MARRIED"), Some("official"))
    );
    assert_eq!(ana["name"][1]["use"], "old");
    // The same again, and somebody whom nobody here knows.
    let before = fixture.sequence();
    let again = fixture.file(&adt("A31", "A-2", &pid(NUMBER, "MARRIED^Ana", "19610402")));
    assert!(note(&again).contains("is known"), "{again:?}");
    let unknown = fixture.file(&adt("A08", "A-3", &pid("9^^^COGNATE-DEMO", "X^Y", "19700101")));
    assert!(note(&unknown).contains("nobody here"), "{unknown:?}");
    assert_eq!(fixture.sequence(), before);
    // Another name and another birth date under the number: somebody else got it.
    let overlay = fixture.file(&adt("A08", "A-4", &pid(NUMBER, "OTHER^Person", "19990101")));
    assert_eq!(overlay.state, RawState::Unmatched);
    assert_eq!(reasons(&fixture), ["overlay"]);
    let raw = fixture.record.raw(&fixture.access(), &overlay.id).unwrap().unwrap();
    assert_eq!(stated_identity(&raw).unwrap().names[0].family, "OTHER");
    assert_eq!(patient(&fixture, "ana-example")["birthDate"], "1961-04-02");
}

#[test]
fn a_merge_moves_numbers_and_an_unlink_moves_them_back() {
    let fixture = hospital();
    let (ana_before, ben_before) =
        (patient(&fixture, "ana-example"), patient(&fixture, "ben-sample"));
    let mrg = "MRG|100002^^^COGNATE-DEMO^MR\r";
    let filed = fixture.file(&adt("A40", "M-1", &format!("{}{mrg}", ana())));
    assert_eq!(filed.state, RawState::Filed, "{filed:?}");
    let (ana_after, ben) = (patient(&fixture, "ana-example"), patient(&fixture, "ben-sample"));
    assert_eq!(ben["active"], false);
    assert_eq!(ben["link"][0]["type"], "replaced-by");
    assert!(ben.get("identifier").is_none());
    assert_eq!(ana_after["link"][0]["other"]["reference"], "Patient/ben-sample");
    assert!(ana_after.to_string().contains("100002"));
    assert_eq!(reasons(&fixture), ["merged"]);
    let entry = &fixture.record.reviews(&fixture.access(), true).unwrap()[0].entry;
    assert!(!intake::work::is_hold(entry), "its message is filed");
    assert!(entry.text.contains("now counts for the one that stays"), "{}", entry.text);
    // A result under the number that was taken over is the survivor's.
    let result = fixture.file(&ANA.replace("100001^^^", "100002^^^").replace("0117", "0121"));
    assert_eq!(result.state, RawState::Filed, "{result:?}");
    assert!(!fixture.findings("ana-example").is_empty());
    let again = fixture.file(&adt("A40", "M-2", &format!("{}{mrg}", ana())));
    assert!(note(&again).contains("one person already"), "{again:?}");
    // And back.
    let both = format!("{}PID|2||100002^^^COGNATE-DEMO^MR\r", ana());
    assert_eq!(fixture.file(&adt("A37", "M-3", &both)).state, RawState::Filed);
    let same = |mut now: Value, mut before: Value| {
        for value in [&mut now, &mut before] {
            let object = value.as_object_mut().unwrap();
            object.remove("meta");
            object.remove("active");
        }
        assert_eq!(now, before);
    };
    same(patient(&fixture, "ana-example"), ana_before);
    same(patient(&fixture, "ben-sample"), ben_before);
    assert!(note(&fixture.file(&adt("A37", "M-4", &both))).contains("no records"));
}

#[test]
fn a_number_is_changed_and_changed_back() {
    let fixture = hospital();
    let change = |id: &str, new: &str, old: &str| {
        let person = pid(&format!("{new}^^^COGNATE-DEMO^MR"), "EXAMPLE^Ana", "19610402");
        fixture.file(&adt("A47", id, &format!("{person}MRG|{old}^^^COGNATE-DEMO^MR\r")))
    };
    let uses = || -> Vec<(String, Option<String>)> {
        let ana = patient(&fixture, "ana-example");
        let numbers = ana["identifier"].as_array().unwrap();
        let one = |number: &Value| {
            let text = |name: &str| number[name].as_str().map(str::to_owned);
            (text("value").unwrap(), text("use"))
        };
        numbers
            .iter()
            .map(one)
            .filter(|(value, _)| value.starts_with("10000") || value == "55")
            .collect()
    };
    let old = Some("old".to_owned());
    assert_eq!(change("N-1", "55", "100001").state, RawState::Filed);
    assert_eq!(uses(), [("100001".to_owned(), old.clone()), ("55".to_owned(), None)]);
    // The old number still finds the person.
    assert_eq!(fixture.file(ANA).state, RawState::Filed);
    change("N-2", "100001", "55");
    assert_eq!(uses(), [("100001".to_owned(), None), ("55".to_owned(), old)]);
    // A number that is another's is for a person to decide.
    assert_eq!(change("N-3", "100002", "100001").state, RawState::Unmatched);
    assert_eq!(reasons(&fixture), ["ambiguous"]);
}
