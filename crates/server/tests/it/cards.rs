//! What cards came to: counted by rule and role, with reasons, and without anybody's name.

use crate::app::{CLIENT, PRESCRIBER, TestApp, Who};
use crate::cds::{clopidogrel_tablet, order};
use record::Role;
use serde_json::{Value, json};

const SERVICE: &str = "/cds-services/pgx-medication-safety";

async fn card(app: &TestApp, id: &str) -> Vec<Value> {
    let request = order("order-sign", "ana-example", id, &clopidogrel_tablet());
    let answer = app.post(CLIENT, SERVICE, &request).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["cards"].as_array().unwrap().clone()
}

#[tokio::test]
async fn cards_and_answers_are_counted_by_rule() {
    let app = TestApp::with_result();
    let mut cards = Vec::new();
    for id in ["a", "b", "c"] {
        cards.extend(card(&app, id).await);
    }
    assert_eq!(cards.len(), 3);
    let answered = |card: &Value, more: Value| {
        let mut item = json!({"card": card["uuid"], "outcomeTimestamp": "2026-11-26T10:00:00Z"});
        item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"feedback": [item]})
    };
    let reason = json!({"reason": cards[0]["overrideReasons"][1], "userComment": "a secret word"});
    for (card, more) in [
        (&cards[0], json!({"outcome": "overridden", "overrideReason": reason})),
        (
            &cards[1],
            json!({"outcome": "accepted",
            "acceptedSuggestions": [{"id": cards[1]["suggestions"][0]["uuid"]}]}),
        ),
    ] {
        let answer = app.post(CLIENT, &format!("{SERVICE}/feedback"), &answered(card, more)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    let page = app.get(PRESCRIBER, "/cards").await;
    assert_eq!(page.status, 200);
    let text = page.text();
    let reason = cards[0]["overrideReasons"][1]["display"].as_str().unwrap();
    for part in ["data-label=\"Shown\">3<", "1 (33 %)", &format!("{reason}: 1"), "prescriber"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    // Three orders were checked, each brought a card; asking again about one of them adds none.
    assert!(text.contains("data-label=\"Per 100 orders\">100.0<"), "{text}");
    assert!(card(&app, "a").await.is_empty());
    let quiet = order("order-sign", "ana-example", "d", &json!({"text": "something else"}));
    assert_eq!(app.post(CLIENT, SERVICE, &quiet).await.status, 200);
    let rates = app.get(PRESCRIBER, "/cards").await.text();
    for part in ["From ", "data-label=\"Orders\">4<", "data-label=\"Per 100 orders\">75.0<"] {
        assert!(rates.contains(part), "{part}: {rates}");
    }
    // The same person thinks again: the latest answer counts.
    let again = answered(&cards[1], json!({"outcome": "overridden"}));
    let answer = app.post(CLIENT, &format!("{SERVICE}/feedback"), &again).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let page = app.get(PRESCRIBER, "/cards").await.text();
    assert!(page.contains("2 (66 %)") && !page.contains("1 (33 %)"), "{page}");
    for hidden in ["a secret word", "ana-example", "EXAMPLE"] {
        assert!(!text.contains(hidden), "{hidden}");
    }
    let operator = app.get(Who::Person(Role::Operator), "/cards").await;
    assert_eq!(operator.status, 403);
}
