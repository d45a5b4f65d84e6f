//! What the EHR keeps of a patient while the demonstration runs: drafts, cards, exchanges.

use crate::client::Exchange;
use crate::failure::Failure;
use crate::hooks::{Card, text_of};
use crate::order;
use serde_json::Value;
use std::collections::BTreeSet;

/// Drafts of a patient.
const DRAFTS_MAX: usize = 20;
/// Exchanges that are kept to be shown.
const EXCHANGES_MAX: usize = 40;

/// One patient's desk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chart {
    /// Orders that are not signed.
    pub(crate) drafts: Vec<Value>,
    /// Cards that were shown and not answered, in the order of urgency.
    pub(crate) cards: Vec<Card>,
    /// Orders that were signed in this run, in words.
    pub(crate) signed: Vec<String>,
    /// What was said, the latest first.
    pub(crate) exchanges: Vec<Exchange>,
    /// What the person is to be told, once.
    pub(crate) notice: Option<String>,
    /// What went wrong, once.
    pub(crate) problem: Option<String>,
}

impl Chart {
    /// Adds a draft.
    ///
    /// # Errors
    /// When there are too many.
    pub(crate) fn add(&mut self, draft: Value) -> Result<(), Failure> {
        if self.drafts.len() >= DRAFTS_MAX {
            return Err(Failure::TooMuch("20 drafts of a patient"));
        }
        self.drafts.push(draft);
        Ok(())
    }

    /// A draft by its id.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn draft(&self, id: &str) -> Result<&Value, Failure> {
        self.drafts.iter().find(|one| order::id(one) == id).ok_or(Failure::Unknown("order"))
    }

    /// Puts another version in a draft's place.
    pub(crate) fn replace(&mut self, draft: Value) {
        let id = order::id(&draft).to_owned();
        for one in &mut self.drafts {
            if order::id(one) == id {
                *one = draft;
                return;
            }
        }
    }

    /// Takes a draft away, with the cards that change it.
    pub(crate) fn remove(&mut self, id: &str) {
        self.drafts.retain(|one| order::id(one) != id);
        self.cards.retain(|card| !is_about(card, id));
    }

    /// A card by its UUID.
    ///
    /// # Errors
    /// When there is none that waits for an answer.
    pub(crate) fn card(&self, uuid: &str) -> Result<&Card, Failure> {
        self.cards.iter().find(|card| card.uuid() == uuid).ok_or(Failure::Unknown("card"))
    }

    /// Shows cards; the same service's cards of before are replaced where they have the same UUID.
    pub(crate) fn show(&mut self, cards: Vec<Card>) {
        let fresh: BTreeSet<String> = cards.iter().map(|card| card.uuid().to_owned()).collect();
        self.cards.retain(|card| !fresh.contains(card.uuid()));
        self.cards.extend(cards);
        self.cards.sort_by_key(Card::rank);
    }

    /// Keeps what was said.
    pub(crate) fn heard(&mut self, exchanges: Vec<Exchange>) {
        for exchange in exchanges {
            self.exchanges.insert(0, exchange);
        }
        self.exchanges.truncate(EXCHANGES_MAX);
    }

    /// Does what a suggestion says (CDS Hooks 2.0, actions); in words.
    ///
    /// # Errors
    /// When it changes an order that is not there.
    pub(crate) fn take(&mut self, suggestion: &Value) -> Result<String, Failure> {
        let actions = suggestion.get("actions").and_then(Value::as_array);
        let mut done = Vec::new();
        for action in actions.into_iter().flatten() {
            let resource = action.get("resource").cloned().unwrap_or(Value::Null);
            match text_of(action, "type") {
                "create" => self.add(with_id(resource))?,
                "update" => {
                    self.draft(order::id(&resource))?;
                    self.replace(resource);
                }
                "delete" => {
                    let id = text_of(action, "resourceId");
                    self.remove(id.rsplit('/').next().unwrap_or_default());
                }
                _ => continue,
            }
            done.push(text_of(action, "description").to_owned());
        }
        Ok(done.join("; "))
    }
}

/// Whether a card has a suggestion that changes an order.
fn is_about(card: &Card, id: &str) -> bool {
    let actions = card.list("suggestions").iter().filter_map(|one| one.get("actions")?.as_array());
    actions.flatten().any(|action| action.get("resource").is_some_and(|one| order::id(one) == id))
}

fn with_id(mut resource: Value) -> Value {
    if let Some(members) = resource.as_object_mut() {
        members.entry("id").or_insert_with(|| uuid::Uuid::now_v7().to_string().into());
    }
    resource
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn chart() -> Chart {
        let draft = json!({"resourceType": "MedicationRequest", "id": "a",
            "medicationCodeableConcept": {"text": "clopidogrel"},
            "dosageInstruction": [{"text": "75 mg once daily"}]});
        Chart { drafts: vec![draft], ..Chart::default() }
    }

    #[test]
    fn suggestions_change_add_and_remove_orders() {
        let other = json!({"resourceType": "MedicationRequest", "id": "a",
            "medicationCodeableConcept": {"text": "prasugrel"}});
        let test = json!({"resourceType": "ServiceRequest", "code": {"text": "a test"}});
        for (action, titles) in [
            (json!({"type": "update", "resource": other}), vec!["prasugrel"]),
            (json!({"type": "create", "resource": test}), vec!["clopidogrel", "a test"]),
            (json!({"type": "delete", "resourceId": "MedicationRequest/a"}), vec![]),
            (json!({"type": "something else"}), vec!["clopidogrel"]),
        ] {
            let mut chart = chart();
            chart.take(&json!({"actions": [action]})).unwrap();
            let found: Vec<_> = chart.drafts.iter().map(order::title).collect();
            assert_eq!(found, titles, "{action}");
            assert!(chart.drafts.iter().all(|one| !order::id(one).is_empty()));
        }
    }

    #[test]
    fn a_suggestion_about_an_order_that_is_gone_is_told() {
        let resource = json!({"resourceType": "MedicationRequest", "id": "gone"});
        let mut chart = chart();
        let suggestion = json!({"actions": [{"type": "update", "resource": resource}]});
        assert!(chart.take(&suggestion).is_err());
        assert_eq!(chart.drafts.len(), 1);
    }

    #[test]
    fn cards_stand_by_urgency_and_once() {
        let card = |uuid: &str, indicator: &str| Card {
            service: "s".to_owned(),
            hook: "order-sign",
            json: json!({"uuid": uuid, "indicator": indicator}),
        };
        let mut chart = chart();
        chart.show(vec![card("1", "info")]);
        chart.show(vec![card("2", "warning"), card("3", "critical"), card("1", "info")]);
        let found: Vec<_> = chart.cards.iter().map(Card::uuid).collect();
        assert_eq!(found, ["3", "2", "1"]);
    }
}
