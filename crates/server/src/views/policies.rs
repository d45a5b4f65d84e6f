//! The policies in use, and what is proposed in their place.

use super::session;
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use model::Timestamp;
use record::{
    Action, AdoptedPolicies, Policies, PolicyRefusal, ProposedPolicies, ShadowDifference,
    lint_policies,
};
use std::collections::BTreeMap;
use web::view::{
    DecisionChange, PoliciesView, PolicyChange, PolicySetRow, ProposalRow, ProposalView, ShadowView,
};

/// Proposals that a list shows.
pub(crate) const PROPOSALS_MAX: u32 = 100;
/// Sets that were in use before that a list shows.
const FORMER_MAX: u32 = 50;
/// Days that a proposal is tried on.
const SHADOW_DAYS: i64 = 7;
const DAY_MICROS: i64 = 24 * 3_600 * 1_000_000;

/// What is looked at beside the differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// Nothing: it may take a while.
    Nothing,
    /// What looks wrong.
    Lint,
    /// What would have been decided otherwise.
    Shadow,
}

/// The policies in use.
///
/// # Errors
/// When the record fails.
pub(crate) fn policies(
    app: &App,
    caller: &Caller,
    error: Option<String>,
) -> Result<PoliciesView, Error> {
    let (record, access) = (app.record(), &caller.access);
    let in_use = record.policies(access)?;
    let mut adopted = record.adopted_policies(access, FORMER_MAX)?;
    adopted.sort_by_key(|one| std::cmp::Reverse(one.number));
    let mut sets: Vec<PolicySetRow> = adopted.into_iter().map(set).collect();
    let first = match sets.first() {
        Some(_) => sets.remove(0),
        None => PolicySetRow { digest: in_use.digest().to_owned(), ..PolicySetRow::default() },
    };
    let proposed = record.proposed_policies(access, PROPOSALS_MAX)?;
    Ok(PoliciesView {
        session: session(app, caller)?,
        error,
        in_use: first,
        signatures: signatures(in_use.text()),
        needs_second_person: in_use.needs_second_person(),
        policies: in_use.by_id().into_iter().collect(),
        proposed: proposed.into_iter().map(|one| row(caller, one)).collect(),
        former: sets,
        may_adopt: record.may(access, Action::AdoptPolicy)?,
    })
}

/// One proposal in place of the policies in use.
///
/// # Errors
/// 404 for one that is not there any more, and when the record fails.
pub(crate) fn proposal(
    app: &App,
    caller: &Caller,
    id: &str,
    look: Look,
) -> Result<ProposalView, Error> {
    let (record, access) = (app.record(), &caller.access);
    let proposed = record.proposed_policies(access, PROPOSALS_MAX)?;
    let found = proposed.into_iter().find(|one| one.id == id).ok_or_else(Error::not_found)?;
    let unreadable = |error: PolicyRefusal| Error::internal(format!("a proposal: {error}"));
    let others = Policies::read(&found.text).map_err(unreadable)?;
    let remarks = (look == Look::Lint).then(|| lint_policies(&others, access.tenant().as_str()));
    let shadow = match look {
        Look::Shadow => Some(shadow(app, caller, &found.text)?),
        Look::Nothing | Look::Lint => None,
    };
    Ok(ProposalView {
        session: session(app, caller)?,
        changes: changes(&record.policies(access)?, &others),
        proposal: row(caller, found),
        remarks,
        shadow,
        may_adopt: record.may(access, Action::AdoptPolicy)?,
    })
}

fn set(adopted: AdoptedPolicies) -> PolicySetRow {
    let AdoptedPolicies { number, digest, actor, adopted, .. } = adopted;
    PolicySetRow { number, digest, adopted: Some((actor, adopted)) }
}

fn signatures(text: &str) -> Vec<String> {
    Policies::signatures(text).lines().map(str::to_owned).collect()
}

fn row(caller: &Caller, proposed: ProposedPolicies) -> ProposalRow {
    ProposalRow {
        is_own: proposed.actor == caller.access.actor(),
        signatures: signatures(&proposed.text),
        id: proposed.id,
        digest: proposed.digest,
        actor: proposed.actor,
        proposed: proposed.proposed,
    }
}

/// Policies that differ, by their ids.
fn changes(before: &Policies, after: &Policies) -> Vec<PolicyChange> {
    let (before, after) = (before.by_id(), after.by_id());
    let ids: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let change = |id: &String| PolicyChange {
        id: id.clone(),
        before: before.get(id).cloned(),
        after: after.get(id).cloned(),
    };
    ids.into_iter().map(change).filter(|one| one.before != one.after).collect()
}

/// What would have been decided otherwise: by who asked for what, without whom it was about.
fn shadow(app: &App, caller: &Caller, text: &str) -> Result<ShadowView, Error> {
    let record = app.record();
    let from = Timestamp::from_micros(record.now().micros() - SHADOW_DAYS * DAY_MICROS);
    let found = record.shadow_policies(&caller.access, text, from)?;
    let mut kinds = BTreeMap::<(String, bool, String), u64>::new();
    for one in &found.differences {
        let key = (question(one), one.would_be_permitted, one.policies.join(", "));
        *kinds.entry(key).or_default() += one.times;
    }
    let change = |((question, would_be_permitted, policies), times)| DecisionChange {
        question,
        times,
        would_be_permitted,
        policies,
    };
    Ok(ShadowView {
        days: SHADOW_DAYS,
        events: found.events,
        questions: found.questions,
        changes: kinds.into_iter().map(change).collect(),
    })
}

fn question(of: &ShadowDifference) -> String {
    let kind = of.resource.split('/').next().unwrap_or_default();
    format!(
        "{}, {}, for {}: {} {kind}",
        of.actor,
        of.role.word(),
        of.purpose.word(),
        of.action.word()
    )
}
