//! One value of a resource as rows, by the kind of the parameter and the data type of the value.

use super::{Held, ParameterKind, reference};
use crate::key::Keys;
use crate::search::decimal::{Decimal, HIGHEST, LOWEST, Side};
use crate::search::value::{ALWAYS, NEVER, Range, date_range, fold};
use serde_json::Value as Json;

/// The rows of a value. One that says nothing that can be compared leaves a mark: it is there.
pub(super) fn read(
    kind: ParameterKind,
    data_type: &str,
    value: &Json,
    tenant: &str,
    keys: &Keys,
) -> Vec<Held> {
    let mut rows = match kind {
        ParameterKind::Token if data_type == "Identifier" => identifier(value, tenant, keys),
        ParameterKind::Token => tokens(value),
        ParameterKind::String => texts(value),
        ParameterKind::Date => dates(value),
        ParameterKind::Number | ParameterKind::Quantity => quantities(value),
        ParameterKind::Reference => references(value, tenant, keys),
        ParameterKind::Uri => uris(value),
        ParameterKind::Composite => return Vec::new(),
    };
    if rows.is_empty() {
        rows.push(Held::Text { folded: String::new(), exact: String::new() });
    }
    rows
}

/// Whether there is anything but `false`.
pub(super) fn presence(value: &Json) -> Held {
    token("", if *value == Json::Bool(false) { "false" } else { "true" })
}

fn member<'a>(value: &'a Json, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}

fn token(system: &str, code: &str) -> Held {
    Held::Token { system: system.to_owned(), code: code.to_owned() }
}

fn text(text: &str) -> Held {
    Held::Text { folded: fold(text), exact: text.to_owned() }
}

/// The hashed value, and the text of its type for `:text`.
fn identifier(value: &Json, tenant: &str, keys: &Keys) -> Vec<Held> {
    let system = member(value, "system").unwrap_or_default();
    let hashed = member(value, "value").map(|value| token(system, &keys.index_hash(tenant, value)));
    let label = value.get("type").and_then(|of| member(of, "text")).map(text);
    hashed.into_iter().chain(label).collect()
}

/// A code, Coding, CodeableConcept, ContactPoint or boolean, with the words beside it.
fn tokens(value: &Json) -> Vec<Held> {
    match value {
        Json::String(code) => vec![token("", code)],
        Json::Bool(flag) => vec![token("", if *flag { "true" } else { "false" })],
        Json::Object(members) => {
            let codings = members.get("coding").and_then(Json::as_array);
            let mut rows: Vec<Held> = codings.into_iter().flatten().flat_map(coding).collect();
            rows.extend(member(value, "text").map(text));
            rows.extend(coding(value));
            // A ContactPoint's system says what it is for, not whose code it is.
            if !members.contains_key("code") {
                rows.extend(member(value, "value").map(|value| token("", value)));
            }
            rows
        }
        _ => Vec::new(),
    }
}

fn coding(coding: &Json) -> Vec<Held> {
    let system = member(coding, "system").unwrap_or_default();
    let code = member(coding, "code").map(|code| token(system, code));
    code.into_iter().chain(member(coding, "display").map(text)).collect()
}

/// A string, or every part of a HumanName or Address.
fn texts(value: &Json) -> Vec<Held> {
    const PARTS: [&str; 11] = [
        "text",
        "family",
        "given",
        "prefix",
        "suffix",
        "line",
        "city",
        "district",
        "state",
        "postalCode",
        "country",
    ];
    match value {
        Json::String(one) => vec![text(one)],
        Json::Array(items) => items.iter().filter_map(Json::as_str).map(text).collect(),
        Json::Object(members) => {
            PARTS.iter().filter_map(|name| members.get(*name)).flat_map(texts).collect()
        }
        _ => Vec::new(),
    }
}

