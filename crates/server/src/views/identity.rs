//! Who is signed in and whom a page is about.

use crate::app::App;
use crate::caller::Caller;
use model::patient::Patient;
use web::view::{Identity, Session};

/// Authorities whose identifiers are shown as the record number; the first identifier otherwise.
const RECORD_NUMBER: usize = 0;

/// The head of every page.
pub(crate) fn session(app: &App, caller: &Caller) -> Session {
    // A role that may not see the list gets no count of it; anything else would be an answer.
    let waiting = app.record().reviews(&caller.access, true).ok().map(|open| open.len());
    Session {
        name: caller.name.clone(),
        role: caller.role.word().replace('-', " "),
        csrf: caller.csrf.clone().unwrap_or_default(),
        reviews_waiting: waiting,
    }
}

/// A patient as banners show them.
pub(crate) fn identity(patient: &Patient) -> Identity {
    Identity {
        name: patient.names.first().cloned(),
        sex: patient.sex,
        born: patient.birth_date,
        mrn: patient.identifiers.get(RECORD_NUMBER).cloned(),
    }
}
