//! Which messages a replay has to read: those of which something is another that their reading
//! rests on. Every case is held against a replay that reads them all.

use crate::support::{ANA, Fixture, fixture, tenant};
use intake::difference::Difference;
use intake::feed::{archive, profiles};
use intake::replay::{Asked, Replayed, Since, replay};
use intake::{Feed, fhir};
use model::PatientId;
use record::{Commit, Condition, RawState, ResourceChange};
use serde_json::{Value, json};

/// Something that happens to a record.
type Change = fn(&Fixture);

/// Puts a file of profiles with some lines for the feed into use.
fn use_profile(fixture: &mut Fixture, lines: &str) {
    let text = format!("version = \"1\"\n\n[[feed]]\nid = \"north\"\n{lines}");
    archive(&fixture.record, &tenant(), &text).unwrap();
    fixture.feed = profiles(&text, &tenant()).unwrap().remove(0);
}

fn mapping(code: &str, loinc: &str) -> String {
    format!("[[feed.code]]\nsystem = \"NORTH\"\ncode = \"{code}\"\nloinc = \"{loinc}\"\n")
}

/// Ana's result with its genotype under a code of the laboratory's own.
fn with_local_code() -> String {
    ANA.replace("84413-4^Genotype display name^LN", "GT^Genotype^NORTH")
}

fn run(fixture: &Fixture, is_thorough: bool) -> (Replayed, Vec<(u64, Difference)>) {
    run_as(fixture, is_thorough, false)
}

fn run_as(
    fixture: &Fixture,
    is_thorough: bool,
    is_done: bool,
) -> (Replayed, Vec<(u64, Difference)>) {
    let asked = Asked {
        since: Since::Sequence(1),
        messages_max: 100,
        passed_max: usize::MAX,
        is_done,
        is_thorough,
    };
    let mut told = Vec::new();
    let (record, feed, reader) = (&fixture.record, &fixture.feed, fixture.access());
    let done = replay(record, feed, &reader, asked, &mut |summary, difference| {
        told.push((summary.sequence, difference));
    });
    (done.unwrap(), told)
}

/// How many messages a replay reads; it tells what one tells that reads them all.
fn read(fixture: &Fixture) -> usize {
    let (spared, told) = run(fixture, false);
    let (all, told_of_all) = run(fixture, true);
    assert_eq!(told, told_of_all);
    assert_eq!(
        (spared.looked_at, spared.changed, spared.next),
        (all.looked_at, all.changed, all.next)
    );
    assert_eq!(all.read, all.looked_at);
    spared.read
}

fn patch(fixture: &Fixture, name: &str, change: impl FnOnce(&mut Value)) {
    let (kind, id) = name.split_once('/').unwrap();
    let mut resource = fixture.read(kind, id);
    change(&mut resource);
    let body = serde_json::to_vec(&resource).unwrap();
    fhir::update(&fixture.record, &fixture.access(), kind, id, Condition::Any, &body).unwrap();
}

#[test]
fn what_nothing_has_changed_of_is_not_read_again() {
    let mut fixture = fixture();
    fixture.file(ANA);
    assert_eq!(read(&fixture), 0, "without a profile");
    use_profile(&mut fixture, "");
    assert_eq!(read(&fixture), 0, "with one that says the same");
    fixture.file(&ANA.replace("0117", "0200"));
    assert_eq!(read(&fixture), 0);
    assert_eq!(run(&fixture, false).0.looked_at, 2);
}

