//! Trials: versions, and what takes one out of use.

use crate::support::{access, fixture};
use model::RawId;
use record::limit::TRIAL_BODY_BYTES_MAX;
use record::{Action, AuditQuery, Failure, NewTrial, Role};

fn trial(id: &str, registry: &str, body: &str) -> NewTrial {
    NewTrial {
        id: id.to_owned(),
        registry: Some(registry.to_owned()).filter(|text| !text.is_empty()),
        raw: RawId::new(format!("raw-{body}")),
        body: body.as_bytes().to_vec(),
    }
}

#[test]
fn a_version_is_added_when_something_changed() {
    let fixture = fixture();
    let record = &fixture.record;
    let (operator, reader) = (access(Role::Operator), access(Role::Oncologist));
    let put = |id: &str, registry: &str, body: &str| {
        record.put_trial(&operator, trial(id, registry, body)).unwrap()
    };
    assert_eq!(put("10-001", "NCT00000001", "one"), 1);
    assert_eq!(put("10-001", "NCT00000001", "one"), 1, "the same bytes are the same version");
    assert_eq!(put("10-001", "NCT00000001", "two"), 2);
    assert_eq!(put("20-002", "", "other"), 1);
    // By either name.
    for name in ["10-001", "NCT00000001"] {
        let found = record.trial(&reader, name).unwrap().unwrap();
        assert_eq!((found.id.as_str(), found.version, found.is_retired), ("10-001", 2, false));
        assert_eq!((found.body.as_slice(), found.actor.as_str()), (&b"two"[..], "operator"));
        assert_eq!(found.raw.as_str(), "raw-two");
    }
    // What has no number is not found by none.
    for name in ["", "none"] {
        assert_eq!(record.trial(&reader, name).unwrap(), None);
    }
    assert_eq!(record.retire_trial(&operator, "10-001").unwrap(), 3);
    assert_eq!(record.retire_trial(&operator, "10-001").unwrap(), 3);
    assert!(record.trial(&reader, "10-001").unwrap().unwrap().is_retired);
    // The same bytes again bring it back.
    assert_eq!(put("10-001", "NCT00000001", "two"), 4);
    let versions = record.trial_versions(&reader, "10-001", 10).unwrap();
    let seen: Vec<(u64, bool)> = versions.iter().map(|one| (one.version, one.is_retired)).collect();
    assert_eq!(seen, [(4, false), (3, true), (2, false), (1, false)]);
    assert_eq!(record.count_trial_versions(&reader).unwrap(), 5);
    let page = record.trials(&reader, "", 1).unwrap();
    let rest = record.trials(&reader, &page[0].id, 10).unwrap();
    assert_eq!((page[0].id.as_str(), rest.len(), rest[0].id.as_str()), ("10-001", 1, "20-002"));
}

#[test]
fn what_cannot_be_kept_is_refused_and_changes_are_audited() {
    let fixture = fixture();
    let record = &fixture.record;
    let operator = access(Role::Operator);
    let nul = "a\u{0}";
    let long = "x".repeat(TRIAL_BODY_BYTES_MAX + 1);
    for new in [trial("", "", "{}"), trial(" ", "", "{}"), trial(nul, "", "{}")] {
        let refused = record.put_trial(&operator, new).unwrap_err();
        assert!(matches!(refused, Failure::Invalid { .. }), "{refused}");
    }
    let refused = record.put_trial(&operator, trial("T", "", &long)).unwrap_err();
    assert!(matches!(refused, Failure::TooMuch { .. }), "{refused}");
    let fits = "x".repeat(TRIAL_BODY_BYTES_MAX);
    assert_eq!(record.put_trial(&operator, trial("T", "", &fits)).unwrap(), 1);
    assert_eq!(record.retire_trial(&operator, "none").unwrap_err(), Failure::NotFound);
    let entity = Some("trial/T".to_owned());
    let asked = AuditQuery { entity, count: 50, ..AuditQuery::default() };
    let events = record.audit_events(&access(Role::PrivacyOfficer), &asked).unwrap().events;
    let found: Vec<&str> = events.iter().map(|event| event.action.as_str()).collect();
    assert_eq!(found, [Action::WriteTrials.word()]);
}
