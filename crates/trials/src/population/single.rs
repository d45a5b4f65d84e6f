//! One patient and every cohort: each distinct leaf is answered once, and only if a tree asks it.
//!
//! A report that arrives is put to all trials this way. Leaves of genes in which nothing was found
//! are answered by whether anybody looked, once a class of tests.

use super::found::found;
use super::plan::{Part, Plan, Sentences, Tree};
use crate::criteria::{Criterion, DEPTH_MAX};
use crate::judge::{Context, judge};
use crate::patient::Patient;
use crate::{Answer, Outcome, Truth};

impl Plan {
    /// What each cohort says to a patient, in the order of [`Plan::cohorts`]; the same as
    /// [`crate::answer`] says, cohort by cohort.
    pub fn answers(&self, patient: &Patient, context: &Context<'_>) -> Vec<Answer> {
        let refused = Answer { outcome: Outcome::NotEligible, needs_review_only: false };
        if patient.alive == Some(false) && !context.deceased {
            return vec![refused; self.cohorts.len()];
        }
        let mut single = Single::new(self, patient, context);
        (0..self.cohorts.len()).map(|cohort| single.cohort(cohort).unwrap_or(refused)).collect()
    }
}

/// A patient with the leaves that were answered.
struct Single<'a> {
    plan: &'a Plan,
    patient: &'a Patient,
    context: &'a Context<'a>,
    atoms: Vec<Option<Truth>>,
    tests: Vec<Option<bool>>,
}

impl<'a> Single<'a> {
    fn new(plan: &'a Plan, patient: &'a Patient, context: &'a Context<'a>) -> Self {
        let mut atoms = vec![None; plan.atoms.len()];
        let mut answers = Vec::new();
        found(plan, patient, &mut answers);
        // The best answer of an atom comes last.
        for (atom, truth) in answers {
            if let Some(place) = atoms.get_mut(atom) {
                *place = Some(truth);
            }
        }
        Self { plan, patient, context, atoms, tests: vec![None; plan.tests.len()] }
    }

    fn cohort(&mut self, cohort: usize) -> Option<Answer> {
        let plan = self.plan.cohorts.get(cohort)?;
        let mut all = Truth::Yes;
        for part in &plan.lasting {
            all = all.and(self.tree(&part.tree, Sentences::Open, 0));
            if all == Truth::No {
                return None;
            }
        }
        let mut failed = 0_usize;
        for part in &plan.recoverable {
            match self.tree(&part.tree, Sentences::Open, 0) {
                Truth::No => failed += 1,
                truth => all = all.and(truth),
            }
        }
        let outcome = match (failed, all) {
            (0, Truth::Yes) => Outcome::Eligible,
            (0, _) => Outcome::NeedsData,
            (1, _) => Outcome::NearMiss,
            _ => Outcome::NotEligible,
        };
        let parts = || plan.lasting.iter().chain(&plan.recoverable);
        let needs_review_only = outcome == Outcome::NeedsData
            && parts().any(|part| part.has_text)
            && parts().all(|part| self.favourable(part));
        Some(Answer { outcome, needs_review_only })
    }

    fn favourable(&mut self, part: &Part) -> bool {
        self.tree(&part.tree, Sentences::Favourable(true), 0) == Truth::Yes
    }

    fn tree(&mut self, tree: &Tree, sentences: Sentences, depth: usize) -> Truth {
        if depth > DEPTH_MAX {
            return Truth::Unknown;
        }
        match tree {
            Tree::All(children) => {
                let mut all = Truth::Yes;
                for child in children {
                    all = all.and(self.tree(child, sentences, depth + 1));
                    if all == Truth::No {
                        break;
                    }
                }
                all
            }
            Tree::Any(children) => {
                let mut any = Truth::No;
                for child in children {
                    any = any.or(self.tree(child, sentences, depth + 1));
                    if any == Truth::Yes {
                        break;
                    }
                }
                any
            }
            Tree::Not(child) => !self.tree(child, sentences.turned(), depth + 1),
            Tree::AtLeast(n, children) => {
                let each = children.iter().map(|child| self.tree(child, sentences, depth + 1));
                Truth::at_least(*n, each)
            }
            Tree::Atom(atom) => self.atom(*atom),
            Tree::Text => match sentences {
                Sentences::Open => Truth::Unknown,
                Sentences::Favourable(holds) => Truth::from(holds),
            },
            Tree::Open => Truth::Unknown,
        }
    }

    fn atom(&mut self, atom: usize) -> Truth {
        if let Some(Some(truth)) = self.atoms.get(atom) {
            return *truth;
        }
        let plan = self.plan;
        let truth = match (plan.atoms.get(atom), plan.test.get(atom)) {
            (Some(Criterion::Event(_)), Some(Some(test))) => {
                if self.tested(*test) {
                    Truth::No
                } else {
                    Truth::Unknown
                }
            }
            (Some(criterion), _) => judge(criterion, self.patient, self.context),
            (None, _) => Truth::Unknown,
        };
        if let Some(place) = self.atoms.get_mut(atom) {
            *place = Some(truth);
        }
        truth
    }

    /// Whether anybody looked at what a class of tests needs.
    fn tested(&mut self, test: usize) -> bool {
        if let Some(Some(tested)) = self.tests.get(test) {
            return *tested;
        }
        let tumor = &self.patient.tumor;
        let saw = |gene, class, exon| tumor.tested(gene, class, exon);
        let tested = self.plan.tests.get(test).is_some_and(|asked| asked.tested(saw));
        if let Some(place) = self.tests.get_mut(test) {
            *place = Some(tested);
        }
        tested
    }
}
