//! Looking through the audit log, day by day. Names are compared in here and told to nobody.

use crate::audit::{
    AuditEvent, AuditQuery, EXPORTS, READS, ReviewFacts, ReviewFinding, ReviewRules, Touched,
    is_looked_at, review_audit,
};
use crate::fact::filed;
use crate::limit::{PAGE_ROWS_MAX, within};
use crate::sql::{finding as sql, record};
use crate::store::{Executor, values};
use crate::vault::{Builder, Vault};
use crate::{Access, Action, Failure, Record};
use model::Timestamp;
use model::fact::FactContent;
use std::collections::BTreeSet;

/// Where in time the log has been looked through to: microseconds.
pub(super) const CURSOR: &str = "audit-review";
const DAY_MICROS: i64 = 24 * 3_600_000_000;
/// How far back the first look goes.
const FIRST_LOOK_DAYS: i64 = 7;
/// Events that become readable later than they say: other processes, clocks that are set.
const LATE_MICROS: i64 = 3_600_000_000;
/// Events of one day that the rules look at, at most; what is more is an error, not left out.
const EVENTS_PER_DAY_MAX: usize = 2_000_000;
/// How the log names who is logged in.
const ACCOUNT: &str = "account:";

/// What looking through new events came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Events that the rules look at.
    pub events: u64,
    /// Findings that are new on the list.
    pub filed: u64,
}

/// What looking through some time came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reviewed {
    /// Events that the rules look at.
    pub events: u64,
    /// All findings, also those that are on the list already.
    pub findings: Vec<ReviewFinding>,
    /// Findings that are new on the list.
    pub filed: u64,
}

impl Record {
    /// Looks through what was noted since the last time, whole days of it, and puts what the rules
    /// find on the list. Nothing new is looked at without work, and without an event.
    pub fn look_for_snooping(
        &self,
        access: &Access,
        facts: &ReviewFacts,
        rules: &ReviewRules,
    ) -> Result<Looked, Failure> {
        self.permit(access, Action::FileFindings)?;
        let (tenant, now) = (access.tenant().as_str(), self.now());
        let cursor = values![tenant, CURSOR];
        let row = self.inner.record.read(|executor| executor.first(record::CURSOR_GET, cursor))?;
        let from = match row.map(|row| row.int(0)).transpose()? {
            Some(micros) => Timestamp::from_micros(micros.saturating_sub(LATE_MICROS)),
            None => Timestamp::from_micros(now.micros() - FIRST_LOOK_DAYS * DAY_MICROS),
        };
        if !self.has_events(tenant, from)? {
            return Ok(Looked::default());
        }
        let reviewed = self.reviewed(access, (rules.day_begins(from), now), facts, rules)?;
        let cursor = u64::try_from(now.micros()).unwrap_or_default();
        let filed = self.put_findings(tenant, reviewed.findings, Some(cursor))?;
        Ok(Looked { events: reviewed.events, filed })
    }

    /// Looks through the log from one instant until before another, and puts what the rules find
    /// on the list. A day is found whole or not at all: begin and end with one.
    pub fn review_log(
        &self,
        access: &Access,
        (from, until): (Timestamp, Timestamp),
        facts: &ReviewFacts,
        rules: &ReviewRules,
    ) -> Result<Reviewed, Failure> {
        self.permit(access, Action::ReadAudit)?;
        self.permit(access, Action::FileFindings)?;
        let mut reviewed = self.reviewed(access, (from, until), facts, rules)?;
        let findings = reviewed.findings.clone();
        reviewed.filed = self.put_findings(access.tenant().as_str(), findings, None)?;
        Ok(reviewed)
    }

    fn reviewed(
        &self,
        access: &Access,
        (from, until): (Timestamp, Timestamp),
        facts: &ReviewFacts,
        rules: &ReviewRules,
    ) -> Result<Reviewed, Failure> {
        let tenant = access.tenant().as_str();
        let text = format!("{from}/{until}");
        let query = Some(crate::vault::sha256(text.as_bytes()));
        self.note(access, Action::FileFindings, &Touched { query, ..Touched::default() })?;
        let mut reviewed = Reviewed::default();
        let mut begins = from;
        while begins < until {
            let day = rules.day_begins(begins).micros();
            let ends = Timestamp::from_micros(day.saturating_add(DAY_MICROS)).min(until);
            let events = self.events_of(tenant, begins, ends)?;
            if events.is_empty() {
                begins = ends;
                continue;
            }
            let mut known = facts.clone();
            self.inner.record.read(|executor| {
                let vault = Vault::new(executor, &self.inner.keys, tenant);
                let gathering = Gathering { executor, vault: &vault, tenant };
                gathering.all(&events, (begins, ends), rules, &mut known)
            })?;
            reviewed.events += events.len() as u64;
            reviewed.findings.extend(review_audit(&events, &known, rules));
            begins = ends;
        }
        Ok(reviewed)
    }

