//! What the assays of a tumour could see, and so what their silence means.

use crate::alteration::AlterationClass;
use crate::gene::Hgnc;
use std::collections::{BTreeMap, BTreeSet};

/// How much of a gene an assay reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// Some exons, by number.
    Exons(BTreeSet<u16>),
}

impl Extent {
    /// Whether an alteration would have been seen: anywhere, or in one exon.
    pub fn covers(&self, exon: Option<u16>) -> bool {
        match (self, exon) {
            (Self::Whole, _) => true,
            (Self::Exons(_), None) => false,
            (Self::Exons(exons), Some(exon)) => exons.contains(&exon),
        }
    }

    fn add(&mut self, other: &Self) {
        match (&mut *self, other) {
            (Self::Exons(mine), Self::Exons(others)) => mine.extend(others),
            (_, Self::Whole) => *self = Self::Whole,
            (Self::Whole, _) => {}
        }
    }
}

/// Genes an assay looked at, each with the classes of alterations it can see there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CoveredGenes {
    /// Name of the panel, for people.
    pub panel: String,
    everywhere: BTreeSet<AlterationClass>,
    genes: BTreeMap<(Hgnc, AlterationClass), Extent>,
}

impl CoveredGenes {
    /// Coverage of a panel that sees nothing yet.
    pub fn new(panel: impl Into<String>) -> Self {
        Self { panel: panel.into(), ..Self::default() }
    }

    /// States that the assay sees these classes in every gene (exome, genome).
    pub fn add_everywhere(&mut self, classes: impl IntoIterator<Item = AlterationClass>) {
        self.everywhere.extend(classes);
    }

    /// States that the assay sees these classes in all of a gene.
    pub fn add(&mut self, gene: Hgnc, classes: impl IntoIterator<Item = AlterationClass>) {
        for class in classes {
            self.add_extent(gene, class, &Extent::Whole);
        }
    }

    /// States that the assay sees a class in a part of a gene.
    pub fn add_extent(&mut self, gene: Hgnc, class: AlterationClass, extent: &Extent) {
        let empty = || Extent::Exons(BTreeSet::new());
        self.genes.entry((gene, class)).or_insert_with(empty).add(extent);
    }

    /// Takes over what another panel sees in these classes.
    pub fn take(&mut self, other: &Self, classes: &[AlterationClass]) {
        self.everywhere.extend(other.everywhere.iter().filter(|class| classes.contains(class)));
        for ((gene, class), extent) in &other.genes {
            if classes.contains(class) {
                self.add_extent(*gene, *class, extent);
            }
        }
    }

    /// Whether an alteration of that class in that gene, or in one exon of it, would have been
    /// seen.
    pub fn covers(&self, gene: Hgnc, class: AlterationClass, exon: Option<u16>) -> bool {
        self.everywhere.contains(&class)
            || self.genes.get(&(gene, class)).is_some_and(|extent| extent.covers(exon))
    }

    /// Classes nobody looked at in a gene, in the order of [`AlterationClass::ALL`].
    pub fn gaps(&self, gene: Hgnc) -> Vec<AlterationClass> {
        let blind = |class: &AlterationClass| !self.covers(gene, *class, None);
        AlterationClass::ALL.into_iter().filter(blind).collect()
    }

    /// Whether an assay sees a class in every gene (exome, genome).
    pub fn is_everywhere(&self, class: AlterationClass) -> bool {
        self.everywhere.contains(&class)
    }

    /// Genes that are named as read whole for a class.
    pub fn whole_genes(&self, class: AlterationClass) -> impl Iterator<Item = Hgnc> {
        let of = move |((gene, known), extent): (&(Hgnc, AlterationClass), &Extent)| {
            (*known == class && *extent == Extent::Whole).then_some(*gene)
        };
        self.genes.iter().filter_map(of)
    }

    /// How many pairs of a gene and a class it states, for an estimate of its size.
    pub fn extents(&self) -> usize {
        self.genes.len()
    }

    /// Whether it states nothing.
    pub fn is_empty(&self) -> bool {
        self.everywhere.is_empty() && self.genes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use AlterationClass::{CopyNumberGain, Rearrangement, SmallVariant};

    const EGFR: Hgnc = Hgnc(3236);
    const ALK: Hgnc = Hgnc(427);

    #[test]
    fn a_panel_sees_what_it_states_and_nothing_else() {
        let mut covered = CoveredGenes::new("hotspots 1");
        covered.add_extent(EGFR, SmallVariant, &Extent::Exons(BTreeSet::from([18, 19])));
        covered.add_extent(EGFR, SmallVariant, &Extent::Exons(BTreeSet::from([21])));
        covered.add(ALK, [Rearrangement]);
        for (gene, class, exon, seen) in [
            (EGFR, SmallVariant, Some(19), true),
            (EGFR, SmallVariant, Some(21), true),
            (EGFR, SmallVariant, Some(20), false),
            // Somewhere in the gene: only if all of it is read.
            (EGFR, SmallVariant, None, false),
            (EGFR, CopyNumberGain, None, false),
            (ALK, Rearrangement, None, true),
            (ALK, SmallVariant, None, false),
        ] {
            assert_eq!(
                covered.covers(gene, class, exon),
                seen,
                "{gene} {} {exon:?}",
                class.words()
            );
        }
        covered.add(EGFR, [SmallVariant]);
        assert!(covered.covers(EGFR, SmallVariant, None));
        assert_eq!(covered.gaps(ALK).len(), AlterationClass::ALL.len() - 1);
        covered.add_everywhere([SmallVariant]);
        assert!(covered.covers(ALK, SmallVariant, Some(3)));
        assert!(!covered.covers(ALK, CopyNumberGain, None));
    }
}
