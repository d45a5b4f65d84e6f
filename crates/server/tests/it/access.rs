//! Every route against everybody who may not use it.

use crate::app::{Answer, CLIENT, INTERFACE, NOBODY, TestApp, Who, access};
use crate::cds::{clopidogrel_tablet, order};
use model::PatientId;
use record::Role;
use serde_json::{Value, json};

/// How a route is guarded.
#[derive(Clone, Copy)]
enum Guard {
    /// Anybody may call it.
    Open,
    /// A page: without a login the login form.
    Page,
    /// An interface: without a login an `OperationOutcome`.
    Interface,
}
use Guard::{Interface, Open, Page};

/// One route as the test calls it.
#[derive(Clone, Copy)]
struct Row {
    method: &'static str,
    /// As the router writes it.
    route: &'static str,
    guard: Guard,
    /// With `{patient}` where a patient's id goes.
    uri: &'static str,
    /// A caller whose role may not use it.
    wrong_role: Option<Who>,
    /// Whether it reads the patient named in its address or body.
    is_of_patient: bool,
}

const fn row(
    (method, route): (&'static str, &'static str),
    guard: Guard,
    uri: &'static str,
    wrong_role: Option<Who>,
    is_of_patient: bool,
) -> Row {
    Row { method, route, guard, uri, wrong_role, is_of_patient }
}

const OPERATOR: Option<Who> = Some(Who::Person(Role::Operator));
const PRESCRIBING: Option<Who> = Some(Who::Person(Role::Prescriber));
const RESEARCHER: Option<Who> = Some(Who::Person(Role::Researcher));
const REVIEWER: Option<Who> = Some(Who::Person(Role::LaboratoryReviewer));
const OFFICER: Option<Who> = Some(Who::Client(Role::PrivacyOfficer));
const SERVICE: &str = "/cds-services/pgx-medication-safety";
const FEEDBACK: &str = "/cds-services/pgx-medication-safety/feedback";
const VREAD: (&str, &str) = ("GET", "/fhir/{type}/{id}/_history/{version}");
const SMART: (&str, &str) = ("GET", "/fhir/.well-known/smart-configuration");
const CALLBACK: &str = "/login/provider/callback";
const PASSKEYS: &str = "/account/passkeys";
const NEW_PASSKEY: &str = "/account/passkeys/options";
const PROOF: &str = "/step-up/passkey";
const PROOF_OPTIONS: &str = "/step-up/passkey/options";
const OLD_PASSKEY: &str = "/account/passkeys/remove";
const OPENID: &str = "/.well-known/openid-configuration";
const HISTORY: (&str, &str) = ("GET", "/fhir/{type}/{id}/_history");
const EVERYTHING: (&str, &str) = ("GET", "/fhir/Patient/{id}/$everything");
const VALIDATE: (&str, &str) = ("POST", "/fhir/{type}/{id}/$validate");

const EXPORT: &str = "/fhir/Patient/$export";
const EXPORT_GROUP: &str = "/fhir/Group/{id}/$export";
const JOB: &str = "/fhir/$export-status/{job}";
const JOB_FILE: (&str, &str) = ("GET", "/fhir/$export-file/{job}/{file}");

const RUN: (&str, &str) = ("POST", "/fhir/ViewDefinition/$run");
const RUN_STORED: &str = "/fhir/ViewDefinition/{id}/$run";

const STATUS: &str = "/fhir/Subscription/$status";
const STATUS_OF_ONE: &str = "/fhir/Subscription/{id}/$status";
const EVENTS: &str = "/fhir/Subscription/{id}/$events";

