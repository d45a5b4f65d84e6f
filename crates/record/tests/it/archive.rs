//! The raw archive: order, states, repetitions, acknowledgements.

use crate::support::{access, commit, fixture, observation, put, raw};
use model::{Problem, RawId, ResourceRef, TenantId, Timestamp};
use record::{
    Access, Archived, Commit, Condition, Failure, NewReading, NewReview, RawState, ResourceChange,
    Role, Scope,
};

/// The interface of another tenant.
fn of_another_tenant() -> Access {
    let purpose = access(Role::Interface).purpose();
    Access::new(TenantId::new("t2"), "a", Role::Interface, purpose, Scope::Tenant)
}

#[test]
fn messages_wait_in_the_order_of_arrival_until_they_are_settled() {
    let fixture = fixture();
    let record = &fixture.record;
    let interface = access(Role::Interface);
    let ids: Vec<RawId> = (0..7)
        .map(|n| record.archive(&interface, raw(&format!("k{n}"), &[n; 10])).unwrap())
        .collect();
    let waiting = |limit| -> Vec<RawId> {
        let messages = record.raw_waiting(&interface, limit).unwrap();
        messages.into_iter().map(|message| message.summary.id).collect()
    };
    assert_eq!(waiting(100), ids);
    assert_eq!(waiting(3), ids[..3]);
    let problem = Problem::error("no-pid", "PID", "there is no PID segment");
    for (place, state) in [
        (0, RawState::Filed),
        (1, RawState::Unmatched),
        (2, RawState::Rejected),
        (3, RawState::ParseError),
        (4, RawState::Quarantined),
        (5, RawState::Duplicate),
    ] {
        record
            .set_raw_state(&interface, &ids[place], state, std::slice::from_ref(&problem))
            .unwrap();
        let message = record.raw(&interface, &ids[place]).unwrap().unwrap();
        assert_eq!(
            (message.summary.state, message.body),
            (state, vec![u8::try_from(place).unwrap(); 10])
        );
        assert_eq!(message.summary.problems, std::slice::from_ref(&problem));
        let listed = record.raw_list(&interface, Some(state), 10).unwrap();
        assert_eq!(listed.len(), 1, "{state:?}");
        assert_eq!(listed[0], message.summary);
    }
    assert_eq!(waiting(100), ids[6..]);
    let all = record.raw_list(&interface, None, 100).unwrap();
    assert_eq!(all.iter().map(|s| s.sequence).collect::<Vec<_>>(), [7, 6, 5, 4, 3, 2, 1]);
    assert_eq!(record.health().raw_states[&RawState::Received], 1);
    // Set back, it waits again.
    record.set_raw_state(&interface, &ids[1], RawState::Received, &[]).unwrap();
    assert_eq!(waiting(100), [ids[1].clone(), ids[6].clone()]);
    assert_eq!(record.raw(&interface, &RawId::new("none")).unwrap(), None);
    let unknown = record.set_raw_state(&interface, &RawId::new("none"), RawState::Filed, &[]);
    assert_eq!(unknown, Err(Failure::NotFound));
}

#[test]
fn a_repetition_is_known_by_feed_and_key() {
    let fixture = fixture();
    let record = &fixture.record;
    let interface = access(Role::Interface);
    let first = record.archive(&interface, raw("LAB|1", b"one")).unwrap();
    record.set_acknowledgement(&interface, &first, b"MSA|AA|1").unwrap();
    let mut again = raw("LAB|1", b"one");
    again.state = RawState::Duplicate;
    record.archive(&interface, again).unwrap();

    let found = record.raw_duplicate(&interface, "lab", "LAB|1").unwrap().unwrap();
    assert_eq!(found.id, first);
    assert_eq!(found.acknowledgement.as_deref(), Some(b"MSA|AA|1".as_slice()));
    // The id used again for other bytes: the digest tells.
    let other = record.archive(&interface, raw("LAB|1", b"two")).unwrap();
    let latest = record.raw_duplicate(&interface, "lab", "LAB|1").unwrap().unwrap();
    assert_eq!(latest.id, other);
    assert_ne!(latest.sha256, found.sha256);
    for (feed, key) in [("lab", "LAB|2"), ("other", "LAB|1"), ("lab", "")] {
        assert_eq!(record.raw_duplicate(&interface, feed, key).unwrap(), None, "{feed} {key}");
    }
    let unknown = record.set_acknowledgement(&interface, &RawId::new("none"), b"x");
    assert_eq!(unknown, Err(Failure::NotFound));
}

