//! The profile of a tumour out of the resources of the record.

use interpret::{TUMOR_RESOURCE_TYPES, tumor_profiles};
use knowledge::oncology::OncologyNames;
use model::absence::Presence;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::LazyLock;
use tumor::event::Certainty;
use tumor::normalise::Panels;
use tumor::profile::{Quality, SpecimenKind};
use tumor::{
    Alteration, AlterationClass, BiomarkerKind, CopyClass, Genes, Hgnc, Level, TumorProfile,
    TumorView,
};

const EGFR: Hgnc = Hgnc(3236);
const ERBB2: Hgnc = Hgnc(3430);
const KRAS: Hgnc = Hgnc(6407);
const ALK: Hgnc = Hgnc(427);
const SMALL: AlterationClass = AlterationClass::SmallVariant;
const GUIDE: &str = "http://hl7.org/fhir/uv/genomics-reporting/StructureDefinition/";
const TBD: &str = "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/tbd-codes-cs";

fn profiles(resources: &[Value]) -> (Vec<TumorProfile>, Vec<String>) {
    static GENES: LazyLock<Genes> =
        LazyLock::new(|| Genes::new(&OncologyNames::built_in().unwrap()));
    let (profiles, problems) = tumor_profiles(resources, &GENES, &Panels::new());
    (profiles, problems.into_iter().map(|problem| problem.code).collect())
}

fn loinc(code: &str) -> Value {
    json!({"coding": [{"system": "http://loinc.org", "code": code}]})
}

fn gene(symbol: &str, hgnc: u32) -> Value {
    json!({"coding": [{"system": "http://www.genenames.org", "code": format!("HGNC:{hgnc}"),
        "display": symbol}]})
}

#[expect(clippy::needless_pass_by_value, reason = "a value is written where it is used")]
fn part(code: &str, value: Value) -> Value {
    json!({"code": loinc(code), "valueCodeableConcept": value})
}

fn hgvs(code: &str, text: &str) -> Value {
    part(code, json!({"coding": [{"system": "http://varnomen.hgvs.org", "code": text}]}))
}

fn change(code: &str, words: Option<&str>) -> Value {
    let coding = json!([{"system": "http://www.sequenceontology.org", "code": code}]);
    part("48019-4", json!({"coding": coding, "text": words}))
}

fn somatic() -> Value {
    part("48002-0", loinc("LA6684-0"))
}

/// A variant observation with an answer of 69548-6.
#[expect(clippy::needless_pass_by_value, reason = "a list is written where it is used")]
fn variant(id: &str, answer: &str, parts: Vec<Value>) -> Value {
    json!({"resourceType": "Observation", "id": id, "status": "final", "code": loinc("69548-6"),
        "valueCodeableConcept": loinc(answer), "component": parts})
}

fn report(status: &str, results: &[&str]) -> Value {
    let results: Vec<Value> =
        results.iter().map(|id| json!({"reference": format!("Observation/{id}")})).collect();
    json!({"resourceType": "DiagnosticReport", "id": "r", "status": status,
        "code": loinc("51969-4"), "issued": "2024-05-06T10:00:00Z",
        "specimen": [{"reference": "Specimen/s"}], "result": results,
        "contained": [{"resourceType": "Procedure", "id": "study", "status": "completed",
            "extension": [{"url": format!("{GUIDE}genomic-study-analysis-ext"),
                "valueReference": {"reference": "#analysis"}}]},
            {"resourceType": "Procedure", "id": "analysis", "status": "completed", "extension": [
                {"url": format!("{GUIDE}genomic-study-analysis-change-type"),
                    "valueCodeableConcept": {"coding": [{"code": "SO:0001483"}]}},
                {"url": format!("{GUIDE}genomic-study-analysis-regions"), "extension": [
                    {"url": "studied", "valueCodeableConcept": gene("EGFR", 3236)},
                    {"url": "studied", "valueCodeableConcept": gene("KRAS", 6407)},
                    {"url": "studied", "valueCodeableConcept": gene("BRAF", 1097)},
                    {"url": "uncalled", "valueCodeableConcept": gene("BRAF", 1097)}]}]}],
        "extension": [{"url": format!("{GUIDE}genomic-study-reference"),
            "valueReference": {"reference": "#study"}}]})
}

fn specimen(words: &str) -> Value {
    json!({"resourceType": "Specimen", "id": "s", "type": {"text": words}})
}

