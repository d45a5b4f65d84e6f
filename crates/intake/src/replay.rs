//! Archived messages of a feed, read again by the profile in force: what facts would come and go,
//! and then for real.

use crate::difference::{Difference, difference, is_comparable};
use crate::failure::Failure;
use crate::feed::Feed;
use crate::receive::feed_access;
use model::PartialDate;
use record::limit::PAGE_ROWS_MAX;
use record::{Access, RawState, RawSummary, Record};
use std::str::FromStr;

/// From where messages are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// A place in the order of arrival.
    Sequence(u64),
    /// A day on which they were received.
    Day(PartialDate),
}

impl FromStr for Since {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_day = text.contains('-');
        let day = PartialDate::parse(text).filter(|day| is_day && day.day.is_some());
        match (text.parse(), day) {
            (Ok(sequence), _) => Ok(Self::Sequence(sequence)),
            (_, Some(day)) => Ok(Self::Day(day)),
            _ => Err(format!("`{text}` is neither a number nor a day such as 2026-01-12")),
        }
    }
}

/// What a replay came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Messages that were looked at.
    pub looked_at: usize,
    /// Those whose facts would be others.
    pub changed: usize,
    /// From where to go on, when there are more than were to be looked at.
    pub next: Option<u64>,
}

/// Compares what the filed messages of a feed would come to now with what stands, in the order of
/// arrival and at most `limit` of them; tells of each that differs or cannot be compared. What
/// differs is sent back to be read again `by` somebody, or only told if there is nobody.
///
/// # Errors
/// When the record fails; what was sent back before stays so.
pub fn replay(
    record: &Record,
    feed: &Feed,
    since: Since,
    limit: usize,
    by: Option<&Access>,
    told: &mut dyn FnMut(&RawSummary, Difference),
) -> Result<Replayed, Failure> {
    let access = feed_access(feed);
    let mut after = match since {
        Since::Sequence(first) => first.saturating_sub(1),
        Since::Day(_) => 0,
    };
    let mut done = Replayed::default();
    loop {
        let page = record.raw_after(&access, RawState::Filed, after, PAGE_ROWS_MAX)?;
        let Some(last) = page.last() else { return Ok(done) };
        after = last.sequence;
        for summary in page {
            let is_early = matches!(since, Since::Day(day) if summary.received.day() < day);
            if is_early || summary.feed != feed.id || !is_comparable(&summary.media_type) {
                continue;
            }
            if done.looked_at == limit {
                return Ok(Replayed { next: Some(summary.sequence), ..done });
            }
            let Some(message) = record.raw(&access, &summary.id)? else { continue };
            done.looked_at += 1;
            let difference = difference(record, feed, &message)?;
            let is_changed = !difference.gone.is_empty() || !difference.come.is_empty();
            if is_changed {
                done.changed += 1;
                if let Some(by) = by {
                    record.set_raw_state(by, &summary.id, RawState::Received, &[])?;
                }
            }
            if is_changed || difference.reason.is_some() {
                told(&summary, difference);
            }
        }
    }
}
