//! The Genomics Operations over HTTP, on observations that were filed.

mod carriers;
pub(crate) mod genome;
mod population;

use crate::app::{Answer, CLIENT, INTERFACE, TestApp, Who, escape};
use serde_json::{Value, json};

const LOINC: &str = "http://loinc.org";
const TBD: &str = "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/tbd-codes-cs";
const HGVS: &str = "http://varnomen.hgvs.org";
const HGNC: &str = "http://www.genenames.org";
const ANALYSIS: &str =
    "http://hl7.org/fhir/uv/genomics-reporting/StructureDefinition/genomic-study-analysis";
const ANA: &str = "Patient/ana-example";

fn coded(system: &str, code: &str) -> Value {
    json!({"coding": [{"system": system, "code": code}]})
}

fn part(system: &str, code: &str, value: &Value) -> Value {
    json!({"code": coded(system, code), "valueCodeableConcept": value})
}

/// An observation that was filed, of Ana Example.
fn observation(id: &str, code: &Value, components: &[Value]) -> Value {
    let mut resource = json!({
        "resourceType": "Observation", "id": id, "status": "final", "code": code,
        "subject": {"reference": ANA}, "effectiveDateTime": "2020-07-01",
        "specimen": {"reference": "Specimen/s"}
    });
    if !components.is_empty() {
        resource["component"] = json!(components);
    }
    resource
}

fn variant(id: &str, hgvs: &str, class: &str) -> Value {
    let mut resource = observation(
        id,
        &coded(LOINC, "69548-6"),
        &[part(LOINC, "81290-9", &coded(HGVS, hgvs)), part(LOINC, "48002-0", &coded(LOINC, class))],
    );
    resource["valueCodeableConcept"] = coded(LOINC, "LA9633-4");
    resource
}

fn derived(mut resource: Value, from: &[&str]) -> Value {
    let references = from.iter().map(|id| json!({"reference": format!("Observation/{id}")}));
    resource["derivedFrom"] = Value::Array(references.collect());
    resource
}

/// What the laboratory found: two variants in cis, a copy number loss, a genotype, and what they
/// mean; a study of a part of chromosome 10.
fn resources() -> Vec<Value> {
    let mut loss = observation(
        "loss",
        &coded(LOINC, "69548-6"),
        &[
            part(LOINC, "48013-7", &coded("http://www.ncbi.nlm.nih.gov/refseq", "NC_000022.11")),
            part(LOINC, "92822-6", &coded(LOINC, "LA30100-4")),
            part(LOINC, "48019-4", &coded("http://www.sequenceontology.org", "SO:0001743")),
            json!({"code": coded(LOINC, "81302-2"),
                "valueRange": {"low": {"value": 42_126_000}, "high": {"value": 42_130_000}}}),
        ],
    );
    loss["valueCodeableConcept"] = coded(LOINC, "LA9633-4");
    let mut phase = observation("phase", &coded(LOINC, "82120-7"), &[]);
    phase["valueCodeableConcept"] = json!({"coding": [{"code": "Cis", "system":
        "http://terminology.hl7.org/CodeSystem/sequence-phase-relationship-cs"}]});
    let gene = json!({"coding": [{"system": HGNC, "code": "HGNC:2621", "display": "CYP2C19"}]});
    let mut genotype =
        observation("genotype", &coded(LOINC, "84413-4"), &[part(LOINC, "48018-6", &gene)]);
    genotype["valueCodeableConcept"] = json!({"text": "CYP2C19 *1/*17"});
    let drug = coded("http://www.nlm.nih.gov/research/umls/rxnorm", "32968");
    let treatment = observation(
        "treatment",
        &coded(TBD, "therapeutic-implication"),
        &[part(LOINC, "51963-7", &drug)],
    );
    let disease = json!({"text": "Long QT syndrome"});
    let diagnosis = observation(
        "diagnosis",
        &coded(TBD, "diagnostic-implication"),
        &[part(LOINC, "81259-4", &disease)],
    );
    let splice = coded("http://www.sequenceontology.org", "SO:0001575");
    let consequence = observation(
        "consequence",
        &coded(TBD, "molecular-consequence"),
        &[part(TBD, "feature-consequence", &splice)],
    );
    vec![
        variant("one", "NC_000010.11:g.94781859G>A", "LA6683-2"),
        variant("two", "NC_000010.11:g.94761900C>T", "LA6684-0"),
        loss,
        derived(phase, &["one", "two"]),
        genotype,
        derived(treatment, &["genotype"]),
        derived(diagnosis, &["one"]),
        derived(consequence, &["one"]),
        json!({"resourceType": "Specimen", "id": "s", "subject": {"reference": ANA},
            "identifier": [{"system": "urn:lab", "value": "S-1"}]}),
        json!({"resourceType": "Procedure", "id": "analysis", "status": "completed",
            "meta": {"profile": [ANALYSIS]}, "subject": {"reference": ANA},
            "identifier": [{"system": "urn:lab", "value": "T-1"}],
            "performedDateTime": "2020-07-13", "extension": [
                {"url": format!("{ANALYSIS}-genome-build"),
                    "valueCodeableConcept": coded(LOINC, "LA26806-2")},
                {"url": format!("{ANALYSIS}-specimen"),
                    "valueReference": {"reference": "Specimen/s"}},
                {"url": format!("{ANALYSIS}-change-type"), "valueCodeableConcept":
                    coded("http://www.sequenceontology.org", "SO:0001483")},
                {"url": format!("{ANALYSIS}-regions"), "extension": [{
                    "url": "urn:cognate:extension:callable-region",
                    "valueString": "GRCh38:chr10:94760000-94800000"}]}]}),
    ]
}

