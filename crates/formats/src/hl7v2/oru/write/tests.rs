use super::super::{Answer, FindingContent, Settings, answer, panel_rows, read};
use super::*;
use crate::hl7v2::Message;
use model::patient::PersonName;
use model::specimen::Specimen;
use proptest::prelude::*;
use std::collections::BTreeSet;
use testkit::panel::{HEAD, PANEL, message};

fn read_back(bytes: &[u8]) -> (Oru, Vec<String>) {
    let (message, problems) = Message::parse(bytes.to_vec());
    assert_eq!(problems, []);
    let (oru, problems) = read(&message.unwrap(), &Settings::default());
    (oru, problems.iter().map(|one| format!("{} {}", one.place, one.code)).collect())
}

/// What a result says, without where it stood and in which words an answer's code was sent.
fn said(oru: &Oru) -> Vec<FindingContent> {
    let mut all: Vec<FindingContent> = oru
        .orders
        .iter()
        .flat_map(|order| &order.findings)
        .map(|one| one.content.clone())
        .collect();
    for content in &mut all {
        answers(content).into_iter().flatten().for_each(|answer| answer.sent = None);
        if let FindingContent::Variant(found) = content {
            found.more.iter_mut().for_each(|one| one.place = String::new());
        }
        if let FindingContent::Study(found) = content {
            found.versions.iter_mut().for_each(|one| one.place = String::new());
        }
    }
    all.sort_by_key(|content| format!("{content:?}"));
    all
}

fn answers(content: &mut FindingContent) -> Vec<Option<&mut Answer>> {
    match content {
        FindingContent::Variant(v) => vec![
            v.category.as_mut(),
            v.dna_change_type.as_mut(),
            v.amino_acid_change_type.as_mut(),
            v.coordinates.as_mut(),
            v.source_class.as_mut(),
            v.method.as_mut(),
            v.significance.as_mut(),
            v.assessment.as_mut(),
            v.allelic_state.as_mut(),
            v.phase.as_mut(),
            v.phase_basis.as_mut(),
            v.complex_type.as_mut(),
        ],
        FindingContent::Gene(g) => vec![
            g.phenotype.as_mut(),
            g.efficacy.as_mut(),
            g.high_risk.as_mut(),
            g.source_class.as_mut(),
            g.method.as_mut(),
        ],
        FindingContent::Drug(d) => d.suggestions.iter_mut().map(Some).collect(),
        FindingContent::Overall(o) => {
            vec![o.interpretation.as_mut(), o.deletion_duplication.as_mut()]
        }
        FindingContent::Study(s) => {
            vec![s.build.as_mut(), s.method.as_mut(), s.source_class.as_mut()]
        }
    }
}

/// The message again, out of what was read of it.
fn again(oru: &Oru) -> Vec<u8> {
    let rows = oru.orders[0].findings.iter().flat_map(panel_rows).collect();
    write(&Outgoing { head: oru.clone(), rows })
}

#[test]
fn every_item_of_the_panel_goes_out_as_it_came_in() {
    let (came, problems) = read_back(message().as_bytes());
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(said(&came).len(), PANEL.len());
    let sent = again(&came);
    let (back, problems) = read_back(&sent);
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(said(&back), said(&came));
    let sent = String::from_utf8(sent).unwrap();
    let codes: BTreeSet<&str> = PANEL.iter().flat_map(|(_, rows)| *rows).map(|row| row.0).collect();
    // 56 items of the panel, and what is sent beside them.
    assert_eq!(codes.len(), 56 + 4);
    for code in codes {
        assert!(sent.contains(&format!("|{code}^")), "{code}");
    }
    assert_eq!(again(&back), again(&came), "the same is the same bytes");
}

#[test]
fn every_answer_goes_out_as_it_came_in() {
    let mut seen = 0;
    for (group, code) in
        PANEL.iter().flat_map(|(group, rows)| rows.iter().map(move |(code, _)| (*group, *code)))
    {
        for (answer, words) in answer::list(code).unwrap_or_default() {
            let mut text = HEAD.to_owned();
            // Beside a code that says which kind of finding it is.
            if group.starts_with('2') {
                text.push_str("OBX|1|ST|48004-6^x^LN|2a|c.1A>G||||||F\r");
            } else if group == "3a.a" {
                text.push_str("OBX|1|CWE|51963-7^x^LN|2a|2670^codeine^RXNORM||||||F\r");
            }
            text = format!("{text}OBX|2|CWE|{code}^x^LN|2a|{answer}^{words}^LN||||||F\r");
            let (came, _) = read_back(text.as_bytes());
            let (back, _) = read_back(&again(&came));
            assert_eq!(said(&back), said(&came), "{code} {answer}");
            assert!(format!("{:?}", said(&back)).contains(answer), "{code} {answer}");
            seen += 1;
        }
    }
    assert!(seen > 117, "{seen}");
}

