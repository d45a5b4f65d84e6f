//! The one place where failures become HTTP answers.
//!
//! Every error of the FHIR and CDS Hooks interfaces is an `OperationOutcome` with an id that the
//! log line also carries. It names places, never the patient's data.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use formats::fhir::build::{Issue, operation_outcome, outcome_of_problems};
use model::Problem;
use std::fmt;

/// Media type of every FHIR answer.
pub(crate) const FHIR_JSON: &str = "application/fhir+json; charset=utf-8";

/// What a client is told that has to have its person prove who it is (RFC 9470 §3).
const STALE_PROOF: &str = "Bearer error=\"insufficient_user_authentication\", max_age=300";

/// FHIR R4 issue type: the store cannot be used.
pub(crate) const NO_STORE: &str = "no-store";

/// What a caller is told then. Whether the last write before it came through is not known.
const WITHOUT_STORE: &str = "the record cannot be used just now: nothing is shown, and what was \
                             sent may not be filed; try again in a few minutes";

/// Seconds after which a caller may try again.
pub(crate) const RETRY_AFTER: HeaderValue = HeaderValue::from_static("60");

/// What a caller is told of a failure of ours.
const INSIDE: &str = "something failed here; the log tells what, under the id given";

/// A failure as a caller sees it.
#[derive(Clone, Debug)]
pub struct Error {
    status: StatusCode,
    /// FHIR R4 issue type, `not-found`.
    issue: &'static str,
    problems: Vec<Problem>,
    /// What the person has to do first, and can.
    first: Option<First>,
}

/// What a person has to do before it gets what it asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum First {
    /// Prove anew who it is.
    Prove,
    /// Set up a second factor.
    Enrol,
}

impl Error {
    /// A failure with one sentence.
    pub fn new(status: StatusCode, issue: &'static str, text: impl Into<String>) -> Self {
        Self { status, issue, problems: vec![Problem::error(issue, "", text)], first: None }
    }

    /// Foreign data that cannot be used; each problem names its place.
    pub fn problems(status: StatusCode, problems: Vec<Problem>) -> Self {
        Self { status, issue: "invalid", problems, first: None }
    }

    /// One fault of a request, with its place and an issue type of its own.
    fn at(status: StatusCode, issue: &'static str, place: String, text: impl Into<String>) -> Self {
        let problems = vec![Problem::error(issue, place, text)];
        Self { status, issue, problems, first: None }
    }

