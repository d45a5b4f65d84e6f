//! The patient page as a document: the same rows in the same words, without what can be pressed and
//! without what is folded away. Whoever prints it adds the head, the knowledge and the limits.

use super::lines::lines;
use super::patient::groups;
use super::{action, gene, lifestyle, medicine, merged, report, trials, words};
use crate::chart::risk_bar;
use crate::view::{
    BearingRow, DrugRow, GeneRow, Known, LifestyleView, PatientView, PreventionRow,
    ReinterpretedRow, ReportRow, ScaleRow, StandingRow, SummaryLine, SummaryRow, SummarySection,
    Tone,
};
use model::absence::Absence;
use model::lifestyle::{Answer, Topic};
use model::problem::Problem;
use model::statement::AdviceState;

/// The sections of the document, in the order of the page.
pub fn summary(view: &PatientView) -> Vec<SummarySection> {
    let mut sections: Vec<SummarySection> = merge_notice(view).into_iter().collect();
    sections.push(allergies(view));
    sections.extend(waiting(view));
    sections.extend(medicines(view));
    sections.extend(genes(view));
    sections.extend(options(view));
    sections.extend(lives(view));
    sections.extend(changed(view));
    sections.push(reports(view));
    sections
}

fn line(tone: Tone, text: impl Into<String>) -> SummaryLine {
    SummaryLine { tone, text: text.into() }
}

fn row(key: &str, cells: Vec<Vec<SummaryLine>>) -> SummaryRow {
    SummaryRow { key: key.to_owned(), cells }
}

fn plain(text: impl Into<String>) -> Vec<SummaryLine> {
    vec![line(Tone::Plain, text)]
}

fn allergies(view: &PatientView) -> SummarySection {
    let said = match &view.allergies {
        Known::Value(names) if names.is_empty() => "none recorded as known".to_owned(),
        Known::Value(names) => names.join(", "),
        Known::Absent(absence) => absence.words().to_owned(),
    };
    SummarySection {
        id: "allergies",
        heading: "Allergies".to_owned(),
        lead: Some(words::sentence(&said)),
        ..SummarySection::default()
    }
}

/// With what the record was merged, if it was.
fn merge_notice(view: &PatientView) -> Option<SummarySection> {
    let said = lines(&merged::notice(&view.merged));
    (!said.is_empty()).then(|| SummarySection {
        id: "merged",
        heading: "Merged records".to_owned(),
        heads: vec!["What counts where"],
        // A row, since a later version says what changed of rows.
        rows: vec![row("Merged records", vec![said])],
        ..SummarySection::default()
    })
}

/// Results that have not come, or are not final.
fn waiting(view: &PatientView) -> Option<SummarySection> {
    let of = |report: &ReportRow| {
        let said = plain(action::waiting_words(report));
        row(&report_key(report), vec![vec![line(Tone::Strong, &report.title)], said])
    };
    let waiting = view.reports.iter().filter(|report| action::is_waiting(report));
    let rows: Vec<SummaryRow> = waiting.map(of).collect();
    let section = SummarySection {
        id: "waiting",
        heading: "Results that wait".to_owned(),
        heads: vec!["Report", "Standing"],
        rows,
        ..SummarySection::default()
    };
    (!section.rows.is_empty()).then_some(section)
}

const MEDICINE_HEADS: [&str; 5] = ["Status", "Drug", "Gene and call", "Advice", "Source"];

fn medicines(view: &PatientView) -> Vec<SummarySection> {
    let groups = groups(view);
    let none = format!("Current medicines: {}.", Absence::NotRecorded.words());
    let mut current = drugs("medicines", "Current medicines", &groups.current, &view.genes);
    current.lead = groups.current.is_empty().then_some(none);
    let others = [
        drugs("avoid", "Not taken now: avoid", &groups.avoid, &view.genes),
        drugs("adjust", "Not taken now: adjust", &groups.adjust, &view.genes),
    ];
    let number = |state| groups.rest.iter().filter(|row| medicine::state(row) == state).count();
    let rest = SummarySection {
        id: "rest",
        heading: "Other drugs".to_owned(),
        lead: Some(format!(
            "Other drugs: {} Standard, {} Not known",
            number(AdviceState::Standard),
            number(AdviceState::NotKnown)
        )),
        ..SummarySection::default()
    };
    let others = others.into_iter().filter(|section| !section.rows.is_empty());
    let rest = (!groups.rest.is_empty()).then_some(rest);
    std::iter::once(current).chain(others).chain(rest).collect()
}

fn drugs(
    id: &'static str,
    heading: &str,
    rows: &[&DrugRow],
    results: &[GeneRow],
) -> SummarySection {
    let of = |one: &&DrugRow| {
        let cells = medicine::cells(one, results);
        row(&one.drug, cells.iter().map(lines).collect())
    };
    SummarySection {
        id,
        heading: heading.to_owned(),
        heads: MEDICINE_HEADS.to_vec(),
        rows: rows.iter().map(of).collect(),
        ..SummarySection::default()
    }
}

fn genes(view: &PatientView) -> Vec<SummarySection> {
    let (tested, untested) = gene::by_whether_tested(&view.genes);
    let of = |one: &&GeneRow| {
        let cells = gene::cells(one);
        row(&one.gene.content.gene, cells.iter().map(lines).collect())
    };
    let lead = if view.genes.is_empty() {
        Some(format!("Gene results: {}.", Absence::NotRecorded.words()))
    } else {
        tested.is_empty().then(|| "No gene of the loaded knowledge has been tested.".to_owned())
    };
    let results = SummarySection {
        id: "genes",
        heading: "Gene results".to_owned(),
        lead,
        heads: vec!["Gene", "Result", "Phenotype", "Tested", "Source"],
        rows: tested.iter().map(of).collect(),
    };
    let names: Vec<&str> = untested.iter().map(|row| row.gene.content.gene.as_str()).collect();
    let not_tested = SummarySection {
        id: "not-tested",
        heading: "Genes not tested".to_owned(),
        lead: Some(format!(
            "{} {}: {}",
            words::count(untested.len(), "gene", "genes"),
            Absence::NotTested.words(),
            names.join(", ")
        )),
        ..SummarySection::default()
    };
    std::iter::once(results).chain((!untested.is_empty()).then_some(not_tested)).collect()
}

