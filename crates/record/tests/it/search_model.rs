//! Search against a model of it in memory, written without the record's code: whatever is stored
//! and asked, both find the same, in the same order, on pages of any size.

use crate::support::{access, commit, fixture, narrowed, patient_fact, put};
use proptest::prelude::*;
use record::{
    Access, Condition, Query, Record, ResourceChange, Role, Search, SortKey, Term, Total,
};
use serde_json::{Value, json};
use std::cmp::Ordering;

/// An observation as the model knows it. Days are those of January 2026, from 1.
#[derive(Clone, Debug)]
struct Observed {
    patient: usize,
    system: u8,
    code: u8,
    /// First day and the day after the last; whole months are 31 and 28 days.
    days: Option<(i64, i64)>,
    /// Hundredths, and the unit.
    value: Option<(i64, u8)>,
    components: Vec<(u8, u8)>,
}

/// A term as the model knows it.
#[derive(Clone, Debug)]
enum Asked {
    Code { system: Option<u8>, code: u8, not: bool },
    Date { prefix: usize, first: i64, is_month: bool },
    Value { prefix: usize, tenths: i64, unit: Option<u8> },
    Component { code: u8, value: u8 },
    ValueMissing(bool),
    Gender(bool),
    Family(u8),
}

const PREFIXES: [&str; 8] = ["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb"];
const PATIENTS: usize = 4;

/// What a patient is: every second one is female, families repeat after three.
fn is_female(patient: usize) -> bool {
    patient.is_multiple_of(2)
}

fn family(patient: usize) -> u8 {
    u8::try_from(patient % 3).unwrap()
}

fn observed() -> impl Strategy<Value = Observed> {
    let days = prop_oneof![
        Just(None),
        Just(Some((1, 32))),
        Just(Some((32, 60))),
        (1_i64..28).prop_map(|day| Some((day, day + 1))),
    ];
    // Often the very number that is asked for, or the end of its range.
    let value = prop::option::of(((-12_i64..12).prop_map(|number| number * 5), 0_u8..2));
    let components = prop::collection::vec((0_u8..2, 0_u8..2), 0..3);
    (0..PATIENTS, 0_u8..2, 0_u8..3, days, value, components).prop_map(
        |(patient, system, code, days, value, components)| Observed {
            patient,
            system,
            code,
            days,
            value,
            components,
        },
    )
}

fn asked() -> impl Strategy<Value = Asked> {
    prop_oneof![
        (prop::option::of(0_u8..2), 0_u8..3, any::<bool>())
            .prop_map(|(system, code, not)| Asked::Code { system, code, not }),
        (0..8_usize, 1_i64..28, any::<bool>()).prop_map(|(prefix, first, is_month)| {
            Asked::Date { prefix, first: if is_month { 1 } else { first }, is_month }
        }),
        (0..8_usize, -6_i64..6, prop::option::of(0_u8..2))
            .prop_map(|(prefix, tenths, unit)| Asked::Value { prefix, tenths, unit }),
        (0_u8..2, 0_u8..2).prop_map(|(code, value)| Asked::Component { code, value }),
        any::<bool>().prop_map(Asked::ValueMissing),
        any::<bool>().prop_map(Asked::Gender),
        (0_u8..3).prop_map(Asked::Family),
    ]
}

/// A number of tenths or hundredths as it is written.
fn decimal(number: i64, digits: usize) -> String {
    let sign = if number < 0 { "-" } else { "" };
    let unit = 10_i64.pow(u32::try_from(digits).unwrap());
    let (whole, rest) = (number.abs() / unit, number.abs() % unit);
    format!("{sign}{whole}.{rest:0digits$}")
}

