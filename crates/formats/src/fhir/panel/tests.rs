use super::*;
use crate::fhir::build::{Head, gene_result, variant};
use crate::fhir::check::check;
use crate::hl7v2::Message;
use crate::hl7v2::oru::{self, FindingContent, Oru, Settings};
use model::CodeableConcept;
use model::reported::ReportedGeneResult;
use model::variant::ReportedVariant;

fn gene() -> Value {
    let result = ReportedGeneResult {
        gene: "CYP2C19".to_owned(),
        diplotype: Some("*2/*2".to_owned()),
        phenotype: Some("Poor Metabolizer".to_owned()),
        activity_score: None,
    };
    let head =
        Head { id: "o", subject: "Patient/p", status: ResultStatus::Final, ..Head::default() };
    gene_result(&result, &head)
}

fn found() -> Value {
    let variant_found = ReportedVariant {
        gene: Some("BRAF".to_owned()),
        hgvs_protein: Some("p.Val600Glu".to_owned()),
        identifiers: vec!["rs113488022".to_owned()],
        assessment: Some("LA9633-4".to_owned()),
        ..ReportedVariant::default()
    };
    let head =
        Head { id: "v", subject: "Patient/p", status: ResultStatus::Final, ..Head::default() };
    variant(&variant_found, &head)
}

fn depth() -> PanelRow {
    PanelRow {
        group: "7".to_owned(),
        code: panel_code("82121-5"),
        value: PanelValue::Number(208.0, None),
        status: ResultStatus::Final,
        notes: vec!["deep".to_owned()],
    }
}

fn words(rows: &[PanelRow]) -> Vec<String> {
    rows.iter().map(|row| format!("{} {:?}", row.code.code, row.value)).collect()
}

/// What a receiver of the message reads.
fn received(observations: &[Value], report: &Value) -> Vec<FindingContent> {
    let patient = serde_json::json!({"resourceType": "Patient", "id": "p",
        "identifier": [{"system": "urn:a", "value": "1"}]});
    let parts = ResultParts {
        report,
        patient: &patient,
        observations,
        specimens: &[],
        is_taken_back: false,
    };
    let head = Oru { control_id: "1".to_owned(), ..Oru::default() };
    let bytes = oru::write(&outgoing(&parts, head).unwrap());
    let message = Message::parse(bytes).0.unwrap();
    let (read, _) = oru::read(&message, &Settings::default());
    read.orders[0].findings.iter().map(|finding| finding.content.clone()).collect()
}

fn report() -> Value {
    serde_json::json!({"resourceType": "DiagnosticReport", "id": "r", "status": "final",
        "code": {"text": "x"}, "conclusion": "In words"})
}

#[test]
fn results_of_any_source_become_groups_of_the_panel() {
    let all = received(&[gene(), found()], &report());
    let [FindingContent::Overall(overall), FindingContent::Gene(gene), FindingContent::Variant(v)] =
        all.as_slice()
    else {
        panic!("{all:?}")
    };
    assert_eq!(overall.narratives, ["In words"]);
    let phenotype = gene.phenotype.as_ref().and_then(|answer| answer.code.as_deref());
    assert_eq!((gene.genotype.as_deref(), phenotype), (Some("*2/*2"), Some("LA9657-3")));
    assert_eq!(gene.gene.as_ref().and_then(|one| one.id.as_deref()), Some("HGNC:2621"));
    assert_eq!(v.hgvs_protein.as_deref(), Some("p.Val600Glu"));
    assert_eq!(v.identifiers[0].code, "rs113488022");
    assert_eq!(v.assessment.as_ref().and_then(|a| a.code.as_deref()), Some("LA9633-4"));
}

#[test]
fn what_has_no_element_is_kept_beside_and_what_has_one_is_not() {
    let mut resource = found();
    let before = resource.clone();
    let said = observed::rows(&resource);
    keep(&mut resource, &Reported { rows: said, ..Reported::default() }, false);
    assert_eq!(resource, before, "everything stands in an element");
    keep(&mut resource, &Reported { rows: vec![depth()], ..Reported::default() }, false);
    assert_eq!(check(&resource), []);
    let rows = of_observation(&resource).rows;
    let kept = rows.iter().find(|row| row.code.code == "82121-5").unwrap();
    assert_eq!((&kept.value, &kept.notes), (&depth().value, &depth().notes));
    assert!(rows.iter().all(|row| row.status == ResultStatus::Final));
}

#[test]
fn a_row_is_not_sent_of_a_result_that_says_something_else_now() {
    let mut resource = found();
    keep(&mut resource, &Reported { rows: vec![depth()], ..Reported::default() }, false);
    let text = resource.to_string().replace("p.Val600Glu", "p.Val600Lys");
    let corrected: Value = serde_json::from_str(&text).unwrap();
    let rows = words(&of_observation(&corrected).rows);
    assert!(!rows.iter().any(|row| row.contains("82121-5")), "{rows:?}");
    let mut report = report();
    let reported = Reported { notes: vec!["old".to_owned()], ..Reported::default() };
    keep(&mut report, &reported, false);
    assert_eq!(of_report(&report).unwrap().notes, ["old"]);
    report["conclusion"] = "Corrected".into();
    let now = of_report(&report).unwrap();
    assert_eq!(
        (now.notes.len(), words(&now.rows)),
        (0, vec!["51969-4 Text(\"Corrected\")".into()])
    );
}

