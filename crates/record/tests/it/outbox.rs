//! What is to be sent onward: order, lanes, who delivers, and what a person decides.

use crate::support::{access, commit, fixture, observation, open_at, put};
use model::Timestamp;
use record::{
    Dispatch, DispatchState, Failure, Held, NewDispatch, Record, Role, Settled, Settlement, Steer,
};

const FAR: i64 = 1_900_000_000_000_000;

/// Files one observation of each patient named, and notes a dispatch for each.
fn queue(record: &Record, patients: &[&str]) {
    let engine = access(Role::Engine);
    record.ensure_destination(&engine, "ehr").unwrap();
    for patient in patients {
        let last = record.health().last_sequence;
        commit(record, vec![put(observation(&format!("o{last}"), patient, "x"))]).unwrap();
    }
    let from = hold(record, "h").sequence;
    let changes = record.changes(&engine, from, 500).unwrap();
    let to = changes.last().unwrap().sequence;
    let dispatches = changes
        .into_iter()
        .map(|change| NewDispatch {
            id: format!("m{}", change.sequence),
            event: "result.final".to_owned(),
            change,
        })
        .collect();
    assert!(record.note_dispatches(&engine, "ehr", (from, to), dispatches).unwrap());
}

fn hold(record: &Record, holder: &str) -> Held {
    let until = Timestamp::from_micros(FAR);
    record.hold_destination(&access(Role::Engine), "ehr", holder, until).unwrap().unwrap()
}

fn due(record: &Record) -> Vec<Dispatch> {
    record.dispatches_due(&access(Role::Engine), "ehr", 100).unwrap()
}

fn numbers(dispatches: &[Dispatch]) -> Vec<u64> {
    dispatches.iter().map(|one| one.number).collect()
}

fn settle(record: &Record, dispatch: &Dispatch, settled: Settled) {
    let settlement = Settlement { dispatches: vec![(dispatch.clone(), settled)] };
    record.settle(&access(Role::Engine), &hold(record, "h"), settlement).unwrap();
}

fn in_state(record: &Record, state: DispatchState) -> Vec<u64> {
    let analyst = access(Role::InterfaceAnalyst);
    numbers(&record.dispatches(&analyst, "ehr", state, 0, 100).unwrap())
}

fn parked() -> Settled {
    Settled::Parked { reason: "it was refused".to_owned() }
}

#[test]
fn the_order_is_that_of_the_feed_and_outlives_a_restart() {
    let fixture = fixture();
    queue(&fixture.record, &["p1", "p2", "p1", "p3"]);
    let before = due(&fixture.record);
    assert_eq!(numbers(&before), [1, 2, 3, 4]);
    settle(&fixture.record, &before[0], Settled::Delivered);
    drop(fixture.record);
    let record = open_at(fixture.directory.path()).unwrap();
    assert_eq!(due(&record), before[1..]);
    let standing = record.outbox(&access(Role::Operator)).unwrap().remove(0);
    let counts = [DispatchState::Delivered, DispatchState::Queued].map(|s| standing.count(s));
    assert_eq!((counts, standing.oldest), ([1, 3], Some(before[1].recorded)));
    // Health asks for what waits, not for everything that was ever delivered.
    assert_eq!(record.health().outbox[0].counts, [(DispatchState::Queued, 3)].into());
}

#[test]
fn what_was_found_is_noted_once_whoever_looks() {
    let fixture = fixture();
    let record = &fixture.record;
    queue(record, &["p1"]);
    let engine = access(Role::Engine);
    // Who stood where the place was before notes nothing.
    assert!(!record.note_dispatches(&engine, "ehr", (0, 1), vec![]).unwrap());
    assert!(!record.note_dispatches(&engine, "nobody", (0, 1), vec![]).unwrap());
}

