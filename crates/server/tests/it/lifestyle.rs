//! How a patient lives: on the page, and at the order that it bears on.

use crate::app::{CLIENT, INTERFACE, PRESCRIBER, TestApp};
use crate::cds::order;
use crate::pages::between;
use formats::fhir::lifestyle::QUESTIONNAIRE;
use serde_json::{Value, json};
use server::token_digest;

const SERVICE: &str = "/cds-services/pgx-medication-safety";

fn response(smoking: &str) -> Value {
    json!({
        "resourceType": "QuestionnaireResponse", "id": "habits", "status": "completed",
        "questionnaire": format!("{QUESTIONNAIRE}|1.0"), "authored": "2026-11-20T09:00:00Z",
        "subject": {"reference": "Patient/ana-example"},
        "source": {"reference": "Patient/ana-example"},
        "item": [{"linkId": "smoking-status", "answer": [{"valueCoding":
            {"system": "http://loinc.org", "code": smoking, "display": "as it was said"}}]}]
    })
}

async fn put(app: &TestApp, resource: &Value) {
    let text = |name: &str| resource[name].as_str().unwrap();
    let path = format!("/fhir/{}/{}", text("resourceType"), text("id"));
    let answer = app.call("PUT", &path).by(INTERFACE).json(resource).send().await;
    assert!([200, 201].contains(&answer.status.as_u16()), "{}", answer.text());
}

async fn cards(app: &TestApp, hook: &str, id: &str, rxnorm: &str) -> Vec<Value> {
    let concept = json!({"coding": [{
        "system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": rxnorm}]});
    let answer = app.post(CLIENT, SERVICE, &order(hook, "ana-example", id, &concept)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["cards"].as_array().unwrap().clone()
}

#[tokio::test]
async fn smoking_is_told_at_the_order_that_it_bears_on_and_once() {
    let app = TestApp::new();
    assert_eq!(cards(&app, "order-sign", "a", "10438").await, Vec::<Value>::new(), "not asked");
    put(&app, &response("LA18978-9")).await;
    assert_eq!(cards(&app, "order-sign", "b", "10438").await, Vec::<Value>::new(), "never smoked");
    put(&app, &response("LA18976-3")).await;
    let found = cards(&app, "order-select", "c", "10438").await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["indicator"], "warning");
    assert!(found[0]["detail"].as_str().unwrap().contains("as it was said"));
    assert_eq!(cards(&app, "order-sign", "c", "10438").await, Vec::<Value>::new(), "shown once");
    assert_eq!(cards(&app, "order-sign", "d", "10438").await.len(), 1, "another order");
    assert_eq!(cards(&app, "order-sign", "e", "36437").await.len(), 0, "another drug");
}

#[tokio::test]
async fn the_page_says_what_was_asked_and_what_was_not() {
    let app = TestApp::new();
    let page = app.get(PRESCRIBER, "/patients/ana-example").await.text();
    assert!(page.contains("Risk and exposures"));
    assert_eq!(page.matches("Not asked").count(), 7, "every topic");
    put(&app, &response("LA18976-3")).await;
    let smoked = json!({
        "resourceType": "Observation", "id": "years", "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8664-5"}]},
        "subject": {"reference": "Patient/ana-example"}, "effectiveDateTime": "2026-11-20",
        "valueQuantity": {"value": 20, "unit": "<b>pack-years</b>"}
    });
    put(&app, &smoked).await;
    let page = app.get(PRESCRIBER, "/patients/ana-example").await.text();
    assert_eq!(page.matches("Not asked").count(), 6, "but for tobacco");
    assert!(page.contains("as it was said") && page.contains("Said by the patient"));
    assert!(page.contains("20 &lt;b&gt;pack-years&lt;/b&gt;"));
    assert!(page.contains("QuestionnaireResponse/habits/_history/1"));
}

const FORM: &str = "/patients/ana-example/lifestyle";

/// Sends answers of the prescriber's; the status, and where it leads or what it says.
async fn send(app: &TestApp, pairs: &[(&str, &str)]) -> (u16, String) {
    let csrf = token_digest("form:session-prescriber");
    let mut form = vec![("csrf", csrf.as_str())];
    form.extend_from_slice(pairs);
    let answer = app.call("POST", FORM).by(PRESCRIBER).form(&form).send().await;
    let status = answer.status.as_u16();
    (status, if status == 303 { answer.header("location").to_owned() } else { answer.text() })
}

fn version(form: &str) -> &str {
    between(form, "name=\"version\" value=\"", "\"")
}

fn opened_on(form: &str) -> &str {
    between(form, "name=\"opened-on\" value=\"", "\"")
}

