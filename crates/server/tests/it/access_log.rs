//! The patient's own view of who did what with the record.

use crate::app::{PRESCRIBER, TestApp, Who, access, tenant};
use model::PatientId;
use record::{Account, Disclosure, Role, Scope};
use std::collections::BTreeSet;
use std::time::Instant;

const OFFICER: Who = Who::Person(Role::PrivacyOfficer);
const PATIENT: Who = Who::Person(Role::Patient);
const PAGE: &str = "/patients/ana-example/access";

/// The account of the patient's role belongs to Ana Example.
fn is_ana(app: &TestApp) {
    let door = access(Role::Operator);
    let account = Account {
        login: "patient".to_owned(),
        display_name: "Ana Example".to_owned(),
        role: Role::Patient,
        password_hash: "$argon2id$".to_owned(),
        scope: Scope::Patients(BTreeSet::from([PatientId::new("ana-example")])),
    };
    app.record.put_account(&door, account).unwrap();
}

#[tokio::test]
async fn a_patient_reads_who_looked_and_why() {
    let app = TestApp::with_result();
    is_ana(&app);
    assert_eq!(app.get(PRESCRIBER, "/patients/ana-example").await.status, 200);
    assert_eq!(app.get(PRESCRIBER, "/patients/ben-sample").await.status, 200);
    let page = app.get(PATIENT, PAGE).await;
    assert_eq!(page.status, 200, "{}", page.text());
    let text = page.text();
    for words in ["Dr. prescriber", "Prescriber", "Care", "Read what results mean for medicines"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("ben-sample"), "another patient is named");
    assert!(!text.contains("<script"), "the page works without scripts");
    // That the list was read is in the list.
    assert!(app.get(PATIENT, PAGE).await.text().contains("Read this list"));
    // Another's list is not there, nor does anybody else read it but the privacy officer.
    assert_eq!(app.get(PATIENT, "/patients/ben-sample/access").await.status, 404);
    assert_eq!(app.get(PRESCRIBER, PAGE).await.status, 403);
    assert_eq!(app.get(OFFICER, PAGE).await.status, 200);
    assert_eq!(app.get(PATIENT, &format!("{PAGE}?before=yesterday")).await.status, 400);
}

#[tokio::test]
async fn what_was_given_away_and_what_was_refused_is_listed() {
    let app = TestApp::with_result();
    is_ana(&app);
    let disclosure = Disclosure {
        recipient: "Health department".to_owned(),
        purpose: "notifiable disease".to_owned(),
        legal_basis: "45 CFR 164.512(b)".to_owned(),
        what: "one report".to_owned(),
    };
    let officer = record::Access::new(
        tenant(),
        "account:privacy-officer",
        Role::PrivacyOfficer,
        record::Purpose::Operations,
        Scope::Tenant,
    );
    let ana = PatientId::new("ana-example");
    app.record.note_disclosure(&officer, &ana, &disclosure).unwrap();
    let text = app.get(PATIENT, PAGE).await.text();
    assert!(text.contains("given to Health department (45 CFR 164.512(b))"), "{text}");
}

#[tokio::test]
async fn ten_thousand_events_are_paged_in_a_second() {
    let app = TestApp::with_result();
    is_ana(&app);
    let officer = record::Access::new(
        tenant(),
        "account:privacy-officer",
        Role::PrivacyOfficer,
        record::Purpose::Operations,
        Scope::Tenant,
    );
    let ana = PatientId::new("ana-example");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..1_250 {
                    app.record.care_of(&officer, &ana).unwrap();
                }
            });
        }
    });
    // The first look brings the index up to date with what this process wrote.
    assert_eq!(app.get(PATIENT, PAGE).await.status, 200);
    let begun = Instant::now();
    let page = app.get(PATIENT, PAGE).await;
    let took = begun.elapsed();
    assert_eq!(page.status, 200);
    assert!(took.as_secs() < 1, "{took:?}");
    // Page by page it is all there, each event once.
    let (mut uri, mut rows, mut pages) = (PAGE.to_owned(), 0, 0);
    loop {
        let text = app.get(PATIENT, &uri).await.text();
        rows += text.matches("Read who cares for the patient").count();
        pages += 1;
        let Some((_, rest)) = text.split_once("/access?before=") else { break };
        uri = format!("{PAGE}?before={}", rest.split_once('"').unwrap().0);
        assert!(pages < 200);
    }
    assert_eq!(rows, 10_000);
}
