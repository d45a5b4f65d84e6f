//! The pages for people.

use crate::app::{INTERFACE, NARROW, PRESCRIBER, TestApp, Who, access};
use model::PatientId;
use model::statement::StatementContent;
use record::Role;
use serde_json::{Value, json};

const REVIEWER: Who = Who::Person(Role::LaboratoryReviewer);

/// A current order of Ana Example.
pub(crate) async fn order(app: &TestApp, id: &str, rxnorm: &str, words: &str) {
    let body = json!({
        "resourceType": "MedicationRequest", "id": id, "status": "active", "intent": "order",
        "medicationCodeableConcept": {"text": words, "coding": [
            {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": rxnorm}
        ]},
        "subject": {"reference": "Patient/ana-example"}, "authoredOn": "2026-01-10T08:00:00Z"
    });
    let put = app.call("PUT", &format!("/fhir/MedicationRequest/{id}")).by(INTERFACE).json(&body);
    let answer = put.send().await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    app.interpreter.catch_up().unwrap();
}

/// The statement about a drug of Ana Example.
fn statement_about(app: &TestApp, name: &str) -> String {
    let ana = PatientId::new("ana-example");
    let statements = app.record.statements(&access(Role::Engine), &ana).unwrap();
    let about = |content: &StatementContent| match content {
        StatementContent::Drug(drug) => drug.drug == name,
        StatementContent::Gene(gene) => gene.gene == name,
    };
    let found = statements.iter().find(|stored| about(&stored.statement.content));
    found.unwrap_or_else(|| panic!("no statement about {name}")).statement.id.to_string()
}

#[tokio::test]
async fn knowledge_that_is_old_is_said_to_be() {
    let app = TestApp::with_result();
    let before = app.get(PRESCRIBER, "/patients/ana-example").await.text();
    assert!(!before.contains("a year ago or more"), "{before}");
    // The pack is of this or the next year of the test's clock.
    app.wait_hours(3 * 366 * 24);
    app.people();
    let page = app.get(PRESCRIBER, "/patients/ana-example").await.text();
    let notice = between(&page, "The knowledge that this page rests on is of ", "</p>");
    let day = model::time::PartialDate::parse(&app.interpreter.pack().reference().date).unwrap();
    assert!(notice.starts_with(&model::words::date(day)), "{notice}");
    let at = |words: &str| page.find(words).unwrap();
    assert!(at("a year ago or more") < at("id=\"needs-action\""), "before what rests on it");
}

/// What stands between two markers of a page.
#[track_caller]
pub(crate) fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("no `{from}` in {text}"));
    rest.split_once(to).map_or(rest, |(part, _)| part)
}

#[tokio::test]
async fn the_patient_page_says_what_needs_action_and_why() {
    let app = TestApp::with_result();
    let before = app.get(PRESCRIBER, "/patients/ana-example").await.text();
    let due = between(&before, "id=\"needs-action\"", "</section>");
    assert!(!due.contains("clopidogrel"), "she does not take it yet: {due}");
    order(&app, "m-1", "309362", "Clopidogrel 75 mg tablet").await;
    let page = app.get(PRESCRIBER, "/patients/ana-example").await;
    assert_eq!(page.status, 200);
    let text = page.text();
    assert!(text.contains("EXAMPLE, Ana") && text.contains("100001"));
    let action = between(&text, "id=\"needs-action\"", "</section>");
    assert!(action.contains("Avoid") && action.contains("clopidogrel"), "{action}");
    let medicines = between(&text, "id=\"medicines\"", "</section>");
    let current = between(medicines, "Current medicines", "</table>");
    assert!(current.contains("Clopidogrel 75 mg tablet"), "{current}");
    assert!(current.contains("Acute coronary syndrome or PCI"), "the population has its name");
    assert!(!text.contains("acs-pci</"), "and not its code");
    let genes = between(&text, "id=\"genes\"", "</section>");
    for said in ["CYP2C19", "*2/*2", "Poor Metabolizer", "not tested", "TPMT"] {
        assert!(genes.contains(said), "{said}: {genes}");
    }
    // Each row opens to its capsule.
    assert!(genes.contains("<details class=\"why\">"), "{genes}");
    let pack = app.interpreter.pack().reference();
    assert!(genes.contains(&pack.version) && genes.contains("Observation/"), "{genes}");
}

