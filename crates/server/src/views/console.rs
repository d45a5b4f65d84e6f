//! The feeds as the console shows them.

use super::identity::session;
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use intake::Feed;
use intake::unmapped;
use record::{FeedTraffic, RawState};
use std::collections::BTreeMap;
use web::view::{ConsoleView, FeedRow, FeedState, FeedView, MappedRow};

/// Feeds of the product itself, which nobody sends to.
const OWN: [&str; 1] = ["profiles"];

/// Every feed.
///
/// # Errors
/// When the caller may not see them, or the record fails.
pub(crate) fn console(app: &App, caller: &Caller) -> Result<ConsoleView, Error> {
    let traffic = traffic(app, caller)?;
    let mut feeds: Vec<FeedRow> = traffic
        .iter()
        .filter(|(id, _)| !OWN.contains(&id.as_str()))
        .map(|(id, traffic)| row(&app.feed(id), traffic))
        .collect();
    feeds.sort_by(|one, other| (one.state, &one.id).cmp(&(other.state, &other.id)));
    Ok(ConsoleView {
        session: session(app, caller)?,
        now: app.record().now(),
        feeds,
        errors: traffic.values().map(held).sum(),
        reviews: app.record().reviews_open(&caller.access)?,
    })
}

/// One feed; `None` if nothing is known of it.
///
/// # Errors
/// When the caller may not see it, or the record fails.
pub(crate) fn feed(app: &App, caller: &Caller, id: &str) -> Result<Option<FeedView>, Error> {
    let traffic = traffic(app, caller)?;
    let Some(traffic) = traffic.get(id) else { return Ok(None) };
    let feed = app.feed(id);
    let tasks = app.record().reviews(&caller.access, true)?;
    let states = traffic.states.iter().map(|(state, count)| (state.word().to_owned(), *count));
    let mapped = app.feeds().mapped(id).into_iter().map(|one| MappedRow {
        system: one.system,
        code: one.code,
        loinc: one.loinc,
    });
    let unmapped = tasks
        .into_iter()
        .map(|task| task.entry)
        .filter(|entry| unmapped::task_of(entry).is_some_and(|(feed, ..)| feed == id));
    Ok(Some(FeedView {
        session: session(app, caller)?,
        now: app.record().now(),
        row: row(&feed, traffic),
        states: states.collect(),
        settings: settings(&feed),
        mapped: mapped.collect(),
        unmapped: unmapped.map(|entry| entry.text).collect(),
        errors: held(traffic),
    }))
}

fn traffic(app: &App, caller: &Caller) -> Result<BTreeMap<String, FeedTraffic>, Error> {
    let feeds = app.feeds().all();
    let named: Vec<&str> = feeds.iter().map(|feed| feed.id.as_str()).collect();
    Ok(app.record().traffic(&caller.access, &named)?)
}

/// Messages of a feed on the error queue: all that are held but those that wait to be filed.
fn held(traffic: &FeedTraffic) -> u64 {
    let is_held = |state: &RawState| *state != RawState::Received;
    let held = traffic.held.iter().filter(|(state, _)| is_held(state));
    held.map(|(_, (count, _))| *count).sum()
}

fn row(feed: &Feed, traffic: &FeedTraffic) -> FeedRow {
    let waiting = traffic.held.get(&RawState::Received).map_or(0, |(count, _)| *count);
    let held = held(traffic);
    let is_silent = traffic.hours.iter().all(|count| *count == 0);
    // What was refused waits for nobody here.
    let refused = traffic.held.get(&RawState::Rejected).map_or(0, |(count, _)| *count);
    let state = match (held > refused, is_silent) {
        (true, _) => FeedState::Held,
        (false, true) => FeedState::Silent,
        (false, false) => FeedState::Running,
    };
    FeedRow {
        id: feed.id.clone(),
        state,
        profile: feed.profile.as_ref().map(ToString::to_string),
        hours: traffic.hours.clone(),
        last: traffic.last,
        waiting,
        held,
        oldest: traffic.held.values().map(|(_, since)| *since).min(),
    }
}

/// What a profile says, in words.
fn settings(feed: &Feed) -> Vec<(&'static str, String)> {
    let offset = feed.offset_minutes.map_or_else(
        || "not said: a time without an offset is not used".to_owned(),
        |minutes| format!("{minutes} minutes east of UTC"),
    );
    let authorities = feed.authorities.iter().map(|(name, system)| format!("{name} = {system}"));
    vec![
        ("Takes", feed.takes.join(", ")),
        ("Processing ids", feed.processing_ids.join(", ")),
        ("Codes of its own", feed.codes.len().to_string()),
        ("LOINC under", feed.loinc_under.join(", ")),
        ("Authorities", authorities.collect::<Vec<_>>().join(", ")),
        ("Times without an offset", offset),
        ("Orders required", if feed.orders_required { "yes" } else { "no" }.to_owned()),
        ("Documents from a folder", if feed.documents { "yes" } else { "no" }.to_owned()),
        (
            "Application acknowledgements",
            feed.acknowledge_to.clone().map_or_else(
                || "not sent: the profile names no destination".to_owned(),
                |id| format!("to the destination {id}"),
            ),
        ),
        ("Largest message", format!("{} bytes", feed.bytes_max)),
    ]
}
