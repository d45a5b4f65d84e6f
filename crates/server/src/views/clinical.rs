//! The layer of the medicines that the record holds, as of today.

use super::patient::with_population_names;
use crate::app::App;
use interpret::{clinical_advice, conversions};
use model::conversion::{ClinicalAdvice, Conversion};
use model::fact::{FactContent, FiledFact};
use model::medication::Medication;
use model::statement::Statement;
use record::StoredStatement;

/// What the medicines make of the statements.
pub(super) struct Layer {
    /// One a drug.
    pub(super) advice: Vec<ClinicalAdvice>,
    /// One a gene that medicines can change.
    pub(super) conversions: Vec<Conversion>,
}

impl Layer {
    /// A record without any medicine does not say that the patient takes none.
    pub(super) fn of(app: &App, facts: &[FiledFact], statements: &[StoredStatement]) -> Self {
        let statements: Vec<Statement> =
            statements.iter().map(|stored| stored.statement.clone()).collect();
        Self::of_statements(app, facts, &statements)
    }

    /// As [`Layer::of`].
    pub(super) fn of_statements(app: &App, facts: &[FiledFact], statements: &[Statement]) -> Self {
        let knowledge = &app.pack().pgx;
        let medications = facts.iter().filter_map(|filed| match &filed.fact.content {
            FactContent::Medication(medication) => Some(medication.clone()),
            _ => None,
        });
        let medications: Vec<Medication> = medications.collect();
        let known = (!medications.is_empty()).then_some(medications.as_slice());
        let medicines = guidance::medicines(knowledge, known, &[]);
        let (medicines, day) = (medicines.as_deref(), app.record().now().day());
        let advice = clinical_advice(knowledge, statements, medicines, day).into_iter();
        Self {
            advice: advice.map(|one| named(app, one)).collect(),
            conversions: conversions(knowledge, statements, medicines, day),
        }
    }
}

/// The same with the pack's names of the populations.
fn named(app: &App, clinical: ClinicalAdvice) -> ClinicalAdvice {
    let advice = clinical.advice.as_ref().map(|advice| with_population_names(app.pack(), advice));
    ClinicalAdvice { advice, ..clinical }
}
