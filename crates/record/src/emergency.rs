//! Opening one patient in an emergency ("break-glass", 45 CFR 164.312(a)(2)(ii)): for reading, for
//! an hour by the clock, with a reason, and looked at by the privacy officer afterwards.

use crate::alert::Delivery;
use crate::audit::Touched;
use crate::limit::{DOCUMENT_BYTES_MAX, rows, within};
use crate::record::uuid_at;
use crate::sql::finding::EMERGENCY_TOLD;
use crate::sql::record as sql;
use crate::store::{Executor, Row, values};
use crate::vault::Vault;
use crate::{Access, Action, Failure, Purpose, Record, Scope};
use model::{PatientId, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

const MICROS_PER_MINUTE: i64 = 60 * 1_000_000;
/// Within which the same words are the same request, sent twice.
const AGAIN_MICROS_MAX: i64 = MICROS_PER_MINUTE;
/// How long a patient stays open, by the clock, whether or not anything is read.
pub const EMERGENCY_MINUTES: i64 = 60;
/// Until when an emergency has to be looked at.
pub const REVIEW_HOURS: i64 = 72;

crate::access::words! {
    /// Why a patient is opened.
    EmergencyReason {
        /// Life or health is in danger now.
        LifeThreatening => "life-threatening",
        /// The patient cannot be asked and has to be treated now.
        UnableToConsent => "unable-to-consent",
        /// On duty for somebody who cares for the patient.
        CoveringForColleague => "covering-for-colleague",
        /// Something else, which the text says.
        Other => "other",
    }
}

/// A wish to open a patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEmergency {
    /// Whom.
    pub patient: PatientId,
    /// Why.
    pub reason: EmergencyReason,
    /// Why, in words; at least [`REASON_LETTERS_MIN`] letters.
    pub text: String,
}

/// Letters of a reason in words.
pub const REASON_LETTERS_MIN: usize = 10;

/// A patient who was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emergency {
    /// Its id.
    pub id: String,
    /// Whom.
    pub patient: PatientId,
    /// By whom.
    pub actor: String,
    /// Why.
    pub reason: EmergencyReason,
    /// Why, in words.
    pub text: String,
    /// From when.
    pub begins: Timestamp,
    /// Until when; the instant itself is over.
    pub ends: Timestamp,
    /// When it has to be looked at.
    pub due: Timestamp,
    /// Who looked at it, and what was found.
    pub review: Option<EmergencyReview>,
    /// How far the alert about it got.
    pub delivery: Delivery,
}

/// What the privacy officer found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyReview {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: String,
    /// Whether it was one.
    pub is_justified: bool,
    /// In words.
    pub text: String,
}

#[derive(Serialize, Deserialize)]
struct Body {
    text: String,
    review: Option<EmergencyReview>,
    #[serde(default)]
    delivery: Delivery,
}

fn sealed(id: &str) -> Failure {
    Failure::Sealed { place: format!("emergency/{id}") }
}

fn json(body: &Body) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(body).map_err(|error| Failure::Storage(error.to_string()))
}

/// Opens an emergency from its row: id, patient, actor, reason, begins, ends, due, reviewed, body.
pub(crate) fn stored(vault: &Vault<'_>, row: &Row) -> Result<Emergency, Failure> {
    let (id, owner) = (row.text(0)?, row.text(1)?);
    let body = vault.open(owner, &["emergency", id], row.bytes(8)?)?;
    let Body { text, review, delivery } = serde_json::from_slice(&body).map_err(|_| sealed(id))?;
    Ok(Emergency {
        id: id.to_owned(),
        patient: PatientId::new(owner),
        actor: row.text(2)?.to_owned(),
        reason: EmergencyReason::from_word(row.text(3)?).ok_or_else(|| sealed(id))?,
        text,
        begins: Timestamp::from_micros(row.int(4)?),
        ends: Timestamp::from_micros(row.int(5)?),
        due: Timestamp::from_micros(row.int(6)?),
        review,
        delivery,
    })
}

/// Notes how far the alert got, unless somebody has looked at it meanwhile.
pub(crate) fn note_delivery(
    executor: &dyn Executor,
    vault: &Vault<'_>,
    tenant: &str,
    (id, delivery): (&str, &Delivery),
    now: Timestamp,
) -> Result<bool, Failure> {
    let Some(row) = executor.first(sql::EMERGENCY_GET, values![tenant, id])? else {
        return Ok(false);
    };
    let Emergency { patient, text, review, .. } = stored(vault, &row)?;
    let body = json(&Body { text, review, delivery: delivery.clone() })?;
    let body = vault.seal(patient.as_str(), &["emergency", id], &body, now)?;
    Ok(executor.execute(EMERGENCY_TOLD, values![body, tenant, id])? > 0)
}

