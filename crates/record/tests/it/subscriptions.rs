//! Subscriptions: whose they are, what is sealed, and numbers without gaps.

use crate::support::{access, commit, fixture, observation, open_at, put};
use record::{
    Access, Failure, NewEvent, Purpose, Record, Role, Scope, Subscription, SubscriptionStatus,
    limit,
};
use serde_json::{Value, json};

const SECRET: &str = "Bearer canary-9f4c1b";

fn client(id: &str) -> Access {
    let client = access(Role::ServiceClient);
    let tenant = client.tenant().clone();
    Access::new(tenant, id, Role::ServiceClient, Purpose::Treatment, Scope::Tenant)
}

fn keep(record: &Record, by: &str, id: &str, settings: &Value) -> Result<(), Failure> {
    record.put_subscription(&client(by), id, SubscriptionStatus::Requested, settings)
}

fn one(record: &Record) -> Subscription {
    record.served_subscriptions(&access(Role::Engine)).unwrap().remove(0)
}

fn events(record: &Record, from: u64, count: usize) -> Vec<NewEvent> {
    let changes = record.changes(&access(Role::Engine), from, 100).unwrap();
    changes.into_iter().take(count).map(|change| NewEvent { change }).collect()
}

#[test]
fn what_is_asked_for_is_sealed_and_its_maker_s_own() {
    let fixture = fixture();
    let record = &fixture.record;
    let settings = json!({"header": [["Authorization", SECRET]]});
    keep(record, "a", "s", &settings).unwrap();
    assert_eq!(record.subscription(&client("a"), "s").unwrap().unwrap().settings, settings);
    assert_eq!(record.subscription(&client("b"), "s").unwrap(), None);
    assert_eq!(record.subscriptions(&client("b")).unwrap(), vec![]);
    assert_eq!(keep(record, "b", "s", &json!({})), Err(Failure::NotFound));
    assert_eq!(record.delete_subscription(&client("b"), "s"), Ok(false));
    let all = record.subscription_events(&client("b"), "s", (0, 9), 5);
    assert_eq!(all, Err(Failure::NotFound));
    assert!(!format!("{:?}", one(record)).contains("canary"));
    let path = fixture.directory.path().to_owned();
    assert_eq!(record.delete_subscription(&client("a"), "s"), Ok(true));
    assert_eq!(record.subscription(&client("a"), "s").unwrap(), None);
    // The audit log names the subscription and tells nothing of it.
    let audit = std::fs::read_dir(path.join("data/audit")).unwrap();
    let text: String =
        audit.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    assert!(text.contains("Subscription/s") && !text.contains("canary"));
}

#[test]
fn a_new_one_begins_here_and_one_put_again_goes_on() {
    let fixture = fixture();
    let record = &fixture.record;
    commit(record, vec![put(observation("o1", "p1", "x"))]).unwrap();
    keep(record, "a", "s", &json!({"n": 1})).unwrap();
    let first = one(record);
    assert_eq!((first.sequence, first.events, first.status.word()), (1, 0, "requested"));
    commit(record, vec![put(observation("o2", "p1", "x"))]).unwrap();
    let engine = access(Role::Engine);
    assert!(record.note_subscription_events(&engine, &first, 2, events(record, 1, 1)).unwrap());
    let told = Subscription {
        status: SubscriptionStatus::Error,
        delivered: 1,
        failures: 3,
        ..one(record)
    };
    assert!(record.set_subscription(&engine, &told).unwrap());
    keep(record, "a", "s", &json!({"n": 2})).unwrap();
    let again = one(record);
    assert_eq!((again.sequence, again.events, again.delivered, again.failures), (2, 1, 1, 0));
    assert_eq!((again.status.word(), again.revision), ("requested", 2));
    // What came of the former one is late.
    assert!(!record.set_subscription(&engine, &told).unwrap());
    assert_eq!(one(record), again);
}

#[test]
fn numbers_have_no_gaps_whoever_looks_and_however_often() {
    let fixture = fixture();
    let record = &fixture.record;
    keep(record, "a", "s", &json!({})).unwrap();
    for number in 0..6 {
        commit(record, vec![put(observation(&format!("o{number}"), "p1", "x"))]).unwrap();
    }
    let engine = access(Role::Engine);
    let stood = one(record);
    let noted: Vec<bool> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let found = events(record, 0, 3);
                    record.note_subscription_events(&engine, &stood, 3, found).unwrap()
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    assert_eq!(noted.iter().filter(|noted| **noted).count(), 1);
    let found = events(record, 3, 3);
    assert!(record.note_subscription_events(&engine, &one(record), 6, found).unwrap());
    drop(fixture.record);
    let record = open_at(fixture.directory.path()).unwrap();
    let all = record.subscription_events(&client("a"), "s", (0, u64::MAX), 100).unwrap();
    let told: Vec<_> = all.iter().map(|e| (e.number, e.change.sequence)).collect();
    assert_eq!(told, (1..=6).map(|n| (n, n)).collect::<Vec<_>>());
    let some = record.events_to_send(&engine, "s", (2, 5), 3).unwrap();
    assert_eq!(some.iter().map(|e| e.number).collect::<Vec<_>>(), vec![2, 3, 4]);
}

#[test]
fn there_are_not_too_many() {
    let fixture = fixture();
    let record = &fixture.record;
    for number in 0..limit::SUBSCRIPTIONS_MAX {
        keep(record, "a", &format!("s{number}"), &json!({})).unwrap();
    }
    let beyond = keep(record, "a", "beyond", &json!({}));
    assert!(matches!(beyond, Err(Failure::TooMuch { .. })), "{beyond:?}");
    keep(record, "a", "s0", &json!({})).unwrap();
}
