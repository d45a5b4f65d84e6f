//! Trials and what became of them for whom.

use super::{Engine, Line, Operator, ServiceClient, done, with};
use model::RawId;
use record::NewTrial;

pub(super) fn matching() -> Vec<Line> {
    let readers = || with(&[Engine, ServiceClient, Operator]);
    vec![
        ("put_trial", vec![Operator], |r, a, _| {
            let raw = RawId::new("raw");
            let new = NewTrial { id: "T-1".into(), registry: None, raw, body: b"{}".to_vec() };
            r.put_trial(a, new).map(drop)
        }),
        ("retire_trial", vec![Operator], |r, a, _| done(r.retire_trial(a, "none"))),
        ("trial", readers(), |r, a, _| r.trial(a, "T-1").map(drop)),
        ("trials", readers(), |r, a, _| r.trials(a, "", 5).map(drop)),
        ("trial_versions", readers(), |r, a, _| r.trial_versions(a, "T-1", 5).map(drop)),
    ]
}