const EMERGENCY: (&str, &str) = ("GET", "/patients/{id}/emergency");
const FINDINGS: &str = "/privacy/findings";
const RELEASES: &str = "/privacy/releases";
const ONWARD: &str = "/console/destinations";
const ERASURE: &str = "/privacy/erasure";
const ACCOUNTS: &str = "/administration/accounts";
const CLIENTS: &str = "/administration/clients";
const ANSWER: &str = "/privacy/findings/{id}";
const ACCESS_LOG: (&str, &str) = ("GET", "/patients/{id}/access");
const MCODE: (&str, &str) = ("GET", "/fhir/Patient/{id}/$mcode-everything");
const MATCH: (&str, &str) = ("GET", "/fhir/Patient/{id}/$trial-match");
const MATCH_GIVEN: (&str, &str) = ("POST", "/fhir/Patient/$trial-match");
const LOCUS: (&str, &str) = ("GET", "/patients/{id}/locus");
const FEATURES: (&str, &str) = ("GET", "/patients/{id}/locus/features");
const SEQUENCE: (&str, &str) = ("GET", "/reference/{name}");
const OPTIONS: (&str, &str) = ("GET", "/patients/{id}/trials");
const DECISION: (&str, &str) = ("GET", "/patients/{id}/trials/{trial}");
const DECIDING: (&str, &str) = ("POST", "/patients/{id}/trials/{trial}");
const ASKING: (&str, &str) = ("POST", "/patients/{id}/trials/{trial}/tasks");
const ENDING: (&str, &str) = ("POST", "/patients/{id}/trials/{trial}/tasks/{task}");
const BOARD: (&str, &str) = ("GET", "/patients/{id}/board");
const BOARD_PDF: (&str, &str) = ("GET", "/patients/{id}/board.pdf");
const ISSUING: (&str, &str) = ("POST", "/patients/{id}/board");
const SUMMARY: (&str, &str) = ("GET", "/patients/{id}/summary");
const SUMMARY_PDF: (&str, &str) = ("GET", "/patients/{id}/summary.pdf");
const SUMMING: (&str, &str) = ("POST", "/patients/{id}/summary");
const LIFESTYLE: (&str, &str) = ("GET", "/patients/{id}/lifestyle");
const ANSWERING: (&str, &str) = ("POST", "/patients/{id}/lifestyle");
const OPENING: (&str, &str) = ("POST", "/patients/{id}/emergency");
const MESSAGE: (&str, &str) = ("GET", "/console/messages/{id}");
const BYTES: (&str, &str) = ("GET", "/console/messages/{id}/bytes");
const SOURCE: (&str, &str) = ("GET", "/patients/{id}/sources/{raw}");
const PRESCRIBES: Option<Who> = Some(Who::Person(Role::Prescriber));
const GENE: (&str, &str) = ("GET", "/knowledge/genes/{symbol}");
const ALLELE: (&str, &str) = ("GET", "/knowledge/genes/{symbol}/alleles/{name}");
const DRUG: (&str, &str) = ("GET", "/knowledge/drugs/{rxnorm}");
const REPORT: (&str, &str) = ("GET", "/patients/{id}/pgx-report");
const DOCUMENT_PAGE: (&str, &str) = ("GET", "/reviews/documents/{id}/pages/{page}");
const REPORT_PDF: (&str, &str) = ("GET", "/patients/{id}/pgx-report.pdf");

const ALIAS: (&str, &str) = ("GET", "/subject-operations/{group}/{operation}");
const METADATA: &str =
    "/subject-operations/metadata-operations/$find-study-metadata?subject={patient}";
const ALIAS_OF_ALL: (&str, &str) = ("GET", "/population-operations/{group}/{operation}");
const HAPLOTYPES: &str = "/population-operations/genotype-operations/\
                          $find-population-specific-haplotypes?haplotypes=*1";

