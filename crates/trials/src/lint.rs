//! What is wrong with a trial as it stands: for a curator, before patients are matched.

use crate::criteria::{
    AgeAsked, BiomarkerAsked, Comparison, Criterion, DEPTH_MAX, LEAVES_MAX, Node,
};
use crate::trial::{Finding, Status, Trial};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Findings of the import, and those of the tree: contradictions, keys that nobody has mapped,
/// cohorts without criteria, identifiers that stand twice, trees over a limit.
pub fn lint(trial: &Trial) -> Vec<Finding> {
    let mut findings = trial.findings.clone();
    let mut seen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for cohort in &trial.cohorts {
        *seen.entry((&cohort.id, &cohort.path)).or_default() += 1;
        let place = |text: &str| format!("{}: {text}", cohort.path);
        let mut find = |code: &str, text: String| {
            findings.push(Finding::new(code, format!("cohort {}", cohort.id), text));
        };
        if cohort.criteria.depth() > DEPTH_MAX {
            find("too-deep", place("the tree is nested too deep; it is not known of anybody"));
            continue;
        }
        let parts = trial.parts(cohort);
        if parts.is_empty() {
            find("no-criteria", place("asks nothing: everybody would be eligible"));
        }
        let leaves: usize = parts.iter().map(|part| part.leaves().len()).sum();
        if leaves > LEAVES_MAX {
            find("too-many-leaves", place(&format!("{leaves} leaves, at most {LEAVES_MAX}")));
        }
        for text in contradictions(&parts) {
            find("contradiction", place(&text));
        }
        for part in &parts {
            counts(part, &mut |text| find("impossible", place(&text)));
        }
    }
    for ((id, path), times) in seen {
        if times > 1 {
            let text = format!("`{id}` at {path} stands {times} times");
            findings.push(Finding::new("cohort-twice", format!("cohort {id}"), text));
        }
    }
    if trial.cohorts.is_empty() {
        findings.push(Finding::new("no-cohorts", "", "no level asks anything"));
    }
    let no_site =
        !trial.sites.is_empty() && trial.sites.iter().all(|site| site.status == Status::Closed);
    if trial.status == Status::Open && no_site {
        findings.push(Finding::new("no-open-site", "", "the trial is open and none of its sites"));
    }
    findings
}

/// "At least n" of fewer, and empty lists that nobody can meet.
fn counts(node: &Node, find: &mut impl FnMut(String)) {
    match node {
        Node::AtLeast { n, of } if *n > of.len() => {
            find(format!("at least {n} of {} can never be met", of.len()));
        }
        Node::AtLeast { n: 0, .. } => find("at least 0 is always met".to_owned()),
        Node::Any(children) if children.is_empty() => {
            find("any of nothing can never be met".to_owned());
        }
        _ => {}
    }
    for child in node.children() {
        counts(child, find);
    }
}

/// What parts that must all hold ask together, and can never be.
fn contradictions(parts: &[&Node]) -> Vec<String> {
    let mut found = Vec::new();
    let mut wanted: Vec<(&Criterion, bool)> = Vec::new();
    let mut waiting: Vec<(&Node, bool)> = parts.iter().rev().map(|part| (*part, true)).collect();
    while let Some((node, asked)) = waiting.pop() {
        match node {
            Node::All(children) if asked => {
                waiting.extend(children.iter().rev().map(|child| (child, true)));
            }
            // None of several is: not this one, and not that one.
            Node::Any(children) if !asked => {
                waiting.extend(children.iter().rev().map(|child| (child, false)));
            }
            Node::Not(child) => waiting.push((child, !asked)),
            Node::Leaf(leaf) => wanted.push((&leaf.criterion, asked)),
            _ => {}
        }
    }
    for (at, (criterion, asked)) in wanted.iter().enumerate() {
        for (other, other_asked) in wanted.iter().skip(at + 1) {
            if criterion == other && asked != other_asked && !is_open(criterion) {
                let words = crate::explain::expected(criterion);
                found.push(format!("{words}: asked for and excluded"));
            }
            if *asked && *other_asked {
                found.extend(apart(criterion, other));
            }
        }
    }
    found
}

