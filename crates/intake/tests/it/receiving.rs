//! What a sender is told, and what is kept of what it sent.

use crate::support::{ANA, Fixture, fixture, result};
use formats::hl7v2::Message;
use formats::hl7v2::ack::Outcome;
use intake::receive::Receipt;
use model::RawId;
use record::{RawState, RawSummary};

fn summary(fixture: &Fixture, raw: &RawId) -> RawSummary {
    fixture.record.raw(&fixture.access(), raw).unwrap().unwrap().summary
}

fn answer(receipt: &Receipt) -> Message {
    let (message, problems) = Message::parse(receipt.acknowledgement.clone());
    assert!(model::problem::first_error(&problems).is_none(), "{problems:?}");
    message.unwrap()
}

struct Case {
    name: &'static str,
    from: &'static str,
    to: &'static str,
    /// MSA-1.
    code: &'static str,
    /// What the first ERR segment must hold: a place and a code of HL7 table 0357.
    fault: Option<(&'static str, &'static str)>,
}

const CASES: &[Case] = &[
    Case { name: "good", from: "", to: "", code: "AA", fault: None },
    Case {
        name: "a segment that is none",
        from: "OBX|3|",
        to: "Obx|3|",
        code: "AR",
        fault: Some(("segment 7", "")),
    },
    Case {
        name: "no control id",
        from: "NSML-20260112-0117",
        to: "",
        code: "AR",
        fault: Some(("MSH", "101")),
    },
    Case {
        name: "another message type",
        from: "ORU^R01^ORU_R01",
        to: "ADT^A01^ADT_A01",
        code: "AR",
        fault: Some(("MSH", "200")),
    },
    Case {
        name: "a test message on a production feed",
        from: "|P|2.5.1",
        to: "|T|2.5.1",
        code: "AR",
        fault: Some(("MSH", "202")),
    },
    Case {
        name: "no processing id",
        from: "|P|2.5.1",
        to: "||2.5.1",
        code: "AR",
        fault: Some(("MSH", "202")),
    },
    Case {
        name: "a version that is not read",
        from: "|P|2.5.1",
        to: "|P|3.0",
        code: "AR",
        fault: Some(("MSH", "203")),
    },
    Case {
        name: "enhanced mode",
        from: "|P|2.5.1|||",
        to: "|P|2.5.1|||AL",
        code: "CA",
        fault: None,
    },
    Case {
        name: "enhanced mode, rejected",
        from: "|P|2.5.1|||",
        to: "|T|2.5.1|||AL",
        code: "CR",
        fault: Some(("MSH", "202")),
    },
];

#[test]
fn a_message_is_accepted_or_rejected_with_the_place() {
    for case in CASES {
        let fixture = fixture();
        let receipt = fixture.receive(&ANA.replacen(case.from, case.to, 1));
        let ack = answer(&receipt);
        let name = case.name;
        assert_eq!(ack.value("MSA-1").as_deref(), Some(case.code), "{name}");
        let kept = summary(&fixture, &receipt.raw);
        assert_eq!(kept.acknowledgement.as_deref(), Some(&*receipt.acknowledgement), "{name}");
        let Some((place, code)) = case.fault else {
            assert_eq!(receipt.outcome, Outcome::Accepted, "{name}");
            assert_eq!(kept.state, RawState::Received, "{name}");
            assert!(ack.segment("ERR", 1).is_none(), "{name}");
            continue;
        };
        assert_eq!(receipt.outcome, Outcome::Rejected, "{name}");
        let error = ack.segment("ERR", 1).unwrap();
        let error = String::from_utf8_lossy(error.raw()).into_owned();
        assert!(error.contains(place) && error.contains(code), "{name}: {error}");
        assert_eq!(kept.state, RawState::Rejected, "{name}");
        assert!(model::problem::first_error(&kept.problems).is_some(), "{name}");
        // Nobody works on it.
        let before = fixture.sequence();
        assert_eq!(fixture.work_off(), 0, "{name}");
        assert_eq!(fixture.sequence(), before, "{name}");
    }
}

#[test]
fn what_is_no_message_is_rejected_and_kept() {
    for bytes in [&b"GET / HTTP/1.1\r\n\r\n"[..], b"", b"\xFF\xFE\x00", b"MSH", b"BHS|^~\\&|A\r"] {
        let fixture = fixture();
        let receipt =
            intake::receive::receive(&fixture.record, &fixture.feed, "p", bytes.to_vec()).unwrap();
        assert_eq!(answer(&receipt).value("MSA-1").as_deref(), Some("AR"), "{bytes:?}");
        let kept = fixture.record.raw(&fixture.access(), &receipt.raw).unwrap().unwrap();
        assert_eq!(kept.summary.state, RawState::Rejected);
        assert!(!kept.summary.problems.is_empty());
        assert_eq!(kept.body, bytes);
    }
}

#[test]
fn the_answer_names_the_message_and_turns_the_addresses() {
    let fixture = fixture();
    let ack = answer(&fixture.receive(ANA));
    for (place, value) in [
        ("MSA-2", "NSML-20260112-0117"),
        ("MSH-3", "COGNATE"),
        ("MSH-4", "DEMO"),
        ("MSH-5", "NSML-LIS"),
        ("MSH-11", "P"),
        ("MSH-12", "2.5.1"),
        ("MSH-9.1", "ACK"),
    ] {
        assert_eq!(ack.value(place).as_deref(), Some(value), "{place}");
    }
}