fn l858r() -> Value {
    variant(
        "v",
        "LA9633-4",
        vec![
            part("48018-6", gene("EGFR", 3236)),
            hgvs("48005-3", "NP_005219.2:p.Leu858Arg"),
            hgvs("48004-6", "NM_005228.4:c.2573T>G"),
            somatic(),
            json!({"code": loinc("81258-6"), "valueQuantity": {"value": 6.6, "unit": "%"}}),
            part("47999-8", json!({"text": "Exon 21"})),
        ],
    )
}

#[test]
fn a_report_says_what_was_found_and_what_was_tested() {
    let (profiles, problems) =
        profiles(&[report("final", &["v"]), l858r(), specimen("Tumor block")]);
    assert_eq!(problems, [""; 0]);
    let [profile] = profiles.as_slice() else { panic!("{profiles:?}") };
    assert_eq!(profile.report, "DiagnosticReport/r");
    assert_eq!(profile.issued.unwrap().to_string(), "2024-05-06");
    assert_eq!(profile.specimen, SpecimenKind::Tissue);
    assert_eq!(profile.sources, ["DiagnosticReport/r", "Observation/v"]);
    let [event] = profile.events.as_slice() else { panic!("{profile:?}") };
    assert_eq!(event.source.as_deref(), Some("Observation/v"));
    assert_eq!(event.origin, tumor::event::EventOrigin::Somatic);
    let Alteration::Short(short) = &event.alteration else { panic!("{event:?}") };
    assert_eq!((short.exon, short.allele_fraction), (Some(21), Some(0.066)));
    assert_eq!(short.cdna.as_deref(), Some("NM_005228.4:c.2573T>G"));
    assert_eq!(short.changes, tumor::protein::parse("L858R").unwrap());
    let view = TumorView::of(&profiles);
    for (gene, class, presence) in [
        (EGFR, SMALL, Presence::Present),
        (KRAS, SMALL, Presence::AbsentTested),
        // Looked for small variants only.
        (KRAS, AlterationClass::CopyNumberGain, Presence::NotTested),
        // Studied, and could not be called.
        (Hgnc(1097), SMALL, Presence::NotTested),
        (ALK, SMALL, Presence::NotTested),
    ] {
        assert_eq!(view.presence(gene, class), presence, "{gene} {}", class.words());
    }
}

/// The laboratory's own words, of the variant and of what was derived from it, stay as they came.
#[test]
fn what_the_laboratory_makes_of_a_finding_stays_in_its_words_and_system() {
    let level = json!({"coding": [{"system": "http://example.org/amp", "code": "1A"}],
        "text": "Tier I-A"});
    let mut found = l858r();
    let parts = found["component"].as_array_mut().unwrap();
    parts.push(part("53037-8", loinc("LA6668-3")));
    parts.push(json!({"code": {"coding": [{"system": "urn:cognate:code",
        "code": "laboratory-status"}]}, "valueString": "known"}));
    let implication = |id: &str, status: &str| {
        json!({"resourceType": "Observation", "id": id, "status": status,
            "code": loinc("51961-1"), "derivedFrom": [{"reference": "Observation/v"}],
            "component": [part("93044-6", level.clone()),
                part("51963-7", json!({"text": "Osimertinib"}))]})
    };
    // One that is not final says nothing.
    let all = [
        report("final", &["v", "i", "draft"]),
        found,
        implication("i", "final"),
        implication("draft", "preliminary"),
    ];
    let (profiles, _) = profiles(&all);
    let said: Vec<_> = profiles[0].events[0]
        .judgements
        .iter()
        .map(|one| {
            let system = one.system.as_deref().unwrap_or_default();
            let regarding = one.regarding.as_deref().unwrap_or_default();
            (one.kind.as_str(), system, one.words.as_str(), regarding, one.source.as_str())
        })
        .collect();
    let of_variant = "Observation/v";
    assert_eq!(
        said,
        [
            ("clinical significance", "http://loinc.org", "LA6668-3", "", of_variant),
            (
                "level of evidence",
                "http://example.org/amp",
                "Tier I-A",
                "Osimertinib",
                "Observation/i"
            ),
            ("status", "", "known", "", of_variant),
        ]
    );
}

