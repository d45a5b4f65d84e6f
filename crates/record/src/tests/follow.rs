//! The search tables hold what the resources say, whoever filed it and whatever happened then.

use super::{access, alter, open_with};
use crate::store::{Executor, values};
use crate::{Commit, Condition, MasterKey, Query, Record, ResourceChange, Role, Term};
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;

/// What the search tables hold, with what the concepts say in the place of their numbers.
const HELD: [&str; 4] = [
    "SELECT p.path, k.code, p.number, p.element FROM search_posting p JOIN search_token k
        ON k.tenant = p.tenant AND k.concept = p.concept WHERE p.tenant = $1",
    "SELECT p.path, k.code, p.number FROM search_posting_of p JOIN search_token_of k
        ON k.tenant = p.tenant AND k.concept = p.concept WHERE p.tenant = $1",
    "SELECT path, folded, number FROM search_string WHERE tenant = $1",
    "SELECT path, low, high, number FROM search_date WHERE tenant = $1",
];

fn held(record: &Record) -> Vec<Vec<String>> {
    let read = |executor: &dyn Executor| {
        let table = |sql: &&str| {
            let rows = executor.query(sql, values!["t1"])?;
            let mut rows: Vec<String> = rows.iter().map(super::shown).collect();
            rows.sort();
            Ok(rows)
        };
        HELD.iter().map(table).collect::<Result<_, crate::Failure>>()
    };
    record.inner.record.read(read).unwrap()
}

fn reopen(directory: &Path) -> Record {
    open_with(directory, MasterKey::from_file(directory.join("key")).unwrap()).unwrap()
}

/// What happens to one of a few observations.
#[derive(Clone, Debug)]
enum Step {
    Put {
        id: u8,
        patient: u8,
        status: usize,
    },
    Delete {
        id: u8,
    },
    Search {
        status: usize,
    },
    /// The process ends, and another one begins.
    Restart,
}

const STATUSES: [&str; 3] = ["final", "amended", "corrected"];

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..6_u8, 0..3_u8, 0..3_usize)
            .prop_map(|(id, patient, status)| Step::Put { id, patient, status }),
        2 => (0..6_u8).prop_map(|id| Step::Delete { id }),
        2 => (0..3_usize).prop_map(|status| Step::Search { status }),
        1 => Just(Step::Restart),
    ]
}

fn commit(record: &Record, change: ResourceChange) {
    let commit = Commit { changes: vec![change], ..Commit::default() };
    record.commit(&access(Role::Interface), commit).unwrap();
}

/// An observation with a number, put.
fn put(number: usize) -> ResourceChange {
    let resource = json!({"resourceType": "Observation", "id": format!("o{number}"),
        "status": "final"});
    ResourceChange::put(resource, vec![], Condition::Any)
}

/// Ids of the observations that one term finds, sorted.
pub(super) fn found(record: &Record, name: &str, value: &str) -> Vec<String> {
    let query = Query {
        resource_type: "Observation".to_owned(),
        terms: vec![Term::parse(name, value)],
        count: 100,
        cursor: None,
    };
    let page = record.search(&access(Role::Prescriber), &query).unwrap();
    let mut ids: Vec<_> = page.entries.into_iter().map(|one| one.reference.id).collect();
    ids.sort();
    ids
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn the_tables_hold_what_the_resources_say(
        steps in prop::collection::vec((step(), any::<bool>()), 1..40),
    ) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        MasterKey::create_file(path.join("key")).unwrap();
        // Two processes on one store, as of a server and a command.
        let mut records = [reopen(path), reopen(path)];
        let mut statuses = BTreeMap::new();
        for (step, is_second) in steps {
            let record = &mut records[usize::from(is_second)];
            match step {
                Step::Put { id, patient, status } => {
                    let id = format!("o{id}");
                    let resource = json!({"resourceType": "Observation", "id": id,
                        "status": STATUSES[status], "effectiveDateTime": format!("202{patient}"),
                        "subject": {"reference": format!("Patient/p{patient}")}});
                    commit(record, ResourceChange::put(resource, vec![], Condition::Any));
                    statuses.insert(id, status);
                }
                Step::Delete { id } => {
                    let id = format!("o{id}");
                    statuses.remove(&id);
                    let (resource_type, condition) = ("Observation".to_owned(), Condition::Any);
                    commit(record, ResourceChange::Delete { resource_type, id, condition });
                }
                Step::Search { status } => {
                    let of = |(id, is): (&String, &usize)| (*is == status).then(|| id.clone());
                    let expected: Vec<String> = statuses.iter().filter_map(of).collect();
                    prop_assert_eq!(found(record, "status", STATUSES[status]), expected);
                }
                Step::Restart => *record = reopen(path),
            }
        }
        found(&records[0], "status", "final");
        let followed = held(&records[0]);
        let old = values![1_i64].to_vec();
        alter(&records[0], "UPDATE position SET value = $1 WHERE name = 'search'", old);
        drop(records);
        prop_assert_eq!(followed, held(&reopen(path)), "as made anew");
    }
}

