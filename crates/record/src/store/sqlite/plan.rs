//! What the planner makes of a query, for the tests that watch over it.

use super::Value;
use rusqlite::{Connection, params_from_iter};
use std::cell::RefCell;

thread_local! {
    static NOTED: RefCell<Option<Vec<Plan>>> = const { RefCell::new(None) };
}

/// A query and the steps of its plan.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) sql: String,
    pub(crate) steps: Vec<String>,
}

/// The plans of the queries that `work` has this thread ask.
pub(crate) fn of(work: impl FnOnce()) -> Vec<Plan> {
    NOTED.set(Some(Vec::new()));
    work();
    NOTED.take().unwrap()
}

pub(super) fn note(connection: &Connection, sql: &str, values: &[Value]) {
    NOTED.with_borrow_mut(|noted| {
        let Some(noted) = noted else { return };
        let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let steps = explain.query_map(params_from_iter(values), |row| row.get(3)).unwrap();
        noted.push(Plan { sql: sql.to_owned(), steps: steps.map(Result::unwrap).collect() });
    });
}
