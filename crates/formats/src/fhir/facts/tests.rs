use super::*;
use crate::fhir::{bundle, check, json as fhir_json};
use model::reported::ReportedGeneResult;
use model::variant::{GenomeBuild, ReportedVariant, Spdi};
use proptest::prelude::*;
use serde_json::json;

fn fixture(name: &str) -> Value {
    let path = format!("{}/tests/data/fhir/{name}", env!("CARGO_MANIFEST_DIR"));
    fhir_json::read(&std::fs::read(path).unwrap(), 1_000_000).unwrap().value
}

fn facts(resource: &Value) -> (Vec<Fact>, Vec<String>) {
    let (facts, problems) = facts_of(resource, Some(RawId::new("r1")), "Bundle.entry[0].resource");
    (facts, problems.into_iter().map(|p| p.code).collect())
}

fn one(resource: &Value) -> (Fact, Vec<String>) {
    let (mut found, problems) = facts(resource);
    assert_eq!(found.len(), 1, "{problems:?}");
    (found.remove(0), problems)
}

fn gene(resource: &Value) -> (ReportedGeneResult, Vec<String>) {
    let (fact, problems) = one(resource);
    let FactContent::GeneResult(result) = fact.content else { panic!("{fact:?}") };
    (result, problems)
}

fn loinc(code: &str) -> Value {
    json!({"coding": [{"system": "http://loinc.org", "code": code}]})
}

fn observation(code: &str, value: Value, components: Value) -> Value {
    let mut resource = json!({"resourceType": "Observation", "id": "o", "status": "final",
        "code": loinc(code), "subject": {"reference": "Patient/1"}});
    resource["component"] = components;
    let Value::Object(fields) = value else { panic!("fields are given as an object") };
    resource.as_object_mut().unwrap().extend(fields);
    resource
}

fn gene_part(code: &str, display: &str) -> Value {
    json!({"code": loinc("48018-6"), "valueCodeableConcept": {"coding": [
        {"system": "http://www.genenames.org", "code": code, "display": display}]}})
}

#[test]
fn a_genotype_is_read_as_reported_without_its_gene_name() {
    let cyp2d6 = || json!([gene_part("HGNC:2625", "CYP2D6")]);
    let text = |text: &str| json!({"valueCodeableConcept": {"text": text}});
    for (value, diplotype) in [
        (text("*1/*2"), "*1/*2"),
        (text("CYP2D6*7.001 / CYP2D6*1.001"), "*7.001/*1.001"),
        (text("CYP2D6 *2/*5"), "*2/*5"),
        (json!({"valueString": "*4/*4"}), "*4/*4"),
        (
            json!({"valueCodeableConcept": {"coding": [{"system": "http://www.pharmvar.org",
                "code": "CYP2D6", "display": "CYP2D6 *4/*35"}]}}),
            "*4/*35",
        ),
    ] {
        let (result, problems) = gene(&observation("84413-4", value.clone(), cyp2d6()));
        assert_eq!(result.diplotype.as_deref(), Some(diplotype), "{value}");
        assert_eq!((result.gene.as_str(), problems.len()), ("CYP2D6", 0));
    }
    let gl = json!({"valueCodeableConcept": {"coding": [{"system": "http://glstring.org",
        "code": "hla#3.31.0#HLA-A*03:01+HLA-A*30:01"}]}});
    let (result, _) = gene(&observation("84413-4", gl, json!([gene_part("HGNC:4931", "HLA-A")])));
    assert_eq!(result.diplotype.as_deref(), Some("*03:01/*30:01"));
}

