//! Where V2's answers and ours differ, and by which leaf: what a site looks through before it
//! moves from one to the other.

mod cause;

pub use cause::Cause;

use super::clause::{Placed, leaves};
use super::document::Match;
use super::field::Record;
use super::run::Options;
use crate::criteria::{Leaf, Node};
use crate::ctml::match_pointer;
use crate::evaluate::{Outcome, answer};
use crate::judge::Context;
use crate::patient::Patient;
use crate::trial::{Cohort, Trial};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What both are asked about.
#[derive(Clone, Copy, Debug)]
pub struct Sides<'a> {
    /// The trial in our form.
    pub trial: &'a Trial,
    /// The document that it was made from.
    pub document: &'a Map<String, Value>,
    /// How V2 was set up.
    pub options: &'a Options<'a>,
    /// How ours is.
    pub context: &'a Context<'a>,
    /// Each sample on both sides.
    pub samples: &'a [(&'a Record, &'a Patient)],
}

/// Samples whose answers differ in the same way and for the same causes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Whether V2 reports them.
    pub compat: bool,
    /// What ours says: `eligible`, `needs-review`, `needs-data`, `near-miss`, `not-eligible`.
    pub three_valued: &'static str,
    /// Why, by leaf.
    pub causes: Vec<Cause>,
    /// The samples, in order.
    pub samples: Vec<String>,
}

/// The two answers of a cohort.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Migrated {
    /// How many samples both take; sentences that are left to be read count as taken.
    pub both: usize,
    /// How many neither takes.
    pub neither: usize,
    /// The rest.
    pub differences: Vec<Difference>,
}

/// Compares the answers of a cohort. `matches` are V2's documents of the trial; `is_asked` says
/// whether ours asks the cohort at all. A sample that V2 does not report while facts are missing
/// differs: V2 takes what is missing for a no.
pub fn migrate(sides: &Sides<'_>, cohort: &Cohort, is_asked: bool, matches: &[Match]) -> Migrated {
    let pointer = match_pointer(cohort);
    let own = |one: &&Match| one.match_path == pointer;
    let reported: BTreeSet<&str> =
        matches.iter().filter(own).map(|one| one.sample.as_str()).collect();
    if !is_asked {
        return not_asked(&reported, sides.samples.len(), &pointer);
    }
    let clause = Compared::new(sides, cohort, &pointer);
    let mut migrated = Migrated::default();
    let mut differing: BTreeMap<(bool, &'static str, Vec<Cause>), Vec<String>> = BTreeMap::new();
    for (record, patient) in sides.samples {
        let sample = record.sample();
        let compat = reported.contains(sample.as_str());
        let told = answer(sides.trial, cohort, patient, sides.context);
        let word = match (told.outcome, told.needs_review_only) {
            (Outcome::Eligible, _) => "eligible",
            (Outcome::NeedsData, true) => "needs-review",
            (Outcome::NeedsData, false) => "needs-data",
            (Outcome::NearMiss, _) => "near-miss",
            (Outcome::NotEligible, _) => "not-eligible",
        };
        match (compat, word) {
            (true, "eligible" | "needs-review") => migrated.both += 1,
            (false, "near-miss" | "not-eligible") => migrated.neither += 1,
            _ => {
                let causes = clause.causes((record, patient), compat, word);
                differing.entry((compat, word, causes)).or_default().push(sample);
            }
        }
    }
    let difference = |((compat, three_valued, causes), mut samples): (_, Vec<String>)| {
        samples.sort();
        Difference { compat, three_valued, causes, samples }
    };
    migrated.differences = differing.into_iter().map(difference).collect();
    migrated
}

/// The answers of a cohort that ours does not ask.
fn not_asked(reported: &BTreeSet<&str>, samples: usize, pointer: &str) -> Migrated {
    let mut migrated =
        Migrated { neither: samples.saturating_sub(reported.len()), ..Migrated::default() };
    if !reported.is_empty() {
        migrated.differences.push(Difference {
            compat: true,
            three_valued: "not-asked",
            causes: vec![Cause::of_level(pointer)],
            samples: reported.iter().map(|sample| (*sample).to_owned()).collect(),
        });
    }
    migrated
}

/// The clause of a cohort, leaf by leaf on both sides.
struct Compared<'a> {
    sides: &'a Sides<'a>,
    pointer: &'a str,
    /// All that ours asks.
    parts: Vec<&'a Node>,
    /// Each leaf of the document, with the nodes that were made of it.
    pairs: Vec<(Placed<'a>, Vec<&'a Node>)>,
}

impl<'a> Compared<'a> {
    fn new(sides: &'a Sides<'a>, cohort: &'a Cohort, pointer: &'a str) -> Self {
        let parts = sides.trial.parts(cohort);
        let list = sides.document.pointer_of(pointer);
        let made = |leaf: Placed<'a>| {
            let mut nodes = Vec::new();
            for part in &parts {
                made_of(part, &leaf.pointer, &mut nodes);
            }
            (leaf, nodes)
        };
        let leaves = list.map(|list| leaves(list, pointer)).unwrap_or_default();
        let pairs = leaves.into_iter().map(made).collect();
        Self { sides, pointer, parts, pairs }
    }

    /// The leaf of the document that one of ours was made of.
    fn pair_of(&self, leaf: &Leaf) -> Option<&Placed<'a>> {
        let mut pairs = self.pairs.iter().map(|(placed, _)| placed);
        pairs.find(|placed| is_under(&leaf.source.pointer, &placed.pointer))
    }
}

/// A place in a document by RFC 6901; keys of trials have no slashes.
trait PointerOf {
    fn pointer_of(&self, pointer: &str) -> Option<&Value>;
}

impl PointerOf for Map<String, Value> {
    fn pointer_of(&self, pointer: &str) -> Option<&Value> {
        let rest = pointer.strip_prefix('/')?;
        let (first, below) =
            rest.split_once('/').map_or((rest, None), |(one, two)| (one, Some(two)));
        let value = self.get(first)?;
        below.map_or(Some(value), |below| value.pointer(&format!("/{below}")))
    }
}

fn is_under(pointer: &str, above: &str) -> bool {
    pointer.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The highest nodes all of whose leaves stand under a pointer.
fn made_of<'a>(node: &'a Node, pointer: &str, nodes: &mut Vec<&'a Node>) {
    let leaves = node.leaves();
    let inside = leaves.iter().filter(|leaf| is_under(&leaf.source.pointer, pointer)).count();
    if inside == 0 {
        return;
    }
    if inside == leaves.len() {
        return nodes.push(node);
    }
    node.children().iter().for_each(|child| made_of(child, pointer, nodes));
}
