//! A registry of panels: what each looks at, by every name that reports use for it.

use super::{Panels, classes};
use crate::coverage::{CoveredGenes, Extent};
use crate::gene::{Gene, Genes};
use model::Problem;
use model::tumor::PanelRow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Every gene.
const EVERY: &str = "*";

/// The panels of a registry. A gene that is not known is told and not tested; a name that two
/// panels share names none of them.
pub fn registry(rows: &[PanelRow], genes: &Genes) -> (Panels, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut made: BTreeMap<&str, CoveredGenes> = BTreeMap::new();
    let mut named: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in rows {
        let panel = row.panel.as_str();
        for name in [panel].into_iter().chain(row.names.iter().map(String::as_str)) {
            named.entry(name).or_default().insert(panel);
        }
        let covered = made.entry(panel).or_insert_with(|| CoveredGenes::new(panel));
        let seen = row.classes.iter().flat_map(|class| classes(*class)).copied();
        if row.gene == EVERY {
            covered.add_everywhere(seen);
            continue;
        }
        let Gene::Known(gene) = genes.resolve(&row.gene).0 else {
            let text = format!("`{}` is no gene that is known; taken as not tested", row.gene);
            problems.push(Problem::warning("gene-not-known", &row.place, text));
            continue;
        };
        let extent = match row.exons.as_slice() {
            [] => Extent::Whole,
            exons => Extent::Exons(exons.iter().copied().collect()),
        };
        seen.for_each(|class| covered.add_extent(gene, class, &extent));
    }
    let made: BTreeMap<&str, Arc<CoveredGenes>> =
        made.into_iter().map(|(name, covered)| (name, Arc::new(covered))).collect();
    let mut panels = Panels::new();
    for (name, of) in named {
        let mut several = of.iter();
        let first = several.next().and_then(|panel| made.get(panel));
        if let (Some(covered), None) = (first, several.next()) {
            panels.insert(name.to_owned(), Arc::clone(covered));
            continue;
        }
        let all: Vec<&str> = of.into_iter().collect();
        let text = format!("`{name}` names {}; it is not known which", all.join(" and "));
        problems.push(Problem::warning("panel-name-shared", name, text));
    }
    (panels, problems)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AlterationClass::{CopyNumberLoss, Rearrangement, SmallVariant};
    use crate::Hgnc;
    use knowledge::oncology::OncologyNames;
    use model::tumor::ReportedClass;

    fn row(
        panel: &str,
        names: &[&str],
        gene: &str,
        class: ReportedClass,
        exons: &[u16],
    ) -> PanelRow {
        PanelRow {
            panel: panel.into(),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            gene: gene.into(),
            classes: vec![class],
            exons: exons.to_vec(),
            place: "p line 2".into(),
        }
    }

    #[test]
    fn a_panel_is_found_by_each_of_its_names_and_by_no_shared_one() {
        let genes = Genes::new(&OncologyNames::built_in().unwrap());
        let (panels, problems) = registry(
            &[
                row("A 1", &["A", "both"], "EGFR", ReportedClass::Short, &[19]),
                row("A 1", &[], "ERBB2", ReportedClass::Copy, &[]),
                row("A 1", &[], "NOSUCH", ReportedClass::Short, &[]),
                row("B", &["both"], "*", ReportedClass::Rearrangement, &[]),
            ],
            &genes,
        );
        let codes: Vec<&str> = problems.iter().map(|one| one.code.as_str()).collect();
        assert_eq!(codes, ["gene-not-known", "panel-name-shared"]);
        let names: Vec<&str> = panels.keys().map(String::as_str).collect();
        assert_eq!(names, ["A", "A 1", "B"]);
        let (egfr, erbb2) = (Hgnc(3236), Hgnc(3430));
        for (panel, gene, class, exon, seen) in [
            ("A", egfr, SmallVariant, Some(19), true),
            ("A", egfr, SmallVariant, Some(20), false),
            ("A 1", erbb2, CopyNumberLoss, None, true),
            ("A 1", erbb2, SmallVariant, None, false),
            ("B", erbb2, Rearrangement, None, true),
        ] {
            assert_eq!(panels[panel].covers(gene, class, exon), seen, "{panel} {gene} {exon:?}");
        }
    }
}