#[test]
fn a_genotype_without_one_clear_gene_gives_a_warning_and_no_fact() {
    let value = || json!({"valueCodeableConcept": {"text": "*1/*2"}});
    for (components, code) in [
        (json!([{"code": loinc("62374-4"), "valueString": "x"}]), "no-gene"),
        (json!([gene_part("HGNC:0000", "NoGene")]), "no-gene"),
        (
            json!([gene_part("HGNC:2623", "CYP2C9"), gene_part("HGNC:23663", "VKORC1")]),
            "several-genes",
        ),
        (
            json!([{"code": loinc("48018-6"), "valueCodeableConcept": {"coding": [
            {"system": "http://www.genenames.org", "code": "HGNC:99999"}]}}]),
            "unknown-gene",
        ),
    ] {
        let (found, problems) = facts(&observation("84413-4", value(), components));
        assert!(found.is_empty());
        assert!(problems.contains(&code.to_owned()), "{problems:?}");
    }
    // The value says which of the two it is.
    let components = json!([gene_part("HGNC:2623", "CYP2C9"), gene_part("HGNC:23663", "VKORC1")]);
    let named = json!({"valueCodeableConcept": {"text": "CYP2C9 *2/*5"}});
    let (result, problems) = gene(&observation("84413-4", named, components));
    assert_eq!((result.gene.as_str(), problems), ("CYP2C9", vec!["several-genes".to_owned()]));
}

#[test]
fn the_gene_is_that_of_its_id_even_without_a_symbol() {
    let components = json!([{"code": loinc("48018-6"), "valueCodeableConcept": {"coding": [
        {"system": "http://www.genenames.org/geneId", "code": "HGNC:12014"}]}}]);
    let value = json!({"valueCodeableConcept": {"text": "*1/*3A"}});
    assert_eq!(gene(&observation("84413-4", value.clone(), components)).0.gene, "TPMT");
    let (result, problems) =
        gene(&observation("84413-4", value, json!([gene_part("HGNC:12014", "NAT2")])));
    assert_eq!((result.gene.as_str(), problems), ("TPMT", vec!["code-and-text".to_owned()]));
}

#[test]
fn one_haplotype_is_not_a_genotype() {
    let value = json!({"valueCodeableConcept": {"text": "*4"}});
    let (found, problems) =
        facts(&observation("84414-2", value, json!([gene_part("HGNC:2625", "CYP2D6")])));
    assert!(found.is_empty());
    assert_eq!(problems, ["haplotype-alone"]);
    let value = json!({"valueCodeableConcept": {"text": "m.1555A>G"}});
    let (result, _) =
        gene(&observation("84414-2", value, json!([gene_part("HGNC:7470", "MT-RNR1")])));
    assert_eq!(result.diplotype.as_deref(), Some("m.1555A>G"));
}

#[test]
fn a_phenotype_is_read_in_every_form_it_is_sent_in() {
    let poor = json!({"coding": [{"system": "http://loinc.org", "code": "LA9657-3",
        "display": "Poor metabolizer"}]});
    let bare = json!({"coding": [{"system": "http://loinc.org", "code": "LA9657-3"}]});
    let likely = json!({"text": "Likely Poor Metabolizer"});
    let clash = json!({"coding": [{"system": "http://loinc.org", "code": "LA9657-3"}],
        "text": "Normal metabolizer"});
    let foreign = json!({"coding": [{"system": "urn:x", "code": "LA9657-3"}]});
    for (value, phenotype, told) in [
        (&poor, "Poor metabolizer", None),
        (&bare, "Poor Metabolizer", None),
        (&likely, "Likely Poor Metabolizer", None),
        (&clash, "Poor Metabolizer", Some("code-and-text")),
        (&foreign, "Poor Metabolizer", None),
    ] {
        let gene_only = json!([gene_part("HGNC:2621", "CYP2C19")]);
        let direct = observation("53040-2", json!({"valueCodeableConcept": value}), gene_only);
        let part = json!({"code": loinc("53040-2"), "valueCodeableConcept": value});
        let genotype = json!({"valueCodeableConcept": {"text": "*2/*2"}});
        let beside =
            observation("84413-4", genotype, json!([gene_part("HGNC:2621", "CYP2C19"), part]));
        let tbd = json!({"coding": [{"system": codes::TBD, "code": "therapeutic-implication"}]});
        let mut implication = observation(
            "0",
            json!({}),
            json!([
            gene_part("HGNC:2621", "CYP2C19"), {"code": tbd, "valueCodeableConcept": value}]),
        );
        implication["code"] = tbd;
        for resource in [direct, beside, implication] {
            let (result, problems) = gene(&resource);
            assert_eq!(result.phenotype.as_deref(), Some(phenotype), "{resource}");
            assert_eq!(problems.first().map(String::as_str), told);
        }
    }
    let active = observation(
        "79716-7",
        json!({"valueCodeableConcept": poor}),
        json!([{"code": {"text": "x"}}]),
    );
    assert_eq!(gene(&active).0.gene, "CYP2C9");
}

