//! The pair test: which two alleles can be laid on the genotypes.
//!
//! Cost is (alleles × positions) + (candidates² × positions that vary), whatever the phase:
//! permutations are never enumerated.

mod reach;

pub(crate) use reach::reach;

use crate::bits::{Bits, WORD_BITS};
use crate::observe::is_plain_reference;
use crate::table::{Row, Table};
use model::genotype::GenotypeCell;

/// Most diplotypes that a statement lists.
pub const DIPLOTYPES_MAX: usize = 1_000;
/// Most pairs that are kept beside the best ones.
const OTHERS_MAX: usize = 2_000;

/// A usable position that is not simply reference: what the strands carry, as bits of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Site {
    /// Index into the gene's positions.
    pub(crate) index: usize,
    /// Bits of one strand and the other; for a haploid gene both are the same.
    pub(crate) strands: (u64, u64),
    pub(crate) block: Block,
}

/// Which other positions share the order of the strands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    /// Both strands are equal, so order means nothing.
    Homozygous,
    /// An unphased heterozygous position: a block of its own.
    Own,
    /// A phase block, by its number.
    Shared(usize),
}

/// What the test is made on.
#[derive(Debug, Default)]
pub(crate) struct Sites {
    /// Usable positions that vary, ascending.
    pub(crate) varying: Vec<Site>,
    /// All usable positions.
    pub(crate) usable: Bits,
    /// Usable positions with REF on both strands.
    pub(crate) reference: Bits,
    /// Positions that are not usable, ascending.
    pub(crate) unknown: Vec<usize>,
    /// Number of shared phase blocks.
    pub(crate) blocks: usize,
    /// One strand only.
    pub(crate) haploid: bool,
}

impl Sites {
    /// Takes the positions that are plain reference by their own record, 64 at a time, and gives
    /// the others.
    pub(crate) fn take_plain_reference(
        &mut self,
        alone: &[usize],
        cells: &[GenotypeCell],
    ) -> Vec<usize> {
        let mut others = Vec::with_capacity(WORD_BITS);
        for (word, records) in alone.chunks(WORD_BITS).enumerate() {
            let mut plain = 0_u64;
            for (bit, record) in records.iter().enumerate() {
                let is_plain = cells.get(*record).is_some_and(|cell| is_plain_reference(*cell));
                plain |= u64::from(is_plain) << bit;
            }
            self.usable.set_word(word, plain);
            self.reference.set_word(word, plain);
            let mut rest = !plain;
            while rest != 0 && (rest.trailing_zeros() as usize) < records.len() {
                others.push(word * WORD_BITS + rest.trailing_zeros() as usize);
                rest &= rest - 1;
            }
        }
        others
    }

    /// Whether it is known which bases lie on one strand.
    pub(crate) fn are_phased(&self) -> bool {
        let mut heterozygous = self.varying.iter().filter(|site| site.block != Block::Homozygous);
        let Some(first) = heterozygous.next() else { return true };
        let shared = matches!(first.block, Block::Shared(_));
        let mut others = heterozygous.peekable();
        others.peek().is_none() || (shared && others.all(|site| site.block == first.block))
    }
}

/// Rows of the two alleles; the same row twice if homozygous or haploid.
pub(crate) type Pair = (usize, usize);

/// What the test gives.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Fit {
    /// Pairs with the best score, at most [`DIPLOTYPES_MAX`].
    pub(crate) best: Vec<Pair>,
    /// How many there are.
    pub(crate) best_count: usize,
    /// Other pairs that fit, in the order of rows.
    pub(crate) others: Vec<Pair>,
    /// Rows that can lie on some strand at every usable position.
    pub(crate) compatible: Vec<usize>,
    /// Of those, the ones that lost a position of their own.
    pub(crate) weakened: Vec<usize>,
}

impl Fit {
    /// Every pair that fits, whatever its score.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Pair> {
        self.best.iter().chain(&self.others)
    }
}

/// All pairs that fit, those with the most own positions seen apart.
pub(crate) fn fit(table: &Table, sites: &Sites) -> Fit {
    let mut fit = Fit::default();
    let mut candidates: Vec<(usize, usize)> = Vec::new();
    let open = sites.varying.iter().map(|site| site.index).chain(sites.unknown.iter().copied());
    for index in table.likely_rows(open).members() {
        let Some(row) = table.rows.get(index).filter(|row| is_compatible(row, sites)) else {
            continue;
        };
        let complete = sites.unknown.is_empty();
        let score = if complete { row.own_count } else { row.own.common(&sites.usable) };
        fit.compatible.push(index);
        // An allele without a position of its own left cannot be told from the reference row.
        if score > 0 {
            candidates.push((index, score));
        }
        if score < row.own_count {
            fit.weakened.push(index);
        }
    }
    let mut test = Test::new(sites);
    let mut best_score = 0;
    let mut displaced: Vec<Pair> = Vec::new();
    for (place, (first, first_score)) in candidates.iter().enumerate() {
        let partners =
            if sites.haploid { candidates.get(place..=place) } else { candidates.get(place..) };
        for (second, second_score) in partners.unwrap_or_default() {
            let (Some(one), Some(other)) = (table.rows.get(*first), table.rows.get(*second)) else {
                continue;
            };
            if !test.fits(|site| one.mask(site), |site| other.mask(site)) {
                continue;
            }
            let score = first_score + second_score;
            if score > best_score {
                displaced.append(&mut fit.best);
                displaced.truncate(OTHERS_MAX);
                (best_score, fit.best_count) = (score, 0);
            }
            if score == best_score {
                fit.best_count += 1;
                if fit.best.len() < DIPLOTYPES_MAX {
                    fit.best.push((*first, *second));
                }
            } else if displaced.len() < OTHERS_MAX {
                displaced.push((*first, *second));
            }
        }
    }
    displaced.sort_unstable();
    fit.others = displaced;
    fit
}

/// Whether an allele can lie on some strand at every usable position.
fn is_compatible(row: &Row, sites: &Sites) -> bool {
    !row.not_reference.meets(&sites.reference)
        && sites
            .varying
            .iter()
            .all(|site| row.mask(site.index) & (site.strands.0 | site.strands.1) != 0)
}

/// Lays two alleles on the strands.
pub(crate) struct Test<'t> {
    sites: &'t Sites,
    /// Per phase block: whether the pair fits as given, and turned round.
    orientations: Vec<(bool, bool)>,
}

impl<'t> Test<'t> {
    pub(crate) fn new(sites: &'t Sites) -> Self {
        Self { sites, orientations: vec![(true, true); sites.blocks] }
    }

    /// Whether two alleles, by their masks at a position, fit the varying sites. That they fit the
    /// others is known before.
    pub(crate) fn fits(
        &mut self,
        first: impl Fn(usize) -> u64,
        second: impl Fn(usize) -> u64,
    ) -> bool {
        self.orientations.fill((true, true));
        for site in &self.sites.varying {
            let (a, b) = (first(site.index), second(site.index));
            let (g, h) = site.strands;
            let forward = a & g != 0 && b & h != 0;
            let turned = a & h != 0 && b & g != 0;
            let fits = match site.block {
                Block::Homozygous => forward,
                Block::Own => forward || turned,
                Block::Shared(block) => match self.orientations.get_mut(block) {
                    Some((as_given, turned_round)) => {
                        *as_given &= forward;
                        *turned_round &= turned;
                        *as_given || *turned_round
                    }
                    None => false,
                },
            };
            if !fits {
                return false;
            }
        }
        true
    }
}
