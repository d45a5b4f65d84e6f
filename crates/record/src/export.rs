//! Bulk export (HL7 FHIR Bulk Data Access 3.0, and 2.0).
//!
//! A job is a place in the commit sequence and what was asked for. Nothing is copied: its files
//! are read from the versions that stood at that place, whenever they are fetched, so that no
//! second store of patients' data has to be guarded, and a restart loses nothing.

mod gate;
mod page;

pub use page::ExportPage;

use crate::audit::Touched;
use crate::limit::{COMPARTMENT_TYPES_MAX, EXPORT_HOURS_MAX, SCOPE_PATIENTS_MAX, within};
use crate::record::uuid_at;
use crate::resource::is_resource_type;
use crate::sql::record as sql;
use crate::store::{Row, values};
use crate::{Access, Action, Failure, Record};
use model::Timestamp;
use serde::{Deserialize, Serialize};

/// Whose data a job is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExportLevel {
    /// Everything.
    System,
    /// All patients and what is about them.
    Patients,
    /// The members of a Group, by its id, and what is about them.
    Group(String),
    /// These patients, by their ids, and what is about them.
    Listed(Vec<String>),
}

/// Microseconds that a job lives.
const LIFE_MICROS: i64 = EXPORT_HOURS_MAX * 3_600 * 1_000_000;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportRequest {
    /// Whose data.
    pub level: ExportLevel,
    /// FHIR types; empty = all.
    pub types: Vec<String>,
    /// Only versions committed at this time or later.
    pub since: Option<Timestamp>,
    /// Only versions committed before this time.
    pub until: Option<Timestamp>,
    /// The request as written, for the manifest.
    pub url: String,
    /// For which project, and to whom: the files are de-identified then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub research: Option<ExportForResearch>,
}

/// What an export of a project of research says beside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportForResearch {
    /// The id of the project.
    pub project: String,
    /// Who receives it: one of the project's recipients.
    pub recipient: String,
}

impl ExportRequest {
    /// What is done by it.
    pub(crate) fn action(&self) -> Action {
        match self.research {
            Some(_) => Action::ExportDeidentified,
            None => Action::Export,
        }
    }
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportJob {
    /// Its id; a UUID.
    pub id: String,
    /// Who asked; nobody else sees it.
    pub actor: String,
    /// When: nothing committed later is in it.
    pub started: Timestamp,
    /// The last commit in it.
    pub sequence: u64,
    /// What was asked for.
    pub request: ExportRequest,
}

impl ExportJob {
    /// When its files are there no more.
    pub fn ends(&self) -> Timestamp {
        Timestamp::from_micros(self.started.micros().saturating_add(LIFE_MICROS))
    }
}

impl Record {
    /// Begins a job at the commit that is the last one now. A Group that is not there, or hidden,
    /// is [`Failure::NotFound`].
    pub fn begin_export(
        &self,
        access: &Access,
        request: ExportRequest,
    ) -> Result<ExportJob, Failure> {
        let action = request.action();
        self.permit(access, action)?;
        within("_type", request.types.len(), COMPARTMENT_TYPES_MAX, "types")?;
        if let Some(wrong) = request.types.iter().find(|name| !is_resource_type(name)) {
            let text = format!("`{wrong}` is not the name of a FHIR type");
            return Err(Failure::Invalid { place: "_type".to_owned(), text });
        }
        let group = match &request.level {
            ExportLevel::Group(id) => Some(id.clone()),
            ExportLevel::Listed(patients) => {
                within("patient", patients.len(), SCOPE_PATIENTS_MAX, "patients")?;
                None
            }
            ExportLevel::System | ExportLevel::Patients => None,
        };
        let entities = group.iter().map(|id| format!("Group/{id}")).collect();
        self.note(access, action, &Touched { entities, ..Touched::default() })?;
        if request.research.is_some() {
            self.pass_gate(access, &request)?;
        }
        let (tenant, actor) = (access.tenant().as_str().to_owned(), access.owner());
        let clock = std::sync::Arc::clone(&self.inner.clock);
        self.inner.record_writer.write(move |executor| {
            if let Some(id) = &group {
                let row = executor.first(sql::RESOURCE_GET, values![&tenant, "Group", id])?;
                if row.map_or(Ok(true), |row| row.flag(2))? {
                    return Err(Failure::NotFound);
                }
            }
            // Inside the one writer, time and sequence go together.
            let now = clock();
            let ended = now.micros().saturating_sub(LIFE_MICROS);
            executor.execute(sql::EXPORTS_DROP_ENDED, values![&tenant, ended])?;
            let sequence = executor.one(sql::SEQUENCE_LAST, &[])?.count(0)?;
            let job = ExportJob { id: uuid_at(now), actor, started: now, sequence, request };
            let text = serde_json::to_string(&job.request)
                .map_err(|error| Failure::Storage(error.to_string()))?;
            let micros = now.micros();
            let row = values![&tenant, &job.id, &job.actor, micros, sequence, text];
            executor.execute(sql::EXPORT_PUT, row)?;
            Ok(job)
        })
    }

    /// A job of the caller's own, until [`EXPORT_HOURS_MAX`] after it began.
    pub fn export_job(&self, access: &Access, id: &str) -> Result<Option<ExportJob>, Failure> {
        self.permit_either(access)?;
        let key = values![access.tenant().as_str(), id, access.owner()];
        let row = self.inner.record.read(|executor| executor.first(sql::EXPORT_GET, key))?;
        let found = row.as_ref().map(job).transpose()?;
        Ok(found.filter(|job| self.now() < job.ends()))
    }

    /// Ends a job: its files are there no more. Whether there was one.
    pub fn end_export(&self, access: &Access, id: &str) -> Result<bool, Failure> {
        let action = self.permit_either(access)?;
        let entities = vec![format!("export/{id}")];
        self.note(access, action, &Touched { entities, ..Touched::default() })?;
        let key = [access.tenant().as_str().to_owned(), id.to_owned(), access.owner()];
        self.inner.record_writer.write(move |executor| {
            let [tenant, id, actor] = &key;
            Ok(executor.execute(sql::EXPORT_DROP, values![tenant, id, actor])? > 0)
        })
    }
}

/// Reads a job from its row: id, actor, started, sequence, request.
fn job(row: &Row) -> Result<ExportJob, Failure> {
    let request = serde_json::from_str(row.text(4)?)
        .map_err(|error| Failure::Storage(format!("an export job: {error}")))?;
    Ok(ExportJob {
        id: row.text(0)?.to_owned(),
        actor: row.text(1)?.to_owned(),
        started: Timestamp::from_micros(row.int(2)?),
        sequence: row.count(3)?,
        request,
    })
}
