//! The record cannot be used: each page says so in words, and what was typed comes back.

use crate::app::{Answer, CLIENT, INTERFACE, PRESCRIBER, TestApp, Who};
use record::Role;
use serde_json::json;
use server::token_digest;
use std::fs::OpenOptions;
use std::io::Write as _;

/// Bytes that are no record, over everything that the database is in.
fn spoil(app: &TestApp) {
    let store = app.directory().join("store");
    for name in ["record.db", "record.db-wal", "record.db-shm"] {
        let path = store.join(name);
        let Ok(about) = std::fs::metadata(&path) else { continue };
        let mut file = OpenOptions::new().write(true).open(&path).unwrap();
        file.write_all(&vec![0; usize::try_from(about.len()).unwrap()]).unwrap();
    }
}

#[track_caller]
fn says_so(answer: &Answer, what: &str) {
    assert_eq!(answer.status, 503, "{what}: {}", answer.text());
    assert_eq!(answer.header("retry-after"), "60", "{what}");
    let text = answer.text();
    for told in ["atabase", "SQL", "sqlite", "storage", "record.db", "malformed", "disk"] {
        assert!(!text.contains(told), "{what} tells {told}: {text}");
    }
}

const OPERATOR: Who = Who::Person(Role::Operator);
const REVIEWER: Who = Who::Person(Role::LaboratoryReviewer);
const OFFICER: Who = Who::Person(Role::PrivacyOfficer);

const PAGES: &[(Who, &str)] = &[
    (PRESCRIBER, "/patients"),
    (PRESCRIBER, "/patients?q=example"),
    (PRESCRIBER, "/patients/ana-example"),
    (PRESCRIBER, "/patients/nobody"),
    (PRESCRIBER, "/patients/ana-example/pgx-report"),
    (PRESCRIBER, "/patients/ana-example/emergency"),
    (PRESCRIBER, "/patients/ana-example/summary"),
    (PRESCRIBER, "/patients/ana-example/lifestyle"),
    (PRESCRIBER, "/patients/ana-example/trials"),
    (PRESCRIBER, "/patients/ana-example/board"),
    (PRESCRIBER, "/statements/nothing"),
    (PRESCRIBER, "/account"),
    (PRESCRIBER, "/cards"),
    (PRESCRIBER, "/knowledge"),
    (PRESCRIBER, "/knowledge/genes/CYP2C19"),
    (PRESCRIBER, "/trials"),
    (REVIEWER, "/reviews"),
    (REVIEWER, "/reviews/documents"),
    (OPERATOR, "/console"),
    (OPERATOR, "/administration"),
    (OFFICER, "/privacy"),
    (OFFICER, "/privacy/findings"),
    (OFFICER, "/policies"),
];

#[tokio::test]
async fn each_page_says_that_the_record_cannot_be_used() {
    let app = TestApp::with_result();
    spoil(&app);
    for (who, uri) in PAGES {
        let page = app.get(*who, uri).await;
        says_so(&page, uri);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{uri}");
        let text = page.text();
        for words in ["The record cannot be used just now", "try again", "For the log", "Cognate"] {
            assert!(text.contains(words), "{uri} does not say {words}: {text}");
        }
        assert!(!text.contains("What you had entered"), "{uri}: nothing was typed");
    }
    for uri in ["/fhir/Patient/ana-example", "/fhir/Patient?family=x", "/fhir/Observation"] {
        let answer = app.get(CLIENT, uri).await;
        says_so(&answer, uri);
        assert_eq!(answer.outcome(503)["code"], "no-store", "never an empty answer: {uri}");
    }
    let body = json!({"resourceType": "Patient", "name": [{"family": "X"}]});
    says_so(&app.post(INTERFACE, "/fhir/Patient", &body).await, "a create");
}

#[tokio::test]
async fn what_was_typed_comes_back() {
    let app = TestApp::with_result();
    spoil(&app);
    let typed = "Radon was measured <b>twice</b> & found";
    let sent = [("csrf", "token-of-form"), ("on", "2026-01-01"), ("remark", typed), ("empty", "")];
    let call = app.call("POST", "/patients/ana-example/lifestyle").by(PRESCRIBER).form(&sent);
    let page = call.send().await;
    says_so(&page, "a form");
    let text = page.text();
    assert!(text.contains("<dd>Radon was measured &lt;b&gt;twice&lt;/b&gt; &amp; found</dd>"));
    assert!(!text.contains("<b>"), "{text}");
    let again = crate::pages::between(&text, "<form method=\"post\"", "</form>");
    for part in [
        "action=\"/patients/ana-example/lifestyle\"",
        "name=\"csrf\" value=\"token-of-form\"",
        "name=\"on\" value=\"2026-01-01\"",
        "name=\"remark\" value=\"Radon",
        "name=\"empty\" value=\"\"",
    ] {
        assert!(again.contains(part), "{part}: {again}");
    }
    assert_eq!(page.header("content-security-policy"), web::CONTENT_SECURITY_POLICY);
    assert_eq!(page.header("cache-control"), "no-store");
}

#[tokio::test]
async fn what_proves_who_somebody_is_does_not_come_back() {
    let app = TestApp::with_result();
    spoil(&app);
    let sent = [
        ("csrf", "token-of-form"),
        ("reason", "other"),
        ("text", "She is not awake"),
        ("password", "very secret"),
    ];
    let call = app.call("POST", "/patients/ana-example/emergency").by(PRESCRIBER).form(&sent);
    let page = call.send().await;
    says_so(&page, "a form with a password");
    let text = page.text();
    assert!(text.contains("She is not awake"), "{text}");
    assert!(!text.contains("very secret") && !text.contains("token-of-form"), "{text}");
    assert!(!text.contains("Send it again"), "it would lack the password: {text}");
}

/// A form that is not taken, by a door that has no page of its own for it.
#[tokio::test]
async fn what_is_not_taken_comes_back_to_be_copied() {
    let app = TestApp::new();
    let (who, page) = (Who::Person(Role::Oncologist), "/patients/ana-example/board");
    let token = token_digest("form:session-oncologist");
    let question = format!("{} & <b>what</b> now?", "long ".repeat(500));
    let form = [("csrf", token.as_str()), ("question", question.as_str())];
    let back = app.call("POST", page).by(who).form(&form).send().await;
    assert_eq!(back.status, 422, "{}", back.text());
    let text = back.text();
    assert!(text.contains("&amp; &lt;b&gt;what&lt;/b&gt; now?"), "{text}");
    assert!(text.contains("It was not taken as it is"), "{text}");
    assert!(!text.contains("Send it again"), "it would be refused again: {text}");
    // Who may not do it is told no more than that.
    let (who, forged) = (REVIEWER, [("csrf", "x"), ("question", "secret plans")]);
    let refused = app.call("POST", page).by(who).form(&forged).send().await;
    assert_eq!(refused.status, 403);
    assert!(!refused.text().contains("secret plans"), "{}", refused.text());
}
