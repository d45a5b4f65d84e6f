//! What the criteria are looked up in.

use crate::gene::{Gene, Genes, Hgnc};
use crate::oncogenicity::OncogenicityCriterion;
use crate::protein::{ProteinChange, parse};
use knowledge::evidence::{CuratedCriterion, EvidencePack, GeneRole, Hotspot, PopulationFrequency};
use knowledge::oncology::OncologyNames;
use model::Problem;
use std::collections::BTreeMap;

/// Roles of genes, hotspots, frequencies and a site's decisions, by gene and change.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    roles: BTreeMap<Hgnc, (GeneRole, String)>,
    hotspots: Option<BTreeMap<(Hgnc, u32), Hotspot>>,
    frequencies: Option<BTreeMap<(Hgnc, ProteinChange), PopulationFrequency>>,
    curated: BTreeMap<(Hgnc, ProteinChange), Vec<(OncogenicityCriterion, CuratedCriterion)>>,
}

impl Sources {
    /// The built-in roles alone.
    pub fn built_in(names: &OncologyNames, genes: &Genes) -> Self {
        let mut sources = Self::default();
        for row in &names.roles {
            if let (Gene::Known(gene), _) = genes.resolve(&row.gene) {
                sources.roles.insert(gene, (row.role, row.citation.clone()));
            }
        }
        sources
    }

    /// With the tables of a pack; a row whose gene, change or code is not known is a finding.
    pub fn with_pack(mut self, pack: &EvidencePack, genes: &Genes) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        for (row, line) in pack.roles.iter().zip(2..) {
            if let Some(gene) = known(&row.gene, genes, "roles.tsv", line, &mut problems) {
                self.roles.insert(gene, (row.role, row.citation.clone()));
            }
        }
        if !pack.hotspots.is_empty() {
            let mut hotspots = BTreeMap::new();
            for (row, line) in pack.hotspots.iter().zip(2..) {
                if let Some(gene) = known(&row.gene, genes, "hotspots.tsv", line, &mut problems) {
                    hotspots.insert((gene, row.position), row.clone());
                }
            }
            self.hotspots = Some(hotspots);
        }
        if !pack.frequencies.is_empty() {
            let mut frequencies = BTreeMap::new();
            for (row, line) in pack.frequencies.iter().zip(2..) {
                let file = "frequencies.tsv";
                if let Some(gene) = known(&row.gene, genes, file, line, &mut problems)
                    && let Some(change) = change(&row.change, file, line, &mut problems)
                {
                    frequencies.insert((gene, change), row.clone());
                }
            }
            self.frequencies = Some(frequencies);
        }
        for (row, line) in pack.curated.iter().zip(2..) {
            self.add_curated(row, line, genes, &mut problems);
        }
        (self, problems)
    }

    fn add_curated(
        &mut self,
        row: &CuratedCriterion,
        line: usize,
        genes: &Genes,
        problems: &mut Vec<Problem>,
    ) {
        let file = "curated.tsv";
        let gene = known(&row.gene, genes, file, line, problems);
        let change = change(&row.change, file, line, problems);
        let Some(criterion) = OncogenicityCriterion::of_code(&row.code) else {
            let text = format!("`{}` is no criterion; not used", row.code);
            problems.push(Problem::warning("code-not-known", format!("{file}:{line}"), text));
            return;
        };
        if let (Some(gene), Some(change)) = (gene, change) {
            self.curated.entry((gene, change)).or_default().push((criterion, row.clone()));
        }
    }

    /// The part a gene plays, and who says so.
    pub fn role(&self, gene: Hgnc) -> Option<(GeneRole, &str)> {
        self.roles.get(&gene).map(|(role, citation)| (*role, citation.as_str()))
    }

    /// Whether a table of hotspots was imported.
    pub(super) fn has_hotspots(&self) -> bool {
        self.hotspots.is_some()
    }

    /// The hotspot at a residue.
    pub(super) fn hotspot(&self, gene: Hgnc, position: u32) -> Option<&Hotspot> {
        self.hotspots.as_ref()?.get(&(gene, position))
    }

    /// Whether frequencies were given.
    pub(super) fn has_frequencies(&self) -> bool {
        self.frequencies.is_some()
    }

    /// How frequent a change is.
    pub(super) fn frequency(
        &self,
        gene: Hgnc,
        change: &ProteinChange,
    ) -> Option<&PopulationFrequency> {
        self.frequencies.as_ref()?.get(&(gene, change.clone()))
    }

    /// What the site decided about a criterion for a change; the last row counts.
    pub(super) fn curated(
        &self,
        gene: Hgnc,
        change: &ProteinChange,
        criterion: OncogenicityCriterion,
    ) -> Option<&CuratedCriterion> {
        let rows = self.curated.get(&(gene, change.clone()))?;
        rows.iter().rev().find(|(code, _)| *code == criterion).map(|(_, row)| row)
    }

    /// Changes of the gene that the site holds for established oncogenic ones.
    pub(super) fn established(&self, gene: Hgnc) -> impl Iterator<Item = &ProteinChange> {
        let met = |rows: &[(OncogenicityCriterion, CuratedCriterion)]| {
            let last = rows.iter().rev().find(|(code, _)| *code == OncogenicityCriterion::Os1);
            last.is_some_and(|(_, row)| row.met)
        };
        self.curated
            .iter()
            .filter(move |((of, _), rows)| *of == gene && met(rows))
            .map(|((_, change), _)| change)
    }
}

fn known(
    symbol: &str,
    genes: &Genes,
    file: &str,
    line: usize,
    problems: &mut Vec<Problem>,
) -> Option<Hgnc> {
    if let Gene::Known(gene) = genes.resolve(symbol).0 {
        return Some(gene);
    }
    let text = format!("`{symbol}` is no gene that is known; not used");
    problems.push(Problem::warning("gene-not-known", format!("{file}:{line}"), text));
    None
}

fn change(
    text: &str,
    file: &str,
    line: usize,
    problems: &mut Vec<Problem>,
) -> Option<ProteinChange> {
    let read = parse(text).ok().and_then(|all| <[ProteinChange; 1]>::try_from(all).ok());
    if let Some([change]) = read {
        return Some(change);
    }
    let text = format!("`{text}` is no single change of a protein; not used");
    problems.push(Problem::warning("protein-not-read", format!("{file}:{line}"), text));
    None
}
