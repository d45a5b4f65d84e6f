//! What waits for a person, from the archive's states and the review list.

use super::identity::session;
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use intake::unmapped;
use intake::work::is_hold;
use model::problem::first_error;
use record::limit::PAGE_ROWS_MAX;
use record::{Action, HELD, NewReview, RawState, RawSummary, Review, Role};
use web::view::{HeldRow, MayDo, NoteRow, QueuePage, QueueView, UnmappedCode, Urgency};

/// Messages of one page, and entries of the review list without one, each.
const ITEMS_MAX: usize = 200;

/// The items of a page: of the messages and of the entries those that wait longest, each for
/// itself, so that many of one kind leave the other its place.
///
/// # Errors
/// When the caller may not see them, or the record fails.
pub(crate) fn queue(
    app: &App,
    caller: &Caller,
    page: QueuePage,
    told: Option<String>,
    has_keys: bool,
) -> Result<QueueView, Error> {
    let reviews = app.record().reviews(&caller.access, true)?;
    let may = May::of(app, caller)?;
    let (mut items, mut entries) = (Vec::new(), Vec::new());
    let mut is_partial = reviews.len() >= PAGE_ROWS_MAX as usize;
    for state in states(page) {
        let count = u32::try_from(ITEMS_MAX + 1).unwrap_or(PAGE_ROWS_MAX);
        let messages = app.record().raw_after(&caller.access, *state, 0, count)?;
        is_partial |= messages.len() > ITEMS_MAX;
        // The archive's own word of a state may lag behind after a crash.
        for summary in messages.iter().filter(|one| states(page).contains(&one.state)) {
            items.push(held(&may, summary, hold_of(summary, &reviews)));
        }
    }
    for review in &reviews {
        let is_unmapped = review.entry.reason == unmapped::WORD;
        let is_here = match page {
            QueuePage::Errors => is_unmapped,
            QueuePage::Inbox => !is_unmapped,
        };
        let is_shown = items.iter().any(|item| item.review.as_deref() == Some(review.id.as_str()));
        if is_here && !is_shown {
            entries.push(listed(&may, review));
        }
    }
    for kind in [&mut items, &mut entries] {
        kind.sort_by_key(|item| (item.urgency, item.since));
        is_partial |= kind.len() > ITEMS_MAX;
        kind.truncate(ITEMS_MAX);
    }
    items.append(&mut entries);
    items.sort_by_key(|item| (item.urgency, item.since));
    Ok(QueueView {
        session: session(app, caller)?,
        page,
        now: app.record().now(),
        is_partial,
        items,
        told,
        has_keys,
    })
}

/// States whose messages a page shows.
fn states(page: QueuePage) -> &'static [RawState] {
    match page {
        QueuePage::Errors => {
            &[RawState::ParseError, RawState::Quarantined, RawState::Unmatched, RawState::Rejected]
        }
        // What was refused is the sender's to send again.
        QueuePage::Inbox => &[RawState::ParseError, RawState::Quarantined, RawState::Unmatched],
    }
}

/// How a message stands on the error queue, if it does.
///
/// # Errors
/// When the record fails.
pub(crate) fn of_message(
    app: &App,
    caller: &Caller,
    summary: &RawSummary,
) -> Result<Option<HeldRow>, Error> {
    if !is_held(summary.state) {
        return Ok(None);
    }
    let reviews = app.record().reviews(&caller.access, true)?;
    let may = May::of(app, caller)?;
    Ok(Some(held(&may, summary, hold_of(summary, &reviews))))
}

/// Whether a message in this state waits for a person.
pub(crate) fn is_held(state: RawState) -> bool {
    state != RawState::Received && HELD.contains(&state)
}

/// The open entries about what keeps a message from being filed: one, or several where two persons
/// took it up at once.
pub(crate) fn holds_of<'r>(
    summary: &'r RawSummary,
    reviews: &'r [Review],
) -> impl Iterator<Item = &'r Review> {
    let is_of_it = |entry: &NewReview| entry.raw.as_ref() == Some(&summary.id);
    reviews.iter().filter(move |review| is_hold(&review.entry) && is_of_it(&review.entry))
}

/// The first of them.
pub(crate) fn hold_of<'r>(summary: &'r RawSummary, reviews: &'r [Review]) -> Option<&'r Review> {
    holds_of(summary, reviews).next()
}

/// What the caller may do at all.
struct May {
    works: bool,
    resolves: bool,
    sets_states: bool,
    /// The page of a patient is made of statements.
    opens_patients: bool,
    role: Role,
}

