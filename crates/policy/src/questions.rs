//! Questions that are asked again: what is known before an item is looked at is worked out once.

use crate::decide::{actor, context, uid};
use crate::policies::schema;
use crate::{Asked, Policies};
use cedar_policy::{
    Context, Entities, Entity, EntityTypeName, EntityUid, PartialEntities, PartialEntityUid,
    PartialRequest, PolicyId, PolicySet, Schema,
};
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

/// Questions that are kept; beyond it all are forgotten and worked out anew.
const QUESTIONS_MAX: usize = 256;

/// Who asks to do what for what, as Cedar takes it, with the policies that can have a say.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) actor: Entity,
    pub(crate) action: EntityUid,
    pub(crate) context: Context,
    pub(crate) set: PolicySet,
}

impl Question {
    /// The question with a set of policies as it is; nothing if it cannot be put.
    pub(crate) fn new(asked: &Asked, set: PolicySet) -> Option<Self> {
        let action = uid("Action", &asked.action)?;
        Some(Self { actor: actor(asked)?, action, context: context(asked)?, set })
    }

    /// With what Cedar's typed partial evaluation leaves of the policies once all but the item is
    /// known: those that no item satisfies go, of the others what depends on the item stays. If
    /// Cedar cannot tell, all stay as they were written.
    fn narrowed(mut self) -> Self {
        if let Some(set) = schema().and_then(|schema| self.residual(schema)) {
            self.set = set;
        }
        self
    }

    fn residual(&self, schema: &Schema) -> Option<PolicySet> {
        let principal = PartialEntityUid::from_concrete(self.actor.uid());
        let item = PartialEntityUid::new(EntityTypeName::from_str("Cognate::Item").ok()?, None);
        let (action, context) = (self.action.clone(), Some(self.context.clone()));
        let request = PartialRequest::new(principal, action, item, context, schema).ok()?;
        let known = Entities::from_entities([self.actor.clone()], Some(schema)).ok()?;
        let known = PartialEntities::from_concrete(known, schema).ok()?;
        let response = self.set.tpe(&request, &known, schema).ok()?;
        let ids = response.false_permits().chain(response.false_forbids());
        let out: BTreeSet<PolicyId> = ids.cloned().collect();
        PolicySet::from_policies(response.policies().filter(|it| !out.contains(it.id()))).ok()
    }
}

/// The questions that were put to one set of policies, each of whose answers depends on nothing
/// but the question, the set and the item.
#[derive(Debug, Default)]
pub(crate) struct Questions(Mutex<BTreeMap<Asked, Option<Arc<Question>>>>);

impl Policies {
    /// What is asked, for one more item. What is asked once is put to all policies of the action;
    /// narrowing them takes as long as some ten decisions, so it begins with the second time.
    pub(crate) fn question(&self, asked: &Asked, set: &PolicySet) -> Option<Arc<Question>> {
        let mut kept = self.questions.0.lock().unwrap_or_else(PoisonError::into_inner);
        match kept.get(asked) {
            Some(Some(question)) => return Some(Arc::clone(question)),
            Some(None) => {}
            None => {
                if kept.len() >= QUESTIONS_MAX {
                    kept.clear();
                }
                kept.insert(asked.clone(), None);
                drop(kept);
                return Question::new(asked, set.clone()).map(Arc::new);
            }
        }
        drop(kept);
        let question = Arc::new(Question::new(asked, set.clone())?.narrowed());
        let mut kept = self.questions.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(asked.clone(), Some(Arc::clone(&question)));
        Some(question)
    }
}
