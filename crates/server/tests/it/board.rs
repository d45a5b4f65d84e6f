//! The brief for a tumour board: what it says, that an issued version stays as it was, and what a
//! later one says of it. Who may have it is in `access`.

use crate::app::{CLIENT, INTERFACE, PRESCRIBER, TestApp, Who, access};
use crate::pages::{between, order};
use crate::report::HAS_PDF;
use crate::trials::{ONCOLOGIST, concept, evidence, filled, matcher, put};
use model::PatientId;
use record::Role;
use serde_json::json;
use server::token_digest;
use std::sync::Arc;

const PAGE: &str = "/patients/ana-example/board";
const LOINC: &str = "http://loinc.org";

/// Ana's tumour, and what the laboratory makes of EGFR L858R.
async fn judged() -> TestApp {
    let app = filled().await;
    let level = json!({"coding": [{"system": "http://example.org/amp", "code": "2"}],
        "text": "Tier II-C"});
    put(
        &app,
        json!({"resourceType": "Observation", "id": "implication", "status": "final",
            "code": concept(LOINC, "51961-1", ""),
            "derivedFrom": [{"reference": "Observation/l858r"}],
            "component": [{"code": concept(LOINC, "93044-6", ""), "valueCodeableConcept": level}]}),
    )
    .await;
    put(
        &app,
        json!({"resourceType": "Observation", "id": "smoking", "status": "final",
            "code": concept(LOINC, "72166-2", ""), "effectiveDateTime": "2026-01-05",
            "valueCodeableConcept": {"text": "Ex-smoker"}}),
    )
    .await;
    app
}

async fn issue(app: &TestApp, who: Role, question: &str) -> (u16, String) {
    let csrf = token_digest(&format!("form:session-{}", who.word()));
    let form = [("csrf", csrf.as_str()), ("question", question)];
    let answer = app.call("POST", PAGE).by(Who::Person(who)).form(&form).send().await;
    (answer.status.as_u16(), answer.header("location").to_owned())
}

async fn stage(app: &TestApp, words: &str) {
    let stage = json!({"resourceType": "Observation", "id": "stage", "status": "final",
        "code": concept(LOINC, "21908-9", ""), "effectiveDateTime": "2026-01-06",
        "valueCodeableConcept": {"text": words}});
    put(app, stage).await;
}

fn section(page: &str, id: &str) -> String {
    between(page, &format!("id=\"{id}\""), "</section>").to_owned()
}

#[tokio::test]
async fn it_says_what_is_known_and_what_is_not() {
    let mut app = judged().await;
    app.use_therapies(evidence("A", "2026-11-01"));
    let answer = app.get(ONCOLOGIST, PAGE).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let page = answer.text();
    assert!(page.contains("EXAMPLE, Ana") && page.contains("Draft: nobody has issued it"));
    for (id, said) in [
        ("question", "not recorded"),
        ("diagnosis", "Lung Adenocarcinoma"),
        ("diagnosis", "Condition/lung/_history/1"),
        ("not-tested", "rearrangements"),
        ("findings", "EGFR p.Leu858Arg"),
        ("findings", "level of evidence: Tier II-C"),
        ("findings", "http://example.org/amp"),
        ("findings", "differs from ours"),
        ("findings", "I-A"),
        ("benefit", "Osimertinib"),
        ("open", "ALK: rearrangements not tested"),
        ("trials", "10-001 Osimertinib &amp; more"),
        ("trials", "To be found out:"),
        ("inherited", "fluorouracil"),
        ("inherited", "DPYD"),
        ("lifestyle", "Ex-smoker"),
        ("lifestyle", "not asked"),
        ("sources", "0.1.0 of 01-Nov-2026"),
    ] {
        assert!(section(&page, id).contains(said), "{id} {said}: {}", section(&page, id));
    }
    // The same difference on the page of the tumour.
    let tumor = app.get(ONCOLOGIST, "/patients/ana-example/trials").await.text();
    assert!(tumor.contains("Differs from ours") && tumor.contains("Observation/implication/"));
    assert!(tumor.contains(&format!("href=\"{PAGE}\"")), "{tumor}");
    // A patient without a tumour: the brief says so, and nothing else of one.
    let page = app.get(ONCOLOGIST, "/patients/ben-sample/board").await.text();
    assert!(page.contains("Nothing in the record says that there is a tumour."), "{page}");
    assert!(!page.contains("id=\"findings\""), "{page}");
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
}

