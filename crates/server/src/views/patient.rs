//! The patient page.

use super::allergies::allergies;
use super::clinical::Layer;
use super::course::course;
use super::course::tumor::{responses, shares_of_reads};
use super::identity::{identity, session};
use super::lifestyle::lifestyle;
use super::trials::{reinterpreted, standings};
use crate::app::App;
use crate::board::may_issue;
use crate::caller::Caller;
use crate::error::Error;
use guidance::orders::{Order, resolve};
use guidance::policy::PendingTest;
use guidance::tests_under_way;
use knowledge::Pack;
use model::PatientId;
use model::conversion::{ClinicalAdvice, Conversion};
use model::fact::{FactContent, FiledFact};
use model::medication::Medication;
use model::patient::{Links, Patient};
use model::reported::Report;
use model::statement::{Capsule, DrugStatement, GeneState, GeneStatement, StatementContent};
use model::time::PartialDate;
use record::StoredStatement;
use std::collections::BTreeMap;
use web::view::{
    CurrentMedicine, DrugRow, Explained, GeneRow, PatientView, ReportRow, ResultSource,
};

/// Changes of interpretation that the patient page shows; the page of the tumour has more.
const OF_PATIENT_PAGE: usize = 5;

/// Knowledge that is older is said to be old.
const KNOWLEDGE_YEARS_MAX: i16 = 1;

/// Everything the patient page shows.
pub(crate) fn patient_page(
    app: &App,
    caller: &Caller,
    id: &PatientId,
    drug_query: &str,
) -> Result<PatientView, Error> {
    let facts = app.record().facts_of_person(&caller.access, id)?;
    let patient = patient_of(&facts).ok_or_else(Error::not_found)?;
    app.interpret_news(id)?;
    let statements = app.record().statements(&caller.access, id)?;
    let layer = Layer::of(app, &facts, &statements);
    let responses = responses(app, &caller.access, id)?;
    let today = app.record().now().day();
    Ok(PatientView {
        session: session(app, caller)?,
        today,
        old_knowledge: old_knowledge(app.pack(), today),
        id: id.clone(),
        merged: merged(app, caller, patient)?,
        identity: identity(patient),
        allergies: allergies(app, &caller.access, id)?,
        drug_query: drug_query.to_owned(),
        drugs: drug_rows(app, &facts, &statements, layer.advice),
        genes: gene_rows(app, &facts, &statements, layer.conversions),
        trials: standings(app, caller, id)?,
        course: course(&facts, responses.dated, today),
        course_undated: responses.undated,
        fractions: shares_of_reads(app, &caller.access, id)?,
        lifestyle: lifestyle(app, caller, id, &facts)?,
        reinterpreted: reinterpreted(app, &caller.access, id, OF_PATIENT_PAGE)?,
        reports: report_rows(app, caller, &facts)?,
        may_issue: may_issue(app, caller)?,
    })
}

/// Day of the pack, if it is as old as guidance rarely stays without a change.
fn old_knowledge(pack: &Pack, today: PartialDate) -> Option<PartialDate> {
    let day = PartialDate::parse(&pack.reference().date)?;
    (day.years_until(today)? >= KNOWLEDGE_YEARS_MAX).then_some(day)
}

/// The patient's own fact.
pub(crate) fn patient_of(facts: &[FiledFact]) -> Option<&Patient> {
    facts.iter().find_map(|filed| match &filed.fact.content {
        FactContent::Patient(patient) => Some(patient),
        _ => None,
    })
}

/// With what the record was merged.
fn merged(app: &App, caller: &Caller, patient: &Patient) -> Result<Links, Error> {
    let mut records = vec![];
    if !patient.links.replaces.is_empty() {
        records = app.record().records_of_person(&caller.access, &patient.id)?;
        records.remove(0);
    }
    Ok(Links { replaces: records, replaced_by: patient.links.replaced_by.clone() })
}

/// One row a drug with advice, and one a current medicine that no advice speaks of.
fn drug_rows(
    app: &App,
    facts: &[FiledFact],
    statements: &[StoredStatement],
    clinical: Vec<ClinicalAdvice>,
) -> Vec<DrugRow> {
    let mut rows: BTreeMap<String, DrugRow> = BTreeMap::new();
    for stored in statements {
        if let StatementContent::Drug(drug) = &stored.statement.content {
            rows.insert(drug.rxnorm.clone(), drug_row(app, facts, stored, drug));
        }
    }
    for one in clinical {
        if let Some(row) = rows.get_mut(&one.rxnorm) {
            row.clinical = Some(one);
        }
    }
    for medication in facts.iter().filter_map(current_medication) {
        let order = Order::from(medication);
        let resolution = resolve(&app.pack().pgx, &order);
        let known: Vec<&str> = resolution
            .ingredients
            .iter()
            .map(|drug| drug.rxnorm.as_str())
            .filter(|rxnorm| rows.contains_key(*rxnorm))
            .collect();
        let keys: Vec<String> = if known.is_empty() {
            vec![format!("~{}", words(medication))]
        } else {
            known.into_iter().map(str::to_owned).collect()
        };
        for key in keys {
            let row = rows.entry(key).or_insert_with(|| DrugRow {
                drug: words(medication),
                current: Vec::new(),
                advice: None,
                clinical: None,
                reports: Vec::new(),
            });
            row.current.push(medicine(medication));
        }
    }
    rows.into_values().collect()
}

