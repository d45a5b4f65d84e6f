//! What was read from documents: kept once, decided once at a time, gone with the patient's key.

use crate::support::{access, commit, fixture, observation, patient, put};
use model::PatientId;
use record::{Commit, ExtractionState, Failure, Role};

#[test]
fn a_document_is_kept_once_and_two_who_decide_at_once_are_told_apart() {
    let fixture = fixture();
    let record = &fixture.record;
    let (door, reviewer) = (access(Role::Interface), access(Role::LaboratoryReviewer));
    let p1 = PatientId::new("p1");
    let put = |body: &[u8]| {
        record.put_extraction(&door, "e", &p1, ExtractionState::Open, body.to_vec()).unwrap()
    };
    assert!(!record.has_extraction(&door, "e").unwrap());
    assert!(put(b"first") && !put(b"second"));
    assert!(record.has_extraction(&door, "e").unwrap());
    let open = record.extractions(&reviewer, true, 10).unwrap();
    assert_eq!((open.len(), open[0].body.as_slice(), open[0].version), (1, &b"first"[..], 1));
    let decide =
        |state, body: &[u8]| record.decide_extraction(&reviewer, &open[0], state, body.to_vec());
    decide(ExtractionState::Open, b"one field").unwrap();
    assert!(matches!(decide(ExtractionState::Filed, b"all"), Err(Failure::Conflict { .. })));
    let next = record.extraction(&reviewer, "e").unwrap().unwrap();
    assert_eq!((next.body.as_slice(), next.version), (&b"one field"[..], 2));
    record.decide_extraction(&reviewer, &next, ExtractionState::Filed, b"all".to_vec()).unwrap();
    let done = record.extraction(&reviewer, "e").unwrap().unwrap();
    let again = record.decide_extraction(&reviewer, &done, ExtractionState::Open, Vec::new());
    assert!(matches!(again, Err(Failure::Conflict { .. })));
    assert!(record.extractions(&reviewer, true, 10).unwrap().is_empty());
    assert_eq!(record.extractions(&reviewer, false, 10).unwrap(), [done]);
    assert_eq!(record.extraction(&reviewer, "other").unwrap(), None);
}

#[test]
fn it_goes_with_the_patient() {
    let fixture = fixture();
    let record = &fixture.record;
    commit(record, vec![patient("p1", "Example", "MRN-1")]).unwrap();
    let (door, reviewer) = (access(Role::Interface), access(Role::LaboratoryReviewer));
    for (id, patient) in [("e1", "p1"), ("e2", "p2")] {
        let patient = PatientId::new(patient);
        record.put_extraction(&door, id, &patient, ExtractionState::Open, b"x".to_vec()).unwrap();
    }
    let officer = access(Role::PrivacyOfficer);
    record.erase_patient(&officer, &PatientId::new("p1"), "asked for").unwrap();
    assert_eq!(record.extraction(&reviewer, "e1").unwrap(), None);
    assert!(record.extraction(&reviewer, "e2").unwrap().is_some());
}

#[test]
fn what_is_filed_of_a_document_and_its_decision_happen_together_or_not_at_all() {
    let fixture = fixture();
    let record = &fixture.record;
    commit(record, vec![patient("p1", "Example", "MRN-1")]).unwrap();
    let (door, reviewer) = (access(Role::Interface), access(Role::LaboratoryReviewer));
    let p1 = PatientId::new("p1");
    record.put_extraction(&door, "e", &p1, ExtractionState::Open, b"x".to_vec()).unwrap();
    let seen = record.extraction(&reviewer, "e").unwrap().unwrap();
    let file = |access, of: &record::Extraction| {
        let changes = vec![put(observation("o1", "p1", "1-1"))];
        let commit = Commit { changes, ..Commit::default() };
        record.file_extraction(access, (of, b"filed".to_vec()), commit)
    };
    // Somebody takes a confirmation back in between.
    let open = ExtractionState::Open;
    record.decide_extraction(&reviewer, &seen, open, b"rejected".to_vec()).unwrap();
    let refused = file(&reviewer, &seen);
    assert!(matches!(refused, Err(Failure::Conflict { .. })), "{refused:?}");
    assert_eq!(record.read(&reviewer, "Observation", "o1").unwrap(), None);
    let seen = record.extraction(&reviewer, "e").unwrap().unwrap();
    // The door files, and decides nothing.
    assert!(matches!(file(&door, &seen), Err(Failure::Denied { .. })));
    file(&reviewer, &seen).unwrap();
    assert!(record.read(&reviewer, "Observation", "o1").unwrap().is_some());
    let filed = record.extraction(&reviewer, "e").unwrap().unwrap();
    assert_eq!((filed.state, filed.body.as_slice()), (ExtractionState::Filed, &b"filed"[..]));
}

#[test]
fn what_waits_of_a_document_that_is_gone_is_closed_once() {
    let fixture = fixture();
    let record = &fixture.record;
    let (door, reviewer) = (access(Role::Interface), access(Role::LaboratoryReviewer));
    for (id, patient) in [("e1", "p1"), ("e2", "p2")] {
        let patient = PatientId::new(patient);
        record.put_extraction(&door, id, &patient, ExtractionState::Open, b"x".to_vec()).unwrap();
    }
    let of = |patient| record.extractions_of(&door, &PatientId::new(patient)).unwrap();
    let waiting = of("p1");
    assert_eq!(waiting.len(), 1);
    let has = |patient| record.has_extractions(&door, &PatientId::new(patient)).unwrap();
    assert!(has("p1") && has("p2") && !has("p3"));
    record.withdraw_extraction(&door, &waiting[0], b"gone".to_vec()).unwrap();
    let again = record.withdraw_extraction(&door, &waiting[0], b"gone".to_vec());
    assert!(matches!(again, Err(Failure::Conflict { .. })));
    let states: Vec<_> = ["p1", "p2"].into_iter().flat_map(of).map(|one| one.state).collect();
    assert_eq!(states, [ExtractionState::Nothing, ExtractionState::Open]);
    let closed = record.extraction(&reviewer, "e1").unwrap().unwrap();
    assert_eq!(closed.state, ExtractionState::Nothing);
}