#[test]
fn labels_do_not_run_into_those_that_were_kept() {
    let mut report = report();
    let row = PanelRow {
        group: "2a".to_owned(),
        code: panel_code("51963-7"),
        value: PanelValue::Coded(CodeableConcept {
            coding: Vec::new(),
            text: Some("clopidogrel".to_owned()),
        }),
        ..depth()
    };
    keep(&mut report, &Reported { rows: vec![row], ..Reported::default() }, false);
    let many: Vec<Value> = (0..30).map(|_| gene()).collect();
    let all = received(&many, &report);
    let genes = all.iter().filter(|one| matches!(one, FindingContent::Gene(_))).count();
    assert_eq!((genes, all.len()), (30, 31));
}

#[test]
fn a_label_that_was_kept_is_no_other_groups() {
    let mut nested = gene();
    let row = PanelRow { group: "2a".to_owned(), ..depth() };
    keep(&mut nested, &Reported { rows: vec![row], ..Reported::default() }, true);
    // The one that has none stands before it.
    let all = received(&[gene(), nested], &report());
    let genes = all.iter().filter(|one| matches!(one, FindingContent::Gene(_))).count();
    assert_eq!(genes, 2, "{all:?}");
}

#[test]
fn what_was_kept_is_no_more_final_than_it_was_nor_than_the_report() {
    use ResultStatus::{Corrected, EnteredInError, Final, Preliminary};
    for (own, status, expected) in [
        (EnteredInError, "corrected", EnteredInError),
        (Preliminary, "final", Preliminary),
        (Final, "preliminary", Preliminary),
        (Final, "corrected", Corrected),
    ] {
        let mut report = report();
        let text = TextResult { text: "x".to_owned(), status: own, ..TextResult::default() };
        let rows = vec![PanelRow { status: own, ..depth() }];
        keep(&mut report, &Reported { rows, texts: vec![text], ..Reported::default() }, false);
        assert_eq!(check(&report), []);
        report["status"] = status.into();
        let now = of_report(&report).unwrap();
        assert_eq!((now.rows[0].status, now.texts[0].status), (expected, expected), "{status}");
    }
}

#[test]
fn a_value_is_written_in_full_or_nothing_is() {
    let position = serde_json::json!({"coding": [
        {"system": "http://loinc.org", "code": "81254-5"}]});
    let text = |words: &str| Some(PanelValue::Text(words.to_owned()));
    for (element, expected) in [
        (
            serde_json::json!({"valueQuantity": {"comparator": "<", "value": 5, "unit": "%"}}),
            text("<5 %"),
        ),
        (serde_json::json!({"valueQuantity": {"comparator": ">=", "value": 0.5}}), text(">=0.5")),
        (
            serde_json::json!({"valueQuantity": {"value": 5, "unit": "%"}}),
            Some(PanelValue::Number(5.0, Some("%".to_owned()))),
        ),
        (
            serde_json::json!({"valueRange": {"low": {"value": 5}, "high": {"value": 9}}}),
            Some(PanelValue::Range(5, 9)),
        ),
        // A position without an end is one base.
        (
            serde_json::json!({"code": position, "valueRange": {"low": {"value": 5}}}),
            Some(PanelValue::Range(5, 5)),
        ),
        (serde_json::json!({"valueRange": {"low": {"value": 5}}}), None),
        (serde_json::json!({"valueRange": {"high": {"value": 5}}}), None),
        (serde_json::json!({"valueRange": {"low": {"value": 0.5}, "high": {"value": 2}}}), None),
        (
            serde_json::json!({"valueRange": {"low": {"value": 1, "unit": "mg"},
            "high": {"value": 2, "unit": "mg"}}}),
            None,
        ),
        (serde_json::json!({"valueRatio": {"numerator": {"value": 1}}}), None),
        (serde_json::json!({"valuePeriod": {"start": "2026"}}), None),
        (serde_json::json!({"valueQuantity": {"unit": "%"}}), None),
        (serde_json::json!({"dataAbsentReason": {"text": "not tested"}}), None),
    ] {
        assert_eq!(value::of_element(&element), expected, "{element}");
        let mut part = element.clone();
        if part.get("code").is_none() {
            part["code"] = serde_json::json!({"text": "x"});
        }
        for is_component in [true, false] {
            let mut observation = gene();
            if is_component {
                observation["component"].as_array_mut().unwrap().push(part.clone());
            } else {
                observation = part.clone();
                observation["resourceType"] = "Observation".into();
                observation["status"] = "final".into();
            }
            let (report, patient) = (report(), serde_json::json!({"resourceType": "Patient"}));
            let parts = |is_taken_back| ResultParts {
                report: &report,
                patient: &patient,
                observations: std::slice::from_ref(&observation),
                specimens: &[],
                is_taken_back,
            };
            let sent = outgoing(&parts(false), Oru::default());
            assert_eq!(sent.is_ok(), expected.is_some(), "{observation}");
            assert!(outgoing(&parts(true), Oru::default()).is_ok(), "what is back is always told");
        }
    }
}

#[test]
fn the_guides_own_code_is_a_phenotype_only_where_it_says_one() {
    let code = serde_json::json!({"coding": [
        {"system": codes::TBD, "code": "therapeutic-implication"}]});
    for (words, expected) in [
        ("Poor Metabolizer", "53040-2"),
        ("Decreased response to clopidogrel", "therapeutic-implication"),
    ] {
        let component = serde_json::json!({"code": code, "valueCodeableConcept": {"text": words}});
        let observation = serde_json::json!({"resourceType": "Observation", "status": "final",
            "code": code, "component": [component]});
        let rows = of_observation(&observation).rows;
        assert_eq!(rows[0].code.code, expected, "{words}");
    }
}

/// It stands in resources: another one would part each from what was kept beside it.
#[test]
fn the_digest_is_always_the_same() {
    let said = observed::rows(&gene());
    assert_eq!(digest(&gene(), &said), "d6604a3db70e7704f056b31371c85cb5");
    assert_eq!(digest(&report(), &[]), "7fb09e53859bec924729beb8f6398e79");
}
