//! Versions of one result: corrections, what is taken back, what must not replace what stands.

use crate::support::{Fixture, INTERMEDIATE, NORMAL, POOR, fixture, result};
use model::PatientId;
use model::fact::FactContent;
use record::RawState;

const EARLY: &str = "20260112092500+0000";
const LATE: &str = "20260114100000+0000";

#[test]
fn a_correction_is_the_next_version_of_the_same_resources() {
    let fixture = fixture();
    let start = fixture.sequence();
    let genes = [("CYP2C19", "*1/*2", INTERMEDIATE), ("TPMT", "*1/*1", NORMAL)];
    fixture.file(&result("M-1", "F-1", EARLY, 'F', &genes));
    let first = fixture.changes(start);
    let before = fixture.sequence();
    let corrected = [("CYP2C19", "*2/*2", POOR)];
    let kept = fixture.file(&result("M-2", "F-1", LATE, 'C', &corrected));
    assert_eq!(kept.state, RawState::Filed);
    let expected = ["DiagnosticReport 2", "Observation 2", "Observation 2 deleted", "Provenance 1"];
    assert_eq!(fixture.changed(before), expected);
    for change in fixture.changes(before).iter().filter(|c| c.resource_type != "Provenance") {
        assert!(first.iter().any(|c| c.id == change.id), "{change:?}");
    }
    let lines = fixture.findings("ana-example");
    let expected =
        ["Corrected Unknown CYP2C19 *2/*2 Poor Metabolizer", "Corrected Unknown report F-1"];
    assert_eq!(lines, expected);
}

/// A finding is known by what it is about, not by its place among the others.
#[test]
fn a_correction_that_drops_or_reorders_genes_keeps_the_others() {
    for (name, corrected, changed) in [
        ("the first is dropped", vec![("TPMT", "*1/*1", NORMAL)], vec!["Observation 2 deleted"]),
        ("reordered", vec![("TPMT", "*1/*1", NORMAL), ("CYP2C19", "*1/*2", INTERMEDIATE)], vec![]),
        (
            "one is put before them",
            vec![
                ("NUDT15", "*1/*1", NORMAL),
                ("CYP2C19", "*1/*2", INTERMEDIATE),
                ("TPMT", "*1/*1", NORMAL),
            ],
            vec!["Observation 1"],
        ),
    ] {
        let fixture = fixture();
        let genes = [("CYP2C19", "*1/*2", INTERMEDIATE), ("TPMT", "*1/*1", NORMAL)];
        fixture.file(&result("M-1", "F-1", EARLY, 'C', &genes));
        let before = fixture.sequence();
        fixture.file(&result("M-2", "F-1", EARLY, 'C', &corrected));
        let mut seen = fixture.changed(before);
        seen.retain(|line| line.starts_with("Observation"));
        assert_eq!(seen, changed, "{name}");
    }
}

#[test]
fn what_is_older_or_less_final_does_not_replace_what_stands() {
    let (first, second) = ([("CYP2C19", "*2/*2", POOR)], [("CYP2C19", "*1/*1", NORMAL)]);
    for (name, standing, incoming, replaces) in [
        ("an older correction", (LATE, 'F'), (EARLY, 'C'), false),
        ("an older final", (LATE, 'C'), (EARLY, 'F'), false),
        ("preliminary, of the same time", (EARLY, 'F'), (EARLY, 'P'), false),
        ("preliminary, without a time", (EARLY, 'F'), ("", 'P'), false),
        ("final after preliminary, of the same time", (EARLY, 'P'), (EARLY, 'F'), true),
        ("a correction of the same time", (EARLY, 'F'), (EARLY, 'C'), true),
        ("a later correction", (EARLY, 'F'), (LATE, 'C'), true),
        ("a later preliminary", (EARLY, 'F'), (LATE, 'P'), false),
    ] {
        let fixture = fixture();
        fixture.file(&result("M-1", "F-1", standing.0, standing.1, &first));
        let before = fixture.sequence();
        let lines = fixture.findings("ana-example");
        let kept = fixture.file(&result("M-2", "F-1", incoming.0, incoming.1, &second));
        if replaces {
            assert_eq!(kept.state, RawState::Filed, "{name}");
            assert_ne!(fixture.findings("ana-example"), lines, "{name}");
            continue;
        }
        assert_ne!(kept.state, RawState::Filed, "{name}");
        assert_eq!(fixture.sequence(), before, "{name}");
        assert_eq!(fixture.findings("ana-example"), lines, "{name}");
        let reviews = fixture.record.reviews(&fixture.access(), true).unwrap();
        assert_eq!(reviews.len(), 1, "{name}");
        assert!(reviews[0].entry.text.contains("version of this result"), "{name}");
        assert_eq!(reviews[0].entry.candidates, [PatientId::new("ana-example")], "{name}");
    }
}

