//! What was found along proteins and along the chromosomes, out of the reports of a tumour.

use super::profile::percent;
use super::source;
use interpret::matching::{
    Alteration, AlterationClass, Arm, Certainty, Consequence, CopyChange, CopyClass, CoveredGenes,
    Cytoband, Event, Gene, Genes, Hgnc, PatientFacts, ProteinChange, ShortVariant, Source,
    TumorProfile,
};
use std::collections::{BTreeMap, BTreeSet};
use web::view::{
    ArmSeen, CopyArm, CopyLevel, CopyRow, CopyStripView, HitKind, LollipopHit, LollipopView,
    OneSided,
};

/// Classes of assays that see numbers of copies.
const COPIES: [AlterationClass; 2] =
    [AlterationClass::CopyNumberGain, AlterationClass::CopyNumberLoss];

/// Findings of the reports that stand.
fn findings(facts: &PatientFacts) -> impl Iterator<Item = (&Event, &Source)> {
    let sources = facts.patient.sources.as_deref();
    let reports = sources.into_iter().flat_map(|sources| &sources.reports);
    let valid = reports.filter(|(profile, _): &&(TumorProfile, Source)| !profile.withdrawn);
    valid.flat_map(|(profile, of)| profile.events.iter().map(move |event| (event, of)))
}

/// A gene as it grows.
#[derive(Default)]
struct Growing {
    hits: BTreeMap<String, (LollipopHit, f64)>,
    unplaced: BTreeSet<String>,
}

/// Small variants by gene; those of most reports first. A name that may mean several genes has no
/// picture.
pub(super) fn lollipops(facts: &PatientFacts, genes: &Genes) -> Vec<LollipopView> {
    let mut found: BTreeMap<String, Growing> = BTreeMap::new();
    for (event, of) in findings(facts) {
        let Alteration::Short(short) = &event.alteration else { continue };
        let Gene::Known(gene) = &short.gene else { continue };
        let growing = found.entry(genes.symbol(*gene)).or_default();
        let placed: Vec<(&ProteinChange, (u32, u32))> =
            short.changes.iter().filter_map(|one| Some((one, one.span()?))).collect();
        if placed.is_empty() {
            growing.unplaced.insert(event.reported.clone());
        }
        for (change, residues) in placed {
            add(growing, change, residues, (short, of));
        }
    }
    let mut views: Vec<LollipopView> = found
        .into_iter()
        .map(|(gene, growing)| LollipopView {
            gene,
            hits: growing.hits.into_values().map(|(hit, _)| hit).collect(),
            unplaced: growing.unplaced.into_iter().collect(),
        })
        .collect();
    let most = |view: &LollipopView| view.hits.iter().map(|hit| hit.reports.len()).max();
    views.sort_by(|a, b| most(b).cmp(&most(a)).then_with(|| a.gene.cmp(&b.gene)));
    views
}

fn add(
    growing: &mut Growing,
    change: &ProteinChange,
    residues: (u32, u32),
    (short, of): (&ShortVariant, &Source),
) {
    let words = change.to_string();
    let classes: Vec<Consequence> = match short.consequence {
        Some(stated) => vec![stated],
        None => Consequence::of_change(change).to_vec(),
    };
    let new = || LollipopHit {
        words: words.clone(),
        residues: (residues.0.min(residues.1), residues.1.max(residues.0)),
        kind: kind(&classes),
        class: class_words(&classes),
        reports: Vec::new(),
        fraction: None,
    };
    let (hit, greatest) = growing.hits.entry(words.clone()).or_insert_with(|| (new(), -1.0));
    let report = source(of);
    if !hit.reports.contains(&report) {
        hit.reports.push(report);
    }
    if let Some(share) = short.allele_fraction.filter(|share| share > greatest) {
        *greatest = share;
        hit.fraction = Some(percent(share));
    }
}

