//! The messages that wait for a person.

use super::identity::{demographics, identity, session};
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use model::PatientId;
use record::{Action, Review};
use web::view::{Candidate, ReviewListView, ReviewRow};

/// The review list.
pub(crate) fn review_list(app: &App, caller: &Caller) -> Result<ReviewListView, Error> {
    let open = app.record().reviews(&caller.access, true)?;
    let mut messages = Vec::with_capacity(open.len());
    for review in &open {
        messages.extend(row(app, caller, review)?);
    }
    Ok(ReviewListView { session: session(app, caller)?, today: app.record().now().day(), messages })
}

fn row(app: &App, caller: &Caller, review: &Review) -> Result<Option<ReviewRow>, Error> {
    let Some(raw) = review.entry.raw.clone() else { return Ok(None) };
    let Some(message) = app.record().raw(&caller.access, &raw)? else { return Ok(None) };
    let mut candidates = Vec::new();
    for id in &review.entry.candidates {
        candidates.extend(candidate(app, caller, id)?);
    }
    Ok(Some(ReviewRow {
        raw,
        received: message.summary.received,
        door: message.summary.door,
        sender: Some(message.summary.feed.clone()),
        reason: review.entry.text.clone(),
        stated: intake::work::stated_identity(&message).map(|stated| identity(&stated)),
        candidates,
        problems: message.summary.problems,
    }))
}

/// A patient the caller may see; another one stays a number on the list. Reviewers compare names
/// and birth dates, so the resource is read: facts are not theirs.
fn candidate(app: &App, caller: &Caller, id: &PatientId) -> Result<Option<Candidate>, Error> {
    let access = &caller.access;
    if !app.record().may(access, Action::ReadClinical)? {
        return Ok(None);
    }
    let stored = app.record().read(access, "Patient", id.as_str())?;
    let Some(stored) = stored.filter(|stored| !stored.deleted) else { return Ok(None) };
    Ok(Some(Candidate {
        id: id.clone(),
        identity: identity(&demographics(&stored)?),
        agrees: Vec::new(),
        differs: Vec::new(),
    }))
}
