//! Rules that find what a privacy officer should look at: snooping, and what looks like it.
//!
//! Rules are data with thresholds. A finding says which events gave rise to it and judges nobody.

use super::AuditEvent;
use crate::Action;
use model::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

const HOUR_MICROS: i64 = 3_600_000_000;
const DAY_MICROS: i64 = 24 * HOUR_MICROS;
const MINUTE_MICROS: i64 = 60_000_000;

/// Events that one finding names.
const EVENTS_NAMED_MAX: usize = 100;

/// Roles of people; machines read by the thousand.
const PEOPLE: &[&str] =
    &["prescriber", "pharmacist", "geneticist", "oncologist", "laboratory-reviewer"];
/// Actions by which somebody learns something about a patient.
pub(crate) const READS: &[Action] =
    &[Action::ReadClinical, Action::ReadFacts, Action::ReadStatements, Action::FindPatients];
/// Actions that take data out of the record in bulk; for research, too.
pub(crate) const EXPORTS: &[Action] = &[Action::Export, Action::ExportDeidentified];

/// Thresholds. What is left out of a file is as it is here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct ReviewRules {
    /// Minutes that the site's clock is ahead of UTC.
    pub utc_offset_minutes: i64,
    /// Different patients that one person reads on a day.
    pub patients_per_day_max: usize,
    /// First hour of the night.
    pub night_from_hour: i64,
    /// First hour of the day.
    pub night_until_hour: i64,
    /// Different patients without a relationship that one person reads in a night.
    pub night_patients_max: usize,
    /// Patients with ids one after the other that one person reads.
    pub sequential_ids_max: usize,
    /// Different patients without a relationship that one person reads on a day.
    pub without_relationship_max: usize,
    /// Exports of one actor on a day.
    pub exports_per_day_max: usize,
    /// Denials of one actor on a day.
    pub denials_per_day_max: usize,
    /// Whether the record knows everybody who cares for a patient, so that who is not named there
    /// has no relationship.
    pub care_is_complete: bool,
}

impl Default for ReviewRules {
    fn default() -> Self {
        Self {
            utc_offset_minutes: 0,
            patients_per_day_max: 60,
            night_from_hour: 22,
            night_until_hour: 5,
            night_patients_max: 2,
            sequential_ids_max: 5,
            without_relationship_max: 3,
            exports_per_day_max: 0,
            denials_per_day_max: 20,
            care_is_complete: false,
        }
    }
}

/// What is known about people beside the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct ReviewFacts {
    /// The patient that a log-in is.
    pub patient_of_actor: BTreeMap<String, String>,
    /// Family names of log-ins.
    pub family_of_actor: BTreeMap<String, String>,
    /// Family names of patients.
    pub family_of_patient: BTreeMap<String, String>,
    /// Patients who are looked at out of curiosity.
    pub watched_patients: BTreeSet<String>,
    /// Who treats whom; `None` = it is not known here, and no rule supposes that nobody does.
    /// Relationships of care in the record are added where [`ReviewRules::care_is_complete`].
    pub relationships: Option<BTreeSet<(String, String)>>,
}

/// Something to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReviewFinding {
    /// A stable word for the rule.
    pub rule: &'static str,
    /// Who.
    pub actor: String,
    /// The day at the site, counted from 1970-01-01.
    #[serde(skip)]
    pub day: i64,
    /// Whom it is about.
    pub patients: Vec<String>,
    /// The events, the first ones.
    pub events: Vec<String>,
    /// How many events there are.
    #[serde(skip)]
    pub events_total: usize,
    /// When the last of them was.
    #[serde(skip)]
    pub last: Timestamp,
}

/// What one actor did on one day.
#[derive(Default)]
struct Session<'e> {
    /// Patient and event, in order.
    reads: Vec<(&'e str, &'e AuditEvent)>,
    exports: Vec<&'e AuditEvent>,
    denials: Vec<&'e AuditEvent>,
}

