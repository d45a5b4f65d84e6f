//! Views of what was found along a protein and along the chromosomes.

use super::trials::SourceLine;

/// The small variants of a gene along its protein.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LollipopView {
    /// Symbol.
    pub gene: String,
    /// What has a position in the protein.
    pub hits: Vec<LollipopHit>,
    /// What has none, in the reports' words.
    pub unplaced: Vec<String>,
}

/// A change of a protein at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LollipopHit {
    /// In words: `p.L858R`.
    pub words: String,
    /// The first and the last residue concerned, counted from 1.
    pub residues: (u32, u32),
    /// What kind of change it is.
    pub kind: HitKind,
    /// The same as the report's class, in words: `missense change`.
    pub class: String,
    /// The reports that found it.
    pub reports: Vec<SourceLine>,
    /// The greatest share of reads, in words; `None` where no report has one.
    pub fraction: Option<String>,
}

/// Kinds of changes that have a mark of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HitKind {
    /// One residue for another.
    Missense,
    /// A stop, a shifted frame, a splice site, no start.
    Truncating,
    /// Residues lost or come in, in frame.
    InFrame,
    /// Anything else, or several of these.
    Other,
}

impl HitKind {
    /// Every kind, in the order of the legend.
    pub const ALL: [Self; 4] = [Self::Missense, Self::Truncating, Self::InFrame, Self::Other];

    /// The words shown to people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Missense => "missense",
            Self::Truncating => "stop, frameshift, splice site or start lost",
            Self::InFrame => "in-frame insertion or deletion",
            Self::Other => "another change",
        }
    }
}

/// Numbers of copies along the chromosomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyStripView {
    /// The arms, in the order of the chromosomes.
    pub arms: Vec<CopyArm>,
    /// What reports say, in the order of the arms; genes without a place at the end.
    pub changes: Vec<CopyRow>,
}

/// An arm of a chromosome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyArm {
    /// Name of the chromosome: `7`.
    pub chromosome: String,
    /// Name of the arm: `7p`.
    pub name: String,
    /// What was looked at in it.
    pub seen: ArmSeen,
}

/// What was looked at in an arm where no gene was looked at for gains and for losses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OneSided {
    /// Gains.
    Gains,
    /// Losses.
    Losses,
    /// Gains of some genes, losses of others.
    Either,
}

impl OneSided {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Gains, Self::Losses, Self::Either];

    /// The words shown to people: `tested for gains only`.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Gains => "tested for gains only",
            Self::Losses => "tested for losses only",
            Self::Either => "tested for gains of some genes and losses of others, of none for both",
        }
    }
}

/// How much of an arm was looked at for gains and for losses, by assays whose silence counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ArmSeen {
    /// Every gene.
    Whole,
    /// So many genes.
    Genes(usize),
    /// Genes, and none of them for both.
    OneSided(OneSided),
    /// No gene.
    Nothing,
    /// No report says what it looked at.
    NotKnown,
}

/// A number of copies that a report states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyRow {
    /// Symbol.
    pub gene: String,
    /// Its band; `None` where the tables have no one place for it.
    pub band: Option<String>,
    /// Its arm.
    pub arm: Option<String>,
    /// How it differs.
    pub level: CopyLevel,
    /// The laboratory's class in words.
    pub words: String,
    /// Whether it is not sure that it is so.
    pub is_open: bool,
    /// Copies, where stated.
    pub copies: Option<String>,
    /// The report.
    pub report: SourceLine,
}

/// How a number of copies differs from the usual one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CopyLevel {
    /// Many more.
    Amplified,
    /// Some more.
    Gained,
    /// Not at all.
    Usual,
    /// One lost.
    Lost,
    /// All lost.
    AllLost,
}