#[tokio::test]
async fn the_document_is_made_or_refused_in_words() {
    let app = judged().await;
    let answer = app.get(ONCOLOGIST, "/patients/ana-example/board.pdf").await;
    if HAS_PDF {
        assert_eq!(answer.status, 200);
        assert!(answer.body.starts_with(b"%PDF-1.7"));
        let name = "inline; filename=\"tumour-board-brief.pdf\"";
        assert_eq!(answer.header("content-disposition"), name);
    } else {
        assert_eq!(answer.status, 501);
    }
}

#[tokio::test]
async fn an_issued_version_stays_and_the_next_one_says_what_changed() {
    let app = judged().await;
    let first = issue(&app, Role::Oncologist, " Second line? ").await;
    assert_eq!(first, (303, format!("{PAGE}?version=1")));
    let version = |number: u64| format!("{PAGE}?version={number}");
    let issued = app.get(ONCOLOGIST, &version(1)).await.text();
    assert!(issued.contains("Version 1, issued by"), "{issued}");
    assert!(section(&issued, "question").contains("Second line?"), "{issued}");
    assert!(!issued.contains("id=\"changes\""), "{issued}");
    // A form that is sent twice leaves one version.
    assert_eq!(issue(&app, Role::Oncologist, "Second line?").await, first);
    let now = app.get(ONCOLOGIST, PAGE).await.text();
    assert!(section(&now, "changes").contains("Nothing has changed."), "{now}");
    assert!(now.contains("Draft after version 1"), "{now}");

    stage(&app, "Stage IV").await;
    let now = app.get(ONCOLOGIST, PAGE).await.text();
    let changes = section(&now, "changes");
    assert!(changes.contains("Changed since version 1"), "{changes}");
    assert!(changes.contains("Stage") && changes.contains("not recorded"), "{changes}");
    let second = issue(&app, Role::Oncologist, "Second line?").await;
    assert_eq!(second, (303, version(2)));
    let amended = app.get(ONCOLOGIST, &version(2)).await.text();
    assert!(amended.contains("Version 2, amended, issued by"), "{amended}");
    assert_eq!(section(&amended, "changes"), changes);
    assert_eq!(app.get(ONCOLOGIST, &version(1)).await.text(), issued, "it stays as it was");
    assert_eq!(app.get(ONCOLOGIST, &version(3)).await.status, 404);
    let tumor = app.get(ONCOLOGIST, "/patients/ana-example/trials").await.text();
    assert!(tumor.contains("Version 2, as issued"), "{tumor}");
}

#[tokio::test]
async fn an_issued_brief_is_a_document_of_the_patient_made_of_what_it_names() {
    let app = judged().await;
    order(&app, "m-1", "309362", "Clopidogrel 75 mg tablet").await;
    issue(&app, Role::Oncologist, "<b>?").await;
    let found =
        app.get(CLIENT, "/fhir/Patient/ana-example/$everything?_type=Composition").await.json();
    let document = &found["entry"][0]["resource"];
    assert!(document.is_object(), "{found}");
    assert_eq!(
        (&document["status"], &document["title"]),
        (&json!("final"), &json!("Tumour-board brief"))
    );
    let sections = document["section"].as_array().unwrap();
    assert!(sections[0]["text"]["div"].as_str().unwrap().contains("&lt;b&gt;?"), "{sections:?}");
    let entries = sections.last().unwrap()["entry"].to_string();
    for source in [
        "Observation/l858r",
        "Observation/implication",
        "Condition/lung",
        "Observation/smoking",
        "MedicationRequest/m-1",
    ] {
        assert!(entries.contains(source), "{source}: {entries}");
    }
    // It carries the labels of what it was made of, also those that come later.
    let restricted = json!([{"code": "V",
        "system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"}]);
    let mut smoking = app.get(INTERFACE, "/fhir/Observation/smoking").await.json();
    smoking["meta"] = json!({"security": restricted});
    put(&app, smoking).await;
    let found =
        app.get(CLIENT, "/fhir/Patient/ana-example/$everything?_type=Composition").await.json();
    assert_eq!(found["entry"].as_array().map_or(0, Vec::len), 0, "{found}");
    let hidden = app.get(ONCOLOGIST, &format!("{PAGE}?version=1")).await;
    assert_eq!(hidden.status, 404);
    assert_eq!(app.get(ONCOLOGIST, PAGE).await.status, 200);
}

