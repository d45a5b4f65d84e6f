//! A search as one SQL text: every term and the scope are conditions of it.

use super::extract::is_identifier;
use super::parameter::find;
use super::value::{Range, date_range, fold, split_unescaped, unescape};
use super::{Parameter, ParameterKind, Query, Term};
use crate::key::Keys;
use crate::limit::{
    PAGE_ROWS_MAX, SEARCH_TERMS_MAX, SEARCH_VALUE_BYTES_MAX, SEARCH_VALUES_MAX, no_nul, within,
};
use crate::resource::is_resource_type;
use crate::store::values;
use crate::vault::{Builder, sha256};
use crate::{Access, Failure};

/// Columns that `resource::stored` reads.
const PAGE: &str = "SELECT v.id, v.version, v.patient, v.recorded, v.deleted, v.sha256, v.body
    FROM resource r JOIN resource_version v ON v.tenant = r.tenant
    AND v.resource_type = r.resource_type AND v.id = r.id AND v.version = r.version
    WHERE r.tenant = $1 AND r.resource_type = $2 AND r.deleted = 0";
const COUNT: &str = "SELECT count(*) FROM resource r
    WHERE r.tenant = $1 AND r.resource_type = $2 AND r.deleted = 0";
/// Hexadecimal digits of the query's digest in a cursor.
const CURSOR_DIGITS: usize = 16;
/// Greater than every text that starts with the same letters.
const LAST_LETTER: char = '\u{10FFFF}';

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
    digest: String,
}

impl Plan {
    pub(crate) fn new(access: &Access, query: &Query, keys: &Keys) -> Result<Self, Failure> {
        within("_count", query.count as usize, PAGE_ROWS_MAX as usize, "entries")?;
        within("terms", query.terms.len(), SEARCH_TERMS_MAX, "terms")?;
        if !is_resource_type(&query.resource_type) {
            return Err(invalid("resource type", "is not the name of a FHIR type"));
        }
        let tenant = access.tenant().as_str();
        let head = values![tenant, &query.resource_type];
        let (mut count, mut page) = (Builder::new(COUNT, head), Builder::new(PAGE, head));
        let mut unknown = Vec::new();
        let driven = query.terms.iter().any(|term| is_selective(&query.resource_type, term));
        for term in &query.terms {
            check(term)?;
            let known = find(&query.resource_type, &term.parameter)
                .filter(|parameter| modifier_is_known(parameter, term.modifier.as_deref()));
            let Some(parameter) = known else {
                unknown.push(match &term.modifier {
                    Some(modifier) => format!("{}:{modifier}", term.parameter),
                    None => term.parameter.clone(),
                });
                continue;
            };
            let each = driven && !is_selective(&query.resource_type, term);
            let condition = Condition { parameter, term, tenant, keys, each };
            condition.write(&mut count)?;
            condition.write(&mut page)?;
        }
        count.scope(access, "r.patient");
        page.scope(access, "r.patient");
        let canonical = format!("{} {:?}", query.resource_type, query.terms);
        let digest: String = sha256(canonical.as_bytes()).chars().take(CURSOR_DIGITS).collect();
        if let Some(cursor) = &query.cursor {
            let after = cursor.split_once('.').filter(|(of, _)| *of == digest);
            let (_, id) = after.ok_or_else(|| invalid("cursor", "is not of this search"))?;
            no_nul("cursor", id)?;
            page.push(" AND r.id > ");
            page.bind(id);
        }
        page.push(" ORDER BY r.id LIMIT ");
        page.bind(query.count + 1);
        Ok(Self { count, page, unknown, canonical, digest })
    }

    /// The cursor of the page that follows an id.
    pub(crate) fn cursor_after(&self, id: &str) -> String {
        format!("{}.{id}", self.digest)
    }
}

fn invalid(place: &str, text: &str) -> Failure {
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
    let Some(parameter) = find(resource_type, &term.parameter) else { return false };
    let negates = matches!(term.modifier.as_deref(), Some("not" | "missing"));
    let selects = parameter.name == "_id"
        || parameter.kind == ParameterKind::Reference
        || is_identifier(parameter) && term.values.iter().all(|value| !value.ends_with('|'));
    selects && !negates
}

