//! What was found in a tumour, as an assay reported it.

use crate::alteration::AlterationClass;
use crate::consequence::Consequence;
use crate::gene::Gene;
use crate::protein::ProteinChange;
use model::tumor::LaboratoryJudgement;
use serde::{Deserialize, Serialize};

/// How sure the report is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// Reported as found.
    #[default]
    Definite,
    /// The laboratory calls it equivocal.
    Equivocal,
    /// Another report of the person says that it is not there.
    Conflicting,
}

/// Where the change arose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventOrigin {
    /// In the tumour.
    Somatic,
    /// Inherited.
    Germline,
    /// Not stated.
    #[default]
    Unknown,
}

/// What a variant does to the function of its gene; derived, or as the report says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Function {
    /// It does more, or something new.
    Activating,
    /// It does less, or nothing.
    Inactivating,
}

/// How many copies there are, in the laboratory's own class; cut-offs differ between panels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CopyClass {
    /// Many more.
    Amplification,
    /// Some more.
    Gain,
    /// As usual.
    Neutral,
    /// One lost (heterozygous).
    ShallowLoss,
    /// All lost (homozygous).
    DeepLoss,
}

impl CopyClass {
    /// Every class, from most to fewest copies.
    pub const ALL: [Self; 5] =
        [Self::Amplification, Self::Gain, Self::Neutral, Self::ShallowLoss, Self::DeepLoss];

    /// The words shown to people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Amplification => "amplification",
            Self::Gain => "gain of copies",
            Self::Neutral => "usual number of copies",
            Self::ShallowLoss => "loss of one copy",
            Self::DeepLoss => "loss of all copies",
        }
    }

    /// The class of an assay that sees it.
    pub fn class(self) -> AlterationClass {
        match self {
            Self::Amplification | Self::Gain | Self::Neutral => AlterationClass::CopyNumberGain,
            Self::ShallowLoss | Self::DeepLoss => AlterationClass::CopyNumberLoss,
        }
    }
}

/// A substitution or a small insertion or deletion.
#[derive(Clone, Debug, PartialEq)]
pub struct ShortVariant {
    /// Its gene.
    pub gene: Gene,
    /// What it does to the protein; several of a compound, none where nothing is stated.
    pub changes: Vec<ProteinChange>,
    /// Its class, as the report states it.
    pub consequence: Option<Consequence>,
    /// Number of the exon, where the report has one.
    pub exon: Option<u16>,
    /// The `c.` expression as written.
    pub cdna: Option<String>,
    /// Share of reads that have it, 0 to 1.
    pub allele_fraction: Option<f64>,
}

impl ShortVariant {
    /// The classes it may be: as stated, else what the protein changes tell.
    pub fn consequences(&self) -> Vec<Consequence> {
        self.each_consequence().collect()
    }

    /// The same, one after another.
    pub fn each_consequence(&self) -> impl Iterator<Item = Consequence> {
        let of = |change: &ProteinChange| Consequence::of_change(change).iter().copied();
        let told = if self.consequence.is_some() { &[][..] } else { &self.changes };
        self.consequence.into_iter().chain(told.iter().flat_map(of))
    }
}

/// A change of the number of copies of a gene.
#[derive(Clone, Debug, PartialEq)]
pub struct CopyChange {
    /// Its gene.
    pub gene: Gene,
    /// The laboratory's class.
    pub class: CopyClass,
    /// Copies, where stated.
    pub copies: Option<f64>,
}

/// One side of a rearrangement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Side {
    /// A gene.
    Gene(Gene),
    /// Between genes.
    Intergenic,
    /// Not stated.
    NotStated,
}

impl Side {
    /// The gene, if it is one.
    pub fn gene(&self) -> Option<&Gene> {
        match self {
            Self::Gene(gene) => Some(gene),
            Self::Intergenic | Self::NotStated => None,
        }
    }
}

/// Two places of the genome joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rearrangement {
    /// One side; the 5' one if the order is known.
    pub first: Side,
    /// The other.
    pub second: Side,
    /// Whether the order is known.
    pub ordered: bool,
    /// Whether it was read from a sentence and not from a field.
    pub from_text: bool,
}

/// The alteration itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Alteration {
    /// Substitution, small insertion or deletion.
    Short(ShortVariant),
    /// Number of copies.
    Copy(CopyChange),
    /// Fusion or other rearrangement.
    Rearrangement(Rearrangement),
}

/// One finding of one report.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// What was found.
    pub alteration: Alteration,
    /// How sure it is.
    pub certainty: Certainty,
    /// Where it arose.
    pub origin: EventOrigin,
    /// Whether only part of the tumour has it. It counts, marked.
    pub subclonal: bool,
    /// What it does, where that is known.
    pub function: Option<Function>,
    /// As the report has it.
    pub reported: String,
    /// What the laboratory makes of it, in its own words; beside our tier, never in its place.
    pub judgements: Vec<LaboratoryJudgement>,
    /// What it was read from: `Observation/1`.
    pub source: Option<String>,
}

impl Event {
    /// A definite finding of a report.
    pub fn new(alteration: Alteration, reported: impl Into<String>) -> Self {
        Self {
            alteration,
            certainty: Certainty::Definite,
            origin: EventOrigin::Unknown,
            subclonal: false,
            function: None,
            reported: reported.into(),
            judgements: Vec::new(),
            source: None,
        }
    }

    /// The genes it concerns; a rearrangement within a gene has it once.
    pub fn genes(&self) -> Vec<&Gene> {
        self.each_gene().collect()
    }

    /// The same, one after another.
    pub fn each_gene(&self) -> impl Iterator<Item = &Gene> {
        let (first, second) = match &self.alteration {
            Alteration::Short(short) => (Some(&short.gene), None),
            Alteration::Copy(copy) => (Some(&copy.gene), None),
            Alteration::Rearrangement(joined) => (joined.first.gene(), joined.second.gene()),
        };
        first.into_iter().chain(second.filter(|second| first != Some(*second)))
    }

    /// Share of reads that have it, 0 to 1, where it is stated.
    pub fn allele_fraction(&self) -> Option<f64> {
        match &self.alteration {
            Alteration::Short(short) => short.allele_fraction,
            Alteration::Copy(_) | Alteration::Rearrangement(_) => None,
        }
    }

    /// The class of an assay that sees it.
    pub fn class(&self) -> AlterationClass {
        match &self.alteration {
            Alteration::Short(_) => AlterationClass::SmallVariant,
            Alteration::Copy(copy) => copy.class.class(),
            Alteration::Rearrangement(_) => AlterationClass::Rearrangement,
        }
    }
}