#[test]
fn status_and_origin_are_never_better_than_said() {
    let with = |status: Value, class: &str| {
        let part = json!({"code": loinc("48002-0"), "valueCodeableConcept": loinc(class)});
        let value = json!({"valueCodeableConcept": {"text": "*1/*1"}, "status": status});
        let parts = json!([gene_part("HGNC:2621", "CYP2C19"), part]);
        one(&observation("84413-4", value, parts))
    };
    for (status, expected) in [
        (json!("final"), ResultStatus::Final),
        (json!("amended"), ResultStatus::Amended),
        (json!("preliminary"), ResultStatus::Preliminary),
        (json!("entered-in-error"), ResultStatus::EnteredInError),
        (json!("FINAL"), ResultStatus::Unknown),
        (json!(1), ResultStatus::Unknown),
    ] {
        assert_eq!(with(status, "LA6683-2").0.status, expected);
    }
    for (class, origin, told) in [
        ("LA6683-2", Origin::Germline, false),
        ("LA6684-0", Origin::Somatic, false),
        ("LA18195-0", Origin::Unknown, true),
        ("LA10429-1", Origin::Unknown, true),
        ("LA18197-6", Origin::Unknown, false),
    ] {
        let (fact, problems) = with(json!("final"), class);
        assert_eq!((fact.origin, !problems.is_empty()), (origin, told), "{class}");
    }
}

fn variant_with(components: Vec<Value>) -> (ReportedVariant, Vec<String>) {
    let value = json!({"valueCodeableConcept": loinc("LA9633-4")});
    let (fact, problems) = one(&observation("69548-6", value, Value::Array(components)));
    let FactContent::Variant(variant) = fact.content else { panic!("{fact:?}") };
    (variant, problems)
}

fn coded(code: &str, value: &str) -> Value {
    json!({"code": loinc(code), "valueCodeableConcept": {"coding": [{"system": "s", "code": value}]}})
}

fn position(low: u64, reference: &str, alternate: &str) -> Vec<Value> {
    vec![
        coded("48013-7", "NC_000010.11"),
        json!({"code": loinc("81254-5"), "valueRange": {"low": {"value": low}}}),
        json!({"code": loinc("69547-8"), "valueString": reference}),
        json!({"code": loinc("69551-0"), "valueString": alternate}),
    ]
}

#[test]
fn only_a_proven_substitution_is_canonical() {
    // CYP2C19*2: chr10:94781859 G>A on GRCh38 (1-based), SPDI position 94781858.
    let spdi = |deleted: &str, inserted: &str| Spdi {
        sequence: "NC_000010.11".into(),
        position: 94_781_858,
        deleted: deleted.into(),
        inserted: inserted.into(),
    };
    let with = |mut parts: Vec<Value>, more: Vec<Value>| {
        parts.extend(more);
        variant_with(parts)
    };
    let one_based = || coded("92822-6", "LA30102-0");
    let (found, problems) = with(position(94_781_859, "G", "A"), vec![one_based()]);
    assert_eq!((found.canonical, problems), (Some(spdi("G", "A")), vec![]));
    assert_eq!(found.build, Some(GenomeBuild::GRCh38));
    let interbase = vec![coded("92822-6", "LA30100-4")];
    assert_eq!(with(position(94_781_858, "G", "A"), interbase).0.canonical, Some(spdi("G", "A")));

    let hgvs = |text: &str| vec![one_based(), coded("81290-9", text)];
    let agreeing = hgvs("NC_000010.11:g.94781859G>A");
    assert!(with(position(94_781_859, "G", "A"), agreeing).0.canonical.is_some());
    for (parts, more) in [
        // No coordinate system: 0- or 1-based is anyone's guess.
        (position(94_781_859, "G", "A"), vec![]),
        (position(94_781_859, "G", "A"), hgvs("NC_000010.11:g.94781858G>A")),
        (position(94_781_859, "G", "GA"), vec![one_based()]),
        (position(94_781_859, "G", "G"), vec![one_based()]),
        (position(94_781_859, "A,T", "C"), vec![one_based()]),
        (position(0, "G", "A"), vec![one_based()]),
    ] {
        let (found, problems) = with(parts, more);
        assert_eq!(found.canonical, None);
        assert_eq!(problems, ["unnormalised"]);
    }
}

