//! The criteria, their points, and which of them exclude each other.

/// A criterion of the procedure (table 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OncogenicityCriterion {
    /// Null variant in a tumour suppressor.
    Ovs1,
    /// Same change as an established oncogenic variant.
    Os1,
    /// Functional studies show an oncogenic effect.
    Os2,
    /// Frequent hotspot, this change frequent.
    Os3,
    /// In a critical part of a functional domain.
    Om1,
    /// Length of the protein changes.
    Om2,
    /// Less frequent hotspot, this change frequent.
    Om3,
    /// Another change of the residue is oncogenic.
    Om4,
    /// Computation speaks for an effect.
    Op1,
    /// A tumour of one genetic cause.
    Op2,
    /// Hotspot, this change rare.
    Op3,
    /// Not in populations.
    Op4,
    /// Common in a population: more than 5 %.
    Sbvs1,
    /// More than 1 %.
    Sbs1,
    /// Functional studies show no effect.
    Sbs2,
    /// Computation speaks against an effect.
    Sbp1,
    /// Silent, without an effect on splicing.
    Sbp2,
}

impl OncogenicityCriterion {
    /// Every criterion, in an order in which those that exclude others come before them.
    pub const ALL: [Self; 17] = [
        Self::Ovs1,
        Self::Os1,
        Self::Os2,
        Self::Os3,
        Self::Om1,
        Self::Om2,
        Self::Om4,
        Self::Om3,
        Self::Op1,
        Self::Op2,
        Self::Op3,
        Self::Op4,
        Self::Sbvs1,
        Self::Sbs1,
        Self::Sbs2,
        Self::Sbp1,
        Self::Sbp2,
    ];

    /// The code, as the procedure writes it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ovs1 => "OVS1",
            Self::Os1 => "OS1",
            Self::Os2 => "OS2",
            Self::Os3 => "OS3",
            Self::Om1 => "OM1",
            Self::Om2 => "OM2",
            Self::Om3 => "OM3",
            Self::Om4 => "OM4",
            Self::Op1 => "OP1",
            Self::Op2 => "OP2",
            Self::Op3 => "OP3",
            Self::Op4 => "OP4",
            Self::Sbvs1 => "SBVS1",
            Self::Sbs1 => "SBS1",
            Self::Sbs2 => "SBS2",
            Self::Sbp1 => "SBP1",
            Self::Sbp2 => "SBP2",
        }
    }

    /// The criterion of a code.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// What it is worth.
    pub fn points(self) -> i32 {
        match self {
            Self::Ovs1 => 8,
            Self::Os1 | Self::Os2 | Self::Os3 => 4,
            Self::Om1 | Self::Om2 | Self::Om3 | Self::Om4 => 2,
            Self::Op1 | Self::Op2 | Self::Op3 | Self::Op4 => 1,
            Self::Sbvs1 => -8,
            Self::Sbs1 | Self::Sbs2 => -4,
            Self::Sbp1 | Self::Sbp2 => -1,
        }
    }

    /// Those beside which it does not count.
    pub fn excluded_by(self) -> &'static [Self] {
        match self {
            Self::Os3 => &[Self::Os1],
            Self::Om1 => &[Self::Os1, Self::Os3],
            Self::Om2 => &[Self::Ovs1],
            Self::Om3 => &[Self::Om1, Self::Om4],
            Self::Om4 => &[Self::Os1, Self::Os3, Self::Om1],
            Self::Sbs1 => &[Self::Sbvs1],
            _ => &[],
        }
    }
}

/// Whether a criterion holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It does, and counts.
    Met,
    /// It does, and does not count beside another.
    NotCounted,
    /// It does not.
    NotMet,
    /// Nobody could tell.
    NotAssessed,
}

/// One criterion of one variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessed {
    /// Which.
    pub criterion: OncogenicityCriterion,
    /// Whether it holds.
    pub state: State,
    /// Why, for people.
    pub why: String,
}
