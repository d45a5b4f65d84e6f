//! Counts over everybody whom the caller may see.

use super::{ANA, ask, file, filed, outline, parameters, variant};
use crate::app::{CLIENT, TestApp, Who};
use record::Role;
use serde_json::json;

/// Ana Example's results, one of Ben Sample that she has, too, and the demonstration's of Carla.
async fn two() -> TestApp {
    let app = filed().await;
    let mut same = variant("ben-one", "NC_000010.11:g.94781859G>A", "LA6683-2");
    same["subject"] = json!({"reference": "Patient/ben-sample"});
    let mut other = variant("ben-two", "NM_000769.4:c.680C>T", "LA6683-2");
    other["subject"] = json!({"reference": "Patient/ben-sample"});
    file(&app, &[same, other]).await;
    app
}

#[tokio::test]
async fn every_operation_about_everybody_answers() {
    let app = two().await;
    let (one, two) = ("NC_000010.11:94781858:G:A", "NC_000010.11:94761899:C:T");
    for (name, given, expected) in [
        (
            "find-population-specific-variants",
            vec![("variants", "NC_000010.11:g.94781859G>A,NC_000010.11:94761899:C:T")],
            "variants[variantItem=NC_000010.11:g.94781859G>A numerator=2 denominator=3] \
             variants[variantItem=NC_000010.11:94761899:C:T numerator=1 denominator=3]",
        ),
        (
            "find-population-specific-variants",
            vec![("variants", one), ("variants", two), ("includePatientList", "true")],
            "variants[variantItem=NC_000010.11:94781858:G:A AND NC_000010.11:94761899:C:T \
             numerator=1 denominator=3 subject=ana-example]",
        ),
        (
            "find-population-specific-variants",
            vec![("variants", two), ("genomicSourceClass", "germline")],
            "variants[variantItem=NC_000010.11:94761899:C:T numerator=0 denominator=3]",
        ),
        (
            "find-population-structural-intersecting-variants",
            vec![("ranges", "NC_000022.11:42129000-42140000"), ("includePatientList", "true")],
            "variants[rangeItem=NC_000022.11:42129000-42140000 numerator=1 denominator=3 \
             subject=ana-example]",
        ),
        (
            "find-population-structural-subsuming-variants",
            vec![("ranges", "NC_000022.11:42129000-42140000,NC_000022.11:42126000-42126001")],
            "variants[rangeItem=NC_000022.11:42129000-42140000 numerator=0 denominator=3] \
             variants[rangeItem=NC_000022.11:42126000-42126001 numerator=1 denominator=3]",
        ),
        (
            "find-population-specific-haplotypes",
            vec![("haplotypes", "CYP2C19 *1,*7")],
            "haplotypes[haplotypeItem=CYP2C19 *1 numerator=1 denominator=3] \
             haplotypes[haplotypeItem=*7 numerator=0 denominator=3]",
        ),
        (
            "find-population-tx-implications",
            vec![("treatments", "32968"), ("haplotypes", "*17")],
            "implications[numerator=1 denominator=3]",
        ),
        (
            "find-population-dx-implications",
            vec![("variants", one), ("conditions", "Long QT")],
            "implications[numerator=1 denominator=3]",
        ),
        (
            "find-population-molecular-consequences",
            vec![("variants", two), ("featureConsequences", "SO:0001575")],
            "consequences[numerator=0 denominator=3]",
        ),
    ] {
        let answer = ask(&app, name, &given).await;
        assert_eq!(outline(&parameters(&answer)), expected, "{name} {given:?}");
    }
}

#[tokio::test]
async fn a_name_that_nobody_has_is_no_count_of_nobody() {
    let app = two().await;
    let known = [("variants", "NM_000769.4:c.680C>T")];
    let answer = ask(&app, "find-population-specific-variants", &known).await;
    assert!(outline(&parameters(&answer)).contains("numerator=1"));
    let unknown = [("variants", "NM_000769.4:c.681C>T")];
    let issue = ask(&app, "find-population-specific-variants", &unknown).await.outcome(422);
    assert!(issue["details"]["text"].as_str().unwrap().contains("NM_000769.4:c.681C>T"));
}

#[tokio::test]
async fn only_who_may_be_seen_is_counted() {
    let app = two().await;
    let uri = "/fhir/$find-population-specific-variants?includePatientList=true\
               &variants=NC_000010.11:94781858:G:A";
    let narrow = app.get(Who::Narrow, uri).await;
    let shown = outline(&parameters(&narrow));
    assert!(shown.contains("numerator=1 denominator=1 subject=ben-sample"), "{shown}");
    assert!(!narrow.text().contains("ana-example"));
    let refused = app.get(Who::Client(Role::PrivacyOfficer), uri).await;
    assert_eq!(refused.outcome(403)["code"], "forbidden");
    let about = "/fhir/$find-subject-haplotypes?genes=CYP2C19&subject=";
    app.get(Who::Narrow, &format!("{about}{ANA}")).await.outcome(404);
    assert_eq!(app.get(CLIENT, &format!("{about}{ANA}")).await.status, 200);
}
