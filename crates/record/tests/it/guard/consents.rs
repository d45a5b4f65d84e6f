//! What the consents of IHE Privacy Consent on FHIR state, in resources of our own, and what they
//! are to lead to: the table of conformance. Basic, intermediate and advanced (1.1, Volume 1 §53).

use super::{FAR_AWAY, LONG_AGO, care, consent, file, labelled, sees, somebody, two};
use crate::support::{access, commit, observation};
use record::{Access, ActorReference, Condition, Purpose, Record, ResourceChange, Role};
use serde_json::{Value, json};

/// The clock of the tests is at the beginning of 2026.
const BEFORE: &str = "2025-12-31";
const AFTER: &str = "2027-01-01";

fn purpose(codes: &[&str]) -> Value {
    codes.iter().map(|code| json!({"code": code})).collect()
}

/// Who may read `o1` of `p1`: in treatment, by another doctor, for research, in an emergency.
fn outcome(record: &Record) -> [bool; 4] {
    let of = |actor, role, purpose| somebody(actor, role, purpose);
    let emergency = {
        let doctor = of("account:ana", Role::Prescriber, Purpose::Treatment);
        let patient = model::PatientId::new("p1");
        record.emergency_access(&doctor, &patient).unwrap().unwrap()
    };
    // Through an application a person has the same rights.
    for person in ["account:ana", "account:bob"] {
        let own = somebody(person, Role::Prescriber, Purpose::Treatment);
        let through = own.clone().through_application("client:app");
        assert_eq!(sees(record, &own, "o1"), sees(record, &through, "o1"), "{person}");
    }
    [
        sees(record, &of("account:ana", Role::Prescriber, Purpose::Treatment), "o1"),
        sees(record, &of("account:bob", Role::Prescriber, Purpose::Treatment), "o1"),
        sees(record, &of("account:rita", Role::Researcher, Purpose::Research), "o1"),
        sees(record, &emergency, "o1"),
    ]
}

fn ready() -> super::Fixture {
    let fixture = two();
    let record = &fixture.record;
    let operator = access(Role::Operator);
    for (actor, reference) in
        [("account:ana", "Practitioner/ana"), ("account:bob", "Practitioner/bob")]
    {
        let known = ActorReference { actor: actor.to_owned(), reference: reference.to_owned() };
        record.set_actor_reference(&operator, known, true).unwrap();
    }
    let wish = record::NewEmergency {
        patient: model::PatientId::new("p1"),
        reason: record::EmergencyReason::LifeThreatening,
        text: "no pulse in the ambulance".to_owned(),
    };
    let doctor = somebody("account:ana", Role::Prescriber, Purpose::Treatment);
    record.open_emergency(&doctor, wish).unwrap();
    fixture
}

fn practitioner(id: &str) -> Value {
    json!([{"role": {"coding": [{"code": "IRCP"}]},
        "reference": {"reference": format!("Practitioner/{id}")}}])
}

