//! A lock that is held over transactions, for as long as its session lives.

use super::session::Session;
use super::{LOCK, PostgresUrl};
use crate::Failure;
use crate::store::values;

/// Second half of the lock of those who file genomes.
const FILING: i32 = 100;

/// The lock of those who file genomes; given back with its session.
pub(crate) struct Claim {
    session: Session,
}

impl Claim {
    /// Held together with all others who file.
    pub(crate) fn shared(url: &PostgresUrl) -> Result<Self, Failure> {
        let mut session = Session::connect(url, None)?;
        session.run(&format!("SELECT pg_advisory_lock_shared({LOCK}, {FILING})"))?;
        Ok(Self { session })
    }

    /// Held by one alone; `None` while anybody else holds it.
    pub(crate) fn alone(url: &PostgresUrl) -> Result<Option<Self>, Failure> {
        let mut session = Session::connect(url, None)?;
        let sql = format!("SELECT pg_try_advisory_lock({LOCK}, {FILING})");
        let got = session.query(&sql, values![])?;
        let got = got.first().map_or(Ok(false), |row| row.flag(0))?;
        Ok(got.then_some(Self { session }))
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // The server would give it back, too, but only once it notices that the session has ended.
        let _ = self.session.run("SELECT pg_advisory_unlock_all()");
    }
}