#[tokio::test]
async fn answers_are_kept_as_versions_of_their_day_and_a_form_sent_twice_is_one() {
    let app = TestApp::new();
    let page = app.get(PRESCRIBER, "/patients/ana-example").await.text();
    assert!(page.contains(&format!("href=\"{FORM}\"")), "{page}");
    let form = app.get(PRESCRIBER, FORM).await.text();
    assert!(form.contains("Asbestos") && version(&form) == "0", "{form}");

    let on = "2026-01-04";
    let first = [
        ("on", on),
        ("said-by", "patient"),
        ("version", "0"),
        ("smoking-status", "LA18976-3"),
        ("pack-years", "25"),
        ("asbestos", "LA32-8"),
        ("drinks-not-known", "yes"),
    ];
    let sent = send(&app, &first).await;
    assert_eq!(sent, (303, "/patients/ana-example#lifestyle".to_owned()));
    // The same again, as a second press of the button sends it.
    assert_eq!(send(&app, &first).await.0, 303);
    let page = app.get(PRESCRIBER, "/patients/ana-example").await.text();
    let section = between(&page, "id=\"lifestyle\"", "</section>");
    for said in [
        "Current every day smoker",
        "25 pack-years",
        "asked; not known",
        "Said by the patient",
        "04-Jan-2026",
        "Correct those of 2026-01-04",
    ] {
        assert!(section.contains(said), "{said}: {section}");
    }
    let source = between(section, "QuestionnaireResponse/", "<");
    assert!(source.ends_with("/_history/1"), "one version: {source}");

    // Corrected: the form opens as it was sent, and what is left out was not asked.
    let form = app.get(PRESCRIBER, &format!("{FORM}?on={on}")).await.text();
    assert_eq!(version(&form), "1");
    assert!(form.contains("value=\"25\""), "{form}");
    let corrected = [
        ("on", on),
        ("said-by", "related"),
        ("opened-on", on),
        ("version", "1"),
        ("smoking-status", "LA15920-4"),
        ("quit-date", "2020-05"),
    ];
    assert_eq!(send(&app, &corrected).await.0, 303);
    let page = app.get(PRESCRIBER, "/patients/ana-example").await.text();
    let section = between(&page, "id=\"lifestyle\"", "</section>");
    assert!(section.contains("Former smoker") && section.contains("/_history/2"), "{section}");
    assert!(section.contains("Said by a relative") && !section.contains("25 pack-years"));
    let id = source.split('/').next().unwrap();
    let old = format!("/fhir/QuestionnaireResponse/{id}/_history/1");
    let old = app.get(INTERFACE, &old).await.json();
    assert_eq!(old["item"][1]["answer"][0]["valueDecimal"], 25, "nothing is overwritten: {old}");
    let now = app.get(INTERFACE, &format!("/fhir/QuestionnaireResponse/{id}")).await.json();
    assert_eq!(now["status"], "amended");
    assert_eq!(now["questionnaire"], format!("{QUESTIONNAIRE}|1.1"));
    // Who still has the first form does not overwrite it unseen.
    let stale = [
        ("on", on),
        ("said-by", "patient"),
        ("opened-on", on),
        ("version", "1"),
        ("radon", "LA33-6"),
    ];
    let (status, page) = send(&app, &stale).await;
    assert_eq!((status, version(&page)), (422, "2"));
    assert!(page.contains("since you opened the form"), "{page}");
}

/// A form that was opened for one day says nothing of what stands for another.
#[tokio::test]
async fn a_form_of_another_day_does_not_overwrite_answers_unseen() {
    let app = TestApp::new();
    let (one, other) = ("2026-01-04", "2026-01-05");
    for (on, years) in [(one, "25"), (other, "26")] {
        let sent = [("on", on), ("said-by", "patient"), ("version", "0"), ("pack-years", years)];
        assert_eq!(send(&app, &sent).await.0, 303);
    }
    let form = app.get(PRESCRIBER, &format!("{FORM}?on={one}")).await.text();
    assert_eq!((opened_on(&form), version(&form)), (one, "1"));
    // Both days are at version 1; the day is changed in the form of the first.
    let moved = |opened: &'static str, years: &'static str| {
        [
            ("on", other),
            ("said-by", "patient"),
            ("opened-on", opened),
            ("version", "1"),
            ("pack-years", years),
        ]
    };
    let years = async || {
        let form = app.get(PRESCRIBER, &format!("{FORM}?on={other}")).await.text();
        between(&form, "name=\"pack-years\"", ">").to_owned()
    };
    for opened in [one, "", "soon"] {
        let (status, page) = send(&app, &moved(opened, "27")).await;
        assert_eq!((status, opened_on(&page), version(&page)), (422, other, "1"), "{opened}");
        assert!(page.contains("are kept already"), "{page}");
        assert!(years().await.contains("value=\"26\""), "{opened}");
    }
    // A fault of another field moves the form to the other day, without what it never saw of it.
    let (status, page) = send(&app, &moved(one, "many")).await;
    assert_eq!((status, opened_on(&page), version(&page)), (422, other, "0"));
    // A day that is none leaves it where it was opened.
    let (status, page) =
        send(&app, &[("on", "soon"), ("said-by", "patient"), ("opened-on", one), ("version", "1")])
            .await;
    assert_eq!((status, opened_on(&page), version(&page)), (422, one, "1"));
    // Whoever was told sends again.
    assert_eq!(send(&app, &moved(other, "27")).await.0, 303);
    assert!(years().await.contains("value=\"27\""));
}

