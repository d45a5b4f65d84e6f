//! The filter says of every item what the decision says.

use crate::support::{PURPOSES, ROLES, any_asked, any_item, asked, plain};
use policy::{Compartment, Item, LABELS, Policies, Refusal, SHIPPED, schema_actions};
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

/// Who and what a policy is about, by its scope.
fn scope() -> impl Strategy<Value = String> {
    let principal = prop::sample::select(vec![
        "principal",
        "principal in Cognate::Role::\"geneticist\"",
        "principal == Cognate::Actor::\"account:a\"",
        "principal is Cognate::Actor in Cognate::Role::\"engine\"",
    ]);
    let one = |action: &String| format!("Cognate::Action::\"{action}\"");
    let some = prop::sample::subsequence(schema_actions(), 0..8)
        .prop_map(move |of| of.iter().map(one).collect::<Vec<_>>().join(", "));
    let action = prop_oneof![
        Just("action".to_owned()),
        some.prop_map(|some| format!("action in [{some}]")),
        prop::sample::select(schema_actions())
            .prop_map(move |action| format!("action == {}", one(&action))),
        prop::sample::select(schema_actions())
            .prop_map(move |action| format!("action in {}", one(&action))),
    ];
    (principal, action).prop_map(|(principal, action)| format!("{principal}, {action}, resource"))
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

    /// A decision looks at some policies only, and says what all of them say.
    #[test]
    fn with_the_whole_set(
        written in prop::collection::vec((scope(), prop_oneof![
            condition(), foreign(), Just("9223372036854775807 + 1 == 2".to_owned()),
            Just("[Cognate::Action::\"read-clinical\"].contains(action)".to_owned()),
            Just("action in [Cognate::Action::\"commit\"]".to_owned()),
        ], any::<bool>()), 0..6),
        asked in prop::collection::vec(any_asked(), 4),
        items in prop::collection::vec(any_item(), 4),
    ) {
        let policy = |(number, (scope, condition, permits)): (usize, &(String, String, bool))| {
            let effect = if *permits { "permit" } else { "forbid" };
            format!("@id(\"p{number}\") {effect} ({scope}) when {{{condition}}};\n")
        };
        let text: String = written.iter().enumerate().map(policy).collect();
        let read = Policies::read(&text);
        prop_assume!(read.is_ok());
        let policies = read.unwrap();
        for (asked, item) in asked.iter().flat_map(|it| items.iter().map(move |item| (it, item))) {
            let long = policies.decide_at_length(asked, item);
            // What is asked again is put to less of the policies: an error may read differently.
            let short = policies.decide(asked, item);
            prop_assert_eq!(short.is_permitted, long.is_permitted, "{} {:?}", &text, asked);
            prop_assert_eq!(&short.policies, &long.policies, "{} {:?}", &text, asked);
            let is_well = (short.errors.is_empty(), long.errors.is_empty());
            prop_assert_eq!(is_well.0, is_well.1, "{} {:?}", &text, asked);
        }
    }
}

/// Every role, purpose and action, and words that are none, with items of each kind by
/// turns.
#[test]
fn of_the_access_matrix_with_the_whole_set() {
    let words = |of: &[&str]| of.iter().map(|&word| word.to_owned()).collect();
    let items = [
        plain(),
        Item { in_care: true, labels: words(&["GDIS", "R"]), ..plain() },
        Item { emergency: true, labels: words(LABELS), ..plain() },
        Item { refused: words(PURPOSES), labels: words(&["SF"]), ..plain() },
        Item { consented: words(PURPOSES), in_care: true, labels: words(&["ETH"]), ..plain() },
        Item { compartment: Compartment::Everybody, ..plain() },
        Item { tenant: "t2".to_owned(), compartment: Compartment::Unknown, ..plain() },
    ];
    let actions = schema_actions();
    let (roles, purposes) = (ROLES.iter().chain(&["king", ""]), [PURPOSES, &["", "\0"]].concat());
    let actions: Vec<&str> = actions.iter().map(String::as_str).chain(["rule", ""]).collect();
    let who = roles.flat_map(|role| purposes.iter().map(move |purpose| (role, purpose)));
    let questions = who
        .flat_map(|(role, purpose)| actions.iter().map(move |action| asked(role, purpose, action)));
    let about = items.iter().cycle().zip(SETS.iter().cycle());
    for (asked, (item, policies)) in questions.zip(about) {
        let long = policies.decide_at_length(&asked, item);
        // What is asked again is put to fewer policies.
        for time in 0..3 {
            let short = policies.decide(&asked, item);
            assert_eq!(short.is_permitted, long.is_permitted, "{asked:?} {item:?} {time}");
            assert_eq!(short.policies, long.policies, "{asked:?} {item:?} {time}");
            assert_eq!(short.errors.is_empty(), long.errors.is_empty(), "{asked:?} {time}");
        }
    }
}
