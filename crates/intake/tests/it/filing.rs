//! What a message becomes: resources, facts, and what later messages do to them.

use crate::support::{ANA, fixture, result};
use base64::Engine as _;
use record::RawState;
use serde_json::Value;

const EARLY: &str = "20260112092500+0000";

#[test]
fn the_demonstration_message_becomes_resources_and_facts() {
    let fixture = fixture();
    let before = fixture.sequence();
    let kept = fixture.file(ANA);
    assert_eq!(kept.state, RawState::Filed);
    assert_eq!(kept.problems, []);
    let expected = ["DiagnosticReport 1", "Observation 1", "Provenance 1", "Specimen 1"];
    assert_eq!(fixture.changed(before), expected);
    assert_eq!(
        fixture.findings("ana-example"),
        [
            "Final Germline CYP2C19 *2/*2 Poor Metabolizer",
            "Final Unknown assay CYP2C19 [Targeted genotyping of CYP2C19 *2, *3 and *17]",
            "Final Unknown report NS26-000117",
            "Final Unknown specimen NS26-S-0117",
        ]
    );
    // Every fact says from which message, and from where in it.
    for filed in fixture.facts("ana-example") {
        let place = &filed.fact.source.place;
        match filed.resource.resource_type.as_str() {
            "Observation" => assert!(place.starts_with("OBX["), "{place}"),
            "DiagnosticReport" => assert_eq!(place, "OBR[1]"),
            "Specimen" => assert_eq!(place, "SPM[1]"),
            _ => continue,
        }
        assert_eq!(filed.fact.source.raw.as_ref(), Some(&kept.id));
    }
    let report = fixture.resource("DiagnosticReport", before);
    assert_eq!(report["status"], "final");
    assert_eq!(report["issued"], "2026-01-12T09:25:00.000Z");
    assert_eq!(report["subject"]["reference"], "Patient/ana-example");
    let provenance = fixture.resource("Provenance", before);
    assert_eq!(provenance["target"].as_array().unwrap().len(), 3);
}

#[test]
fn the_same_result_again_changes_nothing() {
    let fixture = fixture();
    fixture.file(ANA);
    let before = fixture.sequence();
    assert_eq!(fixture.file(ANA).state, RawState::Filed);
    assert_eq!(fixture.changed(before), [""; 0]);
    // Sent anew under another control id: only where it came from is added.
    assert_eq!(fixture.file(&ANA.replace("0112-0117", "0113-0001")).state, RawState::Filed);
    assert_eq!(fixture.changed(before), ["Provenance 1"]);
}

#[test]
fn a_file_with_a_message_may_be_given_twice() {
    let fixture = fixture();
    let take = |text: &str| {
        let settings = intake::file::FileSettings::default();
        let pack = crate::support::pack();
        let access = fixture.access();
        let bytes = text.as_bytes().to_vec();
        intake::file::ingest(&fixture.record, &access, &pack, "ana.hl7", bytes, &settings)
    };
    assert!(take(ANA).unwrap().done);
    let before = fixture.sequence();
    let again = take(ANA).unwrap();
    assert!(again.done, "{again:?}");
    assert_eq!(fixture.sequence(), before);
    // A test message is refused each time, not only the first.
    let test = ANA.replace("|P|2.5.1", "|T|2.5.1").replace("NS26-000117", "NS26-000999");
    for _ in 0..2 {
        let refused = take(&test).unwrap_err();
        assert!(refused.to_string().contains("MSH-11"), "{refused}");
    }
    assert_eq!(fixture.sequence(), before);
    // One that waits for a person waits once.
    let stranger = ANA.replace("100001", "999999");
    for _ in 0..2 {
        assert!(!take(&stranger).unwrap().done);
    }
    assert_eq!(fixture.record.reviews(&fixture.access(), true).unwrap().len(), 1);
}

fn with_rows(control_id: &str, rows: &[&str]) -> String {
    let base = result(control_id, "F-7", EARLY, 'F', &[]);
    rows.iter().fold(base, |text, row| text + row + "\r")
}

#[test]
fn a_narrative_alone_is_kept_in_the_laboratorys_words() {
    let fixture = fixture();
    let before = fixture.sequence();
    let kept = fixture.file(&with_rows(
        "M-1",
        &["OBX|1|TX|51969-4^Genetic analysis report^LN||CYP2C19 *2/*2 was found.||||||F"],
    ));
    assert_eq!(kept.state, RawState::Filed);
    assert_eq!(fixture.changed(before), ["DiagnosticReport 1", "Provenance 1"]);
    let report = fixture.resource("DiagnosticReport", before);
    assert!(report["conclusion"].as_str().unwrap().contains("*2/*2 was found"), "{report}");
    // Nothing is concluded from words.
    assert_eq!(fixture.findings("ana-example"), ["Final Unknown report F-7"]);
}

