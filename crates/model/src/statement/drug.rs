//! What a patient's genes mean for a drug.

use serde::{Deserialize, Serialize};

/// Advice about one drug for one patient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrugStatement {
    /// Ingredient name, lower case.
    pub drug: String,
    /// RxNorm ingredient code.
    pub rxnorm: String,
    /// ATC codes.
    pub atc: Vec<String>,
    /// The one word for the row, over all recommendations: the most cautious.
    pub state: AdviceState,
    /// The genes it rests on, each with what is known.
    pub genes: Vec<GeneKey>,
    /// Every recommendation that applies, one per source and population; sources stay apart.
    pub recommendations: Vec<Recommendation>,
    /// What to do while a gene is not known, if guidance asks for a test first.
    pub pre_test: Option<PreTest>,
    /// Remarks a reader must see, such as an ambiguous call answered by the most cautious advice.
    pub notes: Vec<String>,
}

/// The four states of a row, each with shape, word and colour on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AdviceState {
    /// Standard use.
    Standard,
    /// The genes that decide are not known, or no recommendation exists.
    NotKnown,
    /// Another dose, monitoring or a limit.
    Adjust,
    /// Another drug.
    Avoid,
}

/// A gene as advice looks it up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GeneKey {
    /// HGNC symbol.
    pub gene: String,
    /// Phenotype used for the look-up; `None` = not known.
    pub phenotype: Option<String>,
    /// Call in words: `*2/*2`, `not tested`.
    pub call: String,
    /// Id of the gene's statement, if there is one.
    pub statement: Option<String>,
}

/// One recommendation of one source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recommendation {
    /// `CPIC`, `DPWG`, `FDA`.
    pub source: String,
    /// For whom, as a code of the pack; `general` = everybody.
    pub population: String,
    /// What to do.
    pub action: Action,
    /// How strong.
    pub strength: Strength,
    /// What to do, in our words.
    pub text: String,
    /// Why, in our words.
    pub implication: String,
    /// RxNorm ingredients to use instead, with names.
    pub alternatives: Vec<(String, String)>,
    /// Where it is from.
    pub citation: Citation,
    /// Row of the pack, `actions:clopidogrel/CPIC/acs-pci/PM`.
    pub rule: String,
}

impl Recommendation {
    /// For whom, readable.
    pub fn population_words(&self) -> String {
        population_words(&self.population)
    }
}

/// A name of the pack stays as it is; a code is made readable: `acs-pci` → `ACS PCI`; `general` →
/// `all patients`.
fn population_words(code: &str) -> String {
    if code.contains(' ') {
        return code.to_owned();
    }
    if code.is_empty() || code == "general" {
        return "all patients".to_owned();
    }
    let word = |word: &str| match word {
        "acs" | "cad" | "cvd" | "mi" | "pci" | "tia" => word.to_uppercase(),
        word => word.to_owned(),
    };
    code.split('-').map(word).collect::<Vec<_>>().join(" ")
}

/// What to do, as a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "code")]
pub enum Action {
    /// Usual drug and dose.
    Standard,
    /// Less, by this share of the usual dose if the source says how much.
    Reduce {
        /// Percent taken off, lower and upper bound.
        percent: Option<(u8, u8)>,
    },
    /// More, by this share of the usual dose if the source says how much.
    Increase {
        /// Percent added, lower and upper bound.
        percent: Option<(u8, u8)>,
    },
    /// Do not use.
    Avoid,
    /// Use another drug if that is possible.
    Alternative,
    /// Only the loading dose as usual; what follows needs another plan.
    LoadingOnly,
    /// Usual dose with closer watching.
    Monitor,
    /// Test before the first dose.
    TestFirst,
    /// The source has looked and recommends nothing.
    NoRecommendation,
}

impl Action {
    /// How cautious it is; the higher, the earlier it is shown, on every page and document.
    pub fn caution(self) -> u8 {
        match self {
            Self::Avoid => 6,
            Self::Alternative | Self::LoadingOnly => 5,
            Self::Reduce { .. } | Self::Increase { .. } => 4,
            Self::TestFirst => 3,
            Self::Monitor => 2,
            Self::Standard => 1,
            Self::NoRecommendation => 0,
        }
    }
}

/// How strong a recommendation is (CPIC classification).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    /// No recommendation.
    None,
    /// Optional.
    Optional,
    /// Moderate.
    Moderate,
    /// Strong.
    Strong,
}

/// Where a recommendation is from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    /// Guideline in short, `CPIC CYP2C19 and clopidogrel, 2022 update`.
    pub title: String,
    /// PubMed id.
    pub pmid: Option<String>,
    /// Page of the guideline.
    pub url: String,
}

/// What guidance says while a gene is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreTest {
    /// Genes to test.
    pub genes: Vec<String>,
    /// In our words.
    pub text: String,
    /// Where it is from.
    pub citation: Citation,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn populations_are_readable() {
        for (code, shown) in [
            ("general", "all patients"),
            ("acs-pci", "ACS PCI"),
            ("child", "child"),
            ("Non-cardiac use", "Non-cardiac use"),
        ] {
            assert_eq!(population_words(code), shown);
        }
    }
}
