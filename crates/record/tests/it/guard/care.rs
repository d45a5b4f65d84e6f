//! Who cares for whom by what is filed: visits, teams, episodes and general practitioners.

use super::{consent, file, labelled, sees, somebody, two};
use crate::support::{access, commit, observation, put};
use model::{PatientId, Timestamp};
use record::{
    Access, ActorReference, Care, Condition, LinkKind, Purpose, Record, ResourceChange, Role,
};
use serde_json::{Value, json};

/// The clock of the tests is at the beginning of 2026.
const BEFORE: &str = "2025-12-31";
const AFTER: &str = "2027-01-01";

fn doctor(login: &str) -> Access {
    somebody(&format!("account:{login}"), Role::Prescriber, Purpose::Treatment)
}

fn link(record: &Record, login: &str, resource: &str) {
    record.put_link(&access(Role::Operator), login, LinkKind::Resource, resource).unwrap();
}

/// Ana and bob are practitioners; what is known of both patients is for who cares for them.
fn ready() -> super::Fixture {
    let fixture = two();
    for (id, patient) in [("o1", "p1"), ("o2", "p2")] {
        file(&fixture.record, labelled(observation(id, patient, "x"), "R"));
    }
    link(&fixture.record, "ana", "Practitioner/ana");
    link(&fixture.record, "bob", "Practitioner/bob");
    fixture
}

fn of(id: &str) -> Value {
    json!({"reference": id})
}

fn visit(status: &str, period: &Value, who: &[&str]) -> Value {
    let participant: Vec<Value> = who.iter().map(|id| json!({"individual": of(id)})).collect();
    json!({"resourceType": "Encounter", "id": "e1", "status": status, "period": period,
        "subject": of("Patient/p1"), "participant": participant})
}

fn team(id: &str, patient: Option<&str>, members: &[&str]) -> Value {
    let participant: Vec<Value> = members.iter().map(|id| json!({"member": of(id)})).collect();
    let mut team = json!({"resourceType": "CareTeam", "id": id, "status": "active",
        "participant": participant});
    if let Some(patient) = patient {
        team["subject"] = of(&format!("Patient/{patient}"));
    }
    team
}

fn remove(record: &Record, resource_type: &str, id: &str) {
    let (resource_type, id) = (resource_type.to_owned(), id.to_owned());
    let change = ResourceChange::Delete { resource_type, id, condition: Condition::Any };
    commit(record, vec![change]).unwrap();
}

/// Whether ana sees what is known of p1, and bob does; nobody sees p2.
fn outcome(record: &Record) -> [bool; 2] {
    for login in ["ana", "bob"] {
        assert!(!sees(record, &doctor(login), "o2"), "{login} does not care for the other");
    }
    ["ana", "bob"].map(|login| sees(record, &doctor(login), "o1"))
}

fn cares(record: &Record) -> Vec<Care> {
    record.care_of(&access(Role::Operator), &PatientId::new("p1")).unwrap()
}

#[test]
fn a_visit_is_a_relationship_while_it_lasts() {
    let both = json!({"start": BEFORE, "end": AFTER});
    for (status, period, expected) in [
        ("in-progress", json!({}), true),
        ("in-progress", both.clone(), true),
        ("in-progress", json!({"start": AFTER}), false),
        ("in-progress", json!({"end": BEFORE}), false),
        ("planned", json!({"start": BEFORE}), true),
        ("planned", json!({}), false),
        ("finished", both.clone(), true),
        ("finished", json!({"start": BEFORE}), false),
        ("cancelled", both, false),
    ] {
        let fixture = ready();
        let record = &fixture.record;
        assert_eq!(outcome(record), [false, false]);
        file(record, visit(status, &period, &["Practitioner/ana"]));
        assert_eq!(outcome(record), [expected, false], "{status} {period}");
    }
}