    /// The problems as an entry of a Bundle is told them; what failed here stays in the log.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        if self.is_failure() {
            tracing::error!(error = %self, "failed inside a Bundle");
            return vec![Problem::error(self.issue, "", self.outside())];
        }
        self.problems
    }

    /// Something failed here.
    pub fn internal(text: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "exception", text)
    }

    /// The store cannot be used, or the audit log, without which nothing is shown.
    fn no_store(text: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, NO_STORE, text)
    }

    /// Absent, or hidden: the same answer for both.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "there is no such resource")
    }

    /// The token was not granted this.
    pub(crate) fn scope() -> Self {
        let text = "the scopes of the token do not permit this";
        Self::new(StatusCode::FORBIDDEN, "forbidden", text)
    }

    /// No login, or a wrong one.
    pub fn login() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "login", "a login is needed")
    }

    /// The person has to prove anew who it is (RFC 9470).
    pub(crate) fn stale_proof() -> Self {
        let text = "this needs a fresh proof of who you are";
        let first = Some(First::Prove);
        Self { first, ..Self::new(StatusCode::UNAUTHORIZED, "login", text) }
    }

    /// The person has logged in by a password alone where that opens nothing.
    pub(crate) fn second_factor() -> Self {
        let text = "this server asks everybody for a second factor; set one up at `/account`";
        let first = Some(First::Enrol);
        Self { first, ..Self::new(StatusCode::FORBIDDEN, "security", text) }
    }

    /// What the person has to do first, and can.
    pub(crate) fn first(&self) -> Option<First> {
        self.first
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The FHIR issue type.
    pub(crate) fn issue(&self) -> &'static str {
        self.issue
    }

    /// Whether something failed here: a caller is told no details of it. What this server does
    /// not do, or cannot do just now, is no failure.
    pub(crate) fn is_failure(&self) -> bool {
        let is_known = [StatusCode::NOT_IMPLEMENTED, StatusCode::SERVICE_UNAVAILABLE];
        let is_told = is_known.contains(&self.status) && self.issue != NO_STORE;
        self.status.is_server_error() && !is_told
    }

    /// What is told of a failure instead of its details.
    fn outside(&self) -> &'static str {
        if self.issue == NO_STORE { WITHOUT_STORE } else { INSIDE }
    }

    /// The sentences a caller is told. What failed inside is for the log alone.
    pub fn text(&self) -> String {
        if self.is_failure() {
            return self.outside().to_owned();
        }
        self.details()
    }

    fn details(&self) -> String {
        let texts: Vec<&str> = self.problems.iter().map(|p| p.text.as_str()).collect();
        texts.join("; ")
    }

    /// The `OperationOutcome`, with the id of the log line.
    pub fn outcome(&self, log_id: &str) -> serde_json::Value {
        if self.is_failure() {
            let problem = Problem::error(self.issue, "", self.outside());
            let problems = vec![problem];
            let inside = Self { problems, ..self.clone() };
            return inside.issues(log_id);
        }
        if self.issue == "invalid" {
            return outcome_of_problems(&self.problems, Some(log_id));
        }
        self.issues(log_id)
    }

    fn issues(&self, log_id: &str) -> serde_json::Value {
        let issues: Vec<Issue> = self
            .problems
            .iter()
            .map(|problem| Issue {
                severity: problem.severity,
                code: self.issue.to_owned(),
                text: problem.text.clone(),
                expression: (!problem.place.is_empty()).then(|| problem.place.clone()),
            })
            .collect();
        operation_outcome(&issues, Some(log_id))
    }
}

impl Error {
    /// Not a way that research goes: it gets counts and de-identified exports.
    pub(crate) fn research() -> Self {
        let text = "research gets counts and de-identified exports of a project, and nothing else";
        Self::new(StatusCode::FORBIDDEN, "forbidden", text)
    }

    /// A number by which a withheld one of a table would be known.
    pub(crate) fn withheld() -> Self {
        let text = "this number is withheld: a small one of a table could be worked out from it";
        Self::new(StatusCode::FORBIDDEN, "business-rule", text)
    }

    /// A project has asked as much as it may.
    pub(crate) fn budget_spent() -> Self {
        let text = "the project has asked as many questions as it may; each further answer could \
                    tell of single people";
        Self::new(StatusCode::FORBIDDEN, "business-rule", text)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.status, self.details())
    }
}

impl std::error::Error for Error {}

impl From<record::Failure> for Error {
    fn from(failure: record::Failure) -> Self {
        use record::Failure as F;
        match failure {
            F::Denied { .. } => Self::new(
                StatusCode::FORBIDDEN,
                "forbidden",
                "your role may not do this for this purpose",
            ),
            F::NotFound => Self::not_found(),
            F::Held(held) => Self::new(StatusCode::FORBIDDEN, "business-rule", held.to_string()),
            F::Conflict { place, expected, found } => {
                let text = format!("{found} is there, not {expected}");
                Self::at(StatusCode::PRECONDITION_FAILED, "conflict", place, text)
            }
            F::Invalid { place, text } => Self::problems(
                StatusCode::BAD_REQUEST,
                vec![Problem::error("invalid", place, text)],
            ),
            F::TooMuch { place, limit } => {
                let text = format!("more than {limit}");
                Self::at(StatusCode::PAYLOAD_TOO_LARGE, "too-costly", place, text)
            }
            failure @ (F::Storage(_) | F::Audit(_)) => Self::no_store(failure.to_string()),
            other => Self::internal(other.to_string()),
        }
    }
}

