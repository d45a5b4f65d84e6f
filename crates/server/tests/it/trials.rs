//! Trials on pages: reasons with their sources, tested and not tested, and who may see any of it.

use crate::app::{CLIENT, INTERFACE, TestApp, Who, access, tenant};
use crate::pages::between;
use interpret::matching::{Matcher, Trial, World, file_study, keep_trial, kept_trial, study_id};
use interpret::therapies::Therapies;
use model::RawId;
use record::Role;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

pub(crate) const ONCOLOGIST: Who = Who::Person(Role::Oncologist);
const LOINC: &str = "http://loinc.org";

pub(crate) fn matcher(app: &TestApp) -> Matcher {
    static WORLD: OnceLock<Arc<World>> = OnceLock::new();
    let world = Arc::clone(WORLD.get_or_init(|| Arc::new(World::built_in().unwrap())));
    Matcher::new(app.record.clone(), world, &tenant())
}

pub(crate) fn concept(system: &str, code: &str, display: &str) -> Value {
    let mut coding = json!({"system": system, "code": code});
    if !display.is_empty() {
        coding["display"] = json!(display);
    }
    json!({"coding": [coding]})
}

pub(crate) async fn put(app: &TestApp, mut resource: Value) {
    if resource["resourceType"] != "Consent" {
        resource["subject"] = json!({"reference": "Patient/ana-example"});
    }
    let kind = resource["resourceType"].as_str().unwrap();
    let path = format!("/fhir/{kind}/{}", resource["id"].as_str().unwrap());
    let answer = app.call("PUT", &path).by(INTERFACE).json(&resource).send().await;
    assert!(answer.status.is_success(), "{}", answer.text());
}

/// Ana has lung cancer with EGFR p.L858R.
async fn tumor(app: &TestApp) {
    let code = concept("http://oncotree.mskcc.org", "LUAD", "Lung Adenocarcinoma");
    put(app, json!({"resourceType": "Condition", "id": "lung", "code": code})).await;
    let part = |code: &str, system: &str, value: &str, display: &str| {
        json!({"code": concept(LOINC, code, ""),
            "valueCodeableConcept": concept(system, value, display)})
    };
    let laboratory = concept(
        "http://terminology.hl7.org/CodeSystem/observation-category",
        "laboratory",
        "Laboratory",
    );
    put(
        app,
        json!({"resourceType": "Observation", "id": "l858r", "status": "final",
        "category": [laboratory], "effectiveDateTime": "2026-01-02",
        "code": concept(LOINC, "69548-6", "Genetic variant assessment"),
        "valueCodeableConcept": concept(LOINC, "LA9633-4", "Present"),
        "component": [
            part("48018-6", "http://www.genenames.org", "HGNC:3236", "EGFR"),
            part("48005-3", "http://varnomen.hgvs.org", "p.Leu858Arg", "p.Leu858Arg"),
            part("48002-0", LOINC, "LA6684-0", "Somatic")]}),
    )
    .await;
}

fn keep(app: &TestApp, id: &str, change: &str, sites: &Value) {
    let leaf = |criterion: Value| json!({"leaf": {"criterion": criterion}});
    let gene = |symbol: &str, hgnc: u32| json!({"hgnc": hgnc, "symbol": symbol});
    let trial = json!({"format": "cognate-trial/1", "id": id, "nct": "NCT00000001",
        "status": "open", "title": "Osimertinib & more", "phase": "2", "sites": sites,
        "criteria": {"all": [
            leaf(json!({"diagnosis": {"any-of": [
                {"code": "NSCLC", "name": "Non-Small Cell Lung Cancer"}]}})),
            leaf(json!({"age": {"comparison": ">=", "years": 18}}))]},
        "cohorts": [{"id": "a", "code": "A", "path": "arm 1", "status": "open",
            "criteria": {"all": [
                leaf(json!({"event": {"gene": gene("EGFR", 3236), "kinds": ["short"],
                    "change": change}})),
                {"not": leaf(json!({"event": {"gene": gene("ALK", 427),
                    "kinds": ["rearrangement"]}}))}]}}]});
    let trial = Trial::parse(trial).unwrap();
    keep_trial(&app.record, &access(Role::Operator), &RawId::new("raw"), &trial).unwrap();
}

