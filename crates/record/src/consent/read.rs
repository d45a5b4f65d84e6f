//! One provision: what it is about, inside what the ones around it are about.

use crate::resource::is_resource_type;
use crate::search::{date_range, reference};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// Purposes of use (HL7 v3 ActReason) by our words.
const PURPOSES: &[(&str, &str)] = &[
    ("TREAT", "treatment"),
    ("CAREMGT", "treatment"),
    ("HPAYMT", "operations"),
    ("HOPERAT", "operations"),
    ("HRESCH", "research"),
    ("BIORCH", "research"),
    ("CLINTRCH", "research"),
    ("PATRQT", "patient-request"),
    ("ETREAT", "emergency"),
    ("BTG", "emergency"),
];
/// Confidentiality and sensitivity codes by our labels; `N` is what carries none.
const SECURITY: &[(&str, &str)] = &[
    ("U", "N"),
    ("L", "N"),
    ("M", "N"),
    ("N", "N"),
    ("R", "R"),
    ("V", "V"),
    ("ETH", "ETH"),
    ("42CFRPart2", "ETH"),
    ("GDIS", "GDIS"),
    ("HIV", "HIV"),
    ("PSY", "PSY"),
    ("SF", "SF"),
];
/// System of identifiers of actors of ours.
const ACTOR_SYSTEM: &str = "urn:cognate:actor";
/// System of identifiers of roles of ours.
const ROLE_SYSTEM: &str = "urn:cognate:role";
/// System of resource types in `provision.class`.
const TYPES_SYSTEM: &str = "http://hl7.org/fhir/resource-types";
/// Actions that let somebody know (FHIR R4 consentaction).
const READING: &[&str] = &["access", "use", "disclose", "collect"];
/// What is asked for by members that we know; any other member narrows by what we do not know.
const MEMBERS: &[&str] = &[
    "id",
    "extension",
    "type",
    "period",
    "actor",
    "action",
    "securityLabel",
    "purpose",
    "class",
    "dataPeriod",
    "data",
    "provision",
];
const ALWAYS: (i64, i64) = (i64::MIN, i64::MAX);

/// What a provision is about; `None` is everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Provision {
    pub(super) gives: bool,
    /// Whether all that it asks for is known to us.
    pub(super) is_understood: bool,
    /// Whether it is about no reading at all.
    pub(super) is_about_nothing: bool,
    pub(super) purposes: Option<BTreeSet<String>>,
    pub(super) actors: Option<BTreeSet<String>>,
    pub(super) labels: Option<BTreeSet<String>>,
    pub(super) types: Option<BTreeSet<String>>,
    pub(super) instances: Option<BTreeSet<String>>,
    pub(super) period: (i64, i64),
    pub(super) data: (i64, i64),
}

impl Provision {
    /// What stands around the first provision. One without a type is the rule of a consent that
    /// has none, and gives nothing.
    pub(super) fn everything(root: &Json) -> Self {
        Self {
            gives: root.get("type").and_then(Json::as_str) == Some("permit"),
            is_understood: true,
            is_about_nothing: false,
            purposes: None,
            actors: None,
            labels: None,
            types: None,
            instances: None,
            period: ALWAYS,
            data: ALWAYS,
        }
    }
}

/// Reads a provision. An exception that does not say what it does, does the opposite of the rule
/// that it is in.
pub(super) fn read(json: &Json, around: &Provision) -> Provision {
    let mut own = around.clone();
    match json.get("type").and_then(Json::as_str) {
        Some("permit") => own.gives = true,
        Some("deny") => own.gives = false,
        Some(_) => (own.gives, own.is_understood) = (false, false),
        None => {}
    }
    let known = |object: &serde_json::Map<String, Json>| {
        object.keys().all(|name| MEMBERS.contains(&name.trim_start_matches('_')))
    };
    let mut is_understood = json.as_object().is_some_and(known);
    let mut take = |of: &mut Option<BTreeSet<String>>, read: Read| {
        is_understood &= read.is_understood;
        narrow(of, read.words)
    };
    let mut is_about_nothing = false;
    is_about_nothing |= take(&mut own.purposes, coded(json, "purpose", &word_in(PURPOSES)));
    is_about_nothing |= take(&mut own.labels, coded(json, "securityLabel", &word_in(SECURITY)));
    is_about_nothing |= take(&mut own.types, coded(json, "class", &resource_type));
    is_about_nothing |= take(&mut own.actors, each(json, "actor", &actor));
    is_about_nothing |= take(&mut own.instances, each(json, "data", &instance));
    let actions = coded(json, "action", &|coding| {
        coding.get("code").and_then(Json::as_str).map(str::to_owned)
    });
    let reads = |word: &String| READING.contains(&word.as_str());
    is_about_nothing |= actions.words.is_some_and(|words| !words.iter().any(reads));
    for (name, of) in [("period", &mut own.period), ("dataPeriod", &mut own.data)] {
        match json.get(name).map(period) {
            None => {}
            Some(Some((begins, ends))) => *of = (of.0.max(begins), of.1.min(ends)),
            Some(None) => is_understood = false,
        }
    }
    own.is_understood &= is_understood;
    own.is_about_nothing |= is_about_nothing;
    own
}