#[test]
fn only_final_reports_of_a_tumour_count() {
    for (status, events, withdrawn, noticed) in [
        ("amended", Some(1), false, &[][..]),
        ("preliminary", None, false, &["not-final"]),
        ("registered", None, false, &["not-final"]),
        ("entered-in-error", Some(0), true, &[]),
    ] {
        let (profiles, problems) = profiles(&[report(status, &["v"]), l858r()]);
        let found = profiles.first().map(|profile| (profile.events.len(), profile.withdrawn));
        assert_eq!(found, events.map(|events| (events, withdrawn)), "{status}");
        assert_eq!(problems, noticed, "{status}");
    }
    // A preliminary result in a final report, and one that was taken back.
    for (status, noticed) in [("preliminary", &["not-final"][..]), ("entered-in-error", &[])] {
        let mut result = l858r();
        result["status"] = json!(status);
        let (profiles, problems) = profiles(&[report("final", &["v"]), result]);
        assert_eq!((profiles[0].events.len(), problems), (0, noticed_of(noticed)));
    }
    // The inherited genome: what it did not find says nothing of a tumour.
    let mut inherited = l858r();
    inherited["component"][3] = part("48002-0", loinc("LA6683-2"));
    assert_eq!(profiles(&[report("final", &["v"]), inherited]).0, []);
}

fn noticed_of(codes: &[&str]) -> Vec<String> {
    codes.iter().map(|code| (*code).to_owned()).collect()
}

