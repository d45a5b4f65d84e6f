//! Answers over HTTP: outcomes and Bundles.

use super::Object;
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
        | "two-choices" | "unknown-type" => "structure",
        "bad-value" | "bad-date" | "bad-id" | "bad-reference" | "bad-url" => "value",
        "not-read" | "haplotype-alone" => "not-supported",
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

fn links(links: &[Link]) -> Vec<Value> {
    links.iter().map(|link| json!({"relation": link.relation, "url": link.url})).collect()
}

/// One entry of a searchset or history.
#[derive(Clone, Debug, PartialEq)]
pub struct BundleEntry {
    /// Absolute URL of the resource, without its version.
    pub full_url: Option<String>,
    /// The resource; none for a deletion in a history.
    pub resource: Option<Value>,
    /// `match`, `include` or `outcome`; only in a searchset.
    pub mode: &'static str,
    /// Method and relative URL of the request; only in a history.
    pub request: Option<(String, String)>,
    /// Status, ETag and time of the version; only in a history.
    pub response: Option<TransactionAnswer>,
}

/// A searchset page. `total` counts the matches over all pages, if the server knows it.
pub fn searchset_bundle(entries: Vec<BundleEntry>, total: Option<u64>, page: &[Link]) -> Value {
    let entry = |entry: BundleEntry| {
        Object::default()
            .some("fullUrl", entry.full_url)
            .some("resource", entry.resource)
            .with("search", json!({"mode": entry.mode}))
            .build()
    };
    bundle("searchset", total, page).list("entry", entries.into_iter().map(entry).collect()).build()
}

/// A history page, newest first.
pub fn history_bundle(entries: Vec<BundleEntry>, total: Option<u64>, page: &[Link]) -> Value {
    let entry = |entry: BundleEntry| {
        let request = entry.request.map(|(method, url)| json!({"method": method, "url": url}));
        Object::default()
            .some("fullUrl", entry.full_url)
            .some("resource", entry.resource)
            .some("request", request)
            .some("response", entry.response.as_ref().map(response))
            .build()
    };
    bundle("history", total, page).list("entry", entries.into_iter().map(entry).collect()).build()
}

fn bundle(kind: &str, total: Option<u64>, page: &[Link]) -> Object {
    Object::resource("Bundle", "").with("type", kind).some("total", total).list("link", links(page))
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
    /// The resource, if the client wants it.
    pub resource: Option<Value>,
    /// What went wrong, as an `OperationOutcome`.
    pub outcome: Option<Value>,
}

fn response(answer: &TransactionAnswer) -> Value {
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
pub fn transaction_response(answers: &[TransactionAnswer], is_batch: bool) -> Value {
    let kind = if is_batch { "batch-response" } else { "transaction-response" };
    let entries = answers
        .iter()
        .map(|answer| {
            Object::default()
                .some("resource", answer.resource.clone())
                .with("response", response(answer))
                .build()
        })
        .collect();
    Object::resource("Bundle", "").with("type", kind).list("entry", entries).build()
}