pub(crate) async fn filled() -> TestApp {
    let app = TestApp::new();
    let sites = json!([{"name": "North Hospital", "place": "Northtown", "status": "open"},
        {"name": "South Hospital", "status": "closed"}]);
    keep(&app, "10-001", "p.L858R", &sites);
    keep(&app, "20-002", "p.T790M", &json!([]));
    tumor(&app).await;
    matcher(&app).catch_up().unwrap();
    app
}

#[tokio::test]
async fn options_have_reasons_with_sources_and_name_the_test_to_order() {
    let app = filled().await;
    let page = app.get(ONCOLOGIST, "/patients/ana-example/trials").await;
    assert_eq!(page.status, 200, "{}", page.text());
    let text = page.text();
    assert!(text.contains("EXAMPLE, Ana") && !text.contains("<script"), "{text}");
    let options = between(&text, "id=\"options\"", "</section>");
    let first = between(options, "<article", "</article>");
    assert!(first.contains("Facts missing") && first.contains("10-001"), "{first}");
    assert!(first.contains("Osimertinib &amp; more"), "{first}");
    assert!(first.contains("3 met · 1 not known · 0 failed"), "{first}");
    assert!(first.contains("open at North Hospital, Northtown"), "{first}");
    // The variant, with the resource that says so and its day.
    assert!(first.contains("Observation/l858r/_history/1"), "{first}");
    assert!(first.contains("02-Jan-2026"), "{first}");
    assert!(first.contains("Condition/lung/_history/1"), "{first}");
    // Nobody looked for a rearrangement, and that is what is to be found out.
    let missing = between(first, "To be found out:", "</p>");
    assert!(missing.contains("ALK") && !missing.contains("EGFR"), "{missing}");
    assert!(first.contains("not tested"), "{first}");
    let profile = between(&text, "id=\"tumor\"", "</section>");
    assert!(profile.contains("Lung Adenocarcinoma"), "{profile}");
    assert!(profile.contains("Stage</dt><dd>not recorded"), "{profile}");
    let row = between(profile, ">ALK</th>", "</tr>");
    assert!(between(row, "data-label=\"Not tested\"", "</td>").contains("rearrangements"), "{row}");
    let row = between(profile, ">EGFR</th>", "</tr>");
    assert!(between(row, "data-label=\"Found\"", "</td>").contains("small variants"), "{row}");
}

#[tokio::test]
async fn the_patient_page_shows_what_the_log_says_and_nothing_without_a_tumour() {
    let app = filled().await;
    let page = app.get(ONCOLOGIST, "/patients/ana-example").await.text();
    let trials = between(&page, "id=\"trials\"", "</section>");
    assert!(trials.contains("10-001") && trials.contains("Facts missing"), "{trials}");
    assert!(trials.contains("/patients/ana-example/trials"), "{trials}");
    let page = app.get(ONCOLOGIST, "/patients/ben-sample").await.text();
    assert!(!page.contains("id=\"trials\""), "{page}");
    let page = app.get(ONCOLOGIST, "/patients/ben-sample/trials").await.text();
    assert!(page.contains("Nothing in the record says that there is a tumour"), "{page}");
}

#[tokio::test]
async fn a_trial_lists_its_patients_and_the_worklist_what_changed() {
    let app = filled().await;
    for name in ["10-001", "NCT00000001"] {
        let page = app.get(ONCOLOGIST, &format!("/trials/{name}")).await;
        assert_eq!(page.status, 200, "{}", page.text());
        let text = page.text();
        let patients = between(&text, "id=\"patients\"", "</section>");
        assert!(patients.contains("EXAMPLE, Ana") && patients.contains("Facts missing"), "{text}");
        assert!(patients.contains("before: Not eligible"), "{patients}");
    }
    let list = app.get(ONCOLOGIST, "/trials").await.text();
    let changes = between(&list, "id=\"changes\"", "</section>");
    assert!(changes.contains("Observation/l858r/_history/1"), "{changes}");
    assert!(list.contains("20-002") && list.contains("sites not recorded"), "{list}");
    assert_eq!(app.get(ONCOLOGIST, "/trials/none").await.status, 404);
    // What was read of whom is in the audit log.
    let audit = app.audit_text();
    assert!(audit.contains("trial/10-001") && audit.contains("read-statements"), "{audit}");
}

