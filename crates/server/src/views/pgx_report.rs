//! The pharmacogenomic report of a patient: the statements of the patient page, and what the
//! patient takes as the record has it.

use super::clinical::Layer;
use super::patient::{patient_of, with_population_names, words};
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use guidance::orders::{Order, resolve};
use knowledge::Pack;
use model::PatientId;
use model::code::system;
use model::fact::{FactContent, FiledFact};
use model::medication::Medication;
use model::patient::{Patient, PersonName};
use model::statement::{DrugStatement, GeneStatement, Statement, StatementContent};
use model::time::PartialDate;
use record::Access;
use report::pgx::{Clinical, Head, Material, Medicine, Person, PgxReport, Source};

/// Title of what a variant file is.
const VARIANT_FILE: &str = "Variant file";

/// The report, from what the patient page reads.
pub(crate) fn pgx_report(app: &App, caller: &Caller, id: &PatientId) -> Result<PgxReport, Error> {
    let facts = app.record().facts_of_person(&caller.access, id)?;
    let patient = patient_of(&facts).ok_or_else(Error::not_found)?;
    app.interpret_news(id)?;
    let statements = current_statements(app, &caller.access, id)?;
    let (mut genes, mut drugs): (Vec<GeneStatement>, Vec<DrugStatement>) = Default::default();
    for statement in &statements {
        match &statement.content {
            StatementContent::Gene(gene) => genes.push(gene.clone()),
            StatementContent::Drug(drug) => drugs.push(with_population_names(app.pack(), drug)),
        }
    }
    let layer = Layer::of_statements(app, &facts, &statements);
    Ok(PgxReport::from_statements(&Material {
        head: head(patient, &facts, &statements, app.record().now().day()),
        genes: &genes,
        drugs: &drugs,
        current: medicines(app.pack(), &facts, &drugs).as_deref(),
        clinical: &Clinical::of(&layer.advice, &layer.conversions),
        knowledge: &app.pack().reference(),
        engine: &app.interpreter().engine(),
    }))
}

/// The statements made with the pack and the engine that the report names on each page. Those of
/// another pack are about what this one does not have.
pub(super) fn current_statements(
    app: &App,
    access: &Access,
    id: &PatientId,
) -> Result<Vec<Statement>, Error> {
    let (knowledge, engine) = (app.pack().reference(), app.interpreter().engine());
    let stored = app.record().statements(access, id)?;
    let is_any = !stored.is_empty();
    let current: Vec<Statement> = stored
        .into_iter()
        .map(|stored| stored.statement)
        .filter(|one| one.capsule.knowledge == knowledge && one.capsule.engine == engine)
        .collect();
    if is_any && current.is_empty() {
        return Err(Error::internal("every statement is of another pack or engine"));
    }
    Ok(current)
}

fn head(
    patient: &Patient,
    facts: &[FiledFact],
    statements: &[Statement],
    printed: PartialDate,
) -> Head {
    let inputs = inputs(facts, statements);
    let mut samples: Vec<&str> = inputs.iter().filter_map(|filed| sample(filed)).collect();
    samples.sort_unstable();
    samples.dedup();
    Head {
        patient: Some(Person {
            name: patient.names.first().map(PersonName::banner),
            identifiers: patient.identifiers.clone(),
            born: patient.birth_date,
            sex: patient.sex,
        }),
        sample: (!samples.is_empty()).then(|| samples.join(", ")),
        sources: sources(facts, &inputs),
        printed,
    }
}

/// The facts that the gene results rest on.
fn inputs<'f>(facts: &'f [FiledFact], statements: &[Statement]) -> Vec<&'f FiledFact> {
    let used = || statements.iter().flat_map(|statement| &statement.capsule.inputs);
    let is_used = |filed: &&FiledFact| used().any(|input| input.resource == filed.resource);
    facts.iter().filter(is_used).collect()
}

fn sample(filed: &FiledFact) -> Option<&str> {
    match &filed.fact.content {
        FactContent::Genotypes(set) if !set.sample.is_empty() => Some(&set.sample),
        _ => None,
    }
}

/// The reports that arrived with those facts, and the variant files among them.
fn sources(facts: &[FiledFact], inputs: &[&FiledFact]) -> Vec<Source> {
    let raws: Vec<_> = inputs.iter().filter_map(|filed| filed.fact.source.raw.as_ref()).collect();
    let arrived_with =
        |filed: &&FiledFact| filed.fact.source.raw.as_ref().is_some_and(|raw| raws.contains(&raw));
    let reports = facts.iter().filter(arrived_with).filter_map(|filed| match &filed.fact.content {
        FactContent::Report(report) => Some(Source {
            title: report.service.words().unwrap_or("Report").to_owned(),
            laboratory: report.laboratory.clone(),
            number: report.filler.as_ref().map(|filler| filler.value.clone()),
            date: report.issued.map(model::Timestamp::day).or(report.collected),
            status: Some(report.status),
            change: None,
            sha256: None,
        }),
        _ => None,
    });
    let files = inputs.iter().filter(|filed| sample(filed).is_some()).map(|filed| Source {
        title: VARIANT_FILE.to_owned(),
        laboratory: None,
        number: None,
        date: None,
        status: Some(filed.fact.status),
        change: None,
        sha256: None,
    });
    let mut sources: Vec<Source> = Vec::new();
    for source in reports.chain(files) {
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    sources
}

/// What the patient takes now; `None` where the record holds no medicine at all, which does not
/// say that there is none.
fn medicines(pack: &Pack, facts: &[FiledFact], drugs: &[DrugStatement]) -> Option<Vec<Medicine>> {
    let mut known = facts
        .iter()
        .filter_map(|filed| match &filed.fact.content {
            FactContent::Medication(medication) => Some(medication),
            _ => None,
        })
        .peekable();
    known.peek()?;
    let current = known.filter(|medication| medication.is_current());
    Some(current.flat_map(|medication| taken(pack, medication, drugs)).collect())
}

/// A medicine by each ingredient that there is advice on, or once as it stands.
fn taken(pack: &Pack, medication: &Medication, drugs: &[DrugStatement]) -> Vec<Medicine> {
    let order = order_words(medication);
    let medicine = |rxnorm: Option<&str>| Medicine {
        rxnorm: rxnorm.map(str::to_owned),
        words: Some(order.clone()),
    };
    let resolution = resolve(&pack.pgx, &Order::from(medication));
    let is_known = |rxnorm: &&str| drugs.iter().any(|drug| drug.rxnorm == *rxnorm);
    let ingredients = resolution.ingredients.iter().map(|drug| drug.rxnorm.as_str());
    let known: Vec<Medicine> =
        ingredients.filter(is_known).map(|rxnorm| medicine(Some(rxnorm))).collect();
    if known.is_empty() {
        return vec![medicine(medication.concept.code_of(system::RXNORM))];
    }
    known
}

/// `Clopidogrel 75 mg tablet, 1 tablet once a day`; a status other than active is said.
fn order_words(medication: &Medication) -> String {
    let mut order = words(medication);
    if let Some(dosage) = &medication.dosage {
        order = format!("{order}, {dosage}");
    }
    if medication.status != "active" {
        order = format!("{order} ({})", medication.status);
    }
    order
}