#[test]
fn a_profile_has_those_read_that_asked_for_what_it_changes() {
    let cases = [
        ("another code", mapping("OTHER", "84413-4"), 0, 0),
        ("the code", mapping("GT", "84413-4"), 1, 1),
        ("the code beside another", mapping("A", "1-8") + &mapping("GT", "84413-4"), 1, 1),
        ("the zone", "offset_minutes = 60\n".to_owned(), 2, 0),
        ("an authority", "[feed.authorities]\nX = \"urn:x\"\n".to_owned(), 2, 0),
        ("a limit at the door", "bytes_max = 100000\n".to_owned(), 0, 0),
    ];
    for (what, lines, are_read, changed) in cases {
        let mut fixture = fixture();
        use_profile(&mut fixture, "");
        fixture.file(&with_local_code());
        fixture.file(&ANA.replace("0117", "0200"));
        assert_eq!(read(&fixture), 0, "{what}");
        use_profile(&mut fixture, &lines);
        assert_eq!(read(&fixture), are_read, "{what}");
        assert_eq!(run(&fixture, false).0.changed, changed, "{what}");
    }
}

#[test]
fn a_code_that_is_taken_out_of_the_profile_counts_too() {
    let mut fixture = fixture();
    use_profile(&mut fixture, &mapping("GT", "84413-4"));
    fixture.file(&with_local_code());
    fixture.file(&ANA.replace("0117", "0200"));
    use_profile(&mut fixture, "");
    assert_eq!(read(&fixture), 1);
    assert_eq!(run(&fixture, false).0.changed, 1);
}

#[test]
fn a_profile_that_is_not_archived_has_everything_read() {
    let mut fixture = fixture();
    let text = "version = \"0\"\n\n[[feed]]\nid = \"north\"\n";
    fixture.feed = profiles(text, &tenant()).unwrap().remove(0);
    fixture.file(ANA);
    assert_eq!(read(&fixture), 0, "by the profile itself");
    use_profile(&mut fixture, "");
    assert_eq!(read(&fixture), 1);
}

#[test]
fn whatever_comes_of_a_message_and_changes_has_it_read() {
    let change: [(&str, usize, Change); 4] = [
        ("a result is put anew", 1, |fixture| {
            let name = one(fixture, "Observation");
            patch(fixture, &name, |resource| resource["note"] = json!([{"text": "seen"}]));
        }),
        ("a result is deleted", 1, |fixture| {
            let name = one(fixture, "Observation");
            let (kind, id) = name.split_once('/').unwrap();
            let delete = ResourceChange::Delete {
                resource_type: kind.to_owned(),
                id: id.to_owned(),
                condition: Condition::Any,
            };
            let commit = Commit { changes: vec![delete], ..Commit::default() };
            fixture.record.commit(&fixture.access(), commit).unwrap();
        }),
        ("the report is put anew", 1, |fixture| {
            let name = one(fixture, "DiagnosticReport");
            patch(fixture, &name, |resource| resource["conclusion"] = json!("none"));
        }),
        // Of the correction some stands that came before it.
        ("a correction takes its place", 2, |fixture| {
            let text = ANA.replace("20260112-0117", "20260112-0118").replace("*2/*2", "*1/*2");
            assert_ne!(text, ANA);
            fixture.file(&corrected(&text));
        }),
    ];
    for (what, are_read, change) in change {
        let fixture = fixture();
        fixture.file(ANA);
        fixture.file(&ANA.replace("0117", "0200"));
        assert_eq!(read(&fixture), 0, "{what}");
        change(&fixture);
        assert_eq!(read(&fixture), are_read, "{what}");
    }
}

/// Every result of a message as corrected.
fn corrected(text: &str) -> String {
    let line = |line: &str| {
        let mut fields: Vec<&str> = line.split('|').collect();
        let status = match fields.first().copied() {
            Some("OBX") => 11,
            Some("OBR") => 25,
            _ => return line.to_owned(),
        };
        if let Some(field) = fields.get_mut(status) {
            *field = "C";
        }
        fields.join("|")
    };
    text.split('\r').map(line).collect::<Vec<_>>().join("\r")
}

/// The name of the first of the resources of a type that the first message became.
fn one(fixture: &Fixture, kind: &str) -> String {
    let changes = fixture.changes(0);
    let is_of_ana = |patient: &PatientId| patient.as_str() == "ana-example";
    let found = changes.iter().find(|change| {
        change.resource_type == kind && change.patient.as_ref().is_some_and(is_of_ana)
    });
    format!("{kind}/{}", found.unwrap().id)
}

