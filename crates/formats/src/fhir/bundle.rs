//! Transaction and batch Bundles (FHIR R4, RESTful API, "transaction").

mod collection;
mod reference;

use super::access::{self, text};
use super::{check, json};
use model::Problem;
use serde_json::Value;

pub use collection::collected;
pub use reference::{conditional_references, rewrite_references};

/// Entries of one Bundle.
pub const ENTRIES_MAX: usize = 5_000;
/// Bytes of one Bundle.
pub const BUNDLE_BYTES_MAX: usize = 50 * 1024 * 1024;

/// Whether a Bundle stands or falls as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// All or nothing.
    Transaction,
    /// Each entry for itself.
    Batch,
}

/// What an entry asks for, in the order in which a transaction is processed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Delete.
    Delete,
    /// Create.
    Post,
    /// Update.
    Put,
    /// Change in parts; of one rank with `PUT`.
    Patch,
    /// Read or search.
    Get,
    /// Read without the body; of one rank with `GET`.
    Head,
}

impl Method {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "DELETE" => Self::Delete,
            "POST" => Self::Post,
            "PUT" => Self::Put,
            "PATCH" => Self::Patch,
            "GET" => Self::Get,
            "HEAD" => Self::Head,
            _ => return None,
        })
    }

    fn rank(self) -> u8 {
        match self {
            Self::Delete => 0,
            Self::Post => 1,
            Self::Put | Self::Patch => 2,
            Self::Get | Self::Head => 3,
        }
    }

    fn has_resource(self) -> bool {
        matches!(self, Self::Post | Self::Put | Self::Patch)
    }
}

/// The target of an entry, relative to the base: `Patient/1`, `Patient?identifier=…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Resource type; `None` for a search or history over the whole system.
    pub resource_type: Option<String>,
    /// Logical id.
    pub id: Option<String>,
    /// What follows the id or type: `_history`, `_history/2`, `$everything`.
    pub rest: Option<String>,
    /// The query after `?`, as written.
    pub query: Option<String>,
}

/// One entry of a Bundle.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Place in the Bundle as received, counted from 0; answers stand in this order.
    pub index: usize,
    /// `Bundle.entry[3]`.
    pub place: String,
    /// The name by which other entries refer to this one.
    pub full_url: Option<String>,
    /// What is asked for.
    pub method: Method,
    /// Of what.
    pub url: Target,
    /// Query of a conditional create.
    pub if_none_exist: Option<String>,
    /// Version that must be the current one, `W/"3"`.
    pub if_match: Option<String>,
    /// Version that must not be the current one.
    pub if_none_match: Option<String>,
    /// The resource; for `PATCH` the `Binary` or `Parameters` that holds the changes.
    pub resource: Option<Value>,
    /// Numbers of the resource that must be written as they were read.
    pub literals: json::Literals,
}

impl Entry {
    /// The references by which other entries may name this one: its full URL, and `Type/id` where
    /// the full URL ends so (FHIR R4, "Resolving references in Bundles").
    pub fn names(&self) -> Vec<String> {
        let url = self.full_url.as_deref();
        let relative = url.and_then(access::type_and_id).map(|(kind, id)| format!("{kind}/{id}"));
        url.map(str::to_owned).into_iter().chain(relative).collect()
    }
}

/// A Bundle, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Transaction {
    /// All or nothing, or each for itself.
    pub kind: Kind,
    /// Entries in processing order: `DELETE`, `POST`, `PUT` and `PATCH`, `GET`; those of one rank
    /// as received. A batch has no such order and stays as received.
    pub entries: Vec<Entry>,
}

impl Transaction {
    /// Checks the structure of every resource, in the order received; places name the entry,
    /// `Bundle.entry[3].resource.status`.
    pub fn check(&self) -> Vec<Problem> {
        let mut entries: Vec<&Entry> = self.entries.iter().collect();
        entries.sort_by_key(|entry| entry.index);
        let resource = |entry: &Entry| {
            let place = format!("{}.resource", entry.place);
            entry.resource.as_ref().map(|resource| check::check_at(resource, &place))
        };
        entries.into_iter().filter_map(resource).flatten().collect()
    }
}

/// Reads a Bundle from its bytes.
///
/// # Errors
/// Every problem of the JSON, of the Bundle and of its entries; none of it may be processed.
/// A batch with a faulty entry is refused like a transaction.
pub fn read(bytes: &[u8]) -> Result<Transaction, Vec<Problem>> {
    let document = json::read(bytes, BUNDLE_BYTES_MAX).map_err(|problem| vec![problem])?;
    let mut read = transaction(document.value)?;
    if !document.literals.is_empty() {
        for entry in &mut read.entries {
            let path = format!("entry[{}].resource", entry.index);
            entry.literals = json::literals_below(&document.literals, &path);
        }
    }
    Ok(read)
}

