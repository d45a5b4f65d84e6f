//! The order of a search, and the place where a page ends.

use super::plan::invalid;
use super::table::{find, is_listed_by_resource};
use super::{ParameterKind, SortKey};
use crate::Failure;
use crate::key::Keys;
use crate::limit::{SORT_KEYS_MAX, no_nul, within};
use crate::store::{Row, Value};
use crate::vault::Builder;
use serde_json::{Value as Json, json};

/// Columns of a page before those it is sorted by.
const PAGE_COLUMNS: usize = 8;
/// The column that holds the number of the resource.
pub(super) const NUMBER_COLUMN: usize = 7;
/// Greater than every text that is indexed.
const LAST_TEXT: &str = "\u{10FFFF}";

/// One key of an order, as SQL.
pub(super) struct Key {
    /// Expression over the resource `r`; the parameter's name is bound between its parts.
    expression: Expression,
    is_descending: bool,
}

enum Expression {
    /// A column of the resource.
    Column(&'static str),
    /// The least or greatest value in a search table, under the numbers of the paths.
    Least { rows: &'static str, column: &'static str, paths: String, missing: Value },
}

/// Reads the keys of an order. What cannot be sorted by is refused by name.
pub(super) fn keys(resource_type: &str, sort: &[SortKey]) -> Result<Vec<Key>, Failure> {
    within("_sort", sort.len(), SORT_KEYS_MAX, "keys")?;
    sort.iter().map(|key| one(resource_type, key)).collect()
}

fn one(resource_type: &str, sort: &SortKey) -> Result<Key, Failure> {
    let is_descending = sort.is_descending;
    let refuse = |text: &str| Err(invalid("_sort", &format!("`{}` {text}", sort.parameter)));
    let Some(parameter) = find(resource_type, &sort.parameter) else {
        return refuse("is no parameter of this type");
    };
    // Those without a value come last in both directions.
    let number = Value::Int(if is_descending { i64::MIN } else { i64::MAX });
    let text = Value::from(if is_descending { "" } else { LAST_TEXT });
    let codes = "search_posting_of s JOIN search_token_of k ON k.tenant = s.tenant \
                 AND k.concept = s.concept";
    let (rows, column, missing) = match parameter.kind {
        _ if parameter.name == "_id" => {
            return Ok(Key { expression: Expression::Column("r.id"), is_descending });
        }
        _ if parameter.name == "_lastUpdated" => {
            return Ok(Key { expression: Expression::Column("r.recorded"), is_descending });
        }
        _ if parameter.is_hashed => return refuse("is only kept hashed and has no order"),
        ParameterKind::Token | ParameterKind::Uri | ParameterKind::Reference => {
            if !parameter.paths.iter().all(|path| is_listed_by_resource(path.number)) {
                return refuse("is of the items of a list, which have no order");
            }
            (codes, "k.code", text)
        }
        ParameterKind::String => ("search_string s", "s.folded", text),
        ParameterKind::Date => ("search_date s", "s.low", number),
        ParameterKind::Number | ParameterKind::Quantity => ("search_quantity s", "s.low", text),
        ParameterKind::Composite => return refuse("is a composite, which has no order"),
    };
    let paths = parameter.path_numbers();
    Ok(Key { expression: Expression::Least { rows, column, paths, missing }, is_descending })
}

impl Key {
    /// Adds the key as a column `k0`, `k1` …
    pub(super) fn select(&self, to: &mut Builder, number: usize) {
        match &self.expression {
            Expression::Column(column) => to.push(column),
            Expression::Least { rows, column, paths, missing } => {
                let least = if self.is_descending { "max" } else { "min" };
                to.push(&format!(
                    "coalesce((SELECT {least}({column}) FROM {rows} WHERE s.tenant = $1 \
                     AND s.number = r.number AND s.path IN ({paths})), "
                ));
                to.bind(missing.clone());
                to.push(")");
            }
        }
        to.push(&format!(" AS k{number}"));
    }
}

/// Adds the condition of what comes after a place: `(k0 > x OR (k0 = x AND (… number > y)))`.
pub(super) fn after(to: &mut Builder, keys: &[Key], place: &[Value]) {
    let mut open = 0;
    for (number, (key, value)) in keys.iter().zip(place).enumerate() {
        let sign = if key.is_descending { "<" } else { ">" };
        to.push(&format!("(q.k{number} {sign} "));
        to.bind(value.clone());
        to.push(&format!(" OR (q.k{number} = "));
        to.bind(value.clone());
        to.push(" AND ");
        open += 2;
    }
    to.push("q.number > ");
    to.bind(place.last().cloned().unwrap_or(Value::Null));
    to.push(&")".repeat(open));
}

/// Adds the order of a table `table`, numbers last.
pub(super) fn order(to: &mut Builder, keys: &[Key], table: &str) {
    to.push(" ORDER BY ");
    for (number, key) in keys.iter().enumerate() {
        let direction = if key.is_descending { " DESC" } else { "" };
        to.push(&format!("{table}.k{number}{direction}, "));
    }
    to.push(&format!("{table}.number"));
}

/// The place after a row: sealed, for the keys may say something about a patient.
pub(super) fn write(keys: &Keys, of: &[&str], row: &Row, count: usize) -> Result<String, Failure> {
    let mut place = Vec::new();
    for column in PAGE_COLUMNS..PAGE_COLUMNS + count {
        place.push(match row.int(column) {
            Ok(number) => json!(number),
            Err(_) => json!(row.text(column)?),
        });
    }
    place.push(json!(row.int(NUMBER_COLUMN)?));
    keys.seal_cursor(of, Json::Array(place).to_string().as_bytes())
}

/// Reads a place back: a value for each key, and the number.
pub(super) fn read(
    keys: &Keys,
    of: &[&str],
    text: &str,
    count: usize,
) -> Result<Vec<Value>, Failure> {
    let refuse = || invalid("cursor", "is not of this search");
    let place = keys.open_cursor(of, text).ok_or_else(refuse)?;
    let place: Vec<Json> = serde_json::from_slice(&place).map_err(|_| refuse())?;
    let value = |held: Json| match held {
        Json::String(text) => no_nul("cursor", &text).map(|()| Value::from(text)),
        other => other.as_i64().map(Value::Int).ok_or_else(refuse),
    };
    let place = place.into_iter().map(value).collect::<Result<Vec<_>, _>>()?;
    if place.len() == count + 1 { Ok(place) } else { Err(refuse()) }
}
