//! What was read from documents: kept once, decided once at a time, gone with the patient's key.

use crate::support::{access, commit, fixture, patient};
use model::PatientId;
use record::{ExtractionState, Failure, Role};

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
