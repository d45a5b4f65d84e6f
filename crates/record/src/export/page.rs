//! The files of a job, page by page.

use super::{ExportJob, ExportLevel};
use crate::access::EVERYBODY;
use crate::feed::VERSIONS_FED;
use crate::grant::Columns;
use crate::limit::rows;
use crate::resource::stored;
use crate::search::find;
use crate::store::values;
use crate::vault::{Builder, Vault};
use crate::{Access, Failure, Parameter, Record, Stored};
use model::ResourceRef;

/// Versions that stood at a place of the sequence; the columns are those of `resource::stored`.
const STOOD: &str = "SELECT v.id, v.version, v.patient, v.recorded, v.deleted, v.sha256, v.body
    FROM resource_version v WHERE v.tenant = $1 AND v.resource_type = $2 AND v.sequence <= $3
    AND NOT EXISTS (SELECT 1 FROM resource_version n WHERE n.tenant = $1 AND n.resource_type = $2
    AND n.id = v.id AND n.version > v.version AND n.sequence <= $3)";
const TYPES: &str = "SELECT DISTINCT v.resource_type FROM resource_version v
    WHERE v.tenant = $1 AND v.sequence <= $2";
/// What is gone, in the order of the change feed.
const DELETED: &str = " AND c.sequence <= $2 AND c.deleted = 1
    AND NOT EXISTS (SELECT 1 FROM resource_version n WHERE n.tenant = $1
    AND n.resource_type = v.resource_type AND n.id = v.id AND n.version > v.version
    AND n.sequence <= $2)";

/// Some resources of one type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportPage {
    /// Versions, by id.
    pub entries: Vec<Stored>,
    /// The id after which the next page begins.
    pub next: Option<String>,
}

impl Record {
    /// The types of which a job may hold something, in alphabetical order: one file each.
    pub fn export_types(&self, access: &Access, job: &ExportJob) -> Result<Vec<String>, Failure> {
        let access = &self.granted(access, job.request.action())?;
        let mut query = Builder::new(TYPES, values![access.tenant().as_str(), job.sequence]);
        narrow(&mut query, access, job);
        self.members_known(access, job)?;
        if !job.request.types.is_empty() {
            query.push(" AND v.resource_type IN (");
            query.bind_list(job.request.types.iter().map(String::as_str));
            query.push(")");
        }
        query.push(" ORDER BY v.resource_type");
        self.inner.record.read(|executor| {
            let rows = executor.query(&query.sql, &query.values)?;
            rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
        })
    }

    /// Resources of one type after an id, as they stood at the job's place.
    pub fn export_page(
        &self,
        access: &Access,
        job: &ExportJob,
        resource_type: &str,
        after: &str,
        limit: u32,
    ) -> Result<ExportPage, Failure> {
        let limit = rows("limit", limit)?;
        let access = &self.granted(access, job.request.action())?;
        let key = values![access.tenant().as_str(), resource_type, job.sequence];
        let disclosed = self.disclosed(access, job)?;
        let mut query = Builder::new(STOOD, key);
        query.push(" AND v.deleted = 0 AND v.id > ");
        query.bind(after);
        narrow(&mut query, access, job);
        self.members_known(access, job)?;
        query.push(" ORDER BY v.id LIMIT ");
        query.bind(limit + 1);
        self.audited_read(access, job.request.action(), |executor, touched| {
            let mut found = executor.query(&query.sql, &query.values)?;
            let has_more = found.len() > limit as usize;
            found.truncate(limit as usize);
            let vault = Vault::new(executor, &self.inner.keys, access.tenant().as_str());
            for row in &found {
                touched.patient(row.text(2)?);
            }
            touched.entities.push(format!("export/{}/{resource_type}", job.id));
            touched.disclosure = disclosed;
            let entries = found.iter().map(|row| stored(&vault, resource_type, row));
            let entries = entries.collect::<Result<Vec<_>, _>>()?;
            let next = entries.last().filter(|_| has_more).map(|last| last.reference.id.clone());
            Ok(ExportPage { entries, next })
        })
    }

