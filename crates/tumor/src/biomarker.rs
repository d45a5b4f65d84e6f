//! Measurements of the whole tumour, each with how it was made.
//!
//! A threshold belongs to its assay; the laboratory's own high or low is a fact beside the number.
//! A receptor's status is no event of its gene: one is never taken for the other.

use model::PartialDate;
use serde::{Deserialize, Serialize};

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BiomarkerKind {
    /// Tumour mutational burden, in mutations per megabase.
    TumorMutationalBurden,
    /// Microsatellite instability, by sequencing or PCR.
    MicrosatelliteInstability,
    /// Mismatch repair proteins, by immunohistochemistry.
    MismatchRepair,
    /// Instability or repair, where the source has one field for both.
    InstabilityOrRepair,
    /// Homologous recombination deficiency.
    HomologousRecombination,
    /// Genomic loss of heterozygosity, in percent.
    LossOfHeterozygosity,
    /// PD-L1; the score is the method (TPS, CPS, IC), the clone stands apart.
    PdL1,
    /// HER2 protein or its in-situ hybridisation.
    Her2,
    /// Oestrogen receptor.
    EstrogenReceptor,
    /// Progesterone receptor.
    ProgesteroneReceptor,
    /// APOBEC mutational signature.
    ApobecSignature,
    /// POLE mutational signature.
    PoleSignature,
    /// Tobacco mutational signature.
    TobaccoSignature,
    /// Temozolomide mutational signature.
    TemozolomideSignature,
    /// Ultraviolet mutational signature.
    UltravioletSignature,
    /// Share of circulating DNA that is of the tumour, in percent.
    TumorFraction,
    /// Sets of chromosomes.
    Ploidy,
    /// Both arms 1p and 19q lost.
    Codeletion1p19q,
    /// Methylation of the MGMT promoter.
    MgmtMethylation,
    /// Human papillomavirus.
    Papillomavirus,
    /// Epstein-Barr virus.
    EpsteinBarrVirus,
}

impl BiomarkerKind {
    /// The words shown to people.
    pub fn words(self) -> &'static str {
        match self {
            Self::TumorMutationalBurden => "tumour mutational burden",
            Self::MicrosatelliteInstability => "microsatellite instability",
            Self::MismatchRepair => "mismatch repair (immunohistochemistry)",
            Self::InstabilityOrRepair => "microsatellite instability or mismatch repair",
            Self::HomologousRecombination => "homologous recombination deficiency",
            Self::LossOfHeterozygosity => "loss of heterozygosity",
            Self::PdL1 => "PD-L1",
            Self::Her2 => "HER2 status",
            Self::EstrogenReceptor => "oestrogen receptor status",
            Self::ProgesteroneReceptor => "progesterone receptor status",
            Self::ApobecSignature => "APOBEC signature",
            Self::PoleSignature => "POLE signature",
            Self::TobaccoSignature => "tobacco signature",
            Self::TemozolomideSignature => "temozolomide signature",
            Self::UltravioletSignature => "ultraviolet signature",
            Self::TumorFraction => "tumour fraction",
            Self::Ploidy => "ploidy",
            Self::Codeletion1p19q => "1p/19q codeletion",
            Self::MgmtMethylation => "MGMT promoter methylation",
            Self::Papillomavirus => "human papillomavirus",
            Self::EpsteinBarrVirus => "Epstein-Barr virus",
        }
    }

    /// Whether a measurement of this kind answers a question about `asked`. A source with one
    /// field for instability and repair answers for both.
    pub fn answers(self, asked: Self) -> bool {
        use BiomarkerKind::{InstabilityOrRepair, MicrosatelliteInstability, MismatchRepair};
        self == asked
            || matches!(
                (self, asked),
                (InstabilityOrRepair, MicrosatelliteInstability | MismatchRepair)
                    | (MicrosatelliteInstability | MismatchRepair, InstabilityOrRepair)
            )
    }
}

/// A result in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// High: MSI-H, TMB-high, deficient repair.
    High,
    /// Low: MSI-L, TMB-low.
    Low,
    /// Stable, proficient.
    Stable,
    /// Present, positive, deficient.
    Positive,
    /// Absent, negative.
    Negative,
}

