//! How much came in by which feed, and what of it did not get through. Counts only: they tell
//! nothing about a message, so looking at them is not audited.

use super::RawState;
use super::browse::sequence_at;
use crate::sql::archive as sql;
use crate::store::values;
use crate::{Access, Action, Failure, Record};
use model::Timestamp;
use std::collections::BTreeMap;

/// Hours of the clock that are counted one by one, the one that runs among them.
pub const TRAFFIC_HOURS: usize = 24;
/// Microseconds of an hour.
const HOUR: i64 = 3_600_000_000;

/// States of messages that somebody or something has to go on with.
pub const HELD: [RawState; 5] = [
    RawState::Received,
    RawState::Unmatched,
    RawState::ParseError,
    RawState::Quarantined,
    RawState::Rejected,
];

/// What came in by one feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedTraffic {
    /// Messages of each of the last [`TRAFFIC_HOURS`] hours of the clock, the oldest hour first.
    pub hours: Vec<u64>,
    /// Messages of these hours by what became of them.
    pub states: BTreeMap<RawState, u64>,
    /// When the last one came.
    pub last: Option<Timestamp>,
    /// Messages of all time that are in a state of [`HELD`]: how many, and since when the first.
    pub held: BTreeMap<RawState, (u64, Timestamp)>,
}

impl Record {
    /// What came in by each feed until now, and by these whether or not anything came.
    pub fn traffic(
        &self,
        access: &Access,
        feeds: &[&str],
    ) -> Result<BTreeMap<String, FeedTraffic>, Failure> {
        self.permit(access, Action::ReadRaw)?;
        self.copy_later_states()?;
        let tenant = access.tenant().as_str();
        let hours = i64::try_from(TRAFFIC_HOURS).unwrap_or(i64::MAX);
        let first = self.now().micros() / HOUR - (hours - 1);
        let begin = Timestamp::from_micros(first * HOUR);
        let empty = || FeedTraffic { hours: vec![0; TRAFFIC_HOURS], ..FeedTraffic::default() };
        self.inner.archive.read(|executor| {
            let mut found: BTreeMap<String, FeedTraffic> =
                feeds.iter().map(|feed| ((*feed).to_owned(), empty())).collect();
            let from = sequence_at(executor, tenant, begin)?;
            for row in executor.query(sql::RAW_HOURS, values![tenant, from])? {
                let feed = found.entry(row.text(0)?.to_owned()).or_insert_with(empty);
                let (count, last) = (row.count(3)?, Timestamp::from_micros(row.int(4)?));
                if let Some(state) = RawState::from_word(row.text(1)?) {
                    *feed.states.entry(state).or_default() += count;
                }
                let hour = usize::try_from(row.int(2)? - first).ok();
                if let Some(hour) = hour.and_then(|hour| feed.hours.get_mut(hour)) {
                    *hour += count;
                }
                feed.last = feed.last.max(Some(last));
            }
            for state in HELD {
                for row in executor.query(sql::RAW_HELD, values![tenant, state.word()])? {
                    let feed = found.entry(row.text(0)?.to_owned()).or_insert_with(empty);
                    let first = Timestamp::from_micros(row.int(2)?);
                    feed.held.insert(state, (row.count(1)?, first));
                }
            }
            for (name, feed) in found.iter_mut().filter(|(_, feed)| feed.last.is_none()) {
                let row = executor.first(sql::RAW_LAST_OF_FEED, values![tenant, name.as_str()])?;
                feed.last = row.map(|row| row.int(1).map(Timestamp::from_micros)).transpose()?;
            }
            Ok(found)
        })
    }
}
