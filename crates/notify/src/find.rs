//! Finding the events of a subscription among changes.
//!
//! Everything is read under the maker's access, so what the maker may not see is no event.

use crate::Failure;
use crate::request::{Wanted, are_met};
use crate::topic::{Topic, Trigger};
use formats::fhir::access::text;
use model::StatementId;
use record::{Access, Action, Change, ChangeKind, NewEvent, Record, Stored, StoredStatement};
use serde_json::{Value, json};

/// States of a report or observation that holds no result (FHIR R4 `diagnostic-report-status`).
const NO_RESULT: [&str; 2] = ["registered", "unknown"];
/// States of a research subject that make a match (FHIR R4 `research-subject-status`).
const CANDIDATE: [&str; 3] = ["candidate", "potential-candidate", "eligible"];
/// What a trial says to whom it takes, as far as criteria are evaluated.
const TAKEN: [&str; 2] = ["eligible", "needs-review"];

/// The events among changes, in their order. Statements of one patient that changed together are
/// one event.
pub(crate) fn events(
    record: &Record,
    access: &Access,
    wanted: &Wanted,
    changes: &[Change],
) -> Result<Vec<NewEvent>, Failure> {
    let Some(topic) = wanted.topic() else { return Ok(Vec::new()) };
    let finder = Finder { record, access, wanted, topic };
    let mut events: Vec<NewEvent> = Vec::new();
    for change in changes {
        if !finder.is_event(change)? {
            continue;
        }
        let last = events.last_mut().filter(|last| {
            change.kind == ChangeKind::Statement && last.change.patient == change.patient
        });
        match last {
            Some(last) => last.change = change.clone(),
            None => events.push(NewEvent { change: change.clone() }),
        }
    }
    Ok(events)
}

struct Finder<'a> {
    record: &'a Record,
    access: &'a Access,
    wanted: &'a Wanted,
    topic: &'a Topic,
}

impl Finder<'_> {
    fn is_event(&self, change: &Change) -> Result<bool, Failure> {
        match (self.topic.trigger, change.kind) {
            (Trigger::Interpretation, ChangeKind::Statement) => self.says_otherwise(change),
            (Trigger::TrialMatch, ChangeKind::TrialStatus) => self.is_taken(change),
            (Trigger::Result | Trigger::TrialMatch, ChangeKind::Resource)
                if self.topic.focus.contains(&change.resource_type.as_str()) =>
            {
                self.is_of_resource(change)
            }
            _ => Ok(false),
        }
    }

    fn is_of_resource(&self, change: &Change) -> Result<bool, Failure> {
        let is_first = change.version == 1;
        let is_match = self.topic.trigger == Trigger::TrialMatch;
        // A new result is a report; what it consists of is told of when it is amended.
        if (change.resource_type == "Observation" && is_first) || (is_match && change.deleted) {
            return Ok(false);
        }
        let version =
            if change.deleted { change.version.saturating_sub(1) } else { change.version };
        let Some(resource) = self.version(change, version)? else { return Ok(false) };
        if !self.passes(change, &resource) {
            return Ok(false);
        }
        if !is_match {
            return Ok(text(&resource, "status").is_some_and(|state| !NO_RESULT.contains(&state)));
        }
        let is_candidate = |resource: &Value| {
            text(resource, "status").is_some_and(|state| CANDIDATE.contains(&state))
        };
        let was = if is_first { None } else { self.version(change, change.version - 1)? };
        Ok(is_candidate(&resource) && !was.is_some_and(|was| is_candidate(&was)))
    }

    fn version(&self, change: &Change, version: u64) -> Result<Option<Value>, Failure> {
        let found = self.record.vread(self.access, &change.resource_type, &change.id, version)?;
        let body = found.filter(|found: &Stored| !found.deleted).map(|found| found.body);
        // What was filed can be read: it was checked then.
        Ok(body.and_then(|body| serde_json::from_slice(&body).ok()))
    }

    fn passes(&self, change: &Change, resource: &Value) -> bool {
        let whose = change.patient.as_ref().map_or("", |patient| patient.as_str());
        let kind = match change.kind {
            ChangeKind::Statement | ChangeKind::TrialStatus => "Patient",
            ChangeKind::Resource | ChangeKind::Trial => change.resource_type.as_str(),
        };
        are_met(&self.wanted.filters, kind, whose, resource)
    }

    /// Whether a trial takes a patient whom it did not take, as far as the maker may know. Filters
    /// see what a research subject would say: a candidate who is still to be screened.
    fn is_taken(&self, change: &Change) -> Result<bool, Failure> {
        let number = change.id.parse::<u64>().ok();
        let Some(next) = number.and_then(|number| number.checked_add(1)) else { return Ok(false) };
        if !self.record.may(self.access, Action::ReadStatements)? {
            return Ok(false);
        }
        let found = self.record.trial_changes(self.access, Some(next), 1)?;
        let Some(said) = found.first().filter(|one| Some(one.number) == number) else {
            return Ok(false);
        };
        let takes = |status: &str| TAKEN.contains(&status);
        if takes(&said.former) || !takes(&said.standing.status) {
            return Ok(false);
        }
        let (tenant, trial) = (self.access.tenant().as_str(), said.standing.trial.as_str());
        let study = record::derived_id(["ResearchStudy", tenant, trial]);
        let subject = json!({"status": "potential-candidate",
            "study": {"reference": format!("ResearchStudy/{study}")}});
        Ok(self.passes(change, &subject))
    }

    /// Whether a statement says something else than before. A first statement is no change, and
    /// neither is the same said again from other inputs or with another pack.
    fn says_otherwise(&self, change: &Change) -> Result<bool, Failure> {
        if change.version < 2 || !self.passes(change, &Value::Null) {
            return Ok(false);
        }
        let id = StatementId::new(change.id.as_str());
        let version = |number| self.record.statement(self.access, &id, Some(number));
        let (Some(is), Some(was)) = (version(change.version)?, version(change.version - 1)?) else {
            return Ok(false);
        };
        let said = |one: &StoredStatement| (!one.withdrawn).then(|| one.statement.content.clone());
        Ok(said(&is) != said(&was))
    }
}