impl Observed {
    fn resource(&self, id: &str) -> Value {
        let coding = |system: u8, code: u8| {
            let (system, code) = (format!("urn:s{system}"), format!("c{code}"));
            json!({"coding": [{"system": system, "code": code}]})
        };
        let mut resource = json!({
            "resourceType": "Observation", "id": id, "status": "final",
            "subject": {"reference": format!("Patient/p{}", self.patient)},
            "code": coding(self.system, self.code),
        });
        match self.days {
            None => {}
            Some((1, 32)) => resource["effectiveDateTime"] = json!("2026-01"),
            Some((32, _)) => resource["effectiveDateTime"] = json!("2026-02"),
            Some((day, _)) => resource["effectiveDateTime"] = json!(format!("2026-01-{day:02}")),
        }
        if let Some((hundredths, unit)) = self.value {
            let number: Value = serde_json::from_str(&decimal(hundredths, 2)).unwrap();
            resource["valueQuantity"] = json!({
                "value": number, "system": "http://unitsofmeasure.org", "code": format!("u{unit}")
            });
        }
        if !self.components.is_empty() {
            let components = self.components.iter().map(|(code, value)| {
                json!({"code": coding(0, *code), "valueCodeableConcept": coding(1, *value)})
            });
            resource["component"] = components.collect();
        }
        resource
    }

    fn holds(&self, asked: &Asked) -> bool {
        match *asked {
            Asked::Code { system, code, not } => {
                let is = self.code == code && system.is_none_or(|system| system == self.system);
                is != not
            }
            Asked::Date { prefix, first, is_month } => {
                let after = if is_month { 32 } else { first + 1 };
                self.days.is_some_and(|days| ranges(prefix, days, (first, after)))
            }
            Asked::Value { prefix, tenths, unit } => self.value.is_some_and(|(hundredths, of)| {
                // Thousandths: half of the last digit asked for is 50.
                let (value, asked) = (hundredths * 10, tenths * 100);
                let equal = (asked - 50..asked + 50).contains(&value);
                let holds = match PREFIXES[prefix] {
                    "eq" => equal,
                    "ne" => !equal,
                    "gt" | "sa" => value > asked,
                    "lt" | "eb" => value < asked,
                    "ge" => value >= asked,
                    _ => value <= asked,
                };
                holds && unit.is_none_or(|unit| unit == of)
            }),
            Asked::Component { code, value } => self.components.contains(&(code, value)),
            Asked::ValueMissing(missing) => self.value.is_none() == missing,
            Asked::Gender(female) => is_female(self.patient) == female,
            Asked::Family(asked) => family(self.patient) == asked,
        }
    }
}

/// FHIR R4 §3.1.1.4.6: the resource's range against that of the search.
fn ranges(prefix: usize, has: (i64, i64), asked: (i64, i64)) -> bool {
    let within = asked.0 <= has.0 && has.1 <= asked.1;
    match PREFIXES[prefix] {
        "eq" => within,
        "ne" => !within,
        "gt" => has.1 > asked.1,
        "lt" => has.0 < asked.0,
        "ge" => has.1 > asked.1 || within,
        "le" => has.0 < asked.0 || within,
        "sa" => has.0 >= asked.1,
        _ => has.1 <= asked.0,
    }
}

impl Asked {
    fn term(&self) -> Term {
        match *self {
            Self::Code { system, code, not } => {
                let name = if not { "code:not" } else { "code" };
                let system = system.map_or(String::new(), |system| format!("urn:s{system}|"));
                Term::parse(name, &format!("{system}c{code}"))
            }
            Self::Date { prefix, first, is_month } => {
                let prefix = PREFIXES[prefix];
                let date = if is_month { "2026-01".into() } else { format!("2026-01-{first:02}") };
                Term::parse("date", &format!("{prefix}{date}"))
            }
            Self::Value { prefix, tenths, unit } => {
                let unit = unit.map_or(String::new(), |unit| format!("||u{unit}"));
                let value = format!("{}{}{unit}", PREFIXES[prefix], decimal(tenths, 1));
                Term::parse("value-quantity", &value)
            }
            Self::Component { code, value } => {
                let value = format!("urn:s0|c{code}$c{value}");
                Term::parse("component-code-value-concept", &value)
            }
            Self::ValueMissing(missing) => {
                Term::parse("value-quantity:missing", &missing.to_string())
            }
            Self::Gender(female) => {
                let gender = if female { "female" } else { "male" };
                Term::parse("patient.gender", gender)
            }
            Self::Family(family) => {
                Term::parse("subject:Patient.family", &format!("family{family}"))
            }
        }
    }
}

