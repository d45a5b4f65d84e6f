//! Who may send onward, and who decides about what waits.

use super::{Engine, InterfaceAnalyst, Line, Operator, done};
use model::Timestamp;
use record::{DispatchState, Held, Record, Settlement, Steer};

fn held() -> Held {
    Held {
        id: "lab".to_owned(),
        holder: "h".to_owned(),
        until: Timestamp::from_micros(0),
        sequence: 0,
        failures: 0,
        retry_at: Timestamp::from_micros(0),
        acknowledged: None,
        failure: String::new(),
    }
}

pub(super) fn sending_onward() -> Vec<Line> {
    let decides = || vec![InterfaceAnalyst, Operator];
    vec![
        ("ensure_destination", vec![Engine], |r, a, _| r.ensure_destination(a, "lab")),
        ("ensure_destination_at", vec![Engine], |r, a, _| {
            r.ensure_destination_at(a, "lab", Some(7))
        }),
        ("note_dispatches", vec![Engine], |r, a, _| {
            r.note_dispatches(a, "lab", (0, 1), vec![]).map(drop)
        }),
        ("hold_destination", vec![Engine], |r, a, _| {
            r.hold_destination(a, "lab", "h", Timestamp::from_micros(0)).map(drop)
        }),
        ("leave_destination", vec![Engine], |r, a, _| r.leave_destination(a, &held())),
        ("dispatches_due", vec![Engine], |r, a, _| r.dispatches_due(a, "lab", 5).map(drop)),
        ("settle", vec![Engine], |r, a, _| r.settle(a, &held(), Settlement::default())),
        ("outbox", decides(), |r: &Record, a, _| r.outbox(a).map(drop)),
        ("dispatches", decides(), |r, a, _| {
            r.dispatches(a, "lab", DispatchState::Parked, 0, 5).map(drop)
        }),
        ("steer", decides(), |r, a, _| done(r.steer(a, "lab", 1, Steer::Skip))),
    ]
}
