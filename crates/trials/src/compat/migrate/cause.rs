//! Why the two answers differ for one sample.

use super::Compared;
use crate::Truth;
use crate::compat::clinical::IGNORED;
use crate::compat::field::{Record, as_text};
use crate::compat::run::{Options, alive, leaf_holds, run, runs};
use crate::criteria::{Criterion, EventAsked, Leaf, Node};
use crate::evaluate::truth;
use crate::explain::expected;
use crate::judge::judge;
use crate::patient::Patient;
use serde::Serialize;
use std::collections::BTreeSet;
use tumor::event::Certainty;

/// Why answers differ.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Cause {
    /// The kind, one of a few words, such as `not-tested`.
    pub code: &'static str,
    /// Where it is asked in the document; empty where no leaf is the cause.
    pub pointer: String,
    /// What is asked, in words.
    pub asked: String,
    /// The kind, for people.
    pub text: &'static str,
}

/// Kinds of causes, with words for people.
const KINDS: [(&str, &str); 20] = [
    ("not-tested", "nobody looked, and V2 takes that for a no"),
    ("not-measured", "it was not measured, and V2 takes that for a no"),
    ("not-recorded", "it is not recorded, and V2 takes that for a no"),
    ("conflicting", "reports contradict one another, and V2 takes one of them"),
    ("equivocal", "the laboratory is not sure, and V2 takes it for sure"),
    ("not-stated", "what is reported does not say enough to decide"),
    ("less-exact", "the diagnosis is less exact than what is asked"),
    ("several-diagnoses", "the name of the diagnosis fits several, and they do not agree"),
    ("not-mapped", "a curator has to decide what is meant"),
    ("sentence", "a person has to read the sentence, and V2 does not look at it"),
    ("other-level", "another level asks it, and V2 asks each level by itself"),
    ("ignored-key", "V2 does not look at this key"),
    ("compared-literally", "V2 compares the words as they are written"),
    ("hidden-text", "V2 finds the gene in the comment of an old report"),
    ("no-reason", "the sample fits, and V2 reports nobody without an alteration to show"),
    ("not-run", "V2 does not run the trial by its status"),
    ("level-closed", "V2 has the level closed"),
    ("suspended-above", "the level above is suspended, and V2 does not look at it"),
    ("not-alive", "V2 takes only those whose status is exactly `alive`"),
    ("tree", "the tree decides it, and no leaf alone"),
];

fn cause(code: &'static str, pointer: &str, asked: String) -> Cause {
    let text = KINDS.iter().find(|(known, _)| *known == code).map_or("", |(_, text)| text);
    Cause { code, pointer: pointer.to_owned(), asked, text }
}

impl Cause {
    /// That ours does not ask a level because one above it is suspended.
    pub(super) fn of_level(pointer: &str) -> Self {
        cause("suspended-above", pointer, String::new())
    }
}

