//! Criteria: what a trial asks, as a tree over leaves, in our own versioned JSON.
//!
//! `{"all": […]}`, `{"any": […]}`, `{"not": …}`, `{"at-least": {"n": 2, "of": […]}}` and
//! `{"leaf": {…}}`. A leaf says what is asked, where the protocol says it, and whether a patient
//! who fails it may meet it later.

mod ask;

pub use ask::{
    AgeAsked, BiomarkerAsked, Bound, Comparison, Criterion, DiagnosisAsked, Group, LabAsked,
    PerformanceAsked, Sex, TherapyAsked, TumorTypeAsked, Unresolved,
};
pub use tumor::asked::{EventAsked, EventKind, GeneAsked, Partner};

use serde::{Deserialize, Serialize};

/// Deepest nesting of a tree.
pub const DEPTH_MAX: usize = 64;
/// Most leaves of a tree.
pub const LEAVES_MAX: usize = 20_000;

/// A node of the tree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Node {
    /// All hold; so does an empty list.
    All(Vec<Node>),
    /// At least one holds.
    Any(Vec<Node>),
    /// It does not hold.
    Not(Box<Node>),
    /// At least `n` hold.
    AtLeast {
        /// How many.
        n: usize,
        /// Of which.
        of: Vec<Node>,
    },
    /// One question.
    Leaf(Box<Leaf>),
}

/// Whether a criterion lets in or keeps out. It is told to people and does not change the answer:
/// an exclusion stands under a `not`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Whom the trial is for.
    #[default]
    Inclusion,
    /// Whom it is not for.
    Exclusion,
}

/// Where the protocol or the imported file asks it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SourceRef {
    /// Place in the imported document (RFC 6901), or in the protocol.
    pub pointer: String,
    /// The sentence itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentence: Option<String>,
}

/// One question about a patient.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Leaf {
    /// What is asked.
    pub criterion: Criterion,
    /// Whether it lets in or keeps out.
    #[serde(default)]
    pub role: Role,
    /// Whether who fails may meet it later: a laboratory value, an age, a washout.
    #[serde(default)]
    pub recoverable: bool,
    /// Where it is asked.
    #[serde(default)]
    pub source: SourceRef,
}

impl Leaf {
    /// An inclusion that cannot recover.
    pub fn new(criterion: Criterion, pointer: impl Into<String>) -> Self {
        let source = SourceRef { pointer: pointer.into(), sentence: None };
        Self { criterion, role: Role::Inclusion, recoverable: false, source }
    }
}

impl Node {
    /// A leaf.
    pub fn leaf(criterion: Criterion, pointer: impl Into<String>) -> Self {
        Self::Leaf(Box::new(Leaf::new(criterion, pointer)))
    }

    /// Its negation; two cancel out.
    pub fn negated(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// The nodes right below.
    pub fn children(&self) -> &[Self] {
        match self {
            Self::All(children) | Self::Any(children) | Self::AtLeast { of: children, .. } => {
                children
            }
            Self::Not(child) => std::slice::from_ref(child),
            Self::Leaf(_) => &[],
        }
    }

    /// Every leaf, in order.
    pub fn leaves(&self) -> Vec<&Leaf> {
        let mut leaves = Vec::new();
        let mut waiting = vec![self];
        while let Some(node) = waiting.pop() {
            if let Self::Leaf(leaf) = node {
                leaves.push(&**leaf);
            }
            waiting.extend(node.children().iter().rev());
        }
        leaves
    }

    /// How many nodes lie on the longest way down; counted up to the limit.
    pub fn depth(&self) -> usize {
        let mut deepest = 0;
        let mut waiting = vec![(self, 1)];
        while let Some((node, depth)) = waiting.pop() {
            deepest = deepest.max(depth);
            if depth <= DEPTH_MAX {
                waiting.extend(node.children().iter().map(|child| (child, depth + 1)));
            }
        }
        deepest
    }

    /// Whether every leaf of it can recover.
    pub fn is_recoverable(&self) -> bool {
        let leaves = self.leaves();
        !leaves.is_empty() && leaves.iter().all(|leaf| leaf.recoverable)
    }

    /// Whether a person has to read one of its leaves.
    pub fn has_text(&self) -> bool {
        self.leaves().iter().any(|leaf| matches!(leaf.criterion, Criterion::Text(_)))
    }
}
