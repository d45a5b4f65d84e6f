//! The words of evidence tables.
//!
//! Kinds, directions and significances are those of CIViC's data model (CC0), which has the most;
//! other sources have some of them.

use serde::{Deserialize, Serialize};

/// An enumeration with one word a value, as tables and JSON write it.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $value:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[$doc])* $value,)+ }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$value),+];

            /// The word of tables and JSON.
            pub fn word(self) -> &'static str {
                match self { $(Self::$value => $word,)+ }
            }

            /// The value of a word.
            pub fn of_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.word() == word)
            }
        }
    };
}

words! {
    /// What a piece of evidence is about.
    EvidenceKind {
        /// The answer to a therapy.
        Predictive = "predictive",
        /// Which disease it is.
        Diagnostic = "diagnostic",
        /// The course of the disease whatever the therapy.
        Prognostic = "prognostic",
        /// Inherited risk.
        Predisposing = "predisposing",
        /// Whether the alteration drives the tumour.
        Oncogenic = "oncogenic",
        /// What the alteration does to its gene.
        Functional = "functional",
    }
}

words! {
    /// Whether evidence speaks for its significance or against it.
    Direction {
        /// For.
        Supports = "supports",
        /// Against.
        DoesNotSupport = "does-not-support",
    }
}

words! {
    /// How strong evidence is; the best first.
    EvidenceLevel {
        /// Approved, in a guideline, or consensus.
        A = "a",
        /// Well-powered clinical studies.
        B = "b",
        /// Case reports, small series.
        C = "c",
        /// Before the clinic.
        D = "d",
        /// Inferred.
        E = "e",
    }
}

words! {
    /// What follows from an alteration.
    Significance {
        /// The tumour answers to the therapy.
        Sensitivity = "sensitivity",
        /// It does not.
        Resistance = "resistance",
        /// It answers less.
        ReducedSensitivity = "reduced-sensitivity",
        /// The therapy does harm.
        AdverseResponse = "adverse-response",
        /// Speaks for the diagnosis.
        Positive = "positive",
        /// Speaks against the diagnosis.
        Negative = "negative",
        /// A better course.
        BetterOutcome = "better-outcome",
        /// A worse course.
        PoorOutcome = "poor-outcome",
        /// More risk of the disease.
        Predisposition = "predisposition",
        /// Less risk of the disease.
        Protectiveness = "protectiveness",
        /// It drives the tumour.
        Oncogenicity = "oncogenicity",
        /// The gene does more.
        GainOfFunction = "gain-of-function",
        /// The gene does less.
        LossOfFunction = "loss-of-function",
        /// The gene does as before.
        UnalteredFunction = "unaltered-function",
        /// The gene does something new.
        Neomorphic = "neomorphic",
        /// It hinders the other copy.
        DominantNegative = "dominant-negative",
        /// The source names none.
        NotStated = "not-stated",
    }
}

words! {
    /// How several medicines of one row go together.
    Interaction {
        /// All of them at once.
        Combination = "combination",
        /// One after the other.
        Sequential = "sequential",
        /// Any one of them.
        Substitutes = "substitutes",
        /// One medicine, or not stated.
        NotStated = "not-stated",
    }
}

words! {
    /// Where an alteration must have arisen for evidence to hold.
    VariantOrigin {
        /// In the tumour.
        Somatic = "somatic",
        /// Inherited.
        Germline = "germline",
        /// Either, or not stated.
        Any = "any",
    }
}

words! {
    /// What part a gene plays in tumours.
    GeneRole {
        /// It drives when it does more.
        Oncogene = "oncogene",
        /// It drives when it is lost.
        TumorSuppressor = "tumor-suppressor",
        /// Both, by the tumour.
        Both = "both",
    }
}
