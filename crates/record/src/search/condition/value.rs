//! One value of a term as a condition on a row of its table.

use super::{Asked, ParameterKind, is_identifier};
use crate::Failure;
use crate::key::Keys;
use crate::search::decimal::{Decimal, Side};
use crate::search::value::{Range, date_range, fold, split_unescaped, unescape};
use crate::vault::Builder;

/// Greater than every text that starts with the same letters.
const LAST_LETTER: char = '\u{10FFFF}';

/// Writes the conditions of a term's values.
pub(super) struct Matcher<'a> {
    pub(super) asked: Asked<'a>,
    pub(super) tenant: &'a str,
    pub(super) keys: &'a Keys,
    /// Name of the search table in the statement.
    pub(super) alias: &'static str,
}

/// The table of a kind of parameters.
pub(super) fn table(kind: ParameterKind) -> &'static str {
    match kind {
        ParameterKind::Token | ParameterKind::Uri | ParameterKind::Composite => "search_token",
        ParameterKind::String => "search_string",
        ParameterKind::Date => "search_date",
        ParameterKind::Number | ParameterKind::Quantity => "search_quantity",
        ParameterKind::Reference => "search_reference",
    }
}

impl<'a> Matcher<'a> {
    pub(super) fn named(self, alias: &'static str) -> Matcher<'a> {
        Matcher { alias, ..self }
    }

    pub(super) fn table(&self) -> &'static str {
        match self.asked.modifier {
            Some("text") => "search_string",
            Some("identifier") => "search_token",
            _ => table(self.asked.parameter.kind),
        }
    }

