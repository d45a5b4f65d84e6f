//! Rows of a commit that wait for its end, to be put many at a time.

use crate::Failure;
use crate::store::{Executor, Value};
use std::collections::{BTreeMap, HashMap};

/// Rows by the statement that puts them, and whose resources they are.
pub(super) struct Pending<'a> {
    executor: &'a dyn Executor,
    rows: BTreeMap<&'static str, Vec<Vec<Value>>>,
    /// The compartment of each resource that waits.
    patients: HashMap<(String, String), String>,
}

impl<'a> Pending<'a> {
    pub(super) fn new(executor: &'a dyn Executor) -> Self {
        Self { executor, rows: BTreeMap::new(), patients: HashMap::new() }
    }

    pub(super) fn add(&mut self, put: &'static str, row: &[Value]) {
        self.rows.entry(put).or_default().push(row.to_vec());
    }

    /// Notes that a resource waits, and in which compartment.
    pub(super) fn put(&mut self, resource_type: &str, id: &str, patient: &str) {
        self.patients.insert((resource_type.to_owned(), id.to_owned()), patient.to_owned());
    }

    /// The compartment of a resource that waits.
    pub(super) fn patient_of(&self, resource_type: &str, id: &str) -> Option<&str> {
        let key = (resource_type.to_owned(), id.to_owned());
        self.patients.get(&key).map(String::as_str)
    }

    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        self.patients.clear();
        for (put, rows) in std::mem::take(&mut self.rows) {
            self.executor.execute_all(put, &rows)?;
        }
        Ok(())
    }
}
