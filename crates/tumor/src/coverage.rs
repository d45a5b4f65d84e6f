//! What the assays of a tumour could see, and so what their silence means.

use crate::alteration::AlterationClass;
use model::absence::Presence;
use std::collections::{BTreeMap, BTreeSet};

/// Genes an assay looked at, each with the classes of alterations it can see there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CoveredGenes {
    classes: BTreeMap<String, BTreeSet<AlterationClass>>,
}

impl CoveredGenes {
    /// States that the assay sees these classes in a gene (HGNC symbol).
    pub fn add(&mut self, gene: &str, classes: impl IntoIterator<Item = AlterationClass>) {
        self.classes.entry(gene.to_owned()).or_default().extend(classes);
    }

    /// Takes in what another assay of the same tumour saw.
    pub fn merge(&mut self, other: &Self) {
        for (gene, classes) in &other.classes {
            self.add(gene, classes.iter().copied());
        }
    }

    /// Whether an alteration of that class in that gene would have been seen.
    pub fn covers(&self, gene: &str, class: AlterationClass) -> bool {
        self.classes.get(gene).is_some_and(|classes| classes.contains(&class))
    }

    /// Classes nobody looked at in a gene, in the order of [`AlterationClass::ALL`].
    pub fn gaps(&self, gene: &str) -> Vec<AlterationClass> {
        let blind = |class: &AlterationClass| !self.covers(gene, *class);
        AlterationClass::ALL.into_iter().filter(blind).collect()
    }
}

/// An alteration that was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// HGNC symbol.
    pub gene: String,
    /// What kind.
    pub class: AlterationClass,
}

/// What is known of a tumour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// What was found.
    pub findings: Vec<Finding>,
    /// What could have been found.
    pub covered: CoveredGenes,
}

impl Profile {
    /// Whether a gene has an alteration of a class. A finding counts wherever it comes from;
    /// without one, absence needs an assay that could have seen it.
    pub fn presence(&self, gene: &str, class: AlterationClass) -> Presence {
        let is = |finding: &Finding| finding.gene == gene && finding.class == class;
        match (self.findings.iter().any(is), self.covered.covers(gene, class)) {
            (true, _) => Presence::Present,
            (false, true) => Presence::AbsentTested,
            (false, false) => Presence::NotTested,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use AlterationClass::{CopyNumberGain, Rearrangement, SmallVariant, Splicing};

    fn profile() -> Profile {
        let mut covered = CoveredGenes::default();
        covered.add("EGFR", [SmallVariant, CopyNumberGain]);
        covered.add("ALK", [Rearrangement]);
        let found = |gene: &str, class| Finding { gene: gene.into(), class };
        Profile { findings: vec![found("EGFR", SmallVariant), found("MET", Splicing)], covered }
    }

    #[test]
    fn silence_is_absence_only_where_the_assay_looked() {
        for (gene, class, presence) in [
            ("EGFR", SmallVariant, Presence::Present),
            ("EGFR", CopyNumberGain, Presence::AbsentTested),
            // The gene is on the panel; the class is not.
            ("EGFR", Rearrangement, Presence::NotTested),
            ("ALK", SmallVariant, Presence::NotTested),
            ("ALK", Rearrangement, Presence::AbsentTested),
            ("ROS1", Rearrangement, Presence::NotTested),
            // Found, though no coverage was stated.
            ("MET", Splicing, Presence::Present),
        ] {
            assert_eq!(profile().presence(gene, class), presence, "{gene} {}", class.words());
        }
    }

    #[test]
    fn assays_add_up_and_never_take_away() {
        let mut profile = profile();
        let before = profile.covered.gaps("ALK");
        assert_eq!(before.len(), AlterationClass::ALL.len() - 1);
        let mut rna = CoveredGenes::default();
        rna.add("ALK", [SmallVariant]);
        rna.add("ROS1", [Rearrangement]);
        profile.covered.merge(&rna);
        assert_eq!(profile.presence("ROS1", Rearrangement), Presence::AbsentTested);
        assert_eq!(profile.presence("ALK", Rearrangement), Presence::AbsentTested);
        assert_eq!(profile.covered.gaps("ALK").len(), before.len() - 1);
    }
}