/// A date, dateTime, instant, Period or Timing.
fn dates(value: &Json) -> Vec<Held> {
    let entry = |Range { low, high }| Held::Date { low, high };
    if let Some(text) = value.as_str() {
        return date_range(text).map(entry).into_iter().collect();
    }
    let events = value.get("event").and_then(Json::as_array).into_iter().flatten();
    let mut rows: Vec<Held> = events.flat_map(dates).collect();
    rows.extend(
        value.get("repeat").and_then(|of| of.get("boundsPeriod")).into_iter().flat_map(dates),
    );
    let end = |name| member(value, name).map(date_range);
    let range = match (end("start"), end("end")) {
        (Some(Some(start)), Some(Some(end))) => Some(Range { low: start.low, high: end.high }),
        (Some(Some(start)), None) => Some(Range { low: start.low, high: ALWAYS }),
        (None, Some(Some(end))) => Some(Range { low: NEVER, high: end.high }),
        _ => None,
    };
    rows.extend(range.map(entry));
    rows
}

/// A number, a Quantity with its comparator, or a Range.
fn quantities(value: &Json) -> Vec<Held> {
    let Some(number) = number(value) else { return measured(value).into_iter().collect() };
    let at = number.key(Side::At);
    vec![quantity(at.clone(), at, value)]
}

fn number(value: &Json) -> Option<Decimal> {
    match value {
        // Its shortest text is the decimal that was read.
        Json::Number(number) => Decimal::parse(&number.to_string()),
        _ => None,
    }
}

fn quantity(low: String, high: String, unit: &Json) -> Held {
    let text = |name: &str| member(unit, name).unwrap_or_default().to_owned();
    Held::Quantity { low, high, system: text("system"), code: text("code"), unit: text("unit") }
}

fn measured(value: &Json) -> Option<Held> {
    let end = |name: &str| value.get(name)?.get("value").and_then(number);
    if let Some(number) = value.get("value").and_then(number) {
        let at = number.key(Side::At);
        let (low, high) = match member(value, "comparator") {
            None => (at.clone(), at),
            Some("<") => (LOWEST.to_owned(), number.key(Side::Below)),
            Some("<=") => (LOWEST.to_owned(), at),
            Some(">") => (number.key(Side::Above), HIGHEST.to_owned()),
            Some(">=") => (at, HIGHEST.to_owned()),
            Some(_) => return None,
        };
        return Some(quantity(low, high, value));
    }
    let unit = value.get("low").or_else(|| value.get("high"))?;
    let (low, high) = (end("low"), end("high"));
    if low.is_none() && high.is_none() {
        return None;
    }
    let low = low.map_or_else(|| LOWEST.to_owned(), |low| low.key(Side::At));
    let high = high.map_or_else(|| HIGHEST.to_owned(), |high| high.key(Side::At));
    Some(quantity(low, high, unit))
}

/// A Reference with its identifier, or a canonical URL. What is contained is nobody's to search.
fn references(value: &Json, tenant: &str, keys: &Keys) -> Vec<Held> {
    let row = |(target_type, target): (&str, &str)| Held::Reference {
        target_type: target_type.to_owned(),
        target: target.to_owned(),
    };
    if let Some(url) = value.as_str() {
        let plain = url.split_once('|').map(|(plain, _)| row(("", plain)));
        return [row(reference(url).unwrap_or(("", url)))].into_iter().chain(plain).collect();
    }
    let named = member(value, "reference").filter(|text| !text.starts_with('#'));
    let named = named.map(|text| row(reference(text).unwrap_or(("", text))));
    let identifier = value.get("identifier").and_then(|identifier| {
        let code = keys.index_hash(tenant, member(identifier, "value")?);
        let system = member(identifier, "system").unwrap_or_default().to_owned();
        Some(Held::ReferenceIdentifier { system, code })
    });
    named.into_iter().chain(identifier).collect()
}

/// A uri; a canonical one is also found without its version.
fn uris(value: &Json) -> Vec<Held> {
    let Some(uri) = value.as_str() else { return Vec::new() };
    let plain = uri.split_once('|').map(|(plain, _)| token("", plain));
    [token("", uri)].into_iter().chain(plain).collect()
}