/// A medicine that is taken now.
pub(super) fn current_medication(filed: &FiledFact) -> Option<&Medication> {
    match &filed.fact.content {
        FactContent::Medication(medication) if medication.is_current() => Some(medication),
        _ => None,
    }
}

pub(super) fn words(medication: &Medication) -> String {
    medication.concept.words().unwrap_or("a medicine without code or words").to_owned()
}

fn medicine(medication: &Medication) -> CurrentMedicine {
    CurrentMedicine {
        words: words(medication),
        dosage: medication.dosage.clone(),
        status: medication.status.clone(),
        authored: medication.authored,
        start: medication.start,
        end: medication.end,
    }
}

/// A drug's row.
pub(crate) fn drug_row(
    app: &App,
    facts: &[FiledFact],
    stored: &StoredStatement,
    drug: &DrugStatement,
) -> DrugRow {
    DrugRow {
        drug: drug.drug.clone(),
        current: Vec::new(),
        reports: sources(facts, &stored.statement.capsule),
        advice: Some(explained(stored, with_population_names(app.pack(), drug))),
        clinical: None,
    }
}

/// The same advice with the pack's names of the populations: `Acute coronary syndrome or PCI`. A
/// code that the loaded pack does not name stays as it is.
pub(super) fn with_population_names(pack: &Pack, drug: &DrugStatement) -> DrugStatement {
    let mut drug = drug.clone();
    for one in &mut drug.recommendations {
        if let Some(name) = pack.pgx.population(&drug.rxnorm, &one.population) {
            name.clone_into(&mut one.population);
        }
    }
    drug
}

/// A gene's row.
pub(crate) fn gene_row(
    facts: &[FiledFact],
    stored: &StoredStatement,
    gene: &GeneStatement,
) -> GeneRow {
    GeneRow {
        reports: sources(facts, &stored.statement.capsule),
        gene: explained(stored, gene.clone()),
        conversion: None,
        pending: None,
    }
}

fn gene_rows(
    app: &App,
    facts: &[FiledFact],
    statements: &[StoredStatement],
    conversions: Vec<Conversion>,
) -> Vec<GeneRow> {
    let mut pending = tests_under_way(&app.pack().pgx, facts, app.record().now().day());
    let mut conversions: BTreeMap<String, Conversion> =
        conversions.into_iter().map(|one| (one.gene.clone(), one)).collect();
    statements
        .iter()
        .filter_map(|stored| match &stored.statement.content {
            StatementContent::Gene(gene) => Some(GeneRow {
                conversion: conversions.remove(&gene.gene),
                pending: take_pending(&mut pending, gene),
                ..gene_row(facts, stored, gene)
            }),
            StatementContent::Drug(_) => None,
        })
        .collect()
}

/// The test of a gene that has no call yet.
fn take_pending(pending: &mut Vec<PendingTest>, gene: &GeneStatement) -> Option<PendingTest> {
    let place = pending.iter().position(|test| test.gene == gene.gene)?;
    let test = pending.swap_remove(place);
    (gene.state != GeneState::Called).then_some(test)
}

fn explained<T>(stored: &StoredStatement, content: T) -> Explained<T> {
    Explained {
        id: stored.statement.id.clone(),
        content,
        capsule: stored.statement.capsule.clone(),
    }
}

/// The reports that arrived with the inputs of a capsule: those filed from the same message.
fn sources(facts: &[FiledFact], capsule: &Capsule) -> Vec<ResultSource> {
    let is_input =
        |filed: &&FiledFact| capsule.inputs.iter().any(|input| input.resource == filed.resource);
    let raws: Vec<_> =
        facts.iter().filter(is_input).filter_map(|f| f.fact.source.raw.as_ref()).collect();
    let mut sources: Vec<ResultSource> = facts
        .iter()
        .filter(|filed| filed.fact.source.raw.as_ref().is_some_and(|raw| raws.contains(&raw)))
        .filter_map(|filed| match &filed.fact.content {
            FactContent::Report(report) => Some(ResultSource {
                laboratory: report.laboratory.clone(),
                date: report.issued.map(model::Timestamp::day).or(report.collected),
                status: report.status,
            }),
            _ => None,
        })
        .collect();
    sources.dedup();
    sources
}

/// Every report with the day it came in: when the version that stands was filed.
fn report_rows(app: &App, caller: &Caller, facts: &[FiledFact]) -> Result<Vec<ReportRow>, Error> {
    let mut rows = Vec::new();
    for filed in facts {
        let FactContent::Report(report) = &filed.fact.content else { continue };
        let (kind, id) = (&filed.resource.resource_type, &filed.resource.id);
        let stored = app.record().vread(&caller.access, kind, id, filed.resource.version)?;
        let mut row = report_row(filed, report);
        row.received = stored.as_ref().map(|stored| stored.recorded);
        row.owner = stored.and_then(|stored| stored.patient);
        rows.push(row);
    }
    rows.sort_by_key(|row| std::cmp::Reverse((row.issued, row.number.clone())));
    Ok(rows)
}

fn report_row(filed: &FiledFact, report: &Report) -> ReportRow {
    ReportRow {
        resource: Some(filed.resource.clone()),
        title: report.service.words().unwrap_or("Report").to_owned(),
        laboratory: report.laboratory.clone(),
        number: report.filler.as_ref().map(|filler| filler.value.clone()),
        collected: report.collected,
        issued: report.issued,
        received: None,
        door: None,
        raw: filed.fact.source.raw.clone(),
        owner: None,
        status: report.status,
        change: None,
        problems: Vec::new(),
    }
}
