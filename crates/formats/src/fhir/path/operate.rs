//! The operators (FHIRPath N1 §6).

use super::evaluate::{Focus, Items, Run, boolean};
use super::item::{Item, System};
use super::tree::{self, Operator};
use super::{Decimal, Fault, Moment, TEXT_BYTES_MAX};
use serde_json::Value;
use std::cmp::Ordering;

/// Applies an operator to its two sides.
pub(super) fn operate<'v>(
    run: &Run<'v, '_>,
    node: &tree::Node,
    operator: Operator,
    (left, right): (&tree::Node, &tree::Node),
    focus: Focus<'_, 'v>,
) -> Result<Items<'v>, Fault> {
    use Operator as O;
    let (left, right) = (run.evaluate(left, focus)?, run.evaluate(right, focus)?);
    run.work(node, left.len().saturating_add(right.len()))?;
    let truth = |value: Option<bool>| value.map(boolean).into_iter().collect();
    Ok(match operator {
        O::And | O::Or | O::ExclusiveOr | O::Implies => {
            let (left, right) = (run.truth(node, left)?, run.truth(node, right)?);
            truth(logic(operator, left, right))
        }
        O::Equal => truth(equal_collections(run, &left, &right)),
        O::NotEqual => truth(equal_collections(run, &left, &right).map(|equal| !equal)),
        O::Union => union(run, node, left, right)?,
        O::Less | O::LessOrEqual | O::Greater | O::GreaterOrEqual => {
            let (Some(left), Some(right)) = (run.one(node, left)?, run.one(node, right)?) else {
                return Ok(Vec::new());
            };
            let (left, right) = (left.system(run), right.system(run));
            truth(order(node, left, right)?.map(|order| match operator {
                O::Less => order.is_lt(),
                O::LessOrEqual => order.is_le(),
                O::Greater => order.is_gt(),
                _ => order.is_ge(),
            }))
        }
        O::Concatenate => {
            let (left, right) = (run.one(node, left)?, run.one(node, right)?);
            // `&` takes what is not there for an empty text.
            let text = |item: Option<Item<'v>>| match item.map(|item| item.system(run)) {
                None => Ok(String::new()),
                Some(Some(System::Text(text))) => Ok(text),
                Some(_) => Err(Fault::new(node.column, "`&` joins texts only")),
            };
            vec![joined(node, &text(left)?, &text(right)?)?]
        }
        O::Add | O::Subtract | O::Multiply | O::Divide => {
            let (Some(left), Some(right)) = (run.one(node, left)?, run.one(node, right)?) else {
                return Ok(Vec::new());
            };
            match (left.system(run), right.system(run)) {
                (Some(System::Text(left)), Some(System::Text(right))) if operator == O::Add => {
                    vec![joined(node, &left, &right)?]
                }
                (Some(left), Some(right)) => arithmetic(node, operator, &left, &right)?
                    .map(Item::System)
                    .into_iter()
                    .collect(),
                _ => return Err(no_numbers(node)),
            }
        }
    })
}

fn joined<'v>(node: &tree::Node, left: &str, right: &str) -> Result<Item<'v>, Fault> {
    if left.len().saturating_add(right.len()) > TEXT_BYTES_MAX {
        let text = format!("a text has more than {TEXT_BYTES_MAX} bytes");
        return Err(Fault::new(node.column, text));
    }
    Ok(Item::System(System::Text(format!("{left}{right}"))))
}

/// Three-valued logic (FHIRPath N1 §6.5): what is not known stays so unless it does not matter.
fn logic(operator: Operator, left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match operator {
        Operator::And => match (left, right) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        },
        Operator::Or => match (left, right) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
        Operator::Implies => match (left, right) {
            (Some(false), _) | (_, Some(true)) => Some(true),
            (Some(true), right) => right,
            _ => None,
        },
        _ => Some(left? != right?),
    }
}

/// Equality of collections: in order, item by item; `None` where one is empty or a precision does
/// not tell.
fn equal_collections<'v>(run: &Run<'v, '_>, left: &[Item<'v>], right: &[Item<'v>]) -> Option<bool> {
    if left.is_empty() || right.is_empty() {
        return None;
    }
    if left.len() != right.len() {
        return Some(false);
    }
    let mut known = Some(true);
    for (left, right) in left.iter().zip(right) {
        match equal(run, left, right) {
            Some(false) => return Some(false),
            None => known = None,
            Some(true) => {}
        }
    }
    known
}

