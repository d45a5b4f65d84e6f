//! One term as a condition on resources: as the set of those for which it holds, or for each of
//! few that are left.

mod link;
mod value;

use super::lookup::Lookups;
use super::plan::invalid;
use super::table::find;
use super::value::{split_unescaped, unescape};
use super::{Parameter, ParameterKind, Term};
use crate::key::Keys;
use crate::resource::is_resource_type;
use crate::store::{Executor, values};
use crate::vault::Builder;
use crate::{Access, Failure};
use value::{Matcher, Of};

/// What the conditions are about.
#[derive(Clone, Copy)]
pub(super) struct Outer<'a> {
    /// Type of the resources.
    pub(super) resource_type: &'a str,
    /// Name of the table `resource` in the statement around.
    pub(super) name: &'static str,
    /// Whether each resource is asked about by itself, instead of finding all that match.
    pub(super) each: bool,
}

/// Terms as conditions of one statement, whose `$1` is the tenant.
#[derive(Clone, Copy)]
pub(super) struct Conditions<'a> {
    pub(super) access: &'a Access,
    pub(super) keys: &'a Keys,
    pub(super) outer: Outer<'a>,
    /// How numbers of concepts are looked up beforehand; `None` = the statement looks them up.
    pub(super) lookups: Option<&'a Lookups<'a>>,
    /// Whether the second part of composites is looked up first.
    pub(super) swapped: bool,
}

/// About how many resources a term finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Estimate {
    /// Up to what was counted at most, which means that there are more.
    pub(super) rows: u64,
    /// Whether the second part of a composite finds fewer than the first.
    pub(super) swapped: bool,
}

/// Rows that are counted to find out whether a term finds few resources.
pub(super) const ESTIMATE_ROWS_MAX: u64 = 10_000;

/// A term with the parameter that it names.
#[derive(Clone, Copy)]
struct Asked<'a> {
    parameter: &'static Parameter,
    /// What stands after the colon, chains excepted.
    modifier: Option<&'a str>,
    values: &'a [String],
    /// The parameter as written, for messages.
    place: &'a str,
}

impl Asked<'_> {
    fn invalid(&self, text: &str) -> Failure {
        invalid(self.place, text)
    }
}

