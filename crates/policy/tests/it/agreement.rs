//! The filter says of every item what the decision says.

use crate::support::{any_asked, any_item};
use policy::{Policies, Refusal, SHIPPED};
use proptest::prelude::*;
use std::sync::LazyLock;

static SETS: LazyLock<Vec<Policies>> =
    LazyLock::new(|| SHIPPED.iter().flat_map(|name| Policies::shipped(name)).collect());

/// A condition in what the filter's language knows.
fn condition() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "true",
        "resource.in_care",
        "resource.in_care == false",
        "resource.emergency",
        "resource.compartment == \"everybody\"",
        "\"patient\" != resource.compartment",
        "resource.compartment == \"nobody\"",
        "resource.labels.contains(\"GDIS\")",
        "resource.labels.containsAny([\"HIV\", \"PSY\"])",
        "resource.refused.contains(context.purpose)",
        "resource.consented.contains(\"research\")",
        "resource.consented.containsAny([\"treatment\", \"research\"])",
        "context.purpose == \"treatment\"",
        "principal in Cognate::Role::\"geneticist\"",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} && {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} || {b})")),
            inner.clone().prop_map(|a| format!("!({a})")),
            (inner.clone(), inner.clone(), inner)
                .prop_map(|(a, b, c)| format!("(if {a} then {b} else {c})")),
        ]
    })
}

/// A condition with something that the language does not know.
fn foreign() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "resource.labels.containsAll([\"R\", \"V\"])",
        "resource.labels == resource.refused",
        "resource.labels.isEmpty()",
        "resource.compartment like \"p*\"",
        "resource.refused.containsAny(resource.labels)",
    ]);
    (leaf, condition(), any::<bool>()).prop_map(|(leaf, other, is_first)| {
        if is_first { format!("{leaf} || {other}") } else { format!("{other} && {leaf}") }
    })
}

fn set(permits: &[String], forbids: &[String]) -> Result<Policies, Refusal> {
    let policy = |effect: &str, (number, condition): (usize, &String)| {
        let id = format!("@id(\"{effect}{number}\")");
        format!("{id} {effect} (principal, action, resource) when {{{condition}}};\n")
    };
    let permits = permits.iter().enumerate().map(|it| policy("permit", it));
    let forbids = forbids.iter().enumerate().map(|it| policy("forbid", it));
    Policies::read(&permits.chain(forbids).collect::<String>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn of_the_shipped_sets(asked in any_asked(), items in prop::collection::vec(any_item(), 8)) {
        prop_assert_eq!(SETS.len(), SHIPPED.len());
        for policies in SETS.iter() {
            let grant = policies.grant(&asked);
            prop_assert!(grant.problems.is_empty(), "{:?}", grant.problems);
            for item in &items {
                let decided = policies.decide(&asked, item);
                prop_assert_eq!(&decided.errors, &Vec::<String>::new());
                prop_assert_eq!(grant.filter.holds(item), decided.is_permitted, "{:?}", item);
            }
        }
    }

    #[test]
    fn of_sets_that_anybody_may_write(
        permits in prop::collection::vec(condition(), 1..4),
        forbids in prop::collection::vec(condition(), 0..3),
        asked in any_asked(),
        items in prop::collection::vec(any_item(), 8),
    ) {
        let policies = set(&permits, &forbids).unwrap();
        let grant = policies.grant(&asked);
        prop_assert!(grant.problems.is_empty(), "{:?}", grant.problems);
        for item in &items {
            prop_assert_eq!(grant.filter.holds(item), policies.decide(&asked, item).is_permitted);
        }
    }

    /// What the compiler does not know never opens anything.
    #[test]
    fn what_is_not_known_is_a_no(
        permits in prop::collection::vec(prop_oneof![condition(), foreign()], 1..4),
        forbids in prop::collection::vec(prop_oneof![condition(), foreign()], 0..3),
        asked in any_asked(),
        items in prop::collection::vec(any_item(), 8),
    ) {
        let policies = set(&permits, &forbids).unwrap();
        let grant = policies.grant(&asked);
        for item in &items {
            prop_assert!(!grant.filter.holds(item) || policies.decide(&asked, item).is_permitted);
        }
    }
}
