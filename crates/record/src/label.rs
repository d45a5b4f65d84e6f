//! Sensitivity labels (HL7 DS4P 1.0.0) of every version that is filed: those that it carries, and
//! those that its codes have by the list. They are rows beside the version, written with it; when
//! the list changes, all versions are labelled again at the opening. What is made of others carries
//! theirs.

mod follow;
mod secondary;
mod statement;

pub(crate) use follow::{Following, Name, is_linked, links_of, replace_links};
pub(crate) use secondary::{Question, is_order, question_of, replace_question};
pub(crate) use statement::{OfInputs, put as put_statement_labels};

use crate::Failure;
use crate::key::Keys;
use crate::search::{member, values_at};
use crate::sql::{label as link_sql, record as sql};
use crate::store::{Connection, Executor, Row, in_batches, values};
use crate::vault::Vault;
use aws_lc_rs::digest;
use policy::LABELS;
use serde_json::Value as Json;
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

/// Label, system, code (a `*` at the end stands for whatever follows), where it is from.
const LIST: &str = include_str!("label/list.tsv");
/// The way of labelling; another one, and all is labelled again.
const LABELLING: u8 = 3;
/// Depth of a resource that is looked through.
const DEPTH_MAX: usize = 64;
/// Versions that one transaction labels again.
const BATCH_ROWS: u32 = 500;
/// Codes that stand for a label in `meta.security`.
const CARRIED: &[(&str, &str)] = &[("42CFRPart2", "ETH")];
/// LOINC 48002-0, genomic source class, and its answer for somatic.
const SOURCE_CLASS: &str = "48002-0";
const SOMATIC: &str = "LA6684-0";

struct Listed {
    label: &'static str,
    system: &'static str,
    code: &'static str,
}

static READ: LazyLock<Vec<Listed>> = LazyLock::new(|| {
    let rows = LIST.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let listed = |row: &'static str| {
        let mut cells = row.split('\t');
        let (label, system, code) = (cells.next()?, cells.next()?, cells.next()?);
        let label = LABELS.iter().copied().find(|known| *known == label)?;
        Some(Listed { label, system, code })
    };
    rows.filter_map(listed).collect()
});

/// The list by system: most systems have no part in it.
static BY_SYSTEM: LazyLock<HashMap<&'static str, Vec<&'static Listed>>> = LazyLock::new(|| {
    let mut all: HashMap<_, Vec<_>> = HashMap::new();
    for row in READ.iter() {
        all.entry(row.system).or_default().push(row);
    }
    all
});

impl Listed {
    /// Whether it is about a code of its system.
    fn is(&self, code: &str) -> bool {
        match self.code.strip_suffix('*') {
            Some(start) => code.starts_with(start),
            None => self.code == code,
        }
    }
}

/// The labels of a resource.
pub(crate) fn labels_of(resource: &Json) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    for code in values_at(resource, &["meta", "security", "code"]) {
        let Some(code) = code.as_str() else { continue };
        let code = CARRIED.iter().find(|(of, _)| *of == code).map_or(code, |(_, label)| label);
        found.extend(LABELS.iter().copied().find(|known| *known == code));
    }
    listed(resource, 0, &mut found);
    // What a tumour has acquired says nothing of what is inherited.
    if found.contains("GDIS") && is_somatic(resource) {
        let own: BTreeSet<&str> = values_at(resource, &["meta", "security", "code"])
            .into_iter()
            .filter_map(Json::as_str)
            .collect();
        if !own.contains("GDIS") {
            found.remove("GDIS");
        }
    }
    found
}

fn is_somatic(resource: &Json) -> bool {
    let components = values_at(resource, &["component"]);
    let has = |of: &Json, path: &[&str], code: &str| {
        values_at(of, path).into_iter().any(|found| found.as_str() == Some(code))
    };
    components.into_iter().any(|component| {
        has(component, &["code", "coding", "code"], SOURCE_CLASS)
            && has(component, &["valueCodeableConcept", "coding", "code"], SOMATIC)
    })
}

/// Looks through all codings.
fn listed(value: &Json, depth: usize, found: &mut BTreeSet<&'static str>) {
    if depth > DEPTH_MAX {
        return;
    }
    match value {
        Json::Array(items) => items.iter().for_each(|item| listed(item, depth + 1, found)),
        Json::Object(members) => {
            let text = |name: &str| member(value, name).and_then(Json::as_str);
            if let (Some(system), Some(code)) = (text("system"), text("code")) {
                let rows = BY_SYSTEM.get(system).into_iter().flatten();
                let labels = rows.filter(|row| row.is(code)).map(|row| row.label);
                // Whether a gene is a secondary finding depends on the question of the test.
                found.extend(labels.filter(|label| *label != secondary::SECONDARY));
            }
            members.values().for_each(|member| listed(member, depth + 1, found));
        }
        _ => {}
    }
}

/// The list and the way as a number: another one, and all is labelled again.
fn version() -> i64 {
    let text = [LIST.as_bytes(), &[LABELLING]].concat();
    let digest = digest::digest(&digest::SHA256, &text);
    let mut bytes = [0_u8; 8];
    bytes.iter_mut().zip(digest.as_ref()).for_each(|(byte, from)| *byte = *from);
    i64::from_be_bytes(bytes)
}

