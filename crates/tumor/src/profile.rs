//! One report of a tumour, and what all reports of a person say together.

use crate::alteration::AlterationClass;
use crate::biomarker::Biomarker;
use crate::coverage::CoveredGenes;
use crate::event::{Alteration, Certainty, Event};
use crate::gene::{Gene, Hgnc};
use model::PartialDate;
use model::absence::Presence;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a specimen is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SpecimenKind {
    /// Tumour tissue.
    Tissue,
    /// Circulating DNA.
    CirculatingDna,
    /// Bone marrow.
    Marrow,
    /// Blood cells.
    Blood,
    /// Not stated.
    #[default]
    Unknown,
}

/// Whether the laboratory stands by its run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quality {
    /// It passed.
    Passed,
    /// It is qualified: findings stand, silence does not.
    Qualified,
    /// It failed.
    Failed,
    /// Not stated; taken as passed.
    #[default]
    NotStated,
}

/// A circulating-DNA share under this, in percent, supports no negative result.
pub const TUMOR_FRACTION_PERCENT_MIN: f64 = 1.0;

/// One version of one report. It is never changed: an amendment is a new one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TumorProfile {
    /// The report's identifier and version.
    pub report: String,
    /// The report version that this one replaces.
    pub amends: Option<String>,
    /// Whether the laboratory took the report back.
    pub withdrawn: bool,
    /// When it was issued.
    pub issued: Option<PartialDate>,
    /// The specimen.
    pub specimen: SpecimenKind,
    /// Share of circulating DNA that is of the tumour, in percent.
    pub tumor_fraction_percent: Option<f64>,
    /// The laboratory's judgement.
    pub quality: Quality,
    /// What the assay could see; empty where nobody knows.
    pub coverage: Arc<CoveredGenes>,
    /// What was found.
    pub events: Vec<Event>,
    /// What was stated not to be there, gene by gene.
    pub negatives: BTreeSet<(Hgnc, AlterationClass)>,
    /// Of what something is stated that is not understood: it is neither found nor absent.
    pub unclear: BTreeSet<(Hgnc, AlterationClass)>,
    /// Measurements.
    pub biomarkers: Vec<Biomarker>,
    /// The laboratory's conclusion, in its words; nothing is read out of it.
    pub conclusion: Option<String>,
    /// Resources and places that all this was read from.
    pub sources: Vec<String>,
}

impl SpecimenKind {
    /// The words shown to people; `None` where the report does not say.
    pub fn words(self) -> Option<&'static str> {
        match self {
            Self::Tissue => Some("tumour tissue"),
            Self::CirculatingDna => Some("circulating DNA"),
            Self::Marrow => Some("bone marrow"),
            Self::Blood => Some("blood cells"),
            Self::Unknown => None,
        }
    }

    /// The kind that a specimen's words name; tissue if they name none of the others.
    pub fn parse(words: &str) -> Self {
        let plain = words.to_lowercase();
        let names = |known: &[&str]| known.iter().any(|word| plain.contains(word));
        match () {
            () if plain.trim().is_empty() => Self::Unknown,
            () if names(&["plasma", "cell-free", "cell free", "cfdna", "ctdna", "circulating"]) => {
                Self::CirculatingDna
            }
            () if names(&["marrow"]) => Self::Marrow,
            () if names(&["blood"]) => Self::Blood,
            () if names(&["unknown", "not stated"]) => Self::Unknown,
            () => Self::Tissue,
        }
    }
}

impl Quality {
    /// The laboratory's judgement in words; `None` for words that are not known.
    pub fn parse(words: &str) -> Option<Self> {
        match words.trim().to_lowercase().as_str() {
            "pass" | "passed" => Some(Self::Passed),
            "qualified" => Some(Self::Qualified),
            "fail" | "failed" => Some(Self::Failed),
            _ => None,
        }
    }
}

impl TumorProfile {
    /// Whether its silence means anything: not after a failed or qualified run, nor where hardly
    /// any DNA of the tumour was in the blood.
    pub fn supports_negatives(&self) -> bool {
        let little = self.specimen == SpecimenKind::CirculatingDna
            && self.tumor_fraction_percent.is_none_or(|share| share < TUMOR_FRACTION_PERCENT_MIN);
        !matches!(self.quality, Quality::Failed | Quality::Qualified) && !little
    }

    /// Shares of reads of its short variants, 0 to 1: what tells a variant from others (gene and
    /// change, however they are written), the variant as reported, and the share.
    pub fn allele_fractions(&self) -> Vec<(String, String, f64)> {
        let mut found = Vec::new();
        for event in &self.events {
            let Alteration::Short(short) = &event.alteration else { continue };
            let Some(share) = short.allele_fraction else { continue };
            let genes: Vec<String> = short.gene.candidates().iter().map(Hgnc::to_string).collect();
            let changes: Vec<String> = short.changes.iter().map(ToString::to_string).collect();
            let what = if changes.is_empty() {
                short.cdna.clone().unwrap_or_else(|| event.reported.clone())
            } else {
                changes.join(",")
            };
            found.push((format!("{} {what}", genes.join(",")), event.reported.clone(), share));
        }
        found
    }
}

/// Two reports that do not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// About what, in words.
    pub about: String,
    /// The reports.
    pub reports: Vec<String>,
}