    /// Deletions in a job, after a place in the sequence, in its order, each with its place. Only
    /// a job with a beginning has any: whoever never had a resource need not be told.
    pub fn export_deleted(
        &self,
        access: &Access,
        job: &ExportJob,
        after: u64,
        limit: u32,
    ) -> Result<Vec<(u64, ResourceRef)>, Failure> {
        let limit = rows("limit", limit)?;
        let access = &self.granted(access, job.request.action())?;
        // Ids of what is gone are no pseudonyms.
        if job.request.since.is_none() || job.request.research.is_some() {
            return Ok(Vec::new());
        }
        let key = values![access.tenant().as_str(), job.sequence];
        let columns = "SELECT v.resource_type, v.id, v.version, v.patient, c.sequence";
        let mut query = Builder::new(&format!("{columns} {VERSIONS_FED}{DELETED}"), key);
        query.push(" AND c.sequence > ");
        query.bind(after);
        narrow(&mut query, access, job);
        self.members_known(access, job)?;
        query.push(" ORDER BY c.sequence LIMIT ");
        query.bind(limit);
        self.audited_read(access, job.request.action(), |executor, touched| {
            let found = executor.query(&query.sql, &query.values)?;
            let mut deleted = Vec::with_capacity(found.len());
            for row in &found {
                touched.patient(row.text(3)?);
                let (resource_type, id) = (row.text(0)?.to_owned(), row.text(1)?.to_owned());
                let reference = ResourceRef { resource_type, id, version: row.count(2)? };
                deleted.push((row.count(4)?, reference));
            }
            Ok(deleted)
        })
    }
}

impl Record {
    /// The members of a group are found in the search tables.
    pub(super) fn members_known(&self, access: &Access, job: &ExportJob) -> Result<(), Failure> {
        match &job.request.level {
            ExportLevel::Group(_) => self.ready_to_search(access, "Group"),
            _ => Ok(()),
        }
    }
}

/// What the job and the caller's scope leave of the versions `v`.
pub(super) fn narrow(query: &mut Builder, access: &Access, job: &ExportJob) {
    query.scope(access, Columns::Resource("v"));
    if let Some(research) = &job.request.research {
        // Whoever was not counted for the recipient when the job began is in no file of it.
        query.push(
            " AND v.patient IN (SELECT e.patient FROM export_person e WHERE e.tenant = $1
            AND e.kind = 'health' AND e.recipient = ",
        );
        query.bind(research.recipient.as_str());
        query.push(")");
    }
    narrow_to_asked(query, job);
}

/// What was asked for of the versions `v`.
pub(super) fn narrow_to_asked(query: &mut Builder, job: &ExportJob) {
    if let Some(since) = job.request.since {
        query.push(" AND v.recorded >= ");
        query.bind(since.micros());
    }
    if let Some(until) = job.request.until {
        query.push(" AND v.recorded < ");
        query.bind(until.micros());
    }
    match &job.request.level {
        ExportLevel::System => {}
        ExportLevel::Patients => {
            query.push(" AND v.patient NOT IN ('', ");
            query.bind(EVERYBODY);
            query.push(")");
        }
        ExportLevel::Listed(patients) => {
            query.push(" AND v.patient IN (");
            query.bind_list(patients.iter().map(String::as_str));
            query.push(")");
        }
        ExportLevel::Group(id) => {
            let members = find("Group", "member").map(Parameter::path_numbers);
            query.push(&format!(
                " AND v.patient IN (SELECT substr(k.code, 9) FROM resource g
                CROSS JOIN search_posting_of s CROSS JOIN search_token_of k
                WHERE g.tenant = $1 AND g.resource_type = 'Group' AND s.tenant = $1
                AND s.number = g.number AND s.path IN ({}) AND k.tenant = $1
                AND k.concept = s.concept AND k.code >= 'Patient/' AND k.code < 'Patient0'
                AND g.id = ",
                members.unwrap_or_default()
            ));
            query.bind(id.as_str());
            query.push(")");
        }
    }
}