fn kind(classes: &[Consequence]) -> HitKind {
    let of = |class: &Consequence| match class {
        Consequence::Missense => HitKind::Missense,
        Consequence::InFrameDeletion | Consequence::InFrameInsertion => HitKind::InFrame,
        class if class.is_null() => HitKind::Truncating,
        _ => HitKind::Other,
    };
    let mut kinds: Vec<HitKind> = classes.iter().map(of).collect();
    kinds.dedup();
    match kinds.as_slice() {
        [kind] => *kind,
        _ => HitKind::Other,
    }
}

fn class_words(classes: &[Consequence]) -> String {
    let words: Vec<&str> = classes.iter().map(|class| class.words()).collect();
    if words.is_empty() { "not stated".to_owned() } else { words.join(" or ") }
}

/// Numbers of copies; `None` where no report says anything of them, nor what it looked at.
pub(super) fn copies(facts: &PatientFacts, genes: &Genes) -> Option<CopyStripView> {
    let mut changes: Vec<(Option<Cytoband>, CopyRow)> = Vec::new();
    for (event, of) in findings(facts) {
        if let Alteration::Copy(copy) = &event.alteration {
            changes.push(copy_row(copy, event, of, genes));
        }
    }
    let coverages = &facts.patient.tumor.coverages;
    let looked = |covered: &CoveredGenes| {
        COPIES.iter().any(|class| {
            covered.is_everywhere(*class) || covered.whole_genes(*class).next().is_some()
        })
    };
    if changes.is_empty() && !coverages.iter().any(|covered| looked(covered)) {
        return None;
    }
    // Genes without a place stand at the end.
    changes.sort_by(|(a, one), (b, other)| {
        let place = |band: &Option<Cytoband>| (band.is_none(), band.map(Cytoband::place));
        place(a).cmp(&place(b)).then_with(|| one.gene.cmp(&other.gene))
    });
    let seen = Seen::of(coverages.iter().map(AsRef::as_ref), genes);
    let arm = |arm: Arm| CopyArm {
        chromosome: arm.chromosome(),
        name: arm.to_string(),
        seen: seen.arm(arm),
    };
    Some(CopyStripView {
        arms: Arm::all().map(arm).collect(),
        changes: changes.into_iter().map(|(_, row)| row).collect(),
    })
}

fn copy_row(
    copy: &CopyChange,
    event: &Event,
    of: &Source,
    genes: &Genes,
) -> (Option<Cytoband>, CopyRow) {
    let band = match &copy.gene {
        Gene::Known(gene) => genes.band(*gene),
        Gene::Ambiguous(_) | Gene::Unknown(_) => None,
    };
    let marks = super::profile::marks(event);
    let row = CopyRow {
        gene: genes.name(&copy.gene),
        band: band.map(|band| band.to_string()),
        arm: band.map(|band| band.arm.to_string()),
        level: match copy.class {
            CopyClass::Amplification => CopyLevel::Amplified,
            CopyClass::Gain => CopyLevel::Gained,
            CopyClass::Neutral => CopyLevel::Usual,
            CopyClass::ShallowLoss => CopyLevel::Lost,
            CopyClass::DeepLoss => CopyLevel::AllLost,
        },
        words: std::iter::once(copy.class.words().to_owned())
            .chain(marks)
            .collect::<Vec<_>>()
            .join(", "),
        is_open: event.certainty != Certainty::Definite,
        copies: copy.copies.map(|copies| copies.to_string()),
        report: source(of),
    };
    (band, row)
}

/// What assays whose silence counts looked at.
#[derive(Default)]
struct Seen {
    is_told: bool,
    gains: Looked,
    losses: Looked,
}

/// What was looked at for one of gains and losses.
#[derive(Default)]
struct Looked {
    is_everywhere: bool,
    genes: BTreeMap<Arm, BTreeSet<Hgnc>>,
}

impl Looked {
    fn add(&mut self, covered: &CoveredGenes, class: AlterationClass, genes: &Genes) {
        self.is_everywhere |= covered.is_everywhere(class);
        for gene in covered.whole_genes(class) {
            if let Some(band) = genes.band(gene) {
                self.genes.entry(band.arm).or_default().insert(gene);
            }
        }
    }
}