/// Words that were read; `None` if nothing was asked for.
struct Read {
    words: Option<BTreeSet<String>>,
    is_understood: bool,
}

/// Narrows a list by another one; whether nothing is left.
fn narrow(of: &mut Option<BTreeSet<String>>, by: Option<BTreeSet<String>>) -> bool {
    let Some(by) = by else { return false };
    let left: BTreeSet<String> = match of.take() {
        Some(before) => before.intersection(&by).cloned().collect(),
        None => by,
    };
    let is_empty = left.is_empty();
    *of = Some(left);
    is_empty
}

type Word<'w> = dyn Fn(&Json) -> Option<String> + 'w;

/// The words of a list; one that is not known leaves the list out, so that a refusal is about
/// everything.
fn each(json: &Json, name: &str, word: &Word<'_>) -> Read {
    let Some(list) = json.get(name) else { return Read { words: None, is_understood: true } };
    let words = list.as_array().map(|items| items.iter().map(word).collect::<Option<_>>());
    match words.flatten() {
        Some(words) => Read { words: Some(words), is_understood: true },
        None => Read { words: None, is_understood: false },
    }
}

/// The same of codings, or of concepts of codings: one known coding of a concept is enough.
fn coded(json: &Json, name: &str, word: &Word<'_>) -> Read {
    each(json, name, &|item: &Json| match item.get("coding").and_then(Json::as_array) {
        Some(codings) => codings.iter().find_map(word),
        None => word(item),
    })
}

fn word_in(table: &'static [(&'static str, &'static str)]) -> impl Fn(&Json) -> Option<String> {
    move |coding: &Json| {
        let code = coding.get("code").and_then(Json::as_str)?;
        table.iter().find(|(known, _)| *known == code).map(|(_, word)| (*word).to_owned())
    }
}

fn resource_type(coding: &Json) -> Option<String> {
    let text = |name: &str| coding.get(name).and_then(Json::as_str);
    let code = text("code")?;
    (text("system") == Some(TYPES_SYSTEM) && is_resource_type(code)).then(|| code.to_owned())
}

/// Whom a rule is about: a resource, or an actor or a role of ours.
fn actor(json: &Json) -> Option<String> {
    let named = json.get("reference")?;
    if let Some(identifier) = named.get("identifier") {
        let text = |name: &str| identifier.get(name).and_then(Json::as_str);
        let value = text("value").filter(|value| !value.is_empty() && *value != "*")?;
        return match text("system")? {
            ACTOR_SYSTEM => Some(value.to_owned()),
            ROLE_SYSTEM => Some(format!("role:{value}")),
            _ => None,
        };
    }
    let (resource_type, id) = reference(named.get("reference")?.as_str()?)?;
    Some(format!("{resource_type}/{id}"))
}

/// The resource that a rule is about; what goes with it, or was written by somebody, is not known.
fn instance(json: &Json) -> Option<String> {
    if json.get("meaning").and_then(Json::as_str) != Some("instance") {
        return None;
    }
    let text = json.get("reference")?.get("reference")?.as_str()?;
    let (resource_type, id) = reference(text)?;
    Some(format!("{resource_type}/{id}"))
}

/// Microseconds from and until; the last one is not in it.
pub(crate) fn period(json: &Json) -> Option<(i64, i64)> {
    let end = |name: &str| match json.get(name) {
        None => Some(None),
        Some(text) => date_range(text.as_str()?).map(Some),
    };
    let (start, end) = (end("start")?, end("end")?);
    let begins = start.map_or(i64::MIN, |range| range.low);
    Some((begins, end.map_or(i64::MAX, |range| range.high)))
}
