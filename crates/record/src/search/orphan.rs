//! Taking away concepts that nothing says any more: what only an erased patient had said.

use super::concept::{Concept, indexed};
use super::extract::{Entry, Held, known};
use crate::Failure;
use crate::sql::erasure as sql;
use crate::store::{Executor, values};
use crate::vault::Builder;
use std::collections::{BTreeMap, BTreeSet};

/// The concepts of search values.
pub(crate) fn concepts(entries: &BTreeSet<Entry>) -> impl Iterator<Item = &Concept> {
    entries.iter().filter_map(|entry| match &entry.held {
        Held::Concept(concept) | Held::ReferenceIdentifier(concept) => Some(&**concept),
        Held::Quantity { unit, .. } => Some(unit),
        Held::Text { .. } | Held::Date { .. } => None,
    })
}

/// Removes those of some concepts that no resource holds; how many. Their search values have to be
/// gone before. From then on no process uses the numbers that it remembers.
pub(crate) fn remove_orphans(
    executor: &dyn Executor,
    tenant: &str,
    concepts: &BTreeSet<Concept>,
) -> Result<u64, Failure> {
    known::forget_all();
    let mut numbers = BTreeMap::new();
    for concept in concepts {
        if let Some(number) = concept.stored(executor, tenant)? {
            numbers.insert(number, concept);
        }
    }
    for path in paths(executor, tenant)? {
        for number in numbers.keys().copied().collect::<Vec<_>>() {
            let key = values![tenant, path, number];
            if executor.first(sql::CONCEPT_POSTED, key)?.is_some() {
                numbers.remove(&number);
            }
        }
    }
    for number in measured(executor, tenant, numbers.keys())? {
        numbers.remove(&number);
    }
    let mut removed = 0;
    for (number, concept) in numbers {
        let key = values![tenant, number];
        if concept.is_uri() && executor.first(sql::CONCEPT_IS_SYSTEM, key)?.is_some() {
            continue;
        }
        remove(executor, tenant, number, concept)?;
        removed += 1;
    }
    if removed > 0 {
        executor.execute(sql::CONCEPT_REMOVED, &[])?;
    }
    Ok(removed)
}

fn remove(
    executor: &dyn Executor,
    tenant: &str,
    number: i64,
    concept: &Concept,
) -> Result<(), Failure> {
    executor.execute(sql::CONCEPT_DROP, values![tenant, concept.digest()])?;
    for (_, code) in &concept.tokens {
        let key = values![tenant, indexed(code), number];
        executor.execute(sql::CONCEPT_TOKEN_DROP, key)?;
    }
    executor.execute(sql::CONCEPT_TOKENS_OF_DROP, values![tenant, number])?;
    for label in &concept.labels {
        let key = values![tenant, indexed(label), number];
        executor.execute(sql::CONCEPT_LABEL_DROP, key)?;
    }
    Ok(())
}

/// The paths under which anything stands: each is found by the one before.
fn paths(executor: &dyn Executor, tenant: &str) -> Result<Vec<i64>, Failure> {
    let (mut paths, mut after) = (Vec::new(), -1);
    while let Some(row) = executor.first(sql::PATH_NEXT, values![tenant, after])? {
        after = row.int(0)?;
        paths.push(after);
    }
    Ok(paths)
}

/// Those that are units of what was measured.
fn measured<'n>(
    executor: &dyn Executor,
    tenant: &str,
    numbers: impl ExactSizeIterator<Item = &'n i64>,
) -> Result<Vec<i64>, Failure> {
    if numbers.len() == 0 {
        return Ok(Vec::new());
    }
    let mut query = Builder::new(sql::CONCEPTS_MEASURED, values![tenant]);
    query.push(" AND concept IN (-1");
    for number in numbers {
        query.push(", ");
        query.bind(*number);
    }
    query.push(")");
    let rows = executor.query(&query.sql, &query.values)?;
    rows.iter().map(|row| row.int(0)).collect()
}
