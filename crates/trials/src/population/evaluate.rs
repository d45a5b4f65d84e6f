//! Cohorts over a shard.

use super::bits::Bits;
use super::plan::{Part, Plan, Sentences, Tree, fact};
use super::shard::Shard;
use crate::criteria::Criterion;
use std::collections::BTreeMap;

/// What a cohort says to the patients of a shard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sets {
    /// Every criterion is met.
    pub eligible: Bits,
    /// None is failed and some are not known.
    pub needs_data: Bits,
    /// Of those, whom only sentences that a person must read keep.
    pub needs_review: Bits,
    /// One part is failed that may be met later.
    pub near_miss: Bits,
}

/// Those of whom a tree holds, and of whom it may.
#[derive(Clone, Debug, Default)]
struct Pair {
    met: Bits,
    may: Bits,
}

/// Evaluates cohorts over one shard; sets it has made are used again.
#[derive(Debug)]
pub struct Evaluator<'a> {
    plan: &'a Plan,
    shard: &'a Shard,
    /// Who was tested, by the ways of being tested that see it.
    seen: BTreeMap<u64, Bits>,
    /// Which ways see what a class of tests needs.
    ways: BTreeMap<usize, u64>,
    spare: Vec<Pair>,
}

impl<'a> Evaluator<'a> {
    /// Over a shard that was made with the same plan.
    pub fn new(plan: &'a Plan, shard: &'a Shard) -> Self {
        Self { plan, shard, seen: BTreeMap::new(), ways: BTreeMap::new(), spare: Vec::new() }
    }

    /// What a cohort says, by its place in [`Plan::cohorts`].
    pub fn cohort(&mut self, cohort: usize) -> Sets {
        let mut sets = Sets::default();
        let Some(plan) = self.plan.cohorts.get(cohort) else { return sets };
        let mut met = self.shard.scope.clone();
        let mut may = self.shard.scope.clone();
        // A part that is failed for good ends it; most cohorts are decided by the first.
        for part in &plan.lasting {
            let pair = self.tree(&part.tree, Sentences::Open);
            met.and(&pair.met);
            may.and(&pair.may);
            self.spare.push(pair);
            if may.is_empty() {
                return sets;
            }
        }
        let (mut once, mut twice) = (Bits::none(), Bits::none());
        for part in &plan.recoverable {
            let mut pair = self.tree(&part.tree, Sentences::Open);
            met.and(&pair.met);
            pair.may.flip(&may);
            let failed = &pair.may;
            let mut again = once.clone();
            again.and(failed);
            twice.or(&again);
            once.or(failed);
            self.spare.push(pair);
        }
        may.minus(&once);
        met.and(&may);
        sets.near_miss = once;
        sets.near_miss.minus(&twice);
        sets.needs_data = may;
        sets.needs_data.minus(&met);
        sets.eligible = met;
        let mut parts = plan.lasting.iter().chain(&plan.recoverable);
        if parts.any(|part| part.has_text) && !sets.needs_data.is_empty() {
            sets.needs_review = self.review(cohort, &sets.needs_data);
        }
        sets
    }

    /// Who would be eligible if every sentence spoke for them.
    fn review(&mut self, cohort: usize, among: &Bits) -> Bits {
        let mut all = among.clone();
        let Some(plan) = self.plan.cohorts.get(cohort) else { return Bits::none() };
        let parts: Vec<&Part> = plan.lasting.iter().chain(&plan.recoverable).collect();
        for part in parts {
            let pair = self.tree(&part.tree, Sentences::Favourable(true));
            all.and(&pair.met);
            self.spare.push(pair);
        }
        all
    }

    fn pair(&mut self) -> Pair {
        self.spare.pop().unwrap_or_default()
    }