impl Seen {
    fn of<'c>(coverages: impl Iterator<Item = &'c CoveredGenes>, genes: &Genes) -> Self {
        let mut seen = Self::default();
        for covered in coverages {
            seen.is_told = true;
            let [gain, loss] = COPIES;
            seen.gains.add(covered, gain, genes);
            seen.losses.add(covered, loss, genes);
        }
        seen
    }

    fn arm(&self, arm: Arm) -> ArmSeen {
        let none = BTreeSet::new();
        let [gains, losses] =
            [&self.gains, &self.losses].map(|looked| looked.genes.get(&arm).unwrap_or(&none));
        // What is looked at everywhere is looked at in each gene that is named for the other.
        let both = match (self.gains.is_everywhere, self.losses.is_everywhere) {
            (true, true) => return ArmSeen::Whole,
            (true, false) => losses.len(),
            (false, true) => gains.len(),
            (false, false) => gains.intersection(losses).count(),
        };
        let is_for_gains = self.gains.is_everywhere || !gains.is_empty();
        let is_for_losses = self.losses.is_everywhere || !losses.is_empty();
        match (is_for_gains, is_for_losses) {
            _ if both > 0 => ArmSeen::Genes(both),
            (true, true) => ArmSeen::OneSided(OneSided::Either),
            (true, false) => ArmSeen::OneSided(OneSided::Gains),
            (false, true) => ArmSeen::OneSided(OneSided::Losses),
            (false, false) if self.is_told => ArmSeen::Nothing,
            (false, false) => ArmSeen::NotKnown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use AlterationClass::{CopyNumberGain, CopyNumberLoss, SmallVariant};

    /// What one assay looked at: genes with classes, and classes everywhere.
    fn covered(of: &[(u32, AlterationClass)], everywhere: &[AlterationClass]) -> CoveredGenes {
        let mut covered = CoveredGenes::new("a panel");
        covered.add_everywhere(everywhere.iter().copied());
        for (gene, class) in of {
            covered.add(Hgnc(*gene), [*class]);
        }
        covered
    }

    #[test]
    fn an_arm_says_for_what_it_was_looked_at() {
        let genes = Genes::new(&knowledge::oncology::OncologyNames::built_in().unwrap());
        // Of 7p; IKZF1 is its neighbour on the arm.
        let (egfr, ikzf1) = (3236, 13176);
        let arm = genes.band(Hgnc(egfr)).unwrap().arm;
        assert_eq!(genes.band(Hgnc(ikzf1)).unwrap().arm, arm);
        let (gain, loss) = (CopyNumberGain, CopyNumberLoss);
        let one_sided = ArmSeen::OneSided;
        for (coverages, seen) in [
            (vec![], ArmSeen::NotKnown),
            (vec![covered(&[(egfr, SmallVariant)], &[])], ArmSeen::Nothing),
            (vec![covered(&[(egfr, gain)], &[])], one_sided(OneSided::Gains)),
            (vec![covered(&[(egfr, loss)], &[])], one_sided(OneSided::Losses)),
            (vec![covered(&[], &[gain])], one_sided(OneSided::Gains)),
            (vec![covered(&[(egfr, gain), (ikzf1, loss)], &[])], one_sided(OneSided::Either)),
            (vec![covered(&[(egfr, gain), (egfr, loss)], &[])], ArmSeen::Genes(1)),
            // One assay sees gains and another losses, also everywhere.
            (vec![covered(&[(egfr, gain)], &[]), covered(&[(egfr, loss)], &[])], ArmSeen::Genes(1)),
            (vec![covered(&[(egfr, loss)], &[gain])], ArmSeen::Genes(1)),
            (vec![covered(&[(egfr, gain), (ikzf1, gain)], &[loss])], ArmSeen::Genes(2)),
            (vec![covered(&[], &[gain]), covered(&[], &[loss])], ArmSeen::Whole),
        ] {
            assert_eq!(Seen::of(coverages.iter(), &genes).arm(arm), seen, "{coverages:?}");
        }
    }
}