#[test]
fn what_waits_keeps_its_patient_waiting_and_nobody_else() {
    let fixture = fixture();
    let record = &fixture.record;
    queue(record, &["p1", "p2", "p1", "p2"]);
    let first = due(record).remove(0);
    let at = Timestamp::from_micros(FAR);
    settle(record, &first, Settled::Again { at, reason: "no answer".to_owned() });
    let left = due(record);
    assert_eq!(numbers(&left), [2, 4]);
    settle(record, &left[0], parked());
    assert!(due(record).is_empty());
    assert_eq!(in_state(record, DispatchState::Held), [4]);
    // What comes later waits, too.
    queue(record, &["p2", "p3"]);
    assert_eq!(numbers(&due(record)), [6]);
    assert_eq!(in_state(record, DispatchState::Held), [4, 5]);
    assert_eq!(in_state(record, DispatchState::Parked), [2]);
}

#[test]
fn a_person_lets_go_skips_stops_and_repeats() {
    let fixture = fixture();
    let record = &fixture.record;
    queue(record, &["p1", "p1", "p1", "p2"]);
    let analyst = access(Role::InterfaceAnalyst);
    let steer = |number, decision| record.steer(&analyst, "ehr", number, decision);
    settle(record, &due(record)[0], parked());
    assert_eq!(numbers(&due(record)), [4]);
    steer(1, Steer::Release).unwrap();
    assert_eq!(numbers(&due(record)), [1, 2, 3, 4]);
    steer(2, Steer::Park).unwrap();
    assert_eq!(numbers(&due(record)), [1, 4]);
    settle(record, &due(record)[0], parked());
    // The later of two parked ones is let go: it still waits for the earlier one.
    steer(2, Steer::Release).unwrap();
    assert_eq!(numbers(&due(record)), [4]);
    steer(1, Steer::Skip).unwrap();
    assert_eq!(numbers(&due(record)), [2, 3, 4]);
    for dispatch in due(record) {
        settle(record, &dispatch, Settled::Delivered);
    }
    // From there on everything of the patient, in order and under the same ids.
    steer(2, Steer::Resend).unwrap();
    let again = due(record);
    let ids: Vec<&str> = again.iter().map(|one| one.id.as_str()).collect();
    assert_eq!((numbers(&again), ids), (vec![2, 3], vec!["m2", "m3"]));
    for (number, decision) in [(2, Steer::Release), (4, Steer::Skip), (1, Steer::Park)] {
        let refused = steer(number, decision);
        assert!(matches!(refused, Err(Failure::Invalid { .. })), "{number} {decision:?}");
    }
    assert_eq!(steer(99, Steer::Skip), Err(Failure::NotFound));
}

#[test]
fn what_a_person_decided_meanwhile_stays() {
    let fixture = fixture();
    let record = &fixture.record;
    queue(record, &["p1", "p1"]);
    let sent = due(record).remove(0);
    record.steer(&access(Role::Operator), "ehr", 1, Steer::Skip).unwrap();
    settle(record, &sent, parked());
    assert_eq!(in_state(record, DispatchState::Skipped), [1]);
    assert_eq!(numbers(&due(record)), [2]);
}

#[test]
fn one_delivers_at_a_time() {
    let fixture = fixture();
    let record = &fixture.record;
    let engine = access(Role::Engine);
    record.ensure_destination(&engine, "ehr").unwrap();
    let held = hold(record, "a");
    let until = Timestamp::from_micros(FAR);
    let other = || record.hold_destination(&engine, "ehr", "b", until).unwrap();
    assert_eq!(other(), None);
    assert_eq!(hold(record, "a"), held);
    record.leave_destination(&engine, &held).unwrap();
    assert_eq!(other().map(|held| held.holder), Some("b".to_owned()));
    // Whose time is over has to give way.
    let past = Timestamp::from_micros(1);
    assert!(record.hold_destination(&engine, "ehr", "b", past).unwrap().is_some());
    assert_eq!(hold(record, "c").holder, "c");
}
