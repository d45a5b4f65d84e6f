//! The values of a term as a condition on the rows of their table.

mod code;
mod range;

use super::{Asked, ParameterKind};
use crate::Failure;
use crate::key::Keys;
use crate::search::lookup::{self, Lookups};
use crate::search::table::{is_listed_by_resource, listed};
use crate::search::value::{fold, unescape};
use crate::vault::Builder;

/// Greater than every text that starts with the same letters.
const LAST_LETTER: char = '\u{10FFFF}';

/// Writes the conditions of a term's values.
pub(super) struct Matcher<'a> {
    pub(super) asked: Asked<'a>,
    pub(super) tenant: &'a str,
    pub(super) keys: &'a Keys,
    pub(super) lookups: Option<&'a Lookups<'a>>,
    /// Name of the search table in the statement.
    pub(super) alias: &'static str,
}

/// Of which resources rows are asked for.
#[derive(Clone, Copy)]
pub(super) enum Of {
    /// Of any.
    Any,
    /// Of the one in a table of the statement around.
    Resource(&'static str),
    /// Of the same element as a row of the statement around.
    Element(&'static str),
}

/// Where the values of a term stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Posting,
    Text,
    Date,
    Quantity,
}

impl Source {
    fn table(self) -> &'static str {
        match self {
            Self::Posting => "search_posting",
            Self::Text => "search_string",
            Self::Date => "search_date",
            Self::Quantity => "search_quantity",
        }
    }
}

fn source(kind: ParameterKind) -> Source {
    match kind {
        ParameterKind::String => Source::Text,
        ParameterKind::Date => Source::Date,
        ParameterKind::Number | ParameterKind::Quantity => Source::Quantity,
        ParameterKind::Token
        | ParameterKind::Uri
        | ParameterKind::Reference
        | ParameterKind::Composite => Source::Posting,
    }
}

/// Whether there is an index that leads to what a term finds: not to what lies before a time or
/// below a number, and not to the middle of a text.
pub(super) fn finds(asked: &Asked<'_>) -> bool {
    let is_open = |value: &String| ["lt", "le", "ne"].iter().any(|open| value.starts_with(open));
    let modifier = asked.modifier;
    if asked.parameter.paths.is_empty() || matches!(modifier, Some("not" | "missing" | "contains"))
    {
        return false;
    }
    match source(asked.parameter.kind) {
        Source::Date | Source::Quantity => !asked.values.iter().any(is_open),
        Source::Text | Source::Posting => true,
    }
}