#[test]
fn a_patient_who_is_matched_otherwise_has_the_messages_read() {
    let change: [(&str, Change); 3] = [
        ("the patient is put anew", |fixture| {
            patch(fixture, "Patient/ana-example", |patient| patient["birthDate"] = json!("1950"));
        }),
        ("another patient has the number, too", |fixture| {
            let mut other = fixture.read("Patient", "ana-example");
            other["id"] = json!("double");
            let body = serde_json::to_vec(&other).unwrap();
            let (record, access) = (&fixture.record, fixture.access());
            fhir::update(record, &access, "Patient", "double", Condition::Any, &body).unwrap();
        }),
        ("the patient is deleted", |fixture| {
            let delete = ResourceChange::Delete {
                resource_type: "Patient".to_owned(),
                id: "ana-example".to_owned(),
                condition: Condition::Any,
            };
            let commit = Commit { changes: vec![delete], ..Commit::default() };
            fixture.record.commit(&fixture.access(), commit).unwrap();
        }),
    ];
    for (what, change) in change {
        let fixture = fixture();
        fixture.file(ANA);
        assert_eq!(read(&fixture), 0, "{what}");
        change(&fixture);
        assert_eq!(read(&fixture), 1, "{what}");
    }
}

#[test]
fn a_message_with_a_number_that_its_patient_has_not_is_always_read() {
    let fixture = fixture();
    let field = ANA.split('|').find(|field| field.contains("^^^COGNATE-DEMO")).unwrap();
    let filed = fixture.file(&ANA.replace(field, &format!("{field}~77^^^ELSEWHERE")));
    assert_eq!(filed.state, RawState::Filed);
    assert_eq!(read(&fixture), 1);
}

#[test]
fn what_a_replay_has_read_and_found_to_stand_the_next_need_not_read() {
    let mut fixture = fixture();
    let text = "version = \"0\"\n\n[[feed]]\nid = \"north\"\n";
    fixture.feed = profiles(text, &tenant()).unwrap().remove(0);
    fixture.file(&with_local_code());
    fixture.file(&ANA.replace("0117", "0200"));
    // It repeats all that the one before it says, so nothing is written with it.
    fixture.file(&ANA.replace("0117", "0200").replace("0200|P|", "0201|P|"));
    use_profile(&mut fixture, "");
    assert_eq!(read(&fixture), 3, "they were read by a profile that is not there");
    assert_eq!(read(&fixture), 3, "looking keeps nothing");
    assert_eq!(run_as(&fixture, false, true).0.changed, 0);
    assert_eq!(read(&fixture), 1, "but for the one whose results came before it");
    let name = one(&fixture, "Observation");
    patch(&fixture, &name, |resource| resource["note"] = json!([{"text": "seen"}]));
    assert_eq!(read(&fixture), 2, "what is another since is read");
    assert_eq!(run_as(&fixture, false, true).0.changed, 0);
    assert_eq!(read(&fixture), 2, "what came of somebody else would not end with the message");
}

#[test]
fn what_is_read_again_and_comes_to_something_else_is_known_by_that() {
    let mut fixture = fixture();
    use_profile(&mut fixture, "");
    let filed = fixture.file(&with_local_code());
    use_profile(&mut fixture, &mapping("GT", "84413-4"));
    let access = fixture.access();
    let states = (RawState::Filed, RawState::Received);
    fixture.record.change_raw_state(&access, &filed.id, states, &[]).unwrap();
    fixture.work_off();
    let (done, told) = run(&fixture, false);
    assert_eq!((done.looked_at, done.changed, told.len()), (1, 0, 0));
    read(&fixture);
    let other = Feed { offset_minutes: Some(60), ..fixture.feed.clone() };
    fixture.feed = other;
    read(&fixture);
}
