//! One request to the router and what came back.

use super::{NARROW, TestApp};
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use record::Role;
use serde_json::Value;
use tower::ServiceExt;

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// Nobody: no credential at all.
    Nobody,
    /// A service with a token, in a role.
    Client(Role),
    /// A person with a session, in a role.
    Person(Role),
    /// The prescriber who may see Ben Sample only.
    Narrow,
    /// A token that nobody has.
    Stranger,
    /// The service of that id, whose token is `token-` and its id.
    Token(&'static str),
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The value of a cookie that is set, with its attributes.
    pub(crate) fn set_cookie(&self, name: &str) -> Option<String> {
        let values = self.headers.get_all("set-cookie").iter();
        let texts = values.map(|value| value.to_str().unwrap().to_owned());
        texts.into_iter().find(|text| text.starts_with(&format!("{name}=")))
    }

    /// The body without the id of the log line, which is new for each answer.
    pub(crate) fn without_log_id(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        for word in self.text().split(' ') {
            let is_id = word.len() >= 36 && word.as_bytes()[8] == b'-';
            let rest = if is_id { word.get(36..).unwrap() } else { word };
            words.push(rest.to_owned());
        }
        words.join(" ")
    }

    /// Asserts that this is an `OperationOutcome` with a log id, and gives its first issue.
    #[track_caller]
    pub(crate) fn outcome(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/fhir+json; charset=utf-8");
        assert_eq!(self.header("cache-control"), "no-store");
        assert_eq!(self.header("x-content-type-options"), "nosniff");
        let body = self.json();
        assert_eq!(body["resourceType"], "OperationOutcome");
        let issue = body["issue"][0].clone();
        assert_eq!(issue["severity"], "error");
        assert!(issue["diagnostics"].as_str().unwrap().starts_with("log id "), "{issue}");
        issue
    }
}

/// A request being made.
pub(crate) struct Call<'a> {
    app: &'a TestApp,
    method: String,
    uri: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl<'a> Call<'a> {
    pub(super) fn new(app: &'a TestApp, method: &str, uri: &str) -> Self {
        let (method, uri) = (method.to_owned(), uri.to_owned());
        Self { app, method, uri, headers: Vec::new(), body: Vec::new() }
    }

    pub(crate) fn by(self, who: Who) -> Self {
        match who {
            Who::Nobody => self,
            Who::Client(role) => self.header("authorization", &bearer(role)),
            Who::Token(id) => self.header("authorization", &format!("Bearer token-{id}")),
            Who::Stranger => self.header("authorization", "Bearer of-nobody"),
            Who::Person(role) => self.cookie(&format!("session-{}", role.word())),
            Who::Narrow => self.cookie(&format!("session-{NARROW}")),
        }
    }

    pub(crate) fn cookie(self, token: &str) -> Self {
        self.header("cookie", &format!("cognate-session={token}"))
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/fhir+json").bytes(body.to_string())
    }

    pub(crate) fn form(self, pairs: &[(&str, &str)]) -> Self {
        let pairs: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
        self.header("content-type", "application/x-www-form-urlencoded").bytes(pairs.join("&"))
    }

    pub(crate) fn bytes(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) async fn send(self) -> Answer {
        let mut request = Request::builder().method(self.method.as_str()).uri(&self.uri);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(Body::from(self.body)).unwrap();
        let response = self.app.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

fn bearer(role: Role) -> String {
    format!("Bearer token-{}", role.word())
}

pub(crate) fn escape(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}
