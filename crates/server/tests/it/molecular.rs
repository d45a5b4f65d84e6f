//! Small variants along proteins and numbers of copies along the chromosomes: what was reported,
//! what was looked at, and what nobody looked at.

use crate::app::TestApp;
use crate::pages::between;
use crate::trials::{ONCOLOGIST, concept, filled, put};
use serde_json::{Value, json};

const PAGE: &str = "/patients/ana-example/trials";
const LOINC: &str = "http://loinc.org";
const GUIDE: &str = "http://hl7.org/fhir/uv/genomics-reporting/StructureDefinition/";

fn part(code: &str, system: &str, value: &str, display: &str) -> Value {
    json!({"code": concept(LOINC, code, ""),
        "valueCodeableConcept": concept(system, value, display)})
}

fn gene(number: &str, symbol: &str) -> Value {
    part("48018-6", "http://www.genenames.org", number, symbol)
}

fn somatic() -> Value {
    part("48002-0", LOINC, "LA6684-0", "Somatic")
}

/// A result of the tumour with these components.
async fn result(app: &TestApp, id: &str, components: Value) {
    let category = "http://terminology.hl7.org/CodeSystem/observation-category";
    put(
        app,
        json!({"resourceType": "Observation", "id": id, "status": "final",
            "category": [concept(category, "laboratory", "")],
            "effectiveDateTime": "2026-01-02",
            "code": concept(LOINC, "69548-6", ""),
            "valueCodeableConcept": concept(LOINC, "LA9633-4", "Present"),
            "component": components}),
    )
    .await;
}

/// A report of results whose assay looked at MET and EGFR for copies.
async fn report(app: &TestApp, results: &[&str]) {
    let extension = |name: &str, value: Value| {
        json!({"url": format!("{GUIDE}genomic-study-analysis{name}"),
            "valueCodeableConcept": value})
    };
    let studied = |number: &str| {
        json!({"url": "studied",
            "valueCodeableConcept": concept("http://www.genenames.org", number, "")})
    };
    let subject = json!({"reference": "Patient/ana-example"});
    let analysis = json!({"resourceType": "Procedure", "id": "analysis", "status": "completed",
        "subject": subject, "extension": [
            extension("-change-type", concept("http://www.sequenceontology.org", "SO:0001019", "")),
            {"url": format!("{GUIDE}genomic-study-analysis-regions"),
                "extension": [studied("HGNC:7029"), studied("HGNC:3236")]}]});
    let study = json!({"resourceType": "Procedure", "id": "study", "status": "completed",
        "subject": subject, "extension": [{
            "url": format!("{GUIDE}genomic-study-analysis-ext"),
            "valueReference": {"reference": "#analysis"}}]});
    let results = results.iter().map(|id| json!({"reference": format!("Observation/{id}")}));
    put(
        app,
        json!({"resourceType": "DiagnosticReport", "id": "copies", "status": "final",
            "code": concept(LOINC, "51969-4", ""), "issued": "2026-01-03T09:00:00Z",
            "result": results.collect::<Vec<_>>(), "contained": [study, analysis],
            "extension": [{"url": format!("{GUIDE}genomic-study-reference"),
                "valueReference": {"reference": "#study"}}]}),
    )
    .await;
}

async fn tumor(app: &TestApp) -> String {
    let page = app.get(ONCOLOGIST, PAGE).await;
    assert_eq!(page.status, 200, "{}", page.text());
    between(&page.text(), "id=\"tumor\"", "</section>").to_owned()
}

#[tokio::test]
async fn copies_that_nobody_looked_for_are_not_usual() {
    let app = filled().await;
    let page = tumor(&app).await;
    assert!(page.contains("Numbers of copies: not recorded"), "{page}");

    let mut gain = part("48019-4", "http://www.sequenceontology.org", "SO:0001742", "");
    gain["valueCodeableConcept"]["text"] = json!("amplification");
    result(&app, "met", json!([gene("HGNC:7029", "MET"), gain, somatic()])).await;
    report(&app, &["met"]).await;
    let page = tumor(&app).await;
    let strip = between(&page, "Copy number along the chromosomes</title>", "</figure>");
    assert_eq!(strip.matches("copy-gain").count(), 1, "{strip}");
    for said in [
        "<title>MET: amplification</title>",
        "7q31.2",
        "<title>7p: 1 gene tested</title>",
        "<title>17q: not tested</title>",
        "DiagnosticReport/copies/_history/1",
    ] {
        assert!(strip.contains(said), "{said}: {strip}");
    }
    assert_eq!(strip.matches("class=\"hatch\"").count(), 46, "all arms but two: {strip}");
}

#[tokio::test]
async fn a_change_found_again_is_one_mark_with_both_reports() {
    let app = filled().await;
    let change = |words: &str| part("48005-3", "http://varnomen.hgvs.org", words, words);
    let egfr = || gene("HGNC:3236", "EGFR");
    result(&app, "again", json!([egfr(), change("p.L858R"), somatic()])).await;
    result(&app, "deletion", json!([egfr(), change("p.Glu746_Ala750del"), somatic()])).await;
    result(&app, "splice", json!([egfr(), change("p.?"), somatic()])).await;
    let page = tumor(&app).await;
    let picture = between(&page, "EGFR: small variants along the protein</title>", "</figure>");
    assert_eq!(picture.matches("class=\"hit\"").count(), 2, "{picture}");
    let row = between(picture, ">p.L858R</th>", "</tr>");
    for said in ["858", "missense", "Observation/again/", "Observation/l858r/", "not stated"] {
        assert!(row.contains(said), "{said}: {row}");
    }
    assert!(picture.contains("746–750") && picture.contains("in-frame deletion"), "{picture}");
}
