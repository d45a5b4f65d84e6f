//! The decision about one item: what a query's filter has to agree with.

use crate::policies::schema;
use crate::prepared::{is_role, type_name};
use crate::questions::Question;
use crate::{Asked, Item, Policies};
use cedar_policy::{
    Authorizer, Context, Entities, Entity, EntityId, EntityUid, Request, RestrictedExpression,
    Schema,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

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
    Some(EntityUid::from_type_name_and_id(type_name(kind)?.clone(), EntityId::new(id)))
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
    ///
    /// Only the policies that can have a say are evaluated, and what is built here by its form is
    /// not held against the schema again; [`Policies::decide_at_length`] says the same.
    pub fn decide(&self, asked: &Asked, about: &Item) -> Decision {
        let Some(set) = self.of_action.get(&asked.action) else {
            return Decision::error(format!("`{}` is no action of the schema", asked.action));
        };
        if !is_role(&asked.role) {
            return Decision::error(format!("`{}` is no role of the schema", asked.role));
        }
        answer(self.question(asked, set).as_deref(), None, about)
    }

    /// The same decision by the longest way: every policy of the set, and everything that is put
    /// to it checked against the schema. What [`Policies::decide`] is compared with.
    pub fn decide_at_length(&self, asked: &Asked, about: &Item) -> Decision {
        let Some(schema) = schema() else { return Decision::error("there is no schema") };
        answer(Question::new(asked, self.set.clone()).as_ref(), Some(schema), about)
    }
}

/// What the policies of a question answer; with a schema only if the question fits it.
fn answer(question: Option<&Question>, schema: Option<&Schema>, about: &Item) -> Decision {
    let (Some(question), Some(item)) = (question, item(about)) else {
        return Decision::error("the question cannot be put");
    };
    let Question { actor, action, context, set } = question;
    let (who, what) = (actor.uid(), action.clone());
    let request = match Request::new(who, what, item.uid(), context.clone(), schema) {
        Ok(request) => request,
        Err(error) => return Decision::error(error),
    };
    let entities = match Entities::from_entities([actor.clone(), item], schema) {
        Ok(entities) => entities,
        Err(error) => return Decision::error(error),
    };
    let response = Authorizer::new().is_authorized(&request, set, &entities);
    let diagnostics = response.diagnostics();
    let mut policies: Vec<String> = diagnostics.reason().map(ToString::to_string).collect();
    policies.sort();
    let mut errors: Vec<String> = diagnostics.errors().map(ToString::to_string).collect();
    errors.sort();
    let allows = response.decision() == cedar_policy::Decision::Allow;
    Decision { is_permitted: allows && errors.is_empty(), policies, errors }
}