fn attachment(bytes: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    format!(
        "OBX|1|ED|51969-4^Genetic analysis report^LN||NSML^Application^PDF^Base64^{text}||||||F"
    )
}

const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

#[test]
fn an_attachment_is_filed_as_a_document() {
    let fixture = fixture();
    let before = fixture.sequence();
    let kept = fixture.file(&with_rows("M-1", &[&attachment(PDF)]));
    assert_eq!(kept.state, RawState::Filed);
    let expected = ["DiagnosticReport 1", "DocumentReference 1", "Provenance 1"];
    assert_eq!(fixture.changed(before), expected);
    let document = fixture.resource("DocumentReference", before);
    let content = &document["content"][0]["attachment"];
    assert_eq!(content["contentType"], "application/pdf");
    assert_eq!(decoded(&content["data"]), PDF);
    assert!(!document.to_string().contains("damaged"));
    let report = fixture.resource("DiagnosticReport", before);
    assert_eq!(report["presentedForm"][0]["contentType"], "application/pdf");
}

fn decoded(data: &Value) -> Vec<u8> {
    base64::engine::general_purpose::STANDARD.decode(data.as_str().unwrap()).unwrap()
}

#[test]
fn a_damaged_attachment_is_filed_and_marked() {
    let whole = attachment(PDF);
    let cut = whole.replace("||||||F", "").trim_end_matches('=').to_owned();
    let cut = format!("{}||||||F", cut.get(..cut.len() - 9).unwrap());
    let placeholder = whole.replace("^Base64^", "^Base64^JVBERi0x...");
    for row in [cut, placeholder] {
        let fixture = fixture();
        let before = fixture.sequence();
        let kept = fixture.file(&with_rows("M-1", &[&row]));
        assert_eq!(kept.state, RawState::Filed);
        assert!(kept.problems.iter().any(|problem| problem.code == "damaged-document"));
        let document = fixture.resource("DocumentReference", before);
        assert!(document.to_string().contains("damaged as received"), "{document}");
    }
}

/// A large scan must not stop the messages behind it.
#[test]
fn an_attachment_too_large_for_a_resource_stays_in_the_archive() {
    let fixture = fixture();
    let before = fixture.sequence();
    let mut large = PDF.to_vec();
    large.splice(20..20, std::iter::repeat_n(b' ', 7 * 1024 * 1024));
    fixture.receive(&with_rows("M-1", &[&attachment(&large)]));
    let behind = fixture.file(ANA);
    assert_eq!(behind.state, RawState::Filed);
    let kept = fixture.record.raw_list(&fixture.access(), Some(RawState::Filed), 10).unwrap();
    let large = kept.iter().find(|kept| kept.length_bytes > 1_000_000).unwrap();
    let document = fixture.resource("DocumentReference", before);
    let content = &document["content"][0]["attachment"];
    assert!(content.get("data").is_none());
    assert!(content["url"].as_str().unwrap().contains(&large.sha256), "{content}");
}

/// One message that can never be filed is parked; the others go on.
#[test]
fn a_message_that_cannot_be_filed_does_not_stop_the_others() {
    let fixture = fixture();
    // More identifiers than a look-up takes.
    let many: Vec<String> = (0..80).map(|n| format!("{n}^^^COGNATE-DEMO^MR~")).collect();
    let many = many.concat() + "100001^^^";
    let poisoned = fixture.receive(&ANA.replace("100001^^^", &many));
    let behind = fixture.file(&ANA.replace("0112-0117", "0112-0118"));
    assert_eq!(behind.state, RawState::Filed);
    let kept = fixture.record.raw(&fixture.access(), &poisoned.raw).unwrap().unwrap().summary;
    assert_eq!(kept.state, RawState::ParseError);
    let reason = model::problem::first_error(&kept.problems).unwrap();
    assert_eq!(reason.code, "cannot-be-filed");
    assert_eq!(fixture.work_off(), 0);
}

#[test]
fn a_message_with_very_many_remarks_is_filed() {
    let fixture = fixture();
    let rows: Vec<String> =
        (0..1_500).map(|n| format!("OBX|{n}|ST|X{n}^Local^99L|{n}z|value||||||F")).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let kept = fixture.file(&with_rows("M-1", &rows));
    assert_eq!(kept.state, RawState::Filed);
    assert!(kept.problems.len() > 500, "{}", kept.problems.len());
}

#[test]
fn a_worker_with_nothing_to_do_fills_no_audit_log() {
    let fixture = fixture();
    fixture.file(ANA);
    let before = fixture.record.verify_audit().events;
    for _ in 0..10 {
        assert_eq!(fixture.work_off(), 0);
    }
    assert_eq!(fixture.record.verify_audit().events, before);
}
