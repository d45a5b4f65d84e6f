//! Writing the search tables: with every version, and anew when what is indexed has changed.

use super::concept::{Concepts, Numbers, Remembered, indexed};
use super::extract::{Entry, Held, all, identifier_entry};
use super::{follow, table};
use crate::Failure;
use crate::key::Keys;
use crate::sql::record as sql;
use crate::store::{Connection, Executor, Numbered, Row, Rows, in_batches, row, values};
use crate::vault::Vault;
use model::Fact;
use model::fact::FactContent;
use std::collections::BTreeSet;

/// Resources that one transaction indexes again.
const BATCH_ROWS: u32 = 500;
/// What is emptied before everything is indexed again.
const CLEARED: [&str; 9] = [
    sql::CONCEPTS_CLEAR,
    sql::TOKENS_CLEAR,
    sql::TOKENS_OF_CLEAR,
    sql::LABELS_CLEAR,
    sql::POSTINGS_CLEAR,
    sql::POSTINGS_OF_CLEAR,
    sql::STRINGS_CLEAR,
    sql::DATES_CLEAR,
    sql::QUANTITIES_CLEAR,
];

/// Writes the search tables in one transaction. Rows wait for its end.
pub(crate) struct Index<'a> {
    concepts: Concepts<'a>,
    waiting: Rows,
    postings: Numbered<4>,
    postings_of: Numbered<3>,
    dates: Numbered<5>,
    /// The resources whose rows wait.
    numbers: BTreeSet<u64>,
}

impl<'a> Index<'a> {
    pub(crate) fn new(
        executor: &'a dyn Executor,
        tenant: &'a str,
        remembered: &'a Remembered,
    ) -> Self {
        let concepts = Concepts::new(executor, tenant, remembered);
        Self {
            concepts,
            waiting: Rows::default(),
            postings: Numbered::new(sql::POSTING_PUT),
            postings_of: Numbered::new(sql::POSTING_OF_PUT),
            dates: Numbered::new(sql::DATE_PUT),
            numbers: BTreeSet::new(),
        }
    }

    /// Ends the writing. The numbers of concepts that were found out are to be remembered once
    /// the transaction stands.
    pub(crate) fn settle(mut self) -> Result<Numbers, Failure> {
        self.flush()?;
        self.concepts.settle()?;
        Ok(self.concepts.numbers)
    }

    /// Puts the rows that wait.
    fn flush(&mut self) -> Result<(), Failure> {
        self.numbers.clear();
        let Concepts { executor, tenant, .. } = self.concepts;
        self.postings.put(executor, tenant)?;
        self.postings_of.put(executor, tenant)?;
        self.dates.put(executor, tenant)?;
        self.waiting.put(executor)
    }

    /// Adds the search values of a resource.
    pub(crate) fn put(&mut self, number: u64, entries: &BTreeSet<Entry>) -> Result<(), Failure> {
        self.numbers.insert(number);
        entries.iter().try_for_each(|entry| self.row_of(number, entry))
    }

    fn row_of(&mut self, number: u64, entry: &Entry) -> Result<(), Failure> {
        let tenant = self.concepts.tenant;
        let (path, element) = (entry.path, entry.element);
        let (path_number, element_number) = (i64::from(path), i64::from(element));
        let number_of = i64::try_from(number).unwrap_or(i64::MAX);
        match &entry.held {
            Held::Concept(concept) | Held::ReferenceIdentifier(concept) => {
                let (path, concept) = (posting_path(entry), self.concepts.number(concept)?);
                self.postings.add([i64::from(path), concept, number_of, element_number]);
                if table::is_listed_by_resource(path) {
                    self.postings_of.add([number_of, i64::from(path), concept]);
                }
            }
            Held::Text { folded, exact } => {
                let (folded, exact) = (indexed(folded), indexed(exact));
                let row = row![tenant, number, path, folded, exact, element];
                self.waiting.add(sql::STRING_PUT, row);
            }
            Held::Date { low, high } => {
                self.dates.add([number_of, path_number, *low, *high, element_number]);
            }
            Held::Quantity { low, high, unit } => {
                let unit = self.concepts.number(unit)?;
                let row = row![tenant, number, path, low, high, unit, element];
                self.waiting.add(sql::QUANTITY_PUT, row);
            }
        }
        Ok(())
    }

    /// Takes away the search values of a resource's last version. They follow from its content; a
    /// version whose content is gone is looked for everywhere.
    pub(crate) fn drop(
        &mut self,
        number: u64,
        entries: Option<&BTreeSet<Entry>>,
    ) -> Result<(), Failure> {
        if self.numbers.contains(&number) {
            self.flush()?;
        }
        let (executor, tenant) = (self.concepts.executor, self.concepts.tenant);
        for entry in entries.into_iter().flatten() {
            if let Held::Concept(concept) | Held::ReferenceIdentifier(concept) = &entry.held {
                let concept = self.concepts.number(concept)?;
                let row = values![tenant, posting_path(entry), concept, number, entry.element];
                executor.execute(sql::POSTING_DROP, row)?;
            }
        }
        let everywhere = entries.is_none().then_some(sql::POSTINGS_DROP);
        let by_number =
            [sql::POSTINGS_OF_DROP, sql::STRINGS_DROP, sql::DATES_DROP, sql::QUANTITIES_DROP];
        for drop in by_number.into_iter().chain(everywhere) {
            executor.execute(drop, values![tenant, number])?;
        }
        Ok(())
    }
}

