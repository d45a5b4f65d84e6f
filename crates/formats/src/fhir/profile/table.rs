//! The rules of profiles, read once from the table.

use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What canonicals of R4's own definitions begin with.
const CORE: &str = "http://hl7.org/fhir/StructureDefinition/";
/// Profiles that one may be based on, one upon the other.
const BASES_MAX: usize = 8;

/// A datatype that an element may have.
#[derive(Debug, PartialEq)]
pub(super) struct Type {
    pub(super) code: &'static str,
    /// Profiles of the datatype, or targets of a reference, by name.
    pub(super) names: Vec<&'static str>,
}

/// A value that an element must have.
#[derive(Debug, PartialEq)]
pub(super) enum Wanted {
    /// What is there has at least this.
    AtLeast(Value),
    /// Nothing else.
    Exactly(Value),
}

impl Wanted {
    /// Whether the value is what is wanted.
    pub(super) fn fits(&self, value: &Value) -> bool {
        match self {
            Self::AtLeast(wanted) => has(wanted, value),
            Self::Exactly(wanted) => wanted == value,
        }
    }

    /// The value as a person would name it: `code of system`, or as it is.
    pub(super) fn words(&self) -> String {
        let (Self::AtLeast(wanted) | Self::Exactly(wanted)) = self;
        let coding = super::super::access::first(wanted, "coding").unwrap_or(wanted);
        let text = |name: &str| coding.get(name).and_then(Value::as_str);
        match (text("code"), text("system"), wanted.as_str()) {
            (Some(code), Some(system), _) => format!("`{code}` of `{system}`"),
            (_, _, Some(text)) => format!("`{text}`"),
            _ => format!("`{wanted}`"),
        }
    }
}

/// Whether a value has what the pattern has (FHIR R4, ElementDefinition.pattern[x]).
fn has(pattern: &Value, value: &Value) -> bool {
    match (pattern, value) {
        (Value::Object(wanted), Value::Object(held)) => {
            wanted.iter().all(|(name, one)| held.get(name).is_some_and(|held| has(one, held)))
        }
        (Value::Array(wanted), Value::Array(held)) => {
            wanted.iter().all(|one| held.iter().any(|held| has(one, held)))
        }
        _ => pattern == value,
    }
}

/// What is asked of an element or a slice.
#[derive(Debug, Default)]
pub(super) struct Rule {
    pub(super) min: usize,
    pub(super) max: Option<usize>,
    /// Empty = as in R4.
    pub(super) types: Vec<Type>,
    pub(super) value: Option<Wanted>,
    /// Canonical of the required value set; empty = none.
    pub(super) set: &'static str,
}

/// An element, or a slice of one, with what is below it.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// Of the element or the slice.
    pub(super) name: &'static str,
    pub(super) rule: Rule,
    /// The element that tells the slices apart; `$this` = its datatype.
    pub(super) by: &'static str,
    pub(super) children: Vec<Node>,
    pub(super) slices: Vec<Node>,
}

impl Node {
    pub(super) fn child(&self, name: &str) -> Option<&Node> {
        self.children.iter().find(|child| child.name == name)
    }
}

/// A profile with the rules of those that it is based on.
#[derive(Debug)]
pub(super) struct Profile {
    pub(super) name: &'static str,
    pub(super) kind: &'static str,
    /// What it is based on, nearest first.
    pub(super) bases: Vec<&'static str>,
    pub(super) root: Node,
}

/// Codes of a system; none listed = all of them.
pub(super) type Codes = (&'static str, Vec<&'static str>);

/// All profiles and value sets.
#[derive(Debug, Default)]
pub(super) struct Table {
    prefix: &'static str,
    version: &'static str,
    profiles: BTreeMap<&'static str, Profile>,
    sets: BTreeMap<&'static str, Vec<Codes>>,
}

/// Whether a profile is known by a canonical.
#[derive(Debug)]
pub(super) enum Found {
    Known(&'static Profile),
    /// The version that is known.
    OtherVersion(&'static Profile, &'static str),
    Unknown,
}

impl Table {
    pub(super) fn profiles(&self) -> impl Iterator<Item = &Profile> {
        self.profiles.values()
    }

    pub(super) fn named(&self, name: &str) -> Option<&Profile> {
        self.profiles.get(name)
    }

    /// The canonical of what the table calls by a name.
    pub(super) fn canonical(&self, name: &str) -> String {
        match self.profiles.get(name) {
            _ if name.contains(':') => name.to_owned(),
            Some(profile) if !is_core(profile) => format!("{}{name}", self.prefix),
            _ => format!("{CORE}{name}"),
        }
    }

