//! The policies in use: kept in the store, one after the other, each by somebody.

mod explain;
mod proposal;
mod shadow;

pub use explain::Seer;
pub use proposal::ProposedPolicies;
pub use shadow::{Shadow, ShadowDifference, lint_policies};

use crate::audit::Touched;
use crate::limit::rows;
use crate::sql::record as sql;
use crate::store::{Row, values};
use crate::{Access, Action, Failure, Record};
use model::Timestamp;
use policy::{Asked, Decision, Grant, Policies, Refusal, SHIPPED};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// How long policies are used before it is asked whether another process has adopted others.
const LOOK_AGAIN_MICROS: i64 = 1_000_000;
/// Filters that are remembered; then all are made again.
const GRANTS_MAX: usize = 4_096;

static SHIPPED_FIRST: LazyLock<Result<Policies, Refusal>> =
    LazyLock::new(|| Policies::shipped(SHIPPED.first().copied().unwrap_or_default()));

/// A set of policies that was put into use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdoptedPolicies {
    /// Its number, from 1; 0 is the one that comes with the program.
    pub number: u64,
    /// SHA-256 of schema, core and text.
    pub digest: String,
    /// Who adopted it.
    pub actor: String,
    /// When.
    pub adopted: Timestamp,
    /// The text, without the core.
    pub text: String,
}

/// What the policies say of an access and an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// Digest of the policies in use.
    pub digest: String,
    /// Whether anything at all is permitted.
    pub is_permitted: bool,
    /// What has to hold of what is read, and the policies with a say.
    pub grant: Grant,
    /// Of one resource, if that was asked: what was found about it, and the decision.
    pub item: Option<(policy::Item, Decision)>,
}

/// Policies of one tenant that are in use, with the filters that were made of them.
pub(crate) struct InUse {
    policies: Policies,
    number: u64,
    looked: Timestamp,
    /// Whether some policy names an actor, so that filters depend on who it is.
    names_actors: bool,
    grants: Mutex<BTreeMap<Asked, Arc<Grant>>>,
}

/// Says whether a text of policies may be in use at all; if not, why, in a sentence.
pub type PolicyCheck = Arc<dyn Fn(&str) -> Result<(), String> + Send + Sync>;

/// The policies in use, by tenant.
pub(crate) type AllInUse = Mutex<BTreeMap<String, Arc<InUse>>>;

impl InUse {
    fn new(policies: Policies, number: u64, looked: Timestamp) -> Self {
        let names_actors = policies.text().contains("Actor");
        Self { policies, number, looked, names_actors, grants: Mutex::default() }
    }

    fn grant(&self, mut asked: Asked) -> Arc<Grant> {
        if !self.names_actors {
            "-".clone_into(&mut asked.actor);
        }
        let mut grants = self.grants.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(grant) = grants.get(&asked) {
            return Arc::clone(grant);
        }
        let grant = Arc::new(self.policies.grant(&asked));
        if grants.len() >= GRANTS_MAX {
            grants.clear();
        }
        grants.insert(asked, Arc::clone(&grant));
        grant
    }
}

/// The question that an access puts.
pub(crate) fn asked(access: &Access, action: Action) -> Asked {
    Asked {
        tenant: access.tenant().as_str().to_owned(),
        actor: access.actor().to_owned(),
        role: access.role().word().to_owned(),
        purpose: access.purpose().word().to_owned(),
        action: action.word().to_owned(),
    }
}

fn refused(refusal: &Refusal) -> Failure {
    Failure::Invalid { place: "policies".to_owned(), text: refusal.to_string() }
}

impl Record {
    pub(crate) fn grant_of(&self, access: &Access, action: Action) -> Result<Arc<Grant>, Failure> {
        Ok(self.in_use(access.tenant().as_str())?.grant(asked(access, action)))
    }

