//! What a researcher gets, of an own project: counts that tell on nobody, de-identified exports.

pub(crate) mod count;
pub(crate) mod table;

use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use axum::http::StatusCode;
use deidentify::counts::{Answer, EmittedTable, Kind, Rule, TableAnswer, Told};
use deidentify::{Outcome, ProjectKey, Report, Settings};
use model::{PatientId, Timestamp};
use record::{Access, ExportJob, Project};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Name of the parameter that names the project.
pub(crate) const PROJECT: &str = "_project";

/// Routes that tell nothing about anybody, and those that see to it themselves that they tell a
/// researcher no more than may leave. A route that is not here is closed to research.
const OPEN: &[&str] = &[
    "/account",
    "/account/passkeys",
    "/account/passkeys/options",
    "/account/passkeys/remove",
    "/account/totp",
    "/account/totp/confirm",
    "/account/totp/remove",
    "/auth/consent",
    "/fhir/$export",
    "/fhir/$export-file/{job}/{file}",
    "/fhir/$export-status/{job}",
    "/fhir/Group/{id}/$export",
    "/fhir/Patient/$export",
    "/fhir/{type}",
    "/fhir/{type}/_search",
    "/logout",
    "/population-operations/{group}/{operation}",
    "/step-up",
    "/step-up/passkey",
    "/step-up/passkey/options",
];

/// The Genomics Operations over populations.
const POPULATIONS: [&str; 2] = ["/fhir/$find-population-", "/fhir/Patient/$find-population-"];

/// Whether a route is open to research.
pub(crate) fn is_open(route: &str) -> bool {
    OPEN.contains(&route) || POPULATIONS.iter().any(|start| route.starts_with(start))
}

/// 400: no project is named.
pub(crate) fn without_project() -> Error {
    let text = "a question for research names its project, once: `_project`";
    Error::new(StatusCode::BAD_REQUEST, "required", text)
}

/// Tells counts for a project.
pub(crate) struct Teller<'t> {
    app: &'t App,
    access: &'t Access,
    project: String,
}

impl<'t> Teller<'t> {
    pub(crate) fn new(app: &'t App, access: &'t Access, project: String) -> Self {
        Self { app, access, project }
    }

    /// What may be told of how many these are.
    ///
    /// # Errors
    /// 404 without an own project in force, 403 when it has asked enough.
    pub(crate) fn tell(
        &self,
        question: (&str, Kind),
        members: &BTreeSet<PatientId>,
        population: u64,
    ) -> Result<Told, Error> {
        let (record, of) = (self.app.record(), (members, population));
        match record.tell_count(self.access, &self.project, self.rule(), question, of)? {
            Answer::Told(Told::Withheld) => Err(Error::withheld()),
            Answer::Told(told) => Ok(told),
            Answer::Spent => Err(Error::budget_spent()),
        }
    }

    /// What may be told of a table. Nobody is in two cells.
    ///
    /// # Errors
    /// As of a count; 422 for a table that is too large.
    pub(crate) fn tell_table(
        &self,
        question: &str,
        cells: &[Vec<BTreeSet<PatientId>>],
    ) -> Result<EmittedTable, Error> {
        let record = self.app.record();
        match record.tell_table(self.access, &self.project, self.rule(), question, cells)? {
            TableAnswer::Told(table) => Ok(table),
            TableAnswer::Spent => Err(Error::budget_spent()),
        }
    }

    /// A higher threshold is the operator's to set; a lower one is not to be had.
    fn rule(&self) -> Rule {
        Rule::new(self.app.genomics().count_min.max(1) - 1).unwrap_or_default()
    }
}

/// In which form the resources of a job leave.
pub(crate) struct Form {
    research: Option<(Project, ProjectKey)>,
    year: i16,
    report: Report,
}

impl Form {
    /// The form of a job: as they are stored, or de-identified for a project.
    ///
    /// # Errors
    /// 404 when the project is over.
    pub(crate) fn of(app: &App, caller: &Caller, job: &ExportJob) -> Result<Self, Error> {
        let research = match &job.request.research {
            Some(of) => Some(app.record().open_project(&caller.access, &of.project)?),
            None => None,
        };
        Ok(Self { research, year: year(job.started)?, report: Report::default() })
    }

    /// A resource in its form; `None` if it does not leave.
    ///
    /// # Errors
    /// A stored resource that is no JSON.
    pub(crate) fn of_body<'b>(&mut self, body: &'b [u8]) -> Result<Option<Cow<'b, [u8]>>, Error> {
        let Some((project, key)) = &self.research else { return Ok(Some(Cow::Borrowed(body))) };
        let wrong = |error: serde_json::Error| Error::internal(format!("a resource: {error}"));
        let resource: Value = serde_json::from_slice(body).map_err(wrong)?;
        let settings = Settings {
            key,
            tier: project.said.tier,
            has_expert_determination: project.said.expert_determination.is_some(),
            year: self.year,
        };
        match deidentify::resource(&resource, &settings, &mut self.report) {
            Outcome::Passes(passes) => {
                let bytes = serde_json::to_vec(&passes).map_err(wrong)?;
                Ok(Some(Cow::Owned(bytes)))
            }
            Outcome::Withheld(_) => Ok(None),
        }
    }

    /// What was removed so far.
    pub(crate) fn report(&self) -> &Report {
        &self.report
    }
}

fn year(at: Timestamp) -> Result<i16, Error> {
    let text = at.to_string();
    let year = text.get(..4).and_then(|year| year.parse().ok());
    year.ok_or_else(|| Error::internal("the clock shows no year"))
}