impl Matcher<'_> {
    /// The numbers of the paths, parted by commas.
    fn paths(&self) -> String {
        let further = u32::from(self.asked.modifier == Some("identifier"));
        let numbers = self.asked.parameter.paths.iter().map(|path| path.number + further);
        listed(numbers)
    }

    fn source(&self) -> Source {
        source(self.asked.parameter.kind)
    }

    /// The tables that tell whether there is a value, with their paths. Postings that are led by
    /// their resource are in a table of their own.
    pub(super) fn tables_of_values(&self) -> Vec<(&'static str, String)> {
        let mut tables = Vec::new();
        if self.source() != Source::Posting {
            tables.push((self.source().table(), self.paths()));
        }
        let of_reference = self.asked.parameter.kind == ParameterKind::Reference;
        for is_listed in [true, false] {
            let table = if is_listed { "search_posting_of" } else { "search_posting" };
            let paths = self.asked.parameter.paths.iter().map(|path| path.number);
            let paths = paths.filter(|path| is_listed_by_resource(*path) == is_listed);
            let paths = paths.flat_map(|path| [Some(path), of_reference.then_some(path + 1)]);
            let paths = listed(paths.flatten());
            if !paths.is_empty() {
                tables.push((table, paths));
            }
        }
        tables
    }

    /// Whether the rows may be taken from the postings of one resource.
    fn is_led(&self, of: Of) -> bool {
        let mut paths = self.asked.parameter.paths.iter();
        self.source() == Source::Posting
            && matches!(of, Of::Resource(_))
            && paths.all(|path| is_listed_by_resource(path.number))
    }

    /// ` FROM … WHERE …` as far as it is not about values. Only some tables know of elements.
    pub(super) fn table_and_paths(&self, to: &mut Builder, of: Of, with_element: bool) {
        let alias = self.alias;
        let is_led = self.is_led(of) && !with_element;
        let table = if is_led { "search_posting_of" } else { self.source().table() };
        to.push(&format!(" FROM {table} {alias} WHERE {alias}.tenant = $1"));
        match of {
            Of::Any => {}
            Of::Resource(outer) => to.push(&format!(" AND {alias}.number = {outer}.number")),
            Of::Element(outer) => to.push(&format!(
                " AND {alias}.number = {outer}.number AND {alias}.element = {outer}.element"
            )),
        }
        // Of one resource there are few rows: no index is to be gone through that begins elsewhere.
        let by_resource = matches!(of, Of::Resource(_)) && table != "search_posting";
        let sign = if by_resource { "+" } else { "" };
        to.push(&format!(" AND {sign}{alias}.path IN ({})", self.paths()));
    }

    /// ` FROM … WHERE …` of the values.
    pub(super) fn rows(&self, to: &mut Builder, values: &[String], of: Of) -> Result<(), Failure> {
        self.table_and_paths(to, of, false);
        // Of one resource there are few rows, and of a concept there may be many: none of its
        // indexes is to be gone through.
        to.push(if self.is_led(of) { " AND (+" } else { " AND (" });
        self.condition(to, values)?;
        to.push(")");
        Ok(())
    }

    /// The condition that one of the values holds.
    pub(super) fn condition(&self, to: &mut Builder, values: &[String]) -> Result<(), Failure> {
        if self.source() == Source::Posting {
            to.push(&format!("{}.concept IN (", self.alias));
            lookup::concepts(to, self.lookups, |to| {
                for (number, value) in values.iter().enumerate() {
                    to.push(if number == 0 { "" } else { " UNION " });
                    self.concepts(to, value)?;
                }
                Ok(())
            })?;
            to.push(")");
            return Ok(());
        }
        super::alternatives(to, values, |to, value| match self.source() {
            Source::Date => {
                let (low, high) = (self.column("low"), self.column("high"));
                self.date(to, value, &low, &high)
            }
            Source::Quantity if self.asked.parameter.kind == ParameterKind::Number => {
                self.number(to, value)
            }
            Source::Quantity => self.quantity(to, value),
            Source::Text | Source::Posting => self.text(to, &unescape(value)),
        })
    }

    /// The concepts of one value.
    fn concepts(&self, to: &mut Builder, value: &str) -> Result<(), Failure> {
        match (self.asked.parameter.kind, self.asked.modifier) {
            (_, Some("text")) => self.labels(to, &unescape(value)),
            (ParameterKind::Token, _) | (_, Some("identifier")) => self.token(to, value),
            (ParameterKind::Reference, _) => self.reference(to, &unescape(value)),
            (ParameterKind::Uri, _) => {
                self.uri(to, &unescape(value));
                Ok(())
            }
            _ => Err(self.asked.invalid("cannot be compared")),
        }
    }

    fn column(&self, name: &str) -> String {
        format!("{}.{name}", self.alias)
    }

    /// Adds `s.name sign $n`.
    fn compare(
        &self,
        to: &mut Builder,
        name: &str,
        sign: &str,
        value: impl Into<crate::store::Value>,
    ) {
        to.push(&format!("{} {sign} ", self.column(name)));
        to.bind(value);
    }

    fn folded(&self, value: &str) -> Result<String, Failure> {
        let folded = fold(value);
        if folded.is_empty() {
            return Err(self.asked.invalid("is blank"));
        }
        Ok(folded)
    }

    fn text(&self, to: &mut Builder, value: &str) -> Result<(), Failure> {
        let folded = self.folded(value)?;
        match self.asked.modifier {
            Some("exact") => {
                self.compare(to, "folded", "=", folded);
                to.push(" AND ");
                self.compare(to, "exact", "=", value);
            }
            Some("contains") => {
                let escaped = folded.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
                self.compare(to, "folded", "LIKE", format!("%{escaped}%"));
                to.push(" ESCAPE '\\'");
            }
            _ => {
                self.compare(to, "folded", ">=", folded.as_str());
                to.push(" AND ");
                self.compare(to, "folded", "<", format!("{folded}{LAST_LETTER}"));
            }
        }
        Ok(())
    }
}
