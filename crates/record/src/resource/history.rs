//! History of resources: every version, the newest first.
//!
//! Pages run over the one commit sequence, not over times, so that none is left out or shown twice
//! however many are written meanwhile (FHIR R4, RESTful API, "history").

use super::{is_resource_type, stored};
use crate::feed::VERSIONS_FED;
use crate::grant::Columns;
use crate::limit::rows;
use crate::store::values;
use crate::vault::{Builder, Vault};
use crate::{Access, Action, Failure, Record, Stored};
use model::Timestamp;

/// The columns are those of `resource::stored`, then type and place.
const COLUMNS: &str = "SELECT v.id, v.version, v.patient, v.recorded, v.deleted, v.sha256, v.body,
    v.resource_type,";
const OF_TYPE: &str = " v.sequence FROM resource_version v WHERE v.tenant = $1";
const COUNT: &str = "SELECT count(*) FROM resource_version v WHERE v.tenant = $1";

/// Whose history is asked for, and which part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryQuery {
    /// FHIR type; `None` = of the whole record.
    pub resource_type: Option<String>,
    /// Logical id; only with a type.
    pub id: Option<String>,
    /// Only versions committed at this time or later.
    pub since: Option<Timestamp>,
    /// Entries of one page, 1 to [`crate::limit::PAGE_ROWS_MAX`].
    pub count: u32,
    /// `next` of the page before.
    pub cursor: Option<u64>,
}

/// One page of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryPage {
    /// Versions, the newest first; a deletion is one with [`Stored::deleted`].
    pub entries: Vec<Stored>,
    /// Cursor of the next page.
    pub next: Option<u64>,
    /// Versions in all pages, as far as the caller may know.
    pub total: u64,
}

impl Record {
    /// The history of a resource, of a type or of the whole record. What never was and what is
    /// hidden are the same: an empty page.
    pub fn history(&self, access: &Access, query: &HistoryQuery) -> Result<HistoryPage, Failure> {
        let limit = rows("_count", query.count)?;
        let access = &self.granted(access, Action::ReadClinical)?;
        let text = if query.id.is_some() && query.resource_type.is_none() {
            Some("an id needs its type")
        } else if query.resource_type.as_deref().is_some_and(|name| !is_resource_type(name)) {
            Some("is not the name of a FHIR type")
        } else {
            None
        };
        if let Some(text) = text {
            return Err(Failure::Invalid { place: "history".to_owned(), text: text.to_owned() });
        }
        let count = conditions(access, query, COUNT);
        // The order of all versions is that of the change feed.
        let (versions, ordered) = match query.resource_type {
            Some(_) => (OF_TYPE.to_owned(), "v"),
            None => (format!(" c.sequence {VERSIONS_FED}"), "c"),
        };
        let mut page = conditions(access, query, &format!("{COLUMNS}{versions}"));
        if let Some(cursor) = query.cursor {
            page.push(&format!(" AND {ordered}.sequence < "));
            page.bind(cursor);
        }
        page.push(&format!(" ORDER BY {ordered}.sequence DESC LIMIT "));
        page.bind(limit + 1);
        self.audited_read(access, Action::ReadClinical, |executor, touched| {
            let total = executor.one(&count.sql, &count.values)?.count(0)?;
            let mut found = executor.query(&page.sql, &page.values)?;
            let has_more = found.len() > limit as usize;
            found.truncate(limit as usize);
            let next = found.last().filter(|_| has_more).map(|row| row.count(8)).transpose()?;
            let vault = Vault::new(executor, &self.inner.keys, access.tenant().as_str());
            let mut entries = Vec::with_capacity(found.len());
            for row in &found {
                touched.patient(row.text(2)?);
                let entry = stored(&vault, row.text(7)?, row)?;
                touched.entities.push(entry.reference.to_string());
                entries.push(entry);
            }
            Ok(HistoryPage { entries, next, total })
        })
    }
}

fn conditions(access: &Access, query: &HistoryQuery, head: &str) -> Builder {
    let mut builder = Builder::new(head, values![access.tenant().as_str()]);
    if let Some(resource_type) = &query.resource_type {
        builder.push(" AND v.resource_type = ");
        builder.bind(resource_type.as_str());
    }
    if let Some(id) = &query.id {
        builder.push(" AND v.id = ");
        builder.bind(id.as_str());
    }
    if let Some(since) = query.since {
        builder.push(" AND v.recorded >= ");
        builder.bind(since.micros());
    }
    builder.scope(access, Columns::Resource("v"));
    builder
}
