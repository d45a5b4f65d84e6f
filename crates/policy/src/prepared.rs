//! What each decision needs of the schema and of a set, made once.

use crate::policies::{SCHEMA, schema};
use cedar_policy::{ActionConstraint, EntityTypeName, EntityUid, PolicySet, SchemaFragment};
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::sync::LazyLock;

/// Types of the schema that questions are made of.
const TYPES: [&str; 4] = ["Action", "Actor", "Item", "Role"];

static TYPE_NAMES: LazyLock<BTreeMap<&str, EntityTypeName>> = LazyLock::new(|| {
    let name = |kind| Some((kind, EntityTypeName::from_str(&format!("Cognate::{kind}")).ok()?));
    TYPES.into_iter().filter_map(name).collect()
});

/// None if the schema cannot be read: then nobody has a role.
static ROLES: LazyLock<BTreeSet<String>> = LazyLock::new(|| roles().unwrap_or_default());

fn roles() -> Option<BTreeSet<String>> {
    let (fragment, _) = SchemaFragment::from_cedarschema_str(SCHEMA).ok()?;
    let json = fragment.to_json_value().ok()?;
    let words = json.pointer("/Cognate/entityTypes/Role/enum")?.as_array()?;
    words.iter().map(|word| word.as_str().map(str::to_owned)).collect()
}

/// A type of ours.
pub(crate) fn type_name(kind: &str) -> Option<&'static EntityTypeName> {
    TYPE_NAMES.get(kind)
}

/// Whether the schema has a role of this name.
pub(crate) fn is_role(word: &str) -> bool {
    ROLES.contains(word)
}

/// For each action of the schema the policies whose scope holds it. The others are not satisfied,
/// whatever the rest of the question is, and cannot fail: Cedar looks at the scope first.
///
/// # Errors
/// There is no schema, or it has groups of actions: then a scope would hold more than it names.
pub(crate) fn by_action(set: &PolicySet) -> Result<BTreeMap<String, PolicySet>, String> {
    let schema = schema().ok_or("there is no schema")?;
    let known = schema.action_entities().map_err(|error| error.to_string())?;
    let mut sets = BTreeMap::new();
    for action in schema.actions() {
        if known.ancestors(action).is_none_or(|mut groups| groups.next().is_some()) {
            return Err(format!("{action} is part of a group"));
        }
        let policies = set.policies().filter(|policy| holds(&policy.action_constraint(), action));
        let of_action = PolicySet::from_policies(policies.cloned());
        let of_action = of_action.map_err(|error| error.to_string())?;
        sets.insert(action.id().unescaped().to_owned(), of_action);
    }
    Ok(sets)
}

fn holds(scope: &ActionConstraint, action: &EntityUid) -> bool {
    match scope {
        ActionConstraint::Any => true,
        ActionConstraint::In(actions) => actions.contains(action),
        ActionConstraint::Eq(one) => one == action,
    }
}
