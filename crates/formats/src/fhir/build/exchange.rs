//! Answers over HTTP: outcomes and Bundles.

use super::Object;
use super::stored::{StoredEntry, bundle_of_stored};
use model::{Problem, Severity, Timestamp};
use serde_json::{Value, json};

/// One issue of an `OperationOutcome`. It never holds patient data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// How bad.
    pub severity: Severity,
    /// Word of FHIR `issue-type`: `invalid`, `not-found`, `forbidden` …
    pub code: String,
    /// What is wrong, for people.
    pub text: String,
    /// FHIRPath of the element.
    pub expression: Option<String>,
}

/// An `OperationOutcome`; `log_id` is the id under which the server's log has the details.
/// Without issues it says that all is well, as an empty one is not valid.
pub fn operation_outcome(issues: &[Issue], log_id: Option<&str>) -> Value {
    let mut list: Vec<Value> = issues.iter().map(|i| issue(i, log_id)).collect();
    if list.is_empty() {
        list.push(json!({"severity": "information", "code": "informational",
            "details": {"text": "All OK"}}));
    }
    Object::resource("OperationOutcome", "").list("issue", list).build()
}

/// The outcome of reading foreign data: each problem as an issue, its stable word in `details`.
pub fn outcome_of_problems(problems: &[Problem], log_id: Option<&str>) -> Value {
    let issues: Vec<Issue> = problems
        .iter()
        .map(|problem| Issue {
            severity: problem.severity,
            code: issue_type(&problem.code).to_owned(),
            text: format!("{} ({})", problem.text, problem.code),
            expression: Some(problem.place.clone()),
        })
        .collect();
    operation_outcome(&issues, log_id)
}

fn issue(issue: &Issue, log_id: Option<&str>) -> Value {
    let severity = match issue.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "information",
    };
    let expression = issue.expression.as_deref().map(|path| json!([path]));
    Object::default()
        .with("severity", severity)
        .with("code", issue.code.as_str())
        .with("details", json!({"text": issue.text}))
        .some("diagnostics", log_id.map(|id| format!("log id {id}")))
        .some("expression", expression)
        .build()
}

/// The FHIR `issue-type` for a problem's word.
fn issue_type(code: &str) -> &'static str {
    match code {
        "missing-element" | "no-status" | "no-id" => "required",
        "too-long" | "too-deep" | "too-many-entries" => "too-long",
        "bad-code" => "code-invalid",
        "bad-json" | "bad-utf-8" | "duplicate-key" | "null" | "empty-object" | "empty-array"
        | "nested-array" | "unknown-element" | "repeating" | "not-repeating" | "not-an-object"
        | "two-choices" | "unknown-type" | "too-many" | "wrong-type" => "structure",
        "bad-value" | "bad-date" | "bad-id" | "bad-reference" | "bad-url" => "value",
        "not-read" | "not-supported" | "haplotype-alone" => "not-supported",
        "not-found" => "not-found",
        _ => "invalid",
    }
}

/// A link of a Bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// `self`, `next`, `previous` …
    pub relation: String,
    /// Absolute URL.
    pub url: String,
}

pub(super) fn links(links: &[Link]) -> Vec<Value> {
    links.iter().map(|link| json!({"relation": link.relation, "url": link.url})).collect()
}

/// The answer to one entry of a transaction or batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TransactionAnswer {
    /// HTTP status with its words, `201 Created`.
    pub status: String,
    /// Where the resource is now, with its version.
    pub location: Option<String>,
    /// `W/"1"`.
    pub etag: Option<String>,
    /// Time of the version.
    pub last_modified: Option<Timestamp>,
    /// The resource as JSON text, if the client wants it.
    pub body: Option<Vec<u8>>,
    /// What went wrong, as an `OperationOutcome`.
    pub outcome: Option<Value>,
}

pub(super) fn response(answer: &TransactionAnswer) -> Value {
    Object::default()
        .with("status", answer.status.as_str())
        .some("location", answer.location.as_deref())
        .some("etag", answer.etag.as_deref())
        .some("lastModified", answer.last_modified.map(|at| at.to_string()))
        .some("outcome", answer.outcome.clone())
        .build()
}

/// A `transaction-response` or, for a batch, `batch-response`; answers in the order of the
/// request's entries.
pub fn transaction_response(answers: Vec<TransactionAnswer>, is_batch: bool) -> Vec<u8> {
    let kind = if is_batch { "batch-response" } else { "transaction-response" };
    let entry = |mut answer: TransactionAnswer| StoredEntry {
        body: answer.body.take(),
        response: Some(answer),
        ..StoredEntry::default()
    };
    let entries: Vec<StoredEntry> = answers.into_iter().map(entry).collect();
    bundle_of_stored(kind, None, &[], &entries)
}
