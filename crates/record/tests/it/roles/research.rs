//! Projects of research. What is done for research alone is in `projects`, by its purpose: here it
//! is denied to every role, since the accesses of this table are for other purposes.

use super::{Line, PrivacyOfficer, done};
use deidentify::Tier;
use deidentify::counts::{Kind, Rule};
use model::Timestamp;
use record::{NewProject, Query, Transfer};
use std::collections::BTreeSet;

pub(super) fn researching() -> Vec<Line> {
    vec![
        ("create_project", vec![PrivacyOfficer], |r, a, _| {
            let new = NewProject {
                title: "Clopidogrel".to_owned(),
                owner: "account:rita".to_owned(),
                tier: Tier::Registered,
                expert_determination: None,
                recipients: vec!["University".to_owned()],
                ends: Timestamp::from_micros(i64::MAX),
            };
            r.create_project(a, new).map(drop)
        }),
        ("projects", vec![PrivacyOfficer], |r, a, _| r.projects(a, 5).map(drop)),
        ("project", vec![PrivacyOfficer], |r, a, _| r.project(a, "x").map(drop)),
        ("end_project", vec![PrivacyOfficer], |r, a, _| done(r.end_project(a, "none"))),
        ("open_project", vec![], |r, a, _| r.open_project(a, "x").map(drop)),
        ("tell_count", vec![], |r, a, _| {
            let nobody = (&BTreeSet::new(), 0);
            r.tell_count(a, "x", Rule::default(), ("q", Kind::Plain), nobody).map(drop)
        }),
        ("tell_table", vec![], |r, a, _| {
            let cells = vec![vec![BTreeSet::new()]];
            r.tell_table(a, "x", Rule::default(), "q", &cells).map(drop)
        }),
        ("counted_patients", vec![], |r, a, _| {
            let query = Query {
                resource_type: "Patient".to_owned(),
                terms: vec![],
                count: 0,
                cursor: None,
            };
            r.counted_patients(a, &query).map(drop)
        }),
        ("clearances", vec![PrivacyOfficer], |r, a, _| r.clearances(a, "University").map(drop)),
        ("received", vec![PrivacyOfficer], |r, a, _| r.received(a, 5).map(drop)),
        ("note_clearance", vec![PrivacyOfficer], |r, a, _| {
            r.note_clearance(a, "University", Transfer::Attestation, "D-1")
        }),
    ]
}
