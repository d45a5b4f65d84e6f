//! The pages on which people prove who they are and grant access: nothing inline, nothing of
//! others' text as markup, whatever it is.

mod administration;

use crate::page;
use crate::sample;
use model::id::PatientId;
use model::time::Timestamp;
use web::view::{
    AccountView, CodeView, ConsentView, ErasedView, ErasureFormView, OfferView, PasskeyLoginView,
    PasskeyRow, PasskeysView, ProjectRow, ReceivedRow, RecoveryView, ReleasesView, Session,
    StepUpView,
};

const HOSTILE: &str = "</title><script>alert(1)</script>\"'><img src=x onerror=alert(2)>";

fn text() -> String {
    HOSTILE.to_owned()
}

fn session() -> Session {
    let list = sample::patients();
    Session { name: text(), ..list.session }
}

fn consent() -> ConsentView {
    let list = sample::patients();
    ConsentView {
        session: session(),
        today: list.today,
        application: text(),
        destination: text(),
        request: text(),
        error: Some(text()),
        may: vec![text()],
        patient: list.patients.first().cloned(),
        choices: Some(list.patients),
        query: text(),
        more: true,
    }
}

fn step_up(has_passkey: bool) -> StepUpView {
    StepUpView {
        session: session(),
        next: text(),
        has_password: true,
        has_code: true,
        has_passkey,
        error: Some(text()),
    }
}

fn releases() -> ReleasesView {
    let at = Timestamp::from_micros(0);
    ReleasesView {
        session: session(),
        received: vec![ReceivedRow {
            recipient: text(),
            kind: text(),
            persons: 101,
            persons_max: 100,
            is_bulk: true,
            first: at,
            last: at,
        }],
        projects: vec![ProjectRow {
            id: text(),
            title: text(),
            owner: text(),
            tier: text(),
            recipients: vec![text()],
            ends: at,
            is_open: false,
        }],
        kinds: vec![(text(), text())],
        error: Some(text()),
    }
}

fn erasure() -> ErasureFormView {
    ErasureFormView {
        session: session(),
        is_offered: true,
        error: Some(text()),
        patient: text(),
        reason: text(),
    }
}

fn erased() -> ErasedView {
    ErasedView {
        session: session(),
        patient: PatientId::new(text()),
        keys: 2,
        removed: vec![(text(), 1)],
        remains: vec![(text(), text())],
        file: text(),
        signed: text(),
    }
}

fn pages() -> Vec<(&'static str, String)> {
    let error = || Some(text());
    let offer = OfferView { session: session(), secret: text(), uri: text(), error: error() };
    let account = AccountView {
        session: session(),
        login: text(),
        has_code: false,
        recovery_codes: 2,
        must_enrol: true,
    };
    vec![
        ("consent", web::consent(&consent())),
        ("code", web::code(&CodeView { csrf: text(), error: error() })),
        ("step-up", web::step_up(&step_up(false))),
        ("account", web::account(&account)),
        ("offer", web::offer(&offer)),
        ("administration", web::administration(&administration::administration())),
        ("policies", web::policies(&administration::policies())),
        ("proposal", web::proposal(&administration::proposal())),
        ("releases", web::releases(&releases())),
        ("erasure", web::erasure(&erasure())),
        ("erased", web::erased(&erased())),
        ("recovery", web::recovery(&RecoveryView { session: session(), codes: vec![text()] })),
    ]
}

fn with_script() -> Vec<(&'static str, String)> {
    let passkeys = vec![PasskeyRow { id: text(), made: text() }];
    let login = PasskeyLoginView { csrf: text(), next: text() };
    vec![
        ("passkey", web::passkey_login(&login)),
        ("step-up by passkey", web::step_up(&step_up(true))),
        ("passkeys", web::passkeys(&PasskeysView { session: session(), passkeys })),
    ]
}

#[test]
fn text_of_others_is_never_markup() {
    for (name, html) in pages().into_iter().chain(with_script()) {
        assert!(!html.contains("<script>") && !html.contains("<img"), "{name}: {html}");
        assert!(html.contains("&lt;script&gt;"), "{name}");
        for banned in ["<style", " style=", " onclick=", " onload=", "http-equiv"] {
            assert!(!html.contains(banned), "{name}: {banned}");
        }
    }
}

#[test]
fn only_the_pages_of_passkeys_have_a_script_and_it_is_ours() {
    for (name, html) in pages() {
        assert!(!html.contains("<script"), "{name}");
    }
    for (name, html) in with_script() {
        let fetched = page::values(&html, "src");
        assert_eq!(fetched.len(), 1, "{name}");
        let asset = fetched[0].strip_prefix("/assets/").unwrap();
        assert!(web::asset(asset).unwrap().content_type.starts_with("text/javascript"), "{name}");
    }
}

#[test]
fn each_form_has_its_token_and_each_field_its_name() {
    for (name, html) in pages().into_iter().chain(with_script()) {
        let forms = html.matches("method=\"post\"").count();
        assert_eq!(html.matches("name=\"csrf\"").count(), forms, "{name}");
        for id in page::values(&html, "for") {
            assert!(html.contains(&format!("id=\"{id}\"")), "{name}: {id}");
        }
    }
}
