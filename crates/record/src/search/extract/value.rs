//! One value of a resource as rows, by the kind of the parameter and the data type of the value.

use super::{Held, ParameterKind, known, reference};
use crate::key::Keys;
use crate::search::concept::{Concept, UNIT_SYSTEM};
use crate::search::decimal::{Decimal, HIGHEST, LOWEST, Side};
use crate::search::path;
use crate::search::value::{ALWAYS, NEVER, Range, date_range, fold};
use serde_json::Value as Json;
use std::sync::Arc;

/// System and code.
type Token = (String, String);

/// What is held of a value. One that says nothing that can be compared leaves a mark: it is there.
pub(super) fn read(
    kind: ParameterKind,
    data_type: &str,
    value: &Json,
    tenant: &str,
    keys: &Keys,
) -> Vec<Held> {
    let listed = |tokens, labels| held(Concept::new(tenant, tokens, labels, true));
    let mut rows = match kind {
        ParameterKind::Token if data_type == "Identifier" => {
            return vec![identifier(value, tenant, keys)];
        }
        ParameterKind::Token if data_type == "ContactPoint" => {
            return vec![contact(value, tenant, keys)];
        }
        ParameterKind::Token => {
            let made = || {
                let (tokens, labels) = codes(value);
                Concept::new(tenant, tokens, labels, true)
            };
            return vec![Held::Concept(known::concept(tenant, value, made))];
        }
        ParameterKind::Uri => return vec![listed(uris(value), Vec::new())],
        ParameterKind::Reference => {
            let named = references(value);
            let identifier = identifier_of_reference(value, tenant, keys);
            let named = (!named.is_empty()).then(|| listed(named, Vec::new()));
            named.into_iter().chain(identifier).collect()
        }
        ParameterKind::String => texts(value),
        ParameterKind::Date => dates(value),
        ParameterKind::Number | ParameterKind::Quantity => quantities(value, tenant),
        ParameterKind::Composite => return Vec::new(),
    };
    if rows.is_empty() {
        rows.push(listed(Vec::new(), Vec::new()));
    }
    rows
}

/// Whether there is anything but `false`.
pub(super) fn presence(value: &Json, tenant: &str) -> Held {
    let tokens = vec![token("", if *value == Json::Bool(false) { "false" } else { "true" })];
    held(Concept::new(tenant, tokens, Vec::new(), true))
}

fn held(concept: Concept) -> Held {
    Held::Concept(Arc::new(concept))
}

fn member<'a>(value: &'a Json, name: &str) -> Option<&'a str> {
    path::member(value, name)?.as_str()
}

fn token(system: &str, code: &str) -> Token {
    (system.to_owned(), code.to_owned())
}

/// The hashed value, and the text of its type for `:text`.
fn identifier(value: &Json, tenant: &str, keys: &Keys) -> Held {
    let system = member(value, "system").unwrap_or_default();
    let hashed =
        member(value, "value").map(|value| token(system, &keys.identifier_hash(tenant, value)));
    let label = path::member(value, "type").and_then(|of| member(of, "text")).map(fold);
    let (tokens, labels) = (hashed.into_iter().collect(), label.into_iter().collect());
    held(Concept::new(tenant, tokens, labels, false))
}

/// The hashed number or address. The system says what it is for, not whose it is.
fn contact(value: &Json, tenant: &str, keys: &Keys) -> Held {
    let hashed =
        member(value, "value").map(|value| token("", &keys.identifier_hash(tenant, value)));
    held(Concept::new(tenant, hashed.into_iter().collect(), Vec::new(), false))
}

/// A code, Coding, CodeableConcept or boolean, with the words beside it.
fn codes(value: &Json) -> (Vec<Token>, Vec<String>) {
    let (mut tokens, mut labels) = (Vec::new(), Vec::new());
    match value {
        Json::String(code) => tokens.push(token("", code)),
        Json::Bool(flag) => tokens.push(token("", if *flag { "true" } else { "false" })),
        Json::Object(_) => {
            let codings = path::member(value, "coding").and_then(Json::as_array);
            for coding in codings.into_iter().flatten().chain([value]) {
                let system = member(coding, "system").unwrap_or_default();
                tokens.extend(member(coding, "code").map(|code| token(system, code)));
                labels.extend(member(coding, "display").map(fold));
            }
            labels.extend(member(value, "text").map(fold));
        }
        _ => {}
    }
    (tokens, labels)
}

