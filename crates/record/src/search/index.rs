//! Writing the search tables: with every version, and anew when what is indexed has changed.

use super::extract::{Entry, Held, Indexed, all, identifier_entry};
use super::table;
use crate::Failure;
use crate::key::Keys;
use crate::limit::INDEXED_BYTES_MAX;
use crate::sql::record as sql;
use crate::store::{Connection, Executor, Row, Value, values};
use crate::vault::Vault;
use model::Fact;
use model::fact::FactContent;
use std::collections::{BTreeMap, BTreeSet};

/// Resources that one transaction indexes again.
const BATCH_ROWS: u32 = 500;
/// What is appended to the name of a reference parameter for the identifiers of references.
pub(super) const OF_IDENTIFIER: &str = ":identifier";

/// Writes the search values of a resource; those of a version before it go first.
pub(crate) fn put(
    executor: &dyn Executor,
    tenant: &str,
    resource_type: &str,
    id: &str,
    entries: &BTreeSet<Indexed>,
    is_first: bool,
) -> Result<(), Failure> {
    let key = values![tenant, resource_type, id];
    let drops = [
        sql::TOKENS_DROP,
        sql::STRINGS_DROP,
        sql::DATES_DROP,
        sql::QUANTITIES_DROP,
        sql::REFERENCES_DROP,
    ];
    // Most resources are written once, and looking for nothing costs as much as an entry.
    for drop in drops.into_iter().filter(|_| !is_first) {
        executor.execute(drop, key)?;
    }
    let mut rows: BTreeMap<&str, Vec<Vec<Value>>> = BTreeMap::new();
    for (parameter, entry) in entries {
        let name = match entry.held {
            Held::ReferenceIdentifier { .. } => format!("{parameter}{OF_IDENTIFIER}"),
            _ => (*parameter).to_owned(),
        };
        let (put, columns) = columns(entry);
        let mut row = values![tenant, resource_type, name].to_vec();
        row.extend(columns.into_iter().map(cut));
        row.extend_from_slice(values![id, entry.element]);
        rows.entry(put).or_default().push(row);
    }
    rows.iter().try_for_each(|(put, rows)| executor.execute_all(put, rows))
}

/// A text as far as it is indexed: no key may be longer in PostgreSQL. One that was cut stays
/// longer than any value that is searched for, so it equals none.
fn cut(value: Value) -> Value {
    match value {
        Value::Text(text) if text.len() > INDEXED_BYTES_MAX => {
            let end = text.ceil_char_boundary(INDEXED_BYTES_MAX + 1);
            Value::Text(text.get(..end).unwrap_or_default().to_owned())
        }
        other => other,
    }
}

fn columns(entry: &Entry) -> (&'static str, Vec<Value>) {
    match &entry.held {
        Held::Token { system, code } | Held::ReferenceIdentifier { system, code } => {
            (sql::TOKEN_PUT, values![code, system].to_vec())
        }
        Held::Text { folded, exact } => (sql::STRING_PUT, values![folded, exact].to_vec()),
        Held::Date { low, high } => (sql::DATE_PUT, values![*low, *high].to_vec()),
        Held::Quantity { low, high, system, code, unit } => {
            (sql::QUANTITY_PUT, values![low, high, code, system, unit].to_vec())
        }
        Held::Reference { target_type, target } => {
            (sql::REFERENCE_PUT, values![target, target_type].to_vec())
        }
    }
}

/// Indexes everything again if it was indexed by another table. What is half done when the
/// process ends is done again at the next opening.
pub(crate) fn bring_up_to_date(connection: &dyn Connection, keys: &Keys) -> Result<(), Failure> {
    let version = table::version();
    let found = connection.first(sql::INDEX_VERSION_GET, &[])?;
    if found.map(|row| row.int(0)).transpose()? == Some(version) {
        return Ok(());
    }
    let mut after = (String::new(), String::new(), String::new());
    loop {
        connection.begin_write()?;
        let outcome = batch(connection, keys, &after).and_then(|last| {
            if last.is_none() {
                connection.execute(sql::INDEX_VERSION_PUT, values![version])?;
            }
            connection.commit().map(|()| last)
        });
        match outcome {
            Ok(Some(last)) => after = last,
            Ok(None) => return Ok(()),
            Err(failure) => {
                connection.leave();
                return Err(failure);
            }
        }
    }
}

type Place = (String, String, String);

/// One batch; the place of its last resource, `None` when there are no more.
fn batch(executor: &dyn Executor, keys: &Keys, after: &Place) -> Result<Option<Place>, Failure> {
    let (tenant, resource_type, id) = after;
    let place = values![tenant, resource_type, id, BATCH_ROWS];
    let rows = executor.query(sql::RESOURCES_AFTER, place)?;
    for row in &rows {
        again(executor, keys, row)?;
    }
    let place =
        |row: &Row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned(), row.text(2)?.to_owned()));
    rows.last().map(place).transpose()
}

/// Indexes one current version again. One whose key was destroyed has nothing left to index.
fn again(executor: &dyn Executor, keys: &Keys, row: &Row) -> Result<(), Failure> {
    let (tenant, resource_type, id) = (row.text(0)?, row.text(1)?, row.text(2)?);
    let (version, owner) = (row.count(3)?, row.text(4)?);
    let vault = Vault::new(executor, keys, tenant);
    let mut entries = BTreeSet::new();
    if executor.first(sql::DATA_KEY_GET, values![tenant, owner])?.is_some() {
        let key = values![tenant, resource_type, id, version];
        let stored = executor.one(sql::VERSION_GET, key)?;
        let stored = crate::resource::stored(&vault, resource_type, &stored)?;
        let place = || format!("{resource_type}/{id}/_history/{version}");
        let resource = serde_json::from_slice(&stored.body)
            .map_err(|_| Failure::Storage(format!("{}: is not JSON", place())))?;
        entries = all(resource_type, &resource, tenant, keys);
        if resource_type == "Patient" {
            for fact in executor.query(sql::FACTS_OF_VERSION, key)? {
                let ordinal = fact.count(4)?.to_string();
                let at = ["Fact", resource_type, id, &version.to_string(), &ordinal];
                let body = vault.open(fact.text(5)?, &at, fact.bytes(6)?)?;
                let fact: Fact = serde_json::from_slice(&body)
                    .map_err(|_| Failure::Storage(format!("{}: a fact is not one", place())))?;
                let FactContent::Patient(patient) = fact.content else { continue };
                for known in &patient.identifiers {
                    let entry = identifier_entry(&known.authority, &known.value, tenant, keys);
                    entries.insert(("identifier", entry));
                }
            }
        }
    }
    // NUL cannot be searched for, and could not be stored.
    entries.retain(|(_, entry)| !entry.texts().iter().any(|text| text.contains('\0')));
    put(executor, tenant, resource_type, id, &entries, false)
}
