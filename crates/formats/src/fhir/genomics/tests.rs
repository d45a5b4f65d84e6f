use super::*;
use ::genomics::allele::NoReference;
use ::genomics::finding::{Presence, Variant};
use serde_json::json;

fn coded(system: &str, code: &str) -> Value {
    json!({"coding": [{"system": system, "code": code}]})
}

fn loinc_part(code: &str, value: &Value) -> Value {
    let mut part = json!({"code": coded("http://loinc.org", code)});
    let object = part.as_object_mut().unwrap();
    object.extend(value.as_object().unwrap().clone());
    part
}

fn sequence(accession: &str) -> Value {
    loinc_part("48013-7", &json!({"valueCodeableConcept": coded(codes::REFSEQ, accession)}))
}

fn counting(code: &str) -> Value {
    loinc_part("92822-6", &json!({"valueCodeableConcept": coded("http://loinc.org", code)}))
}

fn bases(code: &str, bases: &str) -> Value {
    loinc_part(code, &json!({"valueString": bases}))
}

fn exact(low: u64, high: Option<u64>) -> Value {
    let mut range = json!({"low": {"value": low}});
    if let Some(high) = high {
        range["high"] = json!({"value": high});
    }
    loinc_part("81254-5", &json!({"valueRange": range}))
}

fn hgvs(text: &str) -> Value {
    loinc_part("81290-9", &json!({"valueCodeableConcept": coded("http://varnomen.hgvs.org", text)}))
}

fn kind(code: &str) -> Value {
    let value = coded("http://www.sequenceontology.org", code);
    loinc_part("48019-4", &json!({"valueCodeableConcept": value}))
}

fn observation(components: &[Value]) -> Value {
    json!({
        "resourceType": "Observation", "id": "v", "status": "final",
        "code": coded("http://loinc.org", "69548-6"),
        "valueCodeableConcept": coded("http://loinc.org", "LA9633-4"),
        "component": components
    })
}

fn read(components: &[Value]) -> (Variant, Vec<String>) {
    let (dossier, problems) = dossier(&[observation(components)], &NoReference);
    let Content::Variant(variant) = dossier.findings[0].content.clone() else { panic!() };
    (variant, problems.into_iter().map(|problem| problem.code).collect())
}

#[test]
fn positions_are_read_in_the_counting_that_is_stated() {
    let place = |components: &[Value]| {
        let (variant, problems) = read(components);
        let shown: Vec<String> = variant.alleles.iter().map(ToString::to_string).collect();
        let possible: Vec<String> = variant.possible.iter().map(ToString::to_string).collect();
        (shown.join(" "), possible.join(" "), problems.join(" "))
    };
    let chr10 = sequence("NC_000010.10");
    let (c, a) = (bases("69547-8", "C"), bases("69551-0", "A"));
    let text = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
    let snv = "NC_000010.10:96527333:1:A";
    // Counted from 1, with and without an end; from 0, between the bases; from 0, the bases.
    for (code, low) in
        [("LA30102-0", 96_527_334), ("LA30100-4", 96_527_333), ("LA30101-2", 96_527_333)]
    {
        let components = [chr10.clone(), counting(code), exact(low, None), c.clone(), a.clone()];
        assert_eq!(place(&components), text(snv, "", ""), "{code}");
    }
    // Nobody says how: it may be either, unless the expression says which.
    let components = [chr10.clone(), exact(96_527_334, None), c.clone(), a.clone()];
    let either = "NC_000010.10:96527333:1:A NC_000010.10:96527334:1:A";
    assert_eq!(place(&components), text("", either, "no-coordinate-system"));
    let (unsure, _) = read(&components);
    assert_eq!(unsure.exact[0].to_string(), "NC_000010.10:96527333-96527335");
    let told = [&components[..], &[hgvs("NC_000010.10:g.96527334C>A")]].concat();
    assert_eq!(place(&told), text(snv, "", "no-coordinate-system"));
    // Expression and position differ: neither is beyond doubt.
    let torn = [&components[..], &[hgvs("NC_000010.10:g.96527344C>A")]].concat();
    let (alleles, possible, problems) = place(&torn);
    assert_eq!(alleles, "");
    assert!(possible.contains("96527343") && possible.contains("96527333"), "{possible}");
    assert!(problems.contains("contradicting-places"), "{problems}");
    // An insertion without a reference allele, behind the base that is named.
    let inserted = [
        sequence("NC_000003.11"),
        counting("LA30102-0"),
        exact(142_269_071, Some(142_269_071)),
        bases("69551-0", "TTACT"),
        kind("SO:0000667"),
    ];
    assert_eq!(place(&inserted), text("NC_000003.11:142269071:0:TTACT", "", ""));
    // A transcript's accession is no place on the genome.
    let transcript =
        [sequence("NM_000769.4"), counting("LA30102-0"), exact(10, None), c.clone(), a.clone()];
    assert!(place(&transcript).2.contains("not-a-chromosome"));
}

