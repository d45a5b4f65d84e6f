//! Dates, numbers and quantities: ranges that a value asks for.

use super::Matcher;
use crate::Failure;
use crate::search::concept::{UNIT_SYSTEM, with_token};
use crate::search::decimal::{Decimal, Side};
use crate::search::value::{Range, date_range, split_unescaped, unescape};
use crate::vault::Builder;

impl Matcher<'_> {
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
    pub(in crate::search::condition) fn date(
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

    pub(super) fn number(&self, to: &mut Builder, value: &str) -> Result<(), Failure> {
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
                // It follows from the next one, and bounds the index.
                self.compare(to, "high", ">=", low.key(Side::At));
                to.push(" AND ");
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
    pub(super) fn quantity(&self, to: &mut Builder, value: &str) -> Result<(), Failure> {
        let parts: Vec<String> =
            split_unescaped(value, '|').iter().map(|part| unescape(part)).collect();
        let (number, system, code) = match parts.as_slice() {
            [number] => (number, "", ""),
            [number, system, code] => (number, system.as_str(), code.as_str()),
            _ => return Err(self.asked.invalid("is not `number` or `number|system|code`")),
        };
        self.number(to, number)?;
        if system.is_empty() && code.is_empty() {
            return Ok(());
        }
        to.push(&format!(" AND {} IN (", self.column("concept")));
        with_token(to, (!system.is_empty()).then_some(system), (!code.is_empty()).then_some(code));
        if system.is_empty() {
            to.push(" UNION ");
            with_token(to, Some(UNIT_SYSTEM), Some(code));
        }
        to.push(")");
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
    // What follows from a condition bounds the index, which is led by the ends.
    let bound = |to: &mut Builder, at: i64| {
        compare(to, high, ">", at);
        to.push(" AND ");
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
            bound(to, range.low);
            to.push("(");
            compare(to, high, ">", range.high);
            to.push(" OR ");
            within(to);
            to.push(")");
        }
        "le" => {
            compare(to, low, "<", range.low);
            to.push(" OR ");
            within(to);
        }
        "sa" => {
            bound(to, range.high);
            compare(to, low, ">=", range.high);
        }
        "eb" => compare(to, high, "<=", range.low),
        _ => {
            bound(to, range.low);
            within(to);
        }
    }
}
