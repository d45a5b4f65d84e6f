//! One trial for one patient: what is decided, and what has to be found out.

use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::page::{PageError, html, respond};
use crate::trial_work::require_decider;
use crate::trial_work::subject::{self, Given};
use crate::trial_work::task::{self, Asked, Ending};
use crate::views::{self, trial_of_patient};
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::PatientId;
use serde::Deserialize;
use web::view::RefusedForm;

/// `GET /patients/{id}/trials/{trial}`
pub(crate) async fn show(
    State(app): State<App>,
    Path((id, trial)): Path<(String, String)>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let id = PatientId::new(id);
    respond(app, caller, web::path::trial_work(&id, &trial), move |app, caller| {
        let caller = &caller.clone().of_patient(app, &id)?;
        let view = views::trial_work(app, caller, (&id, &trial), None)?;
        Ok(html(StatusCode::OK, web::trial_work(&view)))
    })
    .await
}

/// What a form asks for, of whatever kind.
trait Work: Send + 'static {
    fn csrf(&self) -> &str;

    /// What was typed, to be shown again where it is not taken.
    fn typed(&self) -> Vec<(&'static str, &str)>;

    fn file(
        &self,
        app: &App,
        caller: &Caller,
        patient: &PatientId,
        trial: &views::TrialOfPatient,
    ) -> Result<(), Error>;
}

/// Files a form and leads back to the page; a form that is not taken comes back with what was
/// typed and why.
async fn file(
    app: App,
    (id, trial): (String, String),
    caller: Result<Caller, Error>,
    given: impl Work,
) -> Result<Response, PageError> {
    let id = PatientId::new(id);
    let way = web::path::trial_work(&id, &trial);
    respond(app, caller, way.clone(), move |app, caller| {
        require_decider(app, caller)?;
        caller.require_form(Some(given.csrf()))?;
        let known = trial_of_patient(app, &caller.access, &id, &trial)?;
        let error = match given.file(app, caller, &id, &known) {
            Ok(()) => return Ok(Redirect::to(&way).into_response()),
            Err(error) => error,
        };
        let status = error.status();
        if !matches!(status, StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT) {
            return Err(error);
        }
        let typed = given.typed().into_iter();
        let typed = typed.map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
        let refused = Some(RefusedForm { error: error.text(), typed });
        let view = views::trial_work(app, caller, (&id, &trial), refused)?;
        Ok(html(status, web::trial_work(&view)))
    })
    .await
}

/// The form that decides.
#[derive(Debug, Deserialize)]
pub(crate) struct DecisionForm {
    csrf: String,
    version: u64,
    status: String,
    #[serde(default)]
    cohort: String,
    #[serde(default)]
    note: String,
}

impl Work for DecisionForm {
    fn csrf(&self) -> &str {
        &self.csrf
    }

    fn typed(&self) -> Vec<(&'static str, &str)> {
        vec![("status", &self.status), ("cohort", &self.cohort), ("note", &self.note)]
    }

    fn file(
        &self,
        app: &App,
        caller: &Caller,
        patient: &PatientId,
        trial: &views::TrialOfPatient,
    ) -> Result<(), Error> {
        let given = Given {
            status: self.status.clone(),
            cohort: self.cohort.clone(),
            note: self.note.clone(),
            version: self.version,
        };
        subject::decide(app, caller, patient, (&trial.kept, &trial.offers), &given)
    }
}

/// `POST /patients/{id}/trials/{trial}`
pub(crate) async fn decide(
    State(app): State<App>,
    Path(of): Path<(String, String)>,
    caller: Result<Caller, Error>,
    Form(given): Form<DecisionForm>,
) -> Result<Response, PageError> {
    file(app, of, caller, given).await
}

/// The form that asks for something to be found out.
#[derive(Debug, Deserialize)]
pub(crate) struct AskForm {
    csrf: String,
    #[serde(default)]
    fact: String,
    #[serde(default)]
    other: String,
    #[serde(default)]
    owner: String,
    #[serde(default)]
    due: String,
}

impl Work for AskForm {
    fn csrf(&self) -> &str {
        &self.csrf
    }

    fn typed(&self) -> Vec<(&'static str, &str)> {
        let Self { fact, other, owner, due, .. } = self;
        vec![("fact", fact), ("other", other), ("owner", owner), ("due", due)]
    }

    fn file(
        &self,
        app: &App,
        caller: &Caller,
        patient: &PatientId,
        trial: &views::TrialOfPatient,
    ) -> Result<(), Error> {
        let asked = Asked {
            fact: self.fact.clone(),
            other: self.other.clone(),
            owner: self.owner.clone(),
            due: self.due.clone(),
        };
        task::ask(app, caller, patient, (&trial.kept, &trial.offers), &asked)
    }
}

/// `POST /patients/{id}/trials/{trial}/tasks`
pub(crate) async fn ask(
    State(app): State<App>,
    Path(of): Path<(String, String)>,
    caller: Result<Caller, Error>,
    Form(given): Form<AskForm>,
) -> Result<Response, PageError> {
    file(app, of, caller, given).await
}

/// The form that ends a task.
#[derive(Debug, Deserialize)]
pub(crate) struct EndForm {
    csrf: String,
    version: u64,
    status: String,
    #[serde(default)]
    note: String,
}

/// A task, and how it ends.
struct End {
    task: String,
    form: EndForm,
}

impl Work for End {
    fn csrf(&self) -> &str {
        &self.form.csrf
    }

    fn typed(&self) -> Vec<(&'static str, &str)> {
        Vec::new()
    }

    fn file(
        &self,
        app: &App,
        caller: &Caller,
        patient: &PatientId,
        trial: &views::TrialOfPatient,
    ) -> Result<(), Error> {
        let EndForm { status, note, version, .. } = &self.form;
        let ending = Ending { status, note, version: *version };
        task::end(app, caller, (patient, &trial.kept, &trial.offers), &self.task, &ending)
    }
}

/// `POST /patients/{id}/trials/{trial}/tasks/{task}`
pub(crate) async fn end(
    State(app): State<App>,
    Path((id, trial, task)): Path<(String, String, String)>,
    caller: Result<Caller, Error>,
    Form(form): Form<EndForm>,
) -> Result<Response, PageError> {
    file(app, (id, trial), caller, End { task, form }).await
}
