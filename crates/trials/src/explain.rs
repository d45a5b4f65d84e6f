//! Why: each leaf with what was expected, what was found, and what would be needed.

mod words;

pub use words::{expected, missing};

use crate::Truth;
use crate::criteria::{Criterion, EventAsked, Leaf, Node, Role, SourceRef};
use crate::evaluate::{Answer, answer, truth};
use crate::judge::{Context, judge};
use crate::patient::{Patient, Source};
use crate::trial::{Cohort, Trial};
use serde::Serialize;

/// One leaf, explained.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct LeafReason {
    /// `met`, `not known`, `failed`: of the question as it counts for the patient.
    pub outcome: &'static str,
    /// What is asked, in words.
    pub expected: String,
    /// What is known, in words.
    pub found: String,
    /// What would answer it, where it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
    /// What says so, and from when it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
    /// Whether it lets in or keeps out.
    pub role: Role,
    /// Whether who fails it may meet it later.
    pub recoverable: bool,
    /// Whether it asks for an alteration or a measurement of the tumour.
    #[serde(skip)]
    pub is_of_tumor: bool,
    /// Where it is asked.
    pub source: SourceRef,
}

/// A node of the tree, explained.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Several parts.
    Part {
        /// `all`, `any`, `not`, `at least 2`.
        of: String,
        /// How it came out.
        outcome: &'static str,
        /// Its parts.
        parts: Vec<Reason>,
    },
    /// One leaf.
    Leaf(LeafReason),
}

/// Why a cohort says what it says to a patient.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// What it says.
    pub answer: Answer,
    /// Each of the highest parts.
    pub parts: Vec<Reason>,
    /// Facts that are missing, each once.
    pub missing: Vec<String>,
}

/// Explains a pair.
pub fn explain(
    trial: &Trial,
    cohort: &Cohort,
    patient: &Patient,
    context: &Context<'_>,
) -> Explanation {
    let parts = trial.parts(cohort);
    let parts: Vec<Reason> =
        parts.into_iter().map(|part| reason(part, patient, context, true)).collect();
    let mut missing = Vec::new();
    for part in &parts {
        gather(part, &mut missing);
    }
    Explanation { answer: answer(trial, cohort, patient, context), parts, missing }
}

fn gather(reason: &Reason, missing: &mut Vec<String>) {
    match reason {
        Reason::Leaf(leaf) => {
            if let Some(fact) = leaf.missing.as_ref().filter(|fact| !missing.contains(fact)) {
                missing.push(fact.clone());
            }
        }
        // What is decided needs no more facts.
        Reason::Part { outcome: "not known", parts, .. } => {
            for part in parts {
                gather(part, missing);
            }
        }
        Reason::Part { .. } => {}
    }
}

/// The word for a truth, as it counts for the patient.
fn word(truth: Truth) -> &'static str {
    match truth {
        Truth::Yes => "met",
        Truth::Unknown => "not known",
        Truth::No => "failed",
    }
}

fn reason(node: &Node, patient: &Patient, context: &Context<'_>, asked: bool) -> Reason {
    let whole = truth(node, patient, context);
    let outcome = word(if asked { whole } else { !whole });
    let part = |of: String, children: &[Node], asked: bool| {
        let parts = children.iter().map(|child| reason(child, patient, context, asked)).collect();
        Reason::Part { of, outcome, parts }
    };
    match node {
        // Under a "not", all of several means that one at least must fail.
        Node::All(children) if asked => part("all".into(), children, asked),
        Node::All(children) => part("not all".into(), children, asked),
        Node::Any(children) if asked => part("any".into(), children, asked),
        Node::Any(children) => part("none".into(), children, asked),
        Node::AtLeast { n, of } if asked => part(format!("at least {n}"), of, asked),
        Node::AtLeast { n, of } => part(format!("fewer than {n}"), of, asked),
        Node::Not(child) => reason(child, patient, context, !asked),
        Node::Leaf(leaf) => Reason::Leaf(leaf_reason(leaf, patient, context, asked)),
    }
}

