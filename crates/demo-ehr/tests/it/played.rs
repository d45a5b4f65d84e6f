//! A Cognate of a few answers, on loopback; it notes what it is sent.

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use demo_ehr::{PatientListed, Setting};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tower::ServiceExt as _;

pub(crate) const CARD: &str = "11111111-1111-4111-8111-111111111111";
pub(crate) const SUGGESTION: &str = "22222222-2222-4222-8222-222222222222";

/// What was sent, and how the service behaves.
#[derive(Default)]
pub(crate) struct Heard {
    pub(crate) requests: Vec<(String, Value)>,
    /// Whether the service of orders fails.
    pub(crate) fails: bool,
    /// Whether it has anything to say.
    pub(crate) is_silent: bool,
}

#[derive(Clone, Default)]
pub(crate) struct Played(Arc<Mutex<Heard>>);

impl Played {
    pub(crate) fn heard<T>(&self, read: impl FnOnce(&mut Heard) -> T) -> T {
        read(&mut self.0.lock().unwrap())
    }

    /// What was sent to a path, in order.
    pub(crate) fn sent(&self, path: &str) -> Vec<Value> {
        self.heard(|heard| {
            let to = heard.requests.iter().filter(|(to, _)| to == path);
            to.map(|(_, body)| body.clone()).collect()
        })
    }
}

/// A card about whatever is drafted; laboratories and guidelines write what they like.
fn card(request: &Value) -> Value {
    let mut other = request["context"]["draftOrders"]["entry"][0]["resource"].clone();
    if let Some(order) = other.as_object_mut() {
        order.remove("dosageInstruction");
    }
    other["medicationCodeableConcept"] = json!({"text": "the other drug"});
    json!({
        "uuid": CARD, "indicator": "critical", "summary": "Avoid <b>it</b>",
        "detail": "Because of <script>alert(1)</script>\n- **one**",
        "source": {"label": "A guideline", "url": "javascript:alert(1)"},
        "links": [{"label": "bad", "url": "javascript:alert(2)", "type": "absolute"},
            {"label": "The reasons", "url": "https://example.org/why", "type": "absolute"}],
        "suggestions": [{"uuid": SUGGESTION, "label": "Order the other drug",
            "isRecommended": true,
            "actions": [{"type": "update", "description": "changed", "resource": other}]}],
        "overrideReasons": [{"system": "s", "code": "tolerated", "display": "Tolerated before"}]
    })
}

async fn services() -> Json<Value> {
    let service = json!({"hook": "order-sign", "id": "orders", "prefetch": {
        "patient": "Patient/{{context.patientId}}", "odd": "{{unknown.token}}"}});
    let mut select = service.clone();
    select["hook"] = "order-select".into();
    Json(json!({"services": [service, select]}))
}

async fn ask(
    State(played): State<Played>,
    Json(request): Json<Value>,
) -> Result<Json<Value>, StatusCode> {
    played.heard(|heard| {
        heard.requests.push(("hook".to_owned(), request.clone()));
        if heard.fails {
            return Err(StatusCode::SERVICE_UNAVAILABLE);
        }
        let cards = if heard.is_silent { vec![] } else { vec![card(&request)] };
        Ok(Json(json!({"cards": cards})))
    })
}

async fn feedback(State(played): State<Played>, Json(body): Json<Value>) -> StatusCode {
    played.heard(|heard| heard.requests.push(("feedback".to_owned(), body)));
    StatusCode::OK
}

async fn launch(State(played): State<Played>, Json(body): Json<Value>) -> Json<Value> {
    played.heard(|heard| heard.requests.push(("launch".to_owned(), body)));
    Json(json!({"launch": "a token&more", "iss": "https://ehr.example/fhir"}))
}

async fn read(Path(kind): Path<String>, request: Request) -> Json<Value> {
    assert_eq!(request.headers()["authorization"], "Bearer orders");
    Json(json!({"resourceType": "Bundle", "type": "searchset", "total": 0, "of": kind}))
}

async fn patient(Path(id): Path<String>) -> Json<Value> {
    Json(json!({"resourceType": "Patient", "id": id, "birthDate": "1961-04-02",
        "name": [{"family": "Example", "given": ["Ana"]}]}))
}

async fn file(
    State(played): State<Played>,
    Path(kind): Path<String>,
    request: Request,
) -> StatusCode {
    assert_eq!(request.headers()["authorization"], "Bearer filing");
    let bytes = axum::body::to_bytes(request.into_body(), 100_000).await.unwrap();
    let body = serde_json::from_slice(&bytes).unwrap();
    played.heard(|heard| heard.requests.push((format!("fhir/{kind}"), body)));
    StatusCode::CREATED
}

/// A clinic whose Cognate is played.
pub(crate) struct Clinic {
    pub(crate) played: Played,
    router: Router,
    pub(crate) base_url: String,
}

impl Clinic {
    pub(crate) async fn new() -> Self {
        let played = Played::default();
        let router = Router::new()
            .route("/cds-services", get(services))
            .route("/cds-services/orders", post(ask))
            .route("/cds-services/orders/feedback", post(feedback))
            .route("/auth/launch", post(launch))
            .route("/fhir/Patient/{id}", get(patient))
            .route("/fhir/{kind}", get(read).post(file))
            .with_state(played.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let setting = Setting {
            base_url: base_url.clone(),
            filing_token: "filing".to_owned(),
            order_entry_token: "orders".to_owned(),
            application: "page".to_owned(),
            practitioner: "paula".to_owned(),
            practitioner_name: "Dr Paula".to_owned(),
            patients: vec![PatientListed { id: "ana".to_owned(), shows: "genes".to_owned() }],
        };
        Self { played, router: demo_ehr::router(setting), base_url }
    }

    async fn call(&self, request: axum::http::request::Builder, body: &str) -> (u16, String) {
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(axum::body::Body::from(body.to_owned()))
            .unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let status = answer.status().as_u16();
        if status < 300 {
            let policy = answer.headers()["content-security-policy"].to_str().unwrap();
            assert!(policy.starts_with("default-src 'none'"), "{policy}");
        }
        let bytes = axum::body::to_bytes(answer.into_body(), 10_000_000).await.unwrap();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    }

    pub(crate) async fn page(&self, path: &str) -> (u16, String) {
        self.call(axum::http::Request::get(format!("/demo/ehr{path}")), "").await
    }

    /// Sends a form, and reads the chart after it.
    pub(crate) async fn form(&self, path: &str, form: &str) -> String {
        let path = format!("/demo/ehr/patients/ana{path}");
        let (status, text) = self.call(axum::http::Request::post(path), form).await;
        assert_eq!(status, 303, "{text}");
        self.page("/patients/ana").await.1
    }

    /// Where a form leads, for those that leave the chart.
    pub(crate) async fn led(&self, path: &str) -> String {
        let request = axum::http::Request::post(format!("/demo/ehr/patients/ana{path}"));
        let request = request.body(axum::body::Body::empty()).unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), 303);
        answer.headers()["location"].to_str().unwrap().to_owned()
    }

    pub(crate) async fn form_from(&self, name: &str, value: &str) -> u16 {
        let path = "/demo/ehr/patients/ana/sign";
        let request = axum::http::Request::post(path).header(name, value);
        self.call(request, "").await.0
    }
}
