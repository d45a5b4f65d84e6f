//! Exports for research: only of a project, and past the gate.

use super::page::narrow_to_asked;
use super::{ExportJob, ExportLevel, ExportRequest};
use crate::audit::{Disclosure, Touched};
use crate::grant::Columns;
use crate::project::{disclosure, pass};
use crate::store::values;
use crate::vault::Builder;
use crate::{Access, Action, Failure, Record};

/// Whose data a job would hold as it stands now.
const PATIENTS: &str = "SELECT DISTINCT v.patient FROM resource_version v
    JOIN resource r ON r.tenant = v.tenant AND r.resource_type = v.resource_type
    AND r.id = v.id AND r.version = v.version
    WHERE v.tenant = $1 AND v.deleted = 0 AND v.patient NOT IN ('', '*')";

impl Record {
    /// What is permitted of a job, whichever kind it is of.
    pub(super) fn permit_either(&self, access: &Access) -> Result<Action, Failure> {
        if self.may(access, Action::ExportDeidentified)? {
            return Ok(Action::ExportDeidentified);
        }
        self.permit(access, Action::Export).map(|()| Action::Export)
    }

    /// Counts the persons for the recipient, or refuses: [`Failure::Held`], noted as such.
    pub(super) fn pass_gate(
        &self,
        access: &Access,
        request: &ExportRequest,
    ) -> Result<(), Failure> {
        let Some(research) = &request.research else { return Ok(()) };
        let (project, _) = self.open_project(access, &research.project)?;
        if request.level == ExportLevel::System {
            let text = "is of patients, of a group or of listed patients".to_owned();
            return Err(Failure::Invalid { place: "$export".to_owned(), text });
        }
        if !project.said.recipients.contains(&research.recipient) {
            let text = "is none of the project's recipients".to_owned();
            return Err(Failure::Invalid { place: "_recipient".to_owned(), text });
        }
        let granted = &self.granted(access, Action::ExportDeidentified)?;
        let recipient = research.recipient.clone();
        let job = ExportJob {
            id: String::new(),
            actor: access.owner(),
            started: self.now(),
            sequence: 0,
            request: request.clone(),
        };
        let mut query = Builder::new(PATIENTS, values![access.tenant().as_str()]);
        query.scope(granted, Columns::Resource("v"));
        if !request.types.is_empty() {
            query.push(" AND v.resource_type IN (");
            query.bind_list(request.types.iter().map(String::as_str));
            query.push(")");
        }
        narrow_to_asked(&mut query, &job);
        query.push(" ORDER BY v.patient");
        self.members_known(granted, &job)?;
        let rows = self.inner.record.read(|executor| executor.query(&query.sql, &query.values))?;
        let patients = rows.iter().map(|row| Ok(row.text(0)?.to_owned()));
        let patients: Vec<String> = patients.collect::<Result<_, Failure>>()?;
        let (of, now) = (access.clone(), self.now());
        let passed = self
            .inner
            .record_writer
            .write(move |executor| pass(executor, &of, (&project, &recipient), &patients, now))?;
        passed.or_else(|held| {
            let entities = vec![format!("recipient/{}", held.recipient)];
            let touched = Touched { entities, ..Touched::default() };
            self.inner.audit.note(now, access, Action::ExportDeidentified, false, &touched)?;
            Err(Failure::Held(held))
        })
    }

    /// What is noted when files of a project's job are read; the project is in force, or nothing
    /// is read.
    pub(super) fn disclosed(
        &self,
        access: &Access,
        job: &ExportJob,
    ) -> Result<Option<Disclosure>, Failure> {
        let Some(research) = &job.request.research else { return Ok(None) };
        let (project, _) = self.open_project(access, &research.project)?;
        Ok(Some(disclosure(&project, &research.recipient)))
    }
}