fn text(text: &str) -> Held {
    Held::Text { folded: fold(text), exact: text.to_owned() }
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
        Json::Object(_) => {
            PARTS.iter().filter_map(|name| path::member(value, name)).flat_map(texts).collect()
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
    let events = path::member(value, "event").and_then(Json::as_array).into_iter().flatten();
    let mut rows: Vec<Held> = events.flat_map(dates).collect();
    rows.extend(
        path::member(value, "repeat")
            .and_then(|of| of.get("boundsPeriod"))
            .into_iter()
            .flat_map(dates),
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
fn quantities(value: &Json, tenant: &str) -> Vec<Held> {
    let Some(number) = number(value) else {
        return measured(value, tenant).into_iter().collect();
    };
    let at = number.key(Side::At);
    vec![quantity(at.clone(), at, value, tenant)]
}

fn number(value: &Json) -> Option<Decimal> {
    match value {
        // Its shortest text is the decimal that was read.
        Json::Number(number) => Decimal::parse(&number.to_string()),
        _ => None,
    }
}

/// The unit is one thing with two names: its code, and what is printed, under [`UNIT_SYSTEM`].
fn quantity(low: String, high: String, unit: &Json, tenant: &str) -> Held {
    let text = |name: &str| member(unit, name).unwrap_or_default();
    let mut tokens = vec![token(text("system"), text("code"))];
    tokens.retain(|(system, code)| !(system.is_empty() && code.is_empty()));
    tokens.extend(member(unit, "unit").map(|printed| token(UNIT_SYSTEM, printed)));
    Held::Quantity { low, high, unit: Concept::new(tenant, tokens, Vec::new(), true) }
}

fn measured(value: &Json, tenant: &str) -> Option<Held> {
    let end = |name: &str| value.get(name)?.get("value").and_then(number);
    if let Some(number) = path::member(value, "value").and_then(number) {
        let at = number.key(Side::At);
        let (low, high) = match member(value, "comparator") {
            None => (at.clone(), at),
            Some("<") => (LOWEST.to_owned(), number.key(Side::Below)),
            Some("<=") => (LOWEST.to_owned(), at),
            Some(">") => (number.key(Side::Above), HIGHEST.to_owned()),
            Some(">=") => (at, HIGHEST.to_owned()),
            Some(_) => return None,
        };
        return Some(quantity(low, high, value, tenant));
    }
    let unit = path::member(value, "low").or_else(|| path::member(value, "high"))?;
    let (low, high) = (end("low"), end("high"));
    if low.is_none() && high.is_none() {
        return None;
    }
    let low = low.map_or_else(|| LOWEST.to_owned(), |low| low.key(Side::At));
    let high = high.map_or_else(|| HIGHEST.to_owned(), |high| high.key(Side::At));
    Some(quantity(low, high, unit, tenant))
}

/// A Reference or a canonical URL: `Type/id`, or the URL as it is. What is contained is nobody's to
/// search.
fn references(value: &Json) -> Vec<Token> {
    let named = |text: &str| match reference(text) {
        Some((kind, id)) => token("", &format!("{kind}/{id}")),
        None => token("", text),
    };
    if let Some(url) = value.as_str() {
        let plain = url.split_once('|').map(|(plain, _)| token("", plain));
        return std::iter::once(named(url)).chain(plain).collect();
    }
    let text = member(value, "reference").filter(|text| !text.starts_with('#'));
    text.map(named).into_iter().collect()
}

fn identifier_of_reference(value: &Json, tenant: &str, keys: &Keys) -> Option<Held> {
    let identifier = path::member(value, "identifier")?;
    let code = keys.identifier_hash(tenant, member(identifier, "value")?);
    let tokens = vec![token(member(identifier, "system").unwrap_or_default(), &code)];
    Some(Held::ReferenceIdentifier(Concept::new(tenant, tokens, Vec::new(), false).into()))
}

/// A uri; a canonical one is also found without its version.
fn uris(value: &Json) -> Vec<Token> {
    let Some(uri) = value.as_str() else { return Vec::new() };
    let plain = uri.split_once('|').map(|(plain, _)| token("", plain));
    [token("", uri)].into_iter().chain(plain).collect()
}
