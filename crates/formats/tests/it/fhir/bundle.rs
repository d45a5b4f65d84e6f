//! What the Bundle says, and what is read back from it.

use super::sample::{Sample, about, of_type, parts, resources, sample};
use formats::fhir::build::pgx::{PgxBundle, PgxBundleKind, Subject, bundle};
use formats::fhir::{access, check, facts};
use model::Severity;
use model::fact::FactContent;
use model::reported::{ReportedGeneResult, ResultStatus};
use model::statement::{Callability, GeneStatement, Outcome};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The facts of the gene results of a Bundle, sorted by gene; warnings on the way are returned.
fn gene_results(bundle: &Value) -> (Vec<ReportedGeneResult>, Vec<String>) {
    let (mut results, mut warnings) = (Vec::new(), Vec::new());
    for (url, resource) in resources(bundle) {
        let (found, problems) = facts::facts_of(resource, None, url);
        for fact in found {
            assert!(fact.status.is_final(), "{url}");
            if let FactContent::GeneResult(result) = fact.content {
                results.push(result);
            }
        }
        let grave = problems.into_iter().filter(|p| p.severity != Severity::Note);
        warnings.extend(grave.map(|problem| problem.code));
    }
    results.sort_by(|a, b| a.gene.cmp(&b.gene));
    warnings.sort();
    warnings.dedup();
    (results, warnings)
}

#[test]
fn every_resource_is_valid_and_every_reference_arrives() {
    let made = sample().bundle();
    let all = resources(&made);
    let urls: BTreeSet<&str> = all.iter().map(|(url, _)| *url).collect();
    assert_eq!(urls.len(), all.len(), "a full URL stands twice");
    for (url, resource) in &all {
        assert_eq!(check::check(resource), vec![], "{resource:#}");
        assert_eq!(*url, format!("urn:uuid:{}", resource["id"].as_str().unwrap()));
        for literal in references(resource) {
            let arrives = urls.contains(literal) || ["Patient/1", "Specimen/1"].contains(&literal);
            assert!(arrives, "{literal} in {resource:#}");
        }
    }
    let reader = formats::fhir::json::read(made.to_string().as_bytes(), 10_000_000);
    assert_eq!(reader.unwrap().value, made, "read strictly");
}

