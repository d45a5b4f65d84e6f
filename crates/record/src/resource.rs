//! Versioned FHIR resources: kept as bytes, never overwritten.

mod commit;
mod compartment;
mod everything;
mod history;
mod literal;
mod pending;
mod prepare;
mod preparing;
mod ready;
mod text;
mod versions;

pub use everything::{CompartmentPage, CompartmentQuery};
pub use history::{HistoryPage, HistoryQuery};
pub use literal::{Literals, resource_text};
pub use preparing::Preparing;
pub use ready::Ready;

use crate::access::EVERYBODY;
use crate::grant::Columns;
use crate::key::Opened;
use crate::limit::{HEADS_MAX, within};
use crate::review::NewReview;
use crate::sql::record::{VERSION_CURRENT, VERSION_GET};
use crate::store::{Row, values};
use crate::vault::{Builder, Vault, sha256};
use crate::{Access, Action, Failure, RawState, Record};
use model::{Fact, PatientId, Problem, RawId, ResourceRef, Timestamp};
use serde_json::Value;

/// What the stored version must be for a change to happen (FHIR `If-Match`, `If-None-Match`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Whatever it is.
    Any,
    /// Never stored, or deleted.
    Absent,
    /// Exactly this one.
    Version(u64),
}

/// One change of one resource.
#[derive(Clone, Debug, PartialEq)]
pub enum ResourceChange {
    /// A new version.
    Put {
        /// The resource as JSON with `resourceType` and `id` set. `meta.versionId` and
        /// `meta.lastUpdated` are replaced.
        resource: Value,
        /// Numbers of it that are stored as they were written.
        literals: Literals,
        /// What it says, in the domain's types; kept beside exactly this version. A `Patient`
        /// needs its `Patient` fact.
        facts: Vec<Fact>,
        /// What must be stored now.
        condition: Condition,
    },
    /// A deletion. History stays; deleting what is not there does nothing.
    Delete {
        /// FHIR type.
        resource_type: String,
        /// Logical id.
        id: String,
        /// What must be stored now.
        condition: Condition,
    },
}

impl ResourceChange {
    /// A new version of a resource whose numbers need no written form of their own.
    pub fn put(resource: Value, facts: Vec<Fact>, condition: Condition) -> Self {
        Self::Put { resource, literals: Literals::new(), facts, condition }
    }
}

/// Changes that happen together or not at all, in one transaction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Commit {
    /// The changes, in order.
    pub changes: Vec<ResourceChange>,
    /// The raw message they came from, with its new state and what was noticed. A message that
    /// has been filed already gives [`crate::Failure::Conflict`]: nothing is filed twice.
    pub raw: Option<(RawId, RawState, Vec<Problem>)>,
    /// By what the raw message was read, if that can be told: what it means is the caller's.
    /// [`crate::Record::readings`] gives it as long as the message stays filed and each version
    /// that came of it is the current one. At most [`crate::limit::READING_BYTES_MAX`].
    pub reading: Option<Vec<u8>>,
    /// Entries for the review list.
    pub reviews: Vec<NewReview>,
    /// A follower's cursor, moved with the commit or not at all.
    pub cursor: Option<(String, u64)>,
}

/// What a commit did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// Last sequence number of the commit; the record's last one if it changed nothing.
    pub sequence: u64,
    /// The new versions, one for each change in its order; `None` where nothing was to do.
    pub resources: Vec<Option<Stored>>,
    /// Ids of the review list entries, in the order given.
    pub reviews: Vec<String>,
}

/// A stored version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Which version of what.
    pub reference: ResourceRef,
    /// Whose compartment it is in.
    pub patient: Option<PatientId>,
    /// When it was committed; `meta.lastUpdated`.
    pub recorded: Timestamp,
    /// Whether this version is a deletion; then there is no body.
    pub deleted: bool,
    /// SHA-256 of the body, lower-case hex.
    pub sha256: String,
    /// FHIR JSON with `id`, `meta.versionId` and `meta.lastUpdated`.
    pub body: Vec<u8>,
}

/// What stands under an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its latest version.
    pub version: u64,
    /// Whether that is a deletion.
    pub deleted: bool,
}

/// What stands under a type and an id.
const HEAD: &str = "SELECT r.version, r.patient, r.deleted FROM resource r
    WHERE r.tenant = $1 AND r.resource_type = $2 AND r.id = $3";

