//! A result that came in as a message goes out as one: in, to resources, out, in again.

use formats::fhir::panel::{ResultParts, outgoing};
use formats::hl7v2::oru::{Oru, PanelRow, Settings, panel_rows, read, write};
use formats::hl7v2::{Message, oru};
use intake::oru::{Context, Filing, filings};
use model::reported::ResultStatus;
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
        former: &BTreeSet::new(),
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
    write(&outgoing(&parts, head).unwrap())
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

#[test]
fn advice_that_is_taken_back_stays_taken_back_in_a_corrected_result() {
    let head = HEAD.replace("|||F\r", "|||C\r");
    let rows = "OBX|1|CWE|48018-6^Gene^LN|2a|HGNC:2621^CYP2C19^HGNC||||||C\r\
        OBX|2|ST|84413-4^Genotype^LN|2a|*1/*2||||||C\r\
        OBX|3|CWE|51963-7^Drug^LN|3a|32968^clopidogrel^RXNORM||||||D\r\
        OBX|4|TX|83010-9^Text^LN|3a|Avoid it||||||D\r\
        OBX|5|TX|LAB-1^Words^L||Old words||||||D\r\
        OBX|6|TX|LAB-2^Words^L||New words||||||C\r\
        NTE|1||on them\r\
        OBX|7|ST|51968-6^Overall^LN|1|Not so sure||||||P\r";
    let came = read_message(format!("{head}{rows}").as_bytes());
    let filing = file(&came);
    let report = &of_type(&filing, "DiagnosticReport")[0];
    // What does not hold is not quoted as if it did, and what is not final says so.
    assert_eq!(report["conclusion"], "[preliminary] Not so sure\nNew words");
    let back = read_message(&send(&filing));
    let order = &back.orders[0];
    assert_eq!(order.status, ResultStatus::Corrected);
    for finding in &order.findings {
        let expected = match &finding.content {
            oru::FindingContent::Drug(_) => ResultStatus::EnteredInError,
            oru::FindingContent::Overall(_) => ResultStatus::Preliminary,
            _ => ResultStatus::Corrected,
        };
        assert_eq!(finding.status, expected, "{:?}", finding.content);
    }
    let of = |texts: &[oru::TextResult]| -> Vec<(String, ResultStatus, Vec<String>)> {
        texts.iter().map(|one| (one.text.clone(), one.status, one.notes.clone())).collect()
    };
    assert_eq!(of(&order.texts), of(&came.orders[0].texts));
    assert_eq!(of(&order.texts)[0].1, ResultStatus::EnteredInError);
}

#[test]
fn results_with_and_without_labels_stay_apart() {
    // Beside labels that nest: results without one, advice without one under what would be its
    // number, and one label for two results.
    let gene = |label: &str, id: &str, genotype: &str| {
        format!(
            "OBX|1|CWE|48018-6^Gene^LN|{label}|{id}^HGNC||||||F\r\
             OBX|2|ST|84413-4^Genotype^LN|{label}|{genotype}||||||F\r"
        )
    };
    let rows = [
        gene("1", "HGNC:2621^CYP2C19", "*1/*2"),
        "OBX|3|CWE|51963-7^Drug^LN|1.a|32968^clopidogrel^RXNORM||||||F\r\
         OBX|4|TX|83010-9^Text^LN|1.a|Avoid it||||||F\r"
            .to_owned(),
        gene("", "HGNC:2625^CYP2D6", "*1/*4"),
        gene("", "HGNC:2623^CYP2C9", "*1/*3"),
        gene("2", "HGNC:10908^SLCO1B1", "*1/*5"),
        gene("2", "HGNC:12009^TPMT", "*1/*3A"),
        "OBX|5|TX|51969-4^Report^LN||In words||||||F\r".to_owned(),
    ];
    let came = read_message(format!("{HEAD}{}", rows.concat()).as_bytes());
    let sent = send(&file(&came));
    let text = String::from_utf8(sent.clone()).unwrap();
    let labels: Vec<&str> = text
        .split('\r')
        .filter(|line| line.contains("|84413-4^"))
        .map(|line| line.split('|').nth(4).unwrap())
        .collect();
    assert_eq!(labels.len(), 5);
    assert_eq!(labels.iter().collect::<BTreeSet<_>>().len(), 5, "{labels:?}");
    assert!(labels.contains(&"1"), "what is nested in it stays so: {labels:?}");
    assert_eq!(said(&read_message(&sent)), said(&came));
}
