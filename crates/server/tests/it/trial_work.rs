//! What people make of trial options: a decision as `ResearchSubject`, and what is to be found out
//! as `Task`; kept once, never over somebody else's, and with what the criteria said.

use crate::app::{Answer, CLIENT, INTERFACE, PRESCRIBER, TestApp, Who};
use crate::pages::between;
use crate::trials::{ONCOLOGIST, concept, filled, matcher, put};
use record::Role;
use serde_json::{Value, json};
use server::token_digest;

const PAGE: &str = "/patients/ana-example/trials/10-001";
const LOINC: &str = "http://loinc.org";

async fn send(app: &TestApp, who: Role, path: &str, fields: &[(&str, &str)]) -> Answer {
    let csrf = token_digest(&format!("form:session-{}", who.word()));
    let mut form = vec![("csrf", csrf.as_str())];
    form.extend(fields);
    app.call("POST", path).by(Who::Person(who)).form(&form).send().await
}

async fn decide(app: &TestApp, status: &str, version: &str, note: &str) -> Answer {
    let fields = [("status", status), ("version", version), ("cohort", "arm 1"), ("note", note)];
    send(app, Role::Oncologist, PAGE, &fields).await
}

async fn of_ana(app: &TestApp, kind: &str) -> Vec<Value> {
    let uri = format!("/fhir/{kind}?patient=ana-example");
    let found = app.get(CLIENT, &uri).await.json();
    let entries = found["entry"].as_array().cloned().unwrap_or_default();
    entries.into_iter().map(|mut entry| entry["resource"].take()).collect()
}

fn said<'v>(subject: &'v Value, name: &str) -> &'v Value {
    let parts = subject["extension"][0]["extension"].as_array().unwrap();
    let part = parts.iter().find(|part| part["url"] == name).unwrap();
    let fields = part.as_object().unwrap();
    fields.iter().find(|(key, _)| key.starts_with("value")).unwrap().1
}

#[tokio::test]
async fn a_decision_is_a_research_subject_with_what_the_criteria_said() {
    let app = filled().await;
    let answer = decide(&app, "screening", "0", " ALK is under way ").await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, PAGE));
    // Sent twice, it is there once.
    assert_eq!(decide(&app, "screening", "0", "ALK is under way").await.status, 303);
    let found = of_ana(&app, "ResearchSubject").await;
    assert_eq!(found.len(), 1, "{found:?}");
    let subject = &found[0];
    assert_eq!(subject["meta"]["versionId"], "1");
    assert_eq!(subject["status"], "screening");
    assert_eq!(subject["individual"]["reference"], "Patient/ana-example");
    assert_eq!(subject["study"]["display"], "10-001");
    assert_eq!(said(subject, "answer"), "needs-data");
    assert_eq!(said(subject, "trialVersion"), 1);
    assert_eq!(said(subject, "note"), "ALK is under way");
    assert!(subject.get("period").is_none(), "nobody takes part yet");
    // The study is the resource that trials are filed as.
    let study = subject["study"]["reference"].as_str().unwrap();
    assert!(study.starts_with("ResearchStudy/"), "{study}");
    let checked = app.call("POST", "/fhir/ResearchSubject/$validate").by(CLIENT).json(subject);
    let outcome = checked.send().await.json();
    assert_eq!(outcome["issue"][0]["severity"], "information", "{outcome}");

    // From the first day of taking part on.
    assert_eq!(decide(&app, "on-study", "1", "").await.status, 303);
    let subject = of_ana(&app, "ResearchSubject").await.remove(0);
    assert_eq!(subject["assignedArm"], "arm 1");
    let start = subject["period"]["start"].clone();
    assert_eq!(start.as_str().map(str::len), Some("2026-01-02".len()), "{subject}");
    assert_eq!(decide(&app, "off-study", "2", "").await.status, 303);
    let subject = of_ana(&app, "ResearchSubject").await.remove(0);
    assert_eq!(subject["period"]["start"], start);
    let end = subject["period"]["end"].clone();
    assert!(end.is_string(), "{subject}");
    // A remark that is corrected later moves neither day.
    app.wait_hours(48);
    assert_eq!(decide(&app, "off-study", "3", "moved away").await.status, 303);
    let subject = of_ana(&app, "ResearchSubject").await.remove(0);
    assert_eq!((&subject["period"]["start"], &subject["period"]["end"]), (&start, &end));
}

