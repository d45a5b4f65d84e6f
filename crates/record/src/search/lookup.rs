//! The numbers of concepts that a search asks for, looked up before it runs.
//!
//! A statement that holds the numbers leads a database from what is asked for to the resources
//! whatever it knows of its tables. One that holds the look-ups does so only where the statistics
//! are there: PostgreSQL has none of tables that were filled a moment ago, and then went through
//! every pair of rows of a composite for minutes.

use crate::Failure;
use crate::store::{Executor, Value};
use crate::vault::Builder;
use std::cell::RefCell;

/// Numbers that a statement holds for one value list; more are left to the database.
const CONCEPTS_MAX: usize = 64;
/// Stands where nothing is asked for that is known: no concept has this number.
const NO_CONCEPT: i64 = 0;

/// A query and its values, with what it found.
type Found = (String, Vec<Value>, Option<Vec<i64>>);

/// The look-ups of one search, each made once.
pub(super) struct Lookups<'e> {
    executor: &'e dyn Executor,
    found: RefCell<Vec<Found>>,
}

impl<'e> Lookups<'e> {
    pub(super) fn new(executor: &'e dyn Executor) -> Self {
        Self { executor, found: RefCell::default() }
    }

    /// The numbers that a query of concepts gives, at least one; `None` if they are too many.
    fn numbers(&self, concepts: &Builder) -> Result<Option<Vec<i64>>, Failure> {
        let is_same = |known: &&Found| known.0 == concepts.sql && known.1 == concepts.values;
        if let Some((_, _, found)) = self.found.borrow().iter().find(is_same) {
            return Ok(found.clone());
        }
        let sql = format!("SELECT q.concept FROM ({}) q LIMIT {}", concepts.sql, CONCEPTS_MAX + 1);
        let rows = self.executor.query(&sql, &concepts.values)?;
        let mut numbers = rows.iter().map(|row| row.int(0)).collect::<Result<Vec<i64>, _>>()?;
        if numbers.is_empty() {
            numbers.push(NO_CONCEPT);
        }
        // In order, so that the same search is the same statement.
        numbers.sort_unstable();
        numbers.dedup();
        let found = (rows.len() <= CONCEPTS_MAX).then_some(numbers);
        let known = (concepts.sql.clone(), concepts.values.clone(), found.clone());
        self.found.borrow_mut().push(known);
        Ok(found)
    }
}

/// Adds the concepts that `write` asks for: their numbers where look-ups can be made and they are
/// few, or else the query itself.
pub(super) fn concepts(
    to: &mut Builder,
    lookups: Option<&Lookups<'_>>,
    write: impl Fn(&mut Builder) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let Some(lookups) = lookups else { return write(to) };
    // `$1` is the tenant here, too.
    let tenant = to.values.first().cloned();
    let mut query = Builder::new("", tenant.as_slice());
    write(&mut query)?;
    match lookups.numbers(&query)? {
        None => write(to),
        Some(numbers) => {
            for (place, number) in numbers.into_iter().enumerate() {
                to.push(if place == 0 { "" } else { ", " });
                to.bind(number);
            }
            Ok(())
        }
    }
}
