//! A receiver on loopback that keeps what it is sent and answers what it is told to.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::Value;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// One notification.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Received {
    /// The entries that are not the status.
    pub(crate) fn told(&self) -> Vec<Value> {
        self.body["entry"].as_array().unwrap().iter().skip(1).cloned().collect()
    }

    /// A parameter of the status.
    pub(crate) fn said(&self, name: &str) -> Value {
        let parameters = self.body["entry"][0]["resource"]["parameter"].as_array().unwrap();
        let found = parameters.iter().find(|one| one["name"] == name).unwrap();
        let value = found.as_object().unwrap().iter().find(|(key, _)| key.starts_with("value"));
        value.unwrap().1.clone()
    }

    /// Number and focus of each event.
    pub(crate) fn events(&self) -> Vec<(u64, Option<String>)> {
        let parameters = self.body["entry"][0]["resource"]["parameter"].as_array().unwrap();
        let events = parameters.iter().filter(|one| one["name"] == "notification-event");
        let part = |event: &Value, name: &str| {
            event["part"].as_array().unwrap().iter().find(|one| one["name"] == name).cloned()
        };
        events
            .map(|event| {
                let number = part(event, "event-number").unwrap()["valueString"].clone();
                let focus = part(event, "focus")
                    .map(|focus| focus["valueReference"]["reference"].as_str().unwrap().to_owned());
                (number.as_str().unwrap().parse().unwrap(), focus)
            })
            .collect()
    }
}

#[derive(Clone, Debug)]
struct Inner {
    received: Arc<Mutex<Vec<Received>>>,
    answer: Arc<Mutex<(u16, Duration)>>,
}

/// The receiver.
#[derive(Debug)]
pub(crate) struct Receiver {
    inner: Inner,
    endpoint: String,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let inner =
            Inner { received: Arc::default(), answer: Arc::new(Mutex::new((200, Duration::ZERO))) };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}/hooks", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/hooks/a", post(receive))
            .route("/elsewhere", post(receive))
            .with_state(inner.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { inner, endpoint }
    }

    /// The prefix that may be notified.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// An endpoint under it.
    pub(crate) fn hook(&self) -> String {
        format!("{}/a", self.endpoint)
    }

    /// What it answers from now on, and after how long.
    pub(crate) fn answer(&self, status: u16, after: Duration) {
        *self.inner.answer.lock().unwrap() = (status, after);
    }

    /// What it was sent since the last look.
    pub(crate) fn take(&self) -> Vec<Received> {
        std::mem::take(&mut *self.inner.received.lock().unwrap())
    }
}

async fn receive(
    State(inner): State<Inner>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, HeaderMap) {
    let body = serde_json::from_slice(&body).unwrap();
    inner.received.lock().unwrap().push(Received { headers, body });
    let (status, after) = *inner.answer.lock().unwrap();
    tokio::time::sleep(after).await;
    let mut headers = HeaderMap::new();
    headers.insert("location", "/elsewhere".parse().unwrap());
    (StatusCode::from_u16(status).unwrap(), headers)
}