#[tokio::test]
async fn a_decision_shows_where_the_trial_and_the_patient_are_looked_at() {
    let app = filled().await;
    let page = app.get(ONCOLOGIST, PAGE).await;
    assert_eq!(page.status, 200, "{}", page.text());
    let page = page.text();
    assert!(page.contains("Nobody has decided anything.") && page.contains("Facts missing"));
    assert!(!page.contains("20-002"), "one trial: {page}");
    decide(&app, "eligible", "0", "by the board").await;
    for (path, id) in [
        (PAGE, "decision"),
        ("/trials/10-001", "decisions"),
        ("/patients/ana-example/trials", "options"),
    ] {
        let page = app.get(ONCOLOGIST, path).await.text();
        let section = between(&page, &format!("id=\"{id}\""), "</section>");
        assert!(section.contains("Screened: may take part"), "{path}: {section}");
        assert!(section.contains(PAGE) || path == PAGE, "{path}: {section}");
    }
    // What another system writes about the same study is listed, and is nobody's decision here.
    let study = of_ana(&app, "ResearchSubject").await[0]["study"]["reference"].clone();
    let theirs = json!({"resourceType": "ResearchSubject", "id": "theirs", "status": "withdrawn",
        "study": {"reference": study}, "individual": {"reference": "Patient/ben-sample"}});
    let answer = app.call("PUT", "/fhir/ResearchSubject/theirs").by(INTERFACE).json(&theirs);
    assert!(answer.send().await.status.is_success());
    let page = app.get(ONCOLOGIST, "/trials/10-001").await.text();
    let section = between(&page, "id=\"decisions\"", "</section>");
    assert!(section.contains("SAMPLE, Ben") && section.contains("Has withdrawn"), "{section}");
}

#[tokio::test]
async fn what_the_criteria_say_since_stands_beside_what_they_said() {
    let app = filled().await;
    decide(&app, "screening", "0", "").await;
    let absent = json!({"resourceType": "Observation", "id": "alk", "status": "final",
        "category": [concept("http://terminology.hl7.org/CodeSystem/observation-category",
            "laboratory", "Laboratory")],
        "effectiveDateTime": "2026-01-03",
        "code": concept(LOINC, "69548-6", "Genetic variant assessment"),
        "valueCodeableConcept": concept(LOINC, "LA9634-2", "Absent"),
        "component": [{"code": concept(LOINC, "48018-6", ""), "valueCodeableConcept":
            concept("http://www.genenames.org", "HGNC:427", "ALK")}]});
    put(&app, absent).await;
    matcher(&app).catch_up().unwrap();
    let page = app.get(ONCOLOGIST, PAGE).await.text();
    let section = between(&page, "id=\"decision\"", "</section>");
    assert!(section.contains("The criteria then</dt><dd>Facts missing, version 1"), "{section}");
}

#[tokio::test]
async fn nobody_writes_over_what_somebody_else_decided() {
    let app = filled().await;
    decide(&app, "screening", "0", "").await;
    // A form that was begun before that comes back with what was typed.
    let late = decide(&app, "ineligible", "0", "brain metastases").await;
    assert_eq!(late.status, 409);
    let text = late.text();
    assert!(text.contains("omebody else wrote this meanwhile"), "{text}");
    assert!(text.contains(">brain metastases</textarea>"), "{text}");
    assert!(text.contains("<option value=\"ineligible\" selected>"), "{text}");
    assert!(text.contains("name=\"version\" value=\"1\""), "the next try knows it: {text}");
    assert_eq!(of_ana(&app, "ResearchSubject").await[0]["status"], "screening");
    assert_eq!(decide(&app, "ineligible", "1", "brain metastases").await.status, 303);

    let long = "x".repeat(501);
    for (status, cohort, note) in
        [("enrolled", "arm 1", ""), ("screening", "arm 9", ""), ("screening", "arm 1", &long)]
    {
        let fields = [("status", status), ("version", "2"), ("cohort", cohort), ("note", note)];
        let answer = send(&app, Role::Oncologist, PAGE, &fields).await;
        assert_eq!(answer.status, 422, "{status} {cohort}");
        assert!(answer.text().contains("role=\"alert\""), "{status} {cohort}");
    }
    assert_eq!(of_ana(&app, "ResearchSubject").await[0]["meta"]["versionId"], "2");
}

