//! Search: FHIR R4 parameters, taken from a table, matched inside the query.

mod candidates;
mod concept;
mod condition;
mod cursor;
mod decimal;
mod extract;
pub(crate) mod follow;
mod include;
mod index;
mod lookup;
mod orphan;
mod path;
mod plan;
mod table;
mod value;

pub(crate) use concept::{Concept, Remembered, with_token};
pub(crate) use extract::{Entry, extract, identifier_entry, reference};
pub use include::Include;
#[cfg(test)]
pub(crate) use include::statement as include_statement;
pub(crate) use index::{VersionKey, bring_up_to_date, entries_of};
pub(crate) use orphan::{concepts, remove_orphans};
pub(crate) use path::{member, values_at};
pub(crate) use table::find;
pub use table::{patient_compartment, search_parameters, searched_types};
pub(crate) use value::date_range;

use crate::audit::Touched;
use crate::resource::stored;
use crate::store::Executor;
use crate::vault::Vault;
use crate::{Access, Action, Failure, Record, Stored};
use path::Path;
pub(crate) use plan::Plan;

/// How a search parameter compares (FHIR R4 §3.1.1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParameterKind {
    /// `code`, `system|code`.
    Token,
    /// Text, compared from its start without case.
    String,
    /// A range by precision, with prefixes.
    Date,
    /// A number, with prefixes and precision.
    Number,
    /// A number with its unit, `5.4|http://unitsofmeasure.org|mg`.
    Quantity,
    /// Another resource.
    Reference,
    /// A URI as it is.
    Uri,
    /// Two parameters of one element, `a$b`.
    Composite,
}

impl ParameterKind {
    const ALL: [Self; 8] = [
        Self::Token,
        Self::String,
        Self::Date,
        Self::Number,
        Self::Quantity,
        Self::Reference,
        Self::Uri,
        Self::Composite,
    ];

    /// The FHIR `search-param-type` code.
    pub fn word(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::String => "string",
            Self::Date => "date",
            Self::Number => "number",
            Self::Quantity => "quantity",
            Self::Reference => "reference",
            Self::Uri => "uri",
            Self::Composite => "composite",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A search parameter of a resource type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Name in the URL.
    pub name: &'static str,
    /// How it compares.
    pub kind: ParameterKind,
    /// Where its values stand; none for composites and for the record's own columns.
    paths: Vec<Path>,
    /// Types that a reference may point at; `*` is all.
    pub targets: Vec<&'static str>,
    /// The two parameters of a composite.
    pub components: Vec<&'static str>,
    /// Systems of codes that are stored without one.
    systems: Vec<&'static str>,
    definition: &'static str,
    /// Identifiers, telephone numbers and mail addresses are only kept hashed.
    is_hashed: bool,
    /// A component of a composite: its rows say of which element they are.
    by_element: bool,
}

/// One search term. Values are alternatives (OR); several terms must all hold (AND).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Parameter name.
    pub parameter: String,
    /// Modifier without the colon: `exact`, `contains`, `missing`, `not`, `text`, `identifier`,
    /// `above`, `below`, or a resource type, which a chain may follow: `Patient.name`.
    pub modifier: Option<String>,
    /// Values, already parted at the commas; `\,`, `\|`, `\$` and `\\` are still escaped.
    pub values: Vec<String>,
}

/// A search over one resource type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// FHIR type.
    pub resource_type: String,
    /// What must hold.
    pub terms: Vec<Term>,
    /// Entries of one page, 0 (count only) to [`crate::limit::PAGE_ROWS_MAX`].
    pub count: u32,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

/// One page of a search, in the order in which the resources came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Current versions, none deleted.
    pub entries: Vec<Stored>,
    /// Cursor of the next page.
    pub next: Option<String>,
    /// How many match in all pages, as far as the caller may know.
    pub total: u64,
    /// Parameters and modifiers that are not known and were left out, as `name` or `name:modifier`.
    pub unknown_parameters: Vec<String>,
}

/// A search with everything that may be said beside its terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// Type, terms and page.
    pub query: Query,
    /// What the entries are ordered by; where that is equal, the order in which they came.
    pub sort: Vec<SortKey>,
    /// What is taken along.
    pub includes: Vec<Include>,
    /// Whether to count what matches in all pages.
    pub total: Total,
}

/// Whether the matches of all pages are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    /// They are not.
    None,
    /// They are where that is little work: what is asked finds few.
    IfCheap,
    /// They are.
    Accurate,
}

/// A parameter that a search is sorted by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortKey {
    /// Parameter name.
    pub parameter: String,
    /// From the greatest down.
    pub is_descending: bool,
}

/// One page of a [`Search`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Current versions, none deleted.
    pub entries: Vec<Stored>,
    /// What was taken along by `_include` and `_revinclude`, each once and none of the entries.
    pub included: Vec<Stored>,
    /// Cursor of the next page.
    pub next: Option<String>,
    /// How many match in all pages, as far as the caller may know, if that was asked.
    pub total: Option<u64>,
    /// Parameters that are not known and were left out.
    pub unknown_parameters: Vec<String>,
}

