//! What the makers of subscriptions may do now: looked up before anything is told.

use crate::caller::door;
use crate::smart::{Permission, Scopes};
use model::TenantId;
use notify::{Creators, Failure, Standing, TOPICS};
use record::{Access, Action, Purpose, Record, Scope};

/// The accounts and clients of a record.
#[derive(Clone, Debug)]
pub(crate) struct Makers {
    /// Where they are.
    pub(crate) record: Record,
    /// Whose.
    pub(crate) tenant: TenantId,
}

impl Creators for Makers {
    fn standing(&self, actor: &str) -> Result<Option<Standing>, Failure> {
        let door = door(&self.tenant);
        let (role, scope, scopes) = match actor.split_once(':') {
            Some(("client", id)) => {
                match self.record.client(&door, id)?.filter(|one| !one.is_disabled()) {
                    None => return Ok(None),
                    Some(client) => (client.role, Scope::Tenant, client.scopes),
                }
            }
            Some(("account", login)) => match self.record.active_account(&door, login)? {
                None => return Ok(None),
                Some(account) => (account.role, account.scope, None),
            },
            _ => return Ok(None),
        };
        let scopes = scopes.as_deref().map(Scopes::parse);
        let focus = TOPICS.iter().flat_map(|topic| topic.focus.iter().copied());
        let closed = focus.filter(|kind| {
            scopes.as_ref().is_some_and(|scopes| !scopes.permit(Some(kind), Permission::Read))
        });
        let of = |scope| Access::new(self.tenant.clone(), actor, role, Purpose::Treatment, scope);
        // The role is asked about: an account that was narrowed since is told less, not nothing.
        if !self.record.may(&of(Scope::Tenant), Action::Subscribe)? {
            return Ok(None);
        }
        let access = of(scope);
        Ok(Some(Standing { access, closed: closed.collect() }))
    }
}
