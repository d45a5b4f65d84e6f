//! Therapies with what speaks against them, and trials with what is missing.

use super::super::material::{Evidence, Material, Therapy, Trial};
use super::super::{Line, Row, Section};
use super::some;

/// Therapies of one kind, and of those that a test might open.
const THERAPIES_MAX: usize = 20;
/// Pieces of evidence beside one therapy, and as many against it.
const EVIDENCE_MAX: usize = 3;
/// Trials.
const TRIALS_MAX: usize = 20;
/// Criteria of each kind beside one trial.
const CRITERIA_MAX: usize = 10;
/// Where the rest is.
const REST: &str = "on the page of the tumour";

pub(super) fn sections(material: &Material) -> Vec<Section> {
    if material.tumor.is_none() {
        return Vec::new();
    }
    let mut sections = match &material.evidence {
        None => vec![
            Section::new("benefit", "Therapies")
                .lead("No evidence is in use: nothing is said of therapies. That is no finding."),
        ],
        Some(evidence) => therapies(evidence),
    };
    sections.push(trials(&material.trials));
    sections
}

fn therapies(evidence: &Evidence) -> Vec<Section> {
    let mut benefit = table("benefit", "Therapies that the evidence supports", &evidence.benefit);
    if evidence.benefit.is_empty() {
        benefit.lead =
            Some("No therapy is supported by the evidence for what was found.".to_owned());
    } else {
        benefit.lead = Some(evidence.ranking.clone());
    }
    let mut sections = vec![benefit];
    for (id, heading, rows) in
        [("less", "Resistance, or less benefit", &evidence.less), ("harm", "Harm", &evidence.harm)]
    {
        if !rows.is_empty() {
            sections.push(table(id, heading, rows));
        }
    }
    if !evidence.open.is_empty() {
        sections.push(open(&evidence.open));
    }
    sections
}

fn more(notes: &mut Vec<String>, all: usize, most: usize, what: &str) {
    if all > most {
        notes.push(format!("{} more {what} {REST}.", all - most));
    }
}

fn table(id: &str, heading: &str, rows: &[Therapy]) -> Section {
    let mut section =
        Section::new(id, heading).heads(&["Therapy", "Tier", "Rests on, and what speaks against"]);
    section.rows = rows.iter().take(THERAPIES_MAX).map(therapy).collect();
    more(&mut section.notes, rows.len(), THERAPIES_MAX, "are");
    section
}

fn therapy(therapy: &Therapy) -> Row {
    let mut rests = vec![Line::plain(therapy.findings.join("; "))];
    let sources = format!("sources {REST}");
    rests.extend(some(&therapy.evidence, EVIDENCE_MAX, &sources, Line::quiet));
    if !therapy.against.is_empty() {
        rests.push(Line::remark(match therapy.against.len() {
            1 => "1 source speaks against it:".to_owned(),
            many => format!("{many} sources speak against it:"),
        }));
        rests.extend(some(&therapy.against, EVIDENCE_MAX, &sources, Line::plain));
    }
    let (amp, escat) = &therapy.tiers;
    Row {
        key: therapy.therapies.clone(),
        cells: vec![
            vec![Line::strong(&therapy.therapies)],
            vec![Line::plain(amp), Line::plain(format!("ESCAT {escat}"))],
            rests,
        ],
    }
}

fn open(rows: &[(String, Vec<String>)]) -> Section {
    let mut section = Section::new("open", "Therapies that a test might open")
        .heads(&["Therapy", "To be tested"])
        .lead("With strong evidence in this type of tumour.");
    let row = |(therapies, missing): &(String, Vec<String>)| Row {
        key: therapies.clone(),
        cells: vec![vec![Line::strong(therapies)], missing.iter().map(Line::remark).collect()],
    };
    section.rows = rows.iter().take(THERAPIES_MAX).map(row).collect();
    more(&mut section.notes, rows.len(), THERAPIES_MAX, "are");
    section
}

fn trials(all: &[Trial]) -> Section {
    let mut section =
        Section::new("trials", "Trial options").heads(&["Trial", "For this patient", "Why"]);
    let offered: Vec<&Trial> = all.iter().filter(|trial| !trial.is_out).collect();
    section.rows = offered.iter().take(TRIALS_MAX).map(|one| trial(one)).collect();
    section.lead = Some(match (all.len(), offered.len()) {
        (0, _) => "No trial of this site is open.".to_owned(),
        (_, 0) => "No open trial is for this patient.".to_owned(),
        (all, offered) => format!("{offered} of {all} cohorts that are open."),
    });
    more(&mut section.notes, offered.len(), TRIALS_MAX, "are");
    let out = all.len() - offered.len();
    if out > 0 {
        let cohorts = if out == 1 { "cohort is" } else { "cohorts are" };
        section
            .notes
            .push(format!("{out} {cohorts} not for this patient; the reasons are {REST}."));
    }
    section
}

fn trial(trial: &Trial) -> Row {
    let mut name = vec![Line::strong(&trial.name)];
    name.extend(trial.about.iter().map(Line::quiet));
    let [met, unknown, failed] = trial.counts;
    let status = vec![
        Line::plain(&trial.status),
        Line::plain(format!("{met} met · {unknown} not known · {failed} failed")),
    ];
    let criteria = format!("criteria {REST}");
    let mut why = Vec::new();
    for (words, lines, line) in [
        ("To be found out: ", &trial.missing, Line::remark as fn(String) -> Line),
        ("Fails: ", &trial.failed, Line::remark),
        ("Met: ", &trial.met, Line::plain),
    ] {
        let lines: Vec<String> = lines.iter().map(|one| format!("{words}{one}")).collect();
        why.extend(some(&lines, CRITERIA_MAX, &criteria, line));
    }
    Row { key: trial.key.clone(), cells: vec![name, status, why] }
}
