//! Archived messages of a feed, read again by the profile in force: what facts would come and go,
//! and then for real.

use crate::beside::{self, BYTES_MAX};
use crate::difference::{Difference, compared, is_comparable};
use crate::failure::Failure;
use crate::feed::Feed;
use crate::reading::Now;
use crate::receive::feed_access;
use model::{PartialDate, RawId, Timestamp};
use record::limit::PAGE_ROWS_MAX;
use record::{Access, NewReading, RawState, RawSummary, Record};
use std::str::FromStr;

/// Messages that are compared before any of them is told of.
const AT_ONCE: usize = 128;

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
    /// Those of them that were read; of the others nothing is another that their reading rests on.
    pub read: usize,
    /// Those whose facts would be others.
    pub changed: usize,
    /// From where to go on, when there are more than were to be looked at.
    pub next: Option<u64>,
}

/// What is asked of a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// From where.
    pub since: Since,
    /// Messages of the feed that are looked at, at most.
    pub messages_max: usize,
    /// Messages of all feeds that are passed on the way, at most.
    pub passed_max: usize,
    /// Whether what differs is sent back to be read again, or only told.
    pub is_done: bool,
    /// Whether every message is read, those too of which nothing is another that their reading
    /// rests on.
    pub is_thorough: bool,
}

/// Compares what the filed messages of a feed would come to now with what stands, in the order of
/// arrival; tells of each that differs or cannot be compared, and sends what differs back to be
/// read again if that is asked. What is looked at is read as `reader`, and of what stands only what
/// `reader` may see is told; what is passed on the way is shown to nobody.
///
/// # Errors
/// When the record fails; what was sent back before stays so.
pub fn replay(
    record: &Record,
    feed: &Feed,
    reader: &Access,
    asked: Asked,
    told: &mut dyn FnMut(&RawSummary, Difference),
) -> Result<Replayed, Failure> {
    let walker = feed_access(feed);
    let mut after = begin(record, reader, asked.since)?;
    let mut done = Replayed::default();
    let mut left = asked.passed_max;
    let now = (!asked.is_thorough).then(|| Now::new(feed));
    loop {
        let count = u32::try_from(left).unwrap_or(PAGE_ROWS_MAX).min(PAGE_ROWS_MAX);
        if count == 0 {
            // Whether there is one more is seen without passing it.
            let is_more = !record.raw_after(&walker, RawState::Filed, after, 1)?.is_empty();
            return Ok(Replayed { next: is_more.then_some(after + 1), ..done });
        }
        let page = record.raw_after(&walker, RawState::Filed, after, count)?;
        let Some(last) = page.last() else { return Ok(done) };
        (after, left) = (last.sequence, left - page.len());
        let is_asked = |summary: &RawSummary| {
            let is_early = matches!(asked.since, Since::Day(day) if summary.received.day() < day);
            !is_early && summary.feed == feed.id && is_comparable(&summary.media_type)
        };
        let page: Vec<RawSummary> = page.into_iter().filter(is_asked).collect();
        let room = asked.messages_max - done.looked_at;
        let (looked_at, beyond) = page.split_at(room.min(page.len()));
        let read = match &now {
            Some(now) => not_standing(now, record, reader, looked_at)?,
            None => looked_at.iter().collect(),
        };
        done.looked_at += looked_at.len() - read.len();
        for some in read.chunk_by(|one, next| is_short(one) && is_short(next)) {
            for some in some.chunks(AT_ONCE) {
                let compared = compare(record, feed, reader, some);
                let mut readings = Vec::new();
                for (summary, compared) in some.iter().zip(compared) {
                    let Some((difference, reading)) = compared? else { continue };
                    readings.extend(reading.filter(|_| asked.is_done));
                    done.looked_at += 1;
                    done.read += 1;
                    if difference.is_change() {
                        if asked.is_done && !send_back(record, reader, summary)? {
                            continue;
                        }
                        done.changed += 1;
                    }
                    if difference.is_change() || difference.reason.is_some() {
                        told(summary, difference);
                    }
                }
                // The next replay need not read what stands.
                record.keep_readings(&walker, readings)?;
            }
        }
        if let Some(next) = beyond.first() {
            return Ok(Replayed { next: Some(next.sequence), ..done });
        }
    }
}

/// Those of some messages that have to be read.
fn not_standing<'s>(
    now: &Now<'_>,
    record: &Record,
    reader: &Access,
    messages: &'s [RawSummary],
) -> Result<Vec<&'s RawSummary>, Failure> {
    let ids: Vec<RawId> = messages.iter().map(|summary| summary.id.clone()).collect();
    let stand = now.stand(record, reader, &ids)?;
    let read = messages.iter().zip(stand).filter(|(_, stands)| !stands);
    Ok(read.map(|(summary, _)| summary).collect())
}

fn is_short(summary: &RawSummary) -> bool {
    usize::try_from(summary.length_bytes).is_ok_and(|length| length <= BYTES_MAX)
}

/// What a message differs by, or by what it was read.
type Compared = (Difference, Option<NewReading>);

/// Compares some messages, beside each other; nothing for one that is not there any more. What each
/// thread reads is noted as one, so that it waits for the disk once.
fn compare(
    record: &Record,
    feed: &Feed,
    reader: &Access,
    summaries: &[&RawSummary],
) -> Vec<Result<Option<Compared>, Failure>> {
    let one = |record: &Record, summary: &RawSummary| {
        let message = record.raw(reader, &summary.id)?;
        message.map(|message| compared(record, feed, reader, &message)).transpose()
    };
    let parts: Vec<&[&RawSummary]> = summaries.chunks(AT_ONCE / beside::THREADS_MAX).collect();
    let compared = beside::each(&parts, |part| {
        record.read_together(|record| {
            Ok::<_, Failure>(part.iter().map(|summary| one(record, summary)).collect::<Vec<_>>())
        })
    });
    let all =
        compared.into_iter().flat_map(|part| part.unwrap_or_else(|failure| vec![Err(failure)]));
    all.collect()
}

/// Sends a message back to be read again, unless somebody did something with it meanwhile.
fn send_back(record: &Record, reader: &Access, summary: &RawSummary) -> Result<bool, Failure> {
    let states = (RawState::Filed, RawState::Received);
    match record.change_raw_state(reader, &summary.id, states, &[]) {
        Ok(()) => Ok(true),
        Err(record::Failure::Conflict { .. }) => Ok(false),
        Err(failure) => Err(failure.into()),
    }
}

/// The place behind which messages are looked at.
fn begin(record: &Record, reader: &Access, since: Since) -> Result<u64, Failure> {
    let first = match since {
        Since::Sequence(first) => first,
        Since::Day(day) => match Timestamp::parse(&format!("{day}T00:00:00Z")) {
            Some(begin) => record.raw_sequence_at(reader, begin)?,
            None => 1,
        },
    };
    Ok(first.saturating_sub(1))
}