impl Record {
    /// Opens one patient for reading, for [`EMERGENCY_MINUTES`]; the list of the privacy officer
    /// has it at once. [`Failure::NotFound`] for a patient who is not there. Whoever asks has just
    /// proven again who it is: that is the caller's to see to. The same words within a minute are
    /// one request that was sent twice, and open nothing more.
    pub fn open_emergency(&self, access: &Access, new: NewEmergency) -> Result<Emergency, Failure> {
        let granted = self.granted(access, Action::OpenEmergency)?;
        let NewEmergency { patient, reason, text } = new;
        within("reason", text.len(), DOCUMENT_BYTES_MAX, "bytes")?;
        if text.chars().filter(|letter| letter.is_alphabetic()).count() < REASON_LETTERS_MIN {
            let text = format!("is said in words, in at least {REASON_LETTERS_MIN} letters");
            return Err(Failure::Invalid { place: "reason".to_owned(), text });
        }
        let mut touched = Touched::default();
        touched.patient(patient.as_str());
        touched.entities.push(format!("emergency/{}", reason.word()));
        self.note(access, Action::OpenEmergency, &touched)?;
        if !granted.sees(patient.as_str()) {
            return Err(Failure::NotFound);
        }
        let (tenant, actor) = (access.tenant().as_str().to_owned(), access.actor().to_owned());
        let (keys, clock) = (Arc::clone(&self.inner.keys), Arc::clone(&self.inner.clock));
        self.inner.record_writer.write(move |executor| {
            let head = values![&tenant, "Patient", patient.as_str()];
            let head = executor.first(sql::RESOURCE_GET, head)?;
            if head.map_or(Ok(true), |row| row.flag(2))? {
                return Err(Failure::NotFound);
            }
            let begins = clock();
            let vault = Vault::new(executor, &keys, &tenant);
            let open = values![&tenant, patient.as_str(), &actor, begins.micros()];
            if let Some(row) = executor.first(sql::EMERGENCY_OPEN, open)? {
                let open = stored(&vault, &row)?;
                let age = begins.micros() - open.begins.micros();
                if age < AGAIN_MICROS_MAX && (open.reason, &open.text) == (reason, &text) {
                    return Ok(open);
                }
            }
            let after = |minutes: i64| {
                Timestamp::from_micros(begins.micros() + minutes * MICROS_PER_MINUTE)
            };
            let (ends, due) = (after(EMERGENCY_MINUTES), after(REVIEW_HOURS * 60));
            let id = uuid_at(begins);
            let delivery = Delivery::default();
            let body = Body { text: text.clone(), review: None, delivery: delivery.clone() };
            let body = json(&body)?;
            let body = vault.seal(patient.as_str(), &["emergency", &id], &body, begins)?;
            let row = values![
                &tenant,
                &id,
                patient.as_str(),
                &actor,
                reason.word(),
                begins.micros(),
                ends.micros(),
                due.micros(),
                0_i64,
                body
            ];
            executor.execute(sql::EMERGENCY_PUT, row)?;
            let review = None;
            Ok(Emergency { id, patient, actor, reason, text, begins, ends, due, review, delivery })
        })
    }

    /// The access to a patient whom the actor has opened, if the time is not over: for reading, of
    /// that patient only.
    pub fn emergency_access(
        &self,
        access: &Access,
        patient: &PatientId,
    ) -> Result<Option<Access>, Failure> {
        self.permit(access, Action::OpenEmergency)?;
        let key = values![
            access.tenant().as_str(),
            patient.as_str(),
            access.actor(),
            self.now().micros()
        ];
        let row = self.inner.record.read(|executor| executor.first(sql::EMERGENCY_OPEN, key))?;
        Ok(row.map(|_| {
            let scope = Scope::Patients([patient.clone()].into());
            let tenant = access.tenant().clone();
            Access::new(tenant, access.actor(), access.role(), Purpose::Emergency, scope)
        }))
    }

    /// Emergencies that nobody has looked at, the one that is due first at first.
    pub fn emergencies_due(&self, access: &Access, limit: u32) -> Result<Vec<Emergency>, Failure> {
        let limit = rows("limit", limit)?;
        self.audited_read(access, Action::ReadEmergencies, |executor, touched| {
            let tenant = access.tenant().as_str();
            let vault = Vault::new(executor, &self.inner.keys, tenant);
            let rows = executor.query(sql::EMERGENCIES_DUE, values![tenant, limit])?;
            for row in &rows {
                touched.patient(row.text(1)?);
                touched.entities.push(format!("emergency/{}", row.text(0)?));
            }
            rows.iter().map(|row| stored(&vault, row)).collect()
        })
    }

    /// Notes what was found. One that was looked at before is [`Failure::Conflict`]; nobody looks
    /// at what they opened themselves.
    pub fn review_emergency(
        &self,
        access: &Access,
        id: &str,
        is_justified: bool,
        text: &str,
    ) -> Result<(), Failure> {
        self.permit(access, Action::ReviewEmergency)?;
        within("review", text.len(), DOCUMENT_BYTES_MAX, "bytes")?;
        let (tenant, actor) = (access.tenant().as_str().to_owned(), access.actor().to_owned());
        let (keys, now) = (Arc::clone(&self.inner.keys), self.now());
        let entities = vec![format!("emergency/{id}")];
        self.note(access, Action::ReviewEmergency, &Touched { entities, ..Touched::default() })?;
        let review = EmergencyReview { at: now, actor, is_justified, text: text.to_owned() };
        let id = id.to_owned();
        self.inner.record_writer.write(move |executor| {
            let row = executor.first(sql::EMERGENCY_GET, values![&tenant, &id])?;
            let row = row.ok_or(Failure::NotFound)?;
            let vault = Vault::new(executor, &keys, &tenant);
            let found = stored(&vault, &row)?;
            if found.actor == review.actor {
                let text = "is for somebody else to look at".to_owned();
                return Err(Failure::Invalid { place: format!("emergency/{id}"), text });
            }
            let Emergency { patient, text, delivery, .. } = found;
            let body = json(&Body { text, review: Some(review), delivery })?;
            let owner = patient.as_str();
            let body = vault.seal(owner, &["emergency", &id], &body, now)?;
            let row = values![now.micros(), body, &tenant, &id];
            match executor.execute(sql::EMERGENCY_REVIEW, row)? {
                0 => Err(Failure::Conflict {
                    place: format!("emergency/{id}"),
                    expected: "not looked at".to_owned(),
                    found: "looked at".to_owned(),
                }),
                _ => Ok(()),
            }
        })
    }
}