#[test]
fn a_message_is_filed_once() {
    let fixture = fixture();
    let record = &fixture.record;
    let interface = access(Role::Interface);
    let id = record.archive(&interface, raw("k", b"x")).unwrap();
    let filing = |observed: &str| Commit {
        cursor: None,
        reading: None,
        changes: vec![put(observation(observed, "p1", "x"))],
        raw: Some((id.clone(), RawState::Filed, vec![])),
        reviews: vec![NewReview { reason: "look".to_owned(), ..NewReview::default() }],
    };
    record.commit(&interface, filing("o1")).unwrap();
    let again = record.commit(&interface, filing("o2"));
    assert!(matches!(again, Err(Failure::Conflict { .. })), "{again:?}");
    // Nothing of the second filing is there.
    assert!(record.read(&interface, "Observation", "o2").unwrap().is_none());
    assert_eq!(record.reviews(&interface, true).unwrap().len(), 1);
    // A message that is not in the archive files nothing.
    let mut unknown = filing("o3");
    unknown.raw = Some((RawId::new("none"), RawState::Filed, vec![]));
    assert_eq!(record.commit(&interface, unknown), Err(Failure::NotFound));
    // Set back on purpose, it can be filed again.
    record.set_raw_state(&interface, &id, RawState::Received, &[]).unwrap();
    record.commit(&interface, filing("o4")).unwrap();
}

#[test]
fn one_tenant_does_not_see_the_archive_of_another() {
    let fixture = fixture();
    let record = &fixture.record;
    let interface = access(Role::Interface);
    let id = record.archive(&interface, raw("k", b"x")).unwrap();
    commit(record, vec![put(observation("o1", "p1", "x"))]).unwrap();
    let other = of_another_tenant();
    assert_eq!(record.raw(&other, &id).unwrap(), None);
    assert!(record.raw_list(&other, None, 10).unwrap().is_empty());
    assert!(record.raw_waiting(&other, 10).unwrap().is_empty());
    assert_eq!(record.raw_duplicate(&other, "lab", "k").unwrap(), None);
    assert_eq!(record.read(&other, "Observation", "o1").unwrap(), None);
    let filing = Commit { raw: Some((id, RawState::Filed, vec![])), ..Commit::default() };
    assert_eq!(record.commit(&other, filing), Err(Failure::NotFound));
}