    /// The systems and codes of a value set, where they are at hand.
    pub(super) fn set(&self, url: &str) -> Option<&[Codes]> {
        self.sets.get(url).map(Vec::as_slice)
    }
}

/// A datatype profile of R4 itself is called like a type.
fn is_core(profile: &Profile) -> bool {
    profile.name.starts_with(|first: char| first.is_ascii_uppercase())
}

/// The profile of a canonical, with or without a version.
pub(super) fn find(canonical: &str) -> Found {
    let table = table();
    let (url, version) = canonical.split_once('|').unwrap_or((canonical, table.version));
    let name = url.strip_prefix(table.prefix).filter(|_| !table.prefix.is_empty());
    match name.and_then(|name| table.profiles.get(name)) {
        Some(profile) if version == table.version => Found::Known(profile),
        Some(profile) => Found::OtherVersion(profile, table.version),
        None => Found::Unknown,
    }
}

/// The table, read at the first call.
pub(super) fn table() -> &'static Table {
    static TABLE: LazyLock<Table> = LazyLock::new(|| read(include_str!("rules.tsv")));
    &TABLE
}

/// A profile as the table has it: type, base and own lines.
type Own = (&'static str, &'static str, Vec<&'static str>);

fn read(text: &'static str) -> Table {
    let mut table = Table::default();
    let mut all: BTreeMap<&'static str, Own> = BTreeMap::new();
    let mut last = "";
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('\t');
        let first = columns.next().unwrap_or_default();
        let mut next = || columns.next().unwrap_or_default();
        if first == "@" {
            (table.prefix, table.version) = (next(), next());
        } else if let Some(name) = first.strip_prefix('>') {
            last = name;
            all.insert(name, (next(), next(), Vec::new()));
        } else if let Some(url) = first.strip_prefix('$') {
            let mut codes = Vec::new();
            while let (Some(system), Some(listed)) = (columns.next(), columns.next()) {
                codes.push((system, words(listed).filter(|code| *code != "*").collect()));
            }
            table.sets.insert(url, codes);
        } else if let Some((_, _, lines)) = all.get_mut(last) {
            lines.push(line);
        }
    }
    for (name, (kind, _, _)) in &all {
        let chain: Vec<&'static str> = chain(name, &all);
        let mut root = Node { name: kind, ..Node::default() };
        for base in chain.iter().rev() {
            let lines = all.get(base).map_or(&[][..], |(_, _, lines)| lines);
            for line in lines {
                add(&mut root, line);
            }
        }
        let bases = chain.into_iter().skip(1).collect();
        table.profiles.insert(name, Profile { name, kind, bases, root });
    }
    table
}

/// A profile and what it is based on, itself first.
fn chain(name: &'static str, all: &BTreeMap<&'static str, Own>) -> Vec<&'static str> {
    let base = |name: &&'static str| all.get(name).map(|(_, base, _)| *base);
    let known = |name: &&'static str| all.contains_key(name);
    std::iter::successors(Some(name), |name| base(name).filter(known)).take(BASES_MAX).collect()
}

/// Adds a line to the tree; what a profile says of an element goes before what its base says.
fn add(root: &mut Node, line: &'static str) {
    let mut columns = line.split('\t');
    let mut node = root;
    for step in columns.next().unwrap_or_default().split('.') {
        let (name, slice) = step.split_once(':').map_or((step, None), |(n, s)| (n, Some(s)));
        let Some(child) = within(&mut node.children, name) else { return };
        node = child;
        if matches!(name, "extension" | "modifierExtension") {
            node.by = "url";
        }
        if let Some(slice) = slice {
            let Some(child) = within(&mut node.slices, slice) else { return };
            node = child;
        }
    }
    let mut next = || columns.next().unwrap_or_default();
    let rule = &mut node.rule;
    rule.min = next().parse().unwrap_or(rule.min);
    rule.max = next().parse().ok().or(rule.max);
    let types: Vec<Type> = words(next()).map(type_of).collect();
    if !types.is_empty() {
        rule.types = types;
    }
    rule.value = wanted(next()).or(rule.value.take());
    rule.set = Some(next()).filter(|set| !set.is_empty()).unwrap_or(rule.set);
    node.by = Some(next()).filter(|by| !by.is_empty()).unwrap_or(node.by);
}

/// The node of that name, made if need be.
fn within<'n>(nodes: &'n mut Vec<Node>, name: &'static str) -> Option<&'n mut Node> {
    if !nodes.iter().any(|node| node.name == name) {
        nodes.push(Node { name, ..Node::default() });
    }
    nodes.iter_mut().find(|node| node.name == name)
}

fn wanted(text: &str) -> Option<Wanted> {
    let value = |json: &str| serde_json::from_str(json).ok();
    match text.split_at_checked(1)? {
        ("~", json) => value(json).map(Wanted::AtLeast),
        (_, json) => value(json).map(Wanted::Exactly),
    }
}

fn type_of(text: &'static str) -> Type {
    let (code, names) = text.split_once('(').unwrap_or((text, ""));
    let names = names.trim_end_matches(')').split('|').filter(|name| !name.is_empty());
    Type { code, names: names.collect() }
}

fn words(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.split(' ').filter(|word| !word.is_empty())
}