#[tokio::test]
async fn a_patient_without_any_result_is_not_shown_as_normal() {
    let app = TestApp::new();
    app.interpreter.catch_up().unwrap();
    let text = app.get(PRESCRIBER, "/patients/ben-sample").await.text();
    let genes = between(&text, "id=\"genes\"", "</section>");
    assert!(genes.contains("not tested"), "{genes}");
    assert!(!text.contains("Normal Metabolizer"), "{text}");
    assert!(text.contains("0 Standard"), "no drug counts as usual: {text}");
    let asked = app.get(PRESCRIBER, "/patients/ben-sample?drug=clopidogrel").await.text();
    let answer = between(&asked, "class=\"answer\"", "</table>");
    assert!(answer.contains("Not known"), "{answer}");
    assert!(answer.contains("CYP2C19") && answer.contains("not tested"), "{answer}");
    assert!(!answer.contains("Standard"), "{answer}");
}

#[tokio::test]
async fn a_result_just_filed_is_on_the_page() {
    let app = TestApp::new();
    app.interpreter.catch_up().unwrap();
    let before = app.get(PRESCRIBER, "/patients/ana-example").await.text();
    assert!(!before.contains("*2/*2"));
    app.only_file_message(&crate::cds::poor_metabolizer());
    let text = app.get(PRESCRIBER, "/patients/ana-example").await.text();
    let genes = between(&text, "id=\"genes\"", "</section>");
    assert!(genes.contains("*2/*2") && genes.contains("Poor Metabolizer"), "{genes}");
    // A report that is here came in on a day; only one that is not is pending.
    let reports = between(&text, "id=\"reports\"", "</section>");
    assert!(reports.contains("UTC") && !reports.contains("pending"), "{reports}");
}

#[tokio::test]
async fn a_drug_can_be_asked_about() {
    let app = TestApp::with_result();
    let page = |drug: &'static str| {
        let uri = format!("/patients/ana-example?drug={drug}");
        async { app.get(PRESCRIBER, &{ uri }).await.text() }
    };
    let known = page("clopidogrel").await;
    let answer = between(&known, "class=\"answer\"", "</div>");
    assert!(answer.contains("Avoid"), "{answer}");
    let unknown = page("unobtainium").await;
    assert!(unknown.contains("not the same as standard use"));
}

#[tokio::test]
async fn a_statement_explains_itself() {
    let app = TestApp::with_result();
    for (name, said) in [
        ("clopidogrel", ["CPIC", "actions:clopidogrel", "*2/*2", "Acute coronary syndrome or PCI"]),
        ("CYP2C19", ["*2/*2", "Poor Metabolizer", "CYP2C19", "EXAMPLE, Ana"]),
        ("TPMT", ["TPMT", "not tested", "not tested", "EXAMPLE, Ana"]),
    ] {
        let uri = format!("/statements/{}", statement_about(&app, name));
        let page = app.get(PRESCRIBER, &uri).await;
        assert_eq!(page.status, 200, "{name}");
        let text = page.text();
        for words in said {
            assert!(text.contains(words), "{name} does not say {words}: {text}");
        }
        let digest = &app.interpreter.pack().reference().digest;
        assert!(text.contains(digest.get(..12).unwrap()), "{name} does not name its knowledge");
    }
}