#[test]
fn the_same_message_at_once_by_many_connections_is_archived_once() {
    let fixture = fixture();
    let record = &fixture.record;
    let interface = access(Role::Interface);
    let outcomes: Vec<Archived> = std::thread::scope(|scope| {
        let bring = |n: u8| {
            let interface = &interface;
            let ack = [n];
            scope.spawn(move || record.archive_once(interface, raw("LAB|1", b"one"), &ack).unwrap())
        };
        let threads: Vec<_> = (0..8).map(bring).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let new: Vec<_> = outcomes
        .iter()
        .filter_map(|o| if let Archived::New(id) = o { Some(id) } else { None })
        .collect();
    assert_eq!(new.len(), 1);
    let stored = record.raw(&interface, new[0]).unwrap().unwrap().summary;
    assert_eq!(stored.acknowledgement.as_ref().map(Vec::len), Some(1));
    for outcome in &outcomes {
        if let Archived::Known(known) = outcome {
            assert_eq!(**known, stored);
        }
    }
    // Other bytes under the same id, another feed, or no id at all: new each time.
    let mut other_feed = raw("LAB|1", b"one");
    other_feed.feed = "other".to_owned();
    let mut no_key = raw("", b"one");
    no_key.message_key = None;
    for message in [raw("LAB|1", b"two"), other_feed, no_key.clone(), no_key] {
        let outcome = record.archive_once(&interface, message.clone(), b"a").unwrap();
        assert!(matches!(outcome, Archived::New(_)), "{message:?}");
    }
    // The first of those is known by now, and so is still the one before it.
    for body in [b"one", b"two"] {
        let outcome = record.archive_once(&interface, raw("LAB|1", body), b"a").unwrap();
        assert!(matches!(outcome, Archived::Known(_)));
    }
}

#[test]
fn a_state_is_changed_only_from_the_one_that_was_seen() {
    let fixture = fixture();
    let (record, interface) = (&fixture.record, access(Role::Interface));
    let id = record.archive(&interface, raw("k", b"x")).unwrap();
    let change = |from, to| record.change_raw_state(&interface, &id, (from, to), &[]);
    let state = || record.raw(&interface, &id).unwrap().unwrap().summary.state;
    // The state that it was archived in counts until there is another.
    let wrong = change(RawState::Unmatched, RawState::Dismissed);
    assert!(matches!(wrong, Err(Failure::Conflict { .. })), "{wrong:?}");
    change(RawState::Received, RawState::Unmatched).unwrap();
    change(RawState::Unmatched, RawState::Dismissed).unwrap();
    // Who saw it unmatched comes late; so does whoever reads it again meanwhile.
    for state in [RawState::Unmatched, RawState::ParseError] {
        let late = change(RawState::Unmatched, state);
        assert!(matches!(late, Err(Failure::Conflict { .. })), "{late:?}");
    }
    for state in [RawState::Filed, RawState::Unmatched] {
        let raw = Some((id.clone(), state, vec![]));
        let filing = record.commit(&interface, Commit { raw, ..Commit::default() });
        assert!(matches!(filing, Err(Failure::Conflict { .. })), "{filing:?}");
    }
    assert_eq!(state(), RawState::Dismissed);
    let none = RawId::new("none");
    let states = (RawState::Received, RawState::Filed);
    let unknown = record.change_raw_state(&interface, &none, states, &[]);
    assert_eq!(unknown, Err(Failure::NotFound));
}

#[test]
fn a_moment_has_a_place_in_the_order_of_arrival() {
    let fixture = fixture();
    let (record, interface) = (&fixture.record, access(Role::Interface));
    let at = |micros| record.raw_sequence_at(&interface, Timestamp::from_micros(micros)).unwrap();
    assert_eq!(at(0), 1);
    let ids = ["a", "b"].map(|key| record.archive(&interface, raw(key, b"x")).unwrap());
    let last = record.raw(&interface, &ids[1]).unwrap().unwrap().summary;
    assert_eq!((at(0), at(i64::MAX)), (1, 3));
    assert!(at(last.received.micros()) <= last.sequence);
}

#[test]
fn by_what_a_message_was_read_is_known_until_something_of_it_changes() {
    let fixture = fixture();
    let record = &fixture.record;
    let interface = access(Role::Interface);
    let file = |name: &str, patients: &[&str]| {
        let id = record.archive(&interface, raw(name, name.as_bytes())).unwrap();
        let of = |patient: &&str| put(observation(&format!("{name}-{patient}"), patient, "x"));
        let commit = Commit {
            changes: patients.iter().map(of).collect(),
            raw: Some((id.clone(), RawState::Filed, vec![])),
            reading: Some(name.as_bytes().to_vec()),
            ..Commit::default()
        };
        record.commit(&interface, commit).unwrap();
        id
    };
    let known = |id: &RawId| {
        let found = record.readings(&interface, std::slice::from_ref(id)).unwrap().remove(0);
        found.map(|found| (String::from_utf8(found.by).unwrap(), found.patient.to_string()))
    };
    let is_of = |name: &str, patient: &str| Some((name.to_owned(), patient.to_owned()));
    let [one, two, three, four] = ["one", "two", "three", "four"].map(|name| file(name, &["p1"]));
    let of_both = file("both", &["p1", "p2"]);
    for (name, id) in [("one", &one), ("two", &two), ("three", &three), ("four", &four)] {
        assert_eq!(known(id), is_of(name, "p1"));
    }
    assert_eq!(known(&of_both), None, "it is about two people");
    assert_eq!(known(&RawId::new("none")), None);

    commit(record, vec![put(observation("one-p1", "p1", "y"))]).unwrap();
    let delete = ResourceChange::Delete {
        resource_type: "Observation".to_owned(),
        id: "two-p1".to_owned(),
        condition: Condition::Any,
    };
    commit(record, vec![delete]).unwrap();
    record.set_raw_state(&interface, &three, RawState::Received, &[]).unwrap();
    assert_eq!([&one, &two, &three].map(known), [None, None, None]);
    assert_eq!(known(&four), is_of("four", "p1"));
    record.set_raw_state(&interface, &three, RawState::Filed, &[]).unwrap();
    assert_eq!(known(&three), None, "by what it was read is not known any more");
    // Somebody read them again, and found everything as it was.
    let again = |raw: &RawId, id: &str, version: u64| {
        let found =
            ResourceRef { resource_type: "Observation".to_owned(), id: id.to_owned(), version };
        let reading = NewReading { raw: raw.clone(), by: b"again".to_vec(), found: vec![found] };
        record.keep_readings(&interface, vec![reading]).unwrap()
    };
    assert_eq!(again(&one, "one-p1", 1), 0, "that is not the current version");
    assert_eq!(again(&one, "one-p1", 2), 0, "that came of no message");
    assert_eq!(again(&two, "two-p1", 2), 0, "that is deleted");
    assert_eq!(again(&one, "three-p1", 1), 0, "that came of another message");
    assert_eq!(again(&three, "three-p1", 1), 1);
    assert_eq!([&one, &two, &three].map(known), [None, None, is_of("again", "p1")]);
    commit(record, vec![put(observation("three-p1", "p1", "y"))]).unwrap();
    assert_eq!(known(&three), None);

    let other = of_another_tenant();
    assert_eq!(record.readings(&other, std::slice::from_ref(&four)).unwrap(), [None]);
    let refused = record.readings(&access(Role::Prescriber), &[four]);
    assert!(matches!(refused, Err(Failure::Denied { .. })), "{refused:?}");
    let too_long = Commit { reading: Some(vec![0; 1_000]), ..Commit::default() };
    assert!(matches!(record.commit(&interface, too_long), Err(Failure::TooMuch { .. })));
}