#[tokio::test]
async fn a_consent_that_refuses_takes_the_patient_off_every_list() {
    let app = filled().await;
    let refusing = json!({"resourceType": "Consent", "id": "refusal", "status": "active",
        "scope": concept("http://terminology.hl7.org/CodeSystem/consentscope",
            "patient-privacy", ""),
        "category": [concept(LOINC, "59284-0", "")],
        "patient": {"reference": "Patient/ana-example"},
        "provision": {"type": "deny", "purpose": [{
            "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "TREAT"}]}});
    put(&app, refusing).await;
    for path in ["/trials", "/trials/10-001"] {
        let text = app.get(ONCOLOGIST, path).await.text();
        assert!(!text.contains("ana-example") && !text.contains("EXAMPLE, Ana"), "{text}");
    }
    let answer = app.get(ONCOLOGIST, "/patients/ana-example/trials").await;
    assert_eq!(answer.status, 404);
}

#[tokio::test]
async fn trials_are_answered_as_a_searchset_with_scores() {
    let app = filled().await;
    let answer = app.get(CLIENT, "/fhir/Patient/ana-example/$trial-match").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let bundle = answer.json();
    assert_eq!((&bundle["type"], &bundle["total"]), (&json!("searchset"), &json!(2)));
    let first = &bundle["entry"][0];
    assert_eq!(first["resource"]["resourceType"], "ResearchStudy");
    assert_eq!(first["resource"]["status"], "active");
    assert_eq!(first["resource"]["identifier"][0]["value"], "10-001");
    let url = first["fullUrl"].as_str().unwrap();
    assert!(url.ends_with(first["resource"]["id"].as_str().unwrap()), "{url}");
    let search = &first["search"];
    assert_eq!((&search["mode"], &search["score"]), (&json!("match"), &json!(0.5)));
    assert_eq!(search["extension"][0]["valueCode"], "possible");
    let cohort = search["extension"][1]["extension"].to_string();
    assert!(cohort.contains("needs-data") && cohort.contains("ALK"), "{cohort}");
    // Who has no tumour has no trial; who is not there is not found.
    let none = app.get(CLIENT, "/fhir/Patient/ben-sample/$trial-match").await;
    assert_eq!(none.json()["total"], 0);
    assert_eq!(app.get(CLIENT, "/fhir/Patient/nobody/$trial-match").await.status, 404);
    let unknown = app.get(CLIENT, "/fhir/Patient/ana-example/$trial-match?x=1").await;
    assert_eq!(unknown.status, 400);
}

/// What leaves as mCODE is enough to be asked about again.
#[tokio::test]
async fn what_is_known_of_a_cancer_leaves_as_mcode_and_says_the_same_of_trials() {
    let app = filled().await;
    let path = "/fhir/Patient/ana-example/$mcode-everything";
    let answer = app.get(CLIENT, path).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let bundle = answer.json();
    assert_eq!(bundle["type"], "collection");
    let of = |name: &str| {
        let entries = bundle["entry"].as_array().unwrap();
        let found =
            entries.iter().find(|one| one["fullUrl"].as_str().unwrap_or("").ends_with(name));
        found.map(|one| one["resource"]["meta"]["profile"].to_string())
    };
    let variant = of("Observation/l858r").unwrap();
    assert!(variant.contains("mcode/StructureDefinition/mcode-genomic-variant"), "{variant}");
    // What lacks an element of its profile is there, and the element is named.
    assert!(of("Condition/lung").is_some());
    let said = bundle["entry"].as_array().unwrap().last().unwrap()["resource"].to_string();
    assert!(said.contains("OperationOutcome") && said.contains("lacks category"), "{said}");
    // No result of pharmacogenomics, no order without a cancer as its reason.
    assert!(!bundle.to_string().contains("MedicationRequest"), "{bundle}");

    let matched = |entry: &Value| (entry["fullUrl"].clone(), entry["search"].clone());
    let here = app.get(CLIENT, "/fhir/Patient/ana-example/$trial-match").await.json();
    let there = app.call("POST", "/fhir/Patient/$trial-match").by(CLIENT).json(&bundle);
    let there = there.send().await.json();
    let entries =
        |of: &Value| -> Vec<_> { of["entry"].as_array().unwrap().iter().map(matched).collect() };
    assert_eq!(entries(&here), entries(&there));

    assert_eq!(app.get(CLIENT, "/fhir/Patient/nobody/$mcode-everything").await.status, 404);
    assert_eq!(app.get(CLIENT, &format!("{path}?colour=blue")).await.status, 400);
}

/// The patient comes with the question: mCODE resources that name each other by `urn:uuid`.
#[tokio::test]
async fn a_posted_bundle_is_matched_and_nothing_of_it_is_kept() {
    let app = filled().await;
    let part = |code: &str, system: &str, value: &str| {
        let value = concept(system, value, "");
        json!({"code": concept(LOINC, code, ""), "valueCodeableConcept": value})
    };
    let subject = json!({"reference": "urn:uuid:0b1"});
    let bundle = |people: &[Value]| {
        let mut entries = people.to_vec();
        entries.extend([
            json!({"fullUrl": "urn:uuid:0b2", "resource": {"resourceType": "Condition",
                "subject": subject,
                "code": concept("http://oncotree.mskcc.org", "LUAD", "Lung Adenocarcinoma")}}),
            json!({"fullUrl": "urn:uuid:0b3", "resource": {"resourceType": "Observation",
                "subject": subject, "status": "final", "effectiveDateTime": "2026-01-02",
                "category": [concept("http://terminology.hl7.org/CodeSystem/observation-category",
                    "laboratory", "Laboratory")],
                "code": concept(LOINC, "69548-6", "Genetic variant assessment"),
                "valueCodeableConcept": concept(LOINC, "LA9633-4", "Present"),
                "component": [
                    part("48018-6", "http://www.genenames.org", "HGNC:3236"),
                    part("48005-3", "http://varnomen.hgvs.org", "p.Leu858Arg"),
                    part("48002-0", LOINC, "LA6684-0")]}}),
        ]);
        json!({"resourceType": "Bundle", "type": "collection", "entry": entries})
    };
    let person = json!({"fullUrl": "urn:uuid:0b1", "resource": {"resourceType": "Patient",
        "birthDate": "1960-01-01", "gender": "female"}});
    let before = app.total("Observation").await;
    let path = "/fhir/Patient/$trial-match";
    let answer = app.post(CLIENT, path, &bundle(std::slice::from_ref(&person))).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let found = answer.json();
    assert_eq!((&found["type"], &found["total"]), (&json!("searchset"), &json!(2)), "{found}");
    let first = &found["entry"][0];
    assert_eq!(first["resource"]["identifier"][0]["value"], "10-001", "{found}");
    // The variant is there; nobody looked for the rearrangement.
    assert_eq!(first["search"]["score"], json!(0.5));
    assert!(first["search"].to_string().contains("ALK"), "{first}");
    assert_eq!(app.total("Observation").await, before);
    // Nobody, or two people, is no question; neither is another resource.
    for wrong in
        [bundle(&[]), bundle(&[person.clone(), person]), json!({"resourceType": "Patient"})]
    {
        let refused = app.post(CLIENT, path, &wrong).await;
        assert_eq!(refused.status, 400, "{}", refused.text());
        assert_eq!(refused.json()["resourceType"], "OperationOutcome");
    }
}

#[tokio::test]
async fn a_kept_trial_is_a_study_that_is_read_and_searched() {
    let app = filled().await;
    let kept = kept_trial(&app.record, &access(Role::Operator), "10-001").unwrap().unwrap();
    assert!(file_study(&app.record, &access(Role::Interface), &kept).unwrap());
    assert!(!file_study(&app.record, &access(Role::Interface), &kept).unwrap());
    let id = study_id(&tenant(), "10-001");
    let study = app.get(CLIENT, &format!("/fhir/ResearchStudy/{id}")).await.json();
    assert_eq!(study["site"][0]["display"], "North Hospital, Northtown");
    for query in ["identifier=NCT00000001", "status=active", "title=osimertinib"] {
        let found = app.get(CLIENT, &format!("/fhir/ResearchStudy?{query}")).await.json();
        assert_eq!(found["entry"][0]["resource"]["id"], json!(id), "{query}");
    }
    app.record.retire_trial(&access(Role::Operator), "10-001").unwrap();
    let kept = kept_trial(&app.record, &access(Role::Operator), "10-001").unwrap().unwrap();
    assert!(file_study(&app.record, &access(Role::Interface), &kept).unwrap());
    let study = app.get(CLIENT, &format!("/fhir/ResearchStudy/{id}")).await.json();
    assert_eq!(study["status"], "closed-to-accrual");
}

async fn view(app: &TestApp, who: Who, patient: &str) -> Value {
    let body = json!({"hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/p", "patientId": patient}});
    let answer = app.post(who, "/cds-services/trial-options", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["cards"].clone()
}

#[tokio::test]
async fn a_new_option_is_told_once_when_the_patient_is_looked_at() {
    let app = filled().await;
    let cards = view(&app, CLIENT, "ana-example").await;
    let card = &cards[0];
    assert_eq!(card["summary"], "2 new trial options for this patient");
    let link = card["links"][0]["url"].as_str().unwrap();
    assert!(link.ends_with("/patients/ana-example/trials"), "{link}");
    assert_eq!(view(&app, CLIENT, "ana-example").await, json!([]), "it was told");
    assert_eq!(view(&app, CLIENT, "ben-sample").await, json!([]));
    // What becomes an option later is told by itself.
    keep(&app, "30-003", "p.L858R", &json!([]));
    matcher(&app).catch_up().unwrap();
    let cards = view(&app, CLIENT, "ana-example").await;
    assert_eq!(cards[0]["summary"], "New trial option: 30-003, facts are missing");
    let order = json!({"hook": "order-sign",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/p", "patientId": "ana-example",
            "draftOrders": {"resourceType": "Bundle", "entry": []}}});
    let wrong = app.post(CLIENT, "/cds-services/trial-options", &order).await;
    assert_eq!(wrong.status, 400);
    let nobody = json!({"hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/p", "patientId": "nobody"}});
    assert_eq!(app.post(CLIENT, "/cds-services/trial-options", &nobody).await.status, 404);
}

/// Evidence as a site imports it: for Osimertinib of a level, with what speaks against it.
pub(crate) fn evidence_files(level: &str, date: &str) -> BTreeMap<String, Vec<u8>> {
    let head = "molecular_profile\tdisease\ttherapies\tevidence_type\tevidence_direction\t\
        evidence_level\tsignificance\tevidence_status\tevidence_id\tvariant_origin\n";
    let summaries = format!(
        "{head}\
        EGFR L858R\tLung Non-small Cell Carcinoma\tOsimertinib\tPredictive\tSupports\t{level}\t\
        Sensitivity/Response\taccepted\t1\tSomatic\n\
        EGFR L858R AND EGFR C797S\tLung Non-small Cell Carcinoma\tOsimertinib\tPredictive\t\
        Supports\tB\tResistance\taccepted\t2\tSomatic\n\
        ALK Fusion\tLung Non-small Cell Carcinoma\tAlectinib\tPredictive\tSupports\tA\t\
        Sensitivity/Response\taccepted\t3\tSomatic\n"
    );
    let (tables, problems) = knowledge::import::civic(summaries.as_bytes(), date);
    assert!(problems.is_empty(), "{problems:?}");
    knowledge::evidence::write(&tables, None, date, None).unwrap()
}

pub(crate) fn evidence(level: &str, date: &str) -> Therapies {
    Therapies::from_files(evidence_files(level, date)).unwrap()
}

/// Evidence kept in the record, on the page of the tumour.
#[tokio::test]
async fn evidence_in_use_says_what_findings_mean_and_what_speaks_against() {
    let mut app = filled().await;
    let page = app.get(ONCOLOGIST, "/patients/ana-example/trials").await.text();
    assert!(page.contains("No evidence is in use"), "{page}");
    let files = evidence_files("A", "2026-11-01");
    let digest = knowledge::evidence::EvidencePack::from_files(&files).unwrap().reference().digest;
    let therapies = Therapies::from_files(files.clone()).unwrap();
    therapies.keep(&app.record, &tenant()).unwrap();
    app.use_therapies(therapies);

    let page = app.get(ONCOLOGIST, "/patients/ana-example/trials").await.text();
    let section = between(&page, "id=\"therapies\"", "</section>");
    let option = between(section, "Therapies that the evidence supports", "</table>");
    assert!(option.contains("<b>Osimertinib</b>") && option.contains("I-A"), "{option}");
    assert!(option.contains("civic:EID1") && option.contains("of this type of tumour"), "{option}");
    // Nobody looked for C797S or for a fusion: no resistance, and a test to order.
    assert!(!section.contains("Resistance, or less benefit"), "{section}");
    assert!(section.contains("Alectinib</b>: ALK: rearrangements not tested"), "{section}");
    assert!(section.contains("Evidence 0.1.0 of 2026-11-01"), "{section}");
    // What was said can be made again: the pack is kept by its digest.
    assert_eq!(app.record.kept_pack(&access(Role::Engine), &digest).unwrap(), Some(files));
}