/// Goes through events of whatever order; findings by day, actor and rule.
pub fn review_audit(
    events: &[AuditEvent],
    facts: &ReviewFacts,
    rules: &ReviewRules,
) -> Vec<ReviewFinding> {
    let mut ordered: Vec<&AuditEvent> = events.iter().collect();
    ordered.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
    let mut sessions: BTreeMap<(i64, &str), Session<'_>> = BTreeMap::new();
    for event in ordered {
        let session = sessions.entry((rules.night_day(event), event.actor.as_str())).or_default();
        if !event.permitted {
            session.denials.push(event);
        } else if is_one_of(event, EXPORTS) {
            session.exports.push(event);
        } else if is_read(event) {
            session.reads.extend(event.patients.iter().map(|one| (one.as_str(), event)));
        }
    }
    let mut findings = Vec::new();
    for ((day, actor), session) in &sessions {
        let looking = Looking { actor, day: *day, session, facts, rules };
        findings.extend(looking.all());
    }
    findings
}

fn is_one_of(event: &AuditEvent, actions: &[Action]) -> bool {
    actions.iter().any(|action| action.word() == event.action)
}

/// Whether some rule looks at an event at all.
pub(crate) fn is_looked_at(event: &AuditEvent) -> bool {
    !event.permitted || is_one_of(event, EXPORTS) || is_read(event)
}

/// Reads of single patients by people. A list names everybody it shows, and opens nobody.
fn is_read(event: &AuditEvent) -> bool {
    PEOPLE.contains(&event.role.as_str())
        && is_one_of(event, READS)
        && event.query.is_none()
        && (event.action != "find-patients" || event.patients.len() == 1)
}

impl ReviewRules {
    fn local(&self, event: &AuditEvent) -> i64 {
        event.time.micros().saturating_add(self.utc_offset_minutes.saturating_mul(MINUTE_MICROS))
    }

    /// The day of an event; a night belongs to the day on which it began.
    fn night_day(&self, event: &AuditEvent) -> i64 {
        let night = self.night_until_hour.saturating_mul(HOUR_MICROS);
        self.local(event).saturating_sub(night).div_euclid(DAY_MICROS)
    }

    /// When the day of an instant begins.
    pub(crate) fn day_begins(&self, at: Timestamp) -> Timestamp {
        let ahead = self
            .utc_offset_minutes
            .saturating_mul(MINUTE_MICROS)
            .saturating_sub(self.night_until_hour.saturating_mul(HOUR_MICROS));
        let day = at.micros().saturating_add(ahead).div_euclid(DAY_MICROS);
        Timestamp::from_micros(day.saturating_mul(DAY_MICROS).saturating_sub(ahead))
    }

    fn is_night(&self, event: &AuditEvent) -> bool {
        let hour = self.local(event).rem_euclid(DAY_MICROS) / HOUR_MICROS;
        hour >= self.night_from_hour || hour < self.night_until_hour
    }
}

struct Looking<'s, 'e> {
    actor: &'s str,
    day: i64,
    session: &'s Session<'e>,
    facts: &'s ReviewFacts,
    rules: &'s ReviewRules,
}

