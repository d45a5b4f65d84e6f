//! What missing positions leave possible.

use super::{Fit, Sites, Test};
use crate::phenotype::{self, Reading};
use crate::table::Table;
use knowledge::pgx::Gene;
use std::collections::{BTreeMap, BTreeSet};

/// What cannot be excluded, since positions are missing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Reach {
    /// Rows in no best pair that lost a position of their own and still fit in some pair.
    pub(crate) rows: Vec<usize>,
    /// Phenotypes of every pair that fits, also of such rows.
    pub(crate) phenotypes: BTreeSet<String>,
}

/// Rows that no rule and no usable position can tell apart.
struct Class {
    /// Masks at the varying sites, in their order.
    masks: Vec<u64>,
    /// An allele of the class.
    allele: usize,
    weakened: bool,
    rows: Vec<usize>,
}

/// Rows that missing positions leave possible, and what they would mean.
///
/// Pairs are tried by class, so that a file that covers one position of a large gene costs no more
/// than one that covers all.
pub(crate) fn reach(gene: &Gene, table: &Table, sites: &Sites, fit: &Fit) -> Reach {
    let mut reach = Reach::default();
    if sites.usable.count() == gene.positions.len() {
        return reach;
    }
    let classes = classes(gene, table, sites, fit);
    let place: BTreeMap<usize, usize> =
        sites.varying.iter().enumerate().map(|(place, site)| (site.index, place)).collect();
    let mask = |class: &Class, site: usize| {
        place.get(&site).and_then(|at| class.masks.get(*at)).copied().unwrap_or_default()
    };
    let mut test = Test::new(sites);
    let mut reached = BTreeSet::new();
    for (index, first) in classes.iter().enumerate() {
        for (other, second) in classes.iter().enumerate().skip(index) {
            if sites.haploid && index != other {
                break;
            }
            if !test.fits(|site| mask(first, site), |site| mask(second, site)) {
                continue;
            }
            reached.extend([index, other]);
            let second = (!sites.haploid).then_some(second.allele);
            if let Some(found) = phenotype::of_rows(gene, first.allele, second).phenotype {
                reach.phenotypes.insert(found);
            }
        }
    }
    let called: BTreeSet<usize> = fit.best.iter().flat_map(|(a, b)| [*a, *b]).collect();
    let open = reached.iter().filter_map(|index| classes.get(*index));
    reach.rows = open
        .filter(|class| class.weakened)
        .flat_map(|class| class.rows.iter().copied())
        .filter(|row| !called.contains(row))
        .collect();
    reach.rows.sort_unstable();
    reach
}

fn classes(gene: &Gene, table: &Table, sites: &Sites, fit: &Fit) -> Vec<Class> {
    let mut classes: BTreeMap<(Vec<u64>, Reading<'_>, bool), Class> = BTreeMap::new();
    for index in &fit.compatible {
        let Some(row) = table.rows.get(*index) else { continue };
        let masks: Vec<u64> = sites.varying.iter().map(|site| row.mask(site.index)).collect();
        let weakened = fit.weakened.binary_search(index).is_ok();
        let reading = phenotype::reading(gene, row.allele);
        classes
            .entry((masks.clone(), reading, weakened))
            .or_insert_with(|| Class { masks, allele: row.allele, weakened, rows: Vec::new() })
            .rows
            .push(*index);
    }
    classes.into_values().collect()
}
