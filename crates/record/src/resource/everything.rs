//! Everything about one patient, in pages (FHIR R4, Patient `$everything`).

use super::stored;
use crate::grant::Columns;
use crate::limit::{COMPARTMENT_TYPES_MAX, rows, within};
use crate::store::values;
use crate::vault::{Builder, Vault};
use crate::{Access, Action, Failure, Record, Stored};
use model::{PatientId, Timestamp};

/// Current versions; the columns are those of `resource::stored`, then the type.
const CURRENT: &str = "SELECT v.id, v.version, v.patient, v.recorded, v.deleted, v.sha256, v.body,
    v.resource_type FROM resource r JOIN resource_version v ON v.tenant = r.tenant
    AND v.resource_type = r.resource_type AND v.id = r.id AND v.version = r.version
    WHERE r.tenant = $1 AND r.patient = $2 AND r.deleted = 0";

/// Which part of a patient's compartment is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompartmentQuery {
    /// FHIR types; empty = all.
    pub types: Vec<String>,
    /// Only versions committed at this time or later.
    pub since: Option<Timestamp>,
    /// Resources of one page, 1 to [`crate::limit::PAGE_ROWS_MAX`].
    pub count: u32,
    /// `next` of the page before: type and id.
    pub cursor: Option<(String, String)>,
}

/// One page of a compartment, by type and id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompartmentPage {
    /// Current versions, none deleted.
    pub entries: Vec<Stored>,
    /// Cursor of the next page.
    pub next: Option<(String, String)>,
}

impl Record {
    /// The patient and what is about the patient: current versions, in pages. Hidden and absent
    /// are the same.
    pub fn compartment(
        &self,
        access: &Access,
        patient: &PatientId,
        query: &CompartmentQuery,
    ) -> Result<CompartmentPage, Failure> {
        let limit = rows("_count", query.count)?;
        let access = &self.granted(access, Action::ReadClinical)?;
        within("_type", query.types.len(), COMPARTMENT_TYPES_MAX, "types")?;
        let key = values![access.tenant().as_str(), patient.as_str()];
        let mut page = Builder::new(CURRENT, key);
        if !query.types.is_empty() {
            page.push(" AND r.resource_type IN (");
            page.bind_list(query.types.iter().map(String::as_str));
            page.push(")");
        }
        if let Some(since) = query.since {
            page.push(" AND r.recorded >= ");
            page.bind(since.micros());
        }
        page.scope(access, Columns::Resource("r"));
        if let Some((resource_type, id)) = &query.cursor {
            page.push(" AND (r.resource_type, r.id) > (");
            page.bind(resource_type.as_str());
            page.push(", ");
            page.bind(id.as_str());
            page.push(")");
        }
        page.push(" ORDER BY r.resource_type, r.id LIMIT ");
        page.bind(limit + 1);
        self.audited_read(access, Action::ReadClinical, |executor, touched| {
            touched.patient(patient.as_str());
            let mut found = executor.query(&page.sql, &page.values)?;
            let has_more = found.len() > limit as usize;
            found.truncate(limit as usize);
            let vault = Vault::new(executor, &self.inner.keys, access.tenant().as_str());
            let opened = found.iter().map(|row| stored(&vault, row.text(7)?, row));
            let entries = opened.collect::<Result<Vec<_>, _>>()?;
            touched.entities.extend(entries.iter().map(|entry| entry.reference.to_string()));
            let last = entries.last().filter(|_| has_more).map(|entry| &entry.reference);
            let next = last.map(|last| (last.resource_type.clone(), last.id.clone()));
            Ok(CompartmentPage { entries, next })
        })
    }
}
