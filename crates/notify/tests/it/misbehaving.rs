//! Receivers that do not do what they should: nothing is credited that was not acknowledged, and
//! nothing that was acknowledged is lost.

use crate::receiver::{Deed, Receiver, field};
use crate::support::{Fixture, access, deliverer, destination, pass, to, until_settled};
use record::{DispatchState, Purpose, Role, Steer};
use std::time::Duration;

/// Three results of one patient to a receiver that does something with the first message.
fn three(deed: Deed) -> (Fixture, Receiver) {
    let fixture = Fixture::new();
    let receiver = Receiver::start(&[deed]);
    let deliverer = to(&fixture, &receiver);
    for number in ["1", "2", "3"] {
        fixture.result(number, "p1", "*1/*2", "final");
    }
    pass(&deliverer);
    until_settled(&fixture, &deliverer);
    (fixture, receiver)
}

#[test]
fn what_was_not_acknowledged_comes_again_under_the_same_id_and_in_order() {
    for (deed, times) in [
        (Deed::Accept, 1),
        (Deed::Commit, 1),
        (Deed::Slow, 1),
        (Deed::NoReturn, 1),
        (Deed::Silence, 2),
        (Deed::Close, 2),
        (Deed::OtherId, 2),
        (Deed::HalfFrame, 2),
        (Deed::Unframed, 2),
        (Deed::Garbage, 2),
        (Deed::Late, 2),
        (Deed::Fail, 2),
    ] {
        let (fixture, receiver) = three(deed);
        let ids: Vec<String> =
            fixture.in_state(DispatchState::Delivered).into_iter().map(|one| one.id).collect();
        assert_eq!((ids.len(), receiver.ids()), (3, ids.clone()), "{deed:?}");
        let came = receiver.had().messages;
        let first = came.iter().filter(|text| field(text, 9) == ids[0]).count();
        assert_eq!(first, times, "{deed:?}");
        assert_eq!(came.len(), 2 + times, "{deed:?}: the others came once");
        let order: Vec<String> = came.iter().map(|text| field(text, 9)).collect();
        let mut sorted = order.clone();
        sorted.sort_by_key(|id| ids.iter().position(|one| one == id));
        assert_eq!(order, sorted, "{deed:?}");
    }
}

#[test]
fn an_answer_that_comes_late_is_never_that_of_the_next_message() {
    let (fixture, receiver) = three(Deed::Late);
    // A new connection was opened, so that the late answer had nobody to reach.
    assert!(receiver.had().connections >= 2);
    assert_eq!(fixture.in_state(DispatchState::Delivered).len(), 3);
    let (fixture, receiver) = three(Deed::Twice);
    // Of two answers at once nobody can tell: neither counts.
    assert_eq!(receiver.had().messages.len(), 4);
    assert_eq!(fixture.in_state(DispatchState::Delivered).len(), 3);
}

#[test]
fn what_is_refused_holds_its_patient_until_a_person_has_looked() {
    let fixture = Fixture::new();
    let receiver = Receiver::start(&[Deed::Reject]);
    let deliverer = to(&fixture, &receiver);
    for (number, patient) in [("1", "p1"), ("2", "p1"), ("3", "p2")] {
        fixture.result(number, patient, "*1/*2", "final");
    }
    until_settled(&fixture, &deliverer);
    let parked = fixture.in_state(DispatchState::Parked);
    assert_eq!(parked[0].reason, "answered AR");
    assert_eq!(fixture.in_state(DispatchState::Held).len(), 1);
    assert_eq!(fixture.in_state(DispatchState::Delivered).len(), 1);
    let standing = &fixture.record.health().outbox[0];
    let oldest = standing.oldest;
    assert_eq!((standing.count(DispatchState::Parked), oldest), (1, Some(parked[0].recorded)));
    let operator = access(Role::Operator, Purpose::Operations);
    fixture.record.steer(&operator, "ehr", parked[0].number, Steer::Release).unwrap();
    until_settled(&fixture, &deliverer);
    let sent: Vec<String> = receiver.had().messages.iter().map(|m| field(m, 9)).collect();
    let number = |n: u64| {
        let all = fixture.in_state(DispatchState::Delivered);
        all.iter().find(|one| one.number == n).unwrap().id.clone()
    };
    assert_eq!(sent, [number(1), number(3), number(1), number(2)]);
}

#[test]
fn what_fails_again_and_again_is_parked_and_nobody_else_waits_for_it() {
    let fixture = Fixture::new();
    let deeds = [Deed::Fail, Deed::Accept, Deed::Fail, Deed::Fail];
    let receiver = Receiver::start(&deeds);
    let deliverer = deliverer(&fixture, destination(receiver.port, "attempts_max = 3"));
    fixture.result("1", "p1", "*1/*2", "final");
    fixture.result("2", "p2", "*1/*2", "final");
    pass(&deliverer);
    assert_eq!(fixture.in_state(DispatchState::Delivered).len(), 1);
    until_settled(&fixture, &deliverer);
    let parked = fixture.in_state(DispatchState::Parked);
    assert_eq!(parked[0].reason, "answered AE, 3 attempts");
    assert_eq!(receiver.had().messages.len(), 4);
}

#[test]
fn a_destination_that_is_gone_is_tried_one_at_a_time_and_more_and_more_seldom() {
    let fixture = Fixture::new();
    let receiver = Receiver::start(&[]);
    let gone = destination(1, "open_after = 2");
    let to_nobody = deliverer(&fixture, gone);
    for (number, patient) in [("1", "p1"), ("2", "p2"), ("3", "p3")] {
        fixture.result(number, patient, "*1/*2", "final");
    }
    let standing = || fixture.record.health().outbox[0].clone();
    let mut waits = Vec::new();
    for failures in 1..=4 {
        pass(&to_nobody);
        let now = fixture.record.now().micros();
        assert_eq!(standing().failures, failures);
        // Before the time is over nothing is tried.
        pass(&to_nobody);
        assert_eq!(standing().failures, failures);
        waits.push((standing().retry_at.unwrap().micros() - now + 500_000) / 1_000_000);
        fixture.later(Duration::from_mins(6));
    }
    assert_eq!(waits, [1, 2, 4, 8]);
    to_nobody.leave().unwrap();
    // It is back: one goes first, then all.
    let back = deliverer(&fixture, destination(receiver.port, "open_after = 2"));
    assert_eq!(pass(&back).delivered, 1);
    assert_eq!(pass(&back).delivered, 2);
    assert_eq!(standing().failures, 0);
}

#[test]
fn one_message_that_a_destination_cannot_bear_does_not_stop_the_others() {
    let fixture = Fixture::new();
    let mut deeds = vec![Deed::Close];
    for _ in 0..7 {
        deeds.extend([Deed::Accept, Deed::Close]);
    }
    let receiver = Receiver::start(&deeds);
    let deliverer = to(&fixture, &receiver);
    fixture.result("bad", "p1", "*1/*2", "final");
    pass(&deliverer);
    for number in 0..7 {
        fixture.later(Duration::from_mins(6));
        fixture.result(&format!("good-{number}"), "p2", "*1/*2", "final");
        // The one that waits longest is tried after those that were never tried.
        pass(&deliverer);
        pass(&deliverer);
    }
    let parked = fixture.in_state(DispatchState::Parked);
    assert_eq!(parked.len(), 1, "{:?}", fixture.in_state(DispatchState::Queued));
    assert!(parked[0].reason.contains("while others were answered"), "{}", parked[0].reason);
    assert_eq!(fixture.in_state(DispatchState::Delivered).len(), 7);
}
