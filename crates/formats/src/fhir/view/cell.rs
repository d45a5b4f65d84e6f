//! Values of cells.

use super::{Fault, Made};
use crate::fhir::path::{Evaluation, Item, Kind, System};
use serde_json::Value;

/// The value of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number with its digits as they were written.
    Decimal(String),
    /// A text; dates and times, too, to the precision that they were written with.
    Text(String),
    /// An element that is no primitive, as JSON.
    Json(String),
    /// The values of a column that is a collection.
    List(Vec<Cell>),
}

/// The cell of a column.
pub(super) fn cell(
    evaluation: &Evaluation<'_, '_>,
    made: &Made,
    items: &[Item<'_>],
) -> Result<Cell, Fault> {
    let kind = made.column.kind.as_ref();
    let fault = |text: &str| {
        let text = format!("column `{}`: {text}", made.column.name);
        Fault { place: made.path.place.clone(), text }
    };
    let mut cells = Vec::with_capacity(items.len());
    for item in items {
        cells.push(value(evaluation, item, kind).map_err(fault)?);
    }
    if made.column.collection {
        return Ok(Cell::List(cells));
    }
    // What is null is there for its extensions only.
    match (cells.pop(), cells.is_empty()) {
        (None, _) => Ok(Cell::Null),
        (Some(cell), true) => Ok(cell),
        _ => Err(fault("there is more than one value, and the column is no collection")),
    }
}

fn value(
    evaluation: &Evaluation<'_, '_>,
    item: &Item<'_>,
    kind: Option<&Kind>,
) -> Result<Cell, &'static str> {
    const MISMATCH: &str = "the value is not of the column's type";
    let name = kind.map(Kind::name);
    let Some(system) = evaluation.system(item) else {
        let Item::Node(node) = item else { return Err(MISMATCH) };
        return match (node.value, name) {
            (Value::Null, _) => Ok(Cell::Null),
            // More digits than are reckoned with, but not more than can be written.
            (Value::Number(_), None | Some("decimal")) => {
                Ok(Cell::Decimal(json(evaluation, node.value)))
            }
            (Value::Number(_), Some("string")) => Ok(Cell::Text(json(evaluation, node.value))),
            (Value::Object(_), Some(_)) if kind.is_some_and(|kind| !kind.is_primitive()) => {
                Ok(Cell::Json(json(evaluation, node.value)))
            }
            (Value::Object(_), None) => {
                Err("the value is no primitive; say so in the column's type")
            }
            _ => Err(MISMATCH),
        };
    };
    let text = match &system {
        System::Boolean(value) => value.to_string(),
        System::Text(text) => text.clone(),
        System::Integer(value) => value.to_string(),
        System::Decimal(value) => value.to_string(),
        System::Moment(moment) => moment.text().to_owned(),
    };
    match (name, system) {
        (None | Some("boolean"), System::Boolean(value)) => Ok(Cell::Boolean(value)),
        (
            None | Some("integer" | "positiveInt" | "unsignedInt" | "integer64"),
            System::Integer(value),
        ) => Ok(Cell::Integer(value)),
        (Some("decimal"), System::Integer(_)) | (None | Some("decimal"), System::Decimal(_)) => {
            Ok(Cell::Decimal(text))
        }
        (Some("string"), _) | (None, System::Text(_) | System::Moment(_)) => Ok(Cell::Text(text)),
        (
            Some("boolean" | "integer" | "positiveInt" | "unsignedInt" | "integer64" | "decimal"),
            _,
        ) => Err(MISMATCH),
        (Some(_), System::Text(_) | System::Moment(_)) if kind.is_some_and(Kind::is_primitive) => {
            Ok(Cell::Text(text))
        }
        _ => Err(MISMATCH),
    }
}

/// JSON with its numbers as they were written.
fn json(evaluation: &Evaluation<'_, '_>, value: &Value) -> String {
    let mut text = String::new();
    write(evaluation, value, &mut text);
    text
}

fn write(evaluation: &Evaluation<'_, '_>, value: &Value, text: &mut String) {
    match value {
        Value::Object(object) => {
            text.push('{');
            for (at, (key, value)) in object.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                write(evaluation, value, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                write(evaluation, item, text);
            }
            text.push(']');
        }
        other => match evaluation.literal(other) {
            Some(literal) => text.push_str(literal),
            None => text.push_str(&other.to_string()),
        },
    }
}