fn modifier_is_known(parameter: &Parameter, modifier: Option<&str>) -> bool {
    let Some(modifier) = modifier else { return true };
    let own_column = parameter.name.starts_with('_');
    match (modifier, parameter.kind) {
        ("missing", _) => !own_column,
        ("not", ParameterKind::Token) | ("exact" | "contains", ParameterKind::String) => true,
        (target, ParameterKind::Reference) => is_resource_type(target),
        _ => false,
    }
}

/// One term as a condition.
struct Condition<'a> {
    parameter: &'a Parameter,
    term: &'a Term,
    tenant: &'a str,
    keys: &'a Keys,
    /// Looked up for each resource that another term has found, instead of listed as a whole.
    each: bool,
}

impl Condition<'_> {
    fn write(&self, to: &mut Builder) -> Result<(), Failure> {
        let modifier = self.term.modifier.as_deref();
        let column = match self.parameter.name {
            "_id" => Some("r.id"),
            "_lastUpdated" => Some("r.recorded"),
            _ => None,
        };
        let negated = match modifier {
            Some("not") => true,
            Some("missing") => self.missing()?,
            _ => false,
        };
        to.push(if negated { " AND NOT (" } else { " AND (" });
        match column {
            Some("r.id") => self.alternatives(to, |to, value| {
                to.push("r.id = ");
                to.bind(unescape(value));
                Ok(())
            })?,
            Some(_) => self.alternatives(to, |to, value| {
                let (prefix, range) = self.date(value)?;
                date_condition(to, prefix, range, "r.recorded", "r.recorded + 1");
                Ok(())
            })?,
            None => self.indexed(to)?,
        }
        to.push(")");
        Ok(())
    }

    fn indexed(&self, to: &mut Builder) -> Result<(), Failure> {
        let table = match self.parameter.kind {
            ParameterKind::Token => "search_token",
            ParameterKind::String => "search_string",
            ParameterKind::Date => "search_date",
            ParameterKind::Reference => "search_reference",
        };
        // $1 and $2 are the tenant and the type of the query around.
        let (head, of) = if self.each {
            ("EXISTS (SELECT 1", " AND s.id = r.id")
        } else {
            ("r.id IN (SELECT s.id", "")
        };
        to.push(&format!(
            "{head} FROM {table} s WHERE s.tenant = $1 AND s.resource_type = $2{of} \
             AND s.parameter = "
        ));
        to.bind(self.parameter.name);
        if self.term.modifier.as_deref() != Some("missing") {
            to.push(" AND (");
            self.alternatives(to, |to, value| self.value(to, value))?;
            to.push(")");
        }
        to.push(")");
        Ok(())
    }

    fn alternatives(
        &self,
        to: &mut Builder,
        write: impl Fn(&mut Builder, &str) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        for (place, value) in self.term.values.iter().enumerate() {
            to.push(if place == 0 { "(" } else { " OR (" });
            write(to, value)?;
            to.push(")");
        }
        Ok(())
    }

    fn value(&self, to: &mut Builder, value: &str) -> Result<(), Failure> {
        match self.parameter.kind {
            ParameterKind::Token => self.token(to, value),
            ParameterKind::String => self.text(to, &unescape(value)),
            ParameterKind::Date => {
                let (prefix, range) = self.date(value)?;
                date_condition(to, prefix, range, "s.low", "s.high");
                Ok(())
            }
            ParameterKind::Reference => self.reference(to, &unescape(value)),
        }
    }

    /// `:missing` takes `true` or `false`; whether it asks for absence.
    fn missing(&self) -> Result<bool, Failure> {
        match self.term.values.as_slice() {
            [one] if one == "true" => Ok(true),
            [one] if one == "false" => Ok(false),
            _ => Err(self.invalid("`:missing` takes `true` or `false`")),
        }
    }

    /// `code`, `system|code`, `|code`, `system|` (FHIR R4 §3.1.1.4.10).
    fn token(&self, to: &mut Builder, value: &str) -> Result<(), Failure> {
        let parts: Vec<String> =
            split_unescaped(value, '|').iter().map(|part| unescape(part)).collect();
        let (system, code) = match parts.as_slice() {
            [code] => (None, code.as_str()),
            [system, code] => (Some(system.as_str()), code.as_str()),
            _ => return Err(self.invalid("has more than one `|`")),
        };
        if code.is_empty() && system.is_none_or(str::is_empty) {
            return Err(self.invalid("has neither system nor code"));
        }
        if !code.is_empty() {
            to.push("s.code = ");
            to.bind(if is_identifier(self.parameter) {
                self.keys.index_hash(self.tenant, code)
            } else {
                code.to_owned()
            });
        }
        if let Some(system) = system {
            to.push(if code.is_empty() { "s.system = " } else { " AND s.system = " });
            to.bind(system);
        }
        Ok(())
    }

    fn text(&self, to: &mut Builder, value: &str) -> Result<(), Failure> {
        let folded = fold(value);
        if folded.is_empty() {
            return Err(self.invalid("is blank"));
        }
        match self.term.modifier.as_deref() {
            Some("exact") => {
                to.push("s.exact = ");
                to.bind(value);
            }
            Some("contains") => {
                let escaped = folded.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
                to.push("s.folded LIKE ");
                to.bind(format!("%{escaped}%"));
                to.push(" ESCAPE '\\'");
            }
            _ => {
                to.push("s.folded >= ");
                to.bind(folded.as_str());
                to.push(" AND s.folded < ");
                to.bind(format!("{folded}{LAST_LETTER}"));
            }
        }
        Ok(())
    }

    /// `Type/id`, `id`, or an absolute URL as it was stored.
    fn reference(&self, to: &mut Builder, value: &str) -> Result<(), Failure> {
        let (target_type, target) = match super::reference(value) {
            Some((target_type, target)) => (Some(target_type), target),
            None => (None, value),
        };
        let modifier = self.term.modifier.as_deref();
        if target_type.is_some() && modifier.is_some() && target_type != modifier {
            return Err(self.invalid("names another type than its modifier"));
        }
        to.push("s.target = ");
        to.bind(target);
        if let Some(target_type) = target_type.or(modifier) {
            to.push(" AND s.target_type = ");
            to.bind(target_type);
        }
        Ok(())
    }

    fn date<'v>(&self, value: &'v str) -> Result<(&'v str, Range), Failure> {
        let (prefix, date) = match value.split_at_checked(2) {
            Some((prefix, date)) if prefix.bytes().all(|b| b.is_ascii_lowercase()) => {
                (prefix, date)
            }
            _ => ("eq", value),
        };
        if !matches!(prefix, "eq" | "ne" | "gt" | "lt" | "ge" | "le" | "sa" | "eb") {
            return Err(self.invalid("has a prefix that is not eq ne gt lt ge le sa eb"));
        }
        let range = date_range(date).ok_or_else(|| self.invalid("is not a FHIR date"))?;
        Ok((prefix, range))
    }

    fn invalid(&self, text: &str) -> Failure {
        invalid(&self.term.parameter, text)
    }
}

/// Compares two ranges (FHIR R4 §3.1.1.4.6 and §3.1.1.4.7); `sa` and `eb` are not `gt` and `lt`.
fn date_condition(to: &mut Builder, prefix: &str, range: Range, low: &str, high: &str) {
    let within = |to: &mut Builder| {
        to.push(&format!("{low} >= "));
        to.bind(range.low);
        to.push(&format!(" AND {high} <= "));
        to.bind(range.high);
    };
    let compare = |to: &mut Builder, column: &str, sign: &str, at: i64| {
        to.push(&format!("{column} {sign} "));
        to.bind(at);
    };
    match prefix {
        "ne" => {
            to.push("NOT (");
            within(to);
            to.push(")");
        }
        "gt" => compare(to, high, ">", range.high),
        "lt" => compare(to, low, "<", range.low),
        "ge" => {
            compare(to, high, ">", range.high);
            to.push(" OR ");
            within(to);
        }
        "le" => {
            compare(to, low, "<", range.low);
            to.push(" OR ");
            within(to);
        }
        "sa" => compare(to, low, ">=", range.high),
        "eb" => compare(to, high, "<=", range.low),
        _ => within(to),
    }
}
