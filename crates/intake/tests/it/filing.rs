//! What a message becomes: resources, facts, and what later messages do to them.

use crate::support::{ANA, fixture, locally_coded, result};
use base64::Engine as _;
use formats::fhir::facts::facts_of;
use formats::hl7v2::{Message, oru};
use intake::difference::difference;
use intake::feed::Profile;
use intake::oru::{Context, filings};
use model::{PatientId, RawId};
use record::{Commit, Condition, RawState, ResourceChange};
use serde_json::{Value, json};
use std::collections::BTreeSet;

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

/// Ana's result as one of somebody else of that name.
fn of_another(number: usize) -> String {
    ANA.replace("NSML-20260112-0117", &format!("M-{number}"))
        .replace("NS26-", &format!("NS{number}-"))
        .replace("PL-48810", &format!("PL-{number}"))
        .replace("100001^^^", &format!("{}^^^", 200_000 + number))
        .replace("19610402", &format!("19{}0402", 10 + number))
}

/// Results of many people wait and are filed by few commits; each of them comes to what it would
/// come to by itself.
#[test]
fn messages_that_wait_together_come_each_to_their_own_end() {
    const PEOPLE: usize = 40;
    let mut fixture = fixture();
    let profile = Profile { version: "1".to_owned(), sha256: format!("{:0>64}", 1) };
    fixture.feed.profile = Some(profile);
    let known = fixture.read("Patient", "ana-example");
    let put = |number: usize| {
        let mut patient = known.clone();
        patient["id"] = format!("ana-{number}").into();
        patient["birthDate"] = format!("19{}-04-02", 10 + number).into();
        patient["identifier"][0]["value"] = (200_000 + number).to_string().into();
        let request = json!({"method": "PUT", "url": format!("Patient/ana-{number}")});
        json!({"resource": patient, "request": request})
    };
    let entries: Vec<Value> = (0..PEOPLE).map(put).collect();
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
    let no_look = &intake::fhir::no_look;
    intake::fhir::transaction(
        &fixture.record,
        &fixture.access(),
        "",
        no_look,
        bundle.to_string().as_bytes(),
    )
    .unwrap();

    // Of one of them nobody knows, one is none at all, and three have a code that is not mapped.
    let stranger = fixture.receive(&of_another(PEOPLE)).raw;
    let damaged =
        fixture.receive(&of_another(1).replace("M-1|", "M-X|").replace("OBR|1|", "OBZ|1|"));
    let receipts: Vec<_> = (0..PEOPLE)
        .map(|number| {
            let text = of_another(number);
            let text = if number < 3 { locally_coded(&text) } else { text };
            fixture.receive(&text).raw
        })
        .collect();
    // A correction waits behind what it corrects.
    let corrected = of_another(7)
        .replace("M-7|", "M-7C|")
        .replace("||||||F|", "||||||C|")
        .replace("20260112092500", "20260113092500");
    let corrected = fixture.receive(&corrected).raw;
    assert_eq!(fixture.work_off(), PEOPLE + 3);

    let state = |raw| fixture.record.raw(&fixture.access(), raw).unwrap().unwrap().summary.state;
    assert_eq!(state(&stranger), RawState::Unmatched);
    assert_ne!(state(&damaged.raw), RawState::Received);
    assert!(receipts.iter().all(|raw| state(raw) == RawState::Filed));
    assert_eq!(state(&corrected), RawState::Filed);
    for number in 0..PEOPLE {
        let findings = fixture.findings(&format!("ana-{number}"));
        let report = findings.iter().filter(|line| line.contains("report NS")).count();
        assert_eq!(report, 1, "{number}: {findings:?}");
        let is_corrected = findings.iter().any(|line| line.starts_with("Corrected"));
        assert_eq!(is_corrected, number == 7, "{number}: {findings:?}");
    }
    assert_eq!(fixture.work_off(), 0);
    // One task for the code, and one for the stranger.
    let reviews = fixture.record.reviews(&fixture.access(), true).unwrap();
    let words: Vec<&str> = reviews.iter().map(|review| review.entry.reason.as_str()).collect();
    assert_eq!(words.iter().filter(|word| **word == "unmapped").count(), 1, "{words:?}");
    assert_eq!(words.iter().filter(|word| **word == "unmatched").count(), 1, "{words:?}");
}

/// The ids of a report's parts had nothing in common before. What was filed by them goes on by
/// them: a correction that made new ones would leave the result that it corrects.
#[test]
fn a_result_that_is_known_by_its_former_ids_is_corrected_under_them() {
    let fixture = fixture();
    let message = Message::parse(ANA.as_bytes().to_vec()).0.unwrap();
    let oru = oru::read(&message, &fixture.feed.settings()).0;
    let (patient, raw) = (PatientId::new("ana-example"), RawId::new("r"));
    let built = |former: &BTreeSet<String>| {
        let context = Context {
            tenant: &fixture.feed.tenant,
            feed: &fixture.feed.id,
            profile: None,
            patient: &patient,
            raw: &raw,
            sha256: "",
            received: fixture.record.now(),
            former,
        };
        filings(&oru, &context).remove(0)
    };
    let former = built(&BTreeSet::new()).former_id.unwrap();
    let filed = built(&BTreeSet::from([former.clone()]));
    assert_eq!(filed.report_id, former);
    let put = |(resource, place): (Value, String)| {
        let facts = facts_of(&resource, None, &place).0;
        ResourceChange::put(resource, facts, Condition::Absent)
    };
    let changes = filed.resources.into_iter().map(put).collect();
    let commit = Commit { changes, ..Commit::default() };
    fixture.record.commit(&fixture.access(), commit).unwrap();

    // As it was, but for what says where it came from; then a correction of it.
    let before = fixture.sequence();
    assert_eq!(fixture.file(ANA).state, RawState::Filed);
    assert_eq!(fixture.changed(before), ["Provenance 1"]);
    let corrected = ANA
        .replace("NSML-20260112-0117", "M-2")
        .replace("||||||F|", "||||||C|")
        .replace("20260112093000", "20260113093000")
        .replace("20260112092500", "20260113092500");
    let before = fixture.sequence();
    let kept = fixture.file(&corrected);
    assert_eq!(kept.state, RawState::Filed);
    let expected = ["DiagnosticReport 2", "Observation 2", "Provenance 1"];
    assert_eq!(fixture.changed(before), expected);
    assert_eq!(fixture.read("DiagnosticReport", &former)["issued"], "2026-01-13T09:25:00.000Z");
    let kept = fixture.record.raw(&fixture.access(), &kept.id).unwrap().unwrap();
    let compared = difference(&fixture.record, &fixture.feed, &fixture.access(), &kept).unwrap();
    assert!(!compared.is_change(), "{compared:?}");
}
