//! Decision support: which cards were shown, and what was answered to them.

mod card;

pub use card::CardSeen;

use crate::access::EVERYBODY;
use crate::audit::Touched;
use crate::limit::{self, DOCUMENT_BYTES_MAX, SHOWN_KEYS_MAX, rows, within};
use crate::record::uuid_at;
use crate::resource::patient_of;
use crate::sql::record as sql;
use crate::store::{Executor, Row, values};
use crate::vault::{Builder, Vault, sha256};
use crate::{Access, Action, Failure, Record};
use model::{PatientId, Timestamp};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A card that was shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// What makes it the same card for the same reader, so that it need not come twice.
    pub key: String,
    /// About whom.
    pub patient: PatientId,
    /// `uuid` of the card.
    pub card_id: String,
    /// CDS Hooks service id.
    pub service: String,
    /// Rule of the pack.
    pub rule: String,
    /// Pack with version.
    pub pack: String,
    /// The card and its circumstances; sealed.
    pub body: Value,
}

/// An answer to a card (CDS Hooks 2.0, Feedback).
#[derive(Clone, Debug, PartialEq)]
pub struct Feedback {
    /// CDS Hooks service id.
    pub service: String,
    /// `uuid` of the card.
    pub card: String,
    /// `accepted` or `overridden`.
    pub outcome: String,
    /// The answer as sent; sealed.
    pub body: Value,
}

/// A stored answer.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredFeedback {
    /// When it came.
    pub recorded: Timestamp,
    /// The patient of the card, if the card is known.
    pub patient: Option<PatientId>,
    /// The answer.
    pub feedback: Feedback,
}

impl Record {
    /// Notes that a card was shown. The same key again replaces it.
    pub fn put_shown(&self, access: &Access, shown: Shown) -> Result<(), Failure> {
        self.put_all_shown(access, vec![shown])
    }

    /// Notes all cards of one answer in one transaction.
    pub fn put_all_shown(&self, access: &Access, shown: Vec<Shown>) -> Result<(), Failure> {
        self.permit(access, Action::WriteDecisions)?;
        within("cards", shown.len(), SHOWN_KEYS_MAX, "cards")?;
        let mut cards = Vec::new();
        for card in shown {
            if !access.sees(card.patient.as_str()) {
                return Err(Failure::NotFound);
            }
            let body = document("shown", &card.body)?;
            let Shown { key, card_id, service, rule, pack, .. } = &card;
            for text in [key, card_id, service, rule, pack] {
                limit::text("shown card", text)?;
            }
            cards.push((card, body));
        }
        if cards.is_empty() {
            return Ok(());
        }
        let tenant = access.tenant().as_str().to_owned();
        let (keys, now) = (Arc::clone(&self.inner.keys), self.now());
        self.inner.decision_writer.write(move |executor| {
            let vault = Vault::new(executor, &keys, &tenant);
            for (card, body) in cards {
                let Shown { key, patient, card_id, service, rule, pack, .. } = card;
                let owner = patient.as_str();
                let sealed = vault.seal(owner, &["shown", &key, &card_id], &body, now)?;
                let micros = now.micros();
                let row =
                    values![&tenant, owner, key, card_id, service, rule, pack, micros, sealed];
                executor.execute(sql::SHOWN_PUT, row)?;
            }
            Ok(())
        })
    }

    /// Which of these keys were shown for a patient. Like noting that a card was shown, it is not
    /// audited: the caller has the keys already, and reading what they are about was audited.
    pub fn shown(
        &self,
        access: &Access,
        patient: &PatientId,
        keys: &[String],
    ) -> Result<BTreeSet<String>, Failure> {
        self.permit(access, Action::ReadDecisions)?;
        within("keys", keys.len(), SHOWN_KEYS_MAX, "keys")?;
        let key = values![access.tenant().as_str(), patient.as_str()];
        let mut query = Builder::new(sql::SHOWN_KEYS, key);
        query.scope_of_patients(access, "patient");
        query.push(" AND shown_key IN (");
        query.bind_list(keys.iter().map(String::as_str));
        query.push(")");
        self.inner.decision.read(|executor| {
            let rows = executor.query(&query.sql, &query.values)?;
            rows.iter().map(|row| row.text(0).map(str::to_owned)).collect()
        })
    }

