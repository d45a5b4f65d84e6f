//! `_include` and `_revinclude`: what is taken along with a page (FHIR R4 §3.1.1.5.4).

use super::ParameterKind;
use super::plan::invalid;
use super::table::{find, searched_types};
use crate::limit::{INCLUDED_MAX, INCLUDES_MAX, within};
use crate::resource::{is_resource_type, stored};
use crate::sql::record::VERSION_CURRENT;
use crate::store::{Executor, values};
use crate::vault::{Builder, Vault};
use crate::{Access, Failure, Stored};
use std::collections::{BTreeMap, BTreeSet};

/// Ids that one statement asks for.
const IDS_OF_STATEMENT: usize = 500;
/// The name that stands for every reference of a type.
const EVERY: &str = "*";

/// One `_include` or `_revinclude`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Include {
    /// The type whose parameter it is.
    pub source: String,
    /// A reference parameter, or `*`.
    pub parameter: String,
    /// Only targets of this type.
    pub target: Option<String>,
    /// Whether what points at the matches is taken along, instead of what they point at.
    pub is_reverse: bool,
    /// Whether it is applied to what was taken along, too, once.
    pub is_iterated: bool,
}

/// Type and id.
type Key = (String, String);

impl Include {
    /// Reads `Observation:subject` or `Observation:subject:Patient`. `name` is the parameter as
    /// written, `_include`, `_revinclude:iterate`.
    pub fn parse(name: &str, value: &str) -> Result<Self, Failure> {
        let (plain, modifier) = name.split_once(':').unwrap_or((name, ""));
        if !matches!(modifier, "" | "iterate" | "recurse") {
            return Err(invalid(plain, "has a modifier that is not `iterate`"));
        }
        let mut parts = value.split(':');
        let (source, parameter, target) = (parts.next(), parts.next(), parts.next());
        let (Some(source), Some(parameter), None) = (source, parameter, parts.next()) else {
            return Err(invalid(plain, "is not `Type:parameter` or `Type:parameter:Type`"));
        };
        if !searched_types().any(|known| known == source) {
            return Err(invalid(plain, "names a type that is not searched"));
        }
        let is_reference = find(source, parameter).is_some_and(|parameter| {
            parameter.kind == ParameterKind::Reference
                && target.is_none_or(|target| parameter.targets(target))
        });
        if !(is_reference || parameter == EVERY && target.is_none_or(is_resource_type)) {
            return Err(invalid(plain, "names no reference parameter of its type"));
        }
        Ok(Self {
            source: source.to_owned(),
            parameter: parameter.to_owned(),
            target: target.map(str::to_owned),
            is_reverse: plain == "_revinclude",
            is_iterated: !modifier.is_empty(),
        })
    }

    fn place(&self) -> &'static str {
        if self.is_reverse { "_revinclude" } else { "_include" }
    }

    /// Whether it can find anything in a search of a type.
    fn check(&self, resource_type: &str) -> Result<(), Failure> {
        let leads = if self.is_reverse {
            let targets = |known: &super::Parameter| known.targets(resource_type);
            self.target.as_deref().is_none_or(|target| target == resource_type)
                && (self.parameter == EVERY
                    || find(&self.source, &self.parameter).is_some_and(targets))
        } else {
            self.source == resource_type
        };
        if leads || self.is_iterated {
            return Ok(());
        }
        Err(invalid(self.place(), "leads nowhere from the type that is searched"))
    }
}

/// Refuses includes that are too many, or that lead nowhere.
pub(super) fn check(includes: &[Include], resource_type: &str) -> Result<(), Failure> {
    within("_include", includes.len(), INCLUDES_MAX, "includes")?;
    includes.iter().try_for_each(|include| include.check(resource_type))
}

/// Everything that is taken along with the entries, as far as the caller may know of it.
pub(super) fn take_along(
    executor: &dyn Executor,
    vault: &Vault<'_>,
    access: &Access,
    includes: &[Include],
    entries: &[Stored],
) -> Result<Vec<Stored>, Failure> {
    let key =
        |stored: &Stored| (stored.reference.resource_type.clone(), stored.reference.id.clone());
    let matches: BTreeSet<Key> = entries.iter().map(key).collect();
    let mut taken = BTreeSet::new();
    let mut from = matches.clone();
    for is_again in [false, true] {
        let mut found = BTreeSet::new();
        for include in includes.iter().filter(|include| include.is_iterated || !is_again) {
            follow(executor, access, include, &from, &mut found)?;
        }
        found.retain(|key| !matches.contains(key) && !taken.contains(key));
        within("included resources", taken.len() + found.len(), INCLUDED_MAX, "resources")?;
        taken.extend(found.iter().cloned());
        from = found;
    }
    let mut included = Vec::with_capacity(taken.len());
    for (resource_type, id) in &taken {
        let key = values![access.tenant().as_str(), resource_type, id];
        let mut query = Builder::new(VERSION_CURRENT, key);
        query.scope(access, "v.patient");
        if let Some(row) = executor.first(&query.sql, &query.values)? {
            included.push(stored(vault, resource_type, &row)?);
        }
    }
    Ok(included)
}

/// What one include leads to, from resources that were found.
fn follow(
    executor: &dyn Executor,
    access: &Access,
    include: &Include,
    from: &BTreeSet<Key>,
    found: &mut BTreeSet<Key>,
) -> Result<(), Failure> {
    let mut by_type: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (resource_type, id) in from {
        by_type.entry(resource_type).or_default().push(id);
    }
    for (resource_type, ids) in by_type {
        let wanted =
            if include.is_reverse { include.target.as_deref() } else { Some(&*include.source) };
        if wanted.is_some_and(|wanted| wanted != resource_type) {
            continue;
        }
        for ids in ids.chunks(IDS_OF_STATEMENT) {
            let query = statement(access, include, resource_type, ids);
            for row in executor.query(&query.sql, &query.values)? {
                found.insert((row.text(0)?.to_owned(), row.text(1)?.to_owned()));
            }
        }
    }
    Ok(())
}

/// The statement that finds the other ends of references.
pub(crate) fn statement(
    access: &Access,
    include: &Include,
    resource_type: &str,
    ids: &[&str],
) -> Builder {
    let (of_type, of_id) = if include.is_reverse {
        ("s.resource_type", "s.id")
    } else {
        ("s.target_type", "s.target")
    };
    let sql = format!(
        "SELECT DISTINCT r.resource_type, r.id FROM search_reference s JOIN resource r \
         ON r.tenant = s.tenant AND r.resource_type = {of_type} AND r.id = {of_id} \
         WHERE s.tenant = $1 AND s.resource_type = $2 AND r.deleted = 0"
    );
    let mut query = Builder::new(&sql, values![access.tenant().as_str(), &include.source]);
    if include.parameter != EVERY {
        query.push(" AND s.parameter = ");
        query.bind(include.parameter.as_str());
    }
    if include.is_reverse {
        query.push(" AND s.target_type = ");
        query.bind(resource_type);
    } else if let Some(target) = &include.target {
        query.push(" AND s.target_type = ");
        query.bind(target.as_str());
    }
    query.scope(access, "r.patient");
    query.push(if include.is_reverse { " AND s.target IN (" } else { " AND s.id IN (" });
    query.bind_list(ids.iter().copied());
    query.push(&format!(") ORDER BY r.resource_type, r.id LIMIT {}", INCLUDED_MAX + 1));
    query
}