#[test]
fn presence_names_and_the_reference_are_read() {
    let variation = |system: &str, code: &str, display: &str| {
        let coding = json!({"system": system, "code": code, "display": display});
        loinc_part("81252-9", &json!({"valueCodeableConcept": {"coding": [coding]}}))
    };
    let clinvar = variation(codes::CLINVAR, "1780982", "NM_000251.3(MSH2):c.1832del (p.Val611fs)");
    let (variant, _) = read(&[clinvar]);
    assert_eq!(variant.names, ["1780982", "NM_000251.3:c.1832del"]);
    assert!(variant.is_carried());
    let spelt = variation("http://varnomen.hgvs.org", " NC_000001.10:g.86852621A>G", "");
    let (variant, _) = read(&[spelt]);
    assert_eq!(variant.alleles[0].to_string(), "NC_000001.10:86852620:1:G");
    let (same, _) = read(&[bases("69547-8", "C"), bases("69551-0", "C")]);
    assert!(same.is_reference && !same.is_carried());
    let mut absent = observation(&[]);
    for (value, expected) in [
        (coded("http://loinc.org", "LA9634-2"), Presence::Absent),
        (coded("http://loinc.org", "LA18198-4"), Presence::Unknown),
        (json!({"text": "Present"}), Presence::Present),
        (json!({"text": "maybe"}), Presence::Unknown),
    ] {
        absent["valueCodeableConcept"] = value;
        let (dossier, _) = dossier(&[absent.clone()], &NoReference);
        let Content::Variant(variant) = &dossier.findings[0].content else { panic!() };
        assert_eq!(variant.presence, expected);
    }
    absent["valueCodeableConcept"] = coded("http://loinc.org", "LA9633-4");
    absent["modifierExtension"] = json!([{"url": "urn:x", "valueBoolean": true}]);
    let (dossier, problems) = dossier(&[absent], &NoReference);
    let Content::Variant(variant) = &dossier.findings[0].content else { panic!() };
    assert_eq!(variant.presence, Presence::Unknown);
    assert_eq!(problems[0].code, "modified-meaning");
}

#[test]
fn bounds_of_structural_variants_are_read() {
    let range = |code: &str, low: u64, high: u64| {
        let range = json!({"low": {"value": low}, "high": {"value": high}});
        loinc_part(code, &json!({"valueRange": range}))
    };
    let (variant, _) = read(&[
        sequence("NC_000022.10"),
        counting("LA30102-0"),
        range("81302-2", 42_523_949, 42_533_891),
        range("81301-4", 42_523_900, 42_534_000),
        kind("SO:0001019"),
    ]);
    assert_eq!(variant.inner[0].to_string(), "NC_000022.10:42523948-42533891");
    assert_eq!(variant.outer[0].to_string(), "NC_000022.10:42523899-42534000");
    assert!(variant.is_symbolic && variant.exact_places().is_empty());
}

#[test]
fn tests_regions_and_specimens_are_joined() {
    let base = format!("{}genomic-study-analysis", codes::PROFILES);
    let bed = "track name=x\nchr7\t100\t200\nNC_000007.14\t300\t400\n";
    let data = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bed);
    let mut seen = observation(&[hgvs("NC_000007.14:g.150A>T")]);
    seen["specimen"] = json!({"reference": "Specimen/s"});
    seen["effectiveDateTime"] = json!("2020-07-01");
    let resources = [
        seen,
        json!({"resourceType": "Specimen", "id": "s",
            "identifier": [{"system": "urn:lab", "value": "S-1"}]}),
        json!({"resourceType": "DiagnosticReport", "id": "r", "status": "final",
            "identifier": [{"value": "R-1"}], "result": [{"reference": "Observation/v"}],
            "extension": [{"url": format!("{}genomic-study-reference", codes::PROFILES),
                "valueReference": {"reference": "Procedure/study"}}]}),
        json!({"resourceType": "Procedure", "id": "study", "status": "completed",
            "identifier": [{"value": "T-1"}], "performedDateTime": "2020-07-13",
            "extension": [{"url": format!("{base}-ext"),
                "valueReference": {"reference": "Procedure/analysis"}}]}),
        json!({"resourceType": "Procedure", "id": "analysis", "status": "completed",
            "meta": {"profile": [base]},
            "extension": [
                {"url": format!("{base}-genome-build"),
                    "valueCodeableConcept": coded("http://loinc.org", "LA26806-2")},
                {"url": format!("{base}-specimen"), "valueReference": {"reference": "Specimen/s"}},
                {"url": format!("{base}-regions"), "extension": [
                    {"url": "studied", "valueReference": {"reference": "DocumentReference/bed"}},
                    {"url": codes::CALLABLE_REGION, "valueString": "GRCh38:chr10:1-5"}]}]}),
        json!({"resourceType": "DocumentReference", "id": "bed", "status": "current",
            "content": [{"attachment": {"data": data}}]}),
    ];
    let (dossier, _) = dossier(&resources, &NoReference);
    let names = |labels: &[Label]| -> Vec<String> {
        labels.iter().map(|label| label.value.clone()).collect()
    };
    let finding = &dossier.findings[0];
    assert!(names(&finding.tests).contains(&"T-1".to_owned()), "{:?}", finding.tests);
    assert!(names(&finding.tests).contains(&"R-1".to_owned()));
    assert_eq!(names(&finding.specimens), ["S-1", "s", "Specimen/s"]);
    assert_eq!(dossier.studies.len(), 1, "the report is of the analysis");
    let study = &dossier.studies[0];
    assert_eq!(study.date.as_deref(), Some("2020-07-13"));
    let ranges: Vec<String> = study.studied.ranges.iter().map(ToString::to_string).collect();
    assert_eq!(ranges, ["NC_000007.14:100-200", "NC_000007.14:300-400", "NC_000010.11:1-5"]);
    assert!(!study.studied.has_more && study.uncallable.ranges.is_empty());
}
