//! A view being run: resources in, a table out.

use crate::table::{Format, NotWritten, TableWriter};
use formats::fhir::access;
use formats::fhir::json::Literals;
use formats::fhir::view::{Fault, View};
use serde_json::Value;
use std::io::Write;
use std::ops::ControlFlow;

/// How a table of a view is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewSettings {
    /// The format.
    pub format: Format,
    /// Whether CSV begins with the names of the columns.
    pub has_header: bool,
    /// Most rows.
    pub rows_max: Option<u64>,
}

/// A view being run.
#[derive(Debug)]
pub struct ViewRun<'v, W: Write + Send> {
    view: &'v View,
    writer: TableWriter<W>,
    rows_max: Option<u64>,
    rows: u64,
}

/// Why a view was not run to its end.
#[derive(Debug, thiserror::Error)]
pub enum NotRun {
    /// A resource does not fit the view.
    #[error("{fault} (in {resource})")]
    Resource {
        /// Which one, `Observation/123`.
        resource: String,
        /// Why.
        fault: Fault,
    },
    /// The table.
    #[error(transparent)]
    NotWritten(#[from] NotWritten),
}

impl<'v, W: Write + Send> ViewRun<'v, W> {
    /// Begins the table.
    ///
    /// # Errors
    /// As [`TableWriter::new`].
    pub fn new(view: &'v View, settings: ViewSettings, output: W) -> Result<Self, NotWritten> {
        let ViewSettings { format, has_header, rows_max } = settings;
        let writer = TableWriter::new(format, &view.columns, has_header, output)?;
        Ok(Self { view, writer, rows_max, rows: 0 })
    }

    /// Writes the rows of a resource; breaks off when there are as many rows as may be.
    ///
    /// # Errors
    /// When the resource does not fit the view, or the table cannot be written.
    pub fn resource(
        &mut self,
        resource: &Value,
        literals: &Literals,
    ) -> Result<ControlFlow<()>, NotRun> {
        let is_full = |rows: u64| self.rows_max.is_some_and(|most| rows >= most);
        if is_full(self.rows) {
            return Ok(ControlFlow::Break(()));
        }
        let rows = self.view.rows(resource, literals).map_err(|fault| {
            let kind = access::resource_type(resource).unwrap_or("Resource");
            let resource = format!("{kind}/{}", access::id(resource).unwrap_or("?"));
            NotRun::Resource { resource, fault }
        })?;
        for row in rows {
            self.writer.row(&row)?;
            self.rows += 1;
            if is_full(self.rows) {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Ends the table; the output, and how many rows were written.
    ///
    /// # Errors
    /// As [`TableWriter::finish`].
    pub fn finish(self) -> Result<(W, u64), NotWritten> {
        Ok((self.writer.finish()?, self.rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn run(rows_max: Option<u64>) -> (String, u64) {
        let definition = json!({"resource": "Patient", "select": [
            {"forEach": "name", "column": [{"name": "family", "path": "family"}]}]});
        let view = View::read(&definition, &Literals::new()).0.unwrap();
        let settings = ViewSettings { format: Format::Csv, has_header: true, rows_max };
        let mut run = ViewRun::new(&view, settings, Vec::new()).unwrap();
        for families in [["A", "B"], ["C", "D"]] {
            let name = families.map(|family| json!({"family": family}));
            let patient = json!({"resourceType": "Patient", "name": name});
            let _ = run.resource(&patient, &Literals::new()).unwrap();
        }
        let (table, rows) = run.finish().unwrap();
        (String::from_utf8(table).unwrap(), rows)
    }

    #[test]
    fn rows_are_counted_up_to_the_limit() {
        for (rows_max, rows) in [(None, 4), (Some(0), 0), (Some(3), 3), (Some(4), 4), (Some(9), 4)]
        {
            let (table, count) = run(rows_max);
            assert_eq!(count, rows, "{rows_max:?}");
            assert_eq!(table.lines().count() as u64, rows + 1, "{rows_max:?}");
        }
    }

    #[test]
    fn a_resource_that_does_not_fit_is_named() {
        let definition = json!({"resource": "Patient", "select": [
            {"column": [{"name": "family", "path": "name.family"}]}]});
        let view = View::read(&definition, &Literals::new()).0.unwrap();
        let settings = ViewSettings { format: Format::Csv, has_header: true, rows_max: None };
        let mut run = ViewRun::new(&view, settings, Vec::new()).unwrap();
        let patient = json!({"resourceType": "Patient", "id": "p",
            "name": [{"family": "Secret"}, {"family": "Name"}]});
        let fault = run.resource(&patient, &Literals::new()).unwrap_err().to_string();
        assert!(fault.contains("(in Patient/p)") && !fault.contains("Secret"), "{fault}");
    }
}
