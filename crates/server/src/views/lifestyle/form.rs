//! The form that takes answers.

use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::views::identity::{demographics, identity, session};
use formats::fhir::lifestyle::entry::{Fault, Given, choices};
use formats::fhir::lifestyle::{Item, Kind, items};
use model::PatientId;
use model::lifestyle::SaidBy;
use std::collections::BTreeMap;
use web::view::{LifestyleFormView, LifestyleQuestion, QuestionKind};

/// What stands in the form, and what is wrong with it.
pub(crate) struct FormState {
    pub(crate) on: String,
    pub(crate) said_by: SaidBy,
    /// The day that it was opened for, and the version of its answers then.
    pub(crate) opened: (String, u64),
    pub(crate) given: BTreeMap<String, Given>,
    pub(crate) notice: Option<String>,
    pub(crate) day_fault: Option<String>,
    pub(crate) faults: Vec<Fault>,
}

impl Default for FormState {
    fn default() -> Self {
        Self {
            on: String::new(),
            said_by: SaidBy::Patient,
            opened: (String::new(), 0),
            given: BTreeMap::new(),
            notice: None,
            day_fault: None,
            faults: Vec::new(),
        }
    }
}

/// The form about a patient whom the caller may see.
pub(crate) fn lifestyle_form(
    app: &App,
    caller: &Caller,
    id: &PatientId,
    state: FormState,
) -> Result<LifestyleFormView, Error> {
    let stored = app.record().read(&caller.access, "Patient", id.as_str())?;
    let stored = stored.filter(|stored| !stored.deleted).ok_or_else(Error::not_found)?;
    Ok(LifestyleFormView {
        session: session(app, caller)?,
        today: app.record().now().day(),
        id: id.clone(),
        identity: identity(&demographics(&stored)?),
        questions: items().iter().map(|item| question(item, &state)).collect(),
        on: state.on,
        said_by: state.said_by,
        opened: state.opened,
        notice: state.notice,
        day_fault: state.day_fault,
    })
}

fn question(item: &Item, state: &FormState) -> LifestyleQuestion {
    let given = state.given.get(item.link_id).cloned().unwrap_or_default();
    let fault = state.faults.iter().find(|(link, _)| *link == item.link_id);
    let owned = |(code, words): &(&str, &str)| ((*code).to_owned(), (*words).to_owned());
    LifestyleQuestion {
        link_id: item.link_id.to_owned(),
        topic: item.topic,
        asked: item.asked.to_owned(),
        kind: match item.kind {
            Kind::Smoking | Kind::YesNo => {
                QuestionKind::Choice(choices(item.kind).iter().map(owned).collect())
            }
            Kind::Number(unit) => QuestionKind::Number(unit.words.to_owned()),
            Kind::Day => QuestionKind::Day,
            Kind::Words => QuestionKind::Words,
        },
        value: given.value,
        is_not_known: given.is_not_known,
        fault: fault.map(|(_, words)| words.clone()),
    }
}
