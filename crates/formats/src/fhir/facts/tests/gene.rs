use super::variant::coded;
use super::*;

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
        let (result, problems) = gene_result(&observation("84413-4", value.clone(), cyp2d6()));
        assert_eq!(result.diplotype.as_deref(), Some(diplotype), "{value}");
        assert_eq!((result.gene.as_str(), problems.len()), ("CYP2D6", 0));
    }
    let gl = json!({"valueCodeableConcept": {"coding": [{"system": "http://glstring.org",
        "code": "hla#3.31.0#HLA-A*03:01+HLA-A*30:01"}]}});
    let (result, _) =
        gene_result(&observation("84413-4", gl, json!([gene_part("HGNC:4931", "HLA-A")])));
    assert_eq!(result.diplotype.as_deref(), Some("*03:01/*30:01"));
}

#[test]
fn possibilities_of_a_gl_string_are_alternatives() {
    for (gl, diplotype, told) in [
        ("HLA-B*57:01+HLA-B*58:01", "*57:01/*58:01", None),
        ("HLA-B*57:01+HLA-B*58:01|HLA-B*57:03+HLA-B*58:02", "*57:01/*58:01 or *57:03/*58:02", None),
        (
            "hla#3.31.0#HLA-B*57:01+HLA-B*58:01|HLA-B*57:03+HLA-B*58:02",
            "*57:01/*58:01 or *57:03/*58:02",
            None,
        ),
        ("HLA-B*57:01/HLA-B*57:02+HLA-B*58:01", "*57:01/*57:02+HLA-B*58:01", Some("gl-string")),
    ] {
        let value = json!({"valueCodeableConcept": {"coding": [
            {"system": "http://glstring.org", "code": gl}]}});
        let observation = observation("84413-4", value, json!([gene_part("HGNC:4932", "HLA-B")]));
        let (result, problems) = gene_result(&observation);
        assert_eq!(result.diplotype.as_deref(), Some(diplotype));
        assert_eq!(problems.first().map(String::as_str), told);
    }
}

#[test]
fn a_reason_for_no_value_is_enough_said() {
    let gene = json!([gene_part("HGNC:2621", "CYP2C19")]);
    let value = json!({"dataAbsentReason": {"text": "not tested"}});
    assert_eq!(facts(&observation("84413-4", value, gene)), (vec![], vec!["not-called".into()]));
    let bare = json!([gene_part("HGNC:2621", "CYP2C19")]);
    assert_eq!(facts(&observation("84413-4", json!({}), bare)).1, ["no-value"]);
}

#[test]
fn a_list_of_variants_is_no_diplotype_and_advice_is_no_result() {
    let own = |code: &str| json!({"coding": [{"system": codes::OWN, "code": code}]});
    let tbd = json!({"coding": [{"system": codes::TBD, "code": "therapeutic-implication"}]});
    let parts = json!([gene_part("HGNC:3012", "DPYD"),
        {"code": own("variant-name"), "valueString": "c.85T>C (*9A)"},
        {"code": tbd, "valueCodeableConcept": {"coding": [
            {"system": codes::PHENOTYPE, "code": "anything"}], "text": "anything"}}]);
    let value = json!({"valueCodeableConcept": {"text": "DPYD c.85T>C (*9A)"}});
    let (result, problems) = gene_result(&observation("84413-4", value, parts));
    assert_eq!((result.diplotype, problems), (None, vec![]));
    assert_eq!(result.phenotype.as_deref(), Some("anything"));
    let drug = json!([{"code": loinc("51963-7"), "valueCodeableConcept": {"text": "warfarin"}}]);
    let mut advice = observation("0", json!({}), drug);
    advice["code"] = tbd;
    assert_eq!(facts(&advice), (vec![], vec!["drug-advice".into()]));
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
    let (result, problems) = gene_result(&observation("84413-4", named, components));
    assert_eq!((result.gene.as_str(), problems), ("CYP2C9", vec!["several-genes".to_owned()]));
}

