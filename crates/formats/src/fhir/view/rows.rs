//! The rows of one resource.

use super::cell::{Cell, cell};
use super::{CELLS_MAX, Fault, Over, Placed, REPEAT_DEPTH_MAX, Row, Select, View};
use crate::fhir::access::resource_type;
use crate::fhir::json::Literals;
use crate::fhir::path::{Evaluation, Item, System};
use serde_json::Value;

impl View {
    /// The rows that a resource gives, with the numbers that its value cannot carry. A resource of
    /// another type gives none, and neither does one for which a condition does not hold.
    ///
    /// # Errors
    /// A [`Fault`] where the resource does not fit the view: several values in a column that is no
    /// collection, a value of another type than the column's, a condition that is neither true nor
    /// false, too many cells.
    pub fn rows(&self, resource: &Value, literals: &Literals) -> Result<Vec<Row>, Fault> {
        if resource_type(resource) != Some(self.resource.as_str()) {
            return Ok(Vec::new());
        }
        let evaluation = Evaluation::new(resource, literals, &self.constants);
        let mut run = Run { evaluation: &evaluation, cells: 0 };
        let item = evaluation.resource();
        for condition in &self.conditions {
            if !run.holds(condition, &item)? {
                return Ok(Vec::new());
            }
        }
        run.select(&self.root, &item, 0)
    }
}

struct Run<'r, 'v, 'c> {
    evaluation: &'r Evaluation<'v, 'c>,
    cells: usize,
}

impl<'v> Run<'_, 'v, '_> {
    fn evaluate(&self, path: &Placed, item: &Item<'v>, row: usize) -> Result<Vec<Item<'v>>, Fault> {
        let found = self.evaluation.evaluate(&path.expression, item, row);
        found.map_err(|fault| Fault { place: path.place.clone(), text: fault.to_string() })
    }

    /// Whether a condition holds; what is not known does not.
    fn holds(&self, condition: &Placed, item: &Item<'v>) -> Result<bool, Fault> {
        let found = self.evaluate(condition, item, 0)?;
        let mut values = found.iter().map(|item| self.evaluation.system(item));
        match (values.next(), values.next()) {
            (None, _) => Ok(false),
            (Some(Some(System::Boolean(value))), None) => Ok(value),
            _ => {
                let text = "the condition is neither true nor false".to_owned();
                Err(Fault { place: condition.place.clone(), text })
            }
        }
    }

    /// Rows of a selection on an item.
    fn select(&mut self, select: &Select, item: &Item<'v>, row: usize) -> Result<Vec<Row>, Fault> {
        let foci = match &select.over {
            Over::Itself => return self.on_one(select, item, row),
            Over::Each { path, .. } => self.evaluate(path, item, row)?,
            Over::Repeat(paths) => {
                let mut found = Vec::new();
                self.repeat(paths, item, 0, &mut found)?;
                found
            }
        };
        if foci.is_empty() && matches!(&select.over, Over::Each { or_null: true, .. }) {
            return Ok(vec![empty(select)]);
        }
        let mut rows = Vec::new();
        for (place, focus) in foci.iter().enumerate() {
            rows.append(&mut self.on_one(select, focus, place)?);
        }
        Ok(rows)
    }

    /// What the paths lead to, and what they lead to from there, each before what is below it.
    fn repeat(
        &mut self,
        paths: &[Placed],
        item: &Item<'v>,
        depth: usize,
        found: &mut Vec<Item<'v>>,
    ) -> Result<(), Fault> {
        for path in paths {
            for next in self.evaluate(path, item, 0)? {
                if depth >= REPEAT_DEPTH_MAX {
                    let text = format!("`repeat` goes deeper than {REPEAT_DEPTH_MAX} levels");
                    return Err(Fault { place: path.place.clone(), text });
                }
                self.count(path, 1)?;
                found.push(next.clone());
                self.repeat(paths, &next, depth + 1, found)?;
            }
        }
        Ok(())
    }

    fn count(&mut self, path: &Placed, cells: usize) -> Result<(), Fault> {
        self.cells = self.cells.saturating_add(cells);
        if self.cells > CELLS_MAX {
            let text = format!("one resource gives more than {CELLS_MAX} cells");
            return Err(Fault { place: path.place.clone(), text });
        }
        Ok(())
    }

    /// Rows of a selection on one of its items: its columns, with each of the rows of each
    /// selection in it, with each of those of its union.
    fn on_one(&mut self, select: &Select, item: &Item<'v>, row: usize) -> Result<Vec<Row>, Fault> {
        let mut cells = Vec::with_capacity(select.columns.len());
        for made in &select.columns {
            let items = self.evaluate(&made.path, item, row)?;
            self.count(&made.path, items.len().max(1))?;
            cells.push(cell(self.evaluation, made, &items)?);
        }
        let mut rows = vec![cells];
        for inner in &select.selects {
            let more = self.select(inner, item, row)?;
            rows = self.product(select, &rows, &more)?;
        }
        if !select.union.is_empty() {
            let mut more = Vec::new();
            for branch in &select.union {
                more.append(&mut self.select(branch, item, row)?);
            }
            rows = self.product(select, &rows, &more)?;
        }
        Ok(rows)
    }

    /// Each of the rows with each of the others.
    fn product(&mut self, select: &Select, rows: &[Row], more: &[Row]) -> Result<Vec<Row>, Fault> {
        let (width, added) = (rows.first().map_or(0, Vec::len), more.first().map_or(0, Vec::len));
        let cells = rows.len().saturating_mul(more.len()).saturating_mul(width + added);
        if let Some(made) = select.made().first() {
            self.count(&made.path, cells)?;
        }
        let mut joined = Vec::with_capacity(rows.len().saturating_mul(more.len()));
        for row in rows {
            for other in more {
                joined.push(row.iter().chain(other).cloned().collect());
            }
        }
        Ok(joined)
    }
}

/// The row of a selection that has nothing to go over.
fn empty(select: &Select) -> Row {
    vec![Cell::Null; select.made().len()]
}
