//! ViewDefinitions of SQL on FHIR v2: a resource type as rows of a table.
//!
//! A view is read and checked once, and then gives the rows of one resource at a time, so that
//! memory does not grow with their number. What a view cannot say clearly is a [`Problem`] when it
//! is read (an element that is not known, too: a filter that was misspelt would let everybody
//! through); a resource that does not fit it is a fault, never a row that is missing or made up.
//!
//! Never: the store, the network, a cell of another type than its column.
//! Rules come from SQL on FHIR v2 (2.1), StructureDefinition ViewDefinition.

mod cell;
mod check;
mod read;
mod rows;

pub use cell::Cell;

use super::json::Literals;
use super::path::{Constants, Expression, Kind};
use model::Problem;
use serde_json::Value;
use std::fmt;

/// Columns of one view.
pub const COLUMNS_MAX: usize = 1000;
/// Levels of `select` and `unionAll` in each other.
pub const SELECT_DEPTH_MAX: usize = 16;
/// Cells that one resource may give, in all of its rows.
pub const CELLS_MAX: usize = 1_000_000;
/// Levels that `repeat` follows.
pub const REPEAT_DEPTH_MAX: usize = 64;
/// Problems that are listed for one view.
pub const PROBLEMS_MAX: usize = 100;

/// A view that can be run.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// Computer-friendly name.
    pub name: Option<String>,
    /// The resource type it is about.
    pub resource: String,
    /// Columns, in the order of a row's cells.
    pub columns: Vec<Column>,
    constants: Constants,
    conditions: Vec<Placed>,
    /// What the view selects, as one selection around all.
    root: Select,
}

/// A column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Name, fit for databases.
    pub name: String,
    /// Type of its cells (of FHIR): as declared, else as the tables of FHIR tell; `None` where
    /// neither does, and then each cell has the type of its value.
    pub kind: Option<Kind>,
    /// Whether its cells are lists.
    pub collection: bool,
    /// What it means.
    pub description: Option<String>,
    /// Tags, name and value.
    pub tags: Vec<(String, String)>,
}

/// One row; a cell for each column.
pub type Row = Vec<Cell>;

/// An expression with its place in the view.
#[derive(Clone, Debug, PartialEq)]
struct Placed {
    expression: Expression,
    place: String,
}

/// A column with its expression.
#[derive(Clone, Debug, PartialEq)]
struct Made {
    column: Column,
    path: Placed,
}

/// Over what a selection goes.
#[derive(Clone, Debug, PartialEq)]
enum Over {
    /// What it stands on.
    Itself,
    /// `forEach`, and `forEachOrNull` with a row where there is nothing.
    Each { path: Placed, or_null: bool },
    /// `repeat`
    Repeat(Vec<Placed>),
}

/// A selection.
#[derive(Clone, Debug, PartialEq)]
struct Select {
    over: Over,
    columns: Vec<Made>,
    selects: Vec<Select>,
    union: Vec<Select>,
}

/// Why a resource gives no rows of a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Place in the view, `ViewDefinition.select[0].column[1].path`.
    pub place: String,
    /// One sentence. It never holds a value of the resource.
    pub text: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.text)
    }
}

impl std::error::Error for Fault {}

impl View {
    /// Reads a ViewDefinition with the numbers that its value cannot carry. There is no view if
    /// one of the problems is an error.
    pub fn read(definition: &Value, literals: &Literals) -> (Option<Self>, Vec<Problem>) {
        let (mut view, mut problems) = read::read(definition, literals);
        if problems.is_empty()
            && let Some(view) = &mut view
        {
            check::check(view, &mut problems);
        }
        let is_fit = model::problem::first_error(&problems).is_none();
        (view.filter(|_| is_fit), problems)
    }
}

impl Select {
    /// Its columns, in the order of its rows' cells: own ones, then those of the selections in it,
    /// then those of the union, of which every branch has the same.
    fn made(&self) -> Vec<&Made> {
        let inner = self.selects.iter().chain(self.union.first());
        self.columns.iter().chain(inner.flat_map(Self::made)).collect()
    }
}

/// What the cells of a type are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// [`Cell::Boolean`]
    Boolean,
    /// [`Cell::Integer`]
    Integer,
    /// [`Cell::Decimal`]
    Decimal,
    /// [`Cell::Text`]
    Text,
    /// [`Cell::Json`]
    Json,
}

impl Column {
    /// What its cells are, or the cells of its lists; `None` where only the values tell.
    pub fn shape(&self) -> Option<Shape> {
        let kind = self.kind.as_ref()?;
        Some(match kind.name() {
            "boolean" => Shape::Boolean,
            "integer" | "positiveInt" | "unsignedInt" | "integer64" => Shape::Integer,
            "decimal" => Shape::Decimal,
            _ if kind.is_primitive() => Shape::Text,
            _ => Shape::Json,
        })
    }
}

#[cfg(test)]
mod tests;
