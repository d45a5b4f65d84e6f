//! A page of a search whose candidates are known: they are asked about part by part, so that a
//! page is full before all of them are.

use crate::Failure;
use crate::store::{Executor, Row, Value};
use crate::vault::Builder;

/// Resources that are asked about at once.
const AT_ONCE: usize = 64;

/// Resources among which are all that match, asked about part by part with one statement.
pub(super) struct Candidates {
    /// Their numbers, in order.
    numbers: Vec<i64>,
    /// Where the values of a part begin in the statement.
    at: usize,
}

impl Candidates {
    /// Those with these numbers, which are in order.
    pub(super) fn new(numbers: Vec<i64>) -> Self {
        Self { numbers, at: 0 }
    }

    /// Adds the condition, whose values are put in later.
    pub(super) fn put(&mut self, to: &mut Builder) {
        to.push(" AND r.number IN (");
        self.at = to.values.len();
        for place in 0..AT_ONCE {
            to.push(if place == 0 { "" } else { ", " });
            to.bind(Value::Null);
        }
        to.push(")");
    }

    /// The statement's values for one part. What a short part leaves stays `NULL`, which no number
    /// equals.
    fn values(&self, page: &Builder, part: &[i64]) -> Vec<Value> {
        let mut values = page.values.clone();
        let places = values.iter_mut().skip(self.at).take(AT_ONCE);
        places.zip(part).for_each(|(value, number)| *value = Value::Int(*number));
        values
    }

    /// The rows of a page, and one more if there is another.
    pub(super) fn rows(
        &self,
        executor: &dyn Executor,
        page: &Builder,
        count: usize,
    ) -> Result<Vec<Row>, Failure> {
        let mut rows = Vec::new();
        for part in self.numbers.chunks(AT_ONCE) {
            rows.extend(executor.query(&page.sql, &self.values(page, part))?);
            if rows.len() > count {
                break;
            }
        }
        rows.truncate(count + 1);
        Ok(rows)
    }
}
