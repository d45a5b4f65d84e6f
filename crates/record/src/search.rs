//! Search: FHIR R4 parameters, taken from a table, matched inside the query.

use crate::Stored;

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

/// The parameters of a type, those of all types included, in the order of the table.
pub fn search_parameters(resource_type: &str) -> &'static [Parameter] {
    let _ = resource_type;
    &[]
}
