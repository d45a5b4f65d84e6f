//! A search as one SQL text: every term and the scope are conditions of it.
//!
//! If a term finds few resources, or the caller sees few, the search goes from these, and asks of
//! each whether the other terms hold. If none does, many resources hold: they are asked one after
//! the other until the page is full.

use super::candidates::Candidates;
use super::condition::{Conditions, ESTIMATE_ROWS_MAX, Estimate, Outer};
use super::cursor::{self, Key, NUMBER_COLUMN};
use super::extract::is_identifier;
use super::lookup::Lookups;
use super::table::find;
use super::{ParameterKind, Search, Term, Total, include};
use crate::access::EVERYBODY;
use crate::grant::Columns;
use crate::key::Keys;
use crate::limit::{
    PAGE_ROWS_MAX, SEARCH_BINDINGS_MAX, SEARCH_LINKS_MAX, SEARCH_TERMS_MAX, SEARCH_VALUE_BYTES_MAX,
    SEARCH_VALUES_MAX, no_nul, within,
};
use crate::resource::is_resource_type;
use crate::store::{Executor, Row, Value, values};
use crate::vault::{Builder, sha256};
use crate::{Access, Failure, Scope};
use std::fmt::Write as _;

/// Columns that `resource::stored` reads, and the number.
const COLUMNS: &str = "SELECT v.id, v.version, v.patient, v.recorded, v.deleted, v.sha256, v.body";
/// The resources of the type that follows.
const RESOURCES: &str = " FROM resource r WHERE r.tenant = $1 AND r.deleted = 0
    AND r.resource_type = ";
/// The versions of the resources of a page `p`.
const VERSIONS: &str = ") p JOIN resource_version v ON v.tenant = $1
    AND v.resource_type = p.resource_type AND v.id = p.id AND v.version = p.version";
/// Hexadecimal digits of the query's digest in a cursor.
const CURSOR_DIGITS: usize = 16;
/// A term that finds no more than these is not bettered by another.
const FEW_ROWS: u64 = 100;
/// A term that finds no more than these, and is the only one, is counted where that is cheap.
const COUNTED_ROWS_MAX: u64 = 1_000;
/// A type of which there are no more than these is gone through.
const RESOURCES_MAX: u64 = 1_000;

/// A search ready to run.
pub(crate) struct Plan {
    /// How many match, if that is to be told.
    pub(crate) count: Option<Builder>,
    /// One page and one row more.
    pub(crate) page: Builder,
    /// Those that the page is asked of, if they are known beforehand.
    candidates: Option<Candidates>,
    /// Parameters left out.
    pub(crate) unknown: Vec<String>,
    tenant: String,
    digest: String,
    sort_keys: usize,
}

/// From where a search goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Start {
    at: StartAt,
    swapped: bool,
    /// About how many resources that are, if it is a term.
    rows: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum StartAt {
    /// From all resources, one after the other.
    #[default]
    All,
    /// From all resources, which are few.
    Few,
    /// From those of the patients that the caller sees.
    Scope,
    /// From those that a term finds.
    Term(usize),
}

/// A search as one text, for digests.
pub(crate) fn canonical(search: &Search) -> String {
    let query = &search.query;
    let mut canonical = format!("{} {:?}", query.resource_type, query.terms);
    if !search.sort.is_empty() {
        // Writing to a string cannot fail.
        let _ = write!(canonical, " {:?}", search.sort);
    }
    canonical
}

impl Plan {
    /// Without an executor nothing is counted or looked up beforehand, and the search goes from all
    /// resources.
    pub(crate) fn new(
        access: &Access,
        search: &Search,
        keys: &Keys,
        executor: Option<&dyn Executor>,
    ) -> Result<Self, Failure> {
        let query = &search.query;
        check(search)?;
        let order = cursor::keys(&query.resource_type, &search.sort)?;
        let tenant = access.tenant().as_str();
        let digest = sha256(canonical(search).as_bytes()).chars().take(CURSOR_DIGITS).collect();
        let after = match &query.cursor {
            None => None,
            Some(cursor) => Some(place(cursor, &digest, keys, tenant, order.len())?),
        };
        let lookups = executor.map(Lookups::new);
        let lookups = lookups.as_ref();
        let mut asked = Asked { access, search, keys, lookups, start: Start::default() };
        if let Some(executor) = executor {
            asked.start = asked.start(executor)?;
        }
        let mut unknown = Vec::new();
        let candidates = match executor {
            Some(executor) => asked.candidates(executor, &order, after.as_deref())?,
            None => None,
        };
        let mut candidates = candidates.map(Candidates::new);
        let page = asked.page(&order, after.as_deref(), candidates.as_mut(), &mut unknown)?;
        let count = asked.count()?;
        let (tenant, sort_keys) = (tenant.to_owned(), order.len());
        Ok(Self { count, page, candidates, unknown, tenant, digest, sort_keys })
    }

