//! Cards for counting: what fired, what was shown, what was answered.

use super::{Action, Failure, Record, Vault};
use crate::audit::Touched;
use crate::limit::rows;
use crate::sql::record as sql;
use crate::store::values;
use crate::{Access, vault};
use model::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;

/// Answers that are looked through for those of the cards in hand, the latest first.
const ANSWERS_MAX: u32 = 20_000;

/// A card that was shown, or would have been but for a rule that is silent; about nobody by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardSeen {
    /// When.
    pub recorded: Timestamp,
    /// CDS Hooks service id.
    pub service: String,
    /// Rule.
    pub rule: String,
    /// For whom, as a word; empty where that was not noted.
    pub role: String,
    /// Whether the rule was held back.
    pub is_silent: bool,
    /// `accepted` or `overridden`; none = not answered. The latest answer counts.
    pub outcome: Option<String>,
    /// Why the advice was left: the code, or its words.
    pub reason: Option<String>,
}

struct Answer {
    outcome: String,
    reason: Option<String>,
}

impl Record {
    /// The cards since a time, the latest first. It says nothing of whom they were about, so it
    /// names no patient in the audit log either.
    pub fn cards_since(
        &self,
        access: &Access,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<CardSeen>, Failure> {
        let limit = rows("limit", limit)?;
        self.permit(access, Action::ReadFeedback)?;
        let found = self.inner.decision.read(|executor| {
            let tenant = access.tenant().as_str();
            let vault = Vault::new(executor, &self.inner.keys, tenant);
            let since = since.micros();
            let mut answers: BTreeMap<String, Answer> = BTreeMap::new();
            for row in executor.query(sql::FEEDBACK_SINCE, values![tenant, since, ANSWERS_MAX])? {
                let (id, owner) = (row.text(0)?, row.text(3)?);
                let body = opened(&vault, owner, &["feedback", id], row.bytes(4)?)?;
                let outcome = row.text(2)?.to_owned();
                let answer = Answer { outcome, reason: reason(&body) };
                answers.entry(row.text(1)?.to_owned()).or_insert(answer);
            }
            let mut found = Vec::new();
            for row in executor.query(sql::SHOWN_SINCE, values![tenant, since, limit])? {
                let (owner, key, card) = (row.text(0)?, row.text(1)?, row.text(2)?);
                let body = opened(&vault, owner, &["shown", key, card], row.bytes(6)?)?;
                let answer = answers.get(card);
                let role = body.get("role").and_then(Value::as_str).unwrap_or_default();
                found.push(CardSeen {
                    recorded: Timestamp::from_micros(row.int(5)?),
                    service: row.text(3)?.to_owned(),
                    rule: row.text(4)?.to_owned(),
                    role: role.to_owned(),
                    is_silent: body.get("silent").and_then(Value::as_bool).unwrap_or(false),
                    outcome: answer.map(|answer| answer.outcome.clone()),
                    reason: answer.and_then(|answer| answer.reason.clone()),
                });
            }
            Ok(found)
        });
        let entities = vec!["cards".to_owned()];
        self.note(access, Action::ReadFeedback, &Touched { entities, ..Touched::default() })?;
        found
    }
}

fn opened(
    vault: &vault::Vault<'_>,
    owner: &str,
    place: &[&str],
    sealed: &[u8],
) -> Result<Value, Failure> {
    let body = vault.open(owner, place, sealed)?;
    serde_json::from_slice(&body).map_err(|_| Failure::Sealed { place: place.join("/") })
}

/// The reason of an answer that leaves the advice (CDS Hooks 2.0, `overrideReason.reason`). What
/// the person wrote beside it is not told.
fn reason(body: &Value) -> Option<String> {
    let text = |name: &str| body.pointer(name).and_then(Value::as_str);
    let said = text("/overrideReason/reason/display").or(text("/overrideReason/reason/code"));
    said.map(str::to_owned)
}