impl<'e> Looking<'_, 'e> {
    fn all(&self) -> Vec<ReviewFinding> {
        let (facts, rules) = (self.facts, self.rules);
        let family = facts.family_of_actor.get(self.actor).map(|name| name.to_lowercase());
        let own = facts.patient_of_actor.get(self.actor).map(String::as_str);
        let of_family = |patient: &str| {
            let theirs = facts.family_of_patient.get(patient).map(|name| name.to_lowercase());
            family.is_some() && family == theirs && own != Some(patient)
        };
        let colleagues: BTreeSet<&str> =
            facts.patient_of_actor.values().map(String::as_str).collect();
        let is_colleague = |patient: &str| colleagues.contains(patient) && own != Some(patient);
        let unrelated = |patient: &str| !self.is_related(patient);
        let is_known = facts.relationships.is_some();
        let watched = |patient: &str| facts.watched_patients.contains(patient);
        let any = |_: &str, _: &AuditEvent| true;
        [
            self.more("self", 0, |patient, _| own == Some(patient)),
            self.more("watched", 0, |patient, _| watched(patient) && unrelated(patient)),
            self.more("family", 0, |patient, _| of_family(patient) && unrelated(patient)),
            self.more("colleague", 0, |patient, _| is_colleague(patient) && unrelated(patient)),
            self.more("volume", rules.patients_per_day_max, any),
            self.more("night", rules.night_patients_max, |patient, event| {
                rules.is_night(event) && unrelated(patient)
            }),
            self.more("no-relationship", rules.without_relationship_max, |patient, _| {
                is_known && unrelated(patient)
            }),
            self.sequential(),
            self.events("export", rules.exports_per_day_max, &self.session.exports),
            self.events("denials", rules.denials_per_day_max, &self.session.denials),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn is_related(&self, patient: &str) -> bool {
        let pair = (self.actor.to_owned(), patient.to_owned());
        self.facts.relationships.as_ref().is_some_and(|known| known.contains(&pair))
    }

    fn finding(&self, rule: &'static str, of: &[(&str, &AuditEvent)]) -> ReviewFinding {
        let patients: BTreeSet<&str> = of.iter().map(|(patient, _)| *patient).collect();
        let events: BTreeSet<&str> = of.iter().map(|(_, event)| event.id.as_str()).collect();
        let events_total = events.len();
        let last = of.iter().map(|(_, event)| event.time).max();
        let last = last.unwrap_or(Timestamp::from_micros(0));
        let first = |texts: BTreeSet<&str>| -> Vec<String> {
            let named = texts.into_iter().filter(|text| !text.is_empty());
            named.take(EVENTS_NAMED_MAX).map(str::to_owned).collect()
        };
        let (actor, day) = (self.actor.to_owned(), self.day);
        let (patients, events) = (first(patients), first(events));
        ReviewFinding { rule, actor, day, patients, events, events_total, last }
    }

    /// More different patients than a threshold.
    fn more(
        &self,
        rule: &'static str,
        most: usize,
        counts: impl Fn(&str, &AuditEvent) -> bool,
    ) -> Option<ReviewFinding> {
        let reads = self.session.reads.iter();
        let of: Vec<_> = reads.copied().filter(|(patient, event)| counts(patient, event)).collect();
        let patients: BTreeSet<&str> = of.iter().map(|(patient, _)| *patient).collect();
        (patients.len() > most).then(|| self.finding(rule, &of))
    }

    fn events(
        &self,
        rule: &'static str,
        most: usize,
        events: &[&'e AuditEvent],
    ) -> Option<ReviewFinding> {
        let of: Vec<_> = events.iter().map(|event| ("", *event)).collect();
        (of.len() > most).then(|| self.finding(rule, &of))
    }

    /// Ids that count up or down, one after the other.
    fn sequential(&self) -> Option<ReviewFinding> {
        let mut run: Vec<(&str, &AuditEvent)> = Vec::new();
        let mut longest: Vec<(&str, &AuditEvent)> = Vec::new();
        let mut before: Option<(&str, u64)> = None;
        for (patient, event) in &self.session.reads {
            let Some(place) = numbered(patient) else { continue };
            if before == Some(place) {
                continue;
            }
            let follows = before
                .is_some_and(|(stem, number)| stem == place.0 && number.abs_diff(place.1) == 1);
            if !follows {
                run.clear();
            }
            run.push((patient, event));
            if run.len() > longest.len() {
                longest.clone_from(&run);
            }
            before = Some(place);
        }
        (longest.len() > self.rules.sequential_ids_max)
            .then(|| self.finding("sequential-ids", &longest))
    }
}

/// An id that ends with a number: what stands before, and the number.
fn numbered(id: &str) -> Option<(&str, u64)> {
    let stem = id.trim_end_matches(|character: char| character.is_ascii_digit());
    let digits = id.strip_prefix(stem)?;
    Some((stem, digits.parse().ok()?))
}

#[cfg(test)]
#[path = "review/tests.rs"]
mod tests;