    /// The rows of the page, and one more if there is another.
    pub(crate) fn rows(&self, executor: &dyn Executor, count: usize) -> Result<Vec<Row>, Failure> {
        match &self.candidates {
            Some(candidates) => candidates.rows(executor, &self.page, count),
            None => executor.query(&self.page.sql, &self.page.values),
        }
    }

    /// The cursor of the page that follows a row of this one.
    pub(crate) fn cursor_after(&self, keys: &Keys, row: &Row) -> Result<String, Failure> {
        let place = if self.sort_keys == 0 {
            row.int(NUMBER_COLUMN)?.to_string()
        } else {
            cursor::write(keys, &[&self.tenant, &self.digest], row, self.sort_keys)?
        };
        Ok(format!("{}.{place}", self.digest))
    }
}

/// The place that a cursor stands for: a value for each key of the order, and the number.
fn place(
    cursor: &str,
    digest: &String,
    keys: &Keys,
    tenant: &str,
    order: usize,
) -> Result<Vec<Value>, Failure> {
    let refuse = || invalid("cursor", "is not of this search");
    let (of, place) = cursor.split_once('.').ok_or_else(refuse)?;
    if of != digest {
        return Err(refuse());
    }
    if order > 0 {
        return cursor::read(keys, &[tenant, digest], place, order);
    }
    let number: i64 = place.parse().map_err(|_| refuse())?;
    Ok(vec![Value::Int(number)])
}

/// A search of somebody.
struct Asked<'a> {
    access: &'a Access,
    search: &'a Search,
    keys: &'a Keys,
    lookups: Option<&'a Lookups<'a>>,
    start: Start,
}