impl Level {
    /// The words shown to people.
    pub fn words(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Low => "low",
            Self::Stable => "stable or proficient",
            Self::Positive => "positive",
            Self::Negative => "negative",
        }
    }

    /// Reads a result of that kind. `None` for what is unknown, equivocal, or no word of it.
    pub fn parse(kind: BiomarkerKind, text: &str) -> Option<Self> {
        use BiomarkerKind as Kind;
        let plain = text.trim().to_ascii_lowercase();
        let repair = matches!(
            kind,
            Kind::MicrosatelliteInstability | Kind::MismatchRepair | Kind::InstabilityOrRepair
        );
        match plain.as_str() {
            "msi-h"
            | "msi-high"
            | "mmr-deficient"
            | "deficient"
            | "mmr-d"
            | "dmmr"
            | "yes"
            | "instable"
            | "unstable"
            | "deficient (mmr-d / msi-h)"
                if repair =>
            {
                Some(Self::High)
            }
            "msi-l" | "msi-low" if repair => Some(Self::Low),
            "mss"
            | "ms-stable"
            | "mmr-proficient"
            | "proficient"
            | "mmr-p"
            | "pmmr"
            | "no"
            | "stable"
            | "proficient (mmr-p / mss)"
                if repair =>
            {
                Some(Self::Stable)
            }
            "high" | "tmb-high" | "tmb-h" if !repair => Some(Self::High),
            "low" | "tmb-low" | "tmb-l" if !repair => Some(Self::Low),
            "positive" | "true" | "yes" | "pos" | "present" | "detected" if !repair => {
                Some(Self::Positive)
            }
            "negative" | "false" | "no" | "neg" | "absent" | "not detected" if !repair => {
                Some(Self::Negative)
            }
            _ => None,
        }
    }
}

/// One measurement.
#[derive(Clone, Debug, PartialEq)]
pub struct Biomarker {
    /// What was measured.
    pub kind: BiomarkerKind,
    /// The result in words.
    pub level: Option<Level>,
    /// The result as a number, in the unit of the kind.
    pub value: Option<f64>,
    /// How it was made, `IHC`, `TPS`.
    pub method: Option<String>,
    /// Clone of the antibody.
    pub clone: Option<String>,
    /// Threshold that the laboratory's word rests on.
    pub cut_off: Option<String>,
    /// When.
    pub date: Option<PartialDate>,
    /// As the report has it.
    pub reported: String,
    /// What it was read from: `Observation/1`.
    pub source: Option<String>,
}

impl Biomarker {
    /// A result in words.
    pub fn of_level(kind: BiomarkerKind, level: Level, reported: impl Into<String>) -> Self {
        Self { level: Some(level), ..Self::of_text(kind, reported) }
    }

    /// A result as a number.
    pub fn of_value(kind: BiomarkerKind, value: f64, reported: impl Into<String>) -> Self {
        Self { value: Some(value), ..Self::of_text(kind, reported) }
    }

    fn of_text(kind: BiomarkerKind, reported: impl Into<String>) -> Self {
        Self {
            kind,
            level: None,
            value: None,
            method: None,
            clone: None,
            cut_off: None,
            date: None,
            reported: reported.into(),
            source: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_in_words_and_what_is_no_result() {
        use BiomarkerKind::{Her2, MicrosatelliteInstability, MismatchRepair};
        for (kind, text, level) in [
            (MicrosatelliteInstability, "MSI-H", Some(Level::High)),
            (MicrosatelliteInstability, "MSI-L", Some(Level::Low)),
            (MicrosatelliteInstability, "MSS", Some(Level::Stable)),
            (MicrosatelliteInstability, "YES", Some(Level::High)),
            (MismatchRepair, "MMR-Deficient", Some(Level::High)),
            (Her2, "Positive", Some(Level::Positive)),
            (Her2, "false", Some(Level::Negative)),
            (Her2, "Equivocal", None),
            (Her2, "Indeterminate", None),
            (MicrosatelliteInstability, "[Not Available]", None),
            (MicrosatelliteInstability, "[Unknown]", None),
            (MicrosatelliteInstability, "", None),
        ] {
            assert_eq!(Level::parse(kind, text), level, "{text}");
        }
    }
}
