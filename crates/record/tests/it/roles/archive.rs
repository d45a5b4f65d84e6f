//! The archive's methods by every role.

use super::Line;
use crate::support::{access, raw};
use model::Timestamp;
use record::Role::{Interface, InterfaceAnalyst, LaboratoryReviewer};
use record::{Failure, RawQuery, RawState};

pub(super) fn archiving() -> Vec<Line> {
    let raw_readers = || vec![LaboratoryReviewer, InterfaceAnalyst, Interface];
    vec![
        ("archive", vec![Interface], |r, a, _| r.archive(a, raw("k2", b"x")).map(drop)),
        ("archive_once", vec![Interface], |r, a, _| {
            r.archive_once(a, raw("k3", b"x"), b"a").map(drop)
        }),
        ("set_acknowledgement", vec![Interface], |r, a, k| r.set_acknowledgement(a, &k.raw, b"x")),
        ("raw", raw_readers(), |r, a, k| r.raw(a, &k.raw).map(drop)),
        ("is_raw_waiting", raw_readers(), |r, a, _| r.is_raw_waiting(a).map(drop)),
        ("raw_waiting", raw_readers(), |r, a, _| r.raw_waiting(a, 5).map(drop)),
        ("raw_after", raw_readers(), |r, a, _| r.raw_after(a, RawState::Filed, 0, 5).map(drop)),
        ("keep_readings", raw_readers(), |r, a, _| r.keep_readings(a, Vec::new()).map(drop)),
        ("readings", raw_readers(), |r, a, _| r.readings(a, &[]).map(drop)),
        ("raw_list", raw_readers(), |r, a, _| r.raw_list(a, None, 5).map(drop)),
        ("raw_duplicate", raw_readers(), |r, a, _| r.raw_duplicate(a, "lab", "k").map(drop)),
        ("raw_page", raw_readers(), |r, a, _| {
            r.raw_page(a, &RawQuery { count: 5, ..RawQuery::default() }).map(drop)
        }),
        ("traffic", raw_readers(), |r, a, _| r.traffic(a, &["lab"]).map(drop)),
        ("reuses_key", raw_readers(), |r, a, k| {
            let raw = r.raw(&access(Interface), &k.raw)?.ok_or(Failure::NotFound)?;
            r.reuses_key(a, &raw.summary).map(drop)
        }),
        ("set_raw_state", raw_readers(), |r, a, k| {
            r.set_raw_state(a, &k.raw, RawState::Unmatched, &[])
        }),
        ("change_raw_state", raw_readers(), |r, a, k| {
            let states = (RawState::Received, RawState::Unmatched);
            r.change_raw_state(a, &k.raw, states, &[])
        }),
        ("reviews_open", raw_readers(), |r, a, _| r.reviews_open(a).map(drop)),
        ("raw_sequence_at", raw_readers(), |r, a, _| {
            r.raw_sequence_at(a, Timestamp::from_micros(0)).map(drop)
        }),
    ]
}
