//! A tree about one patient, walked as it stands.

use crate::Truth;
use crate::criteria::{Criterion, DEPTH_MAX, Node};
use crate::judge::{Context, judge};
use crate::patient::Patient;
use crate::trial::{Cohort, Trial};
use serde::{Deserialize, Serialize};

/// What a cohort says to a patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Every criterion is met.
    Eligible,
    /// None is failed, and some are not known. Which facts are missing is told by leaf.
    NeedsData,
    /// Exactly one part is failed, and it may be met later.
    NearMiss,
    /// At least one part is failed.
    NotEligible,
}

/// The outcome, and whether only sentences that a person must read stand between the patient and
/// eligibility.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The outcome.
    pub outcome: Outcome,
    /// All facts are there, and speak for it; sentences are left to be read.
    pub needs_review_only: bool,
}

/// What a sentence that nobody has read yet counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sentences {
    /// Not known.
    Open,
    /// As if it spoke for the patient.
    Favourable,
}

/// Whether a tree holds for a patient. A tree that is too deep is not known.
pub fn truth(node: &Node, patient: &Patient, context: &Context<'_>) -> Truth {
    walk(node, patient, context, (Sentences::Open, true), 0)
}

fn walk(
    node: &Node,
    patient: &Patient,
    context: &Context<'_>,
    (sentences, for_patient): (Sentences, bool),
    depth: usize,
) -> Truth {
    if depth > DEPTH_MAX {
        return Truth::Unknown;
    }
    let below = |child: &Node| walk(child, patient, context, (sentences, for_patient), depth + 1);
    match node {
        Node::All(children) => Truth::all(children.iter().map(below)),
        Node::Any(children) => Truth::any(children.iter().map(below)),
        Node::AtLeast { n, of } => Truth::at_least(*n, of.iter().map(below)),
        Node::Not(child) => !walk(child, patient, context, (sentences, !for_patient), depth + 1),
        Node::Leaf(leaf) => match (&leaf.criterion, sentences) {
            (Criterion::Text(_), Sentences::Favourable) => Truth::from(for_patient),
            (criterion, _) => judge(criterion, patient, context),
        },
    }
}

/// What a cohort of a trial says to a patient. The dead join none.
pub fn answer(trial: &Trial, cohort: &Cohort, patient: &Patient, context: &Context<'_>) -> Answer {
    if patient.alive == Some(false) && !context.deceased {
        return Answer { outcome: Outcome::NotEligible, needs_review_only: false };
    }
    let parts = trial.parts(cohort);
    let truths: Vec<Truth> = parts.iter().map(|part| truth(part, patient, context)).collect();
    let failed = || parts.iter().zip(&truths).filter(|(_, truth)| **truth == Truth::No);
    let outcome = match failed().count() {
        0 if truths.iter().all(|truth| *truth == Truth::Yes) => Outcome::Eligible,
        0 => Outcome::NeedsData,
        1 if failed().all(|(part, _)| part.is_recoverable()) => Outcome::NearMiss,
        _ => Outcome::NotEligible,
    };
    let favourable =
        |part: &&Node| walk(part, patient, context, (Sentences::Favourable, true), 0) == Truth::Yes;
    let needs_review_only = outcome == Outcome::NeedsData && parts.iter().all(favourable);
    Answer { outcome, needs_review_only }
}
