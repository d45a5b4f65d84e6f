//! Orders, and which drugs they are for.
//!
//! Rules are keyed on RxNorm ingredients; orders come as products, classes or words. Each step
//! that is taken to get from one to the other is stated on the card.

mod medicines;
mod name;
mod vocabulary;

pub use medicines::{affected, medicines};
use vocabulary::{Ingredient, Vocabulary};

use knowledge::pgx::PgxKnowledge;
use model::code::{CodeableConcept, system};
use model::conversion::Medicine;
use model::medication::Medication;
use std::collections::BTreeSet;

/// Ingredients and codes looked at in one order; more are left out and said so.
pub const INGREDIENTS_MAX: usize = 32;

/// Shortest ATC group taken as a prefix: the chemical subgroup, `B01AC`.
const ATC_PREFIX_MIN: usize = 5;

/// A medication order, free of its transport.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// How the client names it, `MedicationRequest/103`.
    pub reference: String,
    /// The product or ingredient, in every code that was sent.
    pub concept: CodeableConcept,
    /// Ingredients, where the product names them.
    pub ingredients: Vec<CodeableConcept>,
    /// FHIR `medicationrequest-status`, as sent.
    pub status: String,
    /// FHIR `medicationrequest-intent`, as sent.
    pub intent: String,
    /// The dosage in one canonical text, for telling whether it changed; `None` = not given yet.
    pub dosage: Option<String>,
    /// The order forbids the drug instead of asking for it.
    pub do_not_perform: bool,
}

impl Order {
    /// Whether it asks for a drug to be given: not cancelled, stopped, ended, mistaken, forbidden.
    pub fn is_open(&self) -> bool {
        let closed = ["cancelled", "stopped", "completed", "entered-in-error", "ended"];
        !self.do_not_perform && !closed.contains(&self.status.as_str())
    }
}

/// A medicine the patient takes, looked at like an order.
impl From<&Medication> for Order {
    fn from(medication: &Medication) -> Self {
        Self {
            reference: String::new(),
            concept: medication.concept.clone(),
            ingredients: medication.ingredients.clone(),
            status: medication.status.clone(),
            intent: String::new(),
            dosage: medication.dosage.clone(),
            do_not_perform: false,
        }
    }
}

/// Which step found the drug, in the order the steps are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MatchedBy {
    /// The order carries the RxNorm ingredient code.
    RxNormIngredient,
    /// The order carries an RxNorm product code of the pack.
    RxNormProduct,
    /// The ingredient list of the order's medication.
    MedicationIngredient,
    /// An ATC code.
    Atc,
    /// A drug's name among the words of the order.
    Name,
}

impl MatchedBy {
    /// The words shown on the card.
    pub fn words(self) -> &'static str {
        match self {
            Self::RxNormIngredient => "RxNorm ingredient code",
            Self::RxNormProduct => "RxNorm product code",
            Self::MedicationIngredient => "ingredient list of the order",
            Self::Atc => "ATC code",
            Self::Name => "name in the order, no known code",
        }
    }
}

/// An ingredient that was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ResolvedDrug {
    /// RxNorm ingredient code.
    pub rxnorm: String,
    /// Which step found it.
    pub how: MatchedBy,
}

/// What an order is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolution {
    /// Every ingredient found, each once, in the order found. Those of a known product are listed
    /// even if no rule speaks of them.
    pub ingredients: Vec<ResolvedDrug>,
    /// Words or codes of parts that no step could place. With `ingredients` empty, all of it.
    pub unresolved: Vec<String>,
    /// The order may hold more than what was found: a combination's class code, or words beside
    /// the drug's name that are no strength, form or salt. Such an order is not replaced.
    pub may_hold_more: bool,
}

impl Resolution {
    /// Whether the order is surely for one drug alone.
    pub fn is_one_drug(&self) -> bool {
        !self.may_hold_more && self.ingredients.len() == 1 && self.unresolved.is_empty()
    }

    fn add(&mut self, rxnorm: &str, how: MatchedBy) {
        if !self.ingredients.iter().any(|found| found.rxnorm == rxnorm) {
            self.ingredients.push(ResolvedDrug { rxnorm: rxnorm.into(), how });
        }
    }
}

/// What has to be known to decide on these orders: the drugs they are for, the drugs that may be
/// offered in their place, and the genes of all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// RxNorm ingredient codes.
    pub drugs: BTreeSet<String>,
    /// HGNC symbols.
    pub genes: BTreeSet<String>,
}

/// What a decision on these orders looks up, so that nothing else has to be read: their drugs with
/// what may be offered in their place, and the medicines taken that an ordered drug bears on.
pub fn needs(knowledge: &PgxKnowledge, orders: &[Order], taken: &[Medicine]) -> Needs {
    let words = Vocabulary::of(knowledge);
    let mut drugs = BTreeSet::new();
    for order in orders {
        for found in resolve_in(&words, order).ingredients {
            let rules = knowledge.actions.iter().filter(|rule| rule.rxnorm == found.rxnorm);
            drugs.extend(
                rules.flat_map(|rule| &rule.alternatives).map(|(rxnorm, _)| rxnorm.clone()),
            );
            drugs.extend(affected(knowledge, &found.rxnorm, taken).map(str::to_owned));
            drugs.insert(found.rxnorm);
        }
    }
    drugs.retain(|rxnorm| knowledge.drug(rxnorm).is_some());
    let of_drugs = drugs.iter().filter_map(|rxnorm| knowledge.drug(rxnorm));
    let genes = of_drugs.flat_map(|drug| drug.genes.iter().cloned()).collect();
    Needs { drugs, genes }
}