#[test]
fn a_repetition_gets_the_same_bytes_and_makes_no_work() {
    let fixture = fixture();
    for message in [ANA.to_owned(), ANA.replace("|P|2.5.1", "|T|2.5.1").replace("0117", "0118")] {
        let first = fixture.receive(&message);
        fixture.work_off();
        let kept = fixture.record.raw_list(&fixture.access(), None, 100).unwrap().len();
        let again = fixture.receive(&message);
        // A rejection stays one: saying "accepted" of it would be the opposite of the answer.
        assert_eq!(again, first);
        assert_eq!(fixture.work_off(), 0);
        assert_eq!(fixture.record.raw_list(&fixture.access(), None, 100).unwrap().len(), kept);
    }
}

#[test]
fn what_was_put_aside_comes_in_again_when_it_is_sent_again() {
    let fixture = fixture();
    let access = fixture.access();
    let message = ANA.replace("100001", "999999");
    let first = fixture.file(&message);
    let aside = (RawState::Unmatched, RawState::Dismissed);
    fixture.record.change_raw_state(&access, &first.id, aside, &[]).unwrap();
    let second = fixture.file(&message);
    assert_ne!(second.id, first.id);
    assert_eq!(second.state, RawState::Unmatched);
    // From then on it is known by the second.
    assert_eq!(fixture.file(&message).id, second.id);
    let kept = fixture.record.raw(&access, &first.id).unwrap().unwrap().summary;
    assert_eq!(kept.state, RawState::Dismissed);
    // It is filed by nobody who still holds it, either.
    let held = fixture.record.raw(&access, &first.id).unwrap().unwrap();
    let failure = fixture.worker().file(&held).unwrap_err();
    assert!(failure.to_string().contains("dismissed"), "{failure}");
}

#[test]
fn a_message_has_one_open_entry_however_often_it_is_read() {
    let fixture = fixture();
    let access = fixture.access();
    let id = fixture.file(&ANA.replace("100001", "999999")).id;
    for state in [RawState::Unmatched, RawState::ParseError, RawState::Quarantined] {
        fixture.record.set_raw_state(&access, &id, state, &[]).unwrap();
        let message = fixture.record.raw(&access, &id).unwrap().unwrap();
        fixture.worker().file(&message).unwrap();
        assert_eq!(fixture.record.reviews(&access, true).unwrap().len(), 1, "{state:?}");
    }
}

#[test]
fn a_control_id_used_again_for_something_else_is_worked_on_and_flagged() {
    let fixture = fixture();
    let first = fixture.file(ANA);
    assert!(!first.problems.iter().any(|problem| problem.code == "control-id-reused"));
    let other = ANA.replace("NS26-000117", "NS26-000118");
    let second = fixture.file(&other);
    assert_ne!(second.id, first.id);
    assert_eq!(second.state, RawState::Filed);
    let flag = second.problems.iter().find(|problem| problem.code == "control-id-reused");
    assert_eq!(flag.unwrap().place, "MSH-10");
    // Each of the two is known again by its own bytes.
    assert_eq!(fixture.receive(&other).raw, second.id);
}

#[test]
fn another_sender_may_use_the_same_control_id() {
    let fixture = fixture();
    let first = fixture.file(ANA);
    let other = ANA.replace("NSML-LIS", "OTHER-LIS");
    let second = fixture.file(&other);
    assert_ne!(second.id, first.id);
    assert!(!second.problems.iter().any(|problem| problem.code == "control-id-reused"));
}

#[test]
fn what_the_record_cannot_hold_is_still_answered_and_kept() {
    let long = "9".repeat(2_000);
    let huge = "9".repeat(100_000);
    let faults: Vec<String> = (0..1_500).map(|n| format!("bad{n}|1\r")).collect();
    let faults = faults.concat();
    let base = result("C-1", "F-1", "20260112092500+0000", 'F', &[]);
    for (name, message, code) in [
        ("a long control id", base.replace("C-1", &long), "AA"),
        ("a huge header", base.replace("C-1", &huge), "AR"),
        ("NUL in the control id", base.replace("C-1", "C\0-1"), "AA"),
        ("very many faults", format!("{base}{faults}"), "AR"),
    ] {
        let fixture = fixture();
        let receipt = fixture.receive(&message);
        assert_eq!(answer(&receipt).value("MSA-1").as_deref(), Some(code), "{name}");
        let again = fixture.receive(&message);
        assert_eq!(again, receipt, "{name}");
        fixture.work_off();
        assert_eq!(fixture.record.raw_waiting(&fixture.access(), 10).unwrap(), [], "{name}");
    }
}

/// Rules change: a message refused under the old ones is taken once under the new ones.
#[test]
fn a_message_refused_before_is_taken_once_by_other_rules() {
    let mut fixture = fixture();
    let message = ANA.replace("|P|2.5.1", "|T|2.5.1");
    let refused = fixture.receive(&message);
    assert_eq!(refused.outcome, Outcome::Rejected);
    fixture.feed.processing_ids.push("T".to_owned());
    let taken = fixture.receive(&message);
    assert_eq!(taken.outcome, Outcome::Accepted);
    assert_ne!(taken.raw, refused.raw);
    assert_eq!(fixture.work_off(), 1);
    for _ in 0..2 {
        assert_eq!(fixture.receive(&message), taken);
        assert_eq!(fixture.work_off(), 0);
    }
}