#[test]
fn much_and_little_and_other_things_are_taken_in() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    MasterKey::create_file(path.join("key")).unwrap();
    let record = reopen(path);
    // More at once than a transaction takes in, beside some that wait from before.
    for number in 0..3 {
        commit(&record, put(number));
    }
    let changes = (3..1200).map(put).collect();
    record.commit(&access(Role::Interface), Commit { changes, ..Commit::default() }).unwrap();
    let place = "SELECT sequence FROM feed_cursor WHERE tenant = $1 AND name = 'search'";
    let at = || {
        let row = record.inner.record.read(|executor| executor.one(place, values!["t1"]));
        row.unwrap().count(0).unwrap()
    };
    assert_eq!(at(), 1200, "a large commit takes in all that waits");
    // So many small ones that nobody need search for them to be taken in.
    for number in 1200..1500 {
        commit(&record, put(number));
    }
    assert_eq!(at(), 1200 + 2 * 128, "the commit with which there are many takes them in");
    let total = |record: &Record| {
        let query = Query {
            resource_type: "Observation".to_owned(),
            terms: vec![Term::parse("status", "final")],
            count: 0,
            cursor: None,
        };
        record.search(&access(Role::Prescriber), &query).unwrap().total
    };
    assert_eq!(total(&record), 1500);
    assert_eq!(at(), 1500);
    // Changes of statements alone are nothing to search for, but many are noted.
    let more = "INSERT INTO change (tenant, sequence, kind, resource_type, id, version, patient,
        deleted) SELECT tenant, sequence + $1, 'statement', 'Statement', id, 1, '', 0 FROM change
        WHERE tenant = $2 AND sequence <= $3";
    for from in [1500_u64, 3000] {
        alter(&record, more, values![from, "t1", 1500_u64].to_vec());
        let last = from + 1500;
        alter(
            &record,
            "UPDATE position SET value = $1 WHERE name = 'change'",
            values![last].to_vec(),
        );
        assert_eq!(total(&record), 1500);
        record.inner.record_writer.drain().unwrap();
        assert_eq!(at(), if from == 1500 { 1500 } else { last });
    }
}

/// What cannot be taken in is an error for whoever searches, and takes nothing from who files.
#[test]
fn what_is_filed_stands_whether_it_can_be_taken_in_or_not() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    MasterKey::create_file(path.join("key")).unwrap();
    let record = reopen(path);
    let rename = |sql: &'static str| {
        let renamed = record.inner.record_writer.write(|executor| executor.execute(sql, &[]));
        renamed.unwrap();
    };
    rename("ALTER TABLE search_posting RENAME TO search_posting_away");
    for number in 0..130 {
        commit(&record, put(number));
    }
    let changes = (130..400).map(put).collect();
    record.commit(&access(Role::Interface), Commit { changes, ..Commit::default() }).unwrap();
    let query = Query {
        resource_type: "Observation".to_owned(),
        terms: vec![Term::parse("status", "final")],
        count: 1000,
        cursor: None,
    };
    let search = || record.search(&access(Role::Prescriber), &query);
    assert!(search().is_err(), "an error, and not that there is nothing");
    assert!(record.read(&access(Role::Prescriber), "Observation", "o399").unwrap().is_some());
    rename("ALTER TABLE search_posting_away RENAME TO search_posting");
    assert_eq!(search().unwrap().total, 400);
}
