//! Moves the write-ahead log of a database into its file beside the connection that writes
//! ("Write-Ahead Logging" in SQLite's documentation calls it a checkpoint). Otherwise whoever
//! happens to fill the log waits until thousands of pages are copied and synced.
//!
//! Never: what decides whether something is durable. Each commit syncs the log itself; the log is
//! begun anew only once all of it is in the file and synced.

use super::{Sqlite, storage};
use crate::Failure;
use rusqlite::hooks::Wal;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use zeroize::Zeroizing;

/// Pages of the log from which on they are moved; what is written often is moved once.
const PAGES_MOVED_FROM: i32 = 4000;
/// So few are left to who writes: it alone can see to it that none comes after them.
const PAGES_LEFT: i64 = 500;
/// From here on who writes moves all that is left: the mover does not keep up.
const PAGES_MAX: i32 = 48_000;
/// Times that the log is gone through for one request; each time it holds what came meanwhile.
const PASSES_MAX: usize = 8;

#[derive(Default)]
struct State {
    is_asked: bool,
    /// Hardly anything is left to be moved.
    is_caught_up: bool,
    is_closing: bool,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    asked: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// After a commit. Whether who committed is to move what is left.
    fn committed(&self, pages: i32) -> bool {
        let mut state = self.lock();
        if pages < PAGES_MOVED_FROM {
            state.is_caught_up = false;
            return false;
        }
        let is_mine = std::mem::take(&mut state.is_caught_up);
        if !is_mine && !state.is_asked {
            state.is_asked = true;
            self.asked.notify_one();
        }
        is_mine || pages >= PAGES_MAX
    }

    /// Waits for being asked; `false` at the end.
    fn wait(&self) -> bool {
        let mut state = self.lock();
        while !state.is_asked && !state.is_closing {
            state = self.asked.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        !state.is_closing
    }

    fn run(&self, connection: &Sqlite) {
        while self.wait() {
            let is_caught_up = (0..PASSES_MAX).any(|_| {
                // What fails is tried again by the next one, who writes among them.
                self.lock().is_closing || connection.move_log().is_ok_and(|left| left <= PAGES_LEFT)
            });
            let mut state = self.lock();
            state.is_asked = false;
            state.is_caught_up = is_caught_up;
        }
    }
}

/// A thread that moves the log, as long as this is kept.
pub(super) struct Mover {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Mover {
    /// Has the log moved that `writer` fills.
    pub(super) fn start(
        writer: &mut rusqlite::Connection,
        path: &Path,
        raw_key: &str,
    ) -> Result<Self, Failure> {
        let shared = Arc::<Shared>::default();
        let asks = Arc::clone(&shared);
        let hook = move |log: &mut Wal, pages| {
            // What is not moved stays in the log, where it is as durable.
            let _ = asks.committed(pages).then(|| log.checkpoint());
            Ok(())
        };
        writer.wal_hook(Some(hook)).map_err(|error| storage(&error))?;
        let (path, raw_key) = (path.to_owned(), Zeroizing::new(raw_key.to_owned()));
        let moves = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("log-mover".to_owned())
            .spawn(move || {
                // Opened once there is something to move.
                if moves.wait()
                    && let Ok(connection) = Sqlite::open(&path, &raw_key, true)
                {
                    moves.run(&connection);
                }
            })
            .map_err(|error| Failure::Storage(error.to_string()))?;
        Ok(Self { shared, thread: Some(thread) })
    }
}

impl Drop for Mover {
    fn drop(&mut self) {
        self.shared.lock().is_closing = true;
        self.shared.asked.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Sqlite {
    /// Moves what the log has into the file, as far as no reader needs what was there before; how
    /// many pages are left.
    fn move_log(&self) -> Result<i64, Failure> {
        let numbers = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?));
        let moved = self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], numbers);
        let (pages, moved) = moved.map_err(|error| storage(&error))?;
        Ok(pages - moved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Connection as _, Executor as _, values};

    const KEY: &str = "abababababababababababababababababababababababababababababababab";
    const PUT: &str = "INSERT INTO a (b, c) VALUES ($1, $2)";

    #[test]
    fn a_log_does_not_grow_while_it_is_written_to() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.db");
        let writer = Sqlite::open(&path, KEY, true).unwrap().moving_beside(&path, KEY).unwrap();
        writer.execute("CREATE TABLE a (b INTEGER PRIMARY KEY, c BLOB)", &[]).unwrap();
        let page = vec![7_u8; 3500];
        let log = directory.path().join("a.db-wal");
        let mut longest = 0;
        for commit in 0..400_i64 {
            writer.begin_write().unwrap();
            for row in 0..100 {
                writer.execute(PUT, values![commit * 100 + row, page.clone()]).unwrap();
            }
            writer.commit().unwrap();
            longest = longest.max(std::fs::metadata(&log).unwrap().len());
        }
        // All that was written is 160 MB.
        assert!(longest < 110_000_000, "{longest}");
        let left = Sqlite::open(&path, KEY, false).unwrap();
        let count = left.query("SELECT count(*) FROM a", &[]).unwrap();
        assert_eq!(count.first().unwrap().int(0).unwrap(), 40_000);
    }

    #[test]
    fn who_writes_moves_the_end_and_nothing_is_moved_twice() {
        let shared = Shared::default();
        assert!(!shared.committed(PAGES_MOVED_FROM - 1));
        assert!(!shared.lock().is_asked);
        assert!(!shared.committed(PAGES_MOVED_FROM));
        assert!(shared.lock().is_asked, "somebody else moves it");
        assert!(!shared.committed(PAGES_MOVED_FROM + 100));
        {
            let mut state = shared.lock();
            (state.is_asked, state.is_caught_up) = (false, true);
        }
        assert!(shared.committed(PAGES_MOVED_FROM + 200));
        assert!(!shared.lock().is_asked);
        // The log was begun anew.
        assert!(!shared.committed(3));
        // A reader has kept it from that.
        shared.lock().is_asked = true;
        assert!(shared.committed(PAGES_MAX));
    }
}