    fn in_use(&self, tenant: &str) -> Result<Arc<InUse>, Failure> {
        let now = self.now();
        let known = {
            let all = self.inner.policies.lock().unwrap_or_else(PoisonError::into_inner);
            all.get(tenant).cloned()
        };
        if let Some(known) = &known {
            let age = now.micros().saturating_sub(known.looked.micros());
            // A clock that was set back is no reason to keep old policies.
            if (0..LOOK_AGAIN_MICROS).contains(&age) {
                return Ok(Arc::clone(known));
            }
        }
        let last = self.inner.record.read(|executor| {
            let row = executor.first(sql::POLICY_SET_LAST, values![tenant])?;
            row.as_ref().map(adopted).transpose()
        })?;
        let number = last.as_ref().map_or(0, |last| last.number);
        let policies = match (&known, last) {
            (Some(known), _) if known.number == number => known.policies.clone(),
            (_, Some(last)) => self.readable(&last.text)?,
            (_, None) => SHIPPED_FIRST.clone().map_err(|refusal| refused(&refusal))?,
        };
        let fresh = InUse::new(policies, number, now);
        if let Some(known) = known.filter(|known| known.number == number) {
            let kept = known.grants.lock().unwrap_or_else(PoisonError::into_inner).clone();
            *fresh.grants.lock().unwrap_or_else(PoisonError::into_inner) = kept;
        }
        let fresh = Arc::new(fresh);
        let mut all = self.inner.policies.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(tenant.to_owned(), Arc::clone(&fresh));
        Ok(fresh)
    }

    /// Has every set of policies checked before it is used: one that is adopted or proposed, and
    /// the one that is in use, whoever has put it into the store. What does not pass is no set:
    /// then nobody may do anything. The one that comes with the program is not asked about. Once.
    pub fn check_policies(&self, check: PolicyCheck) {
        if self.inner.policy_check.set(check).is_ok() {
            self.inner.policies.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
    }

    /// A set that passes the check and fits the schema.
    fn readable(&self, text: &str) -> Result<Policies, Failure> {
        let place = || "policies".to_owned();
        if let Some(check) = self.inner.policy_check.get() {
            check(text).map_err(|text| Failure::Invalid { place: place(), text })?;
        }
        Policies::read(text).map_err(|refusal| refused(&refusal))
    }

    /// The policies in use.
    pub fn policies(&self, access: &Access) -> Result<Policies, Failure> {
        self.permit(access, Action::ReadPolicy)?;
        Ok(self.in_use(access.tenant().as_str())?.policies.clone())
    }

    /// The sets that were adopted, the last one first.
    pub fn adopted_policies(
        &self,
        access: &Access,
        limit: u32,
    ) -> Result<Vec<AdoptedPolicies>, Failure> {
        let limit = rows("limit", limit)?;
        self.audited_read(access, Action::ReadPolicy, |executor, _| {
            let key = values![access.tenant().as_str(), limit];
            executor.query(sql::POLICY_SETS, key)?.iter().map(adopted).collect()
        })
    }

    /// Puts policies into use, from the next call on; in other processes within a second. What
    /// does not fit the schema is [`Failure::Invalid`] and changes nothing, and so is a change by
    /// one person where the set in use asks for two ([`Record::propose_policies`]).
    pub fn adopt_policies(&self, access: &Access, text: &str) -> Result<AdoptedPolicies, Failure> {
        self.permit(access, Action::AdoptPolicy)?;
        let policies = self.readable(text)?;
        crate::limit::no_nul("policies", text)?;
        // What another process adopted a moment ago counts.
        self.forget_policies(access.tenant().as_str());
        let in_use = self.in_use(access.tenant().as_str())?;
        proposal::require_one_is_enough(&in_use)?;
        let former = in_use.number;
        let digest = policies.digest().to_owned();
        let entities = vec![format!("policies/{digest}")];
        self.note(access, Action::AdoptPolicy, &Touched { entities, ..Touched::default() })?;
        self.put_policies(access, text, digest, former)
    }

    /// Forgets the policies that were in use: they are looked up at the next call.
    fn forget_policies(&self, tenant: &str) {
        let mut all = self.inner.policies.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(tenant);
    }
}

/// Reads a set from its row: number, digest, actor, adopted, body.
fn adopted(row: &Row) -> Result<AdoptedPolicies, Failure> {
    Ok(AdoptedPolicies {
        number: row.count(0)?,
        digest: row.text(1)?.to_owned(),
        actor: row.text(2)?.to_owned(),
        adopted: Timestamp::from_micros(row.int(3)?),
        text: row.text(4)?.to_owned(),
    })
}
