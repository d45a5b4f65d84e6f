//! Cohorts over a shard.

mod tested;

use super::bits::Bits;
use super::plan::{Part, Plan, Sentences, Tree, fact};
use super::shard::Shard;
use tested::Tested;

/// What a cohort says to the patients of a shard; [`Shard::places`] tells who they are.
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
    tested: Tested<'a>,
    spare: Vec<Pair>,
    sets: Sets,
}

impl<'a> Evaluator<'a> {
    /// Over a shard that was made with the same plan.
    pub fn new(plan: &'a Plan, shard: &'a Shard) -> Self {
        let tested = Tested::new(plan, shard);
        Self { plan, shard, tested, spare: Vec::new(), sets: Sets::default() }
    }

    /// What a cohort says, by its place in [`Plan::cohorts`].
    pub fn cohort(&mut self, cohort: usize) -> &Sets {
        let mut sets = std::mem::take(&mut self.sets);
        let all = [&mut sets.eligible, &mut sets.needs_data, &mut sets.near_miss];
        all.into_iter().chain([&mut sets.needs_review]).for_each(Bits::clear);
        let mut so_far = self.pair(&self.shard.scope);
        if self.lasting(cohort, &mut so_far) {
            self.recoverable(cohort, &mut so_far, &mut sets);
        }
        self.spare.push(so_far);
        self.sets = sets;
        &self.sets
    }

    /// Those whom no part rules out that is failed for good; whether there is anybody. Most
    /// cohorts are decided by the first of these.
    fn lasting(&mut self, cohort: usize, so_far: &mut Pair) -> bool {
        let Some(plan) = self.plan.cohorts.get(cohort) else { return false };
        for part in &plan.lasting {
            let pair = self.tree(&part.tree, Sentences::Open, &so_far.may);
            so_far.met.and(&pair.met);
            so_far.may.and(&pair.may);
            so_far.may.tighten();
            self.spare.push(pair);
            if so_far.may.is_empty() {
                return false;
            }
        }
        true
    }

    fn recoverable(&mut self, cohort: usize, so_far: &mut Pair, sets: &mut Sets) {
        let Some(plan) = self.plan.cohorts.get(cohort) else { return };
        // Who fails a part, and who fails two.
        let (once, twice) = (&mut sets.near_miss, &mut sets.needs_review);
        for part in &plan.recoverable {
            let mut pair = self.tree(&part.tree, Sentences::Open, &so_far.may);
            so_far.met.and(&pair.met);
            pair.may.flip(&so_far.may);
            twice.or_both(once, &pair.may);
            once.or(&pair.may);
            self.spare.push(pair);
        }
        so_far.may.minus(once);
        so_far.met.and(&so_far.may);
        once.minus(twice);
        twice.clear();
        sets.eligible.copy(&so_far.met);
        sets.needs_data.copy(&so_far.may);
        sets.needs_data.minus(&so_far.met);
        let mut parts = plan.lasting.iter().chain(&plan.recoverable);
        if parts.any(|part| part.has_text) && !sets.needs_data.is_empty() {
            let parts = plan.lasting.iter().chain(&plan.recoverable);
            sets.needs_review.copy(&sets.needs_data);
            self.review(parts, &mut sets.needs_review);
        }
    }

    /// Leaves those who would be eligible if every sentence spoke for them.
    fn review<'p>(&mut self, parts: impl Iterator<Item = &'p Part>, among: &mut Bits) {
        for part in parts {
            let pair = self.tree(&part.tree, Sentences::Favourable(true), among);
            among.and(&pair.met);
            self.spare.push(pair);
        }
    }

    /// Two sets that hold the same.
    fn pair(&mut self, of: &Bits) -> Pair {
        let mut pair = self.empty();
        pair.met.copy(of);
        pair.may.copy(of);
        pair
    }

    fn empty(&mut self) -> Pair {
        let mut pair = self.spare.pop().unwrap_or_default();
        pair.met.clear();
        pair.may.clear();
        pair
    }

    /// What a tree says to some of the patients.
    fn tree(&mut self, tree: &Tree, sentences: Sentences, among: &Bits) -> Pair {
        match tree {
            Tree::All(children) => {
                let mut all = self.pair(among);
                for child in children {
                    let pair = self.tree(child, sentences, &all.may);
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
                let mut any = self.empty();
                for child in children {
                    let pair = self.tree(child, sentences, among);
                    any.met.or(&pair.met);
                    any.may.or(&pair.may);
                    self.spare.push(pair);
                }
                any
            }
            Tree::Not(child) => {
                let mut pair = self.tree(child, sentences.turned(), among);
                std::mem::swap(&mut pair.met, &mut pair.may);
                pair.met.flip(among);
                pair.may.flip(among);
                pair
            }
            Tree::AtLeast(n, children) => self.at_least(*n, children, sentences, among),
            Tree::Atom(atom) => self.atom(*atom, among),
            Tree::Text | Tree::Open => {
                let mut pair = self.empty();
                match (tree, sentences) {
                    (Tree::Text, Sentences::Favourable(true)) => {
                        pair.met.copy(among);
                        pair.may.copy(among);
                    }
                    (Tree::Text, Sentences::Favourable(false)) => {}
                    _ => pair.may.copy(among),
                }
                pair
            }
        }
    }

    /// Of whom at least `n` hold: after each child, of whom 1, 2, … n of those so far do.
    fn at_least(
        &mut self,
        n: usize,
        children: &[Tree],
        sentences: Sentences,
        among: &Bits,
    ) -> Pair {
        if n == 0 {
            return self.pair(among);
        }
        if n > children.len() {
            return self.empty();
        }
        let mut levels: Vec<Pair> = (0..n).map(|_| self.empty()).collect();
        for child in children {
            let mut carry = self.tree(child, sentences, among);
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
        let last = levels.pop().unwrap_or_default();
        self.spare.append(&mut levels);
        last
    }

    fn atom(&mut self, atom: usize, among: &Bits) -> Pair {
        let mut pair = self.empty();
        let Some(test) = self.plan.test.get(atom) else {
            pair.may.copy(among);
            return pair;
        };
        self.shard.met.of(atom).add_to(&mut pair.met, among);
        if let Some(test) = test {
            // Whoever was not tested may have it.
            pair.may.copy(among);
            self.tested.take_from(*test, &mut pair.may);
        } else if let Some(criterion) = self.plan.atoms.get(atom)
            && let Some(lacking) = self.shard.lacking.get(&fact(criterion))
        {
            pair.may.or_both(lacking, among);
        }
        self.shard.open.of(atom).add_to(&mut pair.may, among);
        pair.may.or(&pair.met);
        pair
    }
}
