//! What was found, with the laboratory's judgement and the rules' side by side.

use super::super::material::{Finding, Judgement, Material};
use super::super::{Line, Row, Section};
use model::absence::Absence;

pub(super) fn sections(material: &Material) -> Vec<Section> {
    if material.tumor.is_none() {
        return Vec::new();
    }
    let mut sections = vec![findings(material)];
    if !material.reinterpreted.is_empty() {
        let mut section = Section::new("reinterpreted", "Changes of interpretation");
        section.lead = Some("The same tumour, other evidence or another report:".to_owned());
        section.notes.clone_from(&material.reinterpreted);
        sections.push(section);
    }
    sections
}

fn findings(material: &Material) -> Section {
    let mut section = Section::new("findings", "Findings").heads(&[
        "Finding",
        "The laboratory says",
        "Tier by the rules",
        "Oncogenicity",
    ]);
    if material.findings.is_empty() {
        return section
            .lead("No alteration is reported. That is a result only for what was tested.");
    }
    let differ: Vec<&str> = material
        .findings
        .iter()
        .filter(|finding| finding.laboratory.iter().any(|said| said.differs))
        .map(|finding| finding.reported.as_str())
        .collect();
    if !differ.is_empty() {
        let said = format!("The laboratory’s tier and ours differ: {}.", differ.join("; "));
        section.remark = Some(said);
    }
    let is_judged = material.evidence.is_some();
    section.rows = material.findings.iter().map(|finding| row(finding, is_judged)).collect();
    section
}

fn row(finding: &Finding, is_judged: bool) -> Row {
    let mut found = vec![Line::strong(&finding.reported)];
    if !finding.marks.is_empty() {
        found.push(Line::plain(finding.marks.join(", ")));
    }
    let laboratory = match finding.laboratory.as_slice() {
        [] => vec![Line::absent("no judgement reported")],
        all => all.iter().flat_map(judgement).collect(),
    };
    let not_assessed = || Line::absent(Absence::NotAssessed.words());
    let tier = finding.tier.as_ref().map_or_else(not_assessed, Line::strong);
    let mut oncogenicity = vec![match &finding.oncogenicity {
        Some(words) => Line::plain(words),
        None if is_judged => Line::absent("no procedure for this kind"),
        None => not_assessed(),
    }];
    if finding.not_assessed > 0 {
        let criteria = if finding.not_assessed == 1 { "criterion" } else { "criteria" };
        oncogenicity.push(Line::plain(format!("{} {criteria} not assessed", finding.not_assessed)));
    }
    Row { key: finding.reported.clone(), cells: vec![found, laboratory, vec![tier], oncogenicity] }
}

/// In the laboratory's words and system; that it differs is said where it stands.
fn judgement(said: &Judgement) -> Vec<Line> {
    let mut lines = vec![Line::plain(&said.words)];
    if !said.system.is_empty() {
        lines.push(Line::quiet(&said.system));
    }
    let compared = if said.differs { Line::remark } else { Line::quiet };
    lines.push(compared(said.comparison.clone()));
    lines
}