    /// Adds the condition of one value.
    pub(super) fn value(&self, to: &mut Builder, value: &str) -> Result<(), Failure> {
        match (self.asked.parameter.kind, self.asked.modifier) {
            (_, Some("text")) | (ParameterKind::String, _) => self.text(to, &unescape(value)),
            (ParameterKind::Token, _) | (_, Some("identifier")) => self.token(to, value),
            (ParameterKind::Date, _) => {
                let (low, high) = (self.column("low"), self.column("high"));
                self.date(to, value, &low, &high)
            }
            (ParameterKind::Number, _) => self.number(to, value),
            (ParameterKind::Quantity, _) => self.quantity(to, value),
            (ParameterKind::Reference, _) => self.reference(to, &unescape(value)),
            (ParameterKind::Uri, _) => {
                self.uri(to, &unescape(value));
                Ok(())
            }
            (ParameterKind::Composite, _) => Err(self.asked.invalid("cannot be compared")),
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

    /// `code`, `system|code`, `|code`, `system|` (FHIR R4 §3.1.1.4.10).
    fn token(&self, to: &mut Builder, value: &str) -> Result<(), Failure> {
        let parts: Vec<String> =
            split_unescaped(value, '|').iter().map(|part| unescape(part)).collect();
        let (system, code) = match parts.as_slice() {
            [code] => (None, code.as_str()),
            [system, code] => (Some(system.as_str()), code.as_str()),
            _ => return Err(self.asked.invalid("has more than one `|`")),
        };
        if code.is_empty() && system.is_none_or(str::is_empty) {
            return Err(self.asked.invalid("has neither system nor code"));
        }
        // A `code` has the system of its value set, and does not say so.
        let is_implied = |named: &str| self.asked.parameter.systems.contains(&named);
        let system = system.map(|named| if is_implied(named) { "" } else { named });
        let is_hashed =
            is_identifier(self.asked.parameter) || self.asked.modifier == Some("identifier");
        if !code.is_empty() {
            let hashed = is_hashed.then(|| self.keys.index_hash(self.tenant, code));
            self.compare(to, "code", "=", hashed.unwrap_or_else(|| code.to_owned()));
        }
        if let Some(system) = system {
            to.push(if code.is_empty() { "" } else { " AND " });
            self.compare(to, "system", "=", system);
        }
        Ok(())
    }

    fn text(&self, to: &mut Builder, value: &str) -> Result<(), Failure> {
        let folded = fold(value);
        if folded.is_empty() {
            return Err(self.asked.invalid("is blank"));
        }
        match self.asked.modifier {
            Some("exact") => self.compare(to, "exact", "=", value),
            Some("contains") => {
                let escaped = folded.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
                self.compare(to, "folded", "LIKE", format!("%{escaped}%"));
                to.push(" ESCAPE '\\'");
            }
            _ => self.starts_with(to, "folded", &folded),
        }
        Ok(())
    }

    fn starts_with(&self, to: &mut Builder, name: &str, start: &str) {
        self.compare(to, name, ">=", start);
        to.push(" AND ");
        self.compare(to, name, "<", format!("{start}{LAST_LETTER}"));
    }

    /// A URI as it is; `:below` what stands under it, `:above` what it stands under.
    fn uri(&self, to: &mut Builder, value: &str) {
        self.compare(to, "code", "=", value);
        match self.asked.modifier {
            Some("below") => {
                to.push(" OR ");
                self.starts_with(to, "code", &format!("{}/", value.trim_end_matches('/')));
            }
            Some("above") => {
                let parents = value.match_indices('/').filter_map(|(at, _)| value.get(..at));
                let parents = parents.filter(|up| !up.is_empty() && !up.ends_with([':', '/']));
                to.push(&format!(" OR {} IN (", self.column("code")));
                to.bind_list(parents);
                to.push(")");
            }
            _ => {}
        }
    }

    /// `Type/id`, `id`, or an absolute URL as it was stored.
    fn reference(&self, to: &mut Builder, value: &str) -> Result<(), Failure> {
        let (target_type, target) = match crate::search::reference(value) {
            Some((target_type, target)) => (Some(target_type), target),
            None => (None, value),
        };
        let modifier = self.asked.modifier;
        if target_type.is_some() && modifier.is_some() && target_type != modifier {
            return Err(self.asked.invalid("names another type than its modifier"));
        }
        self.compare(to, "target", "=", target);
        if let Some(target_type) = target_type.or(modifier) {
            to.push(" AND ");
            self.compare(to, "target_type", "=", target_type);
        }
        Ok(())
    }

    /// Parts the prefix from a value; `eq` if there is none.
    fn prefix<'v>(&self, value: &'v str, known: &[&str]) -> Result<(&'v str, &'v str), Failure> {
        match value.split_at_checked(2) {
            Some((prefix, rest)) if prefix.bytes().all(|b| b.is_ascii_lowercase()) => {
                if known.contains(&prefix) {
                    return Ok((prefix, rest));
                }
                let text = format!("has a prefix that is not {}", known.join(" "));
                Err(self.asked.invalid(&text))
            }
            _ => Ok(("eq", value)),
        }
    }

    /// Compares two ranges (FHIR R4 §3.1.1.4.6 and §3.1.1.4.7); `sa` and `eb` are not `gt` and
    /// `lt`.
    pub(super) fn date(
        &self,
        to: &mut Builder,
        value: &str,
        low: &str,
        high: &str,
    ) -> Result<(), Failure> {
        const KNOWN: [&str; 8] = ["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb"];
        let value = unescape(value);
        let (prefix, date) = self.prefix(&value, &KNOWN)?;
        let range = date_range(date).ok_or_else(|| self.asked.invalid("is not a FHIR date"))?;
        date_condition(to, prefix, range, low, high);
        Ok(())
    }

    fn number(&self, to: &mut Builder, value: &str) -> Result<(), Failure> {
        const KNOWN: [&str; 9] = ["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"];
        let (prefix, text) = self.prefix(value, &KNOWN)?;
        let invalid = || self.asked.invalid("is not a FHIR number");
        let number = Decimal::parse(text).ok_or_else(invalid)?;
        let at = number.key(Side::At);
        match prefix {
            "gt" => self.compare(to, "high", ">", at),
            "lt" => self.compare(to, "low", "<", at),
            "ge" => self.compare(to, "high", ">=", at),
            "le" => self.compare(to, "low", "<=", at),
            "sa" => self.compare(to, "low", ">", at),
            "eb" => self.compare(to, "high", "<", at),
            "ap" => {
                let (low, high) = number.about().ok_or_else(invalid)?;
                self.compare(to, "low", "<=", high.key(Side::At));
                to.push(" AND ");
                self.compare(to, "high", ">=", low.key(Side::At));
            }
            _ => {
                let (low, high) = number.range().ok_or_else(invalid)?;
                to.push(if prefix == "ne" { "NOT (" } else { "(" });
                self.compare(to, "low", ">=", low.key(Side::At));
                to.push(" AND ");
                self.compare(to, "high", "<", high.key(Side::At));
                to.push(")");
            }
        }
        Ok(())
    }

    /// `number`, `number|system|code`, or `number||code`, which is a code or a unit (FHIR R4
    /// §3.1.1.4.11). Without a unit every unit matches.
    fn quantity(&self, to: &mut Builder, value: &str) -> Result<(), Failure> {
        let parts: Vec<String> =
            split_unescaped(value, '|').iter().map(|part| unescape(part)).collect();
        let (number, system, code) = match parts.as_slice() {
            [number] => (number, "", ""),
            [number, system, code] => (number, system.as_str(), code.as_str()),
            _ => return Err(self.asked.invalid("is not `number` or `number|system|code`")),
        };
        self.number(to, number)?;
        if !system.is_empty() {
            to.push(" AND ");
            self.compare(to, "system", "=", system);
        }
        if !code.is_empty() {
            to.push(" AND (");
            self.compare(to, "code", "=", code);
            if system.is_empty() {
                to.push(" OR ");
                self.compare(to, "unit", "=", code);
            }
            to.push(")");
        }
        Ok(())
    }
}

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
