//! What an operator does by the page: people, other systems, and what cannot be done.

use crate::app::{Answer, CLIENT, PRESCRIBER, TestApp, Who, access};
use model::Timestamp;
use model::provenance::Door;
use record::{
    Account, Credential, CredentialKind, NewRaw, RawState, Registration, Role, Scope, Session,
};
use server::token_digest;

const OPERATOR: Who = Who::Person(Role::Operator);
const PAGE: &str = "/administration";
const ACCOUNTS: &str = "/administration/accounts";
const CLIENTS: &str = "/administration/clients";

async fn send(app: &TestApp, uri: &str, pairs: &[(&str, &str)]) -> Answer {
    let token = token_digest("form:session-operator");
    let pairs = [&[("csrf", token.as_str())], pairs].concat();
    app.call("POST", uri).by(OPERATOR).form(&pairs).send().await
}

async fn account(app: &TestApp, login: &str, what: &str) -> u16 {
    send(app, ACCOUNTS, &[("do", what), ("login", login)]).await.status.as_u16()
}

const NEW: &[(&str, &str)] = &[
    ("do", "create"),
    ("login", "nora"),
    ("name", "Nora <b>"),
    ("role", "pharmacist"),
    ("password", "correct horse battery"),
];

#[tokio::test]
async fn accounts_are_made_disabled_and_enabled_and_twice_is_once() {
    let app = TestApp::new();
    assert_eq!(send(&app, ACCOUNTS, NEW).await.status, 303);
    let twice = send(&app, ACCOUNTS, NEW).await;
    assert_eq!(twice.status, 409);
    assert!(twice.text().contains("nothing of it was changed"), "{}", twice.text());
    let page = app.get(OPERATOR, PAGE).await.text();
    assert!(page.contains("Nora &lt;b&gt;") && !page.contains("$argon2"), "{page}");
    for _ in 0..2 {
        assert_eq!(account(&app, "prescriber", "disable").await, 303);
    }
    // From the next request on, whatever was begun before.
    assert_eq!(app.get(PRESCRIBER, "/patients").await.status, 303);
    assert_eq!(account(&app, "prescriber", "enable").await, 303);
    assert_eq!(app.get(PRESCRIBER, "/patients").await.status, 303, "it has to log in again");
    let (now, token) = (app.record.now(), token_digest("session-prescriber"));
    let ends = Timestamp::from_micros(now.micros() + 3_600_000_000);
    let again = Session::new(token, "prescriber", "password", now, ends);
    app.record.put_session(&access(Role::Operator), again).unwrap();
    assert_eq!(app.get(PRESCRIBER, "/patients").await.status, 200);
    assert_eq!(account(&app, "nobody", "disable").await, 404);
    assert_eq!(account(&app, "nora", "explode").await, 422);
    let short = [NEW, &[]].concat();
    let short: Vec<(&str, &str)> = short
        .into_iter()
        .map(|(name, value)| match name {
            "login" => (name, "other"),
            "password" => (name, "short"),
            _ => (name, value),
        })
        .collect();
    assert_eq!(send(&app, ACCOUNTS, &short).await.status, 422);
    assert!(app.audit_text().contains("account/prescriber"));
}

#[tokio::test]
async fn the_last_operator_is_not_locked_out() {
    let app = TestApp::new();
    let door = access(Role::Operator);
    let others = app.record.accounts(&door).unwrap();
    let operators: Vec<&Account> = others.iter().filter(|one| one.role == Role::Operator).collect();
    for other in operators.iter().filter(|one| one.login != "operator") {
        app.record.set_account_disabled(&door, &other.login, true).unwrap();
    }
    let refused = send(&app, ACCOUNTS, &[("do", "disable"), ("login", "operator")]).await;
    assert!(refused.status.is_client_error(), "{}", refused.status);
    assert!(refused.text().contains("the last operator"), "{}", refused.text());
    assert_eq!(app.get(OPERATOR, PAGE).await.status, 200);
    let second = Account {
        login: "second".to_owned(),
        display_name: "Second".to_owned(),
        role: Role::Operator,
        password_hash: "!".to_owned(),
        scope: Scope::Tenant,
    };
    app.record.put_account(&door, second).unwrap();
    assert_eq!(account(&app, "operator", "disable").await, 303);
    assert_eq!(app.get(OPERATOR, PAGE).await.status, 303);
}

#[tokio::test]
async fn a_lost_second_factor_is_reset() {
    let app = TestApp::new();
    let door = access(Role::Operator);
    for kind in [CredentialKind::Totp, CredentialKind::Passkey, CredentialKind::Recovery] {
        let credential = Credential {
            login: "prescriber".to_owned(),
            kind,
            id: format!("{kind:?}"),
            counter: 0,
            created: app.record.now(),
            body: vec![1; 20],
        };
        app.record.put_credential(&door, credential).unwrap();
    }
    let page = app.get(OPERATOR, PAGE).await.text();
    assert!(page.contains("One-time codes, 1 passkey"), "{page}");
    for _ in 0..2 {
        assert_eq!(account(&app, "prescriber", "reset").await, 303);
    }
    for kind in CredentialKind::ALL {
        let left = app.record.credentials(&door, "prescriber", *kind).unwrap();
        assert!(left.is_empty(), "{kind:?}");
    }
    assert_eq!(account(&app, "nobody", "reset").await, 404);
}

/// What the form of a system names as the proof that it would replace.
fn mark<'p>(page: &'p str, id: &str) -> &'p str {
    let (_, rest) = page.split_once(&format!("name=\"id\" value=\"{id}\"")).expect("a form");
    let (_, rest) = rest.split_once("name=\"was\" value=\"").expect("a mark");
    rest.split_once('"').unwrap().0
}