fn options(view: &PatientView) -> Option<SummarySection> {
    let of = |one: &StandingRow| {
        let cells = trials::cells(one);
        row(&format!("{} {}", one.trial, one.path), cells.iter().map(lines).collect())
    };
    let section = SummarySection {
        id: "trials",
        heading: "Trial options".to_owned(),
        heads: vec!["Status", "Trial", "Since"],
        rows: view.trials.iter().map(of).collect(),
        ..SummarySection::default()
    };
    (!section.rows.is_empty()).then_some(section)
}

fn lives(view: &PatientView) -> Vec<SummarySection> {
    let rows = |topic: Topic| {
        let answers = lifestyle::of_topic(&view.lifestyle, topic);
        let of = |answer: Option<&Answer>| {
            let cells = lifestyle::cells(topic, answer, view.today);
            let asked = answer.map_or("", |answer| answer.asked.as_str());
            row(&format!("{} {asked}", topic.words()), cells.iter().map(lines).collect())
        };
        let mut rows: Vec<SummaryRow> = answers.iter().map(|one| of(Some(one))).collect();
        // Nobody could have asked what has no name.
        if rows.is_empty() && topic != Topic::Other {
            rows.push(of(None));
        }
        rows
    };
    let prevention = |one: &PreventionRow| {
        let cells = lifestyle::prevention_cells(one);
        row(&one.title, cells.iter().map(lines).collect())
    };
    let lifestyle = SummarySection {
        id: "lifestyle",
        heading: "Risk and exposures".to_owned(),
        heads: vec!["Topic", "Answer", "When and by whom"],
        rows: Topic::ALL.into_iter().flat_map(rows).collect(),
        ..SummarySection::default()
    };
    let prevention = SummarySection {
        id: "prevention",
        heading: "Prevention".to_owned(),
        heads: lifestyle::PREVENTION_HEADS.to_vec(),
        rows: view.lifestyle.prevention.iter().map(prevention).collect(),
        ..SummarySection::default()
    };
    let others = [prevention, figures(view), bearings(view), unread(view)];
    let others = others.into_iter().filter(|section| !section.rows.is_empty());
    std::iter::once(lifestyle).chain(others).collect()
}

/// The figures that are drawn, those of prevention first.
fn figures(view: &PatientView) -> SummarySection {
    let of = |one: &ScaleRow| row(&one.asked, risk_bar::cells(one).iter().map(lines).collect());
    let LifestyleView { prevention, figures, .. } = &view.lifestyle;
    let all = prevention.iter().flat_map(|one| &one.figures).chain(figures);
    SummarySection {
        id: "figures",
        heading: lifestyle::FIGURES.to_owned(),
        heads: risk_bar::HEADS.to_vec(),
        rows: all.map(of).collect(),
        ..SummarySection::default()
    }
}

fn bearings(view: &PatientView) -> SummarySection {
    let of = |one: &BearingRow| {
        let cells = lifestyle::bearing_cells(one);
        row(&one.medicine, cells.iter().map(lines).collect())
    };
    SummarySection {
        id: "bearings",
        heading: lifestyle::BEARINGS.to_owned(),
        heads: lifestyle::BEARING_HEADS.to_vec(),
        rows: view.lifestyle.bearings.iter().map(of).collect(),
        ..SummarySection::default()
    }
}

/// Answers that nobody can be told, since they could not be read.
fn unread(view: &PatientView) -> SummarySection {
    let of = |one: &Problem| {
        let resource = one.place.split("/_history").next().unwrap_or_default();
        row(resource, vec![lines(&lifestyle::unread(one))])
    };
    SummarySection {
        id: "unread",
        heading: "Answers that could not be read".to_owned(),
        heads: vec!["Answer"],
        rows: view.lifestyle.problems.iter().map(of).collect(),
        ..SummarySection::default()
    }
}

fn changed(view: &PatientView) -> Option<SummarySection> {
    let of = |one: &ReinterpretedRow| {
        let cells = trials::changed::cells(one);
        let key = format!("{} {}", one.about, one.since);
        row(&key, cells.iter().map(lines).collect())
    };
    let section = SummarySection {
        id: "reinterpreted",
        heading: "Changes of interpretation".to_owned(),
        heads: trials::changed::HEADS.to_vec(),
        rows: view.reinterpreted.iter().map(of).collect(),
        ..SummarySection::default()
    };
    (!section.rows.is_empty()).then_some(section)
}

fn report_key(one: &ReportRow) -> String {
    let resource =
        one.resource.as_ref().map(|found| format!("{}/{}", found.resource_type, found.id));
    resource.or_else(|| one.number.clone()).unwrap_or_else(|| one.title.clone())
}

fn reports(view: &PatientView) -> SummarySection {
    let of = |one: &ReportRow| {
        let cells = report::cells(one, None);
        row(&report_key(one), cells.iter().map(lines).collect())
    };
    let none = format!("Reports: {}.", Absence::NotRecorded.words());
    SummarySection {
        id: "reports",
        heading: "Reports and sources".to_owned(),
        lead: view.reports.is_empty().then_some(none),
        heads: report::HEADS.to_vec(),
        rows: view.reports.iter().map(of).collect(),
    }
}
