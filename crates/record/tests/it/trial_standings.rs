//! What trials say to patients: a log of changes, and nothing of who was never anything but out.

use crate::support::{access, commit, fixture, narrowed, patient, put};
use model::PatientId;
use record::{
    EVIDENCE, Failure, NewTrial, PutTo, PutToTrials, Record, Role, TrialChange, TrialStanding,
    TrialWatch,
};
use serde_json::json;

fn standing(trial: &str, cohort: &str, status: &str) -> TrialStanding {
    TrialStanding {
        trial: trial.to_owned(),
        version: 1,
        cohort: cohort.to_owned(),
        path: "arm 1".to_owned(),
        status: status.to_owned(),
    }
}

fn note(record: &Record, of: &str, put_to: PutTo, standings: &[(&str, &str, &str)]) -> u32 {
    let standings = standings.iter().map(|(trial, cohort, status)| standing(trial, cohort, status));
    let put = PutToTrials {
        patient: PatientId::new(of),
        put_to,
        standings: standings.collect(),
        cause: "Observation/1 is new".to_owned(),
        engine: "trials 1".to_owned(),
        watch: TrialWatch::On(Some(20_260_901)),
    };
    record.put_trial_standings(&access(Role::Engine), vec![put]).unwrap()
}

fn words(changes: &[TrialChange]) -> Vec<String> {
    let word = |change: &TrialChange| {
        let TrialStanding { trial, cohort, status, .. } = &change.standing;
        format!("{} {trial}/{cohort} {} > {status}", change.patient, change.former)
    };
    changes.iter().map(word).collect()
}

#[test]
fn only_changes_are_noted() {
    let fixture = fixture();
    let record = &fixture.record;
    let every = || PutTo::Every;
    assert_eq!(note(record, "p1", every(), &[]), 0, "nothing is kept of who is out");
    let both = [("T", "a", "eligible"), ("T", "b", "needs-data"), ("U", "a", "needs-data")];
    assert_eq!(note(record, "p1", every(), &both), 3);
    assert_eq!(note(record, "p1", every(), &both), 0, "the same again is nothing new");
    // One trial alone says nothing about the others.
    let one = PutTo::One("T".to_owned());
    assert_eq!(note(record, "p1", one, &[("T", "a", "needs-data")]), 2);
    let oncologist = access(Role::Oncologist);
    let seen = record.trial_standings(&oncologist, &PatientId::new("p1")).unwrap();
    assert_eq!(words(&seen), ["p1 U/a not-eligible > needs-data", "p1 T/a eligible > needs-data"]);
    assert_eq!(note(record, "p1", every(), &[]), 2);
    assert_eq!(record.trial_standings(&oncologist, &PatientId::new("p1")).unwrap(), []);
    let all = record.trial_changes(&oncologist, None, 100).unwrap();
    let mut all_words = words(&all);
    all_words.reverse();
    assert_eq!(
        all_words,
        [
            "p1 T/a not-eligible > eligible",
            "p1 T/b not-eligible > needs-data",
            "p1 U/a not-eligible > needs-data",
            "p1 T/a eligible > needs-data",
            "p1 T/b needs-data > not-eligible",
            "p1 T/a needs-data > not-eligible",
            "p1 U/a needs-data > not-eligible",
        ]
    );
    let page = record.trial_changes(&oncologist, Some(all[4].number), 10).unwrap();
    assert_eq!(words(&page), words(&all[5..]));
    let numbers: Vec<u64> = all.iter().map(|change| change.number).collect();
    assert_eq!(numbers, [7, 6, 5, 4, 3, 2, 1]);
    assert_eq!(all[0].cause, "Observation/1 is new");
}

