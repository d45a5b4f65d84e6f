//! What the policies leave of a read, as a part of its query. It is looked up for every call, so
//! that a consent, a relationship or a policy counts from the next one on.

mod lower;

pub(crate) use lower::{Columns, lower};

use crate::access::is_filtered;
use crate::audit::Touched;
use crate::store::values;
use crate::vault::Builder;
use crate::{Access, Action, Failure, Record, Scope};
use model::Timestamp;
use policy::{Compartment, Fact, Filter, Item};
use std::collections::BTreeSet;

/// What the policies leave of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lens {
    /// What has to hold of what is read.
    pub(crate) filter: Filter,
    /// Relationships, consents and emergencies are those of this time.
    pub(crate) now: Timestamp,
}

/// A thing of no patient and without a label: what an action is measured by that is done or
/// refused as a whole.
fn nothing_special(tenant: &str) -> Item {
    Item {
        tenant: tenant.to_owned(),
        compartment: Compartment::Everybody,
        labels: BTreeSet::new(),
        in_care: false,
        emergency: false,
        refused: BTreeSet::new(),
        consented: BTreeSet::new(),
    }
}

impl Record {
    /// Whether the role may do that for the purpose with anything at all.
    ///
    /// # Errors
    /// When the policies cannot be read.
    pub fn may(&self, access: &Access, action: Action) -> Result<bool, Failure> {
        match access.check(action) {
            Ok(()) => {}
            Err(Failure::Denied { .. }) => return Ok(false),
            Err(failure) => return Err(failure),
        }
        let tenant = access.tenant().as_str();
        let grant = self.grant_of(access, action)?;
        let filter = grant.filter.given(&|fact| match fact {
            Fact::Tenant(of) => Some(of == tenant),
            _ => None,
        });
        if is_filtered(action) {
            return Ok(filter != Filter::Never);
        }
        Ok(filter.holds(&nothing_special(tenant)))
    }

    /// Checks what the policies say of the action; a denial is audited before it is told.
    pub(crate) fn permit(&self, access: &Access, action: Action) -> Result<(), Failure> {
        if self.may(access, action)? {
            return Ok(());
        }
        self.inner.audit.note(self.now(), access, action, false, &Touched::default())?;
        Err(access.denied(action))
    }

    /// The access with what the policies leave of the action: every query of it carries that.
    pub(crate) fn granted(&self, access: &Access, action: Action) -> Result<Access, Failure> {
        self.permit(access, action)?;
        let tenant = access.tenant().as_str();
        let filter = self.grant_of(access, action)?.filter.given(&|fact| match fact {
            Fact::Tenant(of) => Some(of == tenant),
            _ => None,
        });
        Ok(access.through(Lens { filter, now: self.now() }))
    }

    /// Whether the access may read of a patient something that carries these labels and is kept
    /// where the filter cannot be part of the query.
    pub(crate) fn admits(
        &self,
        granted: &Access,
        patient: &str,
        labels: &[&str],
    ) -> Result<bool, Failure> {
        let Some(lens) = granted.lens() else { return Ok(false) };
        let filter = lens.filter.given(&|fact| match fact {
            Fact::Label(of) => Some(labels.iter().any(|label| of.contains(*label))),
            _ => None,
        });
        let known = Lens { filter, now: lens.now };
        let mut query = Builder::new(
            "SELECT 1 FROM (SELECT CAST($1 AS TEXT) AS tenant, CAST($2 AS TEXT) AS patient) x
            WHERE x.tenant = $1",
            values![granted.tenant().as_str(), patient],
        );
        query.push(" AND ");
        lower(&mut query, granted, &known, Columns::Patient("x"));
        self.inner.record.read(|executor| Ok(executor.first(&query.sql, &query.values)?.is_some()))
    }

    /// Whether the access sees all of every patient, so that a count over everybody is a count of
    /// what it may see.
    pub(crate) fn sees_everybody(&self, granted: &Access) -> Result<bool, Failure> {
        if *granted.scope() != Scope::Tenant {
            return Ok(false);
        }
        let Some(lens) = granted.lens() else { return Ok(false) };
        let mut query = Builder::new(
            "SELECT 1 FROM resource x WHERE x.tenant = $1 AND x.patient NOT IN ('', '*')
            AND x.patient IN (SELECT patient FROM resource_label WHERE tenant = $1
            UNION SELECT patient FROM consent_rule WHERE tenant = $1)",
            values![granted.tenant().as_str()],
        );
        query.push(" AND NOT ");
        lower(&mut query, granted, lens, Columns::Resource("x"));
        query.push(" LIMIT 1");
        // What holds of somebody without labels and consents is asked without a store.
        let plain = Item { compartment: Compartment::Patient, ..nothing_special("") };
        if !lens.filter.holds(&plain) {
            return Ok(false);
        }
        self.inner.record.read(|executor| Ok(executor.first(&query.sql, &query.values)?.is_none()))
    }
}