/// Reads a Bundle from its JSON, which no longer has the digits of its numbers.
///
/// # Errors
/// As for [`read`].
pub fn transaction(mut bundle: Value) -> Result<Transaction, Vec<Problem>> {
    let refuse = |code: &str, place: &str, text: &str| Err(vec![Problem::error(code, place, text)]);
    if access::resource_type(&bundle) != Some("Bundle") {
        return refuse("not-a-bundle", "Bundle.resourceType", "the resource is not a Bundle");
    }
    let kind = match text(&bundle, "type") {
        Some("transaction") => Kind::Transaction,
        Some("batch") => Kind::Batch,
        _ => {
            let text = "the Bundle is neither a transaction nor a batch";
            return refuse("bad-bundle-type", "Bundle.type", text);
        }
    };
    let received = match bundle.get_mut("entry").map(Value::take) {
        None => Vec::new(),
        Some(Value::Array(entries)) => entries,
        Some(_) => return refuse("repeating", "Bundle.entry", "the entries must be an array"),
    };
    if received.len() > ENTRIES_MAX {
        let text = format!("the Bundle has more than {ENTRIES_MAX} entries");
        return refuse("too-many-entries", "Bundle.entry", &text);
    }
    let mut problems = Vec::new();
    let mut entries: Vec<Entry> = received
        .into_iter()
        .enumerate()
        .filter_map(|(index, value)| entry(index, value, &mut problems))
        .collect();
    if kind == Kind::Transaction {
        collisions(&entries, &mut problems);
        entries.sort_by_key(|entry| entry.method.rank());
    }
    if problems.is_empty() { Ok(Transaction { kind, entries }) } else { Err(problems) }
}

fn entry(index: usize, mut value: Value, problems: &mut Vec<Problem>) -> Option<Entry> {
    let place = format!("Bundle.entry[{index}]");
    let mut say = |below: &str, code: &str, text: &str| {
        problems.push(Problem::error(code, format!("{place}.{below}"), text));
        None
    };
    let resource = value.get_mut("resource").map(Value::take);
    let Some(request) = value.get("request") else {
        return say("request", "missing-element", "the entry has no request");
    };
    let Some(method) = text(request, "method").and_then(Method::parse) else {
        return say("request.method", "bad-code", "the method is missing or not one of FHIR R4");
    };
    let Some(url) = text(request, "url").and_then(target) else {
        return say("request.url", "bad-url", "the URL is missing or not relative to the base");
    };
    let kind = resource.as_ref().and_then(access::resource_type);
    if method.has_resource() && kind.is_none() {
        return say("resource", "missing-element", "the method needs a resource with its type");
    }
    if let (Method::Post | Method::Put, Some(kind)) = (method, kind)
        && url.resource_type.as_deref() != Some(kind)
    {
        return say("request.url", "type-mismatch", "the URL names another type than the resource");
    }
    let id = resource.as_ref().and_then(access::id);
    if method == Method::Put
        && url.id.is_some()
        && id.is_some_and(|id| url.id.as_deref() != Some(id))
    {
        return say("request.url", "id-mismatch", "the URL names another id than the resource");
    }
    if method == Method::Post && url.id.is_some() {
        return say("request.url", "bad-url", "a create has no id in its URL");
    }
    let targeted = url.id.is_some() || url.query.is_some();
    if matches!(method, Method::Put | Method::Patch | Method::Delete) && !targeted {
        return say("request.url", "bad-url", "the URL names no id and no search");
    }
    let owned = |name: &str| text(request, name).map(str::to_owned);
    Some(Entry {
        index,
        full_url: text(&value, "fullUrl").map(str::to_owned),
        method,
        url,
        if_none_exist: owned("ifNoneExist"),
        if_match: owned("ifMatch"),
        if_none_match: owned("ifNoneMatch"),
        resource,
        literals: json::Literals::new(),
        place,
    })
}

/// Reads `Type`, `Type/id`, `Type/id/rest`, `Type?query`, `?query`, `$operation`, `_history`.
fn target(url: &str) -> Option<Target> {
    if url.contains(char::is_whitespace) || url.starts_with('/') || url.contains("..") {
        return None;
    }
    let (path, query) = match url.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (url, None),
    };
    let query = query.map(str::to_owned);
    let mut parts = path.splitn(3, '/');
    let kind = parts.next().filter(|part| !part.is_empty());
    let next = parts.next();
    let rest = parts.next().map(str::to_owned);
    let special = |part: &str| part.starts_with('$') || part.starts_with('_');
    match (kind, next) {
        (None, None) => {
            query.is_some().then_some(Target { resource_type: None, id: None, rest: None, query })
        }
        (Some(kind), None) if special(kind) => {
            Some(Target { resource_type: None, id: None, rest: Some(kind.to_owned()), query })
        }
        (Some(kind), next) if check::is_resource_type(kind) => {
            let resource_type = Some(kind.to_owned());
            match next {
                None => Some(Target { resource_type, id: None, rest: None, query }),
                Some(part) if special(part) => {
                    let rest = rest.map_or(part.to_owned(), |tail| format!("{part}/{tail}"));
                    Some(Target { resource_type, id: None, rest: Some(rest), query })
                }
                Some(id) if model::id::is_fhir_id(id) => {
                    Some(Target { resource_type, id: Some(id.to_owned()), rest, query })
                }
                Some(_) => None,
            }
        }
        _ => None,
    }
}

/// Entries of a transaction must not share a full URL or touch the same resource twice.
fn collisions(entries: &[Entry], problems: &mut Vec<Problem>) {
    let mut urls = std::collections::BTreeSet::new();
    let mut touched = std::collections::BTreeSet::new();
    for entry in entries {
        if let Some(url) = &entry.full_url
            && !urls.insert(url)
        {
            let place = format!("{}.fullUrl", entry.place);
            problems.push(Problem::error("duplicate-url", place, "two entries have this URL"));
        }
        let changes = matches!(entry.method, Method::Delete | Method::Put | Method::Patch);
        if changes
            && entry.url.id.is_some()
            && !touched.insert((&entry.url.resource_type, &entry.url.id))
        {
            let place = format!("{}.request.url", entry.place);
            let text = "two entries change the same resource";
            problems.push(Problem::error("changed-twice", place, text));
        }
    }
}

#[cfg(test)]
mod tests;
