//! How often somebody may be wrong, and how many passwords are looked at beside each other.

use crate::error::Error;
use axum::http::StatusCode;
use model::Timestamp;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Wrong attempts of one account in [`WINDOW_MICROS`], whether there is such an account or not.
const ACCOUNT_FAILURES_MAX: usize = 10;
/// Wrong attempts from one address in [`WINDOW_MICROS`]: a ward behind one address is many people.
const ADDRESS_FAILURES_MAX: usize = 60;
/// The time in which they count: a quarter of an hour.
const WINDOW_MICROS: i64 = 15 * 60 * 1_000_000;
/// Accounts and addresses that are remembered.
const NAMES_MAX: usize = 20_000;
/// Passwords that are looked at beside each other: each takes 19 MiB and a tenth of a second.
const HASHES_MAX: usize = 4;
/// How long one waits for its turn.
const TURN: Duration = Duration::from_secs(10);

/// The address that a connection came from, as whoever listens tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerAddress(pub IpAddr);

/// Remembers who was wrong. It is of one process: a restart forgets.
#[derive(Debug)]
pub(crate) struct Limiter {
    wrong: Mutex<BTreeMap<String, Vec<i64>>>,
    hashes: Semaphore,
}

impl Default for Limiter {
    fn default() -> Self {
        Self { wrong: Mutex::default(), hashes: Semaphore::new(HASHES_MAX) }
    }
}

/// Who tries.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    account: String,
    address: Option<String>,
}

impl Attempt {
    /// An attempt for an account, from an address if it is known.
    pub(crate) fn new(login: &str, peer: Option<PeerAddress>) -> Self {
        let address = peer.map(|PeerAddress(address)| format!("address {address}"));
        Self { account: format!("account {}", crate::caller::token_digest(login)), address }
    }

    fn names(&self) -> impl Iterator<Item = (&String, usize)> {
        let address = self.address.iter().map(|name| (name, ADDRESS_FAILURES_MAX));
        std::iter::once((&self.account, ACCOUNT_FAILURES_MAX)).chain(address)
    }
}

impl Limiter {
    /// Whether it was wrong too often to be looked at now.
    pub(crate) fn is_blocked(&self, attempt: &Attempt, now: Timestamp) -> bool {
        let wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        let since = now.micros().saturating_sub(WINDOW_MICROS);
        attempt.names().any(|(name, limit)| {
            wrong
                .get(name)
                .is_some_and(|times| times.iter().filter(|at| **at > since).count() >= limit)
        })
    }

    /// Notes that it was wrong.
    pub(crate) fn note(&self, attempt: &Attempt, now: Timestamp) {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        let since = now.micros().saturating_sub(WINDOW_MICROS);
        if wrong.len() >= NAMES_MAX {
            wrong.retain(|_, times| times.iter().any(|at| *at > since));
        }
        for (name, limit) in attempt.names() {
            if wrong.len() >= NAMES_MAX && !wrong.contains_key(name) {
                // Somebody has to be forgotten: whoever was wrong longest ago.
                let oldest = wrong.iter().min_by_key(|(_, times)| times.last().copied());
                let oldest = oldest.map(|(name, _)| name.clone());
                oldest.and_then(|name| wrong.remove(&name));
            }
            let times = wrong.entry(name.clone()).or_default();
            times.retain(|at| *at > since);
            if times.len() < limit {
                times.push(now.micros());
            }
        }
    }

    /// Waits for the turn to look at a password.
    ///
    /// # Errors
    /// 503 when too many wait already.
    pub(crate) async fn turn(&self) -> Result<SemaphorePermit<'_>, Error> {
        let busy = || {
            let text = "too many people log in at once; please try again in a moment";
            Error::new(StatusCode::SERVICE_UNAVAILABLE, "throttled", text)
        };
        let waited = tokio::time::timeout(TURN, self.hashes.acquire()).await;
        waited.map_err(|_| busy())?.map_err(|_| busy())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000_000;

    #[test]
    fn an_account_is_left_alone_after_ten_wrong_attempts_for_a_quarter_of_an_hour() {
        let limiter = Limiter::default();
        let peer = |last: u8| Some(PeerAddress(IpAddr::from([10, 0, 0, last])));
        let at = |minutes: i64| Timestamp::from_micros(minutes * MINUTE);
        for number in 0..10 {
            let attempt = Attempt::new("ana", peer(number));
            assert!(!limiter.is_blocked(&attempt, at(1)), "{number}");
            limiter.note(&attempt, at(1));
        }
        assert!(limiter.is_blocked(&Attempt::new("ana", peer(99)), at(1)), "from wherever");
        assert!(!limiter.is_blocked(&Attempt::new("ben", peer(1)), at(1)));
        assert!(limiter.is_blocked(&Attempt::new("ana", None), at(15)));
        assert!(!limiter.is_blocked(&Attempt::new("ana", None), at(16)));
    }

    #[test]
    fn an_address_is_left_alone_whatever_names_it_tries() {
        let limiter = Limiter::default();
        let peer = Some(PeerAddress(IpAddr::from([10, 0, 0, 1])));
        let now = Timestamp::from_micros(MINUTE);
        for number in 0..60 {
            let attempt = Attempt::new(&format!("name-{number}"), peer);
            assert!(!limiter.is_blocked(&attempt, now), "{number}");
            limiter.note(&attempt, now);
        }
        assert!(limiter.is_blocked(&Attempt::new("another", peer), now));
        assert!(!limiter.is_blocked(&Attempt::new("another", None), now));
    }

    #[test]
    fn what_is_remembered_has_an_end() {
        let limiter = Limiter::default();
        for number in 0..NAMES_MAX + 10 {
            let now = Timestamp::from_micros(i64::try_from(number).unwrap());
            limiter.note(&Attempt::new(&number.to_string(), None), now);
        }
        assert!(limiter.wrong.lock().unwrap().len() <= NAMES_MAX);
    }
}
