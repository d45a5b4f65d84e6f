//! The alert policy: which orders get a card, and why the others get none.
//!
//! CPIC's three branches (result present, absent, not needed), each drug of an order on its own:
//! present and actionable → card; present and normal → silence; indeterminate → information where
//! guidance asks for a test or the reader is a pharmacist; absent → a card only where guidance
//! asks for a test before the first dose; pending → information. Where current medicines make the
//! advice more cautious than the genotype does (phenoconversion), the card says so with both; an
//! ordered drug that does this to a medicine taken already gets a card about that one.

mod effect;
mod moment;
mod verdict;

use crate::card::{self, Indicator};
use crate::key::uuid;
use crate::orders::{MatchedBy, Order, ResolvedDrug, resolve};
use knowledge::pgx::{Drug, PgxKnowledge};
use model::conversion::ClinicalAdvice;
use model::statement::{
    AdviceState, DrugStatement, GeneStatement, KnowledgeRef, Statement, StatementContent,
};

pub use moment::{
    Decision, Hook, Moment, ORDERS_MAX, PendingTest, Role, Settings, ShownKey, Silence,
    SilenceReason,
};
pub use verdict::{Standing, is_indeterminate};
pub(crate) use verdict::{Verdict, advice_state, judge, open_tests, result_words};

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
    /// The drug being ordered that changes what is said about this one, which is taken already;
    /// `None` = the drug itself is ordered.
    pub(crate) by: Option<&'a str>,
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

    /// What the medicines make of the advice about a drug.
    pub(crate) fn clinical(self, rxnorm: &str) -> Option<&'a ClinicalAdvice> {
        self.moment.clinical.iter().find(|clinical| clinical.rxnorm == rxnorm)
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
        if let Some(drug) = context.knowledge.drug(rxnorm) {
            let advice = context.advice(rxnorm);
            let subject = Subject { order, drug, how: *how, alone, advice, by: None };
            decide_drug(context, subject, decision);
        } else {
            decision.silences.push(silence(rxnorm, SilenceReason::NoRules));
        }
        for subject in effect::on_others(context, order, rxnorm, *how) {
            decide_drug(context, subject, decision);
        }
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
    let acts = matches!(verdict, Verdict::Act { .. } | Verdict::Convert { .. });
    if moment.hook == Hook::PatientView && !acts {
        decision.silences.push(quiet(SilenceReason::NotAnOrder, None));
        return;
    }
    // About a medicine that is taken already, an order calls for nothing but what it changes.
    if subject.by.is_some() && !acts && !matches!(verdict, Verdict::Unadvised { .. }) {
        return;
    }
    let mut card = card::build(context, subject, &verdict);
    if moment.hook == Hook::PatientView {
        card.indicator = Indicator::Info;
        card.suggestions.clear();
    }
    // The card's id comes from its key, so that the answer to it is one to the same order, drug,
    // dose, result, medicines, pack and role.
    let is_overridden = |key: &str| moment.overridden.contains(&uuid(key, "card"));
    if is_overridden(&card.key) || is_overridden(&card.undosed_key) {
        decision.silences.push(quiet(SilenceReason::Overridden, Some(card.rule)));
        return;
    }
    // A card shown before the dose was chosen has said what it had to say about the order; one
    // shown for another dose has not.
    if moment.shown.contains(&card.key) || moment.shown.contains(&card.undosed_key) {
        decision.silences.push(quiet(SilenceReason::AlreadyShown, Some(card.rule)));
        return;
    }
    decision.cards.push(card);
}

/// Whether a drug may be offered in place of another: not if it is to be avoided itself, by
/// genotype or with the patient's medicines.
pub(crate) fn may_be_offered(context: Context, rxnorm: &str) -> bool {
    let clinical = context.clinical(rxnorm).and_then(|clinical| clinical.advice.as_ref());
    context.advice(rxnorm).is_none_or(|(_, advice)| advice.state != AdviceState::Avoid)
        && clinical.is_none_or(|advice| advice.state != AdviceState::Avoid)
}

#[cfg(test)]
mod tests;
