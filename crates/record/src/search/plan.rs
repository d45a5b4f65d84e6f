//! A search as one SQL text: every term and the scope are conditions of it.

use super::condition::{Conditions, Outer};
use super::cursor::{self, Key};
use super::extract::is_identifier;
use super::table::find;
use super::{ParameterKind, Search, Term, include};
use crate::key::Keys;
use crate::limit::{
    PAGE_ROWS_MAX, SEARCH_BINDINGS_MAX, SEARCH_LINKS_MAX, SEARCH_TERMS_MAX, SEARCH_VALUE_BYTES_MAX,
    SEARCH_VALUES_MAX, no_nul, within,
};
use crate::resource::is_resource_type;
use crate::store::{Row, values};
use crate::vault::{Builder, sha256};
use crate::{Access, Failure};
use std::fmt::Write as _;

/// Columns that `resource::stored` reads.
const PAGE: &str = "SELECT v.id, v.version, v.patient, v.recorded, v.deleted, v.sha256, v.body
    FROM resource r JOIN resource_version v ON v.tenant = r.tenant
    AND v.resource_type = r.resource_type AND v.id = r.id AND v.version = r.version
    WHERE r.tenant = $1 AND r.resource_type = $2 AND r.deleted = 0";
const COUNT: &str = "SELECT count(*) FROM resource r
    WHERE r.tenant = $1 AND r.resource_type = $2 AND r.deleted = 0";
/// Hexadecimal digits of the query's digest in a cursor.
const CURSOR_DIGITS: usize = 16;

/// A search ready to run.
pub(crate) struct Plan {
    /// How many match.
    pub(crate) count: Builder,
    /// One page and one row more.
    pub(crate) page: Builder,
    /// Parameters left out.
    pub(crate) unknown: Vec<String>,
    /// The query as one text, for digests.
    pub(crate) canonical: String,
    tenant: String,
    digest: String,
    sort_keys: usize,
}

impl Plan {
    pub(crate) fn new(access: &Access, search: &Search, keys: &Keys) -> Result<Self, Failure> {
        let query = &search.query;
        within("_count", query.count as usize, PAGE_ROWS_MAX as usize, "entries")?;
        within("terms", query.terms.len(), SEARCH_TERMS_MAX, "terms")?;
        if !is_resource_type(&query.resource_type) {
            return Err(invalid("resource type", "is not the name of a FHIR type"));
        }
        include::check(&search.includes, &query.resource_type)?;
        let order = cursor::keys(&query.resource_type, &search.sort)?;
        let tenant = access.tenant().as_str();
        let mut canonical = format!("{} {:?}", query.resource_type, query.terms);
        if !search.sort.is_empty() {
            // Writing to a string cannot fail.
            let _ = write!(canonical, " {:?}", search.sort);
        }
        let digest: String = sha256(canonical.as_bytes()).chars().take(CURSOR_DIGITS).collect();
        let after = match &query.cursor {
            None => None,
            Some(cursor) => {
                let place = cursor.split_once('.').filter(|(of, _)| *of == digest);
                Some(place.ok_or_else(|| invalid("cursor", "is not of this search"))?.1)
            }
        };
        let mut unknown = Vec::new();
        let mut count = Builder::new(COUNT, values![tenant, &query.resource_type]);
        conditions(access, search, keys, &mut count, &mut unknown)?;
        let page = if order.is_empty() {
            by_id(access, search, keys, after)?
        } else {
            let place = match after {
                Some(text) => Some(cursor::read(keys, &[tenant, &digest], text, order.len())?),
                None => None,
            };
            sorted(access, search, keys, &order, place.as_deref())?
        };
        let (tenant, sort_keys) = (tenant.to_owned(), order.len());
        Ok(Self { count, page, unknown, canonical, tenant, digest, sort_keys })
    }

    /// The cursor of the page that follows a row of this one.
    pub(crate) fn cursor_after(&self, keys: &Keys, row: &Row) -> Result<String, Failure> {
        let place = if self.sort_keys == 0 {
            row.text(0)?.to_owned()
        } else {
            cursor::write(keys, &[&self.tenant, &self.digest], row, self.sort_keys)?
        };
        Ok(format!("{}.{place}", self.digest))
    }
}

/// A page in the order of ids.
fn by_id(
    access: &Access,
    search: &Search,
    keys: &Keys,
    after: Option<&str>,
) -> Result<Builder, Failure> {
    let query = &search.query;
    let mut page = Builder::new(PAGE, values![access.tenant().as_str(), &query.resource_type]);
    conditions(access, search, keys, &mut page, &mut Vec::new())?;
    if let Some(id) = after {
        no_nul("cursor", id)?;
        page.push(" AND r.id > ");
        page.bind(id);
    }
    page.push(" ORDER BY r.id LIMIT ");
    page.bind(query.count + 1);
    Ok(page)
}