/// The secret that a page shows, once.
fn shown(page: &str) -> String {
    let (_, rest) = page.split_once("<code class=\"secret\">").expect("a secret is shown");
    rest.split_once('<').unwrap().0.to_owned()
}

#[tokio::test]
async fn other_systems_get_other_secrets_are_disabled_and_removed() {
    let app = TestApp::new();
    let door = access(Role::Operator);
    let (app_id, secret) = ("app".to_owned(), Some(token_digest("old")));
    let new = Registration { id: app_id, secret_sha256: secret, ..Registration::default() };
    app.record.put_registration(&door, &new).unwrap();
    let id = app.record.clients(&door).unwrap().into_iter();
    let id = id.map(|one| one.id).find(|id| id.contains("service-client")).unwrap();
    assert_eq!(app.get(CLIENT, "/fhir/Patient").await.status, 200);
    for _ in 0..2 {
        let done = send(&app, CLIENTS, &[("do", "disable"), ("id", &id)]).await;
        assert_eq!(done.status, 303);
    }
    assert_eq!(app.get(CLIENT, "/fhir/Patient").await.status, 401);
    // A form that is sent twice makes one token: it names the one that it would replace.
    let page = app.get(OPERATOR, PAGE).await.text();
    let form = [("do", "token"), ("id", id.as_str()), ("was", mark(&page, &id))];
    let renewed = send(&app, CLIENTS, &form).await;
    let token = shown(&renewed.text());
    for again in [&form[..], &form[..2]] {
        let again = send(&app, CLIENTS, again).await;
        assert_eq!(again.status, 409, "{}", again.text());
        assert!(!again.text().contains("code class=\"secret\""), "{}", again.text());
    }
    let found = app.record.client_by_token_hash(&door, &token_digest(&token)).unwrap().unwrap();
    assert_eq!((found.id.as_str(), found.is_disabled()), (id.as_str(), false));
    assert!(!app.get(OPERATOR, PAGE).await.text().contains(&token), "once only");
    let form = [("do", "secret"), ("id", "app"), ("was", mark(&page, "app"))];
    let renewed = send(&app, CLIENTS, &form).await;
    assert_eq!(send(&app, CLIENTS, &form).await.status, 409);
    let kept = app.record.registration(&door, "app").unwrap().unwrap();
    assert_eq!(kept.secret_sha256, Some(token_digest(&shown(&renewed.text()))));
    // It has no keys, so there are none to change.
    let keys = send(&app, CLIENTS, &[("do", "keys"), ("id", "app"), ("keys", "{}")]).await;
    assert_eq!(keys.status, 404);
    for _ in 0..2 {
        let gone = send(&app, CLIENTS, &[("do", "remove"), ("id", "app")]).await;
        assert_eq!(gone.status, 303);
    }
    assert_eq!(app.record.registration(&door, "app").unwrap(), None);
}

/// What the page says of one thing: whether it works, and how it stands.
fn check(page: &str, what: &str) -> (bool, String) {
    let (_, rest) = page.split_once(&format!("data-label=\"What\">{what}</th>")).expect("a check");
    let (row, _) = rest.split_once("</tr>").unwrap();
    let (works, stands) = row.split_once("How it stands").unwrap();
    (works.contains(">Yes<"), stands.to_owned())
}

#[tokio::test]
async fn what_is_held_or_not_taken_is_not_fine() {
    let app = crate::destinations::refused();
    let page = app.get(OPERATOR, PAGE).await.text();
    assert!(check(&page, "Messages").0 && check(&page, "Knowledge").0, "{page}");
    let (works, stands) = check(&page, "Destinations");
    assert!(!works && stands.contains("1 parked"), "{stands}");
    for state in [RawState::ParseError, RawState::Quarantined, RawState::Unmatched] {
        let app = TestApp::new();
        let raw = NewRaw {
            feed: "lab".to_owned(),
            door: Door::Mllp,
            media_type: "x-application/hl7-v2+er7".to_owned(),
            message_key: None,
            peer: "127.0.0.1".to_owned(),
            body: b"x".to_vec(),
            state,
        };
        app.record.archive(&access(Role::Interface), raw).unwrap();
        let page = app.get(OPERATOR, PAGE).await.text();
        assert!(!page.contains("Destinations"), "there is none");
        let (works, stands) = check(&page, "Messages");
        assert!(!works && stands.contains("1 "), "{}: {stands}", state.word());
    }
}

#[tokio::test]
async fn it_takes_a_fresh_proof_and_the_form_of_the_session() {
    let app = TestApp::new();
    let page = app.get(OPERATOR, PAGE).await;
    assert_eq!(page.status, 200);
    for part in ["Health", "Backups", "Feeds", "Master key", "Policies"] {
        assert!(page.text().contains(part), "{part}");
    }
    for token in ["", "guess"] {
        let pairs = [("csrf", token), ("do", "disable"), ("login", "prescriber")];
        let answer = app.call("POST", ACCOUNTS).by(OPERATOR).form(&pairs).send().await;
        assert_eq!(answer.status, 403);
    }
    app.wait_minutes(6);
    let stale = send(&app, ACCOUNTS, &[("do", "disable"), ("login", "prescriber")]).await;
    assert_eq!(stale.status, 303);
    assert!(stale.header("location").starts_with("/step-up"), "{}", stale.header("location"));
    assert_eq!(app.get(PRESCRIBER, "/patients").await.status, 200);
}