#[test]
fn copies_keep_the_laboratorys_class_and_leave_open_what_a_code_leaves_open() {
    use CopyClass::{Amplification, DeepLoss, Gain, Neutral, ShallowLoss};
    let definite = Certainty::Definite;
    let open = Certainty::Equivocal;
    for (code, words, copies, expected) in [
        ("SO:0001742", Some("amplification"), Some(9.0), &[(Amplification, definite)][..]),
        ("SO:0001742", None, Some(9.0), &[(Gain, definite), (Amplification, open)]),
        ("SO:0001743", None, Some(0.0), &[(DeepLoss, definite)]),
        ("SO:0001743", None, None, &[(ShallowLoss, open), (DeepLoss, open)]),
        ("SO:0001019", None, Some(3.0), &[(Gain, open), (Amplification, open)]),
        ("SO:0001019", None, Some(2.0), &[(Neutral, definite)]),
        ("SO:0001019", None, None, &[]),
    ] {
        let mut parts = vec![part("48018-6", gene("ERBB2", 3430)), somatic(), change(code, words)];
        parts.extend(
            copies.map(|n| json!({"code": loinc("82155-3"), "valueQuantity": {"value": n}})),
        );
        let (profiles, _) = profiles(&[variant("v", "LA9633-4", parts)]);
        let found: Vec<_> = profiles[0]
            .events
            .iter()
            .map(|event| match &event.alteration {
                Alteration::Copy(copy) => {
                    assert_eq!(copy.copies, copies);
                    (copy.class, event.certainty)
                }
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(found, expected, "{code} {words:?} {copies:?}");
    }
}

#[test]
fn genes_joined_are_in_order_only_where_the_report_says_so() {
    for (name, ordered) in [(Some("EML4::ALK"), true), (Some("ALK fusion"), false), (None, false)] {
        let mut parts = vec![
            part("48018-6", gene("EML4", 1316)),
            part("48018-6", gene("ALK", 427)),
            somatic(),
            change("SO:0001565", None),
        ];
        parts.extend(name.map(|name| part("81252-9", json!({"text": name}))));
        let (profiles, _) = profiles(&[variant("v", "LA9633-4", parts)]);
        let Alteration::Rearrangement(joined) = &profiles[0].events[0].alteration else {
            panic!("{profiles:?}")
        };
        assert_eq!((joined.ordered, joined.from_text), (ordered, false), "{name:?}");
        let view = TumorView::of(&profiles);
        assert_eq!(view.presence(ALK, AlterationClass::Rearrangement), Presence::Present);
    }
    // Known from its name alone: marked.
    let parts = vec![
        part("48018-6", gene("ROS1", 10261)),
        somatic(),
        part("81252-9", json!({"text": "ROS1 Fusion"})),
    ];
    let (profiles, _) = profiles(&[variant("v", "LA9633-4", parts)]);
    let Alteration::Rearrangement(joined) = &profiles[0].events[0].alteration else {
        panic!("{profiles:?}")
    };
    assert!(joined.from_text && !joined.ordered);
}

#[test]
fn absent_is_the_gene_only_where_the_report_means_the_gene() {
    let of = |answer: &str, more: Vec<Value>| {
        let mut parts = vec![part("48018-6", gene("KRAS", 6407)), somatic()];
        parts.extend(more);
        profiles(&[variant("v", answer, parts)])
    };
    let (gene_wide, problems) = of("LA9634-2", vec![]);
    assert_eq!(TumorView::of(&gene_wide).presence(KRAS, SMALL), Presence::AbsentTested);
    assert_eq!(problems, [""; 0]);
    let (one, problems) = of("LA9634-2", vec![hgvs("48005-3", "p.Gly12Asp")]);
    assert_eq!(TumorView::of(&one).presence(KRAS, SMALL), Presence::NotTested);
    assert_eq!(problems, ["one-variant-absent"]);
    let (copies, _) = of("LA9634-2", vec![change("SO:0001019", None)]);
    let view = TumorView::of(&copies);
    assert_eq!(view.presence(KRAS, AlterationClass::CopyNumberGain), Presence::AbsentTested);
    assert_eq!(view.presence(KRAS, SMALL), Presence::NotTested);
    // No call, indeterminate, no answer at all: neither there nor absent, even if it was tested.
    for answer in ["LA18198-4", "LA11884-6", ""] {
        let (unclear, problems) = of(answer, vec![]);
        assert_eq!(unclear[0].events[0].certainty, Certainty::Equivocal, "{answer}");
        assert_eq!(problems, ["not-certain"], "{answer}");
        let mut result = variant("v", answer, vec![part("48018-6", gene("KRAS", 6407)), somatic()]);
        result["status"] = json!("final");
        let (tested, _) = profiles(&[report("final", &["v"]), result]);
        assert_eq!(TumorView::of(&tested).presence(KRAS, SMALL), Presence::NotTested, "{answer}");
    }
    // A call that the laboratory could not confirm.
    let status = json!({"code": {"coding": [{"system": TBD, "code": "variant-confidence-status"}]},
        "valueCodeableConcept": {"coding": [{"code": "intermediate"}]}});
    let (doubtful, _) = of("LA9633-4", vec![status]);
    assert_eq!(doubtful[0].events[0].certainty, Certainty::Equivocal);
}

fn measured(id: &str, code: &str, value: (&str, Value)) -> Value {
    let mut result = json!({"resourceType": "Observation", "id": id, "status": "final",
        "code": loinc(code)});
    result[value.0] = value.1;
    result
}

#[test]
fn measurements_by_their_codes() {
    use BiomarkerKind::{Her2, MicrosatelliteInstability, PdL1, TumorMutationalBurden};
    let number =
        |value: Value, unit: &str| ("valueQuantity", json!({"value": value, "unit": unit}));
    let word = |code: &str| ("valueCodeableConcept", loinc(code));
    for (code, value, expected, noticed) in [
        (
            "94076-7",
            number(json!(29.8), "Muts/Mb"),
            Some((TumorMutationalBurden, None, Some(29.8))),
            0,
        ),
        ("94076-7", number(json!(29.8), "mutations"), None, 1),
        (
            "81695-9",
            word("LA26203-2"),
            Some((MicrosatelliteInstability, Some(Level::High), None)),
            0,
        ),
        (
            "81695-9",
            word("LA14122-8"),
            Some((MicrosatelliteInstability, Some(Level::Stable), None)),
            0,
        ),
        ("81695-9", word("LA11884-6"), None, 1),
        ("85147-7", word("LA6576-8"), Some((PdL1, Some(Level::Positive), None)), 0),
        ("18474-7", word("LA9634-2"), Some((Her2, Some(Level::Negative), None)), 0),
        ("18474-7", ("valueString", json!("equivocal")), None, 1),
        ("94076-7", ("note", json!([])), None, 1),
    ] {
        let (profiles, problems) = profiles(&[measured("m", code, value.clone())]);
        let found = profiles[0].biomarkers.first().map(|one| (one.kind, one.level, one.value));
        assert_eq!(found, expected, "{code} {value:?}");
        assert_eq!(problems.len(), noticed, "{code} {value:?} {problems:?}");
    }
    // A bounded number is none.
    let bounded = ("valueQuantity", json!({"value": 10, "comparator": "<", "unit": "mut/Mb"}));
    let (none, problems) = profiles(&[measured("m", "94076-7", bounded)]);
    assert_eq!((none[0].biomarkers.len(), problems.len()), (0, 1));
    // Number and word are one measurement, whether in one observation or in two.
    let mut with_word = measured("m", "94076-7", number(json!(0.73), "Muts/Mb"));
    with_word["interpretation"] = json!([{"coding": [{"code": "L"}]}]);
    let apart = [
        report("final", &["m", "w"]),
        measured("m", "94076-7", number(json!(0.73), "Muts/Mb")),
        measured("w", "94077-5", ("valueString", json!("Low"))),
    ];
    for resources in [&[with_word][..], &apart] {
        let (profiles, _) = profiles(resources);
        let [one] = profiles[0].biomarkers.as_slice() else { panic!("{profiles:?}") };
        assert_eq!((one.level, one.value), (Some(Level::Low), Some(0.73)));
        assert_eq!(one.source.as_deref(), Some("Observation/m"));
    }
}

#[test]
fn a_qualified_run_and_little_tumour_support_no_silence() {
    let quality = json!({"url": "urn:cognate:extension:run-quality", "valueString": "Qualified"});
    let mut qualified = report("final", &["v"]);
    qualified["extension"].as_array_mut().unwrap().push(quality);
    let (found, _) = profiles(&[qualified, l858r(), specimen("Tumor block")]);
    assert_eq!(found[0].quality, Quality::Qualified);
    assert_eq!(TumorView::of(&found).presence(KRAS, SMALL), Presence::NotTested);
    assert_eq!(TumorView::of(&found).presence(EGFR, SMALL), Presence::Present);
    let mut share = measured("f", "", ("valueQuantity", json!({"value": 0.4, "unit": "%"})));
    share["code"] =
        json!({"coding": [{"system": "urn:cognate:tumor-measure", "code": "tumor-fraction"}]});
    for (words, kind) in
        [("Plasma", SpecimenKind::CirculatingDna), ("Bone marrow", SpecimenKind::Marrow)]
    {
        let resources = [report("final", &["v", "f"]), l858r(), specimen(words), share.clone()];
        let (found, _) = profiles(&resources);
        assert_eq!((found[0].specimen, found[0].tumor_fraction_percent), (kind, Some(0.4)));
        let silent = TumorView::of(&found).presence(KRAS, SMALL) == Presence::NotTested;
        assert_eq!(silent, kind == SpecimenKind::CirculatingDna, "{words}");
    }
}

#[test]
fn the_older_region_studied_panel_of_mcode_is_coverage_for_small_variants() {
    let mut studied = measured(
        "g",
        "53041-0",
        (
            "component",
            json!([part("48018-6", gene("ERBB2", 3430)), part("48018-6", gene("KRAS", 6407))]),
        ),
    );
    studied["category"] = json!([]);
    let mut whole = report("final", &["v", "g"]);
    whole.as_object_mut().unwrap().remove("extension");
    let (found, problems) = profiles(&[whole, l858r(), studied]);
    assert_eq!(problems, [""; 0]);
    let view = TumorView::of(&found);
    assert_eq!(view.presence(ERBB2, SMALL), Presence::AbsentTested);
    assert_eq!(view.presence(ERBB2, AlterationClass::CopyNumberGain), Presence::NotTested);
}

/// The somatic report of the guide, when its examples are at hand.
#[test]
fn the_guides_somatic_report_is_read() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("../../../shared/data/fhir/genomics-reporting/resources");
    if !folder.is_dir() {
        println!("skipped: the examples of the Genomics Reporting guide are not at hand");
        return;
    }
    let mut resources: Vec<Value> = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if TUMOR_RESOURCE_TYPES.iter().any(|kind| name.starts_with(&format!("{kind}-"))) {
            resources.push(serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap());
        }
    }
    let (profiles, _) = profiles(&resources);
    let somatic = profiles.iter().find(|p| p.report == "DiagnosticReport/somaticReport").unwrap();
    let names: Vec<&str> = somatic.events.iter().map(|event| event.reported.as_str()).collect();
    assert_eq!(names.len(), 8, "{names:?}");
    let view = TumorView::of(std::slice::from_ref(somatic));
    assert_eq!(view.presence(Hgnc(10261), AlterationClass::Rearrangement), Presence::Present);
    assert_eq!(view.presence(EGFR, SMALL), Presence::Present);
    // ABL1, ALK and APC are listed, for small variants and copies; nothing was found there.
    assert_eq!(view.presence(ALK, SMALL), Presence::AbsentTested);
    assert_eq!(view.presence(ALK, AlterationClass::CopyNumberGain), Presence::AbsentTested);
    assert_eq!(view.presence(KRAS, SMALL), Presence::NotTested);
    let mut measured: Vec<_> =
        somatic.biomarkers.iter().map(|one| (one.kind, one.level, one.value)).collect();
    measured.sort_by_key(|one| one.0);
    assert_eq!(
        measured,
        [
            (BiomarkerKind::TumorMutationalBurden, None, Some(29.8)),
            (BiomarkerKind::MicrosatelliteInstability, Some(Level::High), None),
            (BiomarkerKind::PdL1, Some(Level::Positive), None),
        ]
    );
}
