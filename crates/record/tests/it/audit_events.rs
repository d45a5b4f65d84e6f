//! Reading the audit log: by whom, about whom, and who may.

use crate::support::{access, commit, fixture, narrowed, observation, patient, put};
use model::PatientId;
use record::{
    Access, Action, AuditEvent, AuditQuery, Disclosure, Failure, Purpose, Query, Record, Role,
    Scope, Term,
};

fn query() -> AuditQuery {
    AuditQuery { count: 50, ..AuditQuery::default() }
}

fn as_officer(record: &Record, query: &AuditQuery) -> Vec<AuditEvent> {
    record.audit_events(&access(Role::PrivacyOfficer), query).unwrap().events
}

fn reads(record: &Record) {
    let prescriber = access(Role::Prescriber);
    commit(record, vec![patient("p1", "Example", "1"), patient("p2", "Sample", "2")]).unwrap();
    commit(record, vec![put(observation("o1", "p1", "x"))]).unwrap();
    record.read(&prescriber, "Observation", "o1").unwrap();
    record.read(&access(Role::Geneticist), "Patient", "p1").unwrap();
    record.read(&prescriber, "Patient", "p2").unwrap();
    let terms = vec![Term::parse("gender", "female")];
    let resource_type = "Patient".to_owned();
    record.search(&prescriber, &Query { resource_type, terms, count: 5, cursor: None }).unwrap();
    assert!(record.read(&access(Role::Operator), "Patient", "p1").is_err());
}

#[test]
fn events_are_found_by_patient_actor_entity_action_outcome_and_time() {
    let fixture = fixture();
    let record = &fixture.record;
    reads(record);
    let all = as_officer(record, &query());
    let time = |place: usize| all[place].time;
    assert!(all.windows(2).all(|pair| pair[0].time >= pair[1].time), "the latest first");
    let last = all.len() - 1;
    // Whoever asks about a patient is an event of that patient, too.
    let cases: [(&str, AuditQuery, usize); 9] = [
        ("patient", AuditQuery { patient: Some("p1".to_owned()), ..query() }, 7),
        // Whoever is named in what was found was looked at.
        ("other", AuditQuery { patient: Some("p2".to_owned()), ..query() }, 6),
        ("nobody", AuditQuery { patient: Some("p3".to_owned()), ..query() }, 1),
        ("actor", AuditQuery { actor: Some("geneticist".to_owned()), ..query() }, 1),
        ("denied", AuditQuery { permitted: Some(false), ..query() }, 1),
        ("entity", AuditQuery { entity: Some("Observation/o1".to_owned()), ..query() }, 2),
        (
            "patient and entity",
            AuditQuery {
                patient: Some("p1".to_owned()),
                entity: Some("Patient/p1".to_owned()),
                ..query()
            },
            2,
        ),
        ("action", AuditQuery { actions: Some(vec![Action::Commit]), ..query() }, 2),
        ("time", AuditQuery { from: Some(time(last)), until: Some(time(0)), ..query() }, last),
    ];
    for (name, asked, count) in cases {
        let found = as_officer(record, &asked);
        assert_eq!(found.len(), count, "{name}: {found:#?}");
    }
    let one = record.audit_event(&access(Role::PrivacyOfficer), &all[0].id).unwrap();
    assert_eq!(one.as_ref(), all.first());
    assert_eq!(record.audit_event(&access(Role::PrivacyOfficer), "none.1"), Ok(None));
    assert!(record.verify_audit().is_intact());
}

#[test]
fn who_was_asked_for_in_vain_is_named_in_what_was_looked_at() {
    let fixture = fixture();
    let record = &fixture.record;
    reads(record);
    let outside = narrowed(Role::Prescriber, &["p1"]);
    assert!(record.read(&outside, "Patient", "p2").unwrap().is_none());
    let of = |actor: &str| AuditQuery { actor: Some(actor.to_owned()), count: 1, ..query() };
    let found = as_officer(record, &of("prescriber"));
    let said = (found[0].patients.as_slice(), found[0].entities.as_slice());
    assert_eq!(said, (&[][..], &["Patient/p2".to_owned()][..]));
    // That it was looked at is the officer's latest event but the one that asks for it.
    let looked = |record: &Record| {
        let asked = AuditQuery { count: 2, ..of("privacy-officer") };
        as_officer(record, &asked).swap_remove(1).patients
    };
    assert_eq!(looked(record), ["p2"]);
    record.audit_event(&access(Role::PrivacyOfficer), &found[0].id).unwrap();
    assert_eq!(looked(record), ["p2"]);
}

