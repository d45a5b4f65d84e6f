//! The messages that wait for a person.

use super::identity::{identity, session};
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use model::PatientId;
use model::fact::FactContent;
use record::Review;
use web::view::{Candidate, ReviewListView, ReviewRow};

/// The review list.
pub(crate) fn review_list(app: &App, caller: &Caller) -> Result<ReviewListView, Error> {
    let open = app.record().reviews(&caller.access, true)?;
    let mut messages = Vec::with_capacity(open.len());
    for review in &open {
        messages.extend(row(app, caller, review)?);
    }
    Ok(ReviewListView { session: session(app, caller), today: app.record().now().day(), messages })
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

/// A patient the caller may see; another one stays a number on the list.
fn candidate(app: &App, caller: &Caller, id: &PatientId) -> Result<Option<Candidate>, Error> {
    let facts = match app.record().facts(&caller.access, id) {
        Ok(facts) => facts,
        Err(record::Failure::Denied { .. }) => return Ok(None),
        Err(failure) => return Err(failure.into()),
    };
    Ok(facts.iter().find_map(|filed| match &filed.fact.content {
        FactContent::Patient(patient) => Some(Candidate {
            id: id.clone(),
            identity: identity(patient),
            agrees: Vec::new(),
            differs: Vec::new(),
        }),
        _ => None,
    }))
}
