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
            sort(&mut rows);
            executor.execute_all(put, &rows)?;
        }
        Ok(())
    }
}

/// Rows of one table that wait, whose values but for the tenant are `N` numbers.
pub(crate) struct Numbered<const N: usize> {
    put: &'static str,
    rows: Vec<[i64; N]>,
}

impl<const N: usize> Numbered<N> {
    pub(crate) fn new(put: &'static str) -> Self {
        Self { put, rows: Vec::new() }
    }

    pub(crate) fn add(&mut self, row: [i64; N]) {
        self.rows.push(row);
    }

    /// Puts all that wait, in the order of their keys.
    pub(crate) fn put(&mut self, executor: &dyn Executor, tenant: &str) -> Result<(), Failure> {
        self.rows.sort_unstable();
        executor.execute_numbers(self.put, tenant, N, self.rows.as_flattened())?;
        self.rows.clear();
        Ok(())
    }
}

/// Puts rows in order. Most begin with the same tenant, which then need not be looked at.
fn sort(rows: &mut [Vec<Value>]) {
    let first = rows.first().and_then(|row| row.first()).cloned();
    let is_alike = rows.iter().all(|row| row.first() == first.as_ref());
    let from = usize::from(is_alike);
    rows.sort_unstable_by(|one, next| one.get(from..).cmp(&next.get(from..)));
}