#[tokio::test]
async fn messages_that_wait_are_listed_for_those_who_review() {
    let app = TestApp::new();
    let mut other = testkit::patients::ana_example();
    other.names[0].given = vec!["Anabel".into()];
    let message = testkit::oru::Oru::new(&other, "MSG-2").gene(
        "CYP2C19",
        "*2/*2",
        "LA9657-3^Poor metabolizer",
    );
    app.file_message(&message.text());
    let page = app.get(REVIEWER, "/reviews").await;
    assert_eq!(page.status, 200);
    let text = page.text();
    let card = between(&text, "class=\"reviews\"", "</ol>");
    assert!(card.contains("EXAMPLE, Anabel"), "whom it names: {card}");
    assert!(card.contains("EXAMPLE, Ana") && card.contains("02-Apr-1961"), "candidate: {card}");
    let candidates = between(card, "Candidates", "</div>");
    assert!(candidates.contains("EXAMPLE, Ana"), "{candidates}");
    assert!(text.contains("Messages waiting"), "in the head of the page, too");
    let prescriber = app.get(PRESCRIBER, "/patients").await.text();
    assert!(!prescriber.contains("Messages waiting"));
    // Who mends connections sees the message, and nobody of the record.
    let analyst = app.get(Who::Person(Role::InterfaceAnalyst), "/reviews").await.text();
    assert!(analyst.contains("EXAMPLE, Anabel"));
    assert!(!between(&analyst, "Candidates", "</div>").contains("EXAMPLE"), "{analyst}");
}

