//! The molecular summary of a patient: the patient page as a document.

use super::brief::{Made, plain};
use super::patient::patient_page;
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use guidance::board::{Brief, Head, Issue, Kind, Line, LineKind, Row, Section};
use model::PatientId;
use model::fact::{FactContent, FiledFact};
use model::patient::PersonName;
use model::words;
use std::collections::BTreeSet;
use web::view::{PatientView, SummaryLine, SummarySection, Tone};

/// What the document cannot say.
const LIMITS: [&str; 3] = [
    "The summary shows what the record holds and what guidance says of it; the decision is the \
     clinician’s. Each statement opens on the patient page to what it rests on.",
    "What was not tested is not known, and what nobody asked is no answer.",
    "What is hidden from whoever made the summary is not in it.",
];

/// The summary as of now, as far as the caller may know.
pub(crate) fn summary(
    app: &App,
    caller: &Caller,
    id: &PatientId,
    report: &str,
) -> Result<Made, Error> {
    let page = patient_page(app, caller, id, "")?;
    let stored = app.record().read(&caller.access, "Patient", id.as_str())?;
    let stored = stored.filter(|stored| !stored.deleted).ok_or_else(Error::not_found)?;
    let patient = super::identity::demographics(&stored)?;
    let identifiers = patient.identifiers.iter();
    let pack = app.pack().reference();
    let made_with = format!("{} {} of {}", pack.pack, pack.version, words::date_text(&pack.date));
    let head = Head {
        id: report.to_owned(),
        issue: Issue::Draft { after: None },
        name: patient.names.first().map(PersonName::banner),
        identifiers: identifiers.map(|one| format!("{} ({})", one.value, one.authority)).collect(),
        born: patient.birth_date,
        sex: patient.sex,
        made: app.record().now().day(),
    };
    let mut sections: Vec<Section> = web::summary(&page).into_iter().map(section).collect();
    sections.push(sources(&made_with));
    let mut inputs = inputs(&page, id);
    let facts = app.record().facts_of_person(&caller.access, id)?;
    let beside = facts.iter().filter(|filed| is_said(filed));
    inputs.extend(beside.map(|filed| plain(&filed.resource.to_string())));
    let brief = Brief { kind: Kind::Summary, head, made_with, sections };
    Ok(Made { brief, inputs })
}

fn section(made: SummarySection) -> Section {
    let row = |row: web::view::SummaryRow| Row {
        key: row.key,
        cells: row.cells.into_iter().map(|cell| cell.into_iter().map(line).collect()).collect(),
    };
    Section {
        id: made.id.to_owned(),
        heading: made.heading,
        lead: made.lead,
        heads: made.heads.iter().map(|head| (*head).to_owned()).collect(),
        rows: made.rows.into_iter().map(row).collect(),
        ..Section::default()
    }
}

fn line(line: SummaryLine) -> Line {
    let kind = match line.tone {
        Tone::Plain => LineKind::Plain,
        Tone::Strong => LineKind::Strong,
        Tone::Quiet => LineKind::Quiet,
        Tone::Absent => LineKind::Absent,
    };
    Line { kind, text: line.text }
}

fn sources(made_with: &str) -> Section {
    let fact = vec![
        vec![Line { kind: LineKind::Quiet, text: "Genes and drugs".to_owned() }],
        vec![Line { kind: LineKind::Plain, text: made_with.to_owned() }],
    ];
    Section {
        id: "sources".to_owned(),
        heading: "Knowledge and limits".to_owned(),
        facts: vec![Row { key: "Genes and drugs".to_owned(), cells: fact }],
        notes: LIMITS.map(str::to_owned).to_vec(),
        ..Section::default()
    }
}

/// Whether the summary speaks of a fact that no statement rests on: that a medicine is taken, that
/// one which was stopped still acts on an enzyme, and that a test is under way.
fn is_said(filed: &FiledFact) -> bool {
    matches!(
        filed.fact.content,
        FactContent::Medication(_) | FactContent::TestOrder(_) | FactContent::GeneResult(_)
    )
}

/// The resources that the page says something of, without their versions: the summary carries
/// their labels.
fn inputs(page: &PatientView, id: &PatientId) -> BTreeSet<String> {
    let drugs = page.drugs.iter().filter_map(|row| row.advice.as_ref()).map(|one| &one.capsule);
    let genes = page.genes.iter().map(|row| &row.gene.capsule);
    let read = drugs.chain(genes).flat_map(|capsule| &capsule.inputs);
    let read = read.map(|input| input.resource.to_string());
    let answers = page.lifestyle.answers.iter().map(|answer| answer.source.clone());
    let unread = page.lifestyle.problems.iter().map(|problem| problem.place.clone());
    let reports = page.reports.iter().filter_map(|report| report.resource.as_ref());
    let reports = reports.map(ToString::to_string);
    let merged = page.merged.replaced_by.iter().chain(&page.merged.replaces);
    let people = std::iter::once(id).chain(merged).map(|one| format!("Patient/{one}"));
    let all = read.chain(answers).chain(unread).chain(reports).chain(people);
    all.map(|one| plain(&one)).filter(|one| one.contains('/')).collect()
}
