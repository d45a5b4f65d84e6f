//! What a patient's habits make of the orders of a request.

use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::views::answers_of;
use guidance::cds::Request;
use guidance::lifestyle::{cards, rule_of};
use guidance::policy::ShownKey;
use guidance::{Decision, Order, Silence, SilenceReason};
use model::PatientId;

/// Adds cards about the orders that a habit bears on, each once an order. Nothing is read where no
/// order is one of these.
pub(super) fn add(
    app: &App,
    caller: &Caller,
    request: &Request,
    patient: &PatientId,
    decision: &mut Decision,
) -> Result<(), Error> {
    let orders = super::asked(request).filter(|order| rule_of(order).is_some());
    let orders: Vec<Order> = orders.cloned().collect();
    if orders.is_empty() {
        return Ok(());
    }
    let (answers, _) = answers_of(app, &caller.access, patient)?;
    let day = app.record().now().day();
    let mut found = cards(patient, &orders, &answers, day, super::known::role(caller));
    if found.is_empty() {
        return Ok(());
    }
    let silences = found.iter().filter(|card| app.silent_rules().contains(&card.rule));
    decision.silences.extend(silences.map(|card| Silence {
        order: card.order.clone(),
        drug: card.rxnorm.clone(),
        reason: SilenceReason::RuleSilent,
        rule: Some(card.rule.clone()),
    }));
    found.retain(|card| !app.silent_rules().contains(&card.rule));
    let keys: Vec<String> =
        found.iter().flat_map(|card| [card.key.clone(), card.undosed_key.clone()]).collect();
    let shown = app.record().shown(&caller.access, patient, &keys)?;
    found.retain(|card| !shown.contains(&card.key) && !shown.contains(&card.undosed_key));
    decision.cards.extend(found);
    decision.cards.sort_by_key(|card| std::cmp::Reverse(card.indicator));
    decision.shown = decision.cards.iter().map(ShownKey::from).collect();
    Ok(())
}