#[test]
fn a_trial_finds_its_patients_page_by_page() {
    let fixture = fixture();
    let record = &fixture.record;
    for of in ["p1", "p2", "p3", "p4"] {
        note(record, of, PutTo::Every, &[("T", "a", "eligible"), ("U", "a", "eligible")]);
    }
    note(record, "p2", PutTo::Every, &[("U", "a", "eligible")]);
    let oncologist = access(Role::Oncologist);
    let first = record.standings_of_trial(&oncologist, "T", 0, 2).unwrap();
    let rest = record.standings_of_trial(&oncologist, "T", first[1].number, 10).unwrap();
    let patients = |changes: &[TrialChange]| {
        changes.iter().map(|change| change.patient.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(
        (patients(&first), patients(&rest)),
        (vec!["p1".into(), "p3".into()], vec!["p4".into()])
    );
    assert_eq!(record.standings_of_trial(&oncologist, "none", 0, 10).unwrap(), []);
    // Narrowed to one patient, nobody else is there.
    let narrow = narrowed(Role::Oncologist, &["p3"]);
    assert_eq!(patients(&record.standings_of_trial(&narrow, "T", 0, 10).unwrap()), ["p3"]);
    assert_eq!(record.trial_standings(&narrow, &PatientId::new("p1")).unwrap(), []);
}

#[test]
fn a_consent_that_refuses_hides_the_patient_from_readers() {
    let fixture = fixture();
    let record = &fixture.record;
    commit(record, vec![patient("p1", "Example", "1"), patient("p2", "Sample", "2")]).unwrap();
    for of in ["p1", "p2"] {
        note(record, of, PutTo::Every, &[("T", "a", "eligible")]);
    }
    let refusing = json!({"resourceType": "Consent", "id": "c1", "status": "active",
        "scope": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope",
            "code": "patient-privacy"}]},
        "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
        "patient": {"reference": "Patient/p1"},
        "provision": {"type": "deny", "purpose": [{
            "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "TREAT"}]}});
    commit(record, vec![put(refusing)]).unwrap();
    let seen = record.standings_of_trial(&access(Role::Oncologist), "T", 0, 10).unwrap();
    assert_eq!(words(&seen), ["p2 T/a not-eligible > eligible"]);
}

#[test]
fn who_is_watched_is_found_by_day() {
    let fixture = fixture();
    let record = &fixture.record;
    let engine = access(Role::Engine);
    let watch = |of: &str, watch: TrialWatch| {
        let put = PutToTrials {
            patient: PatientId::new(of),
            put_to: PutTo::Every,
            standings: vec![],
            cause: String::new(),
            engine: String::new(),
            watch,
        };
        record.put_trial_standings(&engine, vec![put]).unwrap();
    };
    watch("p1", TrialWatch::On(Some(20_260_901)));
    watch("p2", TrialWatch::On(None));
    watch("p3", TrialWatch::On(Some(20_260_831)));
    watch("p4", TrialWatch::Off);
    let ids = |found: Vec<PatientId>| found.iter().map(ToString::to_string).collect::<Vec<_>>();
    let watched = |after: Option<&str>| {
        let after = after.map(PatientId::new);
        ids(record.watched_for_trials(&engine, after.as_ref(), 2).unwrap())
    };
    assert_eq!(
        (watched(None), watched(Some("p2"))),
        (vec!["p1".into(), "p2".into()], vec!["p3".into()])
    );
    let due = |day: u32| ids(record.due_for_trials(&engine, day, 10).unwrap());
    assert_eq!((due(20_260_830), due(20_260_831)), (vec![], vec!["p3".to_owned()]));
    assert_eq!(due(20_260_901), ["p3", "p1"]);
    watch("p3", TrialWatch::Off);
    assert_eq!(due(20_260_901), ["p1"]);
}

/// What evidence says goes by the same log, and trials take no notice of it.
#[test]
fn evidence_is_noted_beside_trials_and_is_none() {
    let fixture = fixture();
    let record = &fixture.record;
    let (oncologist, p1) = (access(Role::Oncologist), PatientId::new("p1"));
    let evidence = || PutTo::One(EVIDENCE.to_owned());
    assert_eq!(note(record, "p1", PutTo::Every, &[("T", "a", "eligible")]), 1);
    assert_eq!(note(record, "p1", evidence(), &[(EVIDENCE, "osimertinib", "II-C")]), 1);
    // Other trials, or none: what evidence says stands, and the other way round.
    assert_eq!(note(record, "p1", PutTo::Every, &[]), 1);
    assert_eq!(note(record, "p1", evidence(), &[(EVIDENCE, "osimertinib", "I-A")]), 1);
    assert_eq!(record.trial_standings(&oncologist, &p1).unwrap(), []);
    let changes = record.evidence_changes(&oncologist, &p1, 10).unwrap();
    let expected = [
        format!("p1 {EVIDENCE}/osimertinib II-C > I-A"),
        format!("p1 {EVIDENCE}/osimertinib not-eligible > II-C"),
    ];
    assert_eq!(words(&changes), expected);
    assert_eq!(record.evidence_changes(&oncologist, &PatientId::new("p2"), 10).unwrap(), []);
    assert_eq!(record.evidence_changes(&narrowed(Role::Oncologist, &["p2"]), &p1, 10).unwrap(), []);
    let raw = model::RawId::new("raw");
    let named = NewTrial { id: EVIDENCE.into(), registry: None, raw, body: b"{}".to_vec() };
    let refused = record.put_trial(&access(Role::Operator), named);
    assert!(matches!(refused, Err(Failure::Invalid { .. })), "{refused:?}");
}
