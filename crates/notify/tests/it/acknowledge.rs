//! Application acknowledgements: what a sender is told of its messages after they were committed.

use crate::receiver::{Deed, Receiver, field};
use crate::support::{Fixture, access, deliverer, destination_of, pass};
use formats::hl7v2::Message;
use formats::hl7v2::ack::{Outcome, Reply, acknowledge};
use model::provenance::Door;
use model::{Problem, RawId};
use notify::Deliverer;
use record::{Archived, DispatchState, NewRaw, Purpose, RawState, Role, Steer};
use std::time::Duration;

const ID: &str = "ack-north";

/// A message of a feed that was archived and answered; what stands in MSH-15 and MSH-16.
fn archived(fixture: &Fixture, feed: &str, number: &str, asks: (&str, &str)) -> RawId {
    archived_as(fixture, feed, number, asks, RawState::Received)
}

fn archived_as(
    fixture: &Fixture,
    feed: &str,
    number: &str,
    (accept, application): (&str, &str),
    state: RawState,
) -> RawId {
    let body = format!(
        "MSH|^~\\&|LIS|NS|COG|DEMO|20260112||ORU^R01^ORU_R01|{number}|P|2.5.1|||{accept}|\
         {application}\rPID|1||7||Example^Ana\r"
    );
    let message = Message::parse(body.clone().into_bytes()).0.unwrap();
    let is_refused = state == RawState::Rejected;
    let outcome = if is_refused { Outcome::Rejected } else { Outcome::Accepted };
    let time = fixture.record.now();
    let reply = Reply { outcome, control_id: "c", time, faults: &[] };
    let new = NewRaw {
        feed: feed.to_owned(),
        door: Door::Mllp,
        media_type: "application/hl7-v2+er7".to_owned(),
        message_key: Some(number.to_owned()),
        peer: "test".to_owned(),
        body: body.into_bytes(),
        state,
    };
    let answer = acknowledge(Some(&message), &reply);
    let interface = access(Role::Interface, Purpose::Treatment);
    match fixture.record.archive_once(&interface, new, &answer).unwrap() {
        Archived::New(raw) => raw,
        Archived::Known(known) => panic!("{known:?}"),
    }
}

fn becomes(fixture: &Fixture, raw: &RawId, state: RawState, problems: &[Problem]) {
    let interface = access(Role::Interface, Purpose::Treatment);
    fixture.record.set_raw_state(&interface, raw, state, problems).unwrap();
}

fn to(fixture: &Fixture, receiver: &Receiver) -> Deliverer {
    let mut destination = destination_of(ID, "acknowledgements", receiver.port, "");
    destination.feeds = vec!["north".to_owned()];
    deliverer(fixture, destination)
}

fn settled(fixture: &Fixture, deliverer: &Deliverer) {
    for _ in 0..50 {
        let done = pass(deliverer);
        let waits = fixture.of_in_state(ID, DispatchState::Queued);
        if waits.is_empty() && !done.goes_on {
            return;
        }
        fixture.later(Duration::from_mins(6));
    }
    panic!("something still waits");
}

/// MSA and ERR of what came.
fn said(receiver: &Receiver) -> Vec<String> {
    let of = |text: &String| {
        let lines = text.split('\r').filter(|line| line.starts_with("MSA") || line.contains("ERR"));
        lines.collect::<Vec<_>>().join(" ")
    };
    receiver.had().messages.iter().map(of).collect()
}

#[test]
fn a_sender_is_told_what_it_asks_for_in_the_order_of_its_messages() {
    let fixture = Fixture::new();
    let receiver = Receiver::start(&[Deed::Commit, Deed::Commit]);
    // What came before the destination was named is acknowledged nowhere.
    archived(&fixture, "north", "before", ("AL", "AL"));
    let deliverer = to(&fixture, &receiver);
    let names = ["1", "2", "3", "4", "5", "6", "7"];
    let asks = ["AL", "ER", "SU", "NE", "", "ER", "SU"].map(|application| ("AL", application));
    let raws: Vec<RawId> = names
        .iter()
        .zip(asks)
        .map(|(name, asks)| archived(&fixture, "north", name, asks))
        .collect();
    let other = archived(&fixture, "south", "8", ("AL", "AL"));
    becomes(&fixture, &other, RawState::Filed, &[]);
    // Later messages do not overtake the first, of which nothing is known yet.
    let text = "`Example Ana` is no value";
    let bad = [Problem::error("bad-value", "OBX[2]-5", text)];
    for (number, raw) in raws.iter().enumerate().skip(1) {
        let is_bad = number >= 5;
        let state = if is_bad { RawState::ParseError } else { RawState::Filed };
        becomes(&fixture, raw, state, if is_bad { &bad } else { &[] });
    }
    settled(&fixture, &deliverer);
    assert_eq!(said(&receiver), Vec::<String>::new());
    becomes(&fixture, &raws[0], RawState::Filed, &[]);
    settled(&fixture, &deliverer);
    let error = "ERR||OBX^2^5^1|102^Data type error^HL70357|E||||OBX[2]-5: bad-value";
    assert_eq!(said(&receiver), ["MSA|AA|1", "MSA|AA|3", &format!("MSA|AE|6 {error}")]);
    // Nothing of what the message says of anybody goes with it, and a CA is asked for.
    let came = receiver.had().messages;
    assert!(came.iter().all(|text| !text.contains("Example") && field(text, 14) == "AL"));
    assert_eq!(fixture.of_in_state(ID, DispatchState::Delivered).len(), 3);
}