    /// Stores an answer to a card; whether it is new. The same answer again changes nothing.
    pub fn put_feedback(&self, access: &Access, feedback: Feedback) -> Result<bool, Failure> {
        self.permit(access, Action::WriteDecisions)?;
        let Feedback { service, card, outcome, body } = feedback;
        for (place, text) in [("service", &service), ("card", &card), ("outcome", &outcome)] {
            limit::text(place, text)?;
        }
        let body = document("feedback", &body)?;
        let access = access.clone();
        let (keys, now) = (Arc::clone(&self.inner.keys), self.now());
        self.inner.decision_writer.write(move |executor| {
            let tenant = access.tenant().as_str();
            let owner = card_patient(executor, &access, &card)?;
            let vault = Vault::new(executor, &keys, tenant);
            let id = uuid_at(now);
            let sealed = vault.seal(&owner, &["feedback", &id], &body, now)?;
            // Keyed: a comment is short enough to be guessed from a plain digest.
            let digest = keys.index_hash(tenant, &sha256(&body));
            let micros = now.micros();
            let row = values![tenant, id, service, card, outcome, &owner, micros, digest, sealed];
            Ok(executor.execute(sql::FEEDBACK_PUT, row)? > 0)
        })
    }

    /// Which of these cards about a patient were answered so (`overridden`). Not audited, as
    /// [`Record::shown`] is not: the caller names the cards.
    pub fn answered(
        &self,
        access: &Access,
        patient: &PatientId,
        (service, outcome): (&str, &str),
        cards: &[String],
    ) -> Result<BTreeSet<String>, Failure> {
        self.permit(access, Action::ReadDecisions)?;
        within("cards", cards.len(), SHOWN_KEYS_MAX, "cards")?;
        let key = values![access.tenant().as_str(), service, outcome, patient.as_str()];
        let mut query = Builder::new(sql::FEEDBACK_CARDS, key);
        query.scope_of_patients(access, "patient");
        query.push(" AND card IN (");
        query.bind_list(cards.iter().map(String::as_str));
        query.push(")");
        self.inner.decision.read(|executor| {
            let rows = executor.query(&query.sql, &query.values)?;
            rows.iter().map(|row| row.text(0).map(str::to_owned)).collect()
        })
    }

    /// The latest answers to cards, the latest first.
    pub fn feedback(&self, access: &Access, limit: u32) -> Result<Vec<StoredFeedback>, Failure> {
        let limit = rows("limit", limit)?;
        self.permit(access, Action::ReadFeedback)?;
        let mut touched = Touched::default();
        let found = self.inner.decision.read(|executor| {
            let tenant = access.tenant().as_str();
            let mut query = Builder::new(sql::FEEDBACK_LATEST, values![tenant]);
            query.scope_of_patients(access, "patient");
            query.push(" ORDER BY id DESC LIMIT ");
            query.bind(limit);
            let vault = Vault::new(executor, &self.inner.keys, tenant);
            let rows = executor.query(&query.sql, &query.values)?;
            log_feedback(&rows, &mut touched)?;
            rows.iter().map(|row| stored(&vault, row)).collect()
        });
        self.note(access, Action::ReadFeedback, &touched)?;
        found
    }
}

fn document(place: &str, body: &Value) -> Result<Vec<u8>, Failure> {
    let bytes = serde_json::to_vec(body).map_err(|error| Failure::Storage(error.to_string()))?;
    within(place, bytes.len(), DOCUMENT_BYTES_MAX, "bytes")?;
    Ok(bytes)
}

/// Whose card it was; `*` if it is not known, or not to the caller.
fn card_patient(executor: &dyn Executor, access: &Access, card: &str) -> Result<String, Failure> {
    let mut query = Builder::new(sql::SHOWN_PATIENT, values![access.tenant().as_str(), card]);
    query.scope_of_patients(access, "patient");
    query.push(" ORDER BY patient LIMIT 1");
    let row = executor.first(&query.sql, &query.values)?;
    row.map_or(Ok(EVERYBODY.to_owned()), |row| row.text(0).map(str::to_owned))
}

fn log_feedback(rows: &[Row], touched: &mut Touched) -> Result<(), Failure> {
    for row in rows {
        touched.entities.push(format!("feedback/{}", row.text(0)?));
        let patient = row.text(4)?;
        if patient != EVERYBODY {
            touched.patient(patient);
        }
    }
    Ok(())
}

/// Opens an answer from its row: id, service, card, outcome, patient, recorded, body.
fn stored(vault: &Vault<'_>, row: &Row) -> Result<StoredFeedback, Failure> {
    let (id, owner) = (row.text(0)?, row.text(4)?);
    let body = vault.open(owner, &["feedback", id], row.bytes(6)?)?;
    let body = serde_json::from_slice(&body)
        .map_err(|_| Failure::Sealed { place: format!("feedback/{id}") })?;
    Ok(StoredFeedback {
        recorded: Timestamp::from_micros(row.int(5)?),
        patient: patient_of(owner),
        feedback: Feedback {
            service: row.text(1)?.to_owned(),
            card: row.text(2)?.to_owned(),
            outcome: row.text(3)?.to_owned(),
            body,
        },
    })
}
