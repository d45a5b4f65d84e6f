//! Elements of FHIR R4 resources, as far as patients for trials need them.

use model::PartialDate;
use serde_json::Value;

/// An element by its pointer (RFC 6901).
pub(super) fn at<'v>(value: &'v Value, pointer: &str) -> Option<&'v Value> {
    value.pointer(pointer)
}

/// A text of the resource itself; empty if there is none.
pub(super) fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The items of a list; none if there is no list.
pub(super) fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// System and code of each coding of a concept.
pub(super) fn codes(concept: Option<&Value>) -> Vec<(&str, &str)> {
    let codings = concept.map(|concept| list(concept, "coding")).unwrap_or_default();
    codings.iter().map(|coding| (text(coding, "system"), text(coding, "code"))).collect()
}

/// Every name that a concept has: its own text, then those of its codings.
pub(super) fn names(concept: Option<&Value>) -> Vec<&str> {
    let Some(concept) = concept else { return Vec::new() };
    let own = std::iter::once(text(concept, "text"));
    let codings = list(concept, "coding").iter().map(|coding| text(coding, "display"));
    own.chain(codings).filter(|name| !name.trim().is_empty()).collect()
}

/// The code of a concept of a FHIR system of states, `active`.
pub(super) fn state<'v>(value: &'v Value, name: &str) -> &'v str {
    codes(value.get(name)).first().map_or("", |(_, code)| code)
}

/// The date of the first of these elements that has one. A period is its end, or its start.
pub(super) fn date(value: &Value, names: &[&str]) -> Option<PartialDate> {
    names.iter().find_map(|name| {
        let element = value.get(*name)?;
        let of = |text: Option<&Value>| parse_day(text.and_then(Value::as_str)?);
        of(Some(element)).or_else(|| of(element.get("end"))).or_else(|| of(element.get("start")))
    })
}

/// The day of a date or an instant, as written.
fn parse_day(text: &str) -> Option<PartialDate> {
    PartialDate::parse(text.get(..10).unwrap_or(text))
}