impl Record {
    /// What stands under each of these types and ids, without its content; `None` for what never
    /// was and for what the caller may not know of. One audit event for all.
    pub fn heads(
        &self,
        access: &Access,
        of: &[(&str, &str)],
    ) -> Result<Vec<Option<Head>>, Failure> {
        within("resources", of.len(), HEADS_MAX, "resources")?;
        let access = &self.granted(access, Action::ReadClinical)?;
        self.audited_read(access, Action::ReadClinical, |executor, touched| {
            let head = |(resource_type, id): &(&str, &str)| {
                touched.entities.push(entity(resource_type, id));
                let key = values![access.tenant().as_str(), *resource_type, *id];
                let mut query = Builder::new(HEAD, key);
                query.scope(access, Columns::Resource("r"));
                let row = executor.first(&query.sql, &query.values)?;
                let Some(row) = row else { return Ok(None) };
                touched.patient(patient_of(row.text(1)?).as_ref().map_or("", PatientId::as_str));
                Ok(Some(Head { version: row.count(0)?, deleted: row.flag(2)? }))
            };
            of.iter().map(head).collect()
        })
    }

    /// The current version. `None` if there is none or the caller may not know of it; a deleted
    /// resource is given with [`Stored::deleted`] and no body.
    pub fn read(
        &self,
        access: &Access,
        resource_type: &str,
        id: &str,
    ) -> Result<Option<Stored>, Failure> {
        let key = values![access.tenant().as_str(), resource_type, id];
        let query = Builder::new(VERSION_CURRENT, key);
        self.version(access, resource_type, id, query)
    }

    /// One version, also of a deleted resource.
    pub fn vread(
        &self,
        access: &Access,
        resource_type: &str,
        id: &str,
        version: u64,
    ) -> Result<Option<Stored>, Failure> {
        let key = values![access.tenant().as_str(), resource_type, id, version];
        let query = Builder::new(VERSION_GET, key);
        self.version(access, resource_type, id, query)
    }

    fn version(
        &self,
        access: &Access,
        resource_type: &str,
        id: &str,
        mut query: Builder,
    ) -> Result<Option<Stored>, Failure> {
        let access = &self.granted(access, Action::ReadClinical)?;
        self.audited_read(access, Action::ReadClinical, |executor, touched| {
            touched.entities.push(entity(resource_type, id));
            query.scope(access, Columns::Resource("v"));
            let Some(row) = executor.first(&query.sql, &query.values)? else { return Ok(None) };
            let vault = Vault::new(executor, &self.inner.keys, access.tenant().as_str());
            touched.patient(row.text(2)?);
            stored(&vault, resource_type, &row).map(Some)
        })
    }
}

/// `Type/id` for the audit log; what is no id of FHIR's may be anything, so it is left out.
fn entity(resource_type: &str, id: &str) -> String {
    let is_type = is_resource_type(resource_type);
    if is_type && model::id::is_fhir_id(id) {
        format!("{resource_type}/{id}")
    } else {
        "not-an-id".to_owned()
    }
}

/// Whether a text can be the name of a FHIR type.
pub(crate) fn is_resource_type(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The patient of a compartment column.
pub(crate) fn patient_of(compartment: &str) -> Option<PatientId> {
    let is_patient = !compartment.is_empty() && compartment != EVERYBODY;
    is_patient.then(|| PatientId::new(compartment))
}

/// Opens a version from its row: id, version, patient, recorded, deleted, sha256, body.
pub(crate) fn stored(vault: &Vault<'_>, resource_type: &str, row: &Row) -> Result<Stored, Failure> {
    let (id, version, owner) = (row.text(0)?, row.count(1)?, row.text(2)?);
    let deleted = row.flag(4)?;
    let body =
        if deleted { Vec::new() } else { opened(vault, (resource_type, id, version), owner, row)? };
    let digest = row.text(5)?;
    if sha256(&body) != digest {
        return Err(Failure::Sealed { place: format!("{resource_type}/{id}/{version}") });
    }
    Ok(Stored {
        reference: ResourceRef {
            resource_type: resource_type.to_owned(),
            id: id.to_owned(),
            version,
        },
        patient: patient_of(owner),
        recorded: Timestamp::from_micros(row.int(3)?),
        deleted,
        sha256: digest.to_owned(),
        body,
    })
}

/// The body of a version, with its number and its time in it.
fn opened(
    vault: &Vault<'_>,
    (resource_type, id, version): (&str, &str, u64),
    owner: &str,
    row: &Row,
) -> Result<Vec<u8>, Failure> {
    let place = [resource_type, id, &version.to_string()];
    match vault.open_with_gaps(owner, &place, row.bytes(6)?)? {
        Opened { body, gaps: None } => Ok(body),
        Opened { body, gaps: Some(gaps) } => {
            let recorded = Timestamp::from_micros(row.int(3)?);
            let filled = text::fill(&body, gaps, version, recorded);
            filled.ok_or_else(|| Failure::Sealed { place: place.join("/") })
        }
    }
}
