//! Looking through the archive: a page of messages, the latest first, that goes on where the last
//! one ended whatever came in meanwhile.

use super::{RawState, RawSummary, summary, unopened};
use crate::limit::{self, PAGE_ROWS_MAX, rows};
use crate::sql::{archive as sql, record as record_sql};
use crate::store::{Executor, values};
use crate::vault::Vault;
use crate::{Access, Action, Failure, Record};
use model::{PatientId, Timestamp};

/// Messages that one page looks at, at most; a filter that few of them pass ends a page early.
const LOOKED_AT_MAX: u32 = 20_000;

/// What is looked for in the archive. What is left out does not narrow it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawQuery {
    /// Feed it came by.
    pub feed: Option<String>,
    /// What became of it.
    pub state: Option<RawState>,
    /// Media type it was archived under.
    pub media_type: Option<String>,
    /// The sender's own number of it (MSH-10), or the whole of the key it is known by.
    pub control_id: Option<String>,
    /// Not before this moment.
    pub since: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
    /// Filed for this patient.
    pub patient: Option<PatientId>,
    /// Before this place in the order of arrival.
    pub before: Option<u64>,
    /// How many at most, from 1 to [`PAGE_ROWS_MAX`].
    pub count: u32,
}

/// A page of messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawPage {
    /// The messages, the latest first, without their bytes.
    pub messages: Vec<RawSummary>,
    /// Before which place the next page begins; `None` where nothing is left to look at.
    pub next: Option<u64>,
}

impl RawQuery {
    fn check(&self) -> Result<(), Failure> {
        for (place, text) in [
            ("feed", &self.feed),
            ("media type", &self.media_type),
            ("control id", &self.control_id),
        ] {
            limit::text(place, text.as_deref().unwrap_or_default())?;
        }
        Ok(())
    }

    fn takes(&self, message: &RawSummary) -> bool {
        let is = |wanted: &Option<String>, found: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == found)
        };
        is(&self.feed, &message.feed)
            && is(&self.media_type, &message.media_type)
            && self.state.is_none_or(|state| state == message.state)
            && self.since.is_none_or(|since| message.received >= since)
            && self.until.is_none_or(|until| message.received < until)
            && self.control_id.as_deref().is_none_or(|wanted| {
                let key = message.message_key.as_deref().unwrap_or_default();
                key == wanted || key.rsplit('\u{1f}').next() == Some(wanted)
            })
    }
}

impl Record {
    /// Messages that a query asks for. Only those that are given are in the audit log.
    pub fn raw_page(&self, access: &Access, query: &RawQuery) -> Result<RawPage, Failure> {
        rows("count", query.count)?;
        query.check()?;
        self.permit(access, Action::ReadRaw)?;
        self.copy_lagging_states(access, PAGE_ROWS_MAX)?;
        let of_patient = match &query.patient {
            Some(patient) => Some(self.raws_of(access, patient)?),
            None => None,
        };
        self.audited_raw(access, &mut crate::audit::Touched::default(), |executor, vault| {
            let tenant = access.tenant().as_str();
            match of_patient {
                Some(ids) => listed(executor, vault, tenant, &ids, query),
                None => walked(executor, vault, tenant, query),
            }
        })
    }

    /// The first place in the order of arrival at which nothing was received before a moment. It
    /// tells nothing about a message, so it is not audited.
    pub fn raw_sequence_at(&self, access: &Access, moment: Timestamp) -> Result<u64, Failure> {
        self.permit(access, Action::ReadRaw)?;
        let tenant = access.tenant().as_str();
        self.inner.archive.read(|executor| sequence_at(executor, tenant, moment))
    }

    /// Ids of the messages that were filed for a patient.
    fn raws_of(&self, access: &Access, patient: &PatientId) -> Result<Vec<String>, Failure> {
        let key = values![access.tenant().as_str(), patient.as_str(), PAGE_ROWS_MAX];
        let found = self.inner.record.read(|executor| {
            let rows = executor.query(record_sql::RAWS_OF_PATIENT, key)?;
            rows.iter().map(|row| row.text(0).map(str::to_owned)).collect::<Result<Vec<_>, _>>()
        })?;
        Ok(found)
    }
}

/// Messages by their ids: a patient has few.
fn listed(
    executor: &dyn Executor,
    vault: &Vault<'_>,
    tenant: &str,
    ids: &[String],
    query: &RawQuery,
) -> Result<RawPage, Failure> {
    let mut found = Vec::new();
    for id in ids {
        let Some(row) = executor.first(sql::RAW_GET, values![tenant, id])? else { continue };
        let message = summary(vault, &row)?;
        let is_before = query.before.is_none_or(|before| message.sequence < before);
        if is_before && query.takes(&message) {
            found.push(message);
        }
    }
    found.sort_by_key(|message| std::cmp::Reverse(message.sequence));
    let is_more = found.len() > query.count as usize;
    found.truncate(query.count as usize);
    let next = found.last().map(|last| last.sequence).filter(|_| is_more);
    Ok(RawPage { messages: found, next })
}

/// Messages in the order of arrival, backwards.
fn walked(
    executor: &dyn Executor,
    vault: &Vault<'_>,
    tenant: &str,
    query: &RawQuery,
) -> Result<RawPage, Failure> {
    let mut before = match (query.before, query.until) {
        (Some(before), _) => before,
        (None, Some(until)) => sequence_at(executor, tenant, until)?,
        (None, None) => last_sequence(executor, tenant)? + 1,
    };
    let (mut page, mut looked_at) = (RawPage::default(), 0);
    while looked_at < LOOKED_AT_MAX {
        let rows = match query.state {
            Some(state) => {
                let key = values![tenant, state.word(), before, PAGE_ROWS_MAX];
                executor.query(sql::RAW_IN_STATE_BEFORE, key)?
            }
            None => executor.query(sql::RAW_BEFORE, values![tenant, before, PAGE_ROWS_MAX])?,
        };
        if rows.is_empty() {
            return Ok(page);
        }
        for row in &rows {
            looked_at += 1;
            before = row.count(1)?;
            let received = Timestamp::from_micros(row.int(7)?);
            if query.since.is_some_and(|since| received < since) {
                return Ok(page);
            }
            if !query.takes(&unopened(row)?) {
                continue;
            }
            page.messages.push(summary(vault, row)?);
            if page.messages.len() == query.count as usize {
                page.next = Some(before).filter(|before| *before > 1);
                return Ok(page);
            }
        }
    }
    page.next = Some(before).filter(|before| *before > 1);
    Ok(page)
}

/// The highest place in the order of arrival; 0 of an empty archive.
pub(super) fn last_sequence(executor: &dyn Executor, tenant: &str) -> Result<u64, Failure> {
    let row = executor.first(sql::RAW_BEFORE, values![tenant, i64::MAX, 1_u32])?;
    row.map_or(Ok(0), |row| row.count(1))
}

/// The first place at which nothing was received before a moment, found by halving: places and
/// times go up together.
pub(super) fn sequence_at(
    executor: &dyn Executor,
    tenant: &str,
    moment: Timestamp,
) -> Result<u64, Failure> {
    let (mut low, mut high) = (1, last_sequence(executor, tenant)? + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let row = executor.first(sql::RAW_FROM, values![tenant, middle])?;
        match row {
            Some(row) if row.int(1)? < moment.micros() => low = row.count(0)? + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}
