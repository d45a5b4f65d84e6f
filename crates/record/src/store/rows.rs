//! Rows that wait to be put many at a time.

use super::{Executor, Value};
use crate::Failure;
use std::collections::BTreeMap;

/// Rows by the statement that puts them.
#[derive(Default)]
pub(crate) struct Rows(BTreeMap<&'static str, Vec<Vec<Value>>>);

impl Rows {
    pub(crate) fn add(&mut self, put: &'static str, row: Vec<Value>) {
        self.0.entry(put).or_default().push(row);
    }

    /// Puts all that wait, in the order of their keys: neighbours then go to one page.
    pub(crate) fn put(&mut self, executor: &dyn Executor) -> Result<(), Failure> {
        for (put, mut rows) in std::mem::take(&mut self.0) {
            rows.sort_unstable();
            executor.execute_all(put, &rows)?;
        }
        Ok(())
    }
}
