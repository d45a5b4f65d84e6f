//! Codes of a feed, of observations and of answers, that its profile maps to nothing: tasks for
//! whoever keeps the profile.
//!
//! A message is filed all the same, its known results are not kept waiting; what stands under the
//! unknown code is kept with it and counts for nothing. There is one task for each code of a feed.
//! When a profile maps the code, everything that held it is read again by itself.

use crate::failure::Failure;
use crate::feed::Feed;
use crate::receive::feed_access;
use model::code::is_loinc;
use model::{Problem, RawId};
use record::{
    Access, NewReview, Purpose, RawState, Record, Review, Role, Scope, limit::PAGE_ROWS_MAX,
};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Stable word for the review list.
pub const WORD: &str = "unmapped";
/// Codes of the reader's problems: of observations, and of answers.
const UNKNOWN: [&str; 2] = ["unknown-code", "unknown-answer"];

/// The sender's system and code in a problem that the reader noticed.
pub fn code_of(problem: &Problem) -> Option<(&str, &str)> {
    let mut parts = problem.text.split('`');
    let (_, code, _, system) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    UNKNOWN.contains(&problem.code.as_str()).then_some((system, code))
}

fn text(feed: &Feed, (system, code): (&str, &str)) -> String {
    format!("the code `{code}` of `{system}` is mapped to nothing by the profile of {}", feed.id)
}

/// Held from looking for open tasks until the new ones are there, so that of two messages with one
/// unknown code the second sees the first one's task. Nothing for a message that needs none.
pub(crate) fn alone(problems: &[Problem]) -> Option<MutexGuard<'static, ()>> {
    static OPENING: Mutex<()> = Mutex::new(());
    let is_needed = problems.iter().any(|problem| code_of(problem).is_some());
    is_needed.then(|| OPENING.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Tasks for codes that no task is open for yet.
pub(crate) fn tasks(
    record: &Record,
    access: &Access,
    feed: &Feed,
    raw: &RawId,
    problems: &[Problem],
) -> Result<Vec<NewReview>, Failure> {
    let unknown: Vec<(&Problem, String)> = problems
        .iter()
        .filter_map(|problem| Some((problem, text(feed, code_of(problem)?))))
        .collect();
    if feed.profile.is_none() || unknown.is_empty() {
        return Ok(Vec::new());
    }
    let open = open(record, access)?;
    let is_new = |text: &String| !open.iter().any(|review| review.entry.text == *text);
    let tasks =
        unknown.into_iter().filter(|(_, text)| is_new(text)).map(|(problem, text)| NewReview {
            reason: WORD.to_owned(),
            raw: Some(raw.clone()),
            patient: None,
            candidates: Vec::new(),
            text,
            problems: vec![problem.clone()],
        });
    Ok(tasks.collect())
}

fn open(record: &Record, access: &Access) -> Result<Vec<Review>, Failure> {
    let mut open = record.reviews(access, true)?;
    open.retain(|review| review.entry.reason == WORD);
    Ok(open)
}

impl Feed {
    /// Whether its profile maps a code.
    fn maps(&self, (system, code): (&str, &str)) -> bool {
        let named = (system.to_owned(), code.to_owned());
        let is_listed = self.loinc_under.iter().any(|known| known == system);
        self.codes.contains_key(&named) || (is_listed && is_loinc(code))
    }
}

/// Closes the tasks that the profile of a feed has resolved, and sends every message that held one
/// of their codes back to be read again. How many those are.
///
/// # Errors
/// When the record fails; what was sent back stays so, and the next call goes on.
pub fn requeue(record: &Record, feed: &Feed) -> Result<usize, Failure> {
    let Some(profile) = &feed.profile else { return Ok(0) };
    let access = feed_access(feed);
    let resolved: Vec<Review> = open(record, &access)?
        .into_iter()
        .filter(|review| {
            let code = review.entry.problems.first().and_then(code_of);
            code.is_some_and(|code| review.entry.text == text(feed, code) && feed.maps(code))
        })
        .collect();
    if resolved.is_empty() {
        return Ok(0);
    }
    let (mut after, mut sent_back) = (0, 0);
    loop {
        let page = record.raw_after(&access, RawState::Filed, after, PAGE_ROWS_MAX)?;
        let Some(last) = page.last() else { break };
        after = last.sequence;
        for message in page.iter().filter(|message| message.feed == feed.id) {
            let is_mapped =
                |problem: &Problem| code_of(problem).is_some_and(|code| feed.maps(code));
            if message.problems.iter().any(is_mapped) {
                record.set_raw_state(&access, &message.id, RawState::Received, &[])?;
                sent_back += 1;
            }
        }
    }
    // Only now: a crash before this finds the tasks open, and begins again.
    let actor = access.actor().to_owned();
    let (role, purpose) = (Role::LaboratoryReviewer, Purpose::Treatment);
    let closing = Access::new(feed.tenant.clone(), actor, role, purpose, Scope::Tenant);
    for review in resolved {
        let words = format!("mapped by profile {profile}");
        match record.resolve_review(&closing, &review.id, &words) {
            // A person was faster.
            Ok(()) | Err(record::Failure::Conflict { .. }) => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(sent_back)
}

/// What a task of the review list is about: feed, the sender's system and code. `None` for any
/// other entry.
pub fn task_of(entry: &NewReview) -> Option<(&str, &str, &str)> {
    let (system, code) = code_of(entry.problems.first()?).filter(|_| entry.reason == WORD)?;
    let begin = format!("the code `{code}` of `{system}` is mapped to nothing by the profile of ");
    Some((entry.text.strip_prefix(begin.as_str())?, system, code))
}