const TABLE: &[Row] = &[
    row(("GET", "/"), Open, "/", None, false),
    row(("GET", "/login"), Open, "/login", None, false),
    row(("POST", "/login"), Open, "/login", None, false),
    row(("GET", "/login/code"), Open, "/login/code", None, false),
    row(("POST", "/login/code"), Open, "/login/code", None, false),
    row(("GET", "/login/provider"), Open, "/login/provider", None, false),
    row(("GET", CALLBACK), Open, CALLBACK, None, false),
    row(("GET", "/smart/launch"), Open, "/smart/launch", None, false),
    row(("GET", "/smart/callback"), Open, "/smart/callback", None, false),
    row(("GET", "/login/passkey"), Open, "/login/passkey", None, false),
    row(("POST", "/login/passkey"), Open, "/login/passkey", None, false),
    row(("POST", "/login/passkey/options"), Open, "/login/passkey/options", None, false),
    row(("GET", PASSKEYS), Page, PASSKEYS, None, false),
    row(("POST", PASSKEYS), Interface, PASSKEYS, None, false),
    row(("POST", NEW_PASSKEY), Interface, NEW_PASSKEY, None, false),
    row(("POST", OLD_PASSKEY), Page, OLD_PASSKEY, None, false),
    row(("GET", "/step-up"), Page, "/step-up", None, false),
    row(("POST", "/step-up"), Page, "/step-up", None, false),
    row(("POST", PROOF), Interface, PROOF, None, false),
    row(("POST", PROOF_OPTIONS), Interface, PROOF_OPTIONS, None, false),
    row(("GET", "/account"), Page, "/account", None, false),
    row(("POST", "/account/totp"), Page, "/account/totp", None, false),
    row(("POST", "/account/totp/confirm"), Page, "/account/totp/confirm", None, false),
    row(("POST", "/account/totp/remove"), Page, "/account/totp/remove", None, false),
    row(("POST", "/logout"), Page, "/logout", None, false),
    row(("GET", OPENID), Open, OPENID, None, false),
    row(("GET", "/auth/authorize"), Open, "/auth/authorize", None, false),
    row(("POST", "/auth/authorize"), Open, "/auth/authorize", None, false),
    row(("GET", "/auth/consent"), Page, "/auth/consent", None, false),
    row(("POST", "/auth/consent"), Page, "/auth/consent", None, false),
    row(("POST", "/auth/token"), Open, "/auth/token", None, false),
    row(("POST", "/auth/introspect"), Open, "/auth/introspect", None, false),
    row(("POST", "/auth/revoke"), Open, "/auth/revoke", None, false),
    row(("GET", "/auth/jwks"), Open, "/auth/jwks", None, false),
    row(("POST", "/auth/launch"), Interface, "/auth/launch", Some(INTERFACE), false),
    row(("GET", "/patients"), Page, "/patients", RESEARCHER, false),
    row(("GET", "/patients/{id}"), Page, "/patients/{patient}", OPERATOR, true),
    row(REPORT, Page, "/patients/{patient}/pgx-report", OPERATOR, true),
    row(REPORT_PDF, Page, "/patients/{patient}/pgx-report.pdf", OPERATOR, true),
    row(EMERGENCY, Page, "/patients/{patient}/emergency", OPERATOR, false),
    row(OPENING, Page, "/patients/{patient}/emergency", OPERATOR, false),
    row(ACCESS_LOG, Page, "/patients/{patient}/access", OPERATOR, false),
    row(LOCUS, Page, "/patients/{patient}/locus", OPERATOR, true),
    row(FEATURES, Interface, "/patients/{patient}/locus/features?region=chr7:1-9", OPERATOR, true),
    row(SEQUENCE, Interface, "/reference/NC_000007.14.fa.fai", None, false),
    row(OPTIONS, Page, "/patients/{patient}/trials", OPERATOR, true),
    row(DECISION, Page, "/patients/{patient}/trials/none", OPERATOR, false),
    row(DECIDING, Page, "/patients/{patient}/trials/none", OPERATOR, false),
    row(ASKING, Page, "/patients/{patient}/trials/none/tasks", OPERATOR, false),
    row(ENDING, Page, "/patients/{patient}/trials/none/tasks/none", OPERATOR, false),
    row(("GET", "/cards"), Page, "/cards", OPERATOR, false),
    row(("GET", "/knowledge"), Page, "/knowledge", None, false),
    row(GENE, Page, "/knowledge/genes/CYP2C19", None, false),
    row(ALLELE, Page, "/knowledge/genes/CYP2C19/alleles/*2", None, false),
    row(("GET", "/knowledge/variants/{name}"), Page, "/knowledge/variants/rs4244285", None, false),
    row(("GET", "/knowledge/versions"), Page, "/knowledge/versions", None, false),
    row(("GET", "/knowledge/versions/{id}"), Page, "/knowledge/versions/none", None, false),
    row(DRUG, Page, "/knowledge/drugs/32968", None, false),
    row(SUMMARY, Page, "/patients/{patient}/summary", OPERATOR, true),
    row(SUMMARY_PDF, Page, "/patients/{patient}/summary.pdf", OPERATOR, true),
    row(SUMMING, Page, "/patients/{patient}/summary", OPERATOR, false),
    row(LIFESTYLE, Page, "/patients/{patient}/lifestyle", OPERATOR, true),
    row(ANSWERING, Page, "/patients/{patient}/lifestyle", OPERATOR, false),
    row(BOARD, Page, "/patients/{patient}/board", OPERATOR, true),
    row(BOARD_PDF, Page, "/patients/{patient}/board.pdf", OPERATOR, true),
    row(ISSUING, Page, "/patients/{patient}/board", OPERATOR, false),
    row(("GET", "/trials"), Page, "/trials", OPERATOR, false),
    row(("GET", "/trials/{id}"), Page, "/trials/none", REVIEWER, false),
    row(("GET", "/emergencies"), Page, "/emergencies", OPERATOR, false),
    row(("POST", "/emergencies/{id}"), Page, "/emergencies/none", OPERATOR, false),
    row(("GET", "/administration"), Page, "/administration", PRESCRIBING, false),
    row(("POST", ACCOUNTS), Page, ACCOUNTS, PRESCRIBING, false),
    row(("POST", CLIENTS), Page, CLIENTS, PRESCRIBING, false),
    row(("GET", "/policies"), Page, "/policies", PRESCRIBING, false),
    row(("POST", "/policies"), Page, "/policies", OPERATOR, false),
    row(("GET", "/policies/{id}"), Page, "/policies/none", PRESCRIBING, false),
    row(("GET", "/privacy"), Page, "/privacy", OPERATOR, false),
    row(("GET", FINDINGS), Page, FINDINGS, OPERATOR, false),
    row(("POST", ANSWER), Page, "/privacy/findings/none", OPERATOR, false),
    row(("GET", RELEASES), Page, RELEASES, OPERATOR, false),
    row(("POST", RELEASES), Page, RELEASES, OPERATOR, false),
    row(("GET", ERASURE), Page, ERASURE, OPERATOR, false),
    row(("POST", ERASURE), Page, ERASURE, OPERATOR, false),
    row(("GET", "/statements/{id}"), Page, "/statements/{patient}", OPERATOR, true),
    row(("GET", ONWARD), Page, ONWARD, Some(Who::Person(Role::Prescriber)), false),
    row(("POST", ONWARD), Page, ONWARD, Some(Who::Person(Role::Prescriber)), false),
    row(("GET", "/reviews"), Page, "/reviews", Some(Who::Person(Role::Prescriber)), false),
    row(("GET", "/reviews/documents"), Page, "/reviews/documents", OPERATOR, false),
    row(("GET", "/reviews/documents/{id}"), Page, "/reviews/documents/none", OPERATOR, false),
    row(("POST", "/reviews/documents/{id}"), Page, "/reviews/documents/none", OPERATOR, false),
    row(DOCUMENT_PAGE, Page, "/reviews/documents/none/pages/1", OPERATOR, false),
    row(("GET", "/console"), Page, "/console", PRESCRIBES, false),
    row(("GET", "/console/feeds/{id}"), Page, "/console/feeds/north", PRESCRIBES, false),
    row(("GET", "/console/messages"), Page, "/console/messages", PRESCRIBES, false),
    row(MESSAGE, Page, "/console/messages/none", PRESCRIBES, false),
    row(BYTES, Page, "/console/messages/none/bytes", PRESCRIBES, false),
    row(("GET", "/console/errors"), Page, "/console/errors", PRESCRIBES, false),
    row(("POST", "/console/errors"), Page, "/console/errors", PRESCRIBES, false),
    row(("GET", "/console/replay"), Page, "/console/replay", PRESCRIBES, false),
    row(("POST", "/console/replay"), Page, "/console/replay", PRESCRIBES, false),
    row(("GET", "/console/try"), Page, "/console/try", PRESCRIBES, false),
    row(("POST", "/console/try"), Page, "/console/try", PRESCRIBES, false),
    row(("GET", "/inbox"), Page, "/inbox", PRESCRIBES, false),
    row(SOURCE, Page, "/patients/{patient}/sources/none", OPERATOR, false),
    row(("GET", "/assets/{name}"), Open, "/assets/{asset}", None, false),
    row(("GET", "/favicon.ico"), Open, "/favicon.ico", None, false),
    row(("GET", "/cds-services"), Open, "/cds-services", None, false),
    row(("POST", "/cds-services/{id}"), Interface, SERVICE, Some(INTERFACE), true),
    row(("POST", "/cds-services/{id}/feedback"), Interface, FEEDBACK, Some(INTERFACE), false),
    row(("GET", "/fhir/metadata"), Open, "/fhir/metadata", None, false),
    row(SMART, Open, "/fhir/.well-known/smart-configuration", None, false),
    row(("POST", "/fhir"), Interface, "/fhir", Some(CLIENT), false),
    row(("POST", "/fhir/"), Interface, "/fhir/", Some(CLIENT), false),
    row(("GET", "/fhir/{type}"), Interface, "/fhir/Patient?_id={patient}", OFFICER, false),
    row(("POST", "/fhir/{type}/_search"), Interface, "/fhir/Patient/_search", OFFICER, false),
    row(("POST", "/fhir/{type}"), Interface, "/fhir/Patient", Some(CLIENT), false),
    row(("GET", "/fhir/{type}/{id}"), Interface, "/fhir/Patient/{patient}", OFFICER, true),
    row(("PUT", "/fhir/{type}/{id}"), Interface, "/fhir/Patient/{patient}", Some(CLIENT), false),
    row(("PUT", "/fhir/{type}"), Interface, "/fhir/Patient?_id={patient}", Some(CLIENT), false),
    row(("PATCH", "/fhir/{type}/{id}"), Interface, "/fhir/Patient/{patient}", Some(CLIENT), false),
    row(("DELETE", "/fhir/{type}/{id}"), Interface, "/fhir/Patient/none", Some(CLIENT), false),
    row(("GET", "/fhir/_history"), Interface, "/fhir/_history", OFFICER, false),
    row(("GET", "/fhir/{type}/_history"), Interface, "/fhir/Patient/_history", OFFICER, false),
    row(HISTORY, Interface, "/fhir/Patient/{patient}/_history", OFFICER, true),
    row(EVERYTHING, Interface, "/fhir/Patient/{patient}/$everything", OFFICER, true),
    row(MCODE, Interface, "/fhir/Patient/{patient}/$mcode-everything", OFFICER, true),
    row(MATCH, Interface, "/fhir/Patient/{patient}/$trial-match", OFFICER, true),
    row(MATCH_GIVEN, Interface, "/fhir/Patient/$trial-match", OFFICER, false),
    row(("POST", "/fhir/{type}/$validate"), Interface, "/fhir/Patient/$validate", None, false),
    row(VALIDATE, Interface, "/fhir/Patient/{patient}/$validate", None, false),
    row(("POST", "/feeds/{feed}"), Interface, "/feeds/north", Some(CLIENT), false),
    row(("POST", "/fhir/$import"), Interface, "/fhir/$import", Some(CLIENT), false),
    row(("GET", "/fhir/$export"), Interface, "/fhir/$export", Some(INTERFACE), false),
    row(("POST", "/fhir/$export"), Interface, "/fhir/$export", Some(INTERFACE), false),
    row(("GET", EXPORT), Interface, "/fhir/Patient/$export", Some(INTERFACE), false),
    row(("POST", EXPORT), Interface, "/fhir/Patient/$export", Some(INTERFACE), false),
    row(("GET", EXPORT_GROUP), Interface, "/fhir/Group/none/$export", Some(INTERFACE), false),
    row(("POST", EXPORT_GROUP), Interface, "/fhir/Group/none/$export", Some(INTERFACE), false),
    row(("GET", JOB), Interface, "/fhir/$export-status/none", Some(INTERFACE), false),
    row(("DELETE", JOB), Interface, "/fhir/$export-status/none", Some(INTERFACE), false),
    row(JOB_FILE, Interface, "/fhir/$export-file/none/Patient.ndjson", Some(INTERFACE), false),
    row(VREAD, Interface, "/fhir/Patient/{patient}/_history/1", OFFICER, true),
    row(ALIAS, Interface, METADATA, OFFICER, true),
    row(ALIAS_OF_ALL, Interface, HAPLOTYPES, OFFICER, false),
    row(("GET", STATUS), Interface, "/fhir/Subscription/$status", OFFICER, false),
    row(("POST", STATUS), Interface, "/fhir/Subscription/$status", OFFICER, false),
    row(("GET", STATUS_OF_ONE), Interface, "/fhir/Subscription/s/$status", OFFICER, false),
    row(("POST", STATUS_OF_ONE), Interface, "/fhir/Subscription/s/$status", OFFICER, false),
    row(("GET", EVENTS), Interface, "/fhir/Subscription/s/$events", OFFICER, false),
    row(("POST", EVENTS), Interface, "/fhir/Subscription/s/$events", OFFICER, false),
    row(RUN, Interface, "/fhir/ViewDefinition/$run", OFFICER, false),
    row(("GET", RUN_STORED), Interface, "/fhir/ViewDefinition/v1/$run", OFFICER, false),
    row(("POST", RUN_STORED), Interface, "/fhir/ViewDefinition/v1/$run", OFFICER, false),
    row(("GET", "/healthz"), Open, "/healthz", None, false),
    row(("GET", "/readyz"), Open, "/readyz", None, false),
    row(("GET", "/metrics"), Open, "/metrics", None, false),
    row(("GET", "/openapi.json"), Open, "/openapi.json", None, false),
    row(("GET", "/api"), Open, "/api", None, false),
    row(("GET", "/version"), Open, "/version", None, false),
];

