//! `_include` and `_revinclude`: what is taken along with a page (FHIR R4 §3.1.1.5.4).

use super::ParameterKind;
use super::extract::reference;
use super::plan::invalid;
use super::table::{find, listed, search_parameters, searched_types};
use crate::grant::Columns;
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
        query.scope(access, Columns::Resource("v"));
        if let Some(row) = executor.first(&query.sql, &query.values)?
            && !row.flag(4)?
        {
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
                // What is no reference to a resource of ours leads nowhere.
                if let Some((resource_type, id)) = reference(row.text(0)?) {
                    found.insert((resource_type.to_owned(), id.to_owned()));
                }
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
    if include.is_reverse {
        reverse(access, include, resource_type, ids)
    } else {
        forward(access, include, ids)
    }
}

/// The numbers of the paths of an include's references, parted by commas.
fn paths(include: &Include) -> String {
    let every = include.parameter == EVERY;
    let parameters = search_parameters(&include.source).iter().filter(|parameter| {
        parameter.kind == ParameterKind::Reference && (every || parameter.name == include.parameter)
    });
    let numbers = parameters.flat_map(|parameter| &parameter.paths);
    listed(numbers.map(|path| path.number))
}

/// What resources of the source refer to: `Type/id`.
fn forward(access: &Access, include: &Include, ids: &[&str]) -> Builder {
    let sql = format!(
        "SELECT DISTINCT k.code FROM resource o CROSS JOIN search_posting_of p \
         CROSS JOIN search_token_of k WHERE o.tenant = $1 AND o.resource_type = $2 \
         AND p.tenant = $1 AND p.number = o.number AND p.path IN ({}) AND k.tenant = $1 \
         AND k.concept = p.concept",
        paths(include)
    );
    let mut query = Builder::new(&sql, values![access.tenant().as_str(), &include.source]);
    if let Some(target) = &include.target {
        query.push(" AND k.code >= ");
        query.bind(format!("{target}/"));
        query.push(" AND k.code < ");
        query.bind(format!("{target}0"));
    }
    query.push(" AND o.id IN (");
    query.bind_list(ids.iter().copied());
    query.push(&format!(") ORDER BY k.code LIMIT {}", INCLUDED_MAX + 1));
    query
}

/// Resources of the source that refer to these.
fn reverse(access: &Access, include: &Include, resource_type: &str, ids: &[&str]) -> Builder {
    let sql = format!(
        "SELECT DISTINCT r.resource_type || '/' || r.id AS code FROM search_token k \
         CROSS JOIN search_posting p CROSS JOIN resource r WHERE k.tenant = $1 AND k.system = 0 \
         AND p.tenant = $1 AND p.concept = k.concept AND p.path IN ({}) AND r.tenant = $1 \
         AND r.number = p.number AND r.deleted = 0 AND r.resource_type = ",
        paths(include)
    );
    let mut query = Builder::new(&sql, values![access.tenant().as_str()]);
    query.bind(include.source.as_str());
    query.scope(access, Columns::Resource("r"));
    query.push(" AND k.code IN (");
    let codes: Vec<String> = ids.iter().map(|id| format!("{resource_type}/{id}")).collect();
    query.bind_list(codes.iter().map(String::as_str));
    query.push(&format!(") ORDER BY code LIMIT {}", INCLUDED_MAX + 1));
    query
}
