//! A result that came in as a message goes out as one: in, to resources, out, in again.

use formats::fhir::panel::{ResultParts, outgoing};
use formats::hl7v2::oru::{Oru, PanelRow, Settings, panel_rows, read, write};
use formats::hl7v2::{Message, oru};
use intake::oru::{Context, Filing, filings};
use model::{PatientId, RawId, TenantId, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use testkit::panel::{HEAD, PANEL, message};

fn read_message(text: &[u8]) -> Oru {
    let message = Message::parse(text.to_vec()).0.unwrap();
    read(&message, &Settings::default()).0
}

fn file(oru: &Oru) -> Filing {
    let (tenant, patient, raw) = (TenantId::new("t"), PatientId::new("p"), RawId::new("r"));
    let context = Context {
        tenant: &tenant,
        feed: "lab",
        profile: None,
        patient: &patient,
        raw: &raw,
        sha256: "00",
        received: Timestamp::parse("2026-01-12T10:00:00Z").unwrap(),
    };
    filings(oru, &context).remove(0)
}

fn of_type(filing: &Filing, wanted: &str) -> Vec<Value> {
    let resources = filing.resources.iter().map(|(resource, _)| resource);
    resources.filter(|one| one["resourceType"] == wanted).cloned().collect()
}

fn send(filing: &Filing) -> Vec<u8> {
    let patient = json!({"resourceType": "Patient", "id": "p", "birthDate": "1961-04-02",
        "gender": "female", "name": [{"family": "EXAMPLE", "given": ["Ana"]}],
        "identifier": [{"system": "urn:a", "value": "7", "type": {"coding": [{"code": "MR"}]}}]});
    let parts = ResultParts {
        report: &of_type(filing, "DiagnosticReport")[0],
        patient: &patient,
        observations: &of_type(filing, "Observation"),
        specimens: &of_type(filing, "Specimen"),
        is_taken_back: false,
    };
    let head = Oru { control_id: "out-1".to_owned(), ..Oru::default() };
    write(&outgoing(&parts, head))
}

/// Each finding by what its rows say.
fn said(oru: &Oru) -> Vec<Vec<String>> {
    let words = |row: PanelRow| format!("{} {:?}", row.code.code, row.value);
    let mut all: Vec<Vec<String>> = Vec::new();
    for finding in &oru.orders[0].findings {
        let mut rows: Vec<String> = panel_rows(finding).into_iter().map(words).collect();
        rows.sort();
        all.push(rows);
    }
    all.sort();
    all
}

#[test]
fn every_item_of_the_panel_comes_through_the_resources() {
    let came = read_message(message().as_bytes());
    let sent = send(&file(&came));
    let back = read_message(&sent);
    assert_eq!(said(&back), said(&came));
    let text = String::from_utf8(sent).unwrap();
    let codes: BTreeSet<&str> = PANEL.iter().flat_map(|(_, rows)| *rows).map(|row| row.0).collect();
    for code in codes {
        assert!(text.contains(&format!("|{code}^")), "{code}");
    }
    let order = |oru: &Oru| {
        let order = &oru.orders[0];
        (order.filler.clone(), order.placer.clone(), order.collected, order.issued, order.status)
    };
    assert_eq!(order(&back), order(&came));
    // Filed from there and sent again, it is the same message.
    assert_eq!(send(&file(&back)), text.into_bytes());
}

#[test]
fn flat_results_notes_text_and_the_document_come_through() {
    let rows = "NTE|1||Call us\r\
        OBX|1|CWE|48018-6^Gene^LN||HGNC:2621^CYP2C19^HGNC||||||F\r\
        OBX|2|ST|84413-4^Genotype^LN||*1/*2||||||F\r\
        OBX|3|CWE|53040-2^Met^LN||^Likely Intermediate Metabolizer||||||F\r\
        OBX|4|TX|LAB-1^Method^L||Sequencing \\T\\ more||||||F\r\
        OBX|5|ST|LOT^Lot^L||4711||||||F\r\
        OBX|6|ED|PDF^Report^L||^application^pdf^Base64^JVBERi0xLjQKJSVFT0Y=||||||F\r\
        SPM|1|^S1&LAB||BLD^Blood^HL70487|||||||||||||20260110\r";
    let came = read_message(format!("{HEAD}{rows}").as_bytes());
    let back = read_message(&send(&file(&came)));
    assert_eq!(said(&back), said(&came));
    let (came, back) = (&came.orders[0], &back.orders[0]);
    assert_eq!(back.notes, came.notes);
    assert_eq!(back.documents[0].bytes, came.documents[0].bytes);
    assert_eq!(back.specimens[0].identifiers, came.specimens[0].identifiers);
    assert_eq!(back.service, came.service);
    let texts = |all: &[oru::TextResult]| -> Vec<String> {
        all.iter().map(|one| one.text.clone()).collect()
    };
    assert_eq!(texts(&back.texts), texts(&came.texts));
    assert_eq!(back.other.iter().map(|one| one.value.as_str()).collect::<Vec<_>>(), ["4711"]);
}
