//! What the review of the audit log found: a queue that a privacy officer works through. The same
//! events make the same finding once, however often they are looked through.

mod look;

pub use look::{Looked, Reviewed};

use crate::alert::Delivery;
use crate::audit::{ReviewFinding, Touched};
use crate::limit::{DOCUMENT_BYTES_MAX, no_nul, rows, within};
use crate::sql::finding as sql;
use crate::store::{Executor, Row, values};
use crate::vault::{Vault, sha256};
use crate::{Access, Action, Failure, Record};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

const DAY_MICROS: i64 = 24 * 3_600_000_000;
/// Until when a finding has to be answered. What turns out to be a breach has to be told within 60
/// days of its discovery (45 CFR 164.404(b)); this leaves time for it.
pub const FINDING_DAYS: i64 = 7;
/// Whose key seals what findings say. No patient has an id with a slash.
const OWNER: &str = "finding/all";
/// Digits of an id.
const ID_DIGITS: usize = 32;

/// A finding, in the order in which it has to be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its id.
    pub id: String,
    /// The word of the rule.
    pub rule: String,
    /// Who, as the audit log names it.
    pub actor: String,
    /// The day at the site.
    pub day: Timestamp,
    /// 1, or more where something came after the one before was answered.
    pub number: u64,
    /// Whom it is about, the first ones.
    pub patients: Vec<String>,
    /// The events, the first ones.
    pub events: Vec<String>,
    /// How many events there are.
    pub events_total: u64,
    /// When it was found.
    pub found: Timestamp,
    /// When it has to be answered.
    pub due: Timestamp,
    /// Who answered it, and how; `None` while it is open.
    pub answer: Option<FindingAnswer>,
    /// How far the alert about it got.
    pub delivery: Delivery,
}

/// What became of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingAnswer {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: String,
    /// Whether it was snooping; otherwise there is an explanation.
    pub is_confirmed: bool,
    /// In words.
    pub text: String,
}

/// How much waits for a privacy officer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PrivacyQueue {
    /// Emergencies that nobody has looked at.
    pub emergencies: u64,
    /// Findings that nobody has answered.
    pub findings: u64,
}

#[derive(Serialize, Deserialize)]
struct Body {
    patients: Vec<String>,
    events: Vec<String>,
    events_total: u64,
    last: Timestamp,
    answer: Option<FindingAnswer>,
    #[serde(default)]
    delivery: Delivery,
}

impl Body {
    fn of(finding: &ReviewFinding) -> Self {
        Self {
            patients: finding.patients.clone(),
            events: finding.events.clone(),
            events_total: finding.events_total as u64,
            last: finding.last,
            answer: None,
            delivery: Delivery::default(),
        }
    }

    fn seal(&self, vault: &Vault<'_>, id: &str, now: Timestamp) -> Result<Vec<u8>, Failure> {
        let json = serde_json::to_vec(self);
        let json = json.map_err(|error| Failure::Storage(error.to_string()))?;
        vault.seal(OWNER, &["finding", id], &json, now)
    }

    /// Of a row: id, actor, day, rule, number, found, due, answered, body.
    fn read(vault: &Vault<'_>, row: &Row) -> Result<Self, Failure> {
        let id = row.text(0)?;
        let body = vault.open(OWNER, &["finding", id], row.bytes(8)?)?;
        let sealed = |_| Failure::Sealed { place: format!("finding/{id}") };
        serde_json::from_slice(&body).map_err(sealed)
    }
}

pub(crate) fn stored(vault: &Vault<'_>, row: &Row) -> Result<Finding, Failure> {
    let Body { patients, events, events_total, last: _, answer, delivery } =
        Body::read(vault, row)?;
    Ok(Finding {
        id: row.text(0)?.to_owned(),
        actor: row.text(1)?.to_owned(),
        day: Timestamp::from_micros(row.int(2)?.saturating_mul(DAY_MICROS)),
        rule: row.text(3)?.to_owned(),
        number: row.count(4)?,
        patients,
        events,
        events_total,
        found: Timestamp::from_micros(row.int(5)?),
        due: Timestamp::from_micros(row.int(6)?),
        answer,
        delivery,
    })
}

/// Notes how far the alert got, unless somebody has answered it meanwhile.
pub(crate) fn note_delivery(
    executor: &dyn Executor,
    vault: &Vault<'_>,
    tenant: &str,
    (id, delivery): (&str, &Delivery),
    now: Timestamp,
) -> Result<bool, Failure> {
    let Some(row) = executor.first(sql::FINDING_GET, values![tenant, id])? else {
        return Ok(false);
    };
    let body = Body { delivery: delivery.clone(), ..Body::read(vault, &row)? };
    let body = body.seal(vault, id, now)?;
    Ok(executor.execute(sql::FINDING_GROWN, values![body, tenant, id])? > 0)
}

/// The id follows from what is found, so that two who look at once make one finding.
fn id_of(tenant: &str, finding: &ReviewFinding, number: u64) -> String {
    let ReviewFinding { rule, actor, day, .. } = finding;
    let digest = sha256(format!("{tenant}\0{actor}\0{day}\0{rule}\0{number}").as_bytes());
    digest.chars().take(ID_DIGITS).collect()
}