fn leaf_reason(leaf: &Leaf, patient: &Patient, context: &Context<'_>, asked: bool) -> LeafReason {
    let told = judge(&leaf.criterion, patient, context);
    let wanted = expected(&leaf.criterion);
    LeafReason {
        outcome: word(if asked { told } else { !told }),
        expected: if asked { wanted } else { format!("not: {wanted}") },
        found: found_or_old(&leaf.criterion, told, patient, context),
        missing: told.is_open().then(|| missing(&leaf.criterion, patient)),
        sources: patient.sources.as_ref().map_or_else(Vec::new, |all| all.of(&leaf.criterion)),
        role: if asked { leaf.role } else { Role::Exclusion },
        recoverable: leaf.recoverable,
        is_of_tumor: matches!(leaf.criterion, Criterion::Event(_) | Criterion::Biomarker(_)),
        source: leaf.source.clone(),
    }
}

/// What is known of what a leaf asks; what counts no more is told as such.
fn found_or_old(
    criterion: &Criterion,
    told: Truth,
    patient: &Patient,
    context: &Context<'_>,
) -> String {
    let old = patient.sources.as_ref().and_then(|sources| sources.out_of_date(criterion));
    match old.filter(|_| told == Truth::Unknown) {
        Some(old) => old.to_owned(),
        None => found(criterion, told, patient, context),
    }
}

/// What is known of what a leaf asks.
fn found(criterion: &Criterion, told: Truth, patient: &Patient, context: &Context<'_>) -> String {
    match criterion {
        Criterion::Event(asked) => event_found(asked, told, patient),
        Criterion::Biomarker(asked) => {
            let biomarkers = patient.tumor.biomarkers.iter();
            let asked = biomarkers.filter(|one| one.kind.answers(asked.kind));
            let said = model::words::once(asked.map(|one| one.reported.as_str()));
            words::or_not_recorded(&said.join("; "))
        }
        Criterion::Diagnosis(_) => {
            let names: Vec<&str> =
                patient.diagnoses.iter().map(|node| context.tree.name(*node)).collect();
            words::or_not_recorded(&names.join(" or "))
        }
        Criterion::Stage(_) => words::or_not_recorded(patient.stage.as_deref().unwrap_or_default()),
        Criterion::Age(_) => words::born(patient.born),
        Criterion::Sex(_) => words::sex(patient.sex),
        Criterion::Performance(_) => {
            patient.ecog.map_or_else(words::not_recorded, |ecog| format!("ECOG {ecog}"))
        }
        Criterion::PriorTherapy(_) => words::or_not_recorded(&patient.therapies.join(", ")),
        Criterion::Lab(asked) => patient
            .labs
            .iter()
            .rfind(|lab| lab.code == asked.code)
            .map_or_else(words::not_recorded, |lab| format!("{} {}", lab.value, lab.unit)),
        Criterion::Text(_) => "a person has to read it".to_owned(),
        Criterion::Unresolved(key) => format!("not evaluated: {}", key.reason),
    }
}

/// What was found of an alteration, or that it was looked for, or that nobody looked.
fn event_found(asked: &EventAsked, told: Truth, patient: &Patient) -> String {
    let near = patient.tumor.events.iter().filter(|event| asked.judge(event) != Truth::No);
    let reported = model::words::once(near.map(|event| event.reported.as_str()));
    if !reported.is_empty() {
        let doubt = if told == Truth::Unknown { " (does not decide it)" } else { "" };
        return format!("{}{doubt}", reported.join("; "));
    }
    let Some(gene) = &asked.gene else { return words::not_tested() };
    if told == Truth::Unknown {
        return format!("{} {}", gene.symbol, words::not_tested());
    }
    let mut panels: Vec<&str> = asked
        .classes()
        .into_iter()
        .flat_map(|(class, exon)| patient.tumor.panels(gene.hgnc, class, exon))
        .collect();
    panels.sort_unstable();
    panels.dedup();
    if panels.is_empty() {
        return format!("negative for {}", gene.symbol);
    }
    format!("negative for {} (tested by {})", gene.symbol, panels.join(", "))
}
