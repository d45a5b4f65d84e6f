use super::*;

fn variant_with(components: Vec<Value>) -> (ReportedVariant, Vec<String>) {
    let value = json!({"valueCodeableConcept": loinc("LA9633-4")});
    let (fact, problems) = one(&observation("69548-6", value, Value::Array(components)));
    let FactContent::Variant(variant) = fact.content else { panic!("{fact:?}") };
    (variant, problems)
}

pub(super) fn coded(code: &str, value: &str) -> Value {
    let concept = json!({"coding": [{"system": "s", "code": value}]});
    json!({"code": loinc(code), "valueCodeableConcept": concept})
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
fn codes_win_over_displays_and_an_spdi_is_no_hgvs() {
    let transcript = json!({"code": loinc("51958-7"), "valueCodeableConcept": {"coding": [
        {"system": codes::REFSEQ, "code": "NM_000769.4", "display": "NM_000769.3"}]}});
    // Seen: an SPDI sent as c.HGVS.
    let spdi = coded("48004-6", "NC_000001.11:1014227:G:A");
    let (found, problems) = variant_with(vec![transcript, spdi]);
    assert_eq!(found.transcript.as_deref(), Some("NM_000769.4"));
    assert_eq!(
        (found.hgvs_coding, found.identifiers),
        (None, vec!["NC_000001.11:1014227:G:A".into()])
    );
    assert_eq!(problems, Vec::<String>::new());
}

#[test]
fn what_no_fact_holds_is_named() {
    let parts = vec![coded("48004-6", "c.1A>G"), coded("81291-7", "x"), coded("81304-8", "x")];
    assert_eq!(variant_with(parts).1, ["unread-component"]);
}
