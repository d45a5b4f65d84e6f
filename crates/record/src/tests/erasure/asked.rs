//! What an erasure asks for, and what is certified of it.

use super::*;

/// What was found under the one is told of the other as well.
#[test]
fn a_record_that_is_merged_is_not_erased_before_the_merge_is_taken_back() {
    let (record, _directory) = open();
    plant(&record, "p-gone", "Qzebra");
    let merged = |replaced_by: Option<&str>| {
        let mut change = person("p-gone", "Qzebra");
        if let ResourceChange::Put { facts, .. } = &mut change
            && let FactContent::Patient(patient) = &mut facts[0].content
        {
            patient.links.replaced_by = replaced_by.map(PatientId::new);
        }
        commit(&record, vec![change]);
        record.erase_patient(&officer(), &PatientId::new("p-gone"), "asked for")
    };
    let refused = merged(Some("p-kept")).unwrap_err();
    assert!(refused.to_string().contains("Patient/p-kept"), "{refused}");
    assert!(merged(None).is_ok());
}

#[test]
fn an_erasure_is_asked_for_with_a_reason_and_certified() {
    let (record, directory) = open();
    commit(&record, vec![put(observation("o1", "p1", "x"))]);
    let p1 = PatientId::new("p1");
    for reason in ["", "  "] {
        let refused = record.erase_patient(&officer(), &p1, reason).unwrap_err();
        assert!(matches!(refused, Failure::Invalid { .. }), "{refused}");
    }
    for unknown in ["p9", "not an id", "*"] {
        let refused = record.erase_patient(&officer(), &PatientId::new(unknown), "asked for");
        assert_eq!(refused, Err(Failure::NotFound), "{unknown}");
    }
    assert!(record.read(&access(Role::Prescriber), "Observation", "o1").unwrap().is_some());
    let erasure = record.erase_patient(&officer(), &p1, "asked for").unwrap();
    let certificate = crate::ErasureCertificate::new(&officer(), &erasure);
    let key = CheckpointKey::open(directory.path().join("audit.key")).unwrap();
    let other = CheckpointKey::open(directory.path().join("other.key")).unwrap();
    let note = certificate.signed(&key).unwrap();
    assert_eq!(read_certificate(&note, &[key.verifier()]), Some(certificate.clone()));
    assert_eq!(read_certificate(&note, &[other.verifier()]), None);
    let forged = note.replace("asked for", "asked fox");
    assert_eq!(read_certificate(&forged, &[key.verifier()]), None);
    assert_eq!((certificate.keys.len(), certificate.removed["keys"]), (1, 1));
    assert!(certificate.remains.iter().any(|it| it.what.contains("backups")));
    // A checkpoint of the log is no certificate.
    assert_eq!(read_certificate(&key.note("{}\n"), &[key.verifier()]), None);
}