/// Whether CYP2C19 results of Ana's are final: only those reach the engines.
fn are_final(fixture: &Fixture) -> Vec<bool> {
    let facts = fixture.facts("ana-example").into_iter().map(|filed| filed.fact);
    let genes = facts.filter(|fact| matches!(fact.content, FactContent::GeneResult(_)));
    genes.map(|fact| fact.status.is_final()).collect()
}

#[test]
fn a_preliminary_result_is_filed_and_not_used() {
    let fixture = fixture();
    let before = fixture.sequence();
    let genes = [("CYP2C19", "*2/*2", POOR)];
    fixture.file(&result("M-1", "F-1", EARLY, 'P', &genes));
    assert_eq!(fixture.resource("Observation", before)["status"], "preliminary");
    assert_eq!(fixture.resource("DiagnosticReport", before)["status"], "preliminary");
    let lines = fixture.findings("ana-example");
    assert!(lines[0].starts_with("Preliminary Unknown CYP2C19 *2/*2"), "{lines:?}");
    assert_eq!(are_final(&fixture), [false]);
    fixture.file(&result("M-2", "F-1", LATE, 'F', &genes));
    assert_eq!(are_final(&fixture), [true]);
    // Posted to the wrong patient (OBX-11 W), or taken back (D): no longer used.
    for status in ['W', 'D'] {
        let issued = if status == 'W' { "20260115100000+0000" } else { "20260116100000+0000" };
        let text = result(&format!("M-{status}"), "F-1", issued, status, &genes);
        fixture.file(&text.replace(&format!("||GE|{status}"), "||GE|C"));
        assert_eq!(fixture.resource("Observation", before)["status"], "entered-in-error");
        assert_eq!(are_final(&fixture), [false]);
    }
}

/// What a correction takes back, the next one may bring again.
#[test]
fn a_finding_that_was_taken_back_can_come_again() {
    let fixture = fixture();
    let before = fixture.sequence();
    let (both, one) = (
        [("CYP2C19", "*1/*2", INTERMEDIATE), ("TPMT", "*1/*1", NORMAL)],
        [("TPMT", "*1/*1", NORMAL)],
    );
    for (day, genes) in [("12", &both[..]), ("13", &one[..]), ("14", &both[..])] {
        let issued = format!("202601{day}100000+0000");
        let kept = fixture.file(&result(&format!("M-{day}"), "F-1", &issued, 'C', genes));
        assert_eq!(kept.state, RawState::Filed);
    }
    let mut seen = fixture.changed(before);
    seen.retain(|line| line.starts_with("Observation"));
    let expected = [
        "Observation 1",
        "Observation 1",
        "Observation 2",
        "Observation 2 deleted",
        "Observation 3",
        "Observation 3",
    ];
    assert_eq!(seen, expected);
}

/// Waits for a person; what is known of Ana stays as it was.
fn waits(fixture: &Fixture, message: &str, reason: &str) {
    let (before, lines) = (fixture.sequence(), fixture.findings("ana-example"));
    let kept = fixture.file(message);
    assert_eq!(kept.state, RawState::Unmatched, "{reason}: {:?}", kept.problems);
    assert_eq!(fixture.sequence(), before, "{reason}");
    assert_eq!(fixture.findings("ana-example"), lines, "{reason}");
    let reviews = fixture.record.reviews(&fixture.access(), true).unwrap();
    let texts: Vec<&str> = reviews.iter().map(|review| review.entry.text.as_str()).collect();
    assert!(texts.last().unwrap().contains(reason), "{texts:?}");
}

const BOTH: [(&str, &str, &str); 2] = [("CYP2C19", "*2/*2", POOR), ("TPMT", "*1/*1", NORMAL)];

