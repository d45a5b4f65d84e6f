//! The brief for a tumour board, out of what the page of the tumour shows.

use super::lifestyle::answers_of;
use super::patient::current_medication;
use super::pgx_report::current_statements;
use super::trials::{TumorKnown, tumor_known};
use crate::app::App;
use crate::error::Error;
use guidance::board::material::{
    Evidence, Finding, GeneTested, Inherited, Judgement, Material, Report, Therapy, Told, Trial,
    Tumor,
};
use guidance::board::{Brief, Head, Issue};
use guidance::orders::{Order, resolve};
use model::PatientId;
use model::fact::FiledFact;
use model::patient::PersonName;
use model::statement::{DrugStatement, Statement, StatementContent};
use model::words;
use record::Access;
use std::collections::BTreeSet;
use web::view::{
    AlterationRow, EvidenceLine, LaboratoryLine, ReasonView, ReinterpretedRow, SourceLine, Sourced,
    TherapiesView, TherapyRow, TrialOffer, TumorProfileView, TumorReportRow,
};

/// A brief, and what it was made of.
pub(crate) struct Made {
    /// The brief.
    pub(crate) brief: Brief,
    /// The resources that it says something of, `Observation/stage`: it carries their labels.
    pub(crate) inputs: BTreeSet<String>,
}

/// The brief of a patient as of now, as far as this access may know; with the question to the
/// board.
pub(crate) fn brief(
    app: &App,
    access: &Access,
    id: &PatientId,
    (report, question): (&str, Option<String>),
) -> Result<Made, Error> {
    app.interpret_news(id)?;
    let known = tumor_known(app, access, id)?;
    let facts = app.record().facts_of_person(access, id)?;
    let statements = current_statements(app, access, id)?;
    let (lifestyle, unread) = answers_of(app, access, id)?;
    let today = app.record().now().day();
    let identifiers = known.patient.identifiers.iter();
    let head = Head {
        id: report.to_owned(),
        issue: Issue::Draft { after: None },
        name: known.patient.names.first().map(PersonName::banner),
        identifiers: identifiers.map(|one| format!("{} ({})", one.value, one.authority)).collect(),
        born: known.patient.birth_date,
        sex: known.patient.sex,
        made: today,
    };
    let material = Material {
        head,
        question,
        tumor: known.tumor.as_ref().map(tumor),
        findings: findings(&known),
        evidence: known.therapies.as_ref().map(evidence),
        trials: known.offers.iter().map(trial).collect(),
        inherited: inherited(app, &facts, &statements),
        lifestyle,
        knowledge: knowledge(app)?,
        unread: known.facts.problems.len() + unread.len(),
        reinterpreted: known.reinterpreted.iter().map(reinterpreted).collect(),
    };
    let mut inputs = known.inputs();
    inputs.extend(material.lifestyle.iter().map(|answer| plain(&answer.source)));
    let read = statements.iter().flat_map(|statement| &statement.capsule.inputs);
    inputs.extend(read.map(|input| plain(&input.resource.to_string())));
    // That a medicine is taken is said beside the advice on it.
    let taken = facts.iter().filter(|filed| current_medication(filed).is_some());
    inputs.extend(taken.map(|filed| plain(&filed.resource.to_string())));
    Ok(Made { brief: Brief::of(&material), inputs })
}

/// A reference without its version.
pub(super) fn plain(reference: &str) -> String {
    reference.split("/_history").next().unwrap_or_default().to_owned()
}

fn knowledge(app: &App) -> Result<Vec<(String, String)>, Error> {
    let mut knowledge = Vec::new();
    if let Some(therapies) = app.therapies() {
        let pack = therapies.reference();
        let date = words::date_text(&pack.date);
        knowledge.push(("Evidence".to_owned(), format!("{} of {date}", pack.version)));
        let rules = interpret::therapies::RULES_VERSION;
        knowledge.push(("Rules for tumours".to_owned(), words::date_text(rules)));
    }
    let pack = app.pack().reference();
    let date = words::date_text(&pack.date);
    knowledge
        .push(("Genes and drugs".to_owned(), format!("{} {} of {date}", pack.pack, pack.version)));
    knowledge.push(("Names of genes and tumours".to_owned(), app.matcher()?.world().names.clone()));
    if let Some(therapies) = app.therapies() {
        let digest = therapies.reference().digest.clone();
        knowledge.push(("Evidence SHA-256".to_owned(), digest));
    }
    Ok(knowledge)
}

fn source(source: &SourceLine) -> String {
    match source.date {
        Some(date) => format!("{} of {}", source.resource, words::date(date)),
        None => source.resource.clone(),
    }
}

fn told(known: &Sourced) -> Told {
    Told { words: known.words.clone(), sources: known.sources.iter().map(source).collect() }
}

fn tumor(view: &TumorProfileView) -> Tumor {
    let report = |row: &TumorReportRow| Report {
        panel: row.panel.clone(),
        specimen: row.specimen.clone(),
        source: source(&row.source),
        silence: row.silence.clone(),
        measurements: row.biomarkers.clone(),
        conclusion: row.conclusion.clone(),
    };
    let genes = view.genes.iter();
    Tumor {
        diagnosis: view.diagnosis.as_ref().map(told),
        stage: view.stage.as_ref().map(told),
        performance: view.performance.as_ref().map(told),
        therapies: view.therapies.iter().map(told).collect(),
        reports: view.reports.iter().map(report).collect(),
        conflicts: view.conflicts.clone(),
        genes: genes
            .map(|row| GeneTested { gene: row.gene.clone(), classes: row.classes.clone() })
            .collect(),
    }
}