impl SortKey {
    /// Reads `-date,_id`.
    pub fn parse(text: &str) -> Vec<Self> {
        let key = |part: &str| match part.strip_prefix('-') {
            Some(name) => Self { parameter: name.to_owned(), is_descending: true },
            None => Self { parameter: part.to_owned(), is_descending: false },
        };
        text.split(',').map(str::trim).map(key).collect()
    }
}

impl Term {
    /// A term from a name and a value as they stand in a URL, decoded: `name:exact`, `a,b`.
    pub fn parse(name: &str, value: &str) -> Self {
        let (parameter, modifier) = match name.split_once(':') {
            Some((parameter, modifier)) => (parameter, Some(modifier.to_owned())),
            None => (name, None),
        };
        let values = value::split_unescaped(value, ',');
        Self { parameter: parameter.to_owned(), modifier, values }
    }

    /// The parameter with its modifier, as in a URL.
    pub(crate) fn written(&self) -> String {
        match &self.modifier {
            Some(modifier) => format!("{}:{modifier}", self.parameter),
            None => self.parameter.clone(),
        }
    }
}

/// Whose the resources of a page are, without a look at them; the place of the next page.
pub(crate) fn patients_after(
    executor: &dyn Executor,
    keys: &crate::key::Keys,
    plan: &Plan,
    found: &mut std::collections::BTreeSet<model::PatientId>,
) -> Result<Option<String>, Failure> {
    let count = crate::limit::PAGE_ROWS_MAX as usize;
    let mut rows = plan.rows(executor, count)?;
    let has_more = rows.len() > count;
    rows.truncate(count);
    for row in &rows {
        let patient = row.text(2)?;
        if !matches!(patient, "" | crate::access::EVERYBODY) {
            found.insert(model::PatientId::new(patient));
        }
    }
    match rows.last().filter(|_| has_more) {
        Some(row) => Ok(Some(plan.cursor_after(keys, row)?)),
        None => Ok(None),
    }
}

impl Record {
    /// Searches current versions. Hidden and absent are the same, in entries and in the total.
    /// A value that cannot be read or a modifier that is not known is [`Failure::Invalid`] and
    /// names the parameter; a parameter that is not known is left out and listed in the page.
    pub fn search(&self, access: &Access, query: &Query) -> Result<Page, Failure> {
        let search = Search {
            query: query.clone(),
            sort: Vec::new(),
            includes: Vec::new(),
            total: Total::Accurate,
        };
        let Found { entries, next, total, unknown_parameters, .. } = self.find(access, &search)?;
        Ok(Page { entries, next, total: total.unwrap_or(0), unknown_parameters })
    }

    /// Searches with an order, with what is taken along, or without a total; else as
    /// [`Record::search`]. Nothing of a type is found, followed, counted or taken along that the
    /// caller may not know of.
    pub fn find(&self, access: &Access, search: &Search) -> Result<Found, Failure> {
        let access = &self.granted(access, Action::ReadClinical)?;
        let keys = &self.inner.keys;
        let canonical = plan::canonical(search);
        let mut touched = Touched {
            query: Some(keys.index_hash(access.tenant().as_str(), &canonical)),
            ..Touched::default()
        };
        let found = self.read_searched(access, |executor| {
            let plan = Plan::new(access, search, keys, Some(executor))?;
            self.page(executor, access, search, &plan)
        });
        if let Ok(found) = &found {
            for entry in found.entries.iter().chain(&found.included) {
                touched.entities.push(entry.reference.to_string());
                touched.patient(entry.patient.as_ref().map_or("", |patient| patient.as_str()));
            }
        }
        self.note(access, Action::ReadClinical, &touched)?;
        found
    }

    fn page(
        &self,
        executor: &dyn Executor,
        access: &Access,
        search: &Search,
        plan: &Plan,
    ) -> Result<Found, Failure> {
        let query = &search.query;
        let total = match &plan.count {
            Some(count) => Some(executor.one(&count.sql, &count.values)?.count(0)?),
            None => None,
        };
        let mut rows = match query.count {
            0 => Vec::new(),
            count => plan.rows(executor, count as usize)?,
        };
        let has_more = rows.len() > query.count as usize;
        rows.truncate(query.count as usize);
        let vault = Vault::new(executor, &self.inner.keys, access.tenant().as_str());
        let entries = rows.iter().map(|row| stored(&vault, &query.resource_type, row));
        let entries = entries.collect::<Result<Vec<_>, _>>()?;
        let next = match rows.last().filter(|_| has_more) {
            Some(row) => Some(plan.cursor_after(&self.inner.keys, row)?),
            None => None,
        };
        let included = include::take_along(executor, &vault, access, &search.includes, &entries)?;
        let unknown_parameters = plan.unknown.clone();
        Ok(Found { entries, included, next, total, unknown_parameters })
    }
}
