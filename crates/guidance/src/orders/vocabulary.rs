//! The ingredients that orders and medicines are resolved to.

use super::name;
use knowledge::pgx::{PgxKnowledge, Product};
use std::cell::OnceCell;
use std::collections::BTreeSet;

/// An ingredient of the pack.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ingredient<'k> {
    pub(super) name: &'k str,
    pub(super) rxnorm: &'k str,
    pub(super) atc: &'k [String],
}

/// The words of each name, and the RxNorm ingredient code it stands for.
pub(super) type Names<'k> = Vec<(Vec<String>, &'k str)>;

/// Every ingredient once, and what it is found by.
#[derive(Debug)]
pub(super) struct Vocabulary<'k> {
    /// Drugs with rules first, then the others that change an enzyme.
    pub(super) ingredients: Vec<Ingredient<'k>>,
    /// Names as words; made when the first name is looked for, because codes are tried before.
    names: OnceCell<Names<'k>>,
    pub(super) products: &'k [Product],
}

impl<'k> Vocabulary<'k> {
    pub(super) fn of(knowledge: &'k PgxKnowledge) -> Self {
        let drugs = knowledge.drugs.iter().map(|drug| (&drug.name, &drug.rxnorm, &drug.atc));
        let others = knowledge.inhibitors.iter().map(|one| (&one.name, &one.rxnorm, &one.atc));
        let mut known = BTreeSet::new();
        let ingredients: Vec<Ingredient<'k>> = drugs
            .chain(others)
            .filter(|(_, rxnorm, _)| known.insert(rxnorm.as_str()))
            .map(|(name, rxnorm, atc)| Ingredient { name, rxnorm, atc })
            .collect();
        Self { ingredients, names: OnceCell::new(), products: &knowledge.products }
    }

    /// Names as words, longer ones first, so that a part of one is not taken for another drug.
    pub(super) fn names(&self) -> &Names<'k> {
        self.names.get_or_init(|| {
            let words = |one: &Ingredient<'k>| (name::words(one.name), one.rxnorm);
            let mut names: Names<'k> =
                self.ingredients.iter().map(words).filter(|(name, _)| !name.is_empty()).collect();
            names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
            names
        })
    }

    /// The ingredient with that RxNorm code.
    pub(super) fn ingredient(&self, rxnorm: &str) -> Option<&Ingredient<'k>> {
        self.ingredients.iter().find(|one| one.rxnorm == rxnorm)
    }
}