/// What is known of the tumour of a person over all valid reports.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TumorView {
    /// What was found; what another report denies is marked.
    pub events: Vec<Event>,
    /// What the assays could see.
    pub coverages: Vec<Arc<CoveredGenes>>,
    /// What was stated not to be there, and found nowhere.
    pub negatives: BTreeSet<(Hgnc, AlterationClass)>,
    /// Of what a report states something that is not understood; no silence counts there.
    pub unclear: BTreeSet<(Hgnc, AlterationClass)>,
    /// Measurements; those of a kind that disagree are in `conflicts`, and not here.
    pub biomarkers: Vec<Biomarker>,
    /// What does not agree.
    pub conflicts: Vec<Conflict>,
}

impl TumorView {
    /// What the reports say together. An amended report counts no more, nor does a withdrawn one;
    /// a finding that another report denies is kept and marked; results in words of one kind that
    /// differ are a conflict, and neither counts.
    pub fn of(reports: &[TumorProfile]) -> Self {
        let amended: BTreeSet<&str> =
            reports.iter().filter_map(|report| report.amends.as_deref()).collect();
        let valid: Vec<&TumorProfile> = reports
            .iter()
            .filter(|report| !report.withdrawn && !amended.contains(report.report.as_str()))
            .collect();
        let mut view = Self::default();
        for report in &valid {
            view.events.extend(report.events.iter().cloned());
            view.biomarkers.extend(report.biomarkers.iter().cloned());
            view.unclear.extend(&report.unclear);
            if report.supports_negatives() {
                if !report.coverage.is_empty() {
                    view.coverages.push(Arc::clone(&report.coverage));
                }
                view.negatives.extend(report.negatives.iter().copied());
            }
        }
        view.mark_denied(&valid);
        view.set_apart(&valid);
        view
    }

    /// Marks what one report found and another states not to be there.
    fn mark_denied(&mut self, reports: &[&TumorProfile]) {
        let mut found = BTreeSet::new();
        for event in &mut self.events {
            let genes: Vec<Hgnc> =
                event.genes().iter().flat_map(|gene| gene.candidates()).copied().collect();
            for gene in genes {
                let key = (gene, event.class());
                if self.negatives.contains(&key) {
                    event.certainty = Certainty::Conflicting;
                    found.insert(key);
                }
            }
        }
        for (gene, class) in found {
            self.negatives.remove(&(gene, class));
            let names = |report: &&&TumorProfile| {
                report.negatives.contains(&(gene, class))
                    || report.events.iter().any(|event| {
                        event.class() == class
                            && event.genes().iter().any(|one| one.is(gene) != Some(false))
                    })
            };
            let reports = reports.iter().filter(names).map(|report| report.report.clone());
            let about = format!("{} of {gene}", class.words());
            self.conflicts.push(Conflict { about, reports: reports.collect() });
        }
    }

    /// Takes out measurements in words that contradict one another.
    fn set_apart(&mut self, reports: &[&TumorProfile]) {
        let mut levels: BTreeSet<_> = BTreeSet::new();
        let mut torn = BTreeSet::new();
        for (kind, method, level) in self.biomarkers.iter().filter_map(stated) {
            let other = levels.iter().any(|(k, m, l)| (*k, m) == (kind, &method) && *l != level);
            if other {
                torn.insert(kind);
            }
            levels.insert((kind, method, level));
        }
        self.biomarkers.retain(|one| one.level.is_none() || !torn.contains(&one.kind));
        for kind in torn {
            let has = |report: &&&TumorProfile| {
                report.biomarkers.iter().any(|one| one.kind == kind && one.level.is_some())
            };
            let reports = reports.iter().filter(has).map(|report| report.report.clone());
            self.conflicts
                .push(Conflict { about: kind.words().to_owned(), reports: reports.collect() });
        }
    }

    /// Whether any assay would have seen an alteration of that class in that gene or exon, or it
    /// was stated not to be there.
    pub fn tested(&self, gene: Hgnc, class: AlterationClass, exon: Option<u16>) -> bool {
        if self.unclear.contains(&(gene, class)) {
            return false;
        }
        self.negatives.contains(&(gene, class))
            || self.coverages.iter().any(|covered| covered.covers(gene, class, exon))
    }

    /// Names of the panels that would have seen it.
    pub fn panels(&self, gene: Hgnc, class: AlterationClass, exon: Option<u16>) -> Vec<&str> {
        let seeing = self.coverages.iter().filter(|covered| covered.covers(gene, class, exon));
        seeing.map(|covered| covered.panel.as_str()).collect()
    }

    /// Whether a gene has an alteration of a class. A finding counts wherever it comes from;
    /// without one, absence needs an assay that could have seen it.
    pub fn presence(&self, gene: Hgnc, class: AlterationClass) -> Presence {
        let about = |event: &&Event| event.class() == class;
        let is = |event: &Event| event.genes().iter().any(|one: &&Gene| one.is(gene) == Some(true));
        let (mut found, mut perhaps) = (false, false);
        for event in self.events.iter().filter(about) {
            let definite = event.certainty == Certainty::Definite;
            found |= is(event) && definite;
            perhaps |= event.genes().iter().any(|one| one.is(gene) != Some(false));
        }
        match (found, perhaps, self.tested(gene, class, None)) {
            (true, _, _) => Presence::Present,
            (false, false, true) => Presence::AbsentTested,
            _ => Presence::NotTested,
        }
    }
}

fn stated(
    one: &Biomarker,
) -> Option<(crate::biomarker::BiomarkerKind, Option<String>, crate::biomarker::Level)> {
    Some((one.kind, one.method.clone(), one.level?))
}
