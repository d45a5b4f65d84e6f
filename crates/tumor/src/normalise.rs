//! From a file's words to what engines compare.

mod alterations;
mod measures;
mod panels;

pub use panels::registry;

use crate::alteration::AlterationClass;
use crate::coverage::{CoveredGenes, Extent};
use crate::gene::{Gene, Genes, NameKind};
use crate::profile::{Quality, SpecimenKind, TumorProfile};
use model::Problem;
use model::tumor::{ReportedClass, ReportedCoverage, ReportedTumor};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Panels by name: what each looks at.
pub type Panels = BTreeMap<String, Arc<CoveredGenes>>;

/// A genes × classes list under a name, out of the rows of a panel file: NCBI Gene number, where
/// there is one, and symbol.
pub fn panel(
    name: &str,
    genes: &[(Option<u32>, String)],
    classes: &[AlterationClass],
    names: &Genes,
) -> (CoveredGenes, Vec<Problem>) {
    let mut covered = CoveredGenes::new(name);
    let mut problems = Vec::new();
    for (number, symbol) in genes {
        let by_number = number.and_then(|number| names.by_ncbi(number));
        match by_number.map_or_else(|| names.resolve(symbol).0, Gene::Known) {
            Gene::Known(gene) => covered.add(gene, classes.iter().copied()),
            Gene::Ambiguous(_) | Gene::Unknown(_) => problems.push(Problem::warning(
                "gene-not-known",
                format!("panel `{name}`"),
                format!("`{symbol}` is no gene that is known; taken as not tested"),
            )),
        }
    }
    (covered, problems)
}

/// Classes of assays for a class of files. A list of copy numbers tells of gain and loss.
pub fn classes(class: ReportedClass) -> &'static [AlterationClass] {
    match class {
        ReportedClass::Short => &[AlterationClass::SmallVariant],
        ReportedClass::Copy => &[AlterationClass::CopyNumberGain, AlterationClass::CopyNumberLoss],
        ReportedClass::Rearrangement => &[AlterationClass::Rearrangement],
    }
}

/// A reader of many samples: coverages that are the same are kept once.
#[derive(Debug)]
pub struct Normaliser<'a> {
    genes: &'a Genes,
    panels: &'a Panels,
    coverages: Vec<(ReportedCoverage, Arc<CoveredGenes>)>,
}

/// Most distinct coverages that are kept to be shared.
const COVERAGES_MAX: usize = 1_024;

impl<'a> Normaliser<'a> {
    /// With these names and panels.
    pub fn new(genes: &'a Genes, panels: &'a Panels) -> Self {
        Self { genes, panels, coverages: Vec::new() }
    }

    /// The tumour in terms that engines compare, with what could not be read.
    pub fn profile(&mut self, reported: &ReportedTumor) -> (TumorProfile, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut profile = TumorProfile {
            report: reported.report.clone().unwrap_or_else(|| reported.sample.clone()),
            amends: reported.amends.clone(),
            withdrawn: reported.withdrawn,
            issued: reported.reported_on,
            specimen: reported
                .specimen
                .as_deref()
                .map_or(SpecimenKind::Unknown, SpecimenKind::parse),
            quality: quality(reported, &mut problems),
            coverage: self.coverage(&reported.tested, &reported.place, &mut problems),
            conclusion: reported.conclusion.clone(),
            sources: reported.sources.clone(),
            ..TumorProfile::default()
        };
        for row in &reported.alterations {
            let gene = self.gene(row, &mut problems);
            alterations::add(&mut profile, row, gene, self.genes, &mut problems);
        }
        for row in &reported.biomarkers {
            measures::add(&mut profile, row, &reported.place, &mut problems);
        }
        measures::join(&mut profile);
        (profile, problems)
    }

