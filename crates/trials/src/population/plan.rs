//! Trials made ready: every distinct leaf once, trees over them, and where to look for the leaves
//! that an event may meet.

use super::genes::ByGene;
use crate::criteria::{Criterion, DEPTH_MAX, EventAsked, Node};
use crate::trial::Trial;
use std::collections::BTreeMap;
use tumor::{BiomarkerKind, Hgnc};

/// A tree over atoms.
#[derive(Clone, Debug)]
pub(super) enum Tree {
    All(Vec<Tree>),
    Any(Vec<Tree>),
    Not(Box<Tree>),
    AtLeast(usize, Vec<Tree>),
    Atom(usize),
    /// A sentence that a person has to read.
    Text,
    /// Not known of anybody.
    Open,
}

/// How sentences that nobody has read count.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sentences {
    /// Not known.
    Open,
    /// As if they spoke for the patient; under a "not" that is the other way round.
    Favourable(bool),
}

impl Sentences {
    /// Under a "not".
    pub(super) fn turned(self) -> Self {
        match self {
            Self::Open => Self::Open,
            Self::Favourable(holds) => Self::Favourable(!holds),
        }
    }
}

/// A part of what a cohort asks.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) tree: Tree,
    pub(super) has_text: bool,
}

/// A cohort: parts whose failure is final, and parts that may be met later.
#[derive(Clone, Debug, Default)]
pub(super) struct CohortPlan {
    pub(super) lasting: Vec<Part>,
    pub(super) recoverable: Vec<Part>,
}

/// What fact an atom asks about; one that is missing leaves all of its atoms open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fact {
    Diagnosis,
    Birth,
    Sex,
    Stage,
    Performance,
    Biomarker(BiomarkerKind),
    Other,
}

/// Trials made ready for shards of patients.
#[derive(Debug, Default)]
pub struct Plan {
    pub(super) atoms: Vec<Criterion>,
    pub(super) cohorts: Vec<CohortPlan>,
    names: Vec<(usize, usize)>,
    /// Atoms of events, by gene.
    pub(super) by_gene: ByGene,
    /// Atoms of events in any gene.
    pub(super) of_any_gene: Vec<usize>,
    /// Atoms of facts, by fact.
    pub(super) by_fact: BTreeMap<Fact, Vec<usize>>,
    /// For each atom, the class of tests that it needs; none for facts.
    pub(super) test: Vec<Option<usize>>,
    /// Each class of tests, as an atom that needs it.
    pub(super) tests: Vec<EventAsked>,
    /// Classes of tests by gene.
    pub(super) tests_of: BTreeMap<Hgnc, Vec<usize>>,
    seen: BTreeMap<String, usize>,
    seen_tests: BTreeMap<EventAsked, usize>,
}

impl Plan {
    /// Makes trials ready, in their order.
    pub fn new<'a>(trials: impl IntoIterator<Item = &'a Trial>) -> Self {
        let mut plan = Self::default();
        for (at, trial) in trials.into_iter().enumerate() {
            for (number, cohort) in trial.cohorts.iter().enumerate() {
                let mut made = CohortPlan::default();
                for part in trial.parts(cohort) {
                    let tree = plan.tree(part, 0);
                    let ready = Part { tree, has_text: part.has_text() };
                    let list = if part.is_recoverable() {
                        &mut made.recoverable
                    } else {
                        &mut made.lasting
                    };
                    list.push(ready);
                }
                // Facts are the same for all cohorts and rule most of them out; alterations, which
                // are asked of each gene, come after them.
                made.lasting.sort_by_key(|part| plan.asks_events(&part.tree));
                plan.cohorts.push(made);
                plan.names.push((at, number));
            }
        }
        plan
    }

    /// How many distinct leaves there are.
    pub fn atoms(&self) -> usize {
        self.atoms.len()
    }

    /// Each cohort as the places of its trial and of itself in it.
    pub fn cohorts(&self) -> &[(usize, usize)] {
        &self.names
    }

    fn asks_events(&self, tree: &Tree) -> bool {
        match tree {
            Tree::All(children) | Tree::Any(children) | Tree::AtLeast(_, children) => {
                children.iter().any(|child| self.asks_events(child))
            }
            Tree::Not(child) => self.asks_events(child),
            Tree::Atom(atom) => self.test.get(*atom).is_some_and(Option::is_some),
            Tree::Text | Tree::Open => false,
        }
    }

    fn tree(&mut self, node: &Node, depth: usize) -> Tree {
        if depth > DEPTH_MAX {
            return Tree::Open;
        }
        let mut below = |nodes: &[Node]| -> Vec<Tree> {
            nodes.iter().map(|node| self.tree(node, depth + 1)).collect()
        };
        match node {
            Node::All(children) => Tree::All(below(children)),
            Node::Any(children) => Tree::Any(below(children)),
            Node::AtLeast { n, of } => Tree::AtLeast(*n, below(of)),
            Node::Not(child) => Tree::Not(Box::new(self.tree(child, depth + 1))),
            Node::Leaf(leaf) => match &leaf.criterion {
                Criterion::Text(_) => Tree::Text,
                Criterion::Unresolved(_) => Tree::Open,
                criterion => Tree::Atom(self.atom(criterion)),
            },
        }
    }

    /// The place of a criterion among the atoms; its JSON tells whether it is one already.
    fn atom(&mut self, criterion: &Criterion) -> usize {
        let key = serde_json::to_string(criterion).unwrap_or_default();
        if let Some(known) = self.seen.get(&key) {
            return *known;
        }
        let atom = self.atoms.len();
        self.seen.insert(key, atom);
        self.atoms.push(criterion.clone());
        let test = match criterion {
            Criterion::Event(asked) => {
                self.place(asked, atom);
                Some(self.test(asked))
            }
            other => {
                self.by_fact.entry(fact(other)).or_default().push(atom);
                None
            }
        };
        self.test.push(test);
        atom
    }

    /// Puts an atom where events of its gene look for it.
    fn place(&mut self, asked: &EventAsked, atom: usize) {
        let Some(gene) = &asked.gene else { return self.of_any_gene.push(atom) };
        self.by_gene.of_mut(gene.hgnc).add(asked.position(), atom);
    }

    /// The class of tests that an atom needs: what is asked, without what is asked of the find.
    fn test(&mut self, asked: &EventAsked) -> usize {
        let bare = asked.untested();
        if let Some(known) = self.seen_tests.get(&bare) {
            return *known;
        }
        let place = self.tests.len();
        for gene in bare.genes() {
            self.tests_of.entry(gene).or_default().push(place);
        }
        self.seen_tests.insert(bare.clone(), place);
        self.tests.push(bare);
        place
    }
}

/// What has to be known of a patient for a criterion to be decided.
pub(super) fn fact(criterion: &Criterion) -> Fact {
    match criterion {
        Criterion::Diagnosis(_) => Fact::Diagnosis,
        Criterion::Age(_) => Fact::Birth,
        Criterion::Sex(_) => Fact::Sex,
        Criterion::Stage(_) => Fact::Stage,
        Criterion::Performance(_) => Fact::Performance,
        Criterion::Biomarker(asked) => Fact::Biomarker(asked.kind),
        _ => Fact::Other,
    }
}
