//! The decision about one item: what a query's filter has to agree with.

use crate::policies::schema;
use crate::{Asked, Item, Policies};
use cedar_policy::{
    Authorizer, Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, Request,
    RestrictedExpression,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::str::FromStr;

/// Whether something may be done with an item, and what says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// Whether it may.
    pub is_permitted: bool,
    /// Ids of the policies that decided.
    pub policies: Vec<String>,
    /// What went wrong; then the answer is no.
    pub errors: Vec<String>,
}

impl Decision {
    fn error(text: impl std::fmt::Display) -> Self {
        Self { errors: vec![text.to_string()], ..Self::default() }
    }
}

/// Id of an entity of ours.
pub(crate) fn uid(kind: &str, id: &str) -> Option<EntityUid> {
    let name = EntityTypeName::from_str(&format!("Cognate::{kind}")).ok()?;
    Some(EntityUid::from_type_name_and_id(name, EntityId::new(id)))
}

/// Whether the schema has a role of this name.
pub(crate) fn is_role(word: &str) -> bool {
    let (Some(role), Some(schema)) = (uid("Role", word), schema()) else { return false };
    let entity = Entity::with_uid(role);
    Entities::from_entities([entity], Some(schema)).is_ok()
}

/// The one who asks, as an entity with the role as its parent.
pub(crate) fn actor(asked: &Asked) -> Option<Entity> {
    let tenant = RestrictedExpression::new_string(asked.tenant.clone());
    let attributes = HashMap::from([("tenant".to_owned(), tenant)]);
    let role = uid("Role", &asked.role)?;
    Entity::new(uid("Actor", &asked.actor)?, attributes, [role].into()).ok()
}

pub(crate) fn context(asked: &Asked) -> Option<Context> {
    let purpose = RestrictedExpression::new_string(asked.purpose.clone());
    Context::from_pairs([("purpose".to_owned(), purpose)]).ok()
}

fn words(of: &BTreeSet<String>) -> RestrictedExpression {
    let word = |word: &String| RestrictedExpression::new_string(word.clone());
    RestrictedExpression::new_set(of.iter().map(word))
}

fn item(item: &Item) -> Option<Entity> {
    let attributes = BTreeMap::from([
        ("tenant", RestrictedExpression::new_string(item.tenant.clone())),
        ("compartment", RestrictedExpression::new_string(item.compartment.word().to_owned())),
        ("labels", words(&item.labels)),
        ("in_care", RestrictedExpression::new_bool(item.in_care)),
        ("emergency", RestrictedExpression::new_bool(item.emergency)),
        ("refused", words(&item.refused)),
        ("consented", words(&item.consented)),
    ]);
    let attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), value));
    Entity::new(uid("Item", "item")?, attributes.collect(), [].into()).ok()
}

impl Policies {
    /// Decides about one item. A word that the schema does not have, and any policy that cannot be
    /// evaluated, is a no: a rule that forbids may be the one that failed.
    pub fn decide(&self, asked: &Asked, about: &Item) -> Decision {
        let Some(schema) = schema() else { return Decision::error("there is no schema") };
        let parts = (actor(asked), item(about), context(asked), uid("Action", &asked.action));
        let (Some(actor), Some(item), Some(context), Some(action)) = parts else {
            return Decision::error("the question cannot be put");
        };
        let request = Request::new(actor.uid(), action, item.uid(), context, Some(schema));
        let request = match request {
            Ok(request) => request,
            Err(error) => return Decision::error(error),
        };
        let entities = match Entities::from_entities([actor, item], Some(schema)) {
            Ok(entities) => entities,
            Err(error) => return Decision::error(error),
        };
        let response = Authorizer::new().is_authorized(&request, &self.set, &entities);
        let diagnostics = response.diagnostics();
        let mut policies: Vec<String> = diagnostics.reason().map(ToString::to_string).collect();
        policies.sort();
        let errors: Vec<String> = diagnostics.errors().map(ToString::to_string).collect();
        let allows = response.decision() == cedar_policy::Decision::Allow;
        Decision { is_permitted: allows && errors.is_empty(), policies, errors }
    }
}