    fn tree(&mut self, tree: &Tree, sentences: Sentences) -> Pair {
        match tree {
            Tree::All(children) => {
                let mut all = self.pair();
                all.met.copy(&self.shard.scope);
                all.may.copy(&self.shard.scope);
                for child in children {
                    let pair = self.tree(child, sentences);
                    all.met.and(&pair.met);
                    all.may.and(&pair.may);
                    self.spare.push(pair);
                    if all.may.is_empty() {
                        break;
                    }
                }
                all
            }
            Tree::Any(children) => {
                let mut any = self.pair();
                any.met.clear();
                any.may.clear();
                for child in children {
                    let pair = self.tree(child, sentences);
                    any.met.or(&pair.met);
                    any.may.or(&pair.may);
                    self.spare.push(pair);
                }
                any
            }
            Tree::Not(child) => {
                let mut pair = self.tree(child, sentences.turned());
                std::mem::swap(&mut pair.met, &mut pair.may);
                pair.met.flip(&self.shard.scope);
                pair.may.flip(&self.shard.scope);
                pair
            }
            Tree::AtLeast(n, children) => self.at_least(*n, children, sentences),
            Tree::Atom(atom) => self.atom(*atom),
            Tree::Text | Tree::Open => {
                let mut pair = self.pair();
                pair.met.clear();
                pair.may.copy(&self.shard.scope);
                match (tree, sentences) {
                    (Tree::Text, Sentences::Favourable(true)) => {
                        pair.met.copy(&self.shard.scope);
                    }
                    (Tree::Text, Sentences::Favourable(false)) => pair.may.clear(),
                    _ => {}
                }
                pair
            }
        }
    }

    /// Of whom at least `n` hold: after each child, of whom 1, 2, … n of those so far do.
    fn at_least(&mut self, n: usize, children: &[Tree], sentences: Sentences) -> Pair {
        let mut result = self.pair();
        result.met.copy(&self.shard.scope);
        result.may.copy(&self.shard.scope);
        if n == 0 {
            return result;
        }
        if n > children.len() {
            result.met.clear();
            result.may.clear();
            return result;
        }
        let mut levels: Vec<Pair> = Vec::with_capacity(n);
        for _ in 0..n {
            let mut level = self.pair();
            level.met.clear();
            level.may.clear();
            levels.push(level);
        }
        for child in children {
            let mut carry = self.tree(child, sentences);
            for level in &mut levels {
                // Who has reached the level and holds again goes one up.
                let (mut met, mut may) = (level.met.clone(), level.may.clone());
                met.and(&carry.met);
                may.and(&carry.may);
                level.met.or(&carry.met);
                level.may.or(&carry.may);
                (carry.met, carry.may) = (met, may);
            }
            self.spare.push(carry);
        }
        if let Some(last) = levels.pop() {
            result.met.copy(&last.met);
            result.may.copy(&last.may);
            self.spare.push(last);
        }
        self.spare.append(&mut levels);
        result
    }

    fn atom(&mut self, atom: usize) -> Pair {
        let mut pair = self.pair();
        let (plan, shard) = (self.plan, self.shard);
        let Some(set) = shard.atoms.get(atom) else {
            pair.met.clear();
            pair.may.copy(&shard.scope);
            return pair;
        };
        pair.met.clear();
        set.met.add_to(&mut pair.met);
        if let Some(test) = plan.test.get(atom).copied().flatten() {
            self.tested(test, &mut pair.may);
            // Whoever was not tested may have it.
            pair.may.flip(&shard.scope);
        } else {
            pair.may.clear();
            if let Some(lacking) = plan.atoms.get(atom).and_then(|one| self.lacking(one)) {
                pair.may.or(lacking);
            }
        }
        set.open.add_to(&mut pair.may);
        pair.may.or(&pair.met);
        pair.met.and(&shard.scope);
        pair.may.and(&shard.scope);
        pair
    }

    fn lacking(&self, criterion: &Criterion) -> Option<&'a Bits> {
        self.shard.lacking.get(&fact(criterion))
    }

    /// Who was tested for a class of tests.
    fn tested(&mut self, test: usize, into: &mut Bits) {
        let (plan, shard) = (self.plan, self.shard);
        let ways = *self.ways.entry(test).or_insert_with(|| {
            let Some(asked) = plan.tests.get(test) else { return 0 };
            let sees = |way: &[std::sync::Arc<tumor::CoveredGenes>]| {
                asked.tested(|gene, class, exon| {
                    way.iter().any(|covered| covered.covers(gene, class, exon))
                })
            };
            let seeing = (0_u32..).zip(&shard.ways).filter(|(_, (way, _))| sees(way));
            seeing.fold(0, |ways, (at, _)| ways | 1_u64.checked_shl(at).unwrap_or(0))
        });
        let seen = self.seen.entry(ways).or_insert_with(|| {
            let mut all = Bits::none();
            for (_, (_, who)) in (0_u32..)
                .zip(&shard.ways)
                .filter(|(at, _)| ways.checked_shr(*at).unwrap_or(0) & 1 == 1)
            {
                all.or(who);
            }
            all
        });
        into.copy(seen);
        if let Some(beside) = shard.tested.get(&test) {
            beside.add_to(into);
        }
    }
}