impl Compared<'_> {
    /// Why the answers about a sample differ: never none.
    pub(super) fn causes(
        &self,
        (record, patient): (&Record, &Patient),
        compat: bool,
        word: &str,
    ) -> Vec<Cause> {
        let mut causes = BTreeSet::new();
        let taken = matches!(word, "eligible" | "needs-review");
        if taken && !compat {
            self.missed(record, patient, &mut causes);
        } else {
            let mut deciding = Vec::new();
            for part in &self.parts {
                self.deciding(part, patient, true, &mut deciding);
            }
            for (leaf, told) in deciding {
                causes.extend(self.of_leaf(leaf, told, (record, patient), compat));
            }
        }
        if causes.is_empty() {
            causes.insert(cause("tree", self.pointer, String::new()));
        }
        causes.into_iter().collect()
    }

    /// What V2 does not see of a sample that ours takes.
    fn missed(&self, record: &Record, patient: &Patient, causes: &mut BTreeSet<Cause>) {
        let options = self.sides.options;
        for (placed, nodes) in &self.pairs {
            let ours = nodes.iter().map(|node| truth(node, patient, self.sides.context));
            let is_met = Truth::all(ours) == Truth::Yes;
            if is_met && !leaf_holds(placed, record, options) {
                let keys =
                    placed.keys.iter().map(|(key, value)| format!("{key} {}", as_text(value)));
                let asked = keys.collect::<Vec<_>>().join(", ");
                causes.insert(cause("compared-literally", &placed.pointer, asked));
            }
        }
        let whole = |code| cause(code, self.pointer, String::new());
        let (is_run, is_closed) = runs(self.sides.document, self.pointer, options);
        if !is_run {
            causes.insert(whole("not-run"));
        } else if is_closed {
            causes.insert(whole("level-closed"));
        }
        if !options.deceased && !alive(record) {
            causes.insert(whole("not-alive"));
        }
        if causes.is_empty() {
            let all = Options { all_clinical_reasons: true, ..options.clone() };
            let told = run(self.sides.document, std::slice::from_ref(record), &all).matches;
            if told.iter().any(|one| one.match_path == self.pointer) {
                causes.insert(whole("no-reason"));
            }
        }
    }

    /// The leaves for whose sake a tree is not met, with how they count for the patient.
    fn deciding<'n>(
        &self,
        node: &'n Node,
        patient: &Patient,
        asked: bool,
        found: &mut Vec<(&'n Leaf, Truth)>,
    ) {
        let told = truth(node, patient, self.sides.context);
        let told = if asked { told } else { !told };
        match node {
            _ if told == Truth::Yes => {}
            Node::Leaf(leaf) => found.push((leaf, told)),
            Node::Not(child) => self.deciding(child, patient, !asked, found),
            _ => {
                for child in node.children() {
                    self.deciding(child, patient, asked, found);
                }
            }
        }
    }

    /// Why a leaf that is not met with us counts for V2 as it does; `None` if it says the same.
    fn of_leaf(
        &self,
        leaf: &Leaf,
        told: Truth,
        (record, patient): (&Record, &Patient),
        compat: bool,
    ) -> Option<Cause> {
        let pointer = leaf.source.pointer.as_str();
        let of = |code| Some(cause(code, pointer, expected(&leaf.criterion)));
        let Some(placed) = self.pair_of(leaf) else {
            // V2 does not ask it, so it speaks against nobody there.
            let code = match (&leaf.criterion, compat) {
                (_, false) => return None,
                (Criterion::Text(_), true) => "sentence",
                _ => "other-level",
            };
            return of(code);
        };
        let holds = leaf_holds(placed, record, self.sides.options);
        let key = pointer.rsplit('/').find(|part| part.parse::<usize>().is_err());
        let is_ignored = key.is_some_and(|key| IGNORED.contains(&key.to_lowercase().as_str()));
        match told {
            Truth::Unknown if holds == compat => {
                let is_text = matches!(leaf.criterion, Criterion::Text(_));
                let unknown = || self.unknown(&leaf.criterion, patient);
                of(if is_ignored && !is_text { "ignored-key" } else { unknown() })
            }
            Truth::No if holds && compat => of(if is_ignored {
                "ignored-key"
            } else if is_hidden(&leaf.criterion, record) {
                "hidden-text"
            } else {
                "compared-literally"
            }),
            _ => None,
        }
    }

    /// Why a question is not decided.
    fn unknown(&self, criterion: &Criterion, patient: &Patient) -> &'static str {
        match criterion {
            Criterion::Text(_) => "sentence",
            Criterion::Unresolved(_) => "not-mapped",
            Criterion::Event(asked) => event(asked, patient),
            Criterion::Biomarker(asked) => {
                let found = patient.tumor.biomarkers.iter();
                let count = found.filter(|one| one.kind.answers(asked.kind)).count();
                let words = asked.kind.words();
                let torn = patient.tumor.conflicts.iter().any(|one| one.about == words);
                match count {
                    0 if torn => "conflicting",
                    0 => "not-measured",
                    1 => "not-stated",
                    _ => "conflicting",
                }
            }
            Criterion::Diagnosis(_) => match patient.diagnoses.as_slice() {
                [] => "not-recorded",
                [_] => "less-exact",
                several => {
                    let one = |node| {
                        let alone = Patient { diagnoses: vec![node], ..Patient::default() };
                        judge(criterion, &alone, self.sides.context)
                    };
                    let open = several.iter().any(|node| one(*node) == Truth::Unknown);
                    if open { "less-exact" } else { "several-diagnoses" }
                }
            },
            _ => "not-recorded",
        }
    }
}

fn event(asked: &EventAsked, patient: &Patient) -> &'static str {
    let near = patient.tumor.events.iter().filter(|event| asked.judge(event) != Truth::No);
    match near.map(|event| event.certainty).max() {
        None => "not-tested",
        Some(Certainty::Definite) => "not-stated",
        Some(Certainty::Equivocal) => "equivocal",
        Some(Certainty::Conflicting) => "conflicting",
    }
}

/// Whether a gene may have been found in the text of a report and nowhere else.
fn is_hidden(criterion: &Criterion, record: &Record) -> bool {
    let Criterion::Event(EventAsked { gene: Some(gene), .. }) = criterion else { return false };
    let comment = |row: &serde_json::Map<String, serde_json::Value>| {
        let text = row.get("STRUCTURAL_VARIANT_COMMENT").map(as_text).unwrap_or_default();
        text.to_lowercase().contains(&gene.symbol.to_lowercase())
    };
    record.genomic.iter().any(comment)
}