fn is_open(criterion: &Criterion) -> bool {
    matches!(criterion, Criterion::Text(_) | Criterion::Unresolved(_))
}

/// Why two questions can never both be met.
fn apart(one: &Criterion, other: &Criterion) -> Option<String> {
    match (one, other) {
        (Criterion::Sex(one), Criterion::Sex(other)) if one != other => {
            Some("both female and male are asked for".to_owned())
        }
        (Criterion::Age(one), Criterion::Age(other)) => ages(*one, *other),
        (Criterion::Biomarker(one), Criterion::Biomarker(other)) => levels(one, other),
        _ => None,
    }
}

fn months(age: AgeAsked) -> u32 {
    u32::from(age.years) * 12 + u32::from(age.months)
}

fn ages(one: AgeAsked, other: AgeAsked) -> Option<String> {
    let (low, high) = match (is_low(one), is_low(other)) {
        (true, false) => (one, other),
        (false, true) => (other, one),
        _ => return None,
    };
    let strict = low.comparison == Comparison::More || high.comparison == Comparison::Less;
    let never = months(low) > months(high) || (strict && months(low) == months(high));
    never.then(|| {
        format!(
            "age {} {} and {} {}",
            low.comparison.sign(),
            low.years,
            high.comparison.sign(),
            high.years
        )
    })
}

fn is_low(age: AgeAsked) -> bool {
    matches!(age.comparison, Comparison::AtLeast | Comparison::More)
}

fn levels(one: &BiomarkerAsked, other: &BiomarkerAsked) -> Option<String> {
    let apart = one.kind == other.kind
        && !one.levels.is_empty()
        && !other.levels.is_empty()
        && one.levels.iter().all(|level| !other.levels.contains(level));
    apart.then(|| format!("{}: two results at once", one.kind.words()))
}

/// Imports that lead back to themselves: document by name, and the names it refers to under
/// `import` or `$ref`. Each circle is told once, at its smallest name.
pub fn cycles(documents: &BTreeMap<String, Value>) -> Vec<Finding> {
    let refers: BTreeMap<&str, BTreeSet<String>> = documents
        .iter()
        .map(|(name, document)| {
            let mut names = BTreeSet::new();
            references(document, &mut names);
            (name.as_str(), names)
        })
        .collect();
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        refers.keys().map(|start| (*start, reachable(start, &refers))).collect();
    let both = |one: &str, other: &str| {
        let leads = |from: &str, to: &str| reached.get(from).is_some_and(|set| set.contains(to));
        leads(one, other) && leads(other, one)
    };
    refers
        .keys()
        .filter(|name| both(name, name) && !refers.keys().any(|one| one < *name && both(one, name)))
        .map(|name| {
            let text = format!("`{name}` leads back to itself by its imports");
            Finding::new("import-cycle", *name, text)
        })
        .collect()
}

/// Every document that one leads to.
fn reachable<'a>(
    start: &'a str,
    refers: &'a BTreeMap<&str, BTreeSet<String>>,
) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![start];
    while let Some(name) = waiting.pop() {
        for next in refers.get(name).into_iter().flatten() {
            if refers.contains_key(next.as_str()) && reached.insert(next.as_str()) {
                waiting.push(next);
            }
        }
    }
    reached
}

/// Names under `import` and `$ref`, at any depth.
fn references(value: &Value, names: &mut BTreeSet<String>) {
    let mut waiting = vec![value];
    while let Some(value) = waiting.pop() {
        match value {
            Value::Array(items) => waiting.extend(items),
            Value::Object(fields) => {
                for (key, value) in fields {
                    if matches!(key.as_str(), "import" | "$ref") {
                        let list = std::slice::from_ref(value);
                        let list = value.as_array().map_or(list, Vec::as_slice);
                        names.extend(list.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    waiting.push(value);
                }
            }
            _ => {}
        }
    }
}