#[test]
fn pages_lose_nothing_and_the_index_is_made_again() {
    let fixture = fixture();
    let record = &fixture.record;
    for number in 0..25 {
        record.read(&access(Role::Prescriber), "Patient", &format!("p{}", number % 2)).unwrap();
    }
    let asked = AuditQuery { actor: Some("prescriber".to_owned()), count: 7, ..query() };
    let pages = || {
        let (mut ids, mut before) = (Vec::new(), None);
        loop {
            let asked = AuditQuery { before, ..asked.clone() };
            let page = record.audit_events(&access(Role::PrivacyOfficer), &asked).unwrap();
            ids.extend(page.events.into_iter().map(|event| event.id));
            before = page.next;
            if before.is_none() {
                return ids;
            }
        }
    };
    let ids = pages();
    assert_eq!(ids.len(), 25);
    // Another process finds the same, and so does one that has to make the index again.
    let index = fixture.directory.path().join("data/audit/index.db");
    std::fs::write(&index, b"damaged").unwrap();
    let second = crate::support::open_at(fixture.directory.path()).unwrap();
    let found = as_officer(&second, &AuditQuery { count: 50, ..asked.clone() });
    assert_eq!(found.into_iter().map(|event| event.id).collect::<Vec<_>>(), ids);
}

#[test]
fn patients_see_who_read_them_and_nobody_else() {
    let fixture = fixture();
    let record = &fixture.record;
    reads(record);
    let own = narrowed(Role::Patient, &["p1"]);
    let page = record.audit_events(&own, &query()).unwrap();
    // What was filed, two reads, the search that found both, and this look at the log.
    assert_eq!(page.events.len(), 6, "{:#?}", page.events);
    for event in &page.events {
        assert_eq!(event.patients, ["p1"]);
        let text = format!("{event:?}");
        assert!(!text.contains("p2"), "{text}");
    }
    let other = AuditQuery { patient: Some("p2".to_owned()), ..query() };
    assert_eq!(record.audit_events(&own, &other), Err(Failure::NotFound));
    let of_other = as_officer(record, &other);
    let hidden = of_other.iter().find(|event| event.patients == ["p2"]).unwrap();
    assert_eq!(record.audit_event(&own, &hidden.id), Ok(None));
    // An access of several patients names one.
    let two = narrowed(Role::Patient, &["p1", "p2"]);
    assert!(matches!(record.audit_events(&two, &query()), Err(Failure::Invalid { .. })));
    assert_eq!(record.audit_events(&two, &other).unwrap().events[0].patients, ["p2"]);
    // Another tenant's officer finds nothing of it.
    let tenant = model::TenantId::new("t2");
    let (role, purpose) = (Role::PrivacyOfficer, Purpose::Operations);
    let stranger = Access::new(tenant, "officer", role, purpose, Scope::Tenant);
    let found = record.audit_events(&stranger, &query()).unwrap().events;
    assert!(found.iter().all(|event| event.tenant == "t2"), "{found:?}");
    assert_eq!(record.audit_event(&stranger, &hidden.id), Ok(None));
}

#[test]
fn disclosures_are_accounted_for_whole_or_refused() {
    let fixture = fixture();
    let record = &fixture.record;
    reads(record);
    let officer = access(Role::PrivacyOfficer);
    let disclosure = Disclosure {
        recipient: "Health department, 1 Example Street".to_owned(),
        purpose: "notifiable disease".to_owned(),
        legal_basis: "45 CFR 164.512(b)".to_owned(),
        what: "one report of 2026-01-02".to_owned(),
    };
    let p1 = PatientId::new("p1");
    record.note_disclosure(&officer, &p1, &disclosure).unwrap();
    let asked = AuditQuery { patient: Some("p1".to_owned()), disclosures_only: true, ..query() };
    let found = as_officer(record, &asked);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].disclosure.as_ref(), Some(&disclosure));
    let without = Disclosure { legal_basis: " ".to_owned(), ..disclosure };
    let refused = record.note_disclosure(&officer, &p1, &without);
    assert!(matches!(refused, Err(Failure::Invalid { place, .. }) if place == "legal basis"));
}