/// A name, the provision, and the outcome: ana, bob, research, emergency.
fn cases() -> Vec<(&'static str, Value, [bool; 4])> {
    let all = purpose(&["TREAT", "HPAYMT", "HOPERAT"]);
    vec![
        // Basic: all or nothing of an overarching policy.
        ("none", Value::Null, [true, true, false, true]),
        ("permit", json!({"type": "permit", "purpose": all}), [true, true, false, true]),
        ("permit, nothing named", json!({"type": "permit"}), [true, true, false, true]),
        ("dissent", json!({"type": "deny"}), [false, false, false, true]),
        (
            "dissent to treatment",
            json!({"type": "deny", "purpose": purpose(&["TREAT"])}),
            [false, false, false, true],
        ),
        (
            "dissent with no emergency",
            json!({"type": "deny", "purpose": purpose(&["TREAT", "ETREAT"])}),
            [false, false, false, false],
        ),
        (
            "break-glass only",
            json!({"type": "deny", "provision": [
            {"type": "permit", "purpose": purpose(&["BTG"])}]}),
            [false, false, false, true],
        ),
        // Intermediate: time, purpose, whom, what.
        ("over", json!({"type": "deny", "period": {"end": BEFORE}}), [true, true, false, true]),
        ("to come", json!({"type": "deny", "period": {"start": AFTER}}), [true, true, false, true]),
        (
            "in its time",
            json!({"type": "deny", "period": {"start": BEFORE, "end": AFTER}}),
            [false, false, false, true],
        ),
        (
            "research",
            json!({"type": "permit", "purpose": purpose(&["HRESCH"])}),
            [true, true, true, true],
        ),
        (
            "research beside treatment",
            json!({"type": "permit", "provision": [
            {"type": "permit", "purpose": purpose(&["HRESCH"])}]}),
            [true, true, true, true],
        ),
        (
            "research as an exception",
            json!({"type": "deny", "purpose": purpose(&["HRESCH"]),
            "provision": [{"type": "permit", "actor": [{"reference": {"identifier": {
                "system": "urn:cognate:actor", "value": "account:rita"}}}]}]}),
            [true, true, true, true],
        ),
        (
            "not bob",
            json!({"type": "permit", "provision": [
            {"type": "deny", "actor": practitioner("bob")}]}),
            [true, false, false, true],
        ),
        (
            "only ana",
            json!({"type": "deny", "provision": [
            {"type": "permit", "actor": practitioner("ana")}]}),
            [true, false, false, true],
        ),
        (
            "a role",
            json!({"type": "deny", "provision": [{"type": "permit", "actor": [{"reference": {
                "identifier": {"system": "urn:cognate:role", "value": "prescriber"}}}]}]}),
            [true, true, false, true],
        ),
        (
            "data of a time that is over",
            json!({"type": "deny", "dataPeriod": {"end": BEFORE}}),
            [true, true, false, true],
        ),
        (
            "data of this time",
            json!({"type": "deny", "dataPeriod": {"start": BEFORE}}),
            [false, false, false, true],
        ),
        (
            "this resource",
            json!({"type": "permit", "provision": [{"type": "deny", "data": [
            {"meaning": "instance", "reference": {"reference": "Observation/o1"}}]}]}),
            [false, false, false, true],
        ),
        (
            "another resource",
            json!({"type": "permit", "provision": [{"type": "deny", "data": [
            {"meaning": "instance", "reference": {"reference": "Observation/o9"}}]}]}),
            [true, true, false, true],
        ),
        (
            "this type",
            json!({"type": "permit", "provision": [{"type": "deny", "class": [
            {"system": "http://hl7.org/fhir/resource-types", "code": "Observation"}]}]}),
            [false, false, false, true],
        ),
        (
            "another type",
            json!({"type": "permit", "provision": [{"type": "deny", "class": [
            {"system": "http://hl7.org/fhir/resource-types", "code": "Condition"}]}]}),
            [true, true, false, true],
        ),
        (
            "writing alone",
            json!({"type": "deny", "action": [{"coding": [{"code": "correct"}]}]}),
            [true, true, false, true],
        ),
        // Exceptions of exceptions: the innermost one that applies.
        (
            "three deep",
            json!({"type": "deny", "provision": [{"type": "permit",
            "actor": practitioner("ana"), "provision": [{"type": "deny", "class": [
            {"system": "http://hl7.org/fhir/resource-types", "code": "Observation"}]}]}]}),
            [false, false, false, true],
        ),
        (
            "exceptions that contradict",
            json!({"type": "deny", "provision": [
            {"type": "permit", "actor": practitioner("ana")},
            {"type": "permit", "actor": practitioner("bob"), "provision": [
                {"type": "deny", "purpose": purpose(&["TREAT"])}]}]}),
            [true, false, false, true],
        ),
        // What is not understood gives nothing, and refuses more.
        (
            "a purpose nobody knows",
            json!({"type": "permit", "purpose": purpose(&["HRESCH", "XX"])}),
            [true, true, false, true],
        ),
        (
            "a refusal nobody knows",
            json!({"type": "deny", "code": [{"text": "my genes"}]}),
            [false, false, false, true],
        ),
        (
            "an exception nobody knows",
            json!({"type": "deny", "provision": [
            {"type": "permit", "code": [{"text": "my blood group"}]}]}),
            [false, false, false, true],
        ),
        ("a type nobody knows", json!({"type": "maybe"}), [false, false, false, true]),
        (
            "a time nobody can read",
            json!({"type": "deny", "period": {"end": "soon"}}),
            [false, false, false, true],
        ),
    ]
}

#[test]
fn each_consent_leads_to_what_it_states() {
    let fixture = ready();
    let record = &fixture.record;
    for (name, provision, expected) in cases() {
        file(record, consent("c1", "p1", provision));
        assert_eq!(outcome(record), expected, "{name}");
        // Of nobody else.
        let ana = somebody("account:ana", Role::Prescriber, Purpose::Treatment);
        assert!(sees(record, &ana, "o2"), "{name}");
    }
}

/// Advanced: by sensitivity label.
#[test]
fn consents_speak_of_labels() {
    let fixture = ready();
    let record = &fixture.record;
    care(record, "account:ana", "p1", LONG_AGO, FAR_AWAY);
    let security = |codes: &[&str]| -> Value { purpose(codes) };
    let plain = observation("o1", "p1", "x");
    let ana = somebody("account:ana", Role::Prescriber, Purpose::Treatment);
    let rest = json!({"type": "deny", "provision": [
        {"type": "permit", "securityLabel": security(&["N"])}]});
    let not_hiv = json!({"type": "permit", "provision": [
        {"type": "deny", "securityLabel": security(&["HIV"])}]});
    let only_hiv = json!({"type": "deny", "provision": [
        {"type": "permit", "securityLabel": security(&["HIV"])}]});
    let both = json!({"type": "deny", "provision": [
        {"type": "permit", "securityLabel": security(&["HIV", "PSY"])}]});
    let mut two_labels = plain.clone();
    two_labels["meta"]["security"] = security(&["HIV", "PSY"]);
    for (name, provision, resource, expected) in [
        ("only what carries none", &rest, plain.clone(), true),
        ("only what carries none", &rest, labelled(plain.clone(), "HIV"), false),
        ("not HIV", &not_hiv, plain.clone(), true),
        ("not HIV", &not_hiv, labelled(plain.clone(), "HIV"), false),
        ("not HIV", &not_hiv, labelled(plain.clone(), "PSY"), true),
        ("not HIV", &not_hiv, two_labels.clone(), false),
        ("only HIV", &only_hiv, labelled(plain.clone(), "HIV"), true),
        ("only HIV", &only_hiv, plain.clone(), false),
        ("only HIV", &only_hiv, two_labels.clone(), false),
        ("both", &both, two_labels.clone(), true),
    ] {
        file(record, resource.clone());
        file(record, consent("c1", "p1", provision.clone()));
        assert_eq!(sees(record, &ana, "o1"), expected, "{name}: {}", resource["meta"]);
    }
}