    fn gene(&self, row: &model::tumor::ReportedAlteration, problems: &mut Vec<Problem>) -> Gene {
        if let Some(gene) = row.hgnc.and_then(|number| self.genes.by_hgnc(number)) {
            return Gene::Known(gene);
        }
        if let Some(gene) = row.ncbi_gene.and_then(|number| self.genes.by_ncbi(number)) {
            return Gene::Known(gene);
        }
        let (gene, kind) = self.genes.resolve(&row.gene);
        let found = match kind {
            NameKind::Ambiguous => Some(("gene-ambiguous", "has meant several genes")),
            NameKind::Damaged => Some(("gene-damaged", "is a date that a spreadsheet made")),
            NameKind::Unheard if !row.gene.is_empty() => {
                Some(("gene-not-known", "is no gene that is known"))
            }
            _ => None,
        };
        if let Some((code, text)) = found {
            problems.push(Problem::warning(code, &row.place, format!("`{}` {text}", row.gene)));
        }
        gene
    }

    fn coverage(
        &mut self,
        reported: &ReportedCoverage,
        place: &str,
        problems: &mut Vec<Problem>,
    ) -> Arc<CoveredGenes> {
        for (name, _) in &reported.panels {
            if !self.panels.contains_key(name) {
                let text = format!("panel `{name}` is not known; its genes are not tested");
                problems.push(Problem::warning("panel-not-known", place, text));
            }
        }
        // A report that lists nothing itself is of the panel it names, if that is known.
        let lists_nothing = reported.genes.is_empty();
        let named = reported.title.as_ref().filter(|_| lists_nothing);
        let panel = named.and_then(|title| self.panels.get(title.trim()));
        if let Some(title) = named
            && panel.is_none()
            && reported.panels.is_empty()
            && reported.everywhere.is_empty()
        {
            let text = format!(
                "panel `{title}` is not known, and the report lists no genes: what it does not \
                 report is not known"
            );
            problems.push(Problem::warning("panel-not-known", place, text));
        }
        if let Some((_, known)) = self.coverages.iter().find(|(one, _)| one == reported) {
            return Arc::clone(known);
        }
        let names: Vec<&str> = reported.panels.iter().map(|(name, _)| name.as_str()).collect();
        let mut covered = CoveredGenes::new(match names.as_slice() {
            [] if reported.title.is_some() => reported.title.clone().unwrap_or_default(),
            [] if reported.everywhere.is_empty() => String::new(),
            [] => "all genes".to_owned(),
            names => {
                let mut names = names.to_vec();
                names.dedup();
                names.join(", ")
            }
        });
        for class in &reported.everywhere {
            covered.add_everywhere(classes(*class).iter().copied());
        }
        for (name, class) in &reported.panels {
            if let Some(panel) = self.panels.get(name) {
                covered.take(panel, classes(*class));
            }
        }
        if let Some(panel) = panel {
            covered.take(panel, &AlterationClass::ALL);
        }
        self.add_listed(&mut covered, reported, place, problems);
        let covered = Arc::new(covered);
        if self.coverages.len() < COVERAGES_MAX {
            self.coverages.push((reported.clone(), Arc::clone(&covered)));
        }
        covered
    }

    /// Adds the genes that a report lists itself.
    fn add_listed(
        &self,
        covered: &mut CoveredGenes,
        reported: &ReportedCoverage,
        place: &str,
        problems: &mut Vec<Problem>,
    ) {
        for listed in &reported.genes {
            let Gene::Known(gene) = self.genes.resolve(&listed.gene).0 else {
                let text =
                    format!("`{}` is no gene that is known; taken as not tested", listed.gene);
                problems.push(Problem::warning("gene-not-known", place, text));
                continue;
            };
            let extent = match listed.exons.as_slice() {
                [] => Extent::Whole,
                exons => Extent::Exons(exons.iter().copied().collect()),
            };
            for class in classes(listed.class) {
                covered.add_extent(gene, *class, &extent);
            }
        }
    }
}

/// The laboratory's judgement; words that are not known support no silence.
fn quality(reported: &ReportedTumor, problems: &mut Vec<Problem>) -> Quality {
    let Some(words) = &reported.quality else { return Quality::NotStated };
    Quality::parse(words).unwrap_or_else(|| {
        let text = format!("quality `{words}` is not understood; what was not found is not known");
        problems.push(Problem::warning("quality-not-read", &reported.place, text));
        Quality::Qualified
    })
}
