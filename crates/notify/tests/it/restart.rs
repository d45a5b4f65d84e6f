//! Nothing is lost and nothing changes its order when the process goes, whenever it goes.

use crate::receiver::{Deed, Receiver};
use crate::support::{Fixture, deliverer, destination, pass, to, until_settled};
use record::DispatchState;
use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

#[test]
fn what_was_not_noted_yet_is_found_again() {
    let fixture = Fixture::new();
    let receiver = Receiver::start(&[]);
    drop(to(&fixture, &receiver));
    for number in 0..5 {
        fixture.result(&number.to_string(), "p1", "*1/*2", "final");
    }
    let fixture = fixture.reopened();
    let again = to(&fixture, &receiver);
    fixture.later(Duration::from_mins(10));
    until_settled_from_the_start(&fixture, &receiver, &again);
}

fn until_settled_from_the_start(fixture: &Fixture, receiver: &Receiver, again: &notify::Deliverer) {
    pass(again);
    until_settled(fixture, again);
    let ids: Vec<String> =
        fixture.in_state(DispatchState::Delivered).into_iter().map(|one| one.id).collect();
    assert_eq!((ids.len(), receiver.ids()), (5, ids));
}

#[test]
fn what_was_sent_and_not_noted_comes_again_under_the_same_id() {
    let fixture = Fixture::new();
    let receiver = Receiver::start(&[]);
    let first = to(&fixture, &receiver);
    for number in 0..5 {
        fixture.result(&number.to_string(), "p1", "*1/*2", "final");
    }
    // The files as they are while the third message is under way: the process goes there.
    let (crashed, sent) = (tempfile::tempdir().unwrap(), Cell::new(0));
    let data = fixture.directory.path();
    let stop = || {
        sent.set(sent.get() + 1);
        if sent.get() == 4 {
            copy(data, crashed.path());
        }
        false
    };
    assert_eq!(first.pass(&stop).unwrap().delivered, 5);
    assert_eq!(receiver.had().messages.len(), 5);
    let fixture = fixture.at(crashed);
    assert_eq!(fixture.in_state(DispatchState::Delivered), []);
    let again = to(&fixture, &receiver);
    fixture.later(Duration::from_mins(10));
    until_settled_from_the_start(&fixture, &receiver, &again);
    assert_eq!(receiver.had().messages.len(), 10);
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn two_that_deliver_at_once_are_one() {
    let fixture = Fixture::new();
    let receiver = Receiver::start(&[Deed::Slow, Deed::Slow]);
    let deliverers = [to(&fixture, &receiver), to(&fixture, &receiver)];
    for number in 0..10 {
        fixture.result(&number.to_string(), "p1", "*1/*2", "final");
    }
    std::thread::scope(|scope| {
        for one in &deliverers {
            scope.spawn(|| (0..5).map(|_| pass(one).delivered).sum::<usize>());
        }
    });
    assert_eq!(receiver.had().messages.len(), 10, "each came once");
    assert_eq!(receiver.had().connections, 1);
}

#[test]
fn patients_go_beside_each_other_and_each_in_order() {
    let fixture = Fixture::new();
    let receiver = Receiver::start(&[Deed::Slow; 6]);
    let deliverer = deliverer(&fixture, destination(receiver.port, "connections = 3"));
    for number in 0..4 {
        for patient in ["p1", "p2", "p3"] {
            fixture.result(&format!("{patient}-{number}"), patient, "*1/*2", "final");
        }
    }
    pass(&deliverer);
    until_settled(&fixture, &deliverer);
    assert_eq!(receiver.had().connections, 3);
    let sent = receiver.ids();
    for patient in ["p1", "p2", "p3"] {
        let of = |one: &record::Dispatch| {
            one.change.patient.as_ref().is_some_and(|id| id.as_str() == patient)
        };
        let all = fixture.in_state(DispatchState::Delivered);
        let ids: Vec<String> = all.into_iter().filter(of).map(|one| one.id).collect();
        let came: Vec<String> = sent.iter().filter(|id| ids.contains(id)).cloned().collect();
        assert_eq!((came.len(), came), (4, ids), "{patient}");
    }
}