    /// Whether there is anything to look at.
    fn has_events(&self, tenant: &str, from: Timestamp) -> Result<bool, Failure> {
        for query in queries(from, None) {
            let query = AuditQuery { count: 1, ..query };
            if !self.inner.audit.page(tenant, &query)?.events.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn events_of(
        &self,
        tenant: &str,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<AuditEvent>, Failure> {
        let mut events = Vec::new();
        for mut query in queries(from, Some(until)) {
            loop {
                let page = self.inner.audit.page(tenant, &query)?;
                events.extend(page.events.into_iter().filter(is_looked_at));
                within("audit log", events.len(), EVENTS_PER_DAY_MAX, "events of a day")?;
                query.before = page.next;
                if query.before.is_none() {
                    break;
                }
            }
        }
        Ok(events)
    }
}

/// What the rules look at: reads and exports, and whatever was refused.
fn queries(from: Timestamp, until: Option<Timestamp>) -> [AuditQuery; 2] {
    let actions = READS.iter().chain(EXPORTS).copied().collect();
    let count = PAGE_ROWS_MAX;
    let query = AuditQuery { from: Some(from), until, count, ..AuditQuery::default() };
    let denied = AuditQuery { permitted: Some(false), ..query.clone() };
    [AuditQuery { actions: Some(actions), permitted: Some(true), ..query }, denied]
}

/// Gathers what the rules want to know of whom the events name.
struct Gathering<'g> {
    executor: &'g dyn Executor,
    vault: &'g Vault<'g>,
    tenant: &'g str,
}

impl Gathering<'_> {
    fn all(
        &self,
        events: &[AuditEvent],
        (begins, ends): (Timestamp, Timestamp),
        rules: &ReviewRules,
        facts: &mut ReviewFacts,
    ) -> Result<(), Failure> {
        let actors: BTreeSet<&str> = events.iter().map(|event| event.actor.as_str()).collect();
        for actor in &actors {
            if let Some(family) = self.family_of_account(actor)? {
                facts.family_of_actor.entry((*actor).to_owned()).or_insert(family);
            }
            if rules.care_is_complete {
                let known = facts.relationships.get_or_insert_default();
                let key = values![self.tenant, *actor, ends.micros(), begins.micros()];
                for row in self.executor.query(sql::CARE_OF_ACTOR, key)? {
                    known.insert(((*actor).to_owned(), row.text(0)?.to_owned()));
                }
            }
        }
        // Without a name to compare with, nobody's is looked up.
        let named = events.iter().filter(|event| facts.family_of_actor.contains_key(&event.actor));
        let patients: BTreeSet<&String> = named.flat_map(|event| &event.patients).collect();
        for patient in patients {
            if let Some(family) = self.family_of_patient(patient)? {
                facts.family_of_patient.insert(patient.clone(), family);
            }
        }
        Ok(())
    }

    /// The last word of the name of an account.
    fn family_of_account(&self, actor: &str) -> Result<Option<String>, Failure> {
        let Some(login) = actor.strip_prefix(ACCOUNT) else { return Ok(None) };
        let row = self.executor.first(record::ACCOUNT_GET, values![self.tenant, login])?;
        let Some(row) = row else { return Ok(None) };
        Ok(row.text(1)?.split_whitespace().last().map(str::to_owned))
    }

    fn family_of_patient(&self, patient: &str) -> Result<Option<String>, Failure> {
        let mut query = Builder::new(record::FACTS_OF_PATIENT, values![self.tenant, patient]);
        query.push(" AND r.resource_type IN (");
        query.bind_list(["Patient"].into_iter());
        query.push(") ORDER BY f.resource_type, f.id, f.ordinal");
        for row in self.executor.query(&query.sql, &query.values)? {
            let FactContent::Patient(person) = filed(self.vault, &row)?.fact.content else {
                continue;
            };
            if let Some(name) = person.names.first() {
                return Ok(Some(name.family.clone()));
            }
        }
        Ok(None)
    }
}
