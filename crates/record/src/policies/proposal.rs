//! Changes of the policies by two persons: one proposes, another one adopts.
//!
//! Whether it takes two is said by the set in use, so that to say otherwise takes two as well.

use super::{AdoptedPolicies, InUse};
use crate::audit::Touched;
use crate::limit::rows;
use crate::record::uuid_at;
use crate::sql::policy as sql;
use crate::sql::record as record_sql;
use crate::store::{Executor, Row, values};
use crate::{Access, Action, Failure, Record};
use model::Timestamp;

/// A set of policies that somebody wants to be in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposedPolicies {
    /// Its id.
    pub id: String,
    /// The number of the set that it was proposed in place of.
    pub former: u64,
    /// SHA-256 of schema, core and text.
    pub digest: String,
    /// Who proposed it.
    pub actor: String,
    /// When.
    pub proposed: Timestamp,
    /// The text, without the core.
    pub text: String,
}

/// Reads a proposal from its row: id, former, digest, actor, proposed, body.
fn proposal(row: &Row) -> Result<ProposedPolicies, Failure> {
    Ok(ProposedPolicies {
        id: row.text(0)?.to_owned(),
        former: row.count(1)?,
        digest: row.text(2)?.to_owned(),
        actor: row.text(3)?.to_owned(),
        proposed: Timestamp::from_micros(row.int(4)?),
        text: row.text(5)?.to_owned(),
    })
}

/// The number of the set in use, 0 for the one that comes with the program.
pub(super) fn last_number(executor: &dyn Executor, tenant: &str) -> Result<u64, Failure> {
    let last = executor.first(record_sql::POLICY_SET_LAST, values![tenant])?;
    last.map_or(Ok(0), |row| row.count(0))
}

/// Refuses a change by one person where the set in use asks for two.
pub(super) fn require_one_is_enough(in_use: &InUse) -> Result<(), Failure> {
    if !in_use.policies.needs_second_person() {
        return Ok(());
    }
    let text = "are changed by two persons: propose them, and let another one adopt them";
    Err(Failure::Invalid { place: "policies".to_owned(), text: text.to_owned() })
}

fn stale(expected: u64, found: u64) -> Failure {
    Failure::Conflict {
        place: "policies".to_owned(),
        expected: format!("number {expected}"),
        found: format!("number {found}"),
    }
}

impl Record {
    /// Proposes policies in place of those in use. What does not fit the schema is
    /// [`Failure::Invalid`] and is not kept.
    pub fn propose_policies(
        &self,
        access: &Access,
        text: &str,
    ) -> Result<ProposedPolicies, Failure> {
        self.permit(access, Action::AdoptPolicy)?;
        let policies = self.readable(text)?;
        crate::limit::no_nul("policies", text)?;
        let digest = policies.digest().to_owned();
        let entities = vec![format!("policies/{digest}"), "proposed".to_owned()];
        self.note(access, Action::AdoptPolicy, &Touched { entities, ..Touched::default() })?;
        let (tenant, now) = (access.tenant().as_str().to_owned(), self.now());
        let (id, actor, text) = (uuid_at(now), access.actor().to_owned(), text.to_owned());
        self.inner.record_writer.write(move |executor| {
            let former = last_number(executor, &tenant)?;
            let row = values![&tenant, &id, former, &digest, &actor, now.micros(), &text];
            executor.execute(sql::PROPOSAL_PUT, row)?;
            Ok(ProposedPolicies { id, former, digest, actor, proposed: now, text })
        })
    }

    /// What was proposed in place of the policies in use, the last one first. What was proposed in
    /// place of others is of no use any more.
    pub fn proposed_policies(
        &self,
        access: &Access,
        limit: u32,
    ) -> Result<Vec<ProposedPolicies>, Failure> {
        let limit = rows("limit", limit)?;
        self.audited_read(access, Action::ReadPolicy, |executor, _| {
            let tenant = access.tenant().as_str();
            let former = last_number(executor, tenant)?;
            let found = executor.query(sql::PROPOSALS, values![tenant, former, limit])?;
            found.iter().map(proposal).collect()
        })
    }

    /// Puts what another one proposed into use, from the next call on. Whoever proposed it is
    /// [`Failure::Invalid`]; other policies than those it was proposed in place of are
    /// [`Failure::Conflict`].
    pub fn adopt_proposed_policies(
        &self,
        access: &Access,
        id: &str,
    ) -> Result<AdoptedPolicies, Failure> {
        self.permit(access, Action::AdoptPolicy)?;
        crate::limit::text("proposal", id)?;
        let key = values![access.tenant().as_str(), id];
        let row = self.inner.record.read(|executor| executor.first(sql::PROPOSAL_GET, key))?;
        let found = row.as_ref().map(proposal).transpose()?;
        let digest = found.as_ref().map(|found| found.digest.as_str()).unwrap_or_default();
        let entities = vec![format!("policies/{digest}")];
        self.note(access, Action::AdoptPolicy, &Touched { entities, ..Touched::default() })?;
        let found = found.ok_or(Failure::NotFound)?;
        if found.actor == access.actor() {
            let text = "is for somebody else to adopt".to_owned();
            return Err(Failure::Invalid { place: format!("proposal/{id}"), text });
        }
        // Another program may have another schema or core than the one that it was read by.
        let policies = self.readable(&found.text)?;
        if policies.digest() != found.digest {
            let text = "was proposed with another schema or core; propose it anew".to_owned();
            return Err(Failure::Invalid { place: format!("proposal/{id}"), text });
        }
        self.put_policies(access, &found.text, found.digest, found.former)
    }

    /// Puts a set into use in place of the one of a number.
    pub(super) fn put_policies(
        &self,
        access: &Access,
        text: &str,
        digest: String,
        former: u64,
    ) -> Result<AdoptedPolicies, Failure> {
        let (tenant, now) = (access.tenant().as_str().to_owned(), self.now());
        let (actor, text) = (access.actor().to_owned(), text.to_owned());
        let adopted = self.inner.record_writer.write(move |executor| {
            let last = last_number(executor, &tenant)?;
            if last != former {
                return Err(stale(former, last));
            }
            let number = last + 1;
            let row = values![&tenant, number, &digest, &actor, now.micros(), &text];
            executor.execute(record_sql::POLICY_SET_PUT, row)?;
            Ok(AdoptedPolicies { number, digest, actor, adopted: now, text })
        })?;
        self.forget_policies(access.tenant().as_str());
        Ok(adopted)
    }
}