#[test]
fn a_build_that_the_accession_contradicts_is_not_believed() {
    let mut parts = position(94_781_859, "G", "A");
    parts.extend([coded("62374-4", "LA14029-5"), coded("92822-6", "LA30102-0")]);
    let (found, problems) = variant_with(parts);
    assert_eq!(found.build, None);
    assert!(problems.contains(&"build-conflict".to_owned()));
}

#[test]
fn a_variant_that_does_not_say_present_is_not_present() {
    let value = |value: Value| observation("69548-6", value, json!([coded("48004-6", "c.1A>G")]));
    for (held, assessment) in [
        (json!({"valueCodeableConcept": loinc("LA9634-2")}), Some("LA9634-2")),
        (json!({"valueCodeableConcept": {"text": "no call"}}), Some("LA18198-4")),
        (json!({"valueString": "Present"}), Some("LA9633-4")),
        (json!({"valueCodeableConcept": {"text": "perhaps"}}), None),
        (json!({}), None),
    ] {
        let (fact, problems) = one(&value(held));
        let FactContent::Variant(found) = fact.content else { panic!() };
        assert_eq!(found.assessment.as_deref(), assessment);
        assert_eq!(problems.contains(&"no-assessment".to_owned()), assessment.is_none());
    }
}

#[test]
fn medications_are_those_the_patient_is_to_take() {
    let request = |extra: Value| {
        let mut resource = json!({"resourceType": "MedicationRequest", "status": "active",
            "intent": "order", "subject": {"reference": "Patient/1"},
            "medicationCodeableConcept": {"text": "clopidogrel"}});
        for (key, value) in extra.as_object().unwrap() {
            resource[key] = value.clone();
        }
        facts(&resource)
    };
    assert_eq!(request(json!({})).0.len(), 1);
    for (extra, code) in [
        (json!({"doNotPerform": true}), "do-not-perform"),
        (json!({"intent": "proposal"}), "not-ordered"),
        (json!({"medicationCodeableConcept": {}}), "no-medication"),
        (
            json!({"modifierExtension": [{"url": "urn:x", "valueBoolean": true}]}),
            "modified-meaning",
        ),
    ] {
        let (found, problems) = request(extra);
        assert!(found.is_empty());
        assert_eq!(problems, [code]);
    }
    let contained = json!({"resourceType": "MedicationStatement", "status": "active",
        "contained": [{"resourceType": "Medication", "id": "m", "code": {"text": "Plavix 75 mg"},
            "ingredient": [{"itemCodeableConcept": {"coding": [
                {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "32968"}]}}]}],
        "medicationReference": {"reference": "#m"}, "dateAsserted": "2026-01-02T03:04:05Z",
        "dosage": [{"text": "75 mg daily"}]});
    let FactContent::Medication(found) = one(&contained).0.content else { panic!() };
    assert_eq!(found.concept.words(), Some("Plavix 75 mg"));
    assert_eq!(found.ingredients[0].code_of(model::code::system::RXNORM), Some("32968"));
    assert_eq!((found.dosage.as_deref(), found.is_current()), (Some("75 mg daily"), true));
    let elsewhere = json!({"resourceType": "MedicationRequest", "status": "active",
        "medicationReference": {"reference": "Medication/1", "display": "codeine"}});
    let (fact, problems) = one(&elsewhere);
    let FactContent::Medication(found) = fact.content else { panic!() };
    assert_eq!(found.concept.words(), Some("codeine"));
    assert_eq!(problems, ["medication-elsewhere"]);
}

