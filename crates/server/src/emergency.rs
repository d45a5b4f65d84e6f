//! Opening a patient in an emergency through an application: a header on a read says for whom and
//! why. It is the same emergency as on the pages: one patient, for reading, for an hour by the
//! clock, with a proof of the person that is fresh, and on the privacy officer's list at once.

use crate::app::App;
use crate::caller::Caller;
use crate::controllers::account::FRESH_MINUTES;
use crate::error::Error;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use model::PatientId;
use record::{Access, Action, EmergencyReason, NewEmergency, Scope};

/// Its value is a form: `patient`, and to open it `reason` and `text`.
const HEADER: &str = "x-cognate-emergency";

/// What the header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    patient: PatientId,
    /// Why, by word and in words; without them it has to be open.
    why: Option<(EmergencyReason, String)>,
    /// Whether the request reads what FHIR shows.
    is_reading: bool,
}

fn bad(text: &str) -> Error {
    Error::new(StatusCode::BAD_REQUEST, "invalid", format!("X-Cognate-Emergency {text}"))
}

impl Wish {
    /// The wish of a request, if it has one.
    ///
    /// # Errors
    /// 400 for a header that cannot be read.
    pub(crate) fn of(parts: &Parts) -> Result<Option<Self>, Error> {
        let Some(value) = value(&parts.headers)? else { return Ok(None) };
        let (mut patient, mut reason, mut text) = (None, None, None);
        for (name, value) in form_urlencoded::parse(value.as_bytes()) {
            let place = match name.as_ref() {
                "patient" => &mut patient,
                "reason" => &mut reason,
                "text" => &mut text,
                _ => return Err(bad("has a part that is not known")),
            };
            if place.replace(value.into_owned()).is_some() {
                return Err(bad("says a part twice"));
            }
        }
        let patient = patient.filter(|id| model::id::is_fhir_id(id));
        let patient = PatientId::new(patient.ok_or_else(|| bad("names no patient"))?);
        let why = match (reason, text) {
            (None, None) => None,
            (Some(reason), Some(text)) => {
                let reason = EmergencyReason::from_word(&reason);
                Some((reason.ok_or_else(|| bad("has a reason that is not known"))?, text))
            }
            _ => return Err(bad("has to say both `reason` and `text`")),
        };
        let is_read = [Method::GET, Method::HEAD].contains(&parts.method);
        let is_reading = is_read && parts.uri.path().starts_with("/fhir/");
        Ok(Some(Self { patient, why, is_reading }))
    }

    /// The caller for the one patient, whom this opens if it is not open yet.
    ///
    /// # Errors
    /// 403 for whoever is no person in a role that may, for anything but reading, and without a
    /// reason; 401 without a fresh proof; 404 for a patient who is not there or not the launch's.
    pub(crate) fn granted(self, app: &App, mut caller: Caller) -> Result<Caller, Error> {
        let refused = |text: &str| Error::new(StatusCode::FORBIDDEN, "forbidden", text);
        let record = app.record();
        let is_person = caller.access.actor().starts_with("account:");
        if !is_person || !record.may(&caller.access, Action::OpenEmergency)? {
            return Err(refused("your role opens no patient in an emergency"));
        }
        if !self.is_reading {
            return Err(refused("an emergency is for reading"));
        }
        if let Scope::Patients(patients) = caller.access.scope()
            && !patients.contains(&self.patient)
        {
            return Err(Error::not_found());
        }
        let open = match record.emergency_access(&caller.access, &self.patient)? {
            Some(open) => open,
            None => self.opened(app, &caller)?,
        };
        // What is done is still done through the application.
        caller.access = match caller.access.application() {
            Some(application) => open.through_application(application),
            None => open,
        };
        Ok(caller)
    }

    fn opened(self, app: &App, caller: &Caller) -> Result<Access, Error> {
        let Some((reason, text)) = self.why else {
            let text = "no emergency is open for this patient; say `reason` and `text`";
            return Err(Error::new(StatusCode::FORBIDDEN, "forbidden", text));
        };
        let record = app.record();
        caller.require_fresh(record.now(), FRESH_MINUTES)?;
        let new = NewEmergency { patient: self.patient, reason, text };
        let emergency = record.open_emergency(&caller.access, new)?;
        tracing::warn!(emergency = %emergency.id, "a patient was opened in an emergency");
        let open = record.emergency_access(&caller.access, &emergency.patient)?;
        open.ok_or_else(Error::not_found)
    }
}

/// The header's value; two of them are nobody's wish.
fn value(headers: &HeaderMap) -> Result<Option<String>, Error> {
    let mut values = headers.get_all(HEADER).into_iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(bad("is there twice"));
    }
    let text = value.to_str().map_err(|_| bad("cannot be read"))?;
    Ok(Some(text.to_owned()))
}