impl Conditions<'_> {
    /// Adds ` AND …`; false if the parameter is not known.
    pub(super) fn write(&self, to: &mut Builder, term: &Term) -> Result<bool, Failure> {
        let Some(linked) = link::read(self.outer.resource_type, term)? else {
            return self.plain(to, &term.parameter, term.modifier.as_deref(), &term.values, None);
        };
        self.linked(to, &linked, term)?;
        Ok(true)
    }

    fn plain(
        &self,
        to: &mut Builder,
        name: &str,
        modifier: Option<&str>,
        values: &[String],
        place: Option<&str>,
    ) -> Result<bool, Failure> {
        let Some(asked) = self.asked(name, modifier, values, place)? else { return Ok(false) };
        let is_negated = match modifier {
            Some("not") => true,
            Some("missing") => missing(&asked)?,
            _ => false,
        };
        to.push(if is_negated { " AND NOT (" } else { " AND (" });
        match asked.parameter.name {
            "_id" | "_lastUpdated" => self.own_column(to, &asked)?,
            _ if modifier == Some("missing") => self.present(to, &asked),
            _ => self.found(to, &asked)?,
        }
        to.push(")");
        Ok(true)
    }

    fn asked<'v>(
        &self,
        name: &'v str,
        modifier: Option<&'v str>,
        values: &'v [String],
        place: Option<&'v str>,
    ) -> Result<Option<Asked<'v>>, Failure> {
        let Some(parameter) = find(self.outer.resource_type, name) else { return Ok(None) };
        let asked = Asked { parameter, modifier, values, place: place.unwrap_or(name) };
        if !modifier_is_known(parameter, modifier) {
            let text = format!("has no modifier `{}`", modifier.unwrap_or_default());
            return Err(asked.invalid(&text));
        }
        Ok(Some(asked))
    }

    fn own_column(&self, to: &mut Builder, asked: &Asked<'_>) -> Result<(), Failure> {
        let outer = self.outer.name;
        let matcher = self.matcher(asked, "s");
        alternatives(to, asked.values, |to, text| {
            if asked.parameter.name == "_id" {
                to.push(&format!("{outer}.id = "));
                to.bind(unescape(text));
                return Ok(());
            }
            let recorded = format!("{outer}.recorded");
            matcher.date(to, text, &recorded, &format!("{recorded} + 1"))
        })
    }

    fn matcher<'b>(&'b self, asked: &'b Asked<'b>, alias: &'static str) -> Matcher<'b> {
        let tenant = self.access.tenant().as_str();
        let lookups = self.lookups;
        Matcher { asked: *asked, tenant, keys: self.keys, lookups, alias }
    }

    /// Of which resources the rows are: of all, or of the one outside.
    fn of(&self) -> Of {
        if self.outer.each { Of::Resource(self.outer.name) } else { Of::Any }
    }

    /// `number IN (SELECT s.number …`, or `EXISTS (SELECT 1 …`; what follows is the rows.
    fn open(&self, to: &mut Builder) {
        if self.outer.each {
            to.push("EXISTS (SELECT 1");
        } else {
            to.push(&format!("{}.number IN (SELECT s.number", self.outer.name));
        }
    }

    /// The resources that hold one of the values.
    fn found(&self, to: &mut Builder, asked: &Asked<'_>) -> Result<(), Failure> {
        self.open(to);
        self.rows(to, asked, self.of())?;
        to.push(")");
        Ok(())
    }

    /// The rows of a term, ` FROM … WHERE …`.
    fn rows(&self, to: &mut Builder, asked: &Asked<'_>, of: Of) -> Result<(), Failure> {
        if asked.parameter.kind == ParameterKind::Composite {
            return self.composite(to, asked, of);
        }
        self.matcher(asked, "s").rows(to, asked.values, of)
    }

    /// Whether there is a value, be it one that cannot be compared.
    fn present(&self, to: &mut Builder, asked: &Asked<'_>) {
        let matcher = self.matcher(asked, "s");
        let tables = matcher.tables_of_values();
        for (number, (table, paths)) in tables.iter().enumerate() {
            to.push(if number == 0 { "" } else { " OR " });
            let is_led = *table != "search_posting";
            if is_led {
                to.push(&format!(
                    "EXISTS (SELECT 1 FROM {table} s WHERE s.tenant = $1 AND s.number = {}.number",
                    self.outer.name
                ));
            } else {
                to.push(&format!(
                    "{}.number IN (SELECT s.number FROM {table} s WHERE s.tenant = $1",
                    self.outer.name
                ));
            }
            to.push(&format!(" AND s.path IN ({paths}))"));
        }
    }

    /// Both parts must hold within one element.
    fn composite(&self, to: &mut Builder, asked: &Asked<'_>, of: Of) -> Result<(), Failure> {
        let [first, second] = self.parts(asked)?;
        let (mut firsts, mut seconds) = (Vec::new(), Vec::new());
        for text in asked.values {
            let texts = split_unescaped(text, '$');
            let [a, b] = texts.as_slice() else {
                return Err(asked.invalid("is not two values with a `$` between them"));
            };
            firsts.push(a.clone());
            seconds.push(b.clone());
        }
        let (first, second, firsts, seconds) = if self.swapped {
            (second, first, seconds, firsts)
        } else {
            (first, second, firsts, seconds)
        };
        // Each alternative is a pair of its own.
        let (lead, other) = (self.matcher(&first, "s"), self.matcher(&second, "t"));
        lead.table_and_paths(to, of, true);
        to.push(" AND (");
        for (number, (a, b)) in firsts.iter().zip(&seconds).enumerate() {
            to.push(if number == 0 { "(" } else { " OR (" });
            lead.condition(to, std::slice::from_ref(a))?;
            to.push(" AND EXISTS (SELECT 1");
            other.rows(to, std::slice::from_ref(b), Of::Element("s"))?;
            to.push("))");
        }
        to.push(")");
        Ok(())
    }

    /// The two parts of a composite.
    fn parts<'v>(&self, asked: &Asked<'v>) -> Result<[Asked<'v>; 2], Failure> {
        let of_type = |name: &&'static str| find(self.outer.resource_type, name);
        let parts: Vec<&'static Parameter> =
            asked.parameter.components.iter().filter_map(of_type).collect();
        let [first, second] = parts.as_slice() else {
            return Err(Failure::Storage("a composite without its components".to_owned()));
        };
        Ok([first, second].map(|parameter| Asked { parameter, ..*asked }))
    }

    /// The numbers of the resources that a term finds, in order; `None` for a chain.
    pub(super) fn numbers(&self, term: &Term, after: i64) -> Result<Option<Builder>, Failure> {
        if link::read(self.outer.resource_type, term)?.is_some() {
            return Ok(None);
        }
        let (name, modifier) = (term.parameter.as_str(), term.modifier.as_deref());
        let Some(asked) = self.asked(name, modifier, &term.values, None)? else { return Ok(None) };
        if asked.parameter.name == "_id" {
            return Ok(None);
        }
        let tenant = self.access.tenant().as_str();
        let mut query = Builder::new("SELECT DISTINCT s.number", values![tenant]);
        self.rows(&mut query, &asked, Of::Any)?;
        query.push(" AND s.number > ");
        query.bind(after);
        query.push(" ORDER BY s.number");
        Ok(Some(query))
    }

    /// About how many resources a term finds, counted up to so many; `None` for one that is no way
    /// to find them, such as a negation.
    pub(super) fn estimate(
        &self,
        executor: &dyn Executor,
        term: &Term,
        rows_max: u64,
    ) -> Result<Option<Estimate>, Failure> {
        if let Some(linked) = link::read(self.outer.resource_type, term)? {
            return self.estimate_linked(executor, &linked, term, rows_max);
        }
        let (name, modifier) = (term.parameter.as_str(), term.modifier.as_deref());
        let Some(asked) = self.asked(name, modifier, &term.values, None)? else { return Ok(None) };
        self.estimate_asked(executor, &asked, rows_max)
    }

    fn estimate_asked(
        &self,
        executor: &dyn Executor,
        asked: &Asked<'_>,
        rows_max: u64,
    ) -> Result<Option<Estimate>, Failure> {
        if asked.parameter.name == "_id" {
            return Ok(Some(Estimate { rows: asked.values.len() as u64, swapped: false }));
        }
        if asked.parameter.kind != ParameterKind::Composite {
            if !value::finds(asked) {
                return Ok(None);
            }
            let mut query = counting(self.access);
            self.matcher(asked, "s").rows(&mut query, asked.values, Of::Any)?;
            let rows = count(executor, query, rows_max)?;
            return Ok(Some(Estimate { rows, swapped: false }));
        }
        let parts = self.parts(asked)?;
        let mut rows = [ESTIMATE_ROWS_MAX; 2];
        for (side, part) in parts.iter().enumerate() {
            let texts = asked.values.iter().filter_map(|text| {
                split_unescaped(text, '$').into_iter().nth(side).filter(|part| !part.is_empty())
            });
            let texts: Vec<String> = texts.collect();
            let part = Asked { values: &texts, ..*part };
            if texts.len() == asked.values.len() && value::finds(&part) {
                let mut query = counting(self.access);
                self.matcher(&part, "s").rows(&mut query, &texts, Of::Any)?;
                let found = count(executor, query, rows_max)?;
                rows.iter_mut().skip(side).take(1).for_each(|rows| *rows = found);
            }
        }
        let [first, second] = rows;
        Ok(Some(Estimate { rows: first.min(second), swapped: second < first }))
    }
}