/// Every finding; where no evidence is in use, without a tier of ours.
fn findings(known: &TumorKnown) -> Vec<Finding> {
    match &known.therapies {
        Some(view) => view.findings.iter().map(|row| finding(row, true)).collect(),
        None => known.unjudged().iter().map(|row| finding(row, false)).collect(),
    }
}

fn finding(row: &AlterationRow, is_judged: bool) -> Finding {
    let judgement = |line: &LaboratoryLine| Judgement {
        words: line.words.clone(),
        system: line.system.clone(),
        comparison: line.comparison.clone(),
        differs: line.differs,
    };
    let class = row.oncogenicity.as_ref();
    Finding {
        reported: row.reported.clone(),
        marks: row.marks.clone(),
        laboratory: row.laboratory.iter().map(judgement).collect(),
        tier: is_judged.then(|| row.tier.clone()),
        oncogenicity: class.map(|found| format!("{}, {} points", found.class, found.points)),
        not_assessed: class.map_or(0, |found| found.not_assessed.len()),
    }
}

fn evidence(view: &TherapiesView) -> Evidence {
    let all = |rows: &[TherapyRow]| rows.iter().map(therapy).collect();
    let open = view.open.iter();
    Evidence {
        ranking: view.ranking.clone(),
        benefit: all(&view.benefit),
        less: all(&view.less),
        harm: all(&view.harm),
        open: open.map(|row| (row.therapies.clone(), row.missing.clone())).collect(),
    }
}

fn therapy(row: &TherapyRow) -> Therapy {
    let lines = |lines: &[EvidenceLine]| lines.iter().map(cited).collect();
    Therapy {
        therapies: row.therapies.clone(),
        tiers: (row.tier.clone(), row.escat.clone()),
        findings: row.findings.clone(),
        evidence: lines(&row.evidence),
        against: lines(&row.against),
    }
}

/// `I-A · EGFR L858R in NSCLC: sensitivity, level A; of this type of tumour (civic:EID1, PMID 2)`.
fn cited(line: &EvidenceLine) -> String {
    let from: Vec<&str> = [line.id.as_str(), line.citation.as_str()]
        .into_iter()
        .filter(|one| !one.is_empty())
        .collect();
    format!("{} · {}; {} ({})", line.tier, line.words, line.tumor_type, from.join(", "))
}

fn trial(offer: &TrialOffer) -> Trial {
    let head = &offer.trial;
    let name = match head.title.as_str() {
        "" => head.id.clone(),
        title => format!("{} {title}", head.id),
    };
    let phase = (!head.phase.is_empty()).then(|| format!("phase {}", head.phase));
    let slots = offer.slots.map(|slots| format!("places left: {slots}"));
    let about = [Some(offer.cohort.clone()), phase, Some(web::sites(head)), slots];
    Trial {
        key: format!("{} {}", head.id, offer.cohort),
        name,
        about: vec![
            about.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            format!("criteria of version {}", head.version),
        ],
        status: web::trial_status(&offer.status).to_owned(),
        is_out: offer.status == "not-eligible",
        counts: offer.counts,
        missing: offer.missing.clone(),
        failed: leaves(&offer.reasons, "failed"),
        met: leaves(&offer.reasons, "met"),
    }
}

/// Criteria with an outcome, each with what was found.
fn leaves(reasons: &[ReasonView], wanted: &str) -> Vec<String> {
    let of = |reason: &ReasonView| match reason {
        ReasonView::Part { parts, .. } => leaves(parts, wanted),
        ReasonView::Leaf { outcome, expected, found, .. } if outcome == wanted => {
            vec![format!("{expected} (found: {})", found.words)]
        }
        ReasonView::Leaf { .. } => Vec::new(),
    };
    reasons.iter().flat_map(of).collect()
}

fn reinterpreted(row: &ReinterpretedRow) -> String {
    let said = |tier: Option<&String>, none: &str| tier.cloned().unwrap_or_else(|| none.to_owned());
    format!(
        "{}: {}: {} before, {} since; {}",
        words::date(row.since.day()),
        row.about,
        said(row.former.as_ref(), "not listed"),
        said(row.now.as_ref(), "no longer listed"),
        row.cause
    )
}

fn inherited(app: &App, facts: &[FiledFact], statements: &[Statement]) -> Vec<Inherited> {
    let knowledge = &app.pack().pgx;
    let taken: BTreeSet<String> = facts
        .iter()
        .filter_map(current_medication)
        .flat_map(|medication| resolve(knowledge, &Order::from(medication)).ingredients)
        .map(|drug| drug.rxnorm.clone())
        .collect();
    let drugs = statements.iter().filter_map(|statement| match &statement.content {
        StatementContent::Drug(drug) => Some(advice(drug, taken.contains(&drug.rxnorm))),
        StatementContent::Gene(_) => None,
    });
    drugs.collect()
}

fn advice(drug: &DrugStatement, is_current: bool) -> Inherited {
    let genes = drug.genes.iter().map(|gene| match &gene.phenotype {
        Some(phenotype) => format!("{} {}, {phenotype}", gene.gene, gene.call),
        None => format!("{} {}", gene.gene, gene.call),
    });
    let said = drug.recommendations.iter().map(|one| format!("{}: {}", one.source, one.text));
    Inherited {
        drug: drug.drug.clone(),
        state: drug.state,
        genes: genes.collect(),
        advice: said.chain(drug.notes.iter().cloned()).collect(),
        is_current,
    }
}