/// A request of an operation that is right, without its subject.
fn least(name: &str) -> (&'static str, &'static str) {
    match name {
        name if name.ends_with("specific-variants") => ("variants", "NC_000001.11:5:A:T"),
        name if name.ends_with("specific-haplotypes") => ("haplotypes", "*1"),
        name if name.ends_with("subject-haplotypes") => ("genes", "CYP2C19"),
        name if name.ends_with("variants") => ("ranges", "NC_000001.11:1-5"),
        _ => ("", ""),
    }
}

/// The table, with the Genomics Operations, which differ in their names only.
fn rows() -> Vec<Row> {
    let mut rows: Vec<Row> = TABLE.to_vec();
    for (method, route) in server::routes() {
        let Some((_, name)) = route.split_once("$find-") else { continue };
        let name = &*format!("find-{name}");
        let is_of_patient = !name.contains("population");
        let mut uri = format!("{route}?");
        if is_of_patient && method == "GET" {
            uri.push_str("subject={patient}");
        }
        if let (parameter, value) = least(name)
            && !parameter.is_empty()
            && method == "GET"
        {
            uri = format!("{uri}&{parameter}={value}");
        }
        rows.push(row((method, route), Interface, uri.leak(), OFFICER, is_of_patient));
    }
    rows
}