/// A deletion keeps the labels of what it deletes: that something was there is hidden with it.
pub(crate) fn kept(
    executor: &dyn Executor,
    key: &[crate::store::Value],
) -> Result<BTreeSet<&'static str>, Failure> {
    let rows = executor.query(sql::VERSION_LABELS, key)?;
    let mut found = BTreeSet::new();
    for row in &rows {
        let label = row.text(0)?;
        found.extend(LABELS.iter().copied().find(|known| *known == label));
    }
    Ok(found)
}

type Place = (String, String, String, u64);

/// Labels every version again if it was labelled by another list.
pub(crate) fn bring_up_to_date(connection: &dyn Connection, keys: &Keys) -> Result<(), Failure> {
    let found = connection.first(sql::LABEL_LIST_GET, &[])?;
    if found.map(|row| row.int(0)).transpose()? == Some(version()) {
        return Ok(());
    }
    let nowhere = Place::default();
    in_batches(connection, |after| batch(connection, keys, after.unwrap_or(&nowhere)))?;
    for text in [link_sql::NAMED_AFTER, link_sql::LINKED_AFTER] {
        follow_again(connection, keys, text)?;
    }
    in_batches(connection, |after: Option<&(String, String, u64)>| {
        let (tenant, id, version_of) = after.cloned().unwrap_or_default();
        let place = values![tenant, id, version_of, BATCH_ROWS];
        let rows = connection.query(link_sql::STATEMENT_VERSIONS_AFTER, place)?;
        for row in &rows {
            statement::again(connection, keys, row.text(7)?, row, &mut OfInputs::default())?;
        }
        if rows.is_empty() {
            connection.execute(sql::LABEL_LIST_PUT, values![version()])?;
        }
        let place =
            |row: &Row| Ok((row.text(7)?.to_owned(), row.text(0)?.to_owned(), row.count(1)?));
        rows.last().map(place).transpose()
    })
}

/// Gives labels on from and to every resource that a statement lists.
fn follow_again(connection: &dyn Connection, keys: &Keys, text: &str) -> Result<(), Failure> {
    in_batches(connection, |after: Option<&(String, String, String)>| {
        let (tenant, resource_type, id) = after.cloned().unwrap_or_default();
        let place = values![tenant, resource_type, id, BATCH_ROWS];
        let rows = connection.query(text, place)?;
        for row in &rows {
            let mut following = Following::default();
            following.linked(row.text(1)?, row.text(2)?);
            following.settle(connection, keys, row.text(0)?)?;
        }
        let text = |row: &Row, at: usize| row.text(at).map(str::to_owned);
        let place = |row: &Row| Ok::<_, Failure>((text(row, 0)?, text(row, 1)?, text(row, 2)?));
        rows.last().map(place).transpose()
    })
}

fn batch(executor: &dyn Executor, keys: &Keys, after: &Place) -> Result<Option<Place>, Failure> {
    let (tenant, resource_type, id, version) = after;
    let place = values![tenant, resource_type, id, *version, BATCH_ROWS];
    let rows = executor.query(sql::VERSIONS_AFTER, place)?;
    for row in &rows {
        again(executor, keys, row)?;
    }
    let place = |row: &Row| {
        let text = |at: usize| row.text(at).map(str::to_owned);
        Ok((text(0)?, text(1)?, text(2)?, row.count(3)?))
    };
    rows.last().map(place).transpose()
}

/// Labels a version again: tenant, type, id, version, patient, deleted. One whose key was
/// destroyed keeps the labels that it has.
fn again(executor: &dyn Executor, keys: &Keys, row: &Row) -> Result<(), Failure> {
    let (tenant, resource_type, id) = (row.text(0)?, row.text(1)?, row.text(2)?);
    let (version, owner) = (row.count(3)?, row.text(4)?);
    let labels = if row.flag(5)? {
        kept(executor, values![tenant, resource_type, id, version.saturating_sub(1)])?
    } else {
        if executor.first(sql::DATA_KEY_GET, values![tenant, owner])?.is_none() {
            return Ok(());
        }
        let vault = Vault::new(executor, keys, tenant);
        let key = values![tenant, resource_type, id, version];
        let stored = executor.one(sql::VERSION_GET, key)?;
        let stored = crate::resource::stored(&vault, resource_type, &stored)?;
        let resource: Json = serde_json::from_slice(&stored.body)
            .map_err(|_| Failure::Storage(format!("{}: is not JSON", stored.reference)))?;
        if is_linked(resource_type) {
            let links = links_of(resource_type, &resource)?;
            replace_links(executor, tenant, (resource_type, id), &links)?;
        }
        let labels = labels_of(&resource);
        let question = question_of(resource_type, &resource, &labels)?;
        if version > 1 || !question.is_empty() {
            replace_question(executor, tenant, (resource_type, id), &question, true)?;
        }
        labels
    };
    executor.execute(sql::VERSION_LABELS_DROP, values![tenant, resource_type, id, version])?;
    for label in labels {
        let row = values![tenant, resource_type, id, version, label, owner];
        executor.execute(sql::VERSION_LABEL_PUT, row)?;
        earlier(executor, tenant, (resource_type, id, version), label)?;
    }
    Ok(())
}

/// Gives a label of a version to those before it.
pub(crate) fn earlier(
    executor: &dyn Executor,
    tenant: &str,
    (resource_type, id, version): (&str, &str, u64),
    label: &str,
) -> Result<(), Failure> {
    let row = values![label, tenant, resource_type, id, version];
    executor.execute(sql::EARLIER_VERSIONS_LABEL, row).map(|_| ())
}
