//! The queue of what the review of the audit log found.

use crate::support::{Fixture, access, commit, fixture, patient};
use model::{PatientId, Timestamp};
use record::{
    Access, Account, AuditQuery, Care, FINDING_DAYS, Failure, Finding, Looked, PrivacyQueue,
    Purpose, Record, ReviewFacts, ReviewRules, Role, Scope,
};

const DAY_MICROS: i64 = 24 * 3_600_000_000;

/// Patients by three names; whoever reads two of them on a day is found.
fn three() -> Fixture {
    let fixture = fixture();
    let changes = vec![
        patient("p1", "Example", "1"),
        patient("p2", "Sample", "2"),
        patient("p3", "Third", "3"),
    ];
    commit(&fixture.record, changes).unwrap();
    fixture
}

fn rules() -> ReviewRules {
    ReviewRules { patients_per_day_max: 1, night_patients_max: 99, ..ReviewRules::default() }
}

fn somebody(actor: &str, role: Role, purpose: Purpose) -> Access {
    Access::new(access(role).tenant().clone(), actor, role, purpose, Scope::Tenant)
}

fn doctor() -> Access {
    somebody("account:ana", Role::Prescriber, Purpose::Treatment)
}

fn officer() -> Access {
    somebody("account:olga", Role::PrivacyOfficer, Purpose::Operations)
}

fn read(record: &Record, patients: &[&str]) {
    for patient in patients {
        assert!(record.read(&doctor(), "Patient", patient).unwrap().is_some(), "{patient}");
    }
}

fn look(record: &Record) -> u64 {
    let Looked { filed, .. } =
        record.look_for_snooping(&access(Role::Engine), &ReviewFacts::default(), &rules()).unwrap();
    filed
}

fn open(record: &Record) -> Vec<Finding> {
    record.findings(&officer(), true, 10).unwrap()
}

#[test]
fn the_same_events_make_the_same_finding_once() {
    let fixture = three();
    let record = &fixture.record;
    assert_eq!((look(record), open(record)), (0, vec![]));
    read(record, &["p1", "p2"]);
    assert_eq!(look(record), 1);
    let first = open(record);
    let [finding] = first.as_slice() else { panic!("{first:?}") };
    assert_eq!((finding.rule.as_str(), finding.actor.as_str()), ("volume", "account:ana"));
    assert_eq!(finding.patients, ["p1", "p2"]);
    assert_eq!((finding.number, finding.events_total), (1, 2));
    assert_eq!(finding.due.micros() - finding.found.micros(), FINDING_DAYS * DAY_MICROS);
    // However often it is looked at, and whoever does it.
    assert_eq!((look(record), look(record)), (0, 0));
    assert_eq!(open(record), first);
    // What comes later on the day is taken up; the deadline stays.
    read(record, &["p3"]);
    assert_eq!(look(record), 0);
    let grown = open(record);
    assert_eq!(grown[0].patients, ["p1", "p2", "p3"]);
    assert_eq!((&grown[0].id, grown[0].due), (&first[0].id, first[0].due));
    // What was answered stays so, until something comes that nobody has seen.
    record.answer_finding(&officer(), &grown[0].id, false, "on duty in the clinic").unwrap();
    assert_eq!((look(record), open(record)), (0, vec![]));
    read(record, &["p1"]);
    assert_eq!(look(record), 1);
    let again = open(record);
    assert_eq!((again.len(), again[0].number, again[0].events_total), (1, 2, 4));
    assert_ne!(again[0].id, first[0].id);
}

