//! Questions and items.

use policy::{Asked, Compartment, Item, LABELS, schema_actions};
use proptest::prelude::*;
use std::collections::BTreeSet;

pub(crate) const ROLES: &[&str] = &[
    "prescriber",
    "pharmacist",
    "geneticist",
    "oncologist",
    "laboratory-reviewer",
    "interface-analyst",
    "researcher",
    "privacy-officer",
    "operator",
    "interface",
    "engine",
    "service-client",
    "patient",
];

pub(crate) const PURPOSES: &[&str] = &[
    "treatment",
    "operations",
    "research",
    "patient-request",
    "emergency",
    "underwriting",
    "employment",
];

pub(crate) fn asked(role: &str, purpose: &str, action: &str) -> Asked {
    let [tenant, actor, role, purpose, action] =
        ["t1", "account:a", role, purpose, action].map(str::to_owned);
    Asked { tenant, actor, role, purpose, action }
}

pub(crate) fn plain() -> Item {
    Item {
        tenant: "t1".to_owned(),
        compartment: Compartment::Patient,
        labels: BTreeSet::new(),
        in_care: false,
        emergency: false,
        refused: BTreeSet::new(),
        consented: BTreeSet::new(),
    }
}

pub(crate) fn any_asked() -> impl Strategy<Value = Asked> {
    (prop::sample::select(ROLES), prop::sample::select(PURPOSES), {
        prop::sample::select(schema_actions())
    })
        .prop_map(|(role, purpose, action)| asked(role, purpose, &action))
}

fn some_of(words: &'static [&'static str]) -> impl Strategy<Value = BTreeSet<String>> {
    prop::sample::subsequence(words, 0..=words.len())
        .prop_map(|words| words.into_iter().map(str::to_owned).collect())
}

pub(crate) fn any_item() -> impl Strategy<Value = Item> {
    let compartment = prop::sample::select(Compartment::ALL.to_vec());
    let tenant = prop::sample::select(vec!["t1", "t1", "t1", "t2"]);
    let flags = (any::<bool>(), any::<bool>());
    (tenant, compartment, some_of(LABELS), flags, some_of(PURPOSES), some_of(PURPOSES)).prop_map(
        |(tenant, compartment, labels, (in_care, emergency), refused, consented)| Item {
            tenant: tenant.to_owned(),
            compartment,
            labels,
            in_care,
            emergency,
            refused,
            consented,
        },
    )
}
