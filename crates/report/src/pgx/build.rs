//! From statements to the view. Pure: the same material gives the same view.

mod drug;
mod gene;
mod reference;

use super::{Clinical, CurrentMedicines, DrugEntry, DrugGroup, Head, PgxReport};
use model::statement::{AdviceState, DrugStatement, EngineRef, GeneStatement, KnowledgeRef};
use reference::References;

/// What a report is made from.
#[derive(Clone, Debug)]
pub struct Material<'a> {
    /// The title block.
    pub head: Head,
    /// The gene results. Those for research only are shown apart and never looked at for advice.
    pub genes: &'a [GeneStatement],
    /// What they mean for drugs. A population is shown as it stands: a caller that has the pack
    /// puts the pack's name of the population in the place of its code.
    pub drugs: &'a [DrugStatement],
    /// What the person takes now; `None` = no list of medicines was to be had.
    pub current: Option<&'a [Medicine]>,
    /// What other medicines make of the results.
    pub clinical: &'a Clinical,
    /// The pack.
    pub knowledge: &'a KnowledgeRef,
    /// The engine.
    pub engine: &'a EngineRef,
}

/// One current medicine, by ingredient.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Medicine {
    /// RxNorm ingredient code; `None` = the medicine could not be told.
    pub rxnorm: Option<String>,
    /// The order in its own words, with the dosage.
    pub words: Option<String>,
}

impl Medicine {
    /// A medicine known by its RxNorm ingredient code alone.
    pub fn coded(rxnorm: &str) -> Self {
        Self { rxnorm: Some(rxnorm.to_owned()), words: None }
    }
}

/// What such a report cannot say. The first is the rule of the whole product.
const LIMITS: [&str; 5] = [
    "Not tested is not normal: a gene, position or allele that is not listed as tested may still \
     differ.",
    "Where not every position was tested, an allele that the missing positions define can hide \
     behind the call shown; such alleles are listed as not excluded.",
    "The advice rests on genes, and on other medicines only where a remark says so. Organ \
     function, age, weight, pregnancy, allergies and the reason for treatment are not taken \
     into account.",
    "A transplant of blood stem cells or of the liver, or a recent transfusion, can make the genes \
     tested differ from the genes at work.",
    "The result stays, the knowledge changes: the advice is that of the pack named on each page. \
     Do not stop or change a medicine on this report alone.",
];

impl PgxReport {
    /// The report of one person's statements.
    pub fn from_statements(material: &Material<'_>) -> Self {
        let Material { head, genes, drugs, current, clinical, knowledge, engine } = material;
        let (research, genes): (Vec<&GeneStatement>, Vec<&GeneStatement>) =
            genes.iter().partition(|gene| gene.research);
        let mut references = References::default();
        let context = drug::Context { genes: &genes, clinical };
        let others = drug::others(drugs, *current);
        let current = match current {
            None => CurrentMedicines::NotAvailable,
            Some(list) => CurrentMedicines::Listed(context.current(list, drugs, &mut references)),
        };
        let mut entries = |state| -> Vec<DrugEntry> {
            let of_state = others.iter().filter(|one| context.state(one) == state);
            of_state.map(|one| context.entry(one, &mut references)).collect()
        };
        let avoid = entries(AdviceState::Avoid);
        let adjust = entries(AdviceState::Adjust);
        let mut groups = |state| -> Vec<DrugGroup> {
            let of_state = others.iter().copied().filter(|one| context.state(one) == state);
            context.groups(of_state, &mut references)
        };
        let standard = groups(AdviceState::Standard);
        let not_known = groups(AdviceState::NotKnown);
        Self {
            head: head.clone(),
            knowledge: (*knowledge).clone(),
            engine: (*engine).clone(),
            current,
            avoid,
            adjust,
            standard,
            not_known,
            genes: gene::entries(&genes, clinical),
            // No medicine is looked at with a result that nobody may prescribe by.
            research: gene::entries(&research, &Clinical::default()),
            gaps: gene::gaps(&genes, drugs),
            limits: LIMITS.iter().map(|limit| (*limit).to_owned()).collect(),
            references: references.into_list(),
        }
    }
}
