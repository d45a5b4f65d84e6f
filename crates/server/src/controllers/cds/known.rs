//! Everything a decision on orders rests on, read under the caller's access.

use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use axum::http::StatusCode;
use guidance::cds::{Prefetched, Request};
use guidance::policy::PendingTest;
use guidance::{Decision, Moment, Needs, Settings, decide, medicines, needs, tests_under_way};
use interpret::clinical_advice;
use model::conversion::{ClinicalAdvice, Medicine};
use model::fact::FactContent;
use model::medication::Medication;
use model::statement::{GeneState, StatementContent};
use model::{PartialDate, PatientId, Statement, StatementId};
use record::Role;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Resources that tell what a patient takes.
const MEDICATIONS: [&str; 2] = ["MedicationRequest", "MedicationStatement"];

/// Resources that tell of a test under way.
const TESTS: [&str; 3] = ["DiagnosticReport", "Observation", "ServiceRequest"];

/// What is known of a request's patient.
pub(super) struct Known<'r> {
    pub(super) patient: PatientId,
    request: &'r Request,
    day: PartialDate,
    medications: Option<Cow<'r, [Medication]>>,
    medicines: Option<Vec<Medicine>>,
    statements: Vec<Statement>,
    clinical: Vec<ClinicalAdvice>,
    pending: Vec<PendingTest>,
}

impl<'r> Known<'r> {
    /// Reads it. A patient the caller may not see, or who was deleted, does not exist.
    pub(super) fn read(app: &App, caller: &Caller, request: &'r Request) -> Result<Self, Error> {
        let patient = PatientId::new(request.patient_id.clone());
        let knowledge = &app.pack().pgx;
        let day = app.record().now().day();
        let medications = medications(app, caller, &patient, request)?;
        let medicines = medicines(knowledge, medications.as_deref(), &request.orders);
        let needs = needs(knowledge, &request.orders, medicines.as_deref().unwrap_or_default());
        let statements = statements(app, caller, &patient, &needs)?;
        let clinical = clinical_advice(knowledge, &statements, medicines.as_deref(), day);
        let pending = pending(app, caller, &patient, &needs, &statements, day)?;
        Ok(Self { patient, request, day, medications, medicines, statements, clinical, pending })
    }

    /// Decides on the request's orders.
    pub(super) fn decide(
        &self,
        app: &App,
        caller: &Caller,
        shown: &BTreeSet<String>,
        overridden: &BTreeSet<String>,
    ) -> Decision {
        let settings = Settings {
            base_url: app.settings().base_url.clone(),
            silent_rules: app.silent_rules().clone(),
        };
        let role = role(caller);
        let moment = Moment {
            hook: self.request.hook,
            role,
            patient: &self.patient,
            orders: &self.request.orders,
            selections: &self.request.selections,
            current_medications: self.medications.as_deref(),
            day: self.day,
            medicines: self.medicines.as_deref(),
            clinical: &self.clinical,
            statements: &self.statements,
            pending: &self.pending,
            shown,
            overridden,
            settings: &settings,
        };
        decide(&moment, &app.pack().pgx, &app.pack().reference())
    }
}

/// Whom a card is for.
pub(super) fn role(caller: &Caller) -> guidance::Role {
    match caller.role {
        Role::Pharmacist => guidance::Role::Pharmacist,
        _ => guidance::Role::Prescriber,
    }
}

/// What the client sent; where it sent nothing, what the record holds. A record without any
/// medicine does not say that the patient takes none, nor does a list that failed or is cut short.
fn medications<'r>(
    app: &App,
    caller: &Caller,
    patient: &PatientId,
    request: &'r Request,
) -> Result<Option<Cow<'r, [Medication]>>, Error> {
    if request.medications != Prefetched::Missing {
        return Ok(request.current_medications().map(Cow::Borrowed));
    }
    let facts = app.record().facts_of_types(&caller.access, patient, &MEDICATIONS)?;
    let found = facts.into_iter().filter_map(|filed| match filed.fact.content {
        FactContent::Medication(medication) => Some(medication),
        _ => None,
    });
    let found: Vec<Medication> = found.collect();
    Ok((!found.is_empty()).then_some(Cow::Owned(found)))
}

/// A patient whom nobody has interpreted yet is interpreted now, so that "not tested" is a
/// statement with a capsule, too. Statements that outlive a deletion are no answer.
fn statements(
    app: &App,
    caller: &Caller,
    patient: &PatientId,
    needs: &Needs,
) -> Result<Vec<Statement>, Error> {
    let id = |kind: &str, subject: &String| app.interpreter().statement_id(patient, kind, subject);
    let drugs: Vec<StatementId> = needs.drugs.iter().map(|drug| id("drug", drug)).collect();
    let genes = needs.genes.iter().map(|gene| id("gene", gene));
    let ids: Vec<StatementId> = drugs.iter().cloned().chain(genes).collect();
    let read = |app: &App| match app.record().statements_by_id(&caller.access, patient, &ids) {
        Err(record::Failure::NotFound) => {
            let text = "the patient is not known here";
            Err(Error::new(StatusCode::NOT_FOUND, "not-found", text))
        }
        other => Ok(other?),
    };
    let mut found = read(app)?;
    let has = |id: &StatementId| found.iter().any(|stored| stored.statement.id == *id);
    let is_missing = !drugs.iter().all(has);
    if is_missing {
        app.interpreter().interpret_always(patient)?;
    }
    if is_missing || app.interpret_news(patient)? {
        found = read(app)?;
    }
    Ok(found.into_iter().map(|stored| stored.statement).collect())
}

/// Tests under way; looked for only if a gene of these orders has no phenotype yet.
fn pending(
    app: &App,
    caller: &Caller,
    patient: &PatientId,
    needs: &Needs,
    statements: &[Statement],
    day: PartialDate,
) -> Result<Vec<PendingTest>, Error> {
    let is_known = |symbol: &String| {
        statements.iter().any(|statement| match &statement.content {
            StatementContent::Gene(gene) => {
                gene.gene == *symbol && gene.state == GeneState::Called && gene.phenotype.is_some()
            }
            StatementContent::Drug(_) => false,
        })
    };
    if needs.genes.iter().all(is_known) {
        return Ok(Vec::new());
    }
    let facts = app.record().facts_of_types(&caller.access, patient, &TESTS)?;
    Ok(tests_under_way(&app.pack().pgx, &facts, day))
}
