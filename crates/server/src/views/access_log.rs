//! Events of the audit log in plain words.

use super::identity::session;
use crate::app::App;
use crate::caller::{Caller, door};
use crate::error::Error;
use axum::http::StatusCode;
use model::{PatientId, Timestamp};
use record::{AuditEvent, AuditQuery};
use std::collections::BTreeMap;
use web::view::{AccessLogView, AccessRow};

/// Events on one page.
const EVENTS_A_PAGE: u32 = 100;

/// The access log of one patient, from a place on. A patient sees the own one only; another's is
/// not there.
pub(crate) fn access_log(
    app: &App,
    caller: &Caller,
    patient: &PatientId,
    before: Option<&str>,
) -> Result<AccessLogView, Error> {
    let query = AuditQuery {
        patient: Some(patient.as_str().to_owned()),
        before: before.map(place).transpose()?,
        count: EVENTS_A_PAGE,
        ..AuditQuery::default()
    };
    let page = app.record().audit_events(&caller.access, &query)?;
    let mut names = Names { app, known: BTreeMap::new() };
    let rows = page.events.iter().map(|event| row(&mut names, event));
    Ok(AccessLogView {
        rows: rows.collect::<Result<_, _>>()?,
        session: session(app, caller)?,
        patient: patient.clone(),
        older: page.next.map(|(at, number)| format!("{}-{number}", at.micros())),
    })
}

/// Reads where the page before ended.
fn place(text: &str) -> Result<(Timestamp, u64), Error> {
    let read = || {
        let (micros, number) = text.split_once('-')?;
        Some((Timestamp::from_micros(micros.parse().ok()?), number.parse().ok()?))
    };
    read().ok_or_else(|| {
        Error::new(StatusCode::BAD_REQUEST, "invalid", "`before` is no place of this list")
    })
}

/// Names of people, each looked up once.
struct Names<'a> {
    app: &'a App,
    known: BTreeMap<String, String>,
}

impl Names<'_> {
    /// Who it was, by name; the audit log's own word where there is no name any more.
    fn of(&mut self, actor: &str) -> Result<String, Error> {
        if let Some(name) = self.known.get(actor) {
            return Ok(name.clone());
        }
        let name = match actor.split_once(':') {
            Some(("account", login)) => {
                let door = door(&self.app.settings().tenant);
                let account = self.app.record().account(&door, login)?;
                account.map_or_else(|| login.to_owned(), |account| account.display_name)
            }
            Some(("client", id)) => format!("the system “{id}”"),
            _ => format!("the program itself ({actor})"),
        };
        self.known.insert(actor.to_owned(), name.clone());
        Ok(name)
    }
}

fn row(names: &mut Names<'_>, event: &AuditEvent) -> Result<AccessRow, Error> {
    let disclosed = event.disclosure.as_ref();
    Ok(AccessRow {
        at: event.time,
        who: names.of(&event.actor)?,
        role: event.role.replace('-', " "),
        application: event.application.as_deref().map(|name| names.of(name)).transpose()?,
        what: what(&event.action),
        purpose: purpose(&event.purpose).to_owned(),
        is_refused: !event.permitted,
        disclosed: disclosed.map(|one| (one.recipient.clone(), one.legal_basis.clone())),
    })
}

/// What was done, in words that need no training.
fn what(action: &str) -> String {
    match action {
        "read-clinical" => "Read results or other parts of the record",
        "read-facts" => "Read results for advice or a page",
        "read-statements" => "Read what results mean for medicines",
        "find-patients" => "Looked the patient up",
        "commit" => "Filed something in the record",
        "archive-raw" => "Received a message",
        "read-raw" => "Read a message as it was received",
        "put-statements" => "Worked out what results mean for medicines",
        "export" => "Exported data",
        "export-deidentified" => "Exported data without names for research",
        "count" => "Counted people for research",
        "read-audit" => "Read this list",
        "note-disclosure" => "Gave data to somebody else",
        "open-emergency" => "Opened the record in an emergency",
        "read-emergencies" => "Looked at an emergency",
        "review-emergency" => "Decided about an emergency",
        "file-findings" => "Looked through the list of accesses for snooping",
        "read-findings" => "Read what was found in the list of accesses",
        "answer-finding" => "Decided what was found in the list of accesses",
        "write-decisions" => "Noted advice that was shown",
        "read-decisions" => "Read which advice was shown",
        "write-care" => "Noted who cares for the patient",
        "read-care" => "Read who cares for the patient",
        "read-policy" => "Looked up who may see the record",
        "read-changes" => "Noticed that something was filed",
        "keep-carriers" => "Noted variants, so that carriers can be counted",
        "read-feedback" => "Read what was answered to advice",
        "notify" => "Told another system that something changed",
        "read-outbox" => "Looked at what waits to be sent to another system",
        "steer-outbox" => "Decided what is sent to another system",
        "read-reviews" => "Looked at what waits for a person",
        "work-review" => "Took care of something that waits for a person",
        "resolve-review" => "Decided what a message is about",
        "adopt-pack" => "Worked out what new knowledge changes",
        "read-pack-changes" => "Read what new knowledge changes",
        "erase-patient" => "Erased the record",
        other => {
            let mut letters = other.replace('-', " ").chars().collect::<Vec<_>>();
            letters.iter_mut().take(1).for_each(char::make_ascii_uppercase);
            return letters.into_iter().collect();
        }
    }
    .to_owned()
}

/// What for, in words that need no training.
fn purpose(word: &str) -> &str {
    match word {
        "treatment" => "Care",
        "operations" => "Running the hospital’s systems",
        "research" => "Research",
        "patient-request" => "The patient asked for it",
        "emergency" => "An emergency",
        "underwriting" => "Insurance (always refused)",
        "employment" => "Employment (always refused)",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use record::{Action, Purpose};

    #[test]
    fn places_are_read_or_refused() {
        let read = place("1767225600000000-17").unwrap();
        assert_eq!(read, (Timestamp::from_micros(1_767_225_600_000_000), 17));
        for bad in ["", "17", "a-1", "1-a", "1-2-3"] {
            assert!(place(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn every_purpose_has_words() {
        for known in Purpose::ALL {
            assert_ne!(purpose(known.word()), known.word());
        }
        for action in Action::ALL {
            let what = what(action.word());
            assert!(!what.contains('-') && what.starts_with(char::is_uppercase), "{what}");
        }
    }
}