fn equal<'v>(run: &Run<'v, '_>, left: &Item<'v>, right: &Item<'v>) -> Option<bool> {
    use System as S;
    let pair = match (left.system(run), right.system(run)) {
        (Some(left), Some(right)) => alike(left, right),
        // Elements that are no primitives are equal when all that they hold is.
        (None, None) => {
            let (Item::Node(left), Item::Node(right)) = (left, right) else { return Some(false) };
            let both_empty = left.value.is_null() && right.value.is_null();
            return if both_empty { None } else { Some(same(run, left.value, right.value)) };
        }
        (Some(_), None) | (None, Some(_)) => return Some(false),
    };
    Some(match pair {
        (S::Moment(left), S::Moment(right)) => return left.compare(&right).map(Ordering::is_eq),
        (S::Decimal(left), S::Decimal(right)) => left.compare(right).is_eq(),
        (left, right) => left == right,
    })
}

/// Deep equality of JSON, with numbers by value.
fn same(run: &Run<'_, '_>, left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(key, value)| right.get(key).is_some_and(|other| same(run, value, other)))
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(left, right)| same(run, left, right))
        }
        (Value::Number(left_number), Value::Number(right_number)) => {
            let decimal = |value, number: &serde_json::Number| match run.literal(value) {
                Some(text) => Decimal::parse(text),
                None => Decimal::parse(&number.to_string()),
            };
            match (decimal(left, left_number), decimal(right, right_number)) {
                (Some(left), Some(right)) => left.compare(right).is_eq(),
                _ => left_number == right_number,
            }
        }
        (left, right) => left == right,
    }
}

/// Both in one type, where one converts to the other: integers to decimals, and a text to the date
/// or time that it writes, since JSON has no dates.
fn alike(left: System, right: System) -> (System, System) {
    use System as S;
    match (left, right) {
        (S::Integer(left), S::Decimal(right)) => (S::Decimal(left.into()), S::Decimal(right)),
        (S::Decimal(left), S::Integer(right)) => (S::Decimal(left), S::Decimal(right.into())),
        (S::Text(text), S::Moment(moment)) => match Moment::parse(moment.kind(), &text) {
            Some(read) => (S::Moment(read), S::Moment(moment)),
            None => (S::Text(text), S::Moment(moment)),
        },
        (S::Moment(moment), S::Text(text)) => match Moment::parse(moment.kind(), &text) {
            Some(read) => (S::Moment(moment), S::Moment(read)),
            None => (S::Moment(moment), S::Text(text)),
        },
        pair => pair,
    }
}

fn order(
    node: &tree::Node,
    left: Option<System>,
    right: Option<System>,
) -> Result<Option<Ordering>, Fault> {
    use System as S;
    let (Some(left), Some(right)) = (left, right) else { return Err(no_order(node)) };
    Ok(match alike(left, right) {
        (S::Integer(left), S::Integer(right)) => Some(left.cmp(&right)),
        (S::Decimal(left), S::Decimal(right)) => Some(left.compare(right)),
        (S::Text(left), S::Text(right)) => Some(left.cmp(&right)),
        (S::Moment(left), S::Moment(right)) => left.compare(&right),
        _ => return Err(no_order(node)),
    })
}

fn no_order(node: &tree::Node) -> Fault {
    Fault::new(node.column, "there is no order between values of these types")
}

fn no_numbers(node: &tree::Node) -> Fault {
    Fault::new(node.column, "there is no such arithmetic with values of these types")
}

/// Arithmetic; past the limits of a type the result is empty (FHIRPath N1 §6.6).
fn arithmetic(
    node: &tree::Node,
    operator: Operator,
    left: &System,
    right: &System,
) -> Result<Option<System>, Fault> {
    if let (System::Integer(left), System::Integer(right)) = (left, right) {
        let found = match operator {
            Operator::Add => left.checked_add(*right),
            Operator::Subtract => left.checked_sub(*right),
            Operator::Multiply => left.checked_mul(*right),
            _ => return Ok(quotient(Decimal::from(*left), Decimal::from(*right))),
        };
        return Ok(found.map(System::Integer));
    }
    let decimal = |system: &System| match system {
        System::Integer(value) => Ok(Decimal::from(*value)),
        System::Decimal(value) => Ok(*value),
        _ => Err(no_numbers(node)),
    };
    let (left, right) = (decimal(left)?, decimal(right)?);
    let found = match operator {
        Operator::Add => left.sum(right),
        Operator::Subtract => left.sum(right.negative()),
        Operator::Multiply => left.multiply(right),
        _ => return Ok(quotient(left, right)),
    };
    Ok(found.map(System::Decimal))
}

/// A quotient is a decimal, whatever it is made of; there is none by zero.
fn quotient(left: Decimal, right: Decimal) -> Option<System> {
    left.divide(right).map(System::Decimal)
}

/// Both collections, each item once.
fn union<'v>(
    run: &Run<'v, '_>,
    node: &tree::Node,
    left: Items<'v>,
    right: Items<'v>,
) -> Result<Items<'v>, Fault> {
    let mut merged: Items<'v> = Vec::new();
    for item in left.into_iter().chain(right) {
        run.work(node, merged.len())?;
        if !merged.iter().any(|other| equal(run, other, &item) == Some(true)) {
            merged.push(item);
        }
    }
    Ok(merged)
}
