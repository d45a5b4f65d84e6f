//! One term as a condition: which rows of which table, and of which resources they are.

mod link;
mod value;

use super::extract::is_identifier;
use super::index::OF_IDENTIFIER;
use super::plan::invalid;
use super::table::find;
use super::value::{split_unescaped, unescape};
use super::{Parameter, ParameterKind, Term};
use crate::key::Keys;
use crate::resource::is_resource_type;
use crate::vault::Builder;
use crate::{Access, Failure};
use value::Matcher;

/// What the conditions are about.
#[derive(Clone, Copy)]
pub(super) struct Outer<'a> {
    /// Type of the resources.
    pub(super) resource_type: &'a str,
    /// Name of the table `resource` in the statement around.
    pub(super) name: &'static str,
    /// Whether few resources are left to be asked about, each by itself.
    pub(super) each: bool,
}

/// Terms as conditions of one statement, whose `$1` is the tenant.
#[derive(Clone, Copy)]
pub(super) struct Conditions<'a> {
    pub(super) access: &'a Access,
    pub(super) keys: &'a Keys,
    pub(super) outer: Outer<'a>,
}

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
        let Some(parameter) = find(self.outer.resource_type, name) else { return Ok(false) };
        let asked = Asked { parameter, modifier, values, place: place.unwrap_or(name) };
        if !modifier_is_known(parameter, modifier) {
            let text = format!("has no modifier `{}`", modifier.unwrap_or_default());
            return Err(asked.invalid(&text));
        }
        let is_negated = match modifier {
            Some("not") => true,
            Some("missing") => missing(&asked)?,
            _ => false,
        };
        to.push(if is_negated { " AND NOT (" } else { " AND (" });
        match parameter.name {
            "_id" | "_lastUpdated" => self.own_column(to, &asked)?,
            _ if modifier == Some("missing") => self.present(to, &asked),
            _ if parameter.kind == ParameterKind::Composite => self.composite(to, &asked)?,
            _ => self.indexed(to, &asked)?,
        }
        to.push(")");
        Ok(true)
    }

    fn own_column(&self, to: &mut Builder, asked: &Asked<'_>) -> Result<(), Failure> {
        let outer = self.outer.name;
        let matcher = self.matcher(asked);
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

    fn matcher<'b>(&'b self, asked: &'b Asked<'b>) -> Matcher<'b> {
        Matcher {
            asked: *asked,
            tenant: self.access.tenant().as_str(),
            keys: self.keys,
            alias: "s",
        }
    }

    /// Begins `id IN (SELECT …`, or the same for one resource.
    fn open(&self, to: &mut Builder, tables: &str) {
        let outer = self.outer.name;
        let (head, of) = if self.outer.each {
            ("EXISTS (SELECT 1".to_owned(), format!(" AND s.id = {outer}.id"))
        } else {
            (format!("{outer}.id IN (SELECT s.id"), String::new())
        };
        to.push(&format!("{head} FROM {tables} WHERE s.tenant = $1{of} AND s.resource_type = "));
        to.bind(self.outer.resource_type);
        to.push(" AND s.parameter = ");
    }

    fn indexed(&self, to: &mut Builder, asked: &Asked<'_>) -> Result<(), Failure> {
        let matcher = self.matcher(asked);
        self.open(to, &format!("{} s", matcher.table()));
        match asked.modifier {
            Some("identifier") => to.bind(format!("{}{OF_IDENTIFIER}", asked.parameter.name)),
            _ => to.bind(asked.parameter.name),
        }
        to.push(" AND (");
        alternatives(to, asked.values, |to, text| matcher.value(to, text))?;
        to.push("))");
        Ok(())
    }

    /// Whether there is a value, be it one that cannot be compared.
    fn present(&self, to: &mut Builder, asked: &Asked<'_>) {
        let mut tables = vec![value::table(asked.parameter.kind), "search_string"];
        tables.dedup();
        for (number, table) in tables.iter().enumerate() {
            to.push(if number == 0 { "" } else { " OR " });
            self.open(to, &format!("{table} s"));
            to.bind(asked.parameter.name);
            to.push(")");
        }
        if asked.parameter.kind == ParameterKind::Reference {
            to.push(" OR ");
            self.open(to, "search_token s");
            to.bind(format!("{}{OF_IDENTIFIER}", asked.parameter.name));
            to.push(")");
        }
    }

    /// Both parts must hold within one element.
    fn composite(&self, to: &mut Builder, asked: &Asked<'_>) -> Result<(), Failure> {
        let of_type = |name: &&'static str| find(self.outer.resource_type, name);
        let parts: Vec<&'static Parameter> =
            asked.parameter.components.iter().filter_map(of_type).collect();
        let [first, second] = parts.as_slice() else {
            return Err(Failure::Storage("a composite without its components".to_owned()));
        };
        alternatives(to, asked.values, |to, text| {
            let texts = split_unescaped(text, '$');
            let [a, b] = texts.as_slice() else {
                return Err(asked.invalid("is not two values with a `$` between them"));
            };
            let (first, second) =
                (Asked { parameter: first, ..*asked }, Asked { parameter: second, ..*asked });
            let (first, second) = (self.matcher(&first), self.matcher(&second).named("t"));
            let tables = format!(
                "{} s JOIN {} t ON t.tenant = s.tenant AND t.resource_type = s.resource_type \
                 AND t.id = s.id AND t.element = s.element",
                first.table(),
                second.table()
            );
            self.open(to, &tables);
            to.bind(first.asked.parameter.name);
            to.push(" AND (");
            first.value(to, a)?;
            to.push(") AND t.parameter = ");
            to.bind(second.asked.parameter.name);
            to.push(" AND (");
            second.value(to, b)?;
            to.push("))");
            Ok(())
        })
    }
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
