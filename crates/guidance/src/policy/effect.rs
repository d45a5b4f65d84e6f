//! What an ordered drug does to the medicines that are taken already.

use super::{Context, Subject};
use crate::orders::{MatchedBy, Order};
use model::conversion::{ClinicalAdvice, Conversion};
use model::medication::Taking;

/// The medicines taken now about which the order makes the advice more cautious. One that is
/// ordered as well is left to its own order.
pub(super) fn on_others<'a>(
    context: Context<'a>,
    order: &'a Order,
    ordered: &str,
    how: MatchedBy,
) -> Vec<Subject<'a>> {
    let others = context.moment.clinical.iter().filter(|clinical| {
        clinical.by_order && clinical.rxnorm != ordered && is_taken(context, &clinical.rxnorm)
    });
    others.filter_map(|clinical| subject(context, order, (ordered, how), clinical)).collect()
}

fn subject<'a>(
    context: Context<'a>,
    order: &'a Order,
    (ordered, how): (&str, MatchedBy),
    clinical: &'a ClinicalAdvice,
) -> Option<Subject<'a>> {
    let mut causes = clinical.conversions.iter().flat_map(Conversion::deciding);
    let cause = causes.find(|cause| cause.ordered && cause.rxnorm == ordered)?;
    let drug = context.knowledge.drug(&clinical.rxnorm)?;
    let advice = context.advice(&clinical.rxnorm);
    Some(Subject { order, drug, how, alone: false, advice, by: Some(&cause.drug) })
}

/// Whether it is taken on the day and not being ordered.
fn is_taken(context: Context, rxnorm: &str) -> bool {
    let day = context.moment.day;
    let list = context.moment.medicines.unwrap_or_default();
    let mut same = list.iter().filter(|medicine| medicine.rxnorm == rxnorm);
    same.clone().all(|medicine| !medicine.ordered)
        && same.any(|medicine| {
            let taking = Taking::on(day, &medicine.status, medicine.start, medicine.end);
            taking == Taking::Active
        })
}
