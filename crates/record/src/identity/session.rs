//! Sessions: a person who has logged in, until the clock, the idle time or the person ends it.

use crate::limit::{self, SESSION_IDLE_MINUTES_MAX};
use crate::sql::identity as sql;
use crate::store::values;
use crate::{Access, Action, Failure, Record};
use model::Timestamp;

/// How far the time of the last use may be behind, in microseconds: not every request is a write.
const SEEN_MICROS: i64 = 30 * 1_000_000;

/// A log-in that lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of its token, lower-case hex; the token itself is never kept.
    pub token_sha256: String,
    /// Whose.
    pub login: String,
    /// When it began.
    pub begun: Timestamp,
    /// When it was used last, to half a minute.
    pub seen: Timestamp,
    /// When the person last proved who it is.
    pub proven: Timestamp,
    /// By what: `password`, `password totp`, `passkey`, `provider`.
    pub factors: String,
    /// From when on it is no longer given out, however much it is used.
    pub expires: Timestamp,
}

impl Session {
    /// A session that begins now by a proof that was just given.
    pub fn new(
        token_sha256: impl Into<String>,
        login: impl Into<String>,
        factors: impl Into<String>,
        now: Timestamp,
        expires: Timestamp,
    ) -> Self {
        let (token_sha256, login) = (token_sha256.into(), login.into());
        let factors = factors.into();
        Self { token_sha256, login, begun: now, seen: now, proven: now, factors, expires }
    }
}

/// The time before which an unused session has ended.
fn idle_since(now: Timestamp) -> i64 {
    now.micros().saturating_sub(SESSION_IDLE_MINUTES_MAX * 60 * 1_000_000)
}

impl Record {
    /// Begins a session; sessions that have ended are cleared away with it.
    pub fn put_session(&self, access: &Access, session: Session) -> Result<(), Failure> {
        let Session { token_sha256, login, begun, seen, proven, factors, expires } = session;
        for (place, text) in
            [("token digest", &token_sha256), ("login", &login), ("factors", &factors)]
        {
            limit::text(place, text)?;
        }
        self.permit_identity(access, vec![format!("account/{login}"), format!("by/{factors}")])?;
        let tenant = access.tenant().as_str();
        let now = self.now();
        let ended = values![tenant, now.micros(), idle_since(now)].to_vec();
        let row = values![
            tenant,
            token_sha256,
            login,
            begun.micros(),
            seen.micros(),
            proven.micros(),
            factors,
            expires.micros(),
        ]
        .to_vec();
        self.write_identity(move |executor| {
            executor.execute(sql::SESSIONS_DROP_EXPIRED, &ended)?;
            executor.execute(sql::SESSION_PUT, &row).map(|_| ())
        })
    }

    /// A session that has not ended, by the SHA-256 of its token, and notes that it was used.
    pub fn session(&self, access: &Access, token_sha256: &str) -> Result<Option<Session>, Failure> {
        self.permit(access, Action::ReadAccounts)?;
        let tenant = access.tenant().as_str();
        let now = self.now();
        let key = values![tenant, token_sha256, now.micros(), idle_since(now)];
        let row = self.inner.decision.read(|executor| executor.first(sql::SESSION_GET, key))?;
        let Some(row) = row else { return Ok(None) };
        let time = |place: usize| row.int(place).map(Timestamp::from_micros);
        let session = Session {
            token_sha256: row.text(0)?.to_owned(),
            login: row.text(1)?.to_owned(),
            begun: time(2)?,
            seen: time(3)?,
            proven: time(4)?,
            factors: row.text(5)?.to_owned(),
            expires: time(6)?,
        };
        if now.micros().saturating_sub(session.seen.micros()) >= SEEN_MICROS {
            let micros = now.micros();
            let row = values![micros, tenant, token_sha256, micros].to_vec();
            self.write_identity(move |executor| {
                executor.execute(sql::SESSION_SEEN, &row).map(|_| ())
            })?;
        }
        Ok(Some(session))
    }

    /// Ends a session; one that is not there is ended already.
    pub fn delete_session(&self, access: &Access, token_sha256: &str) -> Result<(), Failure> {
        self.permit(access, Action::WriteAccounts)?;
        let key = values![access.tenant().as_str(), token_sha256].to_vec();
        self.write_identity(move |executor| executor.execute(sql::SESSION_DROP, &key).map(|_| ()))
    }

    /// Ends everything that an account has begun: sessions, and what applications may do for it.
    /// How many there were.
    pub fn end_sessions(&self, access: &Access, login: &str) -> Result<usize, Failure> {
        self.permit_identity(access, vec![format!("account/{login}")])?;
        let key = values![access.tenant().as_str(), login].to_vec();
        self.write_identity(move |executor| {
            let sessions = executor.execute(sql::SESSIONS_OF_DROP, &key)?;
            Ok(sessions + executor.execute(sql::TICKETS_OF_LOGIN_DROP, &key)?)
        })
    }
}