#[tokio::test]
async fn a_missing_fact_is_asked_for_found_out_and_no_longer_on_the_list() {
    let app = filled().await;
    let tasks = format!("{PAGE}/tasks");
    let page = app.get(ONCOLOGIST, PAGE).await.text();
    let fact = between(between(&page, "name=\"fact\"", "</select>"), "value=\"", "\"").to_owned();
    assert!(fact.contains("ALK"), "{fact}");
    let ask = |owner: &'static str, due: &'static str| {
        let (app, tasks, fact) = (&app, &tasks, fact.as_str());
        async move {
            let fields = [("fact", fact), ("other", ""), ("owner", owner), ("due", due)];
            send(app, Role::Oncologist, tasks, &fields).await.status.as_u16()
        }
    };
    assert_eq!(ask("North laboratory", "2020-01-31").await, 303);
    assert_eq!(ask("North laboratory", "2020-01-31").await, 303, "sent twice");
    let found = of_ana(&app, "Task").await;
    assert_eq!(found.len(), 1, "{found:?}");
    let task = &found[0];
    assert_eq!((&task["status"], &task["intent"]), (&json!("requested"), &json!("plan")));
    assert_eq!(task["meta"]["versionId"], "1");
    assert_eq!(task["description"], fact.as_str());
    assert_eq!(task["for"]["reference"], "Patient/ana-example");
    assert_eq!(task["restriction"]["period"]["end"], "2020-01-31");
    assert_eq!(task["reasonCode"]["coding"][0]["code"], "missing-for-criteria");
    assert!(task["input"].to_string().contains("Observation/l858r"), "{task}");
    let checked = app.call("POST", "/fhir/Task/$validate").by(CLIENT).json(task);
    let outcome = checked.send().await.json();
    assert_eq!(outcome["issue"][0]["severity"], "information", "{outcome}");

    let list = app.get(ONCOLOGIST, "/trials").await.text();
    let list = between(&list, "id=\"open-tasks\"", "</section>").to_owned();
    for said in ["EXAMPLE, Ana", "ALK", "North laboratory", "31-Jan-2020", "Overdue", PAGE] {
        assert!(list.contains(said), "{said}: {list}");
    }
    let page = app.get(ONCOLOGIST, PAGE).await.text();
    assert!(!between(&page, "name=\"fact\"", "</select>").contains("ALK"), "it is asked for");

    // Nobody ends it over somebody else's change, nor another patient's.
    assert_eq!(ask("South laboratory", "2026-12-31").await, 303);
    let task_page = format!("{tasks}/{}", task["id"].as_str().unwrap());
    let end = |version: &'static str, path: String| {
        let app = &app;
        async move {
            let fields = [("status", "completed"), ("version", version), ("note", "none found")];
            send(app, Role::Oncologist, &path, &fields).await.status.as_u16()
        }
    };
    assert_eq!(end("1", task_page.clone()).await, 409);
    let of_ben = task_page.replace("ana-example", "ben-sample");
    assert_eq!(end("2", of_ben).await, 404);
    assert_eq!(end("2", task_page.replace("10-001", "20-002")).await, 404);
    assert_eq!(end("2", task_page.clone()).await, 303);
    assert_eq!(end("2", task_page).await, 303, "sent twice");
    let task = of_ana(&app, "Task").await.remove(0);
    assert_eq!((&task["status"], &task["meta"]["versionId"]), (&json!("completed"), &json!("3")));
    assert_eq!(task["statusReason"]["text"], "none found");
    let list = app.get(ONCOLOGIST, "/trials").await.text();
    assert!(list.contains("Nobody was asked for anything."), "{list}");

    for (other, due) in [("", ""), ("CT", "soon"), ("CT", "2026-12"), (&*"x".repeat(501), "")] {
        let fields = [("fact", ""), ("other", other), ("owner", ""), ("due", due)];
        let answer = send(&app, Role::Oncologist, &tasks, &fields).await;
        assert_eq!(answer.status, 422, "{other} {due}: {}", answer.text());
        assert!(other.len() > 500 || answer.text().contains(&format!("value=\"{other}\"")));
    }
}

#[tokio::test]
async fn only_people_who_decide_write_and_labels_of_the_grounds_hold() {
    let app = filled().await;
    let forged = [("csrf", "x"), ("status", "screening"), ("version", "0")];
    let answer = app.call("POST", PAGE).by(ONCOLOGIST).form(&forged).send().await;
    assert_eq!(answer.status, 403);
    let fields = [("status", "screening"), ("version", "0")];
    assert_eq!(send(&app, Role::LaboratoryReviewer, PAGE, &fields).await.status, 403);
    let hidden = PAGE.replace("ana-example", "nobody");
    assert_eq!(send(&app, Role::Oncologist, &hidden, &fields).await.status, 404);
    let no_trial = PAGE.replace("10-001", "none");
    assert_eq!(send(&app, Role::Oncologist, &no_trial, &fields).await.status, 404);
    assert!(of_ana(&app, "ResearchSubject").await.is_empty());

    decide(&app, "screening", "0", "").await;
    send(&app, Role::Oncologist, &format!("{PAGE}/tasks"), &[("other", "CT of the chest")]).await;
    assert!(app.audit_text().contains("account:oncologist"));
    let page = app.get(PRESCRIBER, PAGE).await;
    assert_eq!(page.status, 200);
    // What no criterion asks for is never said to be answered.
    assert!(!page.text().contains("The criteria do not miss this any more"), "{}", page.text());
    // What is restricted in the finding is restricted in what rests on it.
    let mut variant = app.get(INTERFACE, "/fhir/Observation/l858r").await.json();
    variant["meta"] = json!({"security": [{"code": "V",
        "system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"}]});
    put(&app, variant).await;
    assert!(of_ana(&app, "ResearchSubject").await.is_empty());
    assert!(of_ana(&app, "Task").await.is_empty());
    let page = app.get(PRESCRIBER, PAGE).await.text();
    assert!(page.contains("Nobody has decided anything."), "{page}");
    assert!(!page.contains("CT of the chest"), "{page}");
}
