//! Search: FHIR R4 parameters, taken from a table, matched inside the query.

mod extract;
mod parameter;
mod plan;
mod value;

pub(crate) use extract::{Entry, Indexed, extract, identifier_entry, reference, values_at};
pub use parameter::search_parameters;

use crate::audit::Touched;
use crate::resource::stored;
use crate::store::Executor;
use crate::vault::Vault;
use crate::{Access, Action, Failure, Record, Stored};
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
    /// Another resource.
    Reference,
}

impl ParameterKind {
    /// The FHIR `search-param-type` code.
    pub fn word(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::String => "string",
            Self::Date => "date",
            Self::Reference => "reference",
        }
    }
}

/// A search parameter of a resource type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Name in the URL.
    pub name: &'static str,
    /// How it compares.
    pub kind: ParameterKind,
    /// Elements it is taken from, in FHIRPath's notation, joined by ` | `.
    pub path: &'static str,
}

/// One search term. Values are alternatives (OR); several terms must all hold (AND).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Parameter name.
    pub parameter: String,
    /// Modifier without the colon: `exact`, `contains`, `missing`, `not`, or a resource type.
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

/// One page of a search, ordered by id.
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
}

impl Record {
    /// Searches current versions. Hidden and absent are the same, in entries and in the total.
    /// A value that cannot be read is [`Failure::Invalid`] and names the parameter; a parameter or
    /// modifier that is not known is left out and listed in the page.
    pub fn search(&self, access: &Access, query: &Query) -> Result<Page, Failure> {
        self.permit(access, Action::ReadClinical)?;
        let plan = Plan::new(access, query, &self.inner.keys)?;
        let mut touched = Touched {
            query: Some(self.inner.keys.index_hash(access.tenant().as_str(), &plan.canonical)),
            ..Touched::default()
        };
        let page = self.inner.record.read(|executor| self.page(executor, access, query, &plan));
        if let Ok(page) = &page {
            for entry in &page.entries {
                touched.entities.push(entry.reference.to_string());
                touched.patient(entry.patient.as_ref().map_or("", |patient| patient.as_str()));
            }
        }
        self.note(access, Action::ReadClinical, &touched)?;
        page
    }

    fn page(
        &self,
        executor: &dyn Executor,
        access: &Access,
        query: &Query,
        plan: &Plan,
    ) -> Result<Page, Failure> {
        let total = executor.one(&plan.count.sql, &plan.count.values)?.count(0)?;
        let mut rows = match query.count {
            0 => Vec::new(),
            _ => executor.query(&plan.page.sql, &plan.page.values)?,
        };
        let has_more = rows.len() > query.count as usize;
        rows.truncate(query.count as usize);
        let vault = Vault::new(executor, &self.inner.keys, access.tenant().as_str());
        let entries = rows.iter().map(|row| stored(&vault, &query.resource_type, row));
        let entries = entries.collect::<Result<Vec<_>, _>>()?;
        let last = entries.last().filter(|_| has_more);
        Ok(Page {
            next: last.map(|entry| plan.cursor_after(&entry.reference.id)),
            total,
            unknown_parameters: plan.unknown.clone(),
            entries,
        })
    }
}
