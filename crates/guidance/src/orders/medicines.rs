//! What a patient takes and what is being ordered, as ingredients: for phenoconversion.

use super::{Order, Vocabulary, name, resolve_in};
use knowledge::pgx::PgxKnowledge;
use model::code::CodeableConcept;
use model::conversion::Medicine;
use model::medication::Medication;
use std::collections::BTreeSet;

/// Words for forms that hardly reach the blood. Vaginal forms and oral gels are not among them:
/// miconazole in either is known to act on other drugs.
const LOCAL: [&str; 7] =
    ["cream", "lotion", "ointment", "ophthalmic", "otic", "shampoo", "topical"];

/// Medicines taken and drugs being ordered as ingredients, each with the step that found it: the
/// steps of orders. `None` if it is not known what the patient takes: then nothing can be
/// concluded from what is ordered alone.
pub fn medicines(
    knowledge: &PgxKnowledge,
    current: Option<&[Medication]>,
    orders: &[Order],
) -> Option<Vec<Medicine>> {
    let words = Vocabulary::of(knowledge);
    let mut found = Vec::new();
    for medication in current? {
        let one = Medicine {
            status: medication.status.clone(),
            start: medication.start,
            end: medication.end,
            local: is_local(&medication.concept),
            ..Medicine::default()
        };
        found.extend(ingredients(&words, &Order::from(medication), &one));
    }
    for order in orders.iter().filter(|order| order.is_open()) {
        let one = Medicine {
            status: "active".to_owned(),
            ordered: true,
            local: is_local(&order.concept),
            ..Medicine::default()
        };
        found.extend(ingredients(&words, order, &one));
    }
    Some(found)
}

/// One medicine an ingredient, all else as in `template`.
fn ingredients(words: &Vocabulary<'_>, order: &Order, template: &Medicine) -> Vec<Medicine> {
    let named = |found: super::ResolvedDrug| {
        let ingredient = words.ingredient(&found.rxnorm)?;
        Some(Medicine {
            rxnorm: found.rxnorm,
            name: ingredient.name.to_owned(),
            matched_by: found.how.words().to_owned(),
            ..template.clone()
        })
    };
    resolve_in(words, order).ingredients.into_iter().filter_map(named).collect()
}

fn is_local(concept: &CodeableConcept) -> bool {
    let displays = concept.coding.iter().filter_map(|coding| coding.display.as_deref());
    let texts = concept.text.as_deref().into_iter().chain(displays);
    texts
        .into_iter()
        .any(|text| name::words(text).iter().any(|word| LOCAL.contains(&word.as_str())))
}

/// The medicines taken whose genes' enzymes a drug changes, by RxNorm ingredient code.
pub fn affected<'m>(
    knowledge: &PgxKnowledge,
    ordered: &str,
    taken: &'m [Medicine],
) -> impl Iterator<Item = &'m str> + use<'m> {
    let genes: BTreeSet<&str> = knowledge
        .inhibitors
        .iter()
        .filter(|inhibitor| inhibitor.rxnorm == ordered)
        .map(|inhibitor| inhibitor.gene.as_str())
        .collect();
    let bears_on = |medicine: &&Medicine| {
        let drug = knowledge.drug(&medicine.rxnorm);
        !medicine.ordered
            && medicine.rxnorm != ordered
            && drug.is_some_and(|drug| drug.genes.iter().any(|gene| genes.contains(gene.as_str())))
    };
    let found: BTreeSet<&'m str> =
        taken.iter().filter(bears_on).map(|medicine| medicine.rxnorm.as_str()).collect();
    found.into_iter()
}