pub(crate) async fn filed() -> TestApp {
    let app = TestApp::new();
    file(&app, &resources()).await;
    app
}

async fn file(app: &TestApp, resources: &[Value]) {
    let entry = |resource: &Value| {
        let url = format!(
            "{}/{}",
            resource["resourceType"].as_str().unwrap(),
            resource["id"].as_str().unwrap()
        );
        json!({"resource": resource, "request": {"method": "PUT", "url": url}})
    };
    let entries: Vec<Value> = resources.iter().map(entry).collect();
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
    let answer = app.post(INTERFACE, "/fhir", &bundle).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// Asks by GET.
async fn ask(app: &TestApp, name: &str, given: &[(&str, &str)]) -> Answer {
    let pairs: Vec<String> =
        given.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
    app.get(CLIENT, &format!("/fhir/${name}?{}", pairs.join("&"))).await
}

/// Asks about Ana Example and gives the parameters of the answer.
#[track_caller]
fn parameters(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let body = answer.json();
    assert_eq!(body["resourceType"], "Parameters");
    body["parameter"].as_array().cloned().unwrap_or_default()
}

/// An answer in one line: names, values, states of coverage, ids of resources.
fn outline(parameters: &[Value]) -> String {
    let one = |parameter: &Value| {
        let name = parameter["name"].as_str().unwrap();
        let held = ["valueString", "valueBoolean", "valueDateTime"].iter().find_map(|kind| {
            let value = parameter.get(kind)?;
            Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        });
        let held = held.or_else(|| Some(parameter["valueQuantity"]["value"].as_u64()?.to_string()));
        let held = held.or_else(|| Some(parameter["resource"]["id"].as_str()?.to_owned()));
        let coding = &parameter["valueCodeableConcept"]["coding"][0]["code"];
        let held = held.or_else(|| Some(coding.as_str()?.to_owned())).unwrap_or_default();
        let state = parameter["extension"][0]["extension"][0]["valueCode"].as_str();
        let state = state.map(|word| format!("({word})")).unwrap_or_default();
        match parameter["part"].as_array() {
            Some(parts) => format!("{name}[{}]", outline(parts)),
            None => format!("{name}={held}{state}"),
        }
    };
    parameters.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn every_operation_about_a_patient_answers() {
    let app = filed().await;
    let chr10 = "NC_000010.11:94780000-94790000";
    for (name, given, expected) in [
        (
            "find-subject-variants",
            vec![
                ("ranges", "NC_000010.11:94781858-94781859,NC_000010.11:94790000-94900000"),
                ("includeVariants", "true"),
            ],
            "variants[rangeItem=NC_000010.11:94781858-94781859 presence=true(studied) variant=one] \
             variants[rangeItem=NC_000010.11:94790000-94900000 presence=false(partly)]",
        ),
        (
            "find-subject-variants",
            vec![("ranges", "NC_000010.11:94760000-94800000"), ("includePhasing", "true")],
            "variants[rangeItem=NC_000010.11:94760000-94800000 presence=true(studied) \
             variant=one variant=two sequencePhaseRelationship=phase]",
        ),
        (
            "find-subject-specific-variants",
            vec![
                ("variants", "NC_000010.11:94781858:G:A"),
                ("variants", "NC_000010.11:g.94781860G>A,NC_000001.11:5:A:T"),
            ],
            "variants[variantItem=NC_000010.11:94781858:G:A presence=true(studied) variant=one] \
             variants[variantItem=NC_000010.11:g.94781860G>A presence=false(studied)] \
             variants[variantItem=NC_000001.11:5:A:T presence=false(not-studied)]",
        ),
        (
            "find-subject-structural-intersecting-variants",
            vec![("ranges", "NC_000022.11:42129000-42140000"), ("includeVariants", "true")],
            "variants[rangeItem=NC_000022.11:42129000-42140000 presence=true(not-studied) \
             variant=loss]",
        ),
        (
            "find-subject-structural-subsuming-variants",
            vec![("ranges", "NC_000022.11:42129000-42140000,NC_000022.11:42126000-42130000")],
            "variants[rangeItem=NC_000022.11:42129000-42140000 presence=false(not-studied)] \
             variants[rangeItem=NC_000022.11:42126000-42130000 presence=true(not-studied)]",
        ),
        (
            "find-subject-haplotypes",
            vec![("genes", "http://www.genenames.org/geneId|HGNC:2621,CYP2D6")],
            "haplotypes[geneItem=http://www.genenames.org/geneId|HGNC:2621 genotype=genotype] \
             haplotypes[geneItem=CYP2D6]",
        ),
        (
            "find-subject-specific-haplotypes",
            vec![("haplotypes", "CYP2C19 *1,*7,*17")],
            "haplotypes[haplotypeItem=CYP2C19 *1 presence=true(studied) genotype=genotype] \
             haplotypes[haplotypeItem=*7 presence=false(unknown)] \
             haplotypes[haplotypeItem=*17 presence=true(studied) genotype=genotype]",
        ),
        (
            "find-subject-tx-implications",
            vec![
                ("haplotypes", "*17"),
                ("treatments", "http://www.nlm.nih.gov/research/umls/rxnorm|32968"),
            ],
            "implication=treatment genotype=genotype",
        ),
        (
            "find-subject-dx-implications",
            vec![("conditions", "long qt"), ("ranges", chr10)],
            "implication=diagnosis variant=one",
        ),
        (
            "find-subject-molecular-consequences",
            vec![("featureConsequences", "SO:0001575"), ("variants", "NC_000010.11:g.94781859G>A")],
            "consequence=consequence variant=one",
        ),
        (
            "find-study-metadata",
            vec![("ranges", chr10)],
            "tests[testId=T-1 testDate=2020-07-13 specimenId=S-1 genomicBuild=LA26806-2 \
             dnaChangeType=SO:0001483 regionStudied=['NC_000010.11:94780000-94790000'] \
             uncallableRegions=[]]",
        ),
        (
            "find-study-metadata",
            vec![("testIdentifiers", "urn:lab|T-1")],
            "tests[testId=T-1 testDate=2020-07-13 specimenId=S-1 genomicBuild=LA26806-2 \
             dnaChangeType=SO:0001483]",
        ),
    ] {
        for subject in ["ana-example", ANA, "https://cognate.example/fhir/Patient/ana-example"] {
            let given = [&[("subject", subject)], &given[..]].concat();
            let answer = ask(&app, name, &given).await;
            assert_eq!(outline(&parameters(&answer)), expected, "{name}");
        }
    }
}

#[tokio::test]
async fn the_filter_narrows_every_answer() {
    let app = filed().await;
    let whole = ("ranges", "NC_000010.11:94760000-94800000");
    for (filter, found) in [
        (vec![("genomicSourceClass", "germline")], "variant=one"),
        (vec![("genomicSourceClass", "http://loinc.org|LA6684-0")], "variant=two"),
        (vec![("specimenIdentifiers", "S-1")], "variant=one variant=two"),
        (vec![("specimenIdentifiers", "urn:lab|S-1,x")], "variant=one variant=two"),
        (vec![("specimenIdentifiers", "S-2")], ""),
        (
            vec![("testDateRange", "ge2020-06-01"), ("testDateRange", "le2020-08-01")],
            "variant=one variant=two",
        ),
        (vec![("testDateRange", "sa2020-07-01")], ""),
        (vec![("testIdentifiers", "elsewhere")], ""),
    ] {
        let given = [&[("subject", ANA), whole, ("includeVariants", "true")], &filter[..]].concat();
        let shown = outline(&parameters(&ask(&app, "find-subject-variants", &given).await));
        let shown = shown.split(") ").nth(1).unwrap_or_default().trim_end_matches(']').to_owned();
        assert_eq!(shown, found, "{filter:?}");
    }
}

#[tokio::test]
async fn resources_are_given_back_as_they_are_stored_by_get_and_by_post() {
    let app = filed().await;
    let stored = app.get(CLIENT, "/fhir/Observation/one").await.json();
    let given = [("subject", ANA), ("variants", "NC_000010.11:94781858:G:A")];
    let by_get = ask(&app, "find-subject-specific-variants", &given).await;
    assert_eq!(by_get.header("content-type"), "application/fhir+json; charset=utf-8");
    assert_eq!(parameters(&by_get)[0]["part"][2]["resource"], stored);
    let body = json!({"resourceType": "Parameters", "parameter": [
        {"name": "subject", "valueString": ANA},
        {"name": "variants", "valueString": "NC_000010.11:94781858:G:A"}
    ]});
    for uri in
        ["/fhir/$find-subject-specific-variants", "/fhir/Patient/$find-subject-specific-variants"]
    {
        assert_eq!(app.post(CLIENT, uri, &body).await.json(), by_get.json(), "{uri}");
    }
    let body = json!({"resourceType": "Parameters", "parameter": [
        {"name": "subject", "valueReference": {"reference": ANA}},
        {"name": "ranges", "valueString": "NC_000010.11:94781858-94781859"},
        {"name": "testDateRange", "valuePeriod": {"start": "2020-06-01", "end": "2020-07-01"}},
        {"name": "genomicSourceClass", "valueCode": "germline"},
        {"name": "includeVariants", "valueBoolean": true}
    ]});
    let answer = app.post(CLIENT, "/fhir/$find-subject-variants", &body).await;
    assert!(outline(&parameters(&answer)).contains("variant=one"));
}

#[tokio::test]
async fn faults_name_their_item_and_are_never_empty_answers() {
    let app = filed().await;
    let range = ("ranges", "NC_000010.11:1-2");
    for (name, given, status, place, text) in [
        ("find-subject-variants", vec![("subject", "nobody"), range], 404, "", "no such resource"),
        ("find-subject-variants", vec![("subject", "a b"), range], 400, "subject", "no patient"),
        ("find-subject-variants", vec![range], 400, "subject", "missing"),
        (
            "find-subject-variants",
            vec![("subject", ANA), ("ranges", "chr10:1-2")],
            400,
            "ranges",
            "`chr10:1-2`",
        ),
        (
            "find-subject-variants",
            vec![("subject", ANA), range, ("other", "x")],
            400,
            "other",
            "no parameter",
        ),
        // On the other build there is a result on that chromosome, and no chain file.
        (
            "find-subject-variants",
            vec![("subject", ANA), ("ranges", "NC_000010.10:1-2")],
            422,
            "genome-build",
            "Failed LiftOver",
        ),
        (
            "find-subject-specific-variants",
            vec![("subject", ANA), ("variants", "NM_000769.4:c.332+1G>A")],
            422,
            "variants",
            "`NM_000769.4:c.332+1G>A`",
        ),
        (
            "find-subject-specific-variants",
            vec![("subject", ANA), ("variants", "c.1A>G")],
            400,
            "variants",
            "`c.1A>G`",
        ),
    ] {
        let issue = ask(&app, name, &given).await.outcome(status);
        let shown = issue["details"]["text"].as_str().unwrap();
        assert!(shown.contains(text), "{shown}");
        if !place.is_empty() {
            assert_eq!(issue["expression"][0], place, "{issue}");
        }
    }
    let body = json!({"resourceType": "Parameters", "parameter": [{"name": "subject"}]});
    let issue = app.post(CLIENT, "/fhir/$find-subject-variants", &body).await.outcome(400);
    assert_eq!(issue["expression"][0], "Parameters.parameter[0]");
    let other = json!({"resourceType": "Patient"});
    app.post(CLIENT, "/fhir/$find-subject-variants", &other).await.outcome(400);
    app.get(CLIENT, "/fhir/$find-everything?subject=a").await.outcome(404);
}

#[tokio::test]
async fn the_aliases_keep_the_contract_of_the_reference_server() {
    let app = filed().await;
    let range = "ranges=NC_000010.11:94781858-94781859&subject=ana-example";
    let genotype = "/subject-operations/genotype-operations/$find-subject-variants";
    let answer = app.get(CLIENT, &format!("{genotype}?{range}")).await;
    assert!(outline(&parameters(&answer)).contains("variant=one"), "included by default");
    let left_out = app.get(CLIENT, &format!("{genotype}?{range}&includeVariants=false")).await;
    assert!(!outline(&parameters(&left_out)).contains("variant=one"));
    let phenotype = "/subject-operations/phenotype-operations/$find-subject-tx-implications";
    let open = app.get(CLIENT, &format!("{phenotype}?subject=ana-example")).await;
    assert_eq!(parameters(&open), Vec::<Value>::new(), "nothing narrows it");
    let narrowed = format!("{phenotype}?subject=ana-example&haplotypes=*17");
    assert_eq!(parameters(&app.get(CLIENT, &narrowed).await).len(), 2);
    let guide = app.get(CLIENT, "/fhir/$find-subject-tx-implications?subject=ana-example").await;
    assert_eq!(parameters(&guide).len(), 2);
    for wrong in [
        "/subject-operations/phenotype-operations/$find-subject-variants",
        "/population-operations/genotype-operations/$find-subject-variants",
        "/subject-operations/genotype-operations/find-subject-variants",
    ] {
        app.get(CLIENT, &format!("{wrong}?{range}")).await.outcome(404);
    }
}

#[tokio::test]
async fn the_capability_statement_lists_every_operation() {
    let app = TestApp::empty();
    let statement = app.get(Who::Nobody, "/fhir/metadata").await.json();
    let mut listed = statement["rest"][0]["operation"].as_array().unwrap().clone();
    listed.retain(|one| one["name"].as_str().unwrap().starts_with("find-"));
    assert_eq!(listed.len(), 17);
    let routed = server::routes();
    for operation in listed {
        let name = operation["name"].as_str().unwrap();
        let definition = operation["definition"].as_str().unwrap();
        assert!(definition.ends_with(&format!("/OperationDefinition/{name}")), "{definition}");
        for base in ["/fhir/$", "/fhir/Patient/$"] {
            for method in ["GET", "POST"] {
                let path = format!("{base}{name}");
                assert!(routed.contains(&(method, path.as_str())), "{path}");
            }
        }
    }
}
