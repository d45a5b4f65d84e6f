//! What is taken as a set of policies and what is not.

use crate::support::{PURPOSES, ROLES, asked, plain};
use policy::{POLICIES_BYTES_MAX, POLICIES_MAX, Policies, Refusal, SHIPPED, lint, schema_actions};

#[test]
fn what_ships_is_taken_and_has_nothing_to_say_about_it() {
    for name in SHIPPED {
        let policies = Policies::shipped(name).unwrap();
        assert_eq!(policies.digest().len(), 64);
        let mut questions = Vec::new();
        for role in ROLES {
            for purpose in PURPOSES {
                questions.extend(schema_actions().iter().map(|it| asked(role, purpose, it)));
            }
        }
        assert_eq!(lint::lint(&policies, &questions), Vec::<String>::new(), "{name}");
    }
    assert!(matches!(Policies::shipped("open"), Err(Refusal::Unknown(_))));
}

#[test]
fn two_texts_have_two_digests() {
    let digests: std::collections::BTreeSet<String> = ["", " "]
        .iter()
        .map(|text| Policies::read(text).unwrap().digest().to_owned())
        .chain(SHIPPED.iter().map(|name| Policies::shipped(name).unwrap().digest().to_owned()))
        .collect();
    assert_eq!(digests.len(), 2 + SHIPPED.len());
}

#[test]
fn what_does_not_fit_is_refused_whole() {
    const PERMIT: &str = "permit (principal, action, resource)";
    let cases = [
        ("permit (", "unreadable"),
        ("@id(\"a\") permit (principal == ?principal, action, resource);", "unreadable"),
        ("permit (principal, action, resource);", "id"),
        ("@id(\"\") permit (principal, action, resource);", "id"),
        // The ids of the core are not free, and nothing is there twice.
        ("@id(\"core-tenant\") permit (principal, action, resource);", "id"),
        (&format!("@id(\"a\") {PERMIT}; @id(\"a\") {PERMIT};"), "id"),
        ("@id(\"a\") permit (principal, action == Cognate::Action::\"rule\", resource);", "schema"),
        ("@id(\"a\") permit (principal in Cognate::Role::\"king\", action, resource);", "schema"),
        (&format!("@id(\"a\") {PERMIT} when {{ resource.label == \"R\" }};"), "schema"),
        (&format!("@id(\"a\") {PERMIT} when {{ context.urgent }};"), "schema"),
        (&format!("@id(\"a\") {PERMIT} when {{ resource.labels == \"R\" }};"), "schema"),
    ];
    for (text, expected) in cases {
        let refusal = Policies::read(text).unwrap_err();
        let found = match refusal {
            Refusal::Unreadable(_) => "unreadable",
            Refusal::Id(_) => "id",
            Refusal::Schema(_) => "schema",
            _ => "other",
        };
        assert_eq!(found, expected, "{text}: {refusal}");
    }
}

#[test]
fn size_has_its_limits() {
    let space = " ".repeat(POLICIES_BYTES_MAX);
    assert!(Policies::read(&space).is_ok());
    assert!(matches!(
        Policies::read(&format!("{space} ")),
        Err(Refusal::TooMuch { unit: "bytes", .. })
    ));
    let core = Policies::read("").unwrap().by_id().len();
    let one = |n: usize| format!("@id(\"p{n}\") forbid (principal, action, resource);");
    let many = |count: usize| (0..count).map(one).collect::<Vec<_>>().join("\n");
    assert!(Policies::read(&many(POLICIES_MAX - core)).is_ok());
    let refused = Policies::read(&many(POLICIES_MAX - core + 1)).unwrap_err();
    assert!(matches!(refused, Refusal::TooMuch { unit: "policies", .. }), "{refused}");
}

/// The core holds against a set that permits everything.
#[test]
fn nothing_overrides_the_core() {
    let open = Policies::read("@id(\"all\") permit (principal, action, resource);").unwrap();
    let permitted = |purpose: &str, action: &str, item: &policy::Item| {
        let asked = asked("prescriber", purpose, action);
        let decided = open.decide(&asked, item).is_permitted;
        assert_eq!(open.grant(&asked).filter.holds(item), decided, "{purpose} {action}");
        decided
    };
    let mut item = plain();
    item.emergency = true;
    assert!(permitted("treatment", "read-clinical", &item));
    for purpose in ["underwriting", "employment"] {
        assert!(!permitted(purpose, "read-clinical", &item), "{purpose}");
    }
    for action in schema_actions() {
        let reads = ["read-clinical", "read-facts", "read-statements", "read-pack"];
        assert_eq!(permitted("emergency", &action, &item), reads.contains(&action.as_str()));
    }
    item.emergency = false;
    assert!(!permitted("emergency", "read-clinical", &item));
    item.refused.insert("treatment".to_owned());
    assert!(!permitted("treatment", "read-clinical", &item));
    let other = policy::Item { tenant: "t2".to_owned(), ..plain() };
    assert!(!permitted("treatment", "read-clinical", &other));
}

/// A patient's own copy is refused by the patient's own consent in secondary findings alone.
#[test]
fn a_patient_may_refuse_to_be_told_of_secondary_findings() {
    let standard = Policies::shipped("standard").unwrap();
    for (role, label, refused, expected) in [
        ("patient", None, true, true),
        ("patient", Some("GDIS"), true, true),
        ("patient", Some("SF"), false, true),
        ("patient", Some("SF"), true, false),
    ] {
        let mut item = plain();
        item.labels.extend(label.map(str::to_owned));
        if refused {
            item.refused.insert("patient-request".to_owned());
        }
        let asked = asked(role, "patient-request", "read-clinical");
        assert_eq!(standard.decide(&asked, &item).is_permitted, expected, "{label:?} {refused}");
        assert_eq!(standard.grant(&asked).filter.holds(&item), expected, "{label:?} {refused}");
    }
}

/// Cedar passes over a policy that cannot be evaluated, a forbidding one included.
#[test]
fn an_error_is_a_no() {
    let standard = Policies::shipped_text("standard").unwrap();
    let fails = "when { 9223372036854775807 + 1 == 2 }";
    let later = "when { resource.in_care && 9223372036854775807 + 1 == 2 }";
    for (effect, condition) in [("forbid", fails), ("permit", fails), ("forbid", later)] {
        let text =
            format!("{standard}\n@id(\"x\") {effect} (principal, action, resource) {condition};");
        let policies = Policies::read(&text).unwrap();
        let asked = asked("prescriber", "treatment", "read-clinical");
        let item = policy::Item { in_care: true, ..plain() };
        let decision = policies.decide(&asked, &item);
        assert!(!decision.is_permitted, "{effect} {condition}");
        assert_eq!(decision.errors.len(), 1);
        let grant = policies.grant(&asked);
        assert!(!grant.filter.holds(&item), "{effect} {condition}");
        assert_eq!(grant.problems.len(), 1, "{:?}", grant.problems);
    }
}

#[test]
fn words_that_nobody_knows_are_a_no() {
    let open = Policies::read("@id(\"all\") permit (principal, action, resource);").unwrap();
    for (role, action) in
        [("king", "read-clinical"), ("prescriber", "rule"), ("", ""), ("\"", "\0")]
    {
        let asked = asked(role, "treatment", action);
        assert!(!open.decide(&asked, &plain()).is_permitted, "{role} {action}");
        assert_eq!(open.grant(&asked).filter, policy::Filter::Never, "{role} {action}");
    }
}