#[test]
fn a_withdrawal_counts_from_the_next_request_and_refusals_add_up() {
    let fixture = ready();
    let record = &fixture.record;
    let researcher = somebody("account:rita", Role::Researcher, Purpose::Research);
    let given = json!({"type": "permit", "purpose": purpose(&["HRESCH"])});
    file(record, consent("c1", "p1", given.clone()));
    assert!(sees(record, &researcher, "o1"));
    for status in ["inactive", "entered-in-error", "rejected", "draft", "proposed"] {
        let mut withdrawn = consent("c1", "p1", given.clone());
        withdrawn["status"] = json!(status);
        file(record, withdrawn);
        assert!(!sees(record, &researcher, "o1"), "{status}");
        file(record, consent("c1", "p1", given.clone()));
        assert!(sees(record, &researcher, "o1"));
    }
    // Another consent that refuses outweighs one that gives, whichever came first.
    file(record, consent("c2", "p1", json!({"type": "deny", "purpose": purpose(&["HRESCH"])})));
    assert!(!sees(record, &researcher, "o1"));
    file(record, consent("c1", "p1", given));
    assert!(!sees(record, &researcher, "o1"));
    let gone = ResourceChange::Delete {
        resource_type: "Consent".to_owned(),
        id: "c2".to_owned(),
        condition: Condition::Any,
    };
    commit(record, vec![gone]).unwrap();
    assert!(sees(record, &researcher, "o1"));
    // A consent that is moved to another patient is that one's.
    file(record, consent("c1", "p2", json!({"type": "permit", "purpose": purpose(&["HRESCH"])})));
    assert!(!sees(record, &researcher, "o1") && sees(record, &researcher, "o2"));
}

#[test]
fn an_export_that_runs_stops_showing_what_is_refused_meanwhile() {
    let fixture = two();
    let record = &fixture.record;
    let client = access(Role::ServiceClient);
    let request = record::ExportRequest {
        level: record::ExportLevel::System,
        types: vec![],
        since: None,
        until: None,
        url: String::new(),
        research: None,
    };
    let job = record.begin_export(&client, request).unwrap();
    let chunk = |after: &str| {
        let page = record.export_page(&client, &job, "Observation", after, 1).unwrap();
        page.entries.iter().map(|entry| entry.reference.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(chunk(""), ["o1"]);
    assert_eq!(chunk("o1"), ["o2"]);
    file(record, consent("c1", "p2", json!({"type": "deny"})));
    assert!(chunk("o1").is_empty());
}

#[test]
fn a_consent_that_says_too_much_is_not_filed() {
    let fixture = two();
    let mut deep = json!({"type": "deny"});
    for _ in 0..9 {
        deep = json!({"type": "deny", "provision": [deep]});
    }
    let many: Vec<Value> = (0..2100)
        .map(|n| json!({"reference": {"reference": format!("Practitioner/{n}")}}))
        .collect();
    for provision in [deep, json!({"type": "deny", "actor": many})] {
        let resource = consent("c1", "p1", provision);
        let refused = commit(&fixture.record, vec![crate::support::put(resource)]);
        assert!(matches!(refused, Err(record::Failure::Invalid { .. })), "{refused:?}");
    }
}

#[test]
fn an_application_that_is_refused_is_so_to_whoever_asks_through_it() {
    let fixture = ready();
    let record = &fixture.record;
    let known =
        ActorReference { actor: "client:app".to_owned(), reference: "Practitioner/app".to_owned() };
    record.set_actor_reference(&access(Role::Operator), known, true).unwrap();
    let ana = somebody("account:ana", Role::Prescriber, Purpose::Treatment);
    let through = |application: &str| ana.clone().through_application(application);
    let asks = |access: &Access| sees(record, access, "o1");
    assert!(asks(&ana) && asks(&through("client:app")));
    let given = json!({"type": "permit", "provision": [
        {"type": "deny", "actor": practitioner("app")}]});
    file(record, consent("c1", "p1", given));
    assert!(asks(&ana) && !asks(&through("client:app")) && asks(&through("client:other")));
    // A name that looks like both is one of a person.
    let odd = somebody("account:ana@client:app", Role::Prescriber, Purpose::Treatment);
    assert!(asks(&odd), "nothing is refused to a person of this name");
}
