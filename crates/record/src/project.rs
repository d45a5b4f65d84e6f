//! Projects of research: for what de-identified data and counts leave, to whom, and until when.

mod count;
mod gate;

pub use gate::{Clearance, Received, Transfer};
pub(crate) use gate::{disclosure, pass};

use crate::audit::Touched;
use crate::key::random_bytes;
use crate::limit::{rows, text, within};
use crate::record::uuid_at;
use crate::sql::research as sql;
use crate::store::{Executor, Row, values};
use crate::vault::Vault;
use crate::{Access, Action, Failure, Record, Role};
use deidentify::{ProjectKey, Tier};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Projects of one tenant.
pub const PROJECTS_MAX: u64 = 1_000;
/// Recipients of one project.
const RECIPIENTS_MAX: usize = 32;

/// What an expert has determined (45 CFR 164.514(b)(1)): that the risk is very small with the
/// variants of single people in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpertDetermination {
    /// Who.
    pub expert: String,
    /// When, as a date.
    pub date: String,
    /// The document in which methods and results are kept.
    pub document: String,
}

/// A project to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewProject {
    /// Its name.
    pub title: String,
    /// Whose it is, as the audit log names it: `account:rita`. Nobody else asks for it.
    pub owner: String,
    /// How closely its data is kept.
    pub tier: Tier,
    /// What an expert has determined, if one has.
    pub expert_determination: Option<ExpertDetermination>,
    /// Who receives its exports.
    pub recipients: Vec<String>,
    /// Until when; the instant itself is over.
    pub ends: Timestamp,
}

/// A project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Its id.
    pub id: String,
    /// What was said when it was made.
    pub said: NewProject,
    /// When it was made.
    pub created: Timestamp,
    /// When it was ended before its time.
    pub ended: Option<Timestamp>,
    /// The version of the key of its pseudonyms.
    pub key_version: u64,
}

impl Project {
    /// Whether it is in force.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.ended.is_none() && now < self.said.ends
    }

    /// Whether variants of single people may pass.
    pub fn passes_genotypes(&self) -> bool {
        self.said.tier == Tier::Controlled && self.said.expert_determination.is_some()
    }
}

#[derive(Serialize, Deserialize)]
struct Body {
    title: String,
    tier: String,
    expert_determination: Option<ExpertDetermination>,
    recipients: Vec<String>,
}

/// Whose data keys seal what belongs to a project.
fn key_owner(id: &str) -> String {
    format!("project/{id}")
}

fn sealed(id: &str) -> Failure {
    Failure::Sealed { place: key_owner(id) }
}

/// Opens a project: id, owner, created, ends, ended, version of the key, secret, body.
fn stored(vault: &Vault<'_>, row: &Row) -> Result<Project, Failure> {
    let id = row.text(0)?;
    let body = vault.open(&key_owner(id), &["project", id], row.bytes(7)?)?;
    let body: Body = serde_json::from_slice(&body).map_err(|_| sealed(id))?;
    let Body { title, tier, expert_determination, recipients } = body;
    Ok(Project {
        id: id.to_owned(),
        said: NewProject {
            title,
            owner: row.text(1)?.to_owned(),
            tier: Tier::from_word(&tier).ok_or_else(|| sealed(id))?,
            expert_determination,
            recipients,
            ends: Timestamp::from_micros(row.int(3)?),
        },
        created: Timestamp::from_micros(row.int(2)?),
        ended: Some(row.int(4)?).filter(|micros| *micros > 0).map(Timestamp::from_micros),
        key_version: row.count(5)?,
    })
}

fn invalid(place: &str, text: &str) -> Failure {
    Failure::Invalid { place: place.to_owned(), text: text.to_owned() }
}

fn check(new: &NewProject, now: Timestamp) -> Result<(), Failure> {
    within("recipients", new.recipients.len(), RECIPIENTS_MAX, "recipients")?;
    let expert = new.expert_determination.iter();
    let expert = expert.flat_map(|one| [&one.expert, &one.date, &one.document]);
    let said = [&new.title, &new.owner].into_iter().chain(expert).chain(&new.recipients);
    for part in said {
        text("project", part)?;
        if part.trim().is_empty() {
            return Err(invalid("project", "something of it is not said"));
        }
    }
    if new.recipients.is_empty() {
        return Err(invalid("recipients", "are not named"));
    }
    if new.tier == Tier::Registered && new.expert_determination.is_some() {
        return Err(invalid("tier", "variants of single people need the controlled one"));
    }
    if new.ends <= now { Err(invalid("term", "is over already")) } else { Ok(()) }
}

