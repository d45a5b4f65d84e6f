//! What each route takes and answers. What is not a FHIR error of every route stands in its row.

use crate::controllers::genomics;

/// What a route takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// Nothing.
    None,
    /// A resource, `application/fhir+json`.
    Resource,
    /// A Bundle.
    Bundle,
    /// Parameters.
    Parameters,
    /// Parameters, or nothing.
    MaybeParameters,
    /// A JSON Patch.
    Patch,
    /// Search parameters as a form.
    Search,
    /// Fields of a page's form.
    Form(&'static [&'static str]),
    /// Fields of a page's form with a file.
    Upload(&'static [&'static str]),
    /// Resources, one a line.
    Lines,
    /// A CDS Hooks request, or feedback.
    Hooks,
    /// An HL7 v2 message, or a report in a laboratory's own format.
    Delivery,
}

/// What an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// A schema of the components, as FHIR JSON.
    Fhir(&'static str),
    /// JSON that is not FHIR's.
    Json,
    /// A page.
    Page,
    /// Another media type.
    Of(&'static str),
    /// No body, or one that says nothing.
    Nothing,
    /// One of several media types, as asked for.
    Table,
}

/// Who may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    /// Anybody.
    Anybody,
    /// Who has a token or a session; errors are OperationOutcomes.
    Interface,
    /// Who has a session; errors are pages.
    Page,
}

/// One route.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) summary: &'static str,
    pub(super) caller: Caller,
    pub(super) body: Body,
    /// Parameters of the query.
    pub(super) query: &'static [&'static str],
    /// What it answers when it does what it is for.
    pub(super) answers: &'static [(u16, Answer)],
    /// The statuses of its errors.
    pub(super) refusals: &'static [u16],
}

use Answer::{Fhir, Json, Nothing, Of, Page, Table};
use Body::{
    Bundle, Delivery, Form, Hooks, Lines, MaybeParameters, Parameters, Patch, Resource, Search,
};

const RESOURCE: Answer = Fhir("Resource");
const BUNDLE: Answer = Fhir("Bundle");
const OUTCOME: Answer = Fhir("OperationOutcome");

/// Errors of every interface that takes no body, and of those that do.
const ASKED: &[u16] = &[400, 401, 403, 404];
const GIVEN: &[u16] = &[400, 401, 403, 404, 413, 415];
const SEARCHING: &[&str] = &["_count", "_sort", "_total", "_summary", "_elements", "_include"];
const PAGED: &[&str] = &["_count", "_since"];
const EXPORTING: &[&str] = &["_type", "_since", "_until", "_outputFormat"];
const AUTHORIZATION: &[&str] = &[
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "aud",
    "code_challenge",
    "code_challenge_method",
    "launch",
    "nonce",
];
const FORMATS: &[&str] = &["_format", "header"];
const EVENTS: &[&str] = &["eventsSinceNumber", "eventsUntilNumber", "content", "_count"];

pub(super) const fn begin(method: &'static str, path: &'static str, summary: &'static str) -> Row {
    Row {
        method,
        path,
        summary,
        caller: Caller::Interface,
        body: Body::None,
        query: &[],
        answers: &[(200, RESOURCE)],
        refusals: ASKED,
    }
}

pub(super) const fn page(method: &'static str, path: &'static str, summary: &'static str) -> Row {
    Row {
        caller: Caller::Page,
        answers: &[(200, Page), (303, Nothing)],
        refusals: &[400, 403, 404],
        ..begin(method, path, summary)
    }
}

pub(super) const fn open(
    path: &'static str,
    summary: &'static str,
    answers: &'static [(u16, Answer)],
    refusals: &'static [u16],
) -> Row {
    Row { caller: Caller::Anybody, answers, refusals, ..begin("GET", path, summary) }
}

const fn clients(
    path: &'static str,
    summary: &'static str,
    fields: &'static [&'static str],
) -> Row {
    Row {
        caller: Caller::Anybody,
        body: Form(fields),
        answers: &[(200, Json), (400, Json), (401, Json)],
        refusals: &[413],
        ..begin("POST", path, summary)
    }
}

