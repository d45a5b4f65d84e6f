//! Tiers of clinical significance: AMP/ASCO/CAP and ESCAT.
//!
//! Sources: Li MM et al., J Mol Diagn 19:4 (2017), PMID 27993330; Mateo J et al., Ann Oncol 29:1895
//! (2018), PMID 30137196. A tier is computed from the level of evidence and from whether it is of
//! the patient's tumour type; the laboratory's own tier stands beside it and is never changed.

mod compare;

pub use compare::Comparison;

use crate::Truth;
use knowledge::evidence::EvidenceLevel;

/// Independent publications from which case reports are several small studies.
pub const SMALL_STUDIES_MIN: usize = 3;

/// A tier of AMP/ASCO/CAP with its level of evidence; the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AmpTier {
    /// Approved, or in a guideline, for this type of tumour.
    IA,
    /// Well-powered studies with consensus in this type.
    IB,
    /// Approved for another type, or several small studies.
    IIC,
    /// Before the clinic, or a few case reports.
    IID,
    /// Unknown significance.
    III,
    /// Benign or likely benign.
    IV,
}

impl AmpTier {
    /// `I-A`, `III`.
    pub fn code(self) -> &'static str {
        match self {
            Self::IA => "I-A",
            Self::IB => "I-B",
            Self::IIC => "II-C",
            Self::IID => "II-D",
            Self::III => "III",
            Self::IV => "IV",
        }
    }

    /// The tier of a piece of evidence: its level, whether it is of the patient's type of tumour
    /// (not known counts as another), and how many publications say the same.
    pub fn of(level: EvidenceLevel, same_type: Truth, publications: usize) -> Self {
        let same = same_type == Truth::Yes;
        match level {
            EvidenceLevel::A if same => Self::IA,
            EvidenceLevel::B if same => Self::IB,
            EvidenceLevel::A | EvidenceLevel::B => Self::IIC,
            EvidenceLevel::C if same && publications >= SMALL_STUDIES_MIN => Self::IIC,
            EvidenceLevel::C | EvidenceLevel::D => Self::IID,
            EvidenceLevel::E => Self::III,
        }
    }
}

/// A tier of ESCAT, without its letters where they rest on the design of a study, which sources of
/// evidence do not state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Escat {
    /// Ready for routine use.
    I,
    /// Investigational, benefit likely.
    II,
    /// Benefit in another type of tumour.
    IIIA,
    /// Before the clinic.
    IVA,
    /// Computed or inferred only.
    IVB,
}

impl Escat {
    /// `I`, `III-A`.
    pub fn code(self) -> &'static str {
        match self {
            Self::I => "I",
            Self::II => "II",
            Self::IIIA => "III-A",
            Self::IVA => "IV-A",
            Self::IVB => "IV-B",
        }
    }

    /// The tier of a piece of evidence.
    pub fn of(level: EvidenceLevel, same_type: Truth) -> Self {
        match (level, same_type == Truth::Yes) {
            (EvidenceLevel::A, true) => Self::I,
            (EvidenceLevel::B | EvidenceLevel::C, true) => Self::II,
            (EvidenceLevel::A | EvidenceLevel::B | EvidenceLevel::C, false) => Self::IIIA,
            (EvidenceLevel::D, _) => Self::IVA,
            (EvidenceLevel::E, _) => Self::IVB,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use EvidenceLevel::{A, B, C, D, E};
    use Truth::{No, Unknown, Yes};

    /// PMID 27993330, table 1 and figure 2; PMID 30137196, table 1.
    #[test]
    fn tiers_follow_the_level_and_the_type_of_tumour() {
        for (level, same, publications, amp, escat) in [
            (A, Yes, 1, "I-A", "I"),
            (A, No, 1, "II-C", "III-A"),
            // A type that is not known gives no tier of its own.
            (A, Unknown, 1, "II-C", "III-A"),
            (B, Yes, 1, "I-B", "II"),
            (B, No, 9, "II-C", "III-A"),
            (C, Yes, 1, "II-D", "II"),
            (C, Yes, 3, "II-C", "II"),
            (C, No, 3, "II-D", "III-A"),
            (D, Yes, 9, "II-D", "IV-A"),
            (E, Yes, 9, "III", "IV-B"),
        ] {
            let found =
                (AmpTier::of(level, same, publications).code(), Escat::of(level, same).code());
            assert_eq!(found, (amp, escat), "{level:?} {same:?} {publications}");
        }
    }
}
