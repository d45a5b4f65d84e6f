//! The pair test: which two alleles can be laid on the genotypes.
//!
//! Cost is (alleles × positions) + (candidates² × positions), whatever the phase: permutations are
//! never enumerated.

use crate::table::Table;

/// Most diplotypes that a statement lists.
pub const DIPLOTYPES_MAX: usize = 1_000;

/// A usable position: what the strands carry, as bits of the table.
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

/// Rows of the two alleles; the same row twice if homozygous or haploid.
pub(crate) type Pair = (usize, usize);

/// What the test gives.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Fit {
    /// Pairs with the best score.
    pub(crate) best: Vec<Pair>,
    /// Rows in no best pair that lost a position of their own and still fit in some pair.
    pub(crate) not_excluded: Vec<usize>,
}

/// All pairs with the most own positions seen.
pub(crate) fn fit(table: &Table<'_>, sites: &[Site], blocks: usize, haploid: bool) -> Fit {
    let mut scores = vec![0_usize; table.rows.len()];
    let mut compatible = Vec::new();
    let mut candidates = Vec::new();
    let mut weakened = Vec::new();
    for (row, allele) in table.rows.iter().enumerate() {
        if allele.allele.structural || !is_compatible(table, row, sites) {
            continue;
        }
        let seen = |own: &&usize| sites.binary_search_by_key(*own, |site| site.index).is_ok();
        let score = allele.own.iter().filter(seen).count();
        if let Some(slot) = scores.get_mut(row) {
            *slot = score;
        }
        compatible.push(row);
        // An allele without a position of its own left cannot be told from the reference row.
        if score > 0 {
            candidates.push(row);
        }
        if score < allele.own.len() {
            weakened.push(row);
        }
    }
    let mut test = Test { table, sites, haploid, orientations: vec![(true, true); blocks] };
    let mut best = Best::default();
    for (place, first) in candidates.iter().enumerate() {
        let partners =
            if haploid { candidates.get(place..=place) } else { candidates.get(place..) };
        for second in partners.unwrap_or_default() {
            let score = |row: &usize| scores.get(*row).copied().unwrap_or_default();
            let total = score(first) + score(second);
            if total >= best.score && test.fits(*first, *second) {
                best.take(total, (*first, *second));
            }
        }
    }
    let not_excluded = stand_ins(&mut test, &best.pairs, &weakened, &compatible);
    Fit { best: best.pairs, not_excluded }
}

#[derive(Default)]
struct Best {
    score: usize,
    pairs: Vec<Pair>,
}

impl Best {
    fn take(&mut self, score: usize, pair: Pair) {
        if score > self.score {
            self.pairs.clear();
            self.score = score;
        }
        self.pairs.push(pair);
    }
}

/// Weakened rows that are in no best pair, but fit together with some other row.
fn stand_ins(
    test: &mut Test<'_>,
    best: &[Pair],
    weakened: &[usize],
    compatible: &[usize],
) -> Vec<usize> {
    let mut called: Vec<usize> = best.iter().flat_map(|(a, b)| [*a, *b]).collect();
    called.sort_unstable();
    called.dedup();
    weakened
        .iter()
        .copied()
        .filter(|row| called.binary_search(row).is_err())
        .filter(|row| {
            if test.haploid {
                return test.fits(*row, *row);
            }
            compatible.iter().any(|partner| test.fits(*row, *partner))
        })
        .collect()
}

/// Whether an allele can lie on some strand at every usable position.
fn is_compatible(table: &Table<'_>, row: usize, sites: &[Site]) -> bool {
    sites.iter().all(|site| mask(table, row, site) & (site.strands.0 | site.strands.1) != 0)
}

fn mask(table: &Table<'_>, row: usize, site: &Site) -> u64 {
    let row = table.rows.get(row);
    row.and_then(|row| row.masks.get(site.index)).copied().unwrap_or_default()
}

struct Test<'t> {
    table: &'t Table<'t>,
    sites: &'t [Site],
    haploid: bool,
    /// Per phase block: whether the pair fits as given, and turned round.
    orientations: Vec<(bool, bool)>,
}

impl Test<'_> {
    fn fits(&mut self, first: usize, second: usize) -> bool {
        self.orientations.fill((true, true));
        for site in self.sites {
            let (a, b) = (mask(self.table, first, site), mask(self.table, second, site));
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