/// Finds the drugs of an order: RxNorm ingredient code, RxNorm product code, the ingredients of
/// the medication, ATC code, name. The first step that finds something is the one that counts.
/// Drugs are those with rules and those that change an enzyme.
pub fn resolve(knowledge: &PgxKnowledge, order: &Order) -> Resolution {
    resolve_in(&Vocabulary::of(knowledge), order)
}

fn resolve_in(words: &Vocabulary<'_>, order: &Order) -> Resolution {
    let mut resolution = Resolution::default();
    by_rxnorm(words, &order.concept, &mut resolution);
    by_ingredients(words, &order.ingredients, &mut resolution);
    if resolution.ingredients.is_empty() {
        by_atc(words, &order.concept, MatchedBy::Atc, &mut resolution);
    }
    if resolution.ingredients.is_empty() {
        by_name(words, &order.concept, MatchedBy::Name, &mut resolution);
    }
    if resolution.ingredients.is_empty() && resolution.unresolved.is_empty() {
        resolution.unresolved.push(words_of(&order.concept));
    }
    resolution
}

fn by_rxnorm(words: &Vocabulary<'_>, concept: &CodeableConcept, found: &mut Resolution) {
    let codes = || rxnorm_codes(concept);
    for code in codes().filter(|code| words.ingredient(code).is_some()) {
        found.add(code, MatchedBy::RxNormIngredient);
    }
    for code in codes() {
        for product in words.products.iter().filter(|product| product.rxnorm == code) {
            for ingredient in &product.ingredients {
                found.add(ingredient, MatchedBy::RxNormProduct);
            }
        }
    }
}

/// Every ingredient is tried on its own by all steps; one that fits none is named as unresolved.
/// An order whose own code was found still gets its further ingredients looked at.
fn by_ingredients(words: &Vocabulary<'_>, list: &[CodeableConcept], found: &mut Resolution) {
    let how = MatchedBy::MedicationIngredient;
    for concept in list.iter().take(INGREDIENTS_MAX) {
        let mut one = Resolution::default();
        by_rxnorm(words, concept, &mut one);
        if one.ingredients.is_empty() {
            by_atc(words, concept, how, &mut one);
        }
        if one.ingredients.is_empty() {
            by_name(words, concept, how, &mut one);
        }
        if one.ingredients.is_empty() {
            found.unresolved.push(words_of(concept));
        }
        found.may_hold_more |= one.may_hold_more;
        for drug in one.ingredients {
            found.add(&drug.rxnorm, how);
        }
    }
    for concept in list.iter().skip(INGREDIENTS_MAX) {
        found.unresolved.push(words_of(concept));
    }
}

fn by_atc(
    words: &Vocabulary<'_>,
    concept: &CodeableConcept,
    how: MatchedBy,
    found: &mut Resolution,
) {
    let codes = concept.coding.iter().filter(|c| is_atc(&c.system)).take(INGREDIENTS_MAX);
    for code in codes.map(|coding| coding.code.trim().to_ascii_uppercase()) {
        let under = |drug: &&Ingredient<'_>| drug.atc.iter().any(|atc| atc_covers(atc, &code));
        let exact = |drug: &&Ingredient<'_>| drug.atc.contains(&code);
        let mut drugs: Vec<&Ingredient<'_>> = words.ingredients.iter().filter(exact).collect();
        if drugs.is_empty() {
            drugs = words.ingredients.iter().filter(under).collect();
        }
        for drug in drugs {
            // A drug's first code is its own; further ones are those of its combinations.
            found.may_hold_more |= drug.atc.first() != Some(&code);
            found.add(drug.rxnorm, how);
        }
    }
}

/// Whether the pack's code, a substance or its group, covers the order's code. A group in the
/// *order* never covers a substance: "a statin" is not simvastatin.
fn atc_covers(pack: &str, order: &str) -> bool {
    pack.len() >= ATC_PREFIX_MIN && order.starts_with(pack)
}

fn is_atc(uri: &str) -> bool {
    uri == system::ATC || uri == "urn:oid:2.16.840.1.113883.6.73"
}

fn by_name(
    words: &Vocabulary<'_>,
    concept: &CodeableConcept,
    how: MatchedBy,
    found: &mut Resolution,
) {
    let displays = concept.coding.iter().filter_map(|coding| coding.display.as_deref());
    for text in concept.text.as_deref().into_iter().chain(displays).take(INGREDIENTS_MAX) {
        let named = name::drugs_named(words, text);
        found.may_hold_more |= named.may_hold_more;
        for rxnorm in named.drugs {
            found.add(rxnorm, how);
        }
    }
}

fn rxnorm_codes(concept: &CodeableConcept) -> impl Iterator<Item = &str> {
    let rxnorm = |uri: &str| uri == system::RXNORM || uri == "urn:oid:2.16.840.1.113883.6.88";
    let codings = concept.coding.iter().filter(move |coding| rxnorm(&coding.system));
    codings.take(INGREDIENTS_MAX).map(|coding| coding.code.trim())
}

fn words_of(concept: &CodeableConcept) -> String {
    concept.words().unwrap_or("an order without code or words").to_owned()
}

#[cfg(test)]
mod tests;
