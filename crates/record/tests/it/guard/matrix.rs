//! Role × purpose × label × relationship × emergency × consent × path, against rules that are
//! written out here on their own.

use super::{FAR_AWAY, LONG_AGO, care, consent, file, labelled, two};
use crate::support::observation;
use model::{PatientId, TenantId};
use record::{
    Access, CompartmentQuery, Failure, HistoryQuery, Purpose, Query, Record, Role, Scope, Term,
};
use serde_json::{Value, json};

/// One in so many cells is asked, unless `COGNATE_ASSURE` is set.
const PART: usize = 10;

/// How a case stands.
#[derive(Clone, Copy, Debug)]
struct Cell<'a> {
    role: Role,
    purpose: Purpose,
    label: &'a str,
    in_care: bool,
    emergency: bool,
    consent: &'a str,
}

/// What the standard set says, in other words than the policies'.
fn expected(cell: Cell<'_>) -> Option<bool> {
    let clinician = matches!(
        cell.role,
        Role::Prescriber | Role::Pharmacist | Role::Geneticist | Role::Oncologist
    );
    let doctor = clinician && cell.role != Role::Pharmacist;
    let refused = match cell.consent {
        "deny" => {
            matches!(cell.purpose, Purpose::Treatment | Purpose::Operations | Purpose::Research)
        }
        "deny emergency" => cell.purpose == Purpose::Emergency,
        _ => false,
    };
    let given = cell.consent == "permit treatment" && cell.purpose == Purpose::Treatment
        || cell.consent == "permit research" && cell.purpose == Purpose::Research;
    let shown = match (cell.role, cell.purpose) {
        (_, Purpose::Emergency) if clinician => cell.emergency,
        (_, Purpose::Treatment) if clinician => match cell.label {
            "" | "SF" => true,
            "GDIS" => doctor,
            "R" | "HIV" => cell.in_care,
            "PSY" => cell.in_care && doctor,
            "ETH" => cell.in_care && doctor && given,
            _ => false,
        },
        (Role::LaboratoryReviewer, Purpose::Treatment | Purpose::Operations) => {
            !matches!(cell.label, "V" | "ETH" | "PSY")
        }
        (Role::Interface, Purpose::Treatment | Purpose::Operations)
        | (Role::Patient, Purpose::PatientRequest) => return Some(true),
        (Role::ServiceClient, Purpose::Treatment) => matches!(cell.label, "" | "GDIS" | "SF"),
        (Role::Researcher, Purpose::Research) => given && cell.label.is_empty(),
        _ => return None,
    };
    Some(shown && !refused)
}

fn found(record: &Record, access: &Access, path: usize) -> Result<bool, Failure> {
    let patient = PatientId::new("p1");
    let search = |resource_type: &str, name: &str, value: &str| {
        let query = Query {
            resource_type: resource_type.to_owned(),
            terms: vec![Term::parse(name, value)],
            count: 9,
            cursor: None,
        };
        record.search(access, &query)
    };
    let has = |of: Vec<record::Stored>| of.iter().any(|stored| stored.reference.id == "o1");
    Ok(match path {
        0 => record.read(access, "Observation", "o1")?.is_some(),
        1 => has(search("Observation", "patient", "p1")?.entries),
        2 => search("Observation", "_id", "o1")?.total == 1,
        3 => {
            let types = vec!["Observation".to_owned()];
            let query = CompartmentQuery { types, count: 9, ..CompartmentQuery::default() };
            has(record.compartment(access, &patient, &query)?.entries)
        }
        4 => {
            let (resource_type, id) = (Some("Observation".to_owned()), Some("o1".to_owned()));
            let query = HistoryQuery { resource_type, id, count: 1, ..HistoryQuery::default() };
            !record.history(access, &query)?.entries.is_empty()
        }
        _ => record.heads(access, &[("Observation", "o1")])?[0].is_some(),
    })
}

/// Paths that [`found`] goes.
const PATHS: usize = 6;

fn consents() -> [(&'static str, Value); 5] {
    let purposes = |code: &str| json!([{"code": code}]);
    [
        ("none", Value::Null),
        ("deny", json!({"type": "deny"})),
        ("deny emergency", json!({"type": "deny", "purpose": purposes("BTG")})),
        ("permit treatment", json!({"type": "permit", "purpose": purposes("TREAT")})),
        ("permit research", json!({"type": "permit", "purpose": purposes("HRESCH")})),
    ]
}

#[test]
fn every_cell_is_what_the_rules_say() {
    let part = if std::env::var_os("COGNATE_ASSURE").is_some() { 1 } else { PART };
    let fixture = two();
    let record = &fixture.record;
    let (mut number, mut cells, mut shown) = (0_usize, 0_usize, 0_usize);
    let actor = |in_care: bool, emergency: bool| format!("account:{in_care}-{emergency}");
    for emergency in [false, true] {
        care(record, &actor(true, emergency), "p1", LONG_AGO, FAR_AWAY);
    }
    for in_care in [false, true] {
        let tenant = TenantId::new("t1");
        let actor = actor(in_care, true);
        let (role, purpose) = (Role::Prescriber, Purpose::Treatment);
        let doctor = Access::new(tenant, actor, role, purpose, Scope::Tenant);
        let wish = record::NewEmergency {
            patient: PatientId::new("p1"),
            reason: record::EmergencyReason::Other,
            text: "because the test needs it".to_owned(),
        };
        record.open_emergency(&doctor, wish).unwrap();
    }
    for label in ["", "R", "V", "ETH", "GDIS", "HIV", "PSY", "SF"] {
        file(record, labelled(observation("o1", "p1", "x"), label));
        for (consent_name, provision) in consents() {
            file(record, consent("c1", "p1", provision));
            for role in Role::ALL {
                for purpose in Purpose::ALL {
                    for flags in 0..4 {
                        let (in_care, emergency) = (flags & 1 == 1, flags & 2 == 2);
                        let (role, purpose, consent) = (*role, *purpose, consent_name);
                        let cell = Cell { role, purpose, label, in_care, emergency, consent };
                        for path in 0..PATHS {
                            number += 1;
                            // Another path each time round, so that a part goes all of them.
                            if !(number + number / PART).is_multiple_of(part) {
                                continue;
                            }
                            cells += 1;
                            let narrow = role == Role::Patient || purpose == Purpose::Emergency;
                            let scope = if narrow {
                                Scope::Patients([PatientId::new("p1")].into())
                            } else {
                                Scope::Tenant
                            };
                            let who = actor(in_care, emergency);
                            let tenant = TenantId::new("t1");
                            let access = Access::new(tenant, who, role, purpose, scope);
                            let answer = match found(record, &access, path) {
                                Ok(found) => Some(found),
                                Err(Failure::Denied { .. }) => None,
                                Err(other) => panic!("{cell:?} by {path}: {other}"),
                            };
                            assert_eq!(answer, expected(cell), "{cell:?} by {path}");
                            shown += usize::from(answer == Some(true));
                        }
                    }
                }
            }
        }
    }
    let outcome = if part == 1 { "met" } else { "a part" };
    let (what, goal) = ("access matrix", "20,000 cells, no difference");
    println!("figure: {what} | {goal} | {cells} of {number}, none | {outcome}");
    assert!(number >= 20_000, "{number}");
    assert!(cells * (part + 1) > number && shown * 20 > cells, "{cells} {shown}");
}