const fn browser(path: &'static str, summary: &'static str) -> Row {
    Row {
        body: Hooks,
        answers: &[(200, Json)],
        refusals: &[400, 401, 403, 413],
        ..begin("POST", path, summary)
    }
}

impl Row {
    pub(super) const fn taking(self, body: Body) -> Self {
        Self { body, refusals: GIVEN, ..self }
    }

    pub(super) const fn asking(self, query: &'static [&'static str]) -> Self {
        Self { query, ..self }
    }

    pub(super) const fn answering(self, answers: &'static [(u16, Answer)]) -> Self {
        Self { answers, ..self }
    }

    pub(super) const fn refusing(self, refusals: &'static [u16]) -> Self {
        Self { refusals, ..self }
    }
}

/// Every route but those of the Genomics Operations.
pub(super) const TABLE: &[Row] = &[
    page("GET", "/", "Start page").answering(&[(303, Nothing)]),
    open("/login", "Login form", &[(200, Page)], &[400]).asking(&["next"]),
    Row { caller: Caller::Anybody, ..page("POST", "/login", "Log in") }
        .taking(Form(&["login", "password", "csrf", "next"]))
        .refusing(&[400, 401, 403, 413, 415, 422, 429, 503]),
    open("/login/code", "Form for a one-time code", &[(200, Page), (303, Nothing)], &[]),
    Row { caller: Caller::Anybody, ..page("POST", "/login/code", "Show a one-time code") }
        .taking(Form(&["csrf", "code"]))
        .refusing(&[401, 403, 413, 429]),
    open("/login/provider", "Go to the identity provider", &[(303, Nothing)], &[404, 503])
        .asking(&["next"]),
    open("/login/provider/callback", "Come back from it", &[(303, Nothing)], &[400, 404, 503])
        .asking(&["code", "state", "iss", "error"]),
    open("/smart/launch", "An EHR launches the patient page", &[(303, Nothing)], &[400, 404, 503])
        .asking(&["iss", "launch"]),
    open("/smart/callback", "Come back from the EHR", &[(303, Nothing)], &[400, 404, 503])
        .asking(&["code", "state", "error"]),
    open("/login/passkey", "Form for a passkey", &[(200, Page)], &[]).asking(&["next"]),
    Row { caller: Caller::Anybody, ..browser("/login/passkey", "Log in by a passkey") },
    Row { caller: Caller::Anybody, ..browser("/login/passkey/options", "A challenge") },
    page("GET", "/account/passkeys", "Passkeys of the account").refusing(&[403]),
    browser("/account/passkeys", "Add a passkey"),
    browser("/account/passkeys/options", "A challenge for a new passkey"),
    page("POST", "/account/passkeys/remove", "Remove a passkey")
        .taking(Form(&["csrf", "id"]))
        .refusing(&[403, 413]),
    page("GET", "/step-up", "Form for a new proof").asking(&["next"]).refusing(&[403]),
    page("POST", "/step-up", "Prove anew who you are")
        .taking(Form(&["csrf", "password", "code", "next"]))
        .refusing(&[401, 403, 413, 429, 503]),
    browser("/step-up/passkey", "Prove anew who you are by a passkey"),
    browser("/step-up/passkey/options", "A challenge for a new proof"),
    page("GET", "/account", "How you prove who you are").refusing(&[403]),
    page("POST", "/account/totp", "Show a new secret for one-time codes")
        .taking(Form(&["csrf"]))
        .refusing(&[403, 413]),
    page("POST", "/account/totp/confirm", "Show a first code")
        .taking(Form(&["csrf", "code"]))
        .refusing(&[400, 403, 413]),
    page("POST", "/account/totp/remove", "Ask for one-time codes no more")
        .taking(Form(&["csrf"]))
        .refusing(&[403, 413]),
    page("POST", "/logout", "Log out").taking(Form(&["csrf"])).refusing(&[400, 403, 413, 415, 422]),
    open("/.well-known/openid-configuration", "OpenID configuration", &[(200, Json)], &[]),
    open("/auth/authorize", "Ask for an authorization", &[(303, Nothing)], &[400])
        .asking(AUTHORIZATION),
    Row { caller: Caller::Anybody, ..page("POST", "/auth/authorize", "Ask for an authorization") }
        .taking(Form(AUTHORIZATION))
        .answering(&[(303, Nothing)])
        .refusing(&[400, 413]),
    page("GET", "/auth/consent", "Look at what an application asks for")
        .asking(&["request", "q"])
        .refusing(&[400, 403, 404]),
    page("POST", "/auth/consent", "Grant it or not")
        .taking(Form(&["csrf", "request", "decision", "patient"]))
        .answering(&[(303, Nothing)])
        .refusing(&[400, 403, 404, 413]),
    clients(
        "/auth/token",
        "Tokens",
        &[
            "grant_type",
            "code",
            "redirect_uri",
            "code_verifier",
            "refresh_token",
            "scope",
            "client_id",
            "client_assertion_type",
            "client_assertion",
        ],
    ),
    clients("/auth/introspect", "What a token lets do", &["token", "token_type_hint"]),
    clients("/auth/revoke", "End a token and what came with it", &["token", "token_type_hint"]),
    open("/auth/jwks", "Public keys that ID tokens are signed by", &[(200, Json)], &[]),
    begin("POST", "/auth/launch", "Launch an application with a patient")
        .taking(Hooks)
        .answering(&[(201, Json)])
        .refusing(&[400, 401, 403, 404, 413]),
    page("GET", "/patients", "Patients").asking(&["q"]),
    page("GET", "/patients/{id}", "A patient"),
    page("GET", "/patients/{id}/pgx-report", "Report of a patient as a page"),
    page("GET", "/patients/{id}/pgx-report.pdf", "Report of a patient as PDF")
        .answering(&[(200, Of("application/pdf")), (303, Nothing)])
        .refusing(&[400, 403, 404, 501]),
    page("GET", "/patients/{id}/emergency", "Form that opens a patient in an emergency"),
    page("POST", "/patients/{id}/emergency", "Open a patient in an emergency")
        .taking(Form(&["csrf", "reason", "text", "password"]))
        .refusing(&[400, 403, 404, 413, 415, 422]),
    page("GET", "/patients/{id}/access", "Who has looked at a patient's record")
        .asking(&["before"]),
    page("GET", "/patients/{id}/summary", "The molecular summary of a patient")
        .asking(&["version"]),
    page("POST", "/patients/{id}/summary", "Issue the summary as it is now")
        .taking(Form(&["csrf"]))
        .refusing(&[400, 403, 404, 412, 413, 415, 422]),
    page("GET", "/patients/{id}/summary.pdf", "The molecular summary of a patient as PDF")
        .asking(&["version"])
        .answering(&[(200, Of("application/pdf")), (303, Nothing)])
        .refusing(&[400, 403, 404, 501]),
    page("GET", "/patients/{id}/trials", "The tumour of a patient and its trial options"),
    page("GET", "/cards", "What cards came to, by rule and role"),
    page("GET", "/patients/{id}/board", "The brief of a patient for a tumour board")
        .asking(&["version"]),
    page("POST", "/patients/{id}/board", "Issue the brief as it is now")
        .taking(Form(&["csrf", "question"]))
        .refusing(&[400, 403, 404, 412, 413, 415, 422]),
    page("GET", "/patients/{id}/board.pdf", "The brief of a patient for a tumour board as PDF")
        .asking(&["version"])
        .answering(&[(200, Of("application/pdf")), (303, Nothing)])
        .refusing(&[400, 403, 404, 501]),
    page("GET", "/trials", "Trials, and what changed for whom").asking(&["before"]),
    page("GET", "/trials/{id}", "A trial with its patients").asking(&["after", "status"]),
    page("GET", "/emergencies", "Emergencies that nobody has looked at yet"),
    page("POST", "/emergencies/{id}", "Say what an emergency was")
        .taking(Form(&["csrf", "finding", "text"]))
        .refusing(&[400, 403, 404, 409, 413, 415, 422]),
    page("GET", "/privacy", "What waits for a privacy officer"),
    page("GET", "/privacy/findings", "What the review of the audit log found"),
    page("POST", "/privacy/findings/{id}", "Answer a finding")
        .taking(Form(&["csrf", "answer", "text"]))
        .refusing(&[400, 403, 404, 409, 412, 413, 415, 422]),
    page("GET", "/privacy/releases", "What left for research, and to whom"),
    page("POST", "/privacy/releases", "Let data go, as a second person")
        .taking(Form(&["csrf", "recipient", "kind", "persons", "document"]))
        .refusing(&[400, 403, 413, 422]),
    page("GET", "/privacy/erasure", "Form that erases a patient"),
    page("POST", "/privacy/erasure", "Erase a patient")
        .taking(Form(&["csrf", "patient", "again", "reason"]))
        .refusing(&[400, 403, 404, 413, 422, 501]),
    page("GET", "/administration", "What an operator looks after"),
    page("POST", "/administration/accounts", "Make or change an account")
        .taking(Form(&["csrf", "do", "login", "name", "role", "patient", "password"]))
        .refusing(&[400, 403, 404, 409, 412, 413, 422]),
    page("POST", "/administration/clients", "Change another system")
        .taking(Form(&["csrf", "do", "id", "keys"]))
        .refusing(&[400, 403, 404, 413, 422]),
    page("GET", "/policies", "The policies in use, and what is proposed"),
    page("POST", "/policies", "Propose policies, or put proposed ones into use")
        .taking(Form(&["csrf", "do", "policies", "proposal", "digest"]))
        .refusing(&[400, 403, 404, 409, 412, 413, 422]),
    page("GET", "/policies/{id}", "Proposed policies, and what they would change")
        .asking(&["look"]),
    page("GET", "/statements/{id}", "A statement"),
    page("GET", "/reviews", "What waits for a person"),
    page("GET", "/console/destinations", "Where results are sent on to, and what was not taken"),
    page("POST", "/console/destinations", "Send a dispatch again, or never")
        .taking(Form(&["csrf", "destination", "number", "decision"]))
        .refusing(&[400, 403, 404, 413, 422]),
    page("GET", "/reviews/documents", "Documents that were read and wait for a person"),
    page("GET", "/reviews/documents/{id}", "A document with what was read from it"),
    page("POST", "/reviews/documents/{id}", "Confirm or reject what was read, or file it")
        .taking(Form(&["csrf", "decision", "finding", "origin", "signed", "version"]))
        .refusing(&[400, 403, 404, 409, 412, 413, 422]),
    page("GET", "/reviews/documents/{id}/pages/{page}", "A page of a document as a picture")
        .answering(&[(200, Of("image/svg+xml")), (303, Nothing)])
        .refusing(&[400, 403, 404, 422, 501, 503]),
    open("/assets/{name}", "A style or picture", &[(200, Of("*/*"))], &[400, 404]),
    open("/favicon.ico", "The icon", &[(200, Of("image/svg+xml"))], &[404]),
    open("/cds-services", "CDS Hooks discovery", &[(200, Json)], &[]),
    begin("POST", "/cds-services/{id}", "CDS Hooks service")
        .taking(Hooks)
        .answering(&[(200, Json)])
        .refusing(&[400, 401, 403, 404, 412, 413]),
    begin("POST", "/cds-services/{id}/feedback", "CDS Hooks feedback")
        .taking(Hooks)
        .answering(&[(200, Nothing)])
        .refusing(&[400, 401, 403, 404, 413]),
    begin("POST", "/feeds/{feed}", "Deliver a message, a batch or a report to a feed")
        .taking(Delivery)
        .answering(&[(200, Of("application/hl7-v2+er7")), (202, Json), (204, Nothing)])
        .refusing(&[400, 401, 403, 404, 413, 415, 503]),
    open("/fhir/metadata", "CapabilityStatement", &[(200, Fhir("CapabilityStatement"))], &[]),
    open("/fhir/.well-known/smart-configuration", "SMART configuration", &[(200, Json)], &[]),
    begin("POST", "/fhir", "Transaction or batch")
        .taking(Bundle)
        .answering(&[(200, BUNDLE)])
        .refusing(FILED),
    begin("POST", "/fhir/", "Transaction or batch")
        .taking(Bundle)
        .answering(&[(200, BUNDLE)])
        .refusing(FILED),
    begin("POST", "/fhir/$import", "Import of NDJSON")
        .taking(Lines)
        .answering(&[(200, Fhir("Parameters"))]),
    begin("GET", "/fhir/$export", "Export of everything").asking(EXPORTING).answering(BEGUN),
    begin("POST", "/fhir/$export", "Export of everything").taking(MaybeParameters).answering(BEGUN),
    begin("GET", "/fhir/Patient/$export", "Export of patients").asking(EXPORTING).answering(BEGUN),
    begin("POST", "/fhir/Patient/$export", "Export of patients")
        .taking(MaybeParameters)
        .answering(BEGUN),
    begin("GET", "/fhir/Group/{id}/$export", "Export of a Group")
        .asking(EXPORTING)
        .answering(BEGUN),
    begin("POST", "/fhir/Group/{id}/$export", "Export of a Group")
        .taking(MaybeParameters)
        .answering(BEGUN),
    begin("GET", "/fhir/$export-status/{job}", "Manifest of an export").answering(&[(200, Json)]),
    begin("DELETE", "/fhir/$export-status/{job}", "End an export").answering(&[(202, Nothing)]),
    begin("GET", "/fhir/$export-file/{job}/{file}", "File of an export")
        .answering(&[(200, Of("application/fhir+ndjson"))]),
    begin("GET", "/fhir/_history", "History of everything")
        .asking(PAGED)
        .answering(&[(200, BUNDLE)]),
    begin("GET", "/fhir/{type}", "Search").asking(SEARCHING).answering(&[(200, BUNDLE)]),
    begin("POST", "/fhir/{type}/_search", "Search by form")
        .taking(Search)
        .answering(&[(200, BUNDLE)]),
    begin("POST", "/fhir/{type}", "Create").taking(Resource).answering(WRITTEN).refusing(FILED),
    begin("PUT", "/fhir/{type}", "Update what a search finds")
        .taking(Resource)
        .asking(&["_id"])
        .answering(WRITTEN)
        .refusing(FILED),
    begin("GET", "/fhir/{type}/_history", "History of a type")
        .asking(PAGED)
        .answering(&[(200, BUNDLE)]),
    begin("POST", "/fhir/{type}/$validate", "Validate")
        .taking(Resource)
        .answering(&[(200, OUTCOME)]),
    begin("GET", "/fhir/{type}/{id}", "Read")
        .answering(&[(200, RESOURCE), (304, Nothing)])
        .refusing(&[400, 401, 403, 404, 410]),
    begin("PUT", "/fhir/{type}/{id}", "Update").taking(Resource).answering(WRITTEN).refusing(FILED),
    begin("PATCH", "/fhir/{type}/{id}", "Patch")
        .taking(Patch)
        .answering(&[(200, RESOURCE)])
        .refusing(FILED),
    begin("DELETE", "/fhir/{type}/{id}", "Delete")
        .answering(&[(204, Nothing)])
        .refusing(&[400, 401, 403, 404, 412]),
    begin("GET", "/fhir/{type}/{id}/_history", "History of a resource")
        .asking(PAGED)
        .answering(&[(200, BUNDLE)]),
    begin("POST", "/fhir/{type}/{id}/$validate", "Validate against what stands")
        .taking(Resource)
        .answering(&[(200, OUTCOME)]),
    begin("GET", "/fhir/Patient/{id}/$mcode-everything", "What is known of a cancer, in mCODE")
        .answering(&[(200, BUNDLE)]),
    begin("GET", "/fhir/Patient/{id}/$trial-match", "Trials that are or may be for a patient")
        .answering(&[(200, BUNDLE)]),
    begin("POST", "/fhir/Patient/$trial-match", "Trials for the patient of a Bundle")
        .taking(Bundle)
        .answering(&[(200, BUNDLE)]),
    begin("GET", "/fhir/Patient/{id}/$everything", "All about a patient")
        .asking(&["_count", "_since", "_type"])
        .answering(&[(200, BUNDLE)]),
    begin("GET", "/fhir/{type}/{id}/_history/{version}", "Read a version")
        .refusing(&[400, 401, 403, 404, 410]),
    begin("GET", "/fhir/Subscription/$status", "How subscriptions stand")
        .asking(&["id", "status"])
        .answering(&[(200, BUNDLE)]),
    begin("POST", "/fhir/Subscription/$status", "How subscriptions stand")
        .taking(MaybeParameters)
        .answering(&[(200, BUNDLE)]),
    begin("GET", "/fhir/Subscription/{id}/$status", "How a subscription stands")
        .answering(&[(200, BUNDLE)]),
    begin("POST", "/fhir/Subscription/{id}/$status", "How a subscription stands")
        .taking(MaybeParameters)
        .answering(&[(200, BUNDLE)]),
    begin("GET", "/fhir/Subscription/{id}/$events", "Former events")
        .asking(EVENTS)
        .answering(&[(200, BUNDLE)]),
    begin("POST", "/fhir/Subscription/{id}/$events", "Former events")
        .taking(MaybeParameters)
        .answering(&[(200, BUNDLE)]),
    begin("POST", "/fhir/ViewDefinition/$run", "Table of a given view")
        .taking(Parameters)
        .asking(FORMATS)
        .answering(&[(200, Table)])
        .refusing(RUN),
    begin("GET", "/fhir/ViewDefinition/{id}/$run", "Table of a stored view")
        .asking(FORMATS)
        .answering(&[(200, Table)])
        .refusing(RUN),
    begin("POST", "/fhir/ViewDefinition/{id}/$run", "Table of a stored view")
        .taking(MaybeParameters)
        .asking(FORMATS)
        .answering(&[(200, Table)])
        .refusing(RUN),
    open("/healthz", "Whether the process lives", &[(200, Of("text/plain; charset=utf-8"))], &[]),
    open("/readyz", "Whether it can do its work", &[(200, Json), (503, Json)], &[]),
    open("/version", "Its version", &[(200, Json)], &[]),
    open("/openapi.json", "This description", &[(200, Json)], &[]),
    open("/api", "This description as a page", &[(200, Page)], &[]),
];