#[tokio::test]
async fn it_is_issued_by_people_who_decide_and_with_the_form_of_their_session() {
    let app = judged().await;
    let forged = [("csrf", "x"), ("question", "x")];
    let answer = app.call("POST", PAGE).by(ONCOLOGIST).form(&forged).send().await;
    assert_eq!(answer.status, 403);
    assert_eq!(issue(&app, Role::Oncologist, &"x".repeat(2_001)).await.0, 422);
    assert_eq!(issue(&app, Role::LaboratoryReviewer, "x").await.0, 403);
    assert_eq!(app.get(ONCOLOGIST, &format!("{PAGE}?version=1")).await.status, 404);
    assert_eq!(issue(&app, Role::Oncologist, &"x".repeat(2_000)).await.0, 303);
    assert!(app.audit_text().contains("account:oncologist"));
    let reader = app.get(PRESCRIBER, &format!("{PAGE}?version=1")).await;
    assert_eq!(reader.status, 200);
}

/// Other evidence: what changed for whom is found, and shown wherever somebody looks.
#[tokio::test]
async fn other_evidence_is_a_change_of_interpretation_for_those_it_concerns() {
    let mut app = judged().await;
    let looked = |app: &TestApp, level: &str, date: &str| {
        let therapies = Some(Arc::new(evidence(level, date)));
        matcher(app).with_therapies(therapies).catch_up().unwrap()
    };
    assert!(looked(&app, "C", "2026-11-01").noted > 0);
    assert_eq!(looked(&app, "C", "2026-11-01").noted, 0, "the same evidence is nothing new");
    app.use_therapies(evidence("C", "2026-11-01"));
    let tumor = "/patients/ana-example/trials";
    // What was said at the first look is no change of it.
    assert!(!app.get(ONCOLOGIST, tumor).await.text().contains("id=\"reinterpreted\""));

    let again = looked(&app, "A", "2026-12-01");
    assert_eq!((again.patients, again.noted), (1, 2), "Ana's finding and Osimertinib");
    let page = app.get(ONCOLOGIST, tumor).await.text();
    let changed = section(&page, "reinterpreted");
    assert!(changed.contains("Osimertinib: benefit"), "{changed}");
    assert!(changed.contains("II-D") && changed.contains("I-A"), "{changed}");
    assert!(changed.contains("of 2026-12-01"), "{changed}");
    let worklist = app.get(ONCOLOGIST, "/trials").await.text();
    let changes = section(&worklist, "changes");
    assert!(changes.contains("Osimertinib: benefit") && changes.contains("EXAMPLE, Ana"));
    let brief = app.get(ONCOLOGIST, PAGE).await.text();
    assert!(section(&brief, "reinterpreted").contains("II-D before, I-A since"), "{brief}");
    let patient = app.get(ONCOLOGIST, "/patients/ana-example").await.text();
    assert!(section(&patient, "reinterpreted").contains("Osimertinib"), "{patient}");
    // A therapy is no trial: neither an option nor a card.
    assert!(!section(&patient, "trials").contains("Osimertinib: benefit"), "{patient}");
    let standing = app
        .record
        .trial_standings(&access(Role::Oncologist), &PatientId::new("ana-example"))
        .unwrap();
    assert!(standing.iter().all(|one| !one.standing.is_evidence()), "{standing:?}");
}

#[tokio::test]
async fn a_trial_counts_its_patients_and_says_which_test_decides() {
    let app = judged().await;
    let page = app.get(ONCOLOGIST, "/trials/10-001").await.text();
    let patients = section(&page, "patients");
    assert!(patients.contains("Facts missing <span class=\"badge\">1"), "{patients}");
    assert!(patients.contains("Eligible <span class=\"badge\">0"), "{patients}");
    let missing = between(&patients, "What is missing most often", "</table>");
    assert!(missing.contains("ALK") && missing.contains("1 patient</td>"), "{missing}");
    let eligible = app.get(ONCOLOGIST, "/trials/10-001?status=eligible").await.text();
    assert!(section(&eligible, "patients").contains("Nobody is listed."), "{eligible}");
    let waiting = app.get(ONCOLOGIST, "/trials/10-001?status=needs-data").await.text();
    assert!(section(&waiting, "patients").contains("EXAMPLE, Ana"), "{waiting}");
}