/// Runs a query that [`counting`] began.
fn count(executor: &dyn Executor, mut query: Builder, rows_max: u64) -> Result<u64, Failure> {
    query.push(" LIMIT ");
    query.bind(rows_max);
    query.push(") q");
    executor.one(&query.sql, &query.values)?.count(0)
}

/// Begins a count of rows that goes only so far.
fn counting(access: &Access) -> Builder {
    Builder::new("SELECT count(*) FROM (SELECT 1", values![access.tenant().as_str()])
}

fn alternatives(
    to: &mut Builder,
    values: &[String],
    write: impl Fn(&mut Builder, &str) -> Result<(), Failure>,
) -> Result<(), Failure> {
    for (place, value) in values.iter().enumerate() {
        to.push(if place == 0 { "(" } else { " OR (" });
        write(to, value)?;
        to.push(")");
    }
    Ok(())
}

/// `:missing` takes `true` or `false`; whether it asks for absence.
fn missing(asked: &Asked<'_>) -> Result<bool, Failure> {
    match asked.values {
        [one] if one == "true" => Ok(true),
        [one] if one == "false" => Ok(false),
        _ => Err(asked.invalid("`:missing` takes `true` or `false`")),
    }
}

fn modifier_is_known(parameter: &Parameter, modifier: Option<&str>) -> bool {
    let Some(modifier) = modifier else { return true };
    let is_own_column = parameter.paths.is_empty() && parameter.components.is_empty();
    match (modifier, parameter.kind) {
        ("missing", kind) => !is_own_column && kind != ParameterKind::Composite,
        ("text", ParameterKind::Token) => !is_own_column,
        ("not", ParameterKind::Token)
        | ("exact" | "contains", ParameterKind::String)
        | ("above" | "below", ParameterKind::Uri)
        | ("identifier", ParameterKind::Reference) => true,
        (target, ParameterKind::Reference) => is_resource_type(target) && parameter.targets(target),
        _ => false,
    }
}
