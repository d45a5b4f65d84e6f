//! Care, emergencies and policies.

use super::{Engine, Interface, Line, Operator, PrivacyOfficer, access, done, p1, with};
use model::Timestamp;
use record::{ReviewFacts, ReviewRules};

pub(super) fn guarding() -> Vec<Line> {
    vec![
        ("put_care", vec![Operator, Interface], |r, a, _| {
            r.put_care(
                a,
                record::Care {
                    patient: p1(),
                    actor: "account:ana".to_owned(),
                    begins: Timestamp::from_micros(0),
                    ends: Timestamp::from_micros(1),
                    source: "visit".to_owned(),
                },
            )
        }),
        ("care_of", vec![Operator, PrivacyOfficer], |r, a, _| r.care_of(a, &p1()).map(drop)),
        ("set_actor_reference", vec![Operator, Interface], |r, a, _| {
            let known = record::ActorReference {
                actor: "account:ana".to_owned(),
                reference: "Practitioner/p1".to_owned(),
            };
            r.set_actor_reference(a, known, true)
        }),
        ("open_emergency", with(&[]), |r, a, _| {
            done(r.open_emergency(
                a,
                record::NewEmergency {
                    patient: p1(),
                    reason: record::EmergencyReason::LifeThreatening,
                    text: "unconscious after a fall".to_owned(),
                },
            ))
        }),
        ("emergency_access", with(&[]), |r, a, _| r.emergency_access(a, &p1()).map(drop)),
        ("emergencies_due", vec![PrivacyOfficer], |r, a, _| r.emergencies_due(a, 5).map(drop)),
        ("review_emergency", vec![PrivacyOfficer], |r, a, _| {
            done(r.review_emergency(a, "none", true, ""))
        }),
        ("alerts_due", vec![Engine], |r, a, _| r.alerts_due(a, 5).map(drop)),
        ("note_alert", vec![Engine], |r, a, _| {
            let alert = record::Alert {
                kind: record::AlertKind::Emergency,
                id: "none".to_owned(),
                since: Timestamp::from_micros(0),
                due: Timestamp::from_micros(1),
                delivery: record::Delivery::default(),
            };
            r.note_alert(a, &alert).map(drop)
        }),
        ("thin_audit", vec![PrivacyOfficer], |r, a, _| {
            let held = std::collections::BTreeSet::new();
            let retention = record::AuditRetention { years: 6, held, is_trial: true };
            r.thin_audit(a, &retention).map(drop)
        }),
        ("look_for_snooping", vec![PrivacyOfficer, Engine], |r, a, _| {
            r.look_for_snooping(a, &ReviewFacts::default(), &ReviewRules::default()).map(drop)
        }),
        ("review_log", vec![PrivacyOfficer], |r, a, _| {
            let span = (Timestamp::from_micros(0), Timestamp::from_micros(1));
            r.review_log(a, span, &ReviewFacts::default(), &ReviewRules::default()).map(drop)
        }),
        ("findings", vec![PrivacyOfficer], |r, a, _| r.findings(a, true, 5).map(drop)),
        ("answer_finding", vec![PrivacyOfficer], |r, a, _| {
            done(r.answer_finding(a, "none", true, "in words"))
        }),
        ("privacy_queue", vec![PrivacyOfficer], |r, a, _| r.privacy_queue(a).map(drop)),
        ("policies", vec![PrivacyOfficer, Operator], |r, a, _| r.policies(a).map(drop)),
        ("adopted_policies", vec![PrivacyOfficer, Operator], |r, a, _| {
            r.adopted_policies(a, 5).map(drop)
        }),
        ("adopt_policies", vec![PrivacyOfficer], |r, a, _| {
            let text = policy::Policies::shipped_text("standard").unwrap();
            r.adopt_policies(a, &text).map(drop)
        }),
        ("propose_policies", vec![PrivacyOfficer], |r, a, _| {
            let text = policy::Policies::shipped_text("standard").unwrap();
            r.propose_policies(a, &text).map(drop)
        }),
        ("proposed_policies", vec![PrivacyOfficer, Operator], |r, a, _| {
            r.proposed_policies(a, 5).map(drop)
        }),
        ("adopt_proposed_policies", vec![PrivacyOfficer], |r, a, _| {
            done(r.adopt_proposed_policies(a, "none"))
        }),
        ("explain", vec![PrivacyOfficer, Operator], |r, a, _| {
            r.explain(a, &access(Engine), record::Action::ReadFacts, None).map(drop)
        }),
        ("shadow_policies", vec![PrivacyOfficer, Operator], |r, a, _| {
            r.shadow_policies(a, "", Timestamp::from_micros(0)).map(drop)
        }),
        ("keyring", vec![Operator], |r, a, _| r.keyring(a).map(drop)),
        ("renew_tenant_key", vec![Operator], |r, a, _| r.renew_tenant_key(a).map(drop)),
        ("rewrap_data_keys", vec![Operator], |r, a, _| {
            r.rewrap_data_keys(a, &mut |_| {}).map(drop)
        }),
        ("forget_former_tenant_keys", vec![Operator], |r, a, _| {
            r.forget_former_tenant_keys(a).map(drop)
        }),
        ("erase_patient", vec![PrivacyOfficer], |r, a, _| {
            done(r.erase_patient(a, &model::PatientId::new("p-none"), "asked for"))
        }),
        ("who_can_see", vec![PrivacyOfficer, Operator], |r, a, _| {
            r.who_can_see(a, &p1()).map(drop)
        }),
    ]
}