#[test]
fn what_is_amended_or_deleted_takes_its_relationships_back() {
    let fixture = ready();
    let record = &fixture.record;
    let open = json!({"start": BEFORE});
    file(record, visit("in-progress", &open, &["Practitioner/ana", "Practitioner/bob"]));
    assert_eq!(outcome(record), [true, true]);
    // Somebody else takes over.
    file(record, visit("in-progress", &open, &["Practitioner/bob"]));
    assert_eq!(outcome(record), [false, true]);
    // What was is kept, with its end.
    let found = cares(record);
    let of_ana = found.iter().find(|care| care.actor == "Practitioner/ana").unwrap();
    assert_eq!(of_ana.source, "Encounter/e1");
    let ended = Timestamp::from_micros(record.now().micros());
    assert!(of_ana.begins < of_ana.ends && of_ana.ends < ended, "{of_ana:?}");
    // It was about somebody else.
    let mut other = visit("in-progress", &open, &["Practitioner/bob"]);
    other["subject"] = of("Patient/p2");
    file(record, other);
    assert!(!sees(record, &doctor("bob"), "o1") && sees(record, &doctor("bob"), "o2"));
    file(record, visit("in-progress", &open, &["Practitioner/ana", "Practitioner/bob"]));
    assert_eq!(outcome(record), [true, true]);
    remove(record, "Encounter", "e1");
    assert_eq!(outcome(record), [false, false]);
    // And it is there again.
    file(record, visit("in-progress", &open, &["Practitioner/ana"]));
    assert_eq!(outcome(record), [true, false]);
    // An end that is said counts, whenever it is filed.
    file(
        record,
        visit("finished", &json!({"start": BEFORE, "end": BEFORE}), &["Practitioner/ana"]),
    );
    assert_eq!(outcome(record), [false, false]);
    // What had not begun leaves nothing.
    let later = json!({"start": AFTER});
    file(record, visit("planned", &later, &["Practitioner/carl"]));
    remove(record, "Encounter", "e1");
    assert!(cares(record).iter().all(|care| care.actor != "Practitioner/carl"));
}

#[test]
fn a_team_cares_for_its_patient_and_ends_with_its_status() {
    let fixture = ready();
    let record = &fixture.record;
    file(record, team("t1", Some("p1"), &["Practitioner/ana"]));
    assert_eq!(outcome(record), [true, false]);
    file(record, team("t1", Some("p1"), &["Practitioner/ana", "Practitioner/bob"]));
    assert_eq!(outcome(record), [true, true]);
    let mut over = team("t1", Some("p1"), &["Practitioner/ana"]);
    over["participant"][0]["period"] = json!({"end": BEFORE});
    file(record, over);
    assert_eq!(outcome(record), [false, false]);
    let mut over = team("t1", Some("p1"), &["Practitioner/ana"]);
    over["status"] = json!("inactive");
    file(record, over);
    assert_eq!(outcome(record), [false, false]);
}

#[test]
fn roles_teams_and_numbers_lead_to_the_person() {
    let fixture = ready();
    let record = &fixture.record;
    // An episode names a standing team, the team a team in it, that one a role.
    let episode = json!({"resourceType": "EpisodeOfCare", "id": "c1", "status": "active",
        "patient": of("Patient/p1"), "team": [of("CareTeam/board")]});
    file(record, episode.clone());
    assert_eq!(outcome(record), [false, false]);
    file(record, team("board", None, &["CareTeam/part"]));
    file(record, team("part", None, &["PractitionerRole/r1"]));
    let role = json!({"resourceType": "PractitionerRole", "id": "r1", "active": true,
        "practitioner": of("Practitioner/bob")});
    file(record, role.clone());
    assert_eq!(outcome(record), [false, true]);
    // Two teams may be in each other.
    file(record, team("part", None, &["PractitionerRole/r1", "CareTeam/board"]));
    assert_eq!(outcome(record), [false, true]);
    let mut left = role;
    left["period"] = json!({"end": BEFORE});
    file(record, left);
    assert_eq!(outcome(record), [false, false]);
    remove(record, "EpisodeOfCare", "c1");
    // A visit may name a number alone; the practitioner has it.
    let number = json!({"system": "http://hl7.org/fhir/sid/us-npi", "value": "1"});
    let mut by_number = visit("in-progress", &json!({}), &[]);
    by_number["participant"] = json!([{"individual": {"identifier": number}}]);
    file(record, by_number.clone());
    assert_eq!(outcome(record), [false, false]);
    let ana = json!({"resourceType": "Practitioner", "id": "ana", "identifier": [number]});
    file(record, ana.clone());
    assert_eq!(outcome(record), [true, false]);
    remove(record, "Practitioner", "ana");
    assert_eq!(outcome(record), [false, false]);
    // Or the account is known by the number.
    let known = ActorReference {
        actor: "account:bob".to_owned(),
        reference: "http://hl7.org/fhir/sid/us-npi|1".to_owned(),
    };
    record.set_actor_reference(&access(Role::Operator), known.clone(), true).unwrap();
    assert_eq!(outcome(record), [false, true]);
    record.set_actor_reference(&access(Role::Operator), known, false).unwrap();
    assert_eq!(outcome(record), [false, false]);
}