/// Errors of what files: a condition that does not hold, a resource that may not be served.
const FILED: &[u16] = &[400, 401, 403, 404, 412, 413, 415, 422];
const RUN: &[u16] = &[400, 401, 403, 404, 406, 413, 415, 422, 501];
const WRITTEN: &[(u16, Answer)] = &[(200, RESOURCE), (201, RESOURCE)];
const BEGUN: &[(u16, Answer)] = &[(202, Nothing)];
/// Errors of the Genomics Operations: a question that cannot be answered is 422.
const QUESTION: &[u16] = &[400, 401, 403, 404, 413, 422];

/// The row of a route.
fn row_of_question(method: &'static str, path: &'static str) -> Option<Row> {
    let is_question =
        genomics::ROUTES.iter().any(|route| (route.method, route.path) == (method, path));
    let name = path.rsplit_once('$').map_or("A Genomics Operation", |(_, name)| name);
    let body = if method == "POST" { Parameters } else { Body::None };
    let row = Row { body, ..begin(method, path, name) };
    is_question.then_some(row.answering(&[(200, Fhir("Parameters"))]).refusing(QUESTION))
}

/// The row of a route.
pub(super) fn row(method: &'static str, path: &'static str) -> Option<Row> {
    let all = TABLE.iter().chain(super::console::TABLE).chain(super::trials::TABLE);
    let all = all.chain(super::patient::TABLE).chain(super::knowledge::TABLE);
    let known = all.copied().find(|row| (row.method, row.path) == (method, path));
    known.or_else(|| row_of_question(method, path))
}
