//! A `match` list as a plain tree.

use crate::criteria::DEPTH_MAX;
use model::Problem;
use serde_json::{Map, Value};

/// A node of a clause.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Clause {
    And(Vec<Clause>),
    Or(Vec<Clause>),
    Clinical(Map<String, Value>),
    Genomic(Map<String, Value>),
    Treatments(Map<String, Value>),
    /// A part that is no node: it holds for nobody.
    Broken,
}

/// Reads a `match` list.
pub(super) fn read(list: &Value, pointer: &str, problems: &mut Vec<Problem>) -> Clause {
    match list {
        Value::Array(items) => Clause::And(
            items
                .iter()
                .enumerate()
                .map(|(at, item)| node(item, &format!("{pointer}/{at}"), problems, 0))
                .collect(),
        ),
        other => node(other, pointer, problems, 0),
    }
}

fn node(item: &Value, pointer: &str, problems: &mut Vec<Problem>, depth: usize) -> Clause {
    let Value::Object(keys) = item else { return broken(pointer, problems) };
    if depth > DEPTH_MAX {
        return broken(pointer, problems);
    }
    let part = |(key, value): (&String, &Value)| {
        let pointer = format!("{pointer}/{key}");
        let mut list = |items: &[Value]| {
            let items = items.iter().enumerate();
            items
                .map(|(at, item)| node(item, &format!("{pointer}/{at}"), problems, depth + 1))
                .collect()
        };
        match (key.as_str(), value) {
            ("clinical", Value::Object(keys)) => Clause::Clinical(keys.clone()),
            ("genomic", Value::Object(keys)) => Clause::Genomic(keys.clone()),
            ("prior_treatments", Value::Object(keys)) => Clause::Treatments(keys.clone()),
            (key, Value::Array(items)) if key.starts_with("and") => Clause::And(list(items)),
            (key, Value::Array(items)) if key.starts_with("or") => Clause::Or(list(items)),
            _ => broken(&pointer, problems),
        }
    };
    let mut parts: Vec<Clause> = keys.iter().map(part).collect();
    match (parts.len(), parts.pop()) {
        (1, Some(one)) => one,
        (_, last) => {
            parts.extend(last);
            Clause::And(parts)
        }
    }
}

/// A leaf of a clause, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Placed<'a> {
    pub(super) pointer: String,
    pub(super) kind: &'a str,
    pub(super) keys: &'a Map<String, Value>,
}

/// The leaves of a `match` list, in order.
pub(super) fn leaves<'a>(list: &'a Value, pointer: &str) -> Vec<Placed<'a>> {
    let mut found = Vec::new();
    let mut waiting = vec![(list, pointer.to_owned(), 0)];
    while let Some((item, pointer, depth)) = waiting.pop() {
        match item {
            _ if depth > 2 * DEPTH_MAX => {}
            Value::Array(items) => {
                let items = items.iter().enumerate().rev();
                waiting.extend(items.map(|(at, one)| (one, format!("{pointer}/{at}"), depth + 1)));
            }
            Value::Object(keys) => {
                for (key, value) in keys {
                    let pointer = format!("{pointer}/{key}");
                    match (key.as_str(), value) {
                        (
                            kind @ ("clinical" | "genomic" | "prior_treatments"),
                            Value::Object(keys),
                        ) => {
                            found.push(Placed { pointer, kind, keys });
                        }
                        (_, value) => waiting.push((value, pointer, depth + 1)),
                    }
                }
            }
            _ => {}
        }
    }
    found
}

fn broken(pointer: &str, problems: &mut Vec<Problem>) -> Clause {
    problems.push(Problem::warning("clause-not-read", pointer, "is no node; matches nobody"));
    Clause::Broken
}

impl Clause {
    /// Whether it has the shape on which V2 loses an "or": an "or" after one that holds an "and"
    /// over an "or".
    pub(super) fn is_lossy(&self) -> bool {
        fn or_under_and(clause: &Clause) -> bool {
            match clause {
                Clause::And(parts) => {
                    parts.iter().any(|part| matches!(part, Clause::Or(_)) || or_under_and(part))
                }
                Clause::Or(parts) => parts.iter().any(or_under_and),
                _ => false,
            }
        }
        let (Self::And(parts) | Self::Or(parts)) = self else { return false };
        let holds = |part: &Self| match part {
            Self::Or(inner) => inner.iter().any(or_under_and),
            _ => false,
        };
        let first = parts.iter().position(holds);
        let later = first.is_some_and(|first| {
            parts.iter().skip(first + 1).any(|part| matches!(part, Self::Or(_)))
        });
        (matches!(self, Self::And(_)) && later) || parts.iter().any(Self::is_lossy)
    }
}