fn references(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(members) => {
            let own = members.get("reference").and_then(Value::as_str);
            own.into_iter().chain(members.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn gene_results_come_back() {
    let (results, warnings) = gene_results(&sample().bundle());
    let result =
        |gene: &str, diplotype: Option<&str>, phenotype: Option<&str>, score: Option<&str>| {
            ReportedGeneResult {
                gene: gene.into(),
                diplotype: diplotype.map(Into::into),
                phenotype: phenotype.map(Into::into),
                activity_score: score.map(Into::into),
            }
        };
    let hearing = "increased risk of aminoglycoside-induced hearing loss";
    let expected = vec![
        result("CYP2B6", Some("*1/*6"), Some("Likely Intermediate Metabolizer"), None),
        result("CYP2C19", Some("*2/*2"), Some("Poor Metabolizer"), None),
        // Never one of the two.
        result("CYP2C9", Some("*1/*5 or *1/*2"), None, None),
        // CYP2D6 is for research; NAT2 and TPMT have no result.
        result("DPYD", None, Some("Intermediate Metabolizer"), Some("1")),
        result("G6PD", Some("B (reference)"), Some("Normal"), None),
        result("HLA-B", Some("*57:01/*58:01"), None, None),
        result("MT-RNR1", Some("m.1555A>G"), Some(hearing), None),
        result(
            "RYR1",
            Some("[c.1840C>T + c.7300G>A]/Reference"),
            Some("Malignant Hyperthermia Susceptibility"),
            None,
        ),
        result("SLCO1B1", None, Some("Decreased Function"), None),
        result("UGT1A1", None, Some("Poor Metabolizer"), None),
    ];
    assert_eq!(results, expected);
    // A haplotype by itself, CYP2D6 behind its modifier, NAT2 studied without a call, an indel
    // that needs the reference sequence.
    let known = ["haplotype-alone", "modified-meaning", "uncalled", "unnormalised"];
    assert_eq!(warnings, known);
}

#[test]
fn an_ambiguous_call_is_one_observation_that_says_so() {
    let made = sample().bundle();
    let found = about(&made, "84413-4", "CYP2C9");
    let [one] = found.as_slice() else { panic!("{} observations", found.len()) };
    assert_eq!(one["valueCodeableConcept"], json!({"text": "CYP2C9 *1/*5 or *1/*2"}));
    assert_eq!(one["interpretation"][0]["coding"][0]["code"], "IND");
    assert!(parts(one, "therapeutic-implication").is_empty());
    assert!(parts(one, "activity-score").is_empty());
    let possible: Vec<&Value> = parts(one, "possible-result");
    assert_eq!(possible.len(), 2);
    let second = "*1/*2: Normal Metabolizer, activity score 2";
    assert_eq!(possible[1]["valueString"], second);
    assert_eq!(parts(one, "also-possible")[0]["valueString"], "*1/*35");
    // *1 is in both, *2 and *5 are not.
    let haplotypes = about(&made, "84414-2", "CYP2C9");
    assert_eq!(haplotypes.len(), 1);
    assert_eq!(haplotypes[0]["valueCodeableConcept"]["text"], "CYP2C9*1");
    // Advice names what the call allows, without a code for either.
    let implications = of_type(&made, "Observation");
    let warfarin = implications.iter().find(|o| {
        parts(o, "51963-7").iter().any(|p| p["valueCodeableConcept"]["text"] == "warfarin")
    });
    let meaning = &parts(warfarin.unwrap(), "therapeutic-implication")[0]["valueCodeableConcept"];
    assert!(meaning.get("coding").is_none());
    let text = meaning["text"].as_str().unwrap();
    assert!(text.contains("Intermediate Metabolizer or Normal Metabolizer"), "{text}");
}

#[test]
fn genes_without_a_call_are_said_and_list_what_is_missing() {
    let made = sample().bundle();
    for (gene, reason, text) in [
        ("TPMT", "not-performed", "not tested"),
        ("NAT2", "unknown", "not called: rs1041983 is required and was not tested"),
        // Only drugs name these.
        ("VKORC1", "not-performed", "not tested"),
        ("NUDT15", "not-performed", "not tested"),
    ] {
        let found = about(&made, "84413-4", gene);
        let [one] = found.as_slice() else { panic!("{gene}: {}", found.len()) };
        assert!(one.get("valueCodeableConcept").is_none() && one.get("meta").is_none());
        assert_eq!(one["dataAbsentReason"]["coding"][0]["code"], reason, "{gene}");
        assert_eq!(one["dataAbsentReason"]["text"], text);
    }
    let nat2 = about(&made, "84413-4", "NAT2")[0];
    assert_eq!(parts(nat2, "positions-missing")[0]["valueString"], "rs1041983");
    let report = of_type(&made, "DiagnosticReport")[0];
    let conclusion = report["conclusion"].as_str().unwrap();
    assert!(conclusion.contains("Not tested, which is no normal result: TPMT"), "{conclusion}");
    assert!(conclusion.contains("NAT2: not called (46 of 47 positions tested)"), "{conclusion}");
}

#[test]
fn callability_travels_item_by_item() {
    let made = sample().bundle();
    let procedures = of_type(&made, "Procedure");
    let url = "urn:cognate:extension:gene-callability";
    let analysis = procedures.iter().find(|p| !access::extensions(p, url).is_empty()).unwrap();
    let of_gene = access::extensions(analysis, url).into_iter().find(|e| {
        access::text(e, "extension.valueCodeableConcept.coding.display") == Some("CYP2C9")
    });
    let of_gene = of_gene.unwrap();
    let read = |url: &str| -> Vec<String> {
        access::extensions(of_gene, url)
            .into_iter()
            .map(|e| e.get("valueString").unwrap_or(&e["valueInteger"]).to_string())
            .map(|text| text.trim_matches('"').to_owned())
            .collect()
    };
    assert_eq!(read("positions-defined"), ["83"]);
    assert_eq!(read("positions-seen"), ["80"]);
    assert_eq!(read("positions-from-block"), ["40"]);
    assert_eq!(read("positions-missing"), ["rs1", "chr10:5"]);
    assert_eq!(read("positions-filtered"), ["rs3"]);
    assert_eq!(read("alleles-not-excluded"), ["*61"]);
    assert_eq!(read("tier1-missing"), ["rs1"]);
    assert_eq!(read("positions-assumed"), ["rs9"]);
    let (found, _) = facts::facts_of(analysis, None, "x");
    let FactContent::Assay(assay) = &found[0].content else { panic!() };
    // What nobody looked at, what a laboratory called and what has no call is not "studied".
    for gene in ["TPMT", "NAT2", "HLA-B", "CYP2D6"] {
        assert!(!assay.coverage.genes.contains(&gene.to_owned()), "{gene}");
    }
    assert!(assay.coverage.genes.contains(&"CYP2C19".to_owned()));
    let regions = access::first(analysis, "extension").map(|_| {
        let url = "http://hl7.org/fhir/uv/genomics-reporting/StructureDefinition/\
                   genomic-study-analysis-regions";
        access::extensions(analysis, url)[0]
    });
    let called = access::extensions(regions.unwrap(), "called");
    let genes: Vec<&str> = called
        .iter()
        .filter_map(|e| access::text(e, "valueCodeableConcept.coding.display"))
        .collect();
    assert!(genes.contains(&"CYP2C19") && !genes.contains(&"CYP2C9"), "{genes:?}");
}

#[test]
fn a_research_call_is_marked_and_nothing_rests_on_it() {
    let made = sample().bundle();
    let found = about(&made, "84413-4", "CYP2D6")[0];
    assert_eq!(found["modifierExtension"][0]["url"], "urn:cognate:extension:research-only");
    assert_eq!(found["status"], "preliminary");
    assert!(parts(found, "therapeutic-implication").is_empty());
    let words = parts(found, "conclusion-string")[0]["valueString"].as_str().unwrap();
    assert!(words.starts_with("Research only, not for prescribing"), "{words}");
    assert!(about(&made, "84414-2", "CYP2D6").is_empty());
    let url = format!("urn:uuid:{}", found["id"].as_str().unwrap());
    let rests = |resource: &&Value| {
        access::texts(resource, "derivedFrom.reference").contains(&url.as_str())
    };
    assert_eq!(of_type(&made, "Observation").into_iter().filter(rests).count(), 0);
    let amitriptyline = of_type(&made, "Observation").into_iter().find(|o| {
        let about = parts(o, "51963-7");
        about.iter().any(|part| part["valueCodeableConcept"]["text"] == "amitriptyline")
    });
    let amitriptyline = amitriptyline.unwrap();
    let meaning = parts(amitriptyline, "therapeutic-implication")[1];
    assert_eq!(meaning["valueCodeableConcept"], json!({"text": "CYP2D6 research only, not used"}));
    let report = of_type(&made, "DiagnosticReport")[0];
    let notes = access::texts(report, "extension.valueAnnotation.text");
    assert!(notes.iter().any(|n| n.contains("CYP2D6: research only, not for prescribing")));
}

#[test]
fn sources_and_populations_stay_apart_and_tasks_have_only_fitting_codes() {
    let made = sample().bundle();
    let drug = |o: &&Value, name: &str| {
        parts(o, "51963-7").iter().any(|p| p["valueCodeableConcept"]["text"] == name)
    };
    let of_drug = |name: &str| -> Vec<&Value> {
        of_type(&made, "Observation").into_iter().filter(|o| drug(o, name)).collect()
    };
    let said: Vec<(Value, Value)> = of_drug("clopidogrel")
        .into_iter()
        .map(|o| {
            let value = |code: &str| {
                let found = parts(o, code);
                found.first().map_or(Value::Null, |part| {
                    part["valueCodeableConcept"]["coding"][0]["code"].clone()
                })
            };
            assert!(o.get("valueCodeableConcept").is_none());
            assert_eq!(value("therapeutic-implication"), "LA9657-3");
            assert_eq!(parts(o, "51963-7").len(), 1);
            let cited = access::texts(o, "extension.valueRelatedArtifact.url");
            assert!(cited.contains(&"https://pubmed.ncbi.nlm.nih.gov/35034351/"), "{cited:?}");
            (value("source"), value("81259-4"))
        })
        .collect();
    let expected = [
        (json!("CPIC"), json!("acs-pci")),
        (json!("CPIC"), json!("neurovascular")),
        (json!("DPWG"), Value::Null),
        (json!("FDA"), Value::Null),
    ];
    assert_eq!(said, expected);
    let tasks: Vec<(Value, Value)> = of_type(&made, "Task")
        .into_iter()
        .map(|t| (t["input"][0]["valueCodeableConcept"]["text"].clone(), t["code"].clone()))
        .map(|(name, code)| (name, code["coding"][0]["code"].clone()))
        .collect();
    let expected = [
        ("clopidogrel", Some("LA26421-0")),
        ("clopidogrel", Some("LA26421-0")),
        ("clopidogrel", Some("LA26423-6")),
        // The FDA row is "standard": no task. "Monitor" and "loading only" have no answer.
        ("amitriptyline", Some("LA26422-8")),
        ("amitriptyline", None),
        ("amitriptyline", None),
        ("warfarin", Some("LA26422-8")),
        ("azathioprine", None),
    ];
    let expected: Vec<(Value, Value)> =
        expected.iter().map(|(name, code)| (json!(name), json!(code))).collect();
    assert_eq!(tasks, expected);
    // No recommendation is said, not left out.
    let none = of_drug("azathioprine");
    assert_eq!(none.len(), 1);
    let words = parts(none[0], "conclusion-string")[0]["valueString"].as_str().unwrap();
    assert!(words.contains("no recommendation can be given (TPMT not tested"), "{words}");
    assert_eq!(of_drug("placebo")[0]["derivedFrom"][0]["display"], "no gene of this drug is known");
}

#[test]
fn unphased_genes_are_read_as_variants() {
    let made = sample().bundle();
    let genotype = about(&made, "84413-4", "DPYD")[0];
    let names: Vec<&Value> =
        parts(genotype, "variant-name").iter().map(|part| &part["valueString"]).collect();
    assert_eq!(names, ["c.85T>C (*9A)", "c.85T>C (*9A)", "c.1905+1G>A (*2A)"]);
    assert_eq!(parts(genotype, "is-phased")[0]["valueBoolean"], false);
    let states: Vec<(&Value, &Value)> = about(&made, "69548-6", "DPYD")
        .into_iter()
        .map(|v| {
            let state = &parts(v, "53034-5")[0]["valueCodeableConcept"]["coding"][0]["code"];
            (&parts(v, "81252-9")[0]["valueCodeableConcept"]["text"], state)
        })
        .collect();
    let (het, hom) = (json!("LA6706-1"), json!("LA6705-3"));
    let expected = [(json!("DPYD c.1905+1G>A (*2A)"), het), (json!("DPYD c.85T>C (*9A)"), hom)];
    assert_eq!(states, expected.iter().map(|(a, b)| (a, b)).collect::<Vec<_>>());
    assert_eq!(genotype["derivedFrom"].as_array().unwrap().len(), 2);
}

#[test]
fn variants_at_positions_are_written_once_and_only_where_they_are() {
    let made = sample().bundle();
    let found = about(&made, "69548-6", "CYP2C9");
    let codes: Vec<&Value> =
        found.iter().map(|v| &v["valueCodeableConcept"]["coding"][0]["code"]).collect();
    assert_eq!(codes, ["LA9633-4", "LA18198-4"], "one is there, one failed a filter");
    let genotype = about(&made, "84413-4", "CYP2C9")[0];
    let from = access::texts(genotype, "derivedFrom.reference");
    let url = |v: &Value| format!("urn:uuid:{}", v["id"].as_str().unwrap());
    assert!(from.contains(&url(found[0]).as_str()));
    assert!(!from.contains(&url(found[1]).as_str()));
    assert_eq!(parts(found[0], "phase-set")[0]["valueString"], "94938000");
    let (facts, problems) = facts::facts_of(about(&made, "69548-6", "CYP2C19")[0], None, "x");
    let FactContent::Variant(variant) = &facts[0].content else { panic!() };
    let spdi = variant.canonical.as_ref().unwrap().to_string();
    assert_eq!((spdi.as_str(), problems.len()), ("NC_000010.11:94781858:G:A", 0));
    assert_eq!(variant.identifiers, ["rs4244285"]);
    assert_eq!(variant.allelic_state.as_deref(), Some("Homozygous"));
}

#[test]
fn pack_and_engine_stand_on_the_report() {
    let made = sample().bundle();
    let report = of_type(&made, "DiagnosticReport")[0];
    let used = access::extensions(report, "urn:cognate:extension:knowledge-used")[0];
    let texts = access::texts(used, "extension.valueString");
    let digest = "ab".repeat(32);
    assert_eq!(texts, ["pgx", "0.2.0", "2026-11-25", digest.as_str(), "pgx", "0.1.0"]);
    let provenance = of_type(&made, "Provenance")[0];
    assert_eq!(provenance["entity"][0]["what"]["identifier"]["value"], digest.as_str());
    let device = access::text(provenance, "agent.who.reference").unwrap();
    let (_, device) = resources(&made).into_iter().find(|(url, _)| *url == device).unwrap();
    assert_eq!(device["version"][0]["value"], "0.1.0");
    // Without a time of release there is nothing to record.
    let undated = sample();
    let undated = bundle(&PgxBundle { issued: None, ..undated.input() });
    assert!(of_type(&undated, "Provenance").is_empty());
}

#[test]
fn a_sample_without_a_patient_gets_a_placeholder() {
    let from: Sample = sample();
    let made = bundle(&PgxBundle { subject: Subject::Sample("NA12878"), ..from.input() });
    let patient = of_type(&made, "Patient")[0];
    assert_eq!(
        patient["identifier"],
        json!([{"system": "urn:cognate:sample", "value": "NA12878"}])
    );
    let url = format!("urn:uuid:{}", patient["id"].as_str().unwrap());
    for kind in ["Observation", "DiagnosticReport", "Procedure"] {
        for resource in of_type(&made, kind) {
            assert_eq!(resource["subject"]["reference"], url.as_str());
        }
    }
    assert_eq!(gene_results(&made).0, gene_results(&from.bundle()).0);
}

#[test]
fn a_transaction_is_read_by_our_own_door_and_sent_again_changes_nothing() {
    let from = sample();
    let input = PgxBundle { kind: PgxBundleKind::Transaction, ..from.input() };
    let bytes = bundle(&input).to_string();
    assert_eq!(bytes, bundle(&input).to_string());
    let read = formats::fhir::bundle::read(bytes.as_bytes()).unwrap();
    assert_eq!(read.check(), vec![]);
    assert!(read.entries.iter().all(|entry| entry.url.id.is_some()));
    // Another pack says other things about the same resources; another file is another result.
    let mut newer = sample();
    newer.knowledge.version = "0.3.0".into();
    let ids = |bundle: &Value| -> Vec<String> {
        resources(bundle).iter().map(|(url, _)| (*url).to_owned()).collect()
    };
    assert_eq!(ids(&newer.bundle()), ids(&from.bundle()));
    let other = ids(&bundle(&PgxBundle { seed: "other", ..from.input() }));
    assert!(ids(&from.bundle()).iter().all(|id| !other.contains(id)));
}

#[test]
fn an_empty_result_is_still_a_report() {
    let from = Sample { genes: vec![], drugs: vec![], variants: vec![], ..sample() };
    let made = from.bundle();
    for (_, resource) in resources(&made) {
        assert_eq!(check::check(resource), vec![], "{resource:#}");
    }
    assert_eq!(of_type(&made, "DiagnosticReport")[0]["conclusion"], "No gene was asked for");
}

#[test]
fn a_withdrawn_result_is_withdrawn_everywhere() {
    let from = sample();
    let made = bundle(&PgxBundle { status: ResultStatus::EnteredInError, ..from.input() });
    for kind in ["Observation", "DiagnosticReport", "Procedure"] {
        for resource in of_type(&made, kind) {
            assert_eq!(resource["status"], "entered-in-error");
        }
    }
}

#[test]
fn a_possibility_without_a_phenotype_is_named_among_the_others() {
    let poor = "Poor Metabolizer";
    let gene = |phenotypes: &[&str], possible: &[Option<&str>]| GeneStatement {
        phenotype: None,
        phenotypes: phenotypes.iter().map(|p| (*p).to_owned()).collect(),
        possible: possible
            .iter()
            .map(|phenotype| Outcome { phenotype: phenotype.map(Into::into), ..Outcome::default() })
            .collect(),
        ..super::sample::called("CYP2C19", super::sample::pair("*2", "*99"), "", None)
    };
    for (statement, words) in [
        (gene(&[poor], &[]), "Poor Metabolizer or no phenotype cannot be told apart"),
        (
            gene(&[poor], &[Some(poor), None]),
            "Poor Metabolizer or no phenotype cannot be told apart",
        ),
        (gene(&[], &[]), "no phenotype is assigned"),
        (gene(&[], &[None, None]), "no phenotype is assigned"),
    ] {
        let from = Sample { genes: vec![statement], drugs: vec![], variants: vec![], ..sample() };
        let made = from.bundle();
        let conclusion = of_type(&made, "DiagnosticReport")[0]["conclusion"].as_str().unwrap();
        assert!(conclusion.contains(words), "{conclusion}");
        let genotype = about(&made, "84413-4", "CYP2C19")[0];
        assert!(parts(genotype, "therapeutic-implication").is_empty());
    }
}

#[test]
fn one_position_of_many_is_said_in_the_sentence() {
    let gene = GeneStatement {
        callability: Some(Callability { positions: 35, seen: 6, ..Callability::default() }),
        ..super::sample::called(
            "CYP2C19",
            super::sample::pair("*1", "*1"),
            "Normal Metabolizer",
            None,
        )
    };
    let from = Sample { genes: vec![gene], drugs: vec![], variants: vec![], ..sample() };
    let made = from.bundle();
    let words = "CYP2C19 *1/*1: Normal Metabolizer (6 of 35 positions tested)";
    // No region is "called" that was seen in part.
    assert!(!made.to_string().contains("\"called\""));
    assert_eq!(of_type(&made, "DiagnosticReport")[0]["conclusion"], words);
}
