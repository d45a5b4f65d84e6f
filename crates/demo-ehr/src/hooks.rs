//! A client of CDS Hooks 2.0: discovery, prefetch, requests, cards, feedback.

use crate::client::{As, Client};
use crate::failure::Failure;
use serde_json::{Map, Value, json};

/// Services of a discovery document that are looked at.
const SERVICES_MAX: usize = 20;
/// Cards of an answer that are shown.
const CARDS_MAX: usize = 50;

/// When a service is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hook {
    /// A chart is opened.
    PatientView,
    /// A drug was chosen.
    OrderSelect,
    /// Orders are about to be signed.
    OrderSign,
}

impl Hook {
    /// The name that the specification gives it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::PatientView => "patient-view",
            Self::OrderSelect => "order-select",
            Self::OrderSign => "order-sign",
        }
    }
}

/// What a service is asked about.
pub(crate) struct Asked<'a> {
    pub(crate) hook: Hook,
    pub(crate) patient: &'a str,
    pub(crate) practitioner: &'a str,
    /// Drafts in hand.
    pub(crate) orders: &'a [Value],
    /// `Type/id` of those just chosen.
    pub(crate) selections: Vec<String>,
}

impl Asked<'_> {
    fn context(&self) -> Value {
        let mut context = Map::new();
        let user = format!("Practitioner/{}", self.practitioner);
        context.insert("userId".to_owned(), user.into());
        context.insert("patientId".to_owned(), self.patient.into());
        if self.hook == Hook::OrderSelect {
            context.insert("selections".to_owned(), json!(self.selections));
        }
        if self.hook != Hook::PatientView {
            let entries: Vec<Value> =
                self.orders.iter().map(|order| json!({"resource": order})).collect();
            let bundle = json!({"resourceType": "Bundle", "type": "collection", "entry": entries});
            context.insert("draftOrders".to_owned(), bundle);
        }
        context.into()
    }
}

/// A card and the service that answered it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Card {
    /// Id of the service.
    pub(crate) service: String,
    /// When it was asked.
    pub(crate) hook: &'static str,
    /// The card as it came.
    pub(crate) json: Value,
}

impl Card {
    /// Its UUID; feedback needs it.
    pub(crate) fn uuid(&self) -> &str {
        self.text("/uuid")
    }

    /// A text in it, empty where there is none.
    pub(crate) fn text(&self, pointer: &str) -> &str {
        self.json.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// A list in it.
    pub(crate) fn list(&self, name: &str) -> &[Value] {
        self.json.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// How pressing it is: 0 for critical, 1 for a warning, 2 for what is only said.
    pub(crate) fn rank(&self) -> u8 {
        match self.text("/indicator") {
            "critical" => 0,
            "warning" => 1,
            _ => 2,
        }
    }

    /// Its suggestion of a UUID.
    pub(crate) fn suggestion(&self, uuid: &str) -> Option<&Value> {
        self.list("suggestions").iter().find(|one| text_of(one, "uuid") == uuid)
    }

    /// Its override reason of a code.
    pub(crate) fn reason(&self, code: &str) -> Option<&Value> {
        self.list("overrideReasons").iter().find(|one| text_of(one, "code") == code)
    }
}

/// A text of an object, empty where there is none.
pub(crate) fn text_of<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Asks every service of a hook; cards in the order of urgency.
///
/// # Errors
/// When a service cannot be asked or does not answer with cards. Then nothing is known, which is
/// another thing than that there is nothing to say.
pub(crate) fn ask(client: &mut Client<'_>, asked: &Asked<'_>) -> Result<Vec<Card>, Failure> {
    let hook = asked.hook.name();
    let purpose = "which services there are (discovery)";
    let found = client.get(purpose, "/cds-services", As::OrderEntry)?;
    let services = found.get("services").and_then(Value::as_array).ok_or(Failure::Unreadable {
        what: "GET /cds-services".to_owned(),
        expected: "services",
    })?;
    let mut cards = Vec::new();
    for service in services.iter().take(SERVICES_MAX).filter(|one| text_of(one, "hook") == hook) {
        let id = text_of(service, "id");
        let request = json!({
            "hook": hook,
            "hookInstance": uuid::Uuid::now_v7().to_string(),
            "context": asked.context(),
            "prefetch": prefetch(client, service, asked)?
        });
        let path = format!("/cds-services/{id}");
        let answer = client.post(hook, &path, As::OrderEntry, &request)?;
        let found = answer.get("cards").and_then(Value::as_array);
        let unreadable = Failure::Unreadable { what: format!("POST {path}"), expected: "cards" };
        for json in found.ok_or(unreadable)?.iter().take(CARDS_MAX) {
            cards.push(Card { service: id.to_owned(), hook, json: json.clone() });
        }
    }
    cards.sort_by_key(Card::rank);
    Ok(cards)
}

/// What a service wants to have beforehand (CDS Hooks 2.0, prefetch): tokens of the context are
/// filled in, then each is read.
fn prefetch(client: &mut Client<'_>, service: &Value, asked: &Asked<'_>) -> Result<Value, Failure> {
    let mut filled = Map::new();
    let wanted = service.get("prefetch").and_then(Value::as_object);
    for (key, template) in wanted.into_iter().flatten() {
        let query = template
            .as_str()
            .unwrap_or_default()
            .replace("{{context.patientId}}", asked.patient)
            .replace("{{context.userId}}", &format!("Practitioner/{}", asked.practitioner));
        // A template with a token that is not known is left to the service.
        if query.is_empty() || query.contains("{{") {
            continue;
        }
        let purpose = format!("prefetch “{key}”");
        let read = client.get(&purpose, &format!("/fhir/{query}"), As::OrderEntry)?;
        filled.insert(key.clone(), read);
    }
    Ok(filled.into())
}

/// What became of a card.
pub(crate) enum Outcome<'a> {
    /// Its suggestion was taken.
    Accepted(&'a str),
    /// The advice was left, for a reason offered by the card and in the person's words.
    Overridden { reason: Option<&'a Value>, comment: &'a str },
}

/// Tells the service what became of its card.
///
/// # Errors
/// When the service does not take it.
pub(crate) fn tell(
    client: &mut Client<'_>,
    card: &Card,
    outcome: &Outcome<'_>,
    now: &str,
) -> Result<(), Failure> {
    let mut item = Map::new();
    item.insert("card".to_owned(), card.uuid().into());
    item.insert("outcomeTimestamp".to_owned(), now.into());
    let word = match outcome {
        Outcome::Accepted(suggestion) => {
            item.insert("acceptedSuggestions".to_owned(), json!([{"id": suggestion}]));
            "accepted"
        }
        Outcome::Overridden { reason, comment } => {
            let mut given = Map::new();
            if let Some(reason) = reason {
                given.insert("reason".to_owned(), (*reason).clone());
            }
            if !comment.is_empty() {
                given.insert("userComment".to_owned(), (*comment).into());
            }
            if !given.is_empty() {
                item.insert("overrideReason".to_owned(), given.into());
            }
            "overridden"
        }
    };
    item.insert("outcome".to_owned(), word.into());
    let path = format!("/cds-services/{}/feedback", card.service);
    client.post("feedback", &path, As::OrderEntry, &json!({"feedback": [item]}))?;
    Ok(())
}