/// The number under which a posting stands.
fn posting_path(entry: &Entry) -> u32 {
    match entry.held {
        Held::ReferenceIdentifier(_) => entry.path + 1,
        _ => entry.path,
    }
}

/// Indexes everything again if it was indexed by another table.
pub(crate) fn bring_up_to_date(connection: &dyn Connection, keys: &Keys) -> Result<(), Failure> {
    let version = table::version();
    let found = connection.first(sql::INDEX_VERSION_GET, &[])?;
    if found.map(|row| row.int(0)).transpose()? == Some(version) {
        return Ok(());
    }
    let nowhere = Place::default();
    in_batches(connection, |after| {
        for clear in CLEARED.into_iter().filter(|_| after.is_none()) {
            connection.execute(clear, &[])?;
        }
        let last = batch(connection, keys, after.unwrap_or(&nowhere))?;
        if last.is_none() {
            follow::note_all(connection)?;
            connection.execute(sql::INDEX_VERSION_PUT, values![version])?;
        }
        Ok(last)
    })
}

type Place = (String, String, u64);

/// One batch; the place of its last resource, `None` when there are no more.
fn batch(executor: &dyn Executor, keys: &Keys, after: &Place) -> Result<Option<Place>, Failure> {
    let (tenant, resource_type, number) = after;
    let place = values![tenant, resource_type, *number, BATCH_ROWS];
    let rows = executor.query(sql::RESOURCES_AFTER, place)?;
    let remembered = Remembered::default();
    for row in &rows {
        again(executor, keys, row, &remembered)?;
    }
    let place = |row: &Row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned(), row.count(2)?));
    rows.last().map(place).transpose()
}

/// Indexes one current version again. One whose key was destroyed has nothing left to index.
fn again(
    executor: &dyn Executor,
    keys: &Keys,
    row: &Row,
    remembered: &Remembered,
) -> Result<(), Failure> {
    let (tenant, resource_type, id) = (row.text(0)?, row.text(1)?, row.text(3)?);
    let vault = Vault::new(executor, keys, tenant);
    let version = VersionKey { resource_type, id, version: row.count(4)? };
    let Some(entries) = entries_of(executor, &vault, keys, tenant, &version)? else {
        return Ok(());
    };
    let mut index = Index::new(executor, tenant, remembered);
    index.put(row.count(2)?, &entries)?;
    remembered.keep(index.settle()?);
    Ok(())
}

/// A version that is stored.
#[derive(Clone, Copy)]
pub(crate) struct VersionKey<'a> {
    pub(crate) resource_type: &'a str,
    pub(crate) id: &'a str,
    pub(crate) version: u64,
}

/// The search values of a stored version, none of a deletion; `None` if it or its key is gone.
pub(crate) fn entries_of(
    executor: &dyn Executor,
    vault: &Vault<'_>,
    keys: &Keys,
    tenant: &str,
    of: &VersionKey<'_>,
) -> Result<Option<BTreeSet<Entry>>, Failure> {
    let VersionKey { resource_type, id, version } = *of;
    let key = values![tenant, resource_type, id, version];
    let Some(row) = executor.first(sql::VERSION_GET, key)? else { return Ok(None) };
    if row.flag(4)? {
        return Ok(Some(BTreeSet::new()));
    }
    if executor.first(sql::DATA_KEY_GET, values![tenant, row.text(2)?])?.is_none() {
        return Ok(None);
    }
    let stored = crate::resource::stored(vault, resource_type, &row)?;
    let place = || format!("{resource_type}/{id}/_history/{version}");
    let resource = serde_json::from_slice(&stored.body)
        .map_err(|_| Failure::Storage(format!("{}: is not JSON", place())))?;
    let mut entries = all(resource_type, &resource, tenant, keys);
    if resource_type == "Patient" {
        for fact in executor.query(sql::FACTS_OF_VERSION, key)? {
            let ordinal = fact.count(4)?.to_string();
            let at = ["Fact", resource_type, id, &version.to_string(), &ordinal];
            let body = vault.open(fact.text(5)?, &at, fact.bytes(6)?)?;
            let fact: Fact = serde_json::from_slice(&body)
                .map_err(|_| Failure::Storage(format!("{}: a fact is not one", place())))?;
            let FactContent::Patient(patient) = fact.content else { continue };
            entries.extend(patient.identifiers.iter().filter_map(|known| {
                identifier_entry(&known.authority, &known.value, tenant, keys)
            }));
        }
    }
    // NUL cannot be searched for, and could not be stored.
    entries.retain(|entry| !entry.texts().iter().any(|text| text.contains('\0')));
    Ok(Some(entries))
}
