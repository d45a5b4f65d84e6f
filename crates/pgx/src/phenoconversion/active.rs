//! Which medicines bear on an enzyme on a day, and which do not any more.

use knowledge::pgx::{Inhibitor, PgxKnowledge};
use model::conversion::{Cause, Effect, EffectStrength, Medicine};
use model::medication::Taking;
use model::time::PartialDate;

/// Inhibitors whose effect outlasts them, by RxNorm ingredient code, and for how many days the end
/// is pointed out. Nothing is converted after the end: how much is left is not known.
/// Fluoxetine: five weeks, after which its label allows a CYP2D6 substrate that it forbids before
/// (thioridazine). Amiodarone and terbinafine: about four half-lives of their labels (58 days,
/// 400 hours).
const LONG_LASTING: [(&str, i32); 3] = [("4493", 35), ("703", 232), ("37801", 67)];

/// A medicine that bears on the enzyme.
#[derive(Debug)]
pub(super) struct Active {
    pub(super) cause: Cause,
    /// What the activity score is multiplied by, if that is agreed.
    pub(super) factor_percent: Option<u8>,
}

impl Active {
    pub(super) fn inhibits(&self) -> bool {
        self.cause.effect == Effect::Inhibitor
    }
}

/// The medicines taken, or being ordered, that change the gene's enzyme. What is near to being one
/// of them is told in the notes: on hold, yet to come, over by its date, or long-lasting.
pub(super) fn on_gene(
    knowledge: &PgxKnowledge,
    gene: &str,
    medicines: &[Medicine],
    day: PartialDate,
    notes: &mut Vec<String>,
) -> Vec<Active> {
    let mut found = Vec::new();
    for inhibitor in knowledge.inhibitors.iter().filter(|inhibitor| inhibitor.gene == gene) {
        let same: Vec<(&Medicine, Taking)> = medicines
            .iter()
            .filter(|medicine| medicine.rxnorm == inhibitor.rxnorm)
            .filter(|medicine| is_systemic(medicine, inhibitor, notes))
            .map(|medicine| (medicine, taking(medicine, day)))
            .collect();
        let mut taken = same.iter().filter(|(_, taking)| *taking == Taking::Active);
        // One that is taken already is no news of the order.
        let taken = taken.clone().find(|(one, _)| !one.ordered).or_else(|| taken.next());
        if let Some((medicine, _)) = taken {
            found.push(active(inhibitor, medicine));
        } else if inhibitor.strength > EffectStrength::Weak {
            let said = same.iter().filter_map(|(one, taking)| remark(one, *taking, gene, day));
            notes.extend(said.take(1));
        }
    }
    found
}

/// Only what reaches the enzyme counts. The form is known from words alone, so that it is said.
fn is_systemic(medicine: &Medicine, inhibitor: &Inhibitor, notes: &mut Vec<String>) -> bool {
    if medicine.local && inhibitor.strength > EffectStrength::Weak {
        notes.push(format!("{} for local use is not counted", medicine.name));
    }
    !medicine.local
}

fn taking(medicine: &Medicine, day: PartialDate) -> Taking {
    if medicine.ordered {
        return Taking::Active;
    }
    Taking::on(day, &medicine.status, medicine.start, medicine.end)
}

fn active(inhibitor: &Inhibitor, medicine: &Medicine) -> Active {
    Active {
        factor_percent: inhibitor.factor_percent,
        cause: Cause {
            drug: inhibitor.name.clone(),
            rxnorm: inhibitor.rxnorm.clone(),
            effect: inhibitor.effect,
            strength: inhibitor.strength,
            since: medicine.start,
            until: medicine.end,
            matched_by: medicine.matched_by.clone(),
            ordered: medicine.ordered,
            decides: false,
            citation: inhibitor.citation.clone(),
        },
    }
}

/// Why a medicine of the list does not count, where a reader may expect that it does.
fn remark(medicine: &Medicine, taking: Taking, gene: &str, day: PartialDate) -> Option<String> {
    let name = &medicine.name;
    match taking {
        Taking::OnHold => Some(format!("{name} is on hold and not counted")),
        Taking::NotYet => {
            let start = medicine.start.map(|start| format!(" on {start}")).unwrap_or_default();
            Some(format!("{name} begins{start} and is not counted"))
        }
        Taking::Ended => ended(medicine, gene, day),
        Taking::Active | Taking::NotTaken => None,
    }
}

fn ended(medicine: &Medicine, gene: &str, day: PartialDate) -> Option<String> {
    let name = &medicine.name;
    let end = medicine.end.map(|end| format!(" on {end}")).unwrap_or_default();
    let window = LONG_LASTING.iter().find(|(rxnorm, _)| *rxnorm == medicine.rxnorm);
    let days = medicine.end.map(|end| end.days_until(day).unwrap_or_default());
    if let Some((_, window)) = window
        && days.is_none_or(|days| days <= *window)
    {
        return Some(format!(
            "{name} ended{end}: its effect on {gene} may last for weeks after; wash-out not \
             assessed"
        ));
    }
    let is_contradiction = medicine.status == "active" && medicine.end.is_some();
    is_contradiction
        .then(|| format!("{name} is listed as active, but it ended{end} and is not counted"))
}
