//! A fixed number of read connections.

use super::{Connection, Executor};
use crate::Failure;
use std::sync::{Condvar, Mutex, PoisonError};

/// Read connections; a caller waits when all are taken.
pub(crate) struct Pool {
    free: Mutex<Vec<Box<dyn Connection>>>,
    returned: Condvar,
}

impl Pool {
    pub(crate) fn new(connections: Vec<Box<dyn Connection>>) -> Self {
        Self { free: Mutex::new(connections), returned: Condvar::new() }
    }

    /// Runs `work` in one read transaction, so that all its queries see one state.
    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&dyn Executor) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let taken = Taken { connection: Some(self.take()), pool: self };
        let connection = taken.connection.as_deref();
        let connection = connection.ok_or_else(|| Failure::Storage("no connection".to_owned()))?;
        connection.begin_read()?;
        let result = work(connection);
        connection.commit()?;
        result
    }

    fn take(&self) -> Box<dyn Connection> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match free.pop() {
                Some(connection) => return connection,
                None => free = self.returned.wait(free).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

/// A connection that goes back when it is dropped, whatever happened.
struct Taken<'a> {
    connection: Option<Box<dyn Connection>>,
    pool: &'a Pool,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.leave();
            let mut free = self.pool.free.lock().unwrap_or_else(PoisonError::into_inner);
            free.push(connection);
            self.pool.returned.notify_one();
        }
    }
}
