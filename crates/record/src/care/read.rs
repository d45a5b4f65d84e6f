//! What a resource says of who cares for whom (HL7 FHIR R4: Encounter, CareTeam, EpisodeOfCare,
//! Patient, PractitionerRole, Practitioner).
//!
//! Only persons count, by themselves or through a role or a team; an organization is nobody. What
//! is not understood gives nothing: a period that cannot be read, a status that is not said.

use crate::Failure;
use crate::consent::period;
use crate::limit::within;
use crate::search::{reference, values_at};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The types that are read, as in `CARE_SOURCES_AFTER`.
pub(crate) const SOURCES: &[&str] =
    &["CareTeam", "Encounter", "EpisodeOfCare", "Patient", "Practitioner", "PractitionerRole"];
/// Who can care for somebody.
const CARERS: &[&str] = &["CareTeam", "Practitioner", "PractitionerRole"];
/// Rows of one resource.
const ROWS_MAX: usize = 1_000;
/// Bytes of a system with its value.
const IDENTIFIER_BYTES_MAX: usize = 1_024;

/// From, until; the last one is not in it.
type Period = (i64, i64);
const ALWAYS: Period = (i64::MIN, i64::MAX);

/// What one resource says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// Who cares for the patient of the resource: what the person is called, from when; until when.
    pub(crate) carers: BTreeMap<(String, i64), i64>,
    /// What is a part of what, from when; until when: a practitioner of a role, a member of a team.
    pub(crate) members: BTreeMap<(String, String, i64), i64>,
}

impl Said {
    pub(crate) fn is_empty(&self) -> bool {
        self.carers.is_empty() && self.members.is_empty()
    }

    /// Somebody cares for the patient; of two that begin together the longer one holds.
    fn carer(&mut self, name: String, (begins, ends): Period) {
        if begins < ends {
            let until = self.carers.entry((name, begins)).or_insert(ends);
            *until = ends.max(*until);
        }
    }

    fn carers_named(&mut self, named: &Json, time: Period) {
        for name in names(named) {
            self.carer(name, time);
        }
    }

    fn member(&mut self, part: &str, whole: &str, (begins, ends): Period) {
        if begins < ends {
            let key = (part.to_owned(), whole.to_owned(), begins);
            let until = self.members.entry(key).or_insert(ends);
            *until = ends.max(*until);
        }
    }
}

/// Reads a resource. One that names more people than can be kept is [`Failure::TooMuch`].
pub(crate) fn said(resource_type: &str, id: &str, resource: &Json) -> Result<Said, Failure> {
    let mut said = Said::default();
    let own = format!("{resource_type}/{id}");
    match resource_type {
        "Encounter" => encounter(resource, &mut said),
        "CareTeam" => team(resource, &own, &mut said),
        "EpisodeOfCare" => episode(resource, &mut said),
        "Patient" if resource.get("active") != Some(&Json::Bool(false)) => {
            for named in values_at(resource, &["generalPractitioner"]) {
                said.carers_named(named, ALWAYS);
            }
        }
        "PractitionerRole" if resource.get("active") != Some(&Json::Bool(false)) => {
            if let (Some(time), Some(named)) = (time_of(resource), resource.get("practitioner")) {
                for name in names(named) {
                    said.member(&name, &own, time);
                }
            }
        }
        // Whoever is called by the number is called by the resource, and the other way round.
        "Practitioner" => {
            for name in values_at(resource, &["identifier"]).into_iter().filter_map(identifier) {
                said.member(&name, &own, ALWAYS);
                said.member(&own, &name, ALWAYS);
            }
        }
        _ => {}
    }
    within(&own, said.carers.len().max(said.members.len()), ROWS_MAX, "people who care")?;
    Ok(said)
}

fn encounter(resource: &Json, said: &mut Said) {
    let Some(time) = visit(resource, &["arrived", "triaged", "in-progress", "onleave"]) else {
        return;
    };
    for participant in values_at(resource, &["participant"]) {
        let (Some(own), Some(named)) = (time_of(participant), participant.get("individual")) else {
            continue;
        };
        said.carers_named(named, both(time, own));
    }
}

fn episode(resource: &Json, said: &mut Said) {
    let Some(time) = visit(resource, &["active", "onhold"]) else { return };
    for path in ["careManager", "team"] {
        for named in values_at(resource, &[path]) {
            said.carers_named(named, time);
        }
    }
}

/// When a visit or an episode makes a relationship. One that is going on may not say from or until
/// when; one that is over, or still to come, has to.
fn visit(resource: &Json, under_way: &[&str]) -> Option<Period> {
    let time = time_of(resource)?;
    let status = resource.get("status").and_then(Json::as_str)?;
    let is_said = match status {
        "planned" => time.0 != i64::MIN,
        "finished" => time.1 != i64::MAX,
        _ => under_way.contains(&status),
    };
    is_said.then_some(time)
}

/// A team cares for its patient, if it has one; whoever is in it is so for others, too.
fn team(resource: &Json, own: &str, said: &mut Said) {
    let is_active = resource.get("status").and_then(Json::as_str) == Some("active");
    let Some(time) = time_of(resource).filter(|_| is_active) else { return };
    for participant in values_at(resource, &["participant"]) {
        let (Some(within), Some(named)) = (time_of(participant), participant.get("member")) else {
            continue;
        };
        for name in names(named) {
            said.member(&name, own, both(time, within));
        }
    }
    said.carer(own.to_owned(), time);
}

fn both(one: Period, other: Period) -> Period {
    (one.0.max(other.0), one.1.min(other.1))
}

/// The period of an element; `None` if it cannot be read.
fn time_of(element: &Json) -> Option<Period> {
    element.get("period").map_or(Some(ALWAYS), period)
}