#[test]
fn what_has_become_of_a_message_and_what_is_said_of_it() {
    let accepted = "ERR|||0^Message accepted^HL70357|W||||accepted; it is not filed before a \
        person has decided whose it is";
    let aside = "ERR|||207^Application internal error^HL70357|E||||a person has put the message \
        aside; it is not filed";
    let unread = "ERR|||207^Application internal error^HL70357|E||||the message cannot be read";
    for (state, accept, expected) in [
        (RawState::Filed, "AL", Some("MSA|AA|1".to_owned())),
        (RawState::Unmatched, "AL", Some(format!("MSA|AA|1 {accepted}"))),
        (RawState::Dismissed, "AL", Some(format!("MSA|AE|1 {aside}"))),
        (RawState::ParseError, "AL", Some(format!("MSA|AE|1 {unread}"))),
        // The sender had a CR for it, or wanted none.
        (RawState::Rejected, "AL", None),
        (RawState::Rejected, "NE", Some(format!("MSA|AR|1 {unread}"))),
    ] {
        let fixture = Fixture::new();
        let receiver = Receiver::start(&[]);
        let deliverer = to(&fixture, &receiver);
        let is_refused = state == RawState::Rejected;
        let first = if is_refused { state } else { RawState::Received };
        let raw = archived_as(&fixture, "north", "1", (accept, "AL"), first);
        if state == RawState::Dismissed {
            becomes(&fixture, &raw, RawState::Unmatched, &[]);
        }
        becomes(&fixture, &raw, state, &[]);
        settled(&fixture, &deliverer);
        assert_eq!(said(&receiver), Vec::from_iter(expected), "{state:?} {accept}");
    }
}

#[test]
fn it_comes_again_under_the_same_id_until_it_is_committed_also_over_a_restart() {
    for deed in [Deed::Silence, Deed::Close, Deed::OtherId, Deed::Late, Deed::Fail] {
        let fixture = Fixture::new();
        let receiver = Receiver::start(&[deed]);
        let deliverer = to(&fixture, &receiver);
        for number in ["1", "2"] {
            let raw = archived(&fixture, "north", number, ("AL", "AL"));
            becomes(&fixture, &raw, RawState::Filed, &[]);
        }
        pass(&deliverer);
        drop(deliverer);
        let fixture = fixture.reopened();
        // Another server takes over when the first has had its time.
        fixture.later(Duration::from_mins(6));
        let deliverer = to(&fixture, &receiver);
        settled(&fixture, &deliverer);
        assert_eq!(said(&receiver), ["MSA|AA|1", "MSA|AA|1", "MSA|AA|2"], "{deed:?}");
        let came = receiver.had().messages;
        let ids: Vec<String> = came.iter().map(|text| field(text, 9)).collect();
        assert!(ids[0] == ids[1] && ids[1] != ids[2] && ids[0].len() == 20, "{ids:?}");
    }
}

#[test]
fn what_is_refused_waits_for_a_person_and_is_composed_anew() {
    let fixture = Fixture::new();
    let receiver = Receiver::start(&[Deed::Reject]);
    let deliverer = to(&fixture, &receiver);
    let raw = archived(&fixture, "north", "1", ("AL", "AL"));
    becomes(&fixture, &raw, RawState::ParseError, &[Problem::error("bad-value", "PID", "x")]);
    settled(&fixture, &deliverer);
    let parked = fixture.of_in_state(ID, DispatchState::Parked);
    assert_eq!(parked[0].reason, "answered AR");
    // Meanwhile it is read again, and could be filed.
    becomes(&fixture, &raw, RawState::Received, &[]);
    let operator = access(Role::Operator, Purpose::Operations);
    fixture.record.steer(&operator, ID, parked[0].number, Steer::Release).unwrap();
    pass(&deliverer);
    assert_eq!(receiver.had().messages.len(), 1, "nothing is said before it is decided");
    becomes(&fixture, &raw, RawState::Filed, &[]);
    fixture.later(Duration::from_mins(6));
    settled(&fixture, &deliverer);
    assert!(said(&receiver)[0].starts_with("MSA|AE|1"));
    assert_eq!(said(&receiver)[1], "MSA|AA|1");
}
