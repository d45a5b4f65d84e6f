//! The moment of care as it is handed in, and the decision as it is handed out.

use crate::card::Card;
use crate::orders::Order;
use model::conversion::{ClinicalAdvice, Medicine};
use model::id::{PatientId, StatementId};
use model::medication::Medication;
pub use model::request::PendingTest;
use model::statement::Statement;
use model::time::PartialDate;
use std::collections::BTreeSet;

/// Orders looked at in one call; the reader of requests refuses more.
pub const ORDERS_MAX: usize = 200;

/// Where in the client's work we were called (CDS Hooks).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hook {
    /// A drug has been picked; dose and route may still be missing.
    OrderSelect,
    /// Orders are about to be signed.
    OrderSign,
    /// The chart was opened; nothing is being ordered, so nothing interrupts.
    PatientView,
}

/// Who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Orders drugs: the narrow set.
    Prescriber,
    /// Checks orders: the wide set, with indeterminate results.
    Pharmacist,
}

impl Role {
    /// A stable word for it, part of the key of a card.
    pub fn word(self) -> &'static str {
        match self {
            Self::Prescriber => "prescriber",
            Self::Pharmacist => "pharmacist",
        }
    }
}

/// What a site has set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Where our own pages are, `https://host/base`, without a slash at the end.
    pub base_url: String,
    /// Rules that are logged and not shown, by id: new rules start here.
    pub silent_rules: BTreeSet<String>,
}

/// The moment of care, all of it handed in.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// Where in the client's work.
    pub hook: Hook,
    /// Who is told.
    pub role: Role,
    /// About whom, by our own id.
    pub patient: &'a PatientId,
    /// The draft orders, and those being signed again.
    pub orders: &'a [Order],
    /// At order-select: references of the orders just picked. Others are background.
    pub selections: &'a [String],
    /// What the patient takes; `None` = the list could not be had, and the card says so.
    pub current_medications: Option<&'a [Medication]>,
    /// The day, for medicines that have ended or not begun.
    pub day: PartialDate,
    /// What the patient takes and what is being ordered, as ingredients
    /// ([`crate::orders::medicines`]); `None` as above.
    pub medicines: Option<&'a [Medicine]>,
    /// What the medicines make of the advice on each drug that may be spoken of.
    pub clinical: &'a [ClinicalAdvice],
    /// Statements on genes and drugs. One about another patient is never used.
    pub statements: &'a [Statement],
    /// Gene tests under way.
    pub pending: &'a [PendingTest],
    /// Keys of what this patient's readers were shown before.
    pub shown: &'a BTreeSet<String>,
    /// UUIDs of cards about this patient that somebody has overridden.
    pub overridden: &'a BTreeSet<String>,
    /// What the site has set.
    pub settings: &'a Settings,
}

/// What to say, and what not to, with the reasons.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// Cards, the most urgent first.
    pub cards: Vec<Card>,
    /// Why the rest stays quiet; for the log and the governance page.
    pub silences: Vec<Silence>,
    /// To be remembered, so that the same is not said twice: one for each card, in their order.
    pub shown: Vec<ShownKey>,
    /// Statements used that were made with another pack than the current one: to be re-run.
    pub stale: Vec<StatementId>,
}

/// One drug of one order that gets no card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silence {
    /// Which order, `MedicationRequest/103`.
    pub order: String,
    /// Drug name, or the words that could not be placed.
    pub drug: String,
    /// Why.
    pub reason: SilenceReason,
    /// The rule that was held back, if one was.
    pub rule: Option<String>,
}

/// Why nothing is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SilenceReason {
    /// No code, ingredient or name of the order is known to the pack.
    Unresolved,
    /// The order is cancelled, ended, or forbids the drug.
    NotOpen,
    /// A background draft at order-select.
    NotSelected,
    /// The pack has no rule for the drug.
    NoRules,
    /// The genes that decide are known, and usual use follows.
    Standard,
    /// The genes that decide are not known, and guidance asks for no test.
    NotKnown,
    /// The same card was shown for this order.
    AlreadyShown,
    /// The same card was overridden for this order, and nothing that it rests on has changed.
    Overridden,
    /// The site has set the rule to be logged only.
    RuleSilent,
    /// Nothing is being ordered, and nothing about a current medicine calls for action.
    NotAnOrder,
}

impl SilenceReason {
    /// A stable word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unresolved => "unresolved",
            Self::NotOpen => "not-open",
            Self::NotSelected => "not-selected",
            Self::NoRules => "no-rules",
            Self::Standard => "standard",
            Self::NotKnown => "not-known",
            Self::AlreadyShown => "already-shown",
            Self::Overridden => "overridden",
            Self::RuleSilent => "rule-silent",
            Self::NotAnOrder => "not-an-order",
        }
    }
}

/// A card that was shown, to be remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownKey {
    /// Its key, SHA-256 in hex.
    pub key: String,
    /// The key it has for the same order while no dose is chosen. Either in `Moment::shown`
    /// silences the card.
    pub undosed_key: String,
    /// The card's UUID, as feedback names it.
    pub card: String,
    /// Row of the pack.
    pub rule: String,
    /// RxNorm ingredient code.
    pub drug: String,
}

impl From<&Card> for ShownKey {
    fn from(card: &Card) -> Self {
        Self {
            key: card.key.clone(),
            undosed_key: card.undosed_key.clone(),
            card: card.uuid.clone(),
            rule: card.rule.clone(),
            drug: card.rxnorm.clone(),
        }
    }
}