/// A page in an order that was asked for. Bodies are read only for what is on it.
fn sorted(
    access: &Access,
    search: &Search,
    keys: &Keys,
    order: &[Key],
    after: Option<&[crate::store::Value]>,
) -> Result<Builder, Failure> {
    let query = &search.query;
    let head = values![access.tenant().as_str(), &query.resource_type];
    let mut page = Builder::new(
        "SELECT v.id, v.version, v.patient, v.recorded, v.deleted, v.sha256, v.body",
        head,
    );
    for number in 0..order.len() {
        page.push(&format!(", p.k{number}"));
    }
    page.push(
        " FROM (SELECT * FROM (SELECT r.tenant AS tenant, r.resource_type AS resource_type, \
         r.id AS id, r.version AS version",
    );
    for (number, key) in order.iter().enumerate() {
        page.push(", ");
        key.select(&mut page, number);
    }
    page.push(" FROM resource r WHERE r.tenant = $1 AND r.resource_type = $2 AND r.deleted = 0");
    conditions(access, search, keys, &mut page, &mut Vec::new())?;
    page.push(") q");
    if let Some(place) = after {
        page.push(" WHERE ");
        cursor::after(&mut page, order, place);
    }
    cursor::order(&mut page, order, "q");
    page.push(" LIMIT ");
    page.bind(query.count + 1);
    page.push(
        ") p JOIN resource_version v ON v.tenant = p.tenant \
         AND v.resource_type = p.resource_type AND v.id = p.id AND v.version = p.version",
    );
    cursor::order(&mut page, order, "p");
    Ok(page)
}

/// Adds every term and the scope.
fn conditions(
    access: &Access,
    search: &Search,
    keys: &Keys,
    to: &mut Builder,
    unknown: &mut Vec<String>,
) -> Result<(), Failure> {
    let query = &search.query;
    let is_linked = |term: &&Term| {
        let modifier = term.modifier.as_deref().unwrap_or_default();
        term.parameter == "_has" || term.parameter.contains('.') || modifier.contains('.')
    };
    let links = query.terms.iter().filter(is_linked).count();
    within("terms", links, SEARCH_LINKS_MAX, "chains")?;
    let is_driven = query.terms.iter().any(|term| is_selective(&query.resource_type, term));
    for term in &query.terms {
        check(term)?;
        let each = is_driven && !is_selective(&query.resource_type, term);
        let outer = Outer { resource_type: &query.resource_type, name: "r", each };
        let conditions = Conditions { access, keys, outer };
        if !conditions.write(to, term)? {
            unknown.push(term.written());
        }
    }
    to.scope(access, "r.patient");
    within("terms", to.values.len(), SEARCH_BINDINGS_MAX, "values in all")
}

pub(super) fn invalid(place: &str, text: &str) -> Failure {
    Failure::Invalid { place: place.to_owned(), text: text.to_owned() }
}

fn check(term: &Term) -> Result<(), Failure> {
    let place = &term.parameter;
    within(place, term.values.len(), SEARCH_VALUES_MAX, "values")?;
    if term.values.is_empty() {
        return Err(invalid(place, "has no value"));
    }
    for value in &term.values {
        within(place, value.len(), SEARCH_VALUE_BYTES_MAX, "bytes")?;
        no_nul(place, value)?;
        if value.is_empty() {
            return Err(invalid(place, "has an empty value"));
        }
    }
    Ok(())
}

/// Whether a term finds few resources however many there are: those of one patient, of one
/// identifier, or one by its id. The other terms are then looked up for these only.
fn is_selective(resource_type: &str, term: &Term) -> bool {
    let modifier = term.modifier.as_deref();
    let names_few = term.values.iter().all(|value| !value.ends_with('|'));
    // `patient.identifier`, or `subject:Patient.identifier`.
    let chained = match (term.parameter.split_once('.'), modifier) {
        (Some((_, rest)), None) => Some(rest),
        (None, Some(modifier)) => modifier.split_once('.').map(|(_, rest)| rest),
        _ => None,
    };
    if let Some(rest) = chained {
        return matches!(rest, "identifier" | "_id") && names_few;
    }
    let Some(parameter) = find(resource_type, &term.parameter) else { return false };
    let selects = parameter.name == "_id"
        || parameter.kind == ParameterKind::Reference
        || is_identifier(parameter) && names_few;
    selects && !matches!(modifier, Some("not" | "missing" | "text"))
}
