//! Strings of a search: any of them is answered or refused as what cannot be asked; none reaches
//! the database as something that it cannot read, and none shows another tenant's patient.

use crate::bed::{Beds, access};
use formats::fhir::facts::facts_of;
use intake::fhir::term;
use record::{
    Commit, Condition, Failure, Include, Query, Record, ResourceChange, Role, Search, SortKey,
    Total, searched_types,
};
use serde_json::json;

static BEDS: Beds = Beds::new();
/// Parameters of one search.
const TERMS_MAX: usize = 12;
/// Resources of one page.
const COUNT: u32 = 5;

fn prepare(record: &Record) {
    let patient = json!({
        "resourceType": "Patient", "id": "p1", "birthDate": "1961-04-02",
        "name": [{"family": "Example", "given": ["Ana"]}],
        "identifier": [{"system": "http://e.example", "value": "100%_1"}],
    });
    let observation = json!({
        "resourceType": "Observation", "id": "o1", "status": "final",
        "subject": {"reference": "Patient/p1"}, "valueQuantity": {"value": 1.5, "unit": "mg"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "79716-7"}]},
    });
    let put = |resource| {
        let (facts, _) = facts_of(&resource, None, "");
        ResourceChange::put(resource, facts, Condition::Any)
    };
    let changes = vec![put(patient), put(observation)];
    record
        .commit(&access(Role::Interface), Commit { changes, ..Commit::default() })
        .expect("two resources");
}

/// Reads `Type?name=value&…`; a name or value may be anything.
fn read(text: &str) -> Result<Search, Failure> {
    let (kind, query) = text.split_once('?').unwrap_or(("", text));
    // Most texts name no type that there is; the search is what is tried.
    let types: Vec<&str> = searched_types().collect();
    let known = types.iter().find(|known| **known == kind);
    let resource_type = known.or_else(|| types.get(text.len() % types.len().max(1)));
    let resource_type = resource_type.copied().unwrap_or("Patient").to_owned();
    let mut search = Search {
        query: Query { resource_type, terms: Vec::new(), count: COUNT, cursor: None },
        sort: Vec::new(),
        includes: Vec::new(),
        total: Total::Accurate,
    };
    for pair in query.split('&').take(TERMS_MAX) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        match name.split(':').next().unwrap_or_default() {
            "_sort" => search.sort.extend(SortKey::parse(value)),
            "_cursor" => search.query.cursor = Some(value.to_owned()),
            "_include" | "_revinclude" => search.includes.push(Include::parse(name, value)?),
            _ => search.query.terms.push(term(name, value)),
        }
    }
    Ok(search)
}

/// Holds what must hold of any bytes.
///
/// # Panics
/// Where it does not hold.
pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let record = BEDS.record(prepare);
    let found = read(&text).and_then(|search| record.find(&access(Role::Prescriber), &search));
    match found {
        Ok(found) => {
            assert!(found.entries.len() <= COUNT as usize, "more than a page");
            assert!(found.total.is_none_or(|total| total >= found.entries.len() as u64));
        }
        Err(Failure::Invalid { place, text }) => {
            assert!(!text.is_empty(), "{place} is refused without a word");
        }
        Err(Failure::TooMuch { .. }) => {}
        Err(failure) => assert_eq!(failure, Failure::NotFound, "a search is answered or refused"),
    }
}
