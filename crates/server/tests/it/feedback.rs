//! What became of cards (CDS Hooks 2.0, feedback).

use crate::app::{CLIENT, TestApp};
use crate::cds::{clopidogrel_tablet, order};
use model::PatientId;
use record::{Access, Purpose, Role, Scope, StoredFeedback};
use serde_json::{Value, json};

const SERVICE: &str = "/cds-services/pgx-medication-safety";
const FEEDBACK: &str = "/cds-services/pgx-medication-safety/feedback";

fn stored(app: &TestApp) -> Vec<StoredFeedback> {
    let tenant = crate::app::tenant();
    let quality = Access::new(tenant, "test", Role::Pharmacist, Purpose::Operations, Scope::Tenant);
    app.record.feedback(&quality, 100).unwrap()
}

async fn shown_card(app: &TestApp) -> Value {
    let request = order("order-sign", "ana-example", "order-1", &clopidogrel_tablet());
    app.post(CLIENT, SERVICE, &request).await.json()["cards"][0].clone()
}

#[tokio::test]
async fn each_answer_is_kept_once() {
    let app = TestApp::with_result();
    let card = shown_card(&app).await;
    let accepted = json!({"feedback": [{
        "card": card["uuid"], "outcome": "accepted",
        "acceptedSuggestions": [{"id": "0b6f1e2c-4a52-4f0e-8f43-2a1d5b7c9e10"}],
        "outcomeTimestamp": "2026-01-12T10:00:00Z"
    }]});
    let without_reason = json!({"feedback": [{
        "card": card["uuid"], "outcome": "overridden", "overrideReason": null,
        "outcomeTimestamp": "2026-01-12T10:30:00Z"
    }]});
    let overridden = json!({"feedback": [{
        "card": card["uuid"], "outcome": "overridden",
        "overrideReason": {"userComment": "already on prasugrel"},
        "outcomeTimestamp": "2026-01-12T11:00:00Z"
    }]});
    for (sent, kept) in
        [(&accepted, 1), (&accepted, 1), (&without_reason, 2), (&overridden, 3), (&overridden, 3)]
    {
        let answer = app.post(CLIENT, FEEDBACK, sent).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(stored(&app).len(), kept);
    }
    let kept = stored(&app);
    let outcomes: Vec<&str> = kept.iter().map(|one| one.feedback.outcome.as_str()).collect();
    assert_eq!(outcomes, ["overridden", "overridden", "accepted"]);
    for one in &kept {
        assert_eq!(one.patient, Some(PatientId::new("ana-example")));
        assert_eq!(json!(one.feedback.card), card["uuid"]);
    }
    assert_eq!(kept[0].feedback.body, overridden["feedback"][0]);
}

#[tokio::test]
async fn what_is_no_feedback_is_refused_whole() {
    let app = TestApp::with_result();
    let good = json!({
        "card": "0b6f1e2c-4a52-4f0e-8f43-2a1d5b7c9e10", "outcome": "overridden",
        "outcomeTimestamp": "2026-01-12T10:00:00Z"
    });
    let with = |name: &str, value: Value| {
        let mut item = good.clone();
        item[name] = value;
        json!({"feedback": [good.clone(), item]})
    };
    for (body, place) in [
        (json!({}), "feedback"),
        (json!({"feedback": []}), "feedback"),
        (with("card", json!("card-1")), "feedback[1].card"),
        (with("outcome", json!("ignored")), "feedback[1].outcome"),
        (with("outcome", json!("accepted")), "feedback[1].acceptedSuggestions"),
        (with("outcomeTimestamp", json!("yesterday")), "feedback[1].outcomeTimestamp"),
        (with("overrideReason", json!({})), "feedback[1].overrideReason"),
    ] {
        let issue = app.post(CLIENT, FEEDBACK, &body).await.outcome(400);
        assert_eq!(issue["expression"][0], place, "{body}");
    }
    app.call("POST", FEEDBACK).by(CLIENT).bytes("{").send().await.outcome(400);
    assert!(stored(&app).is_empty());
}
