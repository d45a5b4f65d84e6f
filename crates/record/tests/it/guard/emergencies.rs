//! One patient, for reading, for an hour, looked at afterwards.

use super::{consent, file, labelled, sees, somebody, two};
use crate::support::{access, observation};
use model::{PatientId, Timestamp};
use record::{
    Access, Action, EMERGENCY_MINUTES, EmergencyReason, Failure, MasterKey, NewEmergency, Purpose,
    REVIEW_HOURS, Record, Role, Scope, Settings,
};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

fn new(patient: &str) -> NewEmergency {
    NewEmergency {
        patient: PatientId::new(patient),
        reason: EmergencyReason::UnableToConsent,
        text: "unconscious, medicines not known".to_owned(),
    }
}

#[test]
fn it_opens_what_is_labelled_or_refused_of_that_patient_alone() {
    let fixture = two();
    let record = &fixture.record;
    file(record, labelled(observation("o1", "p1", "x"), "V"));
    file(record, labelled(observation("o2", "p2", "x"), "V"));
    file(record, consent("c1", "p1", json!({"type": "deny"})));
    let doctor = somebody("account:ana", Role::Prescriber, Purpose::Treatment);
    let patient = PatientId::new("p1");
    assert_eq!(record.emergency_access(&doctor, &patient), Ok(None));
    let opened = record.open_emergency(&doctor, new("p1")).unwrap();
    let of = record.emergency_access(&doctor, &patient).unwrap().unwrap();
    assert!(sees(record, &of, "o1") && !sees(record, &of, "o2"));
    // Without the emergency's purpose nothing is open, and nobody else has it.
    assert!(!sees(record, &doctor, "o1"));
    let other = somebody("account:bob", Role::Prescriber, Purpose::Treatment);
    assert_eq!(record.emergency_access(&other, &patient), Ok(None));
    let claimed = |actor: &str, patients: &[&str]| {
        let scope = Scope::Patients(patients.iter().map(|id| PatientId::new(*id)).collect());
        Access::new(of.tenant().clone(), actor, Role::Prescriber, Purpose::Emergency, scope)
    };
    assert!(!sees(record, &claimed("account:bob", &["p1"]), "o1"));
    // Of one patient: neither two nor everybody.
    let tenant = of.tenant().clone();
    let wide =
        Access::new(tenant, "account:ana", Role::Prescriber, Purpose::Emergency, Scope::Tenant);
    for wider in [claimed("account:ana", &["p1", "p2"]), claimed("account:ana", &[]), wide] {
        assert!(matches!(record.read(&wider, "Observation", "o1"), Err(Failure::Denied { .. })));
    }
    // For reading: no writing, no list of patients, no export.
    for action in [Action::Commit, Action::FindPatients, Action::Export, Action::PutStatements] {
        assert_eq!(record.may(&of, action), Ok(false), "{}", action.word());
    }
    // It is on the list at once, and leaves it when somebody else has looked at it.
    let officer = access(Role::PrivacyOfficer);
    let due = record.emergencies_due(&officer, 10).unwrap();
    assert_eq!(due, std::slice::from_ref(&opened));
    let hours = (opened.due.micros() - opened.begins.micros()) / 3_600_000_000;
    assert_eq!(hours, REVIEW_HOURS);
    let own = Access::new(
        of.tenant().clone(),
        "account:ana",
        Role::PrivacyOfficer,
        Purpose::Operations,
        Scope::Tenant,
    );
    assert!(record.review_emergency(&own, &opened.id, true, "mine").is_err());
    record.review_emergency(&officer, &opened.id, false, "was not on duty").unwrap();
    assert!(record.emergencies_due(&officer, 10).unwrap().is_empty());
    let again = record.review_emergency(&officer, &opened.id, true, "");
    assert!(matches!(again, Err(Failure::Conflict { .. })));
}

#[test]
fn it_wants_a_reason_in_words_and_a_patient_who_is_there() {
    let fixture = two();
    let record = &fixture.record;
    let doctor = somebody("account:ana", Role::Prescriber, Purpose::Treatment);
    for text in ["", "x", ".............", "short one"] {
        let wish = NewEmergency { text: text.to_owned(), ..new("p1") };
        assert!(matches!(record.open_emergency(&doctor, wish), Err(Failure::Invalid { .. })));
    }
    assert_eq!(record.open_emergency(&doctor, new("p9")), Err(Failure::NotFound));
    let officer = access(Role::PrivacyOfficer);
    assert!(record.emergencies_due(&officer, 10).unwrap().is_empty());
}