#[test]
fn a_finding_is_answered_once_in_words_and_by_somebody_else() {
    let fixture = three();
    let record = &fixture.record;
    read(record, &["p1", "p2"]);
    assert_eq!(look(record), 1);
    let queue = record.privacy_queue(&officer()).unwrap();
    assert_eq!(queue, PrivacyQueue { emergencies: 0, findings: 1 });
    let id = open(record)[0].id.clone();
    for words in ["", "  \n", "a\0b"] {
        let refused = record.answer_finding(&officer(), &id, true, words);
        assert!(matches!(refused, Err(Failure::Invalid { .. })), "{words:?}");
    }
    let own = somebody("account:ana", Role::PrivacyOfficer, Purpose::Operations);
    let refused = record.answer_finding(&own, &id, false, "it was me, and I was right");
    assert!(matches!(refused, Err(Failure::Invalid { .. })));
    let nothing = record.answer_finding(&officer(), "none", true, "words");
    assert_eq!(nothing, Err(Failure::NotFound));
    assert_eq!(open(record).len(), 1);
    record.answer_finding(&officer(), &id, true, "a neighbour").unwrap();
    let twice = record.answer_finding(&officer(), &id, false, "words");
    assert!(matches!(twice, Err(Failure::Conflict { .. })));
    let answered = record.findings(&officer(), false, 10).unwrap();
    let answer = answered[0].answer.as_ref().unwrap();
    assert_eq!((answer.actor.as_str(), answer.text.as_str()), ("account:olga", "a neighbour"));
    assert!(answer.is_confirmed && open(record).is_empty());
    assert_eq!(record.privacy_queue(&officer()).unwrap(), PrivacyQueue::default());
}

#[test]
fn every_look_is_noted_with_whom_it_was_at() {
    let fixture = three();
    let record = &fixture.record;
    read(record, &["p1", "p2"]);
    look(record);
    open(record);
    let id = open(record)[0].id.clone();
    record.answer_finding(&officer(), &id, false, "on duty").unwrap();
    let query = AuditQuery {
        actor: Some("account:olga".to_owned()),
        entity: Some(format!("finding/{id}")),
        count: 10,
        ..AuditQuery::default()
    };
    let events = record.audit_events(&officer(), &query).unwrap().events;
    let seen: Vec<_> =
        events.iter().map(|event| (event.action.as_str(), event.patients.len())).collect();
    assert_eq!(seen, [("answer-finding", 0), ("read-findings", 2), ("read-findings", 2)]);
}

#[test]
fn names_are_compared_and_care_explains() {
    let fixture = three();
    let record = &fixture.record;
    let account = Account {
        login: "ana".to_owned(),
        display_name: "Dr. Ana Example".to_owned(),
        role: Role::Prescriber,
        password_hash: "$argon2id$".to_owned(),
        scope: Scope::Tenant,
    };
    record.put_account(&access(Role::Operator), account).unwrap();
    read(record, &["p1", "p3"]);
    let rules = |care_is_complete| ReviewRules {
        care_is_complete,
        night_patients_max: 99,
        without_relationship_max: 0,
        ..ReviewRules::default()
    };
    let reviewed = |complete| {
        let span = (start(record), record.now());
        let facts = ReviewFacts::default();
        let reviewed = record.review_log(&officer(), span, &facts, &rules(complete)).unwrap();
        let told = |found: &record::ReviewFinding| (found.rule, found.patients.join(" "));
        reviewed.findings.iter().map(told).collect::<Vec<_>>()
    };
    assert_eq!(reviewed(false), [("family", "p1".to_owned())]);
    let both = [("family", "p1".to_owned()), ("no-relationship", "p1 p3".to_owned())];
    assert_eq!(reviewed(true), both);
    let care = Care {
        patient: PatientId::new("p1"),
        actor: "account:ana".to_owned(),
        begins: Timestamp::from_micros(0),
        ends: Timestamp::from_micros(i64::MAX / 2),
        source: "visit".to_owned(),
    };
    record.put_care(&access(Role::Operator), care).unwrap();
    assert_eq!(reviewed(true), [("no-relationship", "p3".to_owned())]);
}

/// A day before now.
fn start(record: &Record) -> Timestamp {
    Timestamp::from_micros(record.now().micros() - DAY_MICROS)
}

#[test]
fn no_patient_is_named_in_plain_text() {
    if crate::store::is_without_files("the rows are sealed one by one there") {
        return;
    }
    let fixture = three();
    read(&fixture.record, &["p1", "p2"]);
    assert_eq!(look(&fixture.record), 1);
    let id = open(&fixture.record)[0].id.clone();
    drop(fixture.record);
    let bytes = std::fs::read(fixture.directory.path().join("data").join("record.db")).unwrap();
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(!holds(&id) && !holds("volume") && !holds("account:ana"));
}
