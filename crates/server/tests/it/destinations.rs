//! The page of destinations: what waits, and who decides about it.

use crate::app::{PRESCRIBER, TestApp, Who, tenant};
use model::Timestamp;
use record::{Access, DispatchState, NewDispatch, Purpose, Role, Scope, Settled, Settlement};
use server::token_digest;

const PAGE: &str = "/console/destinations";
const ANALYST: Who = Who::Person(Role::InterfaceAnalyst);

/// An application with one result that a destination has refused.
pub(crate) fn refused() -> TestApp {
    let app = TestApp::with_result();
    let engine = Access::new(tenant(), "e", Role::Engine, Purpose::Operations, Scope::Tenant);
    let record = &app.record;
    record.ensure_destination(&engine, "ehr").unwrap();
    let until = Timestamp::from_micros(i64::MAX);
    let held = record.hold_destination(&engine, "ehr", "h", until).unwrap().unwrap();
    let change = record.changes(&engine, 0, 500).unwrap().pop().unwrap();
    let new = NewDispatch { id: "m1".to_owned(), event: "result.final".to_owned(), change };
    let at = (held.sequence, held.sequence);
    assert!(record.note_dispatches(&engine, "ehr", at, vec![new]).unwrap());
    let due = record.dispatches_due(&engine, "ehr", 5).unwrap().remove(0);
    let settled = Settled::Parked { reason: "answered AR".to_owned() };
    let settlement = Settlement { dispatches: vec![(due, settled)] };
    record.settle(&engine, &held, settlement).unwrap();
    app
}

#[tokio::test]
async fn what_was_refused_is_seen_and_decided_by_an_analyst() {
    let app = refused();
    let page = app.get(ANALYST, PAGE).await.text();
    for part in ["Answered AR", "1 parked", "Send again", "result.final"] {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert!(!page.contains("Example") && !page.contains("ana-example"), "nobody is named");
    let ready = app.get(Who::Nobody, "/readyz").await.json();
    assert_eq!(ready["destinations"][0]["parked"], 1);
    let token = token_digest(&format!("form:session-{}", Role::InterfaceAnalyst.word()));
    let decide = async |who: Who, token: &str, number: &str, decision: &str| {
        let form = [("csrf", token), ("destination", "ehr")];
        let form = [&form[..], &[("number", number), ("decision", decision)]].concat();
        app.call("POST", PAGE).by(who).form(&form).send().await
    };
    assert_eq!(decide(PRESCRIBER, &token, "1", "skip").await.status, 403);
    assert_eq!(decide(ANALYST, "forged", "1", "skip").await.status, 403);
    assert_eq!(decide(ANALYST, &token, "1", "burn").await.status, 422);
    assert_eq!(decide(ANALYST, &token, "7", "skip").await.status, 404);
    assert_eq!(decide(ANALYST, &token, "1", "release").await.status, 303);
    // Somebody else was quicker.
    let late = decide(ANALYST, &token, "1", "release").await;
    assert_eq!(late.status, 422);
    assert!(late.text().contains("is queued"), "{}", late.text());
    let operator = Access::new(tenant(), "o", Role::Operator, Purpose::Operations, Scope::Tenant);
    let queued = app.record.dispatches(&operator, "ehr", DispatchState::Queued, 0, 5).unwrap();
    assert_eq!(queued.len(), 1);
    assert!(app.audit_text().contains("decision/release"));
}
