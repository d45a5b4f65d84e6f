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
    let bytes = oru::write(&outgoing(&parts, head));
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
    let rows = rows_of_observation(&resource, "2a");
    let kept = rows.iter().find(|row| row.code.code == "82121-5").unwrap();
    assert_eq!((&kept.value, &kept.notes), (&depth().value, &depth().notes));
    assert!(rows.iter().all(|row| row.group == "2a" && row.status == ResultStatus::Final));
}

#[test]
fn a_row_is_not_sent_of_a_result_that_says_something_else_now() {
    let mut resource = found();
    keep(&mut resource, &Reported { rows: vec![depth()], ..Reported::default() }, false);
    let text = resource.to_string().replace("p.Val600Glu", "p.Val600Lys");
    let corrected: Value = serde_json::from_str(&text).unwrap();
    let rows = words(&rows_of_observation(&corrected, "2a"));
    assert!(!rows.iter().any(|row| row.contains("82121-5")), "{rows:?}");
    let mut report = report();
    let reported = Reported { notes: vec!["old".to_owned()], ..Reported::default() };
    keep(&mut report, &reported, false);
    assert_eq!(of_report(&report).notes, ["old"]);
    report["conclusion"] = "Corrected".into();
    let now = of_report(&report);
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
