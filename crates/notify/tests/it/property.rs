//! Whatever receivers do: of each patient each receiver has, repetitions left out, what the feed
//! says, in its order, up to what a person has to look at.

use crate::receiver::{Deed, Receiver};
use crate::support::{Fixture, deliverer, destination, pass, until_settled};
use proptest::prelude::*;
use record::{Dispatch, DispatchState};

fn deed() -> impl Strategy<Value = Deed> {
    // Those that keep a receiver silent take as long as an answer may.
    prop_oneof![
        8 => Just(Deed::Accept),
        2 => Just(Deed::Commit),
        2 => Just(Deed::Close),
        2 => Just(Deed::OtherId),
        2 => Just(Deed::HalfFrame),
        1 => Just(Deed::Unframed),
        2 => Just(Deed::Garbage),
        1 => Just(Deed::Twice),
        3 => Just(Deed::Fail),
        1 => Just(Deed::Reject),
    ]
}

fn patient(dispatch: &Dispatch) -> String {
    dispatch.change.patient.as_ref().unwrap().to_string()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn the_order_of_each_patient_is_that_of_the_feed(
        deeds in prop::collection::vec(deed(), 0..40),
        patients in prop::collection::vec(0_usize..3, 1..12),
        connections in 1_usize..3,
        restarts in prop::collection::vec(any::<bool>(), 12),
    ) {
        let mut fixture = Fixture::new();
        let receiver = Receiver::start(&deeds);
        let more = format!("connections = {connections}");
        let to = |fixture: &Fixture| deliverer(fixture, destination(receiver.port, &more));
        let mut one = to(&fixture);
        for (number, (patient, restarts)) in patients.iter().zip(restarts).enumerate() {
            let patient = format!("p{}", patient + 1);
            fixture.result(&number.to_string(), &patient, "*1/*2", "final");
            pass(&one);
            if restarts {
                one.leave().unwrap();
                drop(one);
                fixture = fixture.reopened();
                one = to(&fixture);
            }
        }
        until_settled(&fixture, &one);
        let delivered = fixture.in_state(DispatchState::Delivered);
        let parked = fixture.in_state(DispatchState::Parked);
        let held = fixture.in_state(DispatchState::Held);
        prop_assert_eq!(delivered.len() + parked.len() + held.len(), patients.len());
        let came = receiver.ids();
        for name in ["p1", "p2", "p3"] {
            let of = |all: &[Dispatch]| -> Vec<Dispatch> {
                all.iter().filter(|one| patient(one) == name).cloned().collect()
            };
            let mut known: Vec<Dispatch> = of(&delivered);
            known.extend(of(&parked));
            known.sort_by_key(|one| one.number);
            let known: Vec<String> = known.into_iter().map(|one| one.id).collect();
            let got: Vec<String> = came.iter().filter(|id| known.contains(id)).cloned().collect();
            prop_assert_eq!(got, known);
            // What is held was never sent.
            let waits = of(&held);
            prop_assert!(waits.iter().all(|one| !came.contains(&one.id)));
        }
    }
}
