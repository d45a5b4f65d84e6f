//! What the framework refuses is refused in our form.

use crate::app::{CLIENT, INTERFACE, PRESCRIBER, TestApp, Who, demo_patients};
use crate::cds::{clopidogrel_tablet, order};

#[tokio::test]
async fn interfaces_answer_with_an_operation_outcome() {
    let app = TestApp::new();
    for (method, uri, status) in [
        ("GET", "/fhir/Patient/%FF", 400),
        ("GET", "/fhir/no/such/place/at/all", 404),
        ("GET", "/cds-services/a/b/c", 404),
        ("DELETE", "/fhir/Patient", 405),
        ("PATCH", "/fhir/metadata", 405),
        ("GET", "/fhir", 405),
        ("GET", "/cds-services/pgx-medication-safety", 405),
        ("POST", "/fhir/Patient/_search", 415),
    ] {
        let answer = app.call(method, uri).by(CLIENT).send().await;
        answer.outcome(status);
        if status == 405 {
            assert!(!answer.header("allow").is_empty(), "{method} {uri}");
        }
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let app = TestApp::new();
    let limit = formats::fhir::bundle::BUNDLE_BYTES_MAX;
    for (who, uri, bytes) in [
        (INTERFACE, "/fhir", limit + 1),
        (INTERFACE, "/fhir/Patient", limit + 1),
        (CLIENT, "/cds-services/pgx-medication-safety", 2 * 1024 * 1024 + 1),
        (CLIENT, "/cds-services/pgx-medication-safety/feedback", 2 * 1024 * 1024 + 1),
    ] {
        let answer = app.call("POST", uri).by(who).bytes(vec![b' '; bytes]).send().await;
        assert_eq!(answer.outcome(413)["code"], "too-long", "{uri}");
    }
    let form = "a".repeat(64 * 1024 + 1);
    let answer = app.call("POST", "/login").form(&[("login", &form)]).send().await;
    assert_eq!(answer.status, 413);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
}

#[tokio::test]
async fn pages_answer_with_a_page() {
    let app = TestApp::new();
    for (method, uri, status) in [
        ("GET", "/no-such-page", 404),
        ("GET", "/fhirlike", 404),
        ("GET", "/assets/none.css", 404),
        ("GET", "/patients/%FF", 400),
        ("DELETE", "/patients", 405),
        ("POST", "/login", 415),
    ] {
        for who in [Who::Nobody, PRESCRIBER] {
            let answer = app.call(method, uri).by(who).send().await;
            assert_eq!(answer.status, status, "{method} {uri}");
            assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{uri}");
            assert_eq!(answer.header("cache-control"), "no-store", "{uri}");
            assert!(answer.header("content-security-policy").contains("default-src"), "{uri}");
        }
    }
}

#[tokio::test]
async fn a_refusal_does_not_repeat_what_was_sent() {
    let app = TestApp::new();
    let secret = "tell-nobody-of-this";
    for (method, uri) in [
        ("GET", format!("/fhir/Patient/{secret}")),
        ("GET", format!("/fhir/Patient?birthdate={secret}")),
        ("POST", format!("/fhir/Patient/{secret}")),
        ("GET", format!("/patients/{secret}")),
        ("GET", format!("/statements/{secret}")),
    ] {
        let answer = app.call(method, &uri).by(Who::Person(record::Role::Prescriber)).send().await;
        assert!(answer.status.is_client_error(), "{uri}");
        assert!(!answer.text().contains(secret), "{uri}: {}", answer.text());
    }
}

#[tokio::test]
async fn no_torn_or_spoilt_body_is_a_failure_of_ours() {
    let app = TestApp::new();
    let order = order("order-select", "ana-example", "order-1", &clopidogrel_tablet());
    let bodies = [
        ("/fhir", INTERFACE, demo_patients().to_string()),
        ("/cds-services/pgx-medication-safety", CLIENT, order.to_string()),
    ];
    for (uri, who, body) in bodies {
        for part in 0..40 {
            let cut = body.len() * part / 40;
            let torn = body.as_bytes().get(..cut).unwrap().to_vec();
            let mut spoilt = body.clone().into_bytes();
            *spoilt.get_mut(cut).unwrap() ^= 0x15;
            for sent in [torn, spoilt] {
                let answer = app.call("POST", uri).by(who).bytes(sent).send().await;
                let status = answer.status;
                assert!(!status.is_server_error(), "{uri} at {cut}: {}", answer.text());
                assert!(status == 200 || answer.text().contains("OperationOutcome"));
            }
        }
    }
}
