//! What is allowed in a set of policies and still looks wrong: for who writes one.

use crate::{Asked, LABELS, Policies};

/// Lines about a set of policies, each naming its policy; none is an error.
pub fn lint(policies: &Policies, asked: &[Asked]) -> Vec<String> {
    let mut found = Vec::new();
    for (id, text) in policies.by_id() {
        for label in text.split('"').skip(1).step_by(2) {
            let is_like_a_label = label.len() <= 4 && label.chars().all(|c| c.is_ascii_uppercase());
            if is_like_a_label && !LABELS.contains(&label) {
                found.push(format!("{id}: `{label}` is no label that is ever given"));
            }
        }
    }
    let mut used = std::collections::BTreeSet::new();
    for question in asked {
        let grant = policies.grant(question);
        found.extend(grant.problems);
        used.extend(grant.policies);
    }
    let idle = policies.by_id().into_keys().filter(|id| !used.contains(id));
    found.extend(idle.map(|id| format!("{id}: has no say in any question")));
    found.sort();
    found.dedup();
    found
}
