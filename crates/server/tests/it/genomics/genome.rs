//! Filed genomes in the answers of the operations, over HTTP.

use super::{ANA, ask, outline, parameters};
use crate::app::{Answer, BASE, CLIENT, INTERFACE, TestApp, access, tenant};
use genomics::allele::Reference;
use genomics::lift::{LiftOver, Lifted};
use genomics::range::Range;
use genomics::reference::{ReferenceFile, References};
use intake::file::FileSettings;
use intake::variants::{Tools, ingest_variants};
use knowledge::Pack;
use model::PatientId;
use record::Role;
use serde_json::{Value, json};
use server::{App, Genomics, Settings};
use std::sync::Arc;
use testkit::vcf::{GRCH37, GRCH38, vcf as file};

/// Files a variant file of Ana Example.
pub(crate) fn take(app: &TestApp, text: &str, references: &References) {
    let pack = Pack::built_in().unwrap();
    let tools = Tools { pack: &pack, references };
    let patient = Some(PatientId::new("ana-example"));
    let settings = FileSettings { patient, ..FileSettings::default() };
    let mut reader = text.as_bytes();
    let interface = access(Role::Interface);
    let filed = ingest_variants(&app.record, &interface, tools, "ana.vcf", &mut reader, &settings);
    assert!(filed.unwrap().done);
}

/// The same server with what an operator has set up.
pub(super) fn with(mut app: TestApp, genomics: Genomics) -> TestApp {
    let settings = Settings { base_url: BASE.to_owned(), tenant: tenant(), secure_cookies: false };
    let (record, interpreter) = (app.record.clone(), app.interpreter.clone());
    app.router = server::router(App::with_genomics(record, interpreter, settings, genomics));
    app
}

fn with_file(text: &str) -> TestApp {
    let app = TestApp::new();
    take(&app, text, &References::default());
    app
}

async fn subject(app: &TestApp, name: &str, given: &[(&str, &str)]) -> Answer {
    let mut all = vec![("subject", ANA)];
    all.extend(given);
    ask(app, name, &all).await
}

