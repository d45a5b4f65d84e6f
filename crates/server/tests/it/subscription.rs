//! Subscriptions, with a receiver that really listens.

mod asking;
pub(crate) mod receiver;
mod telling;

use crate::app::{BASE, TestApp, tenant};
use notify::{Endpoints, Notifier, Pace, Sender, Trust};
use receiver::Receiver;
use serde_json::{Value, json};
use server::{App, Settings};
use std::time::Duration;

pub(crate) const RESULT: &str = "urn:cognate:subscription-topic:result";
pub(crate) const INTERPRETATION: &str = "urn:cognate:subscription-topic:interpretation";
pub(crate) const TRIAL_MATCH: &str = "urn:cognate:subscription-topic:trial-match";
pub(crate) const SECRET: &str = "Bearer canary-7d20e6";
const GUIDE: &str = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition";

/// An application that may notify one receiver.
pub(crate) struct Telling {
    pub(crate) app: TestApp,
    pub(crate) receiver: Receiver,
    pub(crate) notifier: Notifier,
}

impl Telling {
    pub(crate) async fn new(mut app: TestApp) -> Self {
        let receiver = Receiver::start().await;
        let endpoints = Endpoints::new(&[receiver.endpoint()]).unwrap();
        let with = with_endpoints(&app, endpoints.clone());
        let sender = Sender::new(&Trust::System).unwrap();
        let pace = Pace {
            retry_first: Duration::from_mins(1),
            retry_max: Duration::from_mins(30),
            attempts_max: 3,
            look: Duration::from_millis(10),
        };
        let base = format!("{BASE}/fhir");
        let notifier =
            Notifier::new(app.record.clone(), &tenant(), with.creators(), endpoints, sender, &base);
        app.router = server::router(with);
        Self { app, receiver, notifier: notifier.at_pace(pace) }
    }

    /// One look at everything, as the notifier's thread takes it.
    pub(crate) async fn pass(&self) {
        let notifier = self.notifier.clone();
        tokio::task::spawn_blocking(move || notifier.pass()).await.unwrap().unwrap();
    }

    /// Makes a subscription and lets the handshake go well; its address.
    pub(crate) async fn subscribed(&self, who: crate::app::Who, wanted: &Value) -> String {
        let made = self.app.post(who, "/fhir/Subscription", wanted).await;
        assert_eq!(made.status, 201, "{}", made.text());
        let address = format!("/fhir/Subscription/{}", made.json()["id"].as_str().unwrap());
        self.pass().await;
        assert_eq!(self.status(who, &address).await, "active");
        self.receiver.take();
        address
    }

    pub(crate) async fn status(&self, who: crate::app::Who, address: &str) -> String {
        let read = self.app.get(who, address).await.json();
        read["status"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn with_endpoints(app: &TestApp, endpoints: Endpoints) -> App {
    let settings = Settings { base_url: BASE.to_owned(), tenant: tenant(), secure_cookies: false };
    App::new(app.record.clone(), app.interpreter.clone(), settings).with_endpoints(endpoints)
}

/// A subscription as the guide has it.
pub(crate) fn wanted(topic: &str, endpoint: &str, content: &str) -> Value {
    json!({
        "resourceType": "Subscription",
        "meta": {"profile": [format!("{GUIDE}/backport-subscription")]},
        "status": "requested",
        "reason": "to be told",
        "criteria": topic,
        "channel": {
            "type": "rest-hook",
            "endpoint": endpoint,
            "header": [format!("Authorization: {SECRET}")],
            "payload": "application/fhir+json",
            "_payload": {"extension": [
                {"url": format!("{GUIDE}/backport-payload-content"), "valueCode": content}
            ]},
        },
    })
}

/// The same with a filter.
pub(crate) fn filtered(mut wanted: Value, filter: &str) -> Value {
    wanted["_criteria"] = json!({"extension": [
        {"url": format!("{GUIDE}/backport-filter-criteria"), "valueString": filter}
    ]});
    wanted
}

/// The same with an extension of the channel.
pub(crate) fn extended(mut wanted: Value, name: &str, value: &Value) -> Value {
    let mut extension = value.clone();
    extension["url"] = json!(format!("{GUIDE}/{name}"));
    wanted["channel"]["extension"] = json!([extension]);
    wanted
}