#[test]
fn no_emergency_opens_for_insurers_and_employers_or_against_an_express_refusal() {
    let fixture = two();
    let record = &fixture.record;
    let doctor = somebody("account:ana", Role::Prescriber, Purpose::Treatment);
    record.open_emergency(&doctor, new("p1")).unwrap();
    for purpose in [Purpose::Underwriting, Purpose::Employment] {
        for role in Role::ALL {
            for action in Action::ALL {
                let access = somebody("account:ana", *role, purpose);
                assert_eq!(record.may(&access, *action), Ok(false), "{}", action.word());
            }
        }
    }
    let of = record.emergency_access(&doctor, &PatientId::new("p1")).unwrap().unwrap();
    assert!(sees(record, &of, "o1"));
    let refusal = json!({"type": "deny", "purpose": [{"code": "BTG"}]});
    file(record, consent("c1", "p1", refusal));
    assert!(!sees(record, &of, "o1"));
}

#[test]
fn the_hour_is_one_of_the_clock() {
    let directory = tempfile::tempdir().unwrap();
    let now = Arc::new(AtomicI64::new(1_767_225_600_000_000));
    let clock = Arc::clone(&now);
    let settings = Settings {
        directory: directory.path().join("data"),
        master_key: MasterKey::create_file(directory.path().join("key")).unwrap(),
        readers: 1,
    };
    let clock = Arc::new(move || Timestamp::from_micros(clock.load(Ordering::Relaxed)));
    let record = Record::open(settings, clock).unwrap();
    let changes = vec![
        crate::support::patient("p1", "Example", "1"),
        crate::support::put(labelled(observation("o1", "p1", "x"), "V")),
    ];
    crate::support::commit(&record, changes).unwrap();
    let doctor = somebody("account:ana", Role::Prescriber, Purpose::Treatment);
    let patient = PatientId::new("p1");
    record.open_emergency(&doctor, new("p1")).unwrap();
    let of = record.emergency_access(&doctor, &patient).unwrap().unwrap();
    let waiting = || record.emergencies_due(&access(Role::PrivacyOfficer), 10).unwrap().len();
    record.open_emergency(&doctor, new("p1")).unwrap();
    assert_eq!(waiting(), 1, "sent twice");
    let hour = EMERGENCY_MINUTES * 60 * 1_000_000;
    now.fetch_add(hour - 1, Ordering::Relaxed);
    assert!(sees(&record, &of, "o1"));
    now.fetch_add(1, Ordering::Relaxed);
    assert!(!sees(&record, &of, "o1"), "an access that was kept");
    assert_eq!(record.emergency_access(&doctor, &patient), Ok(None));
    record.open_emergency(&doctor, new("p1")).unwrap();
    assert_eq!(waiting(), 2, "the same words are another time");
    // A clock that is set back to before it began opens nothing.
    now.fetch_add(-hour - 1, Ordering::Relaxed);
    assert!(!sees(&record, &of, "o1"));
}

/// A form that is sent twice asks once; other words, another time or somebody else ask again.
#[test]
fn the_same_words_within_a_minute_open_one() {
    let fixture = two();
    let record = &fixture.record;
    let doctor = somebody("account:ana", Role::Prescriber, Purpose::Treatment);
    let first = record.open_emergency(&doctor, new("p1")).unwrap();
    assert_eq!(record.open_emergency(&doctor, new("p1")), Ok(first.clone()));
    let other = somebody("account:bob", Role::Prescriber, Purpose::Treatment);
    assert_ne!(record.open_emergency(&other, new("p1")).unwrap().id, first.id);
    assert_ne!(record.open_emergency(&doctor, new("p2")).unwrap().id, first.id);
    let words = NewEmergency { text: "now she does not breathe either".to_owned(), ..new("p1") };
    let second = record.open_emergency(&doctor, words).unwrap();
    assert_ne!(second.id, first.id);
    let officer = access(Role::PrivacyOfficer);
    assert_eq!(record.emergencies_due(&officer, 10).unwrap().len(), 4);
}