#[tokio::test]
async fn every_page_has_its_security_headers() {
    let app = TestApp::with_result();
    let statement = format!("/statements/{}", statement_about(&app, "clopidogrel"));
    for (who, uri, status) in [
        (Who::Nobody, "/login", 200),
        (PRESCRIBER, "/patients", 200),
        (PRESCRIBER, "/patients/ana-example", 200),
        (PRESCRIBER, statement.as_str(), 200),
        (REVIEWER, "/reviews", 200),
        (PRESCRIBER, "/patients/nobody", 404),
        (PRESCRIBER, "/reviews", 403),
        (Who::Nobody, "/nowhere", 404),
    ] {
        let page = app.get(who, uri).await;
        assert_eq!(page.status, status, "{uri}");
        let policy = page.header("content-security-policy");
        for rule in ["default-src 'none'", "frame-ancestors 'none'", "form-action 'self'"] {
            assert!(policy.contains(rule), "{uri}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{uri}: {policy}");
        for (name, value) in [
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("content-type", "text/html; charset=utf-8"),
        ] {
            assert_eq!(page.header(name), value, "{uri} {name}");
        }
        assert!(!page.text().contains("<script"), "{uri}");
    }
    for redirect in ["/", "/patients"] {
        let answer = app.get(Who::Nobody, redirect).await;
        assert_eq!(answer.status, 303);
        assert_eq!(answer.header("cache-control"), "no-store", "{redirect}");
    }
    let asset = app.get(Who::Nobody, &web::asset_path("cognate.css")).await;
    assert!(asset.header("content-type").starts_with("text/css"));
    assert_eq!(asset.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn foreign_text_never_becomes_markup() {
    let app = TestApp::new();
    let hostile = "<script>alert(1)</script>\"'><img src=x>";
    let body = json!({
        "resourceType": "Patient", "id": "hostile", "birthDate": "1990-01-01",
        "identifier": [{"system": "urn:x", "value": hostile}],
        "name": [{"family": hostile, "given": [hostile]}]
    });
    let put = app.call("PUT", "/fhir/Patient/hostile").by(INTERFACE).json(&body).send().await;
    assert_eq!(put.status, 201, "{}", put.text());
    let query = crate::app::escape(hostile);
    for uri in [
        "/patients".to_owned(),
        format!("/patients?q={query}"),
        "/patients/hostile".to_owned(),
        format!("/patients/hostile?drug={query}"),
        format!("/login?next=/{query}"),
    ] {
        let page = app.get(PRESCRIBER, &uri).await;
        assert_eq!(page.status, 200, "{uri}");
        let text = page.text().to_lowercase();
        assert!(!text.contains("<script") && !text.contains("<img"), "{uri}: {text}");
        if !uri.starts_with("/login") {
            assert!(text.contains("&lt;script&gt;"), "{uri} does not show the name");
        }
    }
}

/// Files patients with these names in one transaction.
async fn people(app: &TestApp, names: &[(String, &str)]) {
    let entries: Vec<Value> = names
        .iter()
        .enumerate()
        .map(|(number, (family, given))| {
            let id = format!("p-{number:04}");
            json!({
                "request": {"method": "PUT", "url": format!("Patient/{id}")},
                "resource": {
                    "resourceType": "Patient", "id": id,
                    "identifier": [{"system": "urn:north", "value": format!("N{number}a")}],
                    "name": [{"family": family, "given": [given]}]
                }
            })
        })
        .collect();
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
    let answer = app.post(INTERFACE, "/fhir", &bundle).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// The names on the patient list, in its order.
async fn listed(app: &TestApp, who: Who, query: &str) -> Vec<String> {
    let page = app.get(who, &format!("/patients?q={}", crate::app::escape(query))).await;
    assert_eq!(page.status, 200, "{query}: {}", page.text());
    let text = page.text();
    let rows = text.split("<th scope=\"row\"><a href=\"/patients/").skip(1);
    rows.map(|row| between(row, ">", "<").to_owned()).collect()
}

#[tokio::test]
async fn nobody_is_missed_however_many_there_are() {
    let app = TestApp::new();
    let mut names: Vec<(String, &str)> =
        (0..120).map(|number| (format!("Many{number:03}"), "Ida")).collect();
    names.push(("Zuletzt".to_owned(), "Zoe"));
    names.push(("von der Aue".to_owned(), "Anna Maria"));
    people(&app, &names).await;
    for (query, expected) in [
        ("zuletzt", vec!["ZULETZT, Zoe"]),
        ("ZULETZT, Zoe", vec!["ZULETZT, Zoe"]),
        ("zoe zuletzt", vec!["ZULETZT, Zoe"]),
        ("maria von der", vec!["VON DER AUE, Anna Maria"]),
        ("n120a", vec![]),
        ("N120a", vec!["ZULETZT, Zoe"]),
        ("100001", vec!["EXAMPLE, Ana"]),
        ("many11", (110..120).map(|_| "").collect()),
        // In the order of their names, which is not that of their ids.
        ("u", vec!["VON DER AUE, Anna Maria", "ZULETZT, Zoe"]),
        ("nobody", vec![]),
        ("100%", vec![]),
        ("a|b\\", vec![]),
        (",", vec![]),
    ] {
        let found = listed(&app, PRESCRIBER, query).await;
        if query == "many11" {
            let ordered: Vec<String> = (110..120).map(|n| format!("MANY{n}, Ida")).collect();
            assert_eq!(found, ordered);
        } else {
            assert_eq!(found, expected, "{query}");
        }
    }
    assert_eq!(listed(&app, PRESCRIBER, "").await.len(), 100);
    let all = app.get(PRESCRIBER, "/patients").await.text();
    assert!(all.contains("and more: search to narrow the list"));
}

#[tokio::test]
async fn the_list_is_in_the_order_of_its_names_and_of_whom_one_may_see() {
    let app = TestApp::new();
    let everybody = listed(&app, PRESCRIBER, "").await;
    assert_eq!(everybody, ["EXAMPLE, Ana", "SAMPLE, Ben", "TESTER, Carla"]);
    assert_eq!(listed(&app, Who::Narrow, "").await, ["SAMPLE, Ben"]);
    assert!(listed(&app, Who::Narrow, "example").await.is_empty());
    let page = app.get(Who::Narrow, "/patients").await.text();
    assert!(page.contains(&format!("Dr. {NARROW}")));
}

#[tokio::test]
async fn an_operator_opens_no_page_of_a_patient() {
    let app = TestApp::with_result();
    let statement = format!("/statements/{}", statement_about(&app, "CYP2C19"));
    for role in [Role::Operator, Role::PrivacyOfficer, Role::InterfaceAnalyst] {
        for uri in ["/patients", "/patients/ana-example", "/patients/nobody", &statement] {
            let page = app.get(Who::Person(role), uri).await;
            // Who lists no patients is led to the own first page, if there is one.
            let status = if uri == "/patients" { 303 } else { 403 };
            assert_eq!(page.status, status, "{role:?} {uri}");
            assert!(!page.text().contains("EXAMPLE"), "{role:?} {uri}");
        }
    }
}