#[test]
fn what_looks_genomic_and_is_not_read_is_said() {
    let cis = observation(
        "82120-7",
        json!({"category": [{"coding": [
        {"system": codes::DIAGNOSTIC_SECTION, "code": "GE"}]}]}),
        json!([{"code": {"text": "x"}}]),
    );
    assert_eq!(facts(&cis).1, ["not-read"]);
    let sodium = observation("2951-2", json!({}), json!([{"code": {"text": "x"}}]));
    assert_eq!(facts(&sodium), (vec![], vec![]));
}

#[test]
fn an_analysis_says_what_was_tested_and_what_was_not_called() {
    let (fact, problems) = one(&fixture("study-analysis.json"));
    let FactContent::Assay(assay) = fact.content else { panic!() };
    assert_eq!(assay.coverage.genes, ["CYP2C19", "TPMT"]);
    assert_eq!(assay.method.as_deref(), Some("Targeted genotyping"));
    assert_eq!(assay.laboratory.as_deref(), Some("Northside Molecular Laboratory"));
    assert_eq!(problems, ["regions-elsewhere", "uncalled"]);
}

#[test]
fn a_laboratory_report_is_read_resource_by_resource() {
    let path = format!("{}/tests/data/fhir/report.transaction.json", env!("CARGO_MANIFEST_DIR"));
    let read = bundle::read(&std::fs::read(path).unwrap()).unwrap();
    let mut kinds = Vec::new();
    for entry in &read.entries {
        let resource = entry.resource.as_ref().unwrap();
        assert_eq!(check::check(resource), vec![]);
        let (found, problems) = facts_of(resource, None, &entry.place);
        assert_eq!(problems, vec![], "{}", entry.place);
        for fact in found {
            assert_eq!(fact.source.place, entry.place);
            kinds.push(match fact.content {
                FactContent::Patient(_) => "patient",
                FactContent::Specimen(_) => "specimen",
                FactContent::Report(_) => "report",
                FactContent::GeneResult(_) => "gene",
                FactContent::Variant(_) => "variant",
                _ => "other",
            });
        }
    }
    kinds.sort_unstable();
    assert_eq!(kinds, ["gene", "patient", "report", "specimen", "variant"]);
}

/// Any JSON, with the names and values that readers look for.
fn json_like() -> impl Strategy<Value = Value> {
    let words = prop::sample::select(vec![
        "Patient",
        "Observation",
        "DiagnosticReport",
        "MedicationRequest",
        "Procedure",
        "Bundle",
        "84413-4",
        "69548-6",
        "84414-2",
        "53040-2",
        "48018-6",
        "HGNC:2621",
        "http://loinc.org",
        "final",
        "*1/*2",
        "LA9633-4",
        "transaction",
        "PUT",
        "Patient/1",
        "NC_000010.11",
        "#",
        "",
    ]);
    let leaf = prop_oneof![
        words.prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
        Just(Value::Null),
    ];
    let names = || {
        prop::sample::select(vec![
            "resourceType",
            "id",
            "status",
            "code",
            "coding",
            "system",
            "component",
            "value",
            "text",
            "valueCodeableConcept",
            "valueString",
            "valueRange",
            "low",
            "name",
            "identifier",
            "entry",
            "resource",
            "request",
            "method",
            "url",
            "type",
            "contained",
            "extension",
            "reference",
            "medicationReference",
            "subject",
            "given",
            "_given",
            "display",
            "birthDate",
        ])
    };
    leaf.prop_recursive(6, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::btree_map(names(), inner, 0..6)
                .prop_map(|m| m.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_gives_an_answer(mut value in json_like(), kind in 0_usize..6) {
        let kinds = ["Patient", "Observation", "DiagnosticReport", "MedicationRequest", "Procedure", "Specimen"];
        if let Some(object) = value.as_object_mut() {
            object.insert("resourceType".into(), kinds[kind].into());
        }
        let _ = facts_of(&value, None, "x");
        let _ = check::check(&value);
        let _ = subject_of(&value);
        let _ = bundle::transaction(value);
    }

    #[test]
    fn any_bundle_gives_an_answer(entries in prop::collection::vec(json_like(), 0..4)) {
        let _ = bundle::transaction(json!({"resourceType": "Bundle", "type": "batch", "entry": entries}));
    }
}