impl From<intake::Failure> for Error {
    fn from(failure: intake::Failure) -> Self {
        use intake::Failure as F;
        match failure {
            F::Record(failure) => failure.into(),
            F::Refused(problems) => Self::problems(StatusCode::BAD_REQUEST, problems),
            F::Quarantined { problems, .. } => {
                Self::problems(StatusCode::UNPROCESSABLE_ENTITY, problems)
            }
            F::NotFound(_) => Self::not_found(),
            F::Precondition { place, text } => {
                Self::at(StatusCode::PRECONDITION_FAILED, "multiple-matches", place, text)
            }
            F::NoReader(failure) => Self::internal(failure.to_string()),
            F::Reading(error) => Self::internal(error.to_string()),
        }
    }
}

impl From<interpret::Failure> for Error {
    fn from(failure: interpret::Failure) -> Self {
        match failure {
            interpret::Failure::Record(failure) => failure.into(),
            other => Self::internal(other.to_string()),
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let log_id = log_id();
        if self.is_failure() {
            tracing::error!(%log_id, status = self.status.as_u16(), error = %self, "failed");
        } else {
            tracing::info!(%log_id, status = self.status.as_u16(), issue = self.issue, "refused");
        }
        let mut response = (self.status, self.outcome(&log_id).to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(FHIR_JSON));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.issue == NO_STORE {
            headers.insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = if self.first == Some(First::Prove) { STALE_PROOF } else { "Bearer" };
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }
}

/// An id that joins an answer to its log line. It orders by time and says nothing else.
pub(crate) fn log_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_inside_is_for_the_log() {
        let error = Error::internal("disk full at /var/lib/x");
        assert!(error.to_string().contains("disk full"), "the log line");
        assert!(!error.text().contains("disk"), "the page");
        let outcome = error.outcome("0190");
        assert!(!outcome.to_string().contains("disk"), "{outcome}");
        assert_eq!(outcome["issue"][0]["code"], "exception");
        assert_eq!(outcome["issue"][0]["diagnostics"], "log id 0190");
    }

    #[test]
    fn what_is_not_done_here_is_said() {
        for status in [StatusCode::NOT_IMPLEMENTED, StatusCode::SERVICE_UNAVAILABLE] {
            let error = Error::new(status, "not-supported", "there is no PDF here");
            assert_eq!(error.text(), "there is no PDF here");
            assert!(error.outcome("0190").to_string().contains("there is no PDF here"));
        }
    }

    #[test]
    fn failures_of_the_record_keep_their_meaning() {
        use record::Failure as F;
        let place = || "Patient/a".to_owned();
        for (failure, status, code) in [
            (F::NotFound, 404, "not-found"),
            (F::Denied { action: "a", role: "r", purpose: "p" }, 403, "forbidden"),
            (
                F::Conflict { place: place(), expected: "1".into(), found: "2".into() },
                412,
                "conflict",
            ),
            (F::Invalid { place: place(), text: "t".into() }, 400, "invalid"),
            (F::TooMuch { place: place(), limit: "3".into() }, 413, "too-costly"),
            (F::Sealed { place: place() }, 500, "exception"),
            (F::Audit("full".into()), 503, "no-store"),
            (F::Storage("disk I/O error".into()), 503, "no-store"),
        ] {
            let error = Error::from(failure.clone());
            assert_eq!(error.status().as_u16(), status, "{failure}");
            let outcome = error.outcome("id");
            assert_eq!(outcome["issue"][0]["code"], code, "{failure}: {outcome}");
            let told = format!("{outcome} {}", error.text());
            assert!(!told.contains("full") && !told.contains("I/O"), "for the log alone: {told}");
        }
    }
}
