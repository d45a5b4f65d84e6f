//! Webhooks: signed, in order, and nothing but what the file allows.

use crate::support::{ANSWER_TIME, Fixture, access, deliverer, pass, until_settled};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::statement::{
    Basis, Capsule, EngineRef, GeneStatement, KnowledgeRef, Statement, StatementContent,
};
use model::{PatientId, StatementId};
use notify::{Destination, destinations};
use record::{DispatchState, Purpose, Role};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// An endpoint that answers with these, one for each request, and keeps what came.
struct Endpoint {
    port: u16,
    came: Arc<Mutex<Vec<String>>>,
    thread: JoinHandle<()>,
}

impl Endpoint {
    fn start(answers: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let came = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&came);
        let thread = std::thread::spawn(move || {
            for answer in answers {
                let (mut socket, _) = listener.accept().unwrap();
                socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
                let (mut text, mut some) = (String::new(), [0; 16384]);
                while !is_whole(&text) {
                    let count = socket.read(&mut some).unwrap();
                    text.push_str(&String::from_utf8_lossy(&some[..count]));
                }
                kept.lock().unwrap().push(text);
                let head = "content-length: 0\r\nconnection: close\r\n";
                let more = if answer.starts_with('3') { "location: /elsewhere\r\n" } else { "" };
                write!(socket, "HTTP/1.1 {answer}\r\n{head}{more}\r\n").unwrap();
            }
        });
        Self { port, came, thread }
    }

    /// What came, once it has answered everything.
    fn came(self) -> Vec<String> {
        self.thread.join().unwrap();
        let came = self.came.lock().unwrap();
        came.clone()
    }
}

fn is_whole(text: &str) -> bool {
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    header(head, "content-length").is_some_and(|length| body.len() >= length.parse().unwrap())
}

fn header<'t>(head: &'t str, name: &str) -> Option<&'t str> {
    let lines = head.lines().filter_map(|line| line.split_once(':'));
    let mut found = lines.filter(|(known, _)| known.eq_ignore_ascii_case(name));
    found.next().map(|(_, value)| value.trim())
}

fn hook(port: u16, more: &str) -> Destination {
    let directory = tempfile::tempdir().unwrap();
    let seconds = ANSWER_TIME.as_secs();
    let file = format!(
        "version = \"1\"\n[[destination]]\nid = \"ehr\"\nkind = \"webhook\"\n\
         url = \"http://127.0.0.1:{port}/hook\"\nsecret_file = \"secret\"\n\
         timeout_seconds = {seconds}\n{more}\n"
    );
    std::fs::write(directory.path().join("secret"), SECRET).unwrap();
    std::fs::write(directory.path().join("d.toml"), file).unwrap();
    let (mut found, problems) = destinations(directory.path()).unwrap();
    assert_eq!(problems, []);
    found.remove(0)
}

fn body(request: &str) -> Value {
    serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[test]
fn an_event_is_signed_and_names_what_changed_and_no_more() {
    let fixture = Fixture::new();
    let endpoint = Endpoint::start(&["503 Later", "200 OK", "204 Had"]);
    let one = deliverer(&fixture, hook(endpoint.port, ""));
    fixture.result("1", "p1", "*1/*2", "final");
    fixture.result("1", "p1", "*1/*3", "corrected");
    pass(&one);
    until_settled(&fixture, &one);
    let came = endpoint.came();
    let ids: Vec<&str> = came.iter().map(|text| header(text, "webhook-id").unwrap()).collect();
    assert!(ids[0] == ids[1] && ids[1] != ids[2], "the same again has the same id: {ids:?}");
    let (head, text) = came[1].split_once("\r\n\r\n").unwrap();
    let key = STANDARD.decode(SECRET.trim_start_matches("whsec_")).unwrap();
    let signed = format!("{}.{}.{text}", ids[1], header(head, "webhook-timestamp").unwrap());
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let expected = STANDARD.encode(hmac::sign(&key, signed.as_bytes()));
    assert_eq!(header(head, "webhook-signature"), Some(format!("v1,{expected}").as_str()));
    let told = body(&came[1]);
    assert_eq!(told["type"], "result.final");
    assert_eq!(told["data"]["subject"], "DiagnosticReport/r-1");
    assert_eq!(told["data"]["patient"], "Patient/p1");
    assert_eq!(told["data"]["resource"], Value::Null);
    assert_eq!(body(&came[2])["type"], "result.amended");
    assert!(!came.concat().contains("*1/*"), "no result is told by id alone");
}

#[test]
fn the_resource_goes_with_it_where_the_file_says_so() {
    let fixture = Fixture::new();
    let endpoint = Endpoint::start(&["200 OK"]);
    let one = deliverer(&fixture, hook(endpoint.port, "content = \"full-resource\""));
    fixture.result("1", "p1", "*1/*2", "final");
    pass(&one);
    until_settled(&fixture, &one);
    assert_eq!(body(&endpoint.came()[0])["data"]["resource"]["id"], "r-1");
}

#[test]
fn what_answers_mean() {
    for (answers, state, reason) in [
        (&["410 Gone"] as &[&str], DispatchState::Parked, "answered 410"),
        (&["401 Who", "401 Who"], DispatchState::Parked, "answered 401, 2 attempts"),
        // Nobody is followed elsewhere.
        (&["302 There", "200 OK"], DispatchState::Delivered, ""),
        (&["429 Slow", "500 Oh", "202 Later"], DispatchState::Delivered, ""),
    ] {
        let fixture = Fixture::new();
        let endpoint = Endpoint::start(answers);
        let one = deliverer(&fixture, hook(endpoint.port, "attempts_max = 2"));
        fixture.result("1", "p1", "*1/*2", "final");
        pass(&one);
        until_settled(&fixture, &one);
        let found = fixture.in_state(state);
        assert_eq!(found.len(), 1, "{answers:?}");
        assert_eq!(found[0].reason, reason);
        let came = endpoint.came();
        assert!(came.iter().all(|text| text.starts_with("POST /hook ")), "{answers:?}");
    }
}

fn statement(says: &str) -> Statement {
    let text = |text: &str| text.to_owned();
    Statement {
        id: StatementId::new("s1"),
        patient: PatientId::new("p1"),
        content: StatementContent::Gene(GeneStatement {
            gene: text("CYP2C19"),
            hgnc: text("HGNC:2621"),
            basis: Basis::Reported,
            notes: vec![text(says)],
            ..GeneStatement::default()
        }),
        capsule: Capsule {
            inputs: vec![],
            knowledge: KnowledgeRef {
                pack: text("pgx"),
                version: text("1"),
                date: text("2026-01-01"),
                digest: text("d"),
            },
            rule: text("gene:CYP2C19"),
            engine: EngineRef { name: text("pgx"), version: text("1") },
            gaps: vec![],
        },
    }
}

#[test]
fn what_is_said_about_a_patient_is_told_when_it_changes() {
    let fixture = Fixture::new();
    let endpoint = Endpoint::start(&["200 OK"]);
    let sends = "sends = [\"statements\"]";
    let one = deliverer(&fixture, hook(endpoint.port, sends));
    let engine = access(Role::Engine, Purpose::Treatment);
    let patient = PatientId::new("p1");
    for says in ["first", "other"] {
        let statements = vec![statement(says)];
        fixture.record.put_statements(&engine, &patient, statements, None).unwrap();
    }
    pass(&one);
    until_settled(&fixture, &one);
    let told = body(&endpoint.came()[0]);
    assert_eq!(told["type"], "statement.changed");
    assert_eq!(told["data"]["subject"], "Patient/p1");
}