#[test]
fn the_gene_is_that_of_its_id_even_without_a_symbol() {
    let components = json!([{"code": loinc("48018-6"), "valueCodeableConcept": {"coding": [
        {"system": "http://www.genenames.org/geneId", "code": "HGNC:12014"}]}}]);
    let value = json!({"valueCodeableConcept": {"text": "*1/*3A"}});
    assert_eq!(gene_result(&observation("84413-4", value.clone(), components)).0.gene, "TPMT");
    let (result, problems) =
        gene_result(&observation("84413-4", value, json!([gene_part("HGNC:12014", "NAT2")])));
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
        gene_result(&observation("84414-2", value, json!([gene_part("HGNC:7470", "MT-RNR1")])));
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
            let (result, problems) = gene_result(&resource);
            assert_eq!(result.phenotype.as_deref(), Some(phenotype), "{resource}");
            assert_eq!(problems.first().map(String::as_str), told);
        }
    }
    let active = observation(
        "79716-7",
        json!({"valueCodeableConcept": poor}),
        json!([{"code": {"text": "x"}}]),
    );
    assert_eq!(gene_result(&active).0.gene, "CYP2C9");
}

#[test]
fn no_call_and_contradictions_are_no_result() {
    let gene_only = || json!([gene_part("HGNC:2621", "CYP2C19")]);
    for words in ["No call", ".", "not specified", "Unknown"] {
        let value = json!({"valueCodeableConcept": {"text": words}});
        let (found, problems) = facts(&observation("84413-4", value, gene_only()));
        assert!(found.is_empty(), "{words}");
        assert_eq!(problems, ["not-called", "no-result"]);
    }
    let both = json!({"coding": [
        {"system": "http://loinc.org", "code": "LA9657-3"},
        {"system": "http://loinc.org", "code": "LA25391-6"}]});
    let value = json!({"valueCodeableConcept": both});
    let (found, problems) = facts(&observation("53040-2", value, gene_only()));
    assert!(found.is_empty());
    assert_eq!(problems, ["contradicting-answers", "no-value"]);
    let part = |code: &str| json!({"code": loinc("53040-2"), "valueCodeableConcept": loinc(code)});
    let parts = json!([gene_part("HGNC:2621", "CYP2C19"), part("LA9657-3"), part("LA25391-6")]);
    let value = json!({"valueCodeableConcept": {"text": "*1/*2"}});
    let (result, problems) = gene_result(&observation("84413-4", value, parts));
    assert_eq!((result.phenotype, problems), (None, vec!["several-phenotypes".to_owned()]));
    let present = json!({"valueCodeableConcept": {"coding": [
        {"system": "http://loinc.org", "code": "LA9633-4"},
        {"system": "http://loinc.org", "code": "LA9634-2"}]}});
    let (fact, problems) =
        one(&observation("69548-6", present, json!([coded("48004-6", "c.1A>G")])));
    let FactContent::Variant(found) = fact.content else { panic!() };
    assert_eq!(found.assessment, None);
    assert_eq!(problems, ["contradicting-answers", "no-assessment"]);
}

#[test]
fn a_metaboliser_component_counts_whatever_its_words() {
    let part = |value: Value| json!({"code": loinc("53040-2"), "valueCodeableConcept": value});
    let with = |value: Value| {
        let parts = json!([gene_part("HGNC:2621", "CYP2C19"), part(value)]);
        gene_result(&observation("84413-4", json!({"valueString": "*1/*1"}), parts))
    };
    let (result, problems) = with(json!({"text": "EM"}));
    assert_eq!((result.phenotype.as_deref(), problems), (Some("EM"), vec![]));
    let (result, problems) = with(json!({"text": "not specified"}));
    assert_eq!((result.phenotype, problems), (None, vec!["no-phenotype".to_owned()]));
    let (result, _) = with(json!({"coding": [{"system": "urn:x", "code": "M-7"}]}));
    assert_eq!(result.phenotype, None);
}
