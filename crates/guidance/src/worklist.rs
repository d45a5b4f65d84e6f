//! "Needs action": what a patient's genes ask of the medicines taken now.

use crate::card::act_words;
use crate::orders::{MatchedBy, Order, resolve};
use crate::policy::{advice_state, is_indeterminate};
use knowledge::pgx::PgxKnowledge;
use model::id::{PatientId, StatementId};
use model::medication::Medication;
use model::statement::{AdviceState, DrugStatement, Recommendation, Statement, StatementContent};

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkRow {
    /// What the row is, by shape, word and colour on the page.
    pub state: AdviceState,
    /// Drug name, or the medication's own words where no drug could be found.
    pub drug: String,
    /// RxNorm ingredient code; `None` = the medication could not be placed.
    pub rxnorm: Option<String>,
    /// Place in the list of medications that was given, counted from 0.
    pub medication: usize,
    /// Which step found the drug.
    pub matched_by: Option<MatchedBy>,
    /// `CYP2C19 Poor Metabolizer`; several joined by commas.
    pub result: String,
    /// What to do, in a few words.
    pub advice: String,
    /// The leading rule, if one applies.
    pub rule: Option<String>,
    /// The statement behind it.
    pub statement: Option<StatementId>,
}

/// Rows for current medicines that call for action, the most serious first, then in the order of
/// the list: avoid, adjust, then drugs whose test guidance asks for and that is not there.
/// Standard use makes no row. Statements about other patients are not used.
pub fn worklist(
    patient: &PatientId,
    statements: &[Statement],
    medications: &[Medication],
    knowledge: &PgxKnowledge,
) -> Vec<WorkRow> {
    let mut rows = Vec::new();
    let current = medications.iter().enumerate().filter(|(_, one)| one.is_current());
    for (place, medication) in current {
        let resolution = resolve(knowledge, &Order::from(medication));
        for found in &resolution.ingredients {
            let Some(drug) = knowledge.drug(&found.rxnorm) else { continue };
            let advice = advice_about(patient, statements, &found.rxnorm);
            let base = WorkRow {
                state: AdviceState::NotKnown,
                drug: drug.name.clone(),
                rxnorm: Some(drug.rxnorm.clone()),
                medication: place,
                matched_by: Some(found.how),
                result: advice.map(|(_, advice)| result_words(advice)).unwrap_or_default(),
                advice: String::new(),
                rule: None,
                statement: advice.map(|(statement, _)| statement.id.clone()),
            };
            rows.extend(row(base, advice.map(|(_, advice)| advice), knowledge));
        }
    }
    rows.sort_by_key(|row| (std::cmp::Reverse(row.state), row.medication));
    rows
}

fn row(base: WorkRow, advice: Option<&DrugStatement>, knowledge: &PgxKnowledge) -> Option<WorkRow> {
    let lead = advice.and_then(|advice| {
        // The last of equals under `max_by_key`; turned round so that the pack's order decides.
        advice.recommendations.iter().rev().max_by_key(|rule| weight(rule))
    });
    if let Some(lead) = lead.filter(|rule| advice_state(rule.action) >= AdviceState::Adjust) {
        let state = advice_state(lead.action);
        let words = act_words(lead.action, &base.drug);
        return Some(WorkRow { state, advice: words, rule: Some(lead.rule.clone()), ..base });
    }
    let rxnorm = base.rxnorm.as_deref();
    let test = knowledge
        .alerts
        .iter()
        .find(|rule| rule.recommended && Some(rule.rxnorm.as_str()) == rxnorm)?;
    let keys = advice.map_or(&[][..], |advice| &advice.genes);
    let open = |gene: &String| {
        let key = keys.iter().find(|key| key.gene == *gene);
        let phenotype = key.and_then(|key| key.phenotype.as_ref());
        phenotype.is_none_or(|phenotype| is_indeterminate(phenotype))
    };
    let mut genes: Vec<&str> =
        test.genes.iter().filter(|gene| open(gene)).map(String::as_str).collect();
    // "Standard" was taken back for a gap in a call: the test as a whole is asked for.
    if genes.is_empty() && advice.is_some_and(|advice| advice.state == AdviceState::NotKnown) {
        genes = test.genes.iter().map(String::as_str).collect();
    }
    let advice = format!("test {} for {}", genes.join(", "), base.drug);
    (!genes.is_empty()).then_some(WorkRow { advice, ..base })
}

fn weight(rule: &Recommendation) -> (AdviceState, model::statement::Strength) {
    (advice_state(rule.action), rule.strength)
}

fn advice_about<'a>(
    patient: &PatientId,
    statements: &'a [Statement],
    rxnorm: &str,
) -> Option<(&'a Statement, &'a DrugStatement)> {
    let own = statements.iter().filter(|statement| statement.patient == *patient);
    own.into_iter().find_map(|statement| match &statement.content {
        StatementContent::Drug(drug) if drug.rxnorm == rxnorm => Some((statement, drug)),
        _ => None,
    })
}

/// The phenotype of each gene, else its call in the adviser's words.
fn result_words(advice: &DrugStatement) -> String {
    let words = advice.genes.iter().map(|key| {
        let result = key.phenotype.as_ref().unwrap_or(&key.call);
        format!("{} {result}", key.gene)
    });
    words.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