#[tokio::test]
async fn a_half_finished_form_keeps_what_was_typed() {
    let app = TestApp::new();
    let hostile = "welder <script>alert(1)</script>";
    let whole = ("occupation", hostile);
    for (wrong, said) in [
        (("pack-years", "many"), "give a number from 0 to 500"),
        (("quit-date", "31.05.2012"), "give a date as 2012-05-31"),
        (("on", "2999-01-01"), "lies in the future"),
        (("on", "soon"), "give a day as"),
        (("said-by", "area"), "Say who gave the answers"),
        (("smoking-status", "LA0"), "choose one of the answers"),
    ] {
        let mut pairs = vec![("version", "0"), whole];
        if wrong.0 != "on" {
            pairs.push(("on", "2026-01-04"));
        }
        if wrong.0 != "said-by" {
            pairs.push(("said-by", "patient"));
        }
        pairs.push(wrong);
        let (status, page) = send(&app, &pairs).await;
        assert_eq!(status, 422, "{wrong:?}");
        assert!(page.contains(said), "{said}: {page}");
        assert!(page.contains("value=\"welder &lt;script&gt;alert(1)&lt;/script&gt;\""), "{page}");
        assert!(page.contains("role=\"alert\"") && !page.contains("<script"), "{page}");
        if !["said-by", "smoking-status"].contains(&wrong.0) {
            assert!(page.contains(&format!("value=\"{}\"", wrong.1)), "{wrong:?}: {page}");
        }
    }
    let (status, page) =
        send(&app, &[("on", "2026-01-04"), ("said-by", "patient"), ("version", "0")]).await;
    assert!(status == 422 && page.contains("Nothing was answered"), "{page}");
    let page = app.get(PRESCRIBER, "/patients/ana-example").await.text();
    assert_eq!(page.matches("Not asked").count(), 7, "nothing was kept");
    let other_site = [("csrf", "x"), ("on", "2026-01-04"), ("said-by", "patient")];
    let answer = app.call("POST", FORM).by(PRESCRIBER).form(&other_site).send().await;
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn the_questionnaire_is_published_and_every_server_has_it() {
    let app = TestApp::new();
    let read = app.get(INTERFACE, "/fhir/Questionnaire/lifestyle").await;
    assert_eq!(read.status, 200, "{}", read.text());
    let resource = read.json();
    assert_eq!((&resource["url"], &resource["version"]), (&json!(QUESTIONNAIRE), &json!("1.1")));
    for url in [QUESTIONNAIRE.to_owned(), format!("{QUESTIONNAIRE}%7C1.1")] {
        let found = app.get(INTERFACE, &format!("/fhir/Questionnaire?url={url}")).await.json();
        assert_eq!(found["total"], 1, "{found}");
        assert_eq!(found["entry"][0]["resource"], resource);
    }
    let valid = app.call("POST", "/fhir/Questionnaire/$validate").by(INTERFACE).json(&resource);
    let outcome = valid.send().await.json();
    assert!(!outcome.to_string().contains("\"error\""), "{outcome}");
}

#[tokio::test]
async fn screening_is_offered_only_on_what_is_known() {
    let app = TestApp::new();
    let section =
        |page: String| between(&page, "<caption>Prevention</caption>", "</table>").to_owned();
    let page = app.get(PRESCRIBER, "/patients/ana-example").await.text();
    assert!(page.contains("<title>Pack-years smoked: not asked</title>"), "{page}");
    let page = section(page);
    for said in ["Not known", "How many pack-years were smoked", "PMID 33687470"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("Criteria met") && !page.contains('%'), "no number: {page}");
    let smokes = [
        ("on", "2026-01-04"),
        ("said-by", "patient"),
        ("version", "0"),
        ("smoking-status", "LA18976-3"),
        ("pack-years", "25"),
    ];
    assert_eq!(send(&app, &smokes).await.0, 303);
    let page = app.get(PRESCRIBER, "/patients/ana-example").await.text();
    for drawn in ["Pack-years smoked: 25 pack-years", "Years since smoking stopped: smokes now"] {
        assert!(page.contains(&format!("<title>{drawn}</title>")), "{drawn}: {page}");
    }
    let page = section(page);
    assert!(page.contains("Criteria met") && page.contains("Smokes now"), "{page}");
}
