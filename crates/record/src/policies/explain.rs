//! What the policies say of somebody, and who can see a patient: for whoever answers for them.

use super::{Explained, asked};
use crate::audit::Touched;
use crate::grant::{Columns, Lens, lower};
use crate::limit::{PAGE_ROWS_MAX, within};
use crate::sql::record as sql;
use crate::store::{Executor, values};
use crate::vault::Builder;
use crate::{Access, Action, Failure, Purpose, Record, Role};
use model::PatientId;
use policy::{Compartment, Fact, Filter, Item, LABELS};
use std::collections::BTreeSet;

/// A version of a resource, with the columns that a filter asks.
const VERSION: &str = "SELECT x.patient, x.version FROM resource x
    WHERE x.tenant = $1 AND x.resource_type = $2 AND x.id = $3";
const ACCOUNTS: &str = "SELECT login, role FROM account WHERE tenant = $1 ORDER BY login LIMIT $2";
const CLIENTS: &str = "SELECT id, role FROM client WHERE tenant = $1 ORDER BY id LIMIT $2";
const OF_PATIENT: &str = "SELECT count(*) FROM resource x
    WHERE x.tenant = $1 AND x.patient = $2 AND x.deleted = 0";

/// Somebody who can see something of a patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seer {
    /// `account:ana`, `client:ehr`.
    pub actor: String,
    /// In which role.
    pub role: Role,
    /// For what.
    pub purpose: Purpose,
    /// How many of the patient's resources.
    pub resources: u64,
    /// How many there are.
    pub resources_of: u64,
    /// Policies with a say.
    pub policies: Vec<String>,
}

impl Record {
    /// What the policies say of an access and an action, and of one resource, if it is there. The
    /// one who asks need not be allowed to read it, and learns no content of it.
    pub fn explain(
        &self,
        access: &Access,
        of: &Access,
        action: Action,
        resource: Option<(&str, &str)>,
    ) -> Result<Explained, Failure> {
        self.permit(access, Action::ReadPolicy)?;
        if of.tenant() != access.tenant() {
            return Err(Failure::NotFound);
        }
        let is_permitted = self.may(of, action)?;
        let in_use = self.in_use(of.tenant().as_str())?;
        let mut touched = Touched::default();
        let found = match resource {
            None => None,
            Some((resource_type, id)) => {
                touched.entities.push(format!("policy/{resource_type}/{id}"));
                self.inner.record.read(|executor| self.item(executor, of, resource_type, id))?
            }
        };
        touched.patient(found.as_ref().map_or("", |(patient, _)| patient.as_str()));
        self.note(access, Action::ReadPolicy, &touched)?;
        let item = found.map(|(_, item)| {
            let decision = in_use.policies.decide_at_length(&asked(of, action), &item);
            (item, decision)
        });
        let grant = in_use.grant(asked(of, action)).as_ref().clone();
        let digest = in_use.policies.digest().to_owned();
        Ok(Explained { digest, is_permitted, grant, item })
    }

