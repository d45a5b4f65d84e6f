//! The alert policy: which orders get a card, and why the others get none.
//!
//! CPIC's three branches (result present, absent, not needed), each drug of an order on its own:
//! present and actionable → card; present and normal → silence; indeterminate → information where
//! guidance asks for a test or the reader is a pharmacist; absent → a card only where guidance
//! asks for a test before the first dose; pending → information.

mod verdict;

use crate::card::{self, Card, Indicator};
use crate::orders::{MatchedBy, Order, ResolvedDrug, resolve};
use knowledge::pgx::{Drug, PgxKnowledge};
use model::id::{PatientId, StatementId};
use model::medication::Medication;
use model::statement::{
    AdviceState, DrugStatement, GeneStatement, KnowledgeRef, Statement, StatementContent,
};
use model::time::PartialDate;
use std::collections::BTreeSet;

pub use verdict::{Standing, is_indeterminate};
pub(crate) use verdict::{Verdict, advice_state, judge, open_tests};

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

/// A gene test that was ordered and has no result yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingTest {
    /// HGNC symbol.
    pub gene: String,
    /// Since when.
    pub since: PartialDate,
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
    /// Statements on genes and drugs. One about another patient is never used.
    pub statements: &'a [Statement],
    /// Gene tests under way.
    pub pending: &'a [PendingTest],
    /// Keys of what this patient's readers were shown before.
    pub shown: &'a BTreeSet<String>,
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
            card: card.uuid.clone(),
            rule: card.rule.clone(),
            drug: card.rxnorm.clone(),
        }
    }
}

/// One drug of one order, and what is known that bears on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) order: &'a Order,
    pub(crate) drug: &'a Drug,
    pub(crate) how: MatchedBy,
    /// Whether the order is for this drug alone.
    pub(crate) alone: bool,
    /// Statement and advice about the drug.
    pub(crate) advice: Option<(&'a Statement, &'a DrugStatement)>,
}

/// The whole setting a card is made in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'a> {
    pub(crate) moment: &'a Moment<'a>,
    pub(crate) knowledge: &'a PgxKnowledge,
    pub(crate) reference: &'a KnowledgeRef,
}

impl<'a> Context<'a> {
    /// Statements about this patient, and no one else.
    fn statements(self) -> impl Iterator<Item = &'a Statement> {
        let Moment { statements, patient, .. } = *self.moment;
        statements.iter().filter(move |statement| statement.patient == *patient)
    }

    /// Advice about a drug.
    pub(crate) fn advice(self, rxnorm: &str) -> Option<(&'a Statement, &'a DrugStatement)> {
        self.statements().find_map(|statement| match &statement.content {
            StatementContent::Drug(drug) if drug.rxnorm == rxnorm => Some((statement, drug)),
            _ => None,
        })
    }

    /// What is known of a gene.
    pub(crate) fn gene(self, symbol: &str) -> Option<(&'a Statement, &'a GeneStatement)> {
        self.statements().find_map(|statement| match &statement.content {
            StatementContent::Gene(gene) if gene.gene == symbol => Some((statement, gene)),
            _ => None,
        })
    }
}

/// Decides what is said about each drug of each order. It never fails: what cannot be placed is a
/// silence with its reason.
pub fn decide(moment: &Moment, knowledge: &PgxKnowledge, reference: &KnowledgeRef) -> Decision {
    let context = Context { moment, knowledge, reference };
    let mut decision = Decision::default();
    let current: Vec<Order> = match (moment.hook, moment.current_medications) {
        (Hook::PatientView, Some(list)) => {
            list.iter().filter(|medication| medication.is_current()).map(Order::from).collect()
        }
        _ => Vec::new(),
    };
    let orders = if moment.hook == Hook::PatientView { &current } else { moment.orders };
    for order in orders.iter().take(ORDERS_MAX) {
        decide_order(context, order, &mut decision);
    }
    decision.cards.sort_by_key(|card| std::cmp::Reverse(card.indicator));
    decision.shown = decision.cards.iter().map(ShownKey::from).collect();
    decision.stale.sort();
    decision.stale.dedup();
    decision
}

fn decide_order(context: Context, order: &Order, decision: &mut Decision) {
    let silence = |drug: &str, reason| Silence {
        order: order.reference.clone(),
        drug: drug.to_owned(),
        reason,
        rule: None,
    };
    let words = order.concept.words().unwrap_or("an order without code or words");
    let moment = context.moment;
    if !order.is_open() {
        decision.silences.push(silence(words, SilenceReason::NotOpen));
        return;
    }
    if moment.hook == Hook::OrderSelect && !moment.selections.contains(&order.reference) {
        decision.silences.push(silence(words, SilenceReason::NotSelected));
        return;
    }
    let resolution = resolve(context.knowledge, order);
    for part in &resolution.unresolved {
        decision.silences.push(silence(part, SilenceReason::Unresolved));
    }
    let alone = resolution.is_one_drug();
    for ResolvedDrug { rxnorm, how } in &resolution.ingredients {
        let Some(drug) = context.knowledge.drug(rxnorm) else {
            decision.silences.push(silence(rxnorm, SilenceReason::NoRules));
            continue;
        };
        let advice = context.advice(rxnorm);
        let subject = Subject { order, drug, how: *how, alone, advice };
        decide_drug(context, subject, decision);
    }
}

fn decide_drug(context: Context, subject: Subject, decision: &mut Decision) {
    let moment = context.moment;
    if let Some((statement, _)) = subject.advice
        && statement.capsule.knowledge != *context.reference
    {
        decision.stale.push(statement.id.clone());
    }
    let verdict = judge(context, subject);
    let quiet = |reason, rule: Option<String>| Silence {
        order: subject.order.reference.clone(),
        drug: subject.drug.name.clone(),
        reason,
        rule,
    };
    if let Verdict::Silent { reason, rule } = verdict {
        decision.silences.push(quiet(reason, rule));
        return;
    }
    if moment.hook == Hook::PatientView && !matches!(verdict, Verdict::Act { .. }) {
        decision.silences.push(quiet(SilenceReason::NotAnOrder, None));
        return;
    }
    let mut card = card::build(context, subject, &verdict);
    if moment.hook == Hook::PatientView {
        card.indicator = Indicator::Info;
        card.suggestions.clear();
    }
    // A card shown before the dose was chosen has said what it had to say about the order; one
    // shown for another dose has not.
    let undosed = card::key_of(context, subject, &verdict, None);
    if moment.shown.contains(&card.key) || moment.shown.contains(&undosed) {
        decision.silences.push(quiet(SilenceReason::AlreadyShown, Some(card.rule)));
        return;
    }
    decision.cards.push(card);
}

/// Whether a drug may be offered in place of another: not if it is to be avoided itself.
pub(crate) fn may_be_offered(context: Context, rxnorm: &str) -> bool {
    context.advice(rxnorm).is_none_or(|(_, advice)| advice.state != AdviceState::Avoid)
}

#[cfg(test)]
mod tests;