impl Record {
    /// Makes a project.
    pub fn create_project(&self, access: &Access, new: NewProject) -> Result<Project, Failure> {
        self.permit(access, Action::WriteProjects)?;
        let now = self.now();
        check(&new, now)?;
        let id = uuid_at(now);
        let entities = vec![format!("project/{id}")];
        self.note(access, Action::WriteProjects, &Touched { entities, ..Touched::default() })?;
        let secret = random_bytes()?;
        let body = Body {
            title: new.title.clone(),
            tier: new.tier.word().to_owned(),
            expert_determination: new.expert_determination.clone(),
            recipients: new.recipients.clone(),
        };
        let body =
            serde_json::to_vec(&body).map_err(|error| Failure::Storage(error.to_string()))?;
        let (tenant, keys) = (access.tenant().as_str().to_owned(), Arc::clone(&self.inner.keys));
        self.inner.record_writer.write(move |executor| {
            let count = executor.one(sql::PROJECTS_COUNT, values![&tenant])?.count(0)?;
            if count >= PROJECTS_MAX {
                let limit = format!("{PROJECTS_MAX} projects");
                return Err(Failure::TooMuch { place: "project".to_owned(), limit });
            }
            let vault = Vault::new(executor, &keys, &tenant);
            let owner = key_owner(&id);
            let secret = vault.seal(&owner, &["project-key", &id, "1"], &secret, now)?;
            let body = vault.seal(&owner, &["project", &id], &body, now)?;
            let (created, ends) = (now.micros(), new.ends.micros());
            let row = values![&tenant, &id, &new.owner, created, ends, 1_i64, secret, body];
            executor.execute(sql::PROJECT_PUT, row)?;
            Ok(Project { id, said: new, created: now, ended: None, key_version: 1 })
        })
    }

    /// Projects, by id and so by age: a researcher's own, everybody's for whom governs them.
    pub fn projects(&self, access: &Access, limit: u32) -> Result<Vec<Project>, Failure> {
        let limit = rows("limit", limit)?;
        self.audited_read(access, Action::ReadProjects, |executor, touched| {
            let tenant = access.tenant().as_str();
            touched.entities.push("project".to_owned());
            let found = if access.role() == Role::Researcher {
                executor.query(sql::PROJECTS_OF, values![tenant, access.actor(), limit])?
            } else {
                executor.query(sql::PROJECTS, values![tenant, limit])?
            };
            let vault = Vault::new(executor, &self.inner.keys, tenant);
            found.iter().map(|row| stored(&vault, row)).collect()
        })
    }

    /// One project; of a researcher only an own one.
    pub fn project(&self, access: &Access, id: &str) -> Result<Option<Project>, Failure> {
        self.audited_read(access, Action::ReadProjects, |executor, touched| {
            touched.entities.push(format!("project/{id}"));
            let found = self.find_project(executor, access, id)?;
            Ok(found.map(|(project, _)| project))
        })
    }

    /// Ends a project at once; whether it was in force. What was asked for it, and who received
    /// what, is kept.
    pub fn end_project(&self, access: &Access, id: &str) -> Result<bool, Failure> {
        self.permit(access, Action::WriteProjects)?;
        let entities = vec![format!("project/{id}")];
        self.note(access, Action::WriteProjects, &Touched { entities, ..Touched::default() })?;
        let (tenant, id, now) =
            (access.tenant().as_str().to_owned(), id.to_owned(), self.now().micros());
        self.inner.record_writer.write(move |executor| {
            if executor.first(sql::PROJECT_GET, values![&tenant, &id])?.is_none() {
                return Err(Failure::NotFound);
            }
            Ok(executor.execute(sql::PROJECT_END, values![now, &tenant, &id])? > 0)
        })
    }

    /// A project in force of the caller's own, with the key of its pseudonyms.
    /// [`Failure::NotFound`] for another's, and for one that is over.
    pub fn open_project(
        &self,
        access: &Access,
        id: &str,
    ) -> Result<(Project, ProjectKey), Failure> {
        self.permit(access, Action::ExportDeidentified)?;
        let found = self.inner.record.read(|executor| self.find_project(executor, access, id))?;
        let (project, key) = found.ok_or(Failure::NotFound)?;
        let is_own = project.said.owner == access.actor() && project.is_open(self.now());
        if is_own { Ok((project, key)) } else { Err(Failure::NotFound) }
    }

    fn find_project(
        &self,
        executor: &dyn Executor,
        access: &Access,
        id: &str,
    ) -> Result<Option<(Project, ProjectKey)>, Failure> {
        let tenant = access.tenant().as_str();
        let Some(row) = executor.first(sql::PROJECT_GET, values![tenant, id])? else {
            return Ok(None);
        };
        if access.role() == Role::Researcher && row.text(1)? != access.actor() {
            return Ok(None);
        }
        let vault = Vault::new(executor, &self.inner.keys, tenant);
        let project = stored(&vault, &row)?;
        let version = project.key_version.to_string();
        let place = ["project-key", id, &version];
        let secret = vault.open(&key_owner(id), &place, row.bytes(6)?)?;
        let secret: [u8; 32] = secret.try_into().map_err(|_| sealed(id))?;
        Ok(Some((project, ProjectKey::new(&secret))))
    }
}
