//! Two stores that differ in hidden records only answer random questions with the same bytes.

use super::{consent, file, labelled};
use crate::support::{Fixture, access, commit, fixture, observation, patient, put};
use record::{Access, HistoryQuery, Include, Query, Record, Role, Search, SortKey, Term, Total};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Questions, and how many with `COGNATE_ASSURE`.
const QUESTIONS: usize = 1_000;
const QUESTIONS_ASSURED: usize = 10_000;
/// Observations of each kind.
const EACH: usize = 40;
const CODES: &[&str] = &["a", "b", "c", "d"];
const PATIENTS: &[&str] = &["p1", "p2", "p3", "p4"];

/// Chance that is the same for everybody (a linear congruential generator, Knuth's constants).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len())]
    }
}

fn observed(id: &str, chance: &mut Chance, patients: &[&str]) -> Value {
    let mut resource = observation(id, chance.of(patients), chance.of(CODES));
    resource["effectiveDateTime"] = json!(format!("2026-01-{:02}", 1 + chance.below(28)));
    resource["valueQuantity"] = json!({
        "value": chance.below(9), "unit": "mg", "code": "mg", "system": "http://unitsofmeasure.org",
    });
    resource
}

/// A store whose hidden records follow from a number; everything else is always the same. Hidden
/// are observations by their labels, and all of `p4`, who refuses.
fn store(hidden: u64) -> Fixture {
    let fixture = fixture();
    let record = &fixture.record;
    let (mut same, mut own) = (Chance(7), Chance(hidden));
    let people = PATIENTS.iter().enumerate().map(|(number, id)| {
        let family = if *id == "p4" { own.of(CODES) } else { "Example" };
        patient(id, family, &number.to_string())
    });
    commit(record, people.collect()).unwrap();
    file(record, consent("refusal", "p4", json!({"type": "deny"})));
    for number in 0..EACH {
        file(record, observed(&format!("o{number}"), &mut same, &PATIENTS[..3]));
        let secret = observed(&format!("s{number}"), &mut own, PATIENTS);
        file(record, labelled(secret, own.of(&["R", "V", "ETH", "HIV", "PSY"])));
        let refused = observed(&format!("r{number}"), &mut own, &["p4"]);
        commit(record, vec![put(refused)]).unwrap();
    }
    fixture
}

fn term(resource_type: &str, chance: &mut Chance) -> Term {
    let code = chance.of(CODES);
    let who = chance.of(PATIENTS);
    let day = 1 + chance.below(28);
    let number = chance.below(EACH);
    let (name, value) = match (resource_type, chance.below(10)) {
        ("Patient", 0) => ("family", chance.of(&["Example", "a", "b", "c"]).to_owned()),
        ("Patient", 1 | 2) => ("_has:Observation:patient:code", code.to_owned()),
        ("Patient", 3) => ("_has:Observation:patient:date", format!("ge2026-01-{day:02}")),
        ("Patient", 4) => ("identifier", format!("urn:example:mrn|{}", chance.below(5))),
        ("Patient", 5) => ("_id", who.to_owned()),
        ("Patient", _) => ("gender:not", "male".to_owned()),
        (_, 0) => ("code", code.to_owned()),
        (_, 1) => ("code:not", code.to_owned()),
        (_, 2) => ("patient", who.to_owned()),
        (_, 3) => ("subject:Patient.family", chance.of(&["Example", "a", "b"]).to_owned()),
        (_, 4) => ("date", format!("{}2026-01-{day:02}", chance.of(&["ge", "lt", "", "ne"]))),
        (_, 5) => ("value-quantity", format!("gt{}|http://unitsofmeasure.org|mg", chance.below(9))),
        (_, 6) => ("_id", format!("{}{number}", chance.of(&["o", "s", "r"]))),
        (_, 7) => ("value-quantity:missing", chance.of(&["true", "false"]).to_owned()),
        (_, 8) => ("patient.identifier", format!("urn:example:mrn|{}", chance.below(5))),
        (_, _) => ("code", format!("{code},{}", chance.of(CODES))),
    };
    Term::parse(name, &value)
}

fn ask(record: &Record, reader: &Access, chance: &mut Chance) -> String {
    let id = format!("{}{}", chance.of(&["o", "s", "r"]), chance.below(EACH));
    match chance.below(8) {
        0 => format!("{:?}", record.read(reader, "Observation", &id)),
        1 => format!("{:?}", record.vread(reader, "Observation", &id, 1)),
        2 => {
            let query = HistoryQuery {
                resource_type: Some("Observation".to_owned()),
                id: chance.below(2).eq(&0).then_some(id),
                count: 3,
                ..HistoryQuery::default()
            };
            format!("{:?}", record.history(reader, &query))
        }
        _ => searched(record, reader, chance),
    }
}

fn searched(record: &Record, reader: &Access, chance: &mut Chance) -> String {
    let resource_type = chance.of(&["Observation", "Observation", "Patient"]);
    let terms = (0..chance.below(3)).map(|_| term(resource_type, chance)).collect();
    let is_sorted = resource_type == "Observation" && chance.below(2) == 0;
    let sort = if is_sorted {
        SortKey::parse(chance.of(&["date", "-date", "-date,code", "code", "_id", "-_id"]))
    } else {
        vec![]
    };
    let include = match (resource_type, chance.below(3)) {
        (_, 0) => None,
        ("Patient", _) => Include::parse("_revinclude", "Observation:patient").ok(),
        _ => Include::parse("_include", "Observation:patient").ok(),
    };
    let total = [Total::None, Total::IfCheap, Total::Accurate][chance.below(3)];
    let count = u32::try_from(chance.below(6)).unwrap();
    let query = Query { resource_type: resource_type.to_owned(), terms, count, cursor: None };
    let includes = include.into_iter().collect();
    let mut search = Search { query, sort, includes, total };
    let mut text = format!("{search:?}");
    for _ in 0..3 {
        let mut found = record.find(reader, &search);
        let next = found.as_mut().ok().and_then(|found| found.next.take());
        // The cursor of an order is sealed, and so is another one each time.
        let cursor = if search.sort.is_empty() { next.as_deref() } else { None };
        let _ = write!(text, "\n{found:?} {} {cursor:?}", next.is_some());
        let Some(next) = next else { break };
        search.query.cursor = Some(next);
    }
    text
}

#[test]
fn random_questions_have_the_same_bytes_for_an_answer() {
    let is_assured = std::env::var_os("COGNATE_ASSURE").is_some();
    let questions = if is_assured { QUESTIONS_ASSURED } else { QUESTIONS };
    let (one, other) = (store(1), store(2));
    let secrets = |fixture: &Fixture| {
        let reader = access(Role::Interface);
        let read = |n| fixture.record.read(&reader, "Observation", &format!("s{n}")).unwrap();
        (0..EACH).map(|n| read(n).unwrap().sha256).collect::<Vec<_>>()
    };
    assert_ne!(secrets(&one), secrets(&other), "the stores differ");
    let mut asked = 0;
    for role in [Role::Prescriber, Role::Pharmacist, Role::ServiceClient] {
        let reader = access(role);
        let (mut chance, mut again) = (Chance(99), Chance(99));
        for number in 0..=questions / 3 {
            let answer = ask(&one.record, &reader, &mut chance);
            let is_same = answer == ask(&other.record, &reader, &mut again);
            assert!(is_same, "question {number}: {}", answer.lines().next().unwrap_or_default());
            asked += 1;
        }
    }
    let outcome = if asked >= QUESTIONS_ASSURED { "met" } else { "a part" };
    println!("figure: paired stores | 10,000 questions, same bytes | {asked}, same | {outcome}");
}