impl Row {
    /// Calls it with a body that is right, so that only access can be what is refused.
    async fn call(&self, app: &TestApp, who: Who, patient: &str) -> Answer {
        let asset = web::asset_path("cognate.css");
        let uri = self.uri.replace("{patient}", patient).replace("/assets/{asset}", &asset);
        let call = app.call(self.method, &uri).by(who);
        let call = match (self.method, self.route) {
            ("POST", "/fhir/{type}/_search") => call.form(&[("_id", patient)]),
            ("POST", "/patients/{id}/emergency") => {
                call.form(&[("csrf", "x"), ("reason", "other"), ("text", "x"), ("password", "x")])
            }
            DECIDING | ASKING | ENDING => {
                call.form(&[("csrf", "x"), ("version", "0"), ("status", "x"), ("fact", "x")])
            }
            ANSWERING => call.form(&[("csrf", "x"), ("on", "2026-01-01"), ("radon", "LA32-8")]),
            ISSUING => call.form(&[("csrf", "x"), ("question", "x")]),
            ("POST", "/emergencies/{id}") => {
                call.form(&[("csrf", "x"), ("finding", "justified"), ("text", "x")])
            }
            ("POST", ANSWER) => call.form(&[("csrf", "x"), ("answer", "explained"), ("text", "x")]),
            ("POST", ONWARD) => call.form(&[("csrf", "x"), ("number", "1"), ("decision", "skip")]),
            SUMMING | ("POST", "/login" | "/logout") => call.form(&[("csrf", "x")]),
            (_, "/feeds/{feed}") => call.header("content-type", "application/hl7-v2+er7"),
            (_, "/fhir/$import") => call.header("content-type", "application/fhir+ndjson"),
            (_, route) if route.contains("$export") => call.header("prefer", "respond-async"),
            ("PATCH", _) => {
                let call = call.header("content-type", "application/json-patch+json");
                call.bytes(r#"[{"op":"add","path":"/language","value":"de"}]"#)
            }
            ("POST" | "PUT", _) => call.json(&self.body(patient)),
            _ => call,
        };
        call.send().await
    }

    fn body(&self, patient: &str) -> Value {
        match self.route {
            "/fhir" | "/fhir/" => {
                json!({"resourceType": "Bundle", "type": "transaction", "entry": []})
            }
            route if route.contains("$find-") => {
                let name = route.split_once('$').unwrap().1;
                let mut given = Vec::new();
                if self.is_of_patient {
                    given.push(json!({"name": "subject", "valueString": patient}));
                }
                if let (parameter, value) = least(name)
                    && !parameter.is_empty()
                {
                    given.push(json!({"name": parameter, "valueString": value}));
                }
                let mut body = json!({"resourceType": "Parameters"});
                if !given.is_empty() {
                    body["parameter"] = json!(given);
                }
                body
            }
            route if route.starts_with("/fhir/{type}") => json!({
                "resourceType": "Patient", "id": patient, "name": [{"family": "Example"}]
            }),
            "/fhir/ViewDefinition/$run" => crate::view::given(&crate::view::patients()),
            RUN_STORED | STATUS | STATUS_OF_ONE | EVENTS => json!({"resourceType": "Parameters"}),
            "/cds-services/{id}/feedback" => json!({"feedback": [{
                "card": "0b6f1e2c-4a52-4f0e-8f43-2a1d5b7c9e10",
                "outcome": "overridden",
                "outcomeTimestamp": "2026-01-12T10:00:00Z"
            }]}),
            _ => order("order-sign", patient, "order-1", &clopidogrel_tablet()),
        }
    }

    fn name(&self) -> String {
        format!("{} {}", self.method, self.route)
    }
}

#[test]
fn the_table_holds_every_route_and_no_other() {
    let mut routed: Vec<_> = server::routes();
    let mut tested: Vec<_> = rows().iter().map(|row| (row.method, row.route)).collect();
    routed.sort_unstable();
    tested.sort_unstable();
    assert_eq!(tested, routed);
}

#[tokio::test]
async fn without_a_login_nothing_is_told() {
    let app = TestApp::with_result();
    for row in rows() {
        for who in [Who::Nobody, Who::Stranger] {
            let answer = row.call(&app, who, "ana-example").await;
            let name = format!("{} by {who:?}", row.name());
            match row.guard {
                Open => {
                    assert_ne!(answer.status, 401, "{name}");
                    let location = answer.header("location");
                    assert!(!location.starts_with("/login"), "{name}");
                }
                Page => {
                    assert_eq!(answer.status, 303, "{name}");
                    assert!(answer.header("location").starts_with("/login?next=/"), "{name}");
                    assert!(answer.body.is_empty(), "{name}");
                }
                Interface => {
                    assert_eq!(answer.outcome(401)["code"], "login", "{name}");
                    assert_eq!(answer.header("www-authenticate"), "Bearer", "{name}");
                }
            }
            assert!(!answer.text().contains("EXAMPLE"), "{name}");
        }
    }
}

#[tokio::test]
async fn the_wrong_role_is_refused() {
    let app = TestApp::with_result();
    for row in rows() {
        let Some(who) = row.wrong_role else { continue };
        let answer = row.call(&app, who, "ana-example").await;
        let name = row.name();
        match row.guard {
            Open => panic!("{name} is open"),
            Page => {
                assert_eq!(answer.status, 403, "{name}");
                assert!(answer.text().contains("Your role may not see this"), "{name}");
            }
            Interface => assert_eq!(answer.outcome(403)["code"], "forbidden", "{name}"),
        }
        assert!(!answer.text().contains("EXAMPLE"), "{name}");
    }
}

#[tokio::test]
async fn a_hidden_patient_is_like_an_absent_one() {
    let app = TestApp::with_result();
    let engine = access(Role::Engine);
    let ana = PatientId::new("ana-example");
    let statement = app.record.statements(&engine, &ana).unwrap()[0].statement.id.to_string();
    for row in rows().iter().filter(|row| row.is_of_patient) {
        let hidden = if row.route == "/statements/{id}" { &statement } else { "ana-example" };
        let seen = row.call(&app, Who::Person(Role::Prescriber), hidden).await;
        // Who may see the patient is told that this build makes no PDF.
        let printed = [REPORT_PDF.1, BOARD_PDF.1, SUMMARY_PDF.1];
        let is_built = !printed.contains(&row.route) || crate::report::HAS_PDF;
        assert_eq!(seen.status, if is_built { 200 } else { 501 }, "{}", row.name());
        let hidden = row.call(&app, Who::Narrow, hidden).await;
        let absent = row.call(&app, Who::Narrow, NOBODY).await;
        assert_eq!(hidden.status, 404, "{}", row.name());
        assert_eq!(absent.status, 404, "{}", row.name());
        assert_eq!(hidden.without_log_id(), absent.without_log_id(), "{}", row.name());
        let names = |answer: &Answer| answer.headers.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&hidden), names(&absent), "{}", row.name());
    }
}

#[tokio::test]
async fn a_hidden_patient_is_in_no_search() {
    let app = TestApp::with_result();
    for (uri, seen) in [
        ("/fhir/Patient?_id=ana-example", 0),
        ("/fhir/Patient?_id=ben-sample", 1),
        ("/fhir/Patient?family=Example", 0),
        ("/fhir/Observation?patient=ana-example", 0),
        ("/fhir/DiagnosticReport?subject=Patient/ana-example", 0),
    ] {
        let answer = app.get(Who::Narrow, uri).await.json();
        assert_eq!(answer["total"], seen, "{uri}");
        let everything = app.get(Who::Person(Role::Prescriber), uri).await.json();
        assert_ne!(everything["total"], 0, "{uri}");
    }
}

#[tokio::test]
async fn an_empty_or_foreign_credential_is_never_passed_over_for_another() {
    let app = TestApp::new();
    for authorization in ["Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Bearer of-nobody"] {
        let call = app.call("GET", "/fhir/Patient/ana-example").by(Who::Person(Role::Prescriber));
        let answer = call.header("authorization", authorization).send().await;
        assert_eq!(answer.outcome(401)["code"], "login", "{authorization}");
    }
}