#[test]
fn a_general_practitioner_cares_for_the_patient_until_there_is_another() {
    let fixture = ready();
    let record = &fixture.record;
    let with = |who: Value| {
        let ResourceChange::Put { mut resource, literals, facts, condition } =
            crate::support::patient("p1", "Example", "1")
        else {
            panic!("a patient is put")
        };
        resource["generalPractitioner"] = json!([who]);
        ResourceChange::Put { resource, literals, facts, condition }
    };
    for (who, expected) in [
        (of("Practitioner/ana"), [true, false]),
        (of("Practitioner/bob"), [false, true]),
        (of("Organization/house"), [false, false]),
    ] {
        commit(record, vec![with(who)]).unwrap();
        assert_eq!(outcome(record), expected);
    }
}

#[test]
fn the_account_has_to_be_linked_and_no_longer_counts_when_it_is_not() {
    let fixture = ready();
    let record = &fixture.record;
    file(record, visit("in-progress", &json!({}), &["Practitioner/ana"]));
    assert_eq!(outcome(record), [true, false]);
    let other = somebody("client:ana", Role::Prescriber, Purpose::Treatment);
    assert!(!sees(record, &other, "o1"), "a service of that name is nobody's account");
    link(record, "ana", "Practitioner/other");
    assert_eq!(outcome(record), [false, false]);
    link(record, "bob", "Practitioner/ana");
    assert_eq!(outcome(record), [false, true]);
    // By an application the person is the same.
    assert!(sees(record, &doctor("bob").through_application("client:app"), "o1"));
    let seers = record.who_can_see(&access(Role::Operator), &PatientId::new("p1")).unwrap();
    assert!(seers.is_empty(), "there are no accounts: {seers:?}");
}

#[test]
fn a_consent_refuses_whom_the_account_is_linked_to() {
    let fixture = two();
    let record = &fixture.record;
    link(record, "ana", "Practitioner/ana");
    file(record, team("t1", None, &["Practitioner/bob"]));
    link(record, "bob", "Practitioner/bob");
    assert_eq!(["ana", "bob"].map(|who| sees(record, &doctor(who), "o1")), [true, true]);
    for (who, expected) in [("Practitioner/ana", [false, true]), ("CareTeam/t1", [true, false])] {
        let refused = json!({"type": "permit", "provision": [{"type": "deny", "actor": [
            {"role": {"coding": [{"code": "IRCP"}]}, "reference": of(who)}]}]});
        file(record, consent("c1", "p1", refused));
        assert_eq!(["ana", "bob"].map(|who| sees(record, &doctor(who), "o1")), expected, "{who}");
    }
}

#[test]
fn too_many_people_are_refused_and_nothing_is_filed() {
    let fixture = ready();
    let many: Vec<String> = (0..1_001).map(|n| format!("Practitioner/{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let refused = commit(&fixture.record, vec![put(visit("arrived", &json!({}), &many))]);
    assert!(matches!(refused, Err(record::Failure::TooMuch { .. })), "{refused:?}");
    assert!(cares(&fixture.record).is_empty());
}
