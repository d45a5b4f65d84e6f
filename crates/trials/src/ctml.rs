//! CTML, MatchMiner's form of curated trials, read without loss.
//!
//! What can be mapped becomes our criteria; what cannot becomes a finding for a curator, and a leaf
//! that nobody is known to meet or to fail. The document is kept whole and each leaf points into
//! it. Source of the form: MatchMiner's documentation of CTML and the trials published in it.

mod clinical;
mod genomic;
mod levels;
mod words;

use crate::criteria::{Criterion, DEPTH_MAX, Node, Role, Unresolved};
use crate::trial::{Cohort, Finding, Trial};
use serde_json::{Map, Value};
use tumor::{Genes, OncoTree};

/// Names that keys are mapped with.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// Genes.
    pub genes: &'a Genes,
    /// Tumour types.
    pub tree: &'a OncoTree,
}

/// Reads one trial. Anything that is a JSON object gives a trial; what is wrong with it is among
/// its findings.
pub fn import(document: &Map<String, Value>, names: Names<'_>) -> Trial {
    let mut importer = Importer { names, findings: Vec::new() };
    let mut trial = levels::trial(document, &mut importer);
    trial.findings = importer.findings;
    trial.imported_from = "ctml".into();
    trial.document = Some(Value::Object(document.clone()));
    trial
}

/// Where the `match` of a cohort's level stands in the document.
pub fn match_pointer(cohort: &Cohort) -> String {
    if cohort.path == "trial" {
        return "/match".to_owned();
    }
    let level = |part: &str| {
        let (name, number) = part.rsplit_once(' ').unwrap_or((part, "1"));
        let at = number.parse::<usize>().unwrap_or(1).saturating_sub(1);
        format!("/{}/{at}", name.replace("dose level", "dose_level"))
    };
    let levels: String = cohort.path.split(" / ").map(level).collect();
    format!("/treatment_list{levels}/match")
}

/// Names, and what was found on the way.
struct Importer<'a> {
    names: Names<'a>,
    findings: Vec<Finding>,
}

impl Importer<'_> {
    fn find(&mut self, code: &str, pointer: &str, text: impl Into<String>) {
        self.findings.push(Finding::new(code, pointer, text));
    }

    /// A key that could not be mapped: a finding, and a leaf that is not known.
    fn unresolved(&mut self, code: &str, pointer: &str, value: &Value, reason: &str) -> Node {
        let key = pointer.rsplit('/').next().unwrap_or_default().to_owned();
        self.find(code, pointer, format!("`{key}`: {reason}"));
        let value = words::text(value);
        let unresolved = Unresolved { key, value, reason: reason.to_owned() };
        Node::leaf(Criterion::Unresolved(unresolved), pointer)
    }

    /// A `match` list: all of its items.
    fn match_list(&mut self, list: &Value, pointer: &str) -> Node {
        match list {
            Value::Array(items) => {
                let item =
                    |(at, item): (usize, &Value)| self.item(item, &format!("{pointer}/{at}"), 0);
                Node::All(items.iter().enumerate().map(item).collect())
            }
            Value::Object(_) => self.item(list, pointer, 0),
            Value::Null => Node::All(Vec::new()),
            _ => self.unresolved("match-not-read", pointer, list, "is not a list"),
        }
    }

    /// One item: the "and" of its keys.
    fn item(&mut self, item: &Value, pointer: &str, depth: usize) -> Node {
        let Value::Object(keys) = item else {
            return self.unresolved("match-not-read", pointer, item, "is not an object");
        };
        if depth > DEPTH_MAX {
            return self.unresolved("match-too-deep", pointer, &Value::Null, "is nested too deep");
        }
        let parts = keys.iter().map(|(key, value)| {
            let pointer = format!("{pointer}/{}", escaped(key));
            self.keyed(key, value, &pointer, depth)
        });
        one_or_all(parts.collect())
    }

    fn keyed(&mut self, key: &str, value: &Value, pointer: &str, depth: usize) -> Node {
        match (key, value) {
            ("clinical", Value::Object(keys)) => self.clinical(keys, pointer),
            ("genomic", Value::Object(keys)) => self.genomic(keys, pointer),
            ("prior_treatments", Value::Object(keys)) => self.prior_treatments(keys, pointer),
            (key, Value::Array(items)) if key.starts_with("and") || key.starts_with("or") => {
                let item = |(at, item): (usize, &Value)| {
                    self.item(item, &format!("{pointer}/{at}"), depth + 1)
                };
                let children: Vec<Node> = items.iter().enumerate().map(item).collect();
                if children.is_empty() {
                    self.find("empty-list", pointer, format!("`{key}` has no items"));
                }
                if key.starts_with("and") { Node::All(children) } else { Node::Any(children) }
            }
            _ => self.unresolved("unknown-node", pointer, value, "is no node of a match"),
        }
    }

    /// Drugs that were given before.
    fn prior_treatments(&mut self, keys: &Map<String, Value>, pointer: &str) -> Node {
        let parts = keys.iter().map(|(key, value)| {
            let pointer = format!("{pointer}/{}", escaped(key));
            let (word, excluded) = words::negated(value);
            match (key.to_ascii_lowercase().as_str(), word) {
                ("drug" | "agent", Some(name)) if !name.is_empty() => {
                    let asked = crate::criteria::TherapyAsked { name: name.to_owned() };
                    let leaf = Node::leaf(Criterion::PriorTherapy(asked), pointer);
                    if excluded { excluded_node(leaf) } else { leaf }
                }
                _ => self.unresolved("unknown-key", &pointer, value, "is not mapped"),
            }
        });
        one_or_all(parts.collect())
    }
}

/// An exclusion: its leaves say so.
fn excluded_node(node: Node) -> Node {
    fn mark(node: Node) -> Node {
        match node {
            Node::Leaf(mut leaf) => {
                leaf.role = Role::Exclusion;
                Node::Leaf(leaf)
            }
            Node::All(children) => Node::All(children.into_iter().map(mark).collect()),
            Node::Any(children) => Node::Any(children.into_iter().map(mark).collect()),
            other => other,
        }
    }
    mark(node).negated()
}

/// One node as it is, several as all of them.
fn one_or_all(mut nodes: Vec<Node>) -> Node {
    match (nodes.len(), nodes.pop()) {
        (1, Some(node)) => node,
        (_, last) => {
            nodes.extend(last);
            Node::All(nodes)
        }
    }
}

/// A key as a part of a JSON pointer (RFC 6901).
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
