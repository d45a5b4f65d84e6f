//! The card, free of its transport, and how one is made from a verdict.

mod make;
mod wording;

pub(crate) use make::{build, test_rule};
pub(crate) use wording::act_words;

use model::code::Coding;

/// A summary has fewer characters than this (CDS Hooks 2.0, card attributes).
pub const SUMMARY_LENGTH_LIMIT: usize = 140;

/// Alternatives offered on one card.
pub const ALTERNATIVES_MAX: usize = 6;

/// Reasons not to follow a recommendation, as HL7 codes them (CDS Hooks 2.0 names the system).
pub const HL7_REASONS: &str = "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes";

/// Our own reasons, which say what the general ones cannot.
pub const OWN_REASONS: &str =
    "https://github.com/cognate-health/cognate/CodeSystem/override-reasons";

/// What cards are about.
pub const TOPICS: &str = "https://github.com/cognate-health/cognate/CodeSystem/card-topics";

/// How urgent a card is (CDS Hooks 2.0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Indicator {
    /// Worth knowing.
    Info,
    /// The order should change.
    Warning,
    /// The order should not be signed as it is.
    Critical,
}

impl Indicator {
    /// The code of CDS Hooks.
    pub fn code(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

/// One card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Derived from the key, so that the same card has the same id.
    pub uuid: String,
    /// Under which it counts as shown.
    pub key: String,
    /// The key it has for the same order while no dose is chosen.
    pub undosed_key: String,
    /// Row of the pack that made it.
    pub rule: String,
    /// The order it is about, `MedicationRequest/103`.
    pub order: String,
    /// RxNorm ingredient code.
    pub rxnorm: String,
    /// One sentence under [`SUMMARY_LENGTH_LIMIT`] characters, with the phenotype, never the
    /// genotype.
    pub summary: String,
    /// The basis, in GitHub-flavoured Markdown without HTML.
    pub detail: String,
    /// How urgent.
    pub indicator: Indicator,
    /// Whose guidance it is.
    pub source: Source,
    /// What can be done with one click; at most one of them.
    pub suggestions: Vec<Suggestion>,
    /// Why the advice may be left, in codes.
    pub override_reasons: Vec<Coding>,
    /// Where to read more.
    pub links: Vec<Link>,
}

/// Whose guidance a card shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Name of the guideline.
    pub label: String,
    /// Its page.
    pub url: String,
    /// What the card is about.
    pub topic: Coding,
}

/// Something that can be done with one click.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// Derived from the card's key.
    pub uuid: String,
    /// What it does, in a few words.
    pub label: String,
    /// Whether it is the one to take; never when there are equals.
    pub recommended: bool,
    /// What changes.
    pub change: Change,
}

/// What a suggestion changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The order is for another drug; its dose is left for the prescriber to set.
    ReplaceDrug {
        /// The order, `MedicationRequest/103`.
        order: String,
        /// RxNorm ingredient code of the other drug.
        rxnorm: String,
        /// Its name.
        name: String,
    },
    /// A new order for a gene test.
    OrderTest {
        /// Genes: (HGNC symbol, HGNC id if the pack has it).
        genes: Vec<(String, Option<String>)>,
        /// The drug that waits for it.
        drug: String,
        /// Its RxNorm ingredient code.
        rxnorm: String,
    },
}

/// A place to read more, always absolute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What is there.
    pub label: String,
    /// Where.
    pub url: String,
}
