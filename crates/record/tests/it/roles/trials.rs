//! Trials and what became of them for whom.

use super::{Engine, Line, Operator, ServiceClient, done, p1, with};
use model::RawId;
use record::{NewTrial, PutTo, PutToTrials, Role, TrialWatch};

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
        ("count_trial_versions", readers(), |r, a, _| r.count_trial_versions(a).map(drop)),
        ("trials", readers(), |r, a, _| r.trials(a, "", 5).map(drop)),
        ("put_trial_standings", vec![Engine], |r, a, _| {
            let put = PutToTrials {
                patient: p1(),
                put_to: PutTo::Every,
                standings: vec![],
                cause: "a report".to_owned(),
                engine: "trials 1".to_owned(),
                watch: TrialWatch::Off,
            };
            r.put_trial_standings(a, vec![put]).map(drop)
        }),
        ("trial_standings", with(&[ServiceClient, Engine, Role::Patient]), |r, a, _| {
            r.trial_standings(a, &p1()).map(drop)
        }),
        ("standings_of_trial", with(&[ServiceClient, Engine, Role::Patient]), |r, a, _| {
            r.standings_of_trial(a, "T-1", 0, 5).map(drop)
        }),
        ("evidence_changes", with(&[ServiceClient, Engine, Role::Patient]), |r, a, _| {
            r.evidence_changes(a, &p1(), 5).map(drop)
        }),
        ("trial_changes", with(&[ServiceClient, Engine, Role::Patient]), |r, a, _| {
            r.trial_changes(a, None, 5).map(drop)
        }),
        ("watched_for_trials", vec![Engine], |r, a, _| r.watched_for_trials(a, None, 5).map(drop)),
        ("due_for_trials", vec![Engine], |r, a, _| r.due_for_trials(a, 20_260_101, 5).map(drop)),
        ("trial_versions", readers(), |r, a, _| r.trial_versions(a, "T-1", 5).map(drop)),
    ]
}