/// What a reference calls a person or a team: by resource, by identifier, or both.
fn names(named: &Json) -> Vec<String> {
    let text = |name: &str| named.get(name).and_then(Json::as_str);
    if text("type").is_some_and(|of| !CARERS.contains(&of)) {
        return Vec::new();
    }
    let resource = text("reference").and_then(reference);
    if resource.is_some_and(|(of, _)| !CARERS.contains(&of)) {
        return Vec::new();
    }
    let resource = resource.map(|(of, id)| format!("{of}/{id}"));
    resource.into_iter().chain(named.get("identifier").and_then(identifier)).collect()
}

/// A system with its value; one that is no longer used is nobody's.
fn identifier(json: &Json) -> Option<String> {
    let text = |name: &str| json.get(name).and_then(Json::as_str).filter(|text| !text.is_empty());
    let name = format!("{}|{}", text("system")?, text("value")?);
    let is_kept = name.len() <= IDENTIFIER_BYTES_MAX && !name.contains('\0');
    (is_kept && text("use") != Some("old")).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn carers(resource: &Json) -> Vec<String> {
        let kind = resource["resourceType"].as_str().unwrap();
        let said = said(kind, "x", resource).unwrap();
        said.carers.into_keys().map(|(name, _)| name).collect()
    }

    /// The statuses of FHIR R4 (encounter-status, episode-of-care-status, care-team-status) and
    /// whether somebody cares for the patient by them.
    #[test]
    fn the_status_decides_whether_it_is_a_relationship() {
        let ana = json!({"reference": "Practitioner/ana"});
        let (start, end) = (json!({"start": "2026-01-01"}), json!({"end": "2026-01-02"}));
        for (status, none, from, until) in [
            ("planned", false, true, false),
            ("arrived", true, true, true),
            ("triaged", true, true, true),
            ("in-progress", true, true, true),
            ("onleave", true, true, true),
            ("finished", false, false, true),
            ("cancelled", false, false, false),
            ("entered-in-error", false, false, false),
            ("unknown", false, false, false),
        ] {
            for (period, expected) in
                [(json!({}), none), (start.clone(), from), (end.clone(), until)]
            {
                let visit = json!({"resourceType": "Encounter", "status": status,
                    "period": period, "participant": [{"individual": ana}]});
                assert_eq!(!carers(&visit).is_empty(), expected, "{status} {period}");
            }
        }
        for (status, expected) in [
            ("planned", false),
            ("waitlist", false),
            ("active", true),
            ("onhold", true),
            ("finished", false),
            ("cancelled", false),
            ("entered-in-error", false),
        ] {
            let episode =
                json!({"resourceType": "EpisodeOfCare", "status": status, "careManager": ana});
            assert_eq!(!carers(&episode).is_empty(), expected, "{status}");
        }
        for (status, expected) in [
            (json!("proposed"), false),
            (json!("active"), true),
            (json!("suspended"), false),
            (json!("inactive"), false),
            (json!("entered-in-error"), false),
            (Json::Null, false),
        ] {
            let team = json!({"resourceType": "CareTeam", "status": status,
                "participant": [{"member": ana}]});
            assert_eq!(!carers(&team).is_empty(), expected, "{status}");
        }
    }

    #[test]
    fn only_persons_and_their_teams_count() {
        for (named, expected) in [
            (json!({"reference": "Practitioner/a"}), vec!["Practitioner/a"]),
            (json!({"reference": "Practitioner/a/_history/2"}), vec!["Practitioner/a"]),
            (json!({"reference": "PractitionerRole/r"}), vec!["PractitionerRole/r"]),
            (json!({"reference": "Organization/o"}), vec![]),
            (json!({"reference": "RelatedPerson/o"}), vec![]),
            (json!({"reference": "Patient/p"}), vec![]),
            (json!({"reference": "#contained"}), vec![]),
            (json!({"reference": "https://elsewhere.example/Practitioner/a"}), vec![]),
            (json!({"display": "Dr. A"}), vec![]),
            (json!({"identifier": {"system": "urn:npi", "value": "1"}}), vec!["urn:npi|1"]),
            (json!({"identifier": {"value": "1"}}), vec![]),
            (json!({"identifier": {"system": "urn:npi", "value": "1", "use": "old"}}), vec![]),
            (
                json!({"type": "Organization", "identifier": {"system": "urn:n", "value": "1"}}),
                vec![],
            ),
        ] {
            let patient = json!({"resourceType": "Patient", "generalPractitioner": [named]});
            assert_eq!(carers(&patient), expected, "{named}");
        }
    }

    #[test]
    fn a_period_that_cannot_be_read_gives_nothing() {
        let ana = json!({"reference": "Practitioner/ana"});
        for (visit, own) in [
            (json!({"start": "soon"}), json!({})),
            (json!({}), json!({"end": 7})),
            // The person was there when the visit was not.
            (json!({"start": "2026-02-01"}), json!({"end": "2026-01-01"})),
        ] {
            let visit = json!({"resourceType": "Encounter", "status": "in-progress",
                "period": visit, "participant": [{"individual": ana, "period": own}]});
            assert!(carers(&visit).is_empty(), "{visit}");
        }
    }

    #[test]
    fn more_people_than_can_be_kept_are_refused() {
        let many = |count: usize| -> Vec<Json> {
            (0..count)
                .map(|n| json!({"individual": {"reference": format!("Practitioner/{n}")}}))
                .collect()
        };
        for (count, is_read) in [(ROWS_MAX, true), (ROWS_MAX + 1, false)] {
            let visit = json!({"status": "arrived", "participant": many(count)});
            let read = said("Encounter", "x", &visit);
            assert_eq!(read.is_ok(), is_read, "{count}");
            assert!(is_read || matches!(read, Err(Failure::TooMuch { .. })));
        }
    }
}
