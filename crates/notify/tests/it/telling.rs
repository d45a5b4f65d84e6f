//! What is told, to whom, and what is not.

use crate::receiver::{Receiver, field};
use crate::support::{Fixture, access, deliverer, destination, pass, result, to, until_settled};
use formats::hl7v2::Message;
use formats::hl7v2::oru::{FindingContent, Settings, read};
use model::reported::ResultStatus;
use record::{Commit, Condition, DispatchState, Purpose, ResourceChange, Role};
use serde_json::json;
use std::time::Duration;

fn events(fixture: &Fixture) -> Vec<String> {
    let mut all = fixture.in_state(DispatchState::Delivered);
    all.extend(fixture.in_state(DispatchState::Withheld));
    all.sort_by_key(|one| one.number);
    all.into_iter().map(|one| one.event).collect()
}

#[test]
fn a_result_goes_out_as_a_message_that_can_be_read() {
    let fixture = Fixture::new();
    let receiver = Receiver::start(&[]);
    let more = "receiving_application = \"EHR\"\nreceiving_facility = \"HOSP\"";
    let deliverer = deliverer(&fixture, destination(receiver.port, more));
    fixture.result("F1", "p1", "*2/*2", "final");
    pass(&deliverer);
    let text = receiver.had().messages.remove(0);
    assert_eq!([5, 6].map(|place| field(&text, place - 1)), ["EHR", "HOSP"]);
    assert_eq!(field(&text, 9).len(), 20, "MSH-10 is an ST of 20");
    let (message, problems) = Message::parse(text.into_bytes());
    assert_eq!(problems, []);
    let (oru, problems) = read(&message.unwrap(), &Settings::default());
    assert_eq!(problems, []);
    assert_eq!(oru.patient.identifiers[0].identifier.value, "p1");
    let order = &oru.orders[0];
    assert_eq!(order.filler.as_ref().map(|one| one.value.as_str()), Some("F1"));
    assert_eq!((order.status, order.laboratory.as_deref()), (ResultStatus::Final, Some("North")));
    let genotype = order.findings.iter().find_map(|finding| match &finding.content {
        FindingContent::Gene(gene) => gene.genotype.clone(),
        _ => None,
    });
    assert_eq!(genotype.as_deref(), Some("*2/*2"));
}

#[test]
fn what_becomes_of_a_result_is_told_as_what_it_is() {
    let fixture = Fixture::new();
    let receiver = Receiver::start(&[]);
    let deliverer = to(&fixture, &receiver);
    fixture.result("1", "p1", "*1/*2", "preliminary");
    fixture.result("1", "p1", "*1/*2", "final");
    fixture.result("1", "p1", "*1/*3", "corrected");
    until_settled(&fixture, &deliverer);
    pass(&deliverer);
    // A part alone changes.
    fixture.file(&result("1", "p1", "*2/*3", "corrected")[..1]);
    fixture.result("1", "p1", "*2/*3", "entered-in-error");
    pass(&deliverer);
    until_settled(&fixture, &deliverer);
    let expected = ["result.final", "result.amended", "result.amended", "result.retracted"];
    let told = events(&fixture);
    // Amended and taken back in one look: the part is told with its report.
    assert!(told == expected || told == [expected[0], expected[1], expected[3]], "{told:?}");
    let last = receiver.had().messages.pop().unwrap();
    assert!(last.contains("|D|"), "{last}");
}

#[test]
fn what_was_corrected_before_it_was_sent_does_not_leave() {
    let fixture = Fixture::new();
    let receiver = Receiver::start(&[]);
    let deliverer = to(&fixture, &receiver);
    fixture.result("1", "p1", "*1/*2", "final");
    fixture.result("1", "p1", "*17/*17", "corrected");
    pass(&deliverer);
    until_settled(&fixture, &deliverer);
    let sent = receiver.had().messages;
    assert_eq!(sent.len(), 2);
    assert!(sent.iter().all(|text| text.contains("*17/*17") && !text.contains("*1/*2")));
}

#[test]
fn a_result_of_another_patient_is_taken_back_where_it_was() {
    let fixture = Fixture::new();
    let receiver = Receiver::start(&[]);
    let deliverer = to(&fixture, &receiver);
    fixture.result("1", "p1", "*1/*2", "final");
    pass(&deliverer);
    fixture.result("1", "p2", "*1/*2", "corrected");
    pass(&deliverer);
    until_settled(&fixture, &deliverer);
    let sent = receiver.had().messages;
    let of = |text: &String| {
        let person = text.split('\r').find(|line| line.starts_with("PID")).unwrap().to_owned();
        (person.contains("p1"), text.contains("|D|"))
    };
    let told: Vec<(bool, bool)> = sent.iter().map(of).collect();
    assert_eq!(told, [(true, false), (true, true), (false, false)]);
}

#[test]
fn filters_and_kinds_decide_what_is_told() {
    let fixture = Fixture::new();
    let receiver = Receiver::start(&[]);
    for (more, told) in [
        ("categories = [\"GE\"]", 1),
        ("categories = [\"RAD\"]", 0),
        ("laboratories = [\"North\"]", 1),
        ("laboratories = [\"South\"]", 0),
        ("sends = [\"retracted\"]", 0),
    ] {
        let one = deliverer(&fixture, destination(receiver.port, more));
        let before = receiver.had().messages.len();
        fixture.result(&format!("n{told}-{}", more.len()), "p1", "*1/*2", "final");
        pass(&one);
        pass(&one);
        one.leave().unwrap();
        assert_eq!(receiver.had().messages.len() - before, told, "{more}");
    }
}

#[test]
fn what_the_policies_keep_back_does_not_leave_and_audit_names_what_does() {
    let fixture = Fixture::new();
    let receiver = Receiver::start(&[]);
    let deliverer = to(&fixture, &receiver);
    let mut hidden = result("secret", "p1", "*1/*2", "final");
    for resource in &mut hidden {
        resource["meta"] = json!({"security": [{
            "system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "V"}]});
    }
    fixture.file(&hidden);
    fixture.result("open", "p2", "*1/*2", "final");
    pass(&deliverer);
    until_settled(&fixture, &deliverer);
    let sent = receiver.had().messages;
    assert_eq!(sent.len(), 1);
    assert!(sent[0].contains("open") && !sent[0].contains("secret"));
    let log = std::fs::read_dir(fixture.directory.path().join("data/audit")).unwrap();
    let log: String =
        log.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    assert!(log.contains("destination:ehr") && log.contains("Destination/ehr"), "{log}");
    assert!(log.contains("dispatch/1/DiagnosticReport/r-open/_history/1"));
}

#[test]
fn half_a_result_is_not_told() {
    let fixture = Fixture::new();
    let receiver = Receiver::start(&[]);
    let deliverer = to(&fixture, &receiver);
    fixture.result("1", "p1", "*1/*2", "final");
    let gone = ResourceChange::Delete {
        resource_type: "Observation".to_owned(),
        id: "o-1".to_owned(),
        condition: Condition::Any,
    };
    let interface = access(Role::Interface, Purpose::Treatment);
    let commit = Commit { changes: vec![gone], ..Commit::default() };
    fixture.record.commit(&interface, commit).unwrap();
    pass(&deliverer);
    fixture.later(Duration::from_mins(6));
    pass(&deliverer);
    assert!(receiver.had().messages.is_empty());
    let withheld = fixture.in_state(DispatchState::Withheld);
    assert!(withheld[0].reason.contains("a part of it"), "{}", withheld[0].reason);
}
