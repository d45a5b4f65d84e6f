//! Going through all current resources of a type, page by page, in memory that does not grow.

use crate::audit::Touched;
use crate::grant::Columns;
use crate::limit::{SCOPE_PATIENTS_MAX, WALK_PATIENTS_MAX, within};
use crate::resource::{is_resource_type, stored};
use crate::store::{Executor, values};
use crate::vault::{Builder, Vault};
use crate::{Access, Action, Failure, Record, Stored};
use model::{PatientId, Timestamp};
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// Resources that are read, audited and handed on at once.
const PAGE_RESOURCES: u32 = 200;

/// Columns that `resource::stored` reads.
const PAGE: &str = "SELECT v.id, v.version, v.patient, v.recorded, v.deleted, v.sha256, v.body
    FROM resource r JOIN resource_version v ON v.tenant = r.tenant
    AND v.resource_type = r.resource_type AND v.id = r.id AND v.version = r.version
    WHERE r.tenant = $1 AND r.resource_type = $2 AND r.deleted = 0 AND r.id > $3";

/// Which resources are gone through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk {
    /// FHIR type.
    pub resource_type: String,
    /// Only those of these patients, at most [`crate::limit::WALK_PATIENTS_MAX`]; `None` = all
    /// that the access sees.
    pub patients: Option<BTreeSet<PatientId>>,
    /// Only those committed at this time or later.
    pub since: Option<Timestamp>,
}

impl Record {
    /// Hands every current resource of a type that the caller may read to `each`, until that
    /// breaks off: by id, with `patients` within groups of them. All of it is one state of the
    /// record, and one read connection is held as long as it takes. The audit event of a resource
    /// is durable before it is handed on; `each` must not read the record
    /// itself, since it could wait for the connection that the walk holds.
    ///
    /// # Errors
    /// As a search has, and what `each` gives.
    pub fn walk<E: From<Failure>>(
        &self,
        access: &Access,
        walk: &Walk,
        each: &mut dyn FnMut(Stored) -> Result<ControlFlow<()>, E>,
    ) -> Result<(), E> {
        let access = &self.granted(access, Action::ReadClinical)?;
        if !is_resource_type(&walk.resource_type) {
            let text = "is not the name of a FHIR type".to_owned();
            return Err(Failure::Invalid { place: "resource type".to_owned(), text }.into());
        }
        let count = walk.patients.as_ref().map_or(0, BTreeSet::len);
        within("patients", count, WALK_PATIENTS_MAX, "patients")?;
        // That it was asked is kept, also where nothing is found.
        let canonical = format!("walk {} {:?}", walk.resource_type, walk.since);
        let query = self.inner.keys.index_hash(access.tenant().as_str(), &canonical);
        let touched = Touched { query: Some(query), ..Touched::default() };
        self.note(access, Action::ReadClinical, &touched)?;
        let run = |executor: &dyn Executor| Ok(self.walk_all(executor, access, walk, each));
        self.inner.record.read(run)?
    }

    fn walk_all<E: From<Failure>>(
        &self,
        executor: &dyn Executor,
        access: &Access,
        walk: &Walk,
        each: &mut dyn FnMut(Stored) -> Result<ControlFlow<()>, E>,
    ) -> Result<(), E> {
        let Some(patients) = &walk.patients else {
            return self.walk_some(executor, access, walk, &[], each).map(|_| ());
        };
        let patients: Vec<&str> = patients.iter().map(PatientId::as_str).collect();
        for some in patients.chunks(SCOPE_PATIENTS_MAX) {
            if self.walk_some(executor, access, walk, some, each)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Those of some patients; an empty list stands for everybody's.
    fn walk_some<E: From<Failure>>(
        &self,
        executor: &dyn Executor,
        access: &Access,
        walk: &Walk,
        patients: &[&str],
        each: &mut dyn FnMut(Stored) -> Result<ControlFlow<()>, E>,
    ) -> Result<ControlFlow<()>, E> {
        let tenant = access.tenant().as_str();
        let mut after = String::new();
        loop {
            let mut page = Builder::new(PAGE, values![tenant, &walk.resource_type, &after]);
            page.scope(access, Columns::Resource("r"));
            if !patients.is_empty() {
                page.push(" AND r.patient IN (");
                page.bind_list(patients.iter().copied());
                page.push(")");
            }
            if let Some(since) = walk.since {
                page.push(" AND r.recorded >= ");
                page.bind(since.micros());
            }
            page.push(" ORDER BY r.id LIMIT ");
            page.bind(PAGE_RESOURCES);
            let rows = executor.query(&page.sql, &page.values)?;
            // Keys are kept for one page, not for all patients there are.
            let vault = Vault::new(executor, &self.inner.keys, tenant);
            let entries = rows.iter().map(|row| stored(&vault, &walk.resource_type, row));
            let entries = entries.collect::<Result<Vec<_>, _>>()?;
            let Some(last) = entries.last() else { return Ok(ControlFlow::Continue(())) };
            after.clone_from(&last.reference.id);
            let mut touched = Touched::default();
            for entry in &entries {
                touched.entities.push(entry.reference.to_string());
                touched.patient(entry.patient.as_ref().map_or("", PatientId::as_str));
            }
            self.note(access, Action::ReadClinical, &touched)?;
            let is_last = entries.len() < PAGE_RESOURCES as usize;
            for entry in entries {
                if each(entry)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            if is_last {
                return Ok(ControlFlow::Continue(()));
            }
        }
    }
}