/// Files one finding; whether it is a new one.
fn put(
    executor: &dyn Executor,
    vault: &Vault<'_>,
    tenant: &str,
    finding: &ReviewFinding,
    now: Timestamp,
) -> Result<bool, Failure> {
    let ReviewFinding { rule, actor, day, events_total, last, .. } = finding;
    let row = executor.first(sql::FINDING_LAST, values![tenant, actor, *day, *rule])?;
    let mut number = 1;
    if let Some(row) = row {
        let known = Body::read(vault, &row)?;
        if *events_total as u64 <= known.events_total && *last <= known.last {
            return Ok(false);
        }
        if known.answer.is_none() {
            let id = row.text(0)?;
            let body = Body { delivery: known.delivery, ..Body::of(finding) };
            let body = body.seal(vault, id, now)?;
            executor.execute(sql::FINDING_GROWN, values![body, tenant, id])?;
            return Ok(false);
        }
        number = row.count(4)? + 1;
    }
    let id = id_of(tenant, finding, number);
    let body = Body::of(finding).seal(vault, &id, now)?;
    let due = now.micros().saturating_add(FINDING_DAYS * DAY_MICROS);
    let row = values![tenant, actor, *day, *rule, number, id, now.micros(), due, body];
    Ok(executor.execute(sql::FINDING_PUT, row)? > 0)
}

impl Record {
    /// Puts findings on the list; how many are new. What is there already is not put there again,
    /// whatever became of it; an open one takes up what came after it.
    fn put_findings(
        &self,
        tenant: &str,
        findings: Vec<ReviewFinding>,
        cursor: Option<u64>,
    ) -> Result<u64, Failure> {
        let (keys, now, tenant) = (Arc::clone(&self.inner.keys), self.now(), tenant.to_owned());
        self.inner.record_writer.write(move |executor| {
            let vault = Vault::new(executor, &keys, &tenant);
            let mut new = 0;
            for finding in &findings {
                new += u64::from(put(executor, &vault, &tenant, finding, now)?);
            }
            if let Some(cursor) = cursor {
                crate::feed::move_cursor(executor, &tenant, look::CURSOR, cursor)?;
            }
            Ok(new)
        })
    }

    /// Findings that nobody has answered, the one that is due first at first; or those that were
    /// answered, the latest first.
    pub fn findings(
        &self,
        access: &Access,
        is_open: bool,
        limit: u32,
    ) -> Result<Vec<Finding>, Failure> {
        let limit = rows("limit", limit)?;
        let query = if is_open { sql::FINDINGS_DUE } else { sql::FINDINGS_ANSWERED };
        self.audited_read(access, Action::ReadFindings, |executor, touched| {
            let tenant = access.tenant().as_str();
            let vault = Vault::new(executor, &self.inner.keys, tenant);
            let rows = executor.query(query, values![tenant, limit])?;
            let found: Result<Vec<_>, _> = rows.iter().map(|row| stored(&vault, row)).collect();
            for finding in found.iter().flatten() {
                touched.entities.push(format!("finding/{}", finding.id));
                finding.patients.iter().for_each(|patient| touched.patient(patient));
            }
            found
        })
    }

    /// Notes what became of a finding. One that was answered before is [`Failure::Conflict`];
    /// nobody answers what is about themselves.
    pub fn answer_finding(
        &self,
        access: &Access,
        id: &str,
        is_confirmed: bool,
        text: &str,
    ) -> Result<(), Failure> {
        self.permit(access, Action::AnswerFinding)?;
        let invalid =
            |text: &str| Failure::Invalid { place: format!("finding/{id}"), text: text.to_owned() };
        within("answer", text.len(), DOCUMENT_BYTES_MAX, "bytes")?;
        no_nul("answer", text)?;
        if text.trim().is_empty() {
            return Err(invalid("is answered in words"));
        }
        let (tenant, actor) = (access.tenant().as_str().to_owned(), access.actor().to_owned());
        let (keys, now) = (Arc::clone(&self.inner.keys), self.now());
        let entities = vec![format!("finding/{id}")];
        self.note(access, Action::AnswerFinding, &Touched { entities, ..Touched::default() })?;
        let own = invalid("is for somebody else to answer");
        let answer = FindingAnswer { at: now, actor, is_confirmed, text: text.to_owned() };
        let id = id.to_owned();
        self.inner.record_writer.write(move |executor| {
            let row = executor.first(sql::FINDING_GET, values![&tenant, &id])?;
            let row = row.ok_or(Failure::NotFound)?;
            if row.text(1)? == answer.actor {
                return Err(own);
            }
            let vault = Vault::new(executor, &keys, &tenant);
            let body = Body { answer: Some(answer), ..Body::read(&vault, &row)? };
            let body = body.seal(&vault, &id, now)?;
            match executor
                .execute(sql::FINDING_ANSWER, values![now.micros(), body, &tenant, &id])?
            {
                0 => Err(Failure::Conflict {
                    place: format!("finding/{id}"),
                    expected: "open".to_owned(),
                    found: "answered".to_owned(),
                }),
                _ => Ok(()),
            }
        })
    }

    /// How much waits for a privacy officer: numbers, and nobody's name.
    pub fn privacy_queue(&self, access: &Access) -> Result<PrivacyQueue, Failure> {
        self.audited_read(access, Action::ReadFindings, |executor, _| {
            let tenant = values![access.tenant().as_str()];
            Ok(PrivacyQueue {
                emergencies: executor.one(sql::EMERGENCIES_WAITING, tenant)?.count(0)?,
                findings: executor.one(sql::FINDINGS_WAITING, tenant)?.count(0)?,
            })
        })
    }
}