#[test]
fn the_segments_around_go_out_as_they_came_in() {
    let specimen = "SPM|1|^S1&LAB||BLD^Blood^HL70487|||||||||||||20260110|||||||||||||A7^^^ACC\r";
    let pdf = "JVBERi0xLjQKJSVFT0Y=";
    let rows = format!(
        "NTE|1||A \\F\\ note\rOBX|1|ED|PDF^Report^L||^application^pdf^Base64^{pdf}||||||C\r\
         OBX|2|TX|X^Words^L||In words||||||C\rNTE|1||on it\r"
    );
    let text = format!("{HEAD}{rows}{specimen}").replace("|||F\r", "|||C\r");
    let (came, _) = read_back(text.as_bytes());
    let (back, problems) = read_back(&again(&came));
    assert_eq!(problems, ["OBX[2].3 unknown-code"; 0]);
    let without_places = |oru: &Oru| {
        let mut oru = oru.clone();
        let order = &mut oru.orders[0];
        order.texts.iter_mut().for_each(|one| one.place = String::new());
        order.documents.iter_mut().for_each(|one| {
            (one.place, one.declared) = (String::new(), None);
        });
        oru.message_time = None;
        oru
    };
    assert_eq!(without_places(&back), without_places(&came));
    assert_eq!(back.orders[0].documents[0].bytes, b"%PDF-1.4\n%%EOF");
    assert_eq!(back.orders[0].status, ResultStatus::Corrected);
}

#[test]
fn how_final_a_result_is_survives() {
    use ResultStatus::{
        Amended, Cancelled, Corrected, EnteredInError, Final, Partial, Preliminary, Registered,
        Unknown,
    };
    for (status, expected) in [
        (Final, Final),
        (Corrected, Corrected),
        // OBR-25 has no word for it, and of two the less final holds.
        (Amended, Corrected),
        (Preliminary, Preliminary),
        (Partial, Partial),
        (Registered, Registered),
        (EnteredInError, EnteredInError),
        (Cancelled, Cancelled),
        (Unknown, Unknown),
    ] {
        let rows = vec![PanelRow {
            group: "1".to_owned(),
            code: super::super::panel_code("84413-4"),
            value: PanelValue::Text("*1/*2".to_owned()),
            status,
            notes: Vec::new(),
        }];
        let order = OrderGroup { status, ..OrderGroup::default() };
        let head = Oru { control_id: "1".to_owned(), orders: vec![order], ..Oru::default() };
        let (back, _) = read_back(&write(&Outgoing { head, rows }));
        assert_eq!(back.orders[0].findings[0].status, expected, "{status:?}");
    }
}

proptest! {
    #[test]
    fn no_text_breaks_out_of_its_place(
        text in "[ -~\\n\\x00\\x0b\\x1c\\x7f\u{e9}\u{4e2d}]{1,40}",
        name in "[!-~\\x01\\x1c]{1,12}",
    ) {
        let order = OrderGroup {
            texts: vec![TextResult { text: text.clone(), ..TextResult::default() }],
            specimens: vec![Specimen::default()],
            ..OrderGroup::default()
        };
        let mut head = Oru { control_id: "1".to_owned(), orders: vec![order], ..Oru::default() };
        head.patient.names = vec![PersonName { family: name.clone(), given: vec![name.clone()] }];
        let bytes = write(&Outgoing { head, rows: Vec::new() });
        prop_assert_eq!(bytes.split(|byte| *byte == b'\r').count(), 7);
        let (back, _) = read_back(&bytes);
        prop_assert_eq!(&back.patient.names[0].family, &name);
        let texts: Vec<&str> = back.orders[0].texts.iter().map(|one| one.text.as_str()).collect();
        let expected = text.trim_end().trim_matches('\n');
        prop_assert_eq!(texts.concat(), if expected.is_empty() { "" } else { expected });
    }
}