/// An answer in one line, the ids of observations left out: they are digests.
fn line(answer: &Answer) -> String {
    let text = outline(&parameters(answer));
    let words = text.split(' ').map(|word| match word.split_once("variant=") {
        Some((before, id)) => {
            format!("{before}variant{}", if id.ends_with(']') { "]" } else { "" })
        }
        None => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// A gVCF: seen up to 2,000 but for a stretch of low quality.
pub(crate) fn blocks() -> String {
    file(
        GRCH38,
        &[
            "chr7 1 . A <NON_REF> . . END=999 GT:GQ 0/0:60",
            "chr7 1000 . A T,<NON_REF> . . . GT:AD:DP:GQ 0/1:10,11,0:21:99",
            "chr7 1001 . A <NON_REF> . . END=1099 GT:GQ 0/0:60",
            "chr7 1100 . A <NON_REF> . . END=1199 GT:GQ 0/0:10",
            "chr7 1200 . A G,<NON_REF> . LowQual . GT:GQ 0/1:5",
            "chr7 1201 . A <NON_REF> . . END=2000 GT:GQ 0/0:60",
        ],
    )
}

#[tokio::test]
async fn presence_and_coverage_are_those_of_the_genome() {
    let app = with_file(&blocks());
    for (given, expected) in [
        ("NC_000007.14:900-1050", "presence=true(studied) variant]"),
        ("NC_000007.14:100-200", "presence=false(studied)]"),
        ("NC_000007.14:1090-1120", "presence=false(partly)]"),
        ("NC_000007.14:1110-1120", "presence=false(not-studied)]"),
        // A call that failed its filter is neither there nor absent.
        ("NC_000007.14:1199-1200", "presence=false(not-studied)]"),
        ("NC_000007.14:5000-6000", "presence=false(not-studied)]"),
        ("NC_000001.11:5000-6000", "presence=false(not-studied)]"),
    ] {
        let given_all = [("ranges", given), ("includeVariants", "true")];
        let answer = subject(&app, "find-subject-variants", &given_all).await;
        assert_eq!(line(&answer), format!("variants[rangeItem={given} {expected}"));
    }
    for (given, expected) in [
        ("NC_000007.14:999:A:T", "presence=true(studied) variant]"),
        ("NC_000007.14:g.1000A>T", "presence=true(studied) variant]"),
        // Another base at the same place, and one elsewhere.
        ("NC_000007.14:999:A:C", "presence=false(studied)]"),
        ("NC_000007.14:500:A:C", "presence=false(studied)]"),
        ("NC_000007.14:1149:A:C", "presence=false(not-studied)]"),
        ("NC_000007.14:1199:A:G", "presence=false(unknown)]"),
        ("NC_000007.14:9999:A:G", "presence=false(not-studied)]"),
    ] {
        let answer = subject(&app, "find-subject-specific-variants", &[("variants", given)]).await;
        assert_eq!(line(&answer), format!("variants[variantItem={given} {expected}"));
    }
}

#[tokio::test]
async fn of_a_file_of_variants_alone_nothing_is_known_beside_them() {
    let rows = ["chr7 1000 . A T . . . GT 0/1", "chr7 1100 . A T . . . GT 0/0"];
    let app = with_file(&file(GRCH38, &rows));
    for (given, expected) in [
        ("NC_000007.14:500-600", "presence=false(unknown)]"),
        ("NC_000007.14:1099-1100", "presence=false(studied)]"),
        ("NC_000007.14:900-1050", "presence=true(unknown)]"),
    ] {
        let answer = subject(&app, "find-subject-variants", &[("ranges", given)]).await;
        assert_eq!(line(&answer), format!("variants[rangeItem={given} {expected}"));
    }
    let given = [("variants", "NC_000007.14:999:A:C")];
    let answer = subject(&app, "find-subject-specific-variants", &given).await;
    assert!(line(&answer).contains("presence=false(studied)"), "{}", line(&answer));
}

#[tokio::test]
async fn a_call_is_given_as_a_variant_observation() {
    let app = with_file(&file(
        GRCH38,
        &["chr7 140753336 rs113488022 A T . PASS . GT:DP:GQ:PS 0|1:30:99:7"],
    ));
    let given = [("variants", "NC_000007.14:140753335:A:T")];
    let answer = subject(&app, "find-subject-specific-variants", &given).await;
    let part = &parameters(&answer)[0]["part"];
    let resource = part.as_array().unwrap().iter().find(|p| p["name"] == "variant").unwrap();
    let resource = &resource["resource"];
    assert_eq!(resource["resourceType"], "Observation");
    assert_eq!(resource["subject"]["reference"], ANA);
    assert_eq!(resource["valueCodeableConcept"]["coding"][0]["code"], "LA9633-4");
    let text = resource.to_string();
    for word in [
        "NC_000007.14:g.140753336A>T",
        "NC_000007.14:140753335:A:T",
        // As published for BRAF V600E.
        "ga4gh:VA.Otc5ovrw906Ack087o1fhegB4jDRqCAe",
        "LA6706-1",
        "LA26806-2",
        "LA6683-2",
        "0|1",
        "StructureDefinition/variant",
    ] {
        assert!(text.contains(word), "{word} in {text}");
    }
    // It belongs to the analysis, which can be read.
    let analysis = resource["partOf"][0]["reference"].as_str().unwrap();
    let answer = app.get(CLIENT, &format!("/fhir/{analysis}")).await;
    assert_eq!(answer.json()["identifier"][0]["system"], "urn:cognate:genome");
    // The test is known by its analysis, and filters by it.
    let given = [("ranges", "NC_000007.14:140753000-140754000"), ("testIdentifiers", analysis)];
    let answer = subject(&app, "find-subject-variants", &given).await;
    assert!(line(&answer).contains("presence=true"), "{}", line(&answer));
    let given = [("ranges", "NC_000007.14:140753000-140754000"), ("testIdentifiers", "other")];
    let answer = subject(&app, "find-subject-variants", &given).await;
    assert!(line(&answer).contains("presence=false"), "{}", line(&answer));
}

#[tokio::test]
async fn structural_variants_are_found_by_their_bounds() {
    let app = with_file(&file(
        GRCH38,
        &[
            "chr7 1000 . N <DEL> . . END=2000;CIPOS=-50,50;CIEND=-50,50 GT 0/1",
            "chr7 5000 . N <DUP> . . END=6000 GT 0/1",
        ],
    ));
    let structural = |kind: &str| format!("find-subject-structural-{kind}-variants");
    for (kind, given, expected) in [
        ("intersecting", "NC_000007.14:960-970", true),
        ("intersecting", "NC_000007.14:900-940", false),
        ("intersecting", "NC_000007.14:5990-7000", true),
        ("subsuming", "NC_000007.14:1100-1200", true),
        ("subsuming", "NC_000007.14:5990-7000", false),
    ] {
        let given_all = [("ranges", given), ("includeVariants", "true")];
        let answer = subject(&app, &structural(kind), &given_all).await;
        assert!(line(&answer).contains(&format!("presence={expected}(")), "{}", line(&answer));
    }
    // A simple question asks for exact ends.
    for (given, expected) in [("NC_000007.14:1500-1501", false), ("NC_000007.14:5500-5501", true)] {
        let answer = subject(&app, "find-subject-variants", &[("ranges", given)]).await;
        assert!(line(&answer).contains(&format!("presence={expected}(")), "{}", line(&answer));
    }
}

/// The older build of chromosome 7 lies 100 bases further on.
#[derive(Debug)]
struct Hundred;

impl LiftOver for Hundred {
    fn lift(&self, range: &Range, to: &str) -> Vec<Lifted> {
        let (start, end) = match to {
            "NC_000007.13" => (range.start + 100, range.end + 100),
            "NC_000007.14" => (range.start.saturating_sub(100), range.end.saturating_sub(100)),
            _ => return Vec::new(),
        };
        vec![Lifted { range: Range::new(to, start, end), is_reversed: false }]
    }
}

#[tokio::test]
async fn a_genome_of_the_older_build_is_asked_through_lift_over() {
    let rows = [
        "chr7 1 . A <*> . . END=1099 GT:GQ 0/0:50",
        "chr7 1100 . A T,<*> . . . GT:GQ 0/1:50",
        "chr7 1101 . A <*> . . END=2000 GT:GQ 0/0:50",
    ];
    let app = with_file(&file(GRCH37, &rows));
    let given = [("ranges", "NC_000007.14:990-1010")];
    let refused = subject(&app, "find-subject-variants", &given).await;
    let issue = refused.outcome(422);
    assert!(issue["details"]["text"].as_str().unwrap().contains("LiftOver"), "{issue}");
    // On its own build it needs none.
    let own = [("ranges", "NC_000007.13:1090-1110")];
    let answer = subject(&app, "find-subject-variants", &own).await;
    assert!(line(&answer).contains("presence=true(studied)"), "{}", line(&answer));
    let lift_over: Option<Arc<dyn LiftOver>> = Some(Arc::new(Hundred));
    let app = with(app, Genomics { lift_over, ..Genomics::default() });
    for (name, parameter, value, expected) in [
        ("find-subject-variants", "ranges", "NC_000007.14:990-1010", "presence=true(studied)"),
        ("find-subject-variants", "ranges", "NC_000007.14:990-995", "presence=false(studied)"),
        ("find-subject-variants", "ranges", "NC_000007.14:1850-1950", "presence=false(partly)"),
        (
            "find-subject-specific-variants",
            "variants",
            "NC_000007.14:999:A:T",
            "presence=true(studied)",
        ),
        (
            "find-subject-specific-variants",
            "variants",
            "NC_000007.14:999:A:G",
            "presence=false(studied)",
        ),
    ] {
        let answer = subject(&app, name, &[(parameter, value)]).await;
        assert!(line(&answer).contains(expected), "{value}: {}", line(&answer));
    }
}

/// Chromosome 7 of `ACGT` over and over, with a repeat of `CA` at 1000.
#[derive(Debug)]
struct Made;

impl Reference for Made {
    fn bases(&self, range: &Range) -> Option<String> {
        let is_here = range.sequence == "NC_000007.14" && range.end <= 159_345_973;
        let base = |at: u64| match at {
            1_000..1_010 => b"CA"[usize::try_from(at % 2).unwrap()],
            _ => b"ACGT"[usize::try_from(at % 4).unwrap()],
        };
        is_here.then(|| (range.start..range.end).map(|at| char::from(base(at))).collect())
    }
}

impl ReferenceFile for Made {
    fn sequences(&self) -> Vec<String> {
        vec!["NC_000007.14".to_owned()]
    }
}

#[tokio::test]
async fn a_deletion_in_a_repeat_is_found_by_each_of_its_spellings() {
    let app = TestApp::new();
    let text = file(GRCH38, &["chr7 1007 . CAC C . . . GT 0/1"]);
    let references = References(vec![Arc::new(Made)]);
    take(&app, &text, &references);
    let spellings =
        ["NC_000007.14:1000:CA:", "NC_000007.14:1008:CA:", "NC_000007.14:g.1009_1010del"];
    // Without the reference two spellings cannot be told apart: that is no absence. The name to
    // the letter is found all the same.
    for spelling in spellings.into_iter().take(2) {
        let given = [("variants", spelling)];
        let answer = subject(&app, "find-subject-specific-variants", &given).await;
        assert!(line(&answer).contains("presence=false(unknown)"), "{}", line(&answer));
    }
    let app = with(app, Genomics { references, ..Genomics::default() });
    for spelling in spellings {
        let given = [("variants", spelling)];
        let answer = subject(&app, "find-subject-specific-variants", &given).await;
        assert!(line(&answer).contains("presence=true(studied)"), "{}", line(&answer));
    }
    let given = [("variants", "NC_000007.14:1000:CACA:")];
    let answer = subject(&app, "find-subject-specific-variants", &given).await;
    assert!(line(&answer).contains("presence=false"), "{}", line(&answer));
    // A range at the far end of the repeat meets it, too.
    let answer =
        subject(&app, "find-subject-variants", &[("ranges", "NC_000007.14:1008-1009")]).await;
    assert!(line(&answer).contains("presence=true"), "{}", line(&answer));
}

#[tokio::test]
async fn a_genome_goes_with_its_analysis() {
    let app = with_file(&blocks());
    let given = [("ranges", "NC_000007.14:900-1050"), ("includeVariants", "true")];
    let answer = subject(&app, "find-subject-variants", &given).await;
    let part = &parameters(&answer)[0]["part"][2]["resource"];
    let analysis = part["partOf"][0]["reference"].as_str().unwrap().to_owned();
    let mut resource = app.get(CLIENT, &format!("/fhir/{analysis}")).await.json();
    resource["status"] = json!("entered-in-error");
    let put = app.call("PUT", &format!("/fhir/{analysis}")).by(INTERFACE).json(&resource);
    assert_eq!(put.send().await.status, 200);
    let answer = subject(&app, "find-subject-variants", &given).await;
    assert!(line(&answer).contains("presence=false(not-studied)"), "{}", line(&answer));
}

#[tokio::test]
async fn what_a_test_looked_at_is_told() {
    let app = with_file(&blocks());
    let given = [("ranges", "NC_000007.14:1000-1300")];
    let answer = subject(&app, "find-study-metadata", &given).await;
    let tests: Vec<Value> = parameters(&answer)[0]["part"].as_array().unwrap().clone();
    let text = |name: &str| {
        let part = tests.iter().find(|part| part["name"] == name).unwrap();
        part["valueString"].as_str().unwrap().to_owned()
    };
    assert_eq!(text("regionStudied"), "['NC_000007.14:1000-1300']");
    assert_eq!(text("uncallableRegions"), "['NC_000007.14:1099-1200']");
}

#[tokio::test]
async fn too_much_of_a_genome_at_once_is_refused() {
    let rows: Vec<String> =
        (1..=100_001).map(|at| format!("chr7 {at} . A G . . . GT 0/1")).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let app = with_file(&file(GRCH38, &rows));
    let given = [("ranges", "NC_000007.14:0-200000")];
    let refused = subject(&app, "find-subject-variants", &given).await;
    let issue = refused.outcome(422);
    assert!(issue["details"]["text"].as_str().unwrap().contains("ask for less"), "{issue}");
    let given = [("ranges", "NC_000007.14:0-100000")];
    assert_eq!(subject(&app, "find-subject-variants", &given).await.status, 200);
}