fn store(record: &Record, observations: &[Observed]) {
    let mut changes: Vec<ResourceChange> = (0..PATIENTS)
        .map(|patient| {
            let id = format!("p{patient}");
            let resource = json!({
                "resourceType": "Patient", "id": id,
                "gender": if is_female(patient) { "female" } else { "male" },
                "name": [{"family": format!("Family{}", family(patient))}],
            });
            let facts = vec![patient_fact(&id, "x", &id)];
            ResourceChange::put(resource, facts, Condition::Any)
        })
        .collect();
    let resources = observations.iter().enumerate();
    changes.extend(resources.map(|(at, one)| put(one.resource(&format!("o{at:02}")))));
    commit(record, changes).unwrap();
}

/// Every id in the order of the pages, and the total that each page told.
fn walk(record: &Record, reader: &Access, mut search: Search) -> (Vec<usize>, Vec<u64>) {
    let (mut ids, mut totals) = (Vec::new(), Vec::new());
    loop {
        let found = record.find(reader, &search).unwrap();
        assert!(found.unknown_parameters.is_empty(), "{search:?}");
        let number = |one: &record::Stored| {
            one.reference.id.trim_start_matches('o').parse::<usize>().unwrap()
        };
        ids.extend(found.entries.iter().map(number));
        totals.extend(found.total);
        match found.next {
            Some(next) => search.query.cursor = Some(next),
            None => return (ids, totals),
        }
    }
}

/// Orders of the model: 0 by id, 1 by date up, 2 by date down and code up.
fn compare(order: usize, a: &Observed, b: &Observed) -> Ordering {
    let up = |one: &Observed| one.days.map_or(i64::MAX, |days| days.0);
    let down = |one: &Observed| -one.days.map_or(i64::MIN + 1, |days| days.0);
    match order {
        0 => Ordering::Equal,
        1 => up(a).cmp(&up(b)),
        _ => down(a).cmp(&down(b)).then(a.code.cmp(&b.code)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_record_finds_what_the_model_finds(
        observations in prop::collection::vec(observed(), 1..25),
        questions in prop::collection::vec(
            (prop::collection::vec(asked(), 0..3), 0..3_usize, 1_u32..6), 12),
        scope in prop::option::of(prop::collection::btree_set(0..PATIENTS, 0..PATIENTS)),
    ) {
        let fixture = fixture();
        store(&fixture.record, &observations);
        let reader = match &scope {
            None => access(Role::Prescriber),
            Some(patients) => {
                let names: Vec<String> =
                    patients.iter().map(|number| format!("p{number}")).collect();
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                narrowed(Role::Prescriber, &names)
            }
        };
        for (asked, order, count) in questions {
            let sees = |one: &Observed| {
                scope.as_ref().is_none_or(|patients| patients.contains(&one.patient))
            };
            let mut expected: Vec<usize> = (0..observations.len())
                .filter(|at| sees(&observations[*at]))
                .filter(|at| asked.iter().all(|term| observations[*at].holds(term)))
                .collect();
            expected.sort_by(|a, b| compare(order, &observations[*a], &observations[*b]));
            let search = Search {
                query: Query {
                    resource_type: "Observation".to_owned(),
                    terms: asked.iter().map(Asked::term).collect(),
                    count,
                    cursor: None,
                },
                sort: match order {
                    0 => Vec::new(),
                    1 => SortKey::parse("date"),
                    _ => SortKey::parse("-date,code"),
                },
                includes: Vec::new(),
                total: Total::Accurate,
            };
            let (found, totals) = walk(&fixture.record, &reader, search);
            prop_assert_eq!(&found, &expected, "{:?}", asked);
            let total = expected.len() as u64;
            prop_assert!(totals.iter().all(|told| *told == total), "{:?}", asked);
        }
    }
}
