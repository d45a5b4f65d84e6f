//! Phenoconversion: what the medicines of a patient make of a gene result.
//!
//! It is a layer of its own beside the genotype's phenotype and never takes its place. It depends
//! on the day, so it is no statement: it is worked out whenever somebody looks.

use crate::statement::{Citation, DrugStatement, Outcome};
use crate::time::PartialDate;
use serde::{Deserialize, Serialize};

/// Which way a drug changes an enzyme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Less activity.
    Inhibitor,
    /// More activity.
    Inducer,
}

impl Effect {
    /// The word shown to people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Inhibitor => "inhibitor",
            Self::Inducer => "inducer",
        }
    }
}

/// How strongly a drug changes an enzyme (FDA classes).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EffectStrength {
    /// Weak.
    Weak,
    /// Moderate.
    Moderate,
    /// Strong.
    Strong,
}

impl EffectStrength {
    /// The word shown to people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Weak => "weak",
            Self::Moderate => "moderate",
            Self::Strong => "strong",
        }
    }
}

/// A medicine of the patient as one ingredient, with what is known of when it is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Medicine {
    /// RxNorm ingredient code.
    pub rxnorm: String,
    /// Ingredient name, lower case.
    pub name: String,
    /// FHIR `medicationrequest-status`, as sent; `active` for what is being ordered.
    pub status: String,
    /// First day, as far as it is known.
    pub start: Option<PartialDate>,
    /// Last day, as far as it is known.
    pub end: Option<PartialDate>,
    /// Which step found the ingredient, in words.
    pub matched_by: String,
    /// It is being ordered, not taken yet.
    pub ordered: bool,
    /// For local use, as a cream or eye drops: it does not reach the enzyme in any amount that
    /// counts.
    pub local: bool,
}

/// A medicine that changes an enzyme on the day asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// Ingredient name, lower case.
    pub drug: String,
    /// RxNorm ingredient code.
    pub rxnorm: String,
    /// Which way.
    pub effect: Effect,
    /// How strongly.
    pub strength: EffectStrength,
    /// First day, as far as it is known.
    pub since: Option<PartialDate>,
    /// Last day, as far as it is known.
    pub until: Option<PartialDate>,
    /// Which step found the ingredient, in words.
    pub matched_by: String,
    /// It is being ordered, not taken yet.
    pub ordered: bool,
    /// Whether the clinical phenotype rests on it; others are weaker or of no agreed size.
    pub decides: bool,
    /// Who says that it changes the enzyme.
    pub citation: Citation,
}

/// What a conversion rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// The activity score times the agreed factor, then the gene's own ranges (CYP2D6).
    ActivityScore,
    /// No factor is agreed: strong = poor, moderate = one step down. Lower evidence.
    StepDown,
}

impl Evidence {
    /// The words shown to people.
    pub fn words(self) -> &'static str {
        match self {
            Self::ActivityScore => "by activity score",
            Self::StepDown => "lower evidence: a convention, no guideline",
        }
    }
}

/// What the medicines make of one gene result.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversion {
    /// HGNC symbol.
    pub gene: String,
    /// Whether the medicines could be looked at. If not, nothing is concluded from them.
    pub assessed: bool,
    /// Every possibility by genotype; empty if the gene has no call.
    pub genotype: Vec<Outcome>,
    /// Every possibility with the medicines; equal to `genotype` if they change nothing.
    pub clinical: Vec<Outcome>,
    /// The medicines that bear on the gene, deciding ones first.
    pub causes: Vec<Cause>,
    /// What the clinical phenotype rests on; `None` if nothing is converted.
    pub evidence: Option<Evidence>,
    /// Remarks a reader must see.
    pub notes: Vec<String>,
}

/// Why nothing is said about medicines.
pub const NOT_ASSESSED: &str =
    "effect of other medicines: not assessed, the list of medicines is not available";

impl Conversion {
    /// Whether the medicines change the phenotype.
    pub fn is_changed(&self) -> bool {
        phenotypes(&self.genotype) != phenotypes(&self.clinical)
    }

    /// Whether they change anything that advice may be looked up by.
    pub fn is_converted(&self) -> bool {
        self.genotype != self.clinical
    }

    /// The phenotypes by genotype: `Normal Metabolizer`, several joined by `or`.
    pub fn genotype_words(&self) -> String {
        phenotypes(&self.genotype).join(" or ")
    }

    /// The phenotypes with the medicines.
    pub fn clinical_words(&self) -> String {
        phenotypes(&self.clinical).join(" or ")
    }

    /// The medicines that decide: `paroxetine and bupropion`.
    pub fn because(&self) -> String {
        let names: Vec<&str> = self.deciding().map(|cause| cause.drug.as_str()).collect();
        names.join(" and ")
    }

    /// The medicines that decide.
    pub fn deciding(&self) -> impl Iterator<Item = &Cause> {
        self.causes.iter().filter(|cause| cause.decides)
    }

    /// `Normal Metabolizer by genotype; Poor Metabolizer with paroxetine`; nothing if the
    /// medicines do not change it.
    pub fn words(&self) -> Option<String> {
        self.is_changed().then(|| {
            let (genotype, clinical) = (self.genotype_words(), self.clinical_words());
            format!("{genotype} by genotype; {clinical} with {}", self.because())
        })
    }
}

/// The different phenotypes of a list of possibilities, in their order.
fn phenotypes(outcomes: &[Outcome]) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    for outcome in outcomes {
        let phenotype = outcome.phenotype.as_deref().unwrap_or("no phenotype");
        if !found.contains(&phenotype) {
            found.push(phenotype);
        }
    }
    found
}

/// What the medicines make of the advice about one drug, beside the advice by genotype.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClinicalAdvice {
    /// RxNorm ingredient code of the drug advised on.
    pub rxnorm: String,
    /// Its genes that medicines can change, each with what they do; the drug itself is no cause:
    /// its own guidance counts that already.
    pub conversions: Vec<Conversion>,
    /// The look-up under the clinical phenotypes; `None` if no medicine changes anything.
    pub advice: Option<DrugStatement>,
    /// Whether that is more cautious than the advice by genotype.
    pub more_cautious: bool,
    /// Whether it is more cautious than it would be without what is being ordered.
    pub by_order: bool,
}

impl ClinicalAdvice {
    /// The conversions that change a phenotype.
    pub fn changed(&self) -> impl Iterator<Item = &Conversion> {
        self.conversions.iter().filter(|conversion| conversion.is_changed())
    }

    /// Whether the medicines could be looked at.
    pub fn is_assessed(&self) -> bool {
        self.conversions.iter().all(|conversion| conversion.assessed)
    }
}