impl May {
    fn of(app: &App, caller: &Caller) -> Result<Self, Error> {
        let may = |action| app.record().may(&caller.access, action);
        Ok(Self {
            works: may(Action::WorkReview)?,
            resolves: may(Action::ResolveReview)?,
            sets_states: may(Action::SetRawState)?,
            opens_patients: may(Action::ReadStatements)?,
            role: caller.role,
        })
    }
}

/// Whether somebody of this role puts such an item aside: whom a result is about, and which of two
/// is right, is for who answers for results.
pub(crate) fn may_dismiss(role: Role, state: Option<RawState>) -> bool {
    let is_technical =
        matches!(state, Some(RawState::ParseError | RawState::Quarantined | RawState::Rejected));
    role == Role::LaboratoryReviewer || role == Role::InterfaceAnalyst && is_technical
}

fn held(may: &May, summary: &RawSummary, hold: Option<&Review>) -> HeldRow {
    let state = summary.state;
    let (urgency, team) = match state {
        RawState::Unmatched => (Urgency::High, REVIEWERS),
        RawState::ParseError => (Urgency::High, ANALYSTS),
        RawState::Rejected => (Urgency::Low, ANALYSTS),
        _ => (Urgency::Medium, ANALYSTS),
    };
    let mut problems = summary.problems.clone();
    problems.sort_by_key(|problem| std::cmp::Reverse(problem.severity));
    HeldRow {
        raw: Some(summary.id.clone()),
        patient: None,
        review: hold.map(|review| review.id.clone()),
        word: state.word().to_owned(),
        reason: hold.map_or_else(|| reason(summary), |review| review.entry.text.clone()),
        feed: summary.feed.clone(),
        media_type: summary.media_type.clone(),
        since: summary.received,
        urgency,
        owner: hold.and_then(|review| review.owner.clone()),
        team,
        notes: hold.map(notes).unwrap_or_default(),
        problems,
        code: None,
        may: MayDo {
            work: may.works,
            // What was refused is the sender's, who was told, to send again.
            retry: may.sets_states && state != RawState::Rejected,
            dismiss: may.resolves && may.sets_states && may_dismiss(may.role, Some(state)),
            map: false,
        },
    }
}

const REVIEWERS: &str = "laboratory reviewers";
const ANALYSTS: &str = "interface analysts";

/// Why a message is held, in words: what the reader said first of its errors.
pub(crate) fn reason(summary: &RawSummary) -> String {
    let what = match summary.state {
        RawState::ParseError => "it could not be read",
        RawState::Quarantined => "it is not trusted",
        RawState::Rejected => "it was refused",
        RawState::Unmatched => "nobody knows for sure whose it is",
        _ => "it is held",
    };
    match first_error(&summary.problems) {
        Some(problem) => format!("{what}: {}", problem.text),
        None => what.to_owned(),
    }
}

fn notes(review: &Review) -> Vec<NoteRow> {
    let row = |note: &record::ReviewNote| NoteRow {
        at: note.at,
        actor: note.actor.clone(),
        text: note.text.clone(),
    };
    review.notes.iter().map(row).collect()
}

/// An entry of the review list by itself.
fn listed(may: &May, review: &Review) -> HeldRow {
    let entry = &review.entry;
    let code = unmapped::task_of(entry).map(|(feed, system, code)| UnmappedCode {
        feed: feed.to_owned(),
        system: system.to_owned(),
        code: code.to_owned(),
    });
    let is_code = code.is_some();
    let patient = entry.patient.as_ref().filter(|_| entry.raw.is_none());
    HeldRow {
        raw: entry.raw.clone(),
        patient: patient.map(|id| (id.clone(), may.opens_patients)),
        review: Some(review.id.clone()),
        word: entry.reason.clone(),
        reason: entry.text.clone(),
        feed: code.as_ref().map_or_else(String::new, |code| code.feed.clone()),
        media_type: entry.reason.clone(),
        since: review.created,
        urgency: if is_code { Urgency::Medium } else { Urgency::High },
        owner: review.owner.clone(),
        team: if is_code { ANALYSTS } else { REVIEWERS },
        notes: notes(review),
        problems: entry.problems.clone(),
        code,
        may: MayDo {
            work: may.works,
            retry: false,
            dismiss: may.resolves && may_dismiss(may.role, None),
            map: is_code && may.works && may.role == Role::InterfaceAnalyst,
        },
    }
}