    /// What was found about the current version of a resource for an access; each fact is asked by
    /// the same text that is part of queries.
    pub(super) fn item(
        &self,
        executor: &dyn Executor,
        of: &Access,
        resource_type: &str,
        id: &str,
    ) -> Result<Option<(String, Item)>, Failure> {
        let tenant = of.tenant().as_str();
        let key = values![tenant, resource_type, id];
        let Some(row) = executor.first(VERSION, key)? else { return Ok(None) };
        let (patient, version) = (row.text(0)?.to_owned(), row.count(1)?);
        let now = self.now();
        let holds = |fact: Fact| {
            let mut query = Builder::new(VERSION, key);
            query.push(" AND ");
            let lens = Lens { filter: Filter::Fact(fact), now };
            lower(&mut query, of, &lens, Columns::Resource("x"));
            Ok::<_, Failure>(executor.first(&query.sql, &query.values)?.is_some())
        };
        let mut labels = BTreeSet::new();
        for row in
            executor.query(sql::VERSION_LABELS, values![tenant, resource_type, id, version])?
        {
            labels.extend(
                LABELS.iter().find(|&&known| row.text(0) == Ok(known)).map(|it| (*it).to_owned()),
            );
        }
        let (mut refused, mut consented) = (BTreeSet::new(), BTreeSet::new());
        for purpose in Purpose::ALL.iter().map(|purpose| purpose.word().to_owned()) {
            if holds(Fact::Refused(purpose.clone()))? {
                refused.insert(purpose.clone());
            }
            if holds(Fact::Consented(purpose.clone()))? {
                consented.insert(purpose);
            }
        }
        let compartment = match patient.as_str() {
            "" => Compartment::Unknown,
            crate::access::EVERYBODY => Compartment::Everybody,
            _ => Compartment::Patient,
        };
        let (in_care, emergency) = (holds(Fact::InCare)?, holds(Fact::Emergency)?);
        let tenant = tenant.to_owned();
        let item = Item { tenant, compartment, labels, in_care, emergency, refused, consented };
        Ok(Some((patient, item)))
    }

    /// Every account and client that can see something of a patient, by the same filter that their
    /// reads carry. An emergency that is open is one of the purposes.
    pub fn who_can_see(&self, access: &Access, patient: &PatientId) -> Result<Vec<Seer>, Failure> {
        self.permit(access, Action::ReadPolicy)?;
        let tenant = access.tenant().as_str();
        let mut touched = Touched::default();
        touched.patient(patient.as_str());
        self.note(access, Action::ReadPolicy, &touched)?;
        let key = values![tenant, PAGE_ROWS_MAX];
        let mut actors = Vec::new();
        for (kind, query) in [("account", ACCOUNTS), ("client", CLIENTS)] {
            let rows = self.inner.record.read(|executor| executor.query(query, key))?;
            within(kind, rows.len() + 1, PAGE_ROWS_MAX as usize, "to be asked about")?;
            for row in &rows {
                let word = row.text(1)?;
                let role = Role::from_word(word)
                    .ok_or_else(|| Failure::Storage(format!("`{word}` is no role")))?;
                actors.push((format!("{kind}:{}", row.text(0)?), role));
            }
        }
        let count = Builder::new(OF_PATIENT, values![tenant, patient.as_str()]);
        let of = self.inner.record.read(|it| it.one(&count.sql, &count.values)?.count(0))?;
        let mut seers = Vec::new();
        for (actor, role) in actors {
            for purpose in Purpose::ALL {
                seers.extend(self.seer(access, patient, (&actor, role, *purpose), of)?);
            }
        }
        Ok(seers)
    }

    fn seer(
        &self,
        access: &Access,
        patient: &PatientId,
        (actor, role, purpose): (&str, Role, Purpose),
        resources_of: u64,
    ) -> Result<Option<Seer>, Failure> {
        let scope = crate::Scope::Patients([patient.clone()].into());
        let of = Access::new(access.tenant().clone(), actor, role, purpose, scope);
        if !self.may(&of, Action::ReadClinical)? {
            return Ok(None);
        }
        let grant = self.grant_of(&of, Action::ReadClinical)?;
        let granted = of.through(Lens { filter: grant.filter.clone(), now: self.now() });
        let mut query = Builder::new(OF_PATIENT, values![of.tenant().as_str(), patient.as_str()]);
        query.scope(&granted, Columns::Resource("x"));
        let count = |executor: &dyn Executor| executor.one(&query.sql, &query.values)?.count(0);
        let resources = self.inner.record.read(count)?;
        let (actor, policies) = (actor.to_owned(), grant.policies.clone());
        let seer = Seer { actor, role, purpose, resources, resources_of, policies };
        Ok((resources > 0).then_some(seer))
    }
}
