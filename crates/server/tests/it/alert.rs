//! Alerts about emergencies and findings, with a receiver that really listens.

use crate::app::{BASE, PASSWORD, PRESCRIBER, TestApp, Who, access, tenant};
use crate::subscription::receiver::{Received, Receiver};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use notify::{AlertDestination, Alerter, Pace, Sender, Trust};
use record::{Access, Purpose, ReviewFacts, ReviewRules, Role, Scope};
use server::token_digest;
use std::time::Duration;

const OFFICER: Who = Who::Person(Role::PrivacyOfficer);
const ANA: &str = "ana-example";
const TEXT: &str = "unconscious, medicines not known";
/// The 24 bytes `cognate-tests-cognate-te`.
const SECRET: &str = "whsec_Y29nbmF0ZS10ZXN0cy1jb2duYXRlLXRl";

struct Alerting {
    app: TestApp,
    receiver: Receiver,
    alerter: Alerter,
}

impl Alerting {
    async fn new() -> Self {
        let app = TestApp::with_result();
        let receiver = Receiver::start().await;
        let destination = AlertDestination::new(&receiver.hook(), SECRET).unwrap();
        let sender = Sender::new(&Trust::System).unwrap();
        let pace = Pace {
            retry_first: Duration::from_mins(1),
            retry_max: Duration::from_mins(2),
            attempts_max: 1,
            look: Duration::from_millis(10),
        };
        let page = format!("{BASE}/privacy");
        let alerter = Alerter::new(app.record.clone(), &tenant(), destination, sender, &page);
        Self { app, receiver, alerter: alerter.at_pace(pace) }
    }

    /// One look, as the alerter's thread takes it; how many arrived.
    async fn pass(&self) -> u64 {
        let alerter = self.alerter.clone();
        tokio::task::spawn_blocking(move || alerter.pass()).await.unwrap().unwrap()
    }

    async fn open_emergency(&self) {
        let token = token_digest("form:session-prescriber");
        let pairs = [
            ("csrf", token.as_str()),
            ("reason", "life-threatening"),
            ("text", TEXT),
            ("password", PASSWORD),
        ];
        let uri = format!("/patients/{ANA}/emergency");
        let opened = self.app.call("POST", &uri).by(PRESCRIBER).form(&pairs).send().await;
        assert_eq!(opened.status, 303);
    }

    async fn page(&self) -> String {
        self.app.get(OFFICER, "/privacy").await.text()
    }

    async fn failing(&self) -> u64 {
        let ready = self.app.get(Who::Nobody, "/readyz").await.json();
        assert_eq!(ready["alerts"]["set"], true);
        ready["alerts"]["failing"].as_u64().unwrap()
    }
}

fn header<'r>(received: &'r Received, name: &str) -> &'r str {
    received.headers[name].to_str().unwrap()
}

#[tokio::test]
async fn an_emergency_is_told_at_once_signed_and_without_a_word_about_anybody() {
    let site = Alerting::new().await;
    assert_eq!(site.pass().await, 0, "nothing waits");
    site.open_emergency().await;
    assert!(site.page().await.contains("Not sent"));
    assert_eq!(site.pass().await, 1);
    let told = site.receiver.take();
    let [alert] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(alert.body["type"], "emergency.opened");
    assert_eq!(alert.body["data"]["page"], format!("{BASE}/privacy"));
    // Checked as the receiver does it.
    let (id, at) = (header(alert, "webhook-id"), header(alert, "webhook-timestamp"));
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"cognate-tests-cognate-te");
    let signed = hmac::sign(&key, format!("{id}.{at}.{}", alert.body).as_bytes());
    let expected = format!("v1,{}", STANDARD.encode(signed));
    assert_eq!(header(alert, "webhook-signature"), expected);
    let text = format!("{} {:?}", alert.body, alert.headers);
    for kept in [ANA, "EXAMPLE", "prescriber", "unconscious", "life", "100001", "CYP2C19"] {
        assert!(!text.contains(kept), "{kept}: {text}");
    }
    // Once, and the officer sees that it arrived.
    site.app.wait_hours(1);
    assert_eq!(site.pass().await, 0);
    assert!(site.receiver.take().is_empty());
    site.app.people();
    assert!(site.page().await.contains("Delivered"));
    assert!(site.app.audit_text().contains("\"alert/told\""), "noted before and after");
}

#[tokio::test]
async fn what_did_not_arrive_shows_and_is_tried_until_it_does() {
    let site = Alerting::new().await;
    site.open_emergency().await;
    site.receiver.answer(503, Duration::ZERO);
    assert_eq!(site.pass().await, 0);
    assert_eq!(site.pass().await, 0, "not before a minute has passed");
    let first = site.receiver.take();
    assert_eq!(first.len(), 1);
    let page = site.page().await;
    assert!(page.contains("Not delivered") && page.contains("answered 503"), "{page}");
    assert_eq!(site.failing().await, 1);
    // However often it fails it is not given up.
    for _ in 0..4 {
        site.app.wait_minutes(3);
        assert_eq!(site.pass().await, 0);
    }
    let again = site.receiver.take();
    assert_eq!(again.len(), 4);
    assert!(again.iter().all(|one| header(one, "webhook-id") == header(&first[0], "webhook-id")));
    site.receiver.answer(204, Duration::ZERO);
    site.app.wait_minutes(3);
    assert_eq!((site.pass().await, site.pass().await), (1, 0));
    assert_eq!(site.failing().await, 0);
    site.app.people();
    assert!(site.page().await.contains("Delivered"));
}

#[tokio::test]
async fn what_somebody_has_looked_at_is_told_no_more() {
    let site = Alerting::new().await;
    site.open_emergency().await;
    site.receiver.answer(302, Duration::ZERO);
    assert_eq!(site.pass().await, 0, "a redirect is followed nowhere");
    assert_eq!(site.receiver.take().len(), 1);
    let (actor, role) = ("account:olga", Role::PrivacyOfficer);
    let officer = Access::new(tenant(), actor, role, Purpose::Operations, Scope::Tenant);
    let id = site.app.record.emergencies_due(&officer, 9).unwrap()[0].id.clone();
    site.app.record.review_emergency(&officer, &id, true, "it was one").unwrap();
    site.app.wait_hours(1);
    assert_eq!(site.pass().await, 0);
    assert!(site.receiver.take().is_empty());
    assert_eq!(site.failing().await, 0);
}

#[tokio::test]
async fn findings_are_told_and_keep_it_when_they_grow() {
    let site = Alerting::new().await;
    let look = || {
        let rules = ReviewRules { patients_per_day_max: 0, ..ReviewRules::default() };
        let engine = access(Role::Engine);
        site.app.record.look_for_snooping(&engine, &ReviewFacts::default(), &rules).unwrap().filed
    };
    site.app.get(PRESCRIBER, "/patients/ana-example").await;
    assert_eq!((look(), site.pass().await), (1, 1));
    let told = site.receiver.take();
    assert_eq!(told[0].body["type"], "finding.filed");
    assert!(!told[0].body.to_string().contains("prescriber"));
    // More of the same is the same finding.
    site.app.get(PRESCRIBER, "/patients/ben-sample").await;
    assert_eq!((look(), site.pass().await), (0, 0));
    assert!(site.page().await.contains("Delivered"));
}
