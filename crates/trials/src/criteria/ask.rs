//! The questions of leaves.

use super::EventAsked;
use serde::{Deserialize, Serialize};
use tumor::{BiomarkerKind, Level};

/// What a leaf asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Criterion {
    /// An alteration of the tumour.
    Event(EventAsked),
    /// A measurement of the tumour.
    Biomarker(BiomarkerAsked),
    /// The type of the tumour.
    Diagnosis(DiagnosisAsked),
    /// The stage, one of these: `III` holds for `IIIB`.
    Stage(Vec<String>),
    /// The age.
    Age(AgeAsked),
    /// The sex.
    Sex(Sex),
    /// Performance (ECOG).
    Performance(PerformanceAsked),
    /// A therapy that was given before.
    PriorTherapy(TherapyAsked),
    /// A laboratory value.
    Lab(LabAsked),
    /// A sentence that a person has to read.
    Text(String),
    /// Something that the importer could not map: not known of anybody, until a curator says.
    Unresolved(Unresolved),
}

/// Male or female.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
}

/// How a number is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Comparison {
    /// Less.
    #[serde(rename = "<")]
    Less,
    /// At most.
    #[serde(rename = "<=")]
    AtMost,
    /// Equal.
    #[serde(rename = "==")]
    Equal,
    /// At least.
    #[serde(rename = ">=")]
    AtLeast,
    /// More.
    #[serde(rename = ">")]
    More,
}

impl Comparison {
    /// Reads `<`, `<=`, `==`, `>=`, `>` and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "<" => Self::Less,
            "<=" => Self::AtMost,
            "==" => Self::Equal,
            ">=" => Self::AtLeast,
            ">" => Self::More,
            _ => return None,
        })
    }

    /// The sign.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Equal => "==",
            Self::AtLeast => ">=",
            Self::More => ">",
        }
    }

    /// Whether `found` compares so to `asked`.
    pub fn holds<T: PartialOrd>(self, found: &T, asked: &T) -> bool {
        match self {
            Self::Less => found < asked,
            Self::AtMost => found <= asked,
            Self::Equal => found == asked,
            Self::AtLeast => found >= asked,
            Self::More => found > asked,
        }
    }
}

/// A number and how it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Bound {
    /// How.
    pub comparison: Comparison,
    /// The number, in the unit of what is asked.
    pub value: f64,
}

/// A measurement that is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BiomarkerAsked {
    /// What is measured.
    pub kind: BiomarkerKind,
    /// Results in words that are accepted; any where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<Level>,
    /// Numbers that are accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<Bound>,
    /// Methods that are accepted; any where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<String>,
}

/// A node of OncoTree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TumorTypeAsked {
    /// Code.
    pub code: String,
    /// Name, for people.
    pub name: String,
}

/// All tumours of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// Solid tumours.
    Solid,
    /// Of blood and lymph.
    Liquid,
}

/// Types of tumours, each with all below it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DiagnosisAsked {
    /// One of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub any_of: Vec<TumorTypeAsked>,
    /// Or any of this group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Group>,
    /// Version of the tree that the codes are of.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub tree: String,
}

/// An age, in years and months.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AgeAsked {
    /// How it is compared.
    pub comparison: Comparison,
    /// Years.
    pub years: u16,
    /// Months beside them.
    #[serde(default)]
    pub months: u8,
}

/// ECOG performance at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PerformanceAsked {
    /// 0 to 5.
    pub ecog_max: u8,
}

/// A therapy that was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TherapyAsked {
    /// Its name.
    pub name: String,
}

/// A laboratory value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LabAsked {
    /// Its code (LOINC).
    pub code: String,
    /// Its name, for people.
    pub name: String,
    /// What is accepted.
    pub bound: Bound,
    /// In which unit (UCUM).
    pub unit: String,
}

/// A key that could not be mapped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Unresolved {
    /// The key.
    pub key: String,
    /// Its value as written.
    pub value: String,
    /// Why.
    pub reason: String,
}
