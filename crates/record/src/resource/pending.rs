//! What a commit has put and not yet handed to the database.

use crate::Failure;
use crate::store::{Executor, Rows, Value};
use std::collections::HashMap;

/// Rows that wait for the end of the commit, and whose resources they are.
pub(super) struct Pending<'a> {
    executor: &'a dyn Executor,
    rows: Rows,
    /// The compartment of each resource that waits.
    patients: HashMap<(String, String), String>,
}

impl<'a> Pending<'a> {
    pub(super) fn new(executor: &'a dyn Executor) -> Self {
        Self { executor, rows: Rows::default(), patients: HashMap::new() }
    }

    pub(super) fn add(&mut self, put: &'static str, row: Vec<Value>) {
        self.rows.add(put, row);
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
        self.rows.put(self.executor)
    }
}