/// A final result does not go away because a message happens not to repeat it.
#[test]
fn a_result_goes_only_when_the_message_says_so() {
    let without_value = |status: char, order: char| {
        let text = result("M-2", "F-1", LATE, status, &BOTH);
        let text = text.replace("|*2/*2|", "||").replace(&format!("|{POOR}^LN|"), "||");
        text.replace(&format!("||GE|{status}"), &format!("||GE|{order}"))
    };
    let missing = "missing, and it is no correction";
    for (name, message) in [
        ("final, with fewer genes", result("M-2", "F-1", LATE, 'F', &BOTH[1..])),
        ("final, without values", without_value('F', 'F')),
        ("now final, values not sent again", without_value('U', 'F')),
    ] {
        let fixture = fixture();
        fixture.file(&result("M-1", "F-1", EARLY, 'F', &BOTH));
        waits(&fixture, &message, missing);
        println!("{name} waits");
    }
    for (name, message) in [
        ("a correction with fewer genes", result("M-2", "F-1", LATE, 'C', &BOTH[1..])),
        ("deleted, without values", without_value('D', 'C')),
        ("posted to the wrong patient, without values", without_value('W', 'F')),
    ] {
        let fixture = fixture();
        fixture.file(&result("M-1", "F-1", EARLY, 'F', &BOTH));
        let kept = fixture.file(&message);
        assert_eq!(kept.state, RawState::Filed, "{name}");
        let lines = fixture.findings("ana-example");
        let is_used = |line: &String| line.contains("CYP2C19") && !line.starts_with("EnteredInErr");
        assert!(!lines.iter().any(is_used), "{name}: {lines:?}");
    }
}

#[test]
fn one_filler_number_is_not_filed_for_two_patients() {
    let of_ben = |control_id: &str| {
        result(control_id, "F-1", LATE, 'F', &BOTH)
            .replace("100001^^^", "100002^^^")
            .replace("EXAMPLE^Ana", "SAMPLE^Ben")
            .replace("19610402|F", "19740913|M")
    };
    let fixture = fixture();
    fixture.file(&result("M-1", "F-1", EARLY, 'F', &BOTH));
    waits(&fixture, &of_ben("M-2"), "filed for another patient");
    assert_eq!(fixture.findings("ben-sample"), [""; 0]);
    let reviews = fixture.record.reviews(&fixture.access(), true).unwrap();
    let candidates = [PatientId::new("ben-sample"), PatientId::new("ana-example")];
    assert_eq!(reviews[0].entry.candidates, candidates);
    // Another laboratory's number, and a number of no laboratory, are other numbers.
    let kept = fixture.file(&of_ben("M-3").replace("F-1^NSML", "F-1^SOUTH"));
    assert_eq!(kept.state, RawState::Filed);
    // The laboratory takes it back from Ana and sends it for Ben.
    let wrong = result("M-4", "F-1", LATE, 'W', &BOTH).replace("||GE|W", "||GE|C");
    assert_eq!(fixture.file(&wrong).state, RawState::Filed);
    assert_eq!(are_final(&fixture), [false, false]);
    assert_eq!(fixture.file(&of_ben("M-5")).state, RawState::Filed);
}

/// Two orders of one message may carry one number; each keeps its own result.
#[test]
fn orders_with_one_number_are_both_filed() {
    let fixture = fixture();
    let before = fixture.sequence();
    let first = result("M-1", "F-1", EARLY, 'F', &BOTH[..1]);
    let second = result("M-1", "F-1", EARLY, 'F', &BOTH[1..]);
    let second: Vec<&str> = second.split_terminator('\r').skip(2).collect();
    let message = first + &second.join("\r") + "\r";
    let kept = fixture.file(&message);
    assert_eq!(kept.state, RawState::Filed, "{:?}", kept.problems);
    let expected = [
        "DiagnosticReport 1",
        "DiagnosticReport 1",
        "Observation 1",
        "Observation 1",
        "Provenance 1",
        "Provenance 1",
    ];
    assert_eq!(fixture.changed(before), expected);
    let before = fixture.sequence();
    fixture.file(&message.replace("|M-1|", "|M-2|"));
    assert_eq!(fixture.changed(before), ["Provenance 1", "Provenance 1"]);
}

/// A report that somebody deleted comes back with the next message, and nothing is stuck.
#[test]
fn a_deleted_report_can_be_filed_again() {
    let fixture = fixture();
    let before = fixture.sequence();
    fixture.file(&result("M-1", "F-1", EARLY, 'F', &BOTH));
    let report = fixture.resource("DiagnosticReport", before);
    let url = format!("DiagnosticReport/{}", report["id"].as_str().unwrap());
    let delete = serde_json::json!({
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [{"request": {"method": "DELETE", "url": url}}],
    });
    let body = serde_json::to_vec(&delete).unwrap();
    intake::fhir::transaction(
        &fixture.record,
        &fixture.access(),
        "",
        &intake::fhir::no_look,
        &body,
    )
    .unwrap();
    let before = fixture.sequence();
    let kept = fixture.file(&result("M-2", "F-1", EARLY, 'F', &BOTH));
    assert_eq!(kept.state, RawState::Filed);
    assert_eq!(fixture.changed(before), ["DiagnosticReport 3", "Provenance 1"]);
}