impl Asked<'_> {
    fn conditions_of(&self, each: bool, swapped: bool) -> Conditions<'_> {
        let resource_type = &self.search.query.resource_type;
        let outer = Outer { resource_type, name: "r", each };
        let Self { access, keys, lookups, .. } = *self;
        Conditions { access, keys, outer, lookups, swapped }
    }

    /// From where the fewest resources are asked about.
    fn start(&self, executor: &dyn Executor) -> Result<Start, Failure> {
        let mut best = Start::default();
        let mut fewest = ESTIMATE_ROWS_MAX;
        let query = &self.search.query;
        // What names a patient or a resource first: the others then need no count.
        let mut order: Vec<usize> = (0..query.terms.len()).collect();
        order.sort_by_key(|place| {
            query.terms.get(*place).is_none_or(|term| !is_selective(&query.resource_type, term))
        });
        for place in order {
            let Some(term) = query.terms.get(place) else { continue };
            // No further than what was found already: more are none the better.
            let found = self.conditions_of(false, false).estimate(executor, term, fewest)?;
            let Some(Estimate { rows, swapped }) = found else { continue };
            if rows < fewest {
                (best, fewest) = (Start { at: StartAt::Term(place), swapped, rows }, rows);
            }
            if fewest <= FEW_ROWS {
                return Ok(best);
            }
        }
        if best.at == StartAt::All && self.seen(executor)? < RESOURCES_MAX {
            let is_narrowed = matches!(self.access.scope(), Scope::Patients(_));
            best.at = if is_narrowed { StartAt::Scope } else { StartAt::Few };
        }
        Ok(best)
    }

    /// How many resources of the type the caller sees, up to [`RESOURCES_MAX`].
    fn seen(&self, executor: &dyn Executor) -> Result<u64, Failure> {
        let mut query = self.begin("SELECT count(*) FROM (SELECT 1");
        self.resources(&mut query);
        query.scope(self.access, Columns::Resource("r"));
        query.push(&format!(" LIMIT {RESOURCES_MAX}) q"));
        executor.one(&query.sql, &query.values)?.count(0)
    }

    /// Adds every term and the scope. `each` is how terms are put that the search does not go
    /// from; that one is left out if its candidates are asked about.
    fn conditions(
        &self,
        to: &mut Builder,
        (each, by_candidates): (bool, bool),
        unknown: &mut Vec<String>,
    ) -> Result<(), Failure> {
        for (place, term) in self.search.query.terms.iter().enumerate() {
            let is_start = self.start.at == StartAt::Term(place);
            if is_start && by_candidates {
                continue;
            }
            let swapped = is_start && self.start.swapped;
            if !self.conditions_of(each && !is_start, swapped).write(to, term)? {
                unknown.push(term.written());
            }
        }
        if self.start.at == StartAt::Scope
            && let Scope::Patients(patients) = self.access.scope()
        {
            to.push(
                " AND r.number IN (SELECT o.number FROM resource o WHERE o.tenant = $1 \
                 AND o.patient IN (",
            );
            to.bind(EVERYBODY);
            for patient in patients {
                to.push(", ");
                to.bind(patient.as_str());
            }
            to.push(") AND o.resource_type = ");
            to.bind(self.search.query.resource_type.as_str());
            to.push(")");
        }
        to.scope(self.access, Columns::Resource("r"));
        within("terms", to.values.len(), SEARCH_BINDINGS_MAX, "values in all")
    }

    /// Begins a statement whose `$1` is the tenant.
    fn begin(&self, head: &str) -> Builder {
        Builder::new(head, values![self.access.tenant().as_str()])
    }

    fn resources(&self, to: &mut Builder) {
        to.push(RESOURCES);
        to.bind(self.search.query.resource_type.as_str());
    }

    /// Whether all that match are counted without much more being read than for a page.
    fn is_counted_cheaply(&self) -> bool {
        let is_only_term = self.search.query.terms.len() == 1;
        let rows_max = if is_only_term { COUNTED_ROWS_MAX } else { FEW_ROWS };
        match self.start.at {
            StartAt::All => false,
            StartAt::Few | StartAt::Scope => true,
            StartAt::Term(_) => self.start.rows <= rows_max,
        }
    }

    /// How many match. Of all resources a count goes over the sets of the terms; that is done
    /// only for who wants it.
    fn count(&self) -> Result<Option<Builder>, Failure> {
        let is_narrow = self.start.at != StartAt::All;
        match self.search.total {
            Total::None => return Ok(None),
            Total::IfCheap if !self.is_counted_cheaply() => return Ok(None),
            Total::IfCheap | Total::Accurate => {}
        }
        let mut count = self.begin("SELECT count(*)");
        self.resources(&mut count);
        self.conditions(&mut count, (is_narrow, false), &mut Vec::new())?;
        Ok(Some(count))
    }

    /// The numbers of those that the search goes from, where there are many of them and they cost
    /// little: in the order in which they came, a page is full before all of them are asked about.
    fn candidates(
        &self,
        executor: &dyn Executor,
        order: &[Key],
        after: Option<&[Value]>,
    ) -> Result<Option<Vec<i64>>, Failure> {
        let StartAt::Term(place) = self.start.at else { return Ok(None) };
        let Some(term) = self.search.query.terms.get(place) else { return Ok(None) };
        if !order.is_empty() || self.start.rows <= FEW_ROWS {
            return Ok(None);
        }
        let first = match after {
            Some([Value::Int(number)]) => *number,
            _ => 0,
        };
        let conditions = self.conditions_of(false, self.start.swapped);
        let Some(query) = conditions.numbers(term, first)? else { return Ok(None) };
        let rows = executor.query(&query.sql, &query.values)?;
        rows.iter().map(|row| row.int(0)).collect::<Result<_, _>>().map(Some)
    }

    /// A page. Bodies are read only for what is on it.
    fn page(
        &self,
        order: &[Key],
        after: Option<&[Value]>,
        candidates: Option<&mut Candidates>,
        unknown: &mut Vec<String>,
    ) -> Result<Builder, Failure> {
        let mut page = self.begin(COLUMNS);
        page.push(", p.number");
        for number in 0..order.len() {
            page.push(&format!(", p.k{number}"));
        }
        page.push(
            " FROM (SELECT * FROM (SELECT r.number AS number, r.resource_type AS resource_type, \
             r.id AS id, r.version AS version",
        );
        for (number, key) in order.iter().enumerate() {
            page.push(", ");
            key.select(&mut page, number);
        }
        self.resources(&mut page);
        let by_candidates = candidates.is_some();
        if let Some(candidates) = candidates {
            candidates.put(&mut page);
        }
        self.conditions(&mut page, (true, by_candidates), unknown)?;
        match after {
            Some([number]) if order.is_empty() => {
                page.push(" AND r.number > ");
                page.bind(number.clone());
            }
            _ => {}
        }
        page.push(") q");
        if let Some(place) = after.filter(|_| !order.is_empty()) {
            page.push(" WHERE ");
            cursor::after(&mut page, order, place);
        }
        cursor::order(&mut page, order, "q");
        page.push(" LIMIT ");
        page.bind(self.search.query.count + 1);
        page.push(VERSIONS);
        cursor::order(&mut page, order, "p");
        Ok(page)
    }
}

/// Refuses what is too much, or is no search.
fn check(search: &Search) -> Result<(), Failure> {
    let query = &search.query;
    within("_count", query.count as usize, PAGE_ROWS_MAX as usize, "entries")?;
    within("terms", query.terms.len(), SEARCH_TERMS_MAX, "terms")?;
    if !is_resource_type(&query.resource_type) {
        return Err(invalid("resource type", "is not the name of a FHIR type"));
    }
    include::check(&search.includes, &query.resource_type)?;
    let is_linked = |term: &&Term| {
        let modifier = term.modifier.as_deref().unwrap_or_default();
        term.parameter == "_has" || term.parameter.contains('.') || modifier.contains('.')
    };
    let links = query.terms.iter().filter(is_linked).count();
    within("terms", links, SEARCH_LINKS_MAX, "chains")?;
    query.terms.iter().try_for_each(check_term)
}

pub(super) fn invalid(place: &str, text: &str) -> Failure {
    Failure::Invalid { place: place.to_owned(), text: text.to_owned() }
}

fn check_term(term: &Term) -> Result<(), Failure> {
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

/// Whether a term most likely finds few resources however many there are: those of one patient,
/// of one identifier, or one by its id.
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
